"""Steps over a handful of rows without the machinery that many rows need: choose, sort, group.

One visit is a table of a few rows. There a filter, a sort or a grouping costs as much as for ten thousand, and mostly
has nothing to do: all rows are chosen, they are in order already, they are of one group. So that is looked at first.
Of many rows each of these is the Polars step of the same name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from cleanclaim.dated import FEW

_NARROW = 8
# of more columns than that, all cores together take their rows sooner than this one column by column
_TAKEN_APART = 24


def plain(column: pl.Series) -> list[Any]:
    """Return the values as Python has them; days as numbers, since Python's end with the year 9999.

    >>> plain(pl.Series(["1970-01-02"]).str.to_date())
    [1]
    """
    values: list[Any] = (column.cast(pl.Int32) if column.dtype == pl.Date else column).to_list()
    return values


def rows_at(frame: pl.DataFrame, places: Sequence[int | None]) -> pl.DataFrame:
    """Return the rows of ``frame`` at ``places``, null where that is null.

    >>> frame = pl.DataFrame({"code": ["97530", "97110", "97140"]})
    >>> [rows_at(frame, places)["code"].to_list() for places in ([1, 2], [2, None])]
    [['97110', '97140'], ['97140', None]]
    """
    first = places[0] if places else 0
    if first is not None and list(places) == list(range(first, first + len(places))):
        return frame if len(places) == frame.height else frame[first : first + len(places)]
    if first is not None and frame.width <= _NARROW and len(set(places)) == 1:
        return pl.DataFrame([column.new_from_index(first, len(places)) for column in frame.get_columns()])
    taken = pl.Series(places, dtype=pl.UInt32)
    if 0 < frame.width <= _TAKEN_APART and len(places) <= FEW:
        return pl.DataFrame([column[taken] for column in frame.get_columns()])
    return frame[taken]


def chosen(frame: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    """Return the rows of ``frame`` for which ``wanted`` is true.

    >>> frame = pl.DataFrame({"code": ["97530", "97110"], "timed": [True, None]})
    >>> chosen(frame, frame["timed"])["code"].to_list()
    ['97530']
    """
    if frame.height > FEW:
        return frame.filter(wanted)
    return rows_at(frame, [place for place, value in enumerate(wanted.to_list()) if value])


def holding(frame: pl.DataFrame, condition: pl.Expr) -> pl.DataFrame:
    """Return the rows of ``frame`` for which ``condition`` is true.

    >>> holding(pl.DataFrame({"units": [1, 2]}), pl.col("units") > 1)["units"].to_list()
    [2]
    """
    if frame.height > FEW:
        return frame.filter(condition)
    return chosen(frame, frame.select_seq(condition).to_series()) if frame.height else frame


def ordered(frame: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Return ``frame`` sorted by the columns ``by``, nulls first.

    >>> ordered(pl.DataFrame({"row": [2, None, 1]}), ["row"])["row"].to_list()
    [None, 1, 2]
    """
    if frame.height > FEW:
        return frame.sort(by, nulls_last=False)
    return rows_at(frame, order_of(frame[:, list(by)]))


def order_of(keys: pl.DataFrame) -> list[int]:
    """Return the places of a few rows in the order of their values, the first column first, nulls first.

    >>> order_of(pl.DataFrame({"day": [2, 1, 1], "row": [0, 2, 1]}))
    [2, 1, 0]
    """
    columns = [[(value is not None, value) for value in plain(column)] for column in keys.get_columns()]
    ranks = list(zip(*columns, strict=True))
    return sorted(range(keys.height), key=ranks.__getitem__)


def grouped(frame: pl.DataFrame, by: str, totals: Sequence[Any]) -> pl.DataFrame:
    """Return one row per value of ``by`` with its ``totals``, in order of first appearance.

    >>> lines = pl.DataFrame({"visit": [1, 1], "units": [2, 3]})
    >>> grouped(lines, "visit", [pl.col("units").sum()]).rows()
    [(1, 5)]
    """
    if 0 < frame.height <= FEW and len(set(frame.get_column(by).to_list())) == 1:
        return frame.select_seq(pl.col(by).first(), *totals)
    return frame.group_by(by, maintain_order=True).agg(*totals)


class Constants:
    """Columns that say the same in every row: of a few rows they are laid out once for each number of rows.

    >>> Constants([pl.lit(False).alias("told")]).beside(pl.DataFrame({"row": [1, 2]})).rows()
    [(1, False), (2, False)]
    """

    def __init__(self, columns: Iterable[pl.Expr]) -> None:
        self._columns = tuple(columns)
        self._laid: dict[int, list[pl.Series]] = {}

    def beside(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame``, which has none of the columns, with all of them."""
        if frame.height > FEW or not self._columns:
            return frame.with_columns_seq(self._columns)
        laid = self._laid.get(frame.height)
        if laid is None:
            rows = pl.Series("", range(frame.height)).to_frame()
            laid = self._laid[frame.height] = rows.with_columns_seq(self._columns).get_columns()[1:]
        return frame.hstack(laid)
