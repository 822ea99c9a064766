"""All facts about a code on a day, cut into periods: what the engine joins to a claim line in one step."""

from __future__ import annotations

import polars as pl
import polars.selectors as cs

from cleanclaim.dated import Periods
from tables import fees, maximums

# Facts of the catalogue that no rule reads.
NOT_READ = ["therapy_list", "therapy_list_standing", "disciplines", "dates_standing", "note"]


def build(built: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return ``code_periods``: one row per code and period, from the catalogue, the maximums and the fee schedule."""
    codes = _codes(built)
    fee = fees.spans(built["fee_schedule"])
    limits = {
        table: maximums.spans(built["unit_maximums"].filter(pl.col("table") == table)).rename(
            {"units": f"mue_units_{table}", "mai": f"mue_mai_{table}", "age": f"mue_age_{table}"}
        )
        for table in ("practitioner", "hospital", "medicaid")
    }
    fee, limits = _merged(fee), {name: _merged(spans) for name, spans in limits.items()}
    dates = codes.select(first_day="code_first_day", last_day="code_last_day")
    periods = Periods.of_spans(dates, fee, *limits.values())
    starts = pl.DataFrame({"period": range(len(periods.starts)), "first_day": periods.starts})
    table = codes.join(starts.with_columns(pl.col("period").cast(pl.UInt32)), how="cross")
    for facts in (fee, *limits.values()):
        placed = periods.spread(facts).drop("first_day", "last_day")
        height = table.height
        table = table.join(placed, on=["code", "period"], how="left", coalesce=True)
        assert table.height == height, "spans of one code overlap"
    return {"code_periods": _valid(table).sort("code", "period")}


def _merged(spans: pl.DataFrame) -> pl.DataFrame:
    """Return the spans with neighbors joined where they state the same facts, so that no period begins for nothing."""
    facts = [name for name in spans.columns if name not in ("first_day", "last_day")]
    ordered = spans.sort("code", "first_day", nulls_last=False)
    gap = pl.col("first_day") != pl.col("last_day").shift().dt.offset_by("1d")
    changed = pl.struct(facts) != pl.struct(facts).shift()
    run = (changed.fill_null(True) | gap.fill_null(True)).cum_sum().alias("_run")
    joined = ordered.with_columns(run).group_by("_run", maintain_order=True)
    ends = pl.col("first_day").first(), pl.col("last_day").last()
    return joined.agg(pl.col(facts).first(), *ends).drop("_run")


def _codes(built: dict[str, pl.DataFrame]) -> pl.DataFrame:
    listed = pl.concat([built["unit_maximums"]["code"], built["fee_schedule"]["code"]]).unique()
    catalogue = built["therapy_codes"].rename({"first_day": "code_first_day", "last_day": "code_last_day"})
    inside = catalogue.drop(NOT_READ).with_columns(known_code=pl.lit(True))
    outside = pl.DataFrame({"code": listed}).join(inside, on="code", how="anti").with_columns(family=pl.col("code"))
    # Outside the catalogue no rule on time, add-ons or evaluations is meant: false, not unknown.
    return pl.concat([inside, outside], how="diagonal").with_columns(
        pl.when(pl.col("known_code").is_null()).then(False).otherwise(cs.boolean()).name.keep()
    )


def _valid(table: pl.DataFrame) -> pl.DataFrame:
    """Add whether the code is valid: by its dates in the catalogue, else true while a table of that day lists it."""
    start = pl.col("first_day")
    begun = pl.col("code_first_day").is_null() | (pl.col("code_first_day") <= start)
    not_ended = pl.col("code_last_day").is_null() | (start <= pl.col("code_last_day"))
    ages = ("practitioner", "hospital", "medicaid")
    listed = pl.any_horizontal(
        *(pl.col(f"mue_units_{t}").is_not_null() & pl.col(f"mue_age_{t}").is_null() for t in ages),
        pl.col("fee_status").is_not_null() & pl.col("fee_age").is_null(),
    )
    valid = pl.when("known_code").then(begun & not_ended).when(listed).then(pl.lit(True))
    return table.with_columns(code_valid=valid)
