"""From paths or visits to a report: what the command line and the Python interface both call. No billing logic here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim import intake
from cleanclaim.claims.schema import UNREADABLE
from cleanclaim.codes import tables
from cleanclaim.config import Config
from cleanclaim.engine import report
from cleanclaim.engine.check import CheckResult
from cleanclaim.engine.check import check as check_partition
from cleanclaim.engine.keys import FORM_ASSUMED
from cleanclaim.engine.partitions import ROWS, whole_patients
from cleanclaim.engine.report import Report

NO_PAYER = "(none named)"

Source = str | PathLike[str] | Sequence[str | PathLike[str]] | dict[str, Any]


def check(
    source: Source,
    *,
    config: Config | str | PathLike[str] | None = None,
    payer: str | None = None,
    as_of: date | None = None,
    mapping: str | PathLike[str] | None = None,
    partition_rows: int = ROWS,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Return what the rules find in files of claims and visits, or in ``{"visits": [...]}``.

    ``source`` is a path, several paths (read together: minutes join the claims they belong to) or visits in memory.
    ``payer`` stands in for rows that name none; ``as_of`` is the day of the check, today by default; ``mapping`` names
    a file that says what other headers mean. ``progress`` is called with the number of lines checked so far.

    Raises UnreadableFile, UnsupportedFile or ConfigError; what is wrong inside a claim is a finding.

    >>> visit = {"payer": "medicare", "patient_id": "1", "dos": "2026-03-04", "discipline": "GP",
    ...          "services": [{"code": "97530", "minutes": 22, "units": 2, "modifiers": "GP"}]}
    >>> "U101" in {m["rule"] for m in check({"visits": [visit]}, as_of=date(2026, 3, 5)).messages()}
    True
    """
    settings = config if isinstance(config, Config) else Config.load(None if config is None else Path(config))
    if payer is not None:
        settings = settings.with_default_payer(payer)
    reader = _Reader(_batches(source, mapping=mapping, rows=partition_rows))
    day = as_of or date.today()  # noqa: DTZ011  (the user's own calendar day is meant)
    tally = _Tally()
    for services in whole_patients(reader, partition_rows):
        tally.add(check_partition(services, as_of=day, config=settings))
        if progress:
            progress(tally.counts["services"])
    findings, gaps = report.merge(tally.parts)
    return Report(
        findings=findings,
        not_checked=gaps,
        unreadable=pl.concat([UNREADABLE.empty(), *reader.unreadable]),
        files=tuple(reader.files),
        counts=tally.counts,
        unmapped=tuple(sorted(tally.unmapped.items())),
        notes=tuple(dict.fromkeys([*reader.notes, *tally.notes])),
        versions=versions(),
    )


@dataclass
class _Tally:
    """What the partitions came to."""

    parts: list[tuple[pl.DataFrame, pl.DataFrame]] = field(default_factory=list)
    counts: Counter[str] = field(
        default_factory=lambda: Counter(lines=0, services=0, visits=0, claims=0, charge_cents=0)
    )
    unmapped: Counter[str] = field(default_factory=Counter)
    assumed: int = 0

    def add(self, result: CheckResult) -> None:
        grains = result.grains
        self.parts.append((report.with_context(result.findings, result.services), result.not_checked))
        self.counts.update(
            services=result.services.height,
            lines=grains.line.height,
            visits=grains.visit.height,
            claims=grains.claim.height,
            charge_cents=int(grains.line["charge_cents"].sum()),
        )
        self.unmapped.update({payer or NO_PAYER: rows for payer, rows in Config.unmapped(result.services)})
        self.assumed += result.services.select(FORM_ASSUMED.sum()).item()

    @property
    def notes(self) -> list[str]:
        if not self.assumed:
            return []
        rows = "1 row names" if self.assumed == 1 else f"{self.assumed:,} rows name"
        return [f"{rows} no form, setting, place of service or bill type: read as professional claims"]


class _Reader:
    """The services of the batches, keeping aside what could not be read."""

    def __init__(self, batches: Iterable[intake.Batch]) -> None:
        self._batches = batches
        self.unreadable: list[pl.DataFrame] = []
        self.files: list[str] = []
        self.notes: list[str] = []

    def __iter__(self) -> Iterator[pl.DataFrame]:
        for batch in self._batches:
            if batch.unreadable.height:
                self.unreadable.append(batch.unreadable)
            self.files = list(batch.files)
            self.notes += batch.notes
            if batch.services.height:
                yield batch.services


def _batches(source: Source, *, mapping: str | PathLike[str] | None, rows: int) -> Iterable[intake.Batch]:
    if isinstance(source, dict):
        return [intake.services_from_json(source)]
    paths = [source] if isinstance(source, str | PathLike) else list(source)
    named = str(mapping) if mapping is not None else None
    return intake.batches([Path(p) for p in paths], mapping=named, rows=rows)


def versions() -> dict[str, Any]:
    """Return the version of the program and the release of each table that a finding may rest on."""
    return {
        "cleanclaim": version("cleanclaim"),
        "tables": {source.name: source.release for source in tables.sources()},
    }
