"""The claims of an 837, professional or institutional, cut from their loops.

``SHARED``, ``PROFESSIONAL`` and ``INSTITUTIONAL`` say what is taken from where, beside the code lists (``lists837``).
Of another payer's loops (2320, 2330) nothing is taken; a patient's name and birth date go into a key only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from cleanclaim.x12.chunk import Chunk, Problems
from cleanclaim.x12.envelope import Envelope
from cleanclaim.x12.fields import Days, Fields, numbers, padded, views_of
from cleanclaim.x12.lines837 import FACILITY_LAYOUT, LAYOUT, Layout, lines_of
from cleanclaim.x12.lists837 import LISTS, code_lists, diagnoses
from cleanclaim.x12.loops import Firsts, Loops
from cleanclaim.x12.picks import Columns, Holds, Pick, period, picked, table
from cleanclaim.x12.schemas import CLAIMS, FACILITY_CLAIMS
from cleanclaim.x12.segments import PADDING, Flags, Ints, Spans, gathered

SHARED = (
    Pick("claim_id", "CLM", 1, what="claim number", required=True),
    Pick("charge_cents", "CLM", 2, Holds.CENTS, "total charge", required=True),
    Pick("original_reference", "REF*F8", 2),
    Pick("prior_authorization", "REF*G1", 2),
    Pick("sequence", "SBR", 1, loop="subscriber"),
    Pick("filing_indicator", "SBR", 9, loop="subscriber"),
    Pick("payer_name", "NM1*PR", 3, loop="subscriber"),
    Pick("payer_id", "NM1*PR", 9, loop="subscriber"),
    Pick("subscriber_id", "NM1*IL", 9, loop="subscriber"),
    Pick("billing_npi", "NM1*85", 9, Holds.NPI, loop="billing"),
    Pick("billing_taxonomy", "PRV*BI", 3, loop="billing"),
    Pick("rendering_npi", "NM1*82", 9, Holds.NPI),
    Pick("referring_npi", "NM1*DN", 9, Holds.NPI),
    Pick("facility_npi", "NM1*77", 9, Holds.NPI),
)
PROFESSIONAL = (
    *SHARED,
    Pick("place_of_service - frequency", "CLM", 5, Holds.COMPONENTS),
    Pick("rendering_taxonomy", "PRV*PE", 3),
)
INSTITUTIONAL = (
    *SHARED,
    Pick("facility_code - frequency", "CLM", 5, Holds.COMPONENTS),
    Pick("admission_type", "CL1", 1),
    Pick("admission_source", "CL1", 2),
    Pick("patient_status", "CL1", 3),
    Pick("attending_npi", "NM1*71", 9, Holds.NPI),
    Pick("attending_taxonomy", "PRV*AT", 3),
    Pick("operating_npi", "NM1*72", 9, Holds.NPI),
    Pick("medical_record", "REF*EA", 2),
)
# what the claims after a cut still need of the loops that are open there
_OPEN = (
    ("BHT",),
    ("NM1*85", "PRV*BI"),
    ("SBR", "NM1*IL", "DMG", "NM1*PR"),
    ("NM1*QC", "DMG"),
)
_PERIODS = ("DTP*434", "DTP*435")
_BILL_TYPE = pl.concat_str(pl.col("facility_code").str.strip_prefix("0"), "frequency").alias("bill_type")
_MADE = {*LISTS, "bill_type"}
_TAKEN = pl.Schema(
    {name: dtype for name, dtype in FACILITY_CLAIMS.items() if name not in _MADE} | {"facility_code": pl.String()}
)
_DIGEST_LENGTH = 17


@dataclass(frozen=True)
class _Form:
    """How one kind of 837 is read."""

    picks: tuple[Pick, ...]
    segments: tuple[str, ...]
    layout: Layout
    claims: str
    lines: str


def _form(picks: tuple[Pick, ...], layout: Layout, claims: str, lines: str, *more: str) -> _Form:
    wanted = [pick.segment for pick in picks if pick.segment != "CLM"]
    wanted += [name for names in _OPEN for name in names]
    return _Form(picks, tuple(dict.fromkeys([*wanted, *layout.segments, *more])), layout, claims, lines)


_PROFESSIONAL = _form(PROFESSIONAL, LAYOUT, "claims", "lines")
_INSTITUTIONAL = _form(INSTITUTIONAL, FACILITY_LAYOUT, "facility_claims", "facility_lines", *_PERIODS)
Tables = dict[str, pl.DataFrame]


def read_professional(chunk: Chunk, envelope: Envelope, inside: Flags, problems: Problems) -> tuple[Tables, Ints]:
    """Return the claims and lines among the segments ``inside``, and the rows that the next stretch needs."""
    return _read(chunk, envelope, inside, problems, _PROFESSIONAL)


def read_institutional(chunk: Chunk, envelope: Envelope, inside: Flags, problems: Problems) -> tuple[Tables, Ints]:
    """Return the claims and lines among the segments ``inside``, and the rows that the next stretch needs."""
    return _read(chunk, envelope, inside, problems, _INSTITUTIONAL)


def _read(chunk: Chunk, envelope: Envelope, inside: Flags, problems: Problems, form: _Form) -> tuple[Tables, Ints]:
    loops = Loops(chunk, envelope, inside, form.layout.segment.encode())
    parts = loops.firsts(form.segments)
    claims = _claims(chunk, envelope, loops, parts, problems, form)
    lines = lines_of(chunk, loops, parts, problems, form.layout)
    return {form.claims: claims, form.lines: lines}, _open_at_end(loops, parts)


def _open_at_end(loops: Loops, parts: Firsts) -> Ints:
    """Return the rows that the claims after the last anchor still need."""
    anchors = np.append(loops.anchors, -1)
    rows = [parts[name][at] for at, names in zip(loops.ends_at, _OPEN, strict=True) for name in names]
    rows += [anchors[at] for at in loops.ends_at[1:]]
    return np.array([row for row in rows if row >= 0], np.int64)


def _claims(
    chunk: Chunk, envelope: Envelope, loops: Loops, parts: Firsts, problems: Problems, form: _Form
) -> pl.DataFrame:
    rows, outer = loops.anchors[loops.claim_at], loops.envelope_of
    at = {"claim": loops.claim_at, "billing": loops.billing_at, "subscriber": loops.subscriber_at}
    wanted = {
        pick.segment: parts.at(pick.segment, at[pick.loop])
        for pick in {pick.segment: pick for pick in form.picks}.values()
        if pick.segment != "CLM"
    }
    columns = picked(chunk, form.picks, wanted | {"CLM": rows}, problems)
    day, dated = days_sent(chunk, parts.at("BHT", loops.envelope_at), problems)
    columns |= {
        "claim_seq": numbers(np.arange(len(rows)) + (chunk.carry.claims + 1)),
        "interchange": numbers(envelope.interchange[outer]),
        "transaction": numbers(envelope.transaction[outer]),
        "version": chunk.fields.views(envelope.version).spread(outer).column(),
        "segment": numbers(chunk.numbers(rows)),
        "offset": numbers(chunk.offsets(rows)),
        "patient_key": _patient_key(chunk, loops, parts, columns["subscriber_id"]),
        "received": numbers(day[outer], dated[outer]),
    }
    if form is _PROFESSIONAL:
        columns["diagnoses"] = diagnoses(chunk, loops)
        return table(columns, CLAIMS)
    return _facility_claims(chunk, loops, parts, columns, problems)


def _facility_claims(chunk: Chunk, loops: Loops, parts: Firsts, columns: Columns, problems: Problems) -> pl.DataFrame:
    at = loops.claim_at
    first, last = period(chunk, parts.at("DTP*434", at), "DTP*434 (statement dates)", problems)
    admitted, _ = period(chunk, parts.at("DTP*435", at), "DTP*435 (admission)", problems)
    columns |= {"statement_first": first, "statement_last": last, "admitted": admitted}
    frame = pl.concat([table(columns, _TAKEN), code_lists(chunk, loops, problems)], how="horizontal")
    claims = frame.with_columns(_BILL_TYPE).select(FACILITY_CLAIMS.names())
    untyped = claims["bill_type"].is_null().to_numpy()
    problems.add(chunk, loops.anchors[at[untyped]], "CLM05 (bill type) is missing or lacks one of its parts")
    return claims


def days_sent(chunk: Chunk, rows: Ints, problems: Problems) -> tuple[Days, Flags]:
    """Return BHT04 as a date, and where it is one."""
    sent = chunk.segments.element(rows, 4)
    day, dated = chunk.fields.days(sent.start, sent.length == 8)
    problems.add(chunk, rows[~dated & (sent.length > 0)], "BHT04 (day sent) is not a date of the form CCYYMMDD")
    return day, dated


def _patient_key(chunk: Chunk, loops: Loops, parts: Firsts, members: pa.Array) -> pa.Array:
    """Return the member number, with a digest of name and birth date for a dependent or where it is missing."""
    fields = chunk.fields
    unsure = np.flatnonzero((loops.patient_at >= 0) | ~np.asarray(members.is_valid()))
    if not len(unsure):
        return members
    patient, subscriber = loops.patient_at[unsure], loops.subscriber_at[unsure]
    person = np.where(patient >= 0, parts["NM1*QC"][patient], parts["NM1*IL"][subscriber])
    birth = parts["DMG"][np.where(patient >= 0, patient, subscriber)]
    told = chunk.segments.elements_of_each(np.stack([person, person, birth]), [3, 4, 2])
    digest = fields.digest(*map(told.at, range(3)))
    member = chunk.segments.element(parts["NM1*IL"][subscriber], 9)
    text, begins = gathered(fields.data, Spans(member.start, member.length + _DIGEST_LENGTH))
    text[(begins + member.length)[:, None] + np.arange(_DIGEST_LENGTH)] = digest
    length = np.where((told.length[0] > 0) | (told.length[1] > 0), member.length + _DIGEST_LENGTH, 0)
    keys = views_of(members)
    keys.put(unsure, Fields(padded(text)).views(Spans(begins + PADDING, length)))
    return keys.column()
