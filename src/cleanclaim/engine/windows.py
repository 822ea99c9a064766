"""What a line shares with the other lines of its visit and day: sums, firsts, splits, running totals, duplicates."""

from __future__ import annotations

import polars as pl

from cleanclaim.rules.rule import known_sum


def with_day_totals(lines: pl.DataFrame) -> pl.DataFrame:
    """Add the units of each code on the day, and which line of the code comes first."""
    key = ["day_key", "code"]
    totals = lines.group_by(key).agg(day_units=known_sum(pl.col("units")), _first=pl.col("row").min())
    return (
        lines.join(totals, on=key, how="left", maintain_order="left", validate="m:1")
        .with_columns(first_of_day=pl.col("row") == pl.col("_first"))
        .drop("_first")
    )


def with_splits(lines: pl.DataFrame) -> pl.DataFrame:
    """Add how many lines a code takes in its visit, those of assistant and therapist counted apart."""
    key = ["visit_key", "code", "assistant_modifier"]
    totals = lines.group_by(key).agg(split_lines=pl.len().cast(pl.Int64), _first=pl.col("row").min())
    return (
        lines.join(totals, on=key, how="left", maintain_order="left", validate="m:1")
        .with_columns(first_of_split=pl.col("row") == pl.col("_first"))
        .drop("_first")
    )


def with_allocation(lines: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame:
    """Add, per visit and code, the units that the minutes earn beside the units billed."""
    key = ["visit_key", "code"]
    billed = lines.group_by(key).agg(
        code_units_billed=known_sum(pl.col("units")),
        assistant_units_billed=known_sum(pl.when("assistant_modifier").then("units").otherwise(0.0)),
        _first=pl.col("row").min(),
    )
    earned = codes.select(
        *key,
        "code_minutes",
        "code_units_expected",
        "code_units_low",
        "code_units_high",
        "assistant_minutes",
        "assistant_units_expected",
        "assistant_only",
    )
    return (
        lines.join(billed, on=key, how="left", maintain_order="left", validate="m:1")
        .join(earned, on=key, how="left", maintain_order="left", validate="m:1")
        .with_columns(first_of_code=pl.col("row") == pl.col("_first"))
        .drop("_first")
    )


def with_base_present(lines: pl.DataFrame) -> pl.DataFrame:
    """Add whether an add-on code's base is billed the same day (by the same billing provider)."""
    addons = lines.filter(pl.col("is_addon")).select("row", "day_key", base=pl.col("base_codes").str.split(" "))
    if addons.is_empty():
        return lines.with_columns(base_present=pl.lit(None, dtype=pl.Boolean))
    present = lines.select("day_key", "code").unique()
    based = (
        addons.explode("base")
        .join(present.with_columns(_billed=pl.lit(True)), left_on=["day_key", "base"], right_on=["day_key", "code"], how="left")
        .group_by("row")
        .agg(base_present=pl.col("_billed").fill_null(False).any())
    )
    return lines.join(based, on="row", how="left", maintain_order="left", validate="1:1")


def with_running_allowed(lines: pl.DataFrame) -> pl.DataFrame:
    """Add the year's allowed amount in the line's bucket up to and with this line, and the most it could be.

    PT and SLP share a bucket, OT has its own (42 USC 1395l(g)); the amounts after the multiple-procedure reduction
    count. Null where the year to date or an earlier line's amount is not known.
    """
    bucket = pl.when(pl.col("discipline") == "GO").then(pl.lit("OT")).otherwise(pl.lit("PT+SLP"))
    amount = pl.coalesce("allowed_given_cents", "allowed_cents")
    most = pl.coalesce("allowed_given_cents", "upper_cents")
    group = ["person_day_key", "_bucket"]

    def running(cents: str) -> pl.Expr:
        known = pl.col(cents).is_null().cum_sum().over(group) == 0
        return pl.when(known).then(pl.col("ytd_cents") + pl.col(cents).cum_sum().over(group))

    ordered = lines.sort("person_day_key", "row") if not lines["ytd_cents"].is_null().all() else lines
    if ordered["ytd_cents"].is_null().all():
        nothing = pl.lit(None, dtype=pl.Int64)
        return lines.with_columns(running_allowed_cents=nothing, running_upper_cents=nothing)
    return (
        ordered.with_columns(_bucket=bucket, _amount=amount, _most=most)
        .with_columns(running_allowed_cents=running("_amount"), running_upper_cents=running("_most"))
        .drop("_bucket", "_amount", "_most")
    )


def with_duplicates(lines: pl.DataFrame) -> pl.DataFrame:
    """Add the row of an earlier line that is the same service: on another claim, or twice on one claim.

    The same: patient, date, billing provider, payer level, code, modifiers and units. Two lines of a timed or untimed
    code on one claim are a split or a repeat, which have rules of their own.
    """
    same = ["_patient", "dos", "sequence", "billing_npi", "code", "modifiers_text", "units"]
    first = (
        lines.filter(pl.col("claim_key").is_not_null())
        .group_by(same)
        .agg(_count=pl.len(), _row=pl.col("row").min(), _claim=pl.col("claim_key").min())
        .filter(pl.col("_count") > 1)
        .drop("_count")
    )
    elsewhere = pl.col("_claim") != pl.col("claim_key")
    twice = (pl.col("_row") != pl.col("row")) & ~pl.col("timed") & ~pl.col("untimed")
    return (
        lines.join(first, on=same, how="left", nulls_equal=True, maintain_order="left", validate="m:1")
        .with_columns(duplicate_of=pl.when(elsewhere | twice).then("_row"))
        .drop("_row", "_claim")
    )
