"""By when the claim of a finding must be with the payer: its filing limit."""

from __future__ import annotations

import polars as pl

from cleanclaim.engine.beside import beside
from cleanclaim.engine.claims import DEADLINE
from cleanclaim.engine.grains import Grains
from cleanclaim.engine.plans import FIRST_ROW

_OF_LINE = ("row", "claim_key", "dos", "pack", "filing_limit_days", "filing_limit_months")


def with_deadlines(found: pl.DataFrame, grains: Grains) -> pl.DataFrame:
    """Return ``found`` (rows of the partition that ``grains`` were built from) with ``by_when`` and ``mapped``.

    ``by_when`` is the last day on which the payer accepts the claim, counted from its first date of service; from the
    day of the visit where the input has no claims. Null where the payer's limit is not known; ``mapped`` says whether
    the payer is mapped to a pack at all. Both are null for a finding on a plan of care, or on a note of no visit, which
    are no claims.
    """
    lines = beside(found.select("row"), grains.given.select(_OF_LINE), ["row"])
    lines = beside(lines, grains.claim.select("claim_key", "filing_deadline"), ["claim_key"])
    if lines["filing_deadline"].has_nulls():
        lines = lines.with_columns(pl.coalesce("filing_deadline", DEADLINE).alias("filing_deadline"))
    mapped = lines["pack"].is_not_null().alias("mapped")
    if grains.episode.height or grains.note.height:
        mapped = mapped.set(found["row"] >= FIRST_ROW, None)
    return found.hstack([lines["filing_deadline"].alias("by_when"), mapped])


def unknown_because(row: dict[str, object]) -> str | None:
    """Return in words why the deadline of a finding is not known; None where it is.

    >>> unknown_because({"by_when": None, "mapped": False})
    'the payer is not mapped to a pack, so its filing limit is not known'
    """
    if row["by_when"] is not None or row["mapped"] is None:
        return None
    if row["mapped"]:
        return "the payer's filing limit is not known"
    return "the payer is not mapped to a pack, so its filing limit is not known"
