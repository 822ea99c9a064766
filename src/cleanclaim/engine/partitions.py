"""Partitions of whole patients, so that memory does not grow with the input and no visit is ever cut in two."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

BUCKETS = 256
ROWS = 50_000
_RECORDS = 4_096
_PATIENT = pl.coalesce("patient_id", "visit_id", "claim_id").fill_null("")


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
    with tempfile.TemporaryDirectory(prefix="cleanclaim-") as folder:
        spilled: list[tuple[Path, list[int]]] = []
        for number, batch in enumerate(_chain(first, second, incoming)):
            spilled.append(_spill(batch, Path(folder) / f"{number}.arrow"))
        yield from _gather(spilled, rows)


def _chain(first: pl.DataFrame, second: pl.DataFrame | None, rest: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    yield first
    if second is not None:
        yield second
    yield from rest


def _spill(batch: pl.DataFrame, path: Path) -> tuple[Path, list[int]]:
    """Write a batch sorted by bucket; return the file and the row at which each bucket begins (and the end)."""
    bucketed = batch.with_columns(_bucket=_PATIENT.hash(seed=0) % BUCKETS).sort("_bucket", maintain_order=True)
    starts = bucketed["_bucket"].search_sorted(pl.Series(range(BUCKETS + 1), dtype=pl.UInt64), side="left").to_list()
    # small record batches: a partition reads no more than its own rows of each file
    bucketed.drop("_bucket").write_ipc(path, compression="lz4", record_batch_size=_RECORDS)
    return path, starts


def _gather(spilled: list[tuple[Path, list[int]]], rows: int) -> Iterator[pl.DataFrame]:
    sizes = [sum(starts[b + 1] - starts[b] for _, starts in spilled) for b in range(BUCKETS)]
    first = 0
    while first < BUCKETS:
        last, held = first + 1, sizes[first]
        while last < BUCKETS and held + sizes[last] <= rows:
            held += sizes[last]
            last += 1
        if held:
            yield pl.concat(
                pl.scan_ipc(path).slice(starts[first], starts[last] - starts[first]).collect()
                for path, starts in spilled
            )
        first = last
