"""The pair grain: two lines of a patient and day that a published pair edit names.

Which lines an edit sets against each other (NCCI Policy Manual, ch. 1): on institutional claims those of the same
billing provider, whatever the discipline; on professional claims those of the same rendering provider, and where that
is not known, of the same billing provider and discipline, marked as assumed.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import PAIR
from cleanclaim.codes import ncci
from cleanclaim.engine.blocks import with_blocks
from cleanclaim.engine.keys import SAME_PROVIDER

_SIDE = (
    "row",
    "person_day_key",
    "visit_key",
    "claim_key",
    "claim_form",
    "table",
    "code",
    "dos",
    "billing_npi",
    "rendering_npi",
    "discipline",
    "has_bypass",
    "bypass_text",
    "pack",
    "either_column_bypass",
    "pair_edits_apply",
    "allowed_cents",
    "charge_cents",
    "price_basis",
    "carries_times",
)


def with_pair_table(lines: pl.DataFrame) -> pl.DataFrame:
    """Add which of the two published tables the claim form takes: practitioner or hospital."""
    return lines.with_columns(
        table=pl.when(pl.col("claim_form") == "institutional")
        .then(pl.lit("hospital"))
        .when(pl.col("claim_form") == "professional")
        .then(pl.lit("practitioner"))
    )


def meetings(lines: pl.DataFrame, edits: pl.DataFrame) -> pl.DataFrame:
    """Return every two lines of a day that an edit of ``edits`` in force, or perhaps in force, sets against each other.

    One row per two lines; the column one line's columns as they are, the column two line's ending in ``_right``.
    """
    live = _of_these_days(edits, lines["dos"])
    side = lines.select(_SIDE)
    ones = side.join(live, left_on=["table", "code"], right_on=["table", "column_one"])
    return (
        ones.join(
            side,
            left_on=["person_day_key", "table", "column_two"],
            right_on=["person_day_key", "table", "code"],
        )
        .with_columns(in_force=ncci.in_force(pl.col("dos")))
        .filter(SAME_PROVIDER & pl.col("in_force").fill_null(True))
    )


def pair_grain(met: pl.DataFrame, services: pl.DataFrame) -> pl.DataFrame:
    """Return one row per column two line and column one code of ``met``.

    ``services`` are all services of the same visits: blocks of time stand also on those that are not billed.
    """
    if met.is_empty():
        return PAIR.empty()
    pairs = (
        met.sort("row_right", "code", "row")
        # a bypass on any line of the column one code separates the pair
        .with_columns(bypass_one=pl.col("has_bypass").any(ignore_nulls=False).over("row_right", "code"))
        .unique(["row_right", "code"], keep="first", maintain_order=True)
        .select(_PAIR_COLUMNS)
    )
    return with_blocks(pairs, services)


_PAIR_COLUMNS: tuple[str | pl.Expr, ...] = (
    "person_day_key", "dos", "column_two", "indicator", "effective", "deleted", "in_force", "table", "bypass_one",
    pl.col("row").alias("row_one"),
    pl.col("code").alias("column_one"),
    *(
        pl.col(f"{name}_right").alias(name)
        for name in (
            "row", "visit_key", "claim_key", "pack", "either_column_bypass", "pair_edits_apply", "carries_times",
            "allowed_cents", "charge_cents", "price_basis",
        )
    ),
    pl.col("has_bypass_right").alias("bypass_two"),
    *(
        pl.col(f"{name}{suffix}").alias(f"{name}_{side}")
        for name in ("billing_npi", "rendering_npi", "discipline")
        for side, suffix in (("one", ""), ("two", "_right"))
    ),
    pl.coalesce("bypass_text_right", "bypass_text").alias("bypass_text"),
    ncci.table_age(pl.col("dos")).alias("table_age"),
    pl.when(pl.col("table") == "practitioner")
    .then(pl.any_horizontal(pl.col("rendering_npi", "rendering_npi_right").is_null()))
    .otherwise(pl.lit(False))
    .alias("provider_assumed"),
)  # fmt: skip


def _of_these_days(edits: pl.DataFrame, days: pl.Series) -> pl.DataFrame:
    """Return the edits that may be in force on one of the days; most rows are the history of withdrawn ones."""
    first, last = days.min(), days.max()
    if first is None or days.has_nulls():
        return edits
    ended = (pl.col("deleted") < first).fill_null(False)
    not_begun = (pl.col("starts") > last).fill_null(False)
    return edits.filter(~(ended | not_begun | (pl.col("indicator") == ncci.VOID)))


def _complete_through() -> pl.Expr:
    return (
        pl.when(pl.col("table") == "hospital")
        .then(pl.lit(ncci.complete_through("hospital")))
        .otherwise(pl.lit(ncci.complete_through("practitioner")))
    )


def with_edit_counts(lines: pl.DataFrame, met: pl.DataFrame, edits: pl.DataFrame) -> pl.DataFrame:
    """Add, for lines with a bypass modifier, the edits in force that it may answer, and the ones that may exist.

    A pair that has rows in the table, none of them in force, is known not to be edited. A pair without rows is known
    only up to the day through which the table is complete; past it an edit is possible.
    """
    bypassing = lines.filter(pl.col("has_bypass"))
    if bypassing.is_empty():
        return lines
    named = pl.concat([met.select("row", "in_force"), met.select(pl.col("row_right").alias("row"), "in_force")])
    counts = named.group_by("row").agg(
        edits_in_force=pl.col("in_force").fill_null(False).sum().cast(pl.Int64),
        _unsure=pl.col("in_force").is_null().sum().cast(pl.Int64),
    )
    past = pl.col("dos") > _complete_through()
    return (
        lines.join(counts, on="row", how="left", maintain_order="left")
        .join(_unlisted_partners(bypassing, lines, edits), on="row", how="left", maintain_order="left")
        .with_columns(
            edits_in_force=pl.when("has_bypass").then(pl.col("edits_in_force").fill_null(0)),
            edits_possible=pl.when("has_bypass").then(
                pl.col("_unsure").fill_null(0) + pl.col("_unlisted").fill_null(0)
            ),
            pair_age=pl.when(past & pl.col("has_bypass")).then(
                pl.when(pl.col("table") == "hospital")
                .then(pl.lit(ncci.ages()["hospital"]))
                .otherwise(pl.lit(ncci.ages()["practitioner"]))
            ),
        )
        .drop("_unsure", "_unlisted")
    )


def _unlisted_partners(bypassing: pl.DataFrame, lines: pl.DataFrame, edits: pl.DataFrame) -> pl.DataFrame:
    """Count each bypassing line's partners of the day whose pair no row names, where that proves nothing.

    Absence means that there is no edit, up to the table's last day and for pairs with a code of the family taken.
    """
    listed = pl.lit(pl.Series(sorted(ncci.family()))).implode()
    partner = lines.select("person_day_key", "table", "code", "billing_npi", "rendering_npi", "discipline", other="row")
    met = (
        bypassing.select("row", "person_day_key", "table", "code", "billing_npi", "rendering_npi", "discipline", "dos")
        .join(partner, on=["person_day_key", "table"])
        .filter((pl.col("row") != pl.col("other")) & (pl.col("code") != pl.col("code_right")) & SAME_PROVIDER)
        .filter(
            (pl.col("dos") > _complete_through()) | ~(pl.col("code").is_in(listed) | pl.col("code_right").is_in(listed))
        )
    )
    either = pl.concat(
        [
            edits.select("table", "confirmed_through", code="column_one", code_right="column_two"),
            edits.select("table", "confirmed_through", code="column_two", code_right="column_one"),
        ]
    )
    # a withdrawn edit may come back after the last release that lists its row
    pair = ["table", "code", "code_right"]
    confirmed = either.group_by(pair).agg(pl.col("confirmed_through").max())
    open_still = pl.col("confirmed_through").is_null() | (pl.col("dos") > pl.col("confirmed_through"))
    return (
        met.join(confirmed, on=pair, how="left")
        .filter(open_still)
        .group_by("row")
        .agg(_unlisted=pl.len().cast(pl.Int64))
    )
