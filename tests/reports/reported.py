"""Reports for the tests: a clinic's day, one whose every text is hostile, and one with as many findings as wanted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim import app
from cleanclaim.engine.report import Report, empty_findings
from cleanclaim.reports.page import DETAILED
from cleanclaim.reports.run import Run

EXAMPLE = Path(__file__).parents[2] / "examples" / "clinic-day"
RUN = Run(date(2026, 3, 20), datetime(2026, 3, 20, 17, 5, tzinfo=UTC), "cleanclaim check claims.837")
SCRIPT = "<script>alert(1)</script>"
FORMULA = "=HYPERLINK(1)"
TURNED = "C1\u202e\x07"


@cache
def clinic_day() -> Report:
    files = [str(EXAMPLE / name) for name in ("claims.837", "minutes.csv")]
    return app.check(files, config=EXAMPLE / "cleanclaim.toml", as_of=RUN.as_of, proofs=DETAILED)


@cache
def hostile() -> Report:
    """Three claims with one fault each; their numbers and payers are a script, a formula and characters unseen."""

    def visit(claim: str, payer: str) -> dict[str, Any]:
        service = {"code": "97530", "units": 1.5, "minutes": 22, "by": "PT", "charge": 72.0}
        about = {
            "claim_id": claim,
            "visit_id": claim,
            "patient_id": f"PATIENT-{claim}",
            "payer": payer,
            "dos": "2026-03-04",
        }
        return {**about, "setting": "office", "discipline": "GP", "services": [{**service, "modifiers": ["GP"]}]}

    visits = [visit(SCRIPT, SCRIPT), visit(FORMULA, "@SUM(A1)"), visit(TURNED, "-1+1")]
    return app.check({"visits": visits}, as_of=RUN.as_of, proofs=DETAILED)


def many(count: int) -> Report:
    """Findings of one rule on as many claims, each with a price of as many cents as its number."""
    found = pl.select(
        rule=pl.lit("U101"),
        row=pl.int_range(count, dtype=pl.Int64),
        found=pl.lit("2 units billed for 22 minutes"),
        expected=pl.lit("1 unit"),
        cents=pl.int_range(count, dtype=pl.Int64),
        cents_basis=pl.lit("national"),
        file_id=pl.lit(0, dtype=pl.Int64),
        source_line=pl.int_range(count, dtype=pl.Int64) + 2,
        claim_id=pl.format("C{}", pl.int_range(count)),
        dos=pl.lit(date(2026, 3, 4)),
        severity=pl.lit("compliance"),
    )
    findings = pl.concat([empty_findings(), found], how="diagonal_relaxed").cast(dict(empty_findings().schema))
    days = clinic_day()
    return Report(findings, days.not_checked.clear(), days.unreadable.clear(), ("a.csv",), versions=days.versions)
