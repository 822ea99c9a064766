"""Denials, the loop and claims written again as CSV and workbook."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import python_calamine
from typer.testing import CliRunner

from cleanclaim.cli.main import app

CLINIC = Path(__file__).parents[2] / "examples" / "clinic-day"
RUN = CliRunner()
ARGUMENTS = [
    "remit", str(CLINIC / "remittance.835"), "--claims", str(CLINIC / "claims.837"),
    "--claims", str(CLINIC / "minutes.csv"), "--config", str(CLINIC / "cleanclaim.toml"), "--as-of", "2026-04-20",
]  # fmt: skip


def rows_of(*options: str) -> list[dict[str, str]]:
    told = RUN.invoke(app, [*ARGUMENTS, *options, "--format", "csv"])
    assert told.exit_code == 1, told.output
    return list(csv.DictReader(io.StringIO(told.stdout)))


def test_denials_as_csv() -> None:
    rows = rows_of("--denials")
    assert len(rows) == 14
    assert sum(round(float(row["denied"]) * 100) for row in rows) == 113_500
    assert {"claim", "line", "cause_words", "fix", "step", "by_when", "appeal", "stopped_by"} <= set(rows[0])


def test_the_loop_as_csv() -> None:
    rows = rows_of("--loop")
    assert [row["part"] for row in rows] == ["stopped"] * 12 + ["none"]
    assert (rows[0]["rule"], rows[0]["denied"], rows[0]["on"]) == ("P102", "40.00", "true")
    assert (rows[-1]["reason"], rows[-1]["cause"]) == ("CO-151", "maximum-records")


def test_a_csv_file_holds_one_table() -> None:
    told = RUN.invoke(app, [*ARGUMENTS, "--denials", "--loop", "--format", "csv"])
    assert told.exit_code == 2
    assert "a CSV file holds one table" in told.stderr


def test_a_workbook_has_a_sheet_for_each(tmp_path: Path) -> None:
    file = tmp_path / "denied.xlsx"
    again = ["--corrected", str(tmp_path / "again")]
    told = RUN.invoke(app, [*ARGUMENTS, "--denials", "--loop", *again, "--format", "xlsx", "-o", str(file)])
    assert told.exit_code == 1, told.output
    book = python_calamine.CalamineWorkbook.from_path(str(file))
    assert book.sheet_names == ["Denials", "Loop", "Corrected"]
    assert len(book.get_sheet_by_name("Denials").to_python()) == 15


def test_authorizations_are_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "authorizations.csv"
    file.write_text("authorization_id,patient_id\nA1,P1\n")
    assert len(rows_of("--denials", "--authorizations", str(file))) == 14
