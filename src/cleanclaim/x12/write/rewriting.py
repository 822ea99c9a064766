"""An X12 file written again with edits made: every byte that no edit names stays as it is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.x12.chunk import Chunk, Problems
from cleanclaim.x12.segments import Ints
from cleanclaim.x12.stretch import Stretch
from cleanclaim.x12.stretches import CHUNK_BYTES, Source, stretches
from cleanclaim.x12.write.counts import COUNTED, Counts
from cleanclaim.x12.write.edits import Edits, Value, changed, composed

_PIECE = 1 << 16
_NONE = np.empty(0, np.int64)


class _Patch(NamedTuple):
    """Bytes of the file, from ``start`` up to ``stop``, that are written as ``new``."""

    start: int
    stop: int
    new: bytes


def rewrite(source: Source, edits: Edits, *, recount: bool = False, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Yield an X12 file, given its path or its bytes, with ``edits`` made, in memory that does not grow with it.

    With ``recount``, where segments come or go, SE01, GE01 and IEA01 are those of what is written, and the lines of
    the claim (LX01) are numbered from 1. A segment that goes takes what stands between it and the next one along; one
    that comes is followed by what stands before its place. Raises UnreadableFile for what is not X12 at all, and
    InputError for an edit that cannot be made.

    >>> isa = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              "
    >>> isa += b"*260401*0930*^*00501*000000001*0*P*:~"
    >>> edits = Edits()
    >>> edits.drop(3)
    >>> edits.put(2, 2, "8")
    >>> b"".join(rewrite(isa + b"ST*837*1~NTE*ADD~SE*3*1~", edits, recount=True))[106:]
    b'ST*837*8~SE*2*1~'
    """
    with _opened(source) as stream:
        at = 0
        for start, stop, new in _patches(source, _Walk(edits, recount), chunk_bytes):
            yield from _copied(stream, start - at)
            if new:
                yield new
            stream.seek(stop)
            at = stop
        yield from _copied(stream, None)


def _opened(source: Source) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        return Path(source).open("rb")
    except (OSError, ValueError) as error:  # a NUL in the name is a ValueError
        raise UnreadableFile(f"{source!s}: cannot be opened: {getattr(error, 'strerror', None) or error}") from error


def _copied(stream: BinaryIO, count: int | None) -> Iterator[bytes]:
    """Yield the next ``count`` bytes, or all that are left."""
    while count is None or count > 0:
        piece = stream.read(_PIECE if count is None else min(count, _PIECE))
        if not piece:
            return
        count = None if count is None else count - len(piece)
        yield piece


def _patches(source: Source, walk: _Walk, chunk_bytes: int) -> Iterator[_Patch]:
    for _ in stretches(source, walk.read, chunk_bytes):
        yield from walk.patches
        walk.patches = []
    yield from walk.rest()


class _Walk:
    """Goes through the segments of a file, stretch by stretch, and notes what is written otherwise."""

    def __init__(self, edits: Edits, recount: bool) -> None:
        self.edits = edits
        self.patches: list[_Patch] = []
        self._wanted = np.array(edits.numbers(), np.int64)
        self._recounts = recount and bool(edits.dropped or edits.ahead)
        self._counts = Counts()
        self._seen = 0
        # a segment that goes, last of its stretch: it goes up to where the next stretch begins
        self._going: tuple[int, int] | None = None

    def read(self, chunk: Chunk, problems: Problems) -> Stretch:
        """Take a stretch in."""
        segments = chunk.segments
        begin = int(chunk.numbers(np.zeros(1, np.int64))[0])
        self._seen = begin + len(segments) - 1
        if self._going is not None:
            self.patches.append(_Patch(self._going[0], int(chunk.offsets(np.zeros(1, np.int64))[0]), b""))
            self._going = None
        for row in self._concerned(chunk, begin).tolist():
            self._take(chunk, row, begin + row)
        return Stretch({}, chunk.carry_on(_NONE))

    def rest(self) -> Iterator[_Patch]:
        """Yield what the end of the file leaves; InputError where an edit named a segment that there is not."""
        if len(self._wanted) and not 1 <= self._wanted[0] <= self._wanted[-1] <= self._seen:
            raise InputError(f"the file has segments 1 to {self._seen:,}, and no others can be changed", field="edits")
        if self._going is not None:
            yield _Patch(*self._going, b"")

    def _concerned(self, chunk: Chunk, begin: int) -> Ints:
        segments = chunk.segments
        first, last = np.searchsorted(self._wanted, [begin, begin + len(segments)])
        rows = self._wanted[first:last] - begin
        if not self._recounts:
            return rows
        return np.union1d(rows, np.flatnonzero(np.any([segments.named(name) for name in COUNTED], axis=0)))

    def _take(self, chunk: Chunk, row: int, number: int) -> None:
        segments, edits = chunk.segments, self.edits
        start, stop = int(segments.start[row]), int(segments.stop[row])
        text = segments.data[start:stop].tobytes()
        name = text.partition(bytes([segments.delimiters.element]))[0].decode("latin-1")
        offset = start + chunk.shift
        if ahead := edits.ahead.get(number):
            self._insert(chunk, row, number, [composed(one, segments.delimiters, number) for one in ahead])
            for one in ahead:
                self._counts.came(str(one[0]))
        if number in edits.dropped:
            self._counts.went(name)
            self._drop(chunk, row, offset, stop + 1 + chunk.shift)
            return
        told = self._counts.stayed(name, number) if self._recounts else None
        values = [] if told is None else [Value(1, None, str(told))]
        new = changed(text, [*values, *edits.values.get(number, ())], segments.delimiters, number)
        if new != text:
            self.patches.append(_Patch(offset, stop + chunk.shift, new))

    def _drop(self, chunk: Chunk, row: int, start: int, stop: int) -> None:
        starts = chunk.segments.start
        if row + 1 < len(starts):
            self.patches.append(_Patch(start, int(starts[row + 1]) + chunk.shift, b""))
        else:
            self._going = (start, stop)

    def _insert(self, chunk: Chunk, row: int, number: int, texts: list[bytes]) -> None:
        segments = chunk.segments
        after = max(row, 1)
        between = b""
        if after < len(segments):
            between = segments.data[int(segments.stop[after - 1]) + 1 : int(segments.start[after])].tobytes()
        end = bytes([segments.delimiters.terminator]) + between
        offset = int(segments.start[row]) + chunk.shift
        self.patches.append(_Patch(offset, offset, b"".join(text + end for text in texts)))
