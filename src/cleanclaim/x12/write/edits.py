"""What is to change in an X12 file, by the numbers of its segments, and the text of a segment with it made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cleanclaim.errors import InputError
from cleanclaim.x12.delimiters import Delimiters

Segment = Sequence[str | tuple[str, ...]]
"""A segment to write: its id and its elements; a composite element is a tuple of its components."""


class Value(NamedTuple):
    """A new value of an element, or of one of its components (both from 1); an empty one takes the old one away."""

    element: int
    component: int | None
    text: str


@dataclass
class Edits:
    """Changes of a file's segments, which are named by their numbers as read: from 1 within the file."""

    values: dict[int, list[Value]] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    ahead: dict[int, list[Segment]] = field(default_factory=dict)

    def put(self, segment: int, element: int, text: str, component: int | None = None) -> None:
        """Give an element, or one component of it, a new value; the places that it lacks up to there are added."""
        if element < 1 or (component is not None and component < 1):
            raise InputError("elements and components are counted from 1", field="element")
        self.values.setdefault(segment, []).append(Value(element, component, text))

    def drop(self, first: int, last: int | None = None) -> None:
        """Leave out a segment, or all from ``first`` to ``last``."""
        self.dropped.update(range(first, (first if last is None else last) + 1))

    def insert(self, before: int, *segments: Segment) -> None:
        """Write ``segments`` before the one of this number, in their order and after those inserted there already."""
        self.ahead.setdefault(before, []).extend(segments)

    def numbers(self) -> list[int]:
        """Return the segments concerned, in order."""
        return sorted({*self.values, *self.dropped, *self.ahead})


def changed(text: bytes, values: Iterable[Value], delimiters: Delimiters, number: int) -> bytes:
    """Return the text of a segment with ``values`` put in; all else stays byte for byte.

    Raises InputError, which names the segment by its ``number``, where a value cannot stand in the file.

    >>> change = [Value(1, 3, ""), Value(1, 4, ""), Value(4, None, "2")]
    >>> changed(b"SV1*HC:97110:59:GP*60*UN*1***1", change, Delimiters(42, 58, 126), 7)
    b'SV1*HC:97110*60*UN*2***1'
    """
    bare = text.rstrip(b"\r\n")  # with a line feed as terminator, a carriage return before it is no part of a value
    separator, within = bytes([delimiters.element]), bytes([delimiters.component])
    elements = bare.split(separator)
    for element, component, new in values:
        written = _encoded(new, delimiters, number)
        if component is not None:
            parts = (elements[element] if element < len(elements) else b"").split(within)
            written = within.join(_replaced(parts, component - 1, written))
        elements = _replaced(elements, element, written)
    made = separator.join(elements) + text[len(bare) :]
    if text.startswith(b"ISA") and len(made) != len(text):
        raise InputError(f"segment {number}: elements of ISA are of fixed width", field="text")
    return made


def composed(segment: Segment, delimiters: Delimiters, number: int) -> bytes:
    """Return the text of a new segment, without its terminator; empty elements at its end are left out.

    >>> composed(["SV1", ("HC", "97110", ""), "60", ""], Delimiters(42, 58, 126), 7)
    b'SV1*HC:97110*60'
    """
    elements = (
        bytes([delimiters.component]).join(_trimmed([_encoded(part, delimiters, number) for part in one]))
        for one in ((element,) if isinstance(element, str) else element for element in segment)
    )
    return bytes([delimiters.element]).join(_trimmed(list(elements)))


def _replaced(parts: list[bytes], at: int, new: bytes) -> list[bytes]:
    if at >= len(parts) and not new:
        return parts
    was_open = len(parts) > 1 and not parts[-1]
    parts = [*parts, *[b""] * (at + 1 - len(parts))]
    parts[at] = new
    # only what this change leaves empty at the end goes away
    return parts if was_open else _trimmed(parts)


def _trimmed(parts: list[bytes]) -> list[bytes]:
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


def _encoded(text: str, delimiters: Delimiters, number: int) -> bytes:
    """Return a value as bytes; one that is not plain text, or holds a delimiter, would break the file."""
    own = {delimiters.element, delimiters.component, delimiters.terminator, delimiters.repetition}
    if not text.isascii() or not all(char.isprintable() and ord(char) not in own for char in text):
        raise InputError(f"segment {number}: a new value holds a delimiter, or is not ASCII", field="text")
    return text.encode("ascii")
