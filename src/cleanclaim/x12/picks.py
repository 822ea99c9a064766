"""Columns told by a table: from which segment and element a column is taken, and what it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from cleanclaim.x12.chunk import Chunk, Problems
from cleanclaim.x12.envelope import Envelope
from cleanclaim.x12.fields import Fields, nulls, numbers
from cleanclaim.x12.segments import Flags, Ints, Segments, Spans

Columns = dict[str, Any]  # Arrow arrays by column

_UNIT_PLACES = 6
_NPI = b"XX"  # says in NM108 that NM109 is an NPI


class Holds(Enum):
    """What a column holds; the value says what is wrong with an element that does not."""

    TEXT = ""
    COMPONENTS = " "  # several columns of text, named in order; ``-`` passes a component over
    POINTERS = "  "  # components as one text, separated by spaces
    NPI = "   "  # element 9 of NM1, where element 8 says that it is one
    CENTS = "an amount"
    UNITS = "a number"
    WHOLE = "a whole number"
    DAY = "a date of the form CCYYMMDD"


# said again and again, and worth finding out: of what few columns are taken, reading all is cheaper
_REPETITIVE = frozenset({"NM1*85", "PRV*BI", "CL1", "DTM*472"})
_TEXTS = (Holds.TEXT, Holds.COMPONENTS, Holds.POINTERS, Holds.NPI)


@dataclass(frozen=True, slots=True)
class Pick:
    """A column: its element in a segment that is named by id, or id and qualifier, in a ``loop`` of the claim.

    ``what`` names it in messages; an element with ``required`` may not be missing.
    """

    column: str
    segment: str
    element: int
    holds: Holds = Holds.TEXT
    what: str = ""
    required: bool = False
    loop: str = "claim"

    def fault(self) -> str:
        """Return what to say of an element that cannot be read."""
        place = self.segment if "*" in self.segment else f"{self.segment}{self.element:02d}"
        kind = self.holds.value.strip()
        wrong = [*(["missing"] if self.required else []), *([f"not {kind}"] if kind else [])]
        return f"{place}{f' ({self.what})' if self.what else ''} is {' or '.join(wrong)}"


def picked(chunk: Chunk, picks: Sequence[Pick], rows: Mapping[str, Ints], problems: Problems) -> Columns:
    """Return the columns of ``picks``, each from the rows that are given for its segment; null where a row is -1."""
    columns: Columns = {}
    for segment in dict.fromkeys(pick.segment for pick in picks):
        own = [pick for pick in picks if pick.segment == segment]
        columns |= picked_of(chunk, own, rows[segment], problems, repetitive=segment in _REPETITIVE)
    return columns


def picked_of(
    chunk: Chunk, picks: Sequence[Pick], rows: Ints, problems: Problems, *, repetitive: bool = True
) -> Columns:
    """Return the columns of ``picks``, all from the same segments; of ``repetitive`` ones each text is read once."""
    present = np.count_nonzero(rows >= 0)
    index = None
    if present <= len(rows) // 4:
        if not present:
            return _absent(picks, len(rows))
        some = np.flatnonzero(rows >= 0)
        index = np.full(len(rows), present)
        index[some] = np.arange(present)
        rows, own = np.append(rows[some], -1), rows
    elif repetitive:
        own = rows
        rows, index = chunk.segments.distinct(rows)
    else:
        own = rows
    places = {pick.element for pick in picks} | {pick.element - 1 for pick in picks if pick.holds is Holds.NPI}
    at = {place: k for k, place in enumerate(sorted(places))}
    found = chunk.segments.elements(rows, list(at))
    spans = []
    for pick in picks:
        span = found.at(at[pick.element])
        if pick.holds is Holds.NPI:
            span = span.where(_says_npi(chunk.segments, found.at(at[pick.element - 1])))
        spans.append(span)
    return _columns(chunk, picks, spans, own, problems, index)


def _says_npi(segments: Segments, qualifier: Spans) -> Flags:
    said: Flags = qualifier.length == len(_NPI)
    for k, byte in enumerate(_NPI):
        said &= segments.data.take(qualifier.start + k) == byte
    return said


def _absent(picks: Sequence[Pick], count: int) -> Columns:
    names = [(name, pick) for pick in picks for name in pick.column.split() if name != "-"]
    return {name: nulls(_KINDS.get(pick.holds), count) for name, pick in names}


def _columns(
    chunk: Chunk, picks: Sequence[Pick], spans: Sequence[Spans], rows: Ints, problems: Problems, index: Ints | None
) -> Columns:
    texts: list[tuple[str, Spans]] = []
    columns: Columns = {}
    for pick, span in zip(picks, spans, strict=True):
        if pick.holds is Holds.COMPONENTS:
            names = pick.column.split()
            parts = chunk.segments.components_of(span, len(names))
            texts += [(name, parts.at(k)) for k, name in enumerate(names) if name != "-"]
        elif pick.holds is Holds.POINTERS:
            views = chunk.fields.views(span, spaces_for=chunk.segments.delimiters.component)
            columns[pick.column] = (views if index is None else views.spread(index)).column()
        elif pick.holds in _TEXTS:
            texts.append((pick.column, span))
        else:
            values, good = _READERS[pick.holds](chunk.fields, span)
            columns[pick.column] = numbers(values, good) if index is None else numbers(values[index], good[index])
            if not good.all():
                _note(chunk, rows, ~good if pick.required else ~good & (span.length > 0), index, pick, problems)
        if pick.required and pick.holds in _TEXTS and not span.length.all():
            _note(chunk, rows, span.length == 0, index, pick, problems)
    return columns | (chunk.fields.texts(*texts, index=index) if texts else {})


def _note(chunk: Chunk, rows: Ints, wrong: Flags, index: Ints | None, pick: Pick, problems: Problems) -> None:
    problems.add(chunk, np.unique(rows[wrong if index is None else wrong[index]]), pick.fault())


def _cents(fields: Fields, span: Spans) -> tuple[Any, Flags]:
    return fields.decimal(span, 2)


def _units(fields: Fields, span: Spans) -> tuple[Any, Flags]:
    values, good = fields.decimal(span, _UNIT_PLACES)
    return values / 10.0**_UNIT_PLACES, good


def _whole(fields: Fields, span: Spans) -> tuple[Any, Flags]:
    return fields.decimal(span, 0)


def _day(fields: Fields, span: Spans) -> tuple[Any, Flags]:
    return fields.days(span.start, span.length == 8)


_KINDS = {Holds.CENTS: "int64", Holds.UNITS: "float64", Holds.WHOLE: "int64", Holds.DAY: "int32"}
_READERS = {Holds.CENTS: _cents, Holds.UNITS: _units, Holds.WHOLE: _whole, Holds.DAY: _day}


def period(chunk: Chunk, rows: Ints, name: str, problems: Problems) -> tuple[pa.Array, pa.Array]:
    """Return first and last day of a DTP segment; one date (D8, or DT with a time) is both."""
    segments, fields = chunk.segments, chunk.fields
    form, value = map(segments.elements(rows, range(2, 4)).at, range(2))
    plain = (form.length == 2) & (value.length == 8)
    if (value.length == 12).any():
        plain |= (value.length == 12) & segments.equal(form, b"DT")
    first, dated = fields.days(value.start, plain)
    last, last_dated = first, dated
    spans = np.flatnonzero(form.length == 3)
    if len(spans):
        start = value.start[spans]
        whole = (value.length[spans] == 17) & (segments.data[start + 8] == ord("-"))
        first[spans], dated[spans] = fields.days(start, whole)
        last, last_dated = first.copy(), dated.copy()
        last[spans], last_dated[spans] = fields.days(start + 9, whole)
    wrong = ~(dated & last_dated)
    if wrong.any():
        problems.add(chunk, rows[wrong & (rows >= 0)], f"{name} is not a date")
    one = numbers(first, dated)
    return one, one if last is first else numbers(last, last_dated)


def place(chunk: Chunk, envelope: Envelope, rows: Ints) -> Columns:
    """Return where rows of segments stand: interchange, transaction, segment and offset."""
    at = envelope.of(rows)
    return {
        "interchange": numbers(envelope.interchange[at]),
        "transaction": numbers(envelope.transaction[at]),
        "segment": numbers(chunk.numbers(rows)),
        "offset": numbers(chunk.offsets(rows)),
    }


def repeats(elements: Ints, width: int, first: int) -> tuple[Ints, Ints]:
    """Return, for groups of ``width`` elements from place ``first`` on, the segment that each is in, and its place."""
    count = np.maximum(-(-elements // width), 0)
    owner = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    return owner, within * width + first


def table(columns: Mapping[str, Any], schema: pl.Schema) -> pl.DataFrame:
    """Return the columns of ``schema`` as a frame."""
    return pl.DataFrame(pa.RecordBatch.from_arrays([columns[name] for name in schema], list(schema)))
