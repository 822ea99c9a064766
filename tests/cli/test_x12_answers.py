"""``cleanclaim x12 validate`` with ``--ta1``, ``--999`` and ``--277ca``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cleanclaim import x12
from cleanclaim.cli.main import app

sys.path.append(str(Path(__file__).parents[1] / "x12" / "validate"))

from valid_files import interchange, written

CLAIMS = written(interchange("837P"))


@pytest.fixture(autouse=True)
def _own_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANCLAIM_DATA", str(tmp_path / "data"))


def run(tmp_path: Path, content: bytes, *arguments: str) -> Result:
    path = tmp_path / "claims.837"
    path.write_bytes(content)
    return CliRunner().invoke(app, ["x12", "validate", str(path), *arguments])


def test_all_three_are_written(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("ta1", "999", "277ca")]
    options = [
        text for name, path in zip(("--ta1", "--999", "--277ca"), files, strict=True) for text in (name, str(path))
    ]
    done = run(tmp_path, CLAIMS, *options)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1:] == [f"TA1: {files[0]}", f"999: {files[1]}", f"277CA: {files[2]}"]
    assert [x12.kinds(path) for path in files] == [("TA1",), ("999",), ("277CA",)]
    controls = [path.read_bytes()[90:99] for path in files]
    assert len(set(controls)) == 3


def test_control_numbers_are_not_used_twice(tmp_path: Path) -> None:
    path = tmp_path / "999"
    controls = []
    for _ in range(2):
        run(tmp_path, CLAIMS, "--999", str(path))
        controls.append(int(path.read_bytes()[90:99]))
    assert controls[1] == controls[0] + 1


def test_what_there_is_no_answer_for_is_told_and_not_written(tmp_path: Path) -> None:
    path = tmp_path / "277ca"
    done = run(tmp_path, CLAIMS.replace(b"N4*CARMEL*IN*460321234", b"N4*CARMEL"), "--277ca", str(path), "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)["written"]
    assert told == {"277CA": {"file": None, "reason": "no 837 whose form is accepted"}}
    assert not path.exists()


def test_without_the_options_the_json_is_as_ever(tmp_path: Path) -> None:
    assert json.loads(run(tmp_path, CLAIMS, "--json").stdout) == {"problems": [], "accepted": True}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--999", "-"], "--999: name a file"),
        (["--999", "{folder}/claims.837"], "is an input, and is not written over"),
        (["--999", "{folder}/x", "--ta1", "{folder}/x"], "is the place of another answer"),
        (["--999", "{folder}/none/x"], "there is no such folder"),
    ],
)
def test_places_that_cannot_be_written_are_refused_before_the_work(
    tmp_path: Path, options: list[str], message: str
) -> None:
    done = run(tmp_path, CLAIMS, *(option.replace("{folder}", str(tmp_path)) for option in options))
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr.replace("\n", " ")
    assert (tmp_path / "claims.837").read_bytes() == CLAIMS
