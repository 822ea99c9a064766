"""The claim and line tables of an 837 professional file, cut from its loops.

============================  =======================================================================
loop                          what is taken
============================  =======================================================================
header                        BHT04 day sent
2000A, 2010AA billing         PRV*BI taxonomy; NM1*85 NPI
2000B, 2010BA/BB subscriber   SBR01 sequence; NM1*IL member number; NM1*PR payer
2000C, 2010CA patient         NM1*QC and DMG, into a key only
2300, 2310 claim              CLM; REF*F8, REF*G1; HI; NM1*DN, NM1*82 with PRV*PE, NM1*77
2320, 2330 other payers       nothing
2400, 2420 line               LX, SV1, DTP*472, REF*6R; NM1*82 with PRV*PE, NM1*DN
============================  =======================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from cleanclaim.x12.chunk import Carry, Chunk, Problems
from cleanclaim.x12.envelope import Envelope, read_envelope
from cleanclaim.x12.fields import Days, Fields, numbers, padded
from cleanclaim.x12.loops import Loops
from cleanclaim.x12.segments import PADDING, Flags, Ints, Segments, Spans, gathered, short_words, word_of

_S, _I, _F, _D = pl.String(), pl.Int64(), pl.Float64(), pl.Date()

CLAIMS = pl.Schema(
    {
        "claim_seq": _I,
        "interchange": _I,
        "transaction": _I,
        "version": _S,
        "segment": _I,
        "offset": _I,
        "claim_id": _S,
        "charge_cents": _I,
        "place_of_service": _S,
        "frequency": _S,
        "original_reference": _S,
        "sequence": _S,
        "payer_name": _S,
        "payer_id": _S,
        "subscriber_id": _S,
        "patient_key": _S,
        "billing_npi": _S,
        "billing_taxonomy": _S,
        "rendering_npi": _S,
        "rendering_taxonomy": _S,
        "referring_npi": _S,
        "facility_npi": _S,
        "diagnoses": _S,
        "received": _D,
        "prior_authorization": _S,
    }
)
LINES = pl.Schema(
    {
        "claim_seq": _I,
        "segment": _I,
        "offset": _I,
        "line_number": _I,
        "qualifier": _S,
        "code": _S,
        "modifier_1": _S,
        "modifier_2": _S,
        "modifier_3": _S,
        "modifier_4": _S,
        "charge_cents": _I,
        "unit_basis": _S,
        "units": _F,
        "place_of_service": _S,
        "pointers": _S,
        "dos": _D,
        "dos_last": _D,
        "rendering_npi": _S,
        "rendering_taxonomy": _S,
        "referring_npi": _S,
        "line_control": _S,
    }
)
_NONE = np.empty(0, np.int64)
_DIAGNOSIS_LISTS = [word_of(name) for name in (b"ABK", b"ABF", b"BK", b"BF")]
_UNIT_PLACES = 6
_DIGEST_LENGTH = 17


@dataclass(frozen=True)
class Tables:
    """The claims and lines of a stretch, and what the next stretch must know."""

    claims: pl.DataFrame
    lines: pl.DataFrame
    carry: Carry


def read_tables(chunk: Chunk, problems: Problems) -> Tables:
    """Return the claims and lines of a stretch; what cannot be read goes to ``problems``."""
    envelope = read_envelope(chunk, problems)
    loops = Loops(chunk, envelope)
    parts = Parts(chunk.segments, loops)
    claims = _claims(chunk, envelope, loops, parts, problems)
    lines = _lines(chunk, loops, parts, problems)
    context = np.unique(np.concatenate([envelope.context(), parts.open_at_end(loops)]))
    carry = chunk.carry_on(context, claims=chunk.carry.claims + len(claims), **envelope.counts)
    return Tables(claims, lines, carry)


class Parts:
    """For each anchor of the loops, the row of each segment that a column is taken from; -1 where it has none."""

    def __init__(self, segments: Segments, loops: Loops) -> None:
        first = loops.first
        named = segments.split(loops.rows(b"NM1"), b"NM1*", b"85*", b"IL*", b"PR*", b"QC*", b"DN*", b"82*", b"77*")
        self.billing, self.member, self.payer, self.patient = map(first, named[:4])
        self.referring, self.rendering, self.facility = map(first, named[4:])
        references = segments.split(loops.rows(b"REF"), b"REF*", b"F8*", b"G1*", b"6R*")
        self.original, self.authorization, self.line_control = map(first, references)
        specialties = segments.split(loops.rows(b"PRV"), b"PRV*", b"BI*", b"PE*")
        self.billing_taxonomy, self.rendering_taxonomy = map(first, specialties)
        (self.service_date,) = map(first, segments.split(loops.rows(b"DTP"), b"DTP*", b"472*"))
        lists = [rows for rows in segments.split(loops.rows(b"HI"), b"HI*", b"ABK:", b"BK:") if len(rows)]
        self.diagnoses = first(lists[0] if len(lists) == 1 else np.sort(np.concatenate([*lists, _NONE])))
        self.header, self.subscription, self.birth = (first(loops.rows(name)) for name in (b"BHT", b"SBR", b"DMG"))

    def open_at_end(self, loops: Loops) -> Ints:
        """Return the rows that the claims after the last anchor still need."""
        anchors = np.append(loops.anchors, -1)
        transaction, billing, subscriber, patient = loops.ends_at
        of_subscriber = (anchors, self.subscription, self.member, self.birth, self.payer)
        rows = [self.header[transaction]]
        rows += [part[billing] for part in (anchors, self.billing, self.billing_taxonomy)]
        rows += [part[subscriber] for part in of_subscriber]
        rows += [part[patient] for part in (anchors, self.patient, self.birth)]
        return np.array([row for row in rows if row >= 0], np.int64)


def _claims(chunk: Chunk, envelope: Envelope, loops: Loops, parts: Parts, problems: Problems) -> pl.DataFrame:
    segments, fields = chunk.segments, chunk.fields
    at, billing, subscriber = loops.claim_at, loops.billing_at, loops.subscriber_at
    rows, outer = loops.anchors[at], loops.envelope_of
    wanted = {
        "claim_id": (rows, 1),
        "original_reference": (parts.original[at], 2),
        "sequence": (parts.subscription[subscriber], 1),
        "payer_name": (parts.payer[subscriber], 3),
        "payer_id": (parts.payer[subscriber], 9),
        "subscriber_id": (parts.member[subscriber], 9),
        "billing_taxonomy": (parts.billing_taxonomy[billing], 3),
        "rendering_taxonomy": (parts.rendering_taxonomy[at], 3),
        "prior_authorization": (parts.authorization[at], 2),
    }
    providers = {
        "billing_npi": parts.billing[billing],
        "rendering_npi": parts.rendering[at],
        "referring_npi": parts.referring[at],
        "facility_npi": parts.facility[at],
    }
    found = [wanted[name] for name in wanted]
    spans = segments.elements_of_each(np.stack([row for row, _ in found]), [place for _, place in found])
    problems.add(chunk, rows[spans.length[0] == 0], "CLM01 (claim number) is missing")
    charge, priced = fields.decimal(segments.element(rows, 2), 2)
    problems.add(chunk, rows[~priced], "CLM02 (total charge) is missing or not an amount")
    day, dated = _days_sent(chunk, parts.header[loops.envelope_at], problems)
    place = segments.components_of(segments.element(rows, 5), 3)
    npis = _npis(segments, np.stack(list(providers.values())))
    text = fields.texts(
        ("version", envelope.version.at(outer)),
        *((name, spans.at(k)) for k, name in enumerate(wanted)),
        *((name, npis.at(k)) for k, name in enumerate(providers)),
        ("place_of_service", place.at(0)),
        ("frequency", place.at(2)),
    )
    columns = text | {
        "claim_seq": numbers(np.arange(len(rows)) + (chunk.carry.claims + 1)),
        "interchange": numbers(envelope.interchange[outer]),
        "transaction": numbers(envelope.transaction[outer]),
        "segment": numbers(chunk.numbers(rows)),
        "offset": numbers(chunk.offsets(rows)),
        "charge_cents": numbers(charge, priced),
        "patient_key": _patient_key(chunk, loops, parts, spans.at(list(wanted).index("subscriber_id"))),
        "diagnoses": _diagnoses(chunk, parts.diagnoses[at]),
        "received": numbers(day[outer], dated[outer]),
    }
    return _table(columns, CLAIMS)


def _lines(chunk: Chunk, loops: Loops, parts: Parts, problems: Problems) -> pl.DataFrame:
    segments, fields = chunk.segments, chunk.fields
    stray = loops.claim_of_line < 0
    problems.add(chunk, loops.sv1[stray], "SV1 outside a claim: the line is not read")
    rows, at, claim = loops.sv1[~stray], loops.line_at[~stray], loops.claim_of_line[~stray]
    _check_pairing(chunk, loops, problems)
    distinct, index = segments.distinct(rows)
    procedure, price, basis, quantity, place, _, pointers = map(segments.elements(distinct, range(1, 8)).at, range(7))
    charge, priced = fields.decimal(price, 2)
    problems.add(chunk, rows[~priced[index]], "SV102 (line charge) is missing or not an amount")
    units, counted = fields.decimal(quantity, _UNIT_PLACES)
    problems.add(chunk, rows[(~counted & (quantity.length > 0))[index]], "SV104 (units) is not a number")
    coded = segments.components_of(procedure, 6)
    names = ("qualifier", "code", "modifier_1", "modifier_2", "modifier_3", "modifier_4")
    from_sv1 = fields.texts(
        *((name, coded.at(k)) for k, name in enumerate(names)),
        ("unit_basis", basis),
        ("place_of_service", place),
        index=index,
    )
    first, last = _service_days(chunk, parts.service_date[at], problems)
    npis = _npis(segments, np.stack([parts.rendering[at], parts.referring[at]]))
    number = segments.element(np.where(loops.has_lx[at], loops.anchors[at], -1), 1)
    from_others = fields.texts(
        ("rendering_npi", npis.at(0)),
        ("referring_npi", npis.at(1)),
        ("rendering_taxonomy", segments.element(parts.rendering_taxonomy[at], 3)),
        ("line_control", segments.element(parts.line_control[at], 2)),
    )
    columns = {
        **from_sv1,
        **from_others,
        "claim_seq": numbers(claim + (chunk.carry.claims + 1)),
        "segment": numbers(chunk.numbers(rows)),
        "offset": numbers(chunk.offsets(rows)),
        "line_number": numbers(*fields.decimal(number, 0)),
        "charge_cents": numbers(charge[index], priced[index]),
        "units": numbers(units[index] / 10.0**_UNIT_PLACES, counted[index]),
        "pointers": fields.views(pointers, spaces_for=segments.delimiters.component).spread(index).column(),
        "dos": first,
        "dos_last": last,
    }
    return _table(columns, LINES)


def _check_pairing(chunk: Chunk, loops: Loops, problems: Problems) -> None:
    """Note claims without lines, lines without LX and LX without SV1."""
    of_claim = loops.claim_of_line >= 0
    lined = np.zeros(len(loops.claim_at), bool)
    lined[loops.claim_of_line[of_claim]] = True
    problems.add(chunk, loops.anchors[loops.claim_at[~lined]], "CLM without a service line (SV1)")
    served = np.zeros(len(loops.anchors), bool)
    served[loops.line_at] = True
    problems.add(chunk, loops.anchors[loops.has_lx & ~served], "LX without SV1: no line is read")
    alone = of_claim & ~loops.has_lx[loops.line_at]
    problems.add(chunk, loops.sv1[alone], "SV1 without an LX of its own: the line has no number")


def _npis(segments: Segments, rows: Ints) -> Spans:
    """Return NM109 where NM108 says that it is an NPI, for each row of ``rows``."""
    flat = rows.ravel()
    named = np.flatnonzero(flat >= 0)
    kind, number = map(segments.elements(flat[named], range(8, 10)).at, range(2))
    start, length = np.full(len(flat), PADDING), np.zeros(len(flat), np.int64)
    start[named] = number.start
    length[named] = np.where(short_words(segments.data, kind) == word_of(b"XX"), number.length, 0)
    return Spans(start.reshape(rows.shape), length.reshape(rows.shape))


def _diagnoses(chunk: Chunk, rows: Ints) -> pa.Array:
    """Return the codes of the diagnosis lists in HI, in order; those of other lists are passed over."""
    distinct, index = chunk.segments.distinct(rows)
    elements, owner = chunk.segments.elements_of(distinct)
    qualifier, code = map(chunk.segments.components_of(elements, 2).at, range(2))
    name = short_words(chunk.segments.data, qualifier)
    listed = np.logical_or.reduce([name == wanted for wanted in _DIAGNOSIS_LISTS])
    return chunk.fields.joined(code.where(listed), owner, len(distinct)).spread(index).column()


def _days_sent(chunk: Chunk, rows: Ints, problems: Problems) -> tuple[Days, Flags]:
    """Return BHT04 as a date, and where it is one."""
    sent = chunk.segments.element(rows, 4)
    day, dated = chunk.fields.days(sent.start, sent.length == 8)
    problems.add(chunk, rows[~dated & (sent.length > 0)], "BHT04 (day sent) is not a date of the form CCYYMMDD")
    return day, dated


def _service_days(chunk: Chunk, rows: Ints, problems: Problems) -> tuple[pa.Array, pa.Array]:
    """Return first and last day of DTP*472; one date (D8) is both."""
    segments, fields = chunk.segments, chunk.fields
    form, value = map(segments.elements(rows, range(2, 4)).at, range(2))
    first, dated = fields.days(value.start, (form.length == 2) & (value.length == 8))
    last, last_dated = first, dated
    spans = np.flatnonzero(form.length == 3)
    if len(spans):
        start = value.start[spans]
        whole = (value.length[spans] == 17) & (segments.data[start + 8] == ord("-"))
        first[spans], dated[spans] = fields.days(start, whole)
        last, last_dated = first.copy(), dated.copy()
        last[spans], last_dated[spans] = fields.days(start + 9, whole)
    problems.add(chunk, rows[(rows >= 0) & ~(dated & last_dated)], "DTP*472 (service date) is not a date")
    return numbers(first, dated), numbers(last, last_dated)


def _patient_key(chunk: Chunk, loops: Loops, parts: Parts, member: Spans) -> pa.Array:
    """Return the member number, with a digest of name and birth date for a dependent or where it is missing."""
    fields = chunk.fields
    keys = fields.views(member)
    unsure = np.flatnonzero((loops.patient_at >= 0) | (member.length == 0))
    if not len(unsure):
        return keys.column()
    patient, subscriber = loops.patient_at[unsure], loops.subscriber_at[unsure]
    person = np.where(patient >= 0, parts.patient[patient], parts.member[subscriber])
    birth = parts.birth[np.where(patient >= 0, patient, subscriber)]
    told = chunk.segments.elements_of_each(np.stack([person, person, birth]), [3, 4, 2])
    digest = fields.digest(*map(told.at, range(3)))
    text, begins = gathered(fields.data, Spans(member.start[unsure], member.length[unsure] + _DIGEST_LENGTH))
    text[(begins + member.length[unsure])[:, None] + np.arange(_DIGEST_LENGTH)] = digest
    length = np.where((told.length[0] > 0) | (told.length[1] > 0), member.length[unsure] + _DIGEST_LENGTH, 0)
    keys.put(unsure, Fields(padded(text)).views(Spans(begins + PADDING, length)))
    return keys.column()


def _table(columns: dict[str, Any], schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(pa.RecordBatch.from_arrays([columns[name] for name in schema], list(schema)))
