"""``cleanclaim thresholds``: the JSON contract, text, exit codes, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cleanclaim.accruing import accrue
from cleanclaim.cli.main import app

RUNNER = CliRunner(env={"COLUMNS": "80"})
HEADER = "claim_id,patient_id,payer,dos,discipline,code,units,modifiers,charge"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def day(*rows: str) -> str:
    Path("day.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    return "day.csv"


def elsewhere(*rows: str) -> str:
    Path("elsewhere.csv").write_text("\n".join(["patient_id,bucket,allowed_cents,through,source", *rows]) + "\n")
    return "elsewhere.csv"


def run(*arguments: str) -> Any:
    return RUNNER.invoke(app, ["thresholds", *arguments], catch_exceptions=False)


def test_the_crossing_line_is_named_and_the_lines_without_kx_are_counted() -> None:
    lines = day(
        "C1,7,medicare,2024-07-15,GP,97530,2,GP,120.00",
        "C2,7,medicare,2024-07-17,GP,97530,1,GP KX,120.00",
        "C2,7,medicare,2024-07-17,GP,97110,1,GP,60.00",
    )
    done = run(lines, "--elsewhere", elsewhere("7,PT,230000,2024-06-30,portal"), "--json")
    read = json.loads(done.stdout)
    assert done.exit_code == 1
    assert list(read) == ["patients", "not_counted", "unreadable", "notes", "kx_attests"]
    row = read["patients"][0]
    # 62.42, then 36.62 and 22.30
    assert (row["used_cents"], row["left_cents"], row["state"]) == (230_000 + 6242 + 5892, 0, "above")
    assert (row["kx_needed"], row["kx_missing"], row["elsewhere_cents"]) == (3, 2, 230_000)
    assert row["crossing_line"] == {
        "claim_id": "C1", "visit_id": None, "line_number": row["crossing_line"]["line_number"], "dos": "2024-07-15",
        "code": "97530", "file": "day.csv", "line": 2, "place": None,
    }  # fmt: skip
    assert (row["first_missing_line"]["claim_id"], row["kx_from_line"]["claim_id"]) == ("C1", "C1")
    assert row["review_line"] is None
    assert (read["not_counted"], read["unreadable"]) == ({"without_patient": 0, "without_discipline": 0}, [])


def test_text() -> None:
    done = run(day("C1,7,medicare,2024-07-15,GP,97530,2,GP,120.00"), "--year", "2024")
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        [
            "Patient 7, 2024, physical therapy and speech-language pathology",
            "  $62.42 of $2,330.00 used, $2,267.58 left",
            "  1 line is priced at national values, since no locality is known",
            "",
        ],
    )
    assert run("day.csv", "--year", "2025").stdout == "No lines of a payer with yearly thresholds.\n"


def test_a_stated_amount_and_what_is_not_known() -> None:
    Path("day.csv").write_text(
        "claim_id,patient_id,payer,dos,discipline,code,units,modifiers,charge,allowed\n"
        "C1,7,medicare,2026-03-02,GP,97530,2,GP,120.00,61.10\nC2,7,medicare,2026-03-04,GP,97530,2,GP,120.00,\n"
    )
    found = accrue("day.csv").summary.row(0, named=True)
    columns = ("used_low_cents", "used_high_cents", "used_cents", "unknown_lines", "state")
    assert [found[name] for name in columns] == [6110, 6110 + 7014, None, 1, "below"]


def test_amounts_that_cannot_be_read_are_told_and_the_others_count() -> None:
    lines = day("C1,7,medicare,2024-07-15,GP,97530,1,GP,120.00")
    rows = ("8,OT,100,2024-06-30,portal", "9,OT,x,2024-06-30,portal", "9,OT,100,,portal", "9,chiro,100,2024-06-30,")
    read = json.loads(run(lines, "--elsewhere", elsewhere(*rows), "--json").stdout)
    assert [(row["patient_id"], row["used_cents"]) for row in read["patients"]] == [("7", 3662), ("8", 100)]
    assert {(fault["file"], fault["line"]) for fault in read["unreadable"]} == {("elsewhere.csv", n) for n in (3, 4, 5)}


def test_partitions_change_nothing() -> None:
    rows = [f"C{n},{n % 7},medicare,2024-07-{n % 28 + 1:02d},GP,97530,2,GP,120.00" for n in range(60)]
    whole, cut = accrue(day(*rows)), accrue(day(*rows), partition_rows=5)
    columns = ["patient_id", "used_cents", "lines", "state"]
    assert cut.summary.select(columns).equals(whole.summary.select(columns))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.csv",), "nowhere.csv"),
        (("day.csv", "--year", "1999"), "--year: must be a year from 2018 on"),
        (("day.csv", "--elsewhere", "nowhere.csv"), "nowhere.csv"),
        (("day.csv", "--elsewhere", "day.csv"), "the header has no column bucket"),
    ],
)
def test_what_cannot_run(arguments: tuple[str, ...], said: str) -> None:
    day("C1,7,medicare,2024-07-15,GP,97530,1,GP,120.00")
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
