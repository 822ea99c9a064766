"""A small clinic's month in plain Python: its visits, what Medicare answers to each, and the files that say so."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim.config import Config
from cleanclaim.outgoing import Sent
from cleanclaim.posting import Posted, post
from cleanclaim.posting.book import Book, book, status
from cleanclaim.posting.sent import sent_before
from cleanclaim.store.opened import Ledger
from cleanclaim.x12.validate import validate
from cleanclaim.x12.write.answers import answers
from cleanclaim.x12.write.envelope import Cover, Party
from cleanclaim.x12.write.remittance835 import Remitter, write_835

sys.path.insert(0, str(Path(__file__).parent / "outgoing"))

import office

SITE = 'npi = "1234567893"\nmac = "06102"\nlocality = "15"\n'
CONFIG = office.CONFIG.replace('npi = "1234567893"\n', SITE, 1)
SENT, TAKEN_IN, SENT_AGAIN = date(2024, 9, 3), date(2024, 9, 4), date(2024, 9, 6)
PAID, CORRECTED, PAID_AGAIN, LAST = date(2024, 9, 20), date(2024, 9, 24), date(2024, 10, 11), date(2024, 10, 31)
REMITTER = Remitter("1 PLAN ROAD", "CARMEL", "IN", "46032", "PROVIDER DESK", "8005550100")

# work, practice and malpractice expense of 2024, and what the clinic charges a unit for
VALUES = {
    "97110": ("0.45", "0.42", "0.01"),
    "97112": ("0.50", "0.50", "0.01"),
    "97140": ("0.43", "0.37", "0.01"),
    "97530": ("0.44", "0.65", "0.01"),
}
CHARGE = {"97110": 6000, "97112": 6500, "97140": 5500, "97530": 7200}
INDICES, FACTOR = ("1.007", "1.048", "1.556"), "33.2875"
PLANS = ((("97110", 2), ("97140", 1)), (("97530", 2),), (("97112", 1), ("97530", 1)), (("97110", 1), ("97112", 1)))
SHORT = 500

REJECTED = ("M007", "M019", "M031")
"""Claims that the clearing house does not take in: the referring therapist's number was spoiled on the way."""
NEVER_ANSWERED = ("M052",)
UNPROCESSABLE = ("M010", "M028")
"""Claims that went out without GP: Medicare decides nothing (CO-16, N822, MA130)."""
DENIED = ("M004", "M013", "M022", "M040")
"""Claims whose first line is denied (CO-151): records are sent for the first, the last two are written off."""
WON, WRITTEN_OFF = DENIED[0], DENIED[2:]
UNDERPAID = ("M005", "M015", "M025", "M035", "M045")
"""Claims of which Medicare allows five dollars too little; it makes the first right."""
SET_RIGHT, OF_DEDUCTIBLE, CUT_LATER = UNDERPAID[0], "M006", "M002"
TAKEN_BACK, TAKEN, INTEREST = "M020", 2500, 18


@dataclass(frozen=True)
class Visit:
    """A visit, billed as one claim: codes and units."""

    number: str
    patient: str
    dos: date
    lines: tuple[tuple[str, int], ...]

    @property
    def charge(self) -> int:
        return sum(CHARGE[code] * units for code, units in self.lines)


@dataclass(frozen=True)
class Line:
    """How a line is answered, in cents."""

    claim: str
    number: int
    charge: int
    expected: int
    paid: int = 0
    contract: int = 0
    reduced: int = 0
    withheld: int = 0
    patient: int = 0
    denied: int = 0
    deductible: bool = False

    @property
    def allowed(self) -> int:
        return self.paid + self.withheld + self.patient

    @property
    def short(self) -> int:
        """What Medicare owes beside what it paid, of a line that it did not deny."""
        owed = 0 if self.denied else cents(Decimal(self.expected - self.patient) / 100 * Decimal("0.98")) - self.paid
        return owed if owed > 1 else 0


def month() -> list[Visit]:
    """Six patients who come on two days of each week of August 2024."""
    days = [date(2024, 8, 1) + timedelta(n) for n in range(31)]
    made = []
    for day in days:
        for patient in range(6):
            if day.weekday() in (patient % 3, patient % 3 + 2):
                number = len(made) + 1
                made.append(Visit(f"M{number:03}", f"P{patient + 1}", day, PLANS[(number + patient) % len(PLANS)]))
    return made


VISITS = month()
BY_NUMBER = {one.number: one for one in VISITS}


def cents(dollars: Decimal) -> int:
    return int((dollars * 100).quantize(Decimal(1), ROUND_HALF_UP))


def unit(code: str, kept: str) -> int:
    """A unit of the code in cents, with this share of its practice expense."""
    (work_value, practice, malpractice), (w, p, m) = (map(Decimal, each) for each in (VALUES[code], INDICES))
    return cents((work_value * w + practice * p * Decimal(kept) + malpractice * m) * Decimal(FACTOR))


def answered(visit: Visit, *, short: int = 0, denied: Sequence[int] = (), deductible: bool = False) -> list[Line]:
    """How Medicare answers: the dearest unit in full, half the practice expense of the others, 20%, then 2%."""
    dearest = max(visit.lines, key=lambda line: Decimal(VALUES[line[0]][1]))[0]
    made = []
    for place, (code, units) in enumerate(visit.lines, 1):
        charge, full = CHARGE[code] * units, unit(code, "1") * units
        first = unit(code, "1") if code == dearest else unit(code, "0.5")
        expected = first + unit(code, "0.5") * (units - 1)
        if place in denied:
            made.append(Line(visit.number, place, charge, expected, denied=charge))
            continue
        less = short if place == 1 else 0
        allowed = expected - less
        patient = allowed if deductible else cents(Decimal(allowed) / 100 * Decimal("0.2"))
        paid = 0 if deductible else cents(Decimal(allowed) / 100 * Decimal("0.8") * Decimal("0.98"))
        cuts = {"contract": charge - full + less, "reduced": full - expected, "withheld": allowed - patient - paid}
        made.append(
            Line(visit.number, place, charge, expected, paid=paid, patient=patient, deductible=deductible, **cuts)
        )
    return made


def first_answer(visit: Visit) -> list[Line]:
    if visit.number in UNPROCESSABLE:
        return answered(visit, denied=range(1, len(visit.lines) + 1))
    short = SHORT if visit.number in UNDERPAID else 0
    denied = [1] if visit.number in DENIED else []
    return answered(visit, short=short, denied=denied, deductible=visit.number == OF_DEDUCTIBLE)


def last_answer(visit: Visit) -> list[Line]:
    """How a claim stands when the month is over."""
    if visit.number == CUT_LATER:
        return answered(visit, short=SHORT)
    if visit.number in (*REJECTED, *UNPROCESSABLE, WON, SET_RIGHT):
        return answered(visit)
    return first_answer(visit)


def rows(visits: Sequence[Visit]) -> Iterator[dict[str, Any]]:
    for visit in visits:
        for code, units in visit.lines:
            yield office.SERVICE | {
                "claim_id": visit.number, "visit_id": visit.number, "patient_id": visit.patient, "code": code,
                "dos": visit.dos.isoformat(), "units": str(units), "charge": f"{CHARGE[code] * units / 100:.2f}",
                "modifiers": "" if visit.number in UNPROCESSABLE else "GP",
            }  # fmt: skip


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, 30)  # noqa: DTZ001  (a clock on the wall)


class Tables:
    """Rows of the tables of an 835."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.numbers = count(1)
        self.paid = 0

    def add(self, table: str, **row: Any) -> None:
        self.rows.setdefault(table, []).append({"transaction": 1, **row} if table in OF_PAYMENT else row)

    def claim(self, visit: Visit, lines: Sequence[Line], *, control: str = "1", sign: int = 1) -> None:
        own, patient = next(self.numbers), sum(line.patient for line in lines)
        paid = sign * sum(line.paid for line in lines)
        self.paid += paid
        self.add(
            "paid_claims", segment=own, claim_id=visit.number, status="22" if sign < 0 else "1",
            charge_cents=sign * visit.charge, paid_cents=paid, filing_indicator="MB", facility_code="11",
            patient_responsibility_cents=patient if patient and sign > 0 else None, frequency="1",
            payer_control=f"EX{visit.number}{control}", patient_key=member(visit.patient), patient_last="ALDER",
        )  # fmt: skip
        if visit.number in UNPROCESSABLE and all(line.denied for line in lines):
            self.add("remarks", claim_segment=own, service_segment=None, source="MOA", code="MA130")
        for (code, units), line in zip(visit.lines, lines, strict=True):
            self._service(own, code, units, visit.dos, line, sign)

    def _service(self, claim: int, code: str, units: int, dos: date, line: Line, sign: int) -> None:
        keys = {"claim_segment": claim, "service_segment": next(self.numbers)}
        unprocessable = line.claim in UNPROCESSABLE
        cuts = (
            ("CO", "45", line.contract), ("CO", "59", line.reduced), ("CO", "253", line.withheld),
            ("CO", "16" if unprocessable else "151", line.denied),
            ("PR", "1" if line.deductible else "2", line.patient),
        )  # fmt: skip
        for name, reason, amount in cuts:
            if amount:
                self.add("adjustments", **keys, group=name, reason=reason, cents=sign * amount)
        if line.denied:
            self.add("remarks", **keys, source="HE", code="N822" if unprocessable else "N706")
        told = None if unprocessable and line.denied else "GP"
        self.add(
            "paid_services", claim_segment=claim, segment=keys["service_segment"], code=code, modifier_1=told,
            charge_cents=sign * line.charge, paid_cents=sign * line.paid, paid_units=float(units), dos=dos,
        )  # fmt: skip

    def written(self, trace: str, day: date, taken: Sequence[tuple[str, str, int]] = ()) -> bytes:
        total = self.paid - sum(one[2] for one in taken)
        self.add(
            "payments", handling="I", amount_cents=total, credit_debit="C", method="CHK", paid_on=day, trace=trace,
            trace_origin="1512345678", produced_on=day, payer_name="MEDICARE", payee_name="HILL CLINIC",
            payee_qualifier="XX", payee_id="1234567893",
        )  # fmt: skip
        for reason, reference, amount in taken:
            own = {"provider": "1234567893", "fiscal_day": date(2024, 12, 31), "reason": reason}
            self.add("provider_adjustments", **own, reference=reference, cents=amount)
        frames = {name: pl.DataFrame(held, infer_schema_length=None) for name, held in self.rows.items()}
        return write_835(frames, REMITTER, Cover(Party("ZZ", "PLAN"), Party("ZZ", "CLINIC"), at(day), 1))


OF_PAYMENT = ("payments", "paid_claims", "provider_adjustments")


def member(patient: str) -> str:
    return f"1AA0A00AA0{patient[1:]}"


@dataclass
class Clinic:
    """The clinic's folder and ledger."""

    folder: Path
    ledger: Ledger
    config: Config

    def send(self, name: str, visits: Sequence[Visit], day: date) -> Sent:
        """Write the claims of these visits as 837, but for those that the ledger holds as sent."""
        (self.folder / name).mkdir()
        patients = [
            office.PATIENT | {"patient_id": one, "member_id": member(one)}
            for one in sorted({v.patient for v in visits})
        ]
        before = sent_before(self.ledger)
        return office.send(
            self.folder / name, list(rows(visits)), patients, config=CONFIG, as_of=day, now=at(day), sent_before=before
        )

    def acknowledged(self, sent: Path, day: date, spoiled: Sequence[str] = ()) -> tuple[Path, ...]:
        """Return the clearing house's 999 and 277CA; on the way the referrer's number of some claims is spoiled."""
        received = []
        claim = ""
        for segment in sent.read_bytes().decode().split("~\n"):
            claim = segment.split("*")[1] if segment.startswith("CLM*") else claim
            received.append(segment.replace("1003000126", "1003000127") if claim in spoiled else segment)
        content = "~\n".join(received).encode()
        told = answers(content, validate(content), at(day), count(int(f"{day:%m%d}00")), ("999", "277CA"))
        assert told.reasons == {}
        return tuple(self.keep(f"{day:%m%d}.{kind}", held) for kind, held in told.files.items())

    def keep(self, name: str, content: bytes) -> Path:
        (self.folder / name).write_bytes(content)
        return self.folder / name

    def post(self, *paths: Path) -> list[Posted]:
        done = post(self.ledger, list(paths), actor="biller", config=self.config)
        assert [one.refused for one in done] == [()] * len(paths)
        return list(done)

    def book(self) -> Book:
        return book(self.ledger)

    def states(self) -> dict[str, tuple[int, int]]:
        return {row["state"]: (row["claims"], row["charge_cents"]) for row in status(self.book())["states"]}


def charged(visits: Sequence[Visit]) -> int:
    return sum(one.charge for one in visits)


def counted(*numbers: str) -> tuple[int, int]:
    return len(numbers), sum(BY_NUMBER[one].charge for one in numbers)


def sums(frame: pl.DataFrame) -> dict[str, int]:
    names = ("charge", "paid", "contract", "reduced", "patient", "denied", "allowed", "expected_allowed", "recouped")
    return {name: int(frame[f"{name}_cents"].sum() or 0) for name in names}


def plain(lines: Sequence[Line], *, recouped: int = 0) -> dict[str, int]:
    """The same sums of the lines as the payer answered them; what is withheld is told as reduced."""
    total = {name: sum(getattr(line, name) for line in lines) for name in ("charge", "paid", "contract", "patient")}
    return total | {
        "reduced": sum(line.reduced + line.withheld for line in lines),
        "denied": sum(line.denied for line in lines),
        "allowed": sum(line.allowed for line in lines),
        "expected_allowed": sum(line.expected for line in lines),
        "recouped": recouped,
    }
