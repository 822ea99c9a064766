"""From paths or visits to a report: what the command line and the Python interface both call. No billing logic here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
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
    read = _batches(source, mapping=mapping, rows=partition_rows)
    reader = _Reader(read)
    day = as_of or date.today()  # noqa: DTZ011  (the user's own calendar day is meant)
    parts: list[tuple[pl.DataFrame, pl.DataFrame]] = []
    counts = {"lines": 0, "services": 0, "visits": 0, "claims": 0, "charge_cents": 0}
    unmapped: dict[str, int] = {}
    assumed = 0
    for services in whole_patients(reader, partition_rows):
        result = check_partition(services, as_of=day, config=settings)
        parts.append((report.with_context(result.findings, result.services), result.not_checked))
        counts["services"] += services.height
        counts["lines"] += result.grains.line.height
        counts["visits"] += result.grains.visit.height
        counts["claims"] += result.grains.claim.height
        counts["charge_cents"] += int(result.grains.line["charge_cents"].sum() or 0)
        for name, rows in Config.unmapped(result.services):
            unmapped[name or NO_PAYER] = unmapped.get(name or NO_PAYER, 0) + rows
        assumed += result.services.select(FORM_ASSUMED.sum()).item()
        if progress:
            progress(counts["services"])
    findings, gaps = report.merge(parts) if parts else (report.empty_findings(), report.merge([])[1])
    if assumed:
        reader.notes.append(
            f"{assumed:,} rows name no form, setting, place of service or bill type: read as professional claims"
        )
    return Report(
        findings=findings,
        not_checked=gaps,
        unreadable=pl.concat([UNREADABLE.empty(), *reader.unreadable]),
        files=tuple(reader.files),
        counts=counts,
        unmapped=tuple(sorted(unmapped.items())),
        notes=tuple(dict.fromkeys(reader.notes)),
        versions=versions(),
    )


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
