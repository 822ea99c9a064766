"""Treatment notes beside the visits: the grain NOTE, each note held against the lines billed for its visit.

Where no notes are given there is nothing to build, and a check costs no more for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from cleanclaim.claims.notes import FAULTS, NOTE
from cleanclaim.engine.note_bill import Bill, Fault, Faults
from cleanclaim.engine.note_elements import element_faults
from cleanclaim.engine.note_lines import line_faults
from cleanclaim.engine.note_minutes import Minutes, minute_faults, minutes_given
from cleanclaim.engine.note_services import Matched, matched, service_faults
from cleanclaim.engine.note_units import Units, units_of
from cleanclaim.notes.facts import NoteFacts, Quote

KIND_OF_UNITS = ("units_exceed_note_minutes", "units_below_note_minutes")
"""The kinds whose fault is a number; the others' is a text column of NOTE."""


@dataclass(frozen=True)
class Held:
    """A note and what it is held against; ``place`` has the other columns of its row of NOTE."""

    facts: NoteFacts | None
    bill: Bill | None
    place: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Noted:
    """Rows of NOTE in the order of the notes; ``quotes`` are the words that a fault points at, by row and kind."""

    grain: pl.DataFrame
    quotes: Mapping[tuple[int, str], Quote]


def hold(notes: Sequence[Held]) -> Noted:
    """Return each note held against its bill.

    ``place`` of each gives ``row``, which is unique. Where treatment was not given, the only fault may be that a billed
    code is not documented; a group billed as individual treatment has no trouble of units beside.
    """
    read = [_read(each) for each in notes]
    units = units_of([(found, minutes) for found, minutes in read])
    rows: list[dict[str, Any]] = []
    quotes: dict[tuple[int, str], Quote] = {}
    for number, (each, (found, minutes)) in enumerate(zip(notes, read, strict=True)):
        row, faults = _row(each, found, minutes, units, number)
        rows.append(row)
        at = {kind: fault.quote for kind, fault in faults.items() if fault is not None and fault.quote is not None}
        if minutes.quote is not None:
            at |= dict.fromkeys(KIND_OF_UNITS, minutes.quote)
        quotes |= {(row["row"], kind): quote for kind, quote in at.items()}
    return Noted(pl.DataFrame(rows, schema=NOTE.schema), quotes)


_TYPES = dict(NOTE.schema)


def _read(each: Held) -> tuple[Matched, Minutes]:
    facts = each.facts or NoteFacts("")
    found = matched(facts, each.bill)
    return found, minutes_given(facts, found)


def _row(
    each: Held, found: Matched, minutes: Minutes, units: Units, number: int
) -> tuple[dict[str, Any], dict[str, Fault | None]]:
    bill = each.bill
    row: dict[str, Any] = {
        **{name: value for name, value in each.place.items() if name in _TYPES},
        "note_given": each.facts is not None,
        "bill_given": each.place.get("bill_given", None if bill is None else bool(bill.units)),
        "bill_text": None if bill is None else bill.text,
    }
    if each.facts is None:
        return row, {}
    row |= _at_stake(found)
    faults = _faults(each.facts, found, minutes, units.assistants.get(number, frozenset()))
    row |= {kind: "" if kind not in faults else _text(faults[kind], each.facts.text) for kind in FAULTS}
    return row | {
        "treated": bool(found.services),
        "grouped": None if bill is None else bool(found.grouped),
        "timed_minutes": minutes.timed,
        "minutes_text": None if minutes.text is None else _text(Fault(minutes.text, minutes.quote), each.facts.text),
        "units_given": units.given.get(number),
        "units_billed": None if bill is None else bill.timed_units,
    }, faults


def _at_stake(found: Matched) -> dict[str, int | None]:
    """The money of the lines that the note does not show, or shows as another service."""
    bill = found.bill
    if bill is None:
        return {}
    missing = [code.code for code in found.undocumented] if found.services else list(bill.units)
    return {
        "allowed_cents": _sum(bill.allowed_cents, missing),
        "charge_cents": _sum(bill.charge_cents, missing),
        "unsupported_allowed_cents": _sum(bill.allowed_cents, found.wrong),
        "unsupported_charge_cents": _sum(bill.charge_cents, found.wrong),
    }


def _sum(cents: Mapping[str, int | None], codes: Iterable[str]) -> int | None:
    known = [cents.get(code) for code in codes]
    return None if None in known else sum(value or 0 for value in known)


def _faults(facts: NoteFacts, found: Matched, minutes: Minutes, shared: frozenset[str]) -> Faults:
    faults = service_faults(facts, found)
    if found.services:
        faults |= minute_faults(facts, found, minutes)
        faults |= element_faults(facts, found) | line_faults(facts, found, shared)
    return faults


def _text(fault: Fault | None, note: str) -> str | None:
    if fault is None:
        return None
    if fault.quote is None:
        return fault.text
    return f"{fault.text} (line {note.count(_LINE_END, 0, fault.quote.start) + 1})"


_LINE_END = "\n"
