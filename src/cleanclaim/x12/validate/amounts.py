"""Amounts and counts of segments, as whole numbers."""

from __future__ import annotations

import numpy as np

from cleanclaim.x12.fields import Fields
from cleanclaim.x12.segments import Flags, Ints, Spans
from cleanclaim.x12.validate.body import Body

_CAS_AMOUNTS = range(3, 19, 3)


def cents(body: Body, spans: Spans) -> tuple[Ints, Flags]:
    """Return amounts in cents, and where they can be read; an absent one is 0."""
    fields = Fields(body.segments.data)
    amount, good = fields.decimal(spans, 2)
    absent = spans.length == 0
    return np.where(good & ~absent, amount, 0), good | absent


def element_cents(body: Body, entries: Ints, place: int) -> tuple[Ints, Flags]:
    """Return an amount element of some segments in cents, and where it can be read."""
    return cents(body, body.segments.element(body.at[entries], place))


def adjustment_cents(body: Body, entries: Ints) -> tuple[Ints, Flags]:
    """Return the sum of the amounts of each CAS segment, and where all can be read."""
    total, good = np.zeros(len(entries), np.int64), np.ones(len(entries), bool)
    if not len(entries):
        return total, good
    have = body.segments.last[body.at[entries]] - body.segments.first[body.at[entries]]
    for place in _CAS_AMOUNTS:
        rows = np.flatnonzero(have >= place)
        if not len(rows):
            break
        amount, readable = element_cents(body, entries[rows], place)
        total[rows] += amount
        good[rows] &= readable
    return total, good


def summed(owner: Ints, values: Ints, good: Flags, size: int) -> tuple[Ints, Flags, Ints]:
    """Return the sum of the values of each owner (0 to ``size``), whether all were readable, and how many there are."""
    held = owner >= 0
    owner, values, good = owner[held], values[held], good[held]
    total = np.zeros(size, np.int64)
    np.add.at(total, owner, values)
    bad = np.bincount(owner[~good], minlength=size) > 0
    return total, ~bad, np.bincount(owner, minlength=size)


def text_of(amount: int) -> str:
    """Return cents as an amount.

    >>> text_of(-1250), text_of(5)
    ('-12.50', '0.05')
    """
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02}"
