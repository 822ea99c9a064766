"""The program as it is started by a shell: pipes, terminals, streams of other encodings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "clinic-day"
PROGRAM = [sys.executable, "-m", "cleanclaim.cli.main"]
BAD_ROW = b"visit_id,dos,code\nV1,02/30/2026,97530\n"


def run(
    arguments: Sequence[str | bytes],
    *,
    given: bytes | None = None,
    stdout: int | IO[bytes] = subprocess.PIPE,
    stderr: int = subprocess.PIPE,
    **environment: str,
) -> subprocess.CompletedProcess[bytes]:
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=EXAMPLE,
        env={**kept, "PYTHONPATH": str(ROOT / "src"), **environment},
        input=given,
        stdout=stdout,
        stderr=stderr,
        check=False,
        timeout=120,
    )


def test_exit_codes_and_streams() -> None:
    day = ["visits.json", "--config", "cleanclaim.toml", "--as-of", "2026-03-20"]
    found, missing = run(["check", *day]), run(["check", "nowhere.csv"])
    assert (found.returncode, found.stderr) == (1, b"")
    assert found.stdout.startswith(b"visits.json  claim C115  2026-03-17  medicare\n")
    assert b"\x1b" not in found.stdout
    assert (missing.returncode, missing.stdout) == (2, b"")
    assert missing.stderr == b"cleanclaim: nowhere.csv: no such file; check the path\n"


def test_standard_input_of_check() -> None:
    done = run(["check", "-", "--format", "json"], given=BAD_ROW)
    assert done.returncode == 1
    assert [place["line"] for place in json.loads(done.stdout)["unreadable"]] == [2]


@pytest.mark.skipif(os.name == "nt", reason="no pipe signals there")
def test_a_reader_that_stops_ends_the_program_quietly() -> None:
    shell = f"{' '.join(PROGRAM)} code 29125 --on 2026-03-04 --json | head -n 2"
    done = subprocess.run(
        ["sh", "-c", shell],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b'{\n  "code": "29125",\n', b"")


def test_json_stays_json_whatever_the_stream_can_hold(tmp_path: Path) -> None:
    named = os.fsencode(tmp_path) + b"/Se\xf1or.csv"
    with open(named, "wb") as file:  # noqa: PTH123  (a name that is no text)
        file.write("visit_id,dos,code,payer\nV1,2026-03-04,97530,Señor\nV1,02/30/2026,97530,x\n".encode())
    for encoding in ("utf-8", "ascii", "cp1252"):
        done = run([b"check", named, b"--format", b"json"], PYTHONIOENCODING=encoding)
        read: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == 1
        assert {"payer": "Señor", "rows": 1} in read["summary"]["unmapped_payers"]
        assert read["unreadable"][0]["file"].endswith("Se\udcf1or.csv")
        assert run([b"check", named], PYTHONIOENCODING=encoding).returncode == 1


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals there")
def test_progress_is_for_a_person_who_watches() -> None:
    day = ["check", "visits.json", "--as-of", "2026-03-20"]
    assert run(day).stderr == b""
    for arguments, shown in ((day, True), ([*day, "--format", "json"], False)):
        watched, end = os.openpty()
        try:
            done = run(arguments, stderr=end, TERM="xterm")
            os.close(end)
            assert (b"lines checked" in _all_of(watched)) == shown
            assert done.stdout == run(arguments).stdout
        finally:
            os.close(watched)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals there")
def test_a_person_who_watches_is_told_where_a_report_went(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    watched, end = os.openpty()
    try:
        day = ["check", "visits.json", "--as-of", "2026-03-20", "--format", "json", "--output", str(report)]
        run(day, stderr=end, TERM="xterm")
        os.close(end)
        found = len(json.loads(report.read_text())["findings"])
        assert f"Wrote {report}: {found} findings.".encode() in _all_of(watched)
    finally:
        os.close(watched)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full there")
@pytest.mark.parametrize("arguments", [["check", "visits.json"], ["pairs", "97530", "97150"]], ids=["long", "short"])
def test_a_full_disk_is_no_finding(arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = run(arguments, stdout=full)
    assert (done.returncode, done.stderr) == (2, b"cleanclaim: standard output: no space left on device\n")


def test_an_empty_path_is_not_this_folder() -> None:
    done = run(["check", ""])
    assert (done.returncode, done.stderr) == (2, b"cleanclaim: an empty path; name a file or a folder\n")


def _all_of(terminal: int) -> bytes:
    parts = []
    try:
        while part := os.read(terminal, 65536):
            parts.append(part)
    except OSError:  # how Linux says that the other end is closed
        pass
    return b"".join(parts)


@pytest.mark.parametrize(
    "given",
    [b"\xff\xfe\x00", b"", b"x" * 10_000_000, b"PK\x03\x04", b"\x00" * 100],
    ids=["half a UTF-16 character", "nothing", "one long line", "an archive", "zeros"],
)
def test_no_input_ends_in_a_traceback(given: bytes) -> None:
    done = run(["check", "-"], given=given)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"cleanclaim: standard input: ")
    assert done.stderr.count(b"\n") == 1


def test_units_loads_no_more_than_it_needs() -> None:
    heavy = "{'numpy', 'pyarrow', 'jinja2', 'xlsxwriter', 'python_calamine', 'sqlalchemy', 'typst', 'pypdf'}"
    program = (
        "import atexit, sys; sys.argv = ['cleanclaim', 'units', '97530=24', '--payer', 'medicare', '--by', 'PT']\n"
        f"atexit.register(lambda: print(sorted({heavy} & set(sys.modules)), file=sys.stderr))\n"
        "from cleanclaim.cli.main import run; run()"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120)
    assert (done.stderr, done.stdout.splitlines()[0]) == ("[]\n", "97530    2  GP")
