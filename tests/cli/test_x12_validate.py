"""``cleanclaim x12 validate``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleanclaim.cli.main import app

sys.path.append(str(Path(__file__).parents[1] / "x12" / "validate"))
from valid_files import interchange, written

KEYS = ["level", "transaction", "loop", "segment", "position", "offset", "element", "value", "code", "message"]


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.837"
    path.write_bytes(written(interchange("837P")).replace(b"CLM*V100*168*", b"CLM*V100*186*").replace(b"*MB~", b"*QQ~"))
    return path


def test_a_valid_file_ends_with_0(tmp_path: Path) -> None:
    path = tmp_path / "good.txt"
    path.write_bytes(written(interchange("835")))
    result = CliRunner().invoke(app, ["x12", "validate", str(path), "--json"])
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"problems": [], "accepted": True})
    result = CliRunner().invoke(app, ["x12", "validate", str(path)])
    assert result.stdout == "1 transaction set, 0 with problems: accepted\n"


def test_problems_end_with_1(bad: Path) -> None:
    result = CliRunner().invoke(app, ["x12", "validate", str(bad), "--json"])
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert report["accepted"] is False
    assert [list(problem) for problem in report["problems"]] == [KEYS, KEYS]
    assert [[problem[key] for key in KEYS[:9]] for problem in report["problems"]] == [
        [2, 1, "2000B", "SBR", 15, 451, "SBR09", "QQ", "7"],
        [3, 1, "2300", "CLM", 21, 590, "CLM02", "186.00", "A7:178"],
    ]


def test_a_level_leaves_out_those_above(bad: Path) -> None:
    result = CliRunner().invoke(app, ["x12", "validate", str(bad), "--level", "2"])
    assert result.exit_code == 1
    assert result.stdout == (
        "segment 15 byte 451 transaction 1 loop 2000B: level 2: SBR09 'QQ': not a code of this element [7]\n"
        "1 transaction set, 1 with problems: not accepted\n"
    )
    assert CliRunner().invoke(app, ["x12", "validate", str(bad), "--level", "1"]).exit_code == 0


@pytest.mark.parametrize("arguments", [["none.837"], ["none.837", "--level", "6"]])
def test_a_call_that_cannot_be_carried_out_ends_with_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, ["x12", "validate", *arguments]).exit_code == 2
