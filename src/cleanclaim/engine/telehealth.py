"""Which lines say that a service was given by telehealth, and whether Medicare's list of such services has its code."""

from __future__ import annotations

from functools import cache

import polars as pl

from cleanclaim.codes import groups, places
from cleanclaim.engine.beside import Remembered, beside

_BY_PLACE = pl.col("place_of_service").is_in(places.TELEHEALTH)
_BY_MODIFIER = pl.col("has_93") | pl.col("has_95") | pl.col("has_gt")
_SAID = (
    _BY_PLACE.fill_null(False).alias("telehealth_place"),
    # a line without a place or modifiers does not say it
    (_BY_PLACE.fill_null(False) | _BY_MODIFIER.fill_null(False)).alias("telehealth"),
)
_TOLD = Remembered(("place_of_service", "has_93", "has_95", "has_gt"), lambda keys: keys.select(_SAID))


@cache
def _listed() -> pl.DataFrame:
    """One row per code that is on the list or known not to be, and since when."""
    named = groups.table().filter(
        pl.col("group").is_in(["telehealth_listed", "telehealth_unlisted"]) & (pl.col("standing") != "U")
    )
    return named.select("code", _on_list=pl.col("group") == "telehealth_listed", _since="first_day")


_LISTED = pl.when(pl.col("_since") <= pl.col("dos")).then("_on_list").alias("telehealth_listed")


def with_telehealth(lines: pl.DataFrame) -> pl.DataFrame:
    """Add whether a line says telehealth, whether its place does, and whether its code is listed (null: not known)."""
    said = _TOLD.beside(lines)
    if not said["telehealth"].any():
        return said
    return beside(said, _listed(), ["code"]).with_columns(_LISTED).drop("_on_list", "_since")
