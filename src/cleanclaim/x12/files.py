"""Reads X12 files into tables: all kinds, or the claims of 837 professional files alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from cleanclaim.x12.chunk import PROBLEMS, Chunk, Problems
from cleanclaim.x12.fast import compiled_pass
from cleanclaim.x12.fields import numbers
from cleanclaim.x12.guides import GUIDES, KINDS, chosen
from cleanclaim.x12.picks import table
from cleanclaim.x12.schemas import EMPTY
from cleanclaim.x12.segments import Spans
from cleanclaim.x12.stretch import Stretch, read_stretch
from cleanclaim.x12.stretches import CHUNK_BYTES, Source, size_of, stretches


@dataclass(frozen=True)
class Totals:
    """Counts of what was read; ``transactions`` counts all sets in the file, also those that are not read."""

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


@dataclass(frozen=True)
class X12Tables:
    """What was read of a file, or of a part of it: ``x["claims"]`` is a table, empty where the file has nothing for it.

    The tables and their columns are in ``cleanclaim.x12.schemas``; ``sets`` has one row a transaction set, also of
    those that are not read. ``problems`` has one row a place that could not be read.
    """

    tables: dict[str, pl.DataFrame] = field(repr=False)
    problems: pl.DataFrame
    interchanges: int  # in the file up to here

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.tables[name] if name in self.tables else EMPTY[name]


def read(source: Source, *, kinds: Iterable[str] = KINDS, chunk_bytes: int = CHUNK_BYTES) -> X12Tables:
    """Return all tables of an X12 file, given its path or its bytes; with ``kinds``, those of these transaction sets.

    Kinds are 837P, 837I, 835, 999, 997 and 277CA; TA1 segments are read in any case. A set of another kind or version
    is a row of ``problems``. Amounts are in cents, and null says that the file does not carry the value, or that it
    could not be read. Raises UnreadableFile for what is not X12 at all, and InputError for an unknown kind.

    >>> isa = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              "
    >>> isa += b"*260401*0930*^*00501*000000001*0*P*:~"
    >>> st = b"GS*HP*A*B*20260401*0930*1*X*005010X221A1~ST*835*0001~BPR*I*70*C*ACH************20260406~TRN*1*77*A~"
    >>> claim = b"LX*1~CLP*V1*1*84*70*0*MB*9001~SVC*HC:97110:GP*84*70**2~DTM*472*20260304~CAS*CO*45*14~"
    >>> file = read(isa + st + claim + b"SE*9*0001~GE*1*1~IEA*1*000000001~")
    >>> file["paid_services"].select("code", "paid_cents", "paid_units").row(0)
    ('97110', 7000, 2.0)
    >>> file["adjustments"].select("group", "reason", "cents").row(0), len(file["claims"])
    (('CO', '45', 1400), 0)
    """
    parts = list(iter_x12(source, kinds=kinds, chunk_bytes=chunk_bytes))
    names = [name for name in EMPTY if any(name in part.tables for part in parts)]
    tables = {name: pl.concat([part[name] for part in parts if name in part.tables]) for name in names}
    return X12Tables(tables, pl.concat([part.problems for part in parts]), parts[-1].interchanges)


def read_files(paths: Sequence[str | os.PathLike[str]], *, kinds: Iterable[str] = KINDS) -> X12Tables:
    """Return the tables of several X12 files in one, each row with its ``file`` in front; otherwise as ``read``.

    ``file`` is the path as given, an Enum; numbers of interchanges, segments and claims are within each file.

    >>> read_files([])["claims"].columns[:3]
    ['file', 'claim_seq', 'interchange']
    """
    names = list(dict.fromkeys(os.fspath(path) for path in paths))
    wanted, file = list(kinds), pl.Enum(names)
    parts = [(pl.lit(name, file).alias("file"), read(name, kinds=wanted)) for name in names]

    def together(frames: Iterable[tuple[pl.Expr, pl.DataFrame]], none: pl.DataFrame) -> pl.DataFrame:
        told = [frame.select(name, *frame.columns) for name, frame in frames]
        return pl.concat([none.clear().select(pl.lit(None, file).alias("file"), *none.columns), *told])

    tables = {table: together(((name, part[table]) for name, part in parts), none) for table, none in EMPTY.items()}
    problems = together(((name, part.problems) for name, part in parts), pl.DataFrame(schema=PROBLEMS))
    return X12Tables(tables, problems, sum(part.interchanges for _, part in parts))


def iter_x12(source: Source, *, kinds: Iterable[str] = KINDS, chunk_bytes: int = CHUNK_BYTES) -> Iterator[X12Tables]:
    """Yield the tables of an X12 file stretch by stretch, in memory that does not grow with it; otherwise as ``read``.

    Every stretch holds whole claims.

    >>> next(iter_x12(b"visit_id,code"))
    Traceback (most recent call last):
    cleanclaim.errors.UnreadableFile: the bytes given: not an X12 file: no ISA segment in its first 4,096 bytes
    """
    guides = chosen(kinds)

    def tables(chunk: Chunk, problems: Problems) -> Stretch:
        return read_stretch(chunk, guides, problems)

    for part in stretches(source, tables, chunk_bytes, quick=compiled_pass(guides, size_of(source))):
        yield X12Tables(*part)


def iter_segments(source: Source, *, chunk_bytes: int = CHUNK_BYTES) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield every segment of an X12 file and the problems of all kinds, stretch by stretch.

    A segment has ``segment`` (its number, from 1), ``offset``, ``text`` without the terminator, and the characters that
    separate its elements and components.

    >>> frame, _ = next(iter_segments(b"ST*837*1*005010X223A2~BHT*0019*00*1~SE*3*1~"))
    >>> frame.row(1)
    (2, 22, 'BHT*0019*00*1', '*', ':')
    """

    def listed(chunk: Chunk, problems: Problems) -> Stretch:
        return Stretch({"segments": _listed(chunk)}, read_stretch(chunk, GUIDES, problems).carry)

    for tables, problems, _ in stretches(source, listed, chunk_bytes):
        yield tables.get("segments", _NO_SEGMENTS), problems


def _listed(chunk: Chunk) -> pl.DataFrame:
    segments = chunk.segments
    rows = np.arange(chunk.known, len(segments))
    start = segments.start[rows]
    text = chunk.fields.texts(("text", Spans(start, segments.stop[rows] - start)))
    frame = table({"segment": numbers(chunk.numbers(rows)), "offset": numbers(chunk.offsets(rows)), **text}, _LISTED)
    own = segments.delimiters
    return frame.with_columns(element=pl.lit(chr(own.element)), component=pl.lit(chr(own.component)))


_LISTED = pl.Schema({"segment": pl.Int64(), "offset": pl.Int64(), "text": pl.String()})
_NO_SEGMENTS = pl.DataFrame(schema={**_LISTED, "element": pl.String(), "component": pl.String()})


def read_837(source: Source, *, chunk_bytes: int = CHUNK_BYTES) -> X12Claims:
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


def iter_837(source: Source, *, chunk_bytes: int = CHUNK_BYTES) -> Iterator[X12Claims]:
    """Yield the claims and lines of an 837 professional file stretch by stretch, in memory that does not grow with it.

    Every stretch holds whole claims; ``claim_seq`` runs on from one to the next. Otherwise as ``read_837``.

    >>> next(iter_837(b"visit_id,code"))
    Traceback (most recent call last):
    cleanclaim.errors.UnreadableFile: the bytes given: not an X12 file: no ISA segment in its first 4,096 bytes
    """
    for part in iter_x12(source, kinds=("837P",), chunk_bytes=chunk_bytes):
        claims, lines = part["claims"], part["lines"]
        yield X12Claims(claims, lines, part.problems, _totals(len(part["sets"]), claims, lines))


def _totals(transactions: int, claims: pl.DataFrame, lines: pl.DataFrame) -> Totals:
    return Totals(transactions, len(claims), len(lines), int(claims["charge_cents"].sum()))
