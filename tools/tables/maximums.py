"""Unit maximums: every release in hand, and for each day the value with the age of its table."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl

from tables.read import quarter_end, text_csv

RELEASES = (
    ("practitioner", "mue_practitioner_2024q3.csv", date(2024, 7, 1)),
    ("practitioner", "mue_practitioner_2026q2.csv", date(2026, 4, 1)),
    ("practitioner", "mue_practitioner_2026q3_subset.csv", date(2026, 7, 1)),
    ("practitioner", "mue_practitioner_2026q4_subset.csv", date(2026, 10, 1)),
    ("hospital", "mue_outpatient_2024q3.csv", date(2024, 7, 1)),
    ("hospital", "mue_outpatient_2026q4.csv", date(2026, 10, 1)),
    ("medicaid", "mue_medicaid_practitioner_2026q1.csv", date(2026, 1, 1)),
)
SPANS = {
    "code": pl.String,
    "units": pl.Int64,
    "mai": pl.Int64,
    "first_day": pl.Date,
    "last_day": pl.Date,
    "age": pl.String,
}


def build(folder: Path) -> dict[str, pl.DataFrame]:
    """Return ``unit_maximums``: one row per table, release and code."""
    parts = []
    for table, name, first_day in RELEASES:
        rows = text_csv(folder / name)
        mai = pl.col("mai") if "mai" in rows.columns else pl.lit(None, dtype=pl.String)
        parts.append(_released(rows.select("code", units="mue", mai=mai), table, first_day))
    parts.extend(_outside_the_family(folder, pl.concat(parts)))
    typed = pl.concat(parts).with_columns(pl.col("units", "mai").cast(pl.Int64))
    return {"unit_maximums": typed.sort("table", "code", "first_day")}


def _released(rows: pl.DataFrame, table: str, first_day: date) -> pl.DataFrame:
    return rows.select(
        pl.lit(table).alias("table"),
        "code",
        "units",
        "mai",
        pl.lit(first_day).alias("first_day"),
        pl.lit(quarter_end(first_day)).alias("last_day"),
    )


def _outside_the_family(folder: Path, listed: pl.DataFrame) -> list[pl.DataFrame]:
    """The catalogue's codes that the extracts were not cut for: their maximums of the same 2024 tables."""
    catalogue = text_csv(folder / "code_catalogue.csv").filter(pl.col("mpfs_status_2024").is_not_null())
    first_day = date(2024, 7, 1)
    return [
        _released(
            catalogue.join(listed.filter(pl.col("table") == table), on="code", how="anti").select(
                "code", units=f"mue_{table}", mai=f"mai_{table}"
            ),
            table,
            first_day,
        )
        for table in ("practitioner", "hospital")
    ]


def spans(table: pl.DataFrame) -> pl.DataFrame:
    """Return one row per code and span of days: the maximum of the latest release, else the earliest one, with its age.

    ``age`` is null on the days of the release's own quarter.
    """
    rows: list[dict[str, object]] = []
    for (code,), releases in table.sort("first_day").group_by("code", maintain_order=True):
        found = releases.to_dicts()
        next_days = [r["first_day"] for r in found[1:]] + [None]
        for place, (release, next_day) in enumerate(zip(found, next_days, strict=True)):
            fact = {"code": code, "units": release["units"], "mai": release["mai"]}
            age = f"table of {release['first_day']}"
            if place == 0:
                before = release["first_day"] - timedelta(days=1)
                rows.append(fact | {"first_day": None, "last_day": before, "age": age})
            rows.append(fact | {"first_day": release["first_day"], "last_day": release["last_day"], "age": None})
            gap = release["last_day"] + timedelta(days=1)
            if next_day is None or gap < next_day:
                end = None if next_day is None else next_day - timedelta(days=1)
                rows.append(fact | {"first_day": gap, "last_day": end, "age": age})
    return pl.DataFrame(rows, schema=SPANS)
