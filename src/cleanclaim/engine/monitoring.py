"""Remote monitoring against the patient's other lines in the input: devices by 30 days, management by month."""

from __future__ import annotations

import polars as pl

from cleanclaim.codes import groups
from cleanclaim.engine.beside import beside

DEVICES = tuple(name for name in groups.names() if name.startswith("remote_device_"))
SHORT, FIRST, FURTHER = "remote_management_short", "remote_management", "remote_management_further"
PERIOD_DAYS = 30

_CODES = frozenset({code for name in (*DEVICES, SHORT, FIRST, FURTHER) for code in groups.codes(name)})
_WHO = ("_person", "sequence", "_copy")
_GROUP = pl.col("code_group")
_MONTH = [*_WHO, "_month"]
_DAYS_SINCE = (pl.col("dos") - pl.col("dos").shift().over(*_WHO, "code_group")).dt.total_days()
_MANAGEMENT = (
    (_GROUP == SHORT).any().over(_MONTH).alias("_short"),
    (_GROUP == FIRST).any().over(_MONTH).alias("_first"),
    (_GROUP == FURTHER).any().over(_MONTH).alias("_further"),
    (pl.col("dos") > pl.col("dos").min().over(*_MONTH, "code_group")).alias("_before"),
)
_FOUND = (
    "row",
    pl.when(_GROUP.is_in(DEVICES))
    .then((pl.col("days_since_period") < PERIOD_DAYS).fill_null(False))
    .alias("period_open"),
    "days_since_period",
    pl.when(_GROUP == SHORT).then(pl.col("_first") | pl.col("_further")).alias("longer_management"),
    pl.when(_GROUP.is_in((SHORT, FIRST))).then("_before").alias("managed_before"),
    pl.when(_GROUP == FURTHER).then("_first").alias("management_begun"),
)


def with_monitoring(lines: pl.DataFrame, present: frozenset[str]) -> pl.DataFrame:
    """Add to remote monitoring lines what the patient's other ones say of their period and month; rows stay.

    Of the same patient and payer level, whoever bills them: one clinician bills a patient's monitoring in a period.
    ``present`` are the codes of the lines. Null on other lines, and where a date of service is missing.
    """
    if present.isdisjoint(_CODES):
        return lines
    remote = lines.filter(_GROUP.is_in((*DEVICES, SHORT, FIRST, FURTHER)) & pl.col("dos").is_not_null())
    devices = remote.filter(_GROUP.is_in(DEVICES)).select(*_WHO, "code_group", "dos").unique()
    periods = devices.sort(*_WHO, "code_group", "dos").with_columns(days_since_period=_DAYS_SINCE)
    found = (
        beside(
            remote.select("row", *_WHO, "code_group", "dos"), periods, [*_WHO, "code_group", "dos"], nulls_equal=True
        )
        .with_columns(_month=pl.col("dos").dt.truncate("1mo"))
        .with_columns(_MANAGEMENT)
        .select(_FOUND)
    )
    return beside(lines, found, ["row"])
