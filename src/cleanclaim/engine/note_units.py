"""Units that the minutes of notes give, by each payer's own way of counting, and the part of them that assistants gave.

Medicare's total is a sum that needs no table; for everything else the services of many notes are counted together by
:func:`cleanclaim.engine.allocate.allocate`, which alone knows how.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from cleanclaim.codes import hcpcs
from cleanclaim.engine.allocate import ASSISTANTS, allocate
from cleanclaim.engine.methods import QUARTER, SHORT
from cleanclaim.engine.note_bill import Bill
from cleanclaim.engine.note_minutes import Minutes
from cleanclaim.engine.note_services import Matched

TOTAL = "cms"
_UNCOUNTED = ("per_visit", None)
_FACTS = ("family", "is_addon", "unit_kind", "minutes_per_unit", "timed", "untimed", "pooled", "is_evaluation")


@dataclass(frozen=True)
class Units:
    """``given``: units by note; ``assistants``: codes of which a counted part was an assistant's, by note."""

    given: Mapping[int, int | None] = field(default_factory=dict)
    assistants: Mapping[int, frozenset[str]] = field(default_factory=dict)


def units_of(notes: Sequence[tuple[Matched, Minutes]]) -> Units:
    """Return the timed units that each note gives, by its place in ``notes``, and the codes that assistants share in.

    Of a payer that counts code by code every row needs its minutes; null where one has none. The share of an assistant
    is told only where all minutes of the code are known.
    """
    given: dict[int, int | None] = {}
    rows: list[dict[str, object]] = []
    for number, (found, minutes) in enumerate(notes):
        method = None if found.bill is None else found.bill.method
        if method == TOTAL:
            given[number] = None if minutes.timed is None else (minutes.timed + SHORT) // QUARTER
        if found.bill is not None and (_shared(found) or method not in (TOTAL, *_UNCOUNTED)):
            rows += _rows(number, found, found.bill)
    if not rows:
        return Units(given)
    services = pl.DataFrame(rows, schema=_SCHEMA).join(_facts(), on="code", how="left", maintain_order="left")
    counted = allocate(services)
    for number, units in counted.pools.select("visit_key", "units_allowed").iter_rows():
        given.setdefault(number, units if notes[number][1].rows is not None else None)
    marked = counted.codes.filter(pl.col("assistant_units_expected") > 0)
    assistants: dict[int, set[str]] = {}
    for number, code in marked.select("visit_key", "code").iter_rows():
        assistants.setdefault(number, set()).add(code)
    return Units(given, {number: frozenset(codes) for number, codes in assistants.items()})


def _shared(found: Matched) -> bool:
    return any(service.by in ASSISTANTS for service in found.services)


def _rows(number: int, found: Matched, bill: Bill) -> list[dict[str, object]]:
    """The services of a note under the codes that they are billed with, else under their own best code."""
    under = {id(service): code for code, own in found.by_code.items() for service in own}
    rows = []
    for place, service in enumerate(found.services):
        code = under.get(id(service)) or (service.codes[0].code if service.codes else None)
        if code is None or service.group:
            continue
        rows.append(
            {
                "visit_key": number,
                "row": place,
                "code": code,
                "minutes": service.given.minutes,
                "by": service.by if service.by in ASSISTANTS else None,
                "unit_method": bill.method,
                "tie_policy": None,
                "assistant_modifier_required": True,
                "assistant_midpoint_test": bill.midpoint,
                "assistant_de_minimis_share": bill.share,
            }
        )
    return rows


_SCHEMA = pl.Schema(
    {
        "visit_key": pl.Int64(),
        "row": pl.Int64(),
        "code": pl.String(),
        "minutes": pl.Int64(),
        "by": pl.String(),
        "unit_method": pl.String(),
        "tie_policy": pl.String(),
        "assistant_modifier_required": pl.Boolean(),
        "assistant_midpoint_test": pl.Boolean(),
        "assistant_de_minimis_share": pl.Float64(),
    }
)


def _facts() -> pl.DataFrame:
    return hcpcs.catalogue().select("code", *_FACTS)
