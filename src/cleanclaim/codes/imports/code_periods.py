"""All facts about a code on a day, cut into periods: what the engine joins to a claim line in one step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import polars as pl
import polars.selectors as cs

from cleanclaim.dated import Periods

VALUES = ("work_rvu", "pe_rvu", "mp_rvu")
FEE_FACTS = ("fee_status", "mult_proc", *VALUES, "national_fee_cents", "fee_age")
MAXIMUM_TABLES = ("practitioner", "hospital", "medicaid")
# Facts of the catalogue that no rule reads.
_NOT_READ = ["therapy_list", "therapy_list_standing", "disciplines", "dates_standing", "note"]
_MAXIMUM_SPANS = {
    "code": pl.String,
    "units": pl.Int64,
    "mai": pl.Int64,
    "first_day": pl.Date,
    "last_day": pl.Date,
    "age": pl.String,
}


def build(catalogue: pl.DataFrame, others: pl.Series, fees: pl.DataFrame, maximums: pl.DataFrame) -> pl.DataFrame:
    """Return one row per code and period, keyed (code, period), with the period's ``first_day``.

    ``catalogue`` is the therapy catalogue, ``others`` further codes, ``fees`` the fee facts by code and span of days,
    ``maximums`` one row per table, release and code (:func:`maximum_spans`).
    """
    codes = _codes(catalogue, others)
    limits = {}
    for table in MAXIMUM_TABLES:
        named = {"units": f"mue_units_{table}", "mai": f"mue_mai_{table}", "age": f"mue_age_{table}"}
        limits[table] = joined_spans(maximum_spans(maximums.filter(pl.col("table") == table)).rename(named))
    fee = joined_spans(fees)
    dates = codes.select(first_day="code_first_day", last_day="code_last_day")
    periods = Periods.of_spans(dates, fee, *limits.values())
    starts = pl.DataFrame({"period": range(len(periods.starts)), "first_day": periods.starts})
    table_ = codes.join(starts.with_columns(pl.col("period").cast(pl.UInt32)), how="cross")
    for facts in (fee, *limits.values()):
        placed = periods.spread(facts).drop("first_day", "last_day")
        height = table_.height
        table_ = table_.join(placed, on=["code", "period"], how="left", coalesce=True)
        assert table_.height == height, "spans of one code overlap"
    return _valid(table_).sort("code", "period")


def maximum_spans(table: pl.DataFrame) -> pl.DataFrame:
    """Return one row per code and span of days: the maximum of the latest release, else the earliest one, with its age.

    ``age`` is null on the days of the release's own quarter, and where the release has no maximum for the code.
    """
    rows: list[dict[str, object]] = []
    for (code,), releases in table.sort("first_day").group_by("code", maintain_order=True):
        found = releases.to_dicts()
        next_days = [r["first_day"] for r in found[1:]] + [None]
        for place, (release, next_day) in enumerate(zip(found, next_days, strict=True)):
            fact = {"code": code, "units": release["units"], "mai": release["mai"]}
            age = f"table of {release['first_day']}" if release["units"] is not None else None
            if place == 0:
                before = release["first_day"] - timedelta(days=1)
                rows.append(fact | {"first_day": None, "last_day": before, "age": age})
            rows.append(fact | {"first_day": release["first_day"], "last_day": release["last_day"], "age": None})
            gap = release["last_day"] + timedelta(days=1)
            if next_day is None or gap < next_day:
                end = None if next_day is None else next_day - timedelta(days=1)
                rows.append(fact | {"first_day": gap, "last_day": end, "age": age})
    return pl.DataFrame(rows, schema=_MAXIMUM_SPANS)


def joined_spans(spans: pl.DataFrame) -> pl.DataFrame:
    """Return the spans with neighbors joined where they state the same facts, so that no period begins for nothing."""
    facts = [name for name in spans.columns if name not in ("first_day", "last_day")]
    ordered = spans.sort("code", "first_day", nulls_last=False)
    gap = pl.col("first_day") != pl.col("last_day").shift().dt.offset_by("1d")
    changed = pl.struct(facts) != pl.struct(facts).shift()
    run = (changed.fill_null(True) | gap.fill_null(True)).cum_sum().alias("_run")
    joined = ordered.with_columns(run).group_by("_run", maintain_order=True)
    ends = pl.col("first_day").first(), pl.col("last_day").last()
    return joined.agg(pl.col(facts).first(), *ends).drop("_run")


def with_addons(catalogue: pl.DataFrame, edits: Mapping[str, str]) -> pl.DataFrame:
    """Return the catalogue with the base codes that add-on edits state for its codes, beside those it has.

    A code that had no base becomes an add-on of the first one.
    """
    if not edits:
        return catalogue
    stated = pl.DataFrame({"code": list(edits), "_stated": list(edits.values())})
    both = pl.concat_str("base_codes", "_stated", separator=" ", ignore_nulls=True)
    return (
        catalogue.join(stated, on="code", how="left", maintain_order="left")
        .with_columns(
            base_codes=pl.when(pl.col("_stated").is_not_null())
            .then(both.str.split(" ").list.unique(maintain_order=True).list.join(" "))
            .otherwise("base_codes")
        )
        .with_columns(
            is_addon=pl.col("base_codes").is_not_null(),
            family=pl.when("is_addon").then("family").otherwise(pl.col("base_codes").str.split(" ").list.first())
            .fill_null(pl.col("code")),
        )
        .with_columns(
            pooled=(pl.col("timed") & (pl.col("minutes_per_unit") == 15).fill_null(False)).all().over("family")
        )
        .drop("_stated")
    )  # fmt: skip


def _codes(catalogue: pl.DataFrame, others: pl.Series) -> pl.DataFrame:
    dated = catalogue.rename({"first_day": "code_first_day", "last_day": "code_last_day"})
    inside = dated.drop(_NOT_READ).with_columns(known_code=pl.lit(True))
    listed = others.unique().alias("code").to_frame()
    outside = listed.join(inside, on="code", how="anti").with_columns(family=pl.col("code"))
    # Outside the catalogue no rule on time, add-ons or evaluations is meant: false, not unknown.
    return pl.concat([inside, outside], how="diagonal").with_columns(
        pl.when(pl.col("known_code").is_null()).then(False).otherwise(cs.boolean()).name.keep()
    )


def _valid(table: pl.DataFrame) -> pl.DataFrame:
    """Add whether the code is valid: by its dates in the catalogue, else true while a table of that day lists it."""
    start = pl.col("first_day")
    begun = pl.col("code_first_day").is_null() | (pl.col("code_first_day") <= start)
    not_ended = pl.col("code_last_day").is_null() | (start <= pl.col("code_last_day"))
    listed = pl.any_horizontal(
        *(pl.col(f"mue_units_{t}").is_not_null() & pl.col(f"mue_age_{t}").is_null() for t in MAXIMUM_TABLES),
        pl.col("fee_status").is_not_null() & pl.col("fee_age").is_null(),
    )
    valid = pl.when("known_code").then(begun & not_ended).when(listed).then(pl.lit(True))
    return table.with_columns(code_valid=valid)
