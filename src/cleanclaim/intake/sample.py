"""The first rows of a file under the row that looks most like a header: what a mapping is proposed from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import polars as pl

from cleanclaim.intake.content import Content, Kind
from cleanclaim.intake.encoding import encoding_of, utf8_pieces
from cleanclaim.intake.fields import FIELDS
from cleanclaim.intake.found import Found
from cleanclaim.intake.headers import LIKELY, score
from cleanclaim.intake.looks import Look
from cleanclaim.intake.mapping import Mapping, fits
from cleanclaim.intake.records import read_header, split_records
from cleanclaim.intake.workbook import Cell, Sheet, as_text, find_header, read_sheets

MOST_ROWS = 5_000
_FEWEST = 3


@dataclass(frozen=True)
class Sample:
    """A table in a file: its name for people, its headers, and what the cells under each look like."""

    file: str
    name: str
    header: tuple[str, ...]
    looks: tuple[Look, ...]


def samples(found: Found) -> list[Sample]:
    """Return the tables in a file of rows or a workbook; none for claims and visits, which need no header."""
    if found.kind is Kind.DELIMITED:
        return [_of_text(found.content)]
    if found.kind is Kind.WORKBOOK:
        return list(_of_workbook(found.content))
    return []


def is_header(names: Sequence[str]) -> bool:
    """Return whether a row names columns rather than holding values or a title.

    >>> is_header(["Pt Acct", "DOS", "CPT"]), is_header(["Charges of March", "", ""])
    (True, False)
    """
    known = {field for field in FIELDS for name in names if name.strip() and score(field, name) >= LIKELY}
    return len(known) >= _FEWEST or fits(names, Mapping())


def _of_text(content: Content) -> Sample:
    pieces = utf8_pieces(content, encoding_of(content), size=1 << 20)
    header, delimiter, line, rest = read_header(content.name, pieces, is_header)
    text = rest + next(pieces, b"")
    places = {str(place): place for place in range(len(header))}
    frames = [
        records.frame(places, delimiter)
        for records in islice(split_records(content.name, [text], delimiter, len(header), line), 1)
    ]
    cells = frames[0].head(MOST_ROWS) if frames else pl.DataFrame(schema=dict.fromkeys(places, pl.String))
    looks = tuple(Look.of(cells[str(place)].cast(pl.String)) for place in range(len(header)))
    return Sample(content.name, content.name, tuple(" ".join(name.split()) for name in header), looks)


def _of_workbook(content: Content) -> Iterator[Sample]:
    for sheet in read_sheets(content):
        headed = find_header(sheet, is_header)
        if headed is not None:
            yield _of_sheet(content.name, headed)


def _of_sheet(name: str, sheet: Sheet) -> Sample:
    rows = [row for _, row in islice(sheet.body(), MOST_ROWS)]

    def look(place: int) -> Look:
        cells: list[Cell] = [row[place] for row in rows]
        texts = [as_text(cell, "text", since_1904=sheet.since_1904) for cell in cells]
        return Look.of(pl.Series(texts, dtype=pl.String), serials=any(isinstance(cell, float) for cell in cells))

    looks = tuple(look(place) for place in range(len(sheet.header)))
    return Sample(name, f"{name}, sheet {sheet.name}", tuple(sheet.header), looks)
