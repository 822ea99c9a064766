"""What is printed in which item of CMS-1500 and UB-04, and what is told of what is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_files import (
    BILLING,
    DEPENDENT,
    FACILITY_CLAIM,
    FACILITY_FILE,
    MEDICARE,
    MEDICARE_CLAIM,
    MEDICARE_FILE,
    OTHER_CLAIM,
    OTHER_FILE,
    REMITTANCE_FILE,
    facility_service,
    file,
    lines,
    service,
)

from cleanclaim.errors import CleanclaimError, InputError
from cleanclaim.paper import Printed, print_claims
from cleanclaim.paper.fill import Page
from cleanclaim.paper.form import FORMS, form


def boxes(page: Page, row: int = 0) -> dict[str, str]:
    """Return what stands in each box, of service lines in those of one row."""
    return {
        mark.field.name: mark.text for mark in page.marks if not mark.field.name.startswith("line_") or mark.row == row
    }


def notices(printed: Printed) -> list[tuple[int, str, str]]:
    return [(notice.page, notice.item, notice.message) for notice in printed.notices]


def test_a_claim_to_medicare_as_its_manual_asks() -> None:
    printed = print_claims(MEDICARE_FILE)
    assert (printed.form.name, printed.claims, len(printed.pages), printed.notices) == ("cms1500", 1, 1, ())
    assert boxes(printed.pages[0]) == {
        "payer_name": "MEDICARE",
        "is_medicare": "X",
        "insured_id": "1AA0A00AA00",
        "patient_name": "ALDER, ADA, B",
        "birth_month": "01",
        "birth_day": "02",
        "birth_year": "1945",
        "is_female": "X",
        "patient_street": "2 OAK STREET",
        "patient_city": "CARMEL",
        "patient_state": "IN",
        "patient_zip": "46032",
        "group_number": "NONE",
        "is_not_employment": "X",
        "is_not_auto_accident": "X",
        "is_not_other_accident": "X",
        "patient_signature": "SIGNATURE ON FILE",
        "illness_month": "02",
        "illness_day": "20",
        "illness_year": "2026",
        "illness_qualifier": "431",
        "referring_qualifier": "DN",
        "referring_name": "JO DOE",
        "referring_npi": "1003000126",
        "additional": "SEEN AT HOME",
        "icd_indicator": "0",
        "diagnosis_A": "M5450",
        "diagnosis_B": "M25561",
        "prior_authorization": "AUTH1",
        "line_from_month": "03",
        "line_from_day": "04",
        "line_from_year": "26",
        "line_to_month": "03",
        "line_to_day": "04",
        "line_to_year": "26",
        "line_place": "11",
        "line_code": "97110",
        "line_modifier_1": "GP",
        "line_modifier_2": "KX",
        "line_pointers": "A",
        "line_charge": "84 00",
        "line_units": "2",
        "line_npi": "1245319599",
        "tax_id": "351234567",
        "tax_id_is_ein": "X",
        "account": "V100",
        "is_assigned": "X",
        "total_charge": "168 00",
        "provider_signature": "SIGNATURE ON FILE",
        "facility_name": "HILL CLINIC",
        "facility_street": "1 HILL RD 2",
        "facility_city": "CARMEL IN 46032-1234",
        "facility_npi": "1234567893",
        "billing_area_code": "317",
        "billing_phone": "555 0100",
        "billing_name": "HILL CLINIC",
        "billing_street": "1 HILL RD 2",
        "billing_city": "CARMEL IN 46032-1234",
        "billing_npi": "1234567893",
    }
    second = boxes(printed.pages[0], 1)
    assert (second["line_code"], second["line_pointers"]) == ("97140", "B")


def test_a_claim_of_a_dependent_to_a_second_payer() -> None:
    printed = print_claims(OTHER_FILE)
    found = boxes(printed.pages[0])
    assert printed.notices == ()
    assert {name: text for name, text in found.items() if name.startswith(("is_", "has_"))} == {
        "is_group": "X",
        "is_female": "X",
        "is_child": "X",
        "is_not_employment": "X",
        "is_auto_accident": "X",
        "is_not_other_accident": "X",
        "has_other_plan": "X",
        "is_assigned": "X",
    }
    wanted = {
        "payer_name": "OTHER PLAN",
        "payer_street": "PO BOX 9",
        "payer_city": "ANYTOWN IL 60099",
        "insured_id": "M200",
        "patient_name": "BIRCH, BEA",
        "insured_name": "BIRCH, BEN",
        "insured_birth_year": "1980",
        "insured_is_male": "X",
        "group_number": "GRP1",
        "plan_name": "OTHER GROUP",
        "other_insured_name": "BIRCH, BOB",
        "other_group_number": "GRP9",
        "other_plan_name": "FIRST PLAN",
        "accident_state": "IN",
        "insured_signature": "SIGNATURE ON FILE",
        "other_date_qualifier": "439",
        "other_date_day": "10",
        "resubmission_code": "7",
        "original_reference": "ICN100",
        "line_to_day": "05",
        "line_modifier_4": "CQ",
        "line_pointers": "AB",
        "line_other_qualifier": "ZZ",
        "line_other_id": "225100000X",
        "total_charge": "100 00",
        "amount_paid": "65 00",
        "facility_name": "POOL HOUSE",
        "facility_city": "CARMEL IN 46032-0001",
        "facility_npi": "1003000126",
        "billing_other_id": "ZZ261QR0400X",
    }
    assert {name: found.get(name) for name in wanted} == wanted


def test_medicare_after_another_payer_names_that_payers_insured() -> None:
    subscriber = MEDICARE.replace("SBR*P*18*******MB", "SBR*S*18***12****MB")
    claim = OTHER_CLAIM.replace(":B:7*", ":B:1*")
    found = boxes(print_claims(file("837P", BILLING, subscriber, claim)).pages[0])
    wanted = {
        "insured_name": "SAME",
        "is_self": "X",
        "group_number": "GRP9",
        "plan_name": "FIRST PLAN",
        "amount_paid": "5 00",
        "insured_signature": None,
        "line_pointers": "A",
        "has_other_plan": None,
        "billing_other_id": None,
    }
    assert {name: found.get(name) for name in wanted} == wanted


def test_lines_go_on_pages_of_six_and_the_totals_on_the_last() -> None:
    head = "CLM*V1*140***11:B:1*Y*A*Y*Y\nHI*ABK:M5450\n"
    printed = print_claims(file("837P", BILLING, MEDICARE, head, *(service(n) for n in range(1, 15))))
    rows = [sorted({mark.row for mark in page.marks if mark.field.name == "line_code"}) for page in printed.pages]
    assert rows == [[0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5], [0, 1]]
    assert [boxes(page).get("total_charge") for page in printed.pages] == [None, None, "140 00"]
    assert [boxes(page)["patient_name"] for page in printed.pages] == ["ALDER, ADA, B"] * 3
    assert [boxes(page)["page"] for page in printed.pages] == ["PAGE 01 OF 03", "PAGE 02 OF 03", "PAGE 03 OF 03"]


def test_no_signature_is_made_up() -> None:
    claim = OTHER_CLAIM.replace("*Y*A*Y*Y**", "*N*A*N*I**")
    printed = print_claims(file("837P", BILLING, DEPENDENT, claim))
    assert [name for name in boxes(printed.pages[0]) if "signature" in name] == []
    assert [item for _, item, _ in notices(printed)] == ["12", "13", "31"]


def test_texts_are_cut_and_amounts_and_codes_are_left_out_and_both_are_told() -> None:
    claim = MEDICARE_CLAIM.replace("*168*", "*12345678*").replace(
        "SEEN AT HOME", "A NOTE THAT IS LONGER THAN ITEM NINETEEN IS WIDE"
    )
    subscriber = MEDICARE.replace("ALDER*ADA", "ALDER-VERY-LONG-NAME*ADALBERTINE")
    printed = print_claims(file("837P", BILLING, subscriber, claim.replace("SV1*HC:97110", "SV1*HC:97110XX")))
    found = boxes(printed.pages[0])
    assert found["patient_name"] == "ALDER-VERY-LONG-NAME, ADALBE"
    assert "total_charge" not in found
    assert "line_code" not in found
    assert notices(printed) == [
        (1, "2", "cut from 36 characters to the 28 that fit"),
        (1, "24D", "7 characters do not fit in 6: left blank"),
        (1, "28", "11 characters do not fit in 9: left blank"),
    ]


def test_notices_hold_nothing_of_the_patient() -> None:
    subscriber = MEDICARE.replace("ALDER*ADA", "ŁALDERLONGLONGLONGLONG*ADALBERTINE").replace("19450102", "1945")
    printed = print_claims(file("837P", BILLING, subscriber, MEDICARE_CLAIM))
    told = " ".join(f"{notice.item} {notice.message}" for notice in printed.notices)
    assert [notice.item for notice in printed.notices] == ["2", "2", "3"]
    assert "ALDER" not in told
    assert "1945" not in told


@pytest.mark.parametrize(
    ("old", "new", "item", "message"),
    [
        ("***1:2", "***13", "24E", "a pointer leads to no diagnosis of item 21: left out"),
        ("HI*ABK:M5450*ABF:M25561\n", "", "21", "the claim has no diagnosis"),
        ("KX*84*", "KX*x*", "24F", "a line has no charge that can be read: left blank"),
        ("KX*84*", "KX*-84*", "24F", "an amount below zero: left blank"),
        ("*Y*A*Y*Y", "*Y*B*Y*Y", "27", "assignment of laboratory services only (CLM07 B): neither box is marked"),
        (":B:1*", ":B:7*", "22", "Medicare does not take replacements and voids on paper in this item: left blank"),
    ],
)
def test_what_cannot_be_printed_is_told(old: str, new: str, item: str, message: str) -> None:
    printed = print_claims(file("837P", BILLING, MEDICARE, MEDICARE_CLAIM.replace(old, new)))
    assert notices(printed) == [(1, item, message)]


def test_the_shaded_line_has_the_drug_and_the_words_of_a_code_without_its_own() -> None:
    line = "LX*1\nSV1*HC:97799:GP::::HAND SPLINT*10*UN*1***1\nDTP*472*D8*20260304\nLIN**N4*01234567891\nCTP****2*UN\n"
    head = "CLM*V1*10***11:B:1*Y*A*Y*Y\nHI*ABK:M5450\n"
    found = boxes(print_claims(file("837P", BILLING, MEDICARE, head, line)).pages[0])
    assert found["line_supplement"] == "N401234567891   UN2   ZZHAND SPLINT"


def test_an_institutional_claim() -> None:
    printed = print_claims(FACILITY_FILE)
    assert (printed.form.name, len(printed.pages), printed.notices) == ("ub04", 1, ())
    assert boxes(printed.pages[0]) == {
        "billing_name": "HILL CLINIC",
        "billing_street": "1 HILL RD 2",
        "billing_city": "CARMEL IN 46032-1234",
        "billing_phone": "3175550100",
        "account": "V200",
        "medical_record": "MR77",
        "bill_type": "0131",
        "tax_id": "351234567",
        "statement_from": "030126",
        "statement_to": "033126",
        "patient_name": "ALDER, ADA, B",
        "patient_street": "2 OAK STREET",
        "patient_city": "CARMEL",
        "patient_state": "IN",
        "patient_zip": "46032",
        "birth": "01021945",
        "sex": "F",
        "admission_date": "030126",
        "admission_hour": "09",
        "admission_type": "3",
        "admission_source": "1",
        "discharge_status": "01",
        "condition_1": "09",
        "occurrence_1": "11",
        "occurrence_date_1": "022026",
        "occurrence_2": "35",
        "occurrence_date_2": "022126",
        "span_1": "74",
        "span_from_1": "031026",
        "span_to_1": "031226",
        "value_1": "50",
        "value_count_1": "4",
        "value_2": "37",
        "value_amount_2": "1250",
        "line_revenue": "0420",
        "line_code": "97110GPKX",
        "line_date": "030426",
        "line_units": "3",
        "line_charge": "15000",
        "page": "1",
        "pages": "1",
        "created": "030926",
        "total_revenue": "0001",
        "total_charge": "25000",
        "total_non_covered": "2000",
        "billing_npi": "1234567893",
        "payer_A": "MEDICARE",
        "plan_id_A": "12502",
        "release_A": "Y",
        "assignment_A": "Y",
        "insured_name_A": "ALDER, ADA, B",
        "insured_id_A": "1AA0A00AA00",
        "relation_A": "18",
        "authorization_A": "AUTH2",
        "icd_indicator": "0",
        "diagnosis_principal": "M5450",
        "present_principal": "Y",
        "diagnosis_A": "M25561",
        "diagnosis_B": "R262",
        "attending_npi": "1003000126",
        "attending_last": "DOE",
        "attending_first": "JO",
        "remark_1": "PLAN OF CARE SENT",
        "remark_2": "ON PAPER AND BY FAX",
        "code_qualifier_a": "B3",
        "code_a": "261QR0400X",
    }
    assert boxes(printed.pages[0], 1)["line_non_covered"] == "2000"


def test_institutional_lines_go_on_pages_of_22_and_payers_in_their_order() -> None:
    other = (
        "SBR*P*18*GRP9******CI\nAMT*D*60\nOI***Y***Y\nNM1*IL*1*ALDER*ADA****MI*M300\nNM1*PR*2*FIRST PLAN*****PI*P1\n"
    )
    head = FACILITY_CLAIM[: FACILITY_CLAIM.index("LX*1")].replace("*250*", "*230*")
    subscriber = MEDICARE.replace("SBR*P", "SBR*S").replace("MB", "MA")
    services = [facility_service(n) for n in range(1, 24)]
    printed = print_claims(file("837I", BILLING, subscriber, head, other, *services))
    assert [boxes(page).get("total_charge") for page in printed.pages] == [None, "23000"]
    assert [(boxes(page)["page"], boxes(page)["pages"]) for page in printed.pages] == [("1", "2"), ("2", "2")]
    found = boxes(printed.pages[1])
    assert (found["payer_A"], found["payer_B"], found["prior_payment_A"]) == ("FIRST PLAN", "MEDICARE", "6000")


def test_which_claims_are_printed() -> None:
    both = MEDICARE_FILE + FACILITY_FILE
    with pytest.raises(InputError, match="say cms1500 or ub04"):
        print_claims(both)
    assert print_claims(both, kind="ub04").form.name == "ub04"
    assert print_claims(both, kind="cms1500", claim="V100").claims == 1
    for content, claim in ((REMITTANCE_FILE, None), (MEDICARE_FILE, "V9")):
        with pytest.raises(InputError, match="no claim of"):
            print_claims(content, claim=claim)
    with pytest.raises(InputError, match="must be one of cms1500, ub04"):
        print_claims(both, kind="hcfa")


@pytest.mark.parametrize("name", FORMS)
def test_boxes_lie_on_the_paper_and_not_on_each_other(name: str) -> None:
    own = form(name)
    taken: dict[tuple[int, int], str] = {}
    for box in own.fields.values():
        if box.name.startswith("value_count_"):  # the dollars of the amount beside it
            continue
        for row in range(own.rows if box.name.startswith("line_") else 1):
            line = box.line + own.step * row
            assert 0 < own.top * 6 + line <= 66
            assert own.left + (box.column - 1 + box.width) / 10 <= 8.5
            for tenth in range(int(box.column * 10), int((box.column + box.width) * 10)):
                assert taken.setdefault((line, tenth), box.name) == box.name


_SEGMENTS = lines(BILLING, MEDICARE, DEPENDENT, MEDICARE_CLAIM, OTHER_CLAIM)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(_SEGMENTS), max_size=40), st.text("AZ09*:.-é ", max_size=12))
def test_whatever_stands_in_a_file_fits_its_boxes_or_is_told(segments: list[str], odd: str) -> None:
    content = file("837P", *(segment if n % 5 else f"{segment}*{odd}" for n, segment in enumerate(segments)))
    try:
        printed = print_claims(content)
    except CleanclaimError:
        return
    assert all(0 < len(mark.text) <= mark.field.width for page in printed.pages for mark in page.marks)
    assert all(mark.row < printed.form.rows for page in printed.pages for mark in page.marks)
