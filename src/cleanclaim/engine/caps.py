"""Payers' caps on the units of a visit: which units count towards one."""

from __future__ import annotations

import polars as pl

from cleanclaim.engine.beside import beside
from cleanclaim.rules.rule import known_sum

# of untimed codes a payer that counts them means treatment: an evaluation is not cut
_UNTIMED = pl.col("timed_cap_counts_untimed").fill_null(False) & pl.col("untimed") & ~pl.col("is_evaluation")
_COUNTS = pl.coalesce("counts_toward_timed_cap", pl.col("timed") | _UNTIMED)
_CAPPED = (
    pl.col("max_timed_units_day").first(),
    known_sum(pl.when(_COUNTS).then("units").otherwise(0.0)).alias("capped_units"),
)
# a pack that names no cap knows of none; an unmapped payer may have one
_APPLIES = pl.when(pl.col("pack").is_not_null()).then(pl.col("max_timed_units_day").is_not_null())
_NO_CAP = pl.when(pl.col("pack").is_not_null()).then(pl.lit(False)).alias("timed_cap_applies")


def with_caps(visits: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Add to each visit the payer's cap on its units, whether there is one, and the units billed that count."""
    if lines["max_timed_units_day"].null_count() == lines.height:
        return visits.with_columns(_NO_CAP)
    capped = lines.filter(pl.col("max_timed_units_day").is_not_null()).group_by("visit_key").agg(_CAPPED)
    return beside(visits, capped, ["visit_key"]).with_columns(timed_cap_applies=_APPLIES)
