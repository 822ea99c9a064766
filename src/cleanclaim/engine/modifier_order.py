"""Modifiers in the order that a payer wants: which place in it each one has, and a line's modifiers put in it.

A pack orders four groups: bypass, discipline, assistant, threshold. Modifiers of no group stay where they stand.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from cleanclaim.codes import modifiers
from cleanclaim.engine.beside import beside
from cleanclaim.engine.keys import MODIFIER_COLUMNS

GROUP_OF: dict[str, str] = {
    **dict.fromkeys(modifiers.BYPASS, "bypass"),
    **dict.fromkeys(modifiers.DISCIPLINES, "discipline"),
    **dict.fromkeys(modifiers.ASSISTANT, "assistant"),
    "KX": "threshold",
}
"""The group of each modifier that a payer's order places."""

_ORDERED = pl.col("modifier_order_required") & (pl.col("modifier_count").is_between(2, len(MODIFIER_COLUMNS)))


@cache
def places(order: str) -> dict[str, int]:
    """Return the place of each modifier in an order of groups, as a pack writes it.

    >>> places("bypass discipline assistant threshold")["KX"]
    3
    """
    groups = order.split(" ")
    return {modifier: groups.index(group) for modifier, group in GROUP_OF.items() if group in groups}


def with_modifiers_ordered(lines: pl.DataFrame) -> pl.DataFrame:
    """Add ``modifiers_ordered``: the line's modifiers as its payer wants them; null where it wants no order.

    Where no payer of the partition wants one, nothing is added.
    """
    if not lines["modifier_order_required"].any():
        return lines
    found = lines[:, _READ].filter(_ORDERED & pl.col("modifier_order").is_not_null())
    return beside(lines, _ordered(found[:, _OF_ORDER]), ["row"])


_OF_ORDER = ["row", "modifier_order", *MODIFIER_COLUMNS]
_READ = [*_OF_ORDER, "modifier_order_required", "modifier_count"]


def _ordered(lines: pl.DataFrame) -> pl.DataFrame:
    ranks = [
        (order, modifier, rank)
        for order in lines["modifier_order"].unique().sort()
        for modifier, rank in places(order).items()
    ]
    table = pl.DataFrame(
        ranks, schema={"modifier_order": pl.String, "modifier": pl.String, "rank": pl.Int64}, orient="row"
    )
    borne = (
        lines.unpivot(MODIFIER_COLUMNS, index=["row", "modifier_order"], variable_name="place", value_name="modifier")
        .drop_nulls("modifier")
        .join(table, on=["modifier_order", "modifier"], how="left")
    )
    placed, free = borne.filter(pl.col("rank").is_not_null()), borne.filter(pl.col("rank").is_null())
    # the places that ordered modifiers hold, filled again in the wanted order
    held = placed.sort("row", "place").select("row", "place")
    filled = held.hstack(placed.sort("row", "rank", "place").select("modifier"))
    return (
        pl.concat([filled, free.select("row", "place", "modifier")])
        .sort("row", "place")
        .group_by("row")
        .agg(modifiers_ordered=pl.col("modifier").str.join(" "))
    )
