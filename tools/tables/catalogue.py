"""The therapy catalogue: unit kinds, add-on parents, dates, and the disciplines that may bill a code."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tables.read import authored, text_csv

TIMED_KINDS = ("timed", "timed_first", "timed_addon")
PUBLISHED = ("group", "code", "label", "unit_kind", "minutes_per_unit", "therapy_list", "disciplines")


def build(folder: Path) -> dict[str, pl.DataFrame]:
    """Return ``therapy_codes``, one row per code of the catalogue, codes no longer valid included."""
    published = text_csv(folder / "code_catalogue.csv").select(*PUBLISHED, "therapy_list_standing")
    retired = authored("retired").with_columns(therapy_list_standing=pl.lit("U"))
    dates = text_csv(folder / "code_dates.csv").select(
        "code", pl.col("first_day", "last_day").str.to_date(), "replaced_by", dates_standing="standing"
    )
    own = authored("labels").rename({"label": "own_label", "note": "own_note"})
    limited = authored("disciplines").with_columns(pl.col("is_evaluation") == "true")
    listed = pl.concat([published, retired], how="diagonal")
    for facts in (own, dates, limited, _bases(folder)):
        listed = listed.join(facts, on="code", how="left")
    return {"therapy_codes": _facts(listed)}


def _bases(folder: Path) -> pl.DataFrame:
    """One row per add-on code with its base codes, from CMS's add-on list and the project's own additions."""
    listed = text_csv(folder / "aoc_2024.csv").filter(pl.col("aoc_type") == "1")
    pairs = pl.concat([listed.select(base="primary_code", addon="add_on_code"), authored("addons")])
    return (
        pairs.sort("addon", "base")
        .group_by("addon", maintain_order=True)
        .agg(base_codes=pl.col("base").str.join(" "))
        .rename({"addon": "code"})
    )


def _facts(listed: pl.DataFrame) -> pl.DataFrame:
    minutes = pl.col("minutes_per_unit").cast(pl.Int64)
    timed = pl.col("unit_kind").is_in(TIMED_KINDS)
    certain = pl.col("therapy_list_standing") != "U"
    facts = listed.with_columns(
        label=pl.coalesce("own_label", "label"),
        note=pl.coalesce("own_note", "note"),
        minutes_per_unit=minutes,
        timed=timed,
        untimed=pl.col("unit_kind") == "untimed",
        family=pl.col("base_codes").str.split(" ").list.first().fill_null(pl.col("code")),
        is_addon=pl.col("base_codes").is_not_null(),
        is_evaluation=pl.col("is_evaluation").fill_null(False),
        always_therapy=pl.when(certain).then(pl.col("therapy_list") == "A"),
        sometimes_therapy=pl.when(certain).then(pl.col("therapy_list") == "S"),
    )
    # A family enters the pool of 15-minute units as one, and only if each of its units is 15 minutes.
    whole = (pl.col("timed") & (pl.col("minutes_per_unit") == 15).fill_null(False)).all().over("family")
    return facts.with_columns(pooled=whole).drop("own_label", "own_note").sort("code")
