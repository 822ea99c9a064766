"""The findings as one table: the columns that the CSV file and the workbook share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cleanclaim.reports.entries import Entry
from cleanclaim.reports.words import amount, citation

Value = str | int | Decimal | date | None


@dataclass(frozen=True)
class FlatColumn:
    """A column: its name in the CSV file, its heading and width (in characters) in the workbook, and its value."""

    name: str
    heading: str
    width: int
    value: Callable[[Entry], Value]


def _told(name: str, heading: str, width: int) -> FlatColumn:
    return FlatColumn(name, heading, width, lambda entry: entry.message[name])


def _money(entry: Entry, *, charge: bool) -> Decimal | None:
    """Charges have a column of their own, so that no sum of a column adds them to prices."""
    cents = entry.message["cents"]
    return None if cents is None or (entry.message["cents_basis"] == "charge") is not charge else amount(cents)


COLUMNS = (
    _told("rule", "Rule", 7),
    _told("name", "Name", 28),
    _told("severity", "Severity", 13),
    _told("claim", "Claim", 14),
    _told("visit", "Visit", 14),
    _told("line", "Line", 6),
    FlatColumn("dos", "Date of service", 15, lambda entry: entry.row["dos"]),
    _told("payer", "Payer", 22),
    _told("clinician", "Clinician", 13),
    _told("code", "Code", 8),
    FlatColumn("fee_dollars", "At fee schedule", 15, lambda entry: _money(entry, charge=False)),
    FlatColumn("charge_dollars", "Charged", 12, lambda entry: _money(entry, charge=True)),
    FlatColumn("money_basis", "Money basis", 12, lambda entry: entry.message["cents_basis"]),
    _told("who", "Who acts", 14),
    FlatColumn("by_when", "By when", 12, lambda entry: entry.row["by_when"]),
    _told("found", "Found", 34),
    _told("expected", "Expected", 34),
    _told("fix", "Fix", 44),
    _told("needs", "Fix needs", 10),
    _told("message", "Message", 70),
    FlatColumn("citation", "Citation", 44, lambda entry: "; ".join(map(citation, entry.message["citations"]))),
    FlatColumn(
        "url",
        "Source",
        30,
        lambda entry: " ".join(dict.fromkeys(c["url"] for c in entry.message["citations"] if c["url"])) or None,
    ),
    _told("coverage", "Table's age", 24),
    FlatColumn("uncertain", "Uncertain", 16, lambda entry: ", ".join(entry.message["uncertain"]) or None),
    _told("file", "File", 20),
    _told("place", "Place", 24),
    _told("fingerprint", "Fingerprint", 22),
)
