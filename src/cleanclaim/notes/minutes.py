"""Minutes of each intervention: in its own row, heading or clause, or by its own start and stop; else none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cleanclaim.notes import columns, durations, statements, totals
from cleanclaim.notes.clauses import flowed
from cleanclaim.notes.columns import LONGEST_ROW, Row
from cleanclaim.notes.durations import Kind, Length
from cleanclaim.notes.facts import Intervention, Quote, Section, Status

_NOT_OF_IT = re.compile(
    r"\b(?:hold(?:s|ing)?|held|rest(?:s|ed|ing)?|late|early|after(?! (?:that|this|which)\b)|every|tolerat\w+"
    r"|tolerance|break|breaks|wait\w*"
    r"|pause\w*|per|weekly|home|goal|goals|ago|until|within"
    r"|travel\w*|nap|recover\w*|in the armchair|by minute|minute \d+|apart|at night|overnight|sits?|stands?|stood"
    r"|sat|lasted for|before"
    r"|relief|longer|earlier|lies|lay|lying|wearing|wears?|worn|without leaving|slept|kneels|knelt|nonstop)\b"
    r"|\b(?:\d+|min\w*|one|two|five|ten|twelve|fifteen|twenty|thirty) of (?:the |those |these |his |her )?\u00b7"
    r"|\b(?:first|last|final|next|previous) \u00b7(?! ?(?:went|were|was|on|of|with|we|spent|for"
    r"|given|doing)\b)",
    re.IGNORECASE,
)
_FRAGMENT_FROM = re.compile(r"[,;.|:=()\[\]\n]|\s[\u2013\u2014/-]\s")
_SENTENCE = re.compile(r"[.!?](?=\s|$)|[;|\n]")
_ROW_END = re.compile(
    r"[\s.:=|,\u2013\u2014\u2022\u2026_/@~*>-]*(?:[(\[]?(?:cpt\s?)?(?:9\d{4}"
    r"|g0283)\b[)\]]?[\s:=|,-]*)?[(\[{]?\s*(?:x\s?|\u00d7\s?|for\s|time[:=]?\s?|min(?:utes?"
    r"|s)?[:=]?\s?)?$",
    re.IGNORECASE,
)
_AFTER_ROW = re.compile(
    r"\s*[)\]}]?\s*(?:$|[,;|.(\[\n\u2013\u2014/-]|\d+ ?units?\b|(?:[YNTU]|yes|no|\d{1,2})\s*\|?\s*$|(?:un|non-?"
    r"|not )?timed\b|1:1|one[- ](?:on|to)[- ]one|individual"
    r"|direct\b)",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"(?:(?<=[^\d\s])\s+/\s+|[|:=(\[\t\u2026]|\.{2,}|\s{2,}|\s[\u2013\u2014-]\s|\b\d+\s*[x\u00d7]\s*\d+"
    r"|\(9\d{4}\))\s*(?:x\s?)?$"
)
_MARKED = re.compile(r"(?:=|\.{3,}|\||\t|\s{3,}|:)\s*$")
_COLUMN = re.compile(r"[ )\]|.]*(?:[\s|]{2,}(?:[YNTU]|yes|no|timed|untimed|\d{1,2})[\s|]*)?", re.IGNORECASE)
_SHARED_ROW = re.compile(r"\s*[+/&=]")
_FEW, _LEAST = 4, 3
_COUNTER = re.compile(
    r"\b(?:level|lvl|grade|gr|set|sets|stage|rpe|week|wk|visit|of|to|x|at|phase|size|score|by|borg|no|number|day"
    r"|pod|age|speed|incline|mph|resistance|c|l|t|s|#|\u00d7|than|under|over|about)\.?\s*$",
    re.IGNORECASE,
)
_DISTANCE = re.compile(
    r"\b(?:walk\w*|gait|amb\w*|corridor|laps?|distance|ran|running|jog\w*|swim\w*|sprint\w*|loop|course|hall\w*)\b",
    re.IGNORECASE,
)
_REFERS = re.compile(r"\b(?:on|for|at|to|doing|with|of) (?:that|this|it|these|those|them)\b|\bspent\b", re.IGNORECASE)
_PURE = re.compile(
    r"\s*(?:[\u2022*>-]\s*)?(?:(?:time|duration|minutes|mins?|length|for|total|tx time|treatment time|x|spent|about"
    r"|took|taking|lasting|lasted|ran"
    r"|dose)\b[\s:=-]*)*$",
    re.IGNORECASE,
)
_PURE_AFTER = re.compile(
    r"(?:\s*[,;(/-]?\s*(?:\(?1:1\)?|one[- ](?:on|to)[- ]one|individual(?:ly)?|direct|timed|untimed|on that|on this"
    r"|on it|of this|of that|in all|total|spent|here|\d+\s*units?|billed|ind\.?)\)?)*[\s.)]*",
    re.IGNORECASE,
)
_NEAR = 100
_MOST_ROWS, _MOST_LENGTHS = 250, 500
"""Rows and lengths bound to each other: no note of one visit holds more."""


def bind(note: str, sections: Sequence[Section], interventions: tuple[Intervention, ...]) -> tuple[Intervention, ...]:
    """Return ``interventions`` with minutes, their quote and own clock times where ``note`` gives them for this one.

    Minutes stand inside the span, behind or before it in its row or clause, in a heading over it alone, or in the next
    sentence or line that says nothing else. Nothing is shared out, nothing taken from a total; spans that were not
    performed keep null. Bare figures count at the end of a row only ("... 23", "| 10 |", "(12)").

    >>> note = "8:04-8:19 C1-2 rotation mobilization\\nCalf raises 3 x 12 (10)\\nTimed 25. Total 25."
    >>> given = [Intervention(Quote.of(note, *at), Status.PERFORMED) for at in ((10, 36), (37, 55))]
    >>> [(each.minutes, each.clock_start) for each in bind(note, (), tuple(given))]
    [(15, 484), (10, None)]
    """
    whole = totals.visit(note, sections, interventions)
    written, note = note, durations.unwrapped(flowed(note))
    rows = _rows(note, interventions)[:_MOST_ROWS]
    free = [
        each
        for each in durations.find(flowed(written))[:_MOST_LENGTHS]
        if not whole.holds(each) and not _in_other(note, each, interventions)
    ]
    marks = [each for each in free if each.kind is Kind.MARK]
    plain = [each for each in free if each.kind is not Kind.MARK]
    taken: dict[int, Length] = {}
    clocks = columns.clocks(note, rows, [each for each in plain if each.kind is Kind.CLOCK])
    units = [each for each in plain if each.kind is Kind.UNIT]
    _by_place(note, rows, units, taken)
    _by_row_end(note, rows, marks, taken, whole)
    _by_place(note, rows, [each for each in units if each not in taken.values()], taken, beyond=True)
    if rows and not taken and not clocks:
        columns.by_column(note, rows, taken, whole)
        columns.by_times(note, rows, taken, whole)
        columns.by_code(note, rows, taken, interventions)
    bound = list(interventions)
    for row in rows:
        length = taken.get(row.place) or clocks.get(row.place)
        clock = clocks.get(row.place)
        if length is not None:
            bound[row.place] = replace(
                bound[row.place],
                minutes=length.minutes,
                minutes_quote=Quote.of(written, length.start, length.end),
                clock_start=clock and clock.since,
                clock_end=clock and clock.until,
            )
    return tuple(bound)


def _rows(note: str, interventions: Sequence[Intervention]) -> list[Row]:
    order = sorted(range(len(interventions)), key=lambda place: interventions[place].quote.start)
    rows = []
    for number, place in enumerate(order):
        span = interventions[place].quote
        if interventions[place].status is not Status.PERFORMED:
            continue
        start = note.rfind("\n", 0, span.start) + 1
        end = statements.line_end(note, span.end)
        if number:
            start = max(start, min(interventions[order[number - 1]].quote.end, span.start))
        if number + 1 < len(order):
            end = max(span.end, min(end, interventions[order[number + 1]].quote.start))
        rows.append(Row(place, start, end, span))
    return rows


def _in_other(note: str, length: Length, interventions: Sequence[Intervention]) -> bool:
    """Return whether ``length`` is in the span or alone on the line of something that was not performed."""
    start, end = note.rfind("\n", 0, length.start) + 1, statements.line_end(note, length.end)
    on_line = [each for each in interventions if each.quote.start < end and start < each.quote.end]
    others = [each for each in on_line if each.status is not Status.PERFORMED]
    if len(others) == len(on_line):
        return bool(others)
    return any(each.quote.start <= length.start < each.quote.end for each in others)


def _fragment(note: str, length: Length, start: int, end: int) -> str:
    """Return the words around ``length`` up to the next comma, bracket or stop on either side."""
    start, end = max(start, length.start - _NEAR), min(end, length.end + _NEAR)
    since = start
    for each in _FRAGMENT_FROM.finditer(note, start, length.start):
        since = each.end()
    until = _FRAGMENT_FROM.search(note, length.end, end)
    return note[since : length.start] + "\u00b7" + note[length.end : until.start() if until else end]


def _of_it(note: str, length: Length, start: int, end: int) -> bool:
    return not _NOT_OF_IT.search(_fragment(note, length, start, end))


def _by_place(
    note: str, rows: Sequence[Row], lengths: Sequence[Length], taken: dict[int, Length], beyond: bool = False
) -> None:
    """Give rows their lengths: inside the span, else behind it, else before it; ``beyond``: on neighboring lines."""
    for number, row in enumerate(rows):
        if row.place in taken:
            continue
        if beyond:
            length = _heading(note, rows, number, lengths, taken) or _next_line(note, rows, number, lengths)
        else:
            length = (
                _inside(note, row, lengths)
                or _behind(note, rows, number, lengths, taken)
                or _ahead(note, rows, number, lengths, taken)
            )
        if length is not None and length not in taken.values():
            taken[row.place] = length


def _inside(note: str, row: Row, lengths: Sequence[Length]) -> Length | None:
    own = [each for each in lengths if row.span.start <= each.start and each.end <= row.span.end + 1]
    own = [each for each in own if _of_it(note, each, row.span.start, row.span.end)]
    if (
        len(own) > 1
        and note[own[-1].end : row.span.end].strip(" .)]") == ""
        and "," in note[own[-2].end : own[-1].start]
    ):
        return own[-1]
    return own[0] if len(own) == 1 else None


def _same_clause(note: str, rows: Sequence[Row], number: int, step: int) -> bool:
    """Return whether the neighboring row shares the line of this one with no stop or semicolon between."""
    other = number + step
    if not 0 <= other < len(rows):
        return False
    first, second = (rows[other], rows[number]) if step < 0 else (rows[number], rows[other])
    return not _SENTENCE.search(note, first.span.end, second.span.start)


def _leads(note: str, rows: Sequence[Row], number: int, lengths: Sequence[Length]) -> bool:
    """Return whether on this row's line figures stand before their activities: "15 min glides, 10 min curls"."""
    line = note.rfind("\n", 0, rows[number].span.start) + 1
    end = statements.line_end(note, line)
    on_line = [row for row in rows if line <= row.span.start < end]
    before = [each for each in lengths if line <= each.start < on_line[0].span.start]
    behind = [each for each in lengths if on_line[-1].span.end <= each.start < end]
    return bool(before) and not behind


def _behind(
    note: str, rows: Sequence[Row], number: int, lengths: Sequence[Length], taken: dict[int, Length]
) -> Length | None:
    row = rows[number]
    for each in lengths:
        if not row.span.end <= each.start < row.end or each in taken.values():
            continue
        between = note[row.span.end : each.start]
        if _SENTENCE.search(between.rstrip("|: ")) and not (
            _alone(note, rows, number, each) or _ends_row(note, rows, number, each)
        ):
            return None
        if _leads(note, rows, number, lengths) or not _of_it(note, each, row.span.end, row.end):
            return None
        if _same_clause(note, rows, number, -1) and rows[number - 1].place not in taken and "," not in between:
            return None
        return each
    return None


def _alone(note: str, rows: Sequence[Row], number: int, length: Length) -> bool:
    """Return whether ``length`` makes up a sentence of its own behind the only activity before it on the line."""
    row = rows[number]
    if _same_line(note, rows, number):
        return False
    since = row.span.end
    for each in _SENTENCE.finditer(note, row.span.end, length.start):
        since = each.end()
    until = re.search(r"[.;|\n,]", note[length.end : row.end] or "\n")
    sentence = note[length.end : length.end + (until.start() if until else row.end - length.end)]
    if _PURE.match(note, since, length.start) and _PURE_AFTER.fullmatch(sentence):
        return True
    return _REFERS.search(sentence) is not None and _of_it(note, length, since, row.end)


def _ends_row(note: str, rows: Sequence[Row], number: int, length: Length) -> bool:
    """Return whether ``length`` ends the row of its only activity, whatever clauses of it stand between."""
    row = rows[number]
    if _same_line(note, rows, number) or re.search(r"[.!?]\s|\n", note[row.span.end : length.start]):
        return False
    return _PURE_AFTER.fullmatch(note, length.end, row.end) is not None


def _same_line(note: str, rows: Sequence[Row], number: int) -> bool:
    line = note.rfind("\n", 0, rows[number].span.start)
    return number > 0 and rows[number - 1].span.end > line


def _ahead(
    note: str, rows: Sequence[Row], number: int, lengths: Sequence[Length], taken: dict[int, Length]
) -> Length | None:
    row = rows[number]
    own = [each for each in lengths if row.start <= each.start < row.span.start and each not in taken.values()]
    if not own:
        return None
    between = note[own[-1].end : row.span.start]
    if _SENTENCE.search(between) or not _of_it(note, own[-1], row.start, row.span.start):
        return None
    followers = [
        each
        for each in rows[number + 1 :]
        if each.span.start < statements.line_end(note, row.span.end)
        and not any(row.span.end <= one.start < each.span.end for one in lengths)
    ]
    return None if followers else own[-1]


def _heading(
    note: str, rows: Sequence[Row], number: int, lengths: Sequence[Length], taken: dict[int, Length]
) -> Length | None:
    """Return the figure of the heading line above, where this row alone stands under it."""
    row = rows[number]
    line = note.rfind("\n", 0, row.span.start)
    if line < 0:
        return None
    above = note.rfind("\n", 0, line) + 1
    heading = note[above:line].rstrip()
    own = [each for each in lengths if above <= each.start < line and each not in taken.values()]
    if len(own) != 1 or any(above <= each.span.start < line for each in rows):
        return None
    if not (
        heading.endswith(":")
        or (note[own[0].end : line].strip(" .)]-1:") == "" and not _SENTENCE.search(note, above, own[0].start))
    ):
        return None
    following = rows[number + 1] if number + 1 < len(rows) else None
    if following is not None:
        between = note[row.span.end : following.span.start]
        if "\n\n" not in between and not any(row.span.end <= each.start < following.span.end for each in lengths):
            return None
    return own[0] if _of_it(note, own[0], above, line) else None


def _next_line(note: str, rows: Sequence[Row], number: int, lengths: Sequence[Length]) -> Length | None:
    """Return the figure that makes up the next line, or refers back to this row there."""
    row = rows[number]
    line = statements.line_end(note, row.span.end)
    if line >= len(note) or (number + 1 < len(rows) and rows[number + 1].span.start < line):
        return None
    if number and rows[number - 1].span.end > note.rfind("\n", 0, row.span.start):
        return None
    end = statements.line_end(note, line + 1)
    for each in lengths:
        if line < each.start < end:
            alone = _PURE.match(note, line + 1, each.start) and _PURE_AFTER.fullmatch(note, each.end, end)
            refers = _REFERS.search(note, each.end, end) and not _SENTENCE.search(note, line + 1, each.start)
            return each if (alone or refers) and _of_it(note, each, line + 1, end) else None
    return None


def _by_row_end(
    note: str, rows: Sequence[Row], marks: Sequence[Length], taken: dict[int, Length], whole: totals.Visit
) -> None:
    """Give rows the bare or marked figure at their end: strong by what stands before it, else by the sum."""
    weak: dict[int, Length] = {}
    strong: dict[int, Length] = {}
    for number, row in enumerate(rows):
        if row.place in taken:
            continue
        found = _end_figure(note, rows, number, marks, whole)
        if found is not None:
            length, sure = found
            (strong if sure else weak)[row.place] = length
    sums = {each.minutes for each in whole.statements} | {each.minutes for each in (whole.head, whole.clock) if each}
    given = sum(each.minutes for each in taken.values())
    certain = sum(each.minutes for each in strong.values())
    if weak:
        agreed = given + certain + sum(each.minutes for each in weak.values()) in sums
        column = (
            len(weak) + len(strong) == len(rows) - len(taken)
            and len(weak) + len(strong) > 1
            and all(4 < each.minutes <= 60 for each in weak.values())
        )
        if agreed or column:
            strong |= weak
    taken.update(strong)


def _end_figure(
    note: str, rows: Sequence[Row], number: int, marks: Sequence[Length], whole: totals.Visit
) -> tuple[Length, bool] | None:
    row = rows[number]
    bare = durations.bare(note, row.span.start, row.end)
    for each in sorted([*marks, *bare], key=lambda one: one.start):
        if not row.span.start < each.start < row.end or whole.holds(each) or not 0 < each.minutes <= LONGEST_ROW:
            continue
        if each.kind is Kind.BARE and each.minutes < _LEAST:
            continue
        inside = each.start < row.span.end
        if inside and not _COLUMN.fullmatch(note, each.end, row.span.end):
            continue
        lead = note[row.span.start if inside else row.span.end : each.start]
        if (
            not inside
            and not _ROW_END.fullmatch(lead)
            and not (
                _ends_row(note, rows, number, each)
                and each.minutes > _FEW
                and (_MARKED.search(lead) or (each.kind is Kind.MARK and note[each.end - 1] not in "mM"))
            )
        ):
            continue
        summed = _SHARED_ROW.match(note, each.end) is not None
        if not _AFTER_ROW.match(note, each.end, row.end) and each.end != row.end and not summed:
            continue
        before = note[row.span.start : each.start]
        if _COUNTER.search(before):
            continue
        if each.kind is Kind.MARK and note[each.end - 1] in "mM" and _DISTANCE.search(before):
            return each, False
        sure = _STRONG.search(before) is not None or each.kind is Kind.MARK
        if inside and sure and each.kind is Kind.BARE and not re.search(r"(?:\s{2,}|\||\.{3,}|=\s?|\()\s*$", before):
            sure = False
        return each, sure and not summed
    return None
