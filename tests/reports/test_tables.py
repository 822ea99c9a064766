"""The CSV file and the workbook: numbers are numbers, dates are dates, text is never a formula."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from reported import FORMULA, RUN, SCRIPT, clinic_day, hostile, many

from cleanclaim.claims.schema import NOT_CHECKED, UNREADABLE
from cleanclaim.engine.report import Report
from cleanclaim.reports import workbook as book
from cleanclaim.reports.comma import cell, csv_lines
from cleanclaim.reports.flat import COLUMNS

HEADER = (
    "rule,name,severity,claim,visit,line,dos,payer,clinician,code,fee_dollars,charge_dollars,money_basis,who,by_when,"
    "found,expected,fix,needs,message,citation,url,coverage,uncertain,file,place,fingerprint"
)


def read(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(csv_lines(report)))))


def workbook(report: Report) -> io.BytesIO:
    stream = io.BytesIO()
    book.write_workbook(report, RUN, stream)
    stream.seek(0)
    return stream


def sheets(report: Report) -> dict[str, list[list[Any]]]:
    opened = CalamineWorkbook.from_filelike(workbook(report))
    return {name: opened.get_sheet_by_name(name).to_python() for name in opened.sheet_names}


def test_the_columns_of_the_csv_file_are_these_in_this_order() -> None:
    lines = "".join(csv_lines(clinic_day())).split("\r\n")
    assert lines[0] == HEADER
    assert lines[-1] == ""
    assert "\n" not in "".join(lines)


def test_a_line_for_each_finding_the_gravest_first() -> None:
    rows = read(clinic_day())
    assert len(rows) == 25
    assert [row["severity"] for row in rows] == ["denial"] * 18 + ["compliance"] * 6 + ["underbilling"]
    assert [row["fee_dollars"] for row in rows if row["fee_dollars"]] == ["22.63", "21.39", "21.39"]
    charges = [float(row["charge_dollars"]) for row in rows if row["severity"] == "denial" and row["charge_dollars"]]
    assert charges == sorted(charges, reverse=True)


def test_a_finding_has_a_price_or_a_charge_never_both_and_says_which() -> None:
    for row in read(clinic_day()):
        basis = {"": ("", ""), "charge": ("", "x"), "expected": ("x", ""), "national": ("x", "")}[row["money_basis"]]
        assert tuple("x" if row[name] else "" for name in ("fee_dollars", "charge_dollars")) == basis


def test_one_line_in_full() -> None:
    row = next(row for row in read(clinic_day()) if row["claim"] == "C203")
    message = next(m for m in clinic_day().messages() if m["claim"] == "C203")
    assert row["dos"] == "2024-08-13"
    assert (row["rule"], row["code"], row["line"], row["payer"]) == ("P102", "95851", "2", "MEDICARE PART B")
    assert (row["clinician"], row["who"], row["needs"]) == ("2111111110", "biller", "note")
    assert row["citation"].split("; ")[0].startswith("Medicare NCCI procedure-to-procedure edit tables")
    assert (row["file"], row["place"], row["message"]) == (message["file"], message["place"], message["message"])
    assert row["fingerprint"] == message["fingerprint"]


def test_no_cell_of_the_csv_file_starts_a_formula() -> None:
    rows = read(hostile())
    assert [row["claim"] for row in rows] == [SCRIPT, "'=HYPERLINK(1)", "C1\\u202e\\x07"]
    assert [row["payer"] for row in rows] == [SCRIPT, "'@SUM(A1)", "'-1+1"]
    for row in rows:
        assert [name for name, value in row.items() if value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n")] == []
        assert row["charge_dollars"] == "72.00"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "\u00a0=", "\uff1d", "\uff0b"])
def test_what_would_start_a_formula_starts_with_an_apostrophe_or_an_escape(start: str) -> None:
    shown = cell(f"{start}1+1")
    assert shown[0] in "'\\"
    assert shown.lstrip("'").lstrip()[:1] in ("\\", "=", "+", "-", "@", "\uff1d", "\uff0b")


def test_quotes_commas_and_line_ends_stay_within_their_cell() -> None:
    report = many(1)
    odd = report.findings.with_columns(payer=pl.lit('A "b", c\r\n=1'))
    rows = read(Report(odd, report.not_checked, report.unreadable, report.files))
    assert len(rows) == 1
    assert rows[0]["payer"] == 'A "b", c\\r\\n=1'


def test_the_workbook_holds_what_the_csv_file_holds() -> None:
    head, *rows = sheets(clinic_day())["Findings"]
    assert head == [column.heading for column in COLUMNS]
    told = [dict(zip([column.name for column in COLUMNS], row, strict=True)) for row in rows]
    flat = read(clinic_day())
    assert len(told) == len(flat) == 25
    for name in (column.name for column in COLUMNS):
        if name not in ("line", "dos", "by_when", "fee_dollars", "charge_dollars"):
            assert [row[name] for row in told] == [row[name] for row in flat], name


def test_numbers_and_dates_of_the_workbook_are_numbers_and_dates() -> None:
    rows = sheets(clinic_day())["Findings"][1:]
    at = {column.name: place for place, column in enumerate(COLUMNS)}
    first = rows[0]
    assert (first[at["fee_dollars"]], first[at["charge_dollars"]], first[at["dos"]]) == (22.63, "", date(2024, 8, 13))
    assert first[at["line"]] == 2.0
    # codes and numbers of providers are names: no arithmetic, no lost zeros
    assert (first[at["code"]], first[at["clinician"]]) == ("95851", "2111111110")
    assert round(sum(row[at["charge_dollars"]] or 0.0 for row in rows), 2) == 1819.0


def test_the_sheets_and_the_first_rows_of_the_summary() -> None:
    found = sheets(clinic_day())
    assert list(found) == ["Summary", "Findings", "Not checked", "Unreadable"]
    summary = [[value for value in row if value != ""] for row in found["Summary"]]
    assert summary[:5] == [
        ["Claim check"],
        ["Money at stake at fee schedule prices", 65.41, "a line that several findings name counts in each"],
        [
            "Charges of findings without a price",
            1819.0,
            "what was asked, not what would be lost; never added to the prices",
        ],
        ["Findings", 25.0],
        ["Findings without an amount", 3.0],
    ]
    assert ["denial", 18.0, 44.02, 1629.0] in summary
    assert ["Day of the check", date(2026, 3, 20)] in summary
    assert ["ncci_family", "2024-07-01"] in summary
    assert found["Unreadable"] == [
        ["File", "Line", "Segment", "Column", "What is wrong"],
        ["none", "", "", "", ""],
    ]
    assert found["Not checked"][1][2].startswith("payer PRAIRIE MUTUAL: not mapped")


def test_text_of_the_workbook_is_never_a_formula_or_a_link() -> None:
    with zipfile.ZipFile(workbook(hostile())) as packed:
        inside = {name: packed.read(name).decode() for name in packed.namelist()}
    assert [name for name, text in inside.items() if "<f>" in text or "<hyperlink" in text] == []
    claims = [row[3] for row in sheets(hostile())["Findings"][1:]]
    assert claims == [SCRIPT, FORMULA, "C1\\u202e\\x07"]


def test_nothing_of_a_workbook_stays_in_the_folder_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert len(workbook(clinic_day()).getvalue()) > 10_000
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="disk full"):
        book.write_workbook(clinic_day(), RUN, _Full())
    assert list(tmp_path.iterdir()) == []


class _Full(io.BytesIO):
    def write(self, _: Any) -> int:
        raise OSError("disk full")


def test_what_was_not_checked_and_what_could_not_be_read() -> None:
    gaps = pl.DataFrame([("U101", "carries_minutes timed_minutes", 7)], schema=NOT_CHECKED.schema, orient="row")
    places = pl.DataFrame([(0, 3, "dos", None, "=not a date")], schema=UNREADABLE.schema, orient="row")
    found = sheets(Report(many(0).findings, gaps, places, ("a.csv",)))
    reason = "minutes are not recorded, or how the payer counts them is not known"
    assert found["Not checked"][1] == ["U101", 7.0, reason, "carries_minutes, timed_minutes"]
    assert found["Unreadable"][1] == ["a.csv", 3.0, "", "dos", "=not a date"]
    assert found["Findings"][1][0] == "none"


def test_a_full_sheet_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MOST_ROWS", 2)
    found = sheets(many(5))
    assert [name for name in found if name.startswith("Findings")] == ["Findings", "Findings 2", "Findings 3"]
    assert [len(found[name]) for name in ("Findings", "Findings 2", "Findings 3")] == [3, 3, 2]


def test_a_cell_holds_no_more_than_a_spreadsheet_can_and_says_so() -> None:
    report = many(1)
    long = report.findings.with_columns(payer=pl.lit("x" * 40_000), dos=pl.lit(date(1899, 12, 31)))
    row = sheets(Report(long, report.not_checked, report.unreadable, report.files))["Findings"][1]
    assert row[7] == "x" * 32_000 + " ... (cut: a cell holds no more)"
    assert row[6] == "1899-12-31"
