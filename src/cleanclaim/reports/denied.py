"""Denied lines, the closed loop and claims written again as tables: CSV and workbook; amounts in dollars."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from cleanclaim.reports.comma import cell
from cleanclaim.reports.remitted import cells, heading, write_sheets

_LOOP = (
    "part", "rule", "name", "on", "reason", "cause", "because", "denials", "claims", "denied_cents", "stake_cents",
    "unpriced", "reasons",
)  # fmt: skip
_PARTS = {"rules": "stopped", "inputs": "unchecked", "none": "none"}
_CORRECTED = ("claim", "file", "because")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as a spreadsheet shows it."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]

    def headings(self) -> list[str]:
        """Return the names of the columns, of amounts without their unit."""
        return [heading(name) for name in self.columns]

    def values(self) -> list[list[Any]]:
        """Return the rows in the order of the columns; lists are words with one space between them."""
        return [cells({name: _flat(row.get(name)) for name in self.columns}) for row in self.rows]


def sheets(parts: Mapping[str, Any]) -> list[Sheet]:
    """Return a table for each of ``denials``, ``loop`` and ``corrected`` in the JSON contract of ``cleanclaim remit``.

    >>> [(one.name, one.rows) for one in sheets({"corrected": {"files": [], "left": [{"claim": "1", "because": "x"}]}})]
    [('Corrected', ({'claim': '1', 'because': 'x'},))]
    """
    found = []
    if "denials" in parts:
        rows = parts["denials"]
        found.append(Sheet("Denials", tuple(rows[0]) if rows else ("claim", "line"), tuple(rows)))
    if "loop" in parts:
        told = [{"part": name} | row for key, name in _PARTS.items() for row in parts["loop"][key]]
        found.append(Sheet("Loop", _LOOP, tuple(told)))
    if "corrected" in parts:
        written = [
            {"claim": claim, "file": one["file"]} for one in parts["corrected"]["files"] for claim in one["claims"]
        ]
        found.append(Sheet("Corrected", _CORRECTED, (*written, *parts["corrected"]["left"])))
    return found


def write_csv(sheet: Sheet, stream: BinaryIO, *, to_file: bool) -> None:
    """Write one table as CSV; with the mark by which a spreadsheet knows UTF-8, where it goes to a file."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(sheet.headings())
    writer.writerows([cell(_plain(value)) for value in row] for row in sheet.values())
    if to_file:
        stream.write(codecs.BOM_UTF8)
    stream.write(text.getvalue().encode("utf-8", errors="backslashreplace"))


def write_workbook(tables: Sequence[Sheet], stream: BinaryIO) -> None:
    """Write a workbook, a sheet for each table."""
    write_sheets([(one.name, one.headings(), one.values()) for one in tables], stream)


def _flat(value: Any) -> Any:
    return " ".join(value) if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
