"""Reports on money: exact sums by hand, and safe, readable files of them."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from cleanclaim.codes import payers
from cleanclaim.reports.money import MoneyReport, aging, deadlines, denials, expected
from cleanclaim.reports.money.written import csv_lines, html_parts, write_workbook

AS_OF = date(2026, 6, 30)
AT = datetime(2026, 6, 30, 9, 30, tzinfo=UTC)
CLAIM = {
    "claim_id": "C1", "claim_key": "C1", "level": "P", "payer": "GOOD PLAN", "pack": "medicare", "state": "sent",
    "done": False, "claim_form": "professional", "first_dos": date(2026, 6, 1), "sent_on": date(2026, 6, 5),
    "charge_cents": 10000, "open_cents": 10000, "denied_cents": None,
}  # fmt: skip
LINE = {
    "claim_id": "C1", "claim_key": "C1", "line_number": 1, "sequence": "P", "payer": "GOOD PLAN", "pack": "medicare",
    "dos": date(2026, 3, 4), "code": "97110", "modifiers": "GP", "rendering_npi": "1245319599", "charge_cents": 6000,
    "answers": 1, "paid_on": date(2026, 4, 2), "paid_cents": 2000, "allowed_cents": 2500, "patient_cents": 500,
    "denied_cents": 0, "short_cents": None, "expected_allowed_cents": 2500, "expected_paid_cents": None,
    "expected_basis": "contract", "reasons": "CO-45", "remarks": None, "outcome": "paid_as_expected",
}  # fmt: skip


def frame(base: dict[str, Any], *rows: dict[str, Any]) -> pl.DataFrame:
    whole = [base | row for row in rows]
    dates, numbers = pl.Date(), pl.Int64()
    kinds = {
        name: dates if name in ("first_dos", "sent_on", "dos", "paid_on") else numbers
        for name in base
        if name.endswith(("_cents", "_on", "_dos", "_number")) or name in ("dos", "answers")
    }
    return pl.DataFrame(whole, schema_overrides=kinds)


CLAIMS = frame(
    CLAIM,
    {},
    {"claim_id": "C2", "first_dos": date(2026, 5, 30), "sent_on": date(2026, 6, 1), "open_cents": 2500},
    {"claim_id": "C3", "first_dos": date(2026, 1, 2), "state": "denied", "open_cents": 0, "denied_cents": 700},
    {"claim_id": "C4", "state": "denied", "done": True, "denied_cents": 900, "open_cents": 0},
    {"claim_id": "C5", "state": "replaced"},
    {"claim_id": "C6", "payer": "=EVIL()", "first_dos": None, "sent_on": None, "open_cents": 40},
)
LINES = frame(
    LINE,
    {},
    {"line_number": 2, "code": "97140", "outcome": "denied", "paid_cents": 0, "allowed_cents": 0, "denied_cents": 4000,
     "charge_cents": 4000, "reasons": "CO-97", "patient_cents": 0},
    {"line_number": 3, "outcome": "underpaid", "allowed_cents": 2200, "short_cents": 300, "paid_cents": 1700},
    {"line_number": 4, "outcome": "open", "answers": None, "paid_on": None, "paid_cents": None, "allowed_cents": None,
     "patient_cents": None, "denied_cents": None},
    {"line_number": 5, "expected_allowed_cents": None, "outcome": "paid_not_priced", "rendering_npi": None},
)  # fmt: skip
REPORTS = {
    "aging": aging(CLAIMS, AS_OF),
    "denials": denials(LINES, AS_OF),
    "expected": expected(LINES, AS_OF),
    "deadlines": deadlines(CLAIMS.filter(pl.col("claim_id") == "C1"), LINES, payers.packs(), AS_OF),
}
each_report = pytest.mark.parametrize("report", REPORTS.values(), ids=list(REPORTS))


def test_aging_counts_days_at_their_bounds() -> None:
    made = REPORTS["aging"]
    assert made.sums[0][:2] == ("Outstanding", 13240)
    rows = made.sheets[0].rows
    assert rows == (
        ("the date of service", "GOOD PLAN", 3, 10000, 2500, 0, 0, 700, 0, 13200),
        ("the date of service", "=EVIL()", 1, 0, 0, 0, 0, 0, 40, 40),
        ("the day it was sent", "GOOD PLAN", 3, 13200, 0, 0, 0, 0, 0, 13200),
        ("the day it was sent", "=EVIL()", 1, 0, 0, 0, 0, 0, 40, 40),
    )
    for days, place in ((30, 3), (31, 4), (60, 4), (61, 5), (90, 5), (91, 6), (120, 6), (121, 7), (-5, 3)):
        day = AS_OF.fromordinal(AS_OF.toordinal() - days)
        one = aging(frame(CLAIM, {"first_dos": day}), AS_OF).sheets[0].rows[0]
        assert list(one[3:9]).index(10000) + 3 == place, days


def test_denials_by_each_way() -> None:
    rows = REPORTS["denials"].sheets[0].rows
    assert rows == (
        ("payer", "GOOD PLAN", 4, 1, 0.25, 22000, 4000),
        ("code", "97140", 1, 1, 1.0, 4000, 4000),
        ("code", "97110", 3, 0, 0.0, 18000, 0),
        ("clinician", "1245319599", 3, 1, 1 / 3, 16000, 4000),
        ("clinician", "not given", 1, 0, 0.0, 6000, 0),
        ("cause", rows[5][1], 1, 1, 1.0, 4000, 4000),
        ("reason", "CO-97", 1, 1, 1.0, 4000, 4000),
    )
    assert isinstance(rows[5][1], str)


def test_expected_against_paid() -> None:
    made = REPORTS["expected"]
    assert [value for _, value, _ in made.sums] == [7500, 4700, 300, 2500]
    assert made.sheets[0].rows == (
        ("payer", "GOOD PLAN", 3, 7500, 4700, -2800, 300, 1, 3700, 1000),
        ("code", "97110", 2, 5000, 4700, -300, 300, 0, 3700, 1000),
        ("code", "97140", 1, 2500, 0, -2500, 0, 1, 0, 0),
    )
    assert made.sheets[1].rows == (
        ("C1", 3, "GOOD PLAN", date(2026, 3, 4), "97110", "GP", 2500, 2200, 300, "contract"),
    )


def test_deadlines_of_claims_and_decisions() -> None:
    made = REPORTS["deadlines"]
    rows = [(row[0], row[2], row[4], row[7]) for row in made.sheets[0].rows]
    # Medicare: 120 days from receipt (5 days after the notice) for a redetermination, a calendar year to file
    assert rows == [
        (date(2026, 8, 5), "correct or appeal a denial", 2, 4000),
        (date(2026, 8, 5), "ask for what is short", 3, 300),
        (date(2027, 6, 1), "be taken in by the payer", None, 10000),
    ]
    assert made.sheets[1].rows == (("31-60 days", 2, 4300), ("later", 1, 10000))
    late = deadlines(CLAIMS.clear(), LINES.clear(), payers.packs(), AS_OF)
    assert (late.sums[0][1], late.sheets[0].rows) == (0, ())


@each_report
def test_csv_has_the_first_table_and_no_formula(report: MoneyReport) -> None:
    text = "".join(csv_lines(report))
    rows = list(csv.reader(io.StringIO(text)))
    sheet = report.sheets[0]
    assert rows[0] == [column.name for column in sheet.columns]
    assert len(rows) == len(sheet.rows) + 1
    assert [value for row in rows for value in row if re.match(r"[=+@]|-[^\d]", value)] == []


@each_report
def test_the_workbook_has_every_table(report: MoneyReport) -> None:
    stream = io.BytesIO()
    write_workbook(report, AT, stream)
    book = CalamineWorkbook.from_filelike(io.BytesIO(stream.getvalue()))
    assert book.sheet_names == ["Summary", *(sheet.name for sheet in report.sheets)]
    for sheet in report.sheets:
        found = book.get_sheet_by_name(sheet.name).to_python()
        assert found[0] == [column.heading for column in sheet.columns]
        assert len(found) == max(len(sheet.rows), 1) + 1


@each_report
def test_the_page_has_no_script_and_each_chart_says_what_it_shows(report: MoneyReport) -> None:
    page = "".join(html_parts(report, AT, "cleanclaim report"))
    assert "<script" not in page
    assert "http" not in re.sub(r"http://www\.w3\.org/2000/svg|http-equiv", "", page)
    assert "=EVIL()" in page or report.title != "Aging"
    charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(charts) == {"Aging": 2, "Denials": 5, "Expected against paid": 2}.get(report.title, 1)
    ids = []
    for text in charts:
        drawn = ElementTree.fromstring(text)
        kinds = [child.tag.rsplit("}", 1)[1] for child in drawn[:2]]
        assert kinds == ["title", "desc"]
        assert drawn.get("aria-labelledby") == f"{drawn[0].get('id')} {drawn[1].get('id')}"
        ids += [drawn[0].get("id"), drawn[1].get("id")]
    assert len(set(ids)) == len(ids)


def test_names_on_the_page_are_text() -> None:
    made = aging(frame(CLAIM, {"payer": "<b>&\u202e"}), AS_OF)
    page = "".join(html_parts(made, AT))
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;\\u202e" in page
