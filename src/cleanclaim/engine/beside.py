"""Joins that only look something up: columns laid beside a frame's rows, which stay as they are and in their order."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def beside(frame: pl.DataFrame, table: pl.DataFrame, on: Sequence[str], *, nulls_equal: bool = False) -> pl.DataFrame:
    """Return ``frame`` with the other columns of ``table`` for each row's key, null where the table has no such key.

    ``table`` has at most one row per key. Only the keys are joined, not the frame: its width then costs nothing.

    >>> lines = pl.DataFrame({"code": ["97530", "99999"], "units": [2, 1]})
    >>> beside(lines, pl.DataFrame({"code": ["97530"], "maximum": [6]}), ["code"])["maximum"].to_list()
    [6, None]
    """
    found = frame.select(on).join(
        table, on=on, how="left", maintain_order="left", validate="m:1", nulls_equal=nulls_equal
    )
    return frame.hstack(found.drop(on))
