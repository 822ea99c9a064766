"""What a run does, and of which input: fixed when it begins, so that going on later gives the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim import intake
from cleanclaim.app import versions
from cleanclaim.bulk.folder import OPTION, RunFolder
from cleanclaim.claims.episodes import Records
from cleanclaim.config import Config
from cleanclaim.engine.selection import Selection
from cleanclaim.errors import InputError

ROWS = 40_000
"""Services of a partition: more take more memory, fewer more time for each."""
_PIECES = 150_000
_BYTES_A_ROW = 100
_MOST_BUCKETS = 1 << 16
_FORMAT = 1


@dataclass(frozen=True)
class Asked:
    """What a run is asked: the input, and what :func:`cleanclaim.app.check` takes."""

    paths: tuple[str, ...]
    config: Config
    as_of: date
    mapping: intake.MappingSource = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: str | None = None
    tables: str | None = None
    records: Records | None = None

    @cached_property
    def selection(self) -> Selection:
        """The rules to ask, and what becomes of their findings."""
        return Selection.of(self.config, as_of=self.as_of, select=self.select, ignore=self.ignore, level=self.severity)


@dataclass(frozen=True)
class Plan:
    """A run: what is asked, the shares in which the input is read, and how patients are spread over buckets."""

    asked: Asked
    folder: str
    id: str
    files: tuple[str, ...]
    notes: tuple[str, ...]
    shares: tuple[intake.Share, ...]
    rows: int
    buckets: int

    def found(self) -> list[intake.Found]:
        """Return the files, in the order in which shares count them."""
        return _found(self.id, self.asked.paths)

    @property
    def records(self) -> Records | None:
        """The plans of care and the like, their files numbered after those of the visits."""
        return None if self.asked.records is None else self.asked.records.with_files_from(len(self.files))


def planned(asked: Asked, folder: RunFolder, rows: int | None = None) -> Plan:
    """Return the plan of a run: a new one, or that of the run which began in ``folder``.

    InputError where that run was asked something else, or its input has changed.
    """
    opened = intake.open_files([Path(path) for path in asked.paths], intake.load_mapping(asked.mapping))
    identity = _identity(asked, opened.names)
    named = hashlib.blake2b(json.dumps(identity, sort_keys=True, default=str).encode(), digest_size=6).hexdigest()
    begun = folder.json("run.json")
    if begun is None:
        begun = {"format": _FORMAT, "id": named, **_sizes(asked, rows or ROWS), "asked": identity}
        folder.write_json("run.json", begun)
    elif begun.get("format") != _FORMAT or begun["id"] != named:
        _refuse(begun, identity, folder)
    return Plan(
        asked=asked,
        folder=str(folder.path),
        id=named,
        files=opened.names,
        notes=opened.notes,
        shares=tuple(_shares(opened)),
        rows=begun["rows"],
        buckets=begun["buckets"],
    )


def begun_on(folder: RunFolder) -> date | None:
    """Return the day of the check of the run that began in ``folder``; None where none did."""
    begun = folder.json("run.json")
    return None if begun is None else date.fromisoformat(begun["asked"]["as_of"])


def _identity(asked: Asked, names: Sequence[str]) -> dict[str, Any]:
    """Return what makes two runs the same."""
    config = hashlib.blake2b(repr(asked.config).encode(), digest_size=16)
    records = asked.records
    frames = () if records is None else (records.episodes, records.reports, records.authorizations)
    for frame in frames:
        config.update(b"" if frame is None else frame.write_csv().encode())
    told = versions()
    tables = hashlib.blake2b(json.dumps(told["tables"], sort_keys=True, default=str).encode(), digest_size=8)
    return {
        "as_of": asked.as_of.isoformat(),
        "select": sorted(asked.select),
        "ignore": sorted(asked.ignore),
        "severity": asked.severity,
        "mapping": None if asked.mapping is None else str(asked.mapping),
        "configuration": config.hexdigest(),
        "tables": [asked.tables, tables.hexdigest()],
        "version": [told["cleanclaim"], pl.__version__],
        "input": [list(names), *(_state(Path(path)) for path in asked.paths)],
    }


_WORDS = {
    "as_of": "another day of the check (--as-of)",
    "configuration": "another configuration, or other plans of care",
    "tables": "other tables",
    "version": "another version of cleanclaim or Polars",
    "input": "other input, or the input has changed since",
}


def _refuse(begun: dict[str, Any], identity: dict[str, Any], folder: RunFolder) -> None:
    before = begun.get("asked", {})
    other = [name for name, value in json.loads(json.dumps(identity)).items() if before.get(name) != value]
    why = ", ".join(_WORDS.get(name, f"another --{name}") for name in other) or "another version of cleanclaim"
    raise InputError(f"the run in {folder.path} began with {why}; begin a new run in another folder", field=OPTION)


def _state(path: Path) -> list[Any]:
    """Return what changes when a file or a file of a folder does."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return [[file.name, file.stat().st_size, file.stat().st_mtime_ns] for file in files if file.is_file()]


def _sizes(asked: Asked, rows: int) -> dict[str, int]:
    """Return the size of a partition, and the buckets: about one to a partition, by the size of the input."""
    sizes = [size for path in asked.paths for _, size, _ in _state(Path(path))]
    known = sum(_rows_in(Path(path)) for path in asked.paths)
    expected = max(known, 0 if known else sum(sizes) // _BYTES_A_ROW)
    return {"rows": rows, "buckets": max(1, min(_MOST_BUCKETS, round(expected / rows)))}


def _rows_in(path: Path) -> int:
    """Return how many rows the Parquet files of a path tell of."""
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path] if path.suffix == ".parquet" else []
    return sum(pl.scan_parquet(file).select(pl.len()).collect().item() for file in files)


def _shares(opened: intake.Opened) -> Iterator[intake.Share]:
    """Yield the shares of the input: what is joined; then small files together, a large Parquet file in several."""
    first_ids = [0]
    for sources in opened.sources:
        first_ids.append(first_ids[-1] + len(sources))

    def of(files: Sequence[int], *, joined: bool = False) -> intake.Share:
        return intake.Share(tuple(files), tuple(first_ids[place] for place in files), joined=joined)

    joined = opened.joined()
    if joined:
        yield of(joined, joined=True)
    held: list[int] = []
    rows = 0
    for place, (sources, size) in enumerate(zip(opened.sources, opened.bytes, strict=True)):
        if place in joined:
            continue
        pieces = sources[0].pieces if len(sources) == 1 else ()
        expected = sum(pieces) or (_PIECES if size is None else size // _BYTES_A_ROW)
        if held and rows + expected > _PIECES:
            yield of(held)
            held, rows = [], 0
        cuts = sources[0].cuts(_PIECES) if pieces else ()
        if len(cuts) > 1:
            yield from (intake.Share((place,), (first_ids[place],), first, last) for first, last in cuts)
            continue
        held.append(place)
        rows += expected
    if held:
        yield of(held)


@lru_cache(maxsize=1)
def _found(run: str, paths: tuple[str, ...]) -> list[intake.Found]:
    """The files of a run: its name stands for their state, so that a process looks for them once."""
    return intake.find([Path(path) for path in paths])[0]
