"""Text encodings that clinics' files have: found once, then the file is passed on as UTF-8 bytes, in pieces."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cleanclaim.errors import UnreadableFile, UnsupportedFile
from cleanclaim.intake.content import Content

PIECE = 4 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes are text: the codec, whether lone carriage returns end the lines, and what to tell the user."""

    codec: str
    returns_end_lines: bool = False
    note: str | None = None


def encoding_of(content: Content) -> Encoding:
    """Return the encoding of ``content``: its byte order mark's, else UTF-8 where every byte fits, else Windows-1252.

    Reads the file once, to its end, so that nothing is decoded two ways. Raises UnsupportedFile where NUL bytes show
    that it is not text.

    >>> encoding_of(Content("a.csv", held="payer\\nSeñor".encode("cp1252"))).codec
    'cp1252'
    """
    with content.open() as stream:
        start = stream.read(4)
        codec = next((name for mark, name in _BOMS if start.startswith(mark)), None)
        stream.seek(0)
        if codec == "utf-16":
            return Encoding(codec, _old_mac(stream), note=f"{content.name}: read as UTF-16")
        return _scan(content.name, stream, codec)


def _old_mac(stream: BinaryIO) -> bool:
    """Return whether the lines of UTF-16 text end with a lone carriage return."""
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    returns = False
    while piece := stream.read(PIECE):
        text = decoder.decode(piece)
        if "\n" in text:
            return False
        returns = returns or "\r" in text
    return returns


def _scan(name: str, stream: BinaryIO, codec: str | None) -> Encoding:
    decoder = codecs.getincrementaldecoder("utf-8")()
    fits, feeds, returns = True, False, False
    while piece := stream.read(PIECE):
        if b"\0" in piece:
            raise UnsupportedFile(f"{name}: NUL bytes show that this is not text, or was cut off; export it again")
        feeds = feeds or b"\n" in piece
        returns = returns or b"\r" in piece
        if fits:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                fits = False
    if fits:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            fits = False
    old_mac = returns and not feeds
    if fits:
        return Encoding(codec or "utf-8", old_mac)
    return Encoding("cp1252", old_mac, f"{name}: not UTF-8; read as Windows-1252")


def utf8_pieces(content: Content, encoding: Encoding, size: int = PIECE) -> Iterator[bytes]:
    """Yield the text of ``content`` as UTF-8, without a byte order mark, in pieces of about ``size`` bytes.

    A byte that the codec leaves undefined becomes U+FFFD.

    >>> b"".join(utf8_pieces(Content("a", held=b"\\xef\\xbb\\xbfcode"), Encoding("utf-8-sig")))
    b'code'
    """
    decoder = None if encoding.codec.startswith("utf-8") else codecs.getincrementaldecoder(encoding.codec)("replace")
    try:
        with content.open() as stream:
            if encoding.codec == "utf-8-sig":
                stream.seek(len(codecs.BOM_UTF8))
            while piece := stream.read(size):
                text = piece if decoder is None else decoder.decode(piece).encode("utf-8", "replace")
                yield text.replace(b"\r", b"\n") if encoding.returns_end_lines else text
            if decoder is not None and (rest := decoder.decode(b"", final=True)):
                yield rest.encode("utf-8", "replace")
    except OSError as error:
        raise UnreadableFile(f"{content.name}: reading stopped ({error.strerror}); try again") from error
