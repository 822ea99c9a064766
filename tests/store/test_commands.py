"""``cleanclaim ledger`` and ``cleanclaim report`` as typed, and ``x12 write`` that asks the ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from office_files import Claim, claims_file, denied, paid, remittance_file
from typer.testing import CliRunner

from cleanclaim.cli.main import app
from cleanclaim.posting.sent import sent_before
from cleanclaim.store.opened import opened

C1, C2 = Claim("C1", ("97110", "97140")), Claim("C2", ("97530",), "W2")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLEANCLAIM_LEDGER", "clinic.db")
    (tmp_path / "c.837").write_bytes(claims_file(C1, C2))
    (tmp_path / "a.835").write_bytes(remittance_file(paid(C1), denied(C2)))
    (tmp_path / "bad.835").write_bytes(remittance_file(paid(C1)).replace(b"BPR*I*41.00", b"BPR*I*41.01"))
    return tmp_path


def run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, [*words])
    assert done.exit_code == code, done.output
    return done.output


def told(*words: str, code: int = 0) -> Any:
    return json.loads(run(*words, "--json", code=code))


def test_a_month_in_five_commands(folder: Path) -> None:
    assert run("ledger", "post", "c.837", "a.835") == (
        "c.837: posting 1, claims, 2 claims, $134.00 charged\na.835: posting 2, remittance, 2 claims, $41.00 paid\n"
    )
    assert run("ledger", "post", "a.835") == "a.835: nothing new, posting 2 says the same\n"
    states = {row["state"]: (row["claims"], row["charge_cents"]) for row in told("ledger", "status")["states"]}
    assert states == {"denied": (1, 5200), "paid": (1, 8200)}
    assert [one["claim_id"] for one in told("ledger", "status", "--state", "work")["listed"]] == ["C2"]
    assert run("ledger", "work", "C2", "--note", "called", "--done") == "Posting 3: work on claim C2, done with.\n"
    assert run("ledger", "undo", "2") == "Posting 2 is undone, by posting 4.\n"
    log = told("ledger", "log", "--last", "2")["postings"]
    assert [(one["number"], one["kind"], one["undoes"]) for one in log] == [(3, "work", None), (4, "undo", 2)]


def test_what_is_refused_ends_with_1_and_keeps_no_other_file_back(folder: Path) -> None:
    files = told("ledger", "post", "bad.835", "nowhere.837", "c.837", code=1)["files"]
    assert [one["number"] for one in files] == [None, None, 1]
    assert [text.split(": ", 1)[1] for text in files[0]["refused"]] == [
        "BPR02 says 41.01 is paid, and the claims less the provider adjustments are 41.00"
    ]
    assert files[1]["refused"] == ["cannot be read: No such file or directory"]


def test_what_cannot_run_ends_with_2(folder: Path) -> None:
    assert told("ledger", "status", code=2)["error"]["code"] == "unreadable_file"
    run("ledger", "post", "c.837")
    assert told("ledger", "undo", "9", code=2)["error"]["field"] == "POSTING"
    assert told("ledger", "status", "--state", "nowhere", code=2)["error"]["field"] == "--state"
    assert told("ledger", "work", "C7", "--done", code=2)["error"]["field"] == "CLAIM"
    run("report", "nothing", code=2)
    run("report", "aging", "--output", "clinic.db", code=2)


@pytest.mark.parametrize("which", ["aging", "denials", "expected", "deadlines"])
def test_reports_in_every_format(folder: Path, which: str) -> None:
    run("ledger", "post", "c.837", "a.835")
    assert " as of 2026-06-30\n" in run("report", which, "--as-of", "2026-06-30")
    for form in ("csv", "xlsx", "html"):
        assert run("report", which, "--format", form, "--output", f"{which}.{form}") == ""
        assert (folder / f"{which}.{form}").stat().st_size > 100


def test_claims_sent_before_are_known(folder: Path) -> None:
    run("ledger", "post", "c.837")
    assert sent_before(opened("clinic.db")) == {("C1", "P", "1"), ("C2", "P", "1")}
