"""Claim files in X12 837: the reader's claim and line tables as rows of SERVICES."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cleanclaim.errors import UnreadableFile
from cleanclaim.intake.content import Content
from cleanclaim.intake.rows import Rows, holding, placed, unreadable
from cleanclaim.intake.source import Source
from cleanclaim.x12 import iter_837

_HELD = ("diagnoses", "referring_npi")


def open_claims(content: Content, file_id: int) -> Source:
    """Return an 837 file as a Source. It holds billed lines and no minutes."""
    return Source(file_id, content.name, bills=True, carries_minutes=False, rows=lambda: _rows(content, file_id))


def _rows(content: Content, file_id: int) -> Iterator[Rows]:
    seen = 0
    for tables in iter_837(content.path if content.path is not None else content.held):
        seen += tables.claims.height + tables.problems.height
        yield rows_of_tables(tables.claims, tables.lines, tables.problems, file_id)
    if not seen:
        raise UnreadableFile(f"{content.name}: no claims in it; give a file of 837 claims")


def rows_of_tables(claims: pl.DataFrame, lines: pl.DataFrame, problems: pl.DataFrame, file_id: int) -> Rows:
    """Return the lines of an 837P's claims as SERVICES rows, one a line.

    A line without code or date is left out and reported, and its claim's stated total then stands for nothing.
    """
    joined = lines.join(claims, on="claim_seq", how="left", suffix="_of_claim", maintain_order="left", validate="m:1")
    codeless, dateless = joined.filter(pl.col("code").is_null()), joined.filter(pl.col("dos").is_null())
    in_minutes = pl.col("unit_basis").eq_missing(pl.lit("MJ"))
    services = _services(joined, in_minutes, file_id).filter(pl.col("code").is_not_null() & pl.col("dos").is_not_null())
    cut = pl.concat([codeless, dateless])["claim_seq"].unique()
    services = services.with_columns(
        claim_charge_cents=pl.when(~pl.col("claim_seq").is_in(cut.implode())).then("claim_charge_cents")
    )
    lineless = claims.join(lines, on="claim_seq", how="anti").height
    reports = [
        problems.select("segment", column=pl.lit(None, dtype=pl.String), message="message"),
        _fault(codeless, "SV101", "no procedure code; the line is left out"),
        _fault(dateless, "DTP*472", "no readable date of service; the line is left out"),
        _fault(joined.filter(in_minutes), "SV103", "the units are minutes (MJ); they are read as missing"),
    ]
    return Rows(
        services,
        unreadable(pl.concat(reports).sort("segment", maintain_order=True), file_id),
        read=lines.height + lineless,
        left_out=lines.height - services.height + lineless,
    )


def _services(joined: pl.DataFrame, in_minutes: pl.Expr, file_id: int) -> pl.DataFrame:
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
        code=pl.col("code").str.to_uppercase(),
        payer=pl.coalesce("payer_name", "payer_id"),
        patient_id="patient_key",
        claim_form=pl.lit("professional"),
        place_of_service=pl.coalesce("place_of_service", "place_of_service_of_claim"),
        units=pl.when(~in_minutes).then("units"),
        billed=pl.lit(True),
        modifier_count=pl.sum_horizontal(pl.col(f"modifier_{n}").is_not_null().cast(pl.Int64) for n in range(1, 5)),
        claim_charge_cents="charge_cents_of_claim",
        referring_npi=pl.coalesce("referring_npi", "referring_npi_of_claim"),
        taxonomy=taxonomy,
        rendering_npi=pl.coalesce(own, of_claim),
        source_line="segment",
        source_offset="offset",
        minutes_lost=pl.lit(False),
        times_lost=pl.lit(False),
    )
    return placed(frame, file_id=pl.lit(file_id), **holding(_HELD))


def _fault(lines: pl.DataFrame, column: str, message: str) -> pl.DataFrame:
    return lines.select("segment", column=pl.lit(column), message=pl.lit(message))
