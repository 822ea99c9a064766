"""``cleanclaim due``, and ``cleanclaim check`` with plans of care."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleanclaim.app import check
from cleanclaim.cli.due import _days
from cleanclaim.cli.main import app
from cleanclaim.errors import InputError
from cleanclaim.intake import read_records

RUN = CliRunner()
VISITS = "visit_id,patient_id,payer,dos,code,units,modifiers,setting\n"
PLANS = "episode_id,patient_id,payer,discipline,first_treatment,certified,certifier,discharged\n"


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    days = [f"V{n},P1,medicare,2026-03-{n:02d},97530,1,GP,office" for n in range(2, 12)]
    (tmp_path / "v.csv").write_text(VISITS + "\n".join([*days, "V99,P1,medicare,2026-04-20,97530,1,GP,office"]) + "\n")
    (tmp_path / "p.csv").write_text(
        PLANS + "E1,P1,medicare,PT,2026-03-02,,,\nE2,P2,medicare,PT,2026-01-05,,,2026-02-01\n"
    )
    (tmp_path / "r.csv").write_text("episode_id,written,by\n")
    (tmp_path / "a.csv").write_text("authorization_id,patient_id,visits,last_day\nA1,P1,12,2026-06-30\n")
    return tmp_path


def _due(*options: str, as_of: str) -> tuple[int, list[tuple[object, ...]]]:
    asked = ["due", "v.csv", "--episodes", "p.csv", "--progress-reports", "r.csv", "--authorizations", "a.csv"]
    result = RUN.invoke(app, [*asked, "--as-of", as_of, "--json", *options])
    tasks = json.loads(result.stdout)["due"]
    return result.exit_code, [(t["kind"], t["id"], t["due"], t["left"], t["overdue"]) for t in tasks]


CERTIFICATION = ("certification", "E1", "2026-04-01", None)
REPORT = ("progress report", "E1", None, 0, False)
AUTHORIZATION = ("authorization", "A1", "2026-06-30", 2, False)


@pytest.mark.parametrize(
    ("as_of", "options", "code", "tasks"),
    [
        ("2026-03-17", (), 0, [AUTHORIZATION, REPORT]),
        ("2026-03-18", (), 0, [(*CERTIFICATION, False), AUTHORIZATION, REPORT]),
        ("2026-03-17", ("--within", "15d", "--visits", "0"), 0, [(*CERTIFICATION, False), REPORT]),
        ("2026-04-01", ("--within", "0"), 0, [(*CERTIFICATION, False), AUTHORIZATION, REPORT]),
        ("2026-04-02", ("--within", "0", "--visits", "1"), 1, [(*CERTIFICATION, True), REPORT]),
        (
            "2026-04-20",
            ("--within", "6w"),
            1,
            [
                (*CERTIFICATION, True),
                ("progress report", "E1", None, -1, True),
                ("recertification", "E1", "2026-05-30", None, False),
                ("authorization", "A1", "2026-06-30", 1, False),
            ],
        ),
    ],
)
def test_what_comes_due(
    clinic: Path, as_of: str, options: tuple[str, ...], code: int, tasks: list[tuple[object, ...]]
) -> None:
    assert _due(*options, as_of=as_of) == (code, tasks)


def test_text_and_csv(clinic: Path) -> None:
    asked = ["due", "v.csv", "--episodes", "p.csv", "--as-of", "2026-04-02", "--within", "1d"]
    text = RUN.invoke(app, asked)
    assert (text.exit_code, "overdue, 2026-04-01  certification  E1" in text.stdout) == (1, True)
    assert "p.csv:2" in text.stdout
    table = RUN.invoke(app, [*asked, "--format", "csv"])
    assert table.stdout.splitlines() == [
        "due,left,overdue,kind,id,who,what,pack,discipline,file,line",
        "2026-04-01,,yes,certification,E1,therapist,signature on the plan of care; no signed order,medicare,GP,p.csv,2",
    ]
    nothing = RUN.invoke(app, ["due", "v.csv", "--authorizations", "a.csv", "--as-of", "2026-03-03"])
    assert (nothing.exit_code, nothing.stdout) == (0, "Nothing comes due.\n")


def test_bad_calls(clinic: Path) -> None:
    for asked in (
        ["due", "v.csv"],
        ["due", "v.csv", "--episodes", "none.csv"],
        ["due", "v.csv", "--episodes", "p.csv", "--within", "soon"],
        ["due", "v.csv", "--episodes", "p.csv", "--format", "pdf"],
        ["due", "v.csv", "--progress-reports", "r.csv"],
        ["check", "v.csv", "--progress-reports", "r.csv"],
    ):
        assert RUN.invoke(app, asked).exit_code == 2
    (clinic / "p.csv").write_text(PLANS + "E1,P1,medicare,PT,2026-03-02,soon,,\n")
    told = RUN.invoke(app, ["due", "v.csv", "--episodes", "p.csv", "--as-of", "2026-03-03"])
    assert told.exit_code == 1
    assert "Could not be read: p.csv, 2, certified" in told.stdout


@pytest.mark.parametrize(("text", "days"), [("14d", 14), ("14", 14), ("2W", 14), ("0", 0), ("366d", 366)])
def test_spans(text: str, days: int) -> None:
    assert _days(text) == days


@pytest.mark.parametrize("text", ["", "d", "-1", "367", "60w", "1.5d"])
def test_no_spans(text: str) -> None:
    with pytest.raises(InputError):
        _days(text)


def test_check_tells_plans_in_their_own_file(clinic: Path) -> None:
    asked = ["check", "v.csv", "--episodes", "p.csv", "--select", "C", "--as-of", "2026-04-02", "--format", "json"]
    result = RUN.invoke(app, asked)
    found = json.loads(result.stdout)["findings"]
    assert [(f["rule"], f["plan"], f["visit"], f["file"], f["place"]) for f in found] == [
        ("C101", "E1", None, "p.csv", "line 2"),
        ("C101", "E2", None, "p.csv", "line 3"),
    ]
    assert [f["by_when_unknown"] for f in found] == [None, None]
    assert RUN.invoke(app, asked[:-2]).stdout.count("plan E1") == 1


def test_partitions_do_not_change_what_is_found(clinic: Path) -> None:
    rows = [f"V{n}-{d},Q{n},medicare,2026-05-{d:02d},97530,1,GP,office" for n in range(40) for d in range(1, 13)]
    (clinic / "many.csv").write_text(VISITS + "\n".join(rows) + "\n")
    plans = [f"E{n},Q{n},medicare,PT,2026-05-{1 + n % 3:02d},,," for n in range(45)]
    (clinic / "plans.csv").write_text(PLANS + "\n".join(plans) + "\n")
    records = read_records(clinic / "plans.csv")
    reports = [check(clinic / "many.csv", records=records, select=["C"], partition_rows=rows) for rows in (50, 50_000)]
    one, other = ([(m["rule"], m["file"], m["place"], m["found"], m["cents"]) for m in r.messages()] for r in reports)
    assert one == other
    assert reports[0].counts == reports[1].counts
    assert {rule for rule, *_ in one} == {"C101", "C110"}
