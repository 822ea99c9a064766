"""What the compiled pass has read, as tables, and what the next stretch must know."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from cleanclaim.x12.blocks import Blocks
from cleanclaim.x12.chunk import Carry, Chunk, Problems
from cleanclaim.x12.claims837 import days_sent
from cleanclaim.x12.compiled.layout import (
    CLAIM,
    CLAIM_NUMBERS,
    CLAIM_ROOM,
    CLAIM_TEXTS,
    CLAIMS_TOLD,
    ELEMENT,
    HEAP,
    HEAP_ROOM,
    HELD,
    LINE,
    LINE_NUMBERS,
    LINE_ROOM,
    LINE_TEXTS,
    LINES_TOLD,
    NONE,
    NUMBERS_OF_CLAIM,
    NUMBERS_OF_LINE,
    OPENED,
    OUTER,
    OUTER_ROOM,
    OUTER_ROWS,
    ROW,
    STATE,
    STOPS,
    TERMINATOR,
    TEXTS_OF_CLAIM,
    TEXTS_OF_LINE,
    TO_CLAIM,
    TO_NUMBER,
    TO_OFFSET,
)
from cleanclaim.x12.compiled.scan import scan
from cleanclaim.x12.delimiters import Delimiters
from cleanclaim.x12.envelope import Envelope, read_envelope
from cleanclaim.x12.fast import told_where_slow
from cleanclaim.x12.fields import Fields, numbers, text_columns
from cleanclaim.x12.guides import Guide
from cleanclaim.x12.picks import Columns, table
from cleanclaim.x12.schemas import CLAIMS, LINES
from cleanclaim.x12.segments import PADDING, Flags, Ints, Segments, words
from cleanclaim.x12.spans import SPARE, Bytes, Places, Separators, Spans, gathered
from cleanclaim.x12.stretch import Stretch, sets_begun

_SAMPLE_BYTES = 1 << 16
_SPARE_ROWS = 256
_MOST_OUTER = 1024
_KEY_BYTES = 32  # more bytes that the key of a dependent takes than its member number
_TRIES = 3


@dataclass(frozen=True)
class _Outer(Chunk):
    """The envelope segments and BHT of a stretch; ``rows`` says which of all its segments they are."""

    rows: Ints = None  # type: ignore[assignment]

    @property
    def known(self) -> int:
        """How many of the segments are from before this stretch."""
        return int(np.searchsorted(self.rows, len(self.carry.numbers)))

    def numbers(self, rows: Ints) -> Ints:
        """Return the numbers in the file of the segments at ``rows``, from 1."""
        return numbers_of(self.carry, self.rows[rows])

    def offsets(self, rows: Ints) -> Ints:
        """Return the byte offsets in the file of the segments at ``rows``."""
        return offsets_of(self.carry, self.rows[rows], self.segments.start[rows] + self.shift)


def numbers_of(carry: Carry, rows: Ints) -> Ints:
    """Return the numbers in the file of the segments at ``rows`` of a stretch, from 1."""
    known = len(carry.numbers)
    found = rows + (carry.segments - known + 1)
    before = rows < known
    found[before] = carry.numbers[rows[before]]
    return found


def offsets_of(carry: Carry, rows: Ints, offsets: Ints) -> Ints:
    """Return ``offsets``, of the segments at ``rows``, with those of segments from before this stretch put right."""
    before = rows < len(carry.numbers)
    offsets[before] = carry.offsets[rows[before]]
    return offsets


def _separators(data: Bytes, delimiters: Delimiters, start: Ints, stop: Ints) -> tuple[Places, Ints, Ints]:
    """Return ``Separators.table`` of a few segments, of which only their own bytes are looked at."""
    length = stop - start
    text, begins = gathered(data, Spans(start, length + 1))
    text[begins + length] = delimiters.element
    hits = np.flatnonzero(text == delimiters.element)
    last = np.searchsorted(hits, begins + length)
    first = np.append(0, last + 1)
    places = hits + np.repeat(start - begins, np.diff(first))
    return np.append(places, np.full(SPARE, PADDING)).astype(np.int32), first, np.append(last, -1)


class Pass:
    """Reads stretches of professional claims by one compiled pass each, where they are in order."""

    def __init__(self, guides: Sequence[Guide]) -> None:
        self.guides = guides
        self.guide = [guide.name for guide in guides].index("837P")
        self._left = _TRIES

    def read(
        self, blocks: Blocks, delimiters: Delimiters, carry: Carry, problems: Problems
    ) -> tuple[Stretch, int] | None:
        """Return the tables of what is at hand and where in ``blocks.data`` they end; None where nothing is read."""
        own = (delimiters.element, delimiters.component, delimiters.terminator)
        if not self._left or min(own) <= ord(" "):
            return None
        work = _Work(blocks, delimiters, carry)
        read = work.stretch(self, blocks, delimiters, carry, problems)
        self._left = _TRIES if read else self._left - 1
        return read


class _Work:
    """The arrays of one pass, after it."""

    def __init__(self, blocks: Blocks, delimiters: Delimiters, carry: Carry) -> None:
        sample = blocks.body[:_SAMPLE_BYTES].tobytes()
        share = 1.25 * len(blocks.body) / max(len(sample), 1)
        separator = bytes([delimiters.element])
        claims, lines = (int(sample.count(name + separator) * share) + _SPARE_ROWS for name in (b"CLM", b"SV1"))
        state, room = np.zeros(STATE, np.int64), 0
        state[ELEMENT : TERMINATOR + 1] = delimiters.element, delimiters.component, delimiters.terminator
        for place, size in (
            (CLAIM_TEXTS, 2 * len(TEXTS_OF_CLAIM) * claims),
            (CLAIM_NUMBERS, len(NUMBERS_OF_CLAIM) * claims),
            (LINE_TEXTS, 2 * len(TEXTS_OF_LINE) * lines),
            (LINE_NUMBERS, len(NUMBERS_OF_LINE) * lines),
            (OUTER_ROWS, 4 * _MOST_OUTER),
        ):
            state[place] = room
            room += size
        self.heap = np.empty(len(blocks.data) // 2 + _KEY_BYTES * claims, np.uint8)
        state[[CLAIM_ROOM, LINE_ROOM, OUTER_ROOM, HEAP_ROOM]] = claims, lines, _MOST_OUTER, len(self.heap)
        state[OPENED:HELD] = -1
        to_number = carry.segments - len(carry.numbers) + 1
        state[[TO_NUMBER, TO_OFFSET, TO_CLAIM]] = to_number, blocks.shift, carry.claims + 1
        self.out = np.empty(room, np.int64)
        self.state = state
        self.safe = np.zeros(STATE + 2, np.int64)
        stops = np.empty(STOPS, np.int64)
        with nullcontext() if getattr(scan, "signatures", None) else told_where_slow():
            scan(blocks.data, self.heap, self.out, state, self.safe, stops, PADDING, blocks.used, blocks.ended)
        self.heap = self.heap[: state[HEAP]]

    def stretch(
        self, way: Pass, blocks: Blocks, delimiters: Delimiters, carry: Carry, problems: Problems
    ) -> tuple[Stretch, int] | None:
        stop, known = int(self.safe[STATE + 1]), len(carry.numbers)
        if stop <= blocks.begin or self.safe[ROW] <= known:
            return None
        outer = self._rows(OUTER_ROWS, 4, int(self.safe[OUTER])).T if self.safe[OUTER] else np.empty((4, 0), np.int64)
        chunk, heads = self._outer(outer, blocks, delimiters, carry)
        met = Problems()
        envelope = read_envelope(chunk, way.guides, met)
        sets = envelope.sets
        if not len(sets) or (envelope.guide[sets] != way.guide).any():
            return None
        claims, lines = self._claims(chunk, envelope, heads, met), self._lines()
        problems.take(met)
        tables = sets_begun(chunk, envelope, way.guides) | {"claims": claims, "lines": lines}
        return Stretch(tables, self._carry(chunk, envelope, blocks)), stop

    def _rows(self, place: int, width: int, count: int) -> Ints:
        begin = int(self.state[place])
        found: Ints = self.out[begin : begin + width * count].reshape(count, width)
        return found

    def _table(self, place: int, columns: int, room: int, width: int, count: int) -> Any:
        begin, rows = int(self.state[place]), int(self.state[room])
        return self.out[begin : begin + columns * rows * width].reshape(columns, rows, width)[:, :count]

    def _outer(self, outer: Ints, blocks: Blocks, delimiters: Delimiters, carry: Carry) -> tuple[_Outer, Flags]:
        data = blocks.data
        rows, start, stop, heads = (np.ascontiguousarray(part) for part in outer)
        separators = Separators(
            data, blocks.used, delimiters, np.append(start, PADDING), np.append(stop, PADDING), None
        )
        separators.table = _separators(data, delimiters, start, stop)  # so that no element is looked for again
        none = np.empty(0, np.int64)
        segments = Segments(data, delimiters, start, stop, words(data, start), none, 0, separators)
        return _Outer(segments, carry, blocks.shift, Fields(data), rows=rows), heads > 0

    def _claims(self, chunk: _Outer, envelope: Envelope, heads: Flags, problems: Problems) -> pl.DataFrame:
        count = int(self.safe[CLAIM])
        *told, outer = self._table(CLAIM_NUMBERS, len(NUMBERS_OF_CLAIM), CLAIM_ROOM, 1, count)[..., 0]
        entry = np.cumsum(~heads) - 1  # of the envelope segment that each of ``heads`` is or follows
        first = np.full(len(envelope.rows), -1)
        first[entry[heads]] = np.flatnonzero(heads)
        day, dated = days_sent(chunk, first, problems)
        at = entry[outer]
        columns: Columns = {
            **self._texts(CLAIM_TEXTS, CLAIMS_TOLD, TEXTS_OF_CLAIM, CLAIM_ROOM, count),
            **dict(zip(NUMBERS_OF_CLAIM, map(numbers, told), strict=False)),
            "interchange": numbers(envelope.interchange[at]),
            "transaction": numbers(envelope.transaction[at]),
            "version": chunk.fields.views(envelope.version).spread(at).column(),
            "received": numbers(day[at], dated[at]),
        }
        return table(columns, CLAIMS)

    def _lines(self) -> pl.DataFrame:
        count = int(self.safe[LINE])
        *told, units, dos, last = self._table(LINE_NUMBERS, len(NUMBERS_OF_LINE), LINE_ROOM, 1, count)[..., 0]
        columns: Columns = {
            **self._texts(LINE_TEXTS, LINES_TOLD, TEXTS_OF_LINE, LINE_ROOM, count),
            **dict(zip(NUMBERS_OF_LINE, map(numbers, told), strict=False)),
            "units": numbers(units / 1e6, units != NONE),
            "dos": numbers(dos.astype(np.int32), dos != NONE),
            "dos_last": numbers(last.astype(np.int32), last != NONE),
        }
        return table(columns, LINES)

    def _texts(self, place: int, told: int, names: Sequence[str], room: int, count: int) -> dict[str, pa.Array]:
        present = self.safe[told : told + len(names)].tolist()
        return text_columns(names, self._table(place, len(names), room, 2, count), present, self.heap)

    def _carry(self, chunk: _Outer, envelope: Envelope, blocks: Blocks) -> Carry:
        """Return what the next stretch must know: the same as of the other reader."""
        carry, own = chunk.carry, envelope.context()
        opened = self.safe[OPENED:HELD].reshape(-1, 3)
        outer = np.stack([chunk.rows[own], chunk.segments.start[own], chunk.segments.stop[own]], axis=1)
        rows, first = np.unique(np.concatenate([opened[opened[:, 0] >= 0], outer])[:, 0], return_index=True)
        start, stop = np.concatenate([opened[opened[:, 0] >= 0], outer])[first, 1:].T
        read, before = int(self.safe[ROW]), int(self.safe[STATE])
        pieces = [blocks.data[a : b + 1].tobytes() for a, b in zip(start.tolist(), stop.tolist(), strict=True)]
        return replace(
            carry,
            context=b"".join(pieces),
            numbers=numbers_of(carry, rows),
            offsets=offsets_of(carry, rows, start + chunk.shift),
            segments=carry.segments + read - len(carry.numbers),
            claims=carry.claims + int(self.safe[CLAIM]),
            last_place=(int(numbers_of(carry, np.array([read - 1]))[0]), before + chunk.shift),
            **envelope.counts,  # type: ignore[arg-type]
        )
