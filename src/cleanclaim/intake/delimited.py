"""Files of comma, semicolon, tab or bar separated service rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from cleanclaim.intake.content import Content
from cleanclaim.intake.encoding import Encoding, encoding_of, utf8_pieces
from cleanclaim.intake.mapping import Binding, Mapping, bind
from cleanclaim.intake.records import Records, read_header, split_records
from cleanclaim.intake.rows import Rows, convert, holding, placed, unreadable
from cleanclaim.intake.source import Source


@dataclass(frozen=True)
class _Layout:
    file_id: int
    content: Content
    encoding: Encoding
    width: int
    delimiter: str
    binding: Binding
    mapping: Mapping


def open_delimited(content: Content, file_id: int, mapping: Mapping) -> Source:
    """Return the file as a Source; raises UnreadableFile where its header cannot be used."""
    encoding = encoding_of(content)
    header, delimiter, _, _ = read_header(content.name, utf8_pieces(content, encoding))
    binding = bind(content.name, header, mapping)
    layout = _Layout(file_id, content, encoding, len(header), delimiter, binding, mapping)
    return Source(
        file_id,
        content.name,
        bills="units" in binding or "charge" in binding,
        carries_minutes="minutes" in binding or "start" in binding,
        rows=lambda: _rows(layout),
    )


def _rows(layout: _Layout) -> Iterator[Rows]:
    pieces = utf8_pieces(layout.content, layout.encoding)
    _, _, line, rest = read_header(layout.content.name, pieces)
    notes = tuple(n for n in (layout.encoding.note, layout.binding.note(layout.content.name)) if n is not None)
    for records in split_records(layout.content.name, _chain(rest, pieces), layout.delimiter, layout.width, line):
        yield _portion(records, layout, notes)
        notes = ()


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _portion(records: Records, layout: _Layout, notes: tuple[str, ...]) -> Rows:
    names = list(layout.binding.places)
    cells = records.frame(layout.binding.places, layout.delimiter)
    text = _without_blank_rows(cells, names)
    converted = convert(
        text.select(names), date_format=layout.mapping.date_format, separator=layout.mapping.modifier_separator
    )
    services = placed(
        converted.values,
        file_id=pl.lit(layout.file_id),
        source_line=text["line"],
        **holding(names),
    ).filter(converted.kept)
    faults = converted.faults.select(
        line=text["line"].gather(converted.faults["index"]),
        column=pl.col("field").replace(layout.binding.headers),
        message="message",
    )
    broken = unreadable(records.broken, layout.file_id)
    return Rows(
        services,
        pl.concat([broken, unreadable(faults, layout.file_id)]).sort("line", maintain_order=True),
        read=text.height + broken.height,
        left_out=text.height - services.height + broken.height,
        notes=notes,
    )


def _without_blank_rows(cells: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Return the rows with text in any cell: rows of delimiters alone are the blank lines of spreadsheets."""
    no_code = cells["code"].str.strip_chars().fill_null("") == ""
    if not no_code.any():
        return cells
    return cells.filter(pl.any_horizontal(pl.col(names).str.strip_chars().str.len_bytes() > 0))
