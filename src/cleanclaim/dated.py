"""Dates of validity: the only module that compares them.

A published value holds from a first to a last day, both inclusive; ``None`` leaves that end open. Tables whose
values change on known days are cut into *periods* between those days, so that a claim line finds its values with one
equality join on (key, period) instead of one as-of join a column.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from cleanclaim.errors import InputError

DAWN = date(1, 1, 1)
FEW = 64
"""Rows up to which looking up one by one is cheaper than a step over a whole column."""


def as_day(value: date | str, field: str) -> date:
    """Return a day given as a date or as YYYY-MM-DD; InputError naming ``field`` for anything else.

    >>> as_day("2026-03-04", "on")
    datetime.date(2026, 3, 4)
    """
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InputError("write the day as YYYY-MM-DD, such as 2026-03-04", field=field) from None


@dataclass(frozen=True, slots=True)
class Span:
    """The days from ``first`` to ``last``, both inclusive; ``None`` leaves that end open.

    >>> date(2022, 1, 1) in Span(date(2022, 1, 1), None)
    True
    >>> date(2021, 12, 31) in Span(date(2022, 1, 1), None)
    False
    """

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def covers(self, day: pl.Expr) -> pl.Expr:
        """True for the days in this span, false outside, null where the day is null."""
        inside = day.is_not_null() | pl.lit(None, dtype=pl.Boolean)
        if self.first is not None:
            inside = inside & (day >= self.first)
        if self.last is not None:
            inside = inside & (day <= self.last)
        return inside


@dataclass(frozen=True)
class Periods:
    """Consecutive periods, numbered from 0; the first begins at the dawn of the calendar, the last never ends.

    >>> p = Periods.between([date(2024, 3, 9)])
    >>> p.number(pl.Series([date(2024, 3, 8), date(2024, 3, 9), None])).to_list()
    [0, 1, None]
    """

    starts: pl.Series

    @classmethod
    def between(cls, first_days: Iterable[date]) -> Periods:
        """Return the periods that begin on each of ``first_days``, with one before them all."""
        return cls(pl.Series("start", sorted({DAWN, *first_days}), dtype=pl.Date))

    @classmethod
    def of_spans(cls, *tables: pl.DataFrame, first: str = "first_day", last: str = "last_day") -> Periods:
        """Return the periods within which no row of any of ``tables`` begins or ends."""
        days: set[date] = set()
        for table in tables:
            days.update(table[first].drop_nulls().to_list())
            days.update(d + timedelta(days=1) for d in table[last].drop_nulls().to_list())
        return cls.between(days)

    @cached_property
    def _starts(self) -> list[int]:
        return self.starts.cast(pl.Int32).to_list()

    def number(self, days: pl.Series) -> pl.Series:
        """Return the period number of each day (UInt32, null where the day is null), in the same order."""
        if len(days) <= FEW:
            given = days.cast(pl.Int32).to_list()
            places = [None if day is None else bisect_right(self._starts, day) - 1 for day in given]
            return pl.Series("period", places, dtype=pl.UInt32)
        found = self.starts.search_sorted(days.fill_null(DAWN), side="right") - 1
        numbers = pl.select(pl.when(days.is_not_null()).then(found.cast(pl.UInt32))).to_series()
        return numbers.alias("period")

    def spread(self, table: pl.DataFrame, first: str = "first_day", last: str = "last_day") -> pl.DataFrame:
        """Return ``table`` with one row per period that its span covers, and the column ``period``."""
        numbered = pl.DataFrame({"period": range(len(self.starts)), "_start": self.starts}).with_columns(
            pl.col("period").cast(pl.UInt32)
        )
        covered = (pl.col(first).is_null() | (pl.col(first) <= pl.col("_start"))) & (
            pl.col(last).is_null() | (pl.col("_start") <= pl.col(last))
        )
        return table.join(numbered, how="cross").filter(covered).drop("_start")
