"""The code lists of a claim, HI: diagnoses, and on institutional claims occurrences, conditions and values."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa

from cleanclaim.x12.chunk import Chunk, Problems
from cleanclaim.x12.fields import numbers
from cleanclaim.x12.loops import Loops
from cleanclaim.x12.segments import Ints, short_words, word_of

_NONE = np.empty(0, np.int64)
_DIAGNOSES = [word_of(name) for name in (b"ABK", b"ABF", b"BK", b"BF")]

_CODE = pl.col("code")
_DATED = pl.concat_str("code", pl.when(pl.col("day").is_not_null()).then(pl.format(":{}", "day")).otherwise(pl.lit("")))
_SPANNED = pl.concat_str(
    _DATED, pl.when(pl.col("last").is_not_null()).then(pl.format(":{}", "last")).otherwise(pl.lit(""))
)
_VALUED = pl.concat_str(
    "code", pl.when(pl.col("amount").is_not_null()).then(pl.format(":{}", "amount")).otherwise(pl.lit(""))
)
# column: the lists it takes and how an entry is written
_WRITTEN = {
    "principal_diagnosis": (("ABK", "BK"), _CODE),
    "diagnoses": (("ABK", "BK", "ABF", "BF"), _CODE),
    "admitting_diagnosis": (("ABJ", "BJ"), _CODE),
    "visit_reasons": (("APR", "PR"), _CODE),
    "occurrence_codes": (("BH",), _DATED),
    "occurrence_spans": (("BI",), _SPANNED),
    "condition_codes": (("BG",), _CODE),
    "value_codes": (("BE",), _VALUED),
}
LISTS = frozenset(_WRITTEN)
_DATED_LISTS = ("BH", "BI")


def diagnoses(chunk: Chunk, loops: Loops) -> pa.Array:
    """Return, for each professional claim, the codes of its first diagnosis list, in order, separated by one space."""
    segments = chunk.segments
    lists = [rows for rows in segments.split(loops.rows(b"HI"), b"HI*", b"ABK:", b"BK:") if len(rows)]
    first = loops.first(lists[0] if len(lists) == 1 else np.sort(np.concatenate([*lists, _NONE])))
    distinct, index = segments.distinct(first[loops.claim_at])
    elements, owner = segments.elements_of(distinct)
    qualifier, code = map(segments.components_of(elements, 2).at, range(2))
    name = short_words(segments.data, qualifier)
    listed = np.logical_or.reduce([name == wanted for wanted in _DIAGNOSES])
    return chunk.fields.joined(code.where(listed), owner, len(distinct)).spread(index).column()


def code_lists(chunk: Chunk, loops: Loops, problems: Problems) -> pl.DataFrame:
    """Return the columns of ``LISTS`` for each institutional claim: the entries of all its HI, in their order.

    An occurrence is written code:date, a span code:first:last, a value code:amount.
    """
    count = len(loops.claim_at)
    entries = _entries(chunk, loops, problems)
    columns = [pl.int_range(count, eager=True).alias("claim")]
    for name, (lists, written) in _WRITTEN.items():
        own = entries.filter(pl.col("list").is_in(lists))
        joined = own.group_by("claim").agg(written.str.join(" ").alias(name))
        met = columns[0].to_frame().join(joined, on="claim", how="left", maintain_order="left")
        columns.append(met[name].cast(pl.String))
    return pl.DataFrame(columns[1:])


def _entries(chunk: Chunk, loops: Loops, problems: Problems) -> pl.DataFrame:
    """Return the entries of the claims' HI: claim, list, code, day, last day, amount."""
    segments, fields = chunk.segments, chunk.fields
    claim_of = np.full(len(loops.anchors) + 1, -1)
    claim_of[loops.claim_at] = np.arange(len(loops.claim_at))
    rows = loops.rows(b"HI")
    claim = claim_of[loops.owner[rows]]
    rows, claim = rows[claim >= 0], claim[claim >= 0]
    elements, owner = segments.elements_of(rows)
    qualifier, code, _, value, amount = map(segments.components_of(elements, 5).at, range(5))
    present = np.flatnonzero(code.length > 0)
    name = short_words(segments.data, qualifier)
    told = np.logical_or.reduce([name == word_of(one.encode()) for one in _DATED_LISTS]) & (value.length > 0)
    day, dated = fields.days(value.start, told & ((value.length == 8) | (value.length == 17)))
    last, ended = fields.days(value.start + 9, told & (value.length == 17))
    _note(chunk, rows[owner[told & ~(dated & (ended | (value.length == 8)))]], problems)
    texts = fields.texts(("list", qualifier.at(present)), ("code", code.at(present)), ("amount", amount.at(present)))
    return pl.DataFrame(
        {
            "claim": numbers(claim[owner[present]]),
            **texts,
            "day": numbers(day[present], dated[present]),
            "last": numbers(last[present], ended[present]),
        }
    )


def _note(chunk: Chunk, rows: Ints, problems: Problems) -> None:
    problems.add(chunk, np.unique(rows), "HI: the date of an occurrence code is not a date")
