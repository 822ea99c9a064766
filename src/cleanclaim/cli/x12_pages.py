"""X12 files in text: totals as a table, segments as an outline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cleanclaim.cli.layout import show, table
from cleanclaim.errors import InputError
from cleanclaim.reports.words import counted, dollars

_MONEY = ("charge_cents", "paid_cents", "adjustment_cents")
_HEADINGS = {"charge_cents": "charged", "paid_cents": "paid", "adjustment_cents": "adjusted"}
_COUNTS = ("claims", "lines", "accepted", "rejected")
_SHOWN_PROBLEMS = 20
_VERDICT_AT = {"TA1": 4, "IK5": 1, "AK5": 1, "AK9": 1}
_ANSWERS = {"A": "accepted", "E": "accepted, with errors", "P": "accepted in part", "R": "rejected"}
_ACTIONS = {"WQ": "accepted", "U": "rejected"}


def print_totals(totals: Mapping[str, Any]) -> None:
    """Write the counts of a file: transaction sets of one type and version on one line."""
    sets: dict[tuple[str | None, str | None], dict[str, Any]] = {}
    for one in totals["transactions"]:
        row = sets.setdefault((one["type"], one["version"]), {"sets": 0})
        row["sets"] += 1
        for name in (*_COUNTS, *_MONEY):
            if one.get(name) is not None:
                row[name] = row.get(name, 0) + one[name]
    told = [name for name in (*_COUNTS, *_MONEY) if any(name in row for row in sets.values())]
    show(
        f"{counted(totals['interchanges'], 'interchange')}, "
        f"{counted(len(totals['transactions']), 'transaction set')}"
        + (f", {counted(totals['interchange_acks'], 'TA1 segment')}" if totals["interchange_acks"] else "")
    )
    if sets:
        show("")
        headings = ["type", "version", "sets", *(_HEADINGS.get(name, name) for name in told), ""]
        rows = [[*key, row["sets"], *(_cell(name, row.get(name)) for name in told), ""] for key, row in sets.items()]
        table(headings, rows, right=range(2, 3 + len(told)))
    _print_problems(totals["problems"])


def _cell(name: str, value: int | None) -> str | None:
    if value is None:
        return None
    return dollars(value) if name in _MONEY else f"{value:,}"


def _print_problems(problems: list[dict[str, Any]]) -> None:
    if not problems:
        return
    show("")
    show(("Could not be read", "bold"))
    for problem in problems[:_SHOWN_PROBLEMS]:
        show(f"  segment {problem['segment']}, byte {problem['offset']}: {problem['message']}")
    if len(problems) > _SHOWN_PROBLEMS:
        show(f"  and {counted(len(problems) - _SHOWN_PROBLEMS, 'more place')}; --json lists them all")


@dataclass
class _Fold:
    """A claim that is shown as one line: what to say of it, and how many segments it has."""

    number: int
    depth: int
    says: str
    segments: int = 1
    lines: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)


def print_segments(source: Path | bytes, *, opened: bool, claim: str | None) -> None:
    """Write the segments of a file as an outline, each place that could not be read below its segment.

    Raises InputError where no claim has the number ``claim``.
    """
    printer = _Printer(opened or claim is not None, claim)
    for item in _items(source):
        printer.take(*item)
    printer.close()
    if claim is not None and not printer.found:
        raise InputError("no claim in the file has this number", field="--claim")


def _items(source: Path | bytes) -> Iterator[tuple[int, list[str] | None, str, str]]:
    """Yield number, elements, component separator and text of each segment, and each problem after its segment."""
    from cleanclaim import x12

    for frame, problems in x12.iter_segments(source):
        told = list(problems.select("segment", "message").iter_rows())
        for number, text, element, component in frame.select("segment", "text", "element", "component").iter_rows():
            yield number, (text or "").split(element), component, text or ""
            while told and told[0][0] <= number:
                yield number, None, "", told.pop(0)[1]
        for number, message in told:
            yield number, None, "", message


class _Printer:
    def __init__(self, opened: bool, claim: str | None) -> None:
        from cleanclaim.x12.outline import Outline

        self.outline = Outline()
        self.opened = opened
        self.claim = claim
        self.found = False
        self._fold: _Fold | None = None
        self._within: int | None = None  # depth of the claim that is wanted

    def take(self, number: int, elements: list[str] | None, separator: str, text: str) -> None:
        from cleanclaim.x12.outline import FOLDED, words

        if elements is None:
            if self._fold:
                self._fold.problems.append((number, text))
            else:
                _show_problem(number, text)
            return
        depth = self.outline.depth(elements)
        if self._fold and depth > self._fold.depth:
            self._fold.segments += 1
            self._fold.lines += elements[0] in ("SV1", "SV2", "SVC")
            return
        self.close()
        begins = elements[0] in FOLDED
        if self.claim is not None and not self._wanted(elements, depth, begins):
            return
        if begins and not self.opened:
            self._fold = _Fold(number, depth, _claim_line(elements))
            return
        name, rest = text[: len(elements[0])], text[len(elements[0]) :]
        says = ": ".join(filter(None, (words(elements, self.outline.kind), _outcome(elements, separator))))
        end = [(f"  {says}", "green")] if says else []
        show((f"{number:>7}  ", "dim"), "  " * depth, (name, "bold cyan"), rest, *end)

    def close(self) -> None:
        """Write the line of a folded claim."""
        if self._fold is None:
            return
        fold, self._fold = self._fold, None
        size = f"{counted(fold.lines, 'line')}, {counted(fold.segments, 'segment')}"
        show((f"{fold.number:>7}  ", "dim"), "  " * fold.depth, ("+ ", "bold"), (fold.says, "bold"), f"  {size}")
        for problem in fold.problems:
            _show_problem(*problem)

    def _wanted(self, elements: list[str], depth: int, begins: bool) -> bool:
        if begins and len(elements) > 1 and elements[1] == self.claim:
            self.found, self._within = True, depth
            return True
        if self._within is not None and depth <= self._within:
            self._within = None
        return self._within is not None


def _outcome(elements: list[str], separator: str) -> str:
    """Return in words what an answer says of a file, group, set or claim; "" for other segments.

    >>> _outcome(["STC", "A7:254", "20260309", "U", "84"], ":"), _outcome(["IK5", "R", "5"], ":")
    ('rejected, principal diagnosis', 'rejected')
    """
    name, told = elements[0], [*elements, "", "", "", ""]
    if name == "STC":
        from cleanclaim.x12.validate.claim_statuses import statuses

        about = [statuses().get(code) for code in told[1].split(separator)[1:2]]
        return ", ".join(filter(None, (_ACTIONS.get(told[3]), *about)))
    return _ANSWERS.get(told[_VERDICT_AT[name]], "") if name in _VERDICT_AT else ""


def _show_problem(number: int, text: str) -> None:
    show((f"{number:>7}  ! {text}", "red"))


def _claim_line(elements: list[str]) -> str:
    """Return number and amounts of a claim, as they are written."""
    number, *rest = [*elements[1:], "", "", "", ""][:4]
    if elements[0] == "CLM":
        return f"claim {number}  charged {rest[0] or '?'}"
    return f"claim {number}  status {rest[0] or '?'}  charged {rest[1] or '?'}  paid {rest[2] or '?'}"
