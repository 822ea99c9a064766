"""Control numbers of what is written, kept in the user's folder and never given out twice.

The file says which numbers were given out last. It is replaced, and on the disk, before a number is used: after a crash
numbers are lost, never used again. Processes wait for each other at the lock.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cleanclaim.codes.imports.place import folder
from cleanclaim.errors import InputError, UnreadableFile

FILE, LOCK = "x12-control-numbers.json", "x12-control-numbers.lock"
HIGHEST = 999_999_999
"""ISA13 has nine digits; GS06 and ST02 may have no more."""
_KINDS = ("interchange", "group", "set")
_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Numbers:
    """The control numbers of one file: ISA13, GS06 and the first ST02; further sets follow on."""

    interchange: int
    group: int
    first_set: int


def take(sets: int = 1, *, at_least: int = 1, place: Path | None = None) -> Numbers:
    """Return control numbers that no earlier call has returned, for a file of one interchange with ``sets`` sets.

    They are kept in ``place``, by default the folder of ``$CLEANCLAIM_DATA`` or the user's own, for all processes that
    use it. ``at_least`` is where they begin for a sender who has used other software before. Raises UnreadableFile
    where the folder cannot be written or the file in it is damaged, and InputError where the numbers have run out.

    >>> with tempfile.TemporaryDirectory() as place:
    ...     take(2, place=Path(place)), take(place=Path(place))
    (Numbers(interchange=1, group=1, first_set=1), Numbers(interchange=2, group=2, first_set=3))
    """
    if sets < 1:
        raise InputError("must be 1 or more", field="sets")
    at = place or folder()
    with _locked(at):
        last = _last(at / FILE)
        first = {kind: max(number + 1, at_least) for kind, number in last.items()}
        given = {"interchange": first["interchange"], "group": first["group"], "set": first["set"] + sets - 1}
        if max(given.values()) > HIGHEST:
            raise InputError(
                f"the control numbers in {at / FILE} have reached {HIGHEST}: agree with your receivers on a new start, "
                "and move the file away",
                field="control numbers",
            )
        _keep(at, given)
    return Numbers(first["interchange"], first["group"], first["set"])


def _last(path: Path) -> dict[str, int]:
    try:
        held = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return dict.fromkeys(_KINDS, 0)
    except (OSError, ValueError):
        held = None
    if not isinstance(held, dict) or not all(type(held.get(kind)) is int and held[kind] >= 0 for kind in _KINDS):
        # beginning again would use numbers twice
        raise UnreadableFile(f"{path}: damaged; write in it the last numbers that you sent, as {_shown()}")
    return {kind: held[kind] for kind in _KINDS}


def _shown() -> str:
    return json.dumps({"interchange": 41, "group": 41, "set": 57})


def _keep(place: Path, given: dict[str, int]) -> None:
    try:
        handle, name = tempfile.mkstemp(prefix=f".{FILE}-", dir=place)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(json.dumps(given) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).replace(place / FILE)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
        _folder_to_disk(place)
    except OSError as error:
        raise _unwritable(place, error) from None


def _folder_to_disk(place: Path) -> None:
    """Ask for the new name to be on the disk; not every platform lets folders be asked for."""
    with suppress(OSError):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    try:
        place.mkdir(parents=True, exist_ok=True)
        file = (place / LOCK).open("a")
    except OSError as error:
        raise _unwritable(place, error) from None
    with file:
        until = time.monotonic() + _WAIT_SECONDS
        while not _hold(file):
            if time.monotonic() > until:
                raise UnreadableFile(f"{place / LOCK}: another process has held it for {_WAIT_SECONDS:.0f} seconds")
            time.sleep(0.01)
        yield


def _hold(file: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _unwritable(place: Path, error: OSError) -> UnreadableFile:
    return UnreadableFile(f"{place}: {(error.strerror or 'it cannot be written').lower()}")
