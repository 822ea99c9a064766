"""999 (005010X231A1): whether a functional group and its transaction sets were accepted, and what is at fault."""

from __future__ import annotations

from collections.abc import Iterator
from string import digits

from cleanclaim.x12.write.segments import composite, segment
from cleanclaim.x12.write.verdicts import ACCEPTED, REJECTED, GroupVerdict, SegmentError, SetVerdict

VERSION = "005010X231A1"
_NO_VERSION = "005010"  # stands for a GS08 that cannot be told again
ANSWERED = ("BE", "HB", "HC", "HI", "HN", "HP", "HR", "HS", "RA")
"""Groups (GS01) that a 999 answers; none answers a group of 999s (FA)."""
_SETS = ("270", "271", "276", "277", "278", "820", "834", "835", "837")
_LOOP_LETTERS = 4  # IK303 has no room for all of 2010AA: the letters at the end are left out
_MOST_CODES = 5
_CLAIM_LETTERS = 35
_TRACED = ("277CA", "835")


def body(verdict: GroupVerdict) -> list[str]:
    """Return the segments between ST and SE that answer a functional group.

    Sets are named one by one, but for those of a group that is rejected for its own envelope, or of a kind that the
    guide has no code for.
    """
    head, end = verdict.of.head, verdict.of.end
    control = "".join(letter for letter in head.at(6) if letter in digits)[:9] or "0"
    out = [segment("AK1", head.at(1), control, _letters(head.at(8))[:12] or _NO_VERSION)]
    if not verdict.codes:
        for own in verdict.sets:
            if own.of.head.at(1) in _SETS:
                out += _set(own)
    included = end.at(1) if end is not None and set(end.at(1)) <= set(digits) else ""
    counts = (included[:6] or len(verdict.sets), len(verdict.sets), verdict.accepted)
    return [*out, segment("AK9", verdict.status, *counts, *verdict.codes[:_MOST_CODES])]


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isalnum())


def _set(own: SetVerdict) -> Iterator[str]:
    head = own.of.head
    control = _letters(head.at(2))[:9].zfill(4)
    yield segment("AK2", head.at(1), control, _letters(head.at(3))[:12])
    for error in sorted(own.errors, key=lambda one: one.position):
        yield from _error(own, error)
    codes = [*own.codes, *(["5"] if own.errors and "5" not in own.codes else [])]
    yield segment("IK5", ACCEPTED if own.accepted else REJECTED, *codes[:_MOST_CODES])


def _error(own: SetVerdict, error: SegmentError) -> Iterator[str]:
    yield segment("IK3", error.segment, error.position, (error.loop or "")[:_LOOP_LETTERS], error.code)
    if error.claim:
        yield segment("CTX", composite("CLM01", error.claim[:_CLAIM_LETTERS]))
    elif own.kind in _TRACED and own.of.trace and own.of.trace.isprintable() and error.loop not in (None, "ST"):
        yield segment("CTX", composite("TRN02", own.of.trace[:_CLAIM_LETTERS]))
    for one in error.elements:
        value = one.value[:99] if one.value else None
        yield segment("IK4", composite(one.element, one.component), one.reference, one.code, value)
