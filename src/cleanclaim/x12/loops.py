"""Loops: which segment belongs to which provider, subscriber, patient, claim, service or line.

A loop begins at its *anchor*, and every other segment belongs to the last anchor before it. In an 837 the anchors are
the envelope segments, HL, CLM, the SBR of another payer after CLM, LX, and a service segment (SV1, SV2) that has no LX
of its own. So a provider before the first LX is the claim's, one after it is the line's, and one after another payer's
SBR is neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from cleanclaim.x12.chunk import Chunk
from cleanclaim.x12.envelope import Envelope
from cleanclaim.x12.segments import Flags, Ints, short_words, word_of

_LEVELS = (b"20", b"22", b"23")


class Anchors:
    """The anchors of a stretch, ``anchors`` (rows of segments), and by ``owner`` the anchor of each segment.

    All that ends in ``_at`` are places among the anchors; -1 means absent.
    """

    anchors: Ints
    owner: Ints

    def __init__(self, chunk: Chunk, envelope: Envelope, inside: Flags, names: Sequence[bytes]) -> None:
        self._segments = chunk.segments
        self._inside = inside
        self._whole = np.count_nonzero(inside) + len(envelope.rows) == len(inside)  # all are read, and no name is both
        self._flags: dict[bytes, Flags] = {}
        mark = np.zeros(len(inside), bool)
        mark[envelope.rows] = True
        for name in names:
            mark[self.rows(name)] = True
        self.number(mark)

    def flags(self, name: bytes) -> Flags:
        """Return which segments have this id, of those that are read."""
        if name not in self._flags:
            found = np.zeros(len(self._inside), bool)
            found[self.rows(name)] = True
            self._flags[name] = found
        return self._flags[name]

    def rows(self, name: bytes) -> Ints:
        """Return the rows of the segments with this id."""
        rows = self._segments.rows(name)
        return rows if self._whole else rows[self._inside[rows]]

    def first(self, rows: Ints) -> Ints:
        """Return, for each anchor, the first of ``rows`` in its loop; the entry past the end is -1 as well."""
        found = np.full(len(self.anchors) + 1, -1)
        found[self.owner[rows[::-1]]] = rows[::-1]
        return found

    def firsts(self, names: Iterable[str]) -> Firsts:
        """Return ``first`` of each of some segments, named by their id or by id and qualifier, such as ``REF*F8``."""
        found: dict[str, Ints] = {}
        qualified: dict[str, list[str]] = {}
        for name in dict.fromkeys(names):
            segment, star, _ = name.partition("*")
            if star:
                qualified.setdefault(segment, []).append(name)
            else:
                found[name] = self.rows(name.encode())
        for segment, wanted in qualified.items():
            prefix = f"{segment}*"
            qualifiers = [f"{name.removeprefix(prefix)}*".encode() for name in wanted]
            parts = self._segments.split(self.rows(segment.encode()), prefix.encode(), *qualifiers)
            found |= zip(wanted, parts, strict=True)
        return Firsts(self, found)

    def last(self, name: bytes, *outer: bytes) -> Ints:
        """Return, for each anchor, the last one of this id up to and with it; -1 where an outer one stands between."""
        named = self.flags(name)[self.anchors]
        ends = ~self._inside[self.anchors]  # the envelope
        for one in outer:
            ends |= self.flags(one)[self.anchors]
        found = last_of(named)
        return np.where(found < last_of(ends), -1, found)

    def number(self, mark: Flags) -> None:
        """Take the marked segments as the anchors."""
        self.anchors = np.flatnonzero(mark)
        self.owner = np.cumsum(mark) - 1


class Firsts:
    """By the name of a segment, for each anchor the first one in its loop, -1 where there is none."""

    def __init__(self, anchors: Anchors, rows: dict[str, Ints]) -> None:
        self._anchors = anchors
        self._rows = rows
        self._found: dict[str, Ints] = {}

    def __getitem__(self, name: str) -> Ints:
        if name not in self._found:
            self._found[name] = self._anchors.first(self._rows[name])
        return self._found[name]

    def at(self, name: str, places: Ints) -> Ints:
        """Return those of the anchors at ``places``."""
        rows = self._rows[name]
        if not len(rows):
            return np.full(len(places), -1)
        if len(rows) == len(places) and (self._anchors.owner.take(rows) == places).all():
            return rows  # one in every loop, as is usual
        return self[name].take(places)


class Loops(Anchors):
    """The anchors of an 837, and for each claim and line the anchors that are open there.

    ``service`` is the id of the segment that makes a line: SV1 or SV2.
    """

    def __init__(self, chunk: Chunk, envelope: Envelope, inside: Flags, service: bytes) -> None:
        super().__init__(chunk, envelope, inside, (b"CLM", b"HL", b"LX"))
        self.services = self.rows(service)
        claim, level, line = (self.flags(name) for name in (b"CLM", b"HL", b"LX"))
        top = claim | level
        top[envelope.rows] = True
        mark = top | line
        alone = self._without_lx(line)
        payers = self.rows(b"SBR")
        other_payers = payers[claim[self.anchors[self.owner[payers]]]]
        if len(alone) or len(other_payers):
            mark[alone] = mark[other_payers] = True
            self.number(mark)
        self.line_at = self.owner[self.services]
        self.has_lx = line[self.anchors]
        self._open_loops(envelope, top, level, claim)

    def _without_lx(self, line: Flags) -> Ints:
        """Return the services that follow no LX: directly after CLM, or a second one after the same LX."""
        owner = self.owner[self.services]
        second = np.zeros(len(owner), bool)
        second[1:] = owner[1:] == owner[:-1]
        alone = second | ~line[self.anchors[owner]]
        return self.services[np.flatnonzero(alone)]

    def _open_loops(self, envelope: Envelope, top: Flags, level: Flags, claim: Flags) -> None:
        """Find the loops that each claim is in, those open at the end, and the claim of each line."""
        tops = np.flatnonzero(top[self.anchors])
        rows = self.anchors[tops]
        is_claim, is_level = claim[rows], level[rows]
        outer = ~(is_claim | is_level)
        code = self._level_codes(rows, is_level)
        transaction = last_of(outer)
        billing, subscriber, patient = (last_of(code == k) for k in range(3))
        billing[billing < transaction] = -1
        subscriber[subscriber < np.maximum(transaction, billing)] = -1
        patient[(patient < subscriber) | (subscriber < 0)] = -1

        chosen = np.concatenate([np.flatnonzero(is_claim), np.arange(len(tops))[-1:]])
        places = np.append(tops, -1)
        opened = [places[at[chosen]] for at in (transaction, billing, subscriber, patient)]
        self.ends_at = [int(at[-1]) if len(at) else -1 for at in opened]
        count = int(is_claim.sum())
        self.claim_at = places[chosen[:count]]
        self.billing_at, self.subscriber_at, self.patient_at = (at[:count] for at in opened[1:])
        self.envelope_at = tops[outer]
        self.envelope_of = (np.cumsum(outer) - 1)[chosen[:count]]
        top_of = np.cumsum(top[self.anchors])[self.line_at] - 1
        claim_of = np.where(is_claim, np.cumsum(is_claim) - 1, -1)
        self.claim_of_line = claim_of[top_of]

    def _level_codes(self, rows: Ints, is_level: Flags) -> Ints:
        """Return 0, 1 or 2 for the HL of a billing provider, subscriber or patient; -1 for any other row."""
        at = np.flatnonzero(is_level)
        level = short_words(self._segments.data, self._segments.element(rows[at], 3))
        code = np.full(len(rows), -1)
        for k, name in enumerate(_LEVELS):
            code[at[level == word_of(name)]] = k
        return code


def last_of(here: Flags) -> Ints:
    """Return for each place the last place, up to and with it, where ``here`` is true; -1 before the first."""
    return np.maximum.accumulate(np.where(here, np.arange(len(here)), -1))
