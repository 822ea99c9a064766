"""Remittances as rows of the ledger, and outcomes from such rows; :mod:`cleanclaim.remit` matches and settles."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import polars as pl

from cleanclaim.claims.schema import UNREADABLE
from cleanclaim.config import Config
from cleanclaim.posting.files import PostedFile
from cleanclaim.remit.answers import service_answers, whole_answers
from cleanclaim.remit.reading import Remittances
from cleanclaim.remit.run import outcomes_of
from cleanclaim.store.remittance_tables import REMITTANCES
from cleanclaim.store.standing_facts import Facts
from cleanclaim.store.tables import PER_POSTING
from cleanclaim.store.touched import key

_KEYS = {
    "payments": {"payment": "transaction"},
    "paid_claims": {"payment": "transaction", "claim": "segment"},
    "paid_services": {"claim": "claim_segment", "service": "segment"},
    "adjustments": {"claim": "claim_segment", "service": "service_segment"},
    "remarks": {"claim": "claim_segment", "service": "service_segment"},
    "provider_adjustments": {"payment": "transaction"},
}
_TOLD = ("trace", "trace_origin", "amount_cents", "payer_name", "payer_id")
_NUMBERED = ("adjustments", "remarks", "provider_adjustments")


def remittance_rows(file: PostedFile, posting: int) -> dict[str, pl.DataFrame]:
    """Return the rows of each table by its name; a payment's ``identity`` tells it from others in any file."""
    rows = {name: _keyed(file[name], name, posting) for name in REMITTANCES}
    rows["paid_claims"] = rows["paid_claims"].with_columns(claim_key=key("claim_id"), control_key=key("payer_control"))
    rows["payments"] = _identified(rows["payments"], rows["paid_claims"], rows["provider_adjustments"])
    return rows


def without(rows: Mapping[str, pl.DataFrame], payments: pl.Series) -> dict[str, pl.DataFrame]:
    """Return the rows without these payments."""
    gone = rows["paid_claims"].filter(pl.col("payment").is_in(payments.implode()))["claim"]
    return {
        name: frame.filter(~pl.col("payment").is_in(payments.implode()))
        if "payment" in frame.columns
        else frame.filter(~pl.col("claim").is_in(gone.implode()))
        for name, frame in rows.items()
    }


def _keyed(frame: pl.DataFrame, name: str, posting: int) -> pl.DataFrame:
    shift = posting * PER_POSTING
    keyed = frame.with_columns(
        *((pl.col(column) + shift).alias(own) for own, column in _KEYS[name].items()),
        posting_id=pl.lit(posting, dtype=pl.Int64),
    )
    if name in _NUMBERED:
        keyed = keyed.with_row_index("id", offset=1).with_columns(id=pl.col("id").cast(pl.Int64) + shift)
    return keyed


def _identified(payments: pl.DataFrame, claims: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """Add ``identity``: a hash of what a payment says of itself, of its claims and of its provider adjustments."""
    said = pl.concat(
        [
            claims.select(
                "payment",
                _said=pl.concat_str(
                    pl.col("claim_id", "status", "charge_cents", "paid_cents", "payer_control").cast(pl.String),
                    separator="|",
                    ignore_nulls=True,
                ),
            ),
            taken.select(
                "payment",
                _said=pl.concat_str(
                    pl.col("reason", "reference", "cents").cast(pl.String), separator="|", ignore_nulls=True
                ),
            ),
        ]
    )
    joined = said.sort("payment", "_said").group_by("payment", maintain_order=True).agg(pl.col("_said").str.join("\n"))
    own = payments.join(joined, on="payment", how="left", maintain_order="left").select(
        pl.concat_str(
            *(pl.col(name).cast(pl.String).fill_null("") for name in _TOLD),
            pl.coalesce("paid_on", "produced_on").cast(pl.String).fill_null(""),
            pl.col("_said").fill_null(""),
            separator="\x1f",
        )
    )
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in own.to_series()]
    return payments.with_columns(identity=pl.Series(digests, dtype=pl.String))


def outcomes(told: Facts, config: Config) -> pl.DataFrame:
    """Return what became of the lines of ``told`` (OUTCOME), with the ids that the ledger gives lines and postings."""
    ended = outcomes_of(_remittances(told.remittances), told.services, config).outcomes
    return (
        ended.join(told.lines.select("row", "line_no"), on="row", how="left", maintain_order="left")
        .join(told.files, on="file_id", how="left", maintain_order="left")
        .with_columns(claim_key=key("claim_id"))
    )


def _remittances(tables: Mapping[str, pl.DataFrame]) -> Remittances:
    services, claims = tables["paid_services"], tables["paid_claims"]
    cuts, remarks = tables["adjustments"], tables["remarks"]
    of_services = service_answers(services, cuts, remarks).with_columns(services["file_id"])
    of_claims = pl.col("service").is_null()
    return Remittances(
        answers=whole_answers(of_services, claims, cuts.filter(of_claims), remarks.filter(of_claims)),
        payments=tables["payments"].with_columns(paid_on=pl.coalesce("paid_on", "produced_on")),
        claims=claims,
        provider_adjustments=tables["provider_adjustments"],
        refused=UNREADABLE.empty(),
        unreadable=UNREADABLE.empty(),
        files=(),
        notes=(),
    )
