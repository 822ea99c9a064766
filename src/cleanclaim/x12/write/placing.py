"""Files that appear whole, all of them or none, and never in the place of another."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from cleanclaim.errors import InputError


@dataclass
class Placing:
    """Files on their way into a folder: written under names of no account first, then named together."""

    folder: Path
    staged: dict[str, Path] = field(default_factory=dict)

    def begin(self, name: str) -> BinaryIO:
        """Return a stream to write the file ``name`` to; close it before the files are placed."""
        handle, path = tempfile.mkstemp(prefix=".", suffix=".part", dir=self.folder)
        self.staged[name] = Path(path)
        return os.fdopen(handle, "wb")

    def place(self) -> list[Path]:
        """Give all files their names, and return their paths; none has it where one cannot."""
        placed: list[Path] = []
        try:
            for name, part in self.staged.items():
                _to_disk(part)
                _name(part, self.folder / name)
                placed.append(self.folder / name)
        except BaseException:
            for path in placed:
                path.unlink(missing_ok=True)
            raise
        return placed


@contextmanager
def placing(folder: Path, option: str = "--output") -> Iterator[Placing]:
    """Yield a ``Placing`` for a folder, which is made where there is none; what was not placed is removed at the end.

    Raises InputError, which names ``option``, where a file is there already or cannot be written.

    >>> with tempfile.TemporaryDirectory() as top, placing(Path(top) / "out") as files:
    ...     with files.begin("a.837") as stream:
    ...         _ = stream.write(b"ISA")
    ...     [path.read_bytes() for path in files.place()]
    [b'ISA']
    """
    files = Placing(folder)
    try:
        folder.mkdir(exist_ok=True)
        yield files
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise InputError(f"{error.filename or folder}: {reason}; nothing was written", field=option) from None
    finally:
        for part in files.staged.values():
            part.unlink(missing_ok=True)


def place_files(folder: Path, contents: Mapping[str, bytes], option: str = "--output") -> list[Path]:
    """Write files into a folder, and return their paths; otherwise as ``placing``.

    >>> with tempfile.TemporaryDirectory() as top:
    ...     [path.name for path in place_files(Path(top), {"a.837": b"ISA", "b.837": b"ISA"})]
    ['a.837', 'b.837']
    """
    with placing(folder, option) as files:
        for name, content in contents.items():
            with files.begin(name) as stream:
                stream.write(content)
        return files.place()


def _to_disk(part: Path) -> None:
    descriptor = os.open(part, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name(part: Path, path: Path) -> None:
    mask = os.umask(0)
    os.umask(mask)
    with suppress(OSError):
        part.chmod(0o666 & ~mask)
    try:
        # a link, unlike a rename, never takes the place of another file
        os.link(part, path)
    except FileExistsError:
        raise FileExistsError(17, "there is a file of this name already", str(path)) from None
    except OSError:
        # a file system without links
        if path.exists():
            raise FileExistsError(17, "there is a file of this name already", str(path)) from None
        part.rename(path)
