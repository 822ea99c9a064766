"""Medicare's parameters by date: thresholds, conversion factors, shares, and what is in force."""

from __future__ import annotations

from datetime import date
from functools import cache

import polars as pl

from cleanclaim.codes import tables
from cleanclaim.dated import Periods
from cleanclaim.errors import InputError


@cache
def periods() -> Periods:
    """Return the periods of :func:`by_period`: within one, no parameter changes.

    >>> periods().number(pl.Series([date(2024, 3, 8), date(2024, 3, 9)])).diff().to_list()
    [None, 1]
    """
    return Periods.of_spans(tables.load("parameters"))


@cache
def by_period() -> pl.DataFrame:
    """Return one row per period, keyed ``period``, with one column per parameter.

    Columns in ``_cents`` are Int64 cents; factors and shares Float64; requirements Boolean (in force or not). A number
    is null where it is not known for the period; ``assistant_share`` is 1 before the reduction began.

    >>> day = periods().number(pl.Series([date(2026, 3, 4)])).item()
    >>> by_period().filter(pl.col("period") == day).select("kx_threshold_pt_slp_cents", "conversion_factor").row(0)
    (248000, 33.4009)
    """
    table = tables.load("parameters").with_columns(number=pl.coalesce("number", pl.col("in_force").cast(pl.Float64)))
    every = pl.DataFrame({"period": pl.Series(range(len(periods().starts)), dtype=pl.UInt32)})
    wide = periods().spread(table).pivot("parameter", index="period", values="number", sort_columns=True)
    requirements = table.filter("in_force")["parameter"].unique()
    return every.join(wide, on="period", how="left", maintain_order="left").with_columns(
        pl.col(requirements.to_list()).fill_null(0).cast(pl.Boolean),
        pl.col("^.*_cents$").cast(pl.Int64),
    )


def value(name: str, on: date) -> int | float | bool | None:
    """Return one parameter on a day, in the units of :func:`by_period`; null where it is not known.

    Raises InputError for a name that is no parameter.

    >>> value("conversion_factor", date(2024, 3, 8)), value("assistant_midpoint_test", date(2021, 12, 31))
    (32.7442, False)
    """
    frame = by_period()
    if name not in frame.columns or name == "period":
        raise InputError(f"{name!r} is not a parameter", field="name")
    period = periods().number(pl.Series([on], dtype=pl.Date)).item()
    found: int | float | bool | None = frame.filter(pl.col("period") == period)[name].item()
    return found
