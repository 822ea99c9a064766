"""Therapy beside spinal manipulation by the same clinician."""

from __future__ import annotations

import polars as pl

from cleanclaim.codes import groups
from cleanclaim.engine.few import Constants

CODES = frozenset(groups.codes("spinal_manipulation"))
_DAY = ("person_day_key", "rendering_npi")
_MANIPULATION = pl.col("code").is_in(sorted(CODES))
_BESIDE = (
    pl.when(~_MANIPULATION.any().over("person_day_key") | _MANIPULATION)
    .then(False)
    .when(pl.col("rendering_npi").is_not_null())
    .then(_MANIPULATION.any().over(_DAY))
    .alias("beside_manipulation")
)
_NOT_BESIDE = Constants([pl.lit(False).alias("beside_manipulation")])


def with_manipulation(lines: pl.DataFrame, present: frozenset[str]) -> pl.DataFrame:
    """Add whether the rendering clinician bills spinal manipulation of the patient on the line's day too.

    ``present`` are the codes of the lines. Null where there is manipulation on the day and the line names no clinician;
    false on the manipulation itself.
    """
    return _NOT_BESIDE.beside(lines) if present.isdisjoint(CODES) else lines.with_columns_seq(_BESIDE)
