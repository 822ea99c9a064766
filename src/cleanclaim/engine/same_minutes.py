"""Minutes of one patient that are claimed twice: one-on-one and in a group, by two disciplines, or with a caregiver.

One-on-one time is the time of the codes that enter the day's pool of timed minutes: an evaluation, a session code, or
the training of a caregiver while the patient is elsewhere, claims no such minute. A group is attended all its time, so
its block stands for its minutes where none are recorded.
"""

from __future__ import annotations

from collections import Counter

import polars as pl

from cleanclaim.codes import groups
from cleanclaim.dated import FEW
from cleanclaim.engine.allocate import UNCOUNTED
from cleanclaim.engine.beside import beside
from cleanclaim.engine.clock import MIDNIGHT, joined, shared
from cleanclaim.engine.conditions import Condition, where
from cleanclaim.engine.few import Constants, chosen, rows_at

_THERAPISTS = ("PT", "OT", "SLP", "PT+PTA", "OT+OTA")
GIVEN_BY_THERAPIST = (
    pl.when(pl.col("by").is_not_null())
    .then(pl.col("by").is_in(_THERAPISTS))
    .when(pl.col("assistant_modifier"))
    .then(False)
    .when(pl.col("assistant_modifier_required"))
    .then(True)
)
"""True where a therapist gave the service; where assistants are marked, one without the mark is the therapist's."""
_GROUP_CODES, _CAREGIVER_CODES = groups.codes("group_service"), groups.codes("caregiver_training")
_GROUP, _CAREGIVER = pl.col("code").is_in(_GROUP_CODES), pl.col("code").is_in(_CAREGIVER_CODES)
COUNTED = ~pl.col("by").is_in(UNCOUNTED).fill_null(False)
"""True where the minutes of a service count: not those of a student or an aide."""
BILLED = pl.col("billed").any().over("visit_key", "code_key")
"""True for every service of a code of which the visit bills one: a block may stand on a row of its own."""
CLOCKED = (
    (pl.col("start_minute") >= 0)
    & (pl.col("start_minute") < pl.col("stop_minute"))
    & (pl.col("stop_minute") <= MIDNIGHT)
    & pl.col("minutes").is_not_null()
).fill_null(False)
"""True where a service has its minutes and a block of clock time to look for them in."""

_NO_GROUP = (
    pl.lit(False).alias("group_beside_single"),
    pl.lit(None, dtype=pl.Int64).alias("group_shared_minutes"),
    pl.lit(None, dtype=pl.Int64).alias("group_shared_from"),
)
_NO_OTHER = (
    pl.lit(False).alias("other_discipline_timed"),
    pl.lit(None, dtype=pl.Int64).alias("cotreated_minutes"),
    pl.lit(None, dtype=pl.Int64).alias("cotreated_from"),
)
_NO_CAREGIVER = (
    pl.lit(False).alias("caregiver_beside_treatment"),
    pl.lit(None, dtype=pl.Int64).alias("caregiver_shared_minutes"),
    pl.lit(None, dtype=pl.Int64).alias("caregiver_shared_from"),
)
_NEITHER = Constants([*_NO_GROUP, *_NO_OTHER, *_NO_CAREGIVER])
_BLOCK = ("visit_key", "row", "start_minute", "stop_minute")
_TIMES = (
    *_BLOCK,
    "person_day_key",
    "discipline",
    pl.when(_GROUP).then(pl.coalesce("minutes", pl.col("stop_minute") - pl.col("start_minute"))).otherwise("minutes"),
    _GROUP.alias("group"),
)
# one clinician's: where it is not known who gave a service, its minutes are on nobody's clock
_CLINICIANS_TIMES = (
    *_BLOCK,
    pl.struct("visit_key", "rendering_npi").hash(seed=0).alias("clinician"),
    pl.when(GIVEN_BY_THERAPIST & pl.col("rendering_npi").is_not_null())
    .then(pl.when(pl.col("timed")).then("minutes").otherwise(pl.col("stop_minute") - pl.col("start_minute")))
    .alias("minutes"),
    _CAREGIVER.alias("caregiver"),
)


def with_shared_minutes(visits: pl.DataFrame, given: pl.DataFrame, present: frozenset[str]) -> pl.DataFrame:
    """Add to each visit the minutes that it claims twice.

    One-on-one and in a group; one-on-one by two disciplines, which stand on the visit whose block begins later; and of
    one therapist, with the patient and with a caregiver while the patient is elsewhere. ``given`` are all services of
    the visits, ``present`` the codes billed. Minutes are null where a service that takes part has no clock times or no
    minutes, and where nothing takes part.
    """
    grouped = not present.isdisjoint(_GROUP_CODES)
    several = visits.height > 1 and visits["discipline"].n_unique() > 1
    trained = not present.isdisjoint(_CAREGIVER_CODES)
    if not (grouped or several or trained):
        return _NEITHER.beside(visits)
    part = _TAKES_PART if given["billed"].all() else _TAKES_PART_BILLED
    counted = where(_of_several(given[:, _READ]), part)
    times = (counted.filter(~_CAREGIVER) if trained else counted).select_seq(_TIMES)
    own = counted.filter(~_GROUP & GIVEN_BY_THERAPIST.fill_null(True)).select(_CLINICIANS_TIMES) if trained else times
    nobody = times.head(0)
    found = (
        (_twice(times, "visit_key", "group") if grouped else nobody, _NO_GROUP),
        (_twice(chosen(times, ~times["group"]), "person_day_key", "discipline") if several else nobody, _NO_OTHER),
        (_twice(own, "clinician", "caregiver") if trained else nobody, _NO_CAREGIVER),
    )
    for twice, columns in found:
        visits = _beside(visits, twice, columns)
    return visits


_READ = [
    "_person_day", "visit_key", "person_day_key", "code_key", "row", "code", "discipline", "rendering_npi", "by",
    "billed", "minutes", "start_minute", "stop_minute", "pooled", "timed", "assistant_modifier",
    "assistant_modifier_required",
]  # fmt: skip
_MAY_TAKE_PART = (pl.col("pooled") | _GROUP | _CAREGIVER) & COUNTED
_TAKES_PART, _TAKES_PART_BILLED = Condition(_MAY_TAKE_PART), Condition(_MAY_TAKE_PART & BILLED)
_SAME_DAY = pl.col("_person_day") == pl.col("_person_day").shift()
_OCCASION = _GROUP | _CAREGIVER | (_SAME_DAY & pl.col("discipline").ne_missing(pl.col("discipline").shift()))


def _of_several(given: pl.DataFrame) -> pl.DataFrame:
    """Return the services of the days that have a group, a caregiver or a second discipline; they are sorted by day."""
    if given.height <= FEW:
        return given
    days = given.filter(_OCCASION)["_person_day"].unique()
    return given.filter(pl.col("_person_day").is_in(days.implode()))


def _beside(visits: pl.DataFrame, twice: pl.DataFrame, columns: tuple[pl.Expr, ...]) -> pl.DataFrame:
    """Lay what was found beside the visits, under the names of ``columns``, whose values stand where nothing was."""
    if twice.is_empty():
        return visits.with_columns_seq(columns)
    names = [column.meta.output_name() for column in columns]
    told = dict(zip(names, ("occasion", "shared_minutes", "shared_from"), strict=True))
    found = twice.select_seq("visit_key", **told)
    return beside(visits, found, ["visit_key"]).with_columns_seq(pl.col(names[0]).fill_null(False))


def _twice(times: pl.DataFrame, who: str, side: str) -> pl.DataFrame:
    """Return, per visit in which ``who`` has services of two sides, the most minutes that two blocks share."""
    parts = _of_two_sides(times, who, side)
    if parts.is_empty():
        return parts
    parts = parts.hstack(parts.select_seq(_IS_CLOCKED))
    clocked = chosen(parts, parts["_clocked"])
    most = _most(clocked, parts, who, side) if clocked.height > 1 else _NO_BLOCKS
    return beside(_occasions(parts, who), most, ["visit_key"]).with_columns_seq(_SHARED)


_IS_CLOCKED = CLOCKED.alias("_clocked")
_SHARED = pl.coalesce("shared_minutes", pl.when("_clocked").then(0)).alias("shared_minutes")
_OCCASIONS = (pl.col("_clocked").first(), pl.lit(True).alias("occasion"))
_OCCASION_OF = pl.Schema({"visit_key": pl.Int64(), "_clocked": pl.Boolean(), "occasion": pl.Boolean()})


def _occasions(parts: pl.DataFrame, who: str) -> pl.DataFrame:
    """One row per visit: whether all services of its (first) ``who`` have their clock times."""
    if parts.height > FEW:
        whole = parts.with_columns_seq(pl.col("_clocked").all().over(who))
        return whole.group_by("visit_key", maintain_order=True).agg(*_OCCASIONS)
    rows = list(zip(*(parts[name].to_list() for name in ("visit_key", who, "_clocked")), strict=True))
    open_ones = {one for _, one, clocked in rows if not clocked}
    of_visit = {visit: one not in open_ones for visit, one, _ in reversed(rows)}
    told = [(visit, of_visit[visit], True) for visit in dict.fromkeys(row[0] for row in rows)]
    return pl.DataFrame(told, schema=_OCCASION_OF, orient="row")


def _of_two_sides(times: pl.DataFrame, who: str, side: str) -> pl.DataFrame:
    """Return the services of known sides whose ``who`` has services of two."""
    if times.height <= FEW:
        rows = times[:, [who, side]].rows()
        named = {row for row in rows if row[1] is not None}
        sides = Counter(one for one, _ in named)
        return rows_at(times, [place for place, row in enumerate(rows) if row in named and sides[row[0]] > 1])
    several = pl.col(side).min().over(who) != pl.col(side).max().over(who)
    return times.filter(several & pl.col(side).is_not_null())


_NO_BLOCKS = pl.DataFrame(schema={"visit_key": pl.Int64, "shared_minutes": pl.Int64, "shared_from": pl.Int64})


def _most(clocked: pl.DataFrame, parts: pl.DataFrame, who: str, side: str) -> pl.DataFrame:
    met = shared(joined(clocked, [who, side]), [who]).filter(pl.col("shared_minutes") > 0)
    if met.is_empty():
        return _NO_BLOCKS
    return (
        met.select("row", "shared_minutes", "shared_from")
        .join(parts.select("row", "visit_key"), on="row")
        .sort("visit_key", "shared_minutes", "row", descending=[False, True, False])
        .unique("visit_key", keep="first", maintain_order=True)
        .drop("row")
    )
