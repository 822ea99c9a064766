"""A made-up practice for the tests of written claims: its configuration, patients and services."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cleanclaim import outgoing, x12
from cleanclaim.outgoing import Sent

NOW = datetime(2026, 3, 9, 9, 30)  # noqa: DTZ001  (a clock on the wall)

CONFIG = """
[payers.MEDICARE]
pack = "medicare"
send = { id = "EXMCR", filing_indicator = "MB" }

[payers."Lakeside Health"]
pack = "commercial"
names = ["LAKE"]
send = { name = "LAKESIDE HEALTH PLAN", id = "EXLHP", filing_indicator = "CI" }

[sites.main]
setting = "office"
npi = "1234567893"

[clinicians.PT1]
npi = "1245319599"
credential = "PT"
taxonomy = "225100000X"
last_name = "ROE"
first_name = "PAT"

[clinicians.PT2]
npi = "1972586303"
credential = "PT"
taxonomy = "225100000X"
last_name = "POE"
first_name = "LEE"

[physicians.doe]
npi = "1003000126"
last_name = "DOE"
first_name = "JO"

[submitter]
name = "HILL CLINIC"
id = "HILL01"
contact = "FRONT DESK"
phone = "3175550100"
usage = "test"

[receivers.house]
name = "CLEARING HOUSE"
id = "HOUSE01"

[billing]
name = "HILL CLINIC"
npi = "1234567893"
tax_id = "35-1234567"
street = "1 HILL ROAD"
city = "CARMEL"
state = "IN"
zip = "46032-1234"
signature_on_file = true
accepts_assignment = true
benefits_assigned = true
release_signed = true
"""

PATIENT = {
    "patient_id": "P1",
    "last_name": "ALDER",
    "first_name": "ADA",
    "birth_date": "1945-01-02",
    "sex": "F",
    "street": "2 OAK STREET",
    "city": "CARMEL",
    "state": "IN",
    "zip": "46032",
    "payer": "MEDICARE",
    "sequence": "P",
    "member_id": "1AA0A00AA00",
    "relationship": "self",
}
SERVICE = {
    "claim_id": "C1",
    "visit_id": "V1",
    "patient_id": "P1",
    "payer": "MEDICARE",
    "dos": "2026-03-04",
    "place_of_service": "11",
    "code": "97110",
    "modifiers": "GP",
    "units": "2",
    "charge": "84.00",
    "diagnoses": "M54.50",
    "rendering_npi": "PT1",
    "referring_npi": "1003000126",
}
FACILITY = {
    "bill_type": "131",
    "revenue_code": "0420",
    "attending_npi": "1003000126",
    "referring_npi": "",
    "place_of_service": "",
}
ADMISSION = {"claim_id": "C1", "admission_type": "3", "admission_source": "1", "patient_status": "01"}
CHILD = {
    "relationship": "child",
    "payer": "Lakeside Health",
    "member_id": "M300",
    "group_number": "GRP9",
    "subscriber_last_name": "ALDER",
    "subscriber_first_name": "BOB",
}

Rows = Sequence[Mapping[str, Any]]


def table(path: Path, rows: Rows) -> Path:
    """Write rows as CSV, with a column for every key that any of them has."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(dict.fromkeys(key for row in rows for key in row)), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def send(
    folder: Path,
    services: Rows,
    patients: Rows = (PATIENT,),
    facts: Rows = (),
    config: str = CONFIG,
    **more: Any,
) -> Sent:
    """Write the claims of these services into ``folder / "out"``."""
    (folder / "cleanclaim.toml").write_text(config, encoding="utf-8")
    return outgoing.write(
        table(folder / "services.csv", services),
        patients=table(folder / "patients.csv", patients),
        config=folder / "cleanclaim.toml",
        output=folder / "out",
        facts=table(folder / "facts.csv", facts) if facts else None,
        **{"now": NOW, "as_of": NOW.date(), "include_findings": True, **more},
    )


def segments(sent: Sent, file: int = 0) -> list[str]:
    """Return the segments of a file that was written, without envelope and head."""
    text = sent.files[file].path.read_text("ascii").split("~\n")
    first = next(n for n, segment in enumerate(text) if segment.startswith("HL*1*"))
    return text[first:-4]


def held(sent: Sent) -> dict[str | None, tuple[str, tuple[str, ...]]]:
    """Return why claims were held back, by claim."""
    return {one.claim: (one.reason, one.messages) for one in sent.held}


def problems(sent: Sent) -> list[tuple[Any, ...]]:
    """Return what the validator says of all that was written."""
    from cleanclaim.x12.validate import validate

    return [row for file in sent.files for row in validate(file.path).problems.iter_rows()]


def tables(sent: Sent, file: int = 0) -> x12.X12Tables:
    """Return what a file that was written says when it is read."""
    return x12.read(sent.files[file].path)


def remittance(folder: Path, claims: str, paid: str, payer: str = "MEDICARE") -> Path:
    """Write an 835 of a payer with these claims (CLP and what follows), ``paid`` in all."""
    isa = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260320*0930*^*00501*000000001*0*T*:~"
    head = "GS*HP*AA*BB*20260320*0930*1*X*005010X221A1~ST*835*0001~"
    head += f"BPR*I*{paid}*C*CHK************20260320~TRN*1*77*1512345678~"
    head += f"DTM*405*20260320~N1*PR*{payer}~N3*1 PAYER WAY~N4*CARMEL*IN*46032~PER*BL*HELP*TE*8005550100~"
    body = f"{head}N1*PE*HILL CLINIC*XX*1234567893~LX*1~{claims}"
    count = body.count("~")
    path = folder / "paid.835"
    path.write_text(f"{isa}{body}SE*{count}*0001~GE*1*1~IEA*1*000000001~", encoding="ascii")
    return path
