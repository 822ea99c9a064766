"""What payers still owe an answer for, or denied, by its age: from the date of service and from the day it was sent."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.reports.money.sheets import Cell, Drawn, Kind, MoneyColumn, MoneyReport, Sheet

BUCKETS = ("0-30", "31-60", "61-90", "91-120", "over 120", "no date")
"""Days. A day to come counts as day 0."""
_LAST = (30, 60, 90, 120)
_CLOSED = ("replaced", "voided")
_BASES = {"the date of service": "first_dos", "the day it was sent": "sent_on"}
_OPEN = MoneyColumn("outstanding_dollars", "Outstanding", 15, Kind.CENTS)


def aging(claims: pl.DataFrame, as_of: date) -> MoneyReport:
    """Return what is outstanding by payer and age.

    ``claims`` is ``posting.book``'s: outstanding is the charge of lines without an answer, and what was denied and
    nobody is done with. Replaced and voided claims owe nothing.
    """
    still = pl.col("denied_cents").fill_null(0)
    owing = claims.filter(~pl.col("state").is_in(_CLOSED) & ~pl.col("done")).with_columns(
        unanswered=pl.col("open_cents").fill_null(0),
        denied=still,
        owed=pl.col("open_cents").fill_null(0) + still,
        payer=pl.coalesce("payer", pl.lit("not named")),
    )
    owing = owing.filter(pl.col("owed") > 0)
    rows = [row for base, day in _BASES.items() for row in _by_payer(owing, base, day, as_of)]
    buckets = tuple(
        MoneyColumn(f"days_{name.replace('-', '_').replace(' ', '_')}", name, 12, Kind.CENTS) for name in BUCKETS
    )
    by_payer = Sheet(
        "By payer",
        "Days from",
        (
            MoneyColumn("counted_from", "Counted from", 20),
            MoneyColumn("payer", "Payer", 26),
            MoneyColumn("claims", "Claims", 8, Kind.COUNT),
            *buckets,
            _OPEN,
        ),
        tuple(rows),
        note="Charges of lines without an answer, and charges denied that nobody is done with.",
        grouped=True,
        drawn=Drawn("payer", tuple(column.name for column in buckets)),
    )
    return MoneyReport(
        "Aging",
        as_of,
        (
            ("Outstanding", _total(owing, "owed"), f"{owing.height:,} claims"),
            ("Without an answer", _total(owing, "unanswered"), "charges of lines that no remittance answers"),
            ("Denied", _total(owing, "denied"), "charges denied that nobody is done with"),
        ),
        (by_payer, _claims(owing, as_of)),
    )


def _age(day: str, as_of: date) -> pl.Expr:
    return (pl.lit(as_of) - pl.col(day)).dt.total_days().clip(lower_bound=0)


def _by_payer(owing: pl.DataFrame, base: str, day: str, as_of: date) -> list[tuple[Cell, ...]]:
    place = pl.sum_horizontal((_age(day, as_of) > last).cast(pl.Int64) for last in _LAST)
    aged = owing.with_columns(_bucket=pl.when(pl.col(day).is_null()).then(len(_LAST) + 1).otherwise(place))
    sums = [pl.col("owed").filter(pl.col("_bucket") == number).sum() for number in range(len(BUCKETS))]
    told = aged.group_by("payer").agg(
        claims=pl.len(), **dict(zip(BUCKETS, sums, strict=True)), owed=pl.col("owed").sum()
    )
    ordered = told.sort("owed", "payer", descending=[True, False])
    return [(base, *row) for row in ordered.rows()]


def _claims(owing: pl.DataFrame, as_of: date) -> Sheet:
    listed = owing.select(
        "claim_id", "payer", "state", "first_dos", _age("first_dos", as_of).alias("age"), "sent_on",
        _age("sent_on", as_of).alias("waited"), "unanswered", "denied",
    ).sort("first_dos", "claim_id", nulls_last=True)  # fmt: skip
    columns = (
        MoneyColumn("claim", "Claim", 16),
        MoneyColumn("payer", "Payer", 26),
        MoneyColumn("state", "State", 16),
        MoneyColumn("first_day", "First day of service", 12, Kind.DAY),
        MoneyColumn("days_from_service", "Days", 8, Kind.COUNT),
        MoneyColumn("sent", "Sent", 12, Kind.DAY),
        MoneyColumn("days_from_sent", "Days", 8, Kind.COUNT),
        MoneyColumn("unanswered_dollars", "Without an answer", 14, Kind.CENTS),
        MoneyColumn("denied_dollars", "Denied", 14, Kind.CENTS),
    )
    return Sheet("Claims", "Claims, the oldest service first", columns, tuple(listed.rows()))


def _total(frame: pl.DataFrame, column: str) -> int:
    return int(frame[column].sum() or 0)
