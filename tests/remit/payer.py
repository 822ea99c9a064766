"""A made-up payer for tests: decisions as plain values, written as an 835."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from cleanclaim.claims.schema import SERVICES
from tests.oracles.matching import AMOUNTS, Decision, Line, Service

GROUP = {
    "contract": ("CO", "45"),
    "other": ("CO", "24"),
    "reduced": ("CO", "59"),
    "withheld": ("CO", "253"),
    "patient": ("PR", "2"),
    "denied": ("CO", "97"),
    "prior": ("OA", "23"),
}
STATUS = {"P": "1", "S": "2", "T": "3"}


def dollars(cents: int) -> str:
    """Return an amount as X12 writes it."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def cuts(amounts: dict[str, int], reasons: Sequence[str] = ()) -> list[str]:
    """Return the CAS segments of a service; a duplicate's denial has a reason of its own."""
    groups = GROUP | ({"denied": ("OA", "18")} if "18" in reasons else {})
    return [f"CAS*{'*'.join(groups[kind])}*{dollars(amounts[kind])}" for kind in AMOUNTS[1:] if amounts[kind]]


def procedure(code: str, modifiers: Sequence[str]) -> str:
    """Return a composite procedure code."""
    return ":".join(["HC", code, *modifiers])


def service_segments(service: Service) -> list[str]:
    """Return the segments of one service."""
    asked = f"*{procedure(*service.asked)}" if service.asked else ""
    head = f"{dollars(service.charge)}*{dollars(service.amounts['paid'])}**{service.units:g}{asked}"
    return [
        f"SVC*{procedure(service.code, service.modifiers)}*{head}",
        *([f"DTM*472*{service.dos:%Y%m%d}"] if service.dos else []),
        *cuts(service.amounts, service.reasons),
        *([f"REF*6R*{service.control}"] if service.control else []),
    ]


def claim_segments(decision: Decision) -> list[str]:
    """Return the segments of one decision on a claim."""
    parts = [decision.whole] if decision.whole else list(decision.services)
    charge = sum(part.charge for part in parts)
    paid = sum(part.amounts["paid"] for part in parts)
    status = "22" if decision.reversal else STATUS[decision.level]
    inner = cuts(decision.whole.amounts) if decision.whole else []
    for service in decision.services:
        inner += service_segments(service)
    return [
        f"CLP*{decision.claim}*{status}*{dollars(charge)}*{dollars(paid)}**12*{decision.control}*11*1",
        "NM1*QC*1*PATIENT*TEST****MI*M1",
        *inner,
    ]


def remittance(
    decisions: Sequence[Decision],
    taken_back: Sequence[tuple[str, str, int]] = (),
    *,
    trace: str = "T1",
    day: date = date(2026, 4, 6),
    payer: str = "GOOD PLAN",
) -> bytes:
    """Return an 835 with one payment of these decisions."""
    paid = sum(part.amounts["paid"] for one in decisions for part in ([one.whole] if one.whole else list(one.services)))
    total = paid - sum(cents for _, _, cents in taken_back)
    sender, receiver = "PLAN".ljust(15), "CLINIC".ljust(15)
    body = [
        "ST*835*0001",
        f"BPR*I*{dollars(total)}*C*CHK************{day:%Y%m%d}",
        f"TRN*1*{trace}*1512345678",
        f"N1*PR*{payer}",
        "N1*PE*CLINIC*XX*1234567893",
        "LX*1",
        *(segment for decision in decisions for segment in claim_segments(decision)),
        *(f"PLB*1234567893*20261231*{reason}:{ref}*{dollars(cents)}" for reason, ref, cents in taken_back),
    ]
    whole = [
        f"ISA*00*{' ' * 10}*00*{' ' * 10}*ZZ*{sender}*ZZ*{receiver}*260401*0930*^*00501*000000001*0*P*:",
        "GS*HP*PLAN*CLINIC*20260401*0930*1*X*005010X221A1",
        *body,
        f"SE*{len(body) + 1}*0001",
        "GE*1*1",
        "IEA*1*000000001",
    ]
    return "".join(f"{segment}~" for segment in whole).encode()


def services_of(lines: Sequence[Line], payer: str | None = "GOOD PLAN") -> pl.DataFrame:
    """Return claim lines as SERVICES."""
    numbers: dict[tuple[str, str], int] = {}
    rows = []
    for line in lines:
        key = (line.claim, line.level)
        numbers[key] = numbers.get(key, 0) + 1
        rows.append(
            {
                "row": line.row,
                "file_id": 0,
                "claim_id": line.claim,
                "line_number": numbers[key],
                "patient_id": f"P{line.claim}",
                "payer": payer,
                "sequence": line.level,
                "dos": line.dos,
                "code": line.code,
                **{f"modifier_{n}": modifier for n, modifier in enumerate(line.modifiers, 1)},
                "units": line.units,
                "billed": True,
                "charge_cents": line.charge,
                "line_control": line.control,
                "frequency": "1",
            }
        )
    return SERVICES.conform(pl.DataFrame(rows, infer_schema_length=None)) if rows else SERVICES.empty()
