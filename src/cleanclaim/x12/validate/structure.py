"""Levels 1 and 2 of segments and loops: known, in order, not too often, and none missing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from cleanclaim.x12.segments import Flags, Ints
from cleanclaim.x12.validate.body import Body
from cleanclaim.x12.validate.grammar import UNLIMITED, grammar
from cleanclaim.x12.validate.places import places, segment_ids
from cleanclaim.x12.validate.problems import Problems

_SLOT_BITS = 8  # no loop has 256 slots


@dataclass(frozen=True)
class _Slots:
    """The slots of all loops as arrays; a loop's begin at ``base``."""

    base: Ints
    place: Ints
    most: Ints
    required: Flags
    wanted: Ints  # by loop: how many of its slots are required
    of_row: Ints


@cache
def _slots(kind: str) -> _Slots:
    own = grammar(kind)
    flat = [slot for slots in own.slots for slot in slots]
    counts = [len(slots) for slots in own.slots]
    return _Slots(
        np.concatenate([[0], np.cumsum(counts)[:-1]]),
        np.array([slot.place for slot in flat]),
        np.array([slot.most for slot in flat]),
        np.array([slot.required for slot in flat]),
        np.array([sum(slot.required for slot in slots) for slots in own.slots]),
        np.array([row.slot for row in own.rows]),
    )


@dataclass(frozen=True)
class Events:
    """What stands in which slot of which loop instance, in order of instances and then of the file."""

    entry: Ints
    key: Ints  # instance and slot
    place: Ints


def check_structure(body: Body, carried: dict[tuple[int, int], int], still_open: Ints, problems: Problems) -> Events:
    """Note what is wrong with the order, number and presence of segments and loops; return what stands where.

    ``carried`` counts, by instance and slot, what stood in loops still open before this stretch; ``still_open`` are
    the instances that go on after it.
    """
    _check_unknown(body, problems)
    events = _events(body)
    _check_order(body, events, problems)
    keys, first, count = _counted(events.key)
    if carried:
        count = count.copy()
        for (instance, slot), number in carried.items():
            place = int(np.searchsorted(keys, (instance << _SLOT_BITS) | slot))
            if place < len(keys) and keys[place] == (instance << _SLOT_BITS) | slot:
                count[place] += number
    _check_most(body, events, keys, first, count, problems)
    _check_required(body, keys, carried, still_open, problems)
    return events


def carried_counts(body: Body, events: Events, kept: dict[int, int]) -> dict[tuple[int, int], int]:
    """Return how often loops stood in instances that go on, by the entries these will have (``kept``)."""
    found: dict[tuple[int, int], int] = {}
    keys, _, count = _counted(events.key)
    for old, new in kept.items():
        low, high = np.searchsorted(keys, [old << _SLOT_BITS, (old + 1) << _SLOT_BITS])
        slots = body.grammar.slots[body.loop[old]]
        for key, number in zip(keys[low:high].tolist(), count[low:high].tolist(), strict=True):
            slot = key & ((1 << _SLOT_BITS) - 1)
            if slots[slot].loop in body.grammar.cuts:
                found[new, slot] = number
    return found


def _counted(key: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the distinct keys, where each begins, and how many there are of it."""
    if not len(key):
        return key, key, key
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    return key[first], first, np.diff(np.append(first, len(key)))


def _events(body: Body) -> Events:
    slots, own = _slots(body.grammar.kind), body.grammar
    rows = np.flatnonzero((body.row >= 0) & (body.instance >= 0))
    slot = slots.of_row[body.row[rows]]
    base = slots.base[body.loop[rows]]
    openers = np.flatnonzero(body.opens & (body.holder >= 0))
    outer = own.slot_in[body.loop[openers], body.loop[body.holder[openers]]].astype(np.int64)
    openers, outer = openers[outer >= 0], outer[outer >= 0]
    outer_base = slots.base[body.loop[body.holder[openers]]]
    entry = np.concatenate([rows, openers])
    key = np.concatenate(
        [
            (body.instance[rows] << _SLOT_BITS) | slot,
            (body.holder[openers] << _SLOT_BITS) | outer,
        ]
    )
    place = np.concatenate([slots.place[base + slot], slots.place[outer_base + outer]])
    order = np.argsort(key, kind="stable")
    return Events(entry[order], key[order], place[order])


def _check_unknown(body: Body, problems: Problems) -> None:
    """Note segments that the transaction, or the loops open where they stand, do not have."""
    own = body.grammar
    lost = (body.row < 0) | (body.instance < 0)
    orphan = body.opens & (body.holder < 0) & (body.loop != 0)
    entries = np.flatnonzero((lost | orphan) & body.fresh)
    if not len(entries):
        return
    entries = entries[~np.isin(body.at[entries], body.segments.misnamed())]  # noted as no segments at all
    strange = body.token[entries] == len(own.tokens)
    standing = entries[~strange]
    problems.add(
        1, len(standing), **places(body, standing), code="2", message="this segment is not expected in this place"
    )
    named = segment_ids(body, entries[strange])
    problems.add(
        1,
        int(strange.sum()),
        **places(body, entries[strange]),
        code=["6" if name.isalnum() and name.isupper() else "1" for name in named],
        message=f"the {own.kind} has no such segment",
    )


def _check_order(body: Body, events: Events, problems: Problems) -> None:
    """Note segments that stand after one they should precede."""
    by_entry = np.argsort((events.key >> _SLOT_BITS) * len(body) + events.entry, kind="stable")
    instance, place, entry = events.key[by_entry] >> _SLOT_BITS, events.place[by_entry], events.entry[by_entry]
    late = np.flatnonzero((instance[1:] == instance[:-1]) & (place[1:] < place[:-1])) + 1
    entries = np.unique(entry[late])
    entries = entries[body.fresh[entries]]
    problems.add(1, len(entries), **places(body, entries), code="7", message="this segment comes too late in its loop")


def _check_most(body: Body, events: Events, keys: Ints, first: Ints, count: Ints, problems: Problems) -> None:
    """Note the first segment or loop too many."""
    slots, own = _slots(body.grammar.kind), body.grammar
    slot = slots.base[body.loop[keys >> _SLOT_BITS]] + (keys & ((1 << _SLOT_BITS) - 1))
    most = slots.most[slot]
    here = np.diff(np.append(first, len(events.key)))
    nth = most - (count - here)  # of those in this stretch, the first too many; below 0 it was in an earlier one
    over = np.flatnonzero((count > most) & (most < UNLIMITED) & (nth >= 0))
    entries = events.entry[first[over] + nth[over]]
    over, entries = over[body.fresh[entries]], entries[body.fresh[entries]]
    for number in np.unique(slot[over]).tolist():
        loop = int(np.searchsorted(slots.base, number, side="right")) - 1
        what = own.slots[loop][number - int(slots.base[loop])]
        kind, code = (f"segment {what.name}", "5") if what.loop < 0 else (f"loop {what.name}", "4")
        message = f"more than {what.most} of {kind} in loop {own.names[loop]}"
        bad = entries[slot[over] == number]
        problems.add(2, len(bad), **places(body, bad), code=code, message=message)


def _check_required(
    body: Body, keys: Ints, carried: dict[tuple[int, int], int], still_open: Ints, problems: Problems
) -> None:
    """Note required segments and loops that are not there, at the segment that opens the loop they are missing in."""
    slots, own = _slots(body.grammar.kind), body.grammar
    instance = keys >> _SLOT_BITS
    slot = slots.base[body.loop[instance]] + (keys & ((1 << _SLOT_BITS) - 1))
    present = np.bincount(instance[slots.required[slot]], minlength=len(body))
    openers = np.flatnonzero(body.opens)
    short = openers[present[openers] < slots.wanted[body.loop[openers]]]
    short = short[~np.isin(short, still_open)]
    before = np.array([(holder << _SLOT_BITS) | slot for holder, slot in carried], np.int64)
    for loop in np.unique(body.loop[short]).tolist():
        entries = short[body.loop[short] == loop]
        for number, missing in enumerate(own.slots[loop]):
            if missing.required:
                wanted = (entries << _SLOT_BITS) | number
                place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
                _note_missing(body, entries[(keys[place] != wanted) & ~np.isin(wanted, before)], number, problems)


def _note_missing(body: Body, entries: Ints, number: int, problems: Problems) -> None:
    if not len(entries):
        return
    own, kind = body.grammar, int(body.loop[entries[0]])
    loop = own.names[kind]
    missing = own.slots[kind][number]
    where = places(body, entries)
    if missing.loop < 0:
        row = next(r for r in own.rows if r.loop == kind and r.slot == number)
        where["segment"] = missing.name
        which = f" ({' or '.join(row.qualifiers)})" if row.qualifiers else ""
        text = f"the required segment {missing.name}{which} is missing in loop {loop}"
    else:
        row = next(r for r in own.rows if r.loop == missing.loop)
        where["segment"], where["loop"] = row.segment, missing.name
        text = f"the required loop {missing.name} is missing in loop {loop}"
    problems.add(2, len(entries), **where, code="3" if missing.loop < 0 else "I7", message=text)
