"""The findings as a CSV file that a spreadsheet can open safely."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date

from cleanclaim.engine.report import Report
from cleanclaim.reports.entries import gravest_entries
from cleanclaim.reports.flat import COLUMNS, Value
from cleanclaim.reports.words import printable

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_lines(report: Report) -> Iterator[str]:
    """Yield the lines of the file, ended by CR and LF (RFC 4180): the header, then one line a finding, gravest first.

    Dates are YYYY-MM-DD, dollars have two decimals; what is not known is empty.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(column.name for column in COLUMNS)
    for entry in gravest_entries(report):
        writer.writerow(cell(column.value(entry)) for column in COLUMNS)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def cell(value: Value) -> str:
    r"""Return a value as a cell's text; text that a spreadsheet would take for a formula begins with an apostrophe.

    Characters that do not print are shown by their escape, so a cell never begins with a tab or a line end.

    >>> cell("=1+1"), cell(" @SUM(A1)"), cell("\t=1"), cell("97530"), cell(None)
    ("'=1+1", "' @SUM(A1)", '\\t=1', '97530', '')
    """
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        return str(value)
    text = printable(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
