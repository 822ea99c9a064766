"""The user's own folder of imported releases: a manifest, one file of rows for each official file, and a lock.

The manifest names every file that counts; it is replaced in one step after everything it names is on the disk. What it
does not name is left over from an import that was cut off, and is removed by the next one.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim.codes.imports.place import MANIFEST, folder
from cleanclaim.errors import CleanclaimError, UnreadableFile

FORMAT = 1
LOCK, RELEASES, MERGED = "lock", "releases", "merged"


class StoreBusy(CleanclaimError):  # noqa: N818
    """Another import is writing to the folder."""

    code = "store_busy"


@dataclass(frozen=True)
class Entry:
    """One imported file: what it is, where its rows are, and where they came from.

    ``codes`` is the key of the list of codes whose pair rows were taken (see :attr:`Manifest.code_lists`), else null.
    """

    kind: str
    table: str
    release: str
    part: int | None
    parts: int
    revision: int
    first_day: date
    last_day: date
    file: str
    sha256: str
    published: int
    rows: int
    imported: date
    path: str
    codes: str | None = None

    @property
    def place(self) -> tuple[str, str, str, int, int]:
        """What another import of the same file replaces."""
        return (self.kind, self.table, self.release, self.revision, self.part or 0)


@dataclass(frozen=True)
class Manifest:
    """What is imported; ``merged`` is the folder of merged tables and the key of what they were made of."""

    entries: tuple[Entry, ...] = ()
    code_lists: dict[str, str] | None = None
    merged: str | None = None

    def codes(self, key: str | None) -> frozenset[str]:
        """Return a list of codes whose pair rows were taken."""
        return frozenset(((self.code_lists or {}).get(key or "") or "").split())


def manifest() -> Manifest:
    """Return what is imported; nothing where there is no manifest. Raises UnreadableFile for one that is damaged."""
    path = folder() / MANIFEST
    try:
        text = path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return Manifest()
    except OSError as error:
        raise UnreadableFile(f"{path}: {(error.strerror or 'it cannot be read').lower()}") from None
    try:
        held = json.loads(text)
        if held["format"] != FORMAT:
            raise UnreadableFile(f"{path}: written by a later cleanclaim; update cleanclaim")
        entries = tuple(_entry(entry) for entry in held["entries"])
        return Manifest(entries, held["code_lists"], held["merged"])
    except (ValueError, KeyError, TypeError):
        raise UnreadableFile(f"{path}: damaged; move {path.parent} away and import the files again") from None


def _entry(held: dict[str, Any]) -> Entry:
    days = {name: date.fromisoformat(held[name]) for name in ("first_day", "last_day", "imported")}
    return Entry(**{f.name: held[f.name] for f in fields(Entry)} | days)


def read(entry: Entry) -> pl.DataFrame:
    """Return the rows of an imported file. Raises UnreadableFile where they are gone or damaged."""
    path = folder() / entry.path
    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError):
        raise UnreadableFile(f"{path}: missing or damaged; import {entry.file} again") from None


@contextmanager
def locked() -> Iterator[Path]:
    """Hold the folder for one import at a time. Raises StoreBusy; UnreadableFile where it cannot be written to."""
    place = folder()
    try:
        place.mkdir(parents=True, exist_ok=True)
        file = (place / LOCK).open("a")
    except OSError as error:
        raise UnreadableFile(f"{place}: {(error.strerror or 'it cannot be written').lower()}") from None
    with file:
        try:
            _hold(file.fileno())
        except OSError:
            raise StoreBusy(f"another import is writing to {place}; wait until it has ended") from None
        yield place


def _hold(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Change:
    """An import being written: files first, into a folder of its own, then the manifest that names them."""

    def __init__(self, place: Path) -> None:
        self.place = place
        try:
            self._staged = Path(tempfile.mkdtemp(prefix=".import-", dir=place))
        except OSError as error:
            raise UnreadableFile(f"{place}: {(error.strerror or 'it cannot be written').lower()}") from None
        self._made: list[tuple[Path, str]] = []

    def add(self, rows: pl.DataFrame, path: str) -> None:
        """Stage rows for ``path``, which is relative to the folder."""
        staged = self._staged / f"{len(self._made):04d}"
        rows.write_parquet(staged, compression="zstd", statistics=False)
        self._keep(staged, path)

    def add_text(self, text: str, path: str) -> None:
        """Stage a text for ``path``."""
        staged = self._staged / f"{len(self._made):04d}"
        staged.write_text(text, "utf-8")
        self._keep(staged, path)

    def _keep(self, staged: Path, path: str) -> None:
        _to_disk(staged)
        self._made.append((staged, path))

    def commit(self, new: Manifest) -> None:
        """Move the files to their places, then let the new manifest count; on a failure nothing has changed."""
        moved: list[Path] = []
        try:
            for staged, path in self._made:
                target = self.place / path
                target.parent.mkdir(parents=True, exist_ok=True)
                moved.append(target)
                staged.replace(target)
                _to_disk(target.parent)
            staged = self._staged / MANIFEST
            staged.write_text(_json(new), "utf-8", newline="\n")
            _to_disk(staged)
            staged.replace(self.place / MANIFEST)
        except BaseException:
            for target in moved:
                target.unlink(missing_ok=True)
            raise
        _to_disk(self.place)

    def close(self) -> None:
        """Remove what was staged and is not in its place."""
        shutil.rmtree(self._staged, ignore_errors=True)


def _json(new: Manifest) -> str:
    return json.dumps({"format": FORMAT, **asdict(new)}, indent=1, default=str) + "\n"


def _to_disk(path: Path) -> None:
    """Ask for what was written to be on the disk; folders cannot be asked for on every platform."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sweep(place: Path, *held: Manifest) -> None:
    """Remove files that none of the manifests names: those of imports that were cut off, or long replaced."""
    named = {place / entry.path for one in held for entry in one.entries}
    merged = {place / one.merged for one in held if one.merged}
    for path in sorted((place / RELEASES).rglob("*.parquet")):
        if path not in named:
            path.unlink(missing_ok=True)
    for path in (place / RELEASES).glob("*"):
        with suppress(OSError):
            path.rmdir()
    for path in (place / MERGED).glob("*"):
        if path not in merged:
            shutil.rmtree(path, ignore_errors=True)
    for path in place.glob(".import-*"):
        shutil.rmtree(path, ignore_errors=True)
