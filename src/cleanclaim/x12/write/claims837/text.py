"""Values as X12 writes them, and the pen that puts segments on paper and notes what cannot stand there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cleanclaim.x12.write.edits import Segment

BASIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !\"&'()*+,-./:;?="
"""The basic character set of X12 (X12.6)."""
EXTENDED = BASIC + "abcdefghijklmnopqrstuvwxyz%~@[]_{}\\|<>#$^`"
"""The extended one, which partners agree on."""
CHARSETS = {"basic": frozenset(BASIC), "extended": frozenset(EXTENDED)}


def amount(cents: int) -> str:
    """Return cents as X12 writes dollars: no zeros at the end of a fraction.

    >>> amount(25000), amount(7250), amount(5), amount(-100)
    ('250', '72.5', '0.05', '-1')
    """
    sign, rest = "-" if cents < 0 else "", abs(cents)
    return f"{sign}{rest // 100}" + (f".{rest % 100:02d}".rstrip("0") if rest % 100 else "")


def quantity(number: float) -> str:
    """Return a number of units without zeros at the end of a fraction, and without a power of ten.

    >>> quantity(2.0), quantity(1.5)
    ('2', '1.5')
    """
    text = format(Decimal(repr(float(number))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(value: date) -> str:
    """Return a date as CCYYMMDD.

    >>> day(date(2026, 3, 4))
    '20260304'
    """
    return value.strftime("%Y%m%d")


@dataclass(frozen=True, slots=True)
class Writing:
    """How a file is written: its delimiters and its characters (``basic``: names in capitals)."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    terminator: str = "~"
    charset: str = "extended"

    @property
    def delimiters(self) -> str:
        """The four, in the order in which people name them."""
        return self.element + self.component + self.repetition + self.terminator


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that cannot stand in the file: the number of its segment, its element, and why."""

    segment: int
    element: str
    message: str


@dataclass
class Pen:
    """Writes segments one after the other and counts them; what cannot be written is noted in ``faults``."""

    writing: Writing
    parts: list[bytes] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many segments are written."""
        return len(self.parts)

    def write(self, segments: Iterable[Segment]) -> None:
        """Write segments; empty elements and components at their ends are left out."""
        for segment in segments:
            self.parts.append(self._text(segment))

    def write_as_is(self, elements: Sequence[str]) -> None:
        """Write the segment that names the delimiters, whose elements are of fixed width."""
        self.parts.append((self.writing.element.join(elements) + self.writing.terminator + "\n").encode("ascii"))

    def content(self) -> bytes:
        """Return the file."""
        return b"".join(self.parts)

    def _text(self, segment: Segment) -> bytes:
        written = self.writing
        elements: list[str] = []
        for place, element in enumerate(segment):
            if isinstance(element, str):
                elements.append(self._checked(element, segment, place))
            else:
                parts = [self._checked(part, segment, place) for part in element]
                elements.append(written.component.join(_trimmed(parts)))
        text = written.element.join(_trimmed(elements)) + written.terminator + "\n"
        return text.encode("ascii", "replace")

    def _checked(self, value: str, segment: Segment, place: int) -> str:
        text = " ".join(value.split())
        if self.writing.charset == "basic":
            text = text.upper()
        own = self.writing.delimiters
        if any(char in own for char in text):
            found = next(char for char in text if char in own)
            self._fault(segment, place, f"holds {found!r}, which is a delimiter of the file; write it otherwise")
        elif not CHARSETS[self.writing.charset].issuperset(text):
            self._fault(
                segment, place, f"holds a character outside the {self.writing.charset} set of X12; write it otherwise"
            )
        return text

    def _fault(self, segment: Segment, place: int, message: str) -> None:
        self.faults.append(Fault(self.count + 1, f"{segment[0]}{place:02d}", message))


def _trimmed(parts: list[str]) -> list[str]:
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts
