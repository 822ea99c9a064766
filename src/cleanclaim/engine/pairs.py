"""The pair grain: two lines of a patient and day that a published pair edit names.

Which lines an edit sets against each other (NCCI Policy Manual, ch. 1): on institutional claims those of the same
billing provider, whatever the discipline; on professional claims those of the same rendering provider, and where that
is not known, of the same billing provider and discipline, marked as assumed.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import PAIR
from cleanclaim.codes import groups, ncci, tables
from cleanclaim.dated import FEW
from cleanclaim.engine.alone import in_groups, repeated
from cleanclaim.engine.beside import Remembered, beside, distinct, matches
from cleanclaim.engine.blocks import with_blocks
from cleanclaim.engine.conditions import Condition, where
from cleanclaim.engine.few import chosen, grouped, ordered, plain, rows_at
from cleanclaim.engine.keys import SAME_PROVIDER

_SIDE = [
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
    "has_gy",
    "bypass_text",
    "pack",
    "either_column_bypass",
    "pair_edits_apply",
    "allowed_cents",
    "charge_cents",
    "price_basis",
    "carries_times",
    "pointers",
]


def meetings(lines: pl.DataFrame, edits: pl.DataFrame) -> pl.DataFrame:
    """Return every two lines of a day that an edit of ``edits`` in force, or perhaps in force, sets against each other.

    One row per two lines; the column one line's columns as they are, the column two line's ending in ``_right``.
    """
    live = _of_these_days(edits, lines["dos"])
    if live.is_empty():
        return _NO_MEETINGS
    side = lines[:, _SIDE]
    first, edit = matches(side[:, _TABLE_CODE], live[:, ["table", "column_one"]])
    half = _at(side[:, _DAY], first).hstack(_at(live[:, ["column_two"]], edit))
    second, two = matches(half, side[:, _SHARED])
    if two.is_empty():
        return _NO_MEETINGS
    one, edit = first[second], edit[second]
    met = _at(side, one).hstack(_at(live[:, _OF_EDIT], edit)).hstack(_right(_at(side, two)))
    return where(met.with_columns_seq(_IN_FORCE), _SET_AGAINST)


def _at(frame: pl.DataFrame, places: pl.Series) -> pl.DataFrame:
    return rows_at(frame, places.to_list()) if len(places) <= FEW else frame[places]


def _right(side: pl.DataFrame) -> pl.DataFrame:
    """The other line's columns, under their names with ``_right``, without those that both lines share."""
    own = [name for name in side.columns if name not in _DAY]
    other = side[:, own]
    other.columns = [f"{name}_right" for name in own]
    return other


_SET_AGAINST = Condition(SAME_PROVIDER & pl.col("in_force").fill_null(True))
_DAY, _TABLE_CODE = ["person_day_key", "table"], ["table", "code"]
_IN_FORCE = ncci.in_force(pl.col("dos")).alias("in_force")
_OF_EDIT = [
    "column_two", "effective", "deleted", "indicator", "starts", "known_from", "release", "confirmed_through", "age",
]  # fmt: skip
_NO_MEETINGS = pl.DataFrame(schema={"row": pl.Int64, "row_right": pl.Int64, "in_force": pl.Boolean})
_SHARED = ["person_day_key", "table", "code"]


def pair_grain(met: pl.DataFrame, services: pl.DataFrame) -> pl.DataFrame:
    """Return one row per column two line and column one code of ``met``.

    ``services`` are all services of the same visits: blocks of time stand also on those that are not billed.
    """
    if met.is_empty():
        return _NO_PAIRS
    sorted_pairs = ordered(met, ["row_right", "code", "row"])
    several = repeated(sorted_pairs, _ONE_PAIR)
    # a bypass on any line of the column one code separates the pair
    bypassed = in_groups(sorted_pairs, several, {"bypass_one": _ANY_BYPASS}, alone={"bypass_one": pl.col("has_bypass")})
    if several is not None:
        bypassed = bypassed.unique(_ONE_PAIR, keep="first", maintain_order=True)
    return with_blocks(bypassed.select_seq(_PAIR_COLUMNS), services)


_ONE_PAIR = ["row_right", "code"]
_ANY_BYPASS = pl.col("has_bypass").any(ignore_nulls=False).over(_ONE_PAIR)
_NO_PAIRS = PAIR.empty()
_IN_FACILITY = pl.col("table") == "hospital"
_MANIPULATION = groups.codes("spinal_manipulation")
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
    pl.col("has_gy_right").fill_null(False).alias("has_gy"),
    *(
        pl.col(f"{name}{suffix}").alias(f"{name}_{side}")
        for name in ("billing_npi", "rendering_npi", "discipline")
        for side, suffix in (("one", ""), ("two", "_right"))
    ),
    (_IN_FACILITY & (pl.col("discipline") != pl.col("discipline_right"))).alias("across_disciplines"),
    pl.coalesce("bypass_text_right", "bypass_text").alias("bypass_text"),
    pl.col("code").is_in(_MANIPULATION).alias("separated_by_region"),
    (pl.col("pointers") == pl.col("pointers_right")).alias("same_diagnoses"),
    ncci.table_age(pl.col("dos")).alias("table_age"),
    pl.when(pl.col("table") == "practitioner")
    .then(pl.any_horizontal(pl.col("rendering_npi", "rendering_npi_right").is_null()))
    .otherwise(pl.lit(False))
    .alias("provider_assumed"),
)  # fmt: skip


def _of_these_days(edits: pl.DataFrame, days: pl.Series) -> pl.DataFrame:
    """Return the edits that may be in force on one of the days; most rows are the history of withdrawn ones."""
    if edits.is_empty():
        return edits
    first, last = days.min(), days.max()
    if first is None or days.has_nulls():
        return edits
    if edits.height <= FEW:
        return _of_few_days(edits, plain(days))
    ended = (pl.col("deleted") < first).fill_null(False)
    not_begun = (pl.col("starts") > last).fill_null(False)
    return edits.filter(~(ended | not_begun | (pl.col("indicator") == ncci.VOID)))


def _of_few_days(edits: pl.DataFrame, days: list[int]) -> pl.DataFrame:
    first, last = min(days), max(days)
    ends, starts, indicators = (plain(edits[name]) for name in ("deleted", "starts", "indicator"))
    live = [
        place
        for place, (end, start, indicator) in enumerate(zip(ends, starts, indicators, strict=True))
        if (end is None or end >= first) and (start is None or start <= last) and indicator not in (None, ncci.VOID)
    ]
    return rows_at(edits, live)


@tables.cached
def _complete_through() -> pl.Expr:
    return (
        pl.when(pl.col("table") == "hospital")
        .then(pl.lit(ncci.complete_through("hospital")))
        .otherwise(pl.lit(ncci.complete_through("practitioner")))
    )


def with_edit_counts(lines: pl.DataFrame, met: pl.DataFrame) -> pl.DataFrame:
    """Add, for lines with a bypass modifier, the edits in force that it may answer, and the ones that may exist.

    A pair that has rows in the table, none of them in force, is known not to be edited. A pair without rows is known
    only up to the day through which the table is complete; past it an edit is possible.
    """
    if not lines["has_bypass"].any():
        return lines
    bypassing = chosen(lines[:, _PARTNER], lines["has_bypass"])
    found = beside(bypassing[:, ["row", "dos", "table"]], _edits_met(met), ["row"])
    found = beside(found, _unlisted_partners(bypassing, lines), ["row"])
    return beside(lines, found.select_seq("row", *_possible()), ["row"])


def _edits_met(met: pl.DataFrame) -> pl.DataFrame:
    """Return, per line of ``met``, how many edits in force, and perhaps in force, name it."""
    if met.is_empty():
        return _NONE_MET
    named = met[:, ["row", "in_force"]].vstack(met[:, ["row_right", "in_force"]].rename({"row_right": "row"}))
    return grouped(named, "row", _COUNTS)


_NONE_MET = pl.DataFrame(schema={"row": pl.Int64, "edits_in_force": pl.Int64, "_unsure": pl.Int64})
_COUNTS = (
    pl.col("in_force").fill_null(False).sum().cast(pl.Int64).alias("edits_in_force"),
    pl.col("in_force").is_null().sum().cast(pl.Int64).alias("_unsure"),
)


@tables.cached
def _possible() -> tuple[pl.Expr, ...]:
    ages = ncci.ages()
    age = pl.when(pl.col("table") == "hospital").then(pl.lit(ages["hospital"])).otherwise(pl.lit(ages["practitioner"]))
    return (
        pl.col("edits_in_force").fill_null(0),
        (pl.col("_unsure").fill_null(0) + pl.col("_unlisted").fill_null(0)).alias("edits_possible"),
        pl.when(pl.col("dos") > _complete_through()).then(age).alias("pair_age"),
    )


_PARTNER = ["row", *_SHARED, "billing_npi", "rendering_npi", "discipline", "dos"]
_NO_PARTNERS = pl.DataFrame(schema={"row": pl.Int64, "_unlisted": pl.Int64})


@tables.cached
def _proves_nothing(all_of_family: bool) -> Condition:
    another = (pl.col("row") != pl.col("row_right")) & (pl.col("code") != pl.col("code_right")) & SAME_PROVIDER
    late = pl.col("dos") > _complete_through()
    return Condition(another & (late if all_of_family else late | ~ncci.of_family()))


def _unlisted_partners(bypassing: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Count each bypassing line's partners of the day whose pair no row names, where that proves nothing.

    Absence means that there is no edit, up to the table's last day and for pairs with a code of the family taken.
    """
    partners = lines[:, _PARTNER]
    one, two = matches(bypassing[:, _DAY], partners[:, _DAY])
    of_family = distinct(lines["code"]) <= _family()
    met = where(_at(bypassing, one).hstack(_right(_at(partners, two))), _proves_nothing(of_family))
    unlisted = where(_confirmed().beside(met), _OPEN_STILL)
    return grouped(unlisted, "row", _UNLISTED) if unlisted.height else _NO_PARTNERS


# a withdrawn edit may come back after the last release that lists its row
_OPEN_STILL = Condition(pl.col("confirmed_through").is_null() | (pl.col("dos") > pl.col("confirmed_through")))
_UNLISTED = (pl.len().cast(pl.Int64).alias("_unlisted"),)
_CODES = ["table", "code", "code_right"]


def _confirmed_through(keys: pl.DataFrame) -> pl.DataFrame:
    """The last day of the newest release that lists a row of each pair of codes, in either direction."""
    named = ncci.edits_among(distinct(keys["code"]) | distinct(keys["code_right"]))
    forth = named.select_seq("table", "confirmed_through", code="column_one", code_right="column_two")
    back = named.select_seq("table", "confirmed_through", code="column_two", code_right="column_one")
    newest = forth.vstack(back).group_by(_CODES).agg(pl.col("confirmed_through").max())
    return beside(keys, newest, _CODES)[:, ["confirmed_through"]]


@tables.cached
def _confirmed() -> Remembered:
    return Remembered(_CODES, _confirmed_through)


@tables.cached
def _family() -> frozenset[str]:
    return ncci.family()
