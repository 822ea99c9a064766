"""The claim and line tables of 837 institutional files."""

from __future__ import annotations

from datetime import date

import pytest
from build_837 import A1, BILLING, CLAIM, LINE, SUBSCRIBER, Style, interchange, transaction
from build_x12 import FACILITY_CLAIM, facility, facility_set

from cleanclaim import x12

CLAIM_ROW = {
    "claim_seq": 1,
    "interchange": 1,
    "transaction": 1,
    "version": "005010X223A2",
    "claim_id": "V200",
    "charge_cents": 24050,
    "bill_type": "131",
    "frequency": "1",
    "statement_first": date(2026, 3, 1),
    "statement_last": date(2026, 3, 31),
    "admitted": date(2026, 3, 1),
    "admission_type": "3",
    "admission_source": "1",
    "patient_status": "30",
    "original_reference": None,
    "sequence": "P",
    "filing_indicator": "MA",
    "payer_name": "MEDICARE",
    "payer_id": "12502",
    "subscriber_id": "1AA0A00AA00",
    "patient_key": "1AA0A00AA00",
    "billing_npi": "1234567893",
    "billing_taxonomy": None,
    "attending_npi": "1003000126",
    "attending_taxonomy": "207Q00000X",
    "operating_npi": "1245319599",
    "rendering_npi": None,
    "referring_npi": None,
    "facility_npi": None,
    "principal_diagnosis": "M5450",
    "diagnoses": "M5450 M25561 Z96651",
    "admitting_diagnosis": None,
    "visit_reasons": "R262",
    "occurrence_codes": "11:2026-02-20 35:2026-03-02 29",
    "occurrence_spans": "74:2026-03-05:2026-03-06",
    "condition_codes": "09 A1",
    "value_codes": "50:3 A2:15.31",
    "received": date(2026, 4, 9),
    "prior_authorization": "AUTH9",
    "medical_record": "MR77",
}
LINE_ROW = {
    "claim_seq": 1,
    "line_number": 1,
    "revenue_code": "0420",
    "qualifier": "HC",
    "code": "97110",
    "modifier_1": "GP",
    "modifier_2": None,
    "modifier_3": None,
    "modifier_4": None,
    "charge_cents": 18050,
    "unit_basis": "UN",
    "units": 2.0,
    "non_covered_cents": 1000,
    "dos": date(2026, 3, 4),
    "dos_last": date(2026, 3, 4),
    "rendering_npi": None,
    "referring_npi": None,
    "line_control": "L1",
}


@pytest.mark.parametrize("style", [Style(), Style("|", ">", "'", "!", "\r\n"), Style(terminator="\n")])
def test_a_claim_and_its_lines_in_full(style: Style) -> None:
    content = facility(*FACILITY_CLAIM, style=style)
    file = x12.read(content)
    assert file["facility_claims"].drop("segment", "offset").to_dicts() == [CLAIM_ROW]
    first, second = file["facility_lines"].drop("segment", "offset").to_dicts()
    assert first == LINE_ROW
    assert {k: v for k, v in second.items() if v is not None} == {
        "claim_seq": 1,
        "line_number": 2,
        "revenue_code": "0250",
        "charge_cents": 6000,
        "unit_basis": "UN",
        "units": 1.0,
    }
    assert file.problems.height == 0
    for table, name in (("facility_claims", b"CLM"), ("facility_lines", b"SV2")):
        assert all(content[offset:].startswith(name) for offset in file[table]["offset"])


def test_what_is_of_another_payer_stays_with_it() -> None:
    other = ["SBR*S*18*******CI", "HI*BH:11:D8:20200101", "NM1*71*1*OTHER*O****XX*1111111112", "DTP*434*D8*20200101"]
    (row,) = x12.read(facility("CLM*V1*5***13:A:7", *other, "LX*1", "SV2*0420*HC:97110*5*UN*1"))[
        "facility_claims"
    ].to_dicts()
    assert (row["occurrence_codes"], row["attending_npi"], row["statement_first"]) == (None, None, None)
    assert (row["bill_type"], row["frequency"]) == ("137", "7")


def test_a_bill_type_needs_both_its_parts() -> None:
    lines = ["LX*1", "SV2*0420*HC:97110*5*UN*1"]
    file = x12.read(facility("CLM*V1*5***13:A", *lines, "CLM*V2*5*****Y", *lines, "CLM*V3*5***074:A:1", *lines))
    assert file["facility_claims"]["bill_type"].to_list() == [None, None, "741"]
    assert set(file.problems["message"]) == {"CLM05 (bill type) is missing or lacks one of its parts"}
    assert file.problems["segment"].to_list() == file["facility_claims"]["segment"].to_list()[:2]


def test_faults_have_a_place() -> None:
    content = facility(
        "CLM**2x***13:A:1",  # 12
        "DTP*434*RD8*20260301-20260399",  # 13
        "HI*BH:11:D8:20260230*BH:35:D8:20260302",  # 14
        "LX*1",
        "SV2*0420*HC:97110**UN*two",  # 16
        "DTP*472*D8*2026",  # 17
        "LX*2",  # 18
        "CLM*V2*1***13:A:1",  # 19
    )
    assert x12.read(content).problems.select("segment", "message").rows() == [
        (12, "CLM01 (claim number) is missing"),
        (12, "CLM02 (total charge) is missing or not an amount"),
        (13, "DTP*434 (statement dates) is not a date"),
        (14, "HI: the date of an occurrence code is not a date"),
        (16, "SV203 (line charge) is missing or not an amount"),
        (16, "SV205 (units) is not a number"),
        (17, "DTP*472 (service date) is not a date"),
        (18, "LX without SV2: no line is read"),
        (19, "CLM without a service line (SV2)"),
    ]


@pytest.mark.parametrize("chunk_bytes", [300, 1 << 20])
def test_professional_and_institutional_claims_of_a_file_are_numbered_together(chunk_bytes: int) -> None:
    professional = transaction(*BILLING, *SUBSCRIBER, *CLAIM, *LINE, *CLAIM, *LINE, version=A1)
    file = x12.read(
        interchange(professional, facility_set(*FACILITY_CLAIM), professional, facility_set(*FACILITY_CLAIM)),
        chunk_bytes=chunk_bytes,
    )
    assert file["claims"]["claim_seq"].to_list() == [1, 2, 4, 5]
    assert file["facility_claims"]["claim_seq"].to_list() == [3, 6]
    assert file["lines"]["claim_seq"].to_list() == [1, 2, 4, 5]
    assert file["facility_lines"]["claim_seq"].to_list() == [3, 3, 6, 6]
    assert file["facility_claims"]["transaction"].to_list() == [2, 4]
    assert file["facility_claims"]["offset"].is_sorted()


def test_versions() -> None:
    for version in ("005010X223", "005010X223A1", "005010X223A3"):
        file = x12.read(interchange(facility_set(*FACILITY_CLAIM, version=version)))
        assert file["facility_claims"]["version"].to_list() == [version]
    old = x12.read(interchange(facility_set(*FACILITY_CLAIM, version="004010X096A1")), kinds=("837I",))
    assert old["facility_claims"].height == 0
    read = "only 837I 005010X223 005010X223A1 005010X223A2 005010X223A3 are"
    assert old.problems["message"].to_list() == [
        f"the transaction set (837I 004010X096A1) is not read: {read}",
    ]
