"""Joins that only look something up: columns laid beside a frame's rows, which stay as they are and in their order.

A join of a handful of rows costs as much as one of ten thousand. So a few rows are looked up one by one, and what they
ask of published tables is remembered: the next visit asks for the same codes, payers and modifiers. For the same
reason columns are picked with ``frame[:, names]``, which costs a tenth of ``select``, here and in the other modules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

import polars as pl

from cleanclaim.dated import FEW
from cleanclaim.engine.few import rows_at

_MOST = 1 << 14
_PIECES = 16
_RARE = 8
_PLACE = pl.int_range(pl.len(), dtype=pl.UInt32).alias("place")
_MOST_TOLD = 1 << 10


def beside(frame: pl.DataFrame, table: pl.DataFrame, on: Sequence[str], *, nulls_equal: bool = False) -> pl.DataFrame:
    """Return ``frame`` with the other columns of ``table`` for each row's key, null where the table has no such key.

    ``table`` has at most one row per key. Only the keys are joined, not the frame: its width then costs nothing.

    >>> lines = pl.DataFrame({"code": ["97530", "99999"], "units": [2, 1]})
    >>> beside(lines, pl.DataFrame({"code": ["97530"], "maximum": [6]}), ["code"])["maximum"].to_list()
    [6, None]
    """
    keys = list(on)
    others = [name for name in table.columns if name not in keys]
    if frame.height <= FEW and table.height <= FEW:
        known = table[:, keys].rows()
        places: dict[Any, int | None] = dict(zip(known, range(len(known)), strict=True))
        if len(places) == len(known):
            if not nulls_equal:
                places = {key: place for key, place in places.items() if None not in key}
            return frame.hstack(rows_at(table[:, others], [places.get(key) for key in frame[:, keys].rows()]))
    left, right = frame[:, keys], table
    listed = table[:, keys]
    if len(keys) > 1 and left.dtypes == listed.dtypes and (nulls_equal or not _has_nulls(left, listed)):
        left, right = _by_one(left), table[:, others].hstack(_by_one(listed))
        keys = left.columns
    found = left.join(right, on=keys, how="left", maintain_order="left", validate="m:1", nulls_equal=nulls_equal)
    return frame.hstack(found[:, others])


def _has_nulls(*tables: pl.DataFrame) -> bool:
    return any(column.has_nulls() for keys in tables for column in keys.get_columns())


def _by_one(keys: pl.DataFrame) -> pl.DataFrame:
    """One number for the values of several columns: two of a partition share it once in a billion partitions."""
    return keys.hash_rows(seed=0).to_frame("_values")


class Listed:
    """A table in which a few rows are looked up one by one: where each key stands is found out once.

    ``table`` has at most one row per key; a null in a key is like nothing.

    >>> maxima = Listed(pl.DataFrame({"code": ["97530"], "maximum": [6]}), ["code"])
    >>> maxima.beside(pl.DataFrame({"code": ["97530", "99999"], "units": [2, 1]}))["maximum"].to_list()
    [6, None]
    """

    def __init__(self, table: pl.DataFrame, on: Sequence[str]) -> None:
        self._table, self._on = table, list(on)
        self._others = table.drop(on)
        self._places: dict[Any, int] | None = None

    def beside(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame`` with the other columns of the table for each row's key."""
        if frame.height > FEW:
            return frame.hstack(_once(frame[:, self._on], self._joined))
        if self._places is None:
            keys = self._table[:, self._on].rows()
            self._places = {key: place for place, key in enumerate(keys) if None not in key}
        return frame.hstack(rows_at(self._others, [self._places.get(key) for key in frame[:, self._on].rows()]))

    def _joined(self, keys: pl.DataFrame) -> pl.DataFrame:
        return beside(keys, self._table, self._on)[:, self._others.columns]


def matches(left: pl.DataFrame, right: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return the places of every row of ``left`` and row of ``right`` that hold the same values, column by column.

    A null is like nothing.

    >>> left, right = pl.DataFrame({"day": [1, 2]}), pl.DataFrame({"date": [2, 2, 3]})
    >>> [places.to_list() for places in matches(left, right)]
    [[1, 1], [0, 1]]
    """
    if left.height <= FEW and right.height <= FEW:
        held: dict[Any, list[int]] = {}
        for place, key in enumerate(right.rows()):
            if None not in key:
                held.setdefault(key, []).append(place)
        met = [(one, two) for one, key in enumerate(left.rows()) for two in held.get(key, ())]
        return tuple(pl.Series([pair[side] for pair in met], dtype=pl.UInt32) for side in (0, 1))  # type: ignore[return-value]
    numbered = right.rename(dict(zip(right.columns, left.columns, strict=True))).with_row_index("_right")
    found = left.with_row_index("_left").join(numbered, on=left.columns)
    return found["_left"], found["_right"]


class Remembered:
    """What ``find`` says of keys: of each of a few rows it is asked only once.

    ``find`` takes a frame with the columns ``on`` and returns as many rows, each of which depends on its own key alone.
    Of the keys in ``likely`` (distinct) it is asked at once when it is first needed for a few rows. ``light`` is what
    costs many rows less than to see which of them are alike.
    """

    def __init__(
        self,
        on: Sequence[str],
        find: Callable[[pl.DataFrame], pl.DataFrame],
        likely: pl.DataFrame | None = None,
        *,
        light: bool = False,
    ) -> None:
        self._on, self._find, self._likely, self._light = list(on), find, likely, light
        self._places: dict[Any, int] = {}
        self._answers: pl.DataFrame | None = None
        self._told: dict[tuple[int, ...], pl.DataFrame] = {}
        # partitions are worked on side by side, and places hold only for the answers they were given for
        self._turn = Lock()

    def beside(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame`` with what is found for each of its rows.

        >>> asked = []
        >>> def doubled(keys: pl.DataFrame) -> pl.DataFrame:
        ...     asked.extend(keys["a"])
        ...     return keys.select(twice=pl.col("a") * 2)
        >>> twice = Remembered(["a"], doubled)
        >>> [twice.beside(pl.DataFrame({"a": a}))["twice"].to_list() for a in ([1, 1, 2], [2, 3])], asked
        ([[2, 2, 4], [4, 6]], [1, 2, 3])
        """
        return frame.hstack(self.of(frame))

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return what is found for each row of ``frame``."""
        keys = frame[:, self._on]
        if frame.height > FEW:
            return self._find(keys) if self._light else _once(keys, self._find)
        with self._turn:
            return self._of_few(keys)

    def _of_few(self, keys: pl.DataFrame) -> pl.DataFrame:
        if self._likely is not None:
            likely, self._likely = self._likely[:, self._on], None
            self._learn(likely, {key: row for row, key in enumerate(likely.rows())})
        asked = keys.rows()
        new = {key: row for row, key in enumerate(asked) if key not in self._places}
        if new or self._answers is None:
            self._learn(keys, new)
        assert self._answers is not None
        places = tuple(self._places[key] for key in asked)
        # lines of a visit mostly agree in what is asked: the same rows of answers, again and again
        told = self._told.get(places)
        if told is None:
            if len(self._told) > _MOST_TOLD:
                self._told = {}
            told = self._told[places] = rows_at(self._answers, places)
        return told

    def _learn(self, keys: pl.DataFrame, new: dict[Any, int]) -> None:
        if len(self._places) > _MOST:
            self._places, self._answers, self._told = {}, None, {}
            new = {key: row for row, key in enumerate(keys.rows())}
        found = self._find(keys[list(new.values())])
        first = 0 if self._answers is None else self._answers.height
        answers = found if self._answers is None else self._answers.vstack(found)
        self._answers = answers.rechunk() if answers.n_chunks() > _PIECES else answers
        self._places.update(zip(new, range(first, first + len(new)), strict=True))


def distinct(values: pl.Series) -> set[Any]:
    """Return the values without null.

    >>> sorted(distinct(pl.Series(["a", None, "b", "a"])))
    ['a', 'b']
    """
    return set(values.to_list() if len(values) <= FEW else values.unique()) - {None}


def _once(keys: pl.DataFrame, find: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Return what ``find`` says of many keys, asked once of each where the distinct ones are few, by their hashes.

    Two keys of a partition share a hash once in a billion partitions.
    """
    hashes = keys.hash_rows().to_frame("key")
    distinct_keys = hashes.with_row_index("first").unique("key", keep="first", maintain_order=True)
    if distinct_keys.height >= keys.height // _RARE:
        return find(keys)
    found = find(keys[distinct_keys["first"]])
    # a column that says the same of every key needs no look-up
    several = [column.name for column in found.get_columns() if column.n_unique() > 1]
    places = hashes.join(distinct_keys.select_seq("key", _PLACE), on="key", how="left", maintain_order="left")
    told = found[:, several][places["place"]] if several else found[:, several]
    return pl.DataFrame(
        told[name] if name in told.columns else found[name].new_from_index(0, keys.height) for name in found.columns
    )
