"""Notes beside the visits of a partition: which note belongs to which lines, and the visits that have none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from cleanclaim.claims.schema import SERVICES
from cleanclaim.engine.note_bill import Bill
from cleanclaim.engine.noted import Held, Noted, hold
from cleanclaim.notes.facts import NoteFacts

FIRST_ROW = 1 << 49
"""Notes of no visit are numbered from here on, beside the rows of SERVICES and the plans of care."""
NAME = pl.coalesce("visit_id", "claim_id").str.strip_chars()
"""What a note is named after: the visit, else the claim."""
_MODIFIERS = [f"modifier_{place}" for place in range(1, 5)]
_OF_LINE = (
    *("row", "visit_key", "claim_key", "pack", "dos", "sequence", "code", "units", "modifier_count", *_MODIFIERS),
    *("unit_method", "assistant_modifier_required", "assistant_midpoint_test", "assistant_de_minimis_share"),
    *("allowed_cents", "charge_cents", "price_basis"),
)


@dataclass(frozen=True)
class Notes:
    """Notes that are read, by the name of their visit; ``strays`` are those of no visit, by file.

    ``files`` counts into the run's list of files, by name of the note. ``unread`` are names of notes that are there and
    could not be read: their visits are not said to lack one.
    """

    by_visit: Mapping[str, NoteFacts] = field(default_factory=dict)
    strays: Mapping[str, NoteFacts] = field(default_factory=dict)
    files: Mapping[str, int] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()


def build(given: pl.DataFrame, lines: pl.DataFrame, notes: Notes) -> Noted:
    """Return the grain NOTE of a partition of whole patients: their notes, and their billed visits without one.

    ``given`` are all services, ``lines`` the billed ones (LINE). A visit without a number, and without a claim's, can
    have no note and is left out.
    """
    held = list(_billed(lines, notes))
    seen = {each.place["name"] for each in held}
    held += _unbilled(given, notes, seen)
    held += [
        Held(facts, None, {"row": FIRST_ROW + notes.files[name], "bill_given": False})
        for name, facts in notes.strays.items()
    ]
    return hold(held)


def with_strays(anchors: pl.DataFrame | None, notes: Notes) -> pl.DataFrame | None:
    """Return ``anchors``, rows of SERVICES, with a row for each note of no visit, on which its findings stand."""
    if not notes.strays:
        return anchors
    rows = [
        {"row": FIRST_ROW + notes.files[name], "file_id": notes.files[name], "source_line": 1, "visit_id": name}
        for name in notes.strays
    ]
    strays = SERVICES.conform(pl.DataFrame(rows))
    return strays if anchors is None else anchors.vstack(strays)


def _billed(lines: pl.DataFrame, notes: Notes) -> Iterator[Held]:
    columns = [name for name in _OF_LINE if name in lines.columns]
    named = lines.select(*columns, _name=NAME).filter(pl.col("_name").is_not_null()).sort("row")
    for (name,), rows in named.group_by("_name", maintain_order=True):
        if name in notes.unread:
            continue
        dicts = rows.to_dicts()
        first = min(row["sequence"] or "P" for row in dicts)
        dicts = [row for row in dicts if (row["sequence"] or "P") == first]
        place = {key: dicts[0].get(key) for key in ("row", "visit_key", "claim_key", "pack", "dos", "price_basis")}
        yield Held(notes.by_visit.get(str(name)), _bill(dicts), {**place, "name": name})


def _unbilled(given: pl.DataFrame, notes: Notes, billed: set[str]) -> list[Held]:
    """Notes of visits of which nothing is billed."""
    left = [name for name in notes.by_visit if name not in billed]
    if not left:
        return []
    named = given.select("row", "pack", "dos", _name=NAME).filter(pl.col("_name").is_in(left))
    firsts = named.sort("row").unique("_name", keep="first", maintain_order=True)
    return [
        Held(notes.by_visit[name], None, {"row": row, "pack": pack, "dos": dos, "bill_given": False})
        for row, pack, dos, name in firsts.iter_rows()
    ]


def _bill(lines: list[dict[str, Any]]) -> Bill:
    first = lines[0]
    units: dict[str, float | None] = {}
    marks: dict[str, tuple[str, ...]] = {}
    money: dict[str, dict[str, int | None]] = {"allowed_cents": {}, "charge_cents": {}}
    for line in lines:
        code = line["code"]
        if code is None:
            continue
        units[code] = _sum(units.get(code, 0), line["units"])
        own = tuple(mark for name in _MODIFIERS if (mark := line[name]) is not None)
        marks[code] = (*marks.get(code, ()), *own)
        for name, by_code in money.items():
            by_code[code] = _sum(by_code.get(code, 0), line.get(name))
    carried = any(line["modifier_count"] is not None for line in lines)
    return Bill(
        units=units,
        modifiers=marks if carried else None,
        method=first.get("unit_method"),
        assistant_required=first.get("assistant_modifier_required"),
        midpoint=first.get("assistant_midpoint_test"),
        share=first.get("assistant_de_minimis_share"),
        **money,
    )


def _sum(before: Any, value: Any) -> Any:
    return None if before is None or value is None else before + value
