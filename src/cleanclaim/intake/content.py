"""A file's bytes and what kind of file they are, judged by the bytes and never by the name."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from cleanclaim.errors import UnreadableFile, UnsupportedFile

STANDARD_INPUT = "standard input"
"""What standard input is called wherever a file's name would stand."""
STANDARD_INPUT_PATH = Path("/dev/stdin")
_HEAD = 4096
_PIECE = 1 << 20
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8 = b"\xef\xbb\xbf"
_X12_START = re.compile(rb"ISA[^0-9A-Za-z]|(?:GS|ST)[^\w\s,;|]")  # also files that lost their first segments
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PARQUET = b"PAR1"
_OLE = b"\xd0\xcf\x11\xe0"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_OTHER_KINDS = (
    (b"%PDF", "a PDF", "export the report as CSV"),
    (b"\x1f\x8b", "a gzip archive", "unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "unpack it first"),
    (b"Rar!", "a RAR archive", "unpack it first"),
)


class Kind(StrEnum):
    """What the bytes of a file are."""

    DELIMITED = "delimited"
    JSON = "json"
    X12 = "x12"
    WORKBOOK = "workbook"
    ARCHIVE = "archive"
    COLUMNAR = "columnar"


@dataclass(frozen=True)
class Content:
    """A file that can be read from its start as often as needed; a pipe is held in memory.

    ``opener`` opens a member of an archive, which has no path of its own.
    """

    name: str
    path: Path | None = None
    held: bytes = field(default=b"", repr=False)
    opener: Callable[[], BinaryIO] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, path: Path) -> Content:
        """Return the content of ``path``; raises UnreadableFile where it is missing, a folder, empty or closed."""
        name = STANDARD_INPUT if path == STANDARD_INPUT_PATH else str(path)
        try:
            if path == STANDARD_INPUT_PATH and not path.exists():
                # a system without this path has the stream all the same
                return cls(name, None, _not_empty(sys.stdin.buffer.read(), name))
            if path.is_dir():
                raise UnreadableFile(f"{name}: this is a folder; name the files in it")
            if not path.exists():
                raise UnreadableFile(f"{name}: no such file; check the path")
            held = b"" if path.is_file() else path.read_bytes()
            content = cls(name, path if path.is_file() else None, held)
            with content.open() as stream:
                _not_empty(stream.read(1), name)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a usable path"
            raise UnreadableFile(f"{name}: cannot be opened ({reason}); check the path and its permissions") from error
        return content

    def open(self) -> BinaryIO:
        """Return a stream at the first byte."""
        if self.opener is not None:
            return self.opener()
        return io.BytesIO(self.held) if self.path is None else self.path.open("rb")

    def head(self) -> bytes:
        """Return the first bytes."""
        with self.open() as stream:
            return stream.read(_HEAD)

    def source(self, longest: int) -> Path | bytes:
        """Return the path, or all bytes where there is none; UnreadableFile where those are more than ``longest``."""
        if self.path is not None or self.opener is None:
            return self.path or self.held
        with self.open() as stream:
            held = stream.read(longest + 1)
        if len(held) > longest:
            raise UnreadableFile(f"{self.name}: more than {longest >> 20} MB in an archive; unpack it first")
        return held


def _not_empty(held: bytes, name: str) -> bytes:
    if held:
        return held
    if name == STANDARD_INPUT:
        raise UnreadableFile(f"{name}: nothing came; pipe a file into it, or name one")
    raise UnreadableFile(f"{name}: the file is empty; export it again")


def kind_of(content: Content) -> Kind:
    """Return what kind of file ``content`` is; raises UnsupportedFile for kinds that are not read.

    >>> kind_of(Content("a.txt", held=b"ISA*00*"))
    <Kind.X12: 'x12'>
    >>> kind_of(Content("a.txt", held=b' {"visits": []}'))
    <Kind.JSON: 'json'>
    >>> kind_of(Content("a.txt", held=b"code,dos"))
    <Kind.DELIMITED: 'delimited'>
    """
    head = content.head()
    if head.startswith(_ZIP):
        from cleanclaim.intake.archives import kind_of_zip

        return kind_of_zip(content)
    if head.startswith(_PARQUET):
        return Kind.COLUMNAR
    if head.startswith(_OLE):
        raise UnsupportedFile(_of_old_office(content))
    for magic, what, cure in _OTHER_KINDS:
        if head.startswith(magic):
            raise UnsupportedFile(f"{content.name}: this is {what}, which is not read; {cure}")
    if head.startswith(_UTF16):
        text = head[: len(head) // 2 * 2].decode("utf-16", errors="replace").encode()
    else:
        text = head.removeprefix(_UTF8)
        if b"\0" in text:
            raise UnsupportedFile(f"{content.name}: this is not a text file; give a CSV, JSON or X12 file")
    text = text.lstrip()
    if _X12_START.match(text):
        return Kind.X12
    if text[:1] in (b"{", b"["):
        return Kind.JSON
    return Kind.DELIMITED


def _of_old_office(content: Content) -> str:
    """Say what to do with a workbook behind a password, which Office wraps in its old format, or an old one."""
    tail = b""
    with content.open() as stream:
        while piece := stream.read(_PIECE):
            if _LOCKED in tail + piece:
                return (
                    f"{content.name}: this workbook is protected by a password; open it, remove the password"
                    " (File, Info, Protect Workbook) and save it again"
                )
            tail = piece[-len(_LOCKED) :]
    return f"{content.name}: this is an old Office file (.xls), which is not read; open it and save it as .xlsx or CSV"
