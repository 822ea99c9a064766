"""Problems found in a file, gathered a kind at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from cleanclaim.x12.segments import Ints

PROBLEMS = pl.Schema(
    {
        "level": pl.Int8(),
        "transaction": pl.Int64(),
        "control": pl.String(),
        "loop": pl.String(),
        "segment": pl.String(),
        "position": pl.Int64(),
        "in_transaction": pl.Int64(),
        "offset": pl.Int64(),
        "element": pl.String(),
        "value": pl.String(),
        "code": pl.String(),
        "message": pl.String(),
    }
)
MOST = 20_000  # problems kept; a file with more is beyond reading them one by one


class Problems:
    """Problems in the making; what is beyond ``MOST`` is only counted."""

    def __init__(self, levels: frozenset[int]) -> None:
        self.levels = levels
        self.count = 0
        self.refused: set[int] = set()  # transactions with problems
        self._parts: list[pl.DataFrame] = []
        self._alone: list[dict[str, Any]] = []  # problems noted one by one since the last part

    @property
    def full(self) -> bool:
        """Whether no more problems are kept."""
        return self.count >= MOST

    def add(self, level: int, count: int, **columns: Any) -> None:
        """Note ``count`` problems of one level; a column is one value for all, or one for each."""
        if not count or level not in self.levels:
            return
        self._note_refused(columns.get("transaction"))
        kept = max(min(count, MOST - self.count), 0)
        self.count += count
        if kept == 1:
            self._alone.append({"level": level} | {name: _first(value) for name, value in columns.items()})
        elif kept:
            self._flush()
            made = {"level": [level] * kept}
            for name in PROBLEMS.names():
                if name in columns:
                    value = columns[name]
                    one = value is None or isinstance(value, str | int | np.integer)
                    made[name] = [value] * kept if one else list(value[:kept])
            self._parts.append(pl.DataFrame(made, schema={name: PROBLEMS[name] for name in made}))

    def _flush(self) -> None:
        if self._alone:
            self._parts.append(pl.DataFrame(self._alone, schema=PROBLEMS))
            self._alone = []

    def _note_refused(self, transaction: int | Sequence[int] | Ints | None) -> None:
        if isinstance(transaction, int):
            self.refused.add(transaction)
        elif transaction is not None:
            self.refused.update(np.unique(np.asarray(transaction)).tolist())

    def frame(self) -> pl.DataFrame:
        """Return the problems in the order of the file."""
        self._flush()
        if not self._parts:
            return pl.DataFrame(schema=PROBLEMS)
        found = pl.concat(self._parts, how="diagonal")
        missing = [pl.lit(None, kind).alias(name) for name, kind in PROBLEMS.items() if name not in found.columns]
        found = found.with_columns(missing).select(PROBLEMS.names())
        return found.unique(maintain_order=True).sort("position", "level", nulls_last=True, maintain_order=True)


def _first(value: Any) -> Any:
    """Return a value for all, or the first of those for each."""
    one = value if value is None or isinstance(value, str | int | np.integer) else value[0]
    return int(one) if isinstance(one, np.integer) else one
