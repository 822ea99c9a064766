"""The tables of 999, 997 and TA1: what was accepted, what was rejected, and where the errors are.

A 997 says AK3, AK4 and AK5 where a 999 says IK3, IK4 and IK5; only a 999 has CTX.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from cleanclaim.x12 import schemas
from cleanclaim.x12.chunk import Chunk, Problems
from cleanclaim.x12.envelope import Envelope
from cleanclaim.x12.fields import numbers
from cleanclaim.x12.loops import Anchors
from cleanclaim.x12.picks import Columns, Holds, Pick, picked, picked_of, place, table
from cleanclaim.x12.segments import Flags, Ints, Spans

_SEGMENT, _ELEMENT, _SET_END = (b"IK3", b"AK3"), (b"IK4", b"AK4"), (b"IK5", b"AK5")
_SET_ERRORS, _GROUP_ERRORS = range(2, 7), range(5, 10)
_SET_FAULT = "IK5 without AK2 of its own: it is not read"
_GROUP_FAULT = "AK9 without AK1 of its own: it is not read"
GROUP = (
    Pick("functional_id", "AK1", 1),
    Pick("control", "AK1", 2),
    Pick("version", "AK1", 3),
    Pick("status", "AK9", 1),
    Pick("included", "AK9", 2, Holds.WHOLE, "sets included"),
    Pick("received", "AK9", 3, Holds.WHOLE, "sets received"),
    Pick("accepted", "AK9", 4, Holds.WHOLE, "sets accepted"),
)
SET = (
    Pick("type", "AK2", 1),
    Pick("control", "AK2", 2),
    Pick("version", "AK2", 3),
    Pick("status", "IK5", 1),
)
ERROR = (
    Pick("set_control", "AK2", 2),
    Pick("segment_id", "IK3", 1),
    Pick("position", "IK3", 2, Holds.WHOLE, "segment position"),
    Pick("loop", "IK3", 3),
    Pick("segment_code", "IK3", 4),
    Pick("element component repetition", "IK4", 1, Holds.COMPONENTS),
    Pick("element_reference", "IK4", 2),
    Pick("element_code", "IK4", 3),
    Pick("value", "IK4", 4),
)
CONTEXT = (
    Pick("name value", "CTX", 1, Holds.COMPONENTS),
    Pick("segment_id", "CTX", 2),
    Pick("position", "CTX", 3, Holds.WHOLE, "segment position"),
    Pick("loop", "CTX", 4),
    Pick("element", "CTX", 5),
)
INTERCHANGE = (
    Pick("control", "TA1", 1),
    Pick("day", "TA1", 2),
    Pick("time", "TA1", 3),
    Pick("status", "TA1", 4),
    Pick("note", "TA1", 5),
)


def interchange_acks(chunk: Chunk, envelope: Envelope, rows: Ints, problems: Problems) -> pl.DataFrame:
    """Return the TA1 segments at ``rows``; ``day`` is YYMMDD as it is written."""
    at = envelope.of(rows)
    columns = picked_of(chunk, INTERCHANGE, rows, problems, repetitive=False) | {
        "interchange": numbers(np.append(envelope.interchange, 0)[at]),
        "segment": numbers(chunk.numbers(rows)),
        "offset": numbers(chunk.offsets(rows)),
    }
    return table(columns, schemas.INTERCHANGE_ACKS)


def read_acknowledgments(
    chunk: Chunk, envelope: Envelope, inside: Flags, problems: Problems
) -> tuple[dict[str, pl.DataFrame], Ints]:
    """Return the tables of the segments ``inside``, and the rows that the next stretch needs."""
    anchors = Anchors(chunk, envelope, inside, (b"AK1", b"AK2", *_SEGMENT, *_ELEMENT))
    loops = {
        "AK1": anchors.last(b"AK1"),
        "AK2": anchors.last(b"AK2", b"AK1"),
        "IK3": np.maximum(*(anchors.last(name, b"AK2", b"AK1") for name in _SEGMENT)),
    }
    tables = {
        "group_acks": _groups(chunk, envelope, anchors, loops, problems),
        "set_acks": _sets(chunk, envelope, anchors, loops, problems),
        "set_errors": _errors(chunk, envelope, anchors, loops, problems),
        "error_contexts": _contexts(chunk, envelope, anchors, loops, problems),
    }
    last = [at[-1] for at in loops.values() if len(at) and at[-1] >= 0]
    return tables, anchors.anchors[np.array(last, np.int64)]


def _new(chunk: Chunk, anchors: Anchors, *names: bytes) -> Ints:
    """Return the rows of the segments with these ids, but for those read with an earlier stretch."""
    rows = np.sort(np.concatenate([anchors.rows(name) for name in names]))
    return rows[rows >= chunk.known]


def _closing(chunk: Chunk, anchors: Anchors, at: Ints, problems: Problems, fault: str, *names: bytes) -> Ints:
    """Return, for each anchor, the first of these segments for which it is the one open by ``at``; else -1.

    ``fault`` is noted for the segments that close nothing.
    """
    rows = _new(chunk, anchors, *names)[::-1]
    found = np.full(len(anchors.anchors) + 1, -1)
    opener = at[anchors.owner[rows]]
    found[opener[opener >= 0]] = rows[opener >= 0]
    problems.add(chunk, rows[(opener < 0) | (found[opener] != rows)][::-1], fault)
    return found


def _codes(chunk: Chunk, rows: Ints, places: range) -> dict[str, object]:
    """Return the codes at some places of a segment, as one text separated by spaces."""
    found = chunk.segments.elements(rows, places)
    owner = np.repeat(np.arange(len(rows)), len(places))
    spans = Spans(found.start.T.ravel(), found.length.T.ravel())
    return {"errors": chunk.fields.joined(spans, owner, len(rows)).column()}


def _groups(
    chunk: Chunk, envelope: Envelope, anchors: Anchors, loops: dict[str, Ints], problems: Problems
) -> pl.DataFrame:
    rows = _new(chunk, anchors, b"AK1")
    end = _closing(chunk, anchors, loops["AK1"], problems, _GROUP_FAULT, b"AK9")[anchors.owner[rows]]
    problems.add(chunk, rows[end < 0], "AK1 without AK9: the group has no status")
    columns = picked(chunk, GROUP, {pick.segment: rows if pick.segment == "AK1" else end for pick in GROUP}, problems)
    columns |= place(chunk, envelope, rows) | _codes(chunk, end, _GROUP_ERRORS)
    return table(columns, schemas.GROUP_ACKS)


def _sets(
    chunk: Chunk, envelope: Envelope, anchors: Anchors, loops: dict[str, Ints], problems: Problems
) -> pl.DataFrame:
    rows = _new(chunk, anchors, b"AK2")
    at = anchors.owner[rows]
    end = _closing(chunk, anchors, loops["AK2"], problems, _SET_FAULT, *_SET_END)[at]
    problems.add(chunk, rows[end < 0], "AK2 without IK5: the transaction set has no status")
    columns = picked(chunk, SET, {pick.segment: rows if pick.segment == "AK2" else end for pick in SET}, problems)
    columns |= place(chunk, envelope, rows) | _codes(chunk, end, _SET_ERRORS)
    group = np.append(anchors.anchors, -1)[loops["AK1"][at]]
    columns |= chunk.fields.texts(("group_control", chunk.segments.element(group, 2)))
    return table(columns, schemas.SET_ACKS)


def _errors(
    chunk: Chunk, envelope: Envelope, anchors: Anchors, loops: dict[str, Ints], problems: Problems
) -> pl.DataFrame:
    """Return a row for each IK4, and one for each IK3 with a code of its own or without IK4."""
    segments = _new(chunk, anchors, *_SEGMENT)
    elements = _new(chunk, anchors, *_ELEMENT)
    parent = loops["IK3"][anchors.owner[elements]]
    problems.add(chunk, elements[parent < 0], "IK4 without IK3: the error is not read")
    elements, parent = elements[parent >= 0], parent[parent >= 0]
    told = np.zeros(len(anchors.anchors) + 1, bool)
    told[parent] = True
    own_code = chunk.segments.element(segments, 4).length > 0
    alone = segments[own_code | ~told[anchors.owner[segments]]]
    rows = np.concatenate([alone, elements])
    order = np.argsort(rows, kind="stable")
    at = np.concatenate([anchors.owner[alone], parent])[order]
    of_element = np.concatenate([np.full(len(alone), -1), elements])[order]
    rows = rows[order]
    spread = np.append(anchors.anchors, -1)
    own = {"AK2": spread[loops["AK2"][at]], "IK3": spread[at], "IK4": of_element}
    columns = picked(chunk, ERROR, own, problems) | place(chunk, envelope, rows)
    columns |= chunk.fields.texts(("claim_id", _claim(chunk, anchors, loops).at(at)))
    frame = table(columns, _ERRORS_TAKEN)
    code = pl.when(pl.lit(pl.Series(of_element >= 0))).then("element_code").otherwise("segment_code").alias("code")
    return frame.with_columns(code).select(schemas.SET_ERRORS.names())


_ERRORS_TAKEN = pl.Schema(
    {name: dtype for name, dtype in schemas.SET_ERRORS.items() if name != "code"}
    | {"segment_code": pl.String(), "element_code": pl.String()}
)


def _claim(chunk: Chunk, anchors: Anchors, loops: dict[str, Ints]) -> Spans:
    """Return, for each anchor, the claim number that the CTX of its IK3 gives (CTX*CLM01:number)."""
    rows = anchors.rows(b"CTX")
    name = chunk.segments.components_of(chunk.segments.element(rows, 1), 2)
    rows_of_claims = np.flatnonzero(chunk.segments.equal(name.at(0), b"CLM01"))
    found = np.zeros((2, len(anchors.anchors) + 1), np.int64)
    opener = loops["IK3"][anchors.owner[rows[rows_of_claims]]]
    value = name.at(1).at(rows_of_claims)
    found[:, opener] = value.start, value.length
    found[1, -1] = 0
    return Spans(found[0], found[1])


def _contexts(
    chunk: Chunk, envelope: Envelope, anchors: Anchors, loops: dict[str, Ints], problems: Problems
) -> pl.DataFrame:
    rows = _new(chunk, anchors, b"CTX")
    at = loops["IK3"][anchors.owner[rows]]
    problems.add(chunk, rows[at < 0], "CTX without IK3: it is not read")
    rows, at = rows[at >= 0], at[at >= 0]
    columns: Columns = picked_of(chunk, CONTEXT, rows, problems) | place(chunk, envelope, rows)
    columns["error_segment"] = numbers(chunk.numbers(anchors.anchors[at]))
    return table(columns, schemas.ERROR_CONTEXTS)
