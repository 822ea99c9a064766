"""Payers' caps on the units of a visit, on its minutes, and on the relative values of a patient's day."""

from __future__ import annotations

import polars as pl

from cleanclaim.engine.beside import beside
from cleanclaim.engine.code_groups import INITIAL_EVALUATION
from cleanclaim.rules.rule import known_sum

# of untimed codes a payer that counts them means treatment: an evaluation is not cut
_UNTIMED = pl.col("timed_cap_counts_untimed").fill_null(False) & pl.col("untimed") & ~pl.col("is_evaluation")
_COUNTS = pl.coalesce("counts_toward_timed_cap", pl.col("timed") | _UNTIMED)
_TIMED = pl.coalesce("counts_toward_timed_cap", "timed") & pl.col("timed") & pl.col("first_of_code")
_MINUTES_CAP = pl.col("max_timed_minutes_day").first().cast(pl.Int64)
_CAPPED = (
    pl.col("max_timed_units_day").first(),
    known_sum(pl.when(_COUNTS).then("units").otherwise(0.0)).alias("capped_units"),
    _MINUTES_CAP.alias("timed_minutes_cap"),
    pl.when(_MINUTES_CAP.is_not_null())
    .then(known_sum(pl.when(_TIMED).then("code_minutes").otherwise(0)))
    .alias("capped_minutes"),
)
# a pack that names no cap knows of none; an unmapped payer may have one
_MAPPED = pl.col("pack").is_not_null()
_APPLIES = (
    pl.when(_MAPPED).then(pl.col("max_timed_units_day").is_not_null()).alias("timed_cap_applies"),
    pl.when(_MAPPED).then(pl.col("timed_minutes_cap").is_not_null()).alias("minutes_cap_applies"),
    pl.when(_MAPPED).then(pl.col("relative_cap_applies").fill_null(False)).alias("relative_cap_applies"),
)
_NONE = pl.when(_MAPPED).then(pl.lit(False))
_NO_CAP = tuple(_NONE.alias(name) for name in ("timed_cap_applies", "minutes_cap_applies", "relative_cap_applies"))
_CAPS = ("max_timed_units_day", "max_timed_minutes_day", "rvu_cap_day")
_COUNTED = pl.col("max_timed_units_day").is_not_null() | pl.col("max_timed_minutes_day").is_not_null()


def with_caps(visits: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Add to each visit the payer's caps, whether there are any, and what of the visit or day counts towards them."""
    if all(lines[cap].null_count() == lines.height for cap in _CAPS):
        return visits.with_columns_seq(_NO_CAP)
    capped = lines.filter(_COUNTED).group_by("visit_key").agg(_CAPPED)
    known = beside(beside(visits, capped, ["visit_key"]), _relative_values(lines), ["visit_key"])
    return known.with_columns(_APPLIES)


_INITIAL = pl.col("code_group") == INITIAL_EVALUATION
_CAP_OF_DAY = (
    pl.when(_INITIAL.any())
    .then(pl.col("rvu_cap_evaluation_day").first())
    .when(pl.col("is_evaluation").any())
    .then(pl.col("rvu_cap_reevaluation_day").first())
    .otherwise(pl.col("rvu_cap_day").first())
)


def _relative_values(lines: pl.DataFrame) -> pl.DataFrame:
    """The relative values of each patient's day against their cap, on the day's first visit.

    All providers of the input count together, and every code of therapy; null where the pack has no value of a code.
    """
    return (
        lines.filter(pl.col("rvu_cap_day").is_not_null() & pl.col("known_code"))
        .group_by("person_day_key")
        .agg(
            pl.col("visit_key").sort_by("row").first(),
            _CAP_OF_DAY.alias("relative_value_cap"),
            known_sum(pl.col("units") * pl.col("relative_value")).alias("relative_values"),
            pl.lit(True).alias("relative_cap_applies"),
        )
        .drop("person_day_key")
    )
