"""Files or visits in memory to partitions of whole patients, each with its patients' plans of care and the like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim import intake
from cleanclaim.claims.episodes import Records
from cleanclaim.claims.schema import SERVICES, UNREADABLE
from cleanclaim.engine.partitions import ROWS, whole_patients

Source = str | PathLike[str] | Sequence[str | PathLike[str]] | dict[str, Any]
# the files of plans come after those of visits, whose number is known when all are read
_BESIDE = 1 << 20


class Partitions:
    """The services of a source, patient by patient whole, with the records kept beside them.

    ``notes``, ``files`` and what could not be read are complete when all partitions have been taken. Records of
    patients that no service names come last, beside no services.

    >>> [services.height for services, _ in Partitions({"visits": []}, mapping=None)]
    []
    """

    def __init__(
        self, source: Source, *, mapping: intake.MappingSource, rows: int = ROWS, records: Records | None = None
    ) -> None:
        self._batches = _batches(source, mapping=mapping, rows=rows)
        self._rows = rows
        beside = intake.records_in(source) if isinstance(source, dict) and records is None else records or Records()
        self._records = beside.with_files_from(_BESIDE)
        self._unreadable: list[pl.DataFrame] = []
        self._visits: tuple[str, ...] = ()
        self._notes: list[str] = []

    def __iter__(self) -> Iterator[tuple[pl.DataFrame, Records | None]]:
        seen = [pl.Series("patient_id", [], dtype=pl.String)]
        for services in whole_patients(self._read(), self._rows):
            if not self._records:
                yield services, None
                continue
            seen.append(services["patient_id"].drop_nulls().unique())
            yield services, self._records.of(seen[-1])
        if self._records and (others := self._records.of(pl.concat(seen), others=True)).height:
            yield SERVICES.empty(), others

    def _read(self) -> Iterator[pl.DataFrame]:
        """Yield the services of the batches, keeping aside what could not be read."""
        for batch in self._batches:
            if batch.unreadable.height:
                self._unreadable.append(batch.unreadable)
            self._visits = tuple(batch.files)
            self._notes += batch.notes
            if batch.services.height:
                yield batch.services

    @property
    def files(self) -> tuple[str, ...]:
        """The display names that ``file_id`` counts into, once :meth:`placed`."""
        return (*self._visits, *self._records.files)

    @property
    def notes(self) -> tuple[str, ...]:
        """The remarks of the readers."""
        return (*self._notes, *self._records.notes)

    def unread(self) -> pl.DataFrame:
        """Return the places that could not be read (UNREADABLE)."""
        beside = [] if self._records.unreadable is None else [self._records.unreadable]
        return self.placed(pl.concat([UNREADABLE.empty(), *self._unreadable, *beside]))

    def placed(self, found: pl.DataFrame) -> pl.DataFrame:
        """Return ``found`` with ``file_id`` counting into ``files``; asked when all partitions have been taken."""
        if not self._records.files:
            return found
        given = pl.col("file_id")
        moved = pl.when(given >= _BESIDE).then(given - _BESIDE + len(self._visits)).otherwise(given)
        return found.with_columns(file_id=moved)


def _batches(source: Source, *, mapping: intake.MappingSource, rows: int) -> Iterable[intake.Batch]:
    if isinstance(source, dict):
        return [intake.services_from_json(source)]
    paths = [source] if isinstance(source, str | PathLike) else list(source)
    return intake.batches([Path(p) for p in paths], mapping=mapping, rows=rows)
