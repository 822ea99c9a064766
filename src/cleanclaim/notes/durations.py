"""Lengths of time as a note writes them: with a unit, from clock to clock, or as bare figures that may be minutes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from cleanclaim.notes.numerals import WORDED, value

LONGEST = 480
"""Minutes of the longest visit that a note may record (a day of work conditioning)."""


class Kind(StrEnum):
    """How a length is written."""

    UNIT = "unit"  # "15 min", "half an hour"
    CLOCK = "clock"  # "8:04-8:19"
    MARK = "mark"  # "15'" or "15 m": minutes, feet or meters by what stands around
    BARE = "bare"  # "15": minutes only at the end of a row or beside a total's word


class Length(NamedTuple):
    """A length in minutes with its place; ``since`` and ``until`` are minutes after midnight of a clock."""

    kind: Kind
    start: int
    end: int
    minutes: int
    since: int | None = None
    until: int | None = None


_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
DATE = re.compile(
    r"\b\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?[ -]{_MONTH}\b(?:[ -]\d{{4}})?|\b{_MONTH}\.? \d{{1,2}}\b(?:,? \d{{4}})?",
    re.IGNORECASE,
)
"""A day as notes write it."""

_NUMBER = rf"(?:\d{{1,3}}(?:\.\d)?|\b{WORDED})"
_MINUTE = r"(?:minutes?|minuts?|minuets?|minites?|mins?|mnts?|mns?)(?![A-Za-z0-9])(?:\.(?=\s*[,;)\]]))?"
_BEFORE = r"(?<![\w:/\u2013-])(?<![^.]\.)(?<![$#\u20ac\u00a3])"
_WITH_UNIT = re.compile(
    rf"{_BEFORE}(?:[x\u00d7] ?)?(?P<number>{_NUMBER})(?:(?:[ \t]?[-\u2010-\u2015][ \t]?|[ \t]{{0,3}})(?:full "
    rf"|whole |timed |total |straight |good )?(?P<min>{_MINUTE})"
    rf"|[ \t]{{0,2}}[-\u2010-\u2015]?(?P<hour>hours?|hrs?"
    rf"|h)(?![A-Za-z0-9])(?:[ \t]{{0,2}}(?:and[ \t]{{1,2}})?(?P<rest>\d{{1,2}})[ \t]{{0,2}}{_MINUTE})?"
    rf"|(?P<mark>['\u2032\u2019](?!['\u2032\u2019\"\d])|[ \t]?m(?![A-Za-z0-9/\u00b2^])))",
    re.IGNORECASE,
)
_UNIT_FIRST = re.compile(
    r"(?<![\w-])(?:minutes?|mins?)\b\.?[ \t]{0,2}(?:[:=#\u2013-]"
    r"|\bof\b)?[ \t]{0,3}(?P<number>\d{1,3})(?![\w:/%.]?\d|[\w%])",
    re.IGNORECASE,
)
_WORDED_HOUR = re.compile(
    r"\b(?:(?P<half>(?:a[ \t]+)?half(?:[ \t]+an|[ \t]+of[ \t]+an|-?[ \t]*)[ \t]*hour)"
    r"|(?P<three>(?:three|3)[ -]quarters[ \t]+of[ \t]+an[ \t]+hour|3/4[ \t]+(?:of[ \t]+an[ \t]+)?(?:hour|hr))"
    r"|(?P<quarter>(?:a[ \t]+)?quarter(?:[ \t]+of[ \t]+an)?[ -]hour|1/4[ \t]+(?:hour|hr))"
    r"|(?P<halffigure>1/2[ \t]*(?:an[ \t]+)?(?:hour|hr)\b|\u00bd[ \t]*(?:an[ \t]+)?(?:hour|hr)\b)"
    r"|(?P<ahalf>(?:an|one)[ \t]+hour[ \t]+and[ \t]+a[ \t]+half)|(?P<aquarter>(?:an"
    r"|one)[ \t]+hour[ \t]+and[ \t]+a[ \t]+quarter)"
    r"|(?P<one>(?:a[ \t]+full|one|an)[ \t]+(?:full[ \t]+|whole[ \t]+)?hour))\b",
    re.IGNORECASE,
)
_HOURS = {"half": 30, "three": 45, "quarter": 15, "halffigure": 30, "ahalf": 90, "aquarter": 75, "one": 60}
_TIME = r"(?:(?:[01]?\d|2[0-3])[:.h][0-5]\d|(?:[01]\d|2[0-3])[0-5]\d)"
_HALF_DAY = r"(?:[ \t]?(?:[ap]\.?m\.?|[ap])(?![A-Za-z]))?"
_HOUR_ONLY = r"(?:1[0-2]|[1-9])"
_TO = (
    r"[ \t]{0,2}(?:hrs?|h)?[ \t]{0,2}(?:-|[\u2010-\u2015]|\u2192|->|/|,|;|\b(?:to|until|till|til|thru"
    r"|through)\b)[ \t]{0,3}"
)
_IN = (
    r"(?:\b(?:time[ \t]+|clock(?:ed)?[ \t]+)?(?:in|start(?:ed|s)?|began|begin|begins|arrived?|came)(?:[ \t]+(?:time"
    r"|at))?\b[ \t]{0,2}[:=@-]?[ \t]{0,3})"
)
_OUT = (
    r"(?:[,;/|\u2013-]?[ \t]{0,6}\b(?:and[ \t]+)?(?:time[ \t]+|clock(?:ed)?[ \t]+)?(?:out|stop(?:ped|s)?|end(?:ed"
    r"|s)?|finish(?:ed|es)?|done|left|leaves|departed)(?:[ \t]+(?:time|at))?\b[ \t]{0,2}[:=@-]?[ \t]{0,3})"
)
_CLOCK = re.compile(
    rf"(?<![\w.:/,$-])(?P<since>{_TIME}"
    rf"|(?P<short>{_HOUR_ONLY}))(?P<half1>{_HALF_DAY}){_TO}(?P<until>{_TIME})(?P<half2>{_HALF_DAY})(?!\d|[:/]\d|\.\d"
    rf"|-\d)",
    re.IGNORECASE,
)
_IN_OUT = re.compile(
    rf"{_IN}(?P<since>{_TIME})(?P<half1>{_HALF_DAY})[ \t]{{0,2}}(?:hrs?|h)?(?:\s{{1,8}}"
    rf"|[,;/|.\u2013-]\s{{0,4}}){_OUT}(?P<until>{_TIME})(?P<half2>{_HALF_DAY})(?!\d|:\d)",
    re.IGNORECASE,
)
_NAMED_BEHIND = re.compile(
    rf"(?<![\w.:/,$-])(?P<since>{_TIME})(?P<half1>{_HALF_DAY})[ \t]{{0,2}}(?:hrs?|h)?[ \t]{{0,2}}(?:in|arrived?"
    rf"|start(?:ed)?"
    rf"|began)\b[ \t]{{0,2}}[,;/|.\u2013-]?[ \t]{{0,3}}(?:and "
    rf"|to )?(?P<until>{_TIME})(?P<half2>{_HALF_DAY})[ \t]{{0,2}}(?:hrs?|h)?"
    rf"[ \t]{{0,2}}(?:out|left|end(?:ed)?|stop(?:ped)?|finish(?:ed)?|done)\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?<![\w.:/,$#%+\u00b1-])(?P<number>\d{{1,3}}|\b{WORDED}\b)(?![\w%\u00b0:]|[./-]\d|,\d)", re.IGNORECASE
)
_WRAPPED = re.compile(r"(min)-\n(utes?)", re.IGNORECASE)
_DIGITS = re.compile(r"\D+")
_COUNTED = re.compile(r"\b(?:reps?|sets?|laps?|trials?|level|lvl|grade|gr|stage|week|wk|x|\u00d7|#) ?$", re.IGNORECASE)
_RANGE_BEFORE = re.compile(r"(?P<times>[x\u00d7][ \t]?)?\d{1,3}[ \t]?(?:-|[\u2010-\u2015]|\bto\b|\bor\b)[ \t]?$")


def unwrapped(note: str) -> str:
    """Return ``note`` with "min-(line end)utes" read as one word; every other character keeps its place.

    >>> unwrapped("Timed min-" + chr(10) + "utes 50")
    'Timed minutes   50'
    """
    return _WRAPPED.sub(lambda found: found[1] + found[2] + "  ", note) if "-\n" in note else note


@lru_cache(maxsize=4)
def find(note: str) -> tuple[Length, ...]:
    """Return the lengths with a unit, clock ranges and marked figures of ``note``, in order, never overlapping.

    >>> [(each.kind.value, each.minutes) for each in find("8:04-8:19 glides; bike x 14 min; half an hour of chat")]
    [('clock', 15), ('unit', 14), ('unit', 30)]
    """
    note = unwrapped(note)
    found = [*_clocks(note), *_units(note)]
    found.sort(key=lambda each: (each.start, -each.end))
    kept: list[Length] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return tuple(kept)


def between(lengths: Sequence[Length], start: int, end: int) -> Sequence[Length]:
    """Return those of ``lengths`` (in order) that begin between ``start`` and ``end``.

    >>> [each.minutes for each in between(find("5 min, 6 min, 7 min"), 4, 12)]
    [6]
    """
    first = bisect_left(lengths, start, key=lambda each: each.start)
    return lengths[first : bisect_left(lengths, end, key=lambda each: each.start)]


def overlaps(lengths: Sequence[Length], start: int, end: int) -> bool:
    """Return whether any of ``lengths`` (in order, apart from each other) shares a place with ``start`` to ``end``.

    >>> overlaps(find("5 min, 6 min"), 3, 8), overlaps(find("5 min, 6 min"), 5, 7)
    (True, False)
    """
    following = bisect_left(lengths, start, key=lambda each: each.start)
    return any(each.start < end and start < each.end for each in lengths[max(0, following - 1) : following + 1])


def of_visit(note: str, length: Length) -> bool:
    """Return whether the words of a clock name it as the visit's: in and out, arrived and left.

    >>> note = "10:02 in, 10:40 out"
    >>> of_visit(note, find(note)[0])
    True
    """
    return any(each.match(note, length.start, length.end) is not None for each in (_NAMED, _NAMED_BEHIND))


_NAMED = re.compile(r"(?:time\s+|clock(?:ed)?\s+)?(?:in|start\w*|began|begins?|arrived?|came)\b", re.IGNORECASE)


def bare(note: str, start: int, end: int) -> list[Length]:
    """Return the figures without a unit between ``start`` and ``end`` that no found length covers.

    >>> [each.minutes for each in bare("total 38 (in 38 min)", 0, 20)]
    [38]
    """
    lengths = find(note)
    figures = []
    for each in _BARE.finditer(note, start, end):
        if overlaps(lengths, each.start(), each.end()):
            continue
        minutes = value(each["number"])
        if minutes is not None and minutes <= LONGEST:
            figures.append(Length(Kind.BARE, each.start(), each.end(), minutes))
    return figures


def _units(note: str) -> list[Length]:
    found: list[Length] = []
    for each in _WITH_UNIT.finditer(note):
        before = _RANGE_BEFORE.search(note, max(0, each.start() - 9), each.start("number"))
        if before and not before["times"] and not _COUNTED.search(note, max(0, before.start() - 8), before.start()):
            continue
        minutes = _minutes(each)
        if minutes is not None:
            kind = Kind.MARK if each["mark"] else Kind.UNIT
            found.append(Length(kind, each.start(), each.end(), minutes))
    for each in _UNIT_FIRST.finditer(note):
        found.append(Length(Kind.UNIT, each.start(), each.end(), int(each["number"])))
    for each in _WORDED_HOUR.finditer(note):
        found.append(Length(Kind.UNIT, each.start(), each.end(), _HOURS[str(each.lastgroup)]))
    return [each for each in found if each.minutes <= LONGEST]


def _minutes(found: re.Match[str]) -> int | None:
    written = found["number"]
    if "." in written:
        exact = float(written) * (60 if found["hour"] else 1)
        return int(exact) if exact == int(exact) else None
    number = value(written)
    if number is None:
        return None
    if found["hour"]:
        return number * 60 + int(found["rest"] or 0)
    return number


def _clocks(note: str) -> list[Length]:
    found = []
    for pattern in (_IN_OUT, _NAMED_BEHIND, _CLOCK):
        for each in pattern.finditer(note):
            length = _clock(each)
            if length is not None:
                found.append(length)
    return found


def _clock(found: re.Match[str]) -> Length | None:
    first, last = found["since"], found["until"]
    military = first.isdigit() and len(first) == 4
    if military != (last.isdigit() and len(last) == 4):
        return None
    half_of_day = _half(found["half2"]) or _half(found["half1"])
    dotted = "." in first or "." in last
    if (
        dotted
        and not half_of_day
        and not re.search(
            r"(?:from|at|time|in|start\w*)\W{0,3}$",
            found.string[max(0, found.start() - 8) : found.start("since")],
            re.I,
        )
        and not found.group().lower().startswith(("in", "time", "start", "clock"))
    ):
        return None
    if len(first) <= 2 and not half_of_day:
        return None
    since, until = _of_day(first), _of_day(last)
    if _half(found["half2"]) == "p" and until < 720:
        until += 720
    first_half = _half(found["half1"]) or ""
    if first_half == "p" and since < 720:
        since += 720
    if until < since and not military and since - until < 720:
        until += 720
    elif not first_half and half_of_day == "p" and since < 720 and until - since > 720:
        since += 720
    minutes = until - since
    if (not first_half and minutes > LONGEST and minutes > 720) or (
        not first_half and half_of_day == "p" and since < 720 <= until and minutes >= 720
    ):
        since, minutes = since + 720, minutes - 720
    if not 0 < minutes <= LONGEST:
        return None
    return Length(Kind.CLOCK, found.start(), found.end(), minutes, since % 1440, until % 1440)


def _half(written: str | None) -> str | None:
    stripped = (written or "").strip().lower()
    return stripped[0] if stripped else None


def _of_day(written: str) -> int:
    if written.isdigit():
        return int(written) * 60 if len(written) <= 2 else int(written[:2]) * 60 + int(written[2:])
    hours, minutes = _DIGITS.split(written)
    return int(hours) * 60 + int(minutes)
