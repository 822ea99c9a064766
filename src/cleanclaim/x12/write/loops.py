"""Parts of an 837 as they stand in the file: a service line with all segments of its loop, the head of a claim."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cleanclaim.x12.chunk import Chunk, Problems
from cleanclaim.x12.envelope import ENVELOPE
from cleanclaim.x12.stretch import Stretch
from cleanclaim.x12.stretches import CHUNK_BYTES, Source, stretches

_OUTER = (b"CLM", b"HL", *(name.encode() for name in ENVELOPE))
_NONE = np.empty(0, np.int64)


@dataclass(frozen=True)
class Loop:
    """Segments that stand together: the number of the first, the elements of all, and the one that was asked for.

    ``begins`` is None where that one is not in a loop of its own (a service segment without LX, or two after one LX),
    or where the loop is too long to be held; it then stands alone. Texts are decoded byte by byte.
    """

    begins: int | None
    segments: tuple[tuple[str, ...], ...]
    own: tuple[str, ...]
    component: str

    def element(self, place: int) -> str:
        """Return an element of the segment that was asked for, blank where it has none."""
        return self.own[place] if place < len(self.own) else ""

    def components(self, place: int) -> list[str]:
        """Return the components of an element of the segment that was asked for."""
        return self.element(place).split(self.component)


def service_loops(source: Source, numbers: Iterable[int], *, chunk_bytes: int = CHUNK_BYTES) -> dict[int, Loop]:
    """Return the lines, from LX on, of the SV1 and SV2 of these numbers, by number.

    Memory grows with the lines asked for, not with the file.

    >>> file = b"ST*837*1*005010X222A1~BHT*0019*00*1~CLM*C1*84~LX*1~SV1*HC:97110:GP*84*UN*2***1~SE*6*1~"
    >>> loop = service_loops(file, [5])[5]
    >>> loop.begins, loop.segments[0], loop.components(1)
    (4, ('LX', '1'), ['HC', '97110', 'GP'])
    """
    return _gathered(source, _Gathering(numbers, b"LX", (b"LX", *_OUTER)), chunk_bytes)


def claim_heads(source: Source, numbers: Iterable[int], *, chunk_bytes: int = CHUNK_BYTES) -> dict[int, Loop]:
    """Return the claims of these numbers, by number: each CLM with what follows it up to its providers and lines.

    >>> file = b"ST*837*1*005010X222A1~BHT*0019*00*1~CLM*C1*84~REF*F8*9~LX*1~SV1*HC:97110*84*UN*2***1~SE*7*1~"
    >>> claim_heads(file, [3])[3].segments
    (('CLM', 'C1', '84'), ('REF', 'F8', '9'))
    """
    return _gathered(source, _Gathering(numbers, b"CLM", (b"NM1", b"SBR", b"LX", *_OUTER)), chunk_bytes)


def _gathered(source: Source, gathering: _Gathering, chunk_bytes: int) -> dict[int, Loop]:
    for _ in stretches(source, gathering.read, chunk_bytes):
        pass
    return gathering.found


class _Gathering:
    """Gathers loops that begin with the segment ``head``; one ends before the next of ``bounds``."""

    def __init__(self, numbers: Iterable[int], head: bytes, bounds: tuple[bytes, ...]) -> None:
        self.found: dict[int, Loop] = {}
        self._head, self._bounds = head, bounds
        self._wanted = np.unique(np.fromiter(numbers, np.int64))
        self._at_end: list[int] = []

    def read(self, chunk: Chunk, problems: Problems) -> Stretch:
        """Take a stretch in; it is cut before a claim, save one too long to be held."""
        segments = chunk.segments
        begin = int(chunk.numbers(np.zeros(1, np.int64))[0])
        bounds = np.flatnonzero(np.any([segments.named(name) for name in self._bounds], axis=0))
        if not (len(bounds) and bounds[0] == 0):
            for number in self._at_end:
                self.found[number] = _alone(self.found[number])
        self._at_end = []
        heads = segments.named(self._head)
        first, last = np.searchsorted(self._wanted, [begin, begin + len(segments)])
        for number in self._wanted[first:last].tolist():
            row = number - begin
            at = int(np.searchsorted(bounds, row, "right")) - 1
            ends = int(bounds[at + 1]) if at + 1 < len(bounds) else len(segments)
            head = int(bounds[at]) if at >= 0 and heads[bounds[at]] else None
            self.found[number] = _loop(chunk, begin, head, row, ends)
            if ends == len(segments):
                self._at_end.append(number)
        return Stretch({}, chunk.carry_on(_NONE))


def _loop(chunk: Chunk, begin: int, head: int | None, row: int, ends: int) -> Loop:
    own = _elements(chunk, row)
    held = (own,) if head is None else tuple(_elements(chunk, each) for each in range(head, ends))
    loop = Loop(None if head is None else begin + head, held, own, chr(chunk.segments.delimiters.component))
    return _alone(loop) if sum(one[0] == own[0] for one in held) > 1 else loop


def _alone(loop: Loop) -> Loop:
    return Loop(None, (loop.own,), loop.own, loop.component)


def _elements(chunk: Chunk, row: int) -> tuple[str, ...]:
    segments = chunk.segments
    text = segments.data[int(segments.start[row]) : int(segments.stop[row])].tobytes().decode("latin-1")
    return tuple(text.rstrip("\r\n").split(chr(segments.delimiters.element)))
