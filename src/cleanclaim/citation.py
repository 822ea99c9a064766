"""Where a fact is published."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Citation:
    """A document and the section of it that states a requirement.

    >>> str(Citation("Medicare Claims Processing Manual (Pub. 100-04), ch. 5", "sec. 20.2.C"))
    'Medicare Claims Processing Manual (Pub. 100-04), ch. 5, sec. 20.2.C'
    """

    document: str
    section: str = ""
    url: str | None = None

    def __str__(self) -> str:
        return f"{self.document}, {self.section}" if self.section else self.document
