"""The service lines of a claim, from its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cleanclaim.outgoing import providers
from cleanclaim.outgoing.known import Known, Row
from cleanclaim.outgoing.needs import SERVICES, Needs
from cleanclaim.x12.write.claims837.model import Line

MOST_LINES = {"professional": 50, "institutional": 999}
MOST_POINTERS = 4
MOST_MODIFIERS = 4


def lines_of(
    known: Known, rows: Sequence[Row], form: str, diagnoses: Sequence[str], facts: Mapping[str, Any], needs: Needs
) -> tuple[Line, ...]:
    """Return the lines of a claim in the order of their line numbers, else as they were read."""
    if len(rows) > MOST_LINES[form]:
        needs.say(f"it has {len(rows)} lines; {MOST_LINES[form]} are the most of a claim: divide it")
    stated = [row["line_number"] for row in rows if row["line_number"] is not None]
    if len(set(stated)) < len(stated):
        needs.say("two of its lines have the same line_number in the service rows")
    ordered = sorted(rows, key=lambda row: (row["line_number"] is None, row["line_number"] or 0, row["row"]))
    return tuple(_line(known, row, n, rows, form, diagnoses, facts, needs) for n, row in enumerate(ordered, 1))


def _line(
    known: Known,
    row: Row,
    number: int,
    rows: Sequence[Row],
    form: str,
    diagnoses: Sequence[str],
    facts: Mapping[str, Any],
    needs: Needs,
) -> Line:
    at = f"line {number}: "
    professional = form == "professional"
    modifiers = tuple(row[f"modifier_{n}"] for n in range(1, 5) if row[f"modifier_{n}"] is not None)
    if (row["modifier_count"] or 0) > MOST_MODIFIERS:
        needs.say(f"{at}it has {row['modifier_count']} modifiers; {MOST_MODIFIERS} are the most that a line can say")
    rendering, referring = row["rendering_npi"], row["referring_npi"]
    if rendering == providers.usual(rows, "rendering_npi"):
        rendering = None
    if referring == providers.usual(rows, "referring_npi"):
        referring = None
    ordering = facts.get("ordering_npi") if professional else None
    usual_place = providers.usual(rows, "place_of_service")
    return Line(
        code=row["code"],
        modifiers=modifiers,
        units=needs.given(row["units"], "units", SERVICES, f"{at}the number of units", 0.0),
        charge_cents=needs.given(row["charge_cents"], "charge", SERVICES, f"{at}the charge", 0),
        first_day=row["dos"],
        last_day=row["dos_end"] or row["dos"],
        control=f"{row['claim_id']}-{number}",
        pointers=_pointers(row, diagnoses, at, needs) if professional else (),
        place=row["place_of_service"] if professional and row["place_of_service"] != usual_place else None,
        revenue_code=None
        if professional
        else needs.text(row["revenue_code"], "revenue_code", SERVICES, f"{at}the revenue code"),
        rendering=providers.provider(known, rendering, row["taxonomy"], "rendering provider", needs),
        referring=providers.provider(known, referring, None, "referring provider", needs),
        ordering=providers.provider(known, ordering, None, "ordering provider", needs),
    )


def _pointers(row: Row, diagnoses: Sequence[str], at: str, needs: Needs) -> tuple[int, ...]:
    """Return the places of the diagnoses that the line treats: as stated; with one diagnosis there is no other."""
    if row["pointers"] is None:
        if len(diagnoses) == 1:
            return (1,)
        needs.say(f"{at}which of the diagnoses it treats is missing: pointers in the {SERVICES}")
        return ()
    places = tuple(int(place) for place in row["pointers"].split())
    if any(not 1 <= place <= len(diagnoses) for place in places):
        needs.say(f"{at}pointers name a diagnosis that the claim does not have")
    if len(places) > MOST_POINTERS:
        needs.say(f"{at}it points to {len(places)} diagnoses; {MOST_POINTERS} are the most")
    return places
