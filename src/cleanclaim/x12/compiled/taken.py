"""What is taken of the segments of a claim and its lines, and of the loops around it."""

from __future__ import annotations

from typing import Any

import numpy as np

from cleanclaim.x12.compiled.layout import (
    ALL_HELD,
    BORN,
    CHARGE,
    CLAIM,
    CLAIM_ID,
    CLAIM_NUMBERS,
    CLAIM_ROOM,
    CLAIM_TEXTS,
    CLAIMS_TOLD,
    COMPONENT,
    COMPONENTS,
    COMPOSITE,
    DIAGNOSES,
    DOS,
    DOS_LAST,
    EDGES,
    ELEMENT,
    FIRST_HELD,
    FREQUENCY,
    HEADED,
    HEAP,
    HEAP_ROOM,
    HELD,
    HELD_MEMBER,
    IN_CLAIM,
    IN_LINE,
    INLINE,
    INSURED,
    IS_ABF,
    IS_ABK,
    IS_BF,
    IS_BK,
    IS_XX,
    KIND,
    LINE,
    LINE_COLUMNS,
    LINE_NUMBERS,
    LINE_PLACE,
    LINE_RENDERING,
    LINE_ROOM,
    LINE_TEXTS,
    LINES_TOLD,
    NAMED,
    NONE,
    NUMBER,
    OF_CLAIM,
    OPEN,
    OPENED,
    PATIENT,
    PATIENT_BORN,
    PATIENT_KEY,
    PLACE,
    POINTERS,
    ROW,
    SEEN,
    SERVED,
    START,
    STOP,
    THE_ROW,
    TO_CLAIM,
    TO_NUMBER,
    TO_OFFSET,
    UNIT_BASIS,
    UNIT_DECIMALS,
    UNITS,
)
from cleanclaim.x12.compiled.values import (
    day,
    digested,
    heap_text,
    letters,
    next_mark,
    number,
    piece,
    put_bytes,
    spaced,
    text,
)
from cleanclaim.x12.compiled.words import compiled, lowest, marks_at, within, word_at

_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)


@within
def element_of(data: Any, state: Any, start: int, stop: int, place: int) -> Any:
    return piece(data, start, stop, state[ELEMENT], place)


@within
def note_elements(data: Any, state: Any, start: int, stop: int, count: int) -> None:
    """Note where the first elements of a segment end, and its name."""
    if stop - start <= 64:
        marks = marks_at(data, start, np.uint8(state[ELEMENT]))
        for k in range(count + 1):
            state[EDGES + k] = min(start + lowest(marks), stop)
            marks &= marks - np.uint64(1)
    else:
        end = start - 1
        for k in range(count + 1):
            end = min(next_mark(data, end + 1, stop, state[ELEMENT]), stop)
            state[EDGES + k] = end


@within
def noted(state: Any, place: int) -> Any:
    """Return where a noted element begins, and its length."""
    begin = state[EDGES + place - 1] + 1
    return begin, max(state[EDGES + place] - begin, 0)


@within
def text_element(data: Any, heap: Any, state: Any, start: int, stop: int, place: int) -> Any:
    at, length = piece(data, start, stop, state[ELEMENT], place)
    return text(data, heap, state, at, length)


@within
def npi(data: Any, heap: Any, state: Any, start: int, stop: int) -> Any:
    """Return NM109 where NM108 says that it is an NPI."""
    at, length = piece(data, start, stop, state[ELEMENT], 8)
    if length != 2 or letters(word_at(data, at), 0, 2) != IS_XX:
        return np.uint64(0), np.uint64(0)
    return text_element(data, heap, state, start, stop, 9)


@within
def open_loop(state: Any, which: int, start: int, stop: int) -> bool:
    """Note the segment as the first of its kind in a loop; return whether it is that."""
    if state[OPENED + 3 * which] >= 0:
        return False
    state[OPENED + 3 * which] = state[ROW]
    state[OPENED + 3 * which + 1] = start
    state[OPENED + 3 * which + 2] = stop
    return True


@within
def claim_text(out: Any, state: Any, column: int, row: int, view: Any) -> None:
    at = state[CLAIM_TEXTS] + 2 * (column * state[CLAIM_ROOM] + row)
    out[at], out[at + 1] = view
    state[CLAIMS_TOLD + column] += view[0] != 0


@within
def _put(out: Any, state: Any, told: int, at: int, view: Any) -> None:
    """Put a text at a place of the output, and count it for its column."""
    out[at], out[at + 1] = view
    state[told] += view[0] != 0


@within
def line_text(out: Any, state: Any, column: int, row: int, view: Any) -> None:
    at = state[LINE_TEXTS] + 2 * (column * state[LINE_ROOM] + row)
    out[at], out[at + 1] = view
    state[LINES_TOLD + column] += view[0] != 0


@within
def hold(state: Any, which: int, view: Any) -> None:
    state[HELD + 2 * which], state[HELD + 2 * which + 1] = view


@within
def first_of_kind(state: Any, column: int) -> bool:
    """Return whether this is the first segment of a claim or line for ``column``."""
    bit = 1 << column
    if state[SEEN] & bit:
        return False
    state[SEEN] |= bit
    return True


@within
def new_claim(data: Any, heap: Any, out: Any, state: Any, start: int, stop: int) -> None:
    row = state[CLAIM]
    if row >= state[CLAIM_ROOM]:
        state[STOP] = True
        return
    first, step = state[CLAIM_TEXTS] + 2 * row, 2 * state[CLAIM_ROOM]
    for column in range(FIRST_HELD):
        out[first + column * step] = out[first + column * step + 1] = 0
    for column in range(ALL_HELD):
        view = state[HELD + 2 * column], state[HELD + 2 * column + 1]
        _put(out, state, CLAIMS_TOLD + FIRST_HELD + column, first + (FIRST_HELD + column) * step, view)
    at, length = element_of(data, state, start, stop, 1)
    if length == 0:
        state[STOP] = True
    _put(out, state, CLAIMS_TOLD + CLAIM_ID, first + CLAIM_ID * step, text(data, heap, state, at, length))
    at, length = element_of(data, state, start, stop, 2)
    numbers, room = state[CLAIM_NUMBERS] + row, state[CLAIM_ROOM]
    out[numbers] = state[ROW] + state[TO_NUMBER]
    out[numbers + room] = start + state[TO_OFFSET]
    out[numbers + 2 * room] = number(data, state, at, length, 2)
    out[numbers + 3 * room] = row + state[TO_CLAIM]
    out[numbers + 4 * room] = state[HEADED]
    at, length = element_of(data, state, start, stop, 5)
    if length > COMPOSITE:
        state[STOP] = True
    for column, place in ((PLACE, 0), (FREQUENCY, 2)):
        begin, size = piece(data, at, at + length, state[COMPONENT], place)
        _put(out, state, CLAIMS_TOLD + column, first + column * step, text(data, heap, state, begin, size))
    _put(out, state, CLAIMS_TOLD + PATIENT_KEY, first + PATIENT_KEY * step, _patient_key(data, heap, state))
    state[CLAIM] = row + 1
    state[KIND], state[OPEN], state[SEEN] = IN_CLAIM, True, 0


@compiled
def _patient_key(data: Any, heap: Any, state: Any) -> Any:
    """Return the member number, with a digest of name and birth date for a dependent or where it is missing."""
    dependent = state[OPENED + 3 * PATIENT] >= 0
    at, length = 0, 0
    if state[OPENED + 3 * INSURED] >= 0:
        at, length = element_of(data, state, state[OPENED + 3 * INSURED + 1], state[OPENED + 3 * INSURED + 2], 9)
    if not dependent and length:
        return np.uint64(state[HELD + 2 * HELD_MEMBER]), np.uint64(state[HELD + 2 * HELD_MEMBER + 1])
    person, born = (NAMED, PATIENT_BORN) if dependent else (INSURED, BORN)
    total, told = np.uint64(0), 0
    for which, place in ((person, 3), (person, 4), (born, 2)):
        begin, size = 0, 0
        if state[OPENED + 3 * which] >= 0:
            begin, size = element_of(data, state, state[OPENED + 3 * which + 1], state[OPENED + 3 * which + 2], place)
        total = digested(total, data, begin, size)
        told += size if place != 2 else 0
    if not told:
        return np.uint64(0), np.uint64(0)
    put = state[HEAP]
    if put + length + 24 > state[HEAP_ROOM]:
        state[STOP] = True
        return np.uint64(0), np.uint64(0)
    put_bytes(heap, state, put, data, at, length)
    heap[put + length] = 47
    for k in range(16):
        heap[put + length + 1 + k] = _HEX[(total >> np.uint64(60 - 4 * k)) & np.uint64(15)]
    state[HEAP] = put + length + 17
    return heap_text(heap, state, put)


@within
def new_line(data: Any, heap: Any, out: Any, state: Any, start: int, stop: int) -> None:
    row = state[LINE]
    if not state[OPEN] or (state[KIND] == IN_LINE and not state[SEEN] & SERVED) or row >= state[LINE_ROOM]:
        state[STOP] = True
        return
    first, step = state[LINE_TEXTS] + 2 * row, 2 * state[LINE_ROOM]
    for column in range(LINE_RENDERING, LINE_COLUMNS):
        out[first + column * step] = out[first + column * step + 1] = 0
    numbers, room = state[LINE_NUMBERS] + row, state[LINE_ROOM]
    at, length = element_of(data, state, start, stop, 1)
    out[numbers + NUMBER * room] = number(data, state, at, length, 0)
    out[numbers + UNITS * room] = NONE
    out[numbers + DOS * room] = NONE
    out[numbers + DOS_LAST * room] = NONE
    state[LINE] = row + 1
    state[KIND], state[SEEN] = IN_LINE, 0


@within
def take_service(data: Any, heap: Any, out: Any, state: Any, start: int, stop: int) -> None:
    row = state[LINE] - 1
    if state[KIND] != IN_LINE or state[SEEN] & SERVED:
        state[STOP] = True
        return
    state[SEEN] |= SERVED
    note_elements(data, state, start, stop, 7)
    at, length = noted(state, 1)
    if length > COMPOSITE:
        state[STOP] = True
        return
    component, first, step = state[COMPONENT], state[LINE_TEXTS] + 2 * row, 2 * state[LINE_ROOM]
    marks, begin, end = marks_at(data, at, np.uint8(component)), at, at
    for place in range(COMPONENTS):
        end = min(at + lowest(marks), at + length)
        _put(out, state, LINES_TOLD + place, first + place * step, text(data, heap, state, begin, max(end - begin, 0)))
        marks &= marks - np.uint64(1)
        begin = end + 1
    numbers, room = state[LINE_NUMBERS] + row, state[LINE_ROOM]
    out[numbers + OF_CLAIM * room] = state[CLAIM] - 1 + state[TO_CLAIM]
    out[numbers + THE_ROW * room] = state[ROW] + state[TO_NUMBER]
    out[numbers + START * room] = start + state[TO_OFFSET]
    at, length = noted(state, 2)
    out[numbers + CHARGE * room] = number(data, state, at, length, 2)
    at, length = noted(state, 3)
    _put(out, state, LINES_TOLD + UNIT_BASIS, first + UNIT_BASIS * step, text(data, heap, state, at, length))
    at, length = noted(state, 4)
    if length:
        out[numbers + UNITS * room] = number(data, state, at, length, UNIT_DECIMALS)
    at, length = noted(state, 5)
    _put(out, state, LINES_TOLD + LINE_PLACE, first + LINE_PLACE * step, text(data, heap, state, at, length))
    at, length = noted(state, 7)
    if length > INLINE:
        state[STOP] = True
        return
    view = spaced(text(data, heap, state, at, length), component)
    _put(out, state, LINES_TOLD + POINTERS, first + POINTERS * step, view)


@within
def take_dates(data: Any, out: Any, state: Any, start: int, stop: int) -> None:
    numbers, room = state[LINE_NUMBERS] + state[LINE] - 1, state[LINE_ROOM]
    _, form = element_of(data, state, start, stop, 2)
    at, length = element_of(data, state, start, stop, 3)
    if form == 2 and length == 8:
        out[numbers + DOS * room] = out[numbers + DOS_LAST * room] = day(data, state, at)
    elif form == 3 and length == 17 and data[at + 8] == 45:
        out[numbers + DOS * room] = day(data, state, at)
        out[numbers + DOS_LAST * room] = day(data, state, at + 9)
    else:
        state[STOP] = True


@compiled
def take_diagnoses(data: Any, heap: Any, out: Any, state: Any, start: int, stop: int) -> None:
    """Put the codes of a diagnosis list into the claim, separated by one space."""
    begin, put = start + 3, state[HEAP]
    at = put
    if put + stop - start + 8 > state[HEAP_ROOM]:
        state[STOP] = True
        return
    while begin <= stop:
        end = next_mark(data, begin, stop, state[ELEMENT])
        if end - begin > COMPOSITE:
            state[STOP] = True
            return
        marks = marks_at(data, begin, np.uint8(state[COMPONENT]))
        size = min(lowest(marks), end - begin)
        marks &= marks - np.uint64(1)
        code = begin + size + 1
        length = max(min(begin + lowest(marks), end) - code, 0)
        name = letters(word_at(data, begin), 0, min(size, 8))
        if length and (name in (IS_ABK, IS_ABF, IS_BK, IS_BF)):
            if at > put:
                heap[at] = 32
                at += 1
            put_bytes(heap, state, at, data, code, length)
            at += length
        begin = end + 1
    state[HEAP] = at
    if at > put:
        claim_text(out, state, DIAGNOSES, state[CLAIM] - 1, heap_text(heap, state, put))
