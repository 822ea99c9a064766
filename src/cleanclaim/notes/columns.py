"""Minutes that stand apart from their rows: in a column before them, as "x 15", or in a list of codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from cleanclaim.notes import totals
from cleanclaim.notes.durations import Kind, Length
from cleanclaim.notes.facts import Intervention, Quote
from cleanclaim.notes.support import support


class Row(NamedTuple):
    """An intervention given that day with the stretch of its lines that no other intervention holds."""

    place: int  # in the order of the interventions
    start: int  # of the stretch
    end: int
    span: Quote


LONGEST_ROW = 120
"""Minutes of the longest single row."""


def clocks(note: str, rows: Sequence[Row], among: Sequence[Length]) -> dict[int, Length]:
    """Return the start and stop of each row that has exactly one in its stretch, or alone on the line above it."""
    found: dict[int, Length] = {}
    if len(among) == len(rows) > 1 and all(
        rows[place].start <= each.start < rows[place + 1].span.start
        if place + 1 < len(rows)
        else each.start < rows[-1].end
        for place, each in enumerate(among)
    ):
        return {row.place: each for row, each in zip(rows, among, strict=True)}
    for row in rows:
        own = [each for each in among if row.start <= each.start < row.end]
        if len(own) > 1:
            own = [each for each in own if each.start < row.span.start][-1:] or own[:1]
        if not own:
            line = note.rfind("\n", 0, row.span.start)
            above = note.rfind("\n", 0, max(line, 0)) + 1
            own = [
                each
                for each in among
                if line > 0
                and above <= each.start < line
                and note[above:line].strip(" :.-") == note[each.start : each.end]
            ]
        if len(own) == 1 and own[0] not in found.values():
            found[row.place] = own[0]
    return found


_LEADING = re.compile(r"[ \t|*\u2022]*(\d{1,2})[ \t]*(?:\||\t|[ \t]{2,}|[ \t]?[-\u2013\u2014:=][ \t]|min\b|')")


def by_column(note: str, rows: Sequence[Row], taken: dict[int, Length], whole: totals.Visit) -> None:
    """Give rows the bare figure that opens their line, where every row has one and they add up to what is stated."""
    found: dict[int, Length] = {}
    for row in rows:
        start = note.rfind("\n", 0, row.span.start) + 1
        lead = _LEADING.match(note, start, row.span.start)
        if (
            row.place in taken
            or lead is None
            or (note[start : row.span.start].strip(" |*\t") != lead.group().strip(" |*\t"))
        ):
            return
        found[row.place] = Length(Kind.BARE, lead.start(1), lead.end(1), int(lead[1]))
    sums = {each.minutes for each in whole.statements} | {each.minutes for each in (whole.head, whole.clock) if each}
    if len(found) > 1 and sum(each.minutes for each in found.values()) in sums:
        taken.update(found)


_TIMES = re.compile(r"[ \t,:-]{0,3}[x\u00d7] ?(\d{1,2})\s*(?=$|\n)")


def by_times(note: str, rows: Sequence[Row], taken: dict[int, Length], whole: totals.Visit) -> None:
    """Give rows their "x 15", where every row has one and they add up to a stated total."""
    found: dict[int, Length] = {}
    for row in rows:
        times = _TIMES.match(note, row.span.end)
        if row.place in taken or times is None:
            return
        found[row.place] = Length(Kind.BARE, times.start(1), times.end(1), int(times[1]))
    if len(found) > 1 and sum(each.minutes for each in found.values()) in {each.minutes for each in whole.statements}:
        taken.update(found)


_CODED = re.compile(
    r"\b(9\d{4}"
    r"|G0283)\b(?:[ \t]*[x\u00d7][ \t]*\d\b)?[ \t]*[:=(\u2013-]{0,2}[ \t]*(?:\d+ ?units?[, (]*)?(\d{1,3})[ \t]*"
    r"(?:min\w*|')?(?![\w%/])",
    re.IGNORECASE,
)


def by_code(note: str, rows: Sequence[Row], taken: dict[int, Length], interventions: Sequence[Intervention]) -> None:
    """Give rows the minutes of a list of codes that stands apart, where one row alone supports the code."""
    listed = [
        each
        for each in _CODED.finditer(note)
        if not any(row.start <= each.start() < row.end for row in rows) and 4 < int(each[2]) <= LONGEST_ROW
    ]
    if not listed or len({each[1] for each in listed}) != len(listed):
        return
    supported = {row.place: support(interventions[row.place].quote.text, discipline=None).codes for row in rows}
    for each in listed:
        own = [row for row in rows if each[1].upper() in supported[row.place]]
        if len(own) == 1 and own[0].place not in taken and supported[own[0].place][0] == each[1].upper():
            taken[own[0].place] = Length(Kind.BARE, each.start(2), each.end(2), int(each[2]))
