"""What a report on money is made of, whatever format it is written in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from itertools import groupby

from cleanclaim.reports.flat import Value
from cleanclaim.reports.words import amount, dollars

Cell = str | int | float | date | None


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    COUNT = "count"
    CENTS = "cents"
    SHARE = "share"
    DAY = "day"


@dataclass(frozen=True)
class MoneyColumn:
    """A column: its name in a CSV file, its heading and width (in characters) elsewhere, and what it holds."""

    name: str
    heading: str
    width: int = 14
    kind: Kind = Kind.TEXT

    def shown(self, value: Cell) -> str:
        """Return a value as people read it; what is not known is blank.

        >>> MoneyColumn("paid", "Paid", kind=Kind.CENTS).shown(123456)
        '$1,234.56'
        >>> MoneyColumn("share", "Share", kind=Kind.SHARE).shown(0.125)
        '12.5%'
        """
        if value is None:
            return ""
        if self.kind is Kind.CENTS:
            return dollars(int(value))  # type: ignore[arg-type]
        if self.kind is Kind.SHARE:
            return f"{value:.1%}"
        return f"{value:,}" if self.kind is Kind.COUNT else str(value)

    def flat(self, value: Cell) -> Value:
        """Return a value for a file: dollars with two decimals, a share as text in percent."""
        if value is None:
            return None
        if self.kind is Kind.CENTS:
            return amount(int(value))  # type: ignore[arg-type]
        if self.kind is Kind.SHARE:
            return f"{value:.1%}"
        return value if isinstance(value, int | date) else str(value)

    @property
    def is_number(self) -> bool:
        """Whether it stands on the right."""
        return self.kind in (Kind.COUNT, Kind.CENTS, Kind.SHARE)


@dataclass(frozen=True)
class Drawn:
    """What is drawn of a table: bars by the column ``label``, of columns of cents: parts of one sum, or compared."""

    label: str
    parts: tuple[str, ...]
    compared: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table. ``grouped``: its first column says in which of several tables a row stands on a page."""

    name: str
    heading: str
    columns: tuple[MoneyColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    grouped: bool = False
    drawn: Drawn | None = None

    def parts(self) -> Iterator[tuple[str, tuple[MoneyColumn, ...], list[tuple[Cell, ...]]]]:
        """Yield the tables of a page: each with its heading, columns and rows."""
        if not self.grouped:
            yield self.heading, self.columns, list(self.rows)
            return
        for value, rows in groupby(self.rows, key=lambda row: row[0]):
            first = self.columns[1]
            named = replace(first, heading=f"{value}".capitalize()) if first.name == "value" else first
            yield f"{self.heading} {value}", (named, *self.columns[2:]), [row[1:] for row in rows]


@dataclass(frozen=True)
class MoneyReport:
    """A report; its first sheet is what a CSV file holds. ``sums`` stand at the top: words, cents or text, a note."""

    title: str
    as_of: date
    sums: tuple[tuple[str, int | str, str], ...]
    sheets: tuple[Sheet, ...]
    notes: Sequence[str] = ()
