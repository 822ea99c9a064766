"""Lines of codes that publications treat alike, and evaluations against the evaluations before them."""

from __future__ import annotations

import polars as pl

from cleanclaim.codes import groups, tables
from cleanclaim.engine.beside import Remembered, beside

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
    "remote_set_up",
    "dry_needling",
    "evaluation_and_management",
)


@tables.cached
def _groups() -> Remembered:
    """The group of a code, and since when it is in it; it stays past its end."""
    chosen = groups.table().filter(pl.col("group").is_in(_TOLD_APART) & (pl.col("standing") != "U"))
    members = chosen.group_by("code").agg(pl.col("group").first(), pl.col("first_day").min())
    found = members.select("code", code_group="group", _since="first_day")
    group = pl.when(pl.col("code").is_not_null()).then(pl.col("code_group").fill_null(""))
    return Remembered(["code"], lambda keys: beside(keys, found, ["code"]).select(group.alias("code_group"), "_since"))


_GROUP, _DOS = pl.col("code_group"), pl.col("dos")
_IN_GROUP = (
    pl.when(_DOS.is_null() & (_GROUP != "")).then(None).when(pl.col("_since") > _DOS).then(pl.lit("")).otherwise(_GROUP)
).alias("code_group")


def with_code_group(lines: pl.DataFrame) -> pl.DataFrame:
    """Add ``code_group``: the group that the code belongs to, empty where it is in none, null without code or date."""
    found = _groups().of(lines)
    if found["_since"].null_count() == found.height and not lines["dos"].null_count():
        return lines.hstack(found[:, ["code_group"]])
    return lines.hstack(found.hstack(lines[:, ["dos"]]).select_seq(_IN_GROUP))


# one number for the four: hashed, two episodes of a partition share it once in a billion partitions
_EPISODE = pl.struct("_person", "sequence", "billing_npi", "discipline").hash(seed=0).alias("_episode")
_DAY = ["_episode", "dos"]
_SINCE = (pl.col("dos") - pl.col("dos").shift()).dt.total_days()
_DAYS_SINCE = pl.when(pl.col("_episode") == pl.col("_episode").shift()).then(_SINCE).alias("days_since_evaluation")


def with_last_evaluation(lines: pl.DataFrame) -> pl.DataFrame:
    """Add to initial evaluations whether the file holds an earlier one, and how many days before.

    Of the same patient, payer level, billing provider and discipline, on an earlier day.
    """
    initial = lines["code_group"] == INITIAL_EVALUATION
    openings = initial.sum()
    if openings < 2:
        return lines.with_columns_seq(_NONE_BEFORE) if openings else lines
    opening = lines[:, _OF_EPISODE].filter(initial)
    dated = opening.select_seq("row", "dos", _EPISODE)
    days = dated.select_seq(_DAY).unique().drop_nulls("dos").sort(_DAY).with_columns_seq(_DAYS_SINCE)
    found = beside(dated, days, _DAY)
    return beside(lines, found.select("row", "days_since_evaluation", evaluated_before=_SEEN), ["row"])


_OF_EPISODE = ["row", "dos", "_person", "sequence", "billing_npi", "discipline"]
_NONE_BEFORE = (
    pl.when((pl.col("code_group") == INITIAL_EVALUATION) & pl.col("dos").is_not_null())
    .then(pl.lit(False))
    .alias("evaluated_before")
)
_SEEN = pl.when(pl.col("dos").is_not_null()).then(pl.col("days_since_evaluation").is_not_null())
