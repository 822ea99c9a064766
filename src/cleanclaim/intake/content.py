"""A file's bytes and what kind of file they are, judged by the bytes and never by the name."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from cleanclaim.errors import UnreadableFile, UnsupportedFile

_HEAD = 4096
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8 = b"\xef\xbb\xbf"
_X12_START = re.compile(rb"ISA[^0-9A-Za-z]|(?:GS|ST)[^\w\s,;|]")  # also files that lost their first segments
_OTHER_KINDS = (
    (b"PK\x03\x04", "a workbook or ZIP archive", "save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Office workbook", "save the sheet as CSV"),
    (b"%PDF", "a PDF", "export the report as CSV"),
    (b"PAR1", "a Parquet file", "export it as CSV"),
    (b"\x1f\x8b", "a gzip archive", "unpack it first"),
)


class Kind(StrEnum):
    """What the bytes of a file are."""

    DELIMITED = "delimited"
    JSON = "json"
    X12 = "x12"


@dataclass(frozen=True)
class Content:
    """A file that can be read from its start as often as needed; a pipe is held in memory."""

    name: str
    path: Path | None = None
    held: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, path: Path) -> Content:
        """Return the content of ``path``; raises UnreadableFile where it is missing, a folder, empty or closed."""
        name = str(path)
        try:
            if path.is_dir():
                raise UnreadableFile(f"{name}: this is a folder; name the files in it")
            if not path.exists():
                raise UnreadableFile(f"{name}: no such file; check the path")
            held = b"" if path.is_file() else path.read_bytes()
            content = cls(name, path if path.is_file() else None, held)
            with content.open() as stream:
                if not stream.read(1):
                    raise UnreadableFile(f"{name}: the file is empty; export it again")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a usable path"
            raise UnreadableFile(f"{name}: cannot be opened ({reason}); check the path and its permissions") from error
        return content

    def open(self) -> BinaryIO:
        """Return a stream at the first byte."""
        return io.BytesIO(self.held) if self.path is None else self.path.open("rb")

    def head(self) -> bytes:
        """Return the first bytes."""
        with self.open() as stream:
            return stream.read(_HEAD)


def kind_of(content: Content) -> Kind:
    """Return what kind of file ``content`` is; raises UnsupportedFile for kinds that are not text of ours.

    >>> kind_of(Content("a.txt", held=b"ISA*00*"))
    <Kind.X12: 'x12'>
    >>> kind_of(Content("a.txt", held=b' {"visits": []}'))
    <Kind.JSON: 'json'>
    >>> kind_of(Content("a.txt", held=b"code,dos"))
    <Kind.DELIMITED: 'delimited'>
    """
    head = content.head()
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
