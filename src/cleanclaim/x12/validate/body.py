"""The segments of transactions of one kind: the loop, the grammar row and the loop instance of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cleanclaim.x12.chunk import Chunk
from cleanclaim.x12.segments import Flags, Ints, Segments, short_words, word_of
from cleanclaim.x12.validate.grammar import Grammar

Numbers = npt.NDArray[np.int16]
_MIX = np.uint32(0x9E3779B1)
_HASH_BITS = 12
_FEW = 8  # runs of segments that are followed one by one rather than side by side


@dataclass
class Body:
    """One entry a segment, in order; ``at`` holds their rows in the stretch, all others index these entries."""

    grammar: Grammar
    stretch: Chunk
    at: Ints
    transaction: Ints  # number in the file of the transaction each belongs to
    set_number: Ints  # segment number of its ST
    token: Ints
    loop: Numbers
    row: Numbers
    opens: Flags
    instance: Ints  # the entry that opened the loop instance of each; -1 where that loop was never opened
    holder: Ints  # for entries that open a loop: the entry that opened the loop around it, else -1
    within: npt.NDArray[np.int32]  # [depth, entry]: the last entry that opened a loop of that depth

    def __len__(self) -> int:
        return len(self.at)

    @property
    def segments(self) -> Segments:
        """The segments of the stretch."""
        return self.stretch.segments

    @cached_property
    def fresh(self) -> Flags:
        """Which entries are new in this stretch."""
        return self.at >= self.stretch.known

    def of_row(self, loop: str, segment: str, qualifier: str | None = None) -> Ints:
        """Return the entries of a grammar row."""
        return np.flatnonzero(self.row == self.grammar.row_of(loop, segment, qualifier))

    def grammar_rows_of(self, segment: bytes) -> Flags:
        """Return which entries are segments of this id that have a grammar row."""
        name = segment.decode()
        of_id = np.array([row.segment == name for row in self.grammar.rows] + [False])
        found: Flags = of_id[self.row]
        return found

    def owner(self, entries: Ints, loop: str) -> Ints:
        """Return, for each entry, the entry that opened the instance of ``loop`` around it, or -1."""
        number = self.grammar.loop(loop)
        depth = int(self.grammar.depth[number])
        found: Ints = self.within[depth, entries].astype(np.int64)
        wrong = (found < 0) | (self.loop[found] != number)
        for lower in range(depth):
            wrong |= self.within[lower, entries] > found
        found[wrong] = -1
        return found


def body_of(grammar: Grammar, stretch: Chunk, at: Ints, transaction: Ints, set_number: Ints) -> Body:
    """Return the segments at ``at``, of one or more transactions of this kind, with their loops."""
    token = _tokens(grammar, stretch.segments, at)
    loop, row = _follow(grammar, token)
    first_row = np.array([_first(grammar, number) for number in range(len(grammar.names))])
    opens = (row >= 0) & (row == first_row[loop])
    depths = int(grammar.depth.max()) + 1
    depth = grammar.depth[loop]
    entries = np.arange(len(at), dtype=np.int32)
    within = np.empty((depths, len(at)), np.int32)
    for k in range(depths):
        np.maximum.accumulate(np.where(opens & (depth == k), entries, np.int32(-1)), out=within[k])
    below = np.maximum.accumulate(within, axis=0)  # the last entry that opened a loop of that depth or less
    instance = within[depth, entries].astype(np.int64)
    outer = np.where(depth > 0, below[np.maximum(depth - 1, 0), entries], -1)
    instance[(instance < outer) | (loop[instance] != loop)] = -1
    holder = _holders(grammar, loop, opens, within, below)
    return Body(grammar, stretch, at, transaction, set_number, token, loop, row, opens, instance, holder, within)


def _holders(
    grammar: Grammar, loop: Numbers, opens: Flags, within: npt.NDArray[np.int32], below: npt.NDArray[np.int32]
) -> Ints:
    """Return the openers of the loops around those that open here: the last one still open that may hold it."""
    holder = np.full(len(loop), -1, np.int64)
    at = np.flatnonzero(opens)
    for depth in range(len(within)):
        found = within[depth, at]
        fits = (found >= 0) & (grammar.slot_in[loop[at], loop[found]] >= 0)
        if depth:
            fits &= found > below[depth - 1, at]
        holder[at[fits]] = found[fits]
    return holder


def _first(grammar: Grammar, loop: int) -> int:
    return next(number for number, row in enumerate(grammar.rows) if row.loop == loop)


def _tokens(grammar: Grammar, segments: Segments, at: Ints) -> Ints:
    """Return the token of each segment; the last number stands for a segment that the transaction does not have."""
    unknown = len(grammar.tokens)
    plain = np.array([int.from_bytes(name, "little") for name in grammar.segment_ids], np.uint32)
    order = np.argsort(plain)
    ids = _plain_ids(segments, at)
    hashed = (ids * _MIX) >> np.uint32(32 - _HASH_BITS)
    holder = np.zeros(1 << _HASH_BITS, np.int64)
    holder[(plain * _MIX) >> np.uint32(32 - _HASH_BITS)] = np.arange(len(plain))
    found = holder[hashed]
    wrong = np.flatnonzero(plain[found] != ids)
    if len(wrong):  # unknown ids, and the few that share a place with another
        place = np.minimum(np.searchsorted(plain[order], ids[wrong]), len(plain) - 1)
        found[wrong] = np.where(plain[order][place] == ids[wrong], order[place], -1)
    base = np.array([grammar.tokens[name, b""] for name in grammar.segment_ids] + [unknown])
    token: Ints = base[found]
    present = np.bincount(found + 1, minlength=len(base))[1:]
    for number, name in enumerate(grammar.segment_ids):
        if present[number] and name in grammar.discriminator:
            rows = np.flatnonzero(found == number)
            token[rows] = _qualified(grammar, segments, name, at[rows])
    return token


def _plain_ids(segments: Segments, at: Ints) -> npt.NDArray[np.uint32]:
    """Return the ids of segments as numbers, without the separator that follows."""
    ids = segments.ids[at]
    element, terminator = np.uint32(segments.delimiters.element), np.uint32(segments.delimiters.terminator)
    third = (ids >> np.uint32(16)) & np.uint32(255)
    short = (third == element) | (third == terminator)
    fourth = ids >> np.uint32(24)
    long = ~short & ((fourth == element) | (fourth == terminator))
    return np.where(short, ids & np.uint32(0xFFFF), np.where(long, ids & np.uint32(0xFFFFFF), np.uint32(0)))


def _qualified(grammar: Grammar, segments: Segments, name: bytes, rows: Ints) -> Ints:
    place, component = grammar.discriminator[name]
    spans = segments.element(rows, place)
    if component:
        spans = segments.components_of(spans, 1).at(0)
    found = short_words(segments.data, spans)
    found[spans.length > 8] = 0
    known = {word_of(own): token for (other, own), token in grammar.tokens.items() if other == name}
    keys = np.array(sorted(known), np.uint64)
    values = np.array([known[key] for key in keys])
    place_of = np.minimum(np.searchsorted(keys, found), len(keys) - 1)
    return np.where(keys[place_of] == found, values[place_of], grammar.tokens[name, b""])


def _follow(grammar: Grammar, token: Ints) -> tuple[Numbers, Numbers]:
    """Return the loop and the grammar row of each segment.

    A segment's loop depends on the one before it. But some tokens open the same loop wherever they stand, so all runs
    that begin with one are followed side by side.
    """
    loop = np.zeros(len(token), np.int16)
    row = np.full(len(token), -1, np.int16)
    starts = np.flatnonzero(grammar.sync[token])
    if not len(starts) or starts[0] != 0:
        starts = np.append(0, starts)
    length = np.diff(np.append(starts, len(token)))
    order = np.argsort(-length, kind="stable")
    starts, length = starts[order], length[order]
    state = np.zeros(len(starts), np.int16)
    longest = int(length[0]) if len(length) else 0
    active = np.searchsorted(-length, -np.arange(longest), side="left")  # how many runs are longer than each step
    for step in range(longest):
        count = int(active[step])
        if count <= _FEW and step:
            for start, size, begin in zip(starts[:count], length[:count], state[:count], strict=True):
                _follow_one(
                    grammar, token[start + step : start + size], begin, loop[start + step :], row[start + step :]
                )
            break
        at = starts[:count] + step
        state, met = state[:count], token[at]
        row[at] = grammar.next_row[state, met]
        state = grammar.next_loop[state, met]
        loop[at] = state
    return loop, row


def _follow_one(grammar: Grammar, token: Ints, state: int, loop: Numbers, row: Numbers) -> None:
    next_loop, next_row = grammar.next_loop.tolist(), grammar.next_row.tolist()
    for place, met in enumerate(token.tolist()):
        row[place] = next_row[state][met]
        state = next_loop[state][met]
        loop[place] = state
