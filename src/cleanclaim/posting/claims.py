"""Claims sent, as rows of the ledger: batches, claims and lines. No names, no diagnoses."""

from __future__ import annotations

import polars as pl

from cleanclaim.intake.claims837 import rows_of_facility_tables, rows_of_tables
from cleanclaim.posting.files import PostedFile
from cleanclaim.store.tables import PER_POSTING, Base, BatchRow, ClaimRow, LineRow
from cleanclaim.store.touched import key

_LEVELS = ("P", "S", "T")
_DAY = pl.concat_str(pl.lit("20"), "interchange_day")


def claim_rows(file: PostedFile, posting: int) -> dict[type[Base], pl.DataFrame]:
    """Return the rows of each table for the claims of a file, in the order in which they must be written."""
    claims, services = _claims(file), _services(file)
    shift = posting * PER_POSTING
    own = pl.lit(posting, dtype=pl.Int64).alias("posting_id")
    batches = file.envelopes.filter(pl.col("transaction").is_in(claims["transaction"].implode())).with_columns(
        own, id=pl.col("transaction") + shift
    )
    first = services.group_by("claim_seq").agg(first_dos=pl.col("dos").min())
    sent = claims.join(file.envelopes, on="transaction", how="left").join(first, on="claim_seq", how="left")
    numbered = sent.select(
        own, "claim_seq", "claim_id", "payer_id", "filing_indicator", "claim_form", "frequency", "original_reference",
        "billing_npi", "charge_cents", "first_dos",
        id=pl.col("segment") + shift,
        batch_id=pl.col("transaction") + shift,
        claim_key=key("claim_id"),
        level=pl.when(pl.col("sequence").is_in(_LEVELS)).then("sequence").otherwise(pl.lit("P")),
        patient_id="patient_key",
        payer=pl.coalesce("payer_name", "payer_id"),
        sent_on=pl.coalesce("received", _DAY.str.to_date("%Y%m%d", strict=False)),
        sent_order=pl.concat_str(
            _DAY.fill_null(""),
            pl.col("interchange_time").fill_null("").str.pad_end(8, "0"),
            pl.col("interchange_control").fill_null("").str.pad_start(9, "0"),
            pl.col("segment").cast(pl.String).str.zfill(11),
        ),
    ).filter(pl.col("claim_key").is_not_null())  # fmt: skip
    lines = services.join(numbered.select("claim_seq", claim_no="id"), on="claim_seq", how="inner").with_columns(
        own, id=pl.col("source_line") + shift
    )
    return {BatchRow: batches, ClaimRow: numbered, LineRow: lines}


def _claims(file: PostedFile) -> pl.DataFrame:
    parts = [file["claims"].with_columns(claim_form=pl.lit("professional"))]
    parts.append(file["facility_claims"].with_columns(claim_form=pl.lit("institutional")))
    shared = [name for name in parts[0].columns if name in parts[1].columns]
    return pl.concat([part.select(shared) for part in parts])


def _services(file: PostedFile) -> pl.DataFrame:
    """Return the lines as ``check`` reads them."""
    professional = rows_of_tables(file["claims"], file["lines"], file.problems.clear(), 0)
    institutional = rows_of_facility_tables(file["facility_claims"], file["facility_lines"], 0)
    return pl.concat([professional.services, institutional.services])
