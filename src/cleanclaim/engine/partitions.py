"""Partitions of whole patients, so that memory does not grow with the input and no visit is ever cut in two."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import polars as pl

BUCKETS = 256
ROWS = 50_000
_RECORDS = 4_096
PATIENT = pl.coalesce("patient_id", "visit_id", "claim_id").fill_null("")
"""What tells patients apart; services that name none are one patient's."""


def whole_patients(batches: Iterable[pl.DataFrame], rows: int = ROWS) -> Iterator[pl.DataFrame]:
    """Yield partitions of about ``rows`` services in which each patient is whole, whatever the order of the input.

    Input that comes in one batch is passed on as it is, or split by patient if it is large. Anything longer is sorted
    into buckets in files of a private temporary folder, which is removed at the end.

    >>> frames = [pl.DataFrame({"patient_id": ["a", "b"], "visit_id": None, "claim_id": None})] * 2
    >>> sum(p.height for p in whole_patients(frames))
    4
    """
    incoming = iter(batches)
    first = next(incoming, None)
    if first is None:
        return
    second = next(incoming, None)
    if second is None and first.height <= 2 * rows:
        yield first
        return
    with tempfile.TemporaryDirectory(prefix="cleanclaim-") as folder, ThreadPoolExecutor(1) as ahead:
        spilled: list[_Spilled] = []
        for number, batch in enumerate(_chain(first, second, _read_ahead(incoming, ahead))):
            spilled.append(_spill(batch, Path(folder) / f"{number}.arrow"))
        # while a partition is worked on, the next one is read
        coming: Future[pl.DataFrame] | None = None
        for low, high in _ranges(spilled, rows):
            ready, coming = coming, ahead.submit(_gather, spilled, low, high, first.schema)
            if ready is not None:
                yield ready.result()
        if coming is not None:
            yield coming.result()


def _read_ahead(batches: Iterator[pl.DataFrame], pool: ThreadPoolExecutor) -> Iterator[pl.DataFrame]:
    """Yield the batches, reading the next one while the last is worked on."""
    coming = pool.submit(next, batches, None)
    while (batch := coming.result()) is not None:
        coming = pool.submit(next, batches, None)
        yield batch


@dataclass(frozen=True, slots=True)
class _Spilled:
    """A batch in a file, sorted by bucket: the row at which each bucket begins, and the end."""

    path: Path
    starts: list[int]


def _chain(first: pl.DataFrame, second: pl.DataFrame | None, rest: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    yield first
    if second is not None:
        yield second
    yield from rest


def _spill(batch: pl.DataFrame, path: Path) -> _Spilled:
    bucket = batch.select(_bucket=PATIENT.hash(seed=0) % BUCKETS).to_series()
    # most inputs leave half of the columns empty: what says nothing is not written
    told = [column for column in batch if column.null_count() < batch.height] or batch.get_columns()[:1]
    sorted_rows = pl.DataFrame([*told, bucket]).sort("_bucket", maintain_order=True)
    starts = sorted_rows["_bucket"].search_sorted(pl.Series(range(BUCKETS + 1), dtype=pl.UInt64), side="left").to_list()
    # small record batches: a partition reads no more than its own rows of each file
    sorted_rows.drop("_bucket").write_ipc(path, compression="lz4", record_batch_size=_RECORDS)
    return _Spilled(path, starts)


def _ranges(spilled: list[_Spilled], rows: int) -> Iterator[tuple[int, int]]:
    """Yield the buckets of each partition, from one to before another."""
    sizes = [sum(file.starts[b + 1] - file.starts[b] for file in spilled) for b in range(BUCKETS)]
    first = 0
    while first < BUCKETS:
        last, held = first + 1, sizes[first]
        while last < BUCKETS and held + sizes[last] <= rows:
            held += sizes[last]
            last += 1
        if held:
            yield first, last
        first = last


def _gather(spilled: list[_Spilled], low: int, high: int, schema: pl.Schema) -> pl.DataFrame:
    parts = (
        pl.scan_ipc(file.path).slice(file.starts[low], file.starts[high] - file.starts[low]).collect()
        for file in spilled
        if file.starts[low] < file.starts[high]
    )
    held = pl.concat(parts, how="diagonal")
    return held.select(
        pl.col(name) if name in held.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in schema.items()
    )
