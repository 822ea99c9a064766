"""``cleanclaim check --fix``: what it shows, what it writes, what it refuses, and how it ends."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from typer.testing import CliRunner

from cleanclaim.cli.main import app

EXAMPLE = Path(__file__).parents[2] / "examples" / "clinic-day"
RUNNER = CliRunner(env={"COLUMNS": "80"})
HEADER = "visit_id,patient_id,payer,dos,setting,code,modifiers,units,minutes,by,charge,credential,diagnoses,pointers"
ROW = "V1,P1,medicare,2026-03-04,office,{},1,15,PT,60.00,PT,M54.50,1"
DAY = "\n".join([HEADER, ROW.format("97014,GP"), ROW.format("97530,GP"), ROW.format("97530,GP")]) + "\n"
FIXED = f"{HEADER}\n{ROW.format('G0283,GP')}\n{ROW.format('97530,GP').replace(',1,15', ',2,30').replace('60', '120')}\n"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("day.csv").write_text(DAY)


def check(*arguments: str, given: str | None = None) -> Any:
    return RUNNER.invoke(app, ["check", *arguments, "--as-of", "2026-03-20"], input=given, catch_exceptions=False)


def test_it_shows_each_line_writes_a_new_file_and_checks_it() -> None:
    done = check("day.csv", "--fix")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[:16] == [
        "--- day.csv",
        "+++ day.fixed.csv",
        "@@ line 2  I102 code-not-payable-by-payer  visit V1",
        "- 97014  GP  1 unit  15 min  $60.00",
        "+ G0283  GP  1 unit  15 min  $60.00",
        "@@ line 3  U107 timed-code-on-several-lines  visit V1",
        "- 97530  GP  1 unit  15 min  $60.00",
        "+ 97530  GP  2 units  30 min  $120.00",
        "@@ line 4  U107 timed-code-on-several-lines  visit V1",
        "- 97530  GP  1 unit  15 min  $60.00",
        "  (merged into line 3)",
        "",
        "2 fixes in 3 lines.",
        "  Written: day.fixed.csv; day.csv is as it was. What follows is the check of the",
        "  new file.",
        "",
    ]
    assert done.stdout.splitlines()[16] == "Checked 2 claim lines in 1 visit, $180.00 charged. No findings."
    assert (Path("day.csv").read_text(), Path("day.fixed.csv").read_text()) == (DAY, FIXED)


def test_a_dry_run_writes_nothing_and_ends_as_the_check() -> None:
    done = check("day.csv", "--fix", "--dry-run")
    assert done.exit_code == 1
    assert done.stdout.splitlines()[-2:] == ["2 fixes in 3 lines.", "  Nothing was written."]
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["day.csv"]


def test_the_new_file_has_the_name_given() -> None:
    assert check("day.csv", "--fix", "--output-fixed", "new.csv").exit_code == 0
    assert Path("new.csv").read_text() == FIXED
    again = check("new.csv", "--fix")
    assert again.stdout.splitlines()[0] == "Nothing to fix."
    assert not Path("new.fixed.csv").exists()


def test_a_file_that_is_there_is_written_over_on_request_only() -> None:
    Path("day.fixed.csv").write_text("mine")
    done = check("day.csv", "--fix")
    assert (done.exit_code, Path("day.fixed.csv").read_text()) == (2, "mine")
    assert "day.fixed.csv is there; write over it with --force, or name another file" in done.stderr
    assert check("day.csv", "--fix", "--force").exit_code == 0
    assert Path("day.fixed.csv").read_text() == FIXED


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fix", "--output-fixed", "day.csv", "--force"], "day.csv is an input, and is not written over"),
        (["--fix", "--output-fixed", "none/new.csv"], "there is no such folder"),
        (["--fix", "--output-fixed", "-"], "a fixed file is not written to standard output"),
        (["--fix", "--output-fixed", "new.csv", "--dry-run"], "--dry-run writes nothing"),
        (["day.csv", "--fix", "--output-fixed", "new.csv"], "goes with one input"),
        (["--dry-run"], "--dry-run: goes with --fix"),
        (["--force"], "--force: goes with --fix"),
        (["--output-fixed", "new.csv"], "--output-fixed: goes with --fix"),
        (["--fix", "--statistics"], "--fix: goes without --statistics"),
        (["--fix", "--format", "csv"], "--fix: goes with --format text or json"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_does_not_go_together(arguments: list[str], message: str) -> None:
    done = check("day.csv", *arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert Path("day.csv").read_text() == DAY


def test_a_folder_is_shown_and_not_written_into() -> None:
    Path("days").mkdir()
    shutil.copy("day.csv", "days")
    assert check("days", "--fix").exit_code == 2
    assert "2 fixes in 3 lines." in check("days", "--fix", "--dry-run").stdout


def test_standard_input_is_shown_only() -> None:
    """From a pipe, and from a file that the shell opened: neither is a file that was named."""
    program = [sys.executable, "-m", "cleanclaim", "check", "-", "--fix", "--as-of", "2026-03-20"]
    for command in (program, ["sh", "-c", 'exec "$@" < day.csv', "sh", *program]):
        done = subprocess.run(command, capture_output=True, check=False, timeout=120, input=DAY.encode())
        text = " ".join(done.stdout.decode().split())
        assert done.returncode == 1
        assert "--- standard input +++ standard input (fixed)" in text
        assert "standard input: shown only; a new file is written for a CSV, JSON or 837 file that is named." in text
    assert [path.name for path in Path.cwd().iterdir()] == ["day.csv"]


@pytest.mark.parametrize("report", ["day.fixed.csv", "./day.fixed.csv", "link.csv"])
def test_a_report_is_not_written_over_the_fixed_file(report: str) -> None:
    Path("link.csv").symlink_to("day.fixed.csv")
    done = check("day.csv", "--fix", "--output", report)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"cleanclaim: --output: {Path(report)} is where the fixed file goes; name another file\n"
    assert check("day.csv", "--fix", "--output-fixed", "new.csv", "-o", "new.csv").exit_code == 2
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["day.csv", "link.csv"]
    # nothing is written on a dry run, so nothing is lost
    assert check("day.csv", "--fix", "--dry-run", "-o", "day.fixed.csv").exit_code == 1


def test_json_has_the_changes_and_what_stays() -> None:
    Path("day.csv").write_text(DAY + ROW.format("97110,").replace("PT", "PTA") + "\n")
    told = json.loads(check("day.csv", "--fix", "--format", "json").stdout)["fixing"]
    assert list(told) == ["fixes", "changes", "unfixed", "written", "shown_only"]
    assert told["fixes"] == 2
    assert told["changes"][0] == {
        "rule": "I102",
        "name": "code-not-payable-by-payer",
        "file": "day.csv",
        "place": "line 2",
        "claim": None,
        "visit": "V1",
        "dos": "2026-03-04",
        "before": {"code": "97014", "modifiers": "GP", "units": "1", "minutes": "15", "charge": "60.00"},
        "after": {"code": "G0283", "modifiers": "GP", "units": "1", "minutes": "15", "charge": "60.00"},
        "into": None,
    }
    assert [(one["after"], one["into"]) for one in told["changes"][2:]] == [(None, "line 3")]
    assert [(one["rule"], one["place"]) for one in told["unfixed"]] == [("D101", "line 5")]
    assert told["written"] == [{"file": "day.csv", "written": "day.fixed.csv"}]


def test_claims_of_an_837_are_written_too() -> None:
    for name in ("claims.837", "minutes.csv", "cleanclaim.toml"):
        shutil.copy(EXAMPLE / name, name)
    before = check("claims.837", "minutes.csv")
    done = check("claims.837", "minutes.csv", "--fix")
    text = " ".join(done.stdout.split())
    assert "- 97014 GP 1 unit" in text
    assert "+ G0283 GP 1 unit" in text
    assert "Written: claims.fixed.837; claims.837 is as it was." in text
    old, new = Path("claims.837").read_bytes(), Path("claims.fixed.837").read_bytes()
    assert new == old.replace(b"HC:97014", b"HC:G0283").replace(b"SV1*HC:97530*72*", b"SV1*HC:97530:GP*72*")
    assert ("25 findings" in before.stdout, "23 findings" in text) == (True, True)


def test_a_workbook_is_shown_only() -> None:
    with xlsxwriter.Workbook("day.xlsx") as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate(DAY.splitlines()):
            sheet.write_row(row, 0, cells.split(","))
    text = " ".join(check("day.xlsx", "--fix").stdout.split())
    assert "+ G0283 GP 1 unit" in text
    assert "day.xlsx: shown only; a new file is written for a CSV, JSON or 837 file that is named." in text
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["day.csv", "day.xlsx"]
