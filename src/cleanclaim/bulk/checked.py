"""The partition function: services of whole patients to findings and a record of numbers that add up to a report.

One machine's processes and Spark's executors call the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from cleanclaim.bulk.plan import Asked
from cleanclaim.claims.episodes import Records
from cleanclaim.claims.schema import NOT_CHECKED
from cleanclaim.engine import clinicians
from cleanclaim.engine.across import Taken
from cleanclaim.engine.check import check
from cleanclaim.engine.report import empty_findings
from cleanclaim.parts import Part, no_counts
from cleanclaim.rules.rule import Severity

FINDING = [name for name in empty_findings().columns if name not in ("fate", "suppression")]
"""The columns of findings as a run writes them: those of a report's findings that are told."""
SUPPRESSED = [*FINDING, "suppression"]
SEVERITIES = [severity.value for severity in Severity]
_GRAVITY = pl.col("severity").replace_strict({name: place for place, name in enumerate(SEVERITIES)})
_WRAP = 1 << 64


@dataclass
class Tally:
    """Numbers of partitions, added up: in whatever order they come, the sum is the same."""

    counts: Counter[str] = field(default_factory=no_counts)
    by_rule: dict[str, list[int]] = field(default_factory=dict)
    not_checked: Counter[tuple[str, str]] = field(default_factory=Counter)
    clinicians_not_checked: Counter[tuple[str, str]] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    hints: set[str] = field(default_factory=set)
    fates: Counter[str] = field(default_factory=Counter)
    suppressed: Counter[int] = field(default_factory=Counter)
    assumed: int = 0
    several: int = 0
    blocks: int = 0
    digest: list[int] = field(default_factory=lambda: [0, 0])

    def add(self, other: Tally) -> None:
        """Take the numbers of another in."""
        for name in ("counts", "not_checked", "clinicians_not_checked", "unmapped", "fates", "suppressed"):
            getattr(self, name).update(getattr(other, name))
        for rule, (count, priced, charged, gravity) in other.by_rule.items():
            own = self.by_rule.setdefault(rule, [0, 0, 0, gravity])
            self.by_rule[rule] = [own[0] + count, own[1] + priced, own[2] + charged, min(own[3], gravity)]
        self.hints |= other.hints
        self.assumed += other.assumed
        self.several += other.several
        self.blocks += other.blocks
        self.digest = [(one + two) % _WRAP for one, two in zip(self.digest, other.digest, strict=True)]

    def found(self, found: pl.DataFrame) -> None:
        """Take settled findings in."""
        self.fates.update(found["fate"].drop_nulls())
        self.suppressed.update(found["suppression"].drop_nulls())
        told = found.filter(pl.col("fate").is_null())
        self.digest = [(one + two) % _WRAP for one, two in zip(self.digest, digest(told), strict=True)]
        charge = pl.col("cents_basis") == "charge"
        sums = told.group_by("rule").agg(
            pl.len(),
            pl.col("cents").filter(~charge).sum().alias("priced"),
            pl.col("cents").filter(charge).sum().alias("charged"),
            _GRAVITY.min().alias("gravity"),
        )
        self.add(Tally(by_rule={rule: list(numbers) for rule, *numbers in sums.rows()}))

    def record(self) -> dict[str, Any]:
        """Return the numbers as JSON holds them."""
        gaps = {
            name: [[*key, count] for key, count in sorted(getattr(self, name).items())]
            for name in ("not_checked", "clinicians_not_checked")
        }
        return {
            **vars(self),
            **gaps,
            "hints": sorted(self.hints),
            "suppressed": sorted(self.suppressed.items()),
        }

    @classmethod
    def of_record(cls, record: dict[str, Any]) -> Tally:
        """Return the numbers in a record."""
        return cls(
            counts=Counter(record["counts"]),
            by_rule=record["by_rule"],
            not_checked=_gaps(record["not_checked"]),
            clinicians_not_checked=_gaps(record["clinicians_not_checked"]),
            unmapped=Counter(record["unmapped"]),
            hints=set(record["hints"]),
            fates=Counter(record["fates"]),
            suppressed=Counter({int(place): count for place, count in record["suppressed"]}),
            assumed=record["assumed"],
            several=record["several"],
            blocks=record["blocks"],
            digest=record["digest"],
        )

    def gaps(self) -> pl.DataFrame:
        """Return what was not checked (NOT_CHECKED); of clinicians' days only where there are several patients."""
        both = Counter(self.not_checked)
        if self.several > 1:
            both.update(self.clinicians_not_checked)
        rows = [(*key, count) for key, count in sorted(both.items())]
        return pl.DataFrame(rows, schema=NOT_CHECKED.schema, orient="row")


@dataclass(frozen=True)
class Checked:
    """A checked partition: ``findings`` that are told (FINDING), ``suppressed`` ones, and its numbers.

    ``taken`` are the blocks of its clinicians and where they stand (:mod:`cleanclaim.engine.across`); none without.
    """

    findings: pl.DataFrame
    suppressed: pl.DataFrame
    tally: Tally
    taken: Taken | None


def checked(services: pl.DataFrame, asked: Asked, records: Records | None = None) -> Checked:
    """Return what the rules find in ``services``, whose patients are whole and in the order of their rows.

    >>> from datetime import date
    >>> from cleanclaim.claims.schema import SERVICES
    >>> from cleanclaim.config import Config
    >>> checked(SERVICES.empty(), Asked((), Config.load(None), date(2026, 3, 5))).tally.counts["lines"]
    0
    """
    selection = asked.selection
    result = check(
        services, as_of=asked.as_of, config=asked.config, rules=selection.narrowed, part=True, records=records
    )
    part = Part.of(result, selection)
    tally = Tally(
        counts=part.counts,
        not_checked=_gaps(part.not_checked.rows()),
        unmapped=Counter(part.unmapped),
        hints=set(part.hints),
        assumed=part.assumed,
        # a lone patient's blocks are set against nothing
        several=0 if services.is_empty() else 1 + clinicians.several_patients(result.grains.given),
    )
    taken = Taken.of(result) if services.height else None
    if taken is not None:
        tally.clinicians_not_checked = _gaps(taken.not_checked.rows())
        tally.blocks = taken.own.height
    tally.found(part.found)
    return Checked(*told(part.found), tally, taken if tally.blocks else None)


def told(found: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the findings that are told, and those that are suppressed."""
    return (
        found.filter(pl.col("fate").is_null()).select(FINDING),
        found.filter(pl.col("fate") == "suppressed").select(SUPPRESSED),
    )


def digest(findings: pl.DataFrame) -> list[int]:
    """Return two numbers that are equal for the same findings in any order, under one version of Polars.

    >>> one = empty_findings()
    >>> digest(one)
    [0, 0]
    """
    if findings.is_empty():
        return [0, 0]
    # numbers within a partition are not its own business: the same rows have the same sum however they are divided
    return [int(findings[:, FINDING].hash_rows(seed=seed).to_numpy().sum(dtype=np.uint64)) for seed in (1, 2)]


def together(tallies: Iterable[Tally]) -> Tally:
    """Return the numbers of several partitions as one.

    >>> together([Tally(assumed=2), Tally(assumed=3)]).assumed
    5
    """
    whole = Tally()
    for one in tallies:
        whole.add(one)
    return whole


def _gaps(rows: Iterable[Sequence[Any]]) -> Counter[tuple[str, str]]:
    return Counter({(rule, missing): count for rule, missing, count in rows})
