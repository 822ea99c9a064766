"""What is taken of the providers, references and specialties of a claim, its lines, and the loops around them."""

from __future__ import annotations

from typing import Any

from cleanclaim.x12.compiled.layout import (
    AUTHORIZATION,
    BILLER,
    CLAIM,
    CONTROL,
    FACILITY,
    HELD_MEMBER,
    HELD_NAME,
    HELD_NPI,
    HELD_PAYER,
    HELD_TAXONOMY,
    IN_CLAIM,
    IN_LINE,
    INSURED,
    IS_6R,
    IS_77,
    IS_82,
    IS_85,
    IS_BI,
    IS_DN,
    IS_F8,
    IS_G1,
    IS_IL,
    IS_PE,
    IS_PR,
    IS_QC,
    KIND,
    LINE,
    LINE_REFERRING,
    LINE_RENDERING,
    LINE_TAXONOMY,
    NAMED,
    OF_BILLING,
    OF_PATIENT,
    OF_SUBSCRIBER,
    PAYER,
    REFERENCE,
    REFERRING,
    RENDERING,
    SPECIALTY,
    TAXONOMY,
)
from cleanclaim.x12.compiled.taken import claim_text, first_of_kind, hold, line_text, npi, open_loop, text_element
from cleanclaim.x12.compiled.words import within


@within
def take_name(data: Any, heap: Any, out: Any, state: Any, code: int, start: int, stop: int) -> None:
    """Take what is wanted of an NM1."""
    kind = state[KIND]
    claim, line = state[CLAIM] - 1, state[LINE] - 1
    if kind == IN_CLAIM:
        if code == IS_82 and first_of_kind(state, RENDERING):
            claim_text(out, state, RENDERING, claim, npi(data, heap, state, start, stop))
        elif code == IS_DN and first_of_kind(state, REFERRING):
            claim_text(out, state, REFERRING, claim, npi(data, heap, state, start, stop))
        elif code == IS_77 and first_of_kind(state, FACILITY):
            claim_text(out, state, FACILITY, claim, npi(data, heap, state, start, stop))
    elif kind == IN_LINE:
        if code == IS_82 and first_of_kind(state, 0):
            line_text(out, state, LINE_RENDERING, line, npi(data, heap, state, start, stop))
        elif code == IS_DN and first_of_kind(state, 1):
            line_text(out, state, LINE_REFERRING, line, npi(data, heap, state, start, stop))
    elif kind == OF_SUBSCRIBER:
        if code == IS_IL and open_loop(state, INSURED, start, stop):
            hold(state, HELD_MEMBER, text_element(data, heap, state, start, stop, 9))
        elif code == IS_PR and open_loop(state, PAYER, start, stop):
            hold(state, HELD_NAME, text_element(data, heap, state, start, stop, 3))
            hold(state, HELD_PAYER, text_element(data, heap, state, start, stop, 9))
    elif kind == OF_BILLING and code == IS_85 and open_loop(state, BILLER, start, stop):
        hold(state, HELD_NPI, npi(data, heap, state, start, stop))
    elif kind == OF_PATIENT and code == IS_QC:
        open_loop(state, NAMED, start, stop)


@within
def take_reference(data: Any, heap: Any, out: Any, state: Any, code: int, start: int, stop: int) -> None:
    """Take what is wanted of a REF."""
    kind = state[KIND]
    if kind == IN_LINE:
        if code == IS_6R and first_of_kind(state, 2):
            line_text(out, state, CONTROL, state[LINE] - 1, text_element(data, heap, state, start, stop, 2))
    elif kind == IN_CLAIM:
        row = state[CLAIM] - 1
        if code == IS_F8 and first_of_kind(state, REFERENCE):
            claim_text(out, state, REFERENCE, row, text_element(data, heap, state, start, stop, 2))
        elif code == IS_G1 and first_of_kind(state, AUTHORIZATION):
            claim_text(out, state, AUTHORIZATION, row, text_element(data, heap, state, start, stop, 2))


@within
def take_specialty(data: Any, heap: Any, out: Any, state: Any, code: int, start: int, stop: int) -> None:
    """Take what is wanted of a PRV."""
    kind = state[KIND]
    if kind == IN_CLAIM and code == IS_PE and first_of_kind(state, TAXONOMY):
        claim_text(out, state, TAXONOMY, state[CLAIM] - 1, text_element(data, heap, state, start, stop, 3))
    elif kind == IN_LINE and code == IS_PE and first_of_kind(state, 3):
        line_text(out, state, LINE_TAXONOMY, state[LINE] - 1, text_element(data, heap, state, start, stop, 3))
    elif kind == OF_BILLING and code == IS_BI and open_loop(state, SPECIALTY, start, stop):
        hold(state, HELD_TAXONOMY, text_element(data, heap, state, start, stop, 3))
