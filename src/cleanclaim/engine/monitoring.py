"""Remote monitoring against the patient's other lines in the input: devices by 30 days, management by month."""

from __future__ import annotations

from functools import cache

import polars as pl

from cleanclaim.codes import groups, monitoring
from cleanclaim.engine.allocate import UNCOUNTED
from cleanclaim.engine.beside import beside
from cleanclaim.rules.rule import known_sum

DEVICES = tuple(name for name in groups.names() if name.startswith("remote_device_"))
SHORT, FIRST, FURTHER = "remote_management_short", "remote_management", "remote_management_further"
MANAGEMENT = (SHORT, FIRST, FURTHER)
SET_UP = "remote_set_up"
PERIOD_DAYS = 30

_MANAGEMENT_CODES = tuple(code for name in MANAGEMENT for code in groups.codes(name))
_CODES = frozenset({*_MANAGEMENT_CODES, *(code for name in (*DEVICES, SET_UP) for code in groups.codes(name))})
_WHO = ("_person", "sequence", "_copy")
_GROUP = pl.col("code_group")
_MONTH = [*_WHO, "_month"]
_OF_MONTH = pl.col("dos").dt.truncate("1mo").alias("_month")
_OF_GROUP = [*_MONTH, "code_group"]
_DAYS_SINCE = (pl.col("dos") - pl.col("dos").shift().over(*_WHO, "code_group")).dt.total_days()
_IS_FURTHER, _IS_MANAGEMENT = _GROUP == FURTHER, _GROUP.is_in(MANAGEMENT)
_FURTHER_UNITS = pl.when(_IS_FURTHER).then("units").otherwise(0.0)


def _units_of_month(units: pl.Expr, group: list[str]) -> pl.Expr:
    return pl.when(units.count().over(group) == pl.len().over(group)).then(units.sum().over(group))


_SIDEWAYS = (
    (_GROUP == SHORT).any().over(_MONTH).alias("_short"),
    (_GROUP == FIRST).any().over(_MONTH).alias("_first"),
    _IS_FURTHER.any().over(_MONTH).alias("_further"),
    (pl.col("dos") > pl.col("dos").min().over(_OF_GROUP)).alias("_before"),
    (pl.col("row") == pl.col("row").min().over(_OF_GROUP)).alias("_opens"),
    (pl.col("dos") > pl.col("dos").min().over(*_WHO, "code_group")).alias("_again"),
    _units_of_month(pl.col("units"), _OF_GROUP).alias("_units"),
    _units_of_month(_FURTHER_UNITS, _MONTH).alias("_further_units"),
)
_MINUTES, _LEAST = pl.col("management_minutes"), pl.col("band_least")
# an add-on's units begin where the minutes of its base code end
_STEPS = ((_MINUTES - _LEAST) // pl.col("_step")).clip(lower_bound=0)
_OVER = (
    pl.when(_IS_FURTHER)
    .then((pl.col("_units") - _STEPS).clip(lower_bound=0))
    .otherwise(pl.when(_MINUTES < _LEAST).then("_units").when(_MINUTES >= _LEAST).then(0.0))
)
_LEFT = (pl.col("_further_steps") - pl.col("_further_units")).clip(lower_bound=0)
_FOUND = (
    "row",
    pl.when(_GROUP.is_in(DEVICES))
    .then((pl.col("days_since_period") < PERIOD_DAYS).fill_null(False))
    .alias("period_open"),
    "days_since_period",
    pl.when(_GROUP == SHORT).then(pl.col("_first") | pl.col("_further")).alias("longer_management"),
    pl.when(_GROUP.is_in((SHORT, FIRST))).then("_before").alias("managed_before"),
    pl.when(_IS_FURTHER).then("_first").alias("management_begun"),
    pl.when(_IS_MANAGEMENT).then("_opens").alias("first_of_month"),
    "management_minutes",
    "band_least",
    "band_most",
    pl.when(_IS_MANAGEMENT).then(_OVER).alias("management_units_over"),
    pl.when(_GROUP == FIRST).then(_LEFT.cast(pl.Float64)).alias("management_units_left"),
    pl.when(_GROUP == SET_UP).then("_again").alias("set_up_before"),
)


@cache
def _bands() -> pl.DataFrame:
    """The band of each code."""
    return monitoring.bands().select("code", band_least="least", band_most="most", _step="step")


@cache
def _further_steps() -> pl.Expr:
    """The units of the add-on that the month's minutes earn, whatever code the line has."""
    addon = monitoring.bands().filter(pl.col("step").is_not_null())
    past_base = _MINUTES - pl.lit(addon["least"].item())
    return (past_base // pl.lit(addon["step"].item())).clip(lower_bound=0).alias("_further_steps")


def with_monitoring(lines: pl.DataFrame, given: pl.DataFrame, present: frozenset[str]) -> pl.DataFrame:
    """Add to remote monitoring lines what the patient's other ones say of their period and month; rows stay.

    Of the same patient and payer level, whoever bills them: one clinician bills a patient's monitoring in a period.
    Minutes of management are those of all services of the month in ``given``, billed or not; ``present`` are the codes
    of the lines. Null on other lines, and where a date of service is missing.
    """
    if present.isdisjoint(_CODES):
        return lines
    remote = lines.filter(_GROUP.is_in((*DEVICES, *MANAGEMENT, SET_UP)) & pl.col("dos").is_not_null())
    devices = remote.filter(_GROUP.is_in(DEVICES)).select(*_WHO, "code_group", "dos").unique()
    periods = devices.sort(*_WHO, "code_group", "dos").with_columns(days_since_period=_DAYS_SINCE)
    dated = beside(
        remote.select("row", *_WHO, "code", "code_group", "dos", "units"),
        periods,
        [*_WHO, "code_group", "dos"],
        nulls_equal=True,
    ).with_columns(_OF_MONTH)
    timed = beside(beside(dated, _minutes(given), _MONTH), _bands(), ["code"])
    found = timed.with_columns(*_SIDEWAYS, _further_steps()).select(_FOUND)
    return beside(lines, found, ["row"])


_RECORDED = pl.when(pl.col("_minutes").sum() > 0).then(known_sum(pl.col("_minutes")))
_COUNTED = pl.when(pl.col("by").is_in(UNCOUNTED).fill_null(False)).then(0).otherwise("minutes")


def _minutes(given: pl.DataFrame) -> pl.DataFrame:
    """The minutes of management of each patient and month; null where a service has none recorded.

    A sum of 0 is none recorded: exports write 0 for every code that is not timed by the day.
    """
    managed = given.filter(pl.col("code").is_in(_MANAGEMENT_CODES) & pl.col("dos").is_not_null())
    return (
        managed.select(*_WHO, _OF_MONTH, _minutes=_COUNTED).group_by(_MONTH).agg(_RECORDED.alias("management_minutes"))
    )
