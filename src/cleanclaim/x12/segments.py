"""Segments and elements of a block of X12 bytes, as arrays of positions.

Nothing is cut out or copied here: a segment is an index into arrays, an element is a start and a length.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cleanclaim.x12.delimiters import ISA_SEPARATORS, ISA_WIDTH, Delimiters

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

PADDING = 64  # spare bytes before the first and after the last one, so that windows of bytes may reach past them
_MASKS = np.array([(1 << 8 * k) - 1 for k in range(9)], np.uint64)
# masks that keep the first 0, 1, ... 64 bytes of eight words
_PREFIXES = _MASKS[np.clip(np.arange(PADDING + 1)[:, None] - np.arange(0, PADDING, 8), 0, 8)]
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SLOTS = 1 << 14
_BYTE = np.uint32(255)
_SPARE = 16  # separators beyond the last one, so that windows of them may reach past it
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
    if width == 1:
        return data.take(start)[:, None]
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

    ``separators`` holds the positions of all element separators and terminators, and some spare ones. ``first`` and
    ``last`` index it: the first separator of a segment, and its terminator. Both end in an entry more, a segment
    without elements, so that an index of -1 means absent throughout.
    """

    data: Bytes
    delimiters: Delimiters
    separators: Places
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
            self.first,
            self.last,
            self.start[:count],
            self.stop[:count],
            self.ids[:count],
            self.blank[self.blank < self.start[count]],
            int(self.start[count]),
        )

    def named(self, name: bytes) -> Flags:
        """Return which segments have this two or three letter id, and at least one element."""
        return self._named(name, self.ids)

    def misnamed(self) -> Ints:
        """Return the rows whose id is not two or three characters long."""
        element = np.uint32(self.delimiters.element)
        rows = np.flatnonzero((self.ids >> np.uint32(24) != element) & ((self.ids >> np.uint32(16)) & _BYTE != element))
        width = self.separators[self.first[rows]] - self.start[rows]
        return rows[(width < 2) | (width > 3)]

    def unusual_isa(self, after: int) -> Ints:
        """Return the rows from ``after`` on that begin with ISA and are not of its width or not of these delimiters."""
        isa = np.uint32(int.from_bytes(b"ISA", "little"))
        rows = np.flatnonzero((self.ids[after:] & np.uint32(0xFFFFFF)) == isa) + after
        start = np.minimum(self.start[rows], len(self.data) - ISA_WIDTH)
        found = windows(self.data, start, ISA_WIDTH)
        ours = self.delimiters
        usual = (found[:, ISA_SEPARATORS] == ours.element).all(axis=1) & (start == self.start[rows])
        usual &= (found[:, :-2] == ours.element).sum(axis=1) == len(ISA_SEPARATORS)
        usual &= (found[:, -2] == ours.component) & (found[:, -1] == ours.terminator)
        return rows[np.flatnonzero(~usual)]

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
        found: Flags = (ids if len(name) == 3 else ids & np.uint32(0xFFFFFF)) == prefix
        return found

    def split(self, rows: Ints, name: bytes, *qualifiers: bytes) -> list[Ints]:
        """Return, for each qualifier, those of ``rows`` that begin with ``name`` and it (written with ``*``, ``:``)."""
        word = words(self.data, self.start[rows])
        own = bytes.maketrans(b"*:", bytes([self.delimiters.element, self.delimiters.component]))
        wanted = [(name + qualifier).translate(own) for qualifier in qualifiers]
        masked = {length: word & _MASKS[length] for length in set(map(len, wanted))}
        return [rows[np.flatnonzero(masked[len(text)] == word_of(text))] for text in wanted]

    def distinct(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return some of ``rows`` that hold all their different texts, and for each row which of those holds its own.

        Claims repeat themselves: reading each different text once is what makes lines cheap. A few may be returned
        twice, and those over 64 bytes always are.
        """
        start = self.start[rows]
        length = np.where(rows < 0, 0, self.stop[rows] - start)
        width = int(min(-(-max(length.max(initial=1), 1) // 8) * 8, PADDING))
        key = windows(self.data, start, width).view(np.uint64)
        key &= _PREFIXES[:, : width // 8].take(np.minimum(length, width), axis=0)
        mixed = np.zeros(len(rows), np.uint64)
        for k in range(width // 8):
            mixed = (mixed ^ key[:, k]) * _PRIME
            mixed ^= mixed >> np.uint64(32)
        slot = (mixed & np.uint64(_SLOTS - 1)).astype(np.int64)
        holder = np.zeros(_SLOTS, np.int64)
        holder[slot] = np.arange(len(rows))
        stand = holder[slot]
        differ = (length[stand] != length) | (length > width)
        differ |= functools.reduce(np.bitwise_or, (key.take(stand, axis=0) ^ key).T) != 0
        alone = np.flatnonzero(differ)
        stand[alone] = alone
        chosen = np.zeros(len(rows), bool)
        chosen[stand] = True
        return rows[chosen], (np.cumsum(chosen) - 1)[stand]

    def element(self, rows: Ints, place: int) -> Spans:
        """Return the element at ``place`` (from 1) of the segments at ``rows``; absent where they have fewer."""
        return self.elements(rows, range(place, place + 1)).at(0)

    def elements(self, rows: Ints, places: range) -> Spans:
        """Return one row of ranges for each of some neighboring places."""
        first = self.first[rows]
        have = self.last[rows] - first
        if have.max(initial=0) < places.start:
            return Spans(np.full((len(places), len(rows)), PADDING), np.zeros((len(places), len(rows)), np.int64))
        width = len(places) + 1
        view = np.ndarray((len(self.separators) - width + 1,), f"V{4 * width}", self.separators, 0, (4,))
        edges = view[first + (places.start - 1)].view(np.int32).reshape(-1, width).T.astype(np.int64)
        start = edges[:-1] + 1
        length = edges[1:] - start
        if have.min() < places.stop - 1:
            length *= have >= np.asarray(places)[:, None]
        return Spans(start, length)

    def elements_of_each(self, rows: Ints, places: Sequence[int] | Ints) -> Spans:
        """Return one row of ranges a place, each from its own row of ``rows``; or each with its own places."""
        wanted = np.asarray(places)
        at = self.first[rows] + (wanted if wanted.ndim == 2 else wanted[:, None])
        start = self.separators.take(at - 1, mode="clip").astype(np.int64) + 1
        length = self.separators.take(at, mode="clip") - start
        length *= at <= self.last[rows]
        return Spans(start, length)

    def elements_of(self, rows: Ints) -> tuple[Spans, Ints]:
        """Return every element of the segments at ``rows``, in order, and for each the place of its row in ``rows``."""
        count = np.maximum(self.last[rows] - self.first[rows], 0)
        owner = np.repeat(np.arange(len(rows)), count)
        at = np.arange(len(owner)) + np.repeat(self.first[rows] + 1 - (np.cumsum(count) - count), count)
        start = self.separators[at - 1].astype(np.int64) + 1
        return Spans(start, self.separators[at] - start), owner

    def components_of(self, composite: Spans, count: int) -> Spans:
        """Return one row of ranges for each of the first ``count`` components of composite elements.

        Separators are looked for in the first 64 bytes of an element: valid ones stand within the first 30.
        """
        elements = len(composite.start)
        width = int(min(max(composite.length.max(initial=1), 1), PADDING))
        inside = (np.arange(width) < np.arange(width + 1)[:, None]).view(np.uint8).ravel()
        hit = windows(self.data, composite.start, width) == self.delimiters.component
        hit &= windows(inside, np.minimum(composite.length, width) * width, width).view(np.bool_)
        hits = np.flatnonzero(hit)
        owner = hits // width
        hits_of = np.bincount(owner, minlength=elements)
        rank = np.arange(1, len(hits) + 1) - (np.cumsum(hits_of) - hits_of)[owner]
        edges = np.empty((max(count, int(hits_of.max(initial=0))) + 1, elements), np.int64)
        edges[0] = composite.start - 1
        edges[1:] = composite.start + composite.length
        edges.ravel()[rank * elements + owner] = composite.start[owner] + hits - owner * width
        start = edges[:count] + 1
        return Spans(start, np.maximum(edges[1 : count + 1] - start, 0))

    def equal(self, spans: Spans, text: bytes) -> Flags:
        """Return which of the ranges hold exactly ``text``, of up to 64 bytes."""
        same: Flags = spans.length == len(text)
        for k in range(0, len(text), 8):
            piece = text[k : k + 8]
            same &= (words(self.data, spans.start + k) & _MASKS[len(piece)]) == word_of(piece)
        return same

    def same(self, one: Spans, other: Spans) -> Flags:
        """Return which of the ranges hold the same bytes as their counterparts, as far as their first 64."""
        width = int(min(max(one.length.max(initial=1), 1), PADDING))
        differ = windows(self.data, one.start, width) != windows(self.data, other.start, width)
        differ &= np.arange(width) < one.length[:, None]
        same: Flags = (one.length == other.length) & ~differ.any(axis=1)
        return same


def tokenise(data: Bytes, stop: int, delimiters: Delimiters) -> Segments:
    """Return the complete segments of ``data[PADDING:stop]``; bytes after the last terminator are left alone.

    ``data`` must have ``PADDING`` bytes beyond ``stop``. Control characters and spaces between segments, and a byte
    order mark before one, belong to no segment.
    """
    body = data[:stop]
    ends = body == delimiters.terminator
    found = np.flatnonzero((body == delimiters.element) | ends)
    last = np.flatnonzero(ends.take(found))
    stops = found[last]
    first = np.concatenate([[0], last + 1])
    start = np.concatenate([[PADDING], stops + 1])[:-1]
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
        last, start, stops, ids = last[kept], start[kept], stops[kept], ids[kept]
        first = first[np.append(kept, True)]
    separators = np.concatenate([found, np.full(_SPARE, stop)], dtype=np.int32, casting="same_kind")
    return Segments(data, delimiters, separators, first, np.append(last, -1), start, stops, ids, blank, end)


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
        solid = np.append(np.flatnonzero(data > 32), len(data))
        start[rows] = np.minimum(solid[np.searchsorted(solid, start[rows])], stop[rows])
    marks = np.flatnonzero(data.take(start) == _BOM[0])
    start[marks[(words(data, start[marks]) & _MASKS[len(_BOM)]) == word_of(_BOM)]] += len(_BOM)
    return start
