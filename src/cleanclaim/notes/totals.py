"""Stated totals: of timed codes, of the treatment, and the distance from clock in to clock out. Never added up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cleanclaim.notes import durations, statements
from cleanclaim.notes.clauses import flowed
from cleanclaim.notes.durations import Kind, Length
from cleanclaim.notes.facts import Figure, Intervention, Quote, Section, Status
from cleanclaim.notes.statements import Of, Statement


@dataclass(frozen=True, slots=True)
class Totals:
    """``timed`` and ``total`` as stated; ``stated`` holds every stated total; ``clock`` the clock's distance."""

    timed: Figure | None = None
    total: Figure | None = None
    stated: tuple[Figure, ...] = ()
    clock: Figure | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """What the note says of the visit as a whole: stated totals, a length in its head line, clock in to clock out."""

    statements: tuple[Statement, ...] = ()
    head: Length | None = None
    clock: Length | None = None
    repeated: tuple[Length, ...] = ()  # the stated total once more, in the head or behind a label

    def holds(self, length: Length) -> bool:
        """Return whether ``length`` is one of the visit as a whole, so never one intervention's."""
        own = [*(each.figure for each in self.statements), self.head, self.clock, *self.repeated]
        return any(each is not None and each.start < length.end and length.start < each.end for each in own)


_OF_VISIT = re.compile(
    r"\b(?:sessions?|visit|treat(?:ed|ment)|therapy|seen|class|group|appointment|appt|dos|tx|slot|gym|clinic|lesson"
    r"|(?:time )?in|out|from|physio\w*|rehab|pt|ot|slp|st|evaluation|eval)\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"\b(?:sessions?|visit|treat(?:ed|ment)|seen|class|group|appointment|appt|dos|slot|time)\b",
    re.IGNORECASE,
)
_OTHER_TIME = re.compile(
    r"\b(?:late|early|wait\w*|travel\w*|walk\w*|hold\w*|rest(?:ed|s|ing)?|call\w*|phone\w*|tel|telephone|drove"
    r"|drive|driving|ride|rode|pause\w*|break|after|every|within|ago"
    r"|sits?|stands?|stood|sat|tolerat\w+|lives|commut\w*|arriv\w*|left|delay\w*|planned|next|plan|goals?|home"
    r"|night|sleep\w*|nap|per|weekly|in the armchair|old)\b",
    re.IGNORECASE,
)
_MOST = 200
"""Statements, lengths and clocks weighed: no note of one visit holds more."""
_CLAUSE = re.compile(r"[.!?]\s|[;|,\n]")
_LABEL = re.compile(
    r"\b(?:time in (?:home|clinic|gym|room|treatment|therapy)|(?:treatment|tx|session|visit|therapy|clinic"
    r"|appointment|total"
    r"|contact|face to face|service) ?times?|time (?:seen|of (?:visit|session|service|treatment))|clock|seen|here)"
    r"\b[ \t:=,-]{0,4}(?:from )?$",
    re.IGNORECASE,
)
_CAME = re.compile(
    r"(?m)^\W{0,3}(?:(?:time )?(?:in|arrive[sd]?|start(?:ed)?)\b[ \t:=@-]{0,4})?((?:[01]?\d"
    r"|2[0-3])[:.]?[0-5]\d)(?:[ \t]?[ap]m?)?"
    r"(?:(?<=\d)|(?<=m))[ \t]{0,3}(?:in|arrive[sd]?|start(?:ed|s)?|begin|began)?\b",
    re.IGNORECASE,
)
_WENT = re.compile(
    r"(?m)^\W{0,3}(?:(?:out|left|end|stop)[ \t:=@-]{1,4})?((?:[01]?\d|2[0-3])[:.]?[0-5]\d)(?:[ \t]?[ap]m?)?[ \t]{1,3}"
    r"(?:out|left|leaves?|end(?:ed|s)?|stop(?:ped)?|finish(?:ed)?|done|depart\w*)\b",
    re.IGNORECASE,
)
_CLASS = re.compile(r"\b(?:class|group|circuit|session|visit)\b", re.IGNORECASE)


def visit(note: str, sections: Sequence[Section], interventions: Sequence[Intervention]) -> Visit:
    """Return what ``note`` says of the visit as a whole; nothing where no intervention was performed."""
    note = flowed(note)
    performed = [each for each in interventions if each.status is Status.PERFORMED]
    if not performed:
        return Visit()
    said = _today(note, interventions, performed)
    bare = Visit(said)
    head = _head(note, interventions, performed, bare)
    stated = {each.minutes for each in said if each.of is Of.TOTAL}
    again = tuple(each for each in (head, *_above(note, performed)) if each is not None and each.minutes in stated)
    return Visit(said, None if stated else head, _clock(note, interventions, performed), again)


def read(note: str, sections: Sequence[Section], interventions: tuple[Intervention, ...]) -> Totals:
    """Return the totals that ``note`` states; none at all where no intervention was performed.

    ``total`` is the stated length of treatment, else of the visit's head line, else the clock's distance.

    >>> note = "Bridges 3 x 10 15 min. Timed 15; in all 20"
    >>> given = Intervention(Quote.of(note, 0, 14), Status.PERFORMED)
    >>> found = read(note, (), (given,))
    >>> found.timed.minutes, found.total.minutes, found.clock
    (15, 20, None)
    """
    whole = visit(note, sections, interventions)
    timed = [_figure(note, each) for each in whole.statements if each.of is Of.TIMED]
    total = [_figure(note, each) for each in whole.statements if each.of is Of.TOTAL]
    if not total and whole.head is not None:
        total = [Figure(whole.head.minutes, Quote.of(note, whole.head.start, whole.head.end))]
    clock = whole.clock and Figure(whole.clock.minutes, Quote.of(note, whole.clock.start, whole.clock.end))
    stated = tuple(sorted({*timed, *total}, key=lambda each: (each.quote.start, each.quote.end)))
    return Totals(timed[-1] if timed else None, total[-1] if total else clock, stated, clock)


def _figure(note: str, said: Statement) -> Figure:
    return Figure(said.minutes, Quote.of(note, said.start, said.end))


def _today(
    note: str, interventions: Sequence[Intervention], performed: Sequence[Intervention]
) -> tuple[Statement, ...]:
    """Return the stated totals of this visit: outside spans not performed, labels of single rows left out."""
    kept: list[Statement] = []
    rows: list[Statement] = []
    lines = _lines(note, performed)
    for each in statements.find(note)[:_MOST]:
        if any(
            one.status is not Status.PERFORMED and one.quote.start <= each.figure.start < one.quote.end
            for one in interventions
        ):
            continue
        (rows if note.rfind("\n", 0, each.figure.start) in lines else kept).append(each)
    for of in Of:
        of_rows = [each for each in rows if each.of is of]
        lines = {note.rfind("\n", 0, each.start) for each in of_rows}
        if not any(each.of is of for each in kept) and len(lines) == 1:
            kept += of_rows
    return tuple(sorted(kept, key=lambda each: each.start))


def _lines(note: str, performed: Sequence[Intervention]) -> set[int]:
    """Return where the lines begin (their line end before) that hold words of what was performed."""
    found = set()
    for each in performed:
        place = note.rfind("\n", 0, each.quote.start)
        while place < each.quote.end:
            found.add(place)
            place = note.find("\n", place + 1)
            if place < 0:
                break
    return found


def _clause(note: str, place: Length) -> str:
    start = note.rfind("\n", 0, place.start) + 1
    for each in _CLAUSE.finditer(note, start, place.start):
        start = each.end()
    found = _CLAUSE.search(note, place.end)
    return note[start : found.start() if found else len(note)]


def _above(note: str, performed: Sequence[Intervention]) -> list[Length]:
    """Return the lengths above the first activity that end a line which is no heading of it."""
    line = note.rfind("\n", 0, min(each.quote.start for each in performed)) + 1
    return [
        each
        for each in durations.between(durations.find(note), 0, line)
        if each.kind is Kind.UNIT and not note[each.end : statements.line_end(note, each.end)].rstrip().endswith(":")
    ]


def _head(
    note: str, interventions: Sequence[Intervention], performed: Sequence[Intervention], said: Visit
) -> Length | None:
    """Return the length of the visit that its head line gives: "10/30/2026 social language, 40 min"."""
    first = min(each.quote.start for each in performed)
    lines = _lines(note, interventions)
    for each in durations.find(note)[:_MOST]:
        if each.start >= first:
            return None
        line = note[note.rfind("\n", 0, each.start) + 1 : statements.line_end(note, each.end)]
        if (
            each.kind is Kind.UNIT
            and not said.holds(each)
            and (durations.DATE.search(line) or _OF_VISIT.search(line))
            and (not line.rstrip().endswith(":") or durations.DATE.search(line))
            and note.rfind("\n", 0, each.start) not in lines
            and not _OTHER_TIME.search(_clause(note, each))
            and not statements.elsewhere(note, each.start, each.end)
        ):
            return each
    return None


def _clock(note: str, interventions: Sequence[Intervention], performed: Sequence[Intervention]) -> Length | None:
    """Return the clock in to clock out of the visit: on a line of its own or in the head, not in a row."""
    found = []
    lines = _lines(note, performed)
    for each in [one for one in durations.find(note) if one.kind is Kind.CLOCK][:_MOST]:
        inside = next((one for one in interventions if one.quote.start <= each.start < one.quote.end), None)
        labeled = _LABEL.search(note, max(0, each.start - 40), each.start) is not None
        if inside is not None and not (labeled and not inside.codes):
            continue
        if statements.elsewhere(note, each.start, each.end):
            continue
        start = note.rfind("\n", 0, each.start) + 1
        before = note[start : each.start]
        named = durations.of_visit(note, each) or labeled
        if not named and start - 1 in lines:
            rows = [one for one in performed if start <= one.quote.start < each.start]
            if (
                len(rows) == 1
                and _CLASS.search(rows[0].quote.text)
                and note[rows[0].quote.end : each.start].strip(" ,:") == ""
            ):
                rows = []
            elif rows or not (durations.DATE.search(before) or _WHOLE.search(before)):
                continue
        found.append((named, each))
    chosen = [each for named, each in found if named] or [each for _, each in found]
    if not chosen:
        return _apart(note)
    return chosen[0] if len(chosen) == 1 else None


def _apart(note: str) -> Length | None:
    """Return the distance from a line's clock in to another line's clock out, where each stands once."""
    came = [each for each in _CAME.finditer(note) if re.search(r"[a-z]{2}", each.group().lower())]
    went = list(_WENT.finditer(note))
    if len(came) != 1 or len(went) != 1 or came[0].start() >= went[0].start():
        return None
    since, until = (int(re.sub(r"\D", "", each[1])) for each in (came[0], went[0]))
    minutes = until // 100 * 60 + until % 100 - since // 100 * 60 - since % 100
    minutes += 720 if minutes < 0 else 0
    if not 0 < minutes <= durations.LONGEST:
        return None
    return Length(Kind.CLOCK, went[0].start(1), went[0].end(), minutes)
