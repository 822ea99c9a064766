"""Outcomes as others read them: a JSON object, a table, a workbook, a page. Money first; nothing of a patient."""

from __future__ import annotations

import codecs
import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Any, BinaryIO

import polars as pl

from cleanclaim.claims.outcomes import OUTCOME
from cleanclaim.claims.schema import UNREADABLE
from cleanclaim.remit.run import Remitted
from cleanclaim.remit.totals import SUMMED, by_outcome, by_payer, sums
from cleanclaim.reports.comma import cell
from cleanclaim.reports.words import amount, counted, dollars, printable

_KEPT_BACK = ("row", "patient_id", "file_id")
COLUMNS = tuple(name for name in OUTCOME.schema.names() if name not in _KEPT_BACK)
"""What is told of a line."""
_HIGHEST_SHEET = 1_000_000


def as_dict(result: Remitted) -> dict[str, Any]:
    """Return everything as one object; amounts in cents, days as YYYY-MM-DD."""
    outcomes = result.outcomes
    return {
        "summary": {
            "lines": outcomes.height,
            "work": result.to_work.height,
            **sums(outcomes),
            "files": list(result.files),
            "refused": result.refused["file_id"].n_unique(),
        },
        "by_outcome": by_outcome(outcomes).to_dicts(),
        "by_payer": by_payer(outcomes).to_dicts(),
        "payments": _with_files(result, result.payments),
        "provider_adjustments": _with_files(result, result.provider_adjustments),
        "paid_twice": result.paid_twice.drop("row").to_dicts(),
        "charge_differs": result.charge_differs.drop("row").to_dicts(),
        "refused": unread(result, result.refused),
        "unreadable": unread(result, result.unreadable),
        "notes": list(result.notes),
        "lines": lines(result, outcomes),
    }


def lines(result: Remitted, outcomes: pl.DataFrame) -> list[dict[str, Any]]:
    """Return outcomes with the name of the file of their last answer, without what is a patient's."""
    return _line_frame(result, outcomes).to_dicts()


def _line_frame(result: Remitted, outcomes: pl.DataFrame) -> pl.DataFrame:
    names = _names(result)
    return outcomes.select(pl.col("file_id").replace_strict(*names, default=None).alias("file"), *COLUMNS)


def unread(result: Remitted, places: pl.DataFrame) -> list[dict[str, Any]]:
    """Return places of files, named."""
    return _with_files(result, places.select(UNREADABLE.schema.names()))


def _with_files(result: Remitted, frame: pl.DataFrame) -> list[dict[str, Any]]:
    names = _names(result)
    return frame.select(
        pl.col("file_id").replace_strict(*names, default=None).alias("file"), pl.exclude("file_id")
    ).to_dicts()


def _names(result: Remitted) -> tuple[pl.Series, pl.Series]:
    return pl.Series(range(len(result.files)), dtype=pl.Int64), pl.Series(list(result.files), dtype=pl.String)


def heading(name: str) -> str:
    """Return a column's name as a reader of dollars sees it."""
    return name.removesuffix("_cents")


def cells(row: Mapping[str, Any]) -> list[Any]:
    """Return the values of a row, amounts in dollars."""
    return [amount(value) if name.endswith("_cents") and value is not None else value for name, value in row.items()]


# text that a spreadsheet could take for a formula, or that does not print
_UNSAFE = r"^\s*[=+\-@\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]|[^\x20-\x7e]"


def csv_parts(result: Remitted) -> Iterator[str]:
    """Yield the lines of a CSV file: the header, then one line an outcome; amounts in dollars.

    The lines to work come first, the most money first, then the others.
    """
    yield ",".join(["file", *map(heading, COLUMNS)]) + "\r\n"
    rest = result.outcomes.filter(~pl.col("outcome").is_in(result.work))
    for frame in (result.to_work.select(OUTCOME.schema.names()), rest):
        for part in frame.iter_slices(50_000):
            texts = _line_frame(result, part).with_columns(map(_as_text, _TOLD))
            yield _safe(texts).write_csv(include_header=False, line_terminator="\r\n")


_TOLD = pl.Schema({"file": pl.String(), **{name: OUTCOME.schema[name] for name in COLUMNS}})


def _as_text(name: str) -> pl.Expr:
    if not name.endswith("_cents"):
        return pl.col(name).cast(pl.String)
    cents = pl.col(name).abs()
    sign = pl.when(pl.col(name) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole, rest = (cents // 100).cast(pl.String), (cents % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str(sign, whole, pl.lit("."), rest).alias(name)


def _safe(texts: pl.DataFrame) -> pl.DataFrame:
    """Return the texts as cells that a spreadsheet opens safely; each text that needs a change is changed once."""
    for name, kind in _TOLD.items():
        unsafe = texts[name].filter(texts[name].str.contains(_UNSAFE).fill_null(False)).unique()
        if kind == pl.String() and len(unsafe):
            cells = pl.Series([cell(text) for text in unsafe.to_list()], dtype=pl.String)
            texts = texts.with_columns(pl.col(name).replace(unsafe, cells))
    return texts


def write_csv(result: Remitted, stream: BinaryIO, *, to_file: bool) -> None:
    """Write the CSV file; with the mark by which a spreadsheet knows UTF-8, where it goes to a file."""
    if to_file:
        stream.write(codecs.BOM_UTF8)
    for part in csv_parts(result):
        stream.write(part.encode("utf-8", errors="backslashreplace"))


def tables(result: Remitted) -> list[tuple[str, list[str], list[list[Any]]]]:
    """Return the tables of a workbook or page: name, headings, rows; the lines worth working before all lines."""
    outcomes = result.outcomes
    money = [heading(name) for name in SUMMED]
    grouped = [
        ("By outcome", ["outcome", "lines", *money], by_outcome(outcomes)),
        ("By payer", ["payer", "sequence", "lines", *money], by_payer(outcomes)),
    ]
    found: list[tuple[str, list[str], list[list[Any]]]] = [
        (name, head, [cells(row) for row in frame.iter_rows(named=True)]) for name, head, frame in grouped
    ]
    listed = ["file", *map(heading, COLUMNS)]
    work = result.to_work.select(OUTCOME.schema.names())
    found.append(("To work", listed, [cells(row) for row in lines(result, work)]))
    for name, rows in (
        ("Payments", _with_files(result, result.payments)),
        ("Provider adjustments", _with_files(result, result.provider_adjustments)),
        ("Paid twice", result.paid_twice.drop("row").to_dicts()),
        ("Another charge", result.charge_differs.drop("row").to_dicts()),
        ("Refused", unread(result, result.refused)),
        ("Could not be read", unread(result, result.unreadable)),
    ):
        if rows:
            found.append((name, [heading(key) for key in rows[0]], [cells(row) for row in rows]))
    return found


def write_workbook(result: Remitted, stream: BinaryIO) -> None:
    """Write a workbook: a sheet for each table, then all lines. Text is text, never a formula or a link."""
    every = ("All lines", ["file", *map(heading, COLUMNS)], (cells(row) for row in lines(result, result.outcomes)))
    write_sheets([*tables(result), every], stream)


def write_sheets(tables: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]], stream: BinaryIO) -> None:
    """Write a workbook of tables (name, headings, rows), a sheet each; text is text, never a formula or a link."""
    import xlsxwriter

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(stream, plain) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        money = book.add_format({"num_format": "$#,##0.00;[Red]-$#,##0.00"})
        day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        for name, headings, rows in tables:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(headings), 14)
            for column, name_of in enumerate(headings):
                sheet.write_string(0, column, name_of, head)
            for number, row in enumerate(rows, start=1):
                if number > _HIGHEST_SHEET:
                    break
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(number, column, printable(value)[:32_000])
                    elif isinstance(value, date):
                        sheet.write_datetime(number, column, value, day)
                    elif isinstance(value, bool | int | float):
                        sheet.write_number(number, column, value)
                    elif value is not None:
                        sheet.write_number(number, column, float(value), money)


def html_parts(result: Remitted) -> Iterator[str]:
    """Yield a page of HTML without network, script or other file: sums, then the tables with the lines to work."""
    style = files("cleanclaim.reports").joinpath("templates/page.css").read_text("utf-8")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    total = sums(result.outcomes)
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>Remittances</title>\n'
        f"<style>{style}</style>\n</head>\n<body>\n<header><h1>Remittances</h1>\n"
        f'<p class="soft">{html.escape(", ".join(printable(name) for name in result.files))}</p></header>\n<main>\n'
    )
    sentence = (
        f"{dollars(total['charge_cents'])} charged on {counted(result.outcomes.height, 'line')}:"
        f" {dollars(total['paid_cents'])} paid, {dollars(total['patient_cents'])} the patients' share,"
        f" {dollars(total['denied_cents'])} denied, {dollars(total['short_cents'])} underpaid."
    )
    yield f"<p>{html.escape(sentence)}</p>\n"
    for note in result.notes:
        yield f'<p class="soft">{html.escape(printable(note))}</p>\n'
    for name, headings, rows in tables(result):
        yield f"<h2>{html.escape(name)}</h2>\n"
        yield from _table(headings, rows)
    yield "</main>\n</body>\n</html>\n"


def _table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    rows = list(rows)
    if not rows:
        yield '<p class="soft">None.</p>\n'
        return
    # columns that say nothing in any row are left out
    told = [n for n in range(len(headings)) if any(row[n] not in (None, "") for row in rows)]
    heads = "".join(f'<th scope="col">{html.escape(headings[n].replace("_", " "))}</th>' for n in told)
    yield f'<div class="scroll"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n'
    for row in rows:
        yield f"<tr>{''.join(_cell(row[n]) for n in told)}</tr>\n"
    yield "</tbody>\n</table></div>\n"


def _cell(value: Any) -> str:
    number = "" if value is None or isinstance(value, str) else ' class="n"'
    return f"<td{number}>{'' if value is None else html.escape(printable(str(value)))}</td>"
