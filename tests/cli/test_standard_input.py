"""``-`` in place of a file: read by all commands for X12, refused in words by those that want a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cleanclaim.cli.main import app

DAY = Path(__file__).parents[2] / "examples" / "clinic-day"
CLAIMS = (DAY / "claims.837").read_bytes()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    # where the system has no such path, the stream itself is read: here the runner's
    monkeypatch.setattr("cleanclaim.intake.content.STANDARD_INPUT_PATH", tmp_path / "absent")
    monkeypatch.setenv("CLEANCLAIM_DATA", str(tmp_path / "numbers"))
    monkeypatch.chdir(tmp_path)

    def ran(*arguments: str, given: bytes = CLAIMS) -> Result:
        return CliRunner().invoke(app, list(arguments), input=given)

    return ran


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        (("totals", "-", "--json"), None),
        (("show", "-"), None),
        (("validate", "-"), None),
        (("validate", "-", "--ta1", "a.ta1"), "a.ta1"),
        (("read", "-", "--output", "page.html"), "page.html"),
        (("paper", "-", "--output", "claims.pdf"), "claims.pdf"),
        (("split", "-", "--by", "payer", "--output", "parts"), "parts/part-exlhp.x12"),
        (("resubmit", "-", "--claim", "C115", "--payer-control", "9001", "--output", "again.837"), "again.837"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_x12_commands_do_with_a_stream_what_they_do_with_its_file(run, arguments, written) -> None:  # type: ignore[no-untyped-def]
    if arguments[0] == "paper":
        pytest.importorskip("reportlab")
    streamed = run("x12", *arguments)
    made = Path(written).read_bytes() if written else b""
    if written:
        Path(written).unlink()
        for part in Path("parts").glob("*"):
            part.unlink()
    Path("part.x12").write_bytes(CLAIMS)
    named = run("x12", *(("part.x12" if one == "-" else one) for one in arguments))
    assert (streamed.exit_code, streamed.stdout) == (named.exit_code, named.stdout)
    if arguments[0] in ("paper", "read"):
        assert made.replace(b"standard input", b"part.x12") == Path(written).read_bytes()


@pytest.mark.parametrize("command", ["totals", "show", "split"])
def test_a_stream_that_is_no_x12_is_refused_by_its_name(run, command: str) -> None:  # type: ignore[no-untyped-def]
    more = ("--by", "payer", "--output", "parts") if command == "split" else ()
    refused, empty = (run("x12", command, "-", *more, given=given) for given in (b"visit_id,code\n", b""))
    assert (refused.exit_code, refused.stderr) == (
        2,
        "cleanclaim: standard input: not an X12 file: no ISA segment in its first 4,096 bytes\n",
    )
    assert (empty.exit_code, empty.stderr) == (
        2,
        "cleanclaim: standard input: nothing came; pipe a file into it, or name one\n",
    )


@pytest.mark.parametrize("arguments", [("init", "-"), ("payers", "check", "-"), ("data", "import", "-")])
def test_what_wants_a_file_says_so(run, arguments: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    done = run(*arguments)
    told = "cleanclaim: standard input is not read here; write it to a file and name that\n"
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", told)


def test_claims_on_paper_are_told_where_the_file_could_not_be_read(run) -> None:  # type: ignore[no-untyped-def]
    pytest.importorskip("reportlab")
    done = run("x12", "paper", "-", "--output", "claims.pdf", given=CLAIMS[:3000])
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "5 claims on 5 pages of form CMS-1500 (02/12)",
        "Could not be read, and is not on the paper:",
        "  segment 115: the file ends inside a transaction set (no SE): its last claim may be cut short",
        "  segment 116: the file ends inside this segment, which is not read",
    ]
    done = run("x12", "paper", "-", "--output", "claims.pdf", "--json", given=CLAIMS[:3000])
    assert [one["segment"] for one in json.loads(done.stdout)["unread"]] == [115, 116]
