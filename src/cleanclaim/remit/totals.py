"""Sums over outcomes, and the check that no cent is lost in any of them."""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.outcomes import OUTCOMES
from cleanclaim.errors import CleanclaimError
from cleanclaim.x12.validate.amounts import text_of

PARTS = ("paid_cents", "contract_cents", "reduced_cents", "patient_cents", "denied_cents", "prior_payer_cents")
"""What the charge of an answered line is divided into."""
SUMMED = ("charge_cents", *PARTS, "recouped_cents", "short_cents")


def checked(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return ``outcomes``; raises CleanclaimError where the parts of an answered line are not its charge."""
    wrong = outcomes.filter(pl.col("answers").is_not_null() & (pl.col("charge_cents") != pl.sum_horizontal(PARTS)))
    if wrong.height:
        first = wrong.row(0, named=True)
        parts = sum(first[name] for name in PARTS)
        raise CleanclaimError(
            f"claim {first['claim_id']}, line {first['line_number']}: what became of the charge comes to"
            f" {text_of(parts)}, and the charge is {text_of(first['charge_cents'])}; nothing is answered"
        )
    return outcomes


def by_outcome(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return lines and money by outcome: one row per outcome that occurs, in the order of OUTCOMES.

    >>> from cleanclaim.claims.outcomes import OUTCOME
    >>> by_outcome(OUTCOME.empty()).height
    0
    """
    order = pl.DataFrame({"outcome": list(OUTCOMES)}).with_row_index("_order")
    return _grouped(outcomes, ["outcome"]).join(order, on="outcome").sort("_order").drop("_order")


def by_payer(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return lines and money by payer and level: one row each, the most charged first."""
    return _grouped(outcomes, ["payer", "sequence"]).sort("charge_cents", descending=True)


def not_priced(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return why answered lines have no expectation: ``expected_unknown``, ``lines`` and ``paid_cents``, most first.

    >>> from cleanclaim.claims.outcomes import OUTCOME
    >>> not_priced(OUTCOME.empty()).height
    0
    """
    told = outcomes.filter(pl.col("expected_unknown").is_not_null() & (pl.col("outcome") == "paid_not_priced"))
    counted = told.group_by("expected_unknown", maintain_order=True).agg(
        lines=pl.len().cast(pl.Int64), paid_cents=pl.col("paid_cents").sum()
    )
    return counted.sort("lines", descending=True, maintain_order=True)


def sums(outcomes: pl.DataFrame) -> dict[str, int]:
    """Return the sums of all outcomes, by name, in cents.

    >>> from cleanclaim.claims.outcomes import OUTCOME
    >>> sums(OUTCOME.empty())["paid_cents"]
    0
    """
    return {name: int(outcomes[name].sum()) for name in SUMMED}


def _grouped(outcomes: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    count = pl.len().cast(pl.Int64).alias("lines")
    return outcomes.group_by(keys, maintain_order=True).agg(count, *(pl.col(name).sum() for name in SUMMED))
