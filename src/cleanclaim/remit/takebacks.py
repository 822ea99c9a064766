"""Money taken back at the end of a payment (PLB), tied to the claim whose number it names."""

from __future__ import annotations

import polars as pl

from cleanclaim.remit.reading import Remittances

TAKEN_BACK = ("WO", "72", "FB", "CS")
"""PLB reasons by which money of a claim is taken back or carried: recovery, return, forwarded balance, adjustment."""


def tied(remittances: Remittances, made: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Return the provider adjustments, with ``claim_key`` and ``level`` where they name a claim.

    A claim is named by the payer's control number in one of the remittances, or by its own number; the reference may
    have other words beside it. One that fits no claim, or several, is tied to none. Null also for other reasons
    (interest, taxes, ...), which are about no claim.
    """
    payments = remittances.payments.select("payment", "payer_name", "trace", "paid_on")
    plb = remittances.provider_adjustments.join(payments, on="payment", how="left", maintain_order="left")
    if not plb["reason"].is_in(TAKEN_BACK).any():
        return plb.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in ("claim_key", "level"))
    plb = plb.with_row_index("_place")
    numbers = (
        pl.concat(
            [
                made.select("claim_key", "level", _word=pl.col("payer_control").str.strip_chars().str.to_uppercase()),
                made.select("claim_key", "level", _word="claim_key"),
                claims.select("claim_key", "level", _word="claim_key"),
            ]
        )
        .drop_nulls()
        .unique()
    )
    words = (
        plb.filter(pl.col("reason").is_in(TAKEN_BACK))
        .select("_place", _word=pl.col("reference").str.strip_chars().str.to_uppercase())
        .with_columns(pl.concat_list(pl.col("_word"), pl.col("_word").str.split(" ")).alias("_word"))
        .explode("_word")
        .unique()
    )
    found = words.join(numbers, on="_word").select("_place", "claim_key", "level").unique()
    # a claim sent to two payers: the one that this payer answered, else the first
    one = (
        found.sort("level")
        .group_by("_place")
        .agg(pl.col("claim_key").first(), pl.col("level").first(), _claims=pl.col("claim_key").n_unique())
        .filter(pl.col("_claims") == 1)
    )
    return plb.join(one.drop("_claims"), on="_place", how="left", maintain_order="left").drop("_place")


def taken_back(adjustments: pl.DataFrame) -> pl.DataFrame:
    """Return what was taken back of each claim in all: ``claim_key``, ``level`` and ``cents``, above nothing.

    A balance carried forward (negative) and collected later (positive) is nothing in all.
    """
    return (
        adjustments.drop_nulls("claim_key")
        .group_by("claim_key", "level", maintain_order=True)
        .agg(pl.col("cents").sum())
        .filter(pl.col("cents") > 0)
    )
