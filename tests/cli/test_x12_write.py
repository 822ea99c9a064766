"""``x12 write``, ``x12 split`` and ``x12 resubmit`` as they are typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cleanclaim import x12
from cleanclaim.cli.main import app
from cleanclaim.x12.validate import validate

DAY = Path(__file__).parents[2] / "examples" / "clinic-day"
CLEAN = [*(f"C{number}" for number in range(101, 114)), "C201", "C202"]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANCLAIM_DATA", str(tmp_path / "numbers"))
    for name in ("services.csv", "patients.csv", "cleanclaim.toml", "claims.837"):
        shutil.copy(DAY / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["x12", *arguments])


def _write(*more: str) -> Result:
    return _run(
        "write", "services.csv", "--patients", "patients.csv", "--output", "out", "--as-of", "2026-03-20", *more
    )


def test_the_clinic_day_goes_out() -> None:
    run = _write("--json")
    assert run.exit_code == 1
    told = json.loads(run.stdout)
    assert [(one["file"], one["claims"], one["lines"], one["charge_cents"]) for one in told["files"]] == [
        ("out/medicare-part-b-837p-000000001.837", 13, 28, 244_200),
        ("out/lakeside-health-plan-837p-000000002.837", 1, 3, 19_000),
        ("out/state-medicaid-837p-000000003.837", 1, 2, 18_400),
    ]
    sent = [claim for one in told["files"] for claim in x12.read_837(one["file"]).claims["claim_id"]]
    assert sorted(sent) == CLEAN
    assert {one["claim"] for one in told["held"]}.isdisjoint(CLEAN)
    assert len(told["held"]) == 25
    assert [validate(one["file"]).accepted for one in told["files"]] == [True, True, True]
    assert (told["unreadable"], told["notes"]) == ([], [])


def test_what_went_out_equals_the_claims_of_the_day() -> None:
    _write()
    whole = x12.read_837("claims.837")
    columns = ["code", "modifier_1", "modifier_2", "units", "charge_cents", "pointers", "dos", "line_control"]
    for path in Path("out").iterdir():
        part = x12.read_837(path)
        of_day = whole.claims.filter(whole.claims["claim_id"].is_in(part.claims["claim_id"].implode()))
        lines = whole.lines.filter(whole.lines["claim_seq"].is_in(of_day["claim_seq"].implode()))
        assert sorted(part.lines.select(columns).rows(), key=str) == sorted(lines.select(columns).rows(), key=str)
        same = ["claim_id", "charge_cents", "place_of_service", "payer_id", "patient_key", "diagnoses", "rendering_npi"]
        assert sorted(part.claims.select(same).rows()) == sorted(of_day.select(same).rows())


def test_text_lists_files_and_what_is_held() -> None:
    run = _write()
    assert run.exit_code == 1
    shown = run.stdout.splitlines()
    assert shown[:3] == [
        "out/medicare-part-b-837p-000000001.837",
        "  MEDICARE PART B, professional 005010X222A1: 13 claims, 28 lines, $2,442.00",
        "  charged",
    ]
    assert "Held back: 25 claims" in shown
    assert "  C115  finding  services.csv, line 32" in shown
    assert "      U101 units-exceed-minutes (compliance)" in shown


def test_findings_may_be_let_through() -> None:
    told = json.loads(_write("--json", "--include-findings").stdout)
    assert {(one["claim"], one["reason"]) for one in told["held"]} >= {("C114", "missing"), ("C134", "invalid")}
    assert all(one["reason"] != "finding" for one in told["held"])
    assert [validate(one["file"]).accepted for one in told["files"]] == [True, True, True]


def test_numbers_go_on_from_one_run_to_the_next() -> None:
    _write()
    second = json.loads(_write("--json").stdout)
    assert [one["interchange"] for one in second["files"]] == [4, 5, 6]
    assert len(list(Path("out").iterdir())) == 6


def test_what_is_written_is_posted_and_held_back_the_next_time() -> None:
    told = json.loads(_write("--json", "--ledger", "clinic.db", "--who", "desk").stdout)
    posted = [(one["file"], one["number"], one["claims"], one["cents"], one["refused"]) for one in told["posted"]]
    assert posted == [
        ("out/medicare-part-b-837p-000000001.837", 1, 13, 244_200, []),
        ("out/lakeside-health-plan-837p-000000002.837", 2, 1, 19_000, []),
        ("out/state-medicaid-837p-000000003.837", 3, 1, 18_400, []),
    ]
    log = json.loads(CliRunner().invoke(app, ["ledger", "log", "--ledger", "clinic.db", "--json"]).stdout)["postings"]
    assert [(one["kind"], one["actor"], one["cents"]) for one in log] == [
        ("claims", "desk", 244_200), ("claims", "desk", 19_000), ("claims", "desk", 18_400)
    ]  # fmt: skip
    again = json.loads(_write("--json", "--ledger", "clinic.db").stdout)
    assert (again["files"], again["posted"]) == ([], [])
    assert sorted(one["claim"] for one in again["held"] if one["reason"] == "sent_before") == CLEAN


def test_text_tells_the_posting() -> None:
    shown = _write("--ledger", "clinic.db").stdout.splitlines()
    assert shown[:4] == [
        "out/medicare-part-b-837p-000000001.837",
        "  MEDICARE PART B, professional 005010X222A1: 13 claims, 28 lines, $2,442.00",
        "  charged",
        "  In the ledger as posting 1",
    ]


def test_what_is_not_there_is_told() -> None:
    run = _write("--claim-facts", "nowhere.csv", "--json")
    assert (run.exit_code, json.loads(run.stdout)["error"]["code"]) == (2, "unreadable_file")
    run = _write("--paid", "nowhere.835", "--json")
    assert (run.exit_code, json.loads(run.stdout)["error"]["code"]) == (2, "unreadable_file")
    Path("cleanclaim.toml").unlink()
    assert json.loads(_write("--json").stdout)["error"]["field"] == "--config"


def test_split() -> None:
    run = _run("split", "claims.837", "--by", "claims", "--claims", "30", "--output", "parts", "--json")
    assert [(one["claims"], one["lines"]) for one in json.loads(run.stdout)["files"]] == [(30, 53), (10, 18)]
    assert _run("split", "claims.837", "--by", "payer", "--output", "payers").stdout.splitlines()[:2] == [
        "payers/claims-exmcr.837",
        "  2 sets, 32 claims, 59 lines, $5,021.00 charged",
    ]
    for wrong in (["--by", "claims"], ["--by", "payer", "--claims", "3"], ["--by", "day"]):
        assert _run("split", "claims.837", *wrong, "--output", "other").exit_code == 2
    assert not Path("other").exists()


def test_resubmit() -> None:
    run = _run("resubmit", "claims.837", "--claim", "C115", "--payer-control", "9001", "--output", "again.837")
    assert run.stdout.splitlines() == ["again.837", "  1 set, 1 claim, 2 lines, $192.00 charged"]
    claim = x12.read_837("again.837").claims
    assert claim.select("claim_id", "frequency", "original_reference").rows() == [("C115", "7", "9001")]
    assert validate("again.837").accepted
    two = ["--claim", "C101", "--payer-control", "1", "--claim", "C201", "--payer-control", "2", "--void"]
    run = _run("resubmit", "claims.837", *two, "--output", "void.837", "--json")
    assert json.loads(run.stdout)["files"][0]["claims"] == 2
    assert x12.read_837("void.837").claims["frequency"].to_list() == ["8", "8"]


@pytest.mark.parametrize(
    "wrong",
    [
        ["--claim", "C999", "--payer-control", "1"],
        ["--claim", "C101", "--claim", "C102", "--payer-control", "1"],
        ["--claim", "C101", "--claim", "C101", "--payer-control", "1", "--payer-control", "2"],
        ["--claim", "C101", "--payer-control", " "],
    ],
)
def test_resubmit_refuses(wrong: list[str]) -> None:
    run = _run("resubmit", "claims.837", *wrong, "--output", "again.837", "--json")
    assert (run.exit_code, json.loads(run.stdout)["error"]["code"]) == (2, "bad_input")
    assert not Path("again.837").exists()
