"""The example clinic's claims go out, are accepted, come back as an 835, and it is read: as its README types it."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from judges import installed, verdicts
from typer.testing import CliRunner

from cleanclaim import x12
from cleanclaim.cli.main import app

DAY = Path(__file__).parents[2] / "examples" / "clinic-day"
SENT, PAID = "out/medicare-part-b-837p-000000001.837", "remittance.835"
LINE = ("claim_id", "line_control", "code", "modifier_1", "charge_cents", "dos")
# of March 2026, and of August 2024
CLAIMS = [*(f"C{number}" for number in range(101, 112)), "C201", "C202"]


def _files(folder: Path, word: str) -> list[str]:
    """Return a word as a shell gives it on: a pattern as the files that it fits."""
    return [str(path.relative_to(folder)) for path in folder.glob(word)] if "*" in word else [word]


def commands() -> list[list[str]]:
    (fence,) = re.findall(r"## Out and back\n\n```sh\n(.*?)```", (DAY / "README.md").read_text("utf-8"), re.DOTALL)
    return [shlex.split(line)[1:] for line in fence.splitlines()]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[int, str]]]:
    """The folder in which the commands have run, and the exit code and output of each."""
    folder = tmp_path_factory.mktemp("walk") / "day"
    shutil.copytree(DAY, folder)
    outcomes = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("CLEANCLAIM_DATA", str(folder.parent / "numbers"))
        for typed in commands():
            arguments = [path for word in typed for path in _files(folder, word)]
            done = CliRunner().invoke(app, arguments)
            outcomes.append((done.exit_code, done.stdout))
    return folder, outcomes


def test_the_commands_end_as_the_readme_says(told: tuple[Path, list[tuple[int, str]]]) -> None:
    _, outcomes = told
    assert [code for code, _ in outcomes] == [1, 0, 0, 0, 0, 0]
    written, accepted, sums, answered, paid, shown = (text for _, text in outcomes)
    assert "Held back: 25 claims" in written
    assert accepted == "1 transaction set, 0 with problems: accepted\n"
    assert re.search(r"837 +005010X222A1 +1 +13 +28 +\$2,442\.00", sums)
    assert answered == "2 transaction sets, 0 with problems: accepted\n999: out/answer.999\n"
    assert re.search(r"835 +005010X221A1 +2 +29 +57 +\$4,315\.00 +\$1,289\.89 +\$3,025\.11", paid)
    assert [line.split()[1] for line in shown.splitlines() if "line control" in line] == [
        f"REF*6R*C102-{n}" for n in (1, 2, 3)
    ]


def test_what_comes_back_is_what_went_out(told: tuple[Path, list[tuple[int, str]]]) -> None:
    folder, _ = told
    sent, paid = x12.read(folder / SENT), x12.read(folder / PAID)
    claims = sent["claims"].select("claim_seq", "claim_id", of_claim="charge_cents")
    assert claims["claim_id"].sort().to_list() == CLAIMS
    # a claim that was reversed and paid anew comes back thrice: the first time as it was sent
    answered = paid["paid_claims"].unique("claim_id", keep="first", maintain_order=True)
    back = claims.join(answered, on="claim_id", how="left", validate="1:1")
    assert back["charge_cents"].to_list() == claims["of_claim"].to_list()
    lines = sent["lines"].join(claims, on="claim_seq").select(LINE).sort("line_control")
    numbered = back.select("claim_id", claim_segment="segment")
    services = paid["paid_services"].join(numbered, on="claim_segment")
    assert services.select(LINE).sort("line_control").equals(lines)


@pytest.mark.parametrize(
    ("judge", "file"),
    [
        *((judge, SENT) for judge in ("pyx12", "x12sdk")),
        *((judge, PAID) for judge in ("pyx12", "x12sdk", "oxedi")),
        ("pyx12", "out/answer.999"),
    ],
)
def test_the_judges_accept_it(told: tuple[Path, list[tuple[int, str]]], judge: str, file: str) -> None:
    if not installed(judge):
        pytest.skip(f"{judge} is not installed")
    folder, _ = told
    (verdict,) = verdicts(judge, [(folder / file).read_bytes()])
    assert verdict.reasons == ()
    assert verdict.accepted
