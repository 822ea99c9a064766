"""Interchanges, groups and transaction sets: their order, their counts, and by which guide each is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from cleanclaim.x12.chunk import Chunk, Problems
from cleanclaim.x12.guides import Guide, short_name
from cleanclaim.x12.segments import Flags, Ints, Spans, short_words, word_of

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


@dataclass(frozen=True)
class Envelope:
    """The envelope segments of a stretch and what lies between them.

    ``rows`` and ``kinds`` have an entry an envelope segment; ``guide`` says by which guide the transaction set that it
    begins is read (-1: none), ``set_kind`` and ``version`` what the set says it is; the ordinals count from 1 within
    the file. ``reader`` has an entry a segment: the guide by which it is read, -1 for segments of the envelope too.
    """

    rows: Ints
    kinds: Ints
    guide: Ints
    set_kind: Spans
    version: Spans
    interchange: Ints
    transaction: Ints
    reader: npt.NDArray[np.int8]
    counts: dict[str, int | str]

    def read_by(self, guide: int) -> Flags:
        """Return which segments are read by this guide."""
        chosen: Flags = self.reader == guide
        return chosen

    def of(self, rows: Ints) -> Ints:
        """Return the entry of the last envelope segment up to each of ``rows``, which are within one."""
        return np.searchsorted(self.rows, rows, side="right") - 1

    @property
    def sets(self) -> Ints:
        """The entries that begin a transaction set."""
        return np.flatnonzero(self.kinds == _ST)

    def context(self) -> Ints:
        """Return the rows of the segments that are still open at the end, and of the last one to close."""
        opened = [self.rows[self.kinds == kind][-1:] for kind in (_ISA, _GS, _ST)]
        return np.unique(np.concatenate([*opened, self.rows[-1:]]))


def read_envelope(chunk: Chunk, guides: Sequence[Guide], problems: Problems) -> Envelope:
    """Return the envelope of a stretch, of which ``guides`` are read; what is wrong with it goes to ``problems``."""
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

    group_of = np.where(group_at > interchange_at, group_at, -1)
    set_kind, version, guide = _versions(chunk, rows, kinds, group_of, guides, problems)
    _check_order(chunk, rows, kinds, problems)
    numbers = chunk.numbers(rows)
    before = np.maximum(at - 1, 0)
    opener = np.select([kinds == _SE, kinds == _GE], [before, group_at], interchange_at)
    segments_since = numbers - numbers[before] + 1
    sets_since = transaction - transactions_before[group_at]
    groups_since = groups - groups_before[interchange_at]
    counted = np.select([kinds == _SE, kinds == _GE], [segments_since, sets_since], groups_since)
    _check_closing(chunk, rows, kinds, opener, counted, problems)
    reader = _readers(chunk, rows, kinds, guide, problems)
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
    return Envelope(rows, kinds, guide, set_kind, version, interchange, transaction, reader, counts)


def _find(chunk: Chunk) -> tuple[Ints, Ints]:
    segments = chunk.segments
    found = [segments.rows(name.encode()) for name in ENVELOPE]
    rows = np.concatenate(found)
    kinds = np.repeat(np.arange(len(found)), [len(part) for part in found])
    order = np.argsort(rows)
    return rows[order], kinds[order]


def _versions(
    chunk: Chunk, rows: Ints, kinds: Ints, group_at: Ints, guides: Sequence[Guide], problems: Problems
) -> tuple[Spans, Spans, Ints]:
    """Return kind (ST01) and version (ST03, else GS08) of each transaction set, and by which guide it is read."""
    segments = chunk.segments
    starts = kinds == _ST
    kind = segments.element(rows, 1).where(starts)
    own, group = segments.element(rows, 3), segments.element(np.where(group_at >= 0, rows[group_at], -1), 8)
    stated = own.length > 0
    version = Spans(np.where(stated, own.start, group.start), np.where(stated, own.length, group.length)).where(starts)
    guide = np.full(len(rows), -1)
    kind_word = short_words(segments.data, kind)
    for number, one in enumerate(guides):
        fits = kind_word == word_of(one.kind.encode())
        if one.versions and fits.any():
            fits &= np.logical_or.reduce([segments.equal(version, name.encode()) for name in one.versions])
        guide[fits] = number
    unread = np.flatnonzero(starts & (guide < 0))
    if len(unread) and guides:
        names = chunk.fields.texts(("kind", kind.at(unread)), ("version", version.at(unread)))
        for (a, b), part in pl.DataFrame({"at": unread, **names}).group_by(["kind", "version"]):
            problems.add(chunk, rows[np.sort(part["at"].to_numpy())], _not_read(a, b, guides))
    return kind, version, guide


def _not_read(kind: object, version: object, guides: Sequence[Guide]) -> str:
    guide = short_name(str(kind), str(version)) if kind else ""
    named = " ".join(str(word)[:20] for word in (guide, version) if word) or "without a name"
    return f"the transaction set ({named}) is not read: only {', '.join(map(str, guides))} are"


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


def _readers(chunk: Chunk, rows: Ints, kinds: Ints, guide: Ints, problems: Problems) -> npt.NDArray[np.int8]:
    """Return by which guide each segment is read; note the segments that belong to no transaction set at all."""
    count = len(chunk.segments)
    spread = np.diff(np.append(rows, count))
    reader = np.full(count, -1, np.int8)
    anywhere = np.zeros(count, bool)
    if len(rows):
        reader[rows[0] :] = np.repeat(guide.astype(np.int8), spread)
        anywhere[rows[0] :] = np.repeat(kinds == _ST, spread)
    anywhere[rows] = True
    if not anywhere.all():
        outside = ~anywhere & ~chunk.segments.named(b"TA1")
        first = outside.copy()
        first[1:] &= ~outside[:-1]
        at = np.flatnonzero(first)
        cut = (at == chunk.known) & (at > 0) & (chunk.numbers(at) != chunk.numbers(at - 1) + 1)
        problems.add(chunk, at[~cut], "segments from here on are outside a transaction set and not read")
    reader[rows] = -1
    return reader
