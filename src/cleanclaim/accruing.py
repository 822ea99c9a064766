"""From paths to what each patient has used of Medicare's yearly thresholds. No billing logic here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim import intake
from cleanclaim.claims.episodes import PAYMENTS_ELSEWHERE
from cleanclaim.claims.schema import SERVICES, UNREADABLE
from cleanclaim.config import Config
from cleanclaim.engine.expectation import expect
from cleanclaim.engine.partitions import ROWS, whole_patients
from cleanclaim.engine.thresholds import ATTESTS, Thresholds, thresholds
from cleanclaim.intake.elsewhere import read_elsewhere
from cleanclaim.intake.registers import Register
from cleanclaim.remitting import remit

Paths = str | PathLike[str] | Sequence[str | PathLike[str]]
_NAMED = ["row", "file_id", "source_line", "place", "claim_id", "visit_id", "line_number", "dos", "code"]
_ROWS = ("crossing_row", "kx_from_row", "first_missing_row", "review_row")


@dataclass(frozen=True)
class Accrued:
    """What was used: ``summary`` and ``accruals`` as of :class:`~cleanclaim.engine.thresholds.Thresholds`.

    ``places`` says of each line named in the summary where it stands (its claim, visit, file and line), by row.
    ``not_counted`` counts the lines that belong to no patient or bucket.
    """

    summary: pl.DataFrame
    accruals: pl.DataFrame
    places: pl.DataFrame
    not_counted: dict[str, int]
    unreadable: pl.DataFrame
    files: tuple[str, ...]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the contract of ``cleanclaim thresholds --json``."""
        places = {row["row"]: self._place(row) for row in self.places.iter_rows(named=True)}
        patients = []
        for row in self.summary.iter_rows(named=True):
            lines = {f"{name.removesuffix('_row')}_line": places.get(row.pop(name)) for name in _ROWS}
            patients.append({**row, **lines})
        return {
            "patients": patients,
            "not_counted": self.not_counted,
            "unreadable": [
                {"file": self.files[row["file_id"]], **{name: row[name] for name in ("line", "column", "message")}}
                for row in self.unreadable.iter_rows(named=True)
            ],
            "notes": list(self.notes),
            "kx_attests": ATTESTS,
        }

    def _place(self, row: dict[str, Any]) -> dict[str, Any]:
        own = {name: row[name] for name in ("claim_id", "visit_id", "line_number", "dos", "code")}
        return {**own, "file": self.files[row["file_id"]], "line": row["source_line"], "place": row["place"]}


def accrue(
    claims: Paths,
    *,
    elsewhere: str | PathLike[str] | None = None,
    remittances: Paths = (),
    year: int | None = None,
    config: Config | str | PathLike[str] | None = None,
    payer: str | None = None,
    mapping: str | PathLike[str] | None = None,
    partition_rows: int = ROWS,
) -> Accrued:
    """Return what each patient has used of the thresholds, from files of claims or visits.

    ``claims`` is what ``check`` reads. ``elsewhere`` names a file of amounts from other providers, ``remittances``
    835 files that answer the claims: what a payer has allowed goes before what is expected. ``year`` leaves other
    years out. Raises UnreadableFile, UnsupportedFile or ConfigError; a remittance that does not balance is refused
    with a note, and counts for nothing.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "day.csv"
    ...     _ = path.write_text(
    ...         "claim_id,patient_id,payer,dos,discipline,code,units,modifiers,charge\\n"
    ...         "C1,7,medicare,2024-07-15,GP,97530,2,GP,120.00\\n")
    ...     used = accrue(path)
    >>> used.summary.select("patient_id", "bucket", "used_cents", "left_cents", "state").row(0)
    ('7', 'pt_slp', 6242, 226758, 'below')
    """
    settings = config if isinstance(config, Config) else Config.load(None if config is None else Path(config))
    if payer is not None:
        settings = settings.with_default_payer(payer)
    reading = _Reading(_listed(claims), mapping if mapping is not None else settings.mapping)
    outcomes = None
    if _listed(remittances):
        answered = remit(remittances, claims, config=settings, mapping=mapping)
        outcomes = answered.outcomes
        if answered.refused.height:
            reading.notes.append("a remittance does not balance and counts for nothing: see `cleanclaim remit`")
    amounts = PAYMENTS_ELSEWHERE.empty()
    if elsewhere is not None:
        told = read_elsewhere(elsewhere)
        amounts = told.rows
        reading.beside = told
        reading.notes += told.notes
    tally = _Tally(settings, amounts, outcomes, year)
    for services in whole_patients(reading, partition_rows):
        tally.add(services)
    return tally.outcome(reading)


def _listed(paths: Paths) -> list[Path]:
    return [Path(paths)] if isinstance(paths, str | PathLike) else [Path(path) for path in paths]


class _Reading:
    """The services of claim files, keeping aside what could not be read of them and of the file beside them."""

    def __init__(self, paths: list[Path], mapping: intake.MappingSource | PathLike[str]) -> None:
        self._paths, self._mapping = paths, str(mapping) if isinstance(mapping, PathLike) else mapping
        self.notes: list[str] = []
        self.beside: Register | None = None
        self._files: tuple[str, ...] = ()
        self._unreadable = [UNREADABLE.empty()]

    def __iter__(self) -> Iterator[pl.DataFrame]:
        for batch in intake.batches(self._paths, mapping=self._mapping):
            self._files = batch.files
            self._unreadable.append(batch.unreadable)
            self.notes += batch.notes
            if batch.services.height:
                yield batch.services

    @property
    def files(self) -> tuple[str, ...]:
        return self._files if self.beside is None else (*self._files, self.beside.file)

    @property
    def unreadable(self) -> pl.DataFrame:
        if self.beside is None:
            return pl.concat(self._unreadable)
        last = pl.lit(len(self._files), dtype=pl.Int64)
        return pl.concat([*self._unreadable, UNREADABLE.conform(self.beside.unreadable.with_columns(file_id=last))])


@dataclass
class _Tally:
    """What the partitions of whole patients come to."""

    config: Config
    amounts: pl.DataFrame
    outcomes: pl.DataFrame | None
    year: int | None
    parts: list[Thresholds] = field(default_factory=list)
    places: list[pl.DataFrame] = field(default_factory=list)
    seen: list[pl.Series] = field(default_factory=list)

    def add(self, services: pl.DataFrame) -> None:
        """Take a partition in."""
        patients = services["patient_id"].drop_nulls().unique()
        self.seen.append(patients)
        own = self.amounts.filter(pl.col("patient_id").is_in(patients.implode()))
        self._take(services, own)

    def _take(self, services: pl.DataFrame, amounts: pl.DataFrame) -> None:
        lines = expect(self.config.resolve(services), self.config.policy)
        used = thresholds(lines, amounts, self.outcomes, self.year)
        named = pl.concat([used.summary[name] for name in _ROWS]).drop_nulls().unique().implode()
        self.parts.append(used)
        self.places.append(services.filter(pl.col("row").is_in(named)).select(_NAMED))

    def outcome(self, reading: _Reading) -> Accrued:
        """Return all of it, and amounts of patients that no service names."""
        seen = pl.concat([pl.Series("patient_id", [], dtype=pl.String), *self.seen])
        self._take(SERVICES.empty(), self.amounts.filter(~pl.col("patient_id").is_in(seen.implode())))
        not_counted = Counter[str]()
        for part in self.parts:
            not_counted.update(part.not_counted)
        return Accrued(
            summary=pl.concat([part.summary for part in self.parts]).sort("patient_id", "year", "bucket"),
            accruals=pl.concat([part.accruals for part in self.parts]),
            places=pl.concat(self.places),
            not_counted=dict(not_counted),
            unreadable=reading.unreadable,
            files=reading.files,
            notes=tuple(dict.fromkeys(reading.notes)),
        )
