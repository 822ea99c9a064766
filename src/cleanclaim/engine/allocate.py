"""Minutes to units: how many units each code of a visit earns, and which of them take an assistant's modifier.

The requirement in plain words. Medicare adds the one-on-one minutes of all 15-minute codes of a patient, day, billing
provider and discipline; the total earns ``floor((minutes + 7) / 15)`` units. Each code gets its whole quarter hours,
and what is left goes, one unit each, to the codes with the largest remainders; equal remainders at the cut are the
provider's choice (Medicare Claims Processing Manual, Pub. 100-04, ch. 5, sec. 20.2). Other payers count code by code.
Untimed codes are one unit. An assistant's minutes are then tested unit by unit (:mod:`cleanclaim.engine.assistants`).

*Members.* A code shares in the pool by itself; a first-unit code and its add-on (97129/97130, 90912/90913) share as
one family: the first unit is the base code's, the rest the add-on's. That reading is uncertain, and the proof says so.
Codes with units of other lengths (97550/97551, 96125 ...) stay outside the pool and earn a unit once more than half of
it is given (CPT time rule).

Everything here is a group or a window over many visits at once. :mod:`cleanclaim.engine.proof` puts the frames into
words; no other module computes a unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import polars as pl

from cleanclaim.codes import hcpcs
from cleanclaim.engine.assistants import assistant_units, untimed_assistant_units
from cleanclaim.rules.rule import known_sum

UNCOUNTED = ("student", "aide")
ASSISTANTS = ("PTA", "OTA")
QUARTER = 15
"""Minutes of a pooled unit."""
SHORT = 7
"""Minutes that the pool's last unit may lack: 8 minutes are one unit, 23 are two."""
COUNTED_METHODS = ("cms", "ama", "whole_15", "nearest_15")
"""Methods whose arithmetic is known; ``hybrid`` and ``per_visit`` are not checked."""

_MEMBER = ["visit_key", "family"]
_MEMBER_FACTS = (
    "timed",
    "untimed",
    "pooled",
    "is_evaluation",
    "unit_method",
    "tie_policy",
    "assistant_modifier_required",
    "assistant_midpoint_test",
    "assistant_de_minimis_share",
)
_FACTS = ("family", "is_addon", "unit_kind", "minutes_per_unit", *_MEMBER_FACTS)
_GIVEN_COLUMNS = ("row", "given", "by_assistant", "by_therapist", "therapist_minutes", "assistant_minutes")
_GIVEN = (
    pl.col("row").min(),
    pl.col("given", "by_assistant", "by_therapist").any(),
    known_sum(pl.col("therapist_minutes")),
    known_sum(pl.col("assistant_minutes")),
)
_POOL_COLUMNS = ("visit_key", "unit_method", "pools_minutes", "timed_minutes", "units_allowed")
_SETTLED = {"units": "assistant_units", "other_units": "other_assistant_units"}


@dataclass(frozen=True)
class Allocation:
    """Units of many visits, in four frames keyed by ``visit_key``.

    ``codes``: one row per visit and code: ``row`` (first row), ``family``, ``pooled``, ``timed``, ``code_minutes``
    (null: a service of the code has none), ``assistant_minutes``, ``code_units_expected`` with ``code_units_low`` and
    ``code_units_high`` (the range over all ways to settle a tie), ``in_tie``, ``assistant_units_expected`` with
    ``assistant_units_low`` and ``assistant_units_high``, ``assistant_only``. An add-on or base code that the minutes
    earn and nobody gave has a row of its own, with 0 minutes. Units are null where minutes, method or the code's unit
    are not known.

    ``pools``: one row per visit: ``unit_method``, ``pools_minutes`` (the method counts the day's minutes together),
    ``timed_minutes``, ``units_allowed`` (both of the 15-minute codes only).

    ``members``: one row per visit and pool member, with the steps of the sharing: ``whole_units``, ``remainder``,
    ``solo_units``, ``place`` (from 0, largest remainder first), ``spare_units`` (left after whole quarter hours),
    ``extra``, ``in_tie``, ``units``, ``other_units`` (with the tie settled the other way).

    ``assistants``: one row per timed member that an assistant shares in, where the modifier is required and units and
    test are known, with the steps of the test (see :func:`cleanclaim.engine.assistants.assistant_units`).
    """

    codes: pl.DataFrame
    pools: pl.DataFrame
    members: pl.DataFrame
    assistants: pl.DataFrame


def allocate(services: pl.DataFrame) -> Allocation:
    """Return the units that the minutes of ``services`` earn, for many visits at once.

    One row of ``services`` is a service given, billed or not; several rows of a code add up. Columns: ``visit_key``
    (one patient, day, billing provider and discipline; never null), ``row``, ``code``, ``minutes`` (null: not
    recorded), ``by`` (null: the therapist), the code's ``family``, ``is_addon``, ``unit_kind``, ``minutes_per_unit``,
    ``timed``, ``untimed``, ``pooled``, ``is_evaluation``, and, the same on all rows of a visit, ``unit_method`` (null:
    payer not mapped), ``tie_policy`` (``order_given``, also for null, or ``code_order``),
    ``assistant_modifier_required`` (false for GN, which has no such modifier), ``assistant_midpoint_test``,
    ``assistant_de_minimis_share``. Minutes of students and aides count nothing; minutes given together belong to the
    therapist. A code whose facts are null has null units and stays out of the pool.
    """
    given = _by_code(services)
    ranked = _ranked(_count(_members(given)))
    pools = _pools(ranked)
    members = _share(ranked, pools)
    known = pl.all_horizontal(pl.col("units", "assistant_midpoint_test", "assistant_de_minimis_share").is_not_null())
    shared = pl.col("timed") & pl.col("by_assistant") & pl.col("assistant_modifier_required") & known
    assistants = assistant_units(members.filter(shared))
    members = _with_modifiers(members, assistants)
    return Allocation(_codes(members, given), pools.select(_POOL_COLUMNS), members, assistants)


@cache
def families() -> pl.DataFrame:
    """Return one row per timed first code with an add-on, and the length of each one's unit.

    >>> families().filter(pl.col("family") == "97550").row(0)
    ('97550', '97551', 30, 15)
    """
    catalogue = hcpcs.catalogue()
    first = catalogue.filter(pl.col("unit_kind") == "timed_first")
    addon = catalogue.filter(pl.col("unit_kind") == "timed_addon")
    return (
        first.select("family", first_minutes="minutes_per_unit")
        .join(addon.select("family", addon_code="code", addon_minutes="minutes_per_unit"), on="family")
        .select("family", "addon_code", "first_minutes", "addon_minutes")
    )


def _by_code(services: pl.DataFrame) -> pl.DataFrame:
    """One row per visit and code: what was given, by whom."""
    assistant = pl.col("by").is_in(ASSISTANTS).fill_null(False)
    uncounted = pl.col("by").is_in(UNCOUNTED).fill_null(False)
    minutes = pl.when(uncounted).then(0).otherwise(pl.col("minutes"))
    given = services.select(
        "visit_key",
        "code",
        "row",
        first=pl.int_range(pl.len()),
        given=~uncounted,
        by_assistant=assistant,
        by_therapist=~assistant & ~uncounted & minutes.ne_missing(0),
        therapist_minutes=pl.when(assistant).then(0).otherwise(minutes),
        assistant_minutes=pl.when(assistant).then(minutes).otherwise(0),
    )
    codes = given.group_by("visit_key", "code").agg(*_GIVEN, pl.col("first").first())
    # the facts are the same on all rows of a visit and code: fetching one row's is cheaper than a group's first
    return pl.concat([codes.drop("first"), services.select(_FACTS)[codes["first"]]], how="horizontal")


def _members(given: pl.DataFrame) -> pl.DataFrame:
    """One row per visit and pool member: a code, or a base code with its add-on."""
    kin = families()
    of_family = pl.col("unit_kind").is_in(["timed_first", "timed_addon"]) & pl.col("family").is_in(
        kin["family"].implode()
    )
    of_family = of_family.fill_null(False)
    alone = given.filter(~of_family).select(
        "visit_key",
        pl.col("code").alias("family"),
        *_GIVEN_COLUMNS,
        *_MEMBER_FACTS,
        addon_code=pl.lit(None, pl.String),
        first_minutes=pl.col("minutes_per_unit"),
        addon_minutes=pl.col("minutes_per_unit"),
        assistant_first=pl.lit(False),
    )
    if alone.height == given.height:
        return alone
    # the base code's own minutes say who gave the first unit
    assistant_first = (~pl.col("is_addon") & (pl.col("assistant_minutes") > pl.col("therapist_minutes"))).any()
    together = (
        given.filter(of_family)
        .group_by(_MEMBER)
        .agg(*_GIVEN, pl.col(_MEMBER_FACTS).first(), assistant_first=assistant_first)
        .join(kin, on="family", how="left")
    )
    return pl.concat([alone, together.select(alone.columns)])


def _count(members: pl.DataFrame) -> pl.DataFrame:
    """Add each member's minutes, its whole quarter hours, and ``solo_units``, which it earns without the others.

    Those are null where the method's arithmetic or a needed minute is not known.
    """
    method, pooled = pl.col("unit_method"), pl.col("pooled").fill_null(False)
    minutes = pl.col("therapist_minutes") + pl.col("assistant_minutes")
    whole = pl.when(pooled).then(minutes // QUARTER)
    first, further = pl.col("first_minutes"), pl.col("addon_minutes")
    # a unit is earned once more than half of it is given, after the whole units before it
    further_units = ((minutes - first + (further - 1) // 2) // further).clip(lower_bound=0)
    midpoint_units = (minutes > first // 2).cast(pl.Int64) + further_units
    return members.with_columns(
        pooled=pooled,
        in_pool=pooled & (method == "cms").fill_null(False),
        code_minutes=minutes,
        assistant_only=pl.col("by_assistant") & ~pl.col("by_therapist"),
        whole_units=whole,
        remainder=pl.when(pooled).then(minutes % QUARTER),
        solo_units=pl.when("untimed")
        .then(pl.col("given").cast(pl.Int64))
        .when(pooled & (method == "whole_15"))
        .then(whole)
        .when(pl.col("timed") & method.is_in(COUNTED_METHODS))
        .then(midpoint_units),
    )


def _ranked(members: pl.DataFrame) -> pl.DataFrame:
    """Members sorted by visit, those in the pool first, the largest remainder first, then by the tie policy."""
    short_of_quarter = pl.when("in_pool").then(QUARTER - pl.col("remainder")).otherwise(QUARTER + 1)
    in_order = pl.when(pl.col("tie_policy").ne_missing("code_order")).then("row").otherwise(0)
    ordered = members.sort("visit_key", short_of_quarter, in_order, "family")
    return ordered.with_columns(_index=pl.int_range(pl.len()))


def _pools(ranked: pl.DataFrame) -> pl.DataFrame:
    """One row per visit: its minutes, the units they allow, and how many of them follow the largest remainders."""
    totals = ranked.group_by("visit_key", maintain_order=True).agg(
        pl.col("unit_method").first(),
        _start=pl.col("_index").first(),
        _members=pl.col("in_pool").sum().cast(pl.Int64),
        timed_minutes=known_sum(pl.when("pooled").then("code_minutes").otherwise(0)),
        _whole=known_sum(pl.when("pooled").then("whole_units").otherwise(0)),
        _alone=known_sum(pl.when("pooled").then("solo_units").otherwise(0)),
    )
    pooled = pl.col("unit_method") == "cms"
    pool_units = (pl.col("timed_minutes") + SHORT) // QUARTER
    counted = pl.col("unit_method").is_in(COUNTED_METHODS)
    return totals.with_columns(
        pools_minutes=pl.when(counted).then(pooled),
        units_allowed=pl.when(pooled).then(pool_units).when(counted).then("_alone"),
        spare_units=pl.when(pooled).then(pool_units - pl.col("_whole")),
    )


def _share(ranked: pl.DataFrame, pools: pl.DataFrame) -> pl.DataFrame:
    """Add the units of each member, those left after whole quarter hours going to the largest remainders."""
    remainder, spare = ranked["remainder"], pl.col("spare_units")
    last = pl.when(spare > 0).then(pl.col("_start") + spare - 1)
    following = pl.when((spare > 0) & (spare < pl.col("_members"))).then(pl.col("_start") + spare)
    cuts = pools.select(
        spare,
        "_start",
        _cut=pl.lit(remainder).gather(last),
        _following=pl.lit(remainder).gather(following),
    )
    # one row per member again: members are sorted by visit, in the order of the pools
    cut = cuts[ranked["visit_key"].rle_id()]
    in_pool, whole = pl.col("in_pool"), pl.col("whole_units")
    place = pl.when(in_pool).then(pl.col("_index") - pl.col("_start"))
    extra = (place < spare).cast(pl.Int64)
    in_tie = in_pool & (pl.col("_cut") == pl.col("_following")) & (pl.col("remainder") == pl.col("_cut"))
    in_tie = in_tie.fill_null(False)
    units = pl.when(in_pool).then(whole + extra).otherwise("solo_units")
    return pl.concat([ranked, cut], how="horizontal").select(
        pl.exclude("_index", "_start", "_cut", "_following"),
        place=place,
        extra=place < spare,
        in_tie=in_tie,
        units=units,
        other_units=pl.when(in_tie).then(whole + 1 - extra).otherwise(units),
    )


def _with_modifiers(members: pl.DataFrame, assistants: pl.DataFrame) -> pl.DataFrame:
    """Add the units that take CQ or CO, for the expected units and for those of the other settling of a tie."""
    tested = members.join(assistants.select(*_MEMBER, "first_modified", *_SETTLED.values()), on=_MEMBER, how="left")
    required = pl.col("assistant_modifier_required")

    def modified(column: str) -> pl.Expr:
        of_required = pl.when("untimed").then(untimed_assistant_units(pl.col("units"))).otherwise(column)
        never = ~required | ~pl.col("by_assistant") | pl.col("is_evaluation")
        return pl.when(never).then(0).when(required).then(of_required)

    return tested.with_columns(modified(column).alias(column) for column in _SETTLED.values())


def _codes(members: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """One row per visit and code: members as they are, families split into base code and add-on."""
    of_family = pl.col("addon_code").is_not_null()
    alone = members.filter(~of_family).with_columns(code="family")
    codes = alone if alone.height == members.height else _with_families(alone, members.filter(of_family), given)
    units, modified = list(_SETTLED), list(_SETTLED.values())
    return codes.select(
        "visit_key",
        "row",
        "code",
        "family",
        "timed",
        "pooled",
        "code_minutes",
        "assistant_minutes",
        "assistant_only",
        code_units_expected="units",
        code_units_low=pl.min_horizontal(units),
        code_units_high=pl.max_horizontal(units),
        in_tie=(pl.col("units") != pl.col("other_units")).fill_null(False),
        assistant_units_expected="assistant_units",
        assistant_units_low=pl.min_horizontal(modified),
        assistant_units_high=pl.max_horizontal(modified),
    )


def _with_families(alone: pl.DataFrame, kin: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """Add the two codes of each family: the first unit is the base code's, the rest the add-on's.

    A code that was not given is there only if the minutes can earn it a unit.
    """

    def base_modified(units: str, modified: str) -> pl.Expr:
        either_all_or_none = (pl.col(units) < 2) | (pl.col(modified) == 0)
        return pl.when(either_all_or_none).then(modified).otherwise(pl.col("first_modified").cast(pl.Int64))

    base = {m: base_modified(u, m) for u, m in _SETTLED.items()} | {u: pl.col(u).clip(upper_bound=1) for u in _SETTLED}
    addon = {name: pl.col(name) - of_base for name, of_base in base.items()}
    halves = pl.concat([kin.with_columns(code="family", **base), kin.with_columns(code="addon_code", **addon)])
    own = given.select(
        "visit_key",
        "code",
        _row="row",
        _assistant="assistant_minutes",
        _minutes=pl.col("therapist_minutes") + pl.col("assistant_minutes"),
        _only=pl.col("by_assistant") & ~pl.col("by_therapist"),
    )
    was_given = pl.col("_row").is_not_null()
    split = (
        halves.join(own, on=["visit_key", "code"], how="left")
        .filter(was_given | (pl.max_horizontal(*_SETTLED) > 0))
        .with_columns(
            row=pl.coalesce("_row", "row"),
            code_minutes=pl.when(was_given).then("_minutes").otherwise(0),
            assistant_minutes=pl.when(was_given).then("_assistant").otherwise(0),
            assistant_only=pl.coalesce("_only", "assistant_only"),
        )
    )
    return pl.concat([alone, split.select(alone.columns)])
