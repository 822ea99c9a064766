"""A report on money as a CSV file, a workbook, a page, or tables of text."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from cleanclaim.reports.comma import cell
from cleanclaim.reports.money.chart import chart
from cleanclaim.reports.money.sheets import MoneyReport, Sheet
from cleanclaim.reports.page import asset, environment
from cleanclaim.reports.words import amount, dollars
from cleanclaim.reports.workbook import Sheets, write_sheets

LISTED = 1_000
"""Rows of a table on the page; a CSV file and a workbook have all."""


def csv_lines(report: MoneyReport) -> Iterator[str]:
    """Yield the lines of the first table, ended by CR and LF; cells never begin a formula."""
    sheet = report.sheets[0]
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(column.name for column in sheet.columns)
    for row in sheet.rows:
        writer.writerow(cell(column.flat(value)) for column, value in zip(sheet.columns, row, strict=True))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def write_workbook(report: MoneyReport, at: datetime, stream: BinaryIO) -> None:
    """Write a workbook to ``stream``: what it comes to, then each table on a sheet."""

    def fill(sheets: Sheets) -> None:
        sheets.summary("Summary", _summary(report, at))
        for sheet in report.sheets:
            sheets.listed(
                sheet.name,
                [(column.heading, column.width) for column in sheet.columns],
                ([c.flat(value) for c, value in zip(sheet.columns, row, strict=True)] for row in sheet.rows),
            )

    write_sheets(report.title, at, fill, stream)


def _summary(report: MoneyReport, at: datetime) -> Iterator[tuple[str, list[Any]]]:
    yield "title", [report.title]
    for words, value, note in report.sums:
        yield "row", [words, amount(value) if isinstance(value, int) else value, None, None, None, note]
    yield "row", []
    yield "row", ["As of", report.as_of]
    yield "row", ["Written", at.isoformat(sep=" ", timespec="minutes")]
    for note in report.notes:
        yield "row", ["Note", note]


def html_parts(report: MoneyReport, at: datetime, command: str | None = None) -> Iterator[str]:
    """Yield the text of a page: no script, no network, no other file; each chart has its table beside it."""
    style = asset("page.css") + "\n" + asset("money.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    yield from (
        environment()
        .get_template("money.html")
        .generate(
            style=style,
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
            report=report,
            sums=[(words, dollars(v) if isinstance(v, int) else v, note) for words, v, note in report.sums],
            sections=[section for number, sheet in enumerate(report.sheets) for section in _sections(sheet, number)],
            listed=LISTED,
            at=at,
            command=command,
        )
    )


def _sections(sheet: Sheet, number: int) -> Iterator[dict[str, Any]]:
    for place, (heading, columns, rows) in enumerate(sheet.parts()):
        drawn = chart(heading, sheet.drawn, columns, rows, f"c{number}-{place}") if sheet.drawn else ""
        yield {
            "heading": heading,
            "note": sheet.note if place == 0 else "",
            "columns": columns,
            "count": len(rows),
            "rows": [[c.shown(v) for c, v in zip(columns, row, strict=True)] for row in rows[:LISTED]],
            "chart": drawn,
        }
