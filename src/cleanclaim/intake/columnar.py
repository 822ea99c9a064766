"""Parquet files: columns under the documented names, of text or of their own types; or services in our own form.

A file is read by its row groups, each by itself: one that is damaged is reported and left out, and the others are read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from cleanclaim.claims.schema import SERVICES, UNREADABLE
from cleanclaim.errors import UnreadableFile, UnsupportedFile
from cleanclaim.intake.bound import portion
from cleanclaim.intake.content import Content
from cleanclaim.intake.mapping import Binding, Mapping, bind
from cleanclaim.intake.rows import Rows, unreadable
from cleanclaim.intake.source import Source

_LONGEST = 1 << 30
_ROWS = 100_000
# no input of documented names has these
_OF_SERVICES = ("billed", "modifier_count", "carries_minutes")
_OF_FINDINGS = ("rule", "found", "expected", "fate")
_NO_ROWS = SERVICES.empty()


@dataclass(frozen=True)
class _Group:
    """A row group: its number, the number of its first row, and its rows."""

    number: int
    first: int
    rows: int


@dataclass(frozen=True)
class _Layout:
    file_id: int
    name: str
    source: Path | bytes
    groups: tuple[_Group, ...]
    columns: tuple[str, ...]
    binding: Binding | None
    mapping: Mapping

    def scanned(self) -> pl.LazyFrame:
        return pl.scan_parquet(self.source if isinstance(self.source, Path) else io.BytesIO(self.source))


def open_columnar(content: Content, file_id: int, mapping: Mapping) -> Source:
    """Return a Parquet file as a Source, in as many pieces as it has row groups.

    Services in the form of SERVICES (a column ``modifier_count`` and the like tell them) are taken as they are: they
    are complete, and are joined with no other file. Raises UnreadableFile where the file has no end or no usable
    columns.
    """
    source = content.source(_LONGEST)
    columns, groups = _footer(content.name, source)
    if set(_OF_FINDINGS) <= set(columns):
        raise UnsupportedFile(f"{content.name}: these are findings of cleanclaim; name the file that was checked")
    as_services = set(_OF_SERVICES) <= set(columns)
    binding = None if as_services else bind(content.name, columns, mapping)
    layout = _Layout(file_id, content.name, source, groups, columns, binding, mapping)
    return Source(
        file_id,
        content.name,
        bills=binding is not None and ("units" in binding or "charge" in binding),
        carries_minutes=binding is not None and ("minutes" in binding or "start" in binding),
        rows=lambda: (rows for number in range(len(groups)) for rows in _rows(layout, number)),
        pieces=tuple(group.rows for group in groups),
        piece=lambda number: _rows(layout, number),
    )


def _footer(name: str, source: Path | bytes) -> tuple[tuple[str, ...], tuple[_Group, ...]]:
    """Return the columns and the row groups that have rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        told = pq.read_metadata(source if isinstance(source, Path) else io.BytesIO(source))
        columns = tuple(told.schema.to_arrow_schema().names)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile(f"{name}: the Parquet file is damaged or cut off; write it again") from error
    groups, first = [], 0
    for number in range(told.num_row_groups):
        rows = told.row_group(number).num_rows
        if rows:
            groups.append(_Group(number, first, rows))
        first += rows
    return columns, tuple(groups)


def _rows(layout: _Layout, piece: int) -> Iterator[Rows]:
    """Yield the rows of a row group; for one that cannot be read, a portion that says so."""
    group = layout.groups[piece]
    notes = () if piece or layout.binding is None else _notes(layout)
    try:
        cells = layout.scanned().slice(group.first, group.rows).collect()
        portions = [_portion(layout, cells[first : first + _ROWS], group.first + first) for first in _firsts(group)]
    except BaseException as error:
        # a damaged page ends in an error of the library, or in a panic of Rust's
        if not isinstance(error, pl.exceptions.PolarsError | OSError) and type(error).__name__ != "PanicException":
            raise
        yield _lost(layout, group)
        return
    for rows in portions:
        yield Rows(rows.services, rows.unreadable, rows.read, rows.left_out, (*notes, *rows.notes))
        notes = ()


def _firsts(group: _Group) -> range:
    return range(0, group.rows, _ROWS)


def _notes(layout: _Layout) -> tuple[str, ...]:
    note = layout.binding.note(layout.name) if layout.binding is not None else None
    return () if note is None else (note,)


def _lost(layout: _Layout, group: _Group) -> Rows:
    message = (
        f"row group {group.number} (rows {group.first + 1:,} to {group.first + group.rows:,}) is damaged and cannot be"
        " read; its rows are left out"
    )
    told = unreadable(pl.DataFrame({"line": [group.first + 1], "message": [message]}), layout.file_id)
    return Rows(_NO_ROWS, told, read=group.rows, left_out=group.rows)


def _portion(layout: _Layout, cells: pl.DataFrame, first: int) -> Rows:
    number = pl.int_range(first + 1, first + 1 + cells.height, dtype=pl.Int64, eager=True)
    if layout.binding is None:
        # who wrote the services may have said where each came from; its file is this one
        line = pl.coalesce("source_line", number) if "source_line" in cells.columns else number
        services = SERVICES.conform(
            cells.with_columns(file_id=pl.lit(layout.file_id, dtype=pl.Int64), source_line=line)
        )
        return Rows(services, UNREADABLE.empty(), read=cells.height)
    text = cells.select(
        _text(pl.col(layout.columns[place]), cells.schema[layout.columns[place]]).alias(name)
        for name, place in layout.binding.places.items()
    )
    return portion(text.with_columns(line=number), layout.binding, layout.mapping, layout.file_id, layout.name)


def _text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return a column of any type as a file of text would hold it."""
    if isinstance(dtype, pl.List | pl.Array):
        return column.cast(pl.List(pl.String)).list.join(" ")
    if dtype.is_float():
        # 2.0 units are 2, and nobody writes 1e6
        whole = column.cast(pl.Int64, strict=False)
        return pl.when(whole == column).then(whole.cast(pl.String)).otherwise(column.cast(pl.String))
    if isinstance(dtype, pl.Datetime):
        return column.dt.date().cast(pl.String)
    if isinstance(dtype, pl.Time):
        return column.dt.to_string("%H:%M:%S")
    return column.cast(pl.String)
