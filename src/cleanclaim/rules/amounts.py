"""Units and money as rules state them: words for a number of units, cents for the units at stake."""

from __future__ import annotations

import polars as pl


def units_text(units: pl.Expr) -> pl.Expr:
    """Return "1 unit", "3 units", "2.5 units"; null where the units are not known.

    >>> pl.DataFrame({"u": [1.0, 3.0, 2.5, None]}).select(units_text(pl.col("u"))).to_series().to_list()
    ['1 unit', '3 units', '2.5 units', None]
    """
    number = units.cast(pl.Float64)
    whole = number.cast(pl.Int64, strict=False)
    shown = pl.when(number == whole).then(whole.cast(pl.String)).otherwise(number.cast(pl.String))
    return pl.concat_str(shown, pl.when(number == 1).then(pl.lit(" unit")).otherwise(pl.lit(" units")))


def minutes_text(minutes: pl.Expr) -> pl.Expr:
    """Return "1 minute", "23 minutes"; null where the minutes are not known.

    >>> pl.DataFrame({"m": [1, 23, None]}).select(minutes_text(pl.col("m"))).to_series().to_list()
    ['1 minute', '23 minutes', None]
    """
    return pl.concat_str(minutes, pl.when(minutes == 1).then(pl.lit(" minute")).otherwise(pl.lit(" minutes")))


def cents_of(units: pl.Expr, unit_cents: pl.Expr) -> pl.Expr:
    """Return ``units`` times ``unit_cents`` in whole cents (Int64, half up); null where either is not known.

    >>> pl.DataFrame({"u": [2.0, None], "c": [3117, 3117]}).select(
    ...     cents_of(pl.col("u"), pl.col("c"))).to_series().to_list()
    [6234, None]
    """
    return (units * unit_cents).round(0, mode="half_away_from_zero").cast(pl.Int64, strict=False)


def charged_per_unit(charge_cents: pl.Expr, units: pl.Expr) -> pl.Expr:
    """Return a line's charge over its units, in cents; null where the line has no units.

    >>> pl.DataFrame({"c": [12000, 12000], "u": [2.0, 0.0]}).select(
    ...     charged_per_unit(pl.col("c"), pl.col("u"))).to_series().to_list()
    [6000.0, None]
    """
    return pl.when(units > 0).then(charge_cents / units)
