"""ZIP archives, and the workbooks that are ZIP archives too: opened within limits, so that no file can fill the memory.

The sizes that an archive states are checked before anything is unpacked, and no more than them is ever unpacked.
"""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from cleanclaim.errors import UnreadableFile, UnsupportedFile
from cleanclaim.intake.content import Content, Kind

MOST_MEMBERS = 10_000
MOST_BYTES = 4 << 30
LARGE = 64 << 20
MOST_TIMES = 200
_ENCRYPTED = 0x1
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, ValueError)
_OFFICE = (
    ("xl/workbook.bin", "a binary workbook (.xlsb)", "save it as .xlsx"),
    ("word/document.xml", "a text document", "export the table as CSV"),
    ("mimetype", "an OpenDocument file", "save it as .xlsx or CSV"),
)


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Turn what the unpacking of a damaged archive raises into UnreadableFile."""
    try:
        yield
    except _DAMAGED as error:
        how = "packed in a way that is not read" if isinstance(error, NotImplementedError) else "damaged or cut off"
        raise UnreadableFile(f"{name}: the archive is {how}; export or pack it again") from error
    except RuntimeError as error:  # zipfile's answer to a password
        raise UnreadableFile(f"{name}: protected by a password; unpack it first and name the files") from error


def opened(content: Content, longest: int = MOST_BYTES) -> zipfile.ZipFile:
    """Return the archive, its limits checked; UnreadableFile where it is damaged, locked, or unpacks to too much."""
    source = content.source(longest)
    with _readable(content.name):
        archive = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise UnreadableFile(
            f"{content.name}: {len(members):,} files in one archive, at most {MOST_MEMBERS:,}; divide it"
        )
    unpacked = sum(member.file_size for member in members)
    if unpacked > MOST_BYTES:
        raise UnreadableFile(
            f"{content.name}: unpacks to {unpacked >> 20:,} MB, at most {MOST_BYTES >> 20:,} MB are read; divide it"
        )
    for member in members:
        if member.file_size > LARGE and member.file_size > MOST_TIMES * max(member.compress_size, 1):
            raise UnreadableFile(
                f"{content.name}: {member.filename} unpacks to more than {MOST_TIMES} times its size, which real files"
                " do not; it is not unpacked"
            )
        if member.flag_bits & _ENCRYPTED:
            raise UnreadableFile(f"{content.name}: protected by a password; unpack it first and name the files")
    return archive


def kind_of_zip(content: Content) -> Kind:
    """Return whether a ZIP archive is a workbook or holds files; UnsupportedFile for other Office files."""
    with opened(content) as archive:
        names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return Kind.WORKBOOK
    for mark, what, cure in _OFFICE:
        if mark in names:
            raise UnsupportedFile(f"{content.name}: this is {what}, which is not read; {cure}")
    return Kind.ARCHIVE


def members(content: Content) -> list[Content]:
    """Return the files in an archive, in order of their names; a name only says what to call a file."""
    archive = opened(content)
    files = sorted((info for info in archive.infolist() if not info.is_dir()), key=lambda info: info.filename)
    return [_member(f"{content.name}/{info.filename}", archive, info) for info in files]


def _member(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Content:
    return Content(name, opener=lambda: cast(BinaryIO, Member(name, lambda: archive.open(info))))


class Member:
    """A stream of a member's bytes whose errors are ours."""

    def __init__(self, name: str, opener: Callable[[], object]) -> None:
        self.name = name
        with _readable(name):
            self._stream = cast(BinaryIO, opener())

    def read(self, size: int = -1) -> bytes:
        with _readable(self.name):
            return self._stream.read(size)

    def seek(self, place: int) -> int:
        with _readable(self.name):
            return self._stream.seek(place)

    def close(self) -> None:
        self._stream.close()

    def __enter__(self) -> Member:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def part(archive: zipfile.ZipFile, name: str, member: str) -> Member:
    """Return a stream of one part of a workbook; UnreadableFile where there is none."""
    try:
        info = archive.getinfo(member)
    except KeyError:
        raise UnreadableFile(f"{name}: its part {member} is missing; save the workbook again") from None
    return Member(name, lambda: archive.open(info))
