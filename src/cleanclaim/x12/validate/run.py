"""Validates X12 files, stretch by stretch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.x12 import chunk as reading
from cleanclaim.x12.chunk import Chunk
from cleanclaim.x12.segments import Ints
from cleanclaim.x12.stretch import Stretch
from cleanclaim.x12.stretches import CHUNK_BYTES, NotX12, Source, stretches
from cleanclaim.x12.validate.balances import Balances
from cleanclaim.x12.validate.body import Body, body_of
from cleanclaim.x12.validate.codesets import check_code_sets
from cleanclaim.x12.validate.conditions import check_conditions, check_formats
from cleanclaim.x12.validate.dated_codes import check_diagnoses, check_reasons
from cleanclaim.x12.validate.elements import Elements
from cleanclaim.x12.validate.envelope import Envelope, Sets
from cleanclaim.x12.validate.grammar import grammar
from cleanclaim.x12.validate.hierarchy import Hierarchy
from cleanclaim.x12.validate.problems import MOST, Problems
from cleanclaim.x12.validate.reading import CUTS, Unread
from cleanclaim.x12.validate.situations import check_situations
from cleanclaim.x12.validate.structure import carried_counts, check_structure

LEVELS = (1, 2, 3, 4, 5)
_KEPT_OF_EACH = 200  # segments of a loop still open that are kept; valid ones have far fewer
_KEPT_BYTES = 1 << 18  # nor are they kept where they are longer than this in all


@dataclass(frozen=True)
class Validation:
    """What is wrong with a file.

    ``problems`` has one row a problem, in the order of the file: its SNIP level, the transaction set (from 1 in the
    file, null outside one) and its control number (ST02), loop, segment id, ``position`` (segment number in the
    file), ``in_transaction`` (the same from the ST on), byte ``offset``, element, value (only codes, numbers and
    dates that tell nothing about a patient), the 999, TA1 or 277CA code for it, and a message. ``transactions`` has one
    row a transaction set: number, control, kind (null where it is not validated), accepted. ``more`` counts the
    problems beyond those listed.
    """

    problems: pl.DataFrame
    transactions: pl.DataFrame
    accepted: bool
    more: int


def validate(source: Source, levels: Iterable[int] = LEVELS, *, block_bytes: int = CHUNK_BYTES) -> Validation:
    """Return what is wrong with an X12 file, given its path or its bytes: 837P, 837I, 835, 999, TA1 and 277CA.

    ``levels`` are those of WEDI SNIP that are checked: 1 envelope and order, 2 usage, 3 balances, 4 situations, 5 code
    sets. A file is accepted where nothing is wrong. Raises UnreadableFile for a file that cannot be opened and
    InputError for levels that do not exist; a file that is not X12 is a problem, not an error.

    >>> isa = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              "
    >>> isa += b"*260401*0930*^*00501*000000001*0*P*:~"
    >>> found = validate(isa + b"TA1*000000005*260331*0930*A*000~IEA*0*000000009~")
    >>> found.accepted, found.problems.select("level", "segment", "position", "element", "code").rows()
    (False, [(1, 'IEA', 3, 'IEA02', '001')])
    """
    chosen = frozenset(levels)
    if not chosen or not chosen <= set(LEVELS):
        raise InputError(f"must be some of {', '.join(map(str, LEVELS))}", field="levels")
    problems = Problems(chosen)
    envelope = Envelope(problems)
    run = _Run(problems, envelope)
    try:
        for _, met, _ in stretches(source, run.read, block_bytes, CUTS):
            run.unread.note(met)
        envelope.end()
    except UnreadableFile as error:
        if not isinstance(error.__cause__, NotX12):
            raise
        problems.add(1, 1, position=1, offset=0, code="022", message=str(error.__cause__))
    return _validation(problems, envelope)


def _validation(problems: Problems, envelope: Envelope) -> Validation:
    frame = problems.frame()
    control = pl.DataFrame(
        {"transaction": list(envelope.controls), "control": list(envelope.controls.values())},
        schema={"transaction": pl.Int64(), "control": pl.String()},
    )
    frame = (
        frame.drop("control").join(control, on="transaction", how="left", maintain_order="left").select(frame.columns)
    )
    transactions = control.with_columns(
        kind=pl.Series(list(envelope.kinds.values()), dtype=pl.String),
        accepted=~pl.col("transaction").is_in(sorted(problems.refused)),
    )
    return Validation(frame, transactions, problems.count == 0, max(problems.count - MOST, 0))


class _Run:
    """The checks of a file, and what they must know of earlier stretches."""

    def __init__(self, problems: Problems, envelope: Envelope) -> None:
        self.problems = problems
        self.envelope = envelope
        self.hierarchy = Hierarchy(problems)
        self.balances = Balances(problems)
        self.unread = Unread(problems)
        self.carried: dict[tuple[int, int], int] = {}

    def read(self, chunk: Chunk, met: reading.Problems) -> Stretch:
        """Note what is wrong in a stretch; return, with no tables, what the next one must know."""
        self.unread.look_at(chunk, met)
        return Stretch({}, chunk.carry_on(self._check(chunk)))

    def _check(self, stretch: Chunk) -> Ints:
        """Note what is wrong in a stretch; return the rows of the segments that the next one must know."""
        sets = self.envelope.sets(stretch)
        context = np.empty(0, np.int64)
        carried, self.carried = self.carried, {}
        for kind in dict.fromkeys(kind for kind in sets.kind if kind):
            which = [k for k, other in enumerate(sets.kind) if other == kind]
            body = _body(kind, stretch, sets, which)
            goes_on = self.envelope.state.in_set and which[-1] == len(sets.kind) - 1
            still_open = _open_path(body) if goes_on else np.empty(0, np.int64)
            begins = which[0] == 0 and stretch.known > 0
            known = self._check_body(body, carried if begins else {}, still_open)
            context = known if len(known) else context
        return context

    def _check_body(self, body: Body, carried: dict[tuple[int, int], int], still_open: Ints) -> Ints:
        levels = self.problems.levels
        elements = Elements(body, self.problems) if levels != {3} else None
        if elements and levels & {1, 2}:
            events = check_structure(body, carried, still_open, self.problems)
            self.hierarchy.check(body)
            elements.check()
            check_conditions(elements)
            check_formats(elements)
        if 3 in levels:
            self.balances.check(body, still_open)
        if elements and 4 in levels:
            check_situations(elements, self.problems, still_open)
        if elements and 5 in levels:
            check_code_sets(elements)
            if body.grammar.kind in ("837P", "837I"):
                check_diagnoses(body, self.problems)
            if body.grammar.kind != "999":
                check_reasons(body, self.problems)
        if not len(still_open):
            return still_open
        kept = _kept(body, still_open)
        if levels & {1, 2}:
            place = {int(old): new for new, old in enumerate(kept.tolist())}
            path = {int(old): place[int(old)] for old in still_open if int(old) in place}
            self.carried = carried_counts(body, events, path)
        rows, segments = body.at[kept], body.segments
        return rows if int((segments.stop[rows] - segments.start[rows] + 1).sum()) <= _KEPT_BYTES else rows[:0]


def _body(kind: str, stretch: Chunk, sets: Sets, which: list[int]) -> Body:
    pieces = [np.arange(sets.begin[k], sets.stop[k]) for k in which]
    sizes = [len(piece) for piece in pieces]
    number = np.repeat([sets.number[k] for k in which], sizes)
    set_number = np.repeat([sets.set_number[k] for k in which], sizes)
    return body_of(grammar(kind), stretch, np.concatenate(pieces), number, set_number)


def _open_path(body: Body) -> Ints:
    """Return the entries that opened the loops still open at the end, but for a last claim, which is whole."""
    found: list[int] = []
    last = len(body) - 1
    for depth in range(len(body.within)):
        entry = int(body.within[depth, last])
        if entry < 0 or (found and entry < found[-1]):
            break
        found.append(entry)
    own = body.grammar
    kept = [entry for entry in found if body.loop[entry] in own.cuts]
    if not body.stretch.within:
        kept = [entry for entry in kept if own.names[body.loop[entry]] in own.carried]
    elif len(kept) > 2:
        kept = [entry for entry in kept if entry < kept[-1]] if own.kind != "835" else kept
    return np.array(kept, np.int64)


def _kept(body: Body, still_open: Ints) -> Ints:
    """Return the entries that tell about the loops still open: their own, and those of small loops within them."""
    anchor = np.maximum.accumulate(
        np.where(body.opens & np.isin(body.loop, body.grammar.cuts), np.arange(len(body)), -1)
    )
    near = np.arange(len(body)) - anchor < _KEPT_OF_EACH
    return np.flatnonzero(np.isin(anchor, still_open) & near)
