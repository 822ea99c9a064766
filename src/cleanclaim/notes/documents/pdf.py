"""The text of a PDF, page by page."""

from __future__ import annotations

import logging
from io import BytesIO

from cleanclaim.errors import CleanclaimError, UnreadableFile, UnsupportedFile
from cleanclaim.notes.documents.document import LONGEST

MOST_PAGES = 100
"""Most pages of one note."""
_MOST_CONTENT = 4 << 20
_MOST_STEPS = 500_000


_UNPACKS = "unpacks to far more than a note; print the note again"


def text_of_pdf(held: bytes, name: str) -> str:
    """Return the text of a PDF's pages, one after the other, with a line end between them.

    Raises UnsupportedFile where it needs a password, has no text (a scan), has more pages or text than a note, or
    unpacks to far more than its size; UnreadableFile where it is damaged.
    """
    try:
        from pypdf import PdfReader
        from pypdf.errors import FileNotDecryptedError, LimitReachedError
    except ImportError:
        raise UnsupportedFile(f"{name}: reading PDF needs: pip install 'cleanclaim[notes]'") from None
    # what pypdf finds odd in a file may quote its words: none of it is logged
    logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)
    try:
        reader = PdfReader(BytesIO(held))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnsupportedFile(f"{name}: the PDF needs a password; save it without one")
        if len(reader.pages) > MOST_PAGES:
            raise UnsupportedFile(f"{name}: {len(reader.pages)} pages; give one visit's note at a time")
        bounds = _Bounds(name)
        pages: list[str] = []
        for page in reader.pages:
            content = page.get_contents()
            if content is not None and len(content.get_data()) > _MOST_CONTENT:
                raise UnsupportedFile(f"{name}: page {len(pages) + 1} {_UNPACKS}")
            pages.append(page.extract_text(visitor_operand_before=bounds.step, visitor_text=bounds.text))
    except CleanclaimError:
        raise
    except LimitReachedError:
        raise UnsupportedFile(f"{name}: the PDF {_UNPACKS}") from None
    except FileNotDecryptedError:
        raise UnsupportedFile(f"{name}: the PDF needs a password; save it without one") from None
    except Exception:  # a damaged file raises whatever its damage runs into, with words of the note in it
        raise UnreadableFile(f"{name}: the PDF is damaged or cut off; print the note again") from None
    text = "\n".join(pages)
    if not text.strip():
        raise UnsupportedFile(
            f"{name}: a PDF without text, such as a scan; a scan is not read. Export the note as text"
        )
    return text


class _Bounds:
    """Stops a file whose drawing goes on without end, such as forms that draw each other."""

    def __init__(self, name: str) -> None:
        self._name, self._steps, self._length = name, 0, 0

    def step(self, *_: object) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise UnsupportedFile(f"{self._name}: the PDF {_UNPACKS}")

    def text(self, text: str, *_: object) -> None:
        self._length += len(text)
        if self._length > LONGEST:
            raise UnsupportedFile(f"{self._name}: more text than a note has; give one visit's note at a time")
