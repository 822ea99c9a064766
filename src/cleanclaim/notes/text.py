"""A note as a page: its lines, sentences and clauses with their places, and the words of the tables found in them."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cleanclaim.notes import durations, phrases
from cleanclaim.notes.durations import Length
from cleanclaim.notes.phrases import Hit, Word

_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_STOP = re.compile(r"(?<!\.)[.!?][\"\u201d\u2019')\]]?[ \t\u00a0]+")
_PART = re.compile(r";[ \t]*|[ \t]+(?:\u2014|--)[ \t]+")
_NEVER = frozenset(
    [
        "dr",
        "mr",
        "mrs",
        "ms",
        "st",
        "vs",
        "e.g",
        "i.e",
        "no",
        "approx",
        "prof",
        "nr",
        "fig",
        "ca",
        "cf",
        "resp",
        "pt.no",
        "incl",
        "dept",
        "ave",
        "jr",
        "sr",
        "viz",
        "c",
        "s",
        "w",
        "gr",
        "lev",
    ]
)
_SOFT = frozenset(
    [
        "min",
        "mins",
        "wk",
        "wks",
        "yr",
        "yrs",
        "mo",
        "mos",
        "hr",
        "hrs",
        "sec",
        "secs",
        "lb",
        "lbs",
        "kg",
        "cm",
        "mm",
        "ft",
        "rep",
        "reps",
        "ext",
        "flex",
        "abd",
        "add",
        "deg",
        "wt",
        "ex",
        "approx",
        "max",
        "mod",
        "sup",
        "vis",
        "tx",
        "rx",
        "hx",
        "dx",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "mon",
        "tue",
        "tues",
        "wed",
        "thu",
        "thur",
        "thurs",
        "fri",
        "sat",
        "sun",
        "amb",
        "bilat",
        "lat",
        "ant",
        "post",
        "sup",
        "inf",
    ]
)
_LEAST_WRAP, _MOST_WRAP = 48, 110


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence or a part of one: its place, and the number of its line."""

    start: int
    end: int
    line: int


def lines(note: str) -> list[tuple[int, int]]:
    """Return the places of the lines of ``note`` that hold any word, blanks at their ends left out.

    Lines that a narrow window broke (each so long that the next word had no room) count as one.

    >>> lines("Tx today  " + chr(10) * 2 + " 1. bridges 3 x 10")
    [(0, 8), (13, 30)]
    """
    found = []
    for each in _LINE.finditer(note):
        start, end = _stripped(note, each.start(), each.end())
        if start < end:
            found.append((start, end))
    return _rejoined(note, found)


def _stripped(note: str, start: int, end: int) -> tuple[int, int]:
    written = note[start:end]
    return start + len(written) - len(written.lstrip()), start + len(written.rstrip())


def _rejoined(note: str, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Lines broken by a window's width are put together: words that hyphenate, and whole paragraphs of equal width."""
    if len(found) < 2:
        return found
    width = max(end - start for start, end in found)
    wrapped = 0
    if _LEAST_WRAP <= width <= _MOST_WRAP:
        wrapped = sum(_had_no_room(note, one, other, width) for one, other in itertools.pairwise(found))
    paragraphs = wrapped >= 2 and wrapped * 10 >= 7 * (len(found) - 1)
    joined = [found[0]]
    before = found[0]
    for each in found[1:]:
        gap = each[0] - before[1] <= 3 and note.count("\n", before[1], each[0]) <= 1
        hyphened = note[before[1] - 1] == "-" and note[before[1] - 2].isalpha() and note[each[0]].islower()
        if gap and (hyphened or (paragraphs and note[each[0]].islower() and _had_no_room(note, before, each, width))):
            joined[-1] = (joined[-1][0], each[1])
        else:
            joined.append(each)
        before = each
    return joined


def _had_no_room(note: str, one: tuple[int, int], other: tuple[int, int], width: int) -> bool:
    blank = note.find(" ", other[0], other[1])
    first = (blank if blank >= 0 else other[1]) - other[0]
    return one[1] - one[0] + 1 + first > width


def sentences(note: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the places of the sentences of ``note`` between ``start`` and ``end``; abbreviations end none.

    >>> text = "Bridges 2 min. x 3. Dr. May rang. i.e. no"
    >>> [text[a:b] for a, b in sentences(text, 0, len(text))]
    ['Bridges 2 min. x 3.', 'Dr. May rang.', 'i.e. no']
    """
    start, end = _stripped(note, start, end)
    found, begin = [], start
    for each in _STOP.finditer(note, start, end):
        if each.end() >= end or (note[each.start()] == "." and _abbreviates(note, begin, each.start(), each.end())):
            continue
        found.append((begin, each.start() + len(each.group().rstrip())))
        begin = each.end()
    if begin < end:
        found.append((begin, end))
    return found


def _abbreviates(note: str, begin: int, stop: int, following: int) -> bool:
    before = note[max(begin, stop - 9) : stop].rpartition(" ")[2].lower().lstrip("([\"'")
    alone = len(before) == 1 and stop - begin > 3 and note[stop - 2] == " "
    if alone and note[stop - 1] in "RL" and (note[stop - 3].islower() or note[stop - 3].isdigit()):
        return False  # a side, and no initial
    if before in _NEVER or (len(before) == 1 and before.isalpha() and note[stop - 1].isupper()):
        return True
    if stop - len(before) == begin and before.isdigit() and len(before) < 3:
        return True  # the number of a list's item
    return before in _SOFT and not (note[following].isupper() or note[following].isdigit())


def parts(note: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the places of the clauses of one sentence: what semicolons and dashes part.

    >>> text = "did bridges; stairs refused"
    >>> [text[a:b] for a, b in parts(text, 0, len(text))]
    ['did bridges', 'stairs refused']
    """
    found, begin = [], start
    for each in _PART.finditer(note, start, end):
        if each.start() > begin:
            found.append((begin, each.start()))
        begin = each.end()
    if begin < end:
        found.append((begin, end))
    return found


class Page:
    """A note with its lines, words and hits of the word tables; everything asked of it is by place."""

    __slots__ = ("_at", "_tables", "lengths", "lines", "note", "words")

    def __init__(self, note: str) -> None:
        self.note = note
        self.lines = lines(note)
        self.words: list[Word] = phrases.words(note)
        self.lengths: tuple[Length, ...] = durations.find(note)
        self._tables: dict[str, tuple[list[Hit], list[int]]] = {}
        self._at = [word.start for word in self.words]

    def hits(self, table: str, start: int, end: int) -> list[Hit]:
        """Return the phrases of ``table`` that begin between ``start`` and ``end``."""
        if table not in self._tables:
            found = list(phrases.phrases(table).find(self.note, self.words))
            self._tables[table] = (found, [each.start for each in found])
        found, starts = self._tables[table]
        return found[bisect_left(starts, start) : bisect_left(starts, end)]

    def words_in(self, start: int, end: int) -> Sequence[Word]:
        """Return the words that begin between ``start`` and ``end``."""
        return self.words[bisect_left(self._at, start) : bisect_left(self._at, end)]

    def lengths_in(self, start: int, end: int) -> list[Length]:
        """Return the lengths of time that begin between ``start`` and ``end``."""
        found = self.lengths
        first = bisect_left(found, start, key=lambda each: each.start)
        last = bisect_left(found, end, key=lambda each: each.start)
        return list(found[first:last])


@lru_cache(maxsize=4)
def page(note: str) -> Page:
    """Return the page of ``note``, kept while the same note is read by several parts."""
    return Page(note)
