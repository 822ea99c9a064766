"""Findings one by one, as every report lists them: the message, the name that stays the same, the proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from cleanclaim.engine.evidence import gravest_first
from cleanclaim.engine.fingerprint import fingerprints
from cleanclaim.engine.report import Report

# beyond these many findings at a time, their sentences would fill the memory
_PORTION = 10_000


@dataclass(frozen=True)
class Entry:
    """A finding: ``message`` as in the JSON contract, and its row of the report's findings."""

    message: dict[str, Any]
    row: dict[str, Any]


def gravest_entries(report: Report, most: int | None = None) -> Iterator[Entry]:
    """Yield the findings (the first ``most``), the gravest first and among these those with the most money."""
    return _entries(
        report, gravest_first(_named(report.findings)).head(report.findings.height if most is None else most)
    )


def entries_in_order(report: Report) -> Iterator[Entry]:
    """Yield the findings in the order of the input."""
    return _entries(report, _named(report.findings).sort("file_id", "row", "rule", nulls_last=True))


def suppressed_entries(report: Report) -> Iterator[Entry]:
    """Yield the findings that the configuration suppresses, in the order of the input."""
    return _entries(report, _named(report.suppressed).sort("file_id", "row", "rule", nulls_last=True))


def _named(findings: pl.DataFrame) -> pl.DataFrame:
    return findings.with_columns(fingerprints(findings))


def _entries(report: Report, findings: pl.DataFrame) -> Iterator[Entry]:
    for portion in findings.iter_slices(_PORTION):
        for row in portion.iter_rows(named=True):
            yield Entry(report.message(row), row)
