"""Payers that count by total time or by midpoint, whichever comes out larger, or smaller: which of the two, by visit.

``cms_or_ama``: a state's law lets a plan allow no fewer units than CPT's midpoint rule does (Illinois, 215 ILCS
5/368g), so the larger of both counts. ``hybrid``: a payer mixes both rules and has not published how, so the smaller
counts, as advice. Where both give the same total, total time decides which codes the units are of.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cleanclaim.engine.beside import beside, distinct
from cleanclaim.rules.rule import known_sum

LARGER, SMALLER = "cms_or_ama", "hybrid"
EITHER = (LARGER, SMALLER)
QUARTER = 15
"""Minutes of a pooled unit."""
SHORT = 7
"""Minutes that the pool's last unit may lack: 8 minutes are one unit, 23 are two."""


def both(minutes: Sequence[int]) -> tuple[int, int]:
    """Return the units of a day's 15-minute codes by total time, and by the midpoint of each code.

    >>> both([33, 7]), both([8, 8, 8])
    ((3, 2), (2, 3))
    """
    return (sum(minutes) + SHORT) // QUARTER, sum((each + SHORT) // QUARTER for each in minutes)


def settled(members: pl.DataFrame) -> pl.DataFrame:
    """Return pool members with ``unit_method`` settled to cms or ama where the payer's is one of ``EITHER``.

    By visit; cms where a needed minute is not known, so that nothing is counted.
    """
    if distinct(members["unit_method"]).isdisjoint(EITHER):
        return members
    minutes = pl.when(pl.col("pooled").fill_null(False)).then(_MINUTES).otherwise(0)
    by_visit = members.group_by("visit_key").agg(
        by_total=(known_sum(minutes) + SHORT) // QUARTER,
        by_code=known_sum((minutes + SHORT) // QUARTER),
    )
    return (
        members.hstack(beside(members.select("visit_key"), by_visit, ["visit_key"]).drop("visit_key"))
        .with_columns(_SETTLED)
        .drop("by_total", "by_code")
    )


_MINUTES = pl.col("therapist_minutes") + pl.col("assistant_minutes")
_BY_CODE_COUNTS = (
    pl.when(pl.col("unit_method") == LARGER)
    .then(pl.col("by_code") > pl.col("by_total"))
    .otherwise(pl.col("by_code") < pl.col("by_total"))
)
_SETTLED = (
    pl.when(pl.col("unit_method").is_in(EITHER))
    .then(pl.when(_BY_CODE_COUNTS.fill_null(False)).then(pl.lit("ama")).otherwise(pl.lit("cms")))
    .otherwise("unit_method")
    .alias("unit_method")
)


def with_settled(services: pl.DataFrame, pools: pl.DataFrame) -> pl.DataFrame:
    """Return ``services`` with the method by which their visit's units were counted."""
    if distinct(services["unit_method"]).isdisjoint(EITHER):
        return services
    return beside(services.drop("unit_method"), pools.select("visit_key", "unit_method"), ["visit_key"])
