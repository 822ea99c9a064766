"""Mappings proposed for headers of all kinds: what is taken, what is to be confirmed, what is asked."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cleanclaim.intake.fields import FIELDS
from cleanclaim.intake.found import find
from cleanclaim.intake.headers import LIKELY, SURE, score
from cleanclaim.intake.looks import Look
from cleanclaim.intake.propose import Proposal, propose
from cleanclaim.intake.sample import samples

HEADERS = {
    "patient_id": "Pt Acct|Patient ID|MRN|Chart #|Acct No|PATIENT ACCOUNT NUMBER|PtAcct|Patient MRN",
    "visit_id": "Visit #|Enc ID|Appt No|Encounter Number",
    "claim_id": "Claim #|Claim No.|Invoice Number|ICN",
    "payer": "Ins Name|Insurance|Primary Ins|Payor|Carrier Name|Fin Class|INSNAME|Primary Insurance Name|Plan",
    "dos": "DOS|Svc Dt|Service Date|Visit Date|From DOS|Date of Service|Date|Service Date From",
    "code": "CPT|CPT Code|HCPCS|Proc Cd|Procedure|CPT/HCPCS|ProcCode|CPT®",
    "modifiers": "Mods|Modifier|Modifier(s)|CPT Modifiers",
    "modifier_1": "Mod1|Mod 1|Modifier 1|M1",
    "modifier_4": "Mod4|MODIFIER_4|M4",
    "units": "Qty|Units|# Units|Billed Units|Units Billed|Quantity|Days/Units",
    "minutes": "Tx Min|Mins|Minutes|Treatment Minutes|Dur|Timed Minutes|Duration (min)",
    "start": "Time In|Start Time|Begin Time",
    "stop": "Time Out|End Time|Stop",
    "charge": "Chg Amt|Charge|Billed Amt|Total Charges|Amount|Fee|Line Charge",
    "diagnosis_1": "Dx1|ICD-10 1|Diagnosis 1|Primary Dx|ICD10_1",
    "diagnoses": "Dx Codes|ICD-10|ICD10 Codes|Diagnosis Code",
    "rendering_npi": "Therapist|Rendering NPI|Prov NPI|Treating Therapist|Provider|Clinician Name",
    "referring_npi": "Referring NPI|Ref Prov NPI|Ordering Provider NPI",
    "billing_npi": "Billing NPI|Group NPI|Facility NPI",
    "place_of_service": "POS|Place of Service|POS Code",
    "bill_type": "TOB|Bill Type|Type of Bill",
    "revenue_code": "Rev Cd|Revenue Code|RevCode",
}
OTHERS = (
    "Patient Name|Patient DOB|Birth Date|Date Posted|Post Date|Total Treatment Min|Untimed Min|Paid Amount|Balance|"
    "Copay|Secondary Ins|Insured Name|Member ID|Group Number|Referring Provider|Room|CPT Description|Zip Code|"
    "Date of Injury|Auth Number|Unit Charge|Adj Amt|Patient Phone|Signed Date|Plan of Care Date|Subscriber ID"
)


@pytest.mark.parametrize(("field", "header"), [(f, h) for f, told in HEADERS.items() for h in told.split("|")])
def test_a_header_speaks_of_one_field_more_than_of_any_other(field: str, header: str) -> None:
    scores = {each: score(each, header) for each in FIELDS}
    assert [each for each, points in scores.items() if points == max(scores.values())] == [field]
    assert scores[field] >= SURE


@pytest.mark.parametrize("header", OTHERS.split("|"))
def test_a_header_of_something_else_speaks_of_no_field(header: str) -> None:
    assert [field for field in FIELDS if score(field, header) >= LIKELY] == []


def proposed(folder: Path, text: str) -> Proposal:
    path = folder / "extract.csv"
    path.write_text(text)
    found, _ = find([path])
    [sample] = samples(found[0])
    return propose(sample)


def fields(proposal: Proposal) -> dict[str, str]:
    return {one.field: one.header for one in proposal.columns}


def test_cells_decide_where_headers_say_nothing(tmp_path: Path) -> None:
    rows = "Zed Ann,03/04/26,97530,GP 59,M54.50,19\n" * 3
    proposal = proposed(tmp_path, "Patient Name,When,What,Flags,Why,Age\n" + rows)
    assert fields(proposal) == {
        "patient_id": "Patient Name",
        "dos": "When",
        "code": "What",
        "modifiers": "Flags",
        "diagnoses": "Why",
    }
    assert [one.field for one in proposal.columns if one.why is None] == []
    assert (proposal.date_formats, proposal.usable, proposal.unread) == (("%m/%d/%y",), True, ("Age",))


def test_a_header_whose_cells_are_something_else_is_not_believed(tmp_path: Path) -> None:
    rows = "7,2026-03-04,97530,Therapeutic,Dr Roe,A\n" * 3
    proposal = proposed(tmp_path, "Acct,DOS,CPT,Units,Referring NPI,Mod1\n" + rows)
    assert fields(proposal) == {"patient_id": "Acct", "dos": "DOS", "code": "CPT"}


def test_a_plain_header_whose_cells_are_written_in_another_way_is_asked_about(tmp_path: Path) -> None:
    text = "Pt Acct,DOS,CPT,Tx Mins\n" + "7,2026-03-04,97530,23:00\n" * 3
    asked = proposed(tmp_path, text).questions
    assert [(one.field, one.header, one.text) for one in asked] == [
        (
            "minutes",
            "Tx Mins",
            "most of its cells are not whole minutes from 0 to 1440, or hours and minutes such as 0:45.",
        )
    ]


def test_two_columns_of_dates_are_asked_about(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, "Acct,D1,D2,CPT\n" + "7,2026-03-04,2026-03-05,97530\n" * 3)
    assert proposal.missing == ("dos",)
    assert [(one.field, one.header) for one in proposal.questions] == [("dos", "D1"), ("dos", "D2")]


def test_minutes_of_a_whole_visit_are_asked_about(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, "Acct,DOS,CPT,Total Min\n" + "7,2026-03-04,97530,45\n" * 3)
    assert "minutes" not in fields(proposal)
    [question] = proposal.questions
    assert (question.field, question.header) == ("minutes", "Total Min")
    assert question.text == "are these the one-on-one minutes of each code? Minutes of a whole visit cannot be used."


def test_modifiers_in_columns_of_one_name_or_numbered_from_two(tmp_path: Path) -> None:
    same = proposed(tmp_path, "Acct,DOS,CPT,Mod,Mod\n" + "7,2026-03-04,97530,GP,59\n" * 3)
    assert [(one.field, one.header) for one in same.columns[3:]] == [("modifiers", "Mod"), ("modifiers", "Mod")]
    numbered = proposed(tmp_path, "Acct,DOS,CPT,Mod,Mod2\n" + "7,2026-03-04,97530,GP,59\n" * 3)
    assert [(one.field, one.header) for one in numbered.columns[3:]] == [("modifier_1", "Mod"), ("modifier_2", "Mod2")]


def test_the_header_is_found_under_titles(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, "Charges of March\n\n;;;\nPt Acct;DOS;CPT;Qty\n7;3/4/2026;97530;2\n")
    assert fields(proposal) == {"patient_id": "Pt Acct", "dos": "DOS", "code": "CPT", "units": "Qty"}
    assert proposal.date_formats == ("",)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("3/4/26", "%m/%d/%y"),
        ("03-04-2026", "%m-%d-%Y"),
        ("4-Mar-26", "%d-%b-%y"),
        ("Mar 4, 2026", "%b %d, %Y"),
        ("25.03.2026", "%d.%m.%Y"),
        ("25/03/2026", "%d/%m/%Y"),
        ("3/4/2026 0:00", ""),
        ("20260304", ""),
        ("Tuesday", None),
    ],
)
def test_the_form_of_dates(text: str, form: str | None) -> None:
    assert Look.of(pl.Series([text] * 3)).date_format() == form


@pytest.mark.parametrize(
    ("text", "mark"), [("GP+59", "+"), ("GP_59", "_"), ("GP 59", None), ("GP59", None), ("x", None)]
)
def test_what_stands_between_modifiers(text: str, mark: str | None) -> None:
    assert Look.of(pl.Series([text] * 3)).separator() == mark
