"""What a biller sees of answers: `x12 show` says accepted or rejected and about what; `x12 read` wants claims."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleanclaim.cli.main import app

DAY = Path(__file__).parents[2] / "examples" / "clinic-day"


def test_answers_to_the_clinic_day_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANCLAIM_DATA", str(tmp_path / "numbers"))
    names = {option: str(tmp_path / option.strip("-")) for option in ("--ta1", "--999", "--277ca")}
    told = [word for pair in names.items() for word in pair]
    assert CliRunner().invoke(app, ["x12", "validate", str(DAY / "claims.837"), *told]).exit_code == 1
    shown = {option: CliRunner().invoke(app, ["x12", "show", path]).stdout for option, path in names.items()}
    assert [line.split("  ")[-1] for line in shown["--ta1"].splitlines() if "TA1" in line] == [
        "answer to an interchange: accepted"
    ]
    assert [line.split("  ")[-1] for line in shown["--999"].splitlines() if "IK5" in line or "AK9" in line] == [
        *["status of the set: accepted"] * 2,
        "status of the group: accepted",
    ]
    rejected = [line.split("  ")[-1] for line in shown["--277ca"].splitlines() if "*U" in line and "STC" in line]
    assert rejected == [
        "status: rejected, principal diagnosis",
        "status: rejected, national provider identifier",
        "status: rejected, day of admission",
        "status: rejected, charges",
        "status: rejected",  # for its lines
        "status: rejected, dates of service",
    ]
    page = tmp_path / "page.html"
    done = CliRunner().invoke(app, ["x12", "read", names["--277ca"], "--output", str(page)])
    assert (done.exit_code, page.exists()) == (2, False)
    assert done.stderr == "cleanclaim: no claim of an 837 or 835 is in the file; `x12 show` has its segments\n"
