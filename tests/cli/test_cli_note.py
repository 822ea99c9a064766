"""``cleanclaim note`` and ``note classify``, and ``cleanclaim check`` with a folder of notes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleanclaim.cli.main import app
from cleanclaim.cli.note_page import Mark, marked

RUN = CliRunner()
NOTE = """\
PT 3/4/26, right knee, week 6.
Right knee squats and bridges, 3 x 10, depth limited by touch cue of the therapist: 22 min
Timed 22 min. Total 22 min.
Squats to 90 deg, 70 last week. Needs to get down to her garden beds.
Electronically signed: Ada Quillfeather, PT
"""
VISITS = "visit_id,patient_id,payer,dos,code,units,modifiers,setting\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note.txt").write_text(NOTE)
    return tmp_path


def _json(*arguments: str, stdin: str | None = None) -> tuple[int, dict[str, object]]:
    result = RUN.invoke(app, ["note", *arguments, "--json"], input=stdin)
    return result.exit_code, json.loads(result.stdout)


def _kinds(told: dict[str, object]) -> list[tuple[str, str]]:
    return [(each["rule"], each["kind"]) for each in told["findings"]]  # type: ignore[attr-defined, index]


@pytest.mark.usefixtures("folder")
def test_json_is_the_contract() -> None:
    code, told = _json("note.txt", "--billed", "97110=2")
    assert code == 1
    assert list(told) == ["interventions", "totals", "documentation", "findings", "advice"]
    given = told["interventions"][0]  # type: ignore[index]
    assert list(given) == ["text", "start", "end", "status", "codes", "minutes", "body_area", "side"]
    assert NOTE[given["start"] : given["end"]] == given["text"]
    assert (given["status"], given["codes"], given["minutes"]) == ("performed", ["97110"], 22)
    assert told["totals"] == {"timed_minutes": 22, "total_minutes": 22}
    assert list(told["documentation"]) == [  # type: ignore[call-overload]
        *("services", "duration", "body_area", "functional_link", "skilled_need", "signature", "response"),
        "one_on_one",
    ]
    assert set(told["documentation"].values()) == {"present", "absent"}  # type: ignore[attr-defined]
    (finding,) = told["findings"]  # type: ignore[misc]
    assert list(finding) == ["rule", "kind", "explain", "start", "end"]
    assert (finding["rule"], finding["kind"]) == ("N108", "units_exceed_note_minutes")
    assert NOTE[finding["start"] : finding["end"]].lower().startswith("timed 22")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--billed", "97110=1"], []),
        (["--billed", "97110=2", "--payer", "commercial"], [("N108", "units_exceed_note_minutes")]),
        ([], []),
        (["--billed", "97110=1,97140=1"], [("N101", "billed_not_documented"), ("N108", "units_exceed_note_minutes")]),
        (["--billed", "97110=1", "--modifiers", "97110=GP+59"], [("N117", "blocks_for_59_missing")]),
        (["--billed", "97110=1", "--modifiers", "97110=GP"], []),
        (
            ["--billed", "97110=1", "--previous", "note.txt"],
            [("N112", "skill_missing"), ("N118", "cloned_from_previous")],
        ),
    ],
)
def test_options_change_what_is_found(options: list[str], found: list[tuple[str, str]]) -> None:
    code, told = _json("note.txt", *options)
    assert _kinds(told) == found
    assert code == int(bool(found))


@pytest.mark.usefixtures("folder")
def test_standard_input() -> None:
    assert _kinds(_json("-", "--billed", "97110=1", stdin=NOTE)[1]) == []


@pytest.mark.usefixtures("folder")
def test_the_page_underlines_the_note() -> None:
    result = RUN.invoke(app, ["note", "note.txt", "--billed", "97110=2"])
    lines = result.stdout.splitlines()
    assert "Timed 22 min. Total 22 min." in lines
    place = lines.index("Timed 22 min. Total 22 min.")
    assert lines[place + 1].startswith("^^^^^^^^")
    assert lines[place + 1].endswith("timed total 22")
    assert "Billed 2 x 97110; the minutes give 1 timed unit." in lines
    assert lines[-1] == "1 finding."
    assert result.exit_code == 1


def test_marks_of_a_long_line_follow_its_pieces() -> None:
    text = "one two three four five six"
    assert [line for line, _ in marked(text, [Mark(4, 18, "97110", True), Mark(24, 27, "planned", False)], 12)] == [
        "one two",
        "    ^^^",
        "three four",
        "^^^^^^^^^^",
        "       97110",  # no room beside its underline
        "five six",
        "     ~~~",
        "     planned",
    ]


def test_characters_that_turn_text_keep_the_underline_in_place() -> None:
    lines = [line for line, _ in marked("a\u202eb\tgait", [Mark(4, 8, "97116", True)], 80)]
    assert lines == ["a?b gait", "    ^^^^ 97116"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["note.txt", "--billed", "97110"], "--billed"),
        (["note.txt", "--billed", "97110=x"], "--billed"),
        (["note.txt", "--billed", "97110=1,97110=2"], "--billed"),
        (["note.txt", "--billed", "97110=-1"], "billed.97110"),
        (["note.txt", "--modifiers", "97110"], "--modifiers"),
        (["note.txt", "--discipline", "RN"], "discipline"),
        (["note.txt", "--on", "tomorrow"], "--on"),
        (["note.txt", "other.txt"], "FILE"),
    ],
)
def test_bad_requests_name_the_option(arguments: list[str], field: str) -> None:
    code, told = _json(*arguments)
    assert code == 2
    assert told["error"]["field"] == field  # type: ignore[index]


@pytest.mark.usefixtures("folder")
def test_no_message_has_words_of_a_note() -> None:
    Path("scan.txt").write_bytes(b"Confidential\0Mango")
    for name in ("scan.txt", "missing.txt"):
        result = RUN.invoke(app, ["note", name])
        assert result.exit_code == 2
        assert "Mango" not in result.output
        assert "Confidential" not in result.output


def test_classify_answers_line_by_line() -> None:
    asked = "lifting crates from floor to shelf, load graded\nwobble\n"
    result = RUN.invoke(app, ["note", "classify", "-", "--json"], input=asked)
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [list(each) for each in told] == [["code", "best", "confidence", "supports", "reasons"]] * 2
    assert (told[0]["code"], told[0]["best"]) == ("97530", "97530")


def _check(folder: Path, *options: str) -> tuple[int, dict[str, object]]:
    asked = ["check", "v.csv", "--notes", "notes", "--as-of", "2026-03-20", "--format", "json", *options]
    result = RUN.invoke(app, asked)
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def clinic(folder: Path) -> Path:
    rows = [
        "V1,P1,medicare,2026-03-04,97110,2,GP,office",
        "V2,P2,medicare,2026-03-04,97110,1,GP,office",
        "V3,P1,medicare,2026-03-06,97110,1,GP,office",
        "V4,P3,medicare,2026-03-06,97110,1,GP,office",
    ]
    (folder / "v.csv").write_text(VISITS + "\n".join(rows) + "\n")
    notes = folder / "notes"
    notes.mkdir()
    for name in ("V1", "V3", "V9"):
        (notes / f"{name}.txt").write_text(NOTE)
    (notes / "V4.txt").write_text(" \n")
    (notes / "V1.md").write_text(NOTE)
    (notes / "photo.heic").write_bytes(b"x")
    return folder


def test_check_reports_visits_and_notes_together(clinic: Path) -> None:
    code, told = _check(clinic)
    found = [(each["rule"], each["visit"], each["file"]) for each in told["findings"]]  # type: ignore[attr-defined]
    notes = str(Path("notes"))
    assert [each for each in found if each[0].startswith("N")] == [
        ("N108", "V1", "v.csv"),
        ("N125", "V2", "v.csv"),
        ("N112", "V3", "v.csv"),
        ("N118", "V3", "v.csv"),
        ("N124", "V9", f"{notes}/V9.txt"),
    ]
    unread = [(each["file"], each["message"]) for each in told["unreadable"]]  # type: ignore[attr-defined]
    assert [file for file, _ in unread] == [f"{notes}/V4.txt", f"{notes}/V1.txt"]
    assert unread[1][1] == "a second note of the same visit; it is left out"
    assert "notes: 1 file of another kind is not read (photo.heic)" in told["summary"]["notes"]  # type: ignore[index]
    assert code == 1


def test_rules_on_notes_are_selected_like_others(clinic: Path) -> None:
    found = _check(clinic, "--select", "N125")[1]["findings"]
    assert [(each["rule"], each["visit"]) for each in found] == [("N125", "V2")]  # type: ignore[attr-defined]


def test_a_folder_without_notes_is_an_error(clinic: Path) -> None:
    (clinic / "empty").mkdir()
    for name, said in (("empty", "no note in it"), ("nowhere", "no such file or directory")):
        result = RUN.invoke(app, ["check", "v.csv", "--notes", name])
        assert result.exit_code == 2
        assert said in result.output.replace("\n", " ")
