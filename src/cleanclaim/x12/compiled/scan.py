"""The pass itself: segment by segment, with the loops that are open kept in the state.

It stops at what it cannot read, at the end, or where an array is full; what was read up to the last HL, CLM or envelope
segment before that (``safe``) stands.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cleanclaim.x12.compiled.around import take_name, take_reference, take_specialty
from cleanclaim.x12.compiled.layout import (
    ALL_HELD,
    ALL_OPENED,
    BHT,
    BILLING,
    BORN,
    CLAIM,
    COMPONENT,
    DIAGNOSES,
    ELEMENT,
    HEADED,
    HEADER,
    HELD,
    HELD_FILING,
    HELD_NPI,
    HELD_SEQUENCE,
    IN_CLAIM,
    IN_LINE,
    IN_SET,
    IS_20,
    IS_22,
    IS_23,
    IS_472,
    IS_ABK,
    IS_BHT,
    IS_BK,
    IS_CLM,
    IS_DMG,
    IS_DTP,
    IS_GE,
    IS_GS,
    IS_HI,
    IS_HL,
    IS_IEA,
    IS_ISA,
    IS_LX,
    IS_NM1,
    IS_PRV,
    IS_REF,
    IS_SBR,
    IS_SE,
    IS_ST,
    IS_SV1,
    IS_TA1,
    ISA_STOPS,
    KIND,
    LONGEST,
    OF_BILLING,
    OF_PATIENT,
    OF_SUBSCRIBER,
    OPEN,
    OPENED,
    OTHER,
    OUTER,
    OUTER_ROOM,
    OUTER_ROWS,
    PATIENT,
    PATIENT_BORN,
    PAYS,
    ROW,
    SEEN,
    SERVED,
    STATE,
    STOP,
    SUBSCRIBER,
    TERMINATOR,
)
from cleanclaim.x12.compiled.taken import (
    element_of,
    first_of_kind,
    hold,
    new_claim,
    new_line,
    open_loop,
    take_dates,
    take_diagnoses,
    take_service,
    text_element,
)
from cleanclaim.x12.compiled.values import letters, next_stops
from cleanclaim.x12.compiled.words import compiled, pointer, within, word_at


@within
def _close(state: Any) -> None:
    """End the line and the claim that are open; stop where they lack something."""
    if state[OPEN] and (state[KIND] != IN_LINE or not state[SEEN] & SERVED):
        state[STOP] = True
    state[OPEN] = False


@within
def _save(state: Any, safe: Any, before: int, start: int) -> None:
    for k in range(STATE):
        safe[k] = state[k]
    safe[STATE] = before
    safe[STATE + 1] = start


@within
def _forget(state: Any, opened: int, held: int) -> None:
    """Close the loops from ``opened`` on."""
    for k in range(opened, ALL_OPENED):
        state[OPENED + 3 * k] = -1
    for k in range(2 * held, 2 * ALL_HELD):
        state[HELD + k] = 0


@compiled
def _envelope(data: Any, out: Any, state: Any, name: int, start: int, stop: int) -> None:
    if name == IS_ISA:
        good = stop - start == 105 and data[start + 104] == state[COMPONENT]
        separators = 0
        for k in range(105):
            separators += data[start + k] == state[ELEMENT]
        for k in ISA_STOPS:
            good = good and data[start + k] == state[ELEMENT]
        if not good or separators != 16:
            state[STOP] = True
    _outer(out, state, start, stop, np.int64(0))
    _forget(state, BHT, 0)
    state[KIND] = HEADER
    state[IN_SET] = name == IS_ST
    state[HEADED] = state[OUTER] - 1


@compiled
def _outer(out: Any, state: Any, start: int, stop: int, heads: int) -> None:
    at = state[OUTER]
    if at >= state[OUTER_ROOM]:
        state[STOP] = True
        return
    to = state[OUTER_ROWS] + 4 * at
    out[to], out[to + 1], out[to + 2], out[to + 3] = state[ROW], start, stop, heads
    state[OUTER] = at + 1


@within
def _level(data: Any, state: Any, start: int, stop: int) -> None:
    at, length = element_of(data, state, start, stop, 3)
    code = letters(word_at(data, at), 0, 2) if length == 2 else 0
    state[KIND] = OTHER
    if code == IS_20:
        _forget(state, BILLING, HELD_NPI)
        open_loop(state, BILLING, start, stop)
        state[KIND] = OF_BILLING
    elif code == IS_22:
        _forget(state, SUBSCRIBER, HELD_SEQUENCE)
        open_loop(state, SUBSCRIBER, start, stop)
        state[KIND] = OF_SUBSCRIBER
    elif code == IS_23 and state[OPENED + 3 * SUBSCRIBER] >= 0:
        _forget(state, PATIENT, ALL_HELD)
        open_loop(state, PATIENT, start, stop)
        state[KIND] = OF_PATIENT


@within
def _others(data: Any, heap: Any, out: Any, state: Any, name: int, word: Any, start: int, stop: int) -> None:
    """Take what is wanted of a segment that is none of the above."""
    kind, element, component = state[KIND], state[ELEMENT], state[COMPONENT]
    if name == IS_DTP:
        qualified = letters(word, 4, 3) == IS_472 and letters(word, 7, 1) == element
        if kind == IN_LINE and qualified and first_of_kind(state, 4):
            take_dates(data, out, state, start, stop)
    elif name == IS_SBR:
        if kind == OF_SUBSCRIBER and open_loop(state, PAYS, start, stop):
            hold(state, HELD_SEQUENCE, text_element(data, heap, state, start, stop, 1))
            hold(state, HELD_FILING, text_element(data, heap, state, start, stop, 9))
        elif kind == IN_CLAIM:
            state[KIND] = OTHER
    elif name == IS_DMG:
        if kind == OF_SUBSCRIBER:
            open_loop(state, BORN, start, stop)
        elif kind == OF_PATIENT:
            open_loop(state, PATIENT_BORN, start, stop)
    elif name == IS_HI:
        if kind == IN_CLAIM and not state[SEEN] & (1 << DIAGNOSES):
            long = letters(word, 3, 3) == IS_ABK and letters(word, 6, 1) == component
            short = letters(word, 3, 2) == IS_BK and letters(word, 5, 1) == component
            if long or short:
                state[SEEN] |= 1 << DIAGNOSES
                take_diagnoses(data, heap, out, state, start, stop)
    elif name == IS_BHT and kind == HEADER and open_loop(state, BHT, start, stop):
        _outer(out, state, start, stop, np.int64(1))


@within
def _take(
    data: Any, heap: Any, out: Any, state: Any, safe: Any, name: int, word: Any, before: int, start: int, stop: int
) -> None:
    if name == IS_LX:
        new_line(data, heap, out, state, start, stop)
    elif name == IS_SV1:
        take_service(data, heap, out, state, start, stop)
    elif name in (IS_HL, IS_CLM):
        _close(state)
        if state[STOP] or not state[IN_SET]:
            state[STOP] = True
            return
        if name == IS_HL or state[CLAIM] != safe[CLAIM]:
            _save(state, safe, before, start)
        if name == IS_HL:
            _level(data, state, start, stop)
        else:
            new_claim(data, heap, out, state, start, stop)
    elif name in (IS_ISA, IS_GS, IS_ST, IS_SE, IS_GE, IS_IEA):
        _close(state)
        if not state[STOP]:
            _save(state, safe, before, start)
            _envelope(data, out, state, name, start, stop)
    elif name == IS_TA1 or not state[IN_SET]:
        state[STOP] = True
    elif name in (IS_NM1, IS_REF, IS_PRV):
        if letters(word, 6, 1) == state[ELEMENT]:
            code = letters(word, 4, 2)
            if name == IS_NM1:
                take_name(data, heap, out, state, code, start, stop)
            elif name == IS_REF:
                take_reference(data, heap, out, state, code, start, stop)
            else:
                take_specialty(data, heap, out, state, code, start, stop)
    else:
        _others(data, heap, out, state, name, word, start, stop)


@compiled
def scan(data: Any, heap: Any, out: Any, state: Any, safe: Any, stops: Any, begin: Any, used: Any, ended: bool) -> None:
    """Read the segments from ``begin`` on, as far as those that end before ``used`` are in order."""
    data, heap, out = pointer(data), pointer(heap), pointer(out)
    state, safe, stops = pointer(state), pointer(safe), pointer(stops)
    before, start, at = begin, begin, begin
    next_stop, found = 0, 0
    while not state[STOP]:
        if next_stop == found:
            next_stop = 0
            found, at = next_stops(data, stops, at, used, state[TERMINATOR])
        while start < used and data[start] <= 32:
            start += 1
        if next_stop == found:
            if ended and start >= used:
                _close(state)
                if not state[STOP]:
                    _save(state, safe, before, start)
            break
        stop = stops[next_stop]
        next_stop += 1
        word = word_at(data, start)
        name: Any = 0
        if letters(word, 2, 1) == state[ELEMENT] and stop > start + 2:
            name = letters(word, 0, 2)
        elif letters(word, 3, 1) == state[ELEMENT] and stop > start + 3:
            name = letters(word, 0, 3)
        if name == 0 or stop - start > LONGEST:
            break
        _take(data, heap, out, state, safe, name, word, before, start, stop)
        before = start
        start = stop + 1
        state[ROW] += 1
