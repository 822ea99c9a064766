"""What comes due: certifications, recertifications, progress reports and authorizations, before they are missed.

Dates are counted as the rules count them (:mod:`cleanclaim.rules.plan_of_care`, :mod:`cleanclaim.rules.progress`). A
progress report has no date of its own but a number of treatment days that are left, so has the last authorized visit.
A discharged plan and one that another has taken over ask for nothing more.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from cleanclaim.engine.episodes import Episodes

DUE = pl.Schema(
    {
        "due": pl.Date(),
        "left": pl.Int64(),
        "kind": pl.String(),
        "overdue": pl.Boolean(),
        "id": pl.String(),
        "who": pl.String(),
        "what": pl.String(),
        "pack": pl.String(),
        "discipline": pl.String(),
        "file_id": pl.Int64(),
        "line": pl.Int64(),
    }
)
"""A task: the day or the treatment days or visits left (0: with the next one, less: missed), what, whose and where."""
_RECENT = timedelta(days=90)
"""How long ago a patient was treated last, or a span ended, that is taken for over and done with after it."""
KINDS = ("certification", "recertification", "progress report", "authorization")


def due(found: Episodes, as_of: date, *, within_days: int, visits: int) -> pl.DataFrame:
    """Return what is due within so many days of ``as_of``, or with so many treatment days or visits, as DUE.

    What is overdue comes first, then by date, then what hangs on the number of visits.
    """
    until = as_of + timedelta(days=within_days)
    parts = [
        _certifications(found, as_of, until),
        _recertifications(found, as_of, until),
        _reports(found, as_of, visits),
    ]
    if found.authorizations is not None:
        parts.append(_authorizations(found.authorizations, as_of, until, visits))
    tasks = pl.concat([pl.DataFrame(schema=DUE), *(part.select(_column(part, name) for name in DUE) for part in parts)])
    return sorted_tasks(tasks)


def sorted_tasks(tasks: pl.DataFrame) -> pl.DataFrame:
    """Return tasks in the order in which they press: overdue ones first, then by date, then by visits left."""
    return tasks.sort(~pl.col("overdue"), "due", "left", "kind", "id", nulls_last=True)


def _column(part: pl.DataFrame, name: str) -> pl.Expr:
    return (pl.col(name) if name in part.columns else pl.lit(None)).cast(DUE[name]).alias(name)


def _open(found: Episodes) -> pl.DataFrame:
    """The plans with their places, without those discharged."""
    places = pl.DataFrame(schema={"row": pl.Int64}) if found.anchors is None else found.anchors
    placed = found.plan.join(places.select("row", "file_id", line="source_line"), on="row", how="left")
    return placed.filter(~pl.col("is_discharged")).rename({"episode_id": "id"})


def _certifications(found: Episodes, as_of: date, until: date) -> pl.DataFrame:
    wanted = pl.col("plan_signature_required") & ~pl.col("signed") & ~pl.col("order_stands").fill_null(False)
    first = pl.when("initial").then(pl.lit("certification")).otherwise(pl.lit("recertification"))
    return (
        _open(found)
        .filter(wanted & (pl.col("certification_due") <= until))
        .with_columns(
            due="certification_due",
            overdue=pl.col("certification_due") < as_of,
            kind=first,
            who=pl.lit("therapist"),
            what=pl.concat_str(pl.lit("signature on the plan of care; "), "order_text"),
        )
    )


def _recertifications(found: Episodes, as_of: date, until: date) -> pl.DataFrame:
    """Plans that nothing continues yet and whose certified span ends, or has ended of late."""
    return (
        _open(found)
        .filter(
            pl.col("plan_signature_required")
            & ~pl.col("continued")
            & pl.col("certified_through").is_between(as_of - _RECENT, until)
        )
        .with_columns(
            due="certified_through",
            overdue=pl.col("certified_through") < as_of,
            kind=pl.lit("recertification"),
            who=pl.lit("therapist"),
            what=pl.lit("a certified plan that continues this one, or the discharge"),
        )
    )


def _reports(found: Episodes, as_of: date, visits: int) -> pl.DataFrame:
    """Plans whose last treatment day stands near the end of a reporting period, or past it."""
    last = (
        found.day.filter(pl.col("episode_id").is_not_null() & pl.col("report_days").is_not_null())
        .sort("dos")
        .group_by("episode_id")
        .agg(pl.col("dos", "report_days", "report_due_days", "reported").last())
        .rename({"dos": "last_treated"})
    )
    left = pl.col("report_due_days") - pl.when("reported").then(0).otherwise("report_days")
    return (
        _open(found)
        .filter(~pl.col("continued"))
        .join(last, left_on="id", right_on="episode_id")
        .with_columns(left=left)
        .filter((pl.col("left") <= visits) & (pl.col("last_treated") >= as_of - _RECENT))
        .with_columns(
            overdue=pl.col("left") < 0,
            kind=pl.lit("progress report"),
            who=pl.lit("therapist"),
            what=pl.format("progress report by the clinician; last treated {}", "last_treated"),
        )
    )


def _authorizations(left: pl.DataFrame, as_of: date, until: date, visits: int) -> pl.DataFrame:
    """Authorizations that end, or of which few visits or units are left; the nearer of the two is told."""
    few = (pl.col("visits_left") <= visits).fill_null(False)
    ends = (pl.col("last_day") <= until).fill_null(False)
    spent = (pl.col("units_left") <= 0).fill_null(False)
    # one that ended a while ago, or was replaced by the next, is history
    current = (pl.col("last_day") >= as_of - _RECENT).fill_null(True) & ~pl.col("followed")
    words = pl.concat_str(
        [
            pl.lit("ask for the next authorization"),
            pl.when(pl.col("visits").is_not_null()).then(pl.format("{} of {} visits left", "visits_left", "visits")),
            pl.when(pl.col("units_allowed").is_not_null()).then(
                pl.format("{} of {} units left", pl.col("units_left").cast(pl.Int64), "units_allowed")
            ),
        ],
        separator="; ",
        ignore_nulls=True,
    )
    return left.filter((few | ends | spent) & current).with_columns(
        due="last_day",
        left="visits_left",
        overdue=(pl.col("last_day") < as_of).fill_null(False) | (pl.col("visits_left") < 0).fill_null(False),
        kind=pl.lit("authorization"),
        who=pl.lit("front desk"),
        what=words,
        id="authorization_id",
        line="source_line",
    )
