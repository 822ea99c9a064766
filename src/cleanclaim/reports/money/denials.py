"""How much is denied, by payer, code, clinician, cause and reason."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.remit.causes import SITUATION, told_by
from cleanclaim.reports.money.sheets import Cell, Drawn, Kind, MoneyColumn, MoneyReport, Sheet

_WAYS = {"payer": "payer", "code": "code", "clinician": "rendering_npi", "cause": "cause", "reason": "reason"}
_OF_DENIED = ("cause", "reason")
_UNTOLD = "no cause known"


def denials(outcomes: pl.DataFrame, as_of: date) -> MoneyReport:
    """Return the share of answered lines that is denied, and what it comes to.

    ``outcomes`` are the ledger's of claims that were sent. A line counts as denied where a reason that denies stands
    on it, for all or a part of its charge. Causes and reasons divide the denied lines, not all lines.
    """
    answered = outcomes.filter(pl.col("answers").is_not_null() & (pl.col("outcome") != "unmatched")).with_columns(
        denied=pl.col("outcome") == "denied"
    )
    named = _with_causes(answered)
    rows = [row for way, column in _WAYS.items() for row in _by(named, way, column)]
    denied = named.filter("denied")
    lines = answered.height
    share = f"{denied.height / lines:.1%}" if lines else "none"
    return MoneyReport(
        "Denials",
        as_of,
        (
            ("Denied", int(denied["denied_cents"].sum() or 0), "charges not paid for a reason that denies"),
            ("Lines denied", share, f"{denied.height:,} of {lines:,} answered"),
        ),
        (
            Sheet(
                "Denials",
                "By",
                (
                    MoneyColumn("by", "By", 10),
                    MoneyColumn("value", "Value", 44),
                    MoneyColumn("lines_answered", "Lines answered", 10, Kind.COUNT),
                    MoneyColumn("lines_denied", "Lines denied", 10, Kind.COUNT),
                    MoneyColumn("share_denied", "Share", 8, Kind.SHARE),
                    MoneyColumn("charged_dollars", "Charged", 14, Kind.CENTS),
                    MoneyColumn("denied_dollars", "Denied", 14, Kind.CENTS),
                ),
                tuple(rows),
                note="The most denied first. Of causes and reasons the share is that of all denied lines.",
                grouped=True,
                drawn=Drawn("value", ("denied_dollars",)),
            ),
        ),
    )


def _with_causes(answered: pl.DataFrame) -> pl.DataFrame:
    """Add cause and reason of denied lines; each situation is looked up once."""
    alike = answered.filter("denied").select(SITUATION).unique()
    told = [told_by(*row) for row in alike.rows()]
    named = alike.with_columns(
        cause=pl.Series([one.cause.cause if one.cause else _UNTOLD for one in told], dtype=pl.String),
        reason=pl.Series([one.pair or "written off whole" for one in told], dtype=pl.String),
    )
    return answered.join(named, on=list(SITUATION), how="left", nulls_equal=True)


def _by(named: pl.DataFrame, way: str, column: str) -> list[tuple[Cell, ...]]:
    part = named.filter("denied") if way in _OF_DENIED else named
    whole = part.height
    lines, denied = pl.len(), pl.col("denied").sum()
    told = (
        part.with_columns(pl.col(column).fill_null("not given"))
        .group_by(column)
        .agg(
            lines=lines,
            denied=denied.cast(pl.Int64),
            share=(denied / (pl.lit(whole) if way in _OF_DENIED else lines)).cast(pl.Float64),
            charged=pl.col("charge_cents").sum(),
            cents=pl.col("denied_cents").filter(pl.col("denied")).sum(),
        )
        .sort("cents", "denied", column, descending=[True, True, False])
    )
    return [(way, *row) for row in told.rows()]
