"""Excel workbooks: the sheets whose header has our columns, formulas as their values, what is hidden told."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING

import polars as pl

from cleanclaim.errors import UnreadableFile
from cleanclaim.intake.archives import opened
from cleanclaim.intake.bound import portion
from cleanclaim.intake.content import Content
from cleanclaim.intake.fields import FIELDS
from cleanclaim.intake.mapping import HEADER_ROWS, Binding, Mapping, bind, fits
from cleanclaim.intake.rows import Rows
from cleanclaim.intake.sheet_parts import Extent, SheetPart, extent_of, sheets_of
from cleanclaim.intake.source import Source

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

LONGEST = 1 << 30
_ROWS = 20_000
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_SERIALS = range(32_874, 91_313)  # 1990 to 2149: other numbers are no days
_DAY_MINUTES = 24 * 60

Cell = str | int | float | bool | date | datetime | time | timedelta


@dataclass(frozen=True)
class Sheet:
    """A sheet with its cells: ``number`` is the first row's, from 1; ``header`` None: none was found."""

    name: str
    rows: CalamineSheet
    since_1904: bool
    extent: Extent
    hidden: bool
    header_row: int
    header: list[str]

    def body(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the rows below the header, each with its number from 1."""
        below = islice(self.rows.iter_rows(), self.header_row, None)
        return enumerate(below, self.header_row + 1)


def open_workbook(content: Content, first_id: int, mapping: Mapping) -> list[Source]:
    """Return the sheets that have our columns as Sources, numbered from ``first_id``.

    Raises UnreadableFile where the workbook is damaged or locked, or no sheet of it has them.
    """
    sheets, others = [], []
    for sheet in read_sheets(content):
        header = find_header(sheet, lambda names: fits(names, mapping))
        if header is None:
            others.append(sheet)
        else:
            sheets.append(header)
    if not sheets:
        raise UnreadableFile(_why_none(content.name, others, mapping))
    note = f"{content.name}: sheets not read: {', '.join(sheet.name for sheet in others)}" if others else None
    return [
        _source(content.name, sheet, first_id + n, mapping, note if n == 0 else None) for n, sheet in enumerate(sheets)
    ]


def read_sheets(content: Content) -> Iterator[Sheet]:
    """Yield the worksheets of a workbook in their order, their headers not yet sought."""
    source = content.source(LONGEST)
    with opened(content, LONGEST) as archive:
        parts, since_1904 = sheets_of(archive, content.name)
        by_name = {each.name: each for each in parts}
        extents = {each.name: extent_of(archive, content.name, each) for each in parts}
    book = _loaded(content.name, source if isinstance(source, bytes) else str(source))
    for name in book.sheet_names:
        rows = _sheet(content.name, book, name)
        if rows is not None and rows.start is not None:
            one = by_name.get(name, SheetPart(name, False, None))
            yield Sheet(name, rows, since_1904, extents.get(name, Extent([], [])), one.hidden, 0, [])


def _loaded(name: str, source: bytes | str) -> CalamineWorkbook:
    import python_calamine

    try:
        return python_calamine.load_workbook(io.BytesIO(source) if isinstance(source, bytes) else source)
    except python_calamine.PasswordError:
        raise UnreadableFile(f"{name}: protected by a password; remove it and save the workbook again") from None
    except BaseException as error:
        raise _damage(name, error) from error


def _sheet(name: str, book: CalamineWorkbook, sheet: str) -> CalamineSheet | None:
    """Return a sheet's cells; None for a sheet of another kind, such as a chart."""
    from python_calamine import SheetTypeEnum

    kinds = {each.name: each.typ for each in book.sheets_metadata}
    if kinds.get(sheet) not in (None, SheetTypeEnum.WorkSheet):
        return None
    try:
        return book.get_sheet_by_name(sheet)
    except BaseException as error:
        raise _damage(name, error) from error


def _damage(name: str, error: BaseException) -> BaseException:
    """Return what to raise: the library ends a damaged file with errors of its own, or with a panic of Rust's."""
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        return UnreadableFile(f"{name}: the workbook is damaged or cut off; save it again")
    return error


def find_header(sheet: Sheet, accepts: object) -> Sheet | None:
    """Return the sheet with its header, the first of its first rows that ``accepts`` takes; None where none is."""
    assert callable(accepts)
    for number, row in enumerate(islice(sheet.rows.iter_rows(), HEADER_ROWS + (sheet.rows.start or (0, 0))[0]), 1):
        names = [" ".join(as_text(cell, "text", since_1904=False).split()) for cell in row]
        if any(names) and accepts(names):
            return Sheet(sheet.name, sheet.rows, sheet.since_1904, sheet.extent, sheet.hidden, number, names)
    return None


def _why_none(name: str, sheets: Sequence[Sheet], mapping: Mapping) -> str:
    if not sheets:
        return f"{name}: the workbook has no cells with a value; export it again"
    first = find_header(sheets[0], lambda names: sum(1 for each in names if each) > 1)
    try:
        bind(f"{name}, sheet {sheets[0].name}", first.header if first else [], mapping)
    except UnreadableFile as error:
        among = f"; none of its {len(sheets)} sheets has them" if len(sheets) > 1 else ""
        return f"{error.message}{among}"
    return f"{name}: no sheet has a header with our columns"


def _source(name: str, sheet: Sheet, file_id: int, mapping: Mapping, note: str | None) -> Source:
    binding = bind(name, sheet.header, mapping)
    notes = [note, binding.note(f"{name}, sheet {sheet.name}"), *_told(f"{name}, sheet {sheet.name}", sheet, binding)]

    def rows() -> Iterator[Rows]:
        told = tuple(each for each in notes if each is not None)
        for frame in _frames(sheet, binding):
            yield portion(frame, binding, mapping, file_id, name, notes=told, sheet=sheet.name)
            told = ()
        if told:
            empty = _frame([], [], sheet, binding)
            yield portion(empty, binding, mapping, file_id, name, notes=told, sheet=sheet.name)

    return Source(
        file_id,
        name,
        bills="units" in binding or "charge" in binding,
        carries_minutes="minutes" in binding or "start" in binding,
        rows=rows,
    )


def _told(place: str, sheet: Sheet, binding: Binding) -> Iterator[str]:
    """Yield what a person who looks at the sheet does not see."""
    extent, last = sheet.extent, (sheet.rows.end or (0, 0))[0] + 1
    first_column = (sheet.rows.start or (0, 0))[1]
    rows = sum(1 for number in extent.hidden_rows if sheet.header_row < number <= last)
    hidden = [
        binding.headers[field]
        for field, column in binding.places.items()
        if any(column + first_column in columns for columns in extent.hidden_columns)
    ]
    if sheet.hidden:
        yield f"{place}: the sheet is hidden, and is read too"
    if rows:
        yield f"{place}: {rows:,} hidden {'row is' if rows == 1 else 'rows are'} read too"
    if hidden:
        yield f"{place}: hidden columns are read too: {', '.join(hidden)}"
    if extent.uncounted:
        yield (
            f"{place}: {extent.uncounted:,} formulas have no stored value and count as blank; open the workbook in"
            " Excel and save it"
        )
    if extent.errors:
        yield f"{place}: {extent.errors:,} cells hold an error such as #N/A and count as blank"


def _frames(sheet: Sheet, binding: Binding) -> Iterator[pl.DataFrame]:
    """Yield the cells of the bound columns as text, with the row of each, some thousands of rows at a time."""
    body = sheet.body()
    while rows := list(islice(body, _ROWS)):
        yield _frame([number for number, _ in rows], [row for _, row in rows], sheet, binding)


def _frame(numbers: list[int], rows: list[list[Cell]], sheet: Sheet, binding: Binding) -> pl.DataFrame:
    columns = {
        name: [as_text(row[place], FIELDS[name].kind, since_1904=sheet.since_1904) for row in rows]
        for name, place in binding.places.items()
    }
    schema = {**dict.fromkeys(columns, pl.String()), "line": pl.Int64()}
    return pl.DataFrame({**columns, "line": numbers}, schema=schema)


def as_text(cell: Cell, kind: str, *, since_1904: bool) -> str:
    """Return a cell as a file of text would hold it; ``kind`` is that of its field.

    A number in a column of dates is the day that Excel counts so, a part of a day in a column of times the time.

    >>> as_text(97530.0, "code", since_1904=False), as_text(72.10000000000001, "money", since_1904=False)
    ('97530', '72.1')
    >>> as_text(46085.0, "date", since_1904=False), as_text(0.5625, "time", since_1904=False)
    ('2026-03-04', '13:30')
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return _number(float(cell), kind, since_1904=since_1904)
    if isinstance(cell, datetime):
        if kind in ("time", "minutes"):
            return cell.strftime("%H:%M:%S")
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return cell.isoformat()


def _number(value: float, kind: str, *, since_1904: bool) -> str:
    if kind == "date" and int(value) in _SERIALS:
        return ((_EPOCH_1904 if since_1904 else _EPOCH) + timedelta(days=int(value))).isoformat()
    if kind == "time" and 0 <= value < 1:
        minutes = round(value * _DAY_MINUTES)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
