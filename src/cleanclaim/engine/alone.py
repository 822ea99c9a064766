"""Windows over groups that mostly have one row: the others alone are worth the work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import polars as pl

from cleanclaim.dated import FEW


def repeated(frame: pl.DataFrame, group: Sequence[str]) -> pl.Series | None:
    """Return true for each row that may share its values of ``group`` with another row; None where no row does.

    >>> repeated(pl.DataFrame({"visit": [1, 1, 2], "code": ["a", "a", "a"]}), ("visit", "code")).to_list()
    [True, True, False]
    """
    values = frame[:, list(group)]
    rows = values.rows() if values.height <= FEW else []
    # no two rows are alike to Python where one holds what is not a number
    if rows and all(value == value for row in rows for value in row):
        times = Counter(rows)
        return None if len(times) == len(rows) else pl.Series([times[row] > 1 for row in rows], dtype=pl.Boolean)
    # equal hashes of unequal values only make for rows that are looked at in vain
    hashes = values.hash_rows()
    return None if hashes.n_unique() == frame.height else hashes.is_duplicated()


def in_groups(
    frame: pl.DataFrame, several: pl.Series | None, windows: Mapping[str, pl.Expr], alone: Mapping[str, pl.Expr]
) -> pl.DataFrame:
    """Return ``frame`` with the columns ``windows``, which are ``alone`` for a row that is the only one of its group.

    ``several``, of :func:`repeated`, is false only for rows that are alone in every group of the windows.

    >>> frame = pl.DataFrame({"code": ["a", "a", "b"], "units": [1, 2, 4]})
    >>> total = {"total": pl.col("units").sum().over("code")}
    >>> in_groups(frame, repeated(frame, ["code"]), total, alone={"total": pl.col("units")})["total"].to_list()
    [3, 3, 4]
    """
    filled = frame.with_columns_seq(**alone)
    if several is None:
        return filled
    places = several.arg_true()
    found = frame.filter(several).select_seq(**windows)
    return filled.with_columns_seq(filled[name].scatter(places, found[name]) for name in windows)
