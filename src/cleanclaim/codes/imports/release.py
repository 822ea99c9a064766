"""Releases of official files: what they are called, and the days they are for."""

from __future__ import annotations

import re
from datetime import date, timedelta

from cleanclaim.dated import Span
from cleanclaim.errors import InputError

SHIPPED = "shipped"
PAIRS, MAXIMUMS, ADDONS, FEES, INDICES, DIAGNOSES = "pairs", "maximums", "add-ons", "fees", "indices", "diagnoses"
"""The kinds of official files (:data:`cleanclaim.codes.imports.official.KINDS`)."""
_QUARTER = re.compile(r"(\d{4})-?[Qq]([1-4])")
_YEAR = re.compile(r"\d{4}")
_FISCAL = re.compile(r"[Ff][Yy](\d{4})(-04)?")


def quarter_start(day: date) -> date:
    """Return the first day of a day's quarter.

    >>> quarter_start(date(2026, 11, 24))
    datetime.date(2026, 10, 1)
    """
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def quarter_end(day: date) -> date:
    """Return the last day of a day's quarter.

    >>> quarter_end(date(2026, 11, 24))
    datetime.date(2026, 12, 31)
    """
    year, month = divmod(quarter_start(day).month + 2, 12)
    return date(day.year + year, month + 1, 1) - timedelta(days=1)


def quarter(day: date) -> str:
    """Return the label of a day's quarter.

    >>> quarter(date(2026, 11, 24))
    '2026Q4'
    """
    return f"{day.year}Q{(day.month + 2) // 3}"


def span(label: str, field: str = "--release") -> Span:
    """Return the days a release is for: a quarter, a calendar year, a fiscal year or its April update.

    Raises InputError for a label of no such form.

    >>> span("2026Q4") == Span(date(2026, 10, 1), date(2026, 12, 31))
    True
    >>> span("FY2027-04").first
    datetime.date(2027, 4, 1)
    """
    if found := _QUARTER.fullmatch(label):
        first = date(int(found[1]), int(found[2]) * 3 - 2, 1)
        return Span(first, quarter_end(first))
    if _YEAR.fullmatch(label):
        return Span(date(int(label), 1, 1), date(int(label), 12, 31))
    if found := _FISCAL.fullmatch(label):
        year = int(found[1])
        return Span(date(year, 4, 1) if found[2] else date(year - 1, 10, 1), date(year, 9, 30))
    raise InputError(f"{label!r} is no release: write 2026Q4, 2026 (a year's indices) or FY2027", field=field)


def normal(label: str, field: str = "--release") -> str:
    """Return a label as it is kept. Raises InputError.

    >>> normal("2026-q4"), normal("fy2027")
    ('2026Q4', 'FY2027')
    """
    span(label, field)
    return label.replace("-q", "Q").replace("-Q", "Q").upper()
