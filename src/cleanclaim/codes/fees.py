"""Geographic practice cost indices by locality and year. Relative values by code are in :mod:`hcpcs`."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.codes import tables
from cleanclaim.dated import Periods


@tables.cached
def gpci_periods() -> tuple[Periods, pl.DataFrame]:
    """Return the periods of the indices, and the indices keyed (mac, locality, period).

    ``mac`` has five digits, ``locality`` two. A year that is not in hand (2025, and before 2020) has no rows.

    >>> cut, indices = gpci_periods()
    >>> year = cut.number(pl.Series([date(2024, 5, 1)])).item()
    >>> indices.filter(pl.col("mac") == "02102", pl.col("period") == year).select("gpci_work", "gpci_pe").row(0)
    (1.5, 1.081)
    """
    table = tables.load("gpci")
    cut = Periods.of_spans(table)
    columns = ("mac", "locality", "period", "gpci_work", "gpci_pe", "gpci_mp")
    return cut, cut.spread(table).select(columns).sort("period", "mac", "locality")


def localities(on: date) -> pl.DataFrame:
    """Return the localities of a day with their indices; no rows where the year is not in hand.

    >>> localities(date(2026, 3, 4)).height
    109
    """
    held = tables.load("gpci").filter(pl.col("first_day") <= on, pl.col("last_day") >= on)
    return held.select("mac", "locality", "state", "name", "gpci_work", "gpci_pe", "gpci_mp")
