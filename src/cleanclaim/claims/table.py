"""What a table of claims is made of: columns with type, meaning, unit and null, and the grain of a row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import polars as pl


class Grain(StrEnum):
    """What one row of the table that a rule reads stands for."""

    CLAIM = "claim"
    LINE = "line"
    VISIT = "visit"
    PAIR = "pair"
    CLINICIAN_DAY = "clinician_day"
    EPISODE = "episode"
    TREATMENT_DAY = "treatment_day"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type, its meaning, its unit, and what a null in it says."""

    name: str
    dtype: pl.DataType
    meaning: str
    unit: str = ""
    null: str = ""


@dataclass(frozen=True)
class Table:
    """A named set of columns with its grain."""

    name: str
    one_row_is: str
    columns: tuple[Column, ...]

    @cached_property
    def schema(self) -> pl.Schema:
        """The column names and types, in order."""
        return pl.Schema({c.name: c.dtype for c in self.columns})

    def __getitem__(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    def __contains__(self, name: object) -> bool:
        return any(c.name == name for c in self.columns)

    def empty(self) -> pl.DataFrame:
        """Return the table without rows.

        >>> Table("days", "a day", (Column("dos", pl.Date(), "date of service"),)).empty().height
        0
        """
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame`` with exactly these columns: missing ones null, others dropped, types cast strictly."""
        wanted, found = self.schema, frame.schema
        return frame.select(
            name
            if found.get(name) == dtype
            else pl.col(name).cast(dtype)
            if name in found
            else pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in wanted.items()
        )
