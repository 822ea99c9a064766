"""Write ``examples/clinic-day/remittance.835``: how a made-up Medicare contractor answers claims of the clinic day.

    python tools/make_remittance.py [FOLDER]

The claims are those of ``make_clinic_day.py``, the amounts of August 2024 those of the fee schedule at the clinic's
locality, with its multiple-procedure reduction. For March 2026 no locality has published amounts here: what is allowed
then is a share of the charge, and means nothing. The same description gives the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from make_clinic_day import AUGUST, BILLING_NPI, MEDICARE, RECEIVER, SENDER, THE_DAY, Claim, _in_words

from cleanclaim import price
from cleanclaim.x12.schemas import TABLES
from cleanclaim.x12.write.envelope import Cover, Party
from cleanclaim.x12.write.remittance835 import Account, Remitter, write_835

FOLDER = Path(__file__).parents[1] / "examples" / "clinic-day"
FILE = "remittance.835"
LOCALITY = {"mac": "06102", "locality": "15"}
PAYER = "EXAMPLE MEDICARE CONTRACTOR"
ORIGIN = "1999999999"
COINSURANCE, SEQUESTRATION, SHARE_OF_MARCH = 20, 2, 55  # percent
REMITTER = Remitter(
    *("1 EXAMPLE PLAZA", "ANYTOWN", "IL", "600990001", "PROVIDER CONTACT CENTER", "5550100001"),
    numbers=(("2U", MEDICARE.id),),
    account=Account("999999992", "1000001"),
    payee_account=Account("999988880", "2000002"),
)
COVER = Cover(Party("ZZ", RECEIVER), Party("ZZ", SENDER), datetime(2026, 4, 2, 6, 30), 1, "T")  # noqa: DTZ001  (no zone is said)
PAID_AUGUST, PAID_MARCH = date(2024, 8, 30), date(2026, 4, 2)


@dataclass(frozen=True)
class Denial:
    """Why a line, or with ``line`` 0 every line of a claim, is not paid; with ``units``, so many of its units."""

    reason: str
    remark: str | None = None
    line: int = 0
    units: int = 0
    group: str = "CO"


@dataclass(frozen=True)
class Decision:
    """How a claim is answered; ``deductible`` in cents, ``told`` the procedure as it is told back, by line."""

    number: str
    denials: tuple[Denial, ...] = ()
    deductible: int = 0
    told: dict[int, str] = field(default_factory=dict)


_AUGUST = (
    Decision("C201", deductible=2500),
    Decision("C202"),
    Decision("C203", (Denial("97", "M80", line=2),)),
    Decision("C204", told={2: "97140 GP"}),
    Decision("C205", (Denial("119", line=2),)),
)
_MARCH = (
    *(Decision(f"C{number}") for number in range(101, 112)),
    Decision("C115", (Denial("151", "N706", line=1, units=1),)),
    Decision("C118", (Denial("97", "M80", line=2),)),
    Decision("C119", told={2: "97530 GP"}),
    Decision("C121", (Denial("B15", "N122"),)),
    Decision("C122", (Denial("4", "N822", line=2),)),
    Decision("C124", (Denial("4", "N823"),)),
    Decision("C125", (Denial("181", "N56"),)),
    Decision("C126", (Denial("96", "N56", line=2),)),
    Decision("C129", (Denial("16", "N290"),)),
    Decision("C130", (Denial("16", "N286"),)),
    Decision("C133", (Denial("18"),)),
)
"""Claims that the contractor took in: its 277CA rejected the others of the day."""
_CORRECTED = Decision("C201", (Denial("151", "N706", line=3),), deductible=2500)


@dataclass
class _Tables:
    """Rows of the tables of an 835, with the numbers that join them."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in TABLES})
    last: int = 0

    def add(self, table: str, **row: Any) -> dict[str, Any]:
        self.rows[table].append(row)
        return row

    def number(self) -> int:
        self.last += 1
        return self.last

    def frames(self) -> dict[str, pl.DataFrame]:
        return {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in self.rows.items() if rows}


def remittance() -> bytes:
    """Return the file: a payment for August 2024, and one for March 2026 that also takes back and corrects C201."""
    tables = _Tables()
    paid = _claims(tables, 1, _AUGUST)
    _payment(tables, 1, PAID_AUGUST, "EXA0830", paid)
    original = next(row for row in tables.rows["paid_claims"] if row["claim_id"] == "C201")
    paid = _claims(tables, 2, _MARCH)
    paid += _reversal(tables, 2, original)
    paid += _claims(tables, 2, [_CORRECTED], control="2")
    adjustments = [("72", "EXREF07", 4120), ("WO", "EX240830C102", 2500), ("L6", "EX260402", -18)]
    for reason, reference, cents in adjustments:
        day = date(2026, 12, 31)
        own = {"provider": BILLING_NPI, "fiscal_day": day, "reason": reason, "reference": reference, "cents": cents}
        tables.add("provider_adjustments", transaction=2, **own)
    _payment(tables, 2, PAID_MARCH, "EXA0402", paid - sum(cents for _, _, cents in adjustments))
    return write_835(tables.frames(), REMITTER, COVER)


def _payment(tables: _Tables, number: int, day: date, trace: str, cents: int) -> None:
    tables.add(
        "payments",
        transaction=number,
        handling="I",
        amount_cents=cents,
        credit_debit="C",
        method="ACH",
        paid_on=day,
        trace=trace,
        trace_origin=ORIGIN,
        produced_on=day,
        payer_name=PAYER,
        payee_name="EXAMPLE THERAPY CLINIC",
        payee_qualifier="XX",
        payee_id=BILLING_NPI,
        payee_tax_id="000000000",
    )


def _claims(tables: _Tables, payment: int, decisions: Iterable[Decision], control: str = "1") -> int:
    """Add the answers to some claims; return what is paid for them."""
    by_number = {claim.number: claim for claim in THE_DAY}
    return sum(_claim(tables, payment, by_number[own.number], own, control) for own in decisions)


def _claim(tables: _Tables, payment: int, claim: Claim, decision: Decision, control: str) -> int:
    number = tables.number()
    services = [
        _service(tables, number, claim, place, decision, prices) for place, prices in enumerate(_allowed(claim), 1)
    ]
    owed = sum(
        row["cents"] for row in tables.rows["adjustments"] if row["claim_segment"] == number and row["group"] == "PR"
    )
    paid = sum(service["paid_cents"] for service in services)
    tables.add("remarks", claim_segment=number, service_segment=None, source="MOA", code="MA01")
    tables.add(
        "paid_claims",
        transaction=payment,
        segment=number,
        claim_id=claim.number,
        status="1",
        charge_cents=claim.charge * 100,
        paid_cents=paid,
        patient_responsibility_cents=owed or None,
        filing_indicator=MEDICARE.filing_code,
        payer_control=f"EX{claim.sent:%y%m%d}{claim.number[1:]}{control}",
        facility_code=claim.place,
        frequency="1",
        patient_key=claim.member,
        patient_last="PATIENT",
        patient_first=_in_words(claim.patient),
        rendering_last="THERAPIST",
        rendering_first=claim.clinician.name,
        rendering_npi=claim.clinician.npi,
        received=claim.sent,
    )
    return paid


def _allowed(claim: Claim) -> list[tuple[int, int]]:
    """Return for each line what is allowed for it alone, and with the reduction of the day, in cents."""
    if claim.dos != AUGUST:
        shares = [line.charge * SHARE_OF_MARCH for line in claim.lines]
        return [(share, share) for share in shares]
    lines = [{"code": line.code, "units": line.units} for line in claim.lines]
    request = {"payer": "medicare", "dos": claim.dos.isoformat(), "locality": LOCALITY}
    reduced = price({**request, "services": lines})["lines"]
    single = [price({**request, "services": [{**line, "units": 1}]})["allowed_cents"] for line in lines]
    return [
        ((unit or 0) * (line["units"] or 0), with_all["allowed_cents"] or 0)
        for unit, line, with_all in zip(single, lines, reduced, strict=True)
    ]


def _service(
    tables: _Tables, claim_number: int, claim: Claim, place: int, decision: Decision, prices: tuple[int, int]
) -> dict[str, Any]:
    line, number = claim.lines[place - 1], tables.number()
    charge, units = line.charge * 100, line.units or 0
    denial = next((one for one in decision.denials if one.line in (0, place)), None)
    paid_units = units - (denial.units or units) if denial else units
    full, allowed = (amount * paid_units // units for amount in prices)
    cuts: list[tuple[str, str, int, float | None]] = []
    denied = charge * (units - paid_units) // units
    if denial:
        cuts.append((denial.group, denial.reason, denied, float(denial.units) if denial.units else None))
    deductible = min(decision.deductible, allowed) if place == 1 else 0
    shared = deductible + _percent(allowed - deductible, COINSURANCE)
    held = _percent(allowed - shared, SEQUESTRATION)
    cuts += [
        ("CO", "45", charge - denied - full, None),
        ("CO", "59", full - allowed, None),
        ("CO", "253", held, None),
        ("PR", "1", deductible, None),
        ("PR", "2", shared - deductible, None),
    ]
    keys = {"claim_segment": claim_number, "service_segment": number}
    for group, reason, cents, quantity in cuts:
        if cents:
            tables.add("adjustments", **keys, group=group, reason=reason, cents=cents, quantity=quantity)
    if denial and denial.remark:
        tables.add("remarks", **keys, source="HE", code=denial.remark)
    told = decision.told.get(place)
    return tables.add(
        "paid_services",
        claim_segment=claim_number,
        segment=number,
        **_procedure("", told.split() if told else (line.code, *line.modifiers)),
        **_procedure("original_", (line.code, *line.modifiers) if told else ()),
        charge_cents=charge,
        paid_cents=charge - sum(cents for _, _, cents, _ in cuts),
        paid_units=float(paid_units),
        original_units=float(units) if paid_units != units else None,
        dos=claim.dos,
        line_control=f"{claim.number}-{place}",
        allowed_cents=allowed or None,
    )


def _percent(cents: int, share: int) -> int:
    return (cents * share + 50) // 100


def _procedure(prefix: str, parts: Sequence[str]) -> dict[str, str | None]:
    names = ("code", "modifier_1", "modifier_2", "modifier_3", "modifier_4")
    padded = (*parts, *[None] * len(names))[: len(names)]
    return {f"{prefix}{name}": part for name, part in zip(names, padded, strict=True)}


def _reversal(tables: _Tables, payment: int, original: dict[str, Any]) -> int:
    """Add the reversal of a claim that was paid: its amounts with the sign turned."""
    number, old = tables.number(), original["segment"]
    turned = {name: original[name] and -original[name] for name in ("charge_cents", "paid_cents")}
    tables.add(
        "paid_claims",
        **original | turned | {"transaction": payment, "segment": number, "status": "22"},
    )
    tables.rows["paid_claims"][-1]["patient_responsibility_cents"] = None
    for service in [row for row in tables.rows["paid_services"] if row["claim_segment"] == old]:
        own = tables.number()
        kept = {"claim_segment": number, "segment": own, "allowed_cents": None}
        amounts = {name: -service[name] for name in ("charge_cents", "paid_cents")}
        tables.add("paid_services", **service | kept | amounts)
        for row in [one for one in tables.rows["adjustments"] if one["service_segment"] == service["segment"]]:
            keys = {"claim_segment": number, "service_segment": own, "cents": -row["cents"]}
            tables.add("adjustments", **row | keys)
    return int(turned["paid_cents"])


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    (folder / FILE).write_bytes(remittance())


if __name__ == "__main__":
    main()
