"""Every loop that a therapy claim may carry passes through: read where it belongs, valid, and written as it was."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from build_837 import Style
from build_x12 import USUAL
from whole_837 import PROFESSIONAL, whole_facility, whole_professional

from cleanclaim import x12
from cleanclaim.x12.validate import validate
from cleanclaim.x12.write import Edits, rewrite

STYLES = [USUAL, Style("|", ">", "'", "!", "\r\n"), Style(terminator="\n"), Style(between="\n  ")]
FILES = {"professional": whole_professional, "institutional": whole_facility}
BOTH = pytest.mark.parametrize("form", FILES)
IN_STYLE = pytest.mark.parametrize("style", STYLES, ids=range(len(STYLES)))
# of other payers, of single lines, and of loops that no table holds
FOREIGN = [
    "FIRST01",
    "THIRD01",
    "SECOND01",
    "P1",
    "P3",
    "OTHERAUTH",
    "OTHERREFERRAL",
    "OTHERICN",
    "PAYER2U",
    "FIRSTDN",
    "FIRST82",
    "FIRST77",
    "FIRSTDQ",
    "FIRST85",
    "SECOND71",
    "SECOND72",
    "SECOND82",
    "SECOND85",
    "LINEAUTH1",
    "LINEREFERRAL1",
    "REPRICED1",
    "OXYGEN",
    "LINE82",
    "LINEDN",
    "SITE",
    "RX1",
    "CLAIMPAPER",
    "LINEPAPER",
    "LICENSE1",
    "LICENSE2",
    "LICENSE3",
    "ANNEX",
    "SUBSCRIBERCASE",
    "PATIENTCASE",
    "PAYERSNUMBER",
    "HOUSE77",
    "HOUSE78",
    "REFERRAL1",
    "01234567891",
    "1669475430",
    "1770573925",
    "1487677118",
    "1932102084",
    "97112",
    "27447",
]
_ELSEWHERE = {  # what the institutional file has in places of its own, which tables hold
    "institutional": {"1669475430", "1487677118", "1932102084"},
    "professional": set(),
}
D4, D5 = date(2026, 3, 4), date(2026, 3, 5)


def told(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the rows without their places, and without what they do not have."""
    places = ("segment", "offset", "interchange", "transaction", "version", "patient_key", "received")
    return [{k: v for k, v in row.items() if v is not None and k not in places} for row in frame.to_dicts()]


@IN_STYLE
def test_professional_claims_have_what_is_theirs(style: Style) -> None:
    file = x12.read(whole_professional(style), chunk_bytes=900)
    assert file.problems.height == 0
    assert file["claims"]["version"].unique().to_list() == [PROFESSIONAL]
    assert file["claims"]["received"].unique().to_list() == [date(2026, 4, 9)]
    assert told(file["claims"]) == [
        {
            "claim_seq": 1,
            "claim_id": "V100",
            "charge_cents": 24000,
            "place_of_service": "11",
            "frequency": "1",
            "original_reference": "ICN100",
            "sequence": "S",
            "filing_indicator": "MB",
            "payer_name": "MEDICARE",
            "payer_id": "12502",
            "subscriber_id": "1AA0A00AA00",
            "billing_npi": "1234567893",
            "billing_taxonomy": "261QR0400X",
            "rendering_npi": "1245319599",
            "rendering_taxonomy": "225100000X",
            "referring_npi": "1003000126",
            "facility_npi": "1679576722",
            "diagnoses": "M5450 M25561",
            "prior_authorization": "AUTH1",
        },
        {
            "claim_seq": 2,
            "claim_id": "V101",
            "charge_cents": 56000,
            "place_of_service": "24",
            "frequency": "7",
            "original_reference": "ICN101",
            "sequence": "P",
            "filing_indicator": "WC",
            "payer_name": "OTHER PLAN",
            "payer_id": "P2",
            "subscriber_id": "M200",
            "billing_npi": "1234567893",
            "billing_taxonomy": "261QR0400X",
            "rendering_npi": "1316949563",
            "diagnoses": "M25561",
        },
        {
            "claim_seq": 3,
            "claim_id": "V102",
            "charge_cents": 9000,
            "place_of_service": "12",
            "frequency": "1",
            "sequence": "P",
            "filing_indicator": "MC",
            "payer_name": "STATE MEDICAID",
            "payer_id": "77027",
            "subscriber_id": "M300",
            "billing_npi": "1942203013",
            "billing_taxonomy": "225X00000X",
            "diagnoses": "R278",
        },
    ]
    assert told(file["lines"]) == [
        {
            "claim_seq": 1,
            "line_number": 1,
            "qualifier": "HC",
            "code": "97110",
            "modifier_1": "GP",
            "modifier_2": "KX",
            "charge_cents": 12000,
            "unit_basis": "UN",
            "units": 2.0,
            "pointers": "1 2",
            "dos": D4,
            "dos_last": D4,
            "rendering_npi": "1780601278",
            "rendering_taxonomy": "225X00000X",
            "referring_npi": "1861452088",
            "line_control": "L1",
        },
        {
            "claim_seq": 1,
            "line_number": 2,
            "qualifier": "HC",
            "code": "97140",
            "modifier_1": "59",
            "modifier_2": "GP",
            "charge_cents": 6000,
            "unit_basis": "UN",
            "units": 1.0,
            "place_of_service": "12",
            "pointers": "2",
            "dos": D4,
            "dos_last": D5,
            "line_control": "L2",
        },
        {
            "claim_seq": 1,
            "line_number": 3,
            "qualifier": "HC",
            "code": "J1030",
            "charge_cents": 6000,
            "unit_basis": "UN",
            "units": 1.0,
            "pointers": "1",
            "dos": D4,
            "dos_last": D4,
            "line_control": "L3",
        },
        {
            "claim_seq": 2,
            "line_number": 1,
            "qualifier": "HC",
            "code": "01400",
            "modifier_1": "QZ",
            "charge_cents": 50000,
            "unit_basis": "MJ",
            "units": 75.0,
            "pointers": "1",
            "line_control": "L9",
            "dos": date(2026, 3, 6),
            "dos_last": date(2026, 3, 6),
        },
        {
            "claim_seq": 2,
            "line_number": 2,
            "qualifier": "HC",
            "code": "97116",
            "modifier_1": "GP",
            "charge_cents": 6000,
            "unit_basis": "UN",
            "units": 1.0,
            "pointers": "1",
            "dos": date(2026, 3, 7),
            "dos_last": date(2026, 3, 7),
        },
        {
            "claim_seq": 3,
            "line_number": 1,
            "qualifier": "HC",
            "code": "97530",
            "modifier_1": "GO",
            "charge_cents": 9000,
            "unit_basis": "UN",
            "units": 1.0,
            "pointers": "1",
            "dos": date(2026, 3, 8),
            "dos_last": date(2026, 3, 8),
        },
    ]


@IN_STYLE
def test_institutional_claims_have_what_is_theirs(style: Style) -> None:
    file = x12.read(whole_facility(style), chunk_bytes=900)
    assert file.problems.height == 0
    assert told(file["facility_claims"]) == [
        {
            "claim_seq": 1,
            "claim_id": "V200",
            "charge_cents": 25000,
            "bill_type": "131",
            "frequency": "1",
            "statement_first": date(2026, 3, 1),
            "statement_last": date(2026, 3, 31),
            "admission_type": "3",
            "admission_source": "1",
            "patient_status": "30",
            "original_reference": "ICN200",
            "sequence": "P",
            "filing_indicator": "MA",
            "payer_name": "MEDICARE",
            "payer_id": "12501",
            "subscriber_id": "1AA0A00AA00",
            "billing_npi": "1234567893",
            "billing_taxonomy": "283X00000X",
            "attending_npi": "1003000126",
            "attending_taxonomy": "208100000X",
            "operating_npi": "1245319599",
            "rendering_npi": "1679576722",
            "referring_npi": "1780601278",
            "facility_npi": "1932102084",
            "principal_diagnosis": "M5450",
            "diagnoses": "M5450 M25561 Z96651",
            "visit_reasons": "R262",
            "occurrence_codes": "11:2026-02-20 35:2026-03-02",
            "occurrence_spans": "74:2026-03-05:2026-03-06",
            "condition_codes": "09",
            "value_codes": "50:3",
            "prior_authorization": "AUTH1",
            "medical_record": "CHART6",
        },
        {
            "claim_seq": 2,
            "claim_id": "V201",
            "charge_cents": 8000,
            "bill_type": "741",
            "frequency": "1",
            "statement_first": date(2026, 3, 9),
            "statement_last": date(2026, 3, 9),
            "admission_type": "3",
            "patient_status": "01",
            "sequence": "P",
            "filing_indicator": "CI",
            "payer_name": "OTHER PLAN",
            "payer_id": "P9",
            "subscriber_id": "M200",
            "billing_npi": "1234567893",
            "billing_taxonomy": "283X00000X",
            "attending_npi": "1780601278",
            "principal_diagnosis": "M25561",
            "diagnoses": "M25561",
        },
    ]
    assert told(file["facility_lines"]) == [
        {
            "claim_seq": 1,
            "line_number": 1,
            "revenue_code": "0420",
            "qualifier": "HC",
            "code": "97110",
            "modifier_1": "GP",
            "charge_cents": 15000,
            "unit_basis": "UN",
            "units": 3.0,
            "non_covered_cents": 1000,
            "dos": D4,
            "dos_last": D4,
            "rendering_npi": "1669475430",
            "referring_npi": "1487677118",
            "line_control": "L1",
        },
        {
            "claim_seq": 1,
            "line_number": 2,
            "revenue_code": "0636",
            "qualifier": "HC",
            "code": "J1030",
            "charge_cents": 10000,
            "unit_basis": "UN",
            "units": 1.0,
            "dos": D4,
            "dos_last": D5,
        },
        {
            "claim_seq": 2,
            "line_number": 1,
            "revenue_code": "0430",
            "qualifier": "HC",
            "code": "97530",
            "modifier_1": "GO",
            "charge_cents": 8000,
            "unit_basis": "UN",
            "units": 1.0,
            "dos": date(2026, 3, 9),
            "dos_last": date(2026, 3, 9),
        },
    ]


@BOTH
def test_patients_of_one_subscriber_are_told_apart(form: str) -> None:
    table = "claims" if form == "professional" else "facility_claims"
    keys = x12.read(FILES[form]())[table]["patient_key"].to_list()
    assert len(set(keys)) == len(keys)
    assert keys[0] == "1AA0A00AA00"
    assert keys[1].startswith("M200/")


@BOTH
def test_nothing_of_other_loops_is_in_claims_or_lines(form: str) -> None:
    content = FILES[form]()
    held = {word for word in FOREIGN if word.encode() in content} - _ELSEWHERE[form]
    assert len(held) > 15
    file = x12.read(content)
    for name in ("claims", "lines", "facility_claims", "facility_lines"):
        for row in file[name].drop("patient_key", strict=False).to_dicts():
            words = {word for value in row.values() for word in str(value).split()}
            assert words & held == set()


@BOTH
@IN_STYLE
def test_they_are_valid_and_written_as_they_were(form: str, style: Style) -> None:
    content = FILES[form](style)
    found = validate(content)
    assert (found.accepted, found.problems.rows()) == (True, [])
    assert validate(content, block_bytes=300).accepted
    assert b"".join(rewrite(content, Edits(), chunk_bytes=500)) == content


@BOTH
def test_totals_count_the_claims_own_amounts(form: str) -> None:
    counted = x12.totals(FILES[form]())
    expected = {"professional": (3, 6, 89000), "institutional": (2, 3, 33000)}
    (one,) = counted["transactions"]
    assert (one["claims"], one["lines"], one["charge_cents"]) == expected[form]
    assert counted["problems"] == []
