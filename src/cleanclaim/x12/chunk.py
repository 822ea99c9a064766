"""A stretch of a file that is read at once: its segments, where they stand in the file, and what came before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.x12.fields import Fields
from cleanclaim.x12.segments import Ints, Segments

_NONE = np.empty(0, np.int64)

PROBLEMS = pl.Schema({"segment": pl.Int64(), "offset": pl.Int64(), "message": pl.String()})
_NO_PROBLEMS = pl.DataFrame(schema=PROBLEMS)


@dataclass(frozen=True)
class Carry:
    """What the next stretch must know: counts so far, and the few segments whose loops are still open.

    Those segments are put in front of the next stretch, byte for byte, with the places they had in the file; so a
    stretch is read in the same way wherever the file was cut.
    """

    context: bytes = b""
    numbers: Ints = field(default_factory=lambda: _NONE)
    offsets: Ints = field(default_factory=lambda: _NONE)
    segments: int = 0
    interchanges: int = 0
    groups: int = 0
    transactions: int = 0
    claims: int = 0
    acks: int = 0  # TA1
    groups_before_interchange: int = 0
    transactions_before_group: int = 0
    ends_in: str = ""  # the last envelope segment read: ISA, GS, ST, SE, GE or IEA
    last_place: tuple[int, int] = (0, 0)  # number and offset of the last segment read


@dataclass(frozen=True)
class Chunk:
    """Segments of a stretch: first those of ``carry``, then those at ``shift`` bytes further on in the file."""

    segments: Segments
    carry: Carry
    shift: int
    fields: Fields
    within: bool = False  # it ends within a claim that is too long to be read at once

    @property
    def known(self) -> int:
        """How many segments are from before this stretch."""
        return len(self.carry.numbers)

    def numbers(self, rows: Ints) -> Ints:
        """Return the numbers in the file of the segments at ``rows``, from 1."""
        found = rows + (self.carry.segments - self.known + 1)
        if self.known and len(rows) and rows.min() < self.known:
            before = rows < self.known
            found[before] = self.carry.numbers[rows[before]]
        return found

    def offsets(self, rows: Ints) -> Ints:
        """Return the byte offsets in the file of the segments at ``rows``."""
        found = self.segments.start[rows] + self.shift
        if self.known and len(rows) and rows.min() < self.known:
            before = rows < self.known
            found[before] = self.carry.offsets[rows[before]]
        return found

    def carry_on(self, context: Ints, **counts: int | str) -> Carry:
        """Return what the stretch after this one must know; ``context`` are the rows of the segments still open."""
        segments = self.segments
        pieces = [
            segments.data[a : b + 1].tobytes()
            for a, b in zip(segments.start[context], segments.stop[context], strict=True)
        ]
        last = np.array([len(segments) - 1])
        return replace(
            self.carry,
            context=b"".join(pieces),
            numbers=self.numbers(context),
            offsets=self.offsets(context),
            segments=self.carry.segments + len(segments) - self.known,
            last_place=(int(self.numbers(last)[0]), int(self.offsets(last)[0])),
            **counts,  # type: ignore[arg-type]
        )


class Problems:
    """Places that could not be read, gathered a kind at a time."""

    def __init__(self) -> None:
        self._parts: list[pl.DataFrame] = []

    def add(self, chunk: Chunk, rows: Ints | npt.NDArray[np.intp], message: str) -> None:
        """Note ``message`` for the segments at ``rows``, but for those noted with an earlier stretch."""
        if len(rows) and len(rows := rows[rows >= chunk.known]):
            self.add_places(chunk.numbers(rows), chunk.offsets(rows), message)

    def add_places(self, numbers: Ints, offsets: Ints, message: str) -> None:
        """Note ``message`` for places in the file."""
        self._parts.append(pl.DataFrame({"segment": numbers, "offset": offsets, "message": message}, schema=PROBLEMS))

    def add_place(self, number: int, offset: int, message: str) -> None:
        """Note ``message`` for one place in the file."""
        self.add_places(np.array([number]), np.array([offset]), message)

    def take(self, other: Problems) -> None:
        """Take over what ``other`` has gathered."""
        self._parts += other._parts

    def frame(self) -> pl.DataFrame:
        """Return the problems in the order of the file."""
        if not self._parts:
            return _NO_PROBLEMS
        return pl.concat(self._parts).sort("segment", "offset", maintain_order=True)
