"""What an X12 file holds, counted: its transaction sets with their claims, lines and money."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from cleanclaim.x12.files import X12Tables, iter_x12
from cleanclaim.x12.guides import short_name
from cleanclaim.x12.stretches import Source

_CLAIMS = ("claims", "lines", "charge_cents")
_COUNTED = {
    "837P": _CLAIMS,
    "837I": _CLAIMS,
    "835": (*_CLAIMS, "paid_cents", "adjustment_cents"),
    "999": ("accepted", "rejected"),
    "997": ("accepted", "rejected"),
    "277CA": ("claims", "charge_cents", "accepted", "rejected"),
}
_CLAIMS_OF = {"claims": "lines", "facility_claims": "facility_lines"}
_ROWS, _CHARGE = pl.len(), pl.col("charge_cents").sum()
# table: which of its rows count, and the sums by transaction set
_SUMS: dict[str, tuple[pl.Expr | None, dict[str, pl.Expr]]] = {
    "claims": (None, {"claims": _ROWS, "charge_cents": _CHARGE}),
    "facility_claims": (None, {"claims": _ROWS, "charge_cents": _CHARGE}),
    "paid_claims": (None, {"claims": _ROWS, "charge_cents": _CHARGE, "paid_cents": pl.col("paid_cents").sum()}),
    "paid_services": (None, {"lines": _ROWS}),
    "adjustments": (None, {"adjustment_cents": pl.col("cents").sum()}),
    "set_acks": (
        None,
        {
            "accepted": pl.col("status").is_in(["A", "E", "P"]).sum(),
            "rejected": pl.col("status").is_in(["R", "M", "W", "X"]).sum(),
        },
    ),
    "trackings": (
        pl.col("level") == "claim",
        {
            "claims": _ROWS,
            "charge_cents": _CHARGE,
            "accepted": (pl.col("action") == "WQ").sum(),
            "rejected": (pl.col("action") == "U").sum(),
        },
    ),
}


def totals(source: Source) -> dict[str, Any]:
    """Return the counts of a file: interchanges, TA1 segments, each transaction set, and the places not read.

    A set has ``type`` (ST01), ``version``, ``claims``, ``lines`` and ``charge_cents`` (claim charges summed); an 835
    also ``paid_cents`` (CLP04) and ``adjustment_cents`` (every CAS of claims and services); a 999, 997 or 277CA how
    many sets or claims are ``accepted`` and ``rejected``. Null is what such a set does not have, or is not read of it.

    >>> totals(b"visit_id,code")
    Traceback (most recent call last):
    cleanclaim.errors.UnreadableFile: the bytes given: not an X12 file: no ISA segment in its first 4,096 bytes
    """
    sets: dict[int, dict[str, Any]] = {}
    problems: list[dict[str, Any]] = []
    interchanges = acks = 0
    for part in iter_x12(source):
        interchanges = part.interchanges
        acks += part["interchange_acks"].height
        problems += part.problems.to_dicts()
        for row in part["sets"].iter_rows(named=True):
            counted = dict.fromkeys(_CLAIMS) | dict.fromkeys(_COUNTED.get(row["guide"], ()), 0)
            sets[row["transaction"]] = {"type": row["type"], "version": row["version"], **counted}
        for transaction, sums in _counts(part):
            for name, count in sums.items():
                sets[transaction][name] += count
    return {
        "interchanges": interchanges,
        "interchange_acks": acks,
        "transactions": list(sets.values()),
        "problems": problems,
    }


def kinds(source: Source) -> tuple[str, ...]:
    """Return the kinds of transaction sets in a file, in its order, such as 837P, 835 or 271; TA1 among them.

    >>> kinds(b"ST*837*1*005010X223A2~BHT*0019*00*1~SE*3*1~")
    ('837I',)
    """
    found: dict[str, None] = {}
    for part in iter_x12(source, kinds=()):
        if part["interchange_acks"].height:
            found["TA1"] = None
        for kind, version in part["sets"].select("type", "version").unique(maintain_order=True).iter_rows():
            found[short_name(kind or "", version or "") or "unnamed"] = None
    return tuple(found)


def _counts(part: X12Tables) -> Iterable[tuple[int, dict[str, int]]]:
    """Yield sums by transaction set."""
    for name, (kept, sums) in _SUMS.items():
        if name not in part.tables:
            continue
        frame = part[name] if kept is None else part[name].filter(kept)
        for row in frame.group_by("transaction").agg(**sums).iter_rows(named=True):
            yield row.pop("transaction"), row
    for claims, lines in _CLAIMS_OF.items():
        if claims in part.tables:
            owned = part[lines].join(part[claims].select("claim_seq", "transaction"), on="claim_seq")
            for transaction, count in owned.group_by("transaction").len().iter_rows():
                yield transaction, {"lines": count}
