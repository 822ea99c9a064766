"""The report as a workbook: summary, findings, what was not checked, what could not be read.

Numbers are numbers and dates are dates; text is always text, never a formula or a link.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO

from cleanclaim.engine.left_out import expired_message
from cleanclaim.engine.report import Report
from cleanclaim.intake.own_reports import MARK
from cleanclaim.reports.entries import gravest_entries
from cleanclaim.reports.flat import COLUMNS
from cleanclaim.reports.run import Run
from cleanclaim.reports.totals import by_severity, totals
from cleanclaim.reports.words import amount, printable

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_000_000
"""Rows of a sheet below its header; what goes beyond stands on a further sheet."""
_LONGEST = 32_000
_FIRST_DAY = date(1900, 3, 1)
_UNREADABLE = (("File", 24), ("Line", 8), ("Segment", 9), ("Column", 24), ("What is wrong", 90))
_GAPS = (("Rule", 8), ("Rows", 10), ("Reason", 80), ("Missing inputs", 60))
_WIDE, _NARROW = 46, 16
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "constant_memory": True,
}


def write_workbook(report: Report, run: Run, stream: BinaryIO) -> None:
    """Write the file's content to ``stream``, in memory that does not grow with the findings."""

    def fill(sheets: Sheets) -> None:
        sheets.summary("Summary", _summary(report, run))
        sheets.listed(
            "Findings",
            [(column.heading, column.width) for column in COLUMNS],
            ([column.value(entry) for column in COLUMNS] for entry in gravest_entries(report)),
        )
        sheets.listed("Not checked", _GAPS, _gaps(report))
        sheets.listed("Unreadable", _UNREADABLE, _unread(report))

    write_sheets("Claim check", run.at, fill, stream)


def write_sheets(title: str, at: datetime, fill: Callable[[Sheets], None], stream: BinaryIO) -> None:
    """Write a workbook to ``stream``, whose sheets ``fill`` writes; ``at`` is the moment that it states."""
    from xlsxwriter.exceptions import FileCreateError

    # rows wait on disk for the others of their sheet; the folder is nobody else's and goes whatever happens
    with TemporaryDirectory() as folder:
        made = Path(folder) / "report.xlsx"
        try:
            _write(title, at, fill, made, {**_OPTIONS, "tmpdir": folder})
        except FileCreateError as error:
            raise OSError(errno.ENOSPC, f"no room for the workbook in {Path(folder).parent}") from error
        with made.open("rb") as whole:
            shutil.copyfileobj(whole, stream)


def _write(title: str, at: datetime, fill: Callable[[Sheets], None], made: Path, options: Mapping[str, Any]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(made), options) as book:
        # the moment of the run, not of the writing, so that one run gives one file
        book.set_properties({"title": title, "keywords": MARK, "created": at.replace(tzinfo=None)})
        fill(
            Sheets(
                book,
                plain=book.add_format({"valign": "top"}),
                bold=book.add_format({"bold": True, "valign": "top"}),
                head=book.add_format({"bold": True, "bottom": 1, "valign": "top", "text_wrap": True}),
                money=book.add_format({"num_format": "$#,##0.00;[Red]-$#,##0.00", "valign": "top"}),
                number=book.add_format({"num_format": "#,##0", "valign": "top"}),
                day=book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}),
                wrapped=book.add_format({"valign": "top", "text_wrap": True}),
            )
        )


def _gaps(report: Report) -> Iterable[Sequence[Any]]:
    for payer, rows in report.unmapped:
        yield None, rows, f"payer {payer}: not mapped in cleanclaim.toml; rules that depend on the payer", "pack"
    for gap in sorted(report.gaps(), key=lambda gap: -int(gap["count"])):
        yield gap["rule"], gap["count"], gap["reason"], ", ".join(gap["missing"])


def _unread(report: Report) -> Iterable[Sequence[Any]]:
    for place in report.unread():
        yield place["file"], place["line"], place["segment"], place["column"], place["message"]


@dataclass(frozen=True)
class Sheets:
    """A workbook with its formats."""

    book: Any
    plain: Format
    bold: Format
    head: Format
    money: Format
    number: Format
    day: Format
    wrapped: Format

    def listed(self, name: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]]) -> None:
        """Write a table with a frozen header that filters; a full sheet is followed by another."""
        sheet, count, part = self._sheet(name, columns), 0, 1
        for values in rows:
            if count == MOST_ROWS:
                self._finish(sheet, count, columns)
                part += 1
                sheet, count = self._sheet(f"{name} {part}", columns), 0
            count += 1
            for place, value in enumerate(values):
                self._cell(sheet, count, place, value)
        self._finish(sheet, count, columns)

    def _sheet(self, name: str, columns: Sequence[tuple[str, int]]) -> Worksheet:
        sheet: Worksheet = self.book.add_worksheet(name)
        for place, (heading, width) in enumerate(columns):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, heading, self.head)
        sheet.freeze_panes(1, 0)
        self._printed(sheet, name)
        sheet.repeat_rows(0)
        return sheet

    def _finish(self, sheet: Worksheet, count: int, columns: Sequence[tuple[str, int]]) -> None:
        sheet.autofilter(0, 0, max(count, 1), len(columns) - 1)
        if not count:
            sheet.write_string(1, 0, "none", self.plain)

    def _printed(self, sheet: Worksheet, name: str) -> None:
        sheet.set_landscape()
        sheet.set_paper(1)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.4, 0.4, 0.6, 0.6)
        sheet.set_footer(f"&L{name}&RPage &P of &N")

    def _cell(self, sheet: Worksheet, row: int, place: int, value: Any, text: Format | None = None) -> None:
        if value is None:
            return
        if isinstance(value, date):
            # the calendar of spreadsheets begins in 1900 and has a day too many in its first February
            if value >= _FIRST_DAY:
                sheet.write_datetime(row, place, value, self.day)
            else:
                sheet.write_string(row, place, value.isoformat(), self.plain)
        elif isinstance(value, Decimal):
            sheet.write_number(row, place, float(value), self.money)
        elif isinstance(value, int):
            sheet.write_number(row, place, value, self.number)
        else:
            shown = printable(str(value))
            cut = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]} ... (cut: a cell holds no more)"
            sheet.write_string(row, place, cut, text or self.plain)

    def summary(self, name: str, rows: Iterable[tuple[str, Sequence[Any]]]) -> None:
        """Write what it comes to: rows, each with its kind (title, head or row)."""
        sheet: Worksheet = self.book.add_worksheet(name)
        sheet.set_column(0, 0, _WIDE)
        sheet.set_column(1, 4, _NARROW)
        sheet.set_column(5, 5, _WIDE)
        self._printed(sheet, name)
        for row, (kind, values) in enumerate(rows):
            style = {"head": self.head, "title": self.bold}.get(kind)
            for place, value in enumerate(values):
                self._cell(sheet, row, place, value, style)


def _summary(report: Report, run: Run) -> Iterable[tuple[str, Sequence[Any]]]:
    """The rows of the summary, each with its kind: title, head or row."""
    sums, counts = totals(report), report.counts
    yield "title", ["Claim check"]
    yield "row", ["Money at stake at fee schedule prices", amount(sums.fee_cents), None, None, None, _FEES]
    yield "row", ["Charges of findings without a price", amount(sums.charge_cents), None, None, None, _CHARGES]
    yield "row", ["Findings", sums.count]
    yield "row", ["Findings without an amount", sums.without]
    yield "row", []
    yield "head", ["Severity", "Findings", "At fee schedule", "Charged"]
    for severity, part in by_severity(report):
        yield "row", [severity, part.count, amount(part.fee_cents), amount(part.charge_cents)]
    yield "row", []
    yield "head", ["Rule", "Findings", "At fee schedule", "Charged", "Severity", "Name"]
    for rule in report.by_rule():
        money = amount(rule["priced_cents"]), amount(rule["charged_cents"])
        yield "row", [rule["rule"], rule["count"], *money, rule["severity"], rule["name"]]
    yield "row", []
    yield "head", ["Checked", ""]
    for name, words in (("lines", "Claim lines"), ("visits", "Visits"), ("claims", "Claims")):
        yield "row", [words, counts.get(name, 0)]
    yield "row", ["Charged in all", amount(counts.get("charge_cents", 0))]
    yield "row", ["Places that could not be read", report.unreadable.height]
    yield "row", ["Day of the check", run.as_of]
    yield "row", ["Written", run.at.isoformat(sep=" ", timespec="minutes")]
    if run.command:
        yield "row", ["Command", run.command]
    for number, name in enumerate(report.files):
        yield "row", ["Files" if number == 0 else None, name]
    for note in (*report.notes, *report.left_out.notes(), *map(expired_message, report.left_out.expired)):
        yield "row", ["Note", note]
    if report.suppressed.height:
        yield "row", ["Findings suppressed by the configuration, in no sum", report.suppressed.height]
    yield "row", []
    yield "head", ["Table", "Release"]
    yield "row", ["cleanclaim", report.versions.get("cleanclaim")]
    for name, release in report.versions.get("tables", {}).items():
        yield "row", [name, release]


_FEES = "a line that several findings name counts in each"
_CHARGES = "what was asked, not what would be lost; never added to the prices"
