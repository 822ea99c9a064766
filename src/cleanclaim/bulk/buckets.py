"""Services read, kept on disk by bucket of whole patients, and read back a few buckets at a time.

A file holds some hundred thousand services of one share of the input, sorted by bucket: the services of each bucket as
an Arrow stream of their own, then where each begins.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import polars as pl

from cleanclaim import intake
from cleanclaim.bulk.folder import OPTION, RunFolder
from cleanclaim.bulk.plan import Plan
from cleanclaim.claims.schema import SERVICES, UNREADABLE
from cleanclaim.engine.partitions import PATIENT
from cleanclaim.errors import InputError

_HELD = 150_000
_BATCH = 50_000
_PLACES = np.dtype("<u8")


def read_share(plan: Plan, folder: RunFolder, number: int, told: Callable[[int], None]) -> None:
    """Read one share of the input into buckets; ``told`` is called with the lines of each batch."""
    sizes = np.zeros(plan.buckets, dtype=np.int64)
    spill = _Spill(folder, number, plan.buckets, sizes)
    unreadable, notes, patients, last = [UNREADABLE.empty()], list[str](), list[pl.Series](), 0
    for batch in intake.read_share(plan.shares[number], plan.found(), mapping=plan.asked.mapping, rows=_BATCH):
        unreadable.append(batch.unreadable)
        notes += batch.notes
        last = batch.next_row
        if batch.services.height:
            spill.add(batch.services)
            if plan.asked.records:
                patients.append(batch.services["patient_id"].drop_nulls().unique())
        told(batch.services.height)
    spill.close()
    lost = pl.concat(unreadable)
    if lost.height:
        folder.write_table(f"unreadable/{number:04d}.parquet", lost)
    if patients:
        seen = pl.concat(patients).unique().to_frame()
        folder.write_table(f"buckets/{number:04d}-patients.parquet", seen)
    folder.write_json(
        f"done/read-{number:04d}.json",
        {"rows": int(sizes.sum()), "numbers": last, "buckets": sizes.tolist(), "files": spill.files, "notes": notes},
    )


class _Spill:
    """The services of a share on their way to its files."""

    def __init__(self, folder: RunFolder, share: int, buckets: int, sizes: np.ndarray[Any, np.dtype[np.int64]]) -> None:
        self._folder, self._share, self._buckets, self._sizes = folder, share, buckets, sizes
        self._held: list[pl.DataFrame] = []
        self.files: list[str] = []

    def add(self, services: pl.DataFrame) -> None:
        # most inputs leave half of the columns empty: what says nothing is not kept
        told = [column for column in services if column.null_count() < services.height]
        self._held.append(pl.DataFrame(told))
        if sum(frame.height for frame in self._held) >= _HELD:
            self.close()

    def close(self) -> None:
        """Write what is held."""
        if not self._held:
            return
        services = pl.concat(self._held, how="diagonal")
        self._held.clear()
        name = f"buckets/{self._share:04d}-{len(self.files):03d}.rows"
        keys = SERVICES.conform(services.select(k for k in ("patient_id", "visit_id", "claim_id") if k in services))
        bucket = keys.select(_bucket=PATIENT.hash(seed=0) % self._buckets).to_series()
        ordered = services.with_columns(bucket).sort("_bucket", maintain_order=True)
        bounds = pl.Series(range(self._buckets + 1), dtype=pl.UInt64)
        starts = ordered["_bucket"].search_sorted(bounds, side="left").to_list()
        ordered = ordered.drop("_bucket")
        self._sizes += [last - first for first, last in pairwise(starts)]
        self._folder.write(name, lambda stream: _pour(ordered, starts, stream))
        self.files.append(name)


def _pour(services: pl.DataFrame, starts: Sequence[int], stream: BinaryIO) -> None:
    places = [0]
    for first, last in pairwise(starts):
        if last > first:
            held = io.BytesIO()
            services[first:last].write_ipc_stream(held, compression="lz4")
            stream.write(held.getbuffer())
            places.append(places[-1] + held.tell())
        else:
            places.append(places[-1])
    stream.write(np.array(places, dtype=_PLACES).tobytes())


@dataclass(frozen=True)
class Buckets:
    """All buckets of a run: the files of each share, and what its row numbers begin with."""

    folder: RunFolder
    buckets: int
    shares: tuple[tuple[tuple[str, ...], int], ...]

    @classmethod
    def of(cls, plan: Plan, folder: RunFolder) -> Buckets:
        """Return the buckets of a run whose input is all read."""
        shares, first = [], 0
        for record in read_records(plan, folder):
            shares.append((tuple(record["files"]), first))
            first += record["numbers"]
        return cls(folder, plan.buckets, tuple(shares))

    def services(self, low: int, high: int) -> pl.DataFrame:
        """Return the services of the buckets from ``low`` to before ``high``, in the order in which they were read."""
        parts = [
            part.with_columns(pl.col("row") + first)
            for files, first in self.shares
            for name in files
            for part in self._parts(self.folder.path / name, low, high)
        ]
        if not parts:
            return SERVICES.empty()
        return SERVICES.conform(pl.concat(parts, how="diagonal").sort("row"))

    def _parts(self, path: Path, low: int, high: int) -> Iterator[pl.DataFrame]:
        width = _PLACES.itemsize
        try:
            with path.open("rb") as stream:
                stream.seek(-(self.buckets + 1 - low) * width, io.SEEK_END)
                places = np.frombuffer(stream.read((high - low + 1) * width), dtype=_PLACES).tolist()
                stream.seek(places[0])
                held = memoryview(stream.read(places[-1] - places[0]))
            for first, last in pairwise(places):
                if last > first:
                    yield pl.read_ipc_stream(io.BytesIO(held[first - places[0] : last - places[0]]))
        except (OSError, pl.exceptions.PolarsError):
            raise InputError(f"{path} is damaged; begin again in another folder", field=OPTION) from None


def read_records(plan: Plan, folder: RunFolder) -> Iterator[dict[str, Any]]:
    """Yield the record of each share that is read, in their order."""
    for number in range(len(plan.shares)):
        record = folder.json(f"done/read-{number:04d}.json")
        if record is None:
            raise InputError(f"share {number} of the input is not read", field=OPTION)
        yield record


def partitions(plan: Plan, folder: RunFolder) -> tuple[list[tuple[int, int]], list[int]]:
    """Return the buckets of each partition, from one to before another, and its number of services."""
    sizes = sum(
        (np.array(record["buckets"], dtype=np.int64) for record in read_records(plan, folder)),
        start=np.zeros(plan.buckets, dtype=np.int64),
    ).tolist()
    most = plan.rows * 5 // 4
    ranges, rows, first = [], [], 0
    while first < plan.buckets:
        last, held = first + 1, sizes[first]
        while last < plan.buckets and held + sizes[last] <= most:
            held += sizes[last]
            last += 1
        if held:
            ranges.append((first, last))
            rows.append(held)
        first = last
    return ranges, rows
