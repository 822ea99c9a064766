"""The segments of a block of X12 bytes: a segment is an index into arrays of positions."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cleanclaim.x12.delimiters import ISA_SEPARATORS, ISA_WIDTH, Delimiters
from cleanclaim.x12.spans import (
    MARKED,
    MASKS,
    PADDING,
    Bytes,
    Flags,
    Ints,
    Places,
    Separators,
    Spans,
    Words,
    gathered,
    pieces,
    short_words,
    windows,
    word_of,
    words,
)

__all__ = ["PADDING", "Bytes", "Flags", "Ints", "Places", "Segments", "Spans", "Words"]
__all__ += ["gathered", "short_words", "tokenise", "windows", "word_of", "words"]

# masks that keep the first 0, 1, ... 64 bytes of eight words
_PREFIXES = MASKS[np.clip(np.arange(PADDING + 1)[:, None] - np.arange(0, PADDING, 8), 0, 8)]
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SLOTS = 1 << 14
_FEW_BYTES = 1 << 18
_FEW_ROWS = 64
_BOM = b"\xef\xbb\xbf"


def _digest(ids: npt.NDArray[np.uint32]) -> Bytes:
    return ((ids * np.uint32(0x9E3779B1)) >> np.uint32(24)).astype(np.uint8)


@dataclass(frozen=True)
class Segments:
    """The segments of a block in order; blank ones are left out."""

    data: Bytes
    delimiters: Delimiters
    start: Ints
    stop: Ints
    words: Words  # the first eight bytes of each
    blank: Ints
    end: int  # just past the last terminator
    table: Separators

    def __len__(self) -> int:
        return len(self.start)

    @functools.cached_property
    def ids(self) -> npt.NDArray[np.uint32]:
        """The first four bytes of each segment."""
        return self.words.astype(np.uint32)

    @functools.cached_property
    def _short(self) -> Flags:
        """Which segments have a separator where a two letter id ends."""
        short: Flags = (self.ids >> np.uint32(16)).astype(np.uint8) == self.delimiters.element
        return short

    @functools.cached_property
    def _by_id(self) -> tuple[Ints, Ints, npt.NDArray[np.uint32]]:
        """The rows ordered by a digest of their id, where each digest begins among them, and the ids of the rows."""
        own = np.where(self._short, self.ids & np.uint32(0xFFFFFF), self.ids)
        digest = _digest(own)
        order = np.argsort(digest, kind="stable")
        return order, np.searchsorted(digest.take(order), np.arange(256)), own

    def rows(self, name: bytes) -> Ints:
        """Return the rows of the segments with this two or three letter id, and at least one element."""
        order, begins, own = self._by_id
        prefix = np.array([int.from_bytes(name + bytes([self.delimiters.element]), "little")], np.uint32)
        slot = int(_digest(prefix)[0])
        found = order[begins[slot] : begins[slot + 1] if slot < 255 else None]
        same = own.take(found) == prefix
        return found if same.all() else found[same]

    @property
    def separators(self) -> Places:
        """The positions of all element separators and terminators, and some spare ones."""
        return self.table.table[0]

    @property
    def first(self) -> Ints:
        """An index to ``separators``: the first one of each segment; -1 picks a segment without elements."""
        return self.table.table[1]

    @property
    def last(self) -> Ints:
        """An index to ``separators``: the terminator of each segment; -1 picks a segment without elements."""
        return self.table.table[2]

    def until(self, count: int) -> Segments:
        """Return the first ``count`` segments."""
        if count == len(self):
            return self
        return Segments(
            self.data,
            self.delimiters,
            self.start[:count],
            self.stop[:count],
            self.words[:count],
            self.blank[self.blank < self.start[count]],
            int(self.start[count]),
            self.table,
        )

    def named(self, name: bytes) -> Flags:
        """Return which segments have this two or three letter id, and at least one element."""
        return self._named(name, self.ids)

    def misnamed(self) -> Ints:
        """Return the rows whose id is not two or three characters long."""
        named = (self.ids >> np.uint32(24)).astype(np.uint8) == self.delimiters.element
        named |= self._short
        if named.all():
            return np.empty(0, np.int64)
        rows = np.flatnonzero(~named)
        width = self.separators[self.first[rows]] - self.start[rows]
        return rows[(width < 2) | (width > 3)]

    @functools.cached_property
    def _isa(self) -> Ints:
        """The rows that begin with ISA."""
        isa = np.uint32(int.from_bytes(b"ISA", "little"))
        return np.flatnonzero((self.ids & np.uint32(0xFFFFFF)) == isa)

    def unusual_isa(self, after: int) -> Ints:
        """Return the rows from ``after`` on that begin with ISA and are not of its width or not of these delimiters."""
        rows = self._isa[self._isa >= after]
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
        word = self.words.take(rows)
        own = bytes.maketrans(b"*:", bytes([self.delimiters.element, self.delimiters.component]))
        wanted = [(name + qualifier).translate(own) for qualifier in qualifiers]
        masked = {length: word & MASKS[length] for length in set(map(len, wanted))}
        return [rows[np.flatnonzero(masked[len(text)] == word_of(text))] for text in wanted]

    def distinct(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return some of ``rows`` that hold all their different texts, and for each row which of those holds its own.

        Claims repeat themselves: reading each different text once is what makes lines cheap. A few may be returned
        twice, and those over 64 bytes always are.
        """
        if len(rows) > 1:
            change = rows[1:] != rows[:-1]
            if np.count_nonzero(change) < len(change) // 2:
                begins = np.append(True, change)
                distinct, index = self.distinct(rows[begins])
                return distinct, index[np.cumsum(begins) - 1]
        start = self.table.start.take(rows)
        length = self.table.stop.take(rows) - start
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

    def elements(self, rows: Ints, places: Sequence[int]) -> Spans:
        """Return one row of ranges for each of some places, in rising order."""
        if self.table.has_table:
            return self._of_all(self._elements, rows, places)
        start = self.table.start.take(rows)
        length = self.table.stop.take(rows) - start
        if len(rows) <= _FEW_ROWS and length.sum() <= _FEW_BYTES and not self.table.has_marks:
            return self._of_all(self._cut, Spans(start, length), places)
        if length.max(initial=0) <= MARKED:
            return pieces(self.table.element_marks, start, length, places)
        long = np.flatnonzero(length > MARKED)
        spans = Spans(start[long], length[long])
        few = spans.length.sum() <= _FEW_BYTES
        slow = self._of_all(self._cut, spans, places) if few else self._of_all(self._elements, rows[long], places)
        length[long] = 0
        found = pieces(self.table.element_marks, start, length, places)
        found.start[:, long], found.length[:, long] = slow
        return found

    def _of_all(self, found: Callable[[Any, range], Spans], rows: Any, places: Sequence[int]) -> Spans:
        """Return ``found`` of some places, which finds neighboring ones."""
        spans = found(rows, range(places[0], places[-1] + 1))
        return spans if len(places) == len(spans.start) else spans.at([place - places[0] for place in places])

    def _cut(self, spans: Spans, places: range) -> Spans:
        """Return one row of ranges for each of some places, by looking at a copy of the segments."""
        hits, begins = self._separators_of(spans)
        at = np.searchsorted(hits, begins) + np.arange(places.start - 1, places.stop)[:, None]
        edges = np.minimum(hits.take(at, mode="clip"), begins + spans.length)
        return Spans(edges[:-1] + (spans.start - begins + 1), np.maximum(np.diff(edges, axis=0) - 1, 0))

    def _separators_of(self, spans: Spans) -> tuple[Ints, Ints]:
        """Return the element separators and terminators of segments, put one after the other, and where each begins."""
        text, begins = gathered(self.data, Spans(spans.start, spans.length + 1))
        text[begins + spans.length] = self.delimiters.element
        return np.flatnonzero(text == self.delimiters.element), begins

    def _elements(self, rows: Ints, places: range) -> Spans:
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
        if wanted.ndim == 1 and not self.table.has_table:
            found = Spans(np.empty(rows.shape, np.int64), np.empty(rows.shape, np.int64))
            for place in dict.fromkeys(wanted.tolist()):
                at = np.flatnonzero(wanted == place)
                one = self.element(rows[at].ravel(), place)
                found.start[at], found.length[at] = (part.reshape(len(at), -1) for part in one)
            return found
        at = self.first[rows] + (wanted if wanted.ndim == 2 else wanted[:, None])
        start = self.separators.take(at - 1, mode="clip").astype(np.int64) + 1
        length = self.separators.take(at, mode="clip") - start
        length *= at <= self.last[rows]
        return Spans(start, length)

    def elements_of(self, rows: Ints) -> tuple[Spans, Ints]:
        """Return every element of the segments at ``rows``, in order, and for each the place of its row in ``rows``."""
        start = self.table.start[rows]
        spans = Spans(start, self.table.stop[rows] - start)
        if spans.length.sum() <= _FEW_BYTES and not self.table.has_table:
            hits, begins = self._separators_of(spans)
            owner = np.searchsorted(begins, hits, side="right") - 1
            inner = np.flatnonzero(owner[1:] == owner[:-1])
            owner = owner[inner]
            return Spans(hits[inner] + (start - begins)[owner] + 1, np.diff(hits)[inner] - 1), owner
        count = np.maximum(self.last[rows] - self.first[rows], 0)
        owner = np.repeat(np.arange(len(rows)), count)
        at = np.arange(len(owner)) + np.repeat(self.first[rows] + 1 - (np.cumsum(count) - count), count)
        start = self.separators[at - 1].astype(np.int64) + 1
        return Spans(start, self.separators[at] - start), owner

    def components_of(self, composite: Spans, count: int) -> Spans:
        """Return one row of ranges for each of the first ``count`` components of composite elements.

        Separators are looked for in the first 64 bytes of an element: valid ones stand within the first 30.
        """
        if composite.length.max(initial=0) <= MARKED:
            return pieces(self.table.component_marks, composite.start, composite.length, range(count))
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
            same &= (words(self.data, spans.start + k) & MASKS[len(piece)]) == word_of(piece)
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
    stops = np.flatnonzero(data[:stop] == delimiters.terminator)
    count = len(stops)
    start = np.full(count + 1, PADDING)
    start[1:count] = stops[:-1] + 1
    stops = np.append(stops, PADDING)
    end = int(stops[count - 1]) + 1 if count else PADDING
    word = words(data, start[:count])
    head = word.astype(np.uint8)
    if ((head <= 32) | (head == _BOM[0])).any():
        start[:count] = _past_padding(data, start[:count], stops[:count])
        word = words(data, start[:count])
    blank, kept = np.empty(0, np.int64), None
    empty = start[:count] >= stops[:count]
    if empty.any():
        blank = start[:count][empty] if delimiters.terminator > 32 else blank
        kept = ~empty
        start, stops, word = start[np.append(kept, True)], stops[np.append(kept, True)], word[kept]
    separators = Separators(data, stop, delimiters, start, stops, kept)
    return Segments(data, delimiters, start[:-1], stops[:-1], word, blank, end, separators)


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
    start[marks[(words(data, start[marks]) & MASKS[len(_BOM)]) == word_of(_BOM)]] += len(_BOM)
    return start
