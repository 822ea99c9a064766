"""``--output``: a file is written whole or not at all, and never over an input."""

from __future__ import annotations

import csv
import json
import os
import shutil
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from reported import EXAMPLE
from typer.testing import CliRunner

from cleanclaim.cli import reporting
from cleanclaim.cli.main import app

RUNNER = CliRunner(env={"COLUMNS": "80"})


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("claims.837", "minutes.csv", "visits.json", "cleanclaim.toml"):
        shutil.copy(EXAMPLE / name, name)


def check(*arguments: str, files: tuple[str, ...] = ("visits.json",)) -> Any:
    return RUNNER.invoke(app, ["check", *files, "--as-of", "2026-03-20", *arguments], catch_exceptions=False)


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "csv", "sarif"])
def test_a_file_holds_what_standard_output_would(form: str) -> None:
    shown = check("--format", form)
    written = check("--format", form, "-o", "report")
    assert (written.exit_code, written.stdout, written.stderr) == (1, "", "")
    # Excel knows UTF-8 by a mark at the beginning of a file; a pipe has none
    mark = b"\xef\xbb\xbf" if form == "csv" else b""
    assert Path("report").read_bytes() == mark + shown.stdout_bytes


def test_a_page_and_a_workbook() -> None:
    assert check("--format", "html", "--output", "report.html").exit_code == 1
    page = Path("report.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "<title>Claim check of 2026-03-20: 3 findings</title>" in page
    assert check("--format", "xlsx", "--output", "report.xlsx", "--exit-zero").exit_code == 0
    assert zipfile.ZipFile("report.xlsx").testzip() is None


def test_a_workbook_can_go_through_a_pipe() -> None:
    assert check("--format", "xlsx").stdout_bytes[:2] == b"PK"


def test_csv_on_standard_output_begins_with_its_header() -> None:
    assert next(csv.reader(check("--format", "csv").stdout.splitlines()))[0] == "rule"


def test_only_the_report_is_left_in_the_folder() -> None:
    before = {path.name for path in Path().iterdir()}
    check("--format", "html", "-o", "report.html")
    assert {path.name for path in Path().iterdir()} - before == {"report.html"}


@pytest.mark.parametrize("form", reporting.FORMATS)
@pytest.mark.parametrize("earlier", [None, b"an earlier report"])
def test_a_failure_leaves_what_was_there(form: str, earlier: bytes | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if earlier is not None:
        Path("report").write_bytes(earlier)
    before = {path.name for path in Path().iterdir()}

    def full(self: object, *arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    done = check("--format", form, "-o", "report")
    assert done.exit_code == 2
    assert "report: no space left on device; nothing was written" in done.stdout + done.stderr
    assert {path.name for path in Path().iterdir()} == before
    assert earlier is None or Path("report").read_bytes() == earlier


@pytest.mark.parametrize("output", ["visits.json", "./visits.json", "cleanclaim.toml", "link.json", "hard.json"])
def test_an_input_is_never_written_over(output: str) -> None:
    Path("link.json").symlink_to("visits.json")
    Path("hard.json").hardlink_to("visits.json")
    content = Path(output).read_bytes()
    done = check("--format", "csv", "-o", output)
    assert done.exit_code == 2
    assert (done.stdout, done.stderr) == (
        "",
        f"cleanclaim: --output: {Path(output)} is an input, and is not written over; name another file\n",
    )
    assert Path(output).read_bytes() == content


@pytest.mark.parametrize(
    ("output", "why"), [(".", "is a folder; name a file"), ("no/where.csv", "there is no such folder; make it first")]
)
def test_a_place_that_cannot_be_written_is_told_before_the_check(output: str, why: str) -> None:
    done = check("--format", "sarif", "-o", output)
    assert done.exit_code == 2
    assert why in json.loads(done.stdout)["error"]["message"]


def test_a_new_file_has_the_permissions_of_any_and_a_replaced_one_those_it_had() -> None:
    check("--format", "csv", "-o", "new.csv")
    Path("plain").touch()
    assert stat.S_IMODE(Path("new.csv").stat().st_mode) == stat.S_IMODE(Path("plain").stat().st_mode)
    Path("new.csv").chmod(0o640)
    check("--format", "csv", "-o", "new.csv")
    assert stat.S_IMODE(Path("new.csv").stat().st_mode) == 0o640


def test_a_link_stays_a_link() -> None:
    Path("there").mkdir()
    Path("report.csv").symlink_to("there/report.csv")
    check("--format", "csv", "-o", "report.csv")
    assert Path("report.csv").is_symlink()
    assert Path("there/report.csv").read_bytes().startswith(b"\xef\xbb\xbfrule,")


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="this system has no devices in the file system")
def test_a_device_is_written_to() -> None:
    assert check("--format", "csv", "-o", os.devnull).exit_code == 1
    assert not Path(os.devnull).is_file()


def test_a_form_that_is_none() -> None:
    done = check("--format", "pdf")
    assert done.exit_code == 2
    assert done.stderr == "cleanclaim: --format: must be one of text, json, jsonl, html, csv, xlsx, sarif\n"


OWN = {
    "r.txt": (),
    "r.json": ("--format", "json"),
    "lines.txt": ("--format", "jsonl"),
    "r.html": ("--format", "html"),
    "r.csv": ("--format", "csv"),
    "r.xlsx": ("--format", "xlsx"),
    "log.json": ("--format", "sarif"),
    "sums.json": ("--format", "json", "--statistics"),
    "sums.txt": ("--statistics",),
    "fixes.json": ("--format", "json", "--fix", "--dry-run"),
}


@pytest.fixture
def folder() -> Path:
    """A folder with a file of visits and all that was ever written about it."""
    place = Path("month")
    place.mkdir()
    shutil.copy("visits.json", place)
    for name, options in OWN.items():
        assert check(*options, "--output", str(place / name)).exit_code == 1
    check("--write-baseline", str(place / "base.json"))
    assert check("--diff", str(place / "r.json"), "--format", "json", "-o", str(place / "d.json")).exit_code == 0
    assert check("--fix", "--format", "json", "--select", "X", "-o", str(place / "error.json")).exit_code == 2
    return place


def test_reports_in_a_folder_are_left_out_and_said_in_one_line(folder: Path) -> None:
    names = sorted([*OWN, "base.json", "d.json"])
    told = json.loads(check("--format", "json", files=("month",)).stdout)
    alone = json.loads(check("--format", "json", files=("month/visits.json",)).stdout)
    shown = f"{', '.join(names[:10])} and {len(names) - 10} more"
    assert told["summary"]["notes"][0] == f"month: not read, as cleanclaim wrote them: {shown}"
    assert (told["findings"], told["unreadable"]) == (alone["findings"], alone["unreadable"])


def test_a_report_that_is_named_is_told_from_a_file_of_claims(folder: Path) -> None:
    for name in [*OWN, "base.json", "d.json"]:
        done = check(files=(f"month/{name}",))
        assert done.exit_code == 2
        told = f"month/{name}: this is a report of cleanclaim; name the file that was checked"
        assert done.stderr == f"cleanclaim: {told}\n"


def test_a_folder_of_reports_alone_says_so(folder: Path) -> None:
    (folder / "visits.json").unlink()
    done = check(files=("month",))
    assert (done.exit_code, "no file in it that is read beside reports of cleanclaim" in done.stderr) == (2, True)


def test_a_report_in_the_folder_that_is_checked_can_be_written_again(folder: Path) -> None:
    assert check("--format", "csv", "-o", "month/r.csv", files=("month",)).exit_code == 1
    done = check("-o", "month/visits.json", files=("month",))
    assert (done.exit_code, "is an input" in done.stderr) == (2, True)


def test_reports_in_an_archive_are_left_out_too(folder: Path) -> None:
    with zipfile.ZipFile("month.zip", "w") as packed:
        for name in ("visits.json", "r.csv", "r.xlsx"):
            packed.write(folder / name, name)
    told = json.loads(check("--format", "json", files=("month.zip",)).stdout)
    assert told["summary"]["notes"][0] == "month.zip: not read, as cleanclaim wrote them: r.csv, r.xlsx"
    assert len(told["findings"]) == 3


def test_a_table_that_begins_like_a_report_is_read() -> None:
    Path("own.csv").write_text("rule,name,visit_id,dos,code\n1,x,V1,2026-03-04,97530\n")
    done = check(files=("own.csv",))
    assert (done.exit_code, done.stderr) == (0, "")


def test_a_file_named_twice_is_refused() -> None:
    Path("again.json").symlink_to("visits.json")
    for other in ("visits.json", "./visits.json", "again.json"):
        done = check(files=("visits.json", other))
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr == f"cleanclaim: {other} is named twice; name each file once\n"


def test_a_baseline_and_a_report_need_two_files() -> None:
    done = check("--write-baseline", "b.json", "-o", "./b.json")
    message = "cleanclaim: --write-baseline: b.json is where the report goes; name another file\n"
    assert (done.exit_code, done.stderr, Path("b.json").exists()) == (2, message, False)
