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
from cleanclaim.dated import FEW
from cleanclaim.engine.alone import repeated
from cleanclaim.engine.assistants import NO_TESTS, assistant_units, untimed_assistant_units
from cleanclaim.engine.beside import Remembered, beside, distinct
from cleanclaim.engine.conditions import Condition, where
from cleanclaim.engine.few import Constants, grouped, order_of, rows_at
from cleanclaim.engine.methods import QUARTER, SHORT, settled
from cleanclaim.rules.rule import known_sum

UNCOUNTED = ("student", "aide")
ASSISTANTS = ("PTA", "OTA")
COUNTED_METHODS = ("cms", "ama", "whole_15", "nearest_15")
"""Methods whose arithmetic is known; those of ``methods.EITHER`` come down to one of them, ``per_visit`` to none."""

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
COLUMNS = ("visit_key", "row", "code", "minutes", "by", *_FACTS)
"""The columns of a service that its units are counted from."""
_GIVEN_COLUMNS = ("row", "given", "by_assistant", "by_therapist", "therapist_minutes", "assistant_minutes")
_GIVEN = (
    pl.col("row").min(),
    pl.col("given", "by_assistant", "by_therapist").any(),
    known_sum(pl.col("therapist_minutes")),
    known_sum(pl.col("assistant_minutes")),
)
_POOL_COLUMNS = ["visit_key", "unit_method", "pools_minutes", "timed_minutes", "units_allowed"]
_VISIT_CODE = ["visit_key", "code"]
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

    ``pools``: one row per visit: ``unit_method`` (cms or ama where the payer takes either), ``pools_minutes`` (the
    method counts the day's minutes together), ``timed_minutes``, ``units_allowed`` (both of the 15-minute codes only).

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
    ranked = _ranked(_count(settled(_members(given))))
    pools = _pools(ranked)
    members = _share(ranked, pools)
    members, assistants = _with_modifiers(members)
    return Allocation(_codes(members, given), pools[:, _POOL_COLUMNS], members, assistants)


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
        first.select_seq("family", first_minutes="minutes_per_unit")
        .join(addon.select_seq("family", addon_code="code", addon_minutes="minutes_per_unit"), on="family")
        .select_seq("family", "addon_code", "first_minutes", "addon_minutes")
    )


def _given_by(roles: tuple[str, str]) -> pl.Expr:
    # an equality each costs a few rows less than the search in a list
    first, second = (pl.col("by").eq_missing(pl.lit(role)) for role in roles)
    return first | second


_ASSISTANT, _UNCOUNTED = _given_by(ASSISTANTS), _given_by(UNCOUNTED)
_COUNTED_MINUTES = pl.when(_UNCOUNTED).then(0).otherwise(pl.col("minutes"))
_OF_GIVER = (
    (~_UNCOUNTED).alias("given"),
    _ASSISTANT.alias("by_assistant"),
    (~_ASSISTANT & ~_UNCOUNTED & _COUNTED_MINUTES.ne_missing(0)).alias("by_therapist"),
    pl.when(_ASSISTANT).then(0).otherwise(_COUNTED_MINUTES).alias("therapist_minutes"),
    pl.when(_ASSISTANT).then(_COUNTED_MINUTES).otherwise(0).alias("assistant_minutes"),
)


_OF_SERVICE = ["visit_key", "code", "row"]
_GIVERS = Remembered(("by", "minutes"), lambda keys: keys.select_seq(_OF_GIVER), light=True)


def _by_code(services: pl.DataFrame) -> pl.DataFrame:
    """One row per visit and code: what was given, by whom."""
    given = services[:, _OF_SERVICE].hstack(_GIVERS.of(services)).hstack(services[:, list(_FACTS)])
    several = repeated(given, _VISIT_CODE)
    if several is None:
        return given
    together = given.filter(several).group_by(_VISIT_CODE).agg(*_GIVEN, pl.col(_FACTS).first())
    return pl.concat([given.filter(~several), together.select_seq(given.columns)])


_ALONE = (
    "visit_key",
    pl.col("code").alias("family"),
    *_GIVEN_COLUMNS,
    *_MEMBER_FACTS,
    pl.lit(None, pl.String).alias("addon_code"),
    pl.col("minutes_per_unit").alias("first_minutes"),
    pl.col("minutes_per_unit").alias("addon_minutes"),
    pl.lit(False).alias("assistant_first"),
)
# the base code's own minutes say who gave the first unit
_ASSISTANT_FIRST = (~pl.col("is_addon") & (pl.col("assistant_minutes") > pl.col("therapist_minutes"))).any()


def _members(given: pl.DataFrame) -> pl.DataFrame:
    """One row per visit and pool member: a code, or a base code with its add-on."""
    kin = families()
    if distinct(given["family"]).isdisjoint(kin["family"]):
        return given.select_seq(_ALONE)
    of_family = pl.col("unit_kind").is_in(["timed_first", "timed_addon"]) & pl.col("family").is_in(
        kin["family"].implode()
    )
    of_family = of_family.fill_null(False)
    together = (
        given.filter(of_family)
        .group_by(_MEMBER)
        .agg(*_GIVEN, pl.col(_MEMBER_FACTS).first(), assistant_first=_ASSISTANT_FIRST)
        .join(kin, on="family", how="left")
    )
    alone = given.filter(~of_family).select_seq(_ALONE)
    return pl.concat([alone, together.select_seq(alone.columns)])


_POOLED, _METHOD = pl.col("pooled").fill_null(False), pl.col("unit_method")
_BY_COUNT = pl.any_horizontal(_METHOD.eq(method) for method in COUNTED_METHODS)
_MINUTES = pl.col("therapist_minutes") + pl.col("assistant_minutes")
_FIRST, _FURTHER = pl.col("first_minutes"), pl.col("addon_minutes")
_WHOLE = pl.when(_POOLED).then(_MINUTES // QUARTER)
# a unit is earned once more than half of it is given, after the whole units before it
_FURTHER_UNITS = ((_MINUTES - _FIRST + (_FURTHER - 1) // 2) // _FURTHER).clip(lower_bound=0)
_MIDPOINT_UNITS = (_MINUTES > _FIRST // 2).cast(pl.Int64) + _FURTHER_UNITS
_SOLO_UNITS = (
    pl.when("untimed")
    .then(pl.col("given").cast(pl.Int64))
    .when(_POOLED & (_METHOD == "whole_15"))
    .then(_WHOLE)
    .when(pl.col("timed") & _BY_COUNT)
    .then(_MIDPOINT_UNITS)
)
_COUNTS = (
    (_POOLED & (_METHOD == "cms").fill_null(False)).alias("in_pool"),
    _MINUTES.alias("code_minutes"),
    (pl.col("by_assistant") & ~pl.col("by_therapist")).alias("assistant_only"),
    _WHOLE.alias("whole_units"),
    pl.when(_POOLED).then(_MINUTES % QUARTER).alias("remainder"),
    _SOLO_UNITS.alias("solo_units"),
)


_COUNTED_FROM = tuple(dict.fromkeys(name for count in _COUNTS for name in count.meta.root_names()))
_COUNTED = Remembered(_COUNTED_FROM, lambda keys: keys.select_seq(_COUNTS), light=True)


def _count(members: pl.DataFrame) -> pl.DataFrame:
    """Add each member's minutes, its whole quarter hours, and ``solo_units``, which it earns without the others.

    Those are null where the method's arithmetic or a needed minute is not known.
    """
    counted = _COUNTED.of(members)
    pooled = members.with_columns_seq(_POOLED) if members["pooled"].null_count() else members
    return pooled.hstack(counted)


_SHORT_OF_QUARTER = pl.when("in_pool").then(QUARTER - pl.col("remainder")).otherwise(QUARTER + 1)
_IN_ORDER = pl.when(pl.col("tie_policy").ne_missing("code_order")).then("row").otherwise(0)


def _ranked(members: pl.DataFrame) -> pl.DataFrame:
    """Members sorted by visit, those in the pool first, the largest remainder first, then by the tie policy."""
    if members.height > FEW:
        ranked = members.sort(_RANK)
    else:
        ranked = rows_at(members, order_of(members.select_seq(_RANK)))
    return ranked.hstack([pl.Series("_index", range(ranked.height), dtype=pl.Int64)])


_RANK = ("visit_key", _SHORT_OF_QUARTER.alias("_short"), _IN_ORDER.alias("_in_order"), "family")
_TOTALS = (
    _METHOD.first(),
    pl.col("_index").first().alias("_start"),
    pl.col("in_pool").sum().cast(pl.Int64).alias("_members"),
    *(
        known_sum(pl.when("pooled").then(values).otherwise(0)).alias(name)
        for name, values in (("timed_minutes", "code_minutes"), ("_whole", "whole_units"), ("_alone", "solo_units"))
    ),
)
_COUNTS_TOGETHER, _IS_COUNTED = _METHOD == "cms", _BY_COUNT
_POOL_UNITS = (pl.col("timed_minutes") + SHORT) // QUARTER
_ALLOWED = (
    pl.when(_IS_COUNTED).then(_COUNTS_TOGETHER).alias("pools_minutes"),
    pl.when(_COUNTS_TOGETHER).then(_POOL_UNITS).when(_IS_COUNTED).then("_alone").alias("units_allowed"),
    pl.when(_COUNTS_TOGETHER).then(_POOL_UNITS - pl.col("_whole")).alias("spare_units"),
)


def _pools(ranked: pl.DataFrame) -> pl.DataFrame:
    """One row per visit: its minutes, the units they allow, and how many of them follow the largest remainders."""
    return grouped(ranked, "visit_key", _TOTALS).with_columns_seq(_ALLOWED)


_SPARE, _START = pl.col("spare_units"), pl.col("_start")
_LAST = pl.when(_SPARE > 0).then(_START + _SPARE - 1)
_FOLLOWING = pl.when((_SPARE > 0) & (pl.col("_members") > _SPARE)).then(_START + _SPARE)
_PLACE = pl.when("in_pool").then(pl.col("_index") - _START)
_EXTRA = (_PLACE < _SPARE).cast(pl.Int64)
_AT_THE_CUT = (pl.col("_cut") == pl.col("_following")) & (pl.col("remainder") == pl.col("_cut"))
_IN_TIE = (pl.col("in_pool") & _AT_THE_CUT).fill_null(False)
_UNITS = pl.when("in_pool").then(pl.col("whole_units") + _EXTRA).otherwise("solo_units")
_SHARES = (
    _PLACE.alias("place"),
    (_PLACE < _SPARE).alias("extra"),
    _IN_TIE.alias("in_tie"),
    _UNITS.alias("units"),
    pl.when(_IN_TIE).then(pl.col("whole_units") + 1 - _EXTRA).otherwise(_UNITS).alias("other_units"),
)


def _share(ranked: pl.DataFrame, pools: pl.DataFrame) -> pl.DataFrame:
    """Add the units of each member, those left after whole quarter hours going to the largest remainders."""
    remainder = pl.lit(ranked["remainder"])
    cuts = pools.select_seq(_SPARE, _START, _cut=remainder.gather(_LAST), _following=remainder.gather(_FOLLOWING))
    # one row per member again: members are sorted by visit, in the order of the pools
    if cuts.height == 1:
        own = rows_at(cuts, [0] * ranked.height)
    else:
        own = cuts[ranked["visit_key"].rle_id()]
    return ranked.hstack(own).with_columns_seq(_SHARES)


def _modified(column: str) -> pl.Expr:
    required = pl.col("assistant_modifier_required")
    of_required = pl.when("untimed").then(untimed_assistant_units(pl.col("units"))).otherwise(column)
    never = ~required | ~pl.col("by_assistant") | pl.col("is_evaluation")
    return pl.when(never).then(0).when(required).then(of_required).alias(column)


_MODIFIED = tuple(_modified(column) for column in _SETTLED.values())
_NONE_MODIFIED = Constants(
    [
        pl.lit(None, dtype=pl.Boolean).alias("first_modified"),
        *(pl.lit(0, dtype=pl.Int64).alias(column) for column in _SETTLED.values()),
    ]
)
_TESTED = Condition(
    pl.all_horizontal(
        *(pl.col(name) for name in ("timed", "by_assistant", "assistant_modifier_required")),
        *(pl.col(name).is_not_null() for name in ("units", "assistant_midpoint_test", "assistant_de_minimis_share")),
    )
)


def _with_modifiers(members: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Add the units that take CQ or CO, for the expected units and for those of the other settling of a tie.

    Return the members, and the test of those that an assistant shares in.
    """
    if not members["by_assistant"].any():
        return _NONE_MODIFIED.beside(members), NO_TESTS
    tests = assistant_units(where(members, _TESTED))
    tested = beside(members, tests[:, [*_MEMBER, "first_modified", *_SETTLED.values()]], _MEMBER)
    return tested.with_columns_seq(_MODIFIED), tests


_SETTLINGS = {"code_units": list(_SETTLED), "assistant_units": list(_SETTLED.values())}
_OF_CODE: tuple[str | pl.Expr, ...] = (
    "visit_key",
    "row",
    "code",
    "family",
    "timed",
    "pooled",
    "code_minutes",
    "assistant_minutes",
    "assistant_only",
    (pl.col("units") != pl.col("other_units")).fill_null(False).alias("in_tie"),
    *(pl.col(columns[0]).alias(f"{name}_expected") for name, columns in _SETTLINGS.items()),
    *(pl.min_horizontal(columns).alias(f"{name}_low") for name, columns in _SETTLINGS.items()),
    *(pl.max_horizontal(columns).alias(f"{name}_high") for name, columns in _SETTLINGS.items()),
)
# a member that is a code by itself is named by its family
_OF_MEMBER = (*_OF_CODE[:2], pl.col("family").alias("code"), *_OF_CODE[3:])


def _codes(members: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """One row per visit and code: members as they are, families split into base code and add-on."""
    if members["addon_code"].null_count() == members.height:
        return members.select_seq(_OF_MEMBER)
    of_family = pl.col("addon_code").is_not_null()
    alone = members.filter(~of_family).with_columns_seq(code="family")
    return _with_families(alone, members.filter(of_family), given).select_seq(_OF_CODE)


def _with_families(alone: pl.DataFrame, kin: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """Add the two codes of each family: the first unit is the base code's, the rest the add-on's.

    A code that was not given is there only if the minutes can earn it a unit.
    """

    def base_modified(units: str, modified: str) -> pl.Expr:
        either_all_or_none = (pl.col(units) < 2) | (pl.col(modified) == 0)
        return pl.when(either_all_or_none).then(modified).otherwise(pl.col("first_modified").cast(pl.Int64))

    base = {m: base_modified(u, m) for u, m in _SETTLED.items()} | {u: pl.col(u).clip(upper_bound=1) for u in _SETTLED}
    addon = {name: pl.col(name) - of_base for name, of_base in base.items()}
    halves = pl.concat([kin.with_columns_seq(code="family", **base), kin.with_columns_seq(code="addon_code", **addon)])
    own = given.select_seq(
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
        .with_columns_seq(
            row=pl.coalesce("_row", "row"),
            code_minutes=pl.when(was_given).then("_minutes").otherwise(0),
            assistant_minutes=pl.when(was_given).then("_assistant").otherwise(0),
            assistant_only=pl.coalesce("_only", "assistant_only"),
        )
    )
    return pl.concat([alone, split.select_seq(alone.columns)])
