"""Progress reports: how many treatment days have passed since the last one, and who treated in each period.

A report is written at least once in every ten treatment days, by the clinician: what an assistant writes is no complete
report. A period ends with the last treatment day up to the report, or with the tenth; the next treatment day begins the
next one. In each period the clinician takes active part in a service (Medicare Benefit Policy Manual, ch. 15, sec.
220.3.D). A report dated after the tenth treatment day is in time as long as no further treatment came before it.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.engine.beside import beside

_ASSISTANTS = ("PTA", "OTA", "student", "aide")
_CLINICIAN = ~pl.col("by").is_in(_ASSISTANTS)
_NONE = (
    pl.lit(None, dtype=pl.Boolean).alias("reported"),
    pl.lit(None, dtype=pl.Int64).alias("report_days"),
    pl.lit(None, dtype=pl.Boolean).alias("report_overdue"),
    pl.lit(None, dtype=pl.Date).alias("assistant_report"),
    pl.lit(None, dtype=pl.Boolean).alias("period_ends"),
    pl.lit(None, dtype=pl.Boolean).alias("clinician_took_part"),
)


def with_progress(days: pl.DataFrame, reports: pl.DataFrame | None) -> pl.DataFrame:
    """Add what TREATMENT_DAY says of progress reports; null where no reports are given, or no plan covers the day.

    ``days`` have ``chain``, the number of the plans that continue each other; ``reports`` have it too.
    """
    if reports is None:
        return days.with_columns(_NONE)
    placed = days.filter(pl.col("chain").is_not_null()).sort("chain", "dos", "row")
    if placed.is_empty():
        return days.with_columns(_NONE)
    counted = placed.with_columns(_place=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("chain"))
    written = reports.sort("chain", "written").select("chain", "written", "by", "took_part")
    certain = _since(counted, written.filter(_CLINICIAN))
    possible = _since(counted, written.filter(_CLINICIAN.fill_null(True)))
    by_assistant = written.filter(~_CLINICIAN).select("chain", pl.col("written").alias("assistant_report"), "written")
    known = counted.with_columns(report_days=certain["_since"], _last=certain["_last"])
    known = known.join_asof(by_assistant, left_on="dos", right_on="written", by="chain", check_sortedness=False)
    overdue = _first_after("report_days")
    agreed = pl.col("report_days") == possible["_since"]
    known = known.with_columns(
        report_overdue=pl.when(agreed | (~overdue & ~_after(possible["_since"]))).then(overdue),
        assistant_report=pl.when((pl.col("assistant_report") > pl.col("_last")).fill_null(True)).then(
            "assistant_report"
        ),
    )
    told = _with_periods(known, written.filter(_CLINICIAN.fill_null(True)))
    return beside(days, told[:, ["row", *(each.meta.output_name() for each in _NONE)]], ["row"])


def _since(days: pl.DataFrame, written: pl.DataFrame) -> pl.DataFrame:
    """Return per day ``_since``, the treatment days after the last report before it, this one counted; and ``_last``.

    A report covers the treatment days up to the day it was written.
    """
    covers = written.join_asof(
        days.select("chain", "dos", _covered="_place"),
        left_on="written",
        right_on="dos",
        by="chain",
        check_sortedness=False,
    )
    return days.join_asof(
        covers.select("chain", "written", "_covered", _last="written"),
        left_on="dos",
        right_on="written",
        by="chain",
        allow_exact_matches=False,
        check_sortedness=False,
    ).select((pl.col("_place") - pl.col("_covered").fill_null(0)).alias("_since"), "_last")


def _first_after(column: str) -> pl.Expr:
    return _after(pl.col(column))


def _after(since: pl.Expr | pl.Series) -> pl.Expr:
    """True on the first day after each whole period without a report."""
    count = since if isinstance(since, pl.Expr) else pl.lit(since)
    return (count > pl.col("report_due_days")) & ((count - 1) % pl.col("report_due_days") == 0)


def _with_periods(days: pl.DataFrame, written: pl.DataFrame) -> pl.DataFrame:
    """Add where a reporting period ends, and whether the clinician took part in it."""
    took_part = (
        written.join_asof(
            days.select("chain", "dos", on="dos"),
            left_on="written",
            right_on="dos",
            by="chain",
            check_sortedness=False,
        )
        .group_by("chain", dos="on")
        .agg(_reported=pl.lit(True), _part=pl.col("took_part").any())
    )
    of_day = beside(days, took_part.filter(pl.col("dos").is_not_null()), ["chain", "dos"])
    length = pl.col("report_due_days")
    ends = pl.col("_reported").fill_null(False) | (pl.col("report_days") % length == 0)
    period = [pl.col("chain"), pl.col("_last"), (pl.col("report_days") - 1) // length]
    clinician = pl.col("by_clinician") | pl.col("_part").fill_null(False)
    part = pl.when(clinician.any().over(period)).then(True).when(clinician.null_count().over(period) == 0).then(False)
    return of_day.with_columns(
        reported=pl.col("_reported").fill_null(False), period_ends=ends, clinician_took_part=part
    )
