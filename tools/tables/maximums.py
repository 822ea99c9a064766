"""Unit maximums: every release in hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from cleanclaim.codes.imports.release import quarter_end
from tables.read import text_csv

RELEASES = (
    ("practitioner", "mue_practitioner_2024q3.csv", date(2024, 7, 1)),
    ("practitioner", "mue_practitioner_2026q2.csv", date(2026, 4, 1)),
    ("practitioner", "mue_practitioner_2026q3_subset.csv", date(2026, 7, 1)),
    ("practitioner", "mue_practitioner_2026q4_subset.csv", date(2026, 10, 1)),
    ("hospital", "mue_outpatient_2024q3.csv", date(2024, 7, 1)),
    ("hospital", "mue_outpatient_2026q4.csv", date(2026, 10, 1)),
    ("medicaid", "mue_medicaid_practitioner_2026q1.csv", date(2026, 1, 1)),
)


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
