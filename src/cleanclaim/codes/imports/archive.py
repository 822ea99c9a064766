"""Files as they were downloaded: an archive is opened within limits, and a page saved in place of a file is told."""

from __future__ import annotations

import hashlib
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cleanclaim.errors import UnreadableFile, UnsupportedFile

MEMBERS, TOTAL_BYTES, RATIO, DEPTH = 200, 1_000_000_000, 200, 2
"""What an archive may hold: the largest official one has under 20 members, 200 MB, and is compressed 15 to 1."""
_RATIO_FROM = 1_000_000
_CHUNK = 1 << 20
ZIP, XLS, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_AGAIN = "download it again and import it as it comes"


@dataclass(frozen=True)
class Piece:
    """One file to read: where its bytes are, and what it is called, outermost archive first."""

    path: Path
    names: tuple[str, ...]
    sha256: str

    @property
    def place(self) -> str:
        """The name for messages: ``archive > member``."""
        return " > ".join(self.names)

    @property
    def name(self) -> str:
        return self.names[-1]


def pieces(path: Path, folder: Path) -> list[Piece]:
    """Return the files in ``path``, archives opened into ``folder``; bytes are only ever written under our own names.

    Raises UnreadableFile for what cannot be opened, is cut off or goes past the limits.
    """
    try:
        if path.is_dir():
            raise UnreadableFile(f"{path}: a folder; name the files in it")
        if not path.is_file():
            raise UnreadableFile(f"{path}: no such file; check the path")
        digest = _digest(path)
    except OSError as error:
        raise UnreadableFile(f"{path}: {(error.strerror or 'it cannot be read').lower()}") from None
    return list(_opened(Piece(path, (path.name,), digest), folder, _Budget(), DEPTH))


@dataclass
class _Budget:
    members: int = 0
    written: int = 0


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _opened(piece: Piece, folder: Path, budget: _Budget, depth: int) -> Iterator[Piece]:
    head = _head(piece)
    if not head.startswith(ZIP):
        yield piece
        return
    try:
        with zipfile.ZipFile(piece.path) as archive:
            names = archive.namelist()
            if "[Content_Types].xml" in names:
                _sizes(archive, piece, _Budget())
                yield piece
                return
            if depth == 0:
                raise UnsupportedFile(f"{piece.place}: an archive in an archive in an archive; unpack it first")
            _sizes(archive, piece, budget)
            for info in archive.infolist():
                if not info.is_dir() and not info.filename.startswith("__MACOSX/"):
                    yield from _opened(_extracted(archive, info, piece, folder, budget), folder, budget, depth - 1)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise UnreadableFile(f"{piece.place}: {(error.strerror or 'it cannot be read').lower()}") from None
        raise UnreadableFile(f"{piece.place}: the archive is cut off or damaged; {_AGAIN}") from None
    except (NotImplementedError, RuntimeError):
        raise UnreadableFile(f"{piece.place}: packed in a way that is not read (a password?): unpack it") from None


def _sizes(archive: zipfile.ZipFile, piece: Piece, budget: _Budget) -> None:
    """Refuse, before a byte is unpacked, what no official file comes near."""
    infos = archive.infolist()
    budget.members += len(infos)
    if budget.members > MEMBERS:
        raise UnreadableFile(f"{piece.place}: holds {budget.members:,} files, more than {MEMBERS}: no official file")
    total = sum(info.file_size for info in infos)
    if total > TOTAL_BYTES:
        raise UnreadableFile(
            f"{piece.place}: unpacks to {total:,} bytes, more than the {TOTAL_BYTES:,} that are taken; no official "
            "file is so large"
        )
    for info in infos:
        if info.file_size > _RATIO_FROM and info.file_size > RATIO * max(info.compress_size, 1):
            raise UnreadableFile(
                f"{piece.place} > {info.filename}: {info.file_size:,} bytes packed into {info.compress_size:,}; no "
                "official file packs so well"
            )


def _extracted(archive: zipfile.ZipFile, info: zipfile.ZipInfo, piece: Piece, folder: Path, budget: _Budget) -> Piece:
    target = folder / f"{len(list(folder.iterdir())):05d}"
    digest = hashlib.sha256()
    with archive.open(info) as source, target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            budget.written += len(chunk)
            # a header may lie about the size
            if budget.written > TOTAL_BYTES:
                raise UnreadableFile(f"{piece.place}: unpacks to more than {TOTAL_BYTES:,} bytes")
            digest.update(chunk)
            file.write(chunk)
    return Piece(target, (*piece.names, info.filename), digest.hexdigest())


def _head(piece: Piece) -> bytes:
    with piece.path.open("rb") as file:
        return file.read(512)


def refuse_impostors(piece: Piece) -> None:
    """Raise UnreadableFile or UnsupportedFile for a web page, a PDF, an old workbook or another encoding."""
    head = _head(piece)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not text:
        raise UnreadableFile(f"{piece.place}: the file is empty; {_AGAIN}")
    if text.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<script")):
        raise UnreadableFile(
            f"{piece.place}: a web page saved under this name, not the file: accept the license on the page, then "
            "download the file itself"
        )
    if head.startswith(PDF):
        raise UnsupportedFile(f"{piece.place}: a PDF; import the text, CSV or XLSX file")
    if head.startswith(XLS):
        raise UnsupportedFile(f"{piece.place}: an old workbook (.xls); import the text, CSV or XLSX file")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or (b"\0" in head and not head.startswith(ZIP)):
        raise UnreadableFile(f"{piece.place}: not in the encoding it is published in (UTF-16 or binary); {_AGAIN}")
