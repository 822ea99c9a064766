"""The text of one note, whatever file it came in, and what every note must be before it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cleanclaim.errors import UnsupportedFile
from cleanclaim.notes.documents.language import foreign_language

LONGEST = 1 << 20
"""Most characters of one note: some hundred times a long one."""
# marks that make a line read otherwise than it is stored: what a reviewer sees is not what is quoted
_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200F, 0x061C}


@dataclass(frozen=True)
class Document:
    """One note: its text as quoted, the kind of file, and what a structured file says beside it.

    ``dos`` is the day of the visit and ``visit_id`` its number, where the file has fields for them; null where not.
    """

    text: str
    kind: str
    dos: date | None = None
    visit_id: str | None = None


def whole(text: str, name: str) -> str:
    """Return ``text`` if it can be a note; raises UnsupportedFile with the reason, never with words of the note.

    >>> whole("Gait training 10 min", "note.txt")
    'Gait training 10 min'
    """
    if len(text) > LONGEST:
        raise UnsupportedFile(
            f"{name}: {len(text):,} characters; a note has at most {LONGEST:,}. Give one visit's note at a time"
        )
    if not text.strip("\ufeff \t\r\n\f\v\0\xa0"):
        raise UnsupportedFile(f"{name}: no text in it; export the note again")
    turning = next((place for place, mark in enumerate(text) if ord(mark) in _TURNING), None)
    if turning is not None:
        line = text.count("\n", 0, turning) + 1
        raise UnsupportedFile(
            f"{name}: line {line}, character {turning}: a right-to-left mark; what is shown is not what is stored. "
            "Save the note as plain English text"
        )
    language = foreign_language(text)
    if language is not None:
        raise UnsupportedFile(f"{name}: the note seems to be in {language}; only notes in English are read")
    return text
