"""One file to the text of one note."""

from __future__ import annotations

import re
from pathlib import Path

from cleanclaim.errors import UnreadableFile, UnsupportedFile
from cleanclaim.notes.documents.document import Document, whole

LARGEST = 32 << 20
"""Most bytes of a file: a scanned note of some twenty pages."""
_WEB_PAGE = re.compile(r"[\ufeff\s]{0,99}<(?:!doctype html|html)\b", re.IGNORECASE)
_CODECS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_OTHERS = (
    (b"PK\x03\x04", "an archive or a Word or Excel file"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file"),
    (b"{\\rtf", "a rich text file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"II*\x00", "a scan (TIFF)"),
    (b"MM\x00*", "a scan (TIFF)"),
)


def read_document(source: Path | bytes, name: str | None = None) -> Document:
    """Return the note in a file, or in the bytes of one; ``name`` stands for it in messages.

    Text in UTF-8, UTF-16 with a mark, or Windows-1252; PDF with text; C-CDA and other CDA documents; structured rows
    as CSV or JSON (:mod:`cleanclaim.notes.documents.rows`). Line ends stay as they are, so that places count in the
    text as stored.

    Raises UnreadableFile for a file that cannot be opened or is cut off, UnsupportedFile for one that is no note: too
    long, empty, in another language, a scan without text, encrypted, of another kind. No message holds its words.

    >>> read_document(b"Gait training 10 min", "note.txt").text
    'Gait training 10 min'
    """
    shown = name or (str(source) if isinstance(source, Path) else "the note")
    held = _bytes(source, shown)
    if held.startswith(b"%PDF-") or b"%PDF-" in held[:1024]:
        from cleanclaim.notes.documents.pdf import text_of_pdf

        return Document(whole(text_of_pdf(held, shown), shown), "pdf")
    for head, kind in _OTHERS:
        if held.startswith(head):
            raise UnsupportedFile(f"{shown}: {kind}; save the note as text, or as PDF with text")
    text = _decoded(held, shown)
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if _WEB_PAGE.match(text):
        raise UnsupportedFile(f"{shown}: a web page; save the note as text, or print it as PDF")
    if start == "<":
        from cleanclaim.notes.documents.cda import document_of_cda

        document = document_of_cda(held, shown)
        if document is not None:
            return document
    from cleanclaim.notes.documents.rows import document_of_rows

    return document_of_rows(text, shown) or Document(whole(text, shown), "text")


def _bytes(source: Path | bytes, name: str) -> bytes:
    if isinstance(source, bytes):
        held = source
    else:
        try:
            with source.open("rb") as stream:
                held = stream.read(LARGEST + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a usable path"
            raise UnreadableFile(f"{name}: cannot be opened ({reason}); check the path") from None
    if len(held) > LARGEST:
        raise UnsupportedFile(f"{name}: more than {LARGEST >> 20} MB; give one visit's note at a time")
    if not held:
        raise UnsupportedFile(f"{name}: the file is empty; export the note again")
    return held


def _decoded(held: bytes, name: str) -> str:
    codec = next((codec for mark, codec in _CODECS if held.startswith(mark)), "utf-8")
    try:
        text = held.decode(codec)
    except UnicodeDecodeError:
        try:
            text = held.decode("cp1252")
        except UnicodeDecodeError as error:
            raise UnsupportedFile(
                f"{name}: byte {error.start} is in no text encoding known here; save as UTF-8"
            ) from None
    binary = text.find("\0")
    if binary >= 0:
        raise UnsupportedFile(f"{name}: binary from character {binary} on; save the note as text, or as PDF with text")
    return text
