"""What rules on treatment notes have in common: a text column that says what is wrong, and who must act on it."""

from __future__ import annotations

import polars as pl

from cleanclaim.citation import Citation
from cleanclaim.claims.schema import Grain
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

TREATED = pl.col("note_given") & pl.col("treated")
"""Rows whose note shows treatment."""
HELD = pl.col("note_given") & pl.col("bill_given")
"""Rows with a note and with billed lines."""


def of_note(
    *,
    id: str,
    name: str,
    title: str,
    cite: tuple[Citation, ...],
    expected: str,
    why: str,
    fix: str,
    severity: Severity = Severity.COMPLIANCE,
    who: Who = Who.THERAPIST,
    applies: pl.Expr = TREATED,
    denial: tuple[str, ...] = (),
    yields_to: tuple[str, ...] = (),
    priced: tuple[str, str] | None = None,
) -> Rule:
    """Return the rule on the column of NOTE that bears its name: a finding where that says that something is wrong.

    Every fix is the clinician's to confirm; none may be made from the note by itself.
    """
    column = pl.col(name.replace("-", "_"))
    return Rule(
        id=id,
        name=name,
        title=title,
        grain=Grain.NOTE,
        cite=cite,
        applies=applies,
        when=column != "",
        found=column,
        expected=pl.lit(expected),
        message=f"Note of {{dos}}: {{found}}; expected: {{expected}}. {why}",
        severity=severity,
        fix=Fix(fix, Needs.CLINICIAN, who),
        denial=denial,
        yields_to=yields_to,
        priced_cents=pl.col(priced[0]) if priced else None,
        charged_cents=pl.col(priced[1]) if priced else None,
    )
