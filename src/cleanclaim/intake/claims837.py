"""Claim files in X12 837, professional and institutional: the reader's claim and line tables as rows of SERVICES.

An 835 or an acknowledgment is read for what is wrong with it; it holds no services.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import polars as pl

from cleanclaim.claims.schema import SERVICES, UNREADABLE
from cleanclaim.errors import UnreadableFile
from cleanclaim.intake.content import Content
from cleanclaim.intake.rows import Rows, holding, placed, unreadable
from cleanclaim.intake.source import Source
from cleanclaim.x12 import X12Tables, iter_x12

_LONGEST = 512 << 20
_KINDS = ("837P", "837I")
_HELD = ("diagnoses", "pointers", "referring_npi", "original_reference")
_FACILITY_HELD = (
    "diagnoses", "referring_npi", "attending_npi", "occurrence_codes", "revenue_code", "original_reference",
)  # fmt: skip


def open_claims(content: Content, file_id: int) -> Source:
    """Return an 837 file as a Source. It holds billed lines and no minutes."""
    return Source(file_id, content.name, bills=True, carries_minutes=False, rows=lambda: _rows(content, file_id))


def _rows(content: Content, file_id: int) -> Iterator[Rows]:
    seen = unnamed = 0
    others: Counter[str] = Counter()
    for tables in iter_x12(content.source(_LONGEST)):
        others += _without_services(tables)
        claims, facility_claims, facility_lines = tables["claims"], tables["facility_claims"], tables["facility_lines"]
        seen += claims.height + facility_claims.height + tables.problems.height
        yield rows_of_tables(claims, tables["lines"], tables.problems, file_id)
        if facility_claims.height:
            coded = pl.col("code").is_not_null()
            unnamed += facility_lines.height - facility_lines.filter(coded).height
            yield rows_of_facility_tables(facility_claims, facility_lines, file_id)
    if others:
        named = ", ".join(f"{kind} ({count:,})" for kind, count in others.items())
        note = f"{content.name}: holds no services, and is for `cleanclaim x12 validate`: {named}"
        yield Rows(SERVICES.empty(), UNREADABLE.empty(), read=0, notes=(note,))
    elif not seen:
        raise UnreadableFile(f"{content.name}: no claims in it; give a file of 837 claims")
    if unnamed:
        note = f"{content.name}: institutional lines without a procedure code, which are not checked: {unnamed:,}"
        yield Rows(SERVICES.empty(), UNREADABLE.empty(), read=0, notes=(note,))


def _without_services(tables: X12Tables) -> Counter[str]:
    """Return how many remittances and acknowledgments there are of each kind."""
    kinds = tables["sets"]["guide"].drop_nulls()
    return Counter([*kinds.filter(~kinds.is_in(_KINDS)), *["TA1"] * tables["interchange_acks"].height])


def rows_of_tables(claims: pl.DataFrame, lines: pl.DataFrame, problems: pl.DataFrame, file_id: int) -> Rows:
    """Return the lines of an 837P's claims as SERVICES rows, one a line.

    A line without code or date is left out and reported, and its claim's stated total then stands for nothing.
    """
    joined = _joined(claims, lines)
    codeless = joined.filter(pl.col("code").is_null())
    reports = [
        problems.select("segment", column=pl.lit(None, dtype=pl.String), message="message"),
        _fault(codeless, "SV101", "no procedure code; the line is left out"),
        *_faults(joined, "SV103"),
    ]
    return _rows_of(claims, joined, _services(joined, file_id), pl.concat(reports), file_id)


def rows_of_facility_tables(claims: pl.DataFrame, lines: pl.DataFrame, file_id: int) -> Rows:
    """Return the lines of an 837I's claims as SERVICES rows, one a line.

    A line without a date of its own was given on the day of the statement, where that is one day; else it is left out
    and reported. A line without a procedure code, such as a room, is left out. The stated total of a claim of which a
    line is left out stands for nothing.
    """
    one_day = pl.col("statement_first") == pl.col("statement_last")
    joined = _joined(claims, lines).with_columns(
        pl.coalesce(name, pl.when(one_day).then("statement_first")).alias(name) for name in ("dos", "dos_last")
    )
    coded = joined.filter(pl.col("code").is_not_null())
    return _rows_of(claims, joined, _facility_services(joined, file_id), pl.concat(_faults(coded, "SV204")), file_id)


def _joined(claims: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    return lines.join(claims, on="claim_seq", how="left", suffix="_of_claim", maintain_order="left", validate="m:1")


def _faults(joined: pl.DataFrame, basis: str) -> list[pl.DataFrame]:
    return [
        _fault(joined.filter(pl.col("dos").is_null()), "DTP*472", "no readable date of service; the line is left out"),
        _fault(joined.filter(_IN_MINUTES), basis, "the units are minutes (MJ); they are read as missing"),
    ]


def _rows_of(
    claims: pl.DataFrame, joined: pl.DataFrame, services: pl.DataFrame, reports: pl.DataFrame, file_id: int
) -> Rows:
    """Return the services with code and date; ``joined`` are all lines, ``services`` the same as SERVICES rows."""
    whole = pl.col("code").is_not_null() & pl.col("dos").is_not_null()
    cut = joined.filter(~whole)["claim_seq"].unique()
    kept = services.filter(whole).with_columns(
        claim_charge_cents=pl.when(~pl.col("claim_seq").is_in(cut.implode())).then("claim_charge_cents")
    )
    lineless = claims.join(joined, on="claim_seq", how="anti").height
    return Rows(
        kept,
        unreadable(reports.sort("segment", maintain_order=True), file_id),
        read=joined.height + lineless,
        left_out=joined.height - kept.height + lineless,
    )


_IN_MINUTES = pl.col("unit_basis").eq_missing(pl.lit("MJ"))
_EITHER = {
    "code": pl.col("code").str.to_uppercase(),
    "payer": pl.coalesce("payer_name", "payer_id"),
    "patient_id": pl.col("patient_key"),
    "dos_end": pl.col("dos_last"),
    "units": pl.when(~_IN_MINUTES).then("units"),
    "billed": pl.lit(True),
    "modifier_count": pl.sum_horizontal(pl.col(f"modifier_{n}").is_not_null().cast(pl.Int64) for n in range(1, 5)),
    "claim_charge_cents": pl.col("charge_cents_of_claim"),
    "referring_npi": pl.coalesce("referring_npi", "referring_npi_of_claim"),
    "rendering_npi": pl.coalesce("rendering_npi", "rendering_npi_of_claim"),
    "source_line": pl.col("segment"),
    "source_offset": pl.col("offset"),
    "minutes_lost": pl.lit(False),
    "times_lost": pl.lit(False),
}


def _services(joined: pl.DataFrame, file_id: int) -> pl.DataFrame:
    own, of_claim = pl.col("rendering_npi"), pl.col("rendering_npi_of_claim")
    # without a rendering provider the billing provider gave the services; a line's own one has its own taxonomy
    taxonomy = (
        pl.when(own.is_not_null() & own.ne_missing(of_claim))
        .then("rendering_taxonomy")
        .when(of_claim.is_not_null())
        .then(pl.coalesce("rendering_taxonomy", "rendering_taxonomy_of_claim"))
        .otherwise("billing_taxonomy")
    )
    frame = joined.with_columns(
        claim_form=pl.lit("professional"),
        place_of_service=pl.coalesce("place_of_service", "place_of_service_of_claim"),
        taxonomy=taxonomy,
        **_EITHER,
    )
    return placed(frame, file_id=pl.lit(file_id), **holding(_HELD))


def _facility_services(joined: pl.DataFrame, file_id: int) -> pl.DataFrame:
    # a taxonomy on the claim is the attending physician's or the facility's: it does not tell the line's discipline
    frame = joined.with_columns(
        claim_form=pl.lit("institutional"),
        revenue_code=pl.col("revenue_code").str.zfill(4),
        **_EITHER,
    )
    return placed(frame, file_id=pl.lit(file_id), **holding(_FACILITY_HELD))


def _fault(lines: pl.DataFrame, column: str, message: str) -> pl.DataFrame:
    return lines.select("segment", column=pl.lit(column), message=pl.lit(message))
