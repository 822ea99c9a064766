"""The example clinic's denials: what comes next for each, the closed loop, packets, and claims written again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from cleanclaim.cli.main import app as command
from cleanclaim.config import Config
from cleanclaim.errors import InputError
from cleanclaim.remit.loop import loop
from cleanclaim.rework import Worked, work
from cleanclaim.rework.appeal import appeal, named_in
from cleanclaim.rework.corrected import write_corrected

DAY = Path(__file__).parents[2] / "examples" / "clinic-day"
CLAIMS, MINUTES, REMITTANCE = DAY / "claims.837", DAY / "minutes.csv", DAY / "remittance.835"
AS_OF = date(2026, 4, 20)

STEPS = [
    ("C115", 1, "CO-151", "maximum-records", "biller", "correct", "reopening", "refused", "U101"),
    ("C118", 2, "CO-97", "pair", "biller", "correct", "reopening", "refused", "P101"),
    ("C121", 1, "CO-B15", "add-on", "biller", "find_out", None, "refused", "M103"),
    ("C122", 2, "CO-4", "modifier", "biller", "correct", "reopening", "refused", "D101"),
    ("C124", 1, "CO-4", "modifier", "therapist", "find_out", None, "refused", "D203"),
    ("C125", 1, "CO-181", "code-date", "biller", "correct", "reopening", "refused", "I101"),
    ("C126", 2, "CO-96", "not-covered-code", "biller", "correct", "reopening", "refused", "I102"),
    ("C129", 1, "CO-16", "rendering-provider", "biller", "correct", "reopening", "refused", "I204"),
    ("C130", 1, "CO-16", "referring-provider", "front desk", "correct", "reopening", "refused", "I205"),
    ("C133", 1, "CO-18", "duplicate", "biller", "write_off", None, "refused", "I306"),
    ("C133", 2, "CO-18", "duplicate", "biller", "write_off", None, "refused", "I306"),
    ("C201", 3, "CO-151", "maximum-records", "biller", "appeal", None, "open", None),
    ("C203", 2, "CO-97", "pair", "biller", "write_off", None, "refused", "P102"),
    ("C205", 2, "CO-119", "benefit", "therapist", "find_out", None, "refused", "D202"),
]
"""Claim, line, reason, cause, who acts, step, way of a correction, appeal, and the rule that would have stopped it."""


@cache
def _worked(*, minutes: bool = True) -> Worked:
    claims = [CLAIMS, MINUTES] if minutes else [CLAIMS]
    return work([REMITTANCE], claims, config=DAY / "cleanclaim.toml", as_of=AS_OF)


def test_each_denied_line_has_its_next_step() -> None:
    columns = ["claim_id", "line_number", "reason", "cause", "who", "step", "way", "appeal", "stopped_by"]
    assert sorted(_worked().denials.select(columns).rows()) == STEPS


def test_each_planted_fault_that_was_denied_is_stopped_by_its_rule() -> None:
    from tests.test_clinic_day import FOUND

    planted = {claim: rule for claim, rule, _ in FOUND}
    stopped = dict(_worked().denials.drop_nulls("stopped_by").select("claim_id", "stopped_by").rows())
    assert stopped == {claim: planted[claim] for claim in stopped}


def test_the_loop_counts_each_denial_once() -> None:
    told = _worked().loop()
    sums = told.sums.select("part", "denials", "claims", "denied_cents", "stake_cents", "unpriced").rows()
    assert sums == [
        ("stopped", 13, 12, 107_700, 4_314, 10),
        ("unchecked", 0, 0, 0, 0, 0),
        ("none", 1, 1, 5_800, 2_096, 0),
        ("all", 14, 13, 113_500, 6_410, 10),
    ]
    assert told.rules.select("rule", "denials", "denied_cents", "on").rows() == [
        ("P102", 1, 4_000, True),
        ("D202", 1, 5_800, True),
        ("I306", 2, 17_600, True),
        ("I205", 1, 14_400, True),
        ("I101", 1, 14_000, True),
        ("D203", 1, 12_000, True),
        ("I204", 1, 12_000, True),
        ("P101", 1, 7_200, True),
        ("D101", 1, 7_200, True),
        ("U101", 1, 6_000, True),
        ("M103", 1, 5_000, True),
        ("I102", 1, 2_500, True),
    ]
    assert told.none.select("reason", "cause", "denials").rows() == [("CO-151", "maximum-records", 1)]


def test_without_minutes_the_rules_that_lack_them_are_named() -> None:
    told = _worked(minutes=False).loop()
    assert told.sums["denials"].to_list() == [11, 3, 0, 14]
    assert told.inputs.select("rule", "denials", "denied_cents").rows() == [
        ("U101 U104 U105", 2, 11_800),
        ("D202", 1, 5_800),
    ]
    appeals = dict(_worked(minutes=False).denials.select("claim_id", "appeal").rows())
    assert (appeals["C115"], appeals["C201"]) == ("not_known", "not_known")


def test_rules_that_the_configuration_leaves_out_are_told_as_off() -> None:
    config = Config.parse('[rules]\nignore = ["P102", "I"]')
    off = loop(_worked().denials, config).rules.filter(~pl.col("on"))["rule"].to_list()
    assert sorted(off) == ["I101", "I102", "I204", "I205", "I306", "P102"]


def test_a_packet_has_facts_and_blanks_only() -> None:
    found = appeal(_worked(), "C201")
    packet = found.packet
    assert (found.lines, found.left_out, found.appeal_by, found.passed) == ((3,), (), date(2026, 8, 5), False)
    blanks = [one.name for one in packet.about if one.value is None]
    assert blanks == ["Patient", "Member number"]
    assert [(one.code, one.minutes, one.start, one.stop, one.by) for one in packet.recorded] == [
        ("97530", "30", "09:00", "09:30", "PT"),
        ("97110", "15", "09:30", "09:45", "PT"),
        ("97140", "15", "09:45", "10:00", "PT"),
    ]
    assert [step.text for step in packet.steps][1:3] == [
        "Timed minutes of the 15-minute codes: 97530 30 + 97110 15 + 97140 15 = 60.",
        "53 to 67 minutes are 4 units; the total is 60.",
    ]
    assert [one.rule for one in packet.passed] == ["U101", "U104", "U105", "M102"]
    assert [line.number for line in packet.lines if line.disputed] == ["3"]
    assert packet.records == (
        "the remittance with this decision",
        "the treatment note with the minutes of each timed service and the total",
        "the certified plan of care",
    )


def test_the_patient_is_named_only_by_the_patients_file() -> None:
    told = named_in(_worked(), "C201", DAY / "patients.csv")
    assert told == {"name": "TWO ZERO ONE PATIENT", "member_id": "EX0000201"}


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("C203", "no appeal of C203 is made: line 2: not honest: the published edit has indicator 0"),
        ("C133", "no appeal of C133 is made: line 1: not honest: it is the same claim or line twice"),
        ("C115", "no appeal of C115 is made: line 1: not honest: the recorded minutes do not give the units billed"),
        ("C101", "no line of C101 is denied"),
        ("C999", "C999 is not among the claims"),
    ],
)
def test_packets_are_refused_with_the_reason(claim: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        appeal(_worked(), claim)
    assert caught.value.message.startswith(message)


def test_medicare_takes_no_replacement_of_a_professional_claim(tmp_path: Path) -> None:
    told = write_corrected(_worked(), [CLAIMS, MINUTES], tmp_path / "out")
    assert told.files == {}
    assert not (tmp_path / "out").exists()
    assert len(told.left) == 13
    because = {one.claim: one.because for one in told.left}
    assert because["C122"] == "the payer takes no replacement of a decided claim: ask it to reopen the decision"
    assert because["C201"] == "line 3: appeal"


def _replacing(tmp_path: Path) -> Path:
    """A configuration with a payer that takes replacements."""
    text = (DAY / "cleanclaim.toml").read_text("utf-8")
    head = '[payers.medicare]\npack = "medicare"\n'
    assert head in text
    path = tmp_path / "cleanclaim.toml"
    path.write_text(text.replace(head, f'{head}corrected_by_professional = "replacement"\n'), "utf-8")
    return path


def test_what_needs_no_person_is_written_as_a_replacement_ready_to_send(tmp_path: Path) -> None:
    config, folder = _replacing(tmp_path), tmp_path / "out"
    done = work([REMITTANCE], [CLAIMS, MINUTES], config=config, as_of=AS_OF)
    told = write_corrected(done, [CLAIMS, MINUTES], folder)
    path = folder / "claims.corrected.837"
    assert told.files == {str(path): ("C122", "C126")}
    because = {one.claim: one.because for one in told.left}
    assert because["C125"] == "line 1: a person must make the fix of I101"
    text = path.read_text("ascii")
    assert "CLM*C122*132***11:B:7*" in text
    assert "REF*F8*EX2603181221~" in text
    assert "SV1*HC:97530:GP*72*" in text
    assert "SV1*HC:G0283:GP*25*" in text
    assert CliRunner().invoke(command, ["x12", "validate", str(path)]).exit_code == 0
    with pytest.raises(InputError, match="is there already"):
        write_corrected(done, [CLAIMS, MINUTES], folder)


def test_unprocessable_claims_are_written_as_new_ones(tmp_path: Path) -> None:
    done = _worked()
    anew = done.denials.with_columns(
        step=pl.when(pl.col("claim_id") == "C122").then(pl.lit("new_claim")).otherwise("step"),
        way=pl.when(pl.col("claim_id") != "C122").then("way"),
    )
    told = write_corrected(replace(done, denials=anew), [CLAIMS, MINUTES], tmp_path)
    assert told.files == {str(tmp_path / "claims.corrected.837"): ("C122",)}
    text = (tmp_path / "claims.corrected.837").read_text("ascii")
    assert "CLM*C122*132***11:B:1*" in text
    assert "REF*F8" not in text


# the commands

RUN = [
    "--claims",
    str(CLAIMS),
    "--claims",
    str(MINUTES),
    "--config",
    str(DAY / "cleanclaim.toml"),
    "--as-of",
    "2026-04-20",
]


def test_remit_loop_tells_what_would_have_stopped_the_denials() -> None:
    done = CliRunner().invoke(command, ["remit", str(REMITTANCE), *RUN, "--loop"])
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "14 past denials, $1,135.00 charged, $64.10 of it the payer's part on the 4 lines with a known price"
    )
    assert lines[3] == "  1 no rule foresees: $58.00 charged, $20.96 of it the payer's part"


def test_remit_json_has_the_parts_asked_for() -> None:
    done = CliRunner().invoke(command, ["remit", str(REMITTANCE), *RUN, "--denials", "--loop", "--json"])
    told = json.loads(done.stdout)
    assert list(told) == ["denials", "loop", "notes"]
    assert len(told["denials"]) == 14
    first = next(one for one in told["denials"] if one["claim"] == "C122")
    assert (first["fix"], first["by_when"], first["passed"]) == (
        "Add the discipline modifier of the plan of care: GP", "2027-04-02", False
    )  # fmt: skip
    assert [row["rule"] for row in told["loop"]["rules"]][:2] == ["P102", "D202"]


def test_appeal_writes_the_same_pdf_twice_and_refuses_what_is_not_honest(tmp_path: Path) -> None:
    pytest.importorskip("typst")
    asked = ["--remit", str(REMITTANCE), *RUN, "--patients", str(DAY / "patients.csv")]
    made = []
    for name in ("one.pdf", "two.pdf"):
        done = CliRunner().invoke(command, ["appeal", "C201", *asked, "-o", str(tmp_path / name)])
        assert (done.exit_code, done.stdout.splitlines()[1:]) == (
            0, ["  appeals 1 line: 3", "  last day 2026-08-05; fill in the marked blanks and sign"]
        )  # fmt: skip
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    assert made[0][:5] == b"%PDF-"
    refused = CliRunner().invoke(command, ["appeal", "C203", *asked, "-o", str(tmp_path / "no.pdf"), "--json"])
    assert refused.exit_code == 2
    assert json.loads(refused.stdout)["error"]["field"] == "CLAIM"
    assert not (tmp_path / "no.pdf").exists()
