"""A run's report: its numbers, and where its findings are. The findings themselves stay on the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cleanclaim.app import versions
from cleanclaim.bulk.checked import SEVERITIES, Tally
from cleanclaim.bulk.folder import RunFolder
from cleanclaim.bulk.plan import Plan
from cleanclaim.bulk.work import Work, unreadable
from cleanclaim.engine.report import Report, empty_findings
from cleanclaim.parts import remarks
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Severity

_MOST_UNREAD = 1_000


@dataclass(frozen=True)
class RunReport(Report):
    """A report whose findings are in the Parquet files of ``place``, not in memory.

    ``digest`` is equal for runs that found the same, however they were divided, under one version of Polars; ``lost``
    are remarks on processes that were lost, ``unread_places`` counts what could not be read.
    """

    place: Path = field(default_factory=Path)
    sums: tuple[tuple[str, tuple[int, int, int, int]], ...] = ()
    digest: str = ""
    suppressed_count: int = 0
    unread_places: int = 0
    lost: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """As that of a report."""
        if self.left_out.expired:
            return 2
        grave = any(SEVERITIES[gravity] != Severity.ADVICE for _, (*_, gravity) in self.sums)
        return int(bool(self.unread_places) or grave)

    @property
    def count(self) -> int:
        """The number of findings."""
        return sum(numbers[0] for _, numbers in self.sums)

    def by_rule(self) -> list[dict[str, Any]]:
        """As that of a report."""
        names = {rule.id: rule.name for rule in all_rules()}
        rows = [
            {
                "rule": rule,
                "count": count,
                "priced_cents": priced,
                "charged_cents": charged,
                "name": names[rule],
                "severity": SEVERITIES[gravity],
            }
            for rule, (count, priced, charged, gravity) in self.sums
        ]
        return sorted(rows, key=lambda r: (-r["priced_cents"], -r["charged_cents"], -r["count"], r["rule"]))

    def summary(self) -> dict[str, Any]:
        """As that of a report, with where the findings are."""
        return {
            **super().summary(),
            "findings": self.count,
            "unreadable": self.unread_places,
            "suppressed": self.suppressed_count,
            "findings_in": str(self.place),
            "findings_digest": self.digest,
            "processes_lost": list(self.lost),
        }

    def as_dict(self) -> dict[str, Any]:
        """Return the summary, what was not checked and what could not be read, as in the JSON contract."""
        return {
            "not_checked": self.gaps(),
            "unreadable": self.unread(),
            "summary": self.summary(),
            "versions": self.versions,
        }


def summarized(
    plan: Plan, folder: RunFolder, tally: Tally, read: Iterable[dict[str, Any]], lost: list[str]
) -> RunReport:
    """Return the report of a run whose partitions are all checked."""
    notes = [note for record in read for note in record["notes"]]
    beside = plan.records
    if beside is not None:
        notes += beside.notes
    unread, count = unreadable(folder, _MOST_UNREAD)
    if beside is not None and beside.unreadable is not None:
        unread, count = unread.vstack(beside.unreadable), count + beside.unreadable.height
    if count > unread.height:
        notes.append(f"{count:,} places could not be read; all are in {folder.path / 'unreadable'}")
    return RunReport(
        findings=empty_findings(),
        not_checked=tally.gaps(),
        unreadable=unread,
        files=(*plan.files, *(beside.files if beside is not None else ())),
        counts=dict(tally.counts),
        unmapped=tuple(sorted(tally.unmapped.items())),
        notes=tuple(dict.fromkeys([*plan.notes, *notes, *remarks(tuple(sorted(tally.hints)), tally.assumed)])),
        versions=versions(),
        left_out=plan.asked.selection.left_out_by(Counter(tally.fates), Counter(tally.suppressed)),
        place=folder.path / Work(plan, folder).findings,
        sums=tuple(sorted((rule, _four(numbers)) for rule, numbers in tally.by_rule.items())),
        digest="".join(f"{number:016x}" for number in tally.digest),
        suppressed_count=tally.fates["suppressed"],
        unread_places=count,
        lost=tuple(lost),
    )


def _four(numbers: list[int]) -> tuple[int, int, int, int]:
    count, priced, charged, gravity = numbers
    return count, priced, charged, gravity
