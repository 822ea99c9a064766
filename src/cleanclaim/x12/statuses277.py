"""The tables of a 277CA: what each claim, and each level above it, was answered.

The levels are HL: 20 the answering payer or clearinghouse, 21 who sent the claims, 19 the billing provider, PT the
patient. A *tracking* is a TRN of a level; its statuses are the composites of its STC segments.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from cleanclaim.x12 import schemas
from cleanclaim.x12.chunk import Chunk, Problems
from cleanclaim.x12.envelope import Envelope
from cleanclaim.x12.fields import numbers
from cleanclaim.x12.loops import Anchors, Firsts, last_of
from cleanclaim.x12.picks import Holds, Pick, period, picked, picked_of, place, table
from cleanclaim.x12.segments import Flags, Ints, Spans, short_words, word_of

_LEVELS = {"20": "source", "21": "receiver", "19": "provider", "PT": "claim"}
_TRACKED = ("source_segment", "receiver_segment", "provider_segment")  # from the outermost level to the innermost
_COMPOSITES = (1, 10, 11)
TRACKING = (
    Pick("level", "HL", 3, loop="level"),
    Pick("entity", "NM1", 1, loop="level"),
    Pick("name", "NM1", 3, loop="level"),
    Pick("provider_npi", "NM1*85", 9, Holds.NPI, loop="provider"),
    Pick("trace", "TRN", 2),
    Pick("payer_control", "REF*1K", 2),
    Pick("clearinghouse_control", "REF*D9", 2),
    Pick("bill_type", "REF*BLT", 2),
    Pick("action", "STC", 3),
    Pick("charge_cents", "STC", 4, Holds.CENTS, "amount"),
    Pick("accepted_count", "QTY*90", 2, Holds.WHOLE, "claims accepted"),
    Pick("rejected_count", "QTY*AA", 2, Holds.WHOLE, "claims rejected"),
    Pick("accepted_cents", "AMT*YU", 2, Holds.CENTS, "amount accepted"),
    Pick("rejected_cents", "AMT*YY", 2, Holds.CENTS, "amount rejected"),
)
STATUS = (
    Pick("day", "STC", 2, Holds.DAY, "status date"),
    Pick("action", "STC", 3),
    Pick("cents", "STC", 4, Holds.CENTS, "amount"),
    Pick("message", "STC", 12),
)
_SEGMENTS = [*dict.fromkeys([*(pick.segment for pick in TRACKING), "DTP*472", "REF*FJ"])]


def read_statuses(
    chunk: Chunk, envelope: Envelope, inside: Flags, problems: Problems
) -> tuple[dict[str, pl.DataFrame], Ints]:
    """Return the tables of the segments ``inside``, and the rows that the next stretch needs."""
    anchors = Anchors(chunk, envelope, inside, (b"HL", b"TRN", b"SVC"))
    firsts = anchors.firsts(_SEGMENTS)
    level = anchors.last(b"HL")
    tracking = anchors.last(b"TRN", b"HL")
    above = _levels_above(chunk, anchors, envelope, level)
    tables = {
        "trackings": _trackings(chunk, envelope, anchors, firsts, (level, above), problems),
        "statuses": _statuses(chunk, envelope, anchors, firsts, tracking, problems),
    }
    provider = above["provider"]
    last = [int(at[-1]) for at in (level, tracking, provider, anchors.last(b"SVC", b"TRN", b"HL")) if len(at)]
    traces = [int(above[name][-1]) for name in _TRACKED if len(level)]
    last += [*traces, *(int(level[at]) for at in traces if at >= 0)]
    open_rows = [anchors.anchors[at] for at in last if at >= 0]
    open_rows += [firsts[name][at] for at in last[:3:2] if at >= 0 for name in ("NM1", "NM1*85")]
    return tables, np.array([row for row in open_rows if row >= 0], np.int64)


def _levels_above(chunk: Chunk, anchors: Anchors, envelope: Envelope, level: Ints) -> dict[str, Ints]:
    """Return, for each anchor, the HL of the provider that is open there, and the last TRN of each level; or -1."""
    rows = anchors.anchors
    code = short_words(chunk.segments.data, chunk.segments.element(rows, 3))
    is_level = anchors.flags(b"HL")[rows]
    is_trace = anchors.flags(b"TRN")[rows]
    begins = [is_level & (code == word_of(name)) for name in (b"20", b"21", b"19")]
    ends = ~is_level & np.isin(rows, envelope.rows)
    found: dict[str, Ints] = {}
    for name, begin in zip(_TRACKED, begins, strict=True):
        ends = ends | begin
        own = is_trace & (level >= 0) & begin[level]
        found[name] = _since(own, ends)
    found["provider"] = _since(begins[2], ends & ~begins[2])
    return found


def _since(here: Flags, ends: Flags) -> Ints:
    """Return, for each place, the last one up to it where ``here`` is true, or -1 where one that ends it is later."""
    at = last_of(here)
    return np.where(at < last_of(ends), -1, at)


def _trackings(
    chunk: Chunk,
    envelope: Envelope,
    anchors: Anchors,
    firsts: Firsts,
    levels: tuple[Ints, dict[str, Ints]],
    problems: Problems,
) -> pl.DataFrame:
    rows = anchors.rows(b"TRN")
    rows = rows[rows >= chunk.known]
    at = anchors.owner[rows]
    level, above = levels[0][at], levels[1]
    places = {"claim": at, "level": level, "provider": above["provider"][at]}
    own = {"TRN": rows, "HL": np.append(anchors.anchors, -1)[places["level"]]}
    wanted = {pick.segment: own.get(pick.segment, firsts[pick.segment][places[pick.loop]]) for pick in TRACKING}
    problems.add(chunk, rows[places["level"] < 0], "TRN outside HL: its level is not known")
    first, last = period(chunk, firsts["DTP*472"][at], "DTP*472 (service date)", problems)
    columns = picked(chunk, TRACKING, wanted, problems) | place(chunk, envelope, rows)
    for name in _TRACKED:
        trace = above[name][at]
        columns[name] = numbers(chunk.numbers(anchors.anchors[trace]), trace >= 0)
    frame = table(columns | {"dos": first, "dos_last": last}, schemas.TRACKINGS)
    called = pl.col("level").replace(_LEVELS)
    named = pl.when(pl.col("level") != "PT").then("name").alias("name")  # of a patient nothing is kept
    return frame.with_columns(called, named)


def _statuses(
    chunk: Chunk, envelope: Envelope, anchors: Anchors, firsts: Firsts, tracking: Ints, problems: Problems
) -> pl.DataFrame:
    segments = chunk.segments
    rows = anchors.rows(b"STC")
    rows = rows[rows >= chunk.known]
    at = anchors.owner[rows]
    stray = tracking[at] < 0
    problems.add(chunk, rows[stray], "STC without TRN: the status is not read")
    rows, at = rows[~stray], at[~stray]
    found = segments.elements_of_each(np.broadcast_to(rows, (3, len(rows))), _COMPOSITES)
    told = np.flatnonzero(found.length.T.ravel() > 0)
    composite = segments.components_of(Spans(found.start.T.ravel()[told], found.length.T.ravel()[told]), 3)
    rows, at = (each[told // len(_COMPOSITES)] for each in (rows, at))
    line = np.where(anchors.flags(b"SVC")[anchors.anchors[at]], at, -1)
    columns = {
        **picked_of(chunk, STATUS, rows, problems),
        **place(chunk, envelope, rows),
        **chunk.fields.texts(("line_control", segments.element(firsts["REF*FJ"][line], 2))),
        "tracking_segment": numbers(chunk.numbers(anchors.anchors[tracking[at]])),
        "service_segment": numbers(chunk.numbers(anchors.anchors[line]), line >= 0),
    }
    columns |= chunk.fields.texts(*((name, composite.at(k)) for k, name in enumerate(("category", "status", "entity"))))
    return table(columns, schemas.STATUSES)
