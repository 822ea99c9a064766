"""Where a report goes: standard output, or a file that is written whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from cleanclaim.errors import CleanclaimError, InputError

_STANDARD_OUTPUT = _STANDARD_INPUT = "-"


class Target:
    """The place of what is written: a file, or standard output for ``None`` and ``-``; ``option`` names it."""

    def __init__(self, name: str | None, option: str = "--output") -> None:
        self.path = None if name in (None, _STANDARD_OUTPUT) else Path(str(name))
        self._option = option

    def check(self, read: Sequence[str | Path | None], *, binary: bool) -> None:
        """Raise InputError where the report cannot be written there; to be asked before the work begins.

        ``read`` are the files and folders that are read, none of which may be written over.
        """
        if self.path is None:
            if binary and sys.stdout.isatty():
                raise InputError("a workbook cannot be shown on a screen; name a file", field=self._option)
            return
        if self.path.is_dir():
            raise InputError(f"{self.path} is a folder; name a file", field=self._option)
        if not self.path.absolute().parent.is_dir():
            raise InputError(f"{self.path}: there is no such folder; make it first", field=self._option)
        for source in read:
            if source is not None and _holds(Path(source), self.path):
                raise InputError(
                    f"{self.path} is an input, and is not written over; name another file", field=self._option
                )

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Yield a stream to write to; a file appears when all of it is written, and after a failure not at all."""
        if self.path is None:
            sys.stdout.flush()
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
            return
        place = Path(os.path.realpath(self.path))
        # a pipe or a device has no other name to be written under
        is_device = place.exists() and not place.is_file()
        try:
            with place.open("wb") if is_device else _in_place_of(place) as stream:
                yield stream
        except OSError as error:
            reason = (error.strerror or "it cannot be written").lower()
            raise InputError(f"{self.path}: {reason}; nothing was written", field=self._option) from None


@contextmanager
def _in_place_of(place: Path) -> Iterator[BinaryIO]:
    handle, name = tempfile.mkstemp(prefix=f".{place.name[:40]}-", suffix=".part", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _grant(Path(name), place)
        Path(name).replace(place)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _grant(new: Path, place: Path) -> None:
    """Give a new file the permissions of the one it replaces, else those of any new file."""
    if place.exists():
        mode = stat.S_IMODE(place.stat().st_mode)
    else:
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    with suppress(OSError):
        new.chmod(mode)


def same_place(one: Path, other: Path) -> bool:
    """Return whether two names lead to one file, through links too, or would once it is written.

    >>> same_place(Path("a.csv"), Path("./a.csv")), same_place(Path("a.csv"), Path("b.csv"))
    (True, False)
    """
    return identity(one) == identity(other)


def identity(path: Path) -> object:
    """Return what is equal for two names of one file: the file itself, else where it would be written.

    >>> identity(Path("a.csv")) == identity(Path("folder/../a.csv"))
    True
    """
    try:
        found = path.stat()
    except (OSError, ValueError):
        return os.path.realpath(path)
    return found.st_dev, found.st_ino


def _holds(source: Path, target: Path) -> bool:
    """True where writing ``target`` would change what is read from ``source``."""
    if str(source) == _STANDARD_INPUT:
        return _is_standard_input(target)
    if not target.exists() or not source.exists():
        return False
    if source.is_dir():
        inside = Path(os.path.realpath(target)).is_relative_to(os.path.realpath(source))
        return inside and not _is_earlier_report(target)
    return target.samefile(source)


def _is_standard_input(target: Path) -> bool:
    with suppress(OSError, ValueError):
        return os.path.samestat(os.fstat(sys.stdin.fileno()), target.stat())
    return False


def _is_earlier_report(target: Path) -> bool:
    """True for a report of this program, which is not read from the folder that it stands in."""
    from cleanclaim.intake.content import Content
    from cleanclaim.intake.own_reports import is_own_report

    with suppress(CleanclaimError):
        return target.is_file() and is_own_report(Content.of(target))
    return False
