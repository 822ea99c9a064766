"""From paths or visits to a report: what the command line and the Python interface both call. No billing logic here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from importlib.metadata import version
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from cleanclaim import intake
from cleanclaim.claims.episodes import Records
from cleanclaim.claims.schema import SERVICES
from cleanclaim.codes import tables
from cleanclaim.config import Config
from cleanclaim.engine import report
from cleanclaim.engine.across import ClinicianDays
from cleanclaim.engine.check import CheckResult
from cleanclaim.engine.check import check as check_partition
from cleanclaim.engine.evidence import Evidence, gather, gravest_first, together
from cleanclaim.engine.fingerprint import fingerprints
from cleanclaim.engine.partitions import ROWS
from cleanclaim.engine.report import Report
from cleanclaim.engine.selection import Selection
from cleanclaim.fixes.outcome import Fixed, candidates, fix_found
from cleanclaim.parts import Part, no_counts, remarks
from cleanclaim.reading import Partitions, Source
from cleanclaim.runs.baseline import is_known
from cleanclaim.runs.outcome import Outcome, read_baseline

if TYPE_CHECKING:
    from cleanclaim.noting import NoteFolder


def check(
    source: Source,
    *,
    config: Config | str | PathLike[str] | None = None,
    payer: str | None = None,
    as_of: date | None = None,
    mapping: str | PathLike[str] | None = None,
    partition_rows: int = ROWS,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    severity: str | None = None,
    baseline: str | PathLike[str] | None = None,
    proofs: int = 0,
    records: Records | None = None,
    notes: str | PathLike[str] | None = None,
    progress: Callable[[int], None] | None = None,
    watch: Callable[[pl.DataFrame, pl.DataFrame], None] | None = None,
) -> Report:
    """Return what the rules find in files of claims and visits, or in ``{"visits": [...]}``.

    ``source`` is a path, several paths (read together: minutes join the claims they belong to) or visits in memory.
    ``payer`` stands in for rows that name none; ``as_of`` is the day of the check, today by default; ``mapping``
    names a file that says what other headers mean; None: as the configuration says. ``select`` and ``ignore`` name
    rules by id, first characters of ids or name; ``severity`` tells that level and graver; ``baseline`` is an earlier
    run's file, whose findings are not told again (:mod:`cleanclaim.engine.selection`). ``proofs`` says for how many
    findings, the gravest first, the rows that show how each came about are kept (``Report.evidence``). ``records`` are
    plans of care and what goes with them (:func:`cleanclaim.intake.read_records`). ``notes`` is a folder of treatment
    notes, each named after its visit (:mod:`cleanclaim.noting`). ``progress`` is called with the number of lines
    checked so far, ``watch`` with the services of each partition of whole patients and its findings.

    Raises UnreadableFile, UnsupportedFile or ConfigError; what is wrong inside a claim is a finding.

    >>> visit = {"payer": "medicare", "patient_id": "1", "dos": "2026-03-04", "discipline": "GP",
    ...          "services": [{"code": "97530", "minutes": 22, "units": 2, "modifiers": "GP"}]}
    >>> "U101" in {m["rule"] for m in check({"visits": [visit]}, as_of=date(2026, 3, 5)).messages()}
    True
    """
    settings = settled(config, payer)
    day = as_of or date.today()  # noqa: DTZ011  (the user's own calendar day is meant)
    selection = Selection.of(settings, as_of=day, select=select, ignore=ignore, level=severity)
    earlier = read_baseline(baseline) if baseline is not None else None
    read = Partitions(source, mapping=_mapping(mapping, settings), rows=partition_rows, records=records)
    tally = _Tally(selection, proofs)
    run = partial(check_partition, as_of=day, config=settings, rules=selection.narrowed, part=True)
    folder = _notes(notes)
    for services, own in read:
        held = None if folder is None else folder.of_visits(services)
        found = tally.add(run(services, records=own, notes=held))
        if watch:
            watch(services, found)
        if progress:
            progress(tally.counts["services"])
    if folder is not None and (strays := folder.strays()).strays:
        tally.add(run(SERVICES.empty(), notes=strays))
    return _report(read, tally, earlier, folder)


def fix(
    source: Source,
    *,
    config: Config | str | PathLike[str] | None = None,
    payer: str | None = None,
    as_of: date | None = None,
    mapping: str | PathLike[str] | None = None,
    progress: Callable[[int], None] | None = None,
    **asked: Any,
) -> Fixed:
    """Return the fixes that need nothing, made and checked again; nothing is written.

    Takes what :func:`check` takes (``asked``: ``select``, ``ignore``, ``severity``, ``baseline``, ``partition_rows``);
    findings that are not told are not fixed. A fix is made only where its finding is gone afterwards and no other has
    come. ``Fixed.changes()`` has the lines before and after, ``Fixed.stays()`` what is left and why; of visits in
    memory ``Fixed.visits`` is a fixed copy, of files ``Fixed.rewritten()`` the new content.

    >>> visit = {"visit_id": "V1", "payer": "medicare", "patient_id": "1", "dos": "2026-03-04", "discipline": "GP",
    ...          "services": [{"code": "97014", "units": 1, "modifiers": ["GP"]}]}
    >>> fix({"visits": [visit]}, as_of=date(2026, 3, 5)).visits["visits"][0]["services"]
    [{'code': 'G0283', 'units': 1, 'modifiers': ['GP']}]
    """
    settings = settled(config, payer)
    day = as_of or date.today()  # noqa: DTZ011  (the user's own calendar day is meant)
    held: list[pl.DataFrame] = []
    report = check(
        source,
        config=settings,
        as_of=day,
        mapping=mapping,
        progress=progress,
        watch=lambda services, found: held.append(candidates(services, found)),
        **asked,
    )
    return fix_found(report, held, source=source, as_of=day, config=settings, mapping=_mapping(mapping, settings))


def settled(config: Config | str | PathLike[str] | None, payer: str | None = None) -> Config:
    """Return the configuration itself, or the one in the file it names, with the payer of rows that name none.

    >>> settled(None, "medicare").default_payer
    'medicare'
    """
    settings = config if isinstance(config, Config) else Config.load(None if config is None else Path(config))
    return settings if payer is None else settings.with_default_payer(payer)


def _notes(folder: str | PathLike[str] | None) -> NoteFolder | None:
    if folder is None:
        return None
    from cleanclaim.noting import NoteFolder

    return NoteFolder.of(Path(folder))


def _report(read: Partitions, tally: _Tally, earlier: Outcome | None, folder: NoteFolder | None = None) -> Report:
    found, gaps = tally.outcome()
    found, unread, files = read.placed(found), read.unread(), read.files
    if folder is not None:
        found, unread, files = folder.placed(found, unread, files)
    return Report(
        **_told(found, tally.selection, earlier),
        not_checked=gaps,
        unreadable=unread,
        files=files,
        counts=tally.counts,
        unmapped=tuple(sorted(tally.unmapped.items())),
        notes=tuple(dict.fromkeys([*read.notes, *tally.notes, *(folder.remarks if folder is not None else ())])),
        versions=versions(),
        evidence=tally.evidence,
    )


def _told(found: pl.DataFrame, selection: Selection, earlier: Outcome | None) -> dict[str, Any]:
    """Divide what was found: findings to tell, suppressed ones, those of the baseline, and counts of the rest."""
    left_out = selection.left_out(found)
    parts = {"findings": found, "accepted": found.clear(), "suppressed": found.clear()}
    if earlier is None and found["fate"].null_count() == found.height:
        return {**parts, "left_out": left_out}
    # named before any is left out, so that a finding has one name in every run
    found = found.with_columns(fingerprints(found))
    parts["suppressed"] = found.filter(pl.col("fate") == "suppressed")
    parts["findings"] = found.filter(pl.col("fate").is_null())
    if earlier is not None:
        known = is_known(parts["findings"]["fingerprint"], earlier)
        parts["accepted"], parts["findings"] = parts["findings"].filter(known), parts["findings"].filter(~known)
        left_out = replace(left_out, in_baseline=parts["accepted"].height)
    return {**parts, "left_out": left_out}


@dataclass
class _Tally:
    """What the partitions came to; ``proofs`` is how many findings keep the rows that they rest on."""

    selection: Selection
    proofs: int = 0
    evidence: Evidence | None = None
    gravest: pl.DataFrame | None = None
    parts: list[tuple[pl.DataFrame, pl.DataFrame]] = field(default_factory=list)
    clinicians: ClinicianDays = field(default_factory=ClinicianDays)
    counts: Counter[str] = field(default_factory=no_counts)
    unmapped: Counter[str] = field(default_factory=Counter)
    hints: dict[str, None] = field(default_factory=dict)
    assumed: int = 0

    def add(self, result: CheckResult) -> pl.DataFrame:
        """Take a partition in, and return what was found in it, settled."""
        part = Part.of(result, self.selection)
        self.parts.append((part.found, part.not_checked))
        if result.services.height:
            self.clinicians.add(result)
        if self.proofs:
            self._keep(result, part.found.filter(pl.col("fate").is_null()))
        self.counts.update(part.counts)
        self.unmapped.update(part.unmapped)
        self.hints |= dict.fromkeys(part.hints)
        self.assumed += part.assumed
        return part.found

    def outcome(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return what was found, settled, and what was not checked."""
        found, gaps = self.clinicians.outcome()
        return report.merge([*self.parts, (self.selection.settle(found) if found.height else found, gaps)])

    def _keep(self, result: CheckResult, found: pl.DataFrame) -> None:
        """Keep the rows behind the gravest findings so far, and let go of those behind the others."""
        seen = [found] if self.gravest is None else [self.gravest, found]
        self.gravest = gravest_first(pl.concat(seen)).head(self.proofs)
        rows = self.gravest["row"].unique()
        parts = [gather(result, rows, len(self.parts))]
        if self.evidence is not None:
            parts.append(self.evidence.of(rows))
        self.evidence = together(parts)

    @property
    def notes(self) -> list[str]:
        return remarks(tuple(self.hints), self.assumed)


def _mapping(named: str | PathLike[str] | None, config: Config) -> intake.MappingSource:
    """Return where it is said what other headers mean: what the call names comes before the configuration."""
    return config.mapping if named is None else str(named)


def versions() -> dict[str, Any]:
    """Return the version of the program and the release of each table that a finding may rest on.

    ``release`` is there where the tables up to one were chosen (:func:`cleanclaim.codes.tables.under`).
    """
    under = {"release": tables.chosen()} if tables.chosen() else {}
    return {
        "cleanclaim": version("cleanclaim"),
        **under,
        "tables": {source.name: source.release for source in tables.sources()},
    }
