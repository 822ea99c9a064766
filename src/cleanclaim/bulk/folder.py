"""The folder of a run: what is done, so that a run that was stopped goes on; every file is there whole or not at all.

::

    run.json                          what was asked, and of which input
    buckets/0003-000.rows             services read, sorted by bucket; removed when the run is complete
    done/read-0003.json               a share of the input is in the buckets
    done/check-00012.json             a partition is checked; its counts
    findings/run=ID/00012.parquet     its findings
    suppressed/run=ID/...             those that the configuration suppresses
    unreadable/0003.parquet           what could not be read of a share
    summary.json                      the run is complete

A file is written beside its place, brought to the disk and then renamed. A record in ``done`` comes after the files
that it speaks of; what has no record is made again, under the same names.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from cleanclaim.errors import InputError

OPTION = "--run"
_TEMPORARY = "tmp"


class RunFolder:
    """A run's folder, made where it is not there.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     folder = RunFolder(Path(place) / "march")
    ...     folder.write_json("done/read-0000.json", {"rows": 3})
    ...     folder.json("done/read-0000.json"), folder.json("done/read-0001.json")
    ({'rows': 3}, None)
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            (path / _TEMPORARY).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._cannot_write(error) from None

    def write(self, name: str, pour: Callable[[BinaryIO], object]) -> None:
        """Write a file whole or not at all; InputError, with the reason, where it cannot be written."""
        place = self.path / name
        temporary = self.path / _TEMPORARY / f"{os.getpid()}-{place.name}"
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as stream:
                pour(stream)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(place)
            _sync(place.parent)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise self._cannot_write(error) from None

    def write_json(self, name: str, value: object) -> None:
        """Write a record."""
        text = json.dumps(value, default=str).encode()
        self.write(name, lambda stream: stream.write(text))

    def write_table(self, name: str, frame: pl.DataFrame) -> None:
        """Write a table as Parquet."""
        held = io.BytesIO()
        frame.write_parquet(held, compression="zstd")
        self.write(name, lambda stream: stream.write(held.getbuffer()))

    def json(self, name: str) -> Any:
        """Return a record; None where it is not there."""
        try:
            return json.loads((self.path / name).read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            raise InputError(f"{self.path / name} is damaged; begin again in another folder", field=OPTION) from None

    def tables(self, folder: str) -> list[Path]:
        """Return the Parquet files in a folder of the run, in order of their names."""
        return sorted((self.path / folder).glob("*.parquet"))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs off the folder, and clear away what a stopped one left half written."""
        try:
            import fcntl
        except ImportError:  # a system without these locks
            yield
            return
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                message = f"another run works in {self.path}; wait for it, or name another folder"
                raise InputError(message, field=OPTION) from None
            for left in (self.path / _TEMPORARY).iterdir():
                left.unlink(missing_ok=True)
            yield

    def remove(self, folder: str) -> None:
        """Remove a folder of files that are needed no more."""
        for file in (self.path / folder).glob("*"):
            file.unlink(missing_ok=True)
        with suppress(OSError):
            (self.path / folder).rmdir()

    def _cannot_write(self, error: OSError) -> InputError:
        reason = (error.strerror or "it cannot be written").split("[")[0].strip().lower()
        return InputError(
            f"{self.path} cannot be written ({reason}); what is done is kept: make room and give the command again",
            field=OPTION,
        )


def _sync(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can."""
    with suppress(OSError, PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
