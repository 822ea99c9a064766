"""Single visits of outpatient therapy, all different, seeded: what the time of one check is measured on."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

_CODES = ("97530", "97110", "97140", "97112", "97116", "97535", "97150", "97750", "97035", "G0283", "97161", "97542")
_PAYERS = ("medicare", "medicare", "medicare", "medicaid", "commercial", "Acme Health")
_FIRST_DAY = date(2024, 7, 1)


def make_visits(visits: int, seed: int = 1) -> list[dict[str, Any]]:
    """Return visits of two to five services as JSON input has them.

    Some have pair edits, bypass modifiers, assistants, clock times, fractions of the day unbilled, or a payer that no
    pack is known for; dates run from July 2024 to the end of 2026.

    >>> visit = make_visits(1)[0]
    >>> 2 <= len(visit["services"]) <= 5, make_visits(1) == [visit]
    (True, True)
    """
    draw = Random(seed)
    return [_visit(draw, number) for number in range(visits)]


def _visit(draw: Random, number: int) -> dict[str, Any]:
    occupational = draw.random() < 0.3
    clocked = draw.random() < 0.4
    clock = 9 * 60
    services = []
    for code in draw.sample(_CODES, draw.randint(2, 5)):
        minutes = draw.choice((8, 10, 12, 15, 15, 18, 23, 24, 30))
        assistant = draw.random() < 0.25
        own = ("GO", "CO") if occupational else ("GP", "CQ")
        modifiers = [own[0], *own[1:] * assistant, *["59"] * (draw.random() < 0.2), *["KX"] * (draw.random() < 0.1)]
        service: dict[str, Any] = {
            "code": code,
            "minutes": minutes,
            "by": ("OT" if occupational else "PT") + "A" * assistant,
            "modifiers": modifiers,
        }
        if draw.random() < 0.95:
            units = max(1, round(minutes / 15))
            service |= {"units": units, "charge": 60 * units}
        if clocked:
            service |= {"start": _clock(clock), "stop": _clock(clock + minutes)}
            clock += minutes if draw.random() < 0.9 else 0
        services.append(service)
    return {
        "visit_id": f"V{number}",
        "claim_id": f"C{number}",
        "patient_id": f"P{number}",
        "payer": draw.choice(_PAYERS),
        "dos": (_FIRST_DAY + timedelta(days=draw.randrange(900))).isoformat(),
        "place_of_service": "11",
        "diagnoses": ["M54.50", "M25.561"],
        "rendering_npi": "1245319599",
        "billing_npi": "1234567893",
        "referring_npi": "1003000126",
        "services": services,
    }


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
