"""Claims that a payer has had already, sent again: as replacements, or to cancel them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cleanclaim.errors import InputError
from cleanclaim.x12.stretches import CHUNK_BYTES, Source
from cleanclaim.x12.write.edits import Edits
from cleanclaim.x12.write.loops import claim_heads
from cleanclaim.x12.write.rewriting import rewrite

_REPLACES, _CANCELS = "7", "8"
_BEFORE_REFERENCES = ("CLM", "DTP", "CL1", "PWK", "CN1", "AMT")
"""Segments of a claim that come before its references."""


def resubmit(
    source: Source, claims: Mapping[int, str], *, void: bool = False, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[bytes]:
    """Yield an 837, given its path or its bytes, in which ``claims`` replace ones that the payer has, or cancel them.

    ``claims`` has the payer's control number (of the 835: CLP07) by the number of the CLM segment (the reader's
    ``segment``). Each gets the frequency 7, or 8 with ``void``, in CLM05, and the control number in REF*F8; other
    claims, and all control numbers of the envelope, stay as they are. Raises InputError for a segment that is not a
    claim and for a control number that is missing.

    >>> file = b"ST*837*1*005010X222A1~BHT*0019*00*1~CLM*C1*84***11:B:1*Y~HI*ABK:M5450~LX*1~SV1*HC:97110*84~SE*7*1~"
    >>> b"".join(resubmit(file, {3: "9001"}))[36:]
    b'CLM*C1*84***11:B:7*Y~REF*F8*9001~HI*ABK:M5450~LX*1~SV1*HC:97110*84~SE*8*1~'
    """
    heads, edits = claim_heads(source, claims, chunk_bytes=chunk_bytes), Edits()
    for number, control in claims.items():
        head = heads.get(number)
        if head is None or head.begins != number:
            raise InputError(f"segment {number} is not a claim (CLM) of this file", field="claims")
        if not control.strip():
            raise InputError(f"the claim of segment {number} has no control number of the payer", field="claims")
        edits.put(number, 5, _CANCELS if void else _REPLACES, 3)
        held = [n for n, segment in enumerate(head.segments, number) if segment[:2] == ("REF", "F8")]
        after = [n for n, segment in enumerate(head.segments, number) if segment[0] in _BEFORE_REFERENCES]
        if held:
            edits.put(held[0], 2, control)
        else:
            edits.insert(after[-1] + 1, ["REF", "F8", control])
    yield from rewrite(source, edits, recount=True, chunk_bytes=chunk_bytes)
