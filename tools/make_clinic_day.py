"""Write the files of ``examples/clinic-day`` from one description of the day, so that they agree with each other.

    python tools/make_clinic_day.py [FOLDER]

Writes claims.837, minutes.csv, services.csv, patients.csv, visits.json and visit.json. The same description gives
the same bytes. Everything in it is made up: patients have numbers for names, NPIs begin with 2 (no one has such a
number), the tax number is zeros.

How the day is written down: a service is one line, ``97530 GP 59 x2 | PT 09:30-09:53``: code and modifiers, the units
billed, then who gave it and when. Several blocks are separated by commas. Without ``x`` it was given and not billed.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "examples" / "clinic-day"


@dataclass(frozen=True)
class Payer:
    name: str
    id: str
    filing_code: str


@dataclass(frozen=True)
class Clinician:
    name: str
    npi: str
    taxonomy: str


MEDICARE = Payer("MEDICARE PART B", "EXMCR", "MB")
COMMERCIAL = Payer("LAKESIDE HEALTH PLAN", "EXLHP", "CI")
MEDICAID = Payer("STATE MEDICAID", "EXMCD", "MC")
NOT_MAPPED = Payer("PRAIRIE MUTUAL", "EXPRM", "CI")

PT1 = Clinician("PHYSICAL ONE", "2111111110", "225100000X")
PT2 = Clinician("PHYSICAL TWO", "2666666666", "225100000X")
PT3 = Clinician("PHYSICAL THREE", "2777777774", "225100000X")
PT3_MISTYPED = replace(PT3, npi="2777777747")
OT = Clinician("OCCUPATIONAL", "2222222228", "225X00000X")
SLP = Clinician("SPEECH", "2333333336", "235Z00000X")
PTA = Clinician("ASSISTANT", "2444444444", "225200000X")
BILLING_NPI, REFERRING_NPI = "2000000010", "2000000028"
SENDER, RECEIVER = "EXAMPLECLINIC", "EXAMPLEHOUSE"

MARCH, AUGUST = date(2026, 3, 17), date(2024, 8, 13)
SENT = {MARCH: date(2026, 3, 18), AUGUST: date(2024, 8, 16)}
CHARGES = {  # dollars a unit
    "92507": 150, "95851": 40, "97001": 140, "97014": 25, "97035": 30, "97110": 60, "97112": 64, "97116": 56,
    "97129": 55, "97130": 50, "97140": 58, "97150": 45, "97161": 190, "97530": 72, "97535": 66,
}  # fmt: skip


@dataclass(frozen=True)
class Block:
    """Who treated, from when to when (minutes after midnight)."""

    by: str
    start: int
    stop: int


@dataclass(frozen=True)
class Service:
    """A service of a visit; ``units`` None: given, not billed."""

    code: str
    modifiers: tuple[str, ...]
    units: int | None
    blocks: tuple[Block, ...]

    @property
    def charge(self) -> int:
        return CHARGES[self.code] * (self.units or 0)


@dataclass(frozen=True)
class Claim:
    """A visit and the claim for it. ``patient`` is a number, ``ytd`` the dollars allowed so far this year (text)."""

    number: str
    story: str
    patient: int
    payer: Payer
    clinician: Clinician
    services: tuple[Service, ...]
    dos: date
    sent: date
    diagnoses: tuple[str, ...]
    place: str = "11"
    referring: bool = True
    charted: bool = True
    ytd: str = ""
    notice: str = ""
    total: int | None = None

    @property
    def visit(self) -> str:
        return self.number.replace("C", "V")

    @property
    def member(self) -> str:
        return f"EX{self.patient:07d}"

    @property
    def lines(self) -> tuple[Service, ...]:
        return tuple(service for service in self.services if service.units is not None)

    @property
    def charge(self) -> int:
        return self.total if self.total is not None else sum(line.charge for line in self.lines)


KNEE, BACK, STROKE, SHOULDER, SPEECH, GAIT = "M25.561", "M54.50", "I69.351", "M75.101", "R47.01", "R26.2"


def march(number: int, story: str, payer: Payer, clinician: Clinician, services: str, **more: Any) -> Claim:
    """A claim of the clinic day."""
    return _claim(MARCH, 100 + number, story, payer, clinician, services, more)


def august(number: int, story: str, services: str, **more: Any) -> Claim:
    """A Medicare claim of a day in August 2024."""
    return _claim(AUGUST, 200 + number, story, MEDICARE, PT1, services, more)


def _claim(
    day: date, number: int, story: str, payer: Payer, clinician: Clinician, text: str, more: dict[str, Any]
) -> Claim:
    usual = Claim(
        number=f"C{number}",
        story=story,
        patient=number,
        payer=payer,
        clinician=clinician,
        services=tuple(_service(line) for line in text.strip().splitlines()),
        dos=day,
        sent=SENT[day],
        diagnoses=(BACK,),
        ytd="412.50" if payer == MEDICARE else "",
    )
    return replace(usual, **more)


def _service(line: str) -> Service:
    billed, given = line.split("|")
    words = billed.split()
    units = int(words.pop()[1:]) if words[-1].startswith("x") else None
    return Service(words[0], tuple(words[1:]), units, tuple(_block(block) for block in given.split(",")))


def _block(text: str) -> Block:
    by, hour, minute, to_hour, to_minute = re.split(r"[\s:-]+", text.strip())
    return Block(by, int(hour) * 60 + int(minute), int(to_hour) * 60 + int(to_minute))


THE_DAY = (
    march(1, "an evaluation and one unit of exercise", MEDICARE, PT1, """
        97161 GP x1 | PT 08:00-08:40
        97110 GP x1 | PT 08:40-08:55
    """, diagnoses=(KNEE, GAIT)),
    march(2, "57 minutes are four units", MEDICARE, PT1, """
        97110 GP x2 | PT 09:00-09:30
        97530 GP x1 | PT 09:30-09:45
        97140 GP x1 | PT 09:45-09:57
    """),
    march(3, "the same patient's occupational therapy on the same day: a pool of its own", MEDICARE, OT, """
        97535 GO x2 | OT 10:30-11:00
        97530 GO x1 | OT 11:00-11:15
    """, patient=102, diagnoses=(STROKE,)),
    march(4, "a tie: 20 and 20 minutes are three units, and either code may have two", MEDICARE, PT1, """
        97110 GP x1 | PT 10:00-10:20
        97140 GP x2 | PT 10:20-10:40
    """),
    march(5, "four services, 49 minutes, three units: the shortest service is given and not billed", MEDICARE, PT1, """
        97110 GP x1 | PT 11:00-11:18
        97140 GP x1 | PT 11:18-11:31
        97116 GP x1 | PT 11:31-11:41
        97035 | PT 11:41-11:49
    """),
    march(6, "group, then one on one in a block of its own: 59 is true", MEDICARE, PT1, """
        97150 GP x1 | PT 13:00-13:30
        97530 GP 59 x2 | PT 13:30-13:53
    """),
    march(7, "the assistant's half hour bears CQ, the therapist's quarter hour does not", MEDICARE, PT1, """
        97110 GP CQ x2 | PTA 14:00-14:30
        97140 GP x1 | PT 14:30-14:45
    """, diagnoses=(SHOULDER,)),
    march(8, "one code, shared: a line for the therapist's unit and one for the assistant's", MEDICARE, OT, """
        97530 GO x1 | OT 08:00-08:15
        97530 GO CO x1 | OTA 08:15-08:30
    """, diagnoses=(STROKE,)),
    march(9, "above the year's threshold, with KX", MEDICARE, PT1, """
        97110 GP KX x1 | PT 15:00-15:15
        97530 GP KX x1 | PT 15:15-15:30
    """, ytd="2612.40", diagnoses=(STROKE,)),
    march(10, "speech therapy is billed once, whatever its time", MEDICARE, SLP, """
        92507 GN x1 | SLP 09:00-09:50
    """, diagnoses=(SPEECH,)),
    march(11, "cognitive training: a first quarter hour and two more", MEDICARE, SLP, """
        97129 GN x1 | SLP 10:00-10:15
        97130 GN x2 | SLP 10:15-10:45
    """, diagnoses=(SPEECH,)),
    march(12, "this plan counts code by code: eight minutes of each earn a unit of each", COMMERCIAL, PT1, """
        97110 GP x1 | PT 12:00-12:08
        97140 GP x1 | PT 12:08-12:16
        97530 GP x1 | PT 12:16-12:24
    """, diagnoses=(SHOULDER,)),
    march(13, "Medicaid, counted as Medicare does", MEDICAID, PT1, """
        97112 GP x2 | PT 15:30-16:00
        97116 GP x1 | PT 16:00-16:12
    """, diagnoses=(STROKE,)),
    march(14, "a payer that cleanclaim.toml does not know", NOT_MAPPED, PT1, """
        97110 GP x2 | PT 16:15-16:45
    """),
    march(15, "37 minutes allow two units, not three", MEDICARE, PT2, """
        97110 GP x2 | PT 09:20-09:40
        97530 GP x1 | PT 09:40-09:57
    """),
    march(16, "two units of exercise for 8 minutes, one of activities for 30", MEDICARE, PT2, """
        97110 GP x2 | PT 10:00-10:08
        97530 GP x1 | PT 10:08-10:38
    """),
    march(17, "this plan counts code by code: seven minutes earn nothing", COMMERCIAL, PT2, """
        97110 GP x1 | PT 11:00-11:16
        97140 GP x1 | PT 11:16-11:23
    """),
    march(18, "group and one on one, without 59", MEDICARE, PT2, """
        97150 GP x1 | PT 13:00-13:30
        97530 GP x1 | PT 13:30-13:45
    """),
    march(19, "59, and the blocks overlap by ten minutes", MEDICARE, PT2, """
        97150 GP x1 | PT 14:00-14:30
        97530 GP 59 x1 | PT 14:20-14:35
    """),
    march(20, "five units of 97112: Medicaid's maximum is four a day", MEDICAID, PT2, """
        97112 GP x5 | PT 08:00-09:15
    """, diagnoses=(STROKE,)),
    march(21, "a second quarter hour of cognitive training, and no first", MEDICARE, SLP, """
        97130 GN x1 | SLP 11:00-11:15
    """, diagnoses=(SPEECH,)),
    march(22, "GP forgotten on one line", MEDICARE, PT2, """
        97110 GP x1 | PT 15:00-15:15
        97530 x1 | PT 15:15-15:30
    """),
    march(23, "the assistant gave all of 97110, and CQ is missing", MEDICARE, PT2, """
        97110 GP x2 | PTA 16:00-16:30
        97530 GP x1 | PT 16:30-16:45
    """, diagnoses=(SHOULDER,)),
    march(24, "necessary and not necessary on one line", MEDICARE, PT2, """
        97110 GP KX GA x2 | PT 11:30-12:00
    """, ytd="2744.10", notice="yes"),
    march(25, "an evaluation code that ended with 2016", MEDICARE, PT3, """
        97001 GP x1 | PT 10:00-10:40
    """, diagnoses=(KNEE,)),
    march(26, "electrical stimulation under the code that Medicare does not take", MEDICARE, PT3, """
        97110 GP x2 | PT 11:00-11:30
        97014 GP x1 | PT 11:30-11:45
    """),
    march(27, "a diagnosis that has been divided further since October 2021", MEDICARE, PT3, """
        97140 GP x1 | PT 12:00-12:15
    """, diagnoses=("M54.5",)),
    march(28, "two digits of the therapist's NPI are exchanged", COMMERCIAL, PT3_MISTYPED, """
        97110 GP x2 | PT 13:00-13:30
    """, diagnoses=(KNEE,)),
    march(29, "the assistant is named as rendering provider", MEDICARE, PTA, """
        97110 GP CQ x2 | PTA 14:45-15:15
    """),
    march(30, "nobody is named who refers and certifies", MEDICARE, PT3, """
        97530 GP x2 | PT 15:00-15:30
    """, referring=False),
    march(31, "the office's visit at place 21, inpatient hospital", MEDICARE, PT3, """
        97530 GP x1 | PT 15:30-15:45
    """, place="21"),
    march(32, "sent 118 days after the visit; the contract says 90", COMMERCIAL, PT3, """
        97110 GP x2 | PT 16:00-16:30
    """, dos=date(2025, 11, 20)),
    march(33, "C104 once more, under a new number", MEDICARE, PT1, """
        97110 GP x1 | PT 10:00-10:20
        97140 GP x2 | PT 10:20-10:40
    """, patient=104, charted=False),
    march(34, "the total says 192.00, the lines add up to 132.00", MEDICARE, PT3, """
        97110 GP x1 | PT 08:30-08:45
        97530 GP x1 | PT 08:45-09:00
    """, total=192),
    march(35, "March 27 for March 17", COMMERCIAL, PT3, """
        97530 GP x2 | PT 09:30-10:00
    """, dos=date(2026, 3, 27)),
    august(1, "four units, priced at the locality", """
        97530 GP x2 | PT 09:00-09:30
        97110 GP x1 | PT 09:30-09:45
        97140 GP x1 | PT 09:45-10:00
    """),
    august(2, "53 minutes allow four units; three are billed", """
        97110 GP x2 | PT 10:00-10:30
        97140 GP x1 | PT 10:30-10:53
    """),
    august(3, "range of motion measured beside 97530: never paid together", """
        97530 GP x2 | PT 11:00-11:30
        95851 GP x1 | PT 11:30-11:40
    """, diagnoses=(SHOULDER,)),
    august(4, "59 between two codes that no edit names", """
        97110 GP x1 | PT 13:00-13:15
        97140 GP 59 x1 | PT 13:15-13:30
    """),
    august(5, "the second line brings the year above the threshold, and has no KX", """
        97110 GP x1 | PT 14:00-14:15
        97140 GP x1 | PT 14:15-14:30
    """, ytd="2280.00"),
)  # fmt: skip

SHOWN_AS_JSON = ("C102", "C115", "C119", "C124")
"""The visits of visits.json."""

MINUTES_COLUMNS = (
    *("visit_id", "claim_id", "patient_id", "dos", "code", "minutes", "by", "start", "stop"),
    *("ytd_pt_slp", "ytd_ot", "abn_on_file"),
)


def minutes_csv(day: Sequence[Claim]) -> str:
    """Return what the clinicians recorded: one row a block of one-on-one (or group) time."""
    rows = [row for claim in day if claim.charted for row in _minutes_rows(claim)]
    return _csv(MINUTES_COLUMNS, rows)


def _minutes_rows(claim: Claim) -> Iterator[dict[str, object]]:
    for service in claim.services:
        for block in service.blocks:
            yield {
                "visit_id": claim.visit,
                "claim_id": claim.number,
                "patient_id": claim.member,
                "dos": claim.dos.isoformat(),
                "code": service.code,
                **_recorded(block),
                **_standing(claim),
            }


def _recorded(block: Block) -> dict[str, object]:
    return {
        "minutes": block.stop - block.start,
        "by": block.by,
        "start": _clock(block.start),
        "stop": _clock(block.stop),
    }


def _standing(claim: Claim) -> dict[str, str]:
    """The year so far and the notice, where they are known."""
    year = "ytd_ot" if claim.clinician == OT else "ytd_pt_slp"
    return {key: value for key, value in ((year, claim.ytd), ("abn_on_file", claim.notice)) if value}


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _csv(columns: Sequence[str], rows: Sequence[dict[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


SERVICES_COLUMNS = (
    *("visit_id", "claim_id", "patient_id", "payer", "dos", "received", "place_of_service", "code", "modifiers"),
    *("units", "charge", "minutes", "by", "start", "stop", "diagnoses", "pointers", "rendering_npi", "referring_npi"),
    *("claim_charge", "ytd_pt_slp", "ytd_ot", "abn_on_file"),
)


def services_csv(day: Sequence[Claim]) -> str:
    """Return the day before the claims are made: services with their minutes, one row each."""
    rows = [_service_row(claim, service) for claim in day for service in claim.services]
    return _csv(SERVICES_COLUMNS, rows)


def _service_row(claim: Claim, service: Service) -> dict[str, object]:
    (block,) = service.blocks
    billed = {"units": service.units, "charge": f"{service.charge}.00"} if service.units is not None else {}
    return {
        "visit_id": claim.visit,
        "claim_id": claim.number,
        "patient_id": claim.member,
        "payer": claim.payer.name,
        "dos": claim.dos.isoformat(),
        "received": claim.sent.isoformat(),
        "place_of_service": claim.place,
        "code": service.code,
        "modifiers": " ".join(service.modifiers),
        **billed,
        **(_recorded(block) if claim.charted else {}),
        "diagnoses": " ".join(claim.diagnoses),
        "pointers": " ".join(str(place) for place in range(1, len(claim.diagnoses) + 1)),
        "rendering_npi": claim.clinician.npi,
        "referring_npi": REFERRING_NPI if claim.referring else "",
        "claim_charge": f"{claim.charge}.00",
        **_standing(claim),
    }


PATIENTS_COLUMNS = (
    *("patient_id", "last_name", "first_name", "birth_date", "sex", "street", "city", "state", "zip"),
    *("payer", "sequence", "member_id", "relationship"),
)


def patients_csv(day: Sequence[Claim]) -> str:
    """Return what the front desk knows of the patients: one row a patient and payer."""
    rows = {(claim.patient, claim.payer): _patient_row(claim) for claim in day}
    return _csv(PATIENTS_COLUMNS, list(rows.values()))


def _patient_row(claim: Claim) -> dict[str, object]:
    return {
        "patient_id": claim.member,
        "last_name": "PATIENT",
        "first_name": _in_words(claim.patient),
        "birth_date": _birth_date(claim).isoformat(),
        "sex": _sex(claim),
        "street": "1 EXAMPLE LANE",
        "city": "ANYTOWN",
        "state": "IL",
        "zip": "60099",
        "payer": claim.payer.name,
        "sequence": "P",
        "member_id": claim.member,
        "relationship": "self",
    }


def _birth_date(claim: Claim) -> date:
    return date(1950, claim.patient // 100, claim.patient % 28 + 1)


def _sex(claim: Claim) -> str:
    return "FM"[claim.patient % 2]


def visits_json(day: Sequence[Claim]) -> str:
    """Return a few of the Medicare visits as JSON visits, readable with and without the configuration."""
    return json.dumps({"visits": [_visit(claim) for claim in day if claim.number in SHOWN_AS_JSON]}, indent=2) + "\n"


def _visit(claim: Claim) -> dict[str, object]:
    return {
        "visit_id": claim.visit,
        "claim_id": claim.number,
        "patient_id": claim.member,
        "payer": "medicare",
        "dos": claim.dos.isoformat(),
        "place_of_service": claim.place,
        "diagnoses": list(claim.diagnoses),
        "rendering_npi": claim.clinician.npi,
        "referring_npi": REFERRING_NPI,
        **_standing(claim),
        "services": [_service_json(service) for service in claim.services],
    }


def _service_json(service: Service) -> dict[str, object]:
    (block,) = service.blocks
    billed = {"units": service.units, "charge": f"{service.charge}.00"} if service.units is not None else {}
    return {"code": service.code, "modifiers": list(service.modifiers), **billed, **_recorded(block)}


def visit_json() -> str:
    """Return one visit as a request of ``cleanclaim units`` and ``cleanclaim price``: shared between two clinicians."""
    services = [
        {"code": "97530", "units": 2, "minutes": 24, "by": "PT"},
        {"code": "97110", "units": 1, "minutes": 12, "by": "PTA"},
        {"code": "97140", "units": 0, "minutes": 4, "by": "PT"},
    ]
    visit = {"payer": "medicare", "dos": AUGUST.isoformat(), "discipline": "GP", "services": services}
    return json.dumps(visit, indent=2) + "\n"


def claims_837(day: Sequence[Claim]) -> str:
    """Return the day as an 837P: one interchange, one transaction for each day on which claims were sent."""
    sent = sorted({claim.sent for claim in day}, reverse=True)
    control, when = "000000001", max(sent)
    out = [
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{SENDER:15}*ZZ*{RECEIVER:15}*{when:%y%m%d}*0905*^*00501*{control}*0*T*:",
        f"GS*HC*{SENDER}*{RECEIVER}*{when:%Y%m%d}*0905*1*X*005010X222A1",
    ]
    for number, batch in enumerate(sent, 1):
        out += _transaction(number, batch, [claim for claim in day if claim.sent == batch])
    out += [f"GE*{len(sent)}*1", f"IEA*1*{control}"]
    return "".join(f"{segment}~\n" for segment in out)


def _transaction(number: int, sent: date, claims: Sequence[Claim]) -> list[str]:
    body = [
        f"ST*837*{number:04d}*005010X222A1",
        f"BHT*0019*00*EX{number:04d}*{sent:%Y%m%d}*0905*CH",
        f"NM1*41*2*EXAMPLE THERAPY CLINIC*****46*{SENDER}",
        "PER*IC*BILLING OFFICE*TE*5550100000",
        f"NM1*40*2*EXAMPLE CLEARINGHOUSE*****46*{RECEIVER}",
        "HL*1**20*1",
        f"NM1*85*2*EXAMPLE THERAPY CLINIC*****XX*{BILLING_NPI}",
        "N3*100 EXAMPLE STREET",
        "N4*ANYTOWN*IL*600990000",
        "REF*EI*000000000",
    ]
    for level, claim in enumerate(claims, 2):
        body += [*_subscriber(level, claim), *_claim_segments(claim)]
    return [*body, f"SE*{len(body) + 1}*{number:04d}"]


def _subscriber(level: int, claim: Claim) -> list[str]:
    return [
        f"HL*{level}*1*22*0",
        f"SBR*P*18*******{claim.payer.filing_code}",
        f"NM1*IL*1*PATIENT*{_in_words(claim.patient)}****MI*{claim.member}",
        "N3*1 EXAMPLE LANE",
        "N4*ANYTOWN*IL*60099",
        f"DMG*D8*{_birth_date(claim):%Y%m%d}*{_sex(claim)}",
        f"NM1*PR*2*{claim.payer.name}*****PI*{claim.payer.id}",
    ]


def _in_words(number: int) -> str:
    digits = ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")
    return " ".join(digits[int(digit)] for digit in str(number))


def _claim_segments(claim: Claim) -> list[str]:
    pointers = ":".join(str(place) for place in range(1, len(claim.diagnoses) + 1))
    listed = [f"{'ABF' if n else 'ABK'}:{code.replace('.', '')}" for n, code in enumerate(claim.diagnoses)]
    out = [f"CLM*{claim.number}*{claim.charge}***{claim.place}:B:1*Y*A*Y*Y", f"HI*{'*'.join(listed)}"]
    if claim.referring:
        out.append(f"NM1*DN*1*REFERRER*EXAMPLE****XX*{REFERRING_NPI}")
    out.append(f"NM1*82*1*THERAPIST*{claim.clinician.name}****XX*{claim.clinician.npi}")
    out.append(f"PRV*PE*PXC*{claim.clinician.taxonomy}")
    for number, line in enumerate(claim.lines, 1):
        procedure = ":".join(("HC", line.code, *line.modifiers))
        out += [
            f"LX*{number}",
            f"SV1*{procedure}*{line.charge}*UN*{line.units}***{pointers}",
            f"DTP*472*D8*{claim.dos:%Y%m%d}",
            f"REF*6R*{claim.number}-{number}",
        ]
    return out


def files() -> dict[str, str]:
    """Return the text of each file by its name."""
    return {
        "claims.837": claims_837(THE_DAY),
        "minutes.csv": minutes_csv(THE_DAY),
        "services.csv": services_csv(THE_DAY),
        "patients.csv": patients_csv(THE_DAY),
        "visits.json": visits_json(THE_DAY),
        "visit.json": visit_json(),
    }


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for name, text in files().items():
        (folder / name).write_text(text, encoding="ascii", newline="")


if __name__ == "__main__":
    main()
