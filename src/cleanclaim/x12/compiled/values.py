"""Elements, texts, amounts and dates of one segment, for compiled code.

A text is made in the layout of Arrow's string views: sixteen bytes, of which up to twelve are its own; a longer one is
put in a heap. What cannot be read makes ``state[STOP]`` true, and the segment is left to the other reader.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cleanclaim.x12.compiled.layout import (
    HEAP,
    HEAP_ROOM,
    INLINE,
    STOP,
    STOPS,
)
from cleanclaim.x12.compiled.words import compiled, lowest, marks_at, put_word, within, word_at

_HIGH = np.uint64(0x8080808080808080)
_ONE = np.uint64(1)
_BYTE = np.uint64(255)
_EIGHT = np.uint64(0x0101010101010101)
_ZEROS = np.uint64(0x3030303030303030)
_CARRIES = np.uint64(0x7676767676767676)  # carries into the high bit of a byte that is over 9
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_POINTS = _ZEROS ^ np.uint64(0x2E2E2E2E2E2E2E2E)
_TWO_BYTES = np.uint64(0x000000FF000000FF)
_HUNDREDS = np.uint64(100 + (1_000_000 << 32))
_UNITS = np.uint64(1 + (10_000 << 32))
_PRIME = np.uint64(0x9E3779B97F4A7C15)
# masks that keep the first four of so many bytes, and those after them
_HEADS = np.array([(1 << 8 * min(k, 4)) - 1 for k in range(INLINE + 1)], np.uint64)
_RESTS = np.array([(1 << 8 * max(k - 4, 0)) - 1 for k in range(INLINE + 1)], np.uint64)
_LONGEST_NUMBER = 15
_TENS = 10 ** np.arange(_LONGEST_NUMBER + 1)


@within
def low_bytes(word: Any, count: int) -> Any:
    """Return ``word`` with only its first ``count`` bytes, of up to eight."""
    half = np.uint64(4 * count)
    return word & (((_ONE << half) << half) - _ONE)


@within
def letters(word: Any, at: int, count: int) -> Any:
    """Return ``count`` bytes of a word from ``at`` on, as what names are told by: a signed number."""
    return np.int64(low_bytes(word >> np.uint64(8 * at), count))


@within
def piece(data: Any, start: int, stop: int, separator: int, place: int) -> Any:
    """Return where piece ``place`` (from 0) of the bytes from ``start`` to ``stop`` begins, and its length."""
    if stop - start > 64:
        return far_piece(data, start, stop, np.int64(separator), np.int64(place))
    marks = marks_at(data, start, np.uint8(separator))
    begin = start
    if place:
        for _ in range(place - 1):
            marks &= marks - _ONE
        begin = min(start + lowest(marks), stop) + 1
        marks &= marks - _ONE
    return begin, max(min(start + lowest(marks), stop) - begin, 0)


@compiled
def next_mark(data: Any, at: int, stop: int, byte: int) -> Any:
    """Return where ``byte`` is next from ``at`` on, or ``stop``."""
    while at < stop:
        marks = marks_at(data, at, np.uint8(byte))
        if marks:
            return min(at + lowest(marks), stop)
        at += 64
    return stop


@compiled
def next_stops(data: Any, stops: Any, at: int, used: int, terminator: int) -> Any:
    """Put the next terminators from ``at`` on into ``stops``; return how many, and where to go on looking."""
    count = 0
    while at < used and count <= STOPS - 64:
        marks = marks_at(data, at, np.uint8(terminator))
        while marks:
            stops[count] = at + lowest(marks)
            count += 1
            marks &= marks - _ONE
        at += 64
    while count and stops[count - 1] >= used:
        count -= 1
    return count, at


@compiled
def far_piece(data: Any, start: int, stop: int, separator: int, place: int) -> Any:
    """Return the same as ``piece``, of any number of bytes."""
    begin = start
    for _ in range(place):
        begin = min(next_mark(data, begin, stop, separator), stop) + 1
    return begin, max(next_mark(data, begin, stop, separator) - begin, 0)


@within
def spaced(view: Any, byte: int) -> Any:
    """Return a view of up to twelve characters with a space for each ``byte``."""
    first, second = view
    change = np.uint64(byte ^ 32)
    first ^= _marked(first >> np.uint64(32), byte) * change << np.uint64(32)
    return first, second ^ _marked(second, byte) * change


@within
def _marked(word: Any, byte: int) -> Any:
    """Return a word with a one in each byte where ``word`` has ``byte``."""
    away = word ^ np.uint64(byte) * _EIGHT
    return (~(((away & ~_HIGH) + ~_HIGH) | away | ~_HIGH)) >> np.uint64(7)


@within
def text(data: Any, heap: Any, state: Any, start: int, length: int) -> Any:
    """Return the two halves of a view of a text; of no text, zeros."""
    if length == 0:
        return np.uint64(0), np.uint64(0)
    if length <= INLINE:
        size = np.uint64(length)
        head = word_at(data, start) & _HEADS[size]
        rest = word_at(data, start + 4) & _RESTS[size]
        if (head | rest) & _HIGH:
            state[STOP] = True
        return size | (head << np.uint64(32)), rest
    return long_text(data, heap, state, start, length)


@within
def put_bytes(heap: Any, state: Any, at: int, data: Any, start: int, length: int) -> None:
    """Put bytes into the heap, eight at a time: up to seven more are overwritten."""
    seen = np.uint64(0)
    for k in range(0, length, 8):
        word = word_at(data, start + k)
        seen |= low_bytes(word, min(length - k, 8))
        put_word(heap, at + k, word)
    if seen & _HIGH:
        state[STOP] = True


@compiled
def long_text(data: Any, heap: Any, state: Any, start: int, length: int) -> Any:
    """Return the halves of a view of a text that is put in the heap."""
    at = state[HEAP]
    if at + length + 8 > state[HEAP_ROOM]:
        state[STOP] = True
        return np.uint64(0), np.uint64(0)
    put_bytes(heap, state, at, data, start, length)
    state[HEAP] = at + length
    return np.uint64(length) | (word_at(data, start) << np.uint64(32)), np.uint64(at) << np.uint64(32)


@compiled
def heap_text(heap: Any, state: Any, at: int) -> Any:
    """Return the halves of a view of the bytes that were put in the heap from ``at`` on."""
    length = state[HEAP] - at
    first = low_bytes(word_at(heap, at), min(length, 4))
    if length > INLINE:
        second = np.uint64(at) << np.uint64(32)
    else:
        second = low_bytes(word_at(heap, at + 4), max(length - 4, 0))
        state[HEAP] = at
    return np.uint64(length) | (first << np.uint64(32)), second


@within
def number(data: Any, state: Any, start: int, length: int, places: int) -> Any:
    """Return an amount as a whole number of 10**-places."""
    if length == 1 and 48 <= data[start] <= 57:
        return (np.int64(data[start]) - 48) * _TENS[places]
    return longer_number(data, state, start, length, np.int64(places))


@compiled
def longer_number(data: Any, state: Any, start: int, length: int, places: int) -> Any:
    """Return an amount of up to eight digits and a point, all worked on at once, as the bytes of one word."""
    if 0 < length <= 8:
        digits = (word_at(data, start + length - 8) ^ _ZEROS) & ~low_bytes(_ALL, 8 - length)
        away = digits ^ _POINTS
        points = ~(((away & ~_HIGH) + ~_HIGH) | away | ~_HIGH)
        decimals = 0
        if points:
            point = lowest(points) & 56
            decimals = 7 - (point >> 3)
            after = ~((_BYTE << np.uint64(point)) | low_bytes(_ALL, point >> 3))
            digits = (digits & after) | (low_bytes(digits, point >> 3) << np.uint64(8))
        good = ((digits | (digits + _CARRIES)) & _HIGH) == 0
        if good and decimals <= places and length > (points != 0):
            pairs = digits * np.uint64(10) + (digits >> np.uint64(8))
            fours = (pairs & _TWO_BYTES) * _HUNDREDS + ((pairs >> np.uint64(16)) & _TWO_BYTES) * _UNITS
            return np.int64(fours >> np.uint64(32)) * _TENS[places - decimals]
    return long_number(data, state, start, length, places)


@compiled
def long_number(data: Any, state: Any, start: int, length: int, places: int) -> Any:
    """Return an amount of any form as a whole number of 10**-places."""
    negative = length > 0 and data[start] == 45
    value: Any = 0
    decimals, digits, pointed, good = 0, 0, False, length <= _LONGEST_NUMBER
    if good:
        for at in range(start + negative, start + length):
            byte = np.int64(data[at])
            if 48 <= byte <= 57 and not (decimals == places and byte != 48 and pointed):
                digits += 1
                if not pointed:
                    value = value * 10 + byte - 48
                elif decimals < places:
                    value = value * 10 + byte - 48
                    decimals += 1
            elif byte == 46 and not pointed:
                pointed = True
            else:
                good = False
    if not good or digits == 0 or digits + places > _LONGEST_NUMBER:
        state[STOP] = True
        return 0
    value *= _TENS[places - decimals]
    return -value if negative else value


@within
def day(data: Any, state: Any, start: int) -> Any:
    """Return a date, CCYYMMDD, as days since 1970-01-01."""
    digits = word_at(data, start) ^ _ZEROS
    good = ((digits | (digits + _CARRIES)) & _HIGH) == 0
    pairs = digits * np.uint64(10) + (digits >> np.uint64(8))  # one byte in two now holds a number up to 99
    year = np.int64((pairs & _BYTE) * np.uint64(100) + ((pairs >> np.uint64(16)) & _BYTE))
    month, date = np.int64((pairs >> np.uint64(32)) & _BYTE), np.int64((pairs >> np.uint64(48)) & _BYTE)
    good = good and 1900 <= year <= 2099 and 1 <= month <= 12 and date >= 1
    leap = year % 4 == 0 and year != 1900
    longest = 28 + leap if month == 2 else 30 if month in (4, 6, 9, 11) else 31
    if not good or date > longest:
        state[STOP] = True
        return 0
    moved = year - (month <= 2)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + date - 1
    return moved * 365 + moved // 4 - moved // 100 + moved // 400 + of_year - 719468


@compiled
def digested(total: Any, data: Any, start: int, length: int) -> Any:
    """Return ``total`` with the text at ``start`` taken in, as ``Fields.digest`` does."""
    added, power = np.uint64(0), np.uint64(1)
    for k in range(length + 1):
        byte = np.uint64(0)
        if k < length:
            byte = np.uint64(data[start + k])
            if np.uint64(97) <= byte <= np.uint64(122):
                byte -= np.uint64(32)
        power *= _PRIME
        added += (byte + _ONE) * power
    total = (total ^ added) * _PRIME
    return total ^ (total >> np.uint64(29))
