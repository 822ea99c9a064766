"""What is taken of the segments of a claim and its lines, and of the loops around it."""

from __future__ import annotations

from typing import Any

import numpy as np

from cleanclaim.x12.compiled.layout import (
    ALL_HELD,
    AUTHORIZATION,
    BILLER,
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
    CONTROL,
    DIAGNOSES,
    DOS,
    DOS_LAST,
    ELEMENT,
    FACILITY,
    FIRST_HELD,
    FREQUENCY,
    HEADED,
    HEAP,
    HEAP_ROOM,
    HELD,
    HELD_MEMBER,
    HELD_NAME,
    HELD_NPI,
    HELD_PAYER,
    HELD_TAXONOMY,
    IN_CLAIM,
    IN_LINE,
    INLINE,
    INSURED,
    IS_6R,
    IS_77,
    IS_82,
    IS_85,
    IS_ABF,
    IS_ABK,
    IS_BF,
    IS_BI,
    IS_BK,
    IS_DN,
    IS_F8,
    IS_G1,
    IS_IL,
    IS_PE,
    IS_PR,
    IS_QC,
    IS_XX,
    KIND,
    LINE,
    LINE_COLUMNS,
    LINE_NUMBERS,
    LINE_PLACE,
    LINE_REFERRING,
    LINE_RENDERING,
    LINE_ROOM,
    LINE_TAXONOMY,
    LINE_TEXTS,
    LINES_TOLD,
    NAMED,
    NONE,
    NUMBER,
    OF_BILLING,
    OF_CLAIM,
    OF_PATIENT,
    OF_SUBSCRIBER,
    OPEN,
    OPENED,
    PATIENT,
    PATIENT_BORN,
    PATIENT_KEY,
    PAYER,
    PLACE,
    POINTERS,
    REFERENCE,
    REFERRING,
    RENDERING,
    ROW,
    SEEN,
    SERVED,
    SPECIALTY,
    START,
    STOP,
    TAXONOMY,
    THE_ROW,
    UNIT_BASIS,
    UNIT_DECIMALS,
    UNITS,
)
from cleanclaim.x12.compiled.values import (
    day,
    digested,
    heap_text,
    low_bytes,
    next_mark,
    number,
    piece,
    spaced,
    text,
)
from cleanclaim.x12.compiled.words import compiled, lowest, marks_at, within, word_at

_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)


@within
def element_of(data: Any, state: Any, start: int, stop: int, place: int) -> Any:
    return piece(data, start, stop, state[ELEMENT], place)


@within
def text_element(data: Any, heap: Any, state: Any, start: int, stop: int, place: int) -> Any:
    at, length = piece(data, start, stop, state[ELEMENT], place)
    return text(data, heap, state, at, length)


@within
def _npi(data: Any, heap: Any, state: Any, start: int, stop: int) -> Any:
    """Return NM109 where NM108 says that it is an NPI."""
    at, length = piece(data, start, stop, state[ELEMENT], 8)
    if length != 2 or low_bytes(word_at(data, at), 2) != IS_XX:
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
def _claim_text(out: Any, state: Any, column: int, row: int, view: Any) -> None:
    at = state[CLAIM_TEXTS] + 2 * (column * state[CLAIM_ROOM] + row)
    out[at], out[at + 1] = view
    state[CLAIMS_TOLD + column] += view[0] != 0


@within
def _line_text(out: Any, state: Any, column: int, row: int, view: Any) -> None:
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
    for column in range(FIRST_HELD):
        _claim_text(out, state, column, row, (0, 0))
    for column in range(ALL_HELD):
        view = state[HELD + 2 * column], state[HELD + 2 * column + 1]
        _claim_text(out, state, FIRST_HELD + column, row, view)
    at, length = element_of(data, state, start, stop, 1)
    if length == 0:
        state[STOP] = True
    _claim_text(out, state, CLAIM_ID, row, text(data, heap, state, at, length))
    at, length = element_of(data, state, start, stop, 2)
    out[state[CLAIM_NUMBERS] + 0 * state[CLAIM_ROOM] + row] = state[ROW]
    out[state[CLAIM_NUMBERS] + 1 * state[CLAIM_ROOM] + row] = start
    out[state[CLAIM_NUMBERS] + 2 * state[CLAIM_ROOM] + row] = number(data, state, at, length, 2)
    out[state[CLAIM_NUMBERS] + 3 * state[CLAIM_ROOM] + row] = state[HEADED]
    at, length = element_of(data, state, start, stop, 5)
    if length > COMPOSITE:
        state[STOP] = True
    for column, place in ((PLACE, 0), (FREQUENCY, 2)):
        begin, size = piece(data, at, at + length, state[COMPONENT], place)
        _claim_text(out, state, column, row, text(data, heap, state, begin, size))
    _claim_text(out, state, PATIENT_KEY, row, _patient_key(data, heap, state))
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
    if put + length + 17 > state[HEAP_ROOM]:
        state[STOP] = True
        return np.uint64(0), np.uint64(0)
    for k in range(length):
        heap[put + k] = data[at + k]
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
    for column in range(LINE_RENDERING, LINE_COLUMNS):
        _line_text(out, state, column, row, (0, 0))
    at, length = element_of(data, state, start, stop, 1)
    out[state[LINE_NUMBERS] + NUMBER * state[LINE_ROOM] + row] = number(data, state, at, length, 0)
    out[state[LINE_NUMBERS] + UNITS * state[LINE_ROOM] + row] = NONE
    out[state[LINE_NUMBERS] + DOS * state[LINE_ROOM] + row] = NONE
    out[state[LINE_NUMBERS] + DOS_LAST * state[LINE_ROOM] + row] = NONE
    state[LINE] = row + 1
    state[KIND], state[SEEN] = IN_LINE, 0


@within
def take_service(data: Any, heap: Any, out: Any, state: Any, start: int, stop: int) -> None:
    row = state[LINE] - 1
    if state[KIND] != IN_LINE or state[SEEN] & SERVED:
        state[STOP] = True
        return
    state[SEEN] |= SERVED
    at, length = element_of(data, state, start, stop, 1)
    if length > COMPOSITE:
        state[STOP] = True
        return
    marks, begin, end = marks_at(data, at, np.uint8(state[COMPONENT])), at, at
    for place in range(COMPONENTS):
        end = min(at + lowest(marks), at + length)
        _line_text(out, state, place, row, text(data, heap, state, begin, max(end - begin, 0)))
        marks &= marks - np.uint64(1)
        begin = end + 1
    out[state[LINE_NUMBERS] + OF_CLAIM * state[LINE_ROOM] + row] = state[CLAIM] - 1
    out[state[LINE_NUMBERS] + THE_ROW * state[LINE_ROOM] + row] = state[ROW]
    out[state[LINE_NUMBERS] + START * state[LINE_ROOM] + row] = start
    at, length = element_of(data, state, start, stop, 2)
    out[state[LINE_NUMBERS] + CHARGE * state[LINE_ROOM] + row] = number(data, state, at, length, 2)
    _line_text(out, state, UNIT_BASIS, row, text_element(data, heap, state, start, stop, 3))
    at, length = element_of(data, state, start, stop, 4)
    if length:
        out[state[LINE_NUMBERS] + UNITS * state[LINE_ROOM] + row] = number(data, state, at, length, UNIT_DECIMALS)
    _line_text(out, state, LINE_PLACE, row, text_element(data, heap, state, start, stop, 5))
    at, length = element_of(data, state, start, stop, 7)
    if length > INLINE:
        state[STOP] = True
        return
    _line_text(out, state, POINTERS, row, spaced(text(data, heap, state, at, length), state[COMPONENT]))


@within
def take_dates(data: Any, out: Any, state: Any, start: int, stop: int) -> None:
    row = state[LINE] - 1
    _, form = element_of(data, state, start, stop, 2)
    at, length = element_of(data, state, start, stop, 3)
    if form == 2 and length == 8:
        out[state[LINE_NUMBERS] + DOS * state[LINE_ROOM] + row] = out[
            state[LINE_NUMBERS] + DOS_LAST * state[LINE_ROOM] + row
        ] = day(data, state, at)
    elif form == 3 and length == 17 and data[at + 8] == 45:
        out[state[LINE_NUMBERS] + DOS * state[LINE_ROOM] + row] = day(data, state, at)
        out[state[LINE_NUMBERS] + DOS_LAST * state[LINE_ROOM] + row] = day(data, state, at + 9)
    else:
        state[STOP] = True


@compiled
def take_diagnoses(data: Any, heap: Any, out: Any, state: Any, start: int, stop: int) -> None:
    """Put the codes of a diagnosis list into the claim, separated by one space."""
    begin, put = start + 3, state[HEAP]
    at = put
    if put + stop - start > state[HEAP_ROOM]:
        state[STOP] = True
        return
    while begin <= stop:
        end = next_mark(data, begin, stop, state[ELEMENT])
        if end - begin > COMPOSITE:
            state[STOP] = True
            return
        _, size = piece(data, begin, end, state[COMPONENT], 0)
        name = low_bytes(word_at(data, begin), size)
        code, length = piece(data, begin, end, state[COMPONENT], 1)
        if length and (name in (IS_ABK, IS_ABF, IS_BK, IS_BF)):
            if at > put:
                heap[at] = 32
                at += 1
            for k in range(length):
                byte = data[code + k]
                if byte >= 128:
                    state[STOP] = True
                heap[at + k] = byte
            at += length
        begin = end + 1
    state[HEAP] = at
    if at > put:
        _claim_text(out, state, DIAGNOSES, state[CLAIM] - 1, heap_text(heap, state, put))


@within
def take_name(data: Any, heap: Any, out: Any, state: Any, code: int, start: int, stop: int) -> None:
    """Take what is wanted of an NM1."""
    kind = state[KIND]
    claim, line = state[CLAIM] - 1, state[LINE] - 1
    if kind == IN_CLAIM:
        if code == IS_82 and first_of_kind(state, RENDERING):
            _claim_text(out, state, RENDERING, claim, _npi(data, heap, state, start, stop))
        elif code == IS_DN and first_of_kind(state, REFERRING):
            _claim_text(out, state, REFERRING, claim, _npi(data, heap, state, start, stop))
        elif code == IS_77 and first_of_kind(state, FACILITY):
            _claim_text(out, state, FACILITY, claim, _npi(data, heap, state, start, stop))
    elif kind == IN_LINE:
        if code == IS_82 and first_of_kind(state, 0):
            _line_text(out, state, LINE_RENDERING, line, _npi(data, heap, state, start, stop))
        elif code == IS_DN and first_of_kind(state, 1):
            _line_text(out, state, LINE_REFERRING, line, _npi(data, heap, state, start, stop))
    elif kind == OF_SUBSCRIBER:
        if code == IS_IL and open_loop(state, INSURED, start, stop):
            hold(state, HELD_MEMBER, text_element(data, heap, state, start, stop, 9))
        elif code == IS_PR and open_loop(state, PAYER, start, stop):
            hold(state, HELD_NAME, text_element(data, heap, state, start, stop, 3))
            hold(state, HELD_PAYER, text_element(data, heap, state, start, stop, 9))
    elif kind == OF_BILLING and code == IS_85 and open_loop(state, BILLER, start, stop):
        hold(state, HELD_NPI, _npi(data, heap, state, start, stop))
    elif kind == OF_PATIENT and code == IS_QC:
        open_loop(state, NAMED, start, stop)


@within
def take_reference(data: Any, heap: Any, out: Any, state: Any, code: int, start: int, stop: int) -> None:
    """Take what is wanted of a REF."""
    kind = state[KIND]
    if kind == IN_LINE:
        if code == IS_6R and first_of_kind(state, 2):
            _line_text(out, state, CONTROL, state[LINE] - 1, text_element(data, heap, state, start, stop, 2))
    elif kind == IN_CLAIM:
        row = state[CLAIM] - 1
        if code == IS_F8 and first_of_kind(state, REFERENCE):
            _claim_text(out, state, REFERENCE, row, text_element(data, heap, state, start, stop, 2))
        elif code == IS_G1 and first_of_kind(state, AUTHORIZATION):
            _claim_text(out, state, AUTHORIZATION, row, text_element(data, heap, state, start, stop, 2))


@within
def take_specialty(data: Any, heap: Any, out: Any, state: Any, code: int, start: int, stop: int) -> None:
    """Take what is wanted of a PRV."""
    kind = state[KIND]
    if kind == IN_CLAIM and code == IS_PE and first_of_kind(state, TAXONOMY):
        _claim_text(out, state, TAXONOMY, state[CLAIM] - 1, text_element(data, heap, state, start, stop, 3))
    elif kind == IN_LINE and code == IS_PE and first_of_kind(state, 3):
        _line_text(out, state, LINE_TAXONOMY, state[LINE] - 1, text_element(data, heap, state, start, stop, 3))
    elif kind == OF_BILLING and code == IS_BI and open_loop(state, SPECIALTY, start, stop):
        hold(state, HELD_TAXONOMY, text_element(data, heap, state, start, stop, 3))
