"""A file read in stretches of whole transaction sets, or of whole claims where a set is long."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cleanclaim.errors import UnreadableFile
from cleanclaim.x12.blocks import HELD_BYTES, HELD_SEPARATORS, Blocks
from cleanclaim.x12.delimiters import LONGEST_ISA, Delimiters, delimiters_at, find_isa, without_isa
from cleanclaim.x12.segments import Ints, Segments, tokenise
from cleanclaim.x12.validate.problems import MOST, Problems

BLOCK_BYTES = 2 << 20
LONG_BYTES = 1 << 16  # a segment longer than this most likely lacks its terminator
_HEAD_BYTES = 4096
_PADDING = bytes(range(33))
_BOM = b"\xef\xbb\xbf"
_ENDS = (b"SE", b"GE", b"IEA")
_OPENERS = (b"HL", b"CLM", b"CLP", b"AK2")
_INNER = (b"LX", b"IK3")
_CONTEXT_BYTES = 1 << 18


@dataclass
class Context:
    """Segments of loops still open at a cut, put in front of the next stretch, with the places they had."""

    text: bytes = b""
    numbers: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    offsets: Ints = field(default_factory=lambda: np.empty(0, np.int64))


@dataclass(frozen=True)
class Stretch:
    """Segments read at once: first ``known`` ones from before, then those that follow in the file."""

    segments: Segments
    context: Context
    shift: int
    before: int  # segments read before this stretch
    last: bool  # nothing follows
    inner: bool = False  # a claim, or the like, goes on after it

    @property
    def known(self) -> int:
        """How many segments are from before."""
        return len(self.context.numbers)

    def numbers(self, rows: Ints) -> Ints:
        """Return the numbers in the file of the segments at ``rows``, from 1."""
        found = rows + (self.before - self.known + 1)
        early = rows < self.known
        if self.known and early.any():
            found[early] = self.context.numbers[rows[early]]
        return found

    def offsets(self, rows: Ints) -> Ints:
        """Return the byte offsets in the file of the segments at ``rows``."""
        found = self.segments.start[rows] + self.shift
        early = rows < self.known
        if self.known and early.any():
            found[early] = self.context.offsets[rows[early]]
        return found

    def kept(self, rows: Ints) -> Context:
        """Return the segments at ``rows`` as the context of the next stretch; nothing where they are too long."""
        segments = self.segments
        if int((segments.stop[rows] - segments.start[rows] + 1).sum()) > _CONTEXT_BYTES:
            return Context()
        pieces = [
            segments.data[a : b + 1].tobytes() for a, b in zip(segments.start[rows], segments.stop[rows], strict=True)
        ]
        return Context(b"".join(pieces), self.numbers(rows), self.offsets(rows))


class Stretches:
    """Cuts a file into stretches; set ``context`` before asking for the next one."""

    def __init__(self, stream: io.BufferedReader | io.BytesIO, name: str, problems: Problems, block: int) -> None:
        self.name = name
        self.problems = problems
        self.blocks = Blocks(stream, block)
        self.context = Context()
        self.before = 0
        self._inner = False
        self.delimiters = self._begin()

    def __iter__(self) -> Iterator[Stretch]:
        blocks = self.blocks
        while self.delimiters is not None:
            self._take_delimiters()
            segments = tokenise(blocks.data, blocks.used, self.delimiters)
            known = len(self.context.numbers)
            count = self._cut(segments, known)
            if count is None:
                continue
            whole = count == len(segments)
            stop = max(segments.end, blocks.begin) if whole else int(segments.start[count])
            done = segments.until(count)
            # an interchange with delimiters of its own may follow, as long as each turn gets further
            follows = stop > blocks.begin and self._tail(stop)[1].startswith(b"ISA")
            last = whole and blocks.ended and not follows
            stretch = Stretch(done, self.context, blocks.shift, self.before, last, self._inner)
            self._check_segments(stretch)
            self.context = Context()
            if count > known or last:
                yield stretch
            self.before += count - known
            if last:
                self._finish(*self._tail(stop))
                return
            blocks.advance(stop, self.context.text)

    def _begin(self) -> Delimiters | None:
        head = self.blocks.head(_HEAD_BYTES)
        start = _first_solid(head)
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return self._give_up("the file is in UTF-16: save it as plain text (ASCII or UTF-8)")
        if start == len(head):
            return self._give_up("the file holds nothing")
        isa = find_isa(head)
        found = without_isa(head[start:]) if isa < 0 else delimiters_at(head[isa:])[0]
        if found is None:
            reason = delimiters_at(head[start:])[1] if head[start : start + 3] == b"ISA" else None
            return self._give_up(reason or f"not X12: no ISA segment in the first {_HEAD_BYTES:,} bytes")
        if isa < 0:
            self._note(1, start, "022", "no ISA segment: the delimiters are guessed", "ISA")
        elif isa > start:
            self._note(1, start, "022", f"{isa - start} bytes stand before the first ISA segment")
        self.blocks.advance(self.blocks.begin + max(isa, start), b"")
        return found

    def _give_up(self, reason: str) -> Delimiters | None:
        self._note(1, 0, "022", reason)
        return None

    def _note(self, number: int, offset: int, code: str, message: str, segment: str | None = None) -> None:
        self.problems.add(1, 1, segment=segment, position=number, offset=offset, code=code, message=message)

    def _take_delimiters(self) -> None:
        """Take the delimiters of the ISA segment at the start of the body, where there is one."""
        head = self.blocks.head(2 * LONGEST_ISA)
        start = _first_solid(head)
        found = delimiters_at(head[start:])[0] if head[start : start + 3] == b"ISA" else None
        if found is not None and found != self.delimiters:
            self.delimiters = found
            self.context = Context()
            self.blocks.advance(self.blocks.begin, b"")

    def _cut(self, segments: Segments, known: int) -> int | None:
        """Return how many segments to take now, or None where the bytes at hand have changed."""
        blocks, count = self.blocks, len(segments)
        self._inner = False
        for row in segments.unusual_isa(known):
            window = self._window(segments, int(row))
            more = len(window) < LONGEST_ISA and not blocks.ended
            if row > known and (more or delimiters_at(window)[0] not in (self.delimiters, None)):
                return int(row)
        if blocks.ended:
            place, tail = self._tail(max(segments.end, blocks.begin))
            if tail[:3] in (b"IEA", b"GE" + self._element, b"SE" + self._element):
                self._note(
                    self.before + count - known + 1, place + blocks.shift, "004", "the last segment has no terminator"
                )
                blocks.close(place + len(tail), self.delimiters.terminator)  # type: ignore[union-attr]
                return None
            return count
        for names, past in ((_ENDS, 1), (_OPENERS, 0)):
            found = segments.last_named(names, known)
            if found + past > known:
                return found + past
        if count == known and segments.end > blocks.begin:
            return count  # nothing but empty segments
        if len(blocks.body) < HELD_BYTES and len(segments.separators) < HELD_SEPARATORS:
            blocks.grow()
            return None
        found = segments.last_named(_INNER, known)
        if found > known or count > known:
            self._inner = True
            return found if found > known else count
        place, _ = self._tail(blocks.begin)
        self._note(self.before + 1, place + blocks.shift, "8", "a segment too long to be read")
        blocks.skip_past(self.delimiters.terminator)  # type: ignore[union-attr]
        self.before += 1
        return None

    @property
    def _element(self) -> bytes:
        return bytes([self.delimiters.element]) if self.delimiters else b""

    def _window(self, segments: Segments, row: int) -> bytes:
        start = int(segments.start[row])
        return segments.data[start : min(start + LONGEST_ISA, self.blocks.used)].tobytes()

    def _check_segments(self, stretch: Stretch) -> None:
        """Note what is not a segment, and ISA segments that are not as they should be."""
        segments = stretch.segments
        rows = segments.misnamed()
        self._note_rows(stretch, rows, "1", "not a segment: its id is not two or three characters")
        long = np.flatnonzero(segments.stop - segments.start > LONG_BYTES)
        self._note_rows(stretch, long, "8", f"a segment of over {LONG_BYTES:,} bytes: is a terminator missing?")
        for row in segments.unusual_isa(stretch.known):
            found, wrong = delimiters_at(self._window(segments, int(row)))
            if wrong or found is None:
                code = "024" if found else "022"
                self._note_rows(stretch, np.array([row]), code, wrong or "the ISA segment cannot be read", "ISA")
        blank = segments.blank
        if len(blank):
            ahead = np.searchsorted(segments.start, blank) - stretch.known
            first = np.append(True, ahead[1:] != ahead[:-1])
            self.problems.add(
                1,
                int(first.sum()),
                position=(stretch.before + ahead[first]).tolist(),
                offset=(blank[first] + stretch.shift).tolist(),
                code="1",
                message="an empty segment, or several",
            )

    def _note_rows(self, stretch: Stretch, rows: Ints, code: str, message: str, segment: str | None = None) -> None:
        rows = rows[rows >= stretch.known]
        start, data = stretch.segments.start[rows], stretch.segments.data
        self.problems.add(
            1,
            len(rows),
            segment=segment or [_id_at(data[k : k + 3].tobytes()) for k in start[:MOST].tolist()],
            position=stretch.numbers(rows),
            offset=stretch.offsets(rows),
            code=code,
            message=message,
        )

    def _tail(self, place: int) -> tuple[int, bytes]:
        """Return the unread bytes from ``place`` on without padding, and where they begin."""
        rest = self.blocks.data[place : self.blocks.used].tobytes()
        solid = _first_solid(rest)
        return place + solid, rest[solid:].rstrip(_PADDING)

    def _finish(self, place: int, tail: bytes) -> None:
        if tail:
            message = "the file ends inside this segment: it has no terminator"
            self._note(self.before + 1, place + self.blocks.shift, "023", message)


def opened(source: str | os.PathLike[str] | bytes) -> io.BufferedReader | io.BytesIO:
    """Return the file or the bytes as a stream. Raises UnreadableFile."""
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        return Path(source).open("rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableFile(f"{os.fspath(source)}: cannot be read: {reason}") from error


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Raise UnreadableFile where a file can no longer be read."""
    try:
        yield
    except OSError as error:
        raise UnreadableFile(f"{name}: cannot be read: {error.strerror or error}") from error


def _id_at(raw: bytes) -> str:
    """Return the beginning of a segment as text, with ``?`` for what is no letter or digit."""
    return "".join(chr(byte) if byte < 128 and chr(byte).isalnum() else "?" for byte in raw)


def _first_solid(head: bytes) -> int:
    """Return where ``head`` begins, past padding and a byte order mark."""
    start = len(head) - len(head.lstrip(_PADDING))
    if head.startswith(_BOM, start):
        start += len(_BOM) + _first_solid(head[start + len(_BOM) :])
    return start
