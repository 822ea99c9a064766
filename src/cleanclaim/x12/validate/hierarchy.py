"""Level 1 of hierarchies: HL numbers rise by one, name the level above, and say whether there is one below."""

from __future__ import annotations

import numpy as np

from cleanclaim.x12.fields import Fields
from cleanclaim.x12.segments import Flags, Ints, Spans
from cleanclaim.x12.validate.body import Body
from cleanclaim.x12.validate.places import places
from cleanclaim.x12.validate.problems import Problems


class Hierarchy:
    """Follows the HL segments of a file."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.last = (0, 0)  # transaction and the last HL number in it

    def check(self, body: Body) -> None:
        """Note HL segments whose numbers are wrong."""
        names = [number for number, row in enumerate(body.grammar.rows) if row.segment == "HL"]
        entries = np.flatnonzero(np.isin(body.row, names))
        if not names or not len(entries):
            return
        spans = body.segments.elements(body.at[entries], range(1, 5))
        own = _numbers(body, spans.at(0))
        fresh = body.fresh[entries]
        transaction = body.transaction[entries]
        self._check_rising(body, entries, own, fresh, transaction)
        place = np.full(len(body) + 1, -1)
        place[entries] = np.arange(len(entries))
        holder = place[body.holder[entries]]
        parent = _numbers(body, spans.at(1))
        above = np.where(holder >= 0, own[holder], 0)
        wrong = fresh & (spans.length[1] > 0) & (parent != above)
        self._note(body, entries[wrong], "HL02", "not the number of the level above")

    def _check_rising(self, body: Body, entries: Ints, own: Ints, fresh: Flags, transaction: Ints) -> None:
        before = np.append(0, own[:-1])
        first = np.append(True, transaction[1:] != transaction[:-1])
        before[first] = 0
        if fresh.any():
            k = int(np.flatnonzero(fresh)[0])
            if self.last[0] == transaction[k]:
                before[k] = self.last[1]
        wrong = fresh & (own != before + 1)
        self._note(body, entries[wrong], "HL01", "HL numbers rise by one from 1")
        self.last = (int(transaction[-1]), int(own[-1]))

    def _note(self, body: Body, entries: Ints, element: str, message: str) -> None:
        self.problems.add(1, len(entries), **places(body, entries), element=element, code="7", message=message)


def _numbers(body: Body, spans: Spans) -> Ints:
    """Return whole numbers, -1 where there is none."""
    number, good = Fields(body.segments.data).decimal(spans, 0)
    return np.where(good, number, -1)
