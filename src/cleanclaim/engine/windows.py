"""What a line shares with the other lines of its visit and day: sums, firsts, splits, running totals, duplicates."""

from __future__ import annotations

import polars as pl

from cleanclaim.engine.alone import in_groups, repeated
from cleanclaim.engine.beside import beside
from cleanclaim.engine.few import Constants
from cleanclaim.engine.keys import SAME_SERVICE, equals

# a maximum is that of one provider, and two clinicians cannot share a line
_DAY_CODE = ("day_key", "code_key", "rendering_npi")
_ANY = ("day_key", "code_key")
_SPLIT = ("visit_key", "code_key", "assistant_modifier", "rendering_npi")
_VISIT_CODE = ("visit_key", "code")
_OF_CODE = ("visit_key", "code_key")


def _known_sum_over(values: pl.Expr, group: tuple[str, ...]) -> pl.Expr:
    """``known_sum`` as a window; the parts are windows of their own, since a window around them runs group by group."""
    return pl.when(values.count().over(group) == pl.len().over(group)).then(values.sum().over(group))


# a line that repeats another is a fault of its own, and does not make too many units as well
_UNITS_ONCE = pl.when(pl.col("duplicate_of").is_null()).then("units").otherwise(0.0)
_ASSISTANT_UNITS = pl.when("assistant_modifier").then("units").otherwise(0.0)
_TOTALS = {
    "day_units": _known_sum_over(_UNITS_ONCE, _DAY_CODE),
    "first_of_day": pl.col("row") == pl.col("row").min().over(_DAY_CODE),
    "split_lines": pl.len().over(_SPLIT).cast(pl.Int64),
    "first_of_split": pl.col("row") == pl.col("row").min().over(_SPLIT),
    "first_of_code": pl.col("row") == pl.col("row").min().over(_OF_CODE),
    "code_units_billed": _known_sum_over(pl.col("units"), _OF_CODE),
    "assistant_units_billed": _known_sum_over(_ASSISTANT_UNITS, _OF_CODE),
}
_ALONE = {
    "day_units": _UNITS_ONCE,
    "first_of_day": pl.lit(True),
    "split_lines": pl.lit(1, dtype=pl.Int64),
    "first_of_split": pl.lit(True),
    "first_of_code": pl.lit(True),
    "code_units_billed": pl.col("units"),
    "assistant_units_billed": _ASSISTANT_UNITS,
}
_EARNED = [
    *_VISIT_CODE,
    "code_minutes",
    "code_units_expected",
    "code_units_low",
    "code_units_high",
    "assistant_minutes",
    "assistant_units_expected",
    "assistant_only",
]


def with_totals(lines: pl.DataFrame) -> pl.DataFrame:
    """Add what lines of one code share: units of the day and of the visit, how many lines, which comes first.

    ``day_units`` reaches across disciplines, not across rendering providers; ``split_lines`` counts the lines of each
    clinician, and of assistant and therapist, apart.
    """
    return in_groups(lines, repeated(lines, _ANY), _TOTALS, _ALONE)


def with_allocation(lines: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame:
    """Add, per visit and code, the units that the minutes earn."""
    return beside(lines, codes[:, _EARNED], _VISIT_CODE)


def with_base_present(lines: pl.DataFrame) -> pl.DataFrame:
    """Add whether an add-on code's base is billed the same day (by the same billing provider)."""
    if not lines["is_addon"].any():
        return lines
    addons = lines.filter(pl.col("is_addon")).select_seq("row", "day_key", base=pl.col("base_codes").str.split(" "))
    present = lines.select_seq("day_key", "code").unique()
    based = (
        addons.explode("base")
        .join(
            present.with_columns_seq(_billed=pl.lit(True)),
            left_on=["day_key", "base"],
            right_on=["day_key", "code"],
            how="left",
        )
        .group_by("row")
        .agg(base_present=pl.col("_billed").fill_null(False).any())
    )
    return beside(lines, based, ["row"])


def with_running_allowed(lines: pl.DataFrame) -> pl.DataFrame:
    """Add the year's allowed amount in the line's bucket up to and with this line, and the most it could be.

    PT and SLP share a bucket, OT has its own (42 USC 1395l(g)); the amounts after the multiple-procedure reduction
    count. Null where the year to date or an earlier line's amount is not known.
    """
    bucket = pl.when(pl.col("discipline") == "GO").then(pl.lit("OT")).otherwise(pl.lit("PT+SLP"))
    amount = pl.coalesce("allowed_given_cents", "allowed_cents")
    # the lesser of charge and fee is allowed (42 USC 1395m(k)(1)(B)), so either bounds the amount where one is known
    most = pl.coalesce("allowed_given_cents", pl.min_horizontal("upper_cents", "charge_cents"))
    group = ["person_day_key", "_bucket"]

    def running(cents: str) -> pl.Expr:
        known = pl.col(cents).is_null().cum_sum().over(group) == 0
        return pl.when(known).then(pl.col("ytd_cents") + pl.col(cents).cum_sum().over(group))

    if lines["ytd_cents"].null_count() == lines.height:
        return lines
    return (
        lines.sort("person_day_key", "row")
        .with_columns_seq(_bucket=bucket, _amount=amount, _most=most)
        .with_columns_seq(running_allowed_cents=running("_amount"), running_upper_cents=running("_most"))
        .drop("_bucket", "_amount", "_most")
    )


_FIRST_ROW = pl.when(pl.col("claim_key").is_not_null()).then("row").min().over(SAME_SERVICE)
_FIRST_CLAIM = pl.col("claim_key").min().over(SAME_SERVICE)
_ELSEWHERE = pl.col("claim_key") != _FIRST_CLAIM
# two lines of a timed code are a split, two of a code with a maximum of one are one too many: they have their own rules
_OWN_RULE = pl.col("timed") | (pl.col("untimed") & (pl.col("mue_units") == 1).fill_null(False))
_TWICE = (pl.col("row") != _FIRST_ROW) & ~_OWN_RULE


def with_duplicates(lines: pl.DataFrame) -> pl.DataFrame:
    """Add the row of an earlier line that is the same service: on another claim, or twice on one claim.

    The same: patient, date, billing provider, payer level, code, modifiers and units.
    """
    several = equals(lines)
    if several is None:
        return _NO_DUPLICATES.beside(lines)
    return in_groups(lines, several, _DUPLICATES, _FIRST_TIME)


_DUPLICATES = {
    "duplicate_of": pl.when(_ELSEWHERE | _TWICE).then(_FIRST_ROW),
    # the copy of a line sorts after the line it repeats
    "duplicate_claim": pl.when(_ELSEWHERE).then(pl.col("claim_id").first().over(SAME_SERVICE)),
}
_FIRST_TIME = {
    "duplicate_of": pl.lit(None, dtype=pl.Int64),
    "duplicate_claim": pl.lit(None, dtype=pl.String),
}
_NO_DUPLICATES = Constants(value.alias(name) for name, value in _FIRST_TIME.items())
