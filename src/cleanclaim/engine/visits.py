"""The visit grain: one pool of timed minutes, the units they allow and the units billed."""

from __future__ import annotations

import polars as pl

from cleanclaim.engine.beside import beside
from cleanclaim.engine.few import chosen, grouped
from cleanclaim.rules.rule import known_sum


def visit_grain(lines: pl.DataFrame, codes: pl.DataFrame, pools: pl.DataFrame) -> pl.DataFrame:
    """Return one row per visit that has a billed line.

    ``codes`` and ``pools`` are the allocation per visit and code, and per visit.
    """
    # lines are sorted by visit and row: the first of a group is the visit's first row
    visits = grouped(lines.select_seq(_READ), "visit_key", _VISIT)
    counted = beside(visits, pools[:, _COUNTED], ["visit_key"])
    wrong = _misallocated(lines, codes)
    if wrong is None:
        return counted.with_columns_seq(_pool_known(pl.lit(False)))
    return beside(counted, wrong, ["visit_key"]).with_columns_seq(_pool_known(pl.col("misallocated").fill_null(False)))


_COUNTED = ["visit_key", "pools_minutes", "timed_minutes", "units_allowed"]
_OF_VISIT = (
    "visit_key",
    "row",
    "claim_key",
    "patient_id",
    "pack",
    "dos",
    "discipline",
    "unit_method",
    "price_basis",
)
_UNIT_CHARGE = (pl.col("charge_cents") / pl.col("units")).round(0, mode="half_away_from_zero").cast(pl.Int64)
_READ: tuple[str | pl.Expr, ...] = (
    *_OF_VISIT,
    pl.when("pooled").then("units").otherwise(0.0).alias("_units"),
    pl.when("pooled").then("unit_reduced_cents").alias("_unit"),
    pl.when(pl.col("pooled") & (pl.col("units") > 0)).then(_UNIT_CHARGE).alias("_unit_charge"),
)
_VISIT = (
    pl.col(_OF_VISIT[1:]).first(),
    known_sum(pl.col("_units")).alias("units_billed"),
    pl.col("_unit").min().alias("lowest_unit_cents"),
    pl.col("_unit_charge").min().alias("lowest_unit_charge_cents"),
)
# without a discipline the pool is not known to be whole
_WHOLE = pl.col("discipline").is_not_null()


def _pool_known(misallocated: pl.Expr) -> tuple[pl.Expr, ...]:
    return (
        *(pl.when(_WHOLE).then(c).alias(c) for c in ("timed_minutes", "units_allowed")),
        pl.when(_WHOLE & pl.col("units_allowed").is_not_null()).then(misallocated).alias("misallocated"),
    )


def _misallocated(lines: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame | None:
    """Return the visits in which a pooled code's units lie outside what any settling of ties gives; None: no visit."""
    billed = chosen(lines[:, _BILLED], lines["first_of_code"])
    compared = beside(codes[:, _EARNED], billed, _BILLED[:2]).with_columns_seq(_STRAYS)
    strays = compared["_over"] | compared["_under"]
    if not strays.any():
        return None
    wrong = compared.filter(strays)
    text = pl.format("{} x {}", "code_units_expected", "code")
    return (
        compared.filter("pooled")
        .join(wrong, on="visit_key", how="semi")
        .sort("visit_key", "row")
        .group_by("visit_key", maintain_order=True)
        .agg(
            codes_billed_over=_listed(_OVER),
            codes_billed_under=_listed(_UNDER),
            allocation_text=text.filter(pl.col("code_units_expected") > 0).str.join(", "),
            misallocated=pl.lit(True),
        )
    )


_BILLED = ["visit_key", "code", "code_units_billed"]
_EARNED = ["visit_key", "code", "row", "pooled", "code_units_expected", "code_units_low", "code_units_high"]
_OVER, _UNDER = pl.col("_over"), pl.col("_under")
_OF_CODE = pl.col("code_units_billed").fill_null(0.0)
_STRAYS = (
    (pl.col("pooled") & (pl.col("code_units_high") < _OF_CODE)).alias("_over"),
    (pl.col("pooled") & (pl.col("code_units_low") > _OF_CODE)).alias("_under"),
)


def _listed(which: pl.Expr) -> pl.Expr:
    """The codes for which ``which`` is true, or null where there is none."""
    return pl.when(which.any()).then(pl.col("code").filter(which).str.join(", "))
