"""An audited note as text: its own lines, underlined by what they prove, then what is found and what is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cleanclaim.auditing import Audit, NoteFinding
from cleanclaim.cli.layout import paragraph, show, width
from cleanclaim.notes.facts import Element, Intervention, NoteFacts, Quote, Status
from cleanclaim.reports.words import counted

_STYLE = {"denial": "bold red", "compliance": "bold yellow", "underbilling": "bold cyan", "advice": "dim"}
_STATUS = {
    Status.PLANNED: "planned",
    Status.GOAL: "a goal",
    Status.HEP_ISSUED: "home program handed over",
    Status.HEP_HOME: "done at home",
    Status.HISTORY: "history",
    Status.REFERRAL: "ordered or referred",
    Status.REFUSED: "refused or not done",
    Status.TEST_FINDING: "a test or finding",
    Status.TEMPLATE: "an empty template",
}
_ELEMENTS = {
    Element.SERVICES: "services",
    Element.DURATION: "duration",
    Element.BODY_AREA: "body area",
    Element.FUNCTIONAL_LINK: "function",
    Element.SKILLED_NEED: "skill",
    Element.SIGNATURE: "signature",
    Element.RESPONSE: "response",
    Element.ONE_ON_ONE: "one-on-one",
}
_QUOTED = (
    Element.BODY_AREA,
    Element.FUNCTIONAL_LINK,
    Element.SKILLED_NEED,
    Element.SIGNATURE,
    Element.RESPONSE,
    Element.ONE_ON_ONE,
)
_MOST_LINES = 400


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the note and what it proves, or why it proves nothing."""

    start: int
    end: int
    label: str
    proves: bool

    @property
    def sign(self) -> str:
        """What it is underlined with."""
        return "^" if self.proves else "~"


def print_audit(audit: Audit, billed: Mapping[str, float] | None) -> None:
    """Print the note with its marks, the minutes, the elements and the findings."""
    for line, style in marked(audit.facts.text, marks(audit.facts), width()):
        show((line, style))
    show()
    _print_minutes(audit, billed)
    shown = audit.facts.documentation
    for word, present in (("Shown", True), ("Not shown", False)):
        names = [
            label for element, label in _ELEMENTS.items() if element in shown and shown[element].present is present
        ]
        if names:
            paragraph(f"{word}: {', '.join(names)}.", indent=2, lead="")
    show()
    lines = _line_starts(audit.facts.text)
    for finding in audit.findings:
        _print_finding(finding, lines)
    show((_summary(audit, billed), "bold"))


def _summary(audit: Audit, billed: Mapping[str, float] | None) -> str:
    said = counted(len(audit.findings), "finding") if audit.findings else "Nothing found"
    return f"{said}." if billed is not None else f"{said}. What is billed is not given: the note alone was judged."


def _print_minutes(audit: Audit, billed: Mapping[str, float] | None) -> None:
    facts = audit.facts
    timed = "not stated" if facts.timed_total is None else f"{facts.timed_total.minutes}"
    total = "not stated" if facts.total is None else f"{facts.total.minutes}"
    show(f"Timed minutes {timed}, treatment time {total}.")
    if billed is not None:
        lines = ", ".join(f"{units:g} x {code}" for code, units in billed.items()) or "nothing"
        units = "" if audit.units_given is None else f"; the minutes give {counted(audit.units_given, 'timed unit')}"
        show(f"Billed {lines}{units}.")


def _print_finding(finding: NoteFinding, lines: Sequence[int]) -> None:
    rule = finding.rule
    at = "" if finding.quote is None else f"  line {sum(start <= finding.quote.start for start in lines)}"
    show((f"{rule.id} {rule.name}", _STYLE[rule.severity.value]), at, f"  {rule.severity.value}")
    paragraph(finding.message, indent=4)
    paragraph(f"{rule.fix.text}.", indent=4, lead=f"    Fix ({rule.fix.who.value}): ")
    paragraph("; ".join(str(cited) for cited in rule.cite), indent=4, style="dim")
    show()


def marks(facts: NoteFacts) -> list[Mark]:
    """Return the marks of a note in the order of their words."""
    found = [_of_intervention(each) for each in facts.interventions]
    figures = ((facts.timed_total, "timed total"), (facts.total, "treatment time"))
    for each in facts.performed:
        if each.minutes_quote is not None:
            found.append(_mark(each.minutes_quote, counted(each.minutes or 0, "minute")))
    for figure, what in figures:
        if figure is not None:
            found.append(_mark(figure.quote, f"{what} {figure.minutes}"))
    for element in _QUOTED:
        shown = facts.documentation.get(element)
        if shown is not None and shown.present and shown.quote is not None:
            found.append(_mark(shown.quote, _ELEMENTS[element]))
    found += [Mark(quote.start, quote.end, "ready phrase", False) for quote in facts.boilerplate]
    return _joined(sorted({mark for mark in found if mark.end > mark.start}, key=lambda mark: (mark.start, mark.end)))


def _joined(found: Sequence[Mark]) -> list[Mark]:
    """Return the marks with those of (nearly) the same words made one, with all their labels."""
    joined: list[Mark] = []
    for mark in found:
        for place in range(len(joined) - 1, max(-1, len(joined) - 1 - _LOOK_BACK), -1):
            other = joined[place]
            shared = min(mark.end, other.end) - max(mark.start, other.start)
            if mark.proves == other.proves and shared >= _ALIKE * (max(mark.end, other.end) - other.start):
                labels = sorted({*other.label.split(", "), *mark.label.split(", ")}, key=_codes_first)
                joined[place] = Mark(other.start, max(mark.end, other.end), ", ".join(labels), mark.proves)
                break
        else:
            joined.append(mark)
    return joined


def _codes_first(label: str) -> tuple[bool, str]:
    return not any(each.isdigit() for each in label), label


_ALIKE = 0.85
_LOOK_BACK = 8


def _of_intervention(each: Intervention) -> Mark:
    codes = " or ".join(each.codes)
    if each.status is Status.PERFORMED:
        return _mark(each.quote, codes or "given; no code")
    return Mark(each.quote.start, each.quote.end, _STATUS[each.status], False)


def _mark(quote: Quote, label: str) -> Mark:
    return Mark(quote.start, quote.end, label, True)


def marked(text: str, found: Sequence[Mark], columns: int) -> Iterator[tuple[str, str]]:
    """Yield the lines of a note, each followed by the underlines of its marks, with the style of each line.

    >>> for line, _ in marked("Gait 10 min", [Mark(0, 4, "97116", True), Mark(5, 11, "10 minutes", True)], 80):
    ...     print(line)
    Gait 10 min
    ^^^^ 97116
         ^^^^^^ 10 minutes
    """
    for number, (start, end) in enumerate(_pieces(text.rstrip("\n"), columns)):
        if number == _MOST_LINES:
            yield f"... {counted(len(text) - start, 'further character')}", "dim"
            return
        yield _shown(text[start:end]).rstrip(), ""
        inside = [mark for mark in found if mark.start < end and mark.end > start]
        for row, proves in _underlined(inside, text[start:end], start, columns):
            yield row, "green" if proves else "dim"


def _underlined(own: Sequence[Mark], words: str, start: int, columns: int) -> list[tuple[str, bool]]:
    """The marks in rows below the words, each in the first row with room; its label stands where the mark ends.

    A label stands behind its underline, or before it where the line has no room behind it, else in a row of its own.
    """
    rows: list[tuple[str, bool]] = []

    def put(at: int, written: str, proves: bool) -> None:
        for place, (row, kind) in enumerate(rows):
            if kind == proves and (not row or len(row) + 2 <= at):
                rows[place] = (row.ljust(at) + written, proves)
                return
        rows.append((" " * at + written, proves))

    for mark in own:
        first = max(mark.start - start, 0)
        last = len(words[: mark.end - start].rstrip())
        first += len(words[first:last]) - len(words[first:last].lstrip())
        if last <= first:
            continue
        line, label = mark.sign * (last - first), mark.label if mark.end <= start + len(words) else ""
        if not label:
            put(first, line, mark.proves)
        elif last + 1 + len(label) <= columns:
            put(first, f"{line} {label}", mark.proves)
        elif len(label) < first:
            put(first - len(label) - 1, f"{label} {line}", mark.proves)
        else:
            put(first, line, mark.proves)
            put(max(0, columns - len(label)), label, mark.proves)
    return rows


def _pieces(text: str, columns: int) -> Iterator[tuple[int, int]]:
    """The places of the lines of a text, long ones cut between words."""
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        while end - start > columns:
            space = text.rfind(" ", start + 1, start + columns + 1)
            cut = space + 1 if space > start else start + columns
            yield start, cut
            start = cut
        yield start, end
        start = end + 1


def _line_starts(text: str) -> list[int]:
    return [0, *(place + 1 for place, character in enumerate(text) if character == "\n")]


def _shown(words: str) -> str:
    """The words with each character that does not print as one that does, so that underlines stay in place."""
    return "".join(each if each.isprintable() else " " if each.isspace() else "?" for each in words)
