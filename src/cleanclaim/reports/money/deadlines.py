"""Money at risk by deadline: claims that a payer has not taken in, and decisions to correct or appeal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from cleanclaim.codes.payers import Pack
from cleanclaim.remit.limits import limits
from cleanclaim.reports.money.sheets import Drawn, Kind, MoneyColumn, MoneyReport, Sheet

WINDOWS = ("passed", "within 7 days", "8-30 days", "31-60 days", "61-90 days", "later", "not known")
_LAST = (-1, 7, 30, 60, 90)
_NOT_TAKEN_IN = ("sent", "received", "rejected")
_TO_WORK = ("denied", "underpaid")
_LIMITED = ("pack", "claim_form", "dos", "paid_on")
_DATED = {"correct_by": pl.Date(), "file_by": pl.Date(), "appeal_by": pl.Date()}


def deadlines(claims: pl.DataFrame, outcomes: pl.DataFrame, packs: Iterable[Pack], as_of: date) -> MoneyReport:
    """Return what is at stake by the day until which something can be done for it.

    ``claims`` and ``outcomes`` are ``posting.book``'s, ``packs`` the payers' rules. A claim that was not taken in
    is due by the payer's filing limit from its first day of service; a denied or underpaid line by the first of the
    days for correction and appeal that has not passed, else by the last. Null: the payer's limit is not known.
    """
    by_id = {pack.id: pack for pack in packs}
    rows = pl.concat([_claims(claims, by_id, as_of), _lines(claims, outcomes, by_id, as_of)])
    days = (pl.col("by_when") - pl.lit(as_of)).dt.total_days()
    place = pl.sum_horizontal((days > last).cast(pl.Int64) for last in _LAST)
    placed = rows.with_columns(
        days=days, _window=pl.when(pl.col("by_when").is_null()).then(len(_LAST) + 1).otherwise(place)
    ).sort("by_when", "cents", "claim_id", descending=[False, True, False], nulls_last=True)
    sums = placed.group_by("_window").agg(count=pl.len(), cents=pl.col("cents").sum()).sort("_window")
    by_window = [(WINDOWS[window], count, cents) for window, count, cents in sums.rows()]
    soon = placed.filter(pl.col("_window").is_in([1, 2]))
    return MoneyReport(
        "Money at risk by deadline",
        as_of,
        (
            ("At risk", _total(placed), f"{placed.height:,} claims and lines"),
            ("Within 30 days", _total(soon), f"{soon.height:,} claims and lines"),
            ("Passed", _total(placed.filter(pl.col("_window") == 0)), "the last known day is over"),
        ),
        (
            _listed(placed),
            Sheet(
                "By window",
                "By days left",
                (
                    MoneyColumn("window", "Days left", 16),
                    MoneyColumn("count", "Claims and lines", 10, Kind.COUNT),
                    MoneyColumn("at_risk_dollars", "At risk", 14, Kind.CENTS),
                ),
                tuple(by_window),
                drawn=Drawn("window", ("at_risk_dollars",)),
            ),
        ),
    )


_COLUMNS = ("by_when", "what", "claim_id", "line_number", "payer", "dos", "cents", "file_by", "correct_by", "appeal_by")


def _claims(claims: pl.DataFrame, packs: dict[str, Pack], as_of: date) -> pl.DataFrame:
    waiting = claims.filter(pl.col("state").is_in(_NOT_TAKEN_IN) & ~pl.col("done")).with_columns(
        dos="first_dos", line_number=pl.lit(None, dtype=pl.Int64), cents="charge_cents", paid_on=pl.lit(as_of)
    )
    dated = _with_limits(waiting, packs)
    rejected = pl.col("state") == "rejected"
    return dated.with_columns(
        what=pl.when(rejected).then(pl.lit("correct and send again")).otherwise(pl.lit("be taken in by the payer")),
        by_when="file_by",
        correct_by=pl.lit(None, dtype=pl.Date),
        appeal_by=pl.lit(None, dtype=pl.Date),
    ).select(_COLUMNS)


def _lines(claims: pl.DataFrame, outcomes: pl.DataFrame, packs: dict[str, Pack], as_of: date) -> pl.DataFrame:
    level = pl.col("sequence").fill_null("P")
    open_claims = claims.filter(~pl.col("done") & ~pl.col("state").is_in(["replaced", "voided"]))
    lines = (
        outcomes.filter(pl.col("outcome").is_in(_TO_WORK))
        .with_columns(level=level)
        .join(open_claims.select("claim_key", "level", "claim_form"), on=["claim_key", "level"], how="inner")
        .with_columns(cents=pl.when(pl.col("outcome") == "denied").then("denied_cents").otherwise("short_cents"))
    )
    dated = _with_limits(lines, packs)
    ways = ("correct_by", "appeal_by")
    ahead = pl.min_horizontal(pl.when(pl.col(way) >= as_of).then(way) for way in ways)
    denied = pl.col("outcome") == "denied"
    return dated.with_columns(
        what=pl.when(denied).then(pl.lit("correct or appeal a denial")).otherwise(pl.lit("ask for what is short")),
        by_when=pl.coalesce(ahead, pl.max_horizontal(ways)),
        file_by=pl.lit(None, dtype=pl.Date),
    ).select(_COLUMNS)


def _with_limits(rows: pl.DataFrame, packs: dict[str, Pack]) -> pl.DataFrame:
    """Add the limits; each payer, form, day of service and day of decision is looked up once."""
    alike = rows.select(_LIMITED).unique()
    found = [limits(packs.get(pack), form, dos, paid_on) for pack, form, dos, paid_on in alike.rows()]
    told = [(one.correct_by, one.new_claim_by, one.appeal_by) for one in found]
    known = alike.hstack(pl.DataFrame(told, schema=_DATED, orient="row"))
    return rows.join(known, on=list(_LIMITED), how="left", nulls_equal=True, maintain_order="left")


def _listed(placed: pl.DataFrame) -> Sheet:
    columns = (
        MoneyColumn("by_when", "By when", 12, Kind.DAY),
        MoneyColumn("days_left", "Days left", 8, Kind.COUNT),
        MoneyColumn("what", "What must happen", 26),
        MoneyColumn("claim", "Claim", 16),
        MoneyColumn("line", "Line", 6, Kind.COUNT),
        MoneyColumn("payer", "Payer", 26),
        MoneyColumn("dos", "Date of service", 12, Kind.DAY),
        MoneyColumn("at_risk_dollars", "At risk", 14, Kind.CENTS),
        MoneyColumn("file_by", "File by", 12, Kind.DAY),
        MoneyColumn("correct_by", "Correct by", 12, Kind.DAY),
        MoneyColumn("appeal_by", "Appeal by", 12, Kind.DAY),
    )
    rows = placed.select("by_when", "days", *_COLUMNS[1:]).rows()
    return Sheet("Deadlines", "What must happen, the first day first", columns, tuple(rows))


def _total(frame: pl.DataFrame) -> int:
    return int(frame["cents"].sum() or 0)
