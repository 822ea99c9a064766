"""Blocks of clock time that claim the same minutes twice.

A service's one-on-one minutes lie somewhere within its block, so two blocks may overlap and still leave room for the
minutes of both. Only minutes for which the two blocks together have no room are *shared*: claimed by both. Blocks of
one side that overlap each other are joined first and hold no more minutes than the clock between them, so that what
is wrong within one side is never held against the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from cleanclaim.dated import FEW
from cleanclaim.engine.few import order_of, plain, rows_at

MIDNIGHT = 24 * 60
# days laid one after the other, with a gap: on that line nothing of one overlaps or touches anything of the next
_APART = 2 * MIDNIGHT

_START, _STOP = pl.col("start_minute"), pl.col("stop_minute")
_FULL = (pl.col("minutes") >= _STOP - _START).fill_null(False)
_BEFORE = pl.col("_to").cum_max().shift()
_ENDED = (pl.col("_from") > _BEFORE) | ((pl.col("_from") == _BEFORE) & ~(_FULL & _FULL.shift()))
_BLOCK = _ENDED.fill_null(True).cum_sum().alias("_block")
_CLOCK = _STOP.max() - _START.min()
_JOINED = (
    pl.col("row").min(),
    # null where a minute is not known: the sum of what is known would be too few
    pl.when(pl.col("minutes").null_count() == 0)
    .then(pl.min_horizontal(pl.col("minutes").sum(), _CLOCK))
    .alias("minutes"),
    _START.min(),
    _STOP.max(),
)


def _laid_out(blocks: pl.DataFrame, keys: Sequence[str], order: Sequence[str]) -> pl.DataFrame:
    """Return ``blocks`` in order of ``keys`` and clock, with their place on one line of minutes: ``_from``, ``_to``."""
    changed = pl.any_horizontal(pl.col(key).ne_missing(pl.col(key).shift()) for key in keys)
    day = changed.cum_sum().cast(pl.Int64) * _APART
    return blocks.sort(*keys, *order).with_columns(_from=day + _START, _to=day + _STOP)


def joined(blocks: pl.DataFrame, side: Sequence[str], keep: Sequence[str] = ()) -> pl.DataFrame:
    """Return the blocks of each ``side`` (columns): those that overlap made one, and full ones that touch.

    ``blocks`` has the columns of ``side``, ``row``, ``start_minute`` and ``stop_minute`` (within a day) and
    ``minutes``. One row per joined block: its first row, its clock, and its minutes, at most those of its clock; null
    where minutes are not known. A block is full where its minutes fill its clock. Columns of ``keep``, the same
    throughout a side, are kept.

    >>> given = {"who": 1, "row": [1, 2, 3, 4], "start_minute": [600, 610, 630, 650],
    ...          "stop_minute": [620, 630, 645, 665], "minutes": [20, 20, 15, 10]}
    >>> joined(pl.DataFrame(given), ["who"]).select("row", "start_minute", "stop_minute", "minutes").rows()
    [(1, 600, 645, 45), (4, 650, 665, 10)]
    """
    if blocks.height <= FEW:
        return _joined_few(blocks, [*side], [*side, *keep])
    laid = _laid_out(blocks, side, ("start_minute", "stop_minute", "minutes")).with_columns(_BLOCK)
    return laid.group_by("_block", maintain_order=True).agg(pl.col(*side, *keep).first(), *_JOINED).drop("_block")


def _joined_few(blocks: pl.DataFrame, side: list[str], kept: list[str]) -> pl.DataFrame:
    """The same of a few blocks, one after the other."""
    laid = rows_at(blocks, order_of(blocks[:, [*side, "start_minute", "stop_minute", "minutes"]]))
    firsts: list[int] = []
    made: list[list[Any]] = []
    was_full, last, until = False, None, 0
    sides = list(zip(*(plain(laid[name]) for name in side), strict=True))
    for place, (row, start, stop, minutes) in enumerate(laid[:, _TIMES].rows()):
        full = minutes is not None and minutes >= stop - start
        ended = place == 0 or sides[place] != last or start > until or (start == until and not (full and was_full))
        if ended:
            firsts.append(place)
            made.append([row, start, stop, minutes])
        else:
            block = made[-1]
            known = None not in (minutes, block[3])
            made[-1] = [min(row, block[0]), block[1], max(stop, block[2]), minutes + block[3] if known else None]
        until = stop if ended and (place == 0 or sides[place] != last) else max(until, stop)
        was_full, last = full, sides[place]
    rows = [(row, None if known is None else min(known, stop - start), start, stop) for row, start, stop, known in made]
    return rows_at(laid[:, kept], firsts).hstack(pl.DataFrame(rows, schema=_MADE, orient="row"))


_TIMES = ["row", "start_minute", "stop_minute", "minutes"]
_MADE = pl.Schema({name: pl.Int64() for name in ("row", "minutes", "start_minute", "stop_minute")})


def shared(blocks: pl.DataFrame, who: Sequence[str]) -> pl.DataFrame:
    """Return ``blocks`` with what each shares with the longest-lasting one before it of the same ``who`` (columns).

    ``blocks`` are joined (:func:`joined`), each side a part of ``who``, so that an earlier block that overlaps is of
    another side. ``shared_minutes``: 0 where there is room for both, null where the minutes of one are not known;
    ``shared_from``: the clock from which both hold it, null where they do not overlap; ``other_row``: the first row of
    the other block. Rows are sorted by ``who`` and clock.

    >>> given = {"who": 1, "row": [1, 2], "start_minute": [600, 620], "stop_minute": [630, 650]}
    >>> for minutes in ([30, 30], [20, 30]):
    ...     shared(pl.DataFrame({**given, "minutes": minutes}), ["who"])["shared_minutes"].to_list()
    [0, 10]
    [0, 0]
    """
    if blocks.height <= FEW:
        return _shared_few(blocks, [*who])
    laid = _laid_out(blocks, who, ("start_minute", "stop_minute", "row"))
    overlapping = laid.select((pl.col("_from") < _BEFORE).fill_null(False)).to_series()
    if not overlapping.any():
        return laid.drop("_from", "_to").with_columns(_NOTHING_SHARED)
    place = pl.int_range(pl.len())
    lasting = pl.when((pl.col("_to") > _BEFORE).fill_null(True)).then(place).forward_fill().shift()
    other = laid.select("row", "minutes", "_from", "_to")[laid.select(lasting.fill_null(0)).to_series()]
    met = laid.with_columns(
        overlapping.alias("_met"),
        other["row"].alias("other_row"),
        other["minutes"].alias("_other"),
        other["_from"].alias("_other_from"),
        other["_to"].alias("_other_to"),
    )
    return met.with_columns(_SHARED).drop("_from", "_to", "_met", "_other", "_other_from", "_other_to")


def _shared_few(blocks: pl.DataFrame, who: list[str]) -> pl.DataFrame:
    """The same of a few blocks, one after the other."""
    laid = rows_at(blocks, order_of(blocks[:, [*who, "start_minute", "stop_minute", "row"]]))
    owners = list(zip(*(plain(laid[name]) for name in who), strict=True))
    told: list[tuple[int | None, int | None, int | None]] = []
    lasting: tuple[Any, ...] = ()
    owner = None
    for place, block in enumerate(laid[:, _TIMES].rows()):
        _, start, stop, minutes = block
        if place == 0 or owners[place] != owner:
            lasting = ()
        other_row, other_start, other_stop, other_minutes = lasting or (None, 0, 0, None)
        if lasting and start < other_stop:
            room = max(stop, other_stop) - other_start
            known = None not in (minutes, other_minutes)
            told.append((max(minutes + other_minutes - room, 0) if known else None, start, other_row))
        else:
            told.append((0, None, None))
        if not lasting or stop > other_stop:
            lasting = block
        owner = owners[place]
    return laid.hstack(pl.DataFrame(told, schema=_TOLD, orient="row"))


_TOLD = pl.Schema({name: pl.Int64() for name in ("shared_minutes", "shared_from", "other_row")})
_MET = pl.col("_met")
_ROOM = pl.max_horizontal("_to", "_other_to") - pl.col("_other_from")
_SHARED = (
    pl.when(_MET)
    .then((pl.col("minutes") + pl.col("_other") - _ROOM).clip(lower_bound=0))
    .otherwise(0)
    .cast(pl.Int64)
    .alias("shared_minutes"),
    pl.when(_MET).then(_START.cast(pl.Int64)).alias("shared_from"),
    pl.when(_MET).then("other_row").alias("other_row"),
)
_NOTHING_SHARED = (
    pl.lit(0, dtype=pl.Int64).alias("shared_minutes"),
    pl.lit(None, dtype=pl.Int64).alias("shared_from"),
    pl.lit(None, dtype=pl.Int64).alias("other_row"),
)
