"""NCCI procedure pairs: the complete tables of one quarter, dated and compared with what is in hand of a later one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from cleanclaim.codes.imports.release import quarter_end
from tables.read import authored, text_csv

PAIR = ["column_one", "column_two"]
COMPLETE, LATER = date(2024, 7, 1), date(2026, 10, 1)
VOID = 9
# Rows that ended with 2019 (or were voided on 2020-01-01) came back on 2020-10-01: CMS announced it in September
# 2020, and so it is in each of the 90 rows whose start a later table gives. Until then the pair may have been free.
ENDED, BACK = date(2019, 12, 31), date(2020, 10, 1)
FILES = {
    "practitioner": ("ptp_practitioner_2024q3.csv", "ptp_practitioner_2026q4_subset.csv"),
    "hospital": ("ptp_outpatient_2024q3.csv", "ptp_outpatient_2026q4_partial.csv"),
}
COLUMNS = {
    "column1": "column_one",
    "column2": "column_two",
    "effective": "effective",
    "deleted": "deleted",
    "modifier_indicator": "indicator",
}


def build(folder: Path) -> dict[str, pl.DataFrame]:
    """Return ``ncci_pairs``, ``ncci_coverage`` (one row per table) and ``ncci_family`` (codes taken in full)."""
    tables, coverage = [], []
    for name, (complete, later) in FILES.items():
        merged, compared = _merge(_read(folder / complete), _read(folder / later))
        tables.append(_dated(merged).select(pl.lit(name).alias("table"), pl.all()))
        coverage.append({"table": name, "release": COMPLETE, "complete_through": quarter_end(COMPLETE)} | compared)
    pairs = pl.concat(tables)
    codes = pl.concat([pairs["column_one"], pairs["column_two"]]).unique().sort()
    return {
        "ncci_pairs": pairs.with_columns(
            pl.col("table").cast(pl.Enum(list(FILES))),
            pl.col(PAIR).cast(pl.Enum(codes)),
        ).sort("table", *PAIR, "deleted", nulls_last=True),
        "ncci_coverage": pl.DataFrame(coverage),
        "ncci_family": _family(folder, pairs),
    }


def _read(path: Path) -> pl.DataFrame:
    day = pl.col("effective", "deleted").str.to_date("%Y%m%d")
    return (
        text_csv(path)
        .select(pl.col(old).alias(new) for old, new in COLUMNS.items())
        .with_columns(day, pl.col("indicator").cast(pl.Int8))
    )


def _merge(complete: pl.DataFrame, later: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, object]]:
    """Return the rows of both releases, and how far the later one bears the complete one out."""
    key = [*PAIR, "deleted", "indicator"]
    starts = later.select(*key, "effective", listed_later=pl.lit(True))
    merged = complete.drop("effective").join(starts, on=key, how="left", nulls_equal=True)
    added = later.join(complete, on=PAIR, how="anti")
    counts = {
        "compared_release": LATER,
        "rows_compared": later.height - added.height,
        "rows_agreeing": merged["listed_later"].count(),
        "rows_added": added.height,
    }
    rows = pl.concat(
        [
            merged.with_columns(release=pl.lit(COMPLETE)),
            added.with_columns(release=pl.lit(LATER), listed_later=pl.lit(True)),
        ],
        how="diagonal",
    )
    return rows, counts


def _dated(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with the earliest day each can start, and the first day it is known to be in force.

    Rows of one pair, in either direction, follow each other: none begins before the one before it has ended.
    """
    pair = (pl.min_horizontal(PAIR), pl.max_horizontal(PAIR))
    ordered = rows.sort(*pair, "deleted", nulls_last=True)
    before, voided = (
        pl.col("deleted").shift().over(*pair),
        (pl.col("indicator") == VOID).shift().over(*pair),
    )
    follows = before.dt.offset_by("1d")
    # a pair that only the later release has was no edit while the complete one was in force
    added = pl.when(pl.col("release") == LATER).then(pl.lit(quarter_end(COMPLETE)).dt.offset_by("1d"))
    starts = pl.coalesce("effective", "_follows", added)
    first_listed = pl.min_horizontal("release", "deleted")
    restarted = pl.col("_follows").is_between(ENDED, BACK, closed="right")
    return (
        ordered.with_columns(_follows=follows, _after_void=voided)
        .with_columns(
            starts=starts,
            known_from=pl.when(pl.col("effective").is_not_null())
            .then("effective")
            .when(restarted)
            .then(pl.min_horizontal(pl.lit(BACK), "deleted"))
            # A row voided on its first day says nothing of when the next one began.
            .when(~pl.col("_after_void"))
            .then("_follows")
            .otherwise(first_listed),
            confirmed_through=pl.when("listed_later")
            .then(pl.lit(quarter_end(LATER)))
            .otherwise(pl.lit(quarter_end(COMPLETE))),
        )
        .select(*PAIR, "effective", "deleted", "indicator", "starts", "known_from", "release", "confirmed_through")
    )


def _family(folder: Path, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the codes for which every row of the national table was taken: listed, never a number range.

    They are the codes of the unit maximum table of that quarter, cut the same way, and the retired therapy codes that
    stand in rows beside codes which are not of that list (so they were taken for their own sake).
    """
    listed = text_csv(folder / "mue_practitioner_2024q3.csv")["code"]
    outside = ~pl.col("column_one").is_in(listed.implode()) & ~pl.col("column_two").is_in(listed.implode())
    own = pairs.filter(outside)
    retired = authored("retired")["code"]
    kept = retired.filter(retired.is_in(own["column_one"].append(own["column_two"]).unique().implode()))
    return pl.DataFrame({"code": pl.concat([listed, kept]).unique().sort()})
