"""Procedure codes: the therapy catalogue, and all facts about a code on a day.

A code is of the catalogue because it is listed there, never because its number lies in a range.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.codes import tables
from cleanclaim.dated import Periods


@tables.cached
def catalogue() -> pl.DataFrame:
    """Return the therapy catalogue, one row per code, retired codes included, in code order.

    ``base_codes`` and ``replaced_by`` are separated by one space. ``always_therapy`` and ``sometimes_therapy`` are null
    where the code's place on CMS's therapy list is uncertain (``therapy_list_standing`` U); ``first_day`` and
    ``last_day`` are null where the code is older than the tables, or still valid.

    >>> catalogue().filter(pl.col("code") == "97130").select("unit_kind", "base_codes", "pooled").row(0)
    ('timed_addon', '97129', True)
    """
    return tables.load("therapy_codes")


@tables.cached
def periods() -> Periods:
    """Return the periods of :func:`code_periods`: within one, no fact about any code changes.

    >>> from datetime import date
    >>> periods().number(pl.Series([date(2024, 7, 1)])).dtype
    UInt32
    """
    return Periods(tables.load("code_periods")["first_day"].unique().sort().alias("start"))


@tables.cached
def code_periods() -> pl.DataFrame:
    """Return all facts about each code by period: one row per code and period, keyed (code, period).

    The codes are those of the catalogue, of the unit maximums and of the fee schedule. ``known_code`` is false for a
    code outside the catalogue; its catalogue facts are then false (timed, pooled, add-on, always therapy ...) or null.
    ``fee_age`` and ``mue_age_*`` say of which date a value is, where no complete table of the day is in hand.

    >>> from datetime import date
    >>> july = periods().number(pl.Series([date(2024, 7, 15)])).item()
    >>> row = pl.col("code") == "97530", pl.col("period") == july
    >>> code_periods().filter(*row).select("fee_status", "work_rvu", "pe_rvu", "mue_units_practitioner").row(0)
    ('A', 0.44, 0.65, 6)
    """
    return tables.load("code_periods").drop("first_day")
