"""The tables of an 835: payments, claims, services, and every adjustment, remark and amount below them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cleanclaim.x12 import schemas
from cleanclaim.x12.chunk import Chunk, Problems
from cleanclaim.x12.envelope import Envelope
from cleanclaim.x12.fields import Fields, numbers, padded
from cleanclaim.x12.loops import Anchors, Firsts
from cleanclaim.x12.picks import Columns, Holds, Pick, picked, picked_of, place, repeats, table
from cleanclaim.x12.segments import PADDING, Flags, Ints, Spans

_ANCHORS = (b"LX", b"CLP", b"SVC", b"PLB")
PAYMENT = (
    Pick("handling", "BPR", 1),
    Pick("amount_cents", "BPR", 2, Holds.CENTS, "amount paid"),
    Pick("credit_debit", "BPR", 3),
    Pick("method", "BPR", 4),
    Pick("paid_on", "BPR", 16, Holds.DAY, "payment date"),
    Pick("trace", "TRN*1", 2),
    Pick("trace_origin", "TRN*1", 3),
    Pick("produced_on", "DTM*405", 2, Holds.DAY, "production date"),
    Pick("payer_name", "N1*PR", 2),
    Pick("payer_id", "N1*PR", 4),
    Pick("payee_name", "N1*PE", 2),
    Pick("payee_qualifier", "N1*PE", 3),
    Pick("payee_id", "N1*PE", 4),
    Pick("payee_tax_id", "REF*TJ", 2),
    Pick("receiver_id", "REF*EV", 2),
)
CLAIM = (
    Pick("claim_id", "CLP", 1, what="claim number", required=True),
    Pick("status", "CLP", 2, what="claim status", required=True),
    Pick("charge_cents", "CLP", 3, Holds.CENTS, "total charge", required=True),
    Pick("paid_cents", "CLP", 4, Holds.CENTS, "amount paid", required=True),
    Pick("patient_responsibility_cents", "CLP", 5, Holds.CENTS, "patient responsibility"),
    Pick("filing_indicator", "CLP", 6),
    Pick("payer_control", "CLP", 7),
    Pick("facility_code", "CLP", 8),
    Pick("frequency", "CLP", 9),
)
BESIDE_CLAIM = (
    Pick("rendering_npi", "NM1*82", 9, Holds.NPI),
    Pick("crossover_payer", "NM1*TT", 3),
    Pick("received", "DTM*050", 2, Holds.DAY, "day received"),
    Pick("statement_first", "DTM*232", 2, Holds.DAY, "statement from"),
    Pick("statement_last", "DTM*233", 2, Holds.DAY, "statement to"),
    Pick("expired", "DTM*036", 2, Holds.DAY, "coverage expired"),
    Pick("coverage_cents", "AMT*AU", 2, Holds.CENTS, "coverage amount"),
)
SERVICE = (
    Pick("qualifier code modifier_1 modifier_2 modifier_3 modifier_4", "SVC", 1, Holds.COMPONENTS),
    Pick("charge_cents", "SVC", 2, Holds.CENTS, "line charge", required=True),
    Pick("paid_cents", "SVC", 3, Holds.CENTS, "amount paid", required=True),
    Pick("revenue_code", "SVC", 4),
    Pick("paid_units", "SVC", 5, Holds.UNITS, "units paid"),
    Pick(
        "original_qualifier original_code original_modifier_1 original_modifier_2 original_modifier_3"
        " original_modifier_4",
        "SVC",
        6,
        Holds.COMPONENTS,
    ),
    Pick("original_units", "SVC", 7, Holds.UNITS, "original units"),
)
BESIDE_SERVICE = (
    Pick("dos", "DTM*472", 2, Holds.DAY, "service date"),
    Pick("dos_from", "DTM*150", 2, Holds.DAY, "first day of service"),
    Pick("dos_to", "DTM*151", 2, Holds.DAY, "last day of service"),
    Pick("line_control", "REF*6R", 2),
    Pick("location", "REF*LU", 2),
    Pick("rendering_id", "REF*HPI", 2),
    Pick("allowed_cents", "AMT*B6", 2, Holds.CENTS, "allowed amount"),
)
_REMARK_PLACES = {"MIA": (5, 20, 21, 22, 23), "MOA": (3, 4, 5, 6, 7)}


@dataclass(frozen=True)
class _Loops:
    """The anchors of an 835, and for each of them the claim and the service that are open."""

    anchors: Anchors
    claim_at: Ints
    service_at: Ints

    @classmethod
    def of(cls, chunk: Chunk, envelope: Envelope, inside: Flags) -> _Loops:
        anchors = Anchors(chunk, envelope, inside, _ANCHORS)
        claim_at = anchors.last(b"CLP", b"LX", b"PLB")
        service_at = anchors.last(b"SVC", b"CLP", b"LX", b"PLB")
        return cls(anchors, claim_at, service_at)

    def open_at_end(self) -> Ints:
        """Return the rows of the claim, the service and the group that are still open."""
        last = [at[-1] for at in (self.claim_at, self.service_at, self.anchors.last(b"LX")) if len(at) and at[-1] >= 0]
        return self.anchors.anchors[np.array(last, np.int64)]


def read_remittances(
    chunk: Chunk, envelope: Envelope, inside: Flags, problems: Problems
) -> tuple[dict[str, pl.DataFrame], Ints]:
    """Return the tables of the segments ``inside``, and the rows that the next stretch needs."""
    loops = _Loops.of(chunk, envelope, inside)
    firsts = loops.anchors.firsts(
        dict.fromkeys(pick.segment for picks in (PAYMENT, BESIDE_CLAIM, BESIDE_SERVICE) for pick in picks)
        | {"NM1*QC": None, "NM1*IL": None}
    )
    tables = {
        "payments": _payments(chunk, envelope, loops, firsts, problems),
        "paid_claims": _claims(chunk, envelope, loops, firsts, problems),
        "paid_services": _services(chunk, envelope, loops, firsts, problems),
        "adjustments": _adjustments(chunk, envelope, loops, problems),
        "remarks": _remarks(chunk, envelope, loops, problems),
        "amounts": _amounts(chunk, envelope, loops, problems),
        "provider_adjustments": _provider_adjustments(chunk, envelope, loops, problems),
    }
    return tables, loops.open_at_end()


def _payments(chunk: Chunk, envelope: Envelope, loops: _Loops, firsts: Firsts, problems: Problems) -> pl.DataFrame:
    rows = firsts["BPR"][loops.anchors.owner[loops.anchors.rows(b"BPR")]]
    rows = np.unique(rows[rows >= chunk.known])
    at = loops.anchors.owner[rows]
    columns = picked(chunk, PAYMENT, {pick.segment: firsts[pick.segment][at] for pick in PAYMENT}, problems)
    columns |= place(chunk, envelope, rows)
    columns |= chunk.fields.texts(("version", envelope.version.at(envelope.of(rows))))
    return table(columns, schemas.PAYMENTS)


def _claims(chunk: Chunk, envelope: Envelope, loops: _Loops, firsts: Firsts, problems: Problems) -> pl.DataFrame:
    anchors = loops.anchors
    rows = anchors.rows(b"CLP")
    rows = rows[rows >= chunk.known]
    at = anchors.owner[rows]
    group = np.append(anchors.anchors, -1)[anchors.last(b"LX")[at]]
    columns = {
        **picked_of(chunk, CLAIM, rows, problems, repetitive=False),
        **picked(chunk, BESIDE_CLAIM, {pick.segment: firsts[pick.segment][at] for pick in BESIDE_CLAIM}, problems),
        **place(chunk, envelope, rows),
        **chunk.fields.texts(("group_number", chunk.segments.element(group, 1))),
        "patient_key": _patient_key(chunk, firsts["NM1*QC"][at], firsts["NM1*IL"][at]),
    }
    return table(columns, schemas.PAID_CLAIMS)


def _patient_key(chunk: Chunk, patient: Ints, subscriber: Ints) -> object:
    """Return the patient's id, or a digest of the name where there is none or another person is insured."""
    segments, fields = chunk.segments, chunk.fields
    member = segments.element(patient, 9)
    keys = fields.views(member)
    unsure = np.flatnonzero((patient >= 0) & ((subscriber >= 0) | (member.length == 0)))
    if len(unsure):
        named = segments.elements(patient[unsure], range(3, 5))
        digest = fields.digest(member.at(unsure), named.at(0), named.at(1))
        width = digest.shape[1]
        starts = np.arange(len(unsure)) * width + PADDING
        keys.put(unsure, Fields(padded(digest.ravel())).views(Spans(starts, np.full(len(unsure), width))))
    return keys.column()


def _services(chunk: Chunk, envelope: Envelope, loops: _Loops, firsts: Firsts, problems: Problems) -> pl.DataFrame:
    anchors = loops.anchors
    rows = anchors.rows(b"SVC")
    rows = rows[rows >= chunk.known]
    stray = loops.claim_at[anchors.owner[rows]] < 0
    problems.add(chunk, rows[stray], "SVC outside a claim: the service is not read")
    rows = rows[~stray]
    at = anchors.owner[rows]
    columns = {
        **picked_of(chunk, SERVICE, rows, problems),
        **picked(chunk, BESIDE_SERVICE, {pick.segment: firsts[pick.segment][at] for pick in BESIDE_SERVICE}, problems),
        **place(chunk, envelope, rows),
        "claim_segment": numbers(chunk.numbers(anchors.anchors[loops.claim_at[at]])),
    }
    columns |= {"dos_last": columns["dos_to"], "rendering_npi": columns["rendering_id"]}
    frame = table(columns, _SERVICES_TAKEN)
    dated = frame.with_columns(dos=pl.coalesce("dos", "dos_from"))
    return dated.with_columns(dos_last=pl.coalesce("dos_last", "dos")).select(schemas.PAID_SERVICES.names())


_SERVICES_TAKEN = pl.Schema({**schemas.PAID_SERVICES, "dos_from": pl.Date()})


def _of_claim(
    chunk: Chunk, envelope: Envelope, loops: _Loops, rows: Ints, name: str, problems: Problems
) -> tuple[Ints, Columns]:
    """Return those of ``rows`` that are within a claim, and where they stand; note the others."""
    anchors = loops.anchors
    rows = rows[rows >= chunk.known]
    claim = loops.claim_at[anchors.owner[rows]]
    problems.add(chunk, rows[claim < 0], f"{name} outside a claim: it is not read")
    rows, claim = rows[claim >= 0], claim[claim >= 0]
    service = loops.service_at[anchors.owner[rows]]
    return rows, {
        **place(chunk, envelope, rows),
        "claim_segment": numbers(chunk.numbers(anchors.anchors[claim])),
        "service_segment": numbers(chunk.numbers(anchors.anchors[service]), service >= 0),
    }


def _adjustments(chunk: Chunk, envelope: Envelope, loops: _Loops, problems: Problems) -> pl.DataFrame:
    """Return every reason of every CAS: up to six a segment, and more where there are more."""
    segments, fields = chunk.segments, chunk.fields
    rows, columns = _of_claim(chunk, envelope, loops, loops.anchors.rows(b"CAS"), "CAS", problems)
    owner, places = repeats(segments.last[rows] - segments.first[rows] - 1, 3, 2)
    found = segments.elements_of_each(np.broadcast_to(rows[owner], (3, len(owner))), places + np.arange(3)[:, None])
    told = found.length.any(axis=0)
    owner, found = owner[told], Spans(found.start[:, told], found.length[:, told])
    cents, priced = fields.decimal(found.at(1), 2)
    quantity, counted = fields.decimal(found.at(2), 6)
    problems.add(chunk, rows[owner[found.length[0] == 0]], "CAS: a reason code is missing")
    problems.add(chunk, rows[owner[~priced]], "CAS: an adjustment is missing or not an amount")
    problems.add(chunk, rows[owner[~counted & (found.length[2] > 0)]], "CAS: a quantity is not a number")
    columns = {name: column.take(owner) for name, column in columns.items()}
    columns |= fields.texts(("group", segments.element(rows[owner], 1)), ("reason", found.at(0)))
    columns |= {"cents": numbers(cents, priced), "quantity": numbers(quantity / 1e6, counted)}
    return table(columns, schemas.ADJUSTMENTS)


def _remarks(chunk: Chunk, envelope: Envelope, loops: _Loops, problems: Problems) -> pl.DataFrame:
    """Return the remark codes: of LQ by their list (HE, RX), of MIA and MOA under those names."""
    parts = [_listed(chunk, envelope, loops, problems)]
    for name, places in _REMARK_PLACES.items():
        rows, columns = _of_claim(chunk, envelope, loops, loops.anchors.rows(name.encode()), name, problems)
        owner = np.repeat(np.arange(len(rows)), len(places))
        code = chunk.segments.elements_of_each(rows[owner][None], np.tile(places, len(rows))[None]).at(0)
        told = np.flatnonzero(code.length > 0)
        taken = {key: column.take(owner[told]) for key, column in columns.items()}
        taken |= chunk.fields.texts(("code", code.at(told)))
        parts.append(_with_source(taken, name))
    return pl.concat(parts).sort("segment", maintain_order=True)


def _listed(chunk: Chunk, envelope: Envelope, loops: _Loops, problems: Problems) -> pl.DataFrame:
    rows, columns = _of_claim(chunk, envelope, loops, loops.anchors.rows(b"LQ"), "LQ", problems)
    found = chunk.segments.elements(rows, range(1, 3))
    columns |= chunk.fields.texts(("source", found.at(0)), ("code", found.at(1)))
    return table(columns, schemas.REMARKS)


def _with_source(columns: Columns, name: str) -> pl.DataFrame:
    kept = {key: schemas.REMARKS[key] for key in schemas.REMARKS if key != "source"}
    return table(columns, pl.Schema(kept)).with_columns(source=pl.lit(name)).select(schemas.REMARKS.names())


def _amounts(chunk: Chunk, envelope: Envelope, loops: _Loops, problems: Problems) -> pl.DataFrame:
    rows, columns = _of_claim(chunk, envelope, loops, loops.anchors.rows(b"AMT"), "AMT", problems)
    found = chunk.segments.elements(rows, range(1, 3))
    cents, priced = chunk.fields.decimal(found.at(1), 2)
    problems.add(chunk, rows[~priced], "AMT02 is missing or not an amount")
    columns |= {**chunk.fields.texts(("qualifier", found.at(0))), "cents": numbers(cents, priced)}
    return table(columns, schemas.AMOUNTS)


def _provider_adjustments(chunk: Chunk, envelope: Envelope, loops: _Loops, problems: Problems) -> pl.DataFrame:
    """Return every reason and amount of every PLB."""
    segments, fields = chunk.segments, chunk.fields
    rows = loops.anchors.rows(b"PLB")
    rows = rows[rows >= chunk.known]
    owner, places = repeats(segments.last[rows] - segments.first[rows] - 2, 2, 3)
    found = segments.elements_of_each(np.broadcast_to(rows[owner], (2, len(owner))), places + np.arange(2)[:, None])
    told = found.length.any(axis=0)
    owner, found = owner[told], Spans(found.start[:, told], found.length[:, told])
    reason = segments.components_of(found.at(0), 2)
    cents, priced = fields.decimal(found.at(1), 2)
    problems.add(chunk, rows[owner[~priced]], "PLB: an adjustment is missing or not an amount")
    own = segments.elements(rows[owner], range(1, 3))
    day, dated = fields.days(own.start[1], own.length[1] == 8)
    columns = {
        **place(chunk, envelope, rows[owner]),
        **fields.texts(("provider", own.at(0)), ("reason", reason.at(0)), ("reference", reason.at(1))),
        "fiscal_day": numbers(day, dated),
        "cents": numbers(cents, priced),
    }
    return table(columns, schemas.PROVIDER_ADJUSTMENTS)
