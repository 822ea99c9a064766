"""The decisions of payers on claims, in order: at which level each was made, and which a reversal has taken back."""

from __future__ import annotations

import polars as pl

from cleanclaim.config.names import key
from cleanclaim.remit.reading import Remittances

REVERSAL, FORECAST = "22", "25"
"""CLP02: the decision takes an earlier one back; it only says what would be decided."""
_LEVELS = {"1": "P", "19": "P", "2": "S", "20": "S", "3": "T", "21": "T"}
CLAIM_KEY = pl.col("claim_id").str.strip_chars().str.to_uppercase()
"""A claim number as it is compared: payers change the case, and pad."""


def decisions(remittances: Remittances, lines: pl.DataFrame) -> pl.DataFrame:
    """Return one row per claim of a remittance, in order of payment date, file and segment; forecasts are left out.

    ``claim`` is its key; ``order`` its place; ``claim_key`` and ``level`` (P, S, T) say what it decides; ``reversal``:
    it takes an earlier decision back; ``cancelled``: a later one takes it back, or it is a reversal that took one back.
    ``lines`` are the claim lines (``claim_key``, ``level``, ``payer``). A decision whose status names no level (denied,
    reversed) is of the level that another decision with the payer's control number has, else of that at which the claim
    names this payer, else the second where an earlier payer's amount is in it, else the first.
    """
    payments = remittances.payments.select("payment", "payer_name", "payer_id", "trace", "paid_on")
    made = (
        remittances.claims.filter(pl.col("status").ne_missing(FORECAST))
        .join(payments, on="payment", how="left", maintain_order="left")
        .with_columns(
            claim_key=CLAIM_KEY,
            reversal=(pl.col("status") == REVERSAL).fill_null(False),
            level=pl.col("status").replace_strict(_LEVELS, default=None, return_dtype=pl.String),
        )
        .sort("paid_on", "claim", nulls_last=True, maintain_order=True)
        .with_columns(order=pl.int_range(pl.len(), dtype=pl.Int64))
    )
    if made["level"].null_count():
        prior = remittances.answers.filter(pl.col("prior") != 0).select("claim").unique()
        made = _with_levels(made, lines, prior)
    if not made["reversal"].any():
        return made.with_columns(cancelled=pl.lit(False))
    return _with_cancelled(made)


def _with_levels(made: pl.DataFrame, lines: pl.DataFrame, prior: pl.DataFrame) -> pl.DataFrame:
    named, numbered = ["claim_key", "_payer"], ["claim_key", "payer_control"]
    known = made.filter(pl.col("level").is_not_null())
    by_control = known.drop_nulls("payer_control").group_by(numbered).agg(_by_control=pl.col("level").last())
    by_payer = (
        lines.select("claim_key", "level", _payer=key("payer"))
        .drop_nulls()
        .group_by(named)
        .agg(_by_payer=pl.col("level").min())
    )
    found = (
        made.with_columns(_payer=key("payer_name"))
        .join(by_control, on=numbered, how="left", maintain_order="left")
        .join(by_payer, on=named, how="left", maintain_order="left")
        .join(prior.select("claim", _prior=pl.lit(True)), on="claim", how="left", maintain_order="left")
    )
    second = pl.when(pl.col("_prior") & ~pl.col("reversal")).then(pl.lit("S"))
    return found.with_columns(level=pl.coalesce("level", "_by_control", "_by_payer", second, pl.lit("P"))).drop(
        "_payer", "_by_control", "_by_payer", "_prior"
    )


def _with_cancelled(made: pl.DataFrame) -> pl.DataFrame:
    """Pair each reversal with the last open decision before it: of the same control number, else of the claim."""
    claim = ["claim_key", "level"]
    touched = made.join(made.filter("reversal").select(claim), on=claim, how="semi", nulls_equal=True)
    numbered = touched.filter(pl.col("payer_control").is_not_null())
    first = _paired(numbered, [*claim, "payer_control"])
    second = _paired(touched.filter(~pl.col("order").is_in(first.implode())), claim)
    return made.with_columns(cancelled=pl.col("order").is_in(pl.concat([first, second]).implode()))


def _paired(made: pl.DataFrame, by: list[str]) -> pl.Series:
    """Return the order of decisions and reversals that take each other away, as brackets do.

    A decision opens a level of depth, a reversal closes one; a reversal with nothing open closes nothing.
    """
    step = pl.when("reversal").then(-1).otherwise(1)
    depth = made.sort("order").with_columns(_sum=step.cum_sum().over(by))
    depth = depth.with_columns(_floor=pl.min_horizontal(pl.col("_sum").cum_min().over(by), 0))
    # where the running sum reaches a new low below zero, a reversal had nothing to close
    before = pl.col("_floor").shift(1, fill_value=0).over(by)
    opened = depth.with_columns(
        _idle=pl.col("_floor") < before,
        _depth=pl.col("_sum") - pl.col("_floor") + pl.col("reversal").cast(pl.Int64),
    ).filter(~pl.col("_idle"))
    at = [*by, "_depth"]
    paired = opened.with_columns(
        _closed=pl.col("reversal").shift(-1, fill_value=False).over(at) & ~pl.col("reversal"),
    ).with_columns(_closes=pl.col("_closed").shift(1, fill_value=False).over(at))
    return paired.filter(pl.col("_closed") | pl.col("_closes"))["order"]
