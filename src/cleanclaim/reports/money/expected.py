"""What payers were expected to allow, and what they did."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.reports.money.sheets import Cell, Drawn, Kind, MoneyColumn, MoneyReport, Sheet

_WAYS = {"payer": "payer", "code": "code"}
_DAY = MoneyColumn("dos", "Date of service", 12, Kind.DAY)


def expected(outcomes: pl.DataFrame, as_of: date) -> MoneyReport:
    """Return what was expected against what was allowed and paid, by payer and code, and the lines that fell short.

    ``outcomes`` are the ledger's of claims that were sent. Compared are lines that were answered and whose expectation
    is known; what is still to come is the expectation of lines without an answer. Denied lines are compared too:
    nothing of them was allowed.
    """
    known = pl.col("expected_allowed_cents").is_not_null()
    answered = outcomes.filter(pl.col("answers").is_not_null() & (pl.col("outcome") != "unmatched"))
    compared, untold = answered.filter(known), answered.filter(~known).height
    to_come = outcomes.filter(pl.col("answers").is_null() & known)
    rows = [row for way, column in _WAYS.items() for row in _by(compared, way, column)]
    short = int(compared["short_cents"].sum() or 0)
    return MoneyReport(
        "Expected against paid",
        as_of,
        (
            (
                "Expected to be allowed",
                _total(compared, "expected_allowed_cents"),
                f"{compared.height:,} lines answered",
            ),
            ("Allowed", _total(compared, "allowed_cents"), f"{untold:,} more lines have no expectation"),
            ("Short, not denied", short, "less allowed than expected on lines that were not denied"),
            ("Still to come", _total(to_come, "expected_allowed_cents"), f"{to_come.height:,} lines without an answer"),
        ),
        (
            Sheet(
                "Expected",
                "By",
                (
                    MoneyColumn("by", "By", 10),
                    MoneyColumn("value", "Value", 30),
                    MoneyColumn("lines", "Lines", 8, Kind.COUNT),
                    MoneyColumn("expected_dollars", "Expected", 14, Kind.CENTS),
                    MoneyColumn("allowed_dollars", "Allowed", 14, Kind.CENTS),
                    MoneyColumn("difference_dollars", "Difference", 14, Kind.CENTS),
                    MoneyColumn("short_dollars", "Short", 14, Kind.CENTS),
                    MoneyColumn("denied_lines", "Lines denied", 10, Kind.COUNT),
                    MoneyColumn("paid_dollars", "Paid", 14, Kind.CENTS),
                    MoneyColumn("patients_dollars", "Patients' share", 14, Kind.CENTS),
                ),
                tuple(rows),
                note="Difference: allowed less expected, also of denied lines. Short: of lines that were not denied.",
                grouped=True,
                drawn=Drawn("value", ("expected_dollars", "allowed_dollars"), compared=True),
            ),
            _short(compared),
        ),
    )


def _by(compared: pl.DataFrame, way: str, column: str) -> list[tuple[Cell, ...]]:
    due, allowed = pl.col("expected_allowed_cents").sum(), pl.col("allowed_cents").sum()
    told = (
        compared.with_columns(pl.col(column).fill_null("not given"))
        .group_by(column)
        .agg(
            lines=pl.len(),
            expected=due,
            allowed=allowed,
            difference=allowed - due,
            short=pl.col("short_cents").sum(),
            denied=(pl.col("outcome") == "denied").sum().cast(pl.Int64),
            paid=pl.col("paid_cents").sum(),
            patients=pl.col("patient_cents").sum(),
        )
        .sort("expected", column, descending=[True, False])
    )
    return [(way, *row) for row in told.rows()]


def _short(compared: pl.DataFrame) -> Sheet:
    lines = compared.filter(pl.col("outcome") == "underpaid").select(
        "claim_id", "line_number", "payer", "dos", "code", "modifiers", "expected_allowed_cents", "allowed_cents",
        "short_cents", "expected_basis",
    ).sort("short_cents", "claim_id", "line_number", descending=[True, False, False])  # fmt: skip
    columns = (
        MoneyColumn("claim", "Claim", 16),
        MoneyColumn("line", "Line", 6, Kind.COUNT),
        MoneyColumn("payer", "Payer", 26),
        _DAY,
        MoneyColumn("code", "Code", 8),
        MoneyColumn("modifiers", "Modifiers", 12),
        MoneyColumn("expected_dollars", "Expected", 14, Kind.CENTS),
        MoneyColumn("allowed_dollars", "Allowed", 14, Kind.CENTS),
        MoneyColumn("short_dollars", "Short", 14, Kind.CENTS),
        MoneyColumn("basis", "Expected by", 40),
    )
    return Sheet("Underpaid", "Underpaid lines, the most money first", columns, tuple(lines.rows()))


def _total(frame: pl.DataFrame, column: str) -> int:
    return int(frame[column].sum() or 0)
