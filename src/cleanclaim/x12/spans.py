"""Ranges of bytes, and where the elements of segments stand among the bytes of a block.

Nothing is cut out or copied here: an element is a start and a length.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cleanclaim.x12.delimiters import Delimiters

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

PADDING = 64  # spare bytes before the first and after the last one, so that windows of bytes may reach past them
MASKS = np.array([(1 << 8 * k) - 1 for k in range(9)], np.uint64)  # that keep the first 0, 1, ... 8 bytes
MARKED = 56  # bytes that the marks of one word always reach
_ONE = np.uint64(1)
_BITS = np.array([(1 << k) - 1 for k in range(MARKED + 1)], np.uint64)
SPARE = 16  # separators beyond the last one, so that windows of them may reach past it


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
    return words(data, spans.start) & MASKS[np.minimum(spans.length, 8)]


def word_of(text: bytes) -> np.uint64:
    """Return up to eight bytes as one little-endian number."""
    return np.uint64(int.from_bytes(text, "little"))


def gathered(data: Bytes, spans: Spans) -> tuple[Bytes, Ints]:
    """Return the bytes of all ranges one after the other, and where each range begins among them."""
    begins = np.cumsum(spans.length) - spans.length
    source = np.arange(int(spans.length.sum())) + np.repeat(spans.start - begins, spans.length)
    return data[source], begins


class Separators:
    """Where the elements of a block's segments are, told for all segments at once, or for some.

    ``start`` and ``stop`` have an entry more than there are segments, of no length, so that an index of -1 is absent.
    """

    def __init__(self, data: Bytes, used: int, delimiters: Delimiters, start: Ints, stop: Ints, kept: Flags | None):
        self.data = data
        self.used = used
        self.delimiters = delimiters
        self.start = start
        self.stop = stop
        self._kept = kept

    @functools.cached_property
    def table(self) -> tuple[Places, Ints, Ints]:
        """The positions of all element separators and terminators with some spare ones, and two indexes to it.

        The indexes are those of the first separator of each segment, and of its terminator; -1 is one without elements.
        """
        body = self.data[: self.used]
        ends = body == self.delimiters.terminator
        found = np.flatnonzero((body == self.delimiters.element) | ends)
        last = np.flatnonzero(ends.take(found))
        first = np.concatenate([[0], last + 1])
        if self._kept is not None:
            last, first = last[self._kept], first[np.append(self._kept, True)]
        separators = np.concatenate([found, np.full(SPARE, self.used)], dtype=np.int32, casting="same_kind")
        return separators, first, np.append(last, -1)

    @property
    def has_table(self) -> bool:
        """Whether the table has been asked for."""
        return "table" in self.__dict__

    @property
    def has_marks(self) -> bool:
        """Whether the marks of elements have been asked for."""
        return "element_marks" in self.__dict__

    @functools.cached_property
    def element_marks(self) -> Bytes:
        """A bit for each byte: whether it separates elements."""
        return np.packbits(self.data == self.delimiters.element, bitorder="little")

    @functools.cached_property
    def component_marks(self) -> Bytes:
        """A bit for each byte: whether it separates components."""
        return np.packbits(self.data == self.delimiters.component, bitorder="little")


def pieces(marks: Bytes, start: Ints, length: Ints, places: Sequence[int]) -> Spans:
    """Return one row of ranges for each of some pieces, from 0 and in rising order, of ranges up to ``MARKED`` bytes.

    ``marks`` has a bit for each byte that separates pieces. Absent pieces have no length.
    """
    bits = words(marks, start >> 3)
    bits >>= (start & 7).view(np.uint64)
    bits &= _BITS.take(length)
    alike = len(start) > 1 and bits[0] == bits[-1] and (bits == bits[0]).all() and (length == length[0]).all()
    if alike:
        bits, length = bits[:1], length[:1]
    begins = np.empty((len(places), len(bits)), np.int64)
    stops = np.empty((len(places), len(bits)), np.int64)
    passed, before = 0, -1  # separators taken off the bits, and the place that ended at the last one
    for k, place in enumerate(places):
        if place == 0:
            begins[k] = -1
        elif before == place - 1:
            begins[k] = stops[k - 1]
        else:
            for _ in range(place - 1 - passed):
                bits &= bits - _ONE
            bits = _ended(bits, length, begins[k])
            passed = place
        bits = _ended(bits, length, stops[k])
        passed, before = place + 1, place
    stops -= begins
    stops -= 1
    np.maximum(stops, 0, out=stops)
    if alike:
        return Spans(begins + (start + 1), np.repeat(stops, len(start), axis=1))
    begins += start + 1
    return Spans(begins, stops)


def _ended(bits: Words, length: Ints, edges: Ints) -> Words:
    """Put the place of the lowest bit, or the length where it is past that, into ``edges``; return the other bits."""
    less = bits - _ONE
    np.minimum(np.bitwise_count(less & ~bits), length, out=edges)
    less &= bits
    return less
