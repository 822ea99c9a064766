"""A file of 837 claims, written again with some lines changed: every other byte stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from cleanclaim.fixes.rewrite import LineEdit, Refusal
from cleanclaim.x12.write import Edits, Loop, rewrite, service_loops

_CANNOT_BE_TOLD = "the line cannot be told apart in the file"
_NO_LOOP = "the lines do not have an LX segment each, so that neither can be left out"
_NOT_ADDED_UP = "a line has {} of its own, which merging would not add up"
_WOULD_LOSE = "the lines differ in {}, and merging them would lose that"


@dataclass(frozen=True)
class _Places:
    """Where a service segment holds the procedure, the charge, the units, and amounts that are not added up."""

    procedure: int
    charge: int
    units: int
    amounts: tuple[int, ...] = ()

    @property
    def added(self) -> tuple[int, ...]:
        return (self.charge, self.units)


_PLACES = {"SV1": _Places(1, 2, 4), "SV2": _Places(2, 3, 5, amounts=(7,))}
_CODE, _FIRST_MODIFIER, _MODIFIERS = 2, 3, 4
_MERGED = ("LX", "DTP", "REF", "NM1", "N3", "N4", "PER", "PRV", "NTE", "K3", "PWK", "CRC")
"""Segments of a line that say the same of the merged line; others hold amounts, quantities or another payer's word."""


class ClaimsFile:
    """A file of 837 claims that can be written again (see :class:`cleanclaim.fixes.rewrite.Rewriter`)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def refusals(self, edits: Sequence[LineEdit]) -> list[Refusal]:
        """Return the lines that cannot be changed as wanted, and why."""
        loops = self._loops(edits)
        return [Refusal(edit.row, because) for edit in edits if (because := _because(edit, loops)) is not None]

    def parts(self, edits: Sequence[LineEdit]) -> Iterator[bytes]:
        """Yield the file with ``edits`` made; where a line goes, LX01 and SE01 are told anew."""
        loops, made = self._loops(edits), Edits()
        for edit in edits:
            loop = loops[edit.source_line]
            if edit.into is None:
                _put(made, edit, loop)
            elif loop.begins is not None:
                made.drop(loop.begins, loop.begins + len(loop.segments) - 1)
        yield from rewrite(self._path, made, recount=True)

    def _loops(self, edits: Sequence[LineEdit]) -> dict[int, Loop]:
        return service_loops(self._path, (one.source_line for edit in edits for one in (edit, edit.into) if one))


def _because(edit: LineEdit, loops: dict[int, Loop]) -> str | None:
    loop = loops.get(edit.source_line)
    places = None if loop is None else _PLACES.get(loop.own[0])
    if loop is None or places is None:
        return _CANNOT_BE_TOLD
    if [one.upper() for one in loop.components(places.procedure)[1:_CODE]] != [edit.code]:
        return _CANNOT_BE_TOLD
    return None if edit.into is None else _lost(loop, loops[edit.into.source_line], places)


def _lost(loop: Loop, other: Loop, places: _Places) -> str | None:
    """Return why two lines cannot become one."""
    if loop.begins is None or other.begins is None:
        return _NO_LOOP
    for segment in (*loop.segments, *other.segments):
        if segment[0] not in _MERGED and segment[0] != loop.own[0]:
            return _NOT_ADDED_UP.format(segment[0])
    if any(one.element(place) for one in (loop, other) for place in places.amounts):
        return _NOT_ADDED_UP.format("a non-covered charge")
    for mine, its in zip_longest(_said(loop, places), _said(other, places)):
        if mine != its:
            return _WOULD_LOSE.format((mine or its)[0])
    return None


def _said(loop: Loop, places: _Places) -> list[list[str]]:
    """Return what a line says beside its numbers, what is added up, and code and modifiers, which fixes have made one.

    Lines are merged only where those are the same after all other fixes.
    """
    said = []
    for segment in loop.segments:
        if segment[0] == loop.own[0]:
            procedure = loop.components(places.procedure)
            kept = [one for place, one in enumerate(segment) if place not in (*places.added, places.procedure)]
            said.append([*kept, procedure[0], *procedure[_FIRST_MODIFIER + _MODIFIERS - 1 :]])
        elif segment[0] != "LX" and segment[:2] != ("REF", "6R"):
            said.append(list(segment))
    return said


def _put(made: Edits, edit: LineEdit, loop: Loop) -> None:
    places, number = _PLACES[loop.own[0]], edit.source_line
    for name, new in edit.changes.items():
        if name == "code":
            made.put(number, places.procedure, new, _CODE)
        elif name == "modifiers":
            written = new.split(" ")
            for n in range(_MODIFIERS):
                made.put(number, places.procedure, written[n] if n < len(written) else "", _FIRST_MODIFIER + n)
        elif name == "units":
            made.put(number, places.units, new)
        elif name == "charge":
            made.put(number, places.charge, _amount_like(loop.element(places.charge), new))


def _amount_like(old: str, new: str) -> str:
    """Return an amount without zeros at its end, unless the old one has such.

    >>> _amount_like("60", "120.00"), _amount_like("60.25", "120.50"), _amount_like("60.00", "120.00")
    ('120', '120.5', '120.00')
    """
    return new if "." in old and old.endswith("0") else new.rstrip("0").rstrip(".")
