"""``cleanclaim x12``, and ``check`` on institutional claims."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from build_837 import BILLING, CLAIM, LINE, SUBSCRIBER, interchange, one, transaction
from build_x12 import FACILITY_CLAIM, facility, facility_set, remittance
from test_read_835 import WHOLE
from test_totals import EVERY_KIND
from typer.testing import CliRunner, Result

from cleanclaim import intake, x12
from cleanclaim.cli.main import app


def run(tmp_path: Path, content: bytes, *arguments: str) -> Result:
    path = tmp_path / "file.x12"
    path.write_bytes(content)
    command, *more = arguments
    return CliRunner().invoke(app, ["x12", command, str(path), *more])


def test_totals_as_json_are_those_of_the_library(tmp_path: Path) -> None:
    done = run(tmp_path, EVERY_KIND, "totals", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == x12.totals(EVERY_KIND)


def test_totals_as_text(tmp_path: Path) -> None:
    done = run(tmp_path, WHOLE[:-4] + b"~", "totals")
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["1", "interchange,", "1", "transaction", "set"],
        [],
        ["type", "version", "sets", "claims", "lines", "charged", "paid", "adjusted"],
        ["835", "005010X221A1", "1", "2", "3", "$0.00", "$0.00", "$40.00"],
        [],
        ["Could", "not", "be", "read"],
        ["segment", "40,", "byte", "973:", "IEA02", "is", "not", "the", "control", "number", "of", "its", "ISA"],
    ]


@pytest.mark.parametrize("command", ["totals", "show"])
def test_what_is_no_x12_ends_with_2(tmp_path: Path, command: str) -> None:
    done = run(tmp_path, b"visit_id,code\n", command)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "not an X12 file" in done.stderr
    assert CliRunner().invoke(app, ["x12", command, str(tmp_path / "nowhere")]).exit_code == 2


def test_claims_are_folded_and_problems_stand_below_them(tmp_path: Path) -> None:
    done = run(
        tmp_path, remittance("LX*1", "CLP*V1*1*5*x*1", "SVC*HC:97110*5*3", "CAS*CO*45*2", "CLP*V2*4*7*0"), "show"
    )
    assert done.stdout.splitlines()[10:15] == [
        "     11        LX*1  group of claims",
        "     12          + claim V1  status 1  charged 5  paid x  1 line, 3 segments",
        "     12  ! CLP04 (amount paid) is missing or not an amount",
        "     15          + claim V2  status 4  charged 7  paid 0  0 lines, 1 segment",
        "     16      SE*14*0001  end of the set",
    ]


def test_open_shows_every_segment_once(tmp_path: Path) -> None:
    lines = run(tmp_path, EVERY_KIND, "show", "--open").stdout.splitlines()
    numbers = [int(line[:7]) for line in lines if "!" not in line[:12]]
    assert numbers == list(range(1, EVERY_KIND.count(b"~") + 1))


def test_one_claim(tmp_path: Path) -> None:
    content = one(*CLAIM, *LINE, *(line.replace("V100", "V101") for line in CLAIM), *LINE)
    done = run(tmp_path, content, "show", "--claim", "V101")
    assert done.stdout.splitlines() == [
        "     19            CLM*V101*84***11:B:1*Y*A*Y*Y  claim",
        "     20              HI*ABK:M54.50*ABF:M25561  codes",
        "     21              LX*1  line",
        "     22                SV1*HC:97110:GP*84*UN*2***1:2  professional service",
        "     23                DTP*472*D8*20260304  date of service",
    ]
    missing = run(tmp_path, content, "show", "--claim", "V9")
    assert (missing.exit_code, missing.stderr) == (2, "cleanclaim: --claim: no claim in the file has this number\n")


def test_what_does_not_print_is_escaped(tmp_path: Path) -> None:
    done = run(tmp_path, one("CLM*V\x1b[31m*1"), "show")
    assert "claim V\\x1b[31m  charged 1" in done.stdout


def services(tmp_path: Path, content: bytes) -> intake.Batch:
    path = tmp_path / "claims.837"
    path.write_bytes(content)
    return intake.read([path])


def test_an_institutional_line_as_a_service(tmp_path: Path) -> None:
    batch = services(tmp_path, facility(*FACILITY_CLAIM))
    (row,) = batch.services.to_dicts()
    wanted: dict[str, Any] = {
        "claim_form": "institutional",
        "bill_type": "131",
        "frequency": "1",
        "revenue_code": "0420",
        "code": "97110",
        "modifier_1": "GP",
        "occurrence_codes": "11:2026-02-20 35:2026-03-02 29",
        "attending_npi": "1003000126",
        "diagnoses": "M5450 M25561 Z96651",
        "place_of_service": None,
        "taxonomy": None,
        "claim_charge_cents": None,
        "carries_attending": True,
        "carries_occurrences": True,
        "carries_revenue": True,
        "carries_pointers": False,
    }
    assert {name: row[name] for name in wanted} == wanted
    assert batch.notes == (
        f"{tmp_path / 'claims.837'}: institutional lines without a procedure code, which are not checked: 1",
    )
    assert (batch.rows_read, batch.rows_left_out, batch.unreadable.height) == (2, 1, 0)


def test_the_day_of_a_line_is_that_of_a_statement_of_one_day(tmp_path: Path) -> None:
    line = ["LX*1", "SV2*420*HC:97110:GP*5*UN*1"]
    batch = services(
        tmp_path,
        facility(
            *["CLM*V1*5***13:A:1", "DTP*434*RD8*20260304-20260304", *line],
            *["CLM*V2*5***13:A:1", "DTP*434*RD8*20260304-20260305", *line],
        ),
    )
    assert batch.services.select("claim_id", "dos", "revenue_code", "claim_charge_cents").rows() == [
        ("V1", date(2026, 3, 4), "0420", 500)
    ]
    assert batch.unreadable["message"].to_list() == ["no readable date of service; the line is left out"]


def test_professional_and_institutional_claims_of_one_file(tmp_path: Path) -> None:
    batch = services(
        tmp_path,
        interchange(transaction(*BILLING, *SUBSCRIBER, *CLAIM, *LINE), facility_set(*FACILITY_CLAIM)),
    )
    assert batch.services.select("claim_seq", "claim_form", "code").rows() == [
        (1, "professional", "97110"),
        (2, "institutional", "97110"),
    ]
