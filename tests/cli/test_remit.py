"""``cleanclaim remit``: what is printed and written, and how it ends."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleanclaim.cli.main import app

DAY = Path(__file__).parents[2] / "examples" / "clinic-day"
ASKED = [
    *("remit", str(DAY / "remittance.835"), "--claims", str(DAY / "claims.837")),
    *("--config", str(DAY / "cleanclaim.toml")),
]


def run(*more: str, asked: list[str] = ASKED) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*asked, *more])
    return result.exit_code, result.stdout


def test_money_first_then_what_to_work() -> None:
    code, text = run()
    lines = text.splitlines()
    assert (code, lines[0]) == (1, "$6,277.00 charged on 71 lines")
    assert "denied               14  $1,195.00     $25.87     $27.53    $6.60  $1,135.00" in lines
    assert "2 payments: $1,223.87, after $66.02 of provider adjustments (PLB)" in lines
    at = lines.index("To work: 14 lines, the most money first")
    assert lines[at + 2] == "  denied  $144.00  C130-1  2026-03-17  97530 GP        CO-16 N286 MA01"
    assert "  WO  $25.00  EX240830C102  payment EXA0402" in lines


def test_json_has_every_line_and_nothing_of_a_patient() -> None:
    code, text = run("--json")
    told = json.loads(text)
    assert code == 1
    assert {name: told["summary"][name] for name in ("lines", "work", "paid_cents", "denied_cents", "refused")} == {
        "lines": 71,
        "work": 14,
        "paid_cents": 128989,
        "denied_cents": 113500,
        "refused": 0,
    }
    assert len(told["lines"]) == 71
    assert not {"patient_id", "row"} & set(told["lines"][0])
    assert "EX0000" not in text


def test_csv_has_dollars_and_the_lines_to_work_first() -> None:
    code, text = run("--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert (code, len(rows)) == (1, 71)
    assert (rows[0]["claim_id"], rows[0]["denied"], rows[0]["outcome"]) == ("C130", "144.00", "denied")
    assert [row["outcome"] for row in rows[:14]] == ["denied"] * 14
    assert next(row for row in rows if row["claim_id"] == "C112")["paid"] == ""


def test_cells_are_safe_in_a_spreadsheet(tmp_path: Path) -> None:
    paid = tmp_path / "a.835"
    paid.write_bytes((DAY / "remittance.835").read_bytes().replace(b"EX2603181011", b"=2603181011"))
    _, text = run("--format", "csv", asked=["remit", str(paid), *ASKED[2:]])
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["payer_control"] for row in rows if row["claim_id"] == "C101"} == {"'=2603181011"}


def test_a_workbook_and_a_page(tmp_path: Path) -> None:
    python_calamine = pytest.importorskip("python_calamine")
    book, page = tmp_path / "a.xlsx", tmp_path / "a.html"
    assert run("--format", "xlsx", "--output", str(book))[0] == 1
    sheets = python_calamine.CalamineWorkbook.from_path(book)
    assert sheets.sheet_names == [
        *("By outcome", "By payer", "To work", "Payments", "Provider adjustments", "All lines"),
    ]
    assert len(sheets.get_sheet_by_name("All lines").to_python()) == 72
    assert run("--format", "html", "--output", str(page))[0] == 1
    text = page.read_text("utf-8")
    assert "<h2>To work</h2>" in text
    assert "<td>C130</td>" in text
    assert "<script" not in text


def test_a_refused_file_is_told_with_its_place(tmp_path: Path) -> None:
    bad = tmp_path / "bad.835"
    bad.write_bytes((DAY / "remittance.835").read_bytes().replace(b"BPR*I*239.01", b"BPR*I*239.02"))
    code, text = run(asked=["remit", str(bad), *ASKED[2:]])
    assert code == 2
    assert "segment 4" in text
    assert "BPR02 says 239.02 is paid, and the claims less the provider adjustments are 239.01" in " ".join(
        text.split()
    )


def test_what_is_no_remittance_ends_with_two(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("code,units\n97110,1\n")
    code, text = run("--json", asked=["remit", str(table), *ASKED[2:]])
    assert (code, json.loads(text)["error"]["code"]) == (2, "unsupported_file")
