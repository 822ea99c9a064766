"""``cleanclaim x12 paper`` and ``x12 read``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from paper_files import BILLING, MEDICARE, MEDICARE_CLAIM, MEDICARE_FILE, REMITTANCE_FILE, file
from typer.testing import CliRunner, Result

from cleanclaim.cli.main import app

pytest.importorskip("reportlab")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["x12", *map(str, arguments)])


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "day.837"
    path.write_bytes(content)
    return path


def test_paper_writes_the_pdf_and_tells_what_to_look_at(tmp_path: Path) -> None:
    claim = MEDICARE_CLAIM.replace("*Y*A*Y*Y", "*Y*A*Y*I")
    source, target = written(tmp_path, file("837P", BILLING, MEDICARE, claim, claim)), tmp_path / "claims.pdf"
    told = "the claim does not say that the patient's signature is on file (CLM09): left blank"
    done = run("paper", source, "--output", target)
    assert (done.exit_code, target.read_bytes()[:5]) == (0, b"%PDF-")
    assert done.stdout.splitlines() == [
        "2 claims on 2 pages of form CMS-1500 (02/12)",
        f"  item 12: {told} (claim V100, page 1, segment 19, and 1 claim more)",
        "  --json lists every notice with its claim",
    ]
    report = json.loads(run("paper", source, "-o", target, "--json").stdout)
    assert (report["form"], report["claims"], report["pages"]) == ("cms1500", 2, 2)
    assert [(one["claim"], one["page"], one["item"]) for one in report["notices"]] == [
        ("V100", 1, "12"),
        ("V100", 2, "12"),
    ]


def test_paper_writes_an_alignment_page_without_a_file(tmp_path: Path) -> None:
    target = tmp_path / "alignment.pdf"
    done = run("paper", "--alignment", "ub04", "--offset-x", "0.1", "--output", target)
    assert (done.exit_code, done.stdout, target.read_bytes()[:5]) == (0, "", b"%PDF-")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name an 837 file, or with --alignment a form and no file"),
        (("--alignment", "hcfa", "-o", "x.pdf"), "must be one of cms1500, ub04"),
        (("day.837",), "--output: name the file to write"),
        (("day.837", "-o", "x.pdf", "--claim", "V9"), "no claim of this number is in the file"),
        (("day.837", "-o", "x.pdf", "--offset-y", "3"), "between -1 and 1 inch"),
        (("day.837", "-o", "day.837"), "is an input"),
        (("day.837", "-o", "x.pdf", "--form", "day.837"), "not a PDF that can be read"),
    ],
)
def test_a_bad_call_ends_with_2_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    written(tmp_path, MEDICARE_FILE)
    monkeypatch.chdir(tmp_path)
    done = run("paper", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["day.837"]
    assert "ALDER" not in done.stderr


def test_read_writes_the_page(tmp_path: Path) -> None:
    source, target = written(tmp_path, REMITTANCE_FILE), tmp_path / "day.html"
    assert run("read", source, "--output", target, "--claim", "V101").exit_code == 0
    text = target.read_text("utf-8")
    assert "GOOD PLAN paid $0.00 of $100.00 charged: denied." in text
    assert text.startswith("<!doctype html>")
    wrong = run("read", source, "--output", target, "--claim", "V9")
    assert (wrong.exit_code, target.read_text("utf-8")) == (2, text)
    assert run("read", source).exit_code == 2
