"""Reads 837 professional files into tables of claims and lines."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.x12.blocks import HELD_BYTES, HELD_SEPARATORS, Blocks
from cleanclaim.x12.chunk import Carry, Chunk, Problems
from cleanclaim.x12.claims837 import CLAIMS, LINES, read_tables
from cleanclaim.x12.delimiters import LONGEST_ISA, Delimiters, delimiters_at, find_isa, without_isa
from cleanclaim.x12.envelope import out_of_order
from cleanclaim.x12.fields import Fields
from cleanclaim.x12.segments import Segments, tokenise

CHUNK_BYTES = 2 << 20
LONG_BYTES = 1 << 16  # a segment longer than this most likely lacks its terminator
_HEAD_BYTES = 4096
_PADDING = bytes(range(33))
_BOM = b"\xef\xbb\xbf"
_CLAIM_LEVELS = (b"HL", b"CLM")
_ENVELOPE = (b"ISA", b"GS", b"ST", b"SE", b"GE", b"IEA")
_NO_CLAIMS = pl.DataFrame(schema=CLAIMS)
_NO_LINES = pl.DataFrame(schema=LINES)


@dataclass(frozen=True)
class Totals:
    """Counts of what was read; ``transactions`` counts all sets in the file, also those that are not 837P."""

    transactions: int
    claims: int
    lines: int
    charge_cents: int


@dataclass(frozen=True)
class X12Claims:
    """The claims of an 837P file, or of a part of it.

    ``claims`` has one row a claim, ``lines`` one row a service line (SV1), joined on ``claim_seq`` (from 1 within the
    file), ``problems`` one row a place that could not be read. ``segment`` is the number of the CLM, SV1 or faulty
    segment, from 1 within the file, and ``offset`` its byte. Codes, amounts and dates are as sent: null where the file
    has none or an unreadable one. ``patient_key`` tells patients apart and must not be shown.
    """

    claims: pl.DataFrame
    lines: pl.DataFrame
    problems: pl.DataFrame
    totals: Totals


def read_837(source: str | os.PathLike[str] | bytes, *, chunk_bytes: int = CHUNK_BYTES) -> X12Claims:
    """Return the claims and lines of an 837 professional file (005010X222, A1 or A2), given its path or its bytes.

    A null says that the file does not carry the value, or that it could not be read; the latter is in ``problems``.
    Amounts are in cents. Raises UnreadableFile for what is not X12 at all.

    >>> isa = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              "
    >>> isa += b"*260401*0930*^*00501*000000001*0*P*:~"
    >>> st = b"GS*HC*A*B*20260401*0930*1*X*005010X222A1~ST*837*0001*005010X222A1~BHT*0019*00*1*20260401*0930*CH~"
    >>> claim = b"HL*1**20*1~HL*2*1*22*0~CLM*C1*84***11:B:1~LX*1~SV1*HC:97110:GP*84*UN*2***1~DTP*472*D8*20260304~"
    >>> file = read_837(isa + st + claim + b"SE*9*0001~GE*1*1~IEA*1*000000001~")
    >>> file.lines.select("claim_seq", "code", "modifier_1", "charge_cents", "units", "dos").row(0)
    (1, '97110', 'GP', 8400, 2.0, datetime.date(2026, 3, 4))
    >>> file.totals
    Totals(transactions=1, claims=1, lines=1, charge_cents=8400)
    """
    parts = list(iter_837(source, chunk_bytes=chunk_bytes))
    claims, lines, problems = (
        pl.concat([getattr(part, name) for part in parts]) for name in ("claims", "lines", "problems")
    )
    return X12Claims(claims, lines, problems, _totals(sum(part.totals.transactions for part in parts), claims, lines))


def iter_837(source: str | os.PathLike[str] | bytes, *, chunk_bytes: int = CHUNK_BYTES) -> Iterator[X12Claims]:
    """Yield the claims and lines of an 837 professional file stretch by stretch, in memory that does not grow with it.

    Every stretch holds whole claims; ``claim_seq`` runs on from one to the next. Otherwise as ``read_837``.

    >>> next(iter_837(b"visit_id,code"))
    Traceback (most recent call last):
    cleanclaim.errors.UnreadableFile: the bytes given: not an X12 file: no ISA segment in its first 4,096 bytes
    """
    if chunk_bytes < 1:
        raise InputError("must be 1 or more", field="chunk_bytes")
    name = "the bytes given" if isinstance(source, bytes) else os.fspath(source)
    try:
        with _opened(source) as stream:
            yield from _Reading(stream, chunk_bytes, name).parts()
    except OSError as error:
        raise UnreadableFile(f"{name}: cannot be read: {error.strerror or error}") from error


def _opened(source: str | os.PathLike[str] | bytes) -> io.BufferedReader | io.BytesIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        return Path(source).open("rb")
    except ValueError as error:  # a NUL in the name
        raise UnreadableFile(f"{source!r}: cannot be opened: {error}") from error


def _totals(transactions: int, claims: pl.DataFrame, lines: pl.DataFrame) -> Totals:
    return Totals(transactions, len(claims), len(lines), int(claims["charge_cents"].sum()))


class _Reading:
    """One pass over a file: cuts it where no claim is open, and reads the stretches in turn."""

    def __init__(self, stream: io.BufferedReader | io.BytesIO, chunk_bytes: int, name: str) -> None:
        self.name = name
        self.blocks = Blocks(stream, chunk_bytes)
        self.carry = Carry()
        self.problems = Problems()
        self.delimiters = self._begin()

    def parts(self) -> Iterator[X12Claims]:
        """Yield the tables of each stretch, and at last what is wrong with the end of the file."""
        blocks = self.blocks
        while True:
            self._take_delimiters()
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
        yield X12Claims(_NO_CLAIMS.clone(), _NO_LINES.clone(), self.problems.frame(), Totals(0, 0, 0, 0))

    def _begin(self) -> Delimiters:
        """Return the delimiters of the first interchange, and leave behind what stands before it."""
        head = self.blocks.head(_HEAD_BYTES)
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise UnreadableFile(f"{self.name}: is in UTF-16: save it as plain text (ASCII or UTF-8)")
        start = _first_solid(head)
        if start == len(head):
            raise UnreadableFile(f"{self.name}: holds nothing")
        isa = find_isa(head)
        found = without_isa(head[start:]) if isa < 0 else delimiters_at(head[isa:])[0]
        if found is None:
            reason = delimiters_at(head[start:])[1] if head[start : start + 3] == b"ISA" else None
            reason = reason or f"no ISA segment in its first {_HEAD_BYTES:,} bytes"
            raise UnreadableFile(f"{self.name}: not an X12 file: {reason}")
        if isa < 0:
            self.problems.add_place(1, start, "no ISA segment: the delimiters are guessed")
        elif isa > start:
            self.problems.add_place(1, start, f"{isa - start} bytes before the first ISA segment are not read")
        self.blocks.advance(self.blocks.begin + max(isa, start), b"")
        return found

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
        blocks, count = self.blocks, len(segments)
        foreign = self._foreign(segments, known)
        if foreign is not None:
            return foreign
        if blocks.ended:
            place, tail = self._tail(max(segments.end, blocks.begin))
            if tail[:4] != b"IEA" + bytes([self.delimiters.element]):
                return count
            self._note(count - known, place, "the last segment has no terminator")
            blocks.close(place + len(tail), self.delimiters.terminator)
            return None
        boundary = segments.last_named((*_ENVELOPE, *_CLAIM_LEVELS), known)
        if boundary > known and segments.last_named(_ENVELOPE, count - 2) < 0:
            return boundary
        if count > known and segments.last_named(_ENVELOPE, count - 2) >= 0:
            return count
        if count == known and segments.end > blocks.begin:
            return count  # nothing but empty segments
        if len(blocks.body) < HELD_BYTES and len(segments.separators) < HELD_SEPARATORS:
            blocks.grow()
        elif count > known:
            self._note(0, int(segments.start[known]), "too much without a new claim: what belongs to one is cut here")
            return count
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

    def _part(self, segments: Segments) -> X12Claims:
        chunk = Chunk(segments, self.carry, self.blocks.shift, Fields(self.blocks.data))
        self._check_segments(chunk)
        tables = read_tables(chunk, self.problems)
        transactions = tables.carry.transactions - self.carry.transactions
        self.carry, problems = tables.carry, self.problems.frame()
        self.problems = Problems()
        return X12Claims(tables.claims, tables.lines, problems, _totals(transactions, tables.claims, tables.lines))

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
        if carry.ends_in == "ST":
            message = "the file ends inside a transaction set (no SE): its last claim may be cut short"
            self.problems.add_place(*last, message)
        elif carry.ends_in != "IEA" and not (carry.ends_in == "GE" and not carry.interchanges):
            self.problems.add_place(*last, f"the file ends after {carry.ends_in or 'no envelope segment'}: no IEA")
        if not carry.transactions:
            self.problems.add_place(*last, "the file has no transaction set")


def _first_solid(head: bytes) -> int:
    """Return where ``head`` begins, past padding and a byte order mark."""
    start = len(head) - len(head.lstrip(_PADDING))
    if head.startswith(_BOM, start):
        start += len(_BOM) + _first_solid(head[start + len(_BOM) :])
    return start
