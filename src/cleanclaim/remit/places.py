"""Rows of a table by their numbers, from 0: looked up and left out without a join."""

from __future__ import annotations

import numpy as np
import polars as pl


def at(frame: pl.DataFrame, numbers: pl.Series) -> pl.DataFrame:
    """Return the rows at ``numbers``, in their order; null rows where a number is null.

    >>> at(pl.DataFrame({"code": ["a", "b"]}), pl.Series([1, None, 0]))["code"].to_list()
    ['b', None, 'a']
    """
    if len(numbers) == frame.height and not numbers.null_count() and _counted(numbers):
        return frame
    return frame.select(pl.all().gather(pl.lit(numbers)))


def _counted(numbers: pl.Series) -> bool:
    """True where each number is its own place."""
    return bool((numbers.to_numpy() == np.arange(len(numbers))).all())


def places(numbers: pl.Series, count: int) -> pl.Series:
    """Return for each number below ``count`` where it stands in ``numbers``, which are all different; null: nowhere.

    >>> places(pl.Series([2, 0]), 3).to_list()
    [1, None, 0]
    """
    found = np.full(count, -1, np.int64)
    found[numbers.to_numpy()] = np.arange(len(numbers))
    series = pl.Series(found)
    return series.set(series < 0, None)


def without(frame: pl.DataFrame, column: str, numbers: pl.Series, count: int) -> pl.DataFrame:
    """Return the rows of ``frame`` whose number in ``column``, below ``count``, is not among ``numbers``."""
    if not len(numbers):
        return frame
    gone = np.zeros(count, bool)
    gone[numbers.to_numpy()] = True
    return frame.filter(pl.Series(~gone[frame[column].to_numpy()]))


def repeated(numbers: pl.Series) -> pl.Series | None:
    """Return true for each of ``numbers`` (from 0) that occurs more than once; None where none does.

    >>> repeated(pl.Series([1, 2, 1])).to_list()
    [True, False, True]
    """
    if not len(numbers):
        return None
    values = numbers.to_numpy()
    several = np.bincount(values) > 1
    return pl.Series(several[values]) if several.any() else None
