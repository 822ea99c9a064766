"""Lines of codes that publications treat alike, and evaluations against the evaluations before them."""

from __future__ import annotations

from functools import cache

import polars as pl

from cleanclaim.codes import groups
from cleanclaim.dated import DAWN
from cleanclaim.engine.beside import beside, distinct

INITIAL_EVALUATION = "initial_evaluation"
_TOLD_APART = (
    "spinal_manipulation",
    "functional_reporting",
    INITIAL_EVALUATION,
    "arm_splint",
    "leg_splint",
    "sided_orthosis",
    # of remote monitoring
    "remote_device_cognitive",
    "remote_device_musculoskeletal",
    "remote_device_respiratory",
    "remote_management",
    "remote_management_further",
    "remote_management_short",
)


@cache
def _told() -> tuple[frozenset[str], pl.Expr]:
    """The codes of all those groups, and the group of a line's code, once it belongs there (it stays past its end)."""
    chosen = groups.table().filter(pl.col("group").is_in(_TOLD_APART) & (pl.col("standing") != "U"))
    members = chosen.group_by("code").agg(pl.col("group").first(), pl.col("first_day").min())
    dated = members.drop_nulls("first_day")
    code, dos = pl.col("code"), pl.col("dos")
    since = code.replace_strict(dated["code"], dated["first_day"], default=DAWN)
    group = code.replace_strict(members["code"], members["group"], default="")
    told = pl.when(since > dos).then(pl.lit("")).otherwise(group)
    return frozenset(members["code"]), pl.when(code.is_not_null() & dos.is_not_null()).then(told).alias("code_group")


_NO_GROUP = pl.when(pl.col("code").is_not_null()).then(pl.lit("")).alias("code_group")


def with_code_group(lines: pl.DataFrame) -> pl.DataFrame:
    """Add ``code_group``: the group that the code belongs to, empty where it is in none, null without code or date."""
    codes, told = _told()
    return lines.with_columns_seq(_NO_GROUP if distinct(lines["code"]).isdisjoint(codes) else told)


_EPISODE = ("_person", "sequence", "billing_npi", "discipline")
_DAYS_SINCE = (pl.col("dos") - pl.col("dos").shift().over(_EPISODE)).dt.total_days().alias("days_since_evaluation")


def with_last_evaluation(lines: pl.DataFrame) -> pl.DataFrame:
    """Add to initial evaluations whether the file holds an earlier one, and how many days before.

    Of the same patient, payer level, billing provider and discipline, on an earlier day.
    """
    initial = lines["code_group"] == INITIAL_EVALUATION
    if not initial.any():
        return lines
    opening = lines.filter(initial)
    if opening.height == 1:
        return lines.with_columns_seq(_NONE_BEFORE)
    days = opening.select(*_EPISODE, "dos").unique().drop_nulls("dos").sort(*_EPISODE, "dos").with_columns(_DAYS_SINCE)
    found = beside(opening.select("row", *_EPISODE, "dos"), days, [*_EPISODE, "dos"], nulls_equal=True)
    return beside(lines, found.select("row", "days_since_evaluation", evaluated_before=_SEEN), ["row"])


_NONE_BEFORE = (
    pl.when((pl.col("code_group") == INITIAL_EVALUATION) & pl.col("dos").is_not_null())
    .then(pl.lit(False))
    .alias("evaluated_before")
)
_SEEN = pl.when(pl.col("dos").is_not_null()).then(pl.col("days_since_evaluation").is_not_null())
