"""Splits a clause of mixed status at its commas: "bridges 3 x 10, stairs refused, next visit bus step"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from cleanclaim.notes.pieces import Piece
from cleanclaim.notes.text import Page

_SEAM = re.compile(
    r",[ \t]+(?:but |then |and )?|[ \t]+but[ \t]+|[ \t]+and[ \t]+(?=(?:then )?(?:refused|declined"
    r"|deferred|will|held)\b)",
    re.IGNORECASE,
)
_TURNS = frozenset({"refused", "unable", "planned", "issued", "referral"})
_MEASURED = re.compile(r"\d|deferred|antalgic|limited|impaired|\bgait\b|negative|positive|poor|fair", re.IGNORECASE)
_MOST = 24


def by_cue(page: Page, piece: Piece) -> Iterator[Piece]:
    """Yield ``piece`` whole, or cut where one part of it was refused or planned and another was not.

    A cue that begins a part governs what follows it; a cue within a part governs that part alone. Findings in a row
    ("extensor force 31 kg, hop test deferred") are cut at each comma.
    """
    seams = list(_SEAM.finditer(page.note, piece.start, piece.end))
    if not seams or len(seams) > _MOST:
        yield piece
        return
    edges = [piece.start, *(each.end() for each in seams), piece.last]
    ends = [*(each.start() for each in seams), piece.last]
    turned = [_turn(page, start, end) for start, end in zip(edges, ends, strict=False)]
    measured = [_finding(page, start, end) for start, end in zip(edges, ends, strict=False)]
    if (not piece.timed or piece.section == "findings") and sum(measured) > 1 and not any(turned):
        cuts = [number for number in range(len(ends)) if measured[number]]
    else:
        cuts = _cuts(turned)
    if len(cuts) < 2:
        yield piece
        return
    cuts[0] = 0
    for place, number in enumerate(cuts):
        until = cuts[place + 1] - 1 if place + 1 < len(cuts) else len(ends) - 1
        start, end = edges[number], ends[until]
        final = until == len(ends) - 1
        yield replace(
            piece,
            start=start,
            end=min(end, piece.end) if final else end,
            first=piece.first if number == 0 else start,
            last=piece.last if final else end,
            timed=piece.timed and _holds_time(page, piece, start, end, final=final),
            opens=piece.opens and number == 0,
        )


def _holds_time(page: Page, piece: Piece, start: int, end: int, *, final: bool) -> bool:
    lengths = page.lengths_in(piece.first, piece.last)
    if lengths:
        return any(start <= each.start < end or piece.first <= each.start < start == piece.start for each in lengths)
    return final


def _turn(page: Page, start: int, end: int) -> int:
    """0 no turn; 1 a cue within the part; 2 a cue that begins it and governs what follows."""
    cue = next((hit for hit in page.hits("status", start, end) if hit.kind in _TURNS), None)
    if cue is None or not page.hits("activities", start, end):
        return 0
    return 2 if cue.start - start <= 4 else 1


def _finding(page: Page, start: int, end: int) -> bool:
    return any(hit.kind == "measure" for hit in page.hits("activities", start, end)) and (
        _MEASURED.search(page.note, start, end) is not None
    )


def _cuts(turned: list[int]) -> list[int]:
    """The parts at which a new piece begins."""
    if not any(turned):
        return []
    cuts, governed = [0], turned[0]
    for number in range(1, len(turned)):
        before = turned[number - 1]
        if turned[number] or (before == 1 and governed == 1):
            cuts.append(number)
            governed = turned[number]
        elif before:
            governed = before
    return cuts
