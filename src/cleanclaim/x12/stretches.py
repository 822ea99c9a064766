"""One pass over a file: cut where no claim is open, tokenised, and read stretch by stretch."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl

from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.x12.blocks import HELD_BYTES, HELD_SEPARATORS, Blocks
from cleanclaim.x12.chunk import Carry, Chunk, Problems
from cleanclaim.x12.delimiters import LONGEST_ISA, Delimiters, delimiters_at, find_isa, without_isa
from cleanclaim.x12.envelope import ENVELOPE, out_of_order
from cleanclaim.x12.fields import Fields
from cleanclaim.x12.segments import Segments, tokenise
from cleanclaim.x12.stretch import Stretch

CHUNK_BYTES = 8 << 20
_KEPT_BYTES = 31 << 20
LONG_BYTES = 1 << 16  # a segment longer than this most likely lacks its terminator
_HEAD_BYTES = 4096
_PADDING = bytes(range(33))
_BOM = b"\xef\xbb\xbf"
_ENDS = (b"IEA", b"GE", b"SE")  # of which a file may end in one without a terminator
_ENVELOPE = tuple(name.encode() for name in ENVELOPE)

Source = str | os.PathLike[str] | bytes
ReadStretch = Callable[[Chunk, Problems], Stretch]
Part = tuple[dict[str, pl.DataFrame], pl.DataFrame, int]


@dataclass(frozen=True)
class Cuts:
    """Where a file may be cut: after the last of some segments, else before the last one that nothing before needs.

    ``within`` are those before which a claim is cut that is too long; without them it is cut anywhere, which is noted.
    """

    after: tuple[bytes, ...] = ()
    before: tuple[bytes, ...] = (b"HL", b"CLM", b"CLP")
    within: tuple[bytes, ...] = ()
    ends_noted: bool = True  # whether it is noted that the end of the file lacks its IEA, or a transaction set


class NotX12(ValueError):  # noqa: N818  (as in cleanclaim.errors)
    """Why a file is no X12: the cause of an UnreadableFile for one that can be opened."""


class Quick(Protocol):
    """Reads what is at hand by another way, as far as it can."""

    def read(
        self, blocks: Blocks, delimiters: Delimiters, carry: Carry, problems: Problems
    ) -> tuple[Stretch, int] | None:
        """Return the tables and where in ``blocks.data`` they end, or None."""


def size_of(source: Source) -> int:
    """Return how many bytes a file has; 0 where that cannot be told."""
    if isinstance(source, bytes):
        return len(source)
    try:
        return Path(source).stat().st_size
    except (OSError, ValueError):
        return 0


def stretches(
    source: Source,
    read: ReadStretch,
    chunk_bytes: int = CHUNK_BYTES,
    cuts: Cuts = Cuts(),
    quick: Quick | None = None,
) -> Iterator[Part]:
    """Yield the tables that ``read`` makes of each stretch of a file, the problems met, and the interchanges so far.

    Memory does not grow with the file. Raises UnreadableFile for a file that cannot be opened or is not X12 at all; the
    cause of the latter is NotX12.
    """
    if chunk_bytes < 1:
        raise InputError("must be 1 or more", field="chunk_bytes")
    name = "the bytes given" if isinstance(source, bytes) else os.fspath(source)
    # glibc keeps for this process, instead of handing back each time, blocks up to the size of the largest one freed
    np.empty(_KEPT_BYTES, np.uint8)
    try:
        with _opened(source) as stream:
            yield from _Reading(stream, chunk_bytes, name, read, cuts, quick).parts()
    except OSError as error:
        raise UnreadableFile(f"{name}: cannot be read: {error.strerror or error}") from error


def _opened(source: Source) -> io.BufferedReader | io.BytesIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        return Path(source).open("rb")
    except ValueError as error:  # a NUL in the name
        raise UnreadableFile(f"{source!r}: cannot be opened: {error}") from error


class _Reading:
    def __init__(
        self,
        stream: io.BufferedReader | io.BytesIO,
        chunk_bytes: int,
        name: str,
        read: ReadStretch,
        cuts: Cuts,
        quick: Quick | None,
    ) -> None:
        self.name = name
        self.read = read
        self.cuts = cuts
        self.quick = quick
        self.within = False  # whether the stretch at hand ends within a claim
        self.blocks = Blocks(stream, chunk_bytes)
        self.carry = Carry()
        self.problems = Problems()
        self.delimiters = self._begin()

    def parts(self) -> Iterator[Part]:
        """Yield the tables of each stretch, and at last what is wrong with the end of the file."""
        blocks = self.blocks
        while True:
            self._take_delimiters()
            quick = self.quick and self.quick.read(blocks, self.delimiters, self.carry, self.problems)
            if quick:
                stretch, stop = quick
                yield self._read(stretch)
                blocks.advance(stop, self.carry.context)
                continue
            segments = tokenise(blocks.data, blocks.used, self.delimiters)
            known = len(self.carry.numbers)
            count = self._cut(segments, known)
            if count is None:
                continue
            whole = count == len(segments)
            stop = max(segments.end, blocks.begin) if whole else int(segments.start[count])
            self._note_blank(segments.until(count), known)
            if count > known:
                yield self._part(segments.until(count))
            if whole and blocks.ended and not (count > known and self._tail(stop)[1][:3] == b"ISA"):
                break
            blocks.advance(stop, self.carry.context)
        self._finish(*self._tail(stop))
        yield {}, self.problems.frame(), self.carry.interchanges

    def _begin(self) -> Delimiters:
        """Return the delimiters of the first interchange, and leave behind what stands before it."""
        head = self.blocks.head(_HEAD_BYTES)
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise self._refused("is in UTF-16: save it as plain text (ASCII or UTF-8)")
        start = _first_solid(head)
        if start == len(head):
            raise self._refused("holds nothing")
        isa = find_isa(head)
        found = without_isa(head[start:]) if isa < 0 else delimiters_at(head[isa:])[0]
        if found is None:
            reason = delimiters_at(head[start:])[1] if head[start : start + 3] == b"ISA" else None
            reason = reason or f"no ISA segment in its first {_HEAD_BYTES:,} bytes"
            raise self._refused(f"not an X12 file: {reason}")
        if isa < 0:
            self.problems.add_place(1, start, "no ISA segment: the delimiters are guessed")
        elif isa > start:
            self.problems.add_place(1, start, f"{isa - start} bytes before the first ISA segment are not read")
        self.blocks.advance(self.blocks.begin + max(isa, start), b"")
        return found

    def _refused(self, reason: str) -> UnreadableFile:
        error = UnreadableFile(f"{self.name}: {reason}")
        error.__cause__ = NotX12(reason)
        return error

    def _take_delimiters(self) -> None:
        """Take the delimiters of the ISA segment at the start of the body, where there is one."""
        head = self.blocks.head(2 * LONGEST_ISA)
        start = _first_solid(head)
        found = delimiters_at(head[start:])[0] if head[start : start + 3] == b"ISA" else None
        if found in (None, self.delimiters):
            return
        if self.carry.ends_in not in ("", "IEA"):
            self._note(0, self.blocks.begin + start, out_of_order(self.carry.ends_in, "ISA"))
        self.delimiters = found
        self.carry = replace(self.carry, context=b"", numbers=Carry().numbers, offsets=Carry().offsets)
        self.blocks.advance(self.blocks.begin, b"")

    def _cut(self, segments: Segments, known: int) -> int | None:
        """Return how many segments to read now, or None where the bytes at hand have changed."""
        blocks, cuts, count, self.within = self.blocks, self.cuts, len(segments), False
        foreign = self._foreign(segments, known)
        if foreign is not None:
            return foreign
        if blocks.ended:
            place, tail = self._tail(max(segments.end, blocks.begin))
            if not tail.startswith(tuple(name + bytes([self.delimiters.element]) for name in _ENDS)):
                return count
            self._note(count - known, place, "the last segment has no terminator")
            blocks.close(place + len(tail), self.delimiters.terminator)
            return None
        if cuts.after and (done := segments.last_named(cuts.after, known - 1)) >= 0:
            return done + 1
        boundary = segments.last_named((*_ENVELOPE, *cuts.before), known)
        if boundary > known and segments.last_named(_ENVELOPE, count - 2) < 0:
            return boundary
        if count > known and segments.last_named(_ENVELOPE, count - 2) >= 0:
            return count
        if count == known and segments.end > blocks.begin:
            return count  # nothing but empty segments
        if len(blocks.body) < HELD_BYTES and len(segments.separators) < HELD_SEPARATORS:
            blocks.grow()
        elif count > known:
            self.within = True
            if not cuts.within:
                self._note(
                    0, int(segments.start[known]), "too much without a new claim: what belongs to one is cut here"
                )
            return max(segments.last_named(cuts.within, known), 0) or count
        else:
            self._skip_segment()
        return None

    def _foreign(self, segments: Segments, known: int) -> int | None:
        """Return the first new row with an ISA of other delimiters, or one that needs more bytes to be read."""
        for row in segments.unusual_isa(known):
            window = self._window(segments, row)
            more = len(window) < LONGEST_ISA and not self.blocks.ended
            if row > known and (more or delimiters_at(window)[0] not in (self.delimiters, None)):
                return int(row)
        return None

    def _window(self, segments: Segments, row: int) -> bytes:
        start = int(segments.start[row])
        return segments.data[start : min(start + LONGEST_ISA, self.blocks.used)].tobytes()

    def _part(self, segments: Segments) -> Part:
        chunk = Chunk(segments, self.carry, self.blocks.shift, Fields(self.blocks.data), self.within)
        self._check_segments(chunk)
        return self._read(self.read(chunk, self.problems))

    def _read(self, stretch: Stretch) -> Part:
        self.carry, problems = stretch.carry, self.problems.frame()
        self.problems = Problems()
        return stretch.tables, problems, self.carry.interchanges

    def _check_segments(self, chunk: Chunk) -> None:
        """Note what is not a segment, and ISA segments that are not as they should be."""
        segments = chunk.segments
        self.problems.add(chunk, segments.misnamed(), "not a segment: its id is not two or three characters")
        long = np.flatnonzero(segments.stop - segments.start > LONG_BYTES)
        self.problems.add(chunk, long, f"a segment of over {LONG_BYTES:,} bytes: is a terminator missing?")
        unusual: dict[str, list[int]] = {}
        for row in segments.unusual_isa(chunk.known):
            found, wrong = delimiters_at(self._window(segments, row))
            if wrong:
                used = "" if found else "; the delimiters before it are used"
                unusual.setdefault(wrong + used, []).append(row)
        for message, rows in unusual.items():
            self.problems.add(chunk, np.array(rows), message)

    def _note_blank(self, segments: Segments, known: int) -> None:
        """Note where empty segments begin: a terminator directly after another one."""
        blank = segments.blank
        if not len(blank):
            return
        ahead = np.searchsorted(segments.start, blank) - known
        first = np.append(True, ahead[1:] != ahead[:-1])
        numbers = np.where(ahead > 0, self.carry.segments + ahead, self.carry.last_place[0])
        self.problems.add_places(
            numbers[first], blank[first] + self.blocks.shift, "followed by an empty segment, or several"
        )

    def _tail(self, place: int) -> tuple[int, bytes]:
        """Return the unread bytes from ``place`` on without padding, and where they begin."""
        rest = self.blocks.data[place : self.blocks.used].tobytes()
        solid = _first_solid(rest)
        return place + solid, rest[solid:].rstrip(_PADDING)

    def _note(self, ahead: int, place: int, message: str) -> None:
        """Note a problem ``ahead`` segments past those read, at ``place`` of the bytes at hand."""
        shift = self.blocks.shift
        self.problems.add_place(self.carry.segments + ahead + 1, place + shift, message)

    def _skip_segment(self) -> None:
        place, _ = self._tail(self.blocks.begin)
        self._note(0, place, "a segment too long to be read")
        here = (self.carry.segments + 1, place + self.blocks.shift)
        self.blocks.skip_past(self.delimiters.terminator)
        self.carry = replace(self.carry, segments=self.carry.segments + 1, last_place=here)

    def _finish(self, place: int, tail: bytes) -> None:
        """Note what is wrong with the end of the file."""
        carry, last = self.carry, self.carry.last_place
        if tail:
            self._note(0, place, "the file ends inside this segment, which is not read")
        if not self.cuts.ends_noted:
            return
        if carry.ends_in == "ST":
            message = "the file ends inside a transaction set (no SE): its last claim may be cut short"
            self.problems.add_place(*last, message)
        elif carry.ends_in != "IEA" and not (carry.ends_in == "GE" and not carry.interchanges):
            self.problems.add_place(*last, f"the file ends after {carry.ends_in or 'no envelope segment'}: no IEA")
        if not carry.transactions and not carry.acks:
            self.problems.add_place(*last, "the file has no transaction set")


def _first_solid(head: bytes) -> int:
    """Return where ``head`` begins, past padding and a byte order mark."""
    start = len(head) - len(head.lstrip(_PADDING))
    if head.startswith(_BOM, start):
        start += len(_BOM) + _first_solid(head[start + len(_BOM) :])
    return start
