"""Level 1 of what is no segment at all: what the reading of a file met, with the codes of answers to it."""

from __future__ import annotations

import polars as pl

from cleanclaim.x12 import chunk as reading
from cleanclaim.x12.chunk import Chunk
from cleanclaim.x12.fields import as_utf8
from cleanclaim.x12.stretches import Cuts
from cleanclaim.x12.validate.problems import MOST, Problems

# whole transaction sets where they fit, else whole claims and the like, else whole lines
CUTS = Cuts(
    after=(b"SE", b"GE", b"IEA"), before=(b"HL", b"CLM", b"CLP", b"AK2"), within=(b"LX", b"IK3"), ends_noted=False
)
_NO_DELIMITERS = "; the delimiters before it are used"
# how what was met begins: the code of a 999 or TA1, and the segment it is about ("" says the one that stands there)
_CODES: dict[str, tuple[str, str | None]] = {
    "no ISA segment": ("022", "ISA"),
    "the ISA segment": ("024", "ISA"),
    "ISA16": ("024", "ISA"),
    "not a segment": ("1", ""),
    "followed by an empty segment": ("1", None),
    "a segment": ("8", ""),
    "the last segment has no terminator": ("004", None),
    "the file ends inside this segment": ("023", None),
}
_OTHER = ("022", None)


class Unread:
    """What was met while a file is read: given with each stretch, and noted after it."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self._ids: dict[int, str] = {}

    def look_at(self, chunk: Chunk, met: reading.Problems) -> None:
        """Remember how the segments begin that something was met at."""
        numbers = met.frame()["segment"].unique().head(MOST)
        rows = numbers.to_numpy() - chunk.carry.segments + chunk.known - 1
        data = chunk.segments.data
        for number, row in zip(numbers.to_list(), rows.tolist(), strict=True):
            if chunk.known <= row < len(chunk.segments):
                start = int(chunk.segments.start[row])
                self._ids[number] = _id_of(data[start : start + 3].tobytes())

    def note(self, met: pl.DataFrame) -> None:
        """Note what was met in a stretch as problems."""
        for (message,), places in met.group_by("message", maintain_order=True):
            code, segment = next((c for begin, c in _CODES.items() if str(message).startswith(begin)), _OTHER)
            at = places.head(MOST)
            ids = [self._ids.get(number) for number in at["segment"].to_list()] if segment == "" else segment
            self.problems.add(
                1,
                len(places),
                segment=ids,
                position=at["segment"],
                offset=at["offset"],
                code="022" if str(message).endswith(_NO_DELIMITERS) else code,
                message=message,
            )
        self._ids.clear()


def _id_of(raw: bytes) -> str:
    """Return the beginning of a segment as text, with ``?`` for what is no letter or digit."""
    return "".join(c if c.isascii() and c.isalnum() else "?" for c in as_utf8(raw).decode())
