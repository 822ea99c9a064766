"""The reader of procedure-to-procedure edits: a national table of millions of rows, streamed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

import polars as pl

from cleanclaim.codes.imports import release as releases
from cleanclaim.codes.imports.official import PARTS, Named, Official, wanted
from cleanclaim.codes.imports.release import PAIRS
from cleanclaim.codes.imports.rows import CODE, Sheet, code
from cleanclaim.errors import InputError, UnreadableFile, UnsupportedFile

COLUMNS = ("column_one", "column_two", "prior", "effective", "deleted", "indicator", "rationale")
_DAY = r"^(19|20)\d{6}$"
_HEADINGS = ("Column 1", "Column 2", "Effective", "Deletion", "Modifier")
KEY = ["column_one", "column_two"]
VOID = 9
_TAIL_BYTES = 4096


def read(sheet: Sheet, said: Named, codes: Iterable[str]) -> Official:
    """Return the rows of one file that name one of ``codes``; every row of it is checked.

    Columns: column_one, column_two, effective, deleted (null: in force), indicator. Raises UnsupportedFile (another
    layout), UnreadableFile (a row that is none, with its line), InputError (which table or release is not known).
    """
    table = wanted(said.table, "--table", sheet.place, "practitioner")
    if table not in ("practitioner", "hospital"):
        raise UnsupportedFile(f"{sheet.place}: only the Medicare practitioner and hospital pair tables are read")
    label = wanted(said.release, "--release", sheet.place, "2026Q4")
    part = int(wanted(said.part, "--part", sheet.place, f"1 (of {PARTS})"))
    first = _first_row(sheet)
    _refuse_cut(sheet)
    scan = _scan(sheet, first)
    try:
        rows, published, newest = _collect(sheet, scan, first, sorted(codes))
    except pl.exceptions.ComputeError:
        raise UnreadableFile(f"{sheet.place}: not the tab text it is published as; download it again") from None
    last = releases.span(label).last
    if last and newest > last:
        raise InputError(
            f"{sheet.place}: rows begin on {newest}, after {label}; it is of a later release",
            field="--release",
        )
    _consistent(rows, sheet.place)
    return Official(
        PAIRS, table, label, part, said.revision, sheet.piece.name, sheet.piece.sha256, published, rows
    )  # fmt: skip


def _first_row(sheet: Sheet) -> int:
    """The number of lines before the first row, found by content: the heading wraps over several lines."""
    lines = [line.rstrip("\r").split("\t") for line in sheet.head().split("\n")]
    found = (n for n, cells in enumerate(lines) if len(cells) > 1 and all(code(cell.strip()) for cell in cells[:2]))
    number = next(found, None)
    if number is None:
        raise UnreadableFile(f"{sheet.place}: no row of two codes in its beginning; download the file again")
    cells = lines[number]
    heading = " ".join(cell for line in lines[:number] for cell in line)
    missing = [words for words in _HEADINGS if words not in heading]
    if missing:
        raise UnsupportedFile(
            f"{sheet.place}, lines 1 to {number}: the heading lacks {', '.join(missing)}; this version reads the "
            "layout with 6 heading lines and 7 columns: update cleanclaim, or download the file again"
        )
    if len(cells) != len(COLUMNS):
        raise UnsupportedFile(
            f"{sheet.place}, line {number + 1}: {len(cells)} columns, not {len(COLUMNS)}; a layout this version does "
            "not know: update cleanclaim"
        )
    return number


def _scan(sheet: Sheet, skip: int) -> pl.LazyFrame:
    return pl.scan_csv(
        sheet.path,
        separator="\t",
        has_header=False,
        skip_lines=skip,
        schema=dict.fromkeys(COLUMNS, pl.String),
        quote_char=None,
        encoding="utf8-lossy",
        low_memory=True,
        row_index_name="line",
        row_index_offset=skip + 1,
    ).with_columns(pl.col(*KEY, "effective", "deleted", "indicator").str.strip_chars(" \r"))


def _collect(sheet: Sheet, scan: pl.LazyFrame, skip: int, codes: list[str]) -> tuple[pl.DataFrame, int, date]:
    if sheet.path != sheet.piece.path:
        # a workbook takes the zeros of a code that is all digits
        scan = scan.with_columns(pl.col(KEY).str.zfill(5))
    right = (
        pl.col("column_one").str.contains(CODE)
        & pl.col("column_two").str.contains(CODE)
        & pl.col("effective").str.contains(_DAY)
        & ((pl.col("deleted") == "*") | pl.col("deleted").str.contains(_DAY))
        & pl.col("indicator").is_in(["0", "1", "9"])
    ).fill_null(False)
    listed = pl.col("column_one").is_in(codes) | pl.col("column_two").is_in(codes)
    taken = scan.filter(listed | ~right).select("line", *KEY, "effective", "deleted", "indicator", right=right)
    kept = taken.collect(engine="streaming")
    total, newest = scan.select(pl.len(), pl.col("effective").max()).collect(engine="streaming").row(0)
    bad = kept.filter(~pl.col("right")).sort("line")
    blank = pl.all_horizontal(pl.col(*KEY, "effective").fill_null("") == "")
    blanks = bad.filter(blank)
    bad = bad.filter(~blank)
    if bad.height:
        raise _wrong(sheet.place, bad.row(0, named=True), bad.height)
    day = pl.col("effective", "deleted").str.to_date("%Y%m%d", strict=False)
    rows = kept.filter("right").with_columns(day, pl.col("indicator").cast(pl.Int8), open=pl.col("deleted") == "*")
    odd = (pl.col("effective").is_null() | (pl.col("deleted").is_null() & ~pl.col("open"))) | (
        pl.col("deleted") < pl.col("effective")
    ).fill_null(False)
    if (wrong := rows.filter(odd)).height:
        line = wrong["line"][0]
        raise UnreadableFile(f"{sheet.place}, line {line}: no such days, or deleted before it began; download it again")
    latest = date.fromisoformat(f"{newest[:4]}-{newest[4:6]}-{newest[6:]}")
    columns = [*KEY, "effective", "deleted", "indicator"]
    return rows.select(columns).sort(*KEY, "effective"), total - blanks.height, latest


def _wrong(place: str, row: dict[str, object], count: int) -> UnreadableFile:
    cells = {
        "a code in column 1": (row["column_one"], CODE),
        "a code in column 2": (row["column_two"], CODE),
        "a day in column 4 (YYYYMMDD)": (row["effective"], _DAY),
        "a day or * in column 5": (row["deleted"], rf"{_DAY}|^\*$"),
        "0, 1 or 9 in column 6": (row["indicator"], "^[019]$"),
    }
    wanted_here = next(what for what, (cell, form) in cells.items() if not re.search(form, str(cell or "")))
    more = f", and {count - 1:,} more rows" if count > 1 else ""
    return UnreadableFile(f"{place}, line {row['line']}: {wanted_here} is wanted{more}; download the file again")


def _refuse_cut(sheet: Sheet) -> None:
    """Refuse a file whose last line is no whole row."""
    with sheet.path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(file.tell() - _TAIL_BYTES, 0))
        last = file.read().rstrip(b"\r\n \t").rsplit(b"\n", 1)[-1]
    if last.count(b"\t") != len(COLUMNS) - 1:
        raise UnreadableFile(f"{sheet.place}: the last line is no whole row; the file is cut off: download it again")


def _consistent(rows: pl.DataFrame, place: str) -> None:
    """Refuse a row that stands twice, and two rows of one pair that are in force together."""
    twice = rows.filter(rows.is_duplicated())
    if twice.height:
        one, two, start = twice.row(0)[:3]
        raise UnreadableFile(f"{place}: the row {one}/{two} of {start} stands twice; download the file again")
    before = pl.col("deleted").shift().over(KEY)
    meets = pl.col("column_one").shift().over(KEY).is_not_null() & (before.is_null() | (pl.col("effective") <= before))
    valid = rows.filter(pl.col("indicator") != VOID).sort(*KEY, "effective")
    together = valid.filter(meets)
    if together.height:
        one, two, start = together.row(0)[:3]
        raise UnreadableFile(f"{place}: two rows of {one}/{two} are in force on {start}; download the file again")


def check_parts(parts: Iterable[Official]) -> None:
    """Raise UnreadableFile where two parts of one table repeat each other's rows: one file under two names."""
    held = list(parts)
    for place, one in enumerate(held):
        for other in held[place + 1 :]:
            if one.rows.height and one.rows.join(other.rows, on=one.rows.columns, how="semi", nulls_equal=True).height:
                raise UnreadableFile(f"{other.title}: repeats rows of part {one.part}; is it the same file twice?")
