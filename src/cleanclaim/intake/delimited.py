"""Files of comma, semicolon, tab or bar separated service rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cleanclaim.intake.bound import portion
from cleanclaim.intake.content import Content
from cleanclaim.intake.encoding import Encoding, encoding_of, utf8_pieces
from cleanclaim.intake.mapping import Binding, Mapping, bind, fits
from cleanclaim.intake.records import read_header, split_records
from cleanclaim.intake.rows import Rows
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
    header, delimiter, _, _ = header_of(content, utf8_pieces(content, encoding), mapping)
    binding = bind(content.name, header, mapping)
    layout = _Layout(file_id, content, encoding, len(header), delimiter, binding, mapping)
    return Source(
        file_id,
        content.name,
        bills="units" in binding or "charge" in binding,
        carries_minutes="minutes" in binding or "start" in binding,
        rows=lambda: _rows(layout),
    )


def header_of(content: Content, pieces: Iterator[bytes], mapping: Mapping) -> tuple[list[str], str, int, bytes]:
    """Return ``read_header`` of the first line that has our columns: titles may stand above it."""
    return read_header(content.name, pieces, lambda names: fits(names, mapping))


def _rows(layout: _Layout) -> Iterator[Rows]:
    pieces = utf8_pieces(layout.content, layout.encoding)
    _, _, line, rest = header_of(layout.content, pieces, layout.mapping)
    notes = tuple(n for n in (layout.encoding.note, layout.binding.note(layout.content.name)) if n is not None)
    for records in split_records(layout.content.name, _chain(rest, pieces), layout.delimiter, layout.width, line):
        yield portion(
            records.frame(layout.binding.places, layout.delimiter),
            layout.binding,
            layout.mapping,
            layout.file_id,
            layout.content.name,
            broken=records.broken,
            notes=notes,
        )
        notes = ()


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest
