"""Which outcomes are denials, and the cause of each by its reasons, remarks and modifiers."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cleanclaim.codes.denials import Cause, cause_of, causes
from cleanclaim.codes.reason_kinds import denies

SITUATION = ("reasons", "remarks", "modifiers")
"""What the cause of a denial is told by."""


@dataclass(frozen=True, slots=True)
class Told:
    """The reason by which a denial is understood, as group and reason, and its cause; None where there is none."""

    group: str | None
    reason: str | None
    cause: Cause | None

    @property
    def pair(self) -> str | None:
        """Group and reason as a remittance reader writes them, such as CO-97."""
        return None if self.reason is None else f"{self.group}-{self.reason}"


def denied(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return the outcomes (OUTCOME) of claim lines that a payer denied, wholly or in part, in the order given.

    >>> denied(pl.DataFrame({"row": [0, 1, None], "outcome": ["denied", "open", "denied"]})).rows()
    [(0, 'denied')]
    """
    return outcomes.filter((pl.col("outcome") == "denied") & pl.col("row").is_not_null())


def told_by(reasons: str | None, remarks: str | None, modifiers: str | None) -> Told:
    """Return by which of a line's reasons its denial is understood: the one whose cause comes first in the table.

    Reasons that do not deny (contract, reductions, the patient's share) say nothing of it. Where none of those that
    deny has a cause, the first of them stands without one.

    >>> told_by("CO-45 CO-151", "N706", "GP").cause.id
    'maximum-records'
    >>> told_by("CO-45", None, None).reason is None
    True
    """
    noted, borne = frozenset((remarks or "").split()), frozenset((modifiers or "").split())
    pairs = [pair.partition("-") for pair in (reasons or "").split()]
    found = [
        Told(group or None, reason, cause_of(group, reason, noted, borne))
        for group, _, reason in pairs
        if denies(reason)
    ]
    order = {one.id: place for place, one in enumerate(causes())}
    known = sorted((one for one in found if one.cause), key=lambda one: order[one.cause.id] if one.cause else -1)
    return next(iter([*known, *found]), Told(None, None, None))
