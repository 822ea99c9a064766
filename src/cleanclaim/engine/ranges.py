"""Lines that cover several dates: their units are not those of one day, so nothing is counted by the day with them."""

from __future__ import annotations

import polars as pl

_SEVERAL = (pl.col("dos_end") > pl.col("dos")).fill_null(False)
_COUNTED = (
    *(("day_units", ("day_key", "code_key")), ("code_units_billed", ("visit_key", "code_key"))),
    ("assistant_units_billed", ("visit_key", "code_key")),
)
_UNKNOWN = (
    *(pl.when(~_SEVERAL.any().over(group)).then(name).alias(name) for name, group in _COUNTED),
    pl.when(~_SEVERAL).then("mue_units").alias("mue_units"),
)


def with_ranges(lines: pl.DataFrame) -> pl.DataFrame:
    """Make sums by the day unknown where a line that covers several dates enters them, and its own maximum too.

    A payer spreads such a line's units over its days (NCCI Policy Manual, ch. 1), and how is not on the claim.
    """
    return lines.with_columns(_UNKNOWN) if has_ranges(lines) else lines


def of_one_day(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with the units of those that cover several dates unknown."""
    return lines.with_columns(pl.when(~_SEVERAL).then("units").alias("units")) if has_ranges(lines) else lines


def has_ranges(lines: pl.DataFrame) -> bool:
    """Return whether any line covers more than one date."""
    last = lines["dos_end"]
    return last.null_count() < last.len() and bool((last > lines["dos"]).any())
