"""Clinicians' days over partitions: each hands over its blocks, and the days are put together at the end.

Partitions hold whole patients, and a clinician's day spans them all. What is kept of a partition is a few numbers per
block, and the places of the blocks, compressed: memory grows with the blocks that have clock times, not with the input.
The outcome does not depend on how the input was divided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import polars as pl

from cleanclaim.claims.schema import NOT_CHECKED
from cleanclaim.engine import clinicians, report
from cleanclaim.engine.check import CheckResult, of_clinician_days
from cleanclaim.engine.deadlines import with_deadlines
from cleanclaim.rules.rule import Rule


class ClinicianDays:
    """The days of all clinicians, gathered partition by partition."""

    def __init__(self) -> None:
        self._own: list[pl.DataFrame] = []
        self._places: list[BytesIO] = []
        self._gaps: list[pl.DataFrame] = []
        self._first: CheckResult | None = None
        self._several = False
        self._rules: tuple[Rule, ...] = ()

    def add(self, result: CheckResult) -> None:
        """Take the blocks of a partition of whole patients. A lone patient's are looked at once another one comes."""
        if not self._several and self._first is None and not clinicians.several_patients(result.grains.given):
            self._first = result
            return
        self._several = True
        if self._first is not None:
            self._take(self._first)
            self._first = None
        self._take(result)

    def _take(self, result: CheckResult) -> None:
        self._rules = result.rules
        taken = Taken.of(result)
        self._gaps.append(taken.not_checked)
        if taken.own.is_empty():
            return
        self._own.append(taken.own)
        places = BytesIO()
        taken.places.write_ipc(places, compression="lz4")
        self._places.append(places)

    def outcome(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the findings, with their places, and the not-checked counts of all partitions taken."""
        gaps = pl.concat([NOT_CHECKED.empty(), *self._gaps])
        if not self._own:
            return report.empty_findings(), gaps

        def placed(rows: pl.DataFrame) -> pl.DataFrame:
            return pl.concat(pl.read_ipc(kept.getvalue()).join(rows, on="row", how="semi") for kept in self._places)

        return found_in(pl.concat(self._own), placed, self._rules), gaps


@dataclass(frozen=True)
class Taken:
    """What is kept of a partition: the blocks of its services (``own``), their places, and what was not checked."""

    own: pl.DataFrame
    places: pl.DataFrame
    not_checked: pl.DataFrame

    @classmethod
    def of(cls, result: CheckResult) -> Taken:
        """Return what is kept of a partition of whole patients."""
        found = clinicians.blocks(result.grains.given)
        gaps = of_clinician_days(found.unplaced, result.rules)[1]
        places = result.grains.given.select("row", *report.CONTEXT).join(found.own.select("row"), on="row", how="semi")
        return cls(found.own, with_deadlines(places, result.grains), gaps)


def found_in(
    own: pl.DataFrame, placed: Callable[[pl.DataFrame], pl.DataFrame], rules: tuple[Rule, ...]
) -> pl.DataFrame:
    """Return what is found in the days of clinicians whose blocks are all in ``own``, with places.

    ``placed`` returns the places of the rows in a frame of them.
    """
    days = clinicians.days(own).filter(pl.col("shared_minutes") > 0)
    if days.is_empty():
        return report.empty_findings()
    places = placed(pl.concat([days["row"], days["other_row"].rename("row")]).unique().to_frame())
    findings, _ = of_clinician_days(clinicians.with_other_visits(days, places), rules)
    deadlines = places.select("row", "by_when", "mapped")
    return report.with_context(findings, places).join(deadlines, on="row", how="left", maintain_order="left")
