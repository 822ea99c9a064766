"""The patients file and the file of claim facts, as CSV, workbook and JSON."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from cleanclaim.claims.registers import CLAIM_FACTS, PATIENTS
from cleanclaim.claims.table import Table
from cleanclaim.errors import UnreadableFile, UnsupportedFile
from cleanclaim.intake.registers import Register, kind_of_column, read_register


def _read(folder: Path, text: str | bytes, table: Table = PATIENTS, name: str = "p.csv") -> Register:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_register(path, table)


def _cell(folder: Path, column: str, text: str, table: Table = PATIENTS) -> object:
    key = "patient_id" if table is PATIENTS else "claim_id"
    return _read(folder, f"{key};{column}\n1;{text}\n", table).rows[column].item()


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("birth_date", "1/2/1945", date(1945, 1, 2)),
        ("sex", "female", "F"),
        ("sex", "X", None),
        ("state", "in", "IN"),
        ("state", "Indiana", None),
        ("zip", "46032-1234", "460321234"),
        ("zip", "46032.0", "46032"),
        ("zip", "4603", None),
        ("sequence", "secondary", "S"),
        ("relationship", "Life Partner", "life_partner"),
        ("relationship", "19", "child"),
        ("relationship", "cousin", None),
        ("benefits_assigned", "no", False),
        ("member_id", "1AA-0A00 AA00", "1AA-0A00 AA00"),
        ("filing_indicator", "mb", "MB"),
    ],
)
def test_cells_of_patients(tmp_path: Path, column: str, text: str, value: object) -> None:
    assert _cell(tmp_path, column, text) == value


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("accident", "Auto", "auto"),
        ("patient_paid", "$20.50", 2050),
        ("patient_paid", "-1", None),
        ("onset", "2026-02-30", None),
        ("patient_status", "01", "01"),
        ("value_codes", "50:3.00, a3:12.5", "50:3.00 A3:12.5"),
        ("condition_codes", "a1,07", "A1 07"),
        ("occurrence_spans", "74:2026-03-05/2026-03-05", "74:2026-03-05/2026-03-05"),
        ("occurrence_spans", "74:3/5/2026", None),
    ],
)
def test_cells_of_claim_facts(tmp_path: Path, column: str, text: str, value: object) -> None:
    assert _cell(tmp_path, column, text, CLAIM_FACTS) == value


def test_what_cannot_be_read_is_told_without_its_text(tmp_path: Path) -> None:
    text = "Patient ID,Last Name,Birth-Date,Shoe\n1,ALDER,1945-02-30,9\n,BIRCH,1950-01-02,9\n\n3,CEDAR\n"
    read = _read(tmp_path, text)
    assert read.rows.select("line", "patient_id", "last_name", "birth_date").rows() == [(2, "1", "ALDER", None)]
    assert [row[:2] for row in read.unreadable.rows()] == [(2, "birth_date"), (3, "patient_id"), (5, None)]
    assert not any("1945" in text or "BIRCH" in text for text in read.unreadable["message"])
    assert read.notes == (f"{tmp_path / 'p.csv'}: columns not read: Shoe",)


def test_json_has_a_patient_with_several_payers(tmp_path: Path) -> None:
    patients = [
        {"patient_id": 7, "last_name": "ALDER", "coverage": [{"payer": "A"}, {"payer": "B", "sequence": "S"}]},
        {"patient_id": "8", "payer": "A", "release_signed": True, "zip": 46032},
        "not an object",
    ]
    read = _read(tmp_path, json.dumps({"patients": patients}))
    assert read.rows.select("line", "patient_id", "last_name", "payer", "sequence", "release_signed", "zip").rows() == [
        (1, "7", "ALDER", "A", None, None, None),
        (1, "7", "ALDER", "B", "S", None, None),
        (2, "8", None, "A", None, True, "46032"),
    ]
    assert read.unreadable.rows() == [(3, None, "an object is wanted; the entry is left out")]
    facts = _read(tmp_path, '{"claim_facts": [{"claim_id": "C1", "visit_reasons": ["M54.50", "R26.2"]}]}', CLAIM_FACTS)
    assert facts.rows["visit_reasons"].item() == "M54.50 R26.2"


def test_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "patients.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Read me").write_row(0, 0, ["Our patients"])
        sheet = book.add_worksheet("Patients")
        sheet.write_row(0, 0, ["Our patients"])
        sheet.write_row(2, 0, ["Patient ID", "Last Name", "Birth Date", "ZIP"])
        sheet.write_row(3, 0, [7, "ALDER", "", 46032])
        sheet.write_datetime(3, 2, date(1945, 1, 2), book.add_format({"num_format": "yyyy-mm-dd"}))
    read = read_register(path, PATIENTS)
    assert read.rows.select("line", "patient_id", "last_name", "birth_date", "zip").rows() == [
        (4, "7", "ALDER", date(1945, 1, 2), "46032")
    ]


@pytest.mark.parametrize("text", ["name,dob\nA,B\n", '{"people": []}', "[{", '{"patients": 3}'])
def test_a_file_without_our_columns_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableFile):
        _read(tmp_path, text)


def test_a_file_of_claims_is_no_list_of_patients(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFile, match="a list of patients is CSV, JSON or a workbook"):
        _read(tmp_path, "ISA*00*")


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="stands twice"):
        _read(tmp_path, "patient_id,zip,ZIP\n1,2,3\n")


@pytest.mark.parametrize("table", [PATIENTS, CLAIM_FACTS], ids=lambda table: table.name)
def test_every_column_has_a_kind_of_its_type(table: Table) -> None:
    for column in table.columns[1:]:
        kind = kind_of_column(table, column.name)
        empty = pl.select(kind.parse(pl.lit(None, dtype=pl.String))).to_series()
        assert empty.dtype == column.dtype, column.name
