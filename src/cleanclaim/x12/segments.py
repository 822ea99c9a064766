"""Segments and elements of a block of X12 bytes, as arrays of positions.

Nothing is cut out or copied here: a segment is an index into arrays, an element is a start and a length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cleanclaim.x12.delimiters import Delimiters

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

PADDING = 64  # spare bytes before the first and after the last one, so that windows of bytes may reach past them
_MASKS = np.array([(1 << 8 * k) - 1 for k in range(9)], np.uint64)
_BOM = b"\xef\xbb\xbf"


class Spans(NamedTuple):
    """Byte ranges; a length of 0 says absent or empty."""

    start: Ints
    length: Ints

    def where(self, keep: Flags) -> Spans:
        """Return the same ranges, absent where ``keep`` is false."""
        return Spans(self.start, np.where(keep, self.length, 0))

    def at(self, key: Any) -> Spans:
        """Return the ranges that ``key`` picks from both arrays."""
        return Spans(self.start[key], self.length[key])


def windows(data: Bytes, start: Ints, width: int) -> Bytes:
    """Return a row of ``width`` bytes from each start, which may not be nearer to the end of ``data``."""
    return np.ndarray((len(data) - width + 1,), f"V{width}", data, 0, (1,))[start].view(np.uint8).reshape(-1, width)


def words(data: Bytes, start: Ints) -> Words:
    """Return the eight bytes from each start as one little-endian number."""
    return windows(data, start, 8).view("<u8").ravel()


def short_words(data: Bytes, spans: Spans) -> Words:
    """Return the first eight bytes of each range, or as many as it has, as ``word_of`` would."""
    return words(data, spans.start) & _MASKS[np.minimum(spans.length, 8)]


def word_of(text: bytes) -> np.uint64:
    """Return up to eight bytes as one little-endian number."""
    return np.uint64(int.from_bytes(text, "little"))


def gathered(data: Bytes, spans: Spans) -> tuple[Bytes, Ints]:
    """Return the bytes of all ranges one after the other, and where each range begins among them."""
    begins = np.cumsum(spans.length) - spans.length
    source = np.arange(int(spans.length.sum())) + np.repeat(spans.start - begins, spans.length)
    return data[source], begins


@dataclass(frozen=True, slots=True)
class Segments:
    """The segments of a block in order; blank ones are left out.

    ``separators`` holds the positions of all element separators and terminators. ``first`` and ``last`` index it: the
    first separator of a segment, and its terminator. Both have one entry more than there are segments, which makes
    row -1 a segment without elements, so that an index of -1 means absent throughout.
    """

    data: Bytes
    delimiters: Delimiters
    separators: Ints
    first: Ints
    last: Ints
    start: Ints
    stop: Ints
    ids: npt.NDArray[np.uint32]
    blank: Ints
    end: int  # just past the last terminator

    def __len__(self) -> int:
        return len(self.start)

    def until(self, count: int) -> Segments:
        """Return the first ``count`` segments."""
        if count == len(self):
            return self
        return Segments(
            self.data,
            self.delimiters,
            self.separators,
            np.append(self.first[:count], 1),
            np.append(self.last[:count], 0),
            self.start[:count],
            self.stop[:count],
            self.ids[:count],
            self.blank[self.blank < self.start[count]],
            int(self.start[count]),
        )

    def named(self, name: bytes) -> Flags:
        """Return which segments have this two or three letter id, and at least one element."""
        return self._named(name, self.ids)

    def interchanges(self, after: int) -> Ints:
        """Return the rows from ``after`` on that begin with ISA, whatever separates their elements."""
        isa = np.uint32(int.from_bytes(b"ISA", "little"))
        return np.flatnonzero((self.ids[after:] & np.uint32(0xFFFFFF)) == isa) + after

    def last_named(self, names: Sequence[bytes], after: int) -> int:
        """Return the last row past ``after`` that has one of these ids, or -1."""
        for width in (1024, len(self)):
            begin = max(after + 1, len(self) - width)
            found = np.zeros(max(len(self) - begin, 0), bool)
            for name in names:
                found |= self._named(name, self.ids[begin:])
            if found.any():
                return begin + int(np.flatnonzero(found)[-1])
        return -1

    def _named(self, name: bytes, ids: npt.NDArray[np.uint32]) -> Flags:
        prefix = np.uint32(int.from_bytes(name + bytes([self.delimiters.element]), "little"))
        return (ids if len(name) == 3 else ids & np.uint32(0xFFFFFF)) == prefix

    def split(self, rows: Ints, name: bytes, *qualifiers: bytes) -> list[Ints]:
        """Return, for each qualifier, those of ``rows`` that go on with it after ``name``; both with ``*`` and ``:``."""
        found: list[Ints] = []
        word = words(self.data, self.start[rows])
        own = bytes([self.delimiters.element, self.delimiters.component])
        for qualifier in qualifiers:
            wanted = (name + qualifier).translate(bytes.maketrans(b"*:", own))
            found.append(rows[(word & _MASKS[len(wanted)]) == word_of(wanted)])
        return found

    def element(self, rows: Ints, place: int) -> Spans:
        """Return the element at ``place`` (from 1) of the segments at ``rows``; absent where they have fewer."""
        return self.elements(rows, [place]).at(0)

    def elements(self, rows: Ints, places: Sequence[int]) -> Spans:
        """Return one row of ranges a place; ``rows`` are the segments for all places, or a row of them for each."""
        at = self.first[rows] + np.asarray(places)[:, None]
        absent = at > self.last[rows]
        start = self.separators.take(at - 1, mode="clip") + 1
        length = self.separators.take(at, mode="clip") - start
        length[absent] = 0
        return Spans(start, length)

    def elements_of(self, rows: Ints) -> tuple[Spans, Ints]:
        """Return every element of the segments at ``rows``, in order, and for each the place of its row in ``rows``."""
        count = np.maximum(self.last[rows] - self.first[rows], 0)
        owner = np.repeat(np.arange(len(rows)), count)
        at = np.arange(len(owner)) + np.repeat(self.first[rows] + 1 - (np.cumsum(count) - count), count)
        start = self.separators[at - 1] + 1
        return Spans(start, self.separators[at] - start), owner

    def components_of(self, composite: Spans, places: Sequence[int]) -> Spans:
        """Return one row of ranges a place (from 1) within composite elements.

        Separators are looked for in the first 64 bytes of an element: valid ones stand within the first 30.
        """
        width = int(min(max(composite.length.max(initial=1), 1), PADDING))
        inside = np.arange(width, dtype=np.uint8) < np.minimum(composite.length, width).astype(np.uint8)[:, None]
        hits = np.flatnonzero((windows(self.data, composite.start, width) == self.delimiters.component) & inside)
        owner = hits // width
        count = np.bincount(owner, minlength=len(composite.start))
        stops = np.append(composite.start[owner] + hits - owner * width, np.zeros(max(places), np.int64))
        before = np.cumsum(count) - count
        end = composite.start + composite.length
        found = []
        for place in places:
            start = composite.start if place == 1 else np.where(count >= place - 1, stops[before + place - 2] + 1, end)
            stop = np.where(count >= place, stops[before + place - 1], end)
            found.append((start, stop - start))
        return Spans(*(np.stack(part) for part in zip(*found, strict=True)))

    def equal(self, spans: Spans, text: bytes) -> Flags:
        """Return which of the ranges hold exactly ``text``, of up to 64 bytes."""
        same = spans.length == len(text)
        for k in range(0, len(text), 8):
            piece = text[k : k + 8]
            same &= (words(self.data, spans.start + k) & _MASKS[len(piece)]) == word_of(piece)
        return same

    def same(self, one: Spans, other: Spans) -> Flags:
        """Return which of the ranges hold the same bytes as their counterparts."""
        same = one.length == other.length
        rows = np.flatnonzero(same & (one.length > 0))
        if len(rows):
            text, begins = gathered(self.data, one.at(rows))
            differs = text != gathered(self.data, other.at(rows))[0]
            same[rows] = ~np.logical_or.reduceat(differs, begins)
        return same


def tokenise(data: Bytes, stop: int, delimiters: Delimiters) -> Segments:
    """Return the complete segments of ``data[PADDING:stop]``; bytes after the last terminator are left alone.

    ``data`` must have ``PADDING`` bytes beyond ``stop``. Control characters and spaces between segments, and a byte
    order mark before one, belong to no segment.
    """
    body = data[:stop]
    separators = np.flatnonzero((body == delimiters.terminator) | (body == delimiters.element))
    last = np.flatnonzero(body.take(separators) == delimiters.terminator)
    stops = separators[last]
    first = np.zeros_like(last)
    start = np.full_like(last, PADDING)
    np.add(last[:-1], 1, out=first[1:])
    np.add(stops[:-1], 1, out=start[1:])
    end = int(stops[-1]) + 1 if len(stops) else PADDING
    ids = _ids(data, start)
    head = ids.astype(np.uint8)
    if ((head <= 32) | (head == _BOM[0])).any():
        start = _past_padding(data, start, stops)
        ids = _ids(data, start)
    blank = np.empty(0, np.int64)
    empty = start >= stops
    if empty.any():
        blank = start[empty] if delimiters.terminator > 32 else blank
        kept = ~empty
        first, last, start, stops, ids = first[kept], last[kept], start[kept], stops[kept], ids[kept]
    first, last = np.append(first, 1), np.append(last, 0)
    return Segments(data, delimiters, separators, first, last, start, stops, ids, blank, end)


def _ids(data: Bytes, start: Ints) -> npt.NDArray[np.uint32]:
    return windows(data, start, 4).view("<u4").ravel()


def _past_padding(data: Bytes, start: Ints, stop: Ints) -> Ints:
    """Return the starts moved on past control characters, spaces and a byte order mark, but not past the stops."""
    rows = np.flatnonzero(data.take(start) <= 32)
    for _ in range(4):  # line ends are one or two characters; more is rare
        rows = rows[start[rows] < stop[rows]]
        start[rows] += 1
        rows = rows[data[start[rows]] <= 32]
    rows = rows[start[rows] < stop[rows]]
    if len(rows):
        solid = np.append(np.flatnonzero(data > 32), _FAR)
        start[rows] = np.minimum(solid[np.searchsorted(solid, start[rows])], stop[rows])
    marks = np.flatnonzero(data.take(start) == _BOM[0])
    start[marks[(words(data, start[marks]) & _MASKS[len(_BOM)]) == word_of(_BOM)]] += len(_BOM)
    return start
