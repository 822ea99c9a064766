"""The cells of an official table as text, from CSV, tab text or a workbook: one way to read each layout."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cleanclaim.codes.imports.archive import ZIP, Piece
from cleanclaim.errors import UnreadableFile

CODE = r"^(\d{4}[0-9A-Z]|[A-Z]\d{4})$"
"""The form of a procedure code: four digits and a digit or letter, or a letter and four digits."""
HEAD_BYTES = 65_536
_CODE = re.compile(CODE)


@dataclass(frozen=True)
class Sheet:
    """A table as text: a file, and what stands between its cells."""

    piece: Piece
    path: Path
    delimiter: str
    quoted: bool

    @property
    def place(self) -> str:
        return self.piece.place

    def head(self) -> str:
        """Return its first characters."""
        with self.path.open("rb") as file:
            return _decoded(file.read(HEAD_BYTES))

    def text(self) -> str:
        """Return all of it: UTF-8, else the Windows code page that these files are written in."""
        return _decoded(self.path.read_bytes())

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each record with the number of its last line, cells without surrounding spaces."""
        lines = self.text().splitlines(keepends=True)
        if self.quoted:
            reader = csv.reader(lines, delimiter=self.delimiter)
        else:
            reader = csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)
        try:
            for row in reader:
                yield reader.line_num, [" ".join(cell.split()) for cell in row]
        except csv.Error as error:
            raise UnreadableFile(f"{self.place}, line {reader.line_num}: not a CSV file ({error})") from None


def sheet(piece: Piece, folder: Path) -> Sheet:
    """Return a file as text; the first sheet of a workbook is written to ``folder`` as tab text."""
    with piece.path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(ZIP):
        return Sheet(piece, _from_workbook(piece, folder), "\t", quoted=False)
    tabs = head.count(b"\t") > head.count(b",")
    return Sheet(piece, piece.path, "\t" if tabs else ",", quoted=not tabs)


def _from_workbook(piece: Piece, folder: Path) -> Path:
    from python_calamine import CalamineError, CalamineWorkbook

    target = folder / f"sheet-{len(list(folder.iterdir())):05d}.txt"
    try:
        book = CalamineWorkbook.from_path(str(piece.path))
        table = book.get_sheet_by_index(0)
        with target.open("w", encoding="utf-8", newline="\n") as file:
            for cells in table.iter_rows():
                file.write("\t".join(" ".join(_cell(cell).split()) for cell in cells) + "\n")
    except (CalamineError, OSError, IndexError, ValueError) as error:
        raise UnreadableFile(f"{piece.place}: the workbook cannot be read ({error}); import the text file") from None
    return target


def _cell(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return f"{cell:%Y%m%d}"
    return str(cell)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def code(text: str) -> str | None:
    """Return a procedure code with the zeros that a spreadsheet takes away, or null for what is none.

    >>> code("97530"), code("100"), code("G0283"), code("total")
    ('97530', '00100', 'G0283', None)
    """
    full = text.zfill(5) if text.isdigit() else text
    return full if _CODE.match(full) else None
