"""Columns made of byte ranges: text, amounts, dates. All rows at once, no Python per row.

Text is built in the layout of Arrow's string views: sixteen bytes a value, with up to twelve characters inside them.
Bytes that are not UTF-8 are read as Latin-1.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cleanclaim.x12.segments import PADDING, Bytes, Flags, Ints, Spans, Words, gathered, windows, words

Days = npt.NDArray[np.int32]

_INLINE = 12
# masks for the two halves of a view: four bytes of length and four of text, then eight of text
_FIRST_HALF = np.array([((1 << 8 * min(k, 4)) - 1) << 32 for k in range(_INLINE + 1)], np.uint64)
_SECOND_HALF = np.array([(1 << 8 * max(k - 4, 0)) - 1 for k in range(_INLINE + 1)], np.uint64)

_DIGITS = 15  # every whole number of 15 digits is exact in a float, and the sums below rest on that
_LARGEST = 2.0**53 - 1
_ZERO = np.uint8(ord("0"))
_POINT = np.uint8(ord(".") - ord("0") + 256)
_PLACE_VALUES = 10.0 ** np.arange(_DIGITS - 1, -1, -1)
_TENS = 10.0 ** np.arange(_DIGITS + 1)

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_NOT_A_DAY = np.iinfo(np.int32).min
_EIGHT_ZEROS = np.uint64(0x3030303030303030)
_EIGHT_CARRIES = np.uint64(0x7676767676767676)  # carries into the high bit of a byte that is over 9
_EIGHT_HIGH_BITS = np.uint64(0x8080808080808080)


def _calendar() -> Days:
    """Return days since 1970-01-01 by place in a grid of year, month (12 a year) and day (31 a month)."""
    months = np.arange((_FIRST_YEAR - 1970) * 12, (_LAST_YEAR + 1 - 1970) * 12).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[D]").astype(np.int64) - first
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
        self._beyond_ascii = np.flatnonzero(data >= 128) if data.max() >= 128 else np.empty(0, np.int64)

    def texts(self, *columns: tuple[str, Spans]) -> dict[str, pa.Array]:
        """Return ranges as columns of text, null where absent; all columns must be of one length."""
        count = len(columns[0][1].start)
        filled = [(name, spans) for name, spans in columns if spans.length.any()]
        found = {name: pa.nulls(count, pa.string_view()) for name, _ in columns}
        if filled:
            whole = self.text(Spans(*(np.concatenate(part) for part in zip(*(spans for _, spans in filled), strict=True))))
            found |= {name: whole.slice(k * count, count) for k, (name, _) in enumerate(filled)}
        return found

    def text(self, spans: Spans, *, spaces_for: int | None = None) -> pa.Array:
        """Return ranges as text, null where absent; the byte ``spaces_for`` becomes a space."""
        if len(self._beyond_ascii):
            first = np.searchsorted(self._beyond_ascii, spans.start)
            foreign = np.searchsorted(self._beyond_ascii, spans.start + spans.length) > first
            if foreign.any():
                return string_views(*self._as_utf8(spans, np.flatnonzero(foreign)), spaces_for)
        return string_views(self.data, spans, spaces_for)

    def _as_utf8(self, spans: Spans, rows: Ints) -> tuple[Bytes, Spans]:
        """Return the bytes and ranges with those at ``rows``, which are not ASCII, made UTF-8 behind the others."""
        cells = [as_utf8(self.data[a : a + n].tobytes()) for a, n in zip(*spans.at(rows), strict=True)]
        length, start = spans.length.copy(), spans.start.copy()
        length[rows] = [len(cell) for cell in cells]
        start[rows] = len(self.data) + np.cumsum(length[rows]) - length[rows]
        return np.concatenate([self.data, np.frombuffer(b"".join(cells) + bytes(PADDING), np.uint8)]), Spans(start, length)

    def decimal(self, spans: Spans, places: int) -> tuple[Ints, Flags]:
        """Return amounts as whole numbers of 10**-places, and where they are such: digits, one point, a leading minus.

        Exact: not read where an amount has more decimals than ``places`` (other than zeros), or over 15 characters.
        """
        signs = self.data.take(spans.start) == ord("-")
        signs &= spans.length > 0
        length = spans.length - signs
        width = min(max(int(length.max(initial=1)), 1), _DIGITS)
        at = spans.start + spans.length - width
        good = (length > 0) & (length <= width)
        digits = windows(self.data, at, width) - _ZERO
        column = np.arange(width)
        inside = np.where(column >= width - np.arange(width + 1)[:, None], 255, 0).astype(np.uint8)
        digits &= windows(inside.ravel(), np.minimum(length, width) * width, width)
        point = digits == _POINT
        pointed = bool(point.any())
        if pointed:
            digits *= ~point
        wrong = digits > 9
        if wrong.any():
            good &= ~wrong.any(axis=1)
        number = digits.astype(np.float64) @ _PLACE_VALUES[-width:]
        if pointed:
            at_point = point.astype(np.float64)
            points = at_point @ np.ones(width)
            good &= (points <= 1) & (length > points)
            decimals = np.where(points == 1, at_point @ (width - 1.0 - column), 0.0)
            shift = _TENS[(decimals + points).astype(np.int64)]
            left = np.floor(number / shift)
            part = (number - left * shift) * 10.0**places / _TENS[decimals.astype(np.int64)]
            number = left * 10.0**places + part
            good &= part == np.floor(part)
        else:
            number = number * 10.0**places
        good &= number <= _LARGEST
        scaled = np.where(good, number, 0.0).astype(np.int64)
        return np.negative(scaled, out=scaled, where=signs), good

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

    def joined(self, spans: Spans, owner: Ints, owners: int) -> pa.Array:
        """Return, for each owner, its ranges in order, separated by one space; null where it has none.

        ``owner`` rises; absent ranges are passed over.
        """
        present = spans.length > 0
        owner, pieces = owner[present], spans.at(present)
        text, begins = gathered(self.data, Spans(pieces.start, pieces.length + 1))
        stops = begins + pieces.length
        text[stops] = ord(" ")
        count = np.bincount(owner, minlength=owners)
        last = np.cumsum(count) - 1
        start = np.zeros(owners, np.int64)
        length = np.zeros(owners, np.int64)
        some = count > 0
        start[some] = begins[(last - count + 1)[some]]
        length[some] = stops[last[some]] - start[some]
        spare = np.zeros(PADDING, np.uint8)
        return Fields(np.concatenate([spare, text, spare])).text(Spans(start + PADDING, length))

    def digest(self, *parts: Spans) -> Words:
        """Return a 64-bit number for each row that is the same wherever the same text stands, in any letter case."""
        total = np.zeros(len(parts[0].start), np.uint64)
        for part in parts:
            bytes_of, begins = gathered(self.data, Spans(part.start, part.length + 1))
            bytes_of[begins + part.length] = 0
            upper = bytes_of - np.where((bytes_of >= 97) & (bytes_of <= 122), np.uint8(32), np.uint8(0))
            within = np.arange(len(upper)) - np.repeat(begins, part.length + 1)
            powers = np.multiply.accumulate(np.full(int(part.length.max(initial=0)) + 1, _PRIME, np.uint64))
            sums = np.add.reduceat((upper.astype(np.uint64) + np.uint64(1)) * powers[within], begins)
            total = (total ^ sums) * _PRIME
            total ^= total >> np.uint64(29)
        return total


def string_views(data: Bytes, spans: Spans, spaces_for: int | None = None) -> pa.Array:
    """Return ranges of UTF-8 bytes as text, null where absent, without checking that they are UTF-8.

    No range may begin within the first four bytes, or within the last twelve.
    """
    start, length = spans
    count = len(start)
    longest = int(length.max(initial=0))
    inline = length if longest <= _INLINE else np.minimum(length, _INLINE)
    views = windows(data, start - 4, 16)
    halves = views.view(np.uint64)
    halves[:, 0] &= _FIRST_HALF.take(inline)
    if longest > 4:
        halves[:, 1] &= _SECOND_HALF.take(inline)
    else:
        halves[:, 1] = 0
    if spaces_for is not None:
        text = views[:, 4:]
        text[text == spaces_for] = ord(" ")
    views.view(np.uint32)[:, 0] = length
    outside = np.empty(0, np.uint8)
    if longest > _INLINE:
        long = np.flatnonzero(length > _INLINE)
        outside, begins = _put_aside(data, spans.at(long), longest)
        halves[long, 1] = begins.view(np.uint64) << np.uint64(32)
        if spaces_for is not None:
            outside[outside == spaces_for] = ord(" ")
    present = length > 0
    validity = None if present.all() else pa.py_buffer(np.packbits(present, bitorder="little"))
    return pa.Array.from_buffers(pa.string_view(), count, [validity, pa.py_buffer(views), pa.py_buffer(outside)])


def _put_aside(data: Bytes, spans: Spans, longest: int) -> tuple[Bytes, Ints]:
    """Return a copy of all ranges and where each begins in it: in cells of one width where that is no waste."""
    if longest > 32:
        return gathered(data, spans)
    return windows(data, spans.start, longest).ravel(), np.arange(len(spans.start)) * longest
