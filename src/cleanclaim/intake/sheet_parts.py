"""What the parts of an .xlsx workbook say beside its values: its sheets, what is hidden, how far they reach.

Parts are read in pieces. A document type declaration, which workbooks never have and which can make a small file
endless, is refused; so is a sheet whose cells are strewn so far that their rectangle would fill the memory.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, reduce
from xml.parsers import expat

from cleanclaim.errors import UnreadableFile
from cleanclaim.intake.archives import part

MOST_CELLS = 30_000_000
_PIECE = 1 << 20
_LONGEST_INDEX = 16 << 20
_ROOT = re.compile(rb"<(\w+:)?worksheet\b")
_NUMBER = re.compile(rb'\br="(\d{1,7})"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_RANGE = re.compile(rb'\b(min|max)="(\d{1,5})"')
_LETTERS = re.compile(rb'\sr="([A-Z]{1,3})\d')
_ERROR = b't="e"'


@dataclass(frozen=True)
class _Tags:
    """Patterns of the tags of a sheet. They begin with what is searched for fast: the name, with the sheet's prefix."""

    row: re.Pattern[bytes]
    column: re.Pattern[bytes]
    valued: re.Pattern[bytes]
    uncounted: re.Pattern[bytes]

    @classmethod
    @cache
    def of(cls, prefix: bytes) -> _Tags:
        p = re.escape(prefix)
        made = (
            rb"<%srow\b([^>]*)>" % p,
            rb"<%scol\b([^>]*)>" % p,
            rb'<%sc\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"(?:[^>/]|/(?!>))*>' % p,
            rb"<%sf\b(?:[^>]*/>|[^>]*>[^<]*</%sf>)\s*(?:<%sv\s*/>|<%sv></|</%sc>)" % (p, p, p, p, p),
        )
        return cls(*map(re.compile, made))


@dataclass(frozen=True)
class SheetPart:
    """A sheet of a workbook: its name, whether it is hidden, and the part that holds its cells (None: not known)."""

    name: str
    hidden: bool
    member: str | None


@dataclass
class Extent:
    """What the cells of a sheet look like: hidden rows (numbers from 1) and columns (from 0), formulas without a value.

    ``rows`` and ``columns`` are the last ones with a cell, as far as cells say where they stand.
    """

    hidden_rows: list[int]
    hidden_columns: list[range]
    rows: int = 0
    columns: int = 0
    uncounted: int = 0
    errors: int = 0


def sheets_of(archive: zipfile.ZipFile, name: str) -> tuple[list[SheetPart], bool]:
    """Return the sheets of a workbook, in its order, and whether its days count from 1904."""
    relations = _elements(archive, name, _RELATIONS)
    links = {each["Id"]: _absolute(each.get("Target", "")) for each in relations if "Id" in each}
    sheets, since_1904 = [], False
    for each in _elements(archive, name, "xl/workbook.xml"):
        if "date1904" in each:
            since_1904 = each["date1904"] in ("1", "true")
        elif "sheetId" in each:
            link = next((value for key, value in each.items() if key.endswith(":id") or key == "id"), None)
            sheets.append(
                SheetPart(each.get("name", ""), each.get("state", "visible") != "visible", links.get(link or ""))
            )
    return sheets, since_1904


_RELATIONS = "xl/_rels/workbook.xml.rels"


def _absolute(target: str) -> str:
    """Return the part that a link from ``xl/workbook.xml`` leads to.

    >>> _absolute("worksheets/sheet1.xml"), _absolute("/xl/worksheets/sheet1.xml")
    ('xl/worksheets/sheet1.xml', 'xl/worksheets/sheet1.xml')
    """
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _elements(archive: zipfile.ZipFile, name: str, member: str) -> list[dict[str, str]]:
    """Return the attributes of every element of a small part."""
    with part(archive, name, member) as stream:
        text = stream.read(_LONGEST_INDEX + 1)
    if len(text) > _LONGEST_INDEX:
        raise UnreadableFile(f"{name}: its part {member} is too long; save the workbook again")
    found: list[dict[str, str]] = []
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise UnreadableFile(f"{name}: its part {member} declares entities, which is not read; save the workbook again")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = lambda _, attributes: found.append(attributes)
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, ValueError) as error:
        raise UnreadableFile(f"{name}: its part {member} is damaged; save the workbook again") from error
    return found


def extent_of(archive: zipfile.ZipFile, name: str, sheet: SheetPart) -> Extent:
    """Return what the cells of a sheet look like; UnreadableFile where they reach too far."""
    extent = Extent([], [])
    if sheet.member is None:
        return extent
    number = 0
    tags = None
    for text in _pieces(archive, name, sheet.member):
        tags = tags or _tags(text)
        for each in tags.row.finditer(text):
            stated = _NUMBER.search(each[1])
            number = int(stated[1]) if stated else number + 1
            if _HIDDEN.search(each[1]):
                extent.hidden_rows.append(number)
        extent.rows = max(extent.rows, number)
        extent.columns = max([extent.columns, *map(_column, set(_LETTERS.findall(text)))])
        for each in tags.column.finditer(text):
            ends = {key: int(value) for key, value in _RANGE.findall(each[1])}
            if _HIDDEN.search(each[1]) and len(ends) == 2:
                extent.hidden_columns.append(range(ends[b"min"] - 1, ends[b"max"]))
        extent.errors += text.count(_ERROR)
        extent.uncounted += sum(1 for _ in tags.uncounted.finditer(text))
    if extent.rows * extent.columns > MOST_CELLS:
        _refuse_strewn(archive, name, sheet.name, sheet.member)
    return extent


def _tags(start: bytes) -> _Tags:
    """Return the tags of the sheet that begins so."""
    root = _ROOT.search(start)
    return _Tags.of((root[1] if root else None) or b"")


def _refuse_strewn(archive: zipfile.ZipFile, name: str, sheet: str, member: str) -> None:
    """Measure again by cells with a value alone: empty ones cost nothing."""
    rows = columns = 0
    tags = None
    for text in _pieces(archive, name, member):
        tags = tags or _tags(text)
        cells = tags.valued.findall(text)
        rows = max([rows, *(int(row) for _, row in cells)])
        columns = max([columns, *map(_column, {letters for letters, _ in cells})])
    if rows * columns > MOST_CELLS:
        raise UnreadableFile(
            f"{name}: sheet {sheet} reaches to row {rows:,} and column {columns:,}, which is too far; delete what"
            " stands outside the table, or save the sheet as CSV"
        )


def _pieces(archive: zipfile.ZipFile, name: str, member: str) -> Iterator[bytes]:
    """Yield a part in pieces that end between rows."""
    rest = b""
    with part(archive, name, member) as stream:
        while piece := stream.read(_PIECE):
            seam = rest[-16:] + piece
            if b"\0" in piece or b"<!DOCTYPE" in seam or b"<!ENTITY" in seam:
                raise UnreadableFile(f"{name}: its part {member} is no plain sheet; save the workbook again as .xlsx")
            text = rest + piece
            start = max(text.rfind(b"<row"), text.rfind(b"<", 0, text.rfind(b":row") + 1))
            # a stretch without a row is cut between two tags
            cut = start if start > 0 else text.rfind(b"<") if len(text) > 4 * _PIECE else 0
            if cut:
                yield text[:cut]
            rest = text[cut:]
    yield rest


def _column(letters: bytes) -> int:
    """Return a column's number from 1.

    >>> _column(b"A"), _column(b"XFD")
    (1, 16384)
    """
    return reduce(lambda number, letter: number * 26 + letter - 64, letters, 0)
