"""``cleanclaim data`` and ``check --tables``: what a person reads, and what a program reads."""

from __future__ import annotations

import json
from pathlib import Path

import official_files as files
import pytest
from typer.testing import CliRunner

from cleanclaim.cli.main import app

pytestmark = pytest.mark.usefixtures("store", "small")
MUE = "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv"


def run(*arguments: str | Path, code: int = 0) -> str:
    done = CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": "100"})
    assert done.exit_code == code, done.output
    return done.stdout


def test_import_tells_what_changed_for_therapy_codes(tmp_path: Path) -> None:
    zips = files.ptp_zips(tmp_path)
    text = run("data", "import", *zips[:2])
    assert "Procedure-to-procedure edits, practitioner, 2026Q4, file 1 of 4: 3 rows, 2 of them kept" in text
    assert "Waiting: procedure-to-procedure edits, practitioner, 2026Q4: 2 of 4 files; not in force until" in text
    assert "No fact about a therapy code changed." in text
    text = run("data", "import", *zips[2:])
    assert "\n  97530/97140: indicator 1 from 2026-10-01 (was not in force)\n" in text
    assert "... and " in text
    assert "Nothing changed." in run("data", "import", *zips)


def test_import_as_json(tmp_path: Path) -> None:
    path = tmp_path / MUE
    path.write_bytes(files.mue([("97110", 8, 3)]))
    done = json.loads(run("data", "import", path, "--json"))
    assert list(done) == ["imported", "already", "unused", "waiting", "changes"]
    (entry,) = done["imported"]
    assert (entry["kind"], entry["table"], entry["release"], entry["rows"]) == ("maximums", "practitioner", "2026Q4", 1)
    assert done["changes"][0] == {
        "kind": "maximums",
        "table": "practitioner",
        "subject": "97110",
        "therapy": True,
        "was": "6 units, indicator 3",
        "now": "8 units, indicator 3 from 2026-10-01",
    }


def test_an_error_names_place_and_remedy(tmp_path: Path) -> None:
    path = tmp_path / MUE
    path.write_text("<html>")
    error = json.loads(run("data", "import", path, "--json", code=2))["error"]
    assert error["code"] == "unreadable_file"
    assert error["message"].startswith(f"{MUE}: a web page saved under this name")
    run("data", "import", path, code=2)
    assert json.loads(run("data", "import", path, "--table", "dme", "--json", code=2))["error"]["field"] == "--table"


def test_status_says_what_is_out_of_date_and_what_to_fetch(tmp_path: Path) -> None:
    run("data", "import", *files.ptp_zips(tmp_path)[:1])
    text = run("data", "status", "--on", "2026-11-24")
    assert "not in force: 2026Q4: 1 of 4 files; missing 2, 3, 4" in text
    assert "fetch medicare-ncci-2026q4-practitioner-ptp-edits-ccipra-v323r0-f1.zip to -f4.zip" in text
    rows = json.loads(run("data", "status", "--on", "2026-11-24", "--json"))["tables"]
    named = {(row["kind"], row["table"]): row for row in rows}
    assert [(row["file"], row["stale"]) for row in rows] == [
        ("medicare-ncci-2026q4-practitioner-ptp-edits-ccipra-v323r0-f1.zip to -f4.zip", True),
        ("medicare-ncci-2026q4-hospital-ptp-edits-ccioph-v323r0-f1.zip to -f4.zip", True),
        ("MCR_MUE_PractitionerServices_Eff_10-01-2026.csv", True),
        ("MCR_MUE_OutpatientHospitalServices_Eff_10-01-2026.csv", True),
        ("medicaid-ncci-q4-2026-mue-edits-practitioner-services.zip", True),
        ("AOC_V2026Q4_01-MCR.txt", True),
        ("PPRRVU2026_Oct_nonQPP.csv, in rvu26d.zip", True),
        (None, False),
        ("icd10cm_order_2027.txt", True),
    ]
    assert named["pairs", "practitioner"]["through"] == "2024-09-30"
    assert named["indices", None]["through"] == "2026-12-31"
    assert named["fees", None]["page"] == "PFS Relative Value Files"


def test_diff_of_two_releases(tmp_path: Path) -> None:
    run("data", "import", *files.ptp_zips(tmp_path))
    text = run("data", "diff", "2024Q3", "2026Q4")
    assert "  97530/97140: indicator 1 from 2026-10-01 (was not in force)\n" in text
    assert "97530/11042" not in text
    therapy = json.loads(run("data", "diff", "2024Q3", "2026Q4", "--json"))["changes"]
    every = json.loads(run("data", "diff", "2024Q3", "2026Q4", "--all", "--json"))["changes"]
    assert all(change["therapy"] for change in therapy)
    assert len(every) == 78_171
    assert len(therapy) == sum(change["therapy"] for change in every)
    assert json.loads(run("data", "diff", "shipped", "2026Q4", "--json"))["changes"][0]["now"] == (
        "indicator 1 from 2020-01-01"
    )
    assert "No difference" in run("data", "diff", "2026Q4", "2026Q4")
    assert "is not in hand" in run("data", "diff", "2024Q3", "2025Q1", "--json", code=2)


def test_past_claims_are_checked_under_a_chosen_release(tmp_path: Path) -> None:
    later = tuple(
        tuple((*row[:2], "20200101", *row[3:]) if row[2] == "20261001" else row for row in p) for p in files.PARTS
    )
    run("data", "import", *files.ptp_zips(tmp_path, parts=later))
    visit = tmp_path / "visit.csv"
    visit.write_text(
        "visit_id,patient_id,payer,dos,setting,place_of_service,claim_id,code,modifiers,units,minutes,by\n"
        "V1,P1,medicare,2024-08-01,office,11,C1,97530,GP,1,15,PT\nV1,P1,medicare,2024-08-01,office,11,C1,97140,GP,1,15,PT\n"
    )

    def checked(*options: str) -> tuple[bool, dict[str, object]]:
        done = CliRunner().invoke(app, ["check", str(visit), "--as-of", "2026-11-24", "--format", "json", *options])
        report = json.loads(done.stdout)
        return "P101" in {f["rule"] for f in report["findings"]}, report["versions"]

    found, versions = checked()
    assert found
    assert "release" not in versions
    found, versions = checked("--tables", "2024Q3")
    assert not found
    assert versions["release"] == "2024Q3"
    assert checked("--tables", "shipped")[0] is False
    assert checked()[0] is True
    error = CliRunner().invoke(app, ["check", str(visit), "--tables", "2023Q1", "--format", "json"])
    assert (error.exit_code, json.loads(error.stdout)["error"]["field"]) == (2, "--tables")
