"""Columns made of byte ranges: text, amounts, dates. All rows at once, no Python per row.

Text is built in the layout of Arrow's string views: sixteen bytes a value, with up to twelve characters inside them.
Bytes that are not UTF-8 are read as Latin-1.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cleanclaim.x12.segments import PADDING, Bytes, Flags, Ints, Spans, Words, gathered, windows, words

Days = npt.NDArray[np.int32]

_INLINE = 12
_FEW = 32  # ranges that are looked at one by one, rather than at the whole block
# masks for the two halves of a view: four bytes of length and four of text, then eight of text
_HALVES = np.array(
    [(((1 << 8 * min(k, 4)) - 1) << 32, (1 << 8 * max(k - 4, 0)) - 1) for k in range(_INLINE + 1)], np.uint64
)

_DIGITS = 15  # every whole number of 15 digits is exact in a float, and the sums below rest on that
_LARGEST = 2.0**53 - 1
_TENS = 10.0 ** np.arange(_DIGITS + 2)  # sixteen characters are looked at, of which the first may be the point
# eight characters as the bytes of one word; the first character is the lowest byte
_ZERO = np.uint8(ord("0"))
_EIGHT_ZEROS = np.uint64(0x3030303030303030)
_EIGHT_POINTS = _EIGHT_ZEROS ^ np.uint64(0x2E2E2E2E2E2E2E2E)
_EIGHT_CARRIES = np.uint64(0x7676767676767676)  # carries into the high bit of a byte that is over 9
_EIGHT_HIGH_BITS = np.uint64(0x8080808080808080)
_TWO_BYTES = np.uint64(0x000000FF000000FF)
_HUNDREDS = np.uint64(100 + (1_000_000 << 32))
_ONES = np.uint64(1 + (10_000 << 32))
_LAST_BYTES = np.array([((1 << 64) - 1) ^ ((1 << 8 * (8 - k)) - 1) for k in range(9)], np.uint64)

_KINDS = {np.dtype(np.int64): pa.int64(), np.dtype(np.float64): pa.float64(), np.dtype(np.int32): pa.date32()}
_TEXT = pa.string_view()
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_NOT_A_DAY = np.iinfo(np.int32).min


def _calendar() -> Days:
    """Return days since 1970-01-01 by place in a grid of year, month (12 a year) and day (31 a month)."""
    months = np.arange((_FIRST_YEAR - 1970) * 12, (_LAST_YEAR + 1 - 1970) * 12).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    length = (months + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int64) - first
    day = np.arange(31)
    return np.where(day < length[:, None], first[:, None] + day, _NOT_A_DAY).astype(np.int32).ravel()


_CALENDAR = _calendar()


def as_utf8(cell: bytes) -> bytes:
    """Return ``cell`` in UTF-8, taken as Latin-1 where it is not UTF-8 already.

    >>> as_utf8("Ñ".encode("latin-1")).decode()
    'Ñ'
    """
    try:
        cell.decode("utf-8")
    except UnicodeDecodeError:
        return cell.decode("latin-1").encode("utf-8")
    return cell


class Fields:
    """Makes columns from the bytes of one block."""

    def __init__(self, data: Bytes) -> None:
        self.data = data

    @functools.cached_property
    def _beyond_ascii(self) -> Ints:
        return np.flatnonzero(self.data >= 128) if self.data.max() >= 128 else np.empty(0, np.int64)

    def texts(self, *columns: tuple[str, Spans], index: Ints | None = None) -> dict[str, pa.Array]:
        """Return ranges as columns of text, null where absent; all columns must be of one length.

        With ``index``, row k of a column is the range at ``index[k]``.
        """
        count = len(columns[0][1].start)
        filled = [(name, spans) for name, spans in columns if spans.length.any()]
        absent = None if len(filled) == len(columns) else nulls(None, count if index is None else len(index))
        found = dict.fromkeys((name for name, _ in columns), absent)
        if filled:
            parts = zip(*(spans for _, spans in filled), strict=True)
            whole = self.views(Spans(*(np.concatenate(part) for part in parts)))
            if index is None:
                column = whole.column()
                found |= {name: column.slice(k * count, count) for k, (name, _) in enumerate(filled)}
            else:
                parted = (whole.part(k * count, count) for k in range(len(filled)))
                found |= {name: own.spread(index).column() for (name, _), own in zip(filled, parted, strict=True)}
        return found

    def views(self, spans: Spans, *, spaces_for: int | None = None) -> TextViews:
        """Return ranges as text, absent ones as nulls; the byte ``spaces_for`` becomes a space."""
        foreign = self._foreign(spans)
        if len(foreign):
            return text_views(*self._as_utf8(spans, foreign), spaces_for)
        return text_views(self.data, spans, spaces_for)

    def _foreign(self, spans: Spans) -> Ints:
        """Return which ranges hold bytes that are not ASCII."""
        if len(spans.start) <= _FEW and "_beyond_ascii" not in self.__dict__:
            pieces = (self.data[a : a + n] for a, n in zip(spans.start.tolist(), spans.length.tolist(), strict=True))
            return np.array([k for k, piece in enumerate(pieces) if piece.max(initial=0) >= 128], np.int64)
        if not len(self._beyond_ascii):
            return self._beyond_ascii
        first = np.searchsorted(self._beyond_ascii, spans.start)
        return np.flatnonzero(np.searchsorted(self._beyond_ascii, spans.start + spans.length) > first)

    def _as_utf8(self, spans: Spans, rows: Ints) -> tuple[Bytes, Spans]:
        """Return the bytes and ranges with those at ``rows``, which are not ASCII, made UTF-8 behind the others."""
        cells = [as_utf8(self.data[a : a + n].tobytes()) for a, n in zip(*spans.at(rows), strict=True)]
        length, start = spans.length.copy(), spans.start.copy()
        length[rows] = [len(cell) for cell in cells]
        start[rows] = len(self.data) + np.cumsum(length[rows]) - length[rows]
        more = np.frombuffer(b"".join(cells) + bytes(PADDING), np.uint8)
        return np.concatenate([self.data, more]), Spans(start, length)

    def decimal(self, spans: Spans, places: int) -> tuple[Ints, Flags]:
        """Return amounts as whole numbers of 10**-places, and where they are such: digits, one point, a leading minus.

        Exact: not read where an amount has more decimals than ``places`` (other than zeros), or over 15 characters.
        """
        if spans.length.max(initial=0) == 1:
            digit = self.data.take(spans.start) ^ _ZERO
            return digit * (spans.length * 10**places), (digit <= 9) & (spans.length == 1)
        signs = self.data.take(spans.start) == ord("-")
        signs &= spans.length > 0
        length = spans.length - signs if signs.any() else spans.length
        stop = spans.start + spans.length
        whole, points, decimals, good = self._eight_characters(stop, np.minimum(length, 8))
        if length.max(initial=0) > 8:
            more, more_points, more_decimals, more_good = self._eight_characters(stop - 8, np.clip(length - 8, 0, 8))
            whole += more * np.uint64(10**8)
            decimals = np.where(more_points > 0, more_decimals + 8, decimals)
            points = points + more_points
            good &= more_good & (length <= _DIGITS)
        good &= (length > points) & (points <= 1)
        number = whole.astype(np.float64)  # exact: at most 15 digits, the point counted as a zero
        if points.any():
            shift = _TENS[np.where(points == 1, decimals + 1, 0)]
            left = np.floor(number / shift)
            part = (number - left * shift) * 10.0**places / _TENS[np.where(points == 1, decimals, 0)]
            number = left * 10.0**places + part
            good &= part == np.floor(part)
        else:
            number *= 10.0**places
        good &= number <= _LARGEST
        scaled = np.where(good, number, 0.0).astype(np.int64)
        return np.negative(scaled, out=scaled, where=signs), good

    def _eight_characters(self, stop: Ints, length: Ints) -> tuple[Words, Ints, Ints, Flags]:
        """Return the number that up to eight characters before ``stop`` write, a point read as a zero.

        With it: how many points, the digits after the (first) point, and whether all else are digits. All eight
        characters are worked on at once, as the bytes of one word.
        """
        digits = (words(self.data, stop - 8) ^ _EIGHT_ZEROS) & _LAST_BYTES[length]
        away = digits ^ _EIGHT_POINTS
        point = ~(((away & ~_EIGHT_HIGH_BITS) + ~_EIGHT_HIGH_BITS) | away | ~_EIGHT_HIGH_BITS)
        digits &= ~((point >> np.uint64(7)) * np.uint64(255))
        good = ((digits | digits + _EIGHT_CARRIES) & _EIGHT_HIGH_BITS) == 0
        points = np.bitwise_count(point).astype(np.int64)
        decimals = 7 - (np.bitwise_count(point - np.uint64(1)) >> 3).astype(np.int64)
        pairs = digits * np.uint64(10) + (digits >> np.uint64(8))
        fours = (pairs & _TWO_BYTES) * _HUNDREDS + ((pairs >> np.uint64(16)) & _TWO_BYTES) * _ONES
        return fours >> np.uint64(32), points, decimals, good

    def days(self, start: Ints, present: Flags) -> tuple[Days, Flags]:
        """Return the dates written CCYYMMDD from each ``start``, as days since 1970-01-01, and where they are dates."""
        digits = words(self.data, start) - _EIGHT_ZEROS
        good = present & (((digits | digits + _EIGHT_CARRIES) & _EIGHT_HIGH_BITS) == 0)
        pairs = digits * np.uint64(10) + (digits >> np.uint64(8))  # one byte in two now holds a number up to 99
        century, year, month, day = ((pairs >> np.uint64(k)).astype(np.uint8).astype(np.int64) for k in (0, 16, 32, 48))
        place = ((century * 100 + year - _FIRST_YEAR) * 12 + month - 1) * 31 + day - 1
        good &= (century >= _FIRST_YEAR // 100) & (century <= _LAST_YEAR // 100)
        good &= (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
        days = _CALENDAR[np.where(good, place, 0)]
        good &= days != _NOT_A_DAY
        return days, good

    def joined(self, spans: Spans, owner: Ints, owners: int) -> TextViews:
        """Return, for each owner, its ranges in order, separated by one space; null where it has none.

        ``owner`` rises; absent ranges are passed over.
        """
        present = spans.length > 0
        owner, pieces = owner[present], spans.at(present)
        text, begins = gathered(self.data, Spans(pieces.start, pieces.length + 1))
        stops = begins + pieces.length
        text[stops] = ord(" ")
        count = np.bincount(owner, minlength=owners)
        stop_after = np.append(0, stops)[np.cumsum(count)]
        start = np.append(begins, 0)[np.cumsum(count) - count]
        length = np.where(count > 0, stop_after - start, 0)
        return Fields(padded(text)).views(Spans(start + PADDING, length))

    def digest(self, *parts: Spans) -> Bytes:
        """Return seventeen characters a row that are the same wherever the parts are, in capitals or not."""
        total = np.zeros(len(parts[0].start), np.uint64)
        for part in parts:
            text, begins = gathered(self.data, Spans(part.start, part.length + 1))
            text[begins + part.length] = 0
            text -= ((text >= ord("a")) & (text <= ord("z"))).view(np.uint8) << 5
            within = np.arange(len(text)) - np.repeat(begins, part.length + 1)
            powers = np.multiply.accumulate(np.full(int(part.length.max(initial=0)) + 1, _PRIME, np.uint64))
            total ^= np.add.reduceat((text.astype(np.uint64) + np.uint64(1)) * powers[within], begins)
            total *= _PRIME
            total ^= total >> np.uint64(29)
        nibbles = (total[:, None] >> np.arange(60, -1, -4, dtype=np.uint64)) & np.uint64(15)
        return np.frombuffer(b"/0123456789abcdef", np.uint8)[np.insert(nibbles.astype(np.int64) + 1, 0, 0, axis=1)]


@dataclass
class TextViews:
    """Text in the making: sixteen bytes a value, the bytes of values too long for those, and which values there are."""

    views: Bytes
    outside: list[Bytes]
    present: Flags

    def put(self, rows: Ints, other: TextViews) -> None:
        """Put the values of ``other``, each longer than twelve bytes or absent, at ``rows``."""
        other.views.view(np.uint32)[other.present, 2] = len(self.outside)
        self.views[rows] = other.views
        self.present[rows] = other.present
        self.outside += other.outside

    def part(self, begin: int, count: int) -> TextViews:
        """Return some neighboring values."""
        return TextViews(self.views[begin : begin + count], self.outside, self.present[begin : begin + count])

    def spread(self, index: Ints) -> TextViews:
        """Return the values at ``index``."""
        views = self.views.view(np.complex128).ravel().take(index).view(np.uint8).reshape(-1, 16)  # 16 bytes at once
        present = np.ones(len(index), bool) if self.present.all() else self.present.take(index)
        return TextViews(views, self.outside, present)

    def column(self) -> pa.Array:
        """Return the values as an Arrow column."""
        validity = None if self.present.all() else pa.py_buffer(np.packbits(self.present, bitorder="little"))
        buffers = [validity, pa.py_buffer(self.views), *map(pa.py_buffer, self.outside)]
        return pa.Array.from_buffers(_TEXT, len(self.views), buffers)


def views_of(column: pa.Array) -> TextViews:
    """Return a column of text as text in the making: a copy."""
    _, views, *outside = column.buffers()
    own = np.frombuffer(views, np.uint8).reshape(-1, 16)[column.offset : column.offset + len(column)].copy()
    present = np.asarray(column.is_valid())
    return TextViews(own, [np.frombuffer(one, np.uint8) for one in outside], present)


def text_views(data: Bytes, spans: Spans, spaces_for: int | None = None) -> TextViews:
    """Return ranges of UTF-8 bytes as text, without checking that they are UTF-8."""
    start, length = spans
    longest = int(length.max(initial=0))
    inline = length if longest <= _INLINE else np.minimum(length, _INLINE)
    views = windows(data, start - 4, 16)
    halves = views.view(np.uint64)
    alike = longest <= _INLINE and length.min(initial=longest) == longest
    halves &= _HALVES[longest] if alike else _HALVES.take(inline, axis=0)
    if spaces_for is not None:
        np.copyto(views, ord(" "), where=views == spaces_for)
    views.view(np.uint32)[:, 0] = length
    outside = np.empty(0, np.uint8)
    if longest > _INLINE:
        long = np.flatnonzero(length > _INLINE)
        outside, begins = _put_aside(data, spans.at(long), longest)
        halves[long, 1] = begins.view(np.uint64) << np.uint64(32)
        if spaces_for is not None:
            outside[outside == spaces_for] = ord(" ")
    return TextViews(views, [outside], length > 0)


def _put_aside(data: Bytes, spans: Spans, longest: int) -> tuple[Bytes, Ints]:
    """Return a copy of all ranges and where each begins in it: in cells of one width where that is no waste."""
    if longest > 32:
        return gathered(data, spans)
    return windows(data, spans.start, longest).ravel(), np.arange(len(spans.start)) * longest


def padded(text: Bytes) -> Bytes:
    """Return ``text`` between spare bytes."""
    spare = np.zeros(PADDING, np.uint8)
    return np.concatenate([spare, text, spare])


def numbers(values: Ints | Days | npt.NDArray[np.float64], known: Flags | None = None) -> pa.Array:
    """Return whole numbers, fractions, or (32-bit) days as an Arrow column; null where not ``known``."""
    validity = None if known is None or known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
    content = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(_KINDS[values.dtype], len(values), [validity, content])


def nulls(kind: str | None, count: int) -> pa.Array:
    """Return a column of nulls: text, or numbers that numpy would hold as ``kind``."""
    return pa.nulls(count, _TEXT if kind is None else _KINDS[np.dtype(kind)])


def text_columns(names: Sequence[str], views: Ints, present: Sequence[int], heap: Bytes) -> dict[str, pa.Array]:
    """Return columns of text from their views (column, row, half), the longer ones in ``heap``; null where empty.

    ``present`` says how many texts each column has.
    """
    outside, count = pa.py_buffer(heap), views.shape[1]
    absent = None if all(present) else nulls(None, count)
    columns = {}
    for name, own, told in zip(names, views, present, strict=True):
        validity = None if told == count else pa.py_buffer(np.packbits(own[:, 0] != 0, bitorder="little"))
        buffers = [validity, pa.py_buffer(own), outside]
        columns[name] = pa.Array.from_buffers(_TEXT, count, buffers) if told else absent
    return columns
