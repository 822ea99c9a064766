"""Interchanges, groups and transaction sets: their order, their counts, and which of them are read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cleanclaim.x12.chunk import Chunk, Problems
from cleanclaim.x12.segments import Flags, Ints, Spans, short_words, word_of

VERSIONS = (b"005010X222", b"005010X222A1", b"005010X222A2")
ENVELOPE = ("ISA", "GS", "ST", "SE", "GE", "IEA")
_ISA, _GS, _ST, _SE, _GE, _IEA = range(6)
_MAY_FOLLOW = {
    "": (_ISA,),
    "ISA": (_GS, _IEA),
    "GS": (_ST, _GE),
    "ST": (_SE,),
    "SE": (_ST, _GE),
    "GE": (_GS, _IEA),
    "IEA": (_ISA,),
}
_ALLOWED = np.array([[kind in _MAY_FOLLOW[name] for kind in range(6)] for name in (*ENVELOPE, "")])
_CONTROL_PLACES = np.array([13, 6, 2])  # of the control number in ISA, GS and ST
_GUIDES = {"X222": "837P", "X223": "837I", "X224": "837D", "X098": "837P", "X096": "837I", "X097": "837D"}


@dataclass(frozen=True)
class Envelope:
    """The envelope segments of a stretch and what lies between them.

    ``rows`` and ``kinds`` have an entry an envelope segment; ``readable`` says which of them begin a transaction set
    that is read, ``version`` which one; the ordinals count from 1 within the file. ``inside`` has an entry a segment:
    it belongs to a transaction set that is read.
    """

    rows: Ints
    kinds: Ints
    readable: Flags
    version: Spans
    interchange: Ints
    transaction: Ints
    inside: Flags
    counts: dict[str, int | str]

    def context(self) -> Ints:
        """Return the rows of the segments that are still open at the end, and of the last one to close."""
        opened = [self.rows[self.kinds == kind][-1:] for kind in (_ISA, _GS, _ST)]
        return np.unique(np.concatenate([*opened, self.rows[-1:]]))


def read_envelope(chunk: Chunk, problems: Problems) -> Envelope:
    """Return the envelope of a stretch; what is wrong with it goes to ``problems``."""
    rows, kinds = _find(chunk)
    carry = chunk.carry
    new = rows >= chunk.known
    at = np.arange(len(rows))
    group_at = np.maximum.accumulate(np.where(kinds == _GS, at, -1)) if len(rows) else at
    interchange_at = np.maximum.accumulate(np.where(kinds == _ISA, at, -1)) if len(rows) else at
    interchange = carry.interchanges + np.cumsum(new & (kinds == _ISA))
    groups = carry.groups + np.cumsum(new & (kinds == _GS))
    transaction = carry.transactions + np.cumsum(new & (kinds == _ST))
    groups_before = np.where(new, groups, carry.groups_before_interchange)
    transactions_before = np.where(new, transaction, carry.transactions_before_group)

    version, readable = _versions(chunk, rows, kinds, np.where(group_at > interchange_at, group_at, -1), problems)
    _check_order(chunk, rows, kinds, problems)
    numbers = chunk.numbers(rows)
    before = np.maximum(at - 1, 0)
    opener = np.select([kinds == _SE, kinds == _GE], [before, group_at], interchange_at)
    segments_since = numbers - numbers[before] + 1
    sets_since = transaction - transactions_before[group_at]
    groups_since = groups - groups_before[interchange_at]
    counted = np.select([kinds == _SE, kinds == _GE], [segments_since, sets_since], groups_since)
    _check_closing(chunk, rows, kinds, opener, counted, problems)
    inside = _inside(chunk, rows, kinds, readable, problems)
    counts: dict[str, int | str] = {}
    if len(rows):
        counts = {
            "interchanges": int(interchange[-1]),
            "groups": int(groups[-1]),
            "transactions": int(transaction[-1]),
            "groups_before_interchange": int(groups_before[interchange_at[-1]]) if interchange_at[-1] >= 0 else 0,
            "transactions_before_group": int(transactions_before[group_at[-1]]) if group_at[-1] >= 0 else 0,
            "ends_in": ENVELOPE[int(kinds[-1])],
        }
    return Envelope(rows, kinds, readable, version, interchange, transaction, inside, counts)


def _find(chunk: Chunk) -> tuple[Ints, Ints]:
    segments = chunk.segments
    named = [segments.named(name.encode()) for name in ENVELOPE]
    rows = np.flatnonzero(np.logical_or.reduce(named))
    return rows, np.argmax([flags[rows] for flags in named], axis=0)


def _versions(chunk: Chunk, rows: Ints, kinds: Ints, group_at: Ints, problems: Problems) -> tuple[Spans, Flags]:
    """Return the version of each transaction set (ST03, else GS08) and which sets are read."""
    segments = chunk.segments
    starts = kinds == _ST
    kind = segments.element(rows, 1).where(starts)
    own, group = segments.element(rows, 3), segments.element(np.where(group_at >= 0, rows[group_at], -1), 8)
    stated = own.length > 0
    version = Spans(np.where(stated, own.start, group.start), np.where(stated, own.length, group.length)).where(starts)
    readable = np.zeros(len(rows), bool)
    for name in VERSIONS:
        readable |= segments.equal(version, name)
    readable &= short_words(segments.data, kind) == word_of(b"837")
    unread = np.flatnonzero(starts & ~readable)
    if len(unread):
        names = chunk.fields.texts(("kind", kind.at(unread)), ("version", version.at(unread)))
        for (a, b), part in pl.DataFrame({"at": unread, **names}).group_by(["kind", "version"]):
            problems.add(chunk, rows[np.sort(part["at"].to_numpy())], _not_read(a, b))
    return version, readable


def _not_read(kind: object, version: object) -> str:
    guide = _GUIDES.get(str(version)[6:10], "") if kind == "837" else ""
    named = " ".join(str(word)[:20] for word in (guide or kind, version) if word) or "without a name"
    return f"the transaction set ({named}) is not read: only 837P versions {b', '.join(VERSIONS).decode()} are"


def _check_order(chunk: Chunk, rows: Ints, kinds: Ints, problems: Problems) -> None:
    """Note the envelope segments that stand where they may not."""
    before = np.append(-1, kinds)[: len(kinds)]
    wrong = np.flatnonzero(~_ALLOWED[before, kinds])
    for pair in {(int(a), int(b)) for a, b in zip(before[wrong], kinds[wrong], strict=True)}:
        at = wrong[(before[wrong] == pair[0]) & (kinds[wrong] == pair[1])]
        problems.add(chunk, rows[at], out_of_order(ENVELOPE[pair[0]] if pair[0] >= 0 else "", ENVELOPE[pair[1]]))


def out_of_order(before: str, name: str) -> str:
    """Return what to say of an envelope segment that may not follow the one before it ("" at the start of a file).

    >>> out_of_order("ST", "GS")
    'GS after ST: expected SE'
    """
    after = f"after {before}" if before else "at the start of the file"
    return f"{name} {after}: expected {' or '.join(ENVELOPE[kind] for kind in _MAY_FOLLOW[before])}"


def _check_closing(chunk: Chunk, rows: Ints, kinds: Ints, opener: Ints, counted: Ints, problems: Problems) -> None:
    """Note closing segments whose count or control number is not that of what they close."""
    at = np.flatnonzero((kinds >= _SE) & (opener >= 0) & (rows >= chunk.known))
    at = at[kinds[opener[at]] == _IEA - kinds[at]]
    if not len(at):
        return
    segments = chunk.segments
    stated, whole = chunk.fields.decimal(segments.element(rows[at], 1), 0)
    opening = rows[opener[at]]
    numbers = segments.elements_of_each(opening[:, None], _CONTROL_PLACES[kinds[opener[at]]]).at((..., 0))
    miscounted = ~whole | (stated != counted[at])
    mismatched = ~segments.same(segments.element(rows[at], 2), numbers)
    for kind, what in ((_SE, "segments"), (_GE, "transaction sets"), (_IEA, "groups")):
        opens, closes, here = ENVELOPE[_IEA - kind], ENVELOPE[kind], kinds[at] == kind
        wrong = rows[at[miscounted & here]]
        problems.add(chunk, wrong, f"{closes}01 is not the number of {what} from {opens} to {closes}")
        problems.add(chunk, rows[at[mismatched & here]], f"{closes}02 is not the control number of its {opens}")


def _inside(chunk: Chunk, rows: Ints, kinds: Ints, readable: Flags, problems: Problems) -> Flags:
    """Return which segments belong to a transaction set that is read; note those that belong to none at all."""
    count = len(chunk.segments)
    spread = np.diff(np.append(rows, count))
    inside = np.zeros(count, bool)
    anywhere = np.zeros(count, bool)
    if len(rows):
        inside[rows[0] :] = np.repeat(readable, spread)
        anywhere[rows[0] :] = np.repeat(kinds == _ST, spread)
    anywhere[rows] = True
    if not anywhere.all():
        outside = ~anywhere & ~chunk.segments.named(b"TA1")
        first = outside.copy()
        first[1:] &= ~outside[:-1]
        at = np.flatnonzero(first)
        cut = (at == chunk.known) & (at > 0) & (chunk.numbers(at) != chunk.numbers(at - 1) + 1)
        problems.add(chunk, at[~cut], "segments from here on are outside a transaction set and not read")
    inside[rows] = False
    return inside
