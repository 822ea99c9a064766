"""Plans of care, progress reports and authorizations: read from files and from memory, and what is reported of them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from cleanclaim.claims.episodes import AUTHORIZATIONS, EPISODES, REPORTS, Records
from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.intake import read_records, records_in


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _unread(records: Records) -> list[tuple[object, ...]]:
    assert records.unreadable is not None
    return records.unreadable.select("file_id", "line", "column", "message").rows()


def test_three_files(tmp_path: Path) -> None:
    records = read_records(
        _file(tmp_path, "plans.csv", "Episode ID,patient_id,discipline,Certified,plan days\nE1,P1,PT,3/20/2026,42\n"),
        _file(tmp_path, "reports.csv", "episode_id,written,by,took part\nE1,2026-03-20,PT,yes\n"),
        _file(tmp_path, "auth.csv", "authorization_id,patient_id,codes,visits,visits_before\nA1,P1,97110;97530,12,0\n"),
    )
    assert records.episodes is not None
    assert records.reports is not None
    assert records.authorizations is not None
    assert (records.episodes.schema, records.reports.schema) == (EPISODES.schema, REPORTS.schema)
    assert records.authorizations.schema == AUTHORIZATIONS.schema
    plan = records.episodes.row(0, named=True)
    assert {name: plan[name] for name in ("file_id", "source_line", "discipline", "certified", "plan_days")} == {
        "file_id": 0,
        "source_line": 2,
        "discipline": "GP",
        "certified": date(2026, 3, 20),
        "plan_days": 42,
    }
    assert (plan["carries_certification"], plan["carries_referral"]) == (True, False)
    assert records.reports.select("file_id", "by", "took_part").rows() == [(1, "PT", True)]
    assert records.authorizations.select("file_id", "codes", "visits", "visits_before").rows() == [
        (2, "97110 97530", 12, 0)
    ]
    assert [Path(name).name for name in records.files] == ["plans.csv", "reports.csv", "auth.csv"]
    assert _unread(records) == []


def test_one_json_file_holds_all(tmp_path: Path) -> None:
    told = {
        "episodes": [
            {"episode_id": "E1", "patient_id": "P1", "progress_reports": [{"written": "2026-03-20", "by": "PTA"}]},
            {"episode_id": "E2", "patient_id": "P2", "progress_reports": []},
        ],
        "authorizations": [{"authorization_id": "A1", "patient_id": "P1", "codes": ["97530", "97110"]}],
    }
    records = read_records(_file(tmp_path, "all.json", json.dumps(told)))
    for each in (records, records_in({"visits": [], **told})):
        assert each.reports is not None
        assert each.authorizations is not None
        assert each.reports.select("episode_id", "written", "by").rows() == [("E1", date(2026, 3, 20), "PTA")]
        assert each.authorizations["codes"].to_list() == ["97530 97110"]
        assert _unread(each) == []
        assert each.notes == ()
    assert [Path(name).name for name in records.files] == ["all.json"]


def test_a_list_without_rows(tmp_path: Path) -> None:
    records = read_records(_file(tmp_path, "plans.csv", "episode_id,patient_id,certified\n"))
    assert records.episodes is not None
    assert (records.episodes.height, records.episodes.schema) == (0, EPISODES.schema)


def test_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "plans.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["episode_id", "patient_id", "first_treatment", "plan_goals"])
        sheet.write_row(1, 0, ["E1", "P1", "2026-03-02", "yes"])
    records = read_records(path)
    assert records.episodes is not None
    assert records.episodes.select("episode_id", "first_treatment", "plan_goals", "source_line").rows() == [
        ("E1", date(2026, 3, 2), True, 2)
    ]


@pytest.mark.parametrize("days", ["-5", "0", "4.5", "six weeks"])
def test_a_number_of_days_that_cannot_be(tmp_path: Path, days: str) -> None:
    records = read_records(_file(tmp_path, "p.csv", f"episode_id,patient_id,plan_days\nE1,P1,{days}\n"))
    assert records.episodes is not None
    assert records.episodes["plan_days"].to_list() == [None]
    assert _unread(records) == [(0, 2, "plan_days", "not a whole number from 1; the cell is read as missing")]


def test_what_belongs_nowhere_is_left_out_and_told(tmp_path: Path) -> None:
    records = read_records(
        _file(tmp_path, "plans.csv", "episode_id,patient_id\nE1,P1\nE1,P2\n,P3\n"),
        _file(tmp_path, "reports.csv", "episode_id,written\nE1,2026-03-20\nE9,2026-03-20\nE1,2026-02-30\n"),
    )
    assert records.episodes is not None
    assert records.reports is not None
    assert records.episodes["patient_id"].to_list() == ["P1"]
    assert records.reports.height == 1
    assert sorted(_unread(records), key=str) == [
        (0, 3, "episode_id", "the number of an earlier plan; the row is left out"),
        (0, 4, "episode_id", "no episode_id; the row is left out"),
        (1, 3, "episode_id", "no plan has this number; the report is left out"),
        (1, 4, "written", "no written; the row is left out"),
        (
            1,
            4,
            "written",
            "not a date such as 2026-03-04, 03/04/2026 or 20260304; the cell is read as missing",
        ),
    ]


def test_bad_calls(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name the file of plans too"):
        read_records(progress_reports=tmp_path / "reports.csv")
    with pytest.raises(UnreadableFile, match="no column episode_id"):
        read_records(_file(tmp_path, "p.csv", "patient_id,certified,first_treatment\nP1,2026-03-02,2026-03-02\n"))
    with pytest.raises(UnreadableFile, match="no list of episodes"):
        read_records(_file(tmp_path, "p.json", '{"plans": []}'))
    assert not read_records()


def test_records_of_patients_keep_the_reports_of_their_plans() -> None:
    records = records_in(
        {
            "episodes": [
                {"episode_id": f"E{n}", "patient_id": f"P{n}", "progress_reports": [{"written": "2026-03-20"}]}
                for n in range(3)
            ],
            "authorizations": [{"authorization_id": "A1", "patient_id": "P1"}],
        }
    )
    some, others = (records.of(pl.Series(["P1", "P7"]), others=others) for others in (False, True))
    kept = [
        [frame["episode_id"].to_list() for frame in (each.episodes, each.reports) if frame is not None]
        for each in (some, others)
    ]
    assert kept == [[["E1"], ["E1"]], [["E0", "E2"], ["E0", "E2"]]]
    assert (some.height, others.height) == (2, 2)
