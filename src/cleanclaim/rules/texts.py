"""Money, days and times of day in the words of a finding."""

from __future__ import annotations

import polars as pl


def dollars(cents: pl.Expr) -> pl.Expr:
    """Return cents as dollars, such as "$62.42" or "-$5.00"; null where the cents are not known.

    >>> pl.DataFrame({"c": [6242, 5, -500, None]}).select(dollars(pl.col("c"))).to_series().to_list()
    ['$62.42', '$0.05', '-$5.00', None]
    """
    size = cents.abs()
    whole = size // 100
    grouped = (
        pl.when(whole >= 1000)
        .then(pl.format("{},{}", whole // 1000, (whole % 1000).cast(pl.String).str.zfill(3)))
        .otherwise(whole.cast(pl.String))
    )
    amount = pl.format("${}.{}", grouped, (size % 100).cast(pl.String).str.zfill(2))
    return pl.when(cents < 0).then(pl.concat_str(pl.lit("-"), amount)).otherwise(amount)


def clock(minute: pl.Expr) -> pl.Expr:
    """Return minutes after midnight as a time of day, such as "09:05"; null where they are not known.

    >>> pl.DataFrame({"m": [545, 600, None]}).select(clock(pl.col("m"))).to_series().to_list()
    ['09:05', '10:00', None]
    """
    hours, minutes = minute // 60, minute % 60
    return pl.format("{}:{}", hours.cast(pl.String).str.zfill(2), minutes.cast(pl.String).str.zfill(2))


def day(date: pl.Expr) -> pl.Expr:
    """Return a date as text, such as "2026-03-04"; null where the date is not known.

    >>> from datetime import date
    >>> pl.DataFrame({"d": [date(2026, 3, 4), None]}).select(day(pl.col("d"))).to_series().to_list()
    ['2026-03-04', None]
    """
    return date.dt.to_string("%Y-%m-%d")
