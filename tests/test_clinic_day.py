"""The example clinic day: its files agree with each other, and each planted fault is exactly one finding."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import re
import sys
import tomllib
from collections import Counter
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner

from cleanclaim import app
from cleanclaim.cli.main import app as command
from cleanclaim.engine.pricing import price_visit
from cleanclaim.engine.report import Report
from cleanclaim.engine.units import allocate_visit

ROOT = Path(__file__).parents[1]
DAY = ROOT / "examples" / "clinic-day"
CONFIG = DAY / "cleanclaim.toml"
AS_OF = date(2026, 3, 20)

FOUND = [
    ("C115", "U101", "97110"),
    ("C116", "U104", "97110"),
    ("C117", "U102", "97140"),
    ("C118", "P101", "97530"),
    ("C119", "P104", "97530"),
    ("C120", "M102", "97112"),
    ("C121", "M103", "97130"),
    ("C122", "D101", "97530"),
    ("C123", "D108", "97110"),
    ("C124", "D203", "97110"),
    ("C125", "I101", "97001"),
    ("C126", "I102", "97014"),
    ("C127", "I106", "97140"),
    ("C128", "I201", "97110"),
    ("C129", "I204", "97110"),
    ("C130", "I205", "97530"),
    ("C131", "I302", "97530"),
    ("C132", "I304", "97110"),
    ("C133", "I306", "97110"),
    ("C134", "I307", "97110"),
    ("C135", "I310", "97530"),
    ("C202", "U103", "97110"),
    ("C203", "P102", "95851"),
    ("C204", "P105", "97140"),
    ("C205", "D202", "97140"),
]
"""Claim, rule, and the code of the line where it shows."""
FAULTS = [(claim, rule) for claim, rule, _ in FOUND]
CLEAN = [*(f"C{number}" for number in range(101, 115)), "C201"]


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_clinic_day", ROOT / "tools" / "make_clinic_day.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


TOOL = _tool()


@cache
def _report() -> Report:
    return app.check([DAY / "claims.837", DAY / "minutes.csv"], config=CONFIG, as_of=AS_OF)


@cache
def _messages() -> tuple[dict[str, Any], ...]:
    return tuple(_report().messages())


def _faults(report: Report) -> list[tuple[str, str]]:
    return [(m["claim"], m["rule"]) for m in report.messages()]


@cache
def _segments() -> tuple[list[str], ...]:
    text = (DAY / "claims.837").read_text(encoding="ascii")
    return tuple(segment.strip("\n").split("*") for segment in text.split("~")[:-1])


# findings


def test_each_planted_fault_is_exactly_its_one_finding() -> None:
    assert _faults(_report()) == FAULTS


def test_the_other_claims_are_clean() -> None:
    claims = [segment[1] for segment in _segments() if segment[0] == "CLM"]
    assert [claim for claim in claims if claim not in dict(FAULTS)] == CLEAN
    assert len(set(claims)) == len(claims) == len(CLEAN) + len(FAULTS)


def test_every_family_of_findings_is_shown() -> None:
    assert Counter(rule[0] for _, rule in FAULTS) == {"U": 4, "P": 4, "M": 2, "D": 4, "I": 11}


def test_minutes_all_find_their_claim() -> None:
    report = _report()
    assert report.unread() == []
    assert report.notes == (
        "minutes: 69 rows joined to claim lines, 1 kept beside them as services not billed, 0 unmatched, 0 ambiguous",
    )
    assert report.counts == {"lines": 71, "services": 72, "visits": 40, "claims": 40, "charge_cents": 627_700}


def test_the_payer_that_is_not_mapped_is_named() -> None:
    assert _report().unmapped == (("PRAIRIE MUTUAL", 1),)


def test_places_lead_to_the_line_in_the_file() -> None:
    content = (DAY / "claims.837").read_bytes()
    for message, (_, _, code) in zip(_messages(), FOUND, strict=True):
        segment, byte = map(int, re.findall(r"\d+", message["place"]))
        assert content[byte:].startswith(b"SV1*HC:" + code.encode())
        assert _segments()[segment - 1][:2] == content[byte:].split(b"~")[0].decode().split("*")[:2]


def test_lines_of_2024_are_priced_at_the_locality() -> None:
    # 2024: locality 15 of contractor 06102 (work 1.007, practice expense 1.048, malpractice 1.556), factor 33.2875.
    # A unit of 97140 after the first of the day: (0.43 x 1.007 + 0.37 x 1.048 / 2 + 0.01 x 1.556) x 33.2875.
    priced = [(m["claim"], m["cents"], m["cents_basis"]) for m in _messages() if m["dos"] == "2024-08-13"]
    assert priced == [
        ("C202", 2139, "expected"),
        ("C203", 2263, "expected"),
        ("C204", None, None),
        ("C205", 2139, "expected"),
    ]


def test_lines_without_a_local_price_show_charges() -> None:
    bases = {m["cents_basis"] for m in _messages() if m["dos"] != "2024-08-13"}
    assert bases == {"charge", None}


def test_small_partitions_find_the_same() -> None:
    split = app.check([DAY / "claims.837", DAY / "minutes.csv"], config=CONFIG, as_of=AS_OF, partition_rows=10)
    assert _faults(split) == FAULTS
    assert split.gaps() == _report().gaps()


def test_the_whole_day_as_one_csv_finds_the_same(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(_lines_csv(), encoding="ascii")
    assert _faults(app.check(path, config=CONFIG, as_of=AS_OF)) == FAULTS


def _lines_csv() -> str:
    """The claims and minutes of the day in one file, under the documented column names."""
    rows = [_row(claim, service) for claim in TOOL.THE_DAY for service in claim.services]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _row(claim: Any, service: Any) -> dict[str, object]:
    (block,) = service.blocks
    minutes = {"minutes": block.stop - block.start, "by": block.by}
    clock = {name: f"{at // 60:02d}:{at % 60:02d}" for name, at in (("start", block.start), ("stop", block.stop))}
    return {
        "visit_id": claim.visit,
        "claim_id": claim.number,
        "patient_id": claim.member,
        "payer": claim.payer.name,
        "dos": claim.dos.isoformat(),
        "received": claim.sent.isoformat(),
        "claim_form": "professional",
        "place_of_service": claim.place,
        "code": service.code,
        "modifiers": " ".join(service.modifiers),
        "units": "" if service.units is None else service.units,
        "charge": "" if service.units is None else f"{service.charge}.00",
        "claim_charge": f"{claim.charge}.00",
        "diagnoses": " ".join(claim.diagnoses),
        "rendering_npi": claim.clinician.npi,
        "taxonomy": claim.clinician.taxonomy,
        "referring_npi": TOOL.REFERRING_NPI if claim.referring else "",
        "billing_npi": TOOL.BILLING_NPI,
        "ytd_ot" if claim.clinician == TOOL.OT else "ytd_pt_slp": claim.ytd,
        "abn_on_file": claim.notice,
        **(minutes | clock if claim.charted else {}),
    }


@pytest.mark.parametrize("config", [CONFIG, None], ids=["with configuration", "without"])
def test_json_visits_find_what_the_claims_find(config: Path | None) -> None:
    report = app.check(DAY / "visits.json", config=config, as_of=AS_OF)
    assert report.counts["visits"] == 4
    assert _faults(report) == [("C115", "U101"), ("C119", "P104"), ("C124", "D203")]


def test_the_demo_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DAY)
    arguments = ["check", "claims.837", "minutes.csv", "--config", "cleanclaim.toml", "--as-of", "2026-03-20"]
    shown, failed = (CliRunner().invoke(command, [*arguments, *more]) for more in (["--exit-zero"], []))
    assert (shown.exit_code, failed.exit_code) == (0, 1)
    assert re.findall(r"^  ([UPMDI]\d{3}) [a-z]", shown.output, re.MULTILINE) == [rule for _, rule in FAULTS]
    assert failed.output == shown.output


# one visit


def test_the_single_visit_has_units_and_a_price() -> None:
    visit = json.loads((DAY / "visit.json").read_text())
    units, price = allocate_visit(visit), price_visit(visit)
    assert units["lines"] == [
        {"code": "97530", "units": 2, "modifiers": ["GP"]},
        {"code": "97110", "units": 1, "modifiers": ["GP", "CQ"]},
        {"code": "97140", "units": 0, "modifiers": ["GP"]},
    ]
    assert [service["units"] for service in visit["services"]] == [2, 1, 0]
    assert (price["allowed_cents"], price["without_reduction_cents"]) == (8472, 10_253)


# files


@pytest.mark.parametrize(
    "name", ["claims.837", "minutes.csv", "services.csv", "patients.csv", "visits.json", "visit.json"]
)
def test_files_are_what_the_description_gives(name: str) -> None:
    assert (DAY / name).read_bytes() == TOOL.files()[name].encode("ascii")


def test_the_837_is_well_formed() -> None:
    segments = _segments()
    names = [segment[0] for segment in segments]
    assert len((DAY / "claims.837").read_text().split("~")[0]) == 105
    assert [names.count(name) for name in ("ISA", "GS", "ST", "SE", "GE", "IEA")] == [1, 1, 2, 2, 1, 1]
    assert (segments[0][13], segments[-1]) == ("000000001", ["IEA", "1", "000000001"])
    assert segments[-2] == ["GE", "2", segments[1][6]]
    for opened, closed in zip(_places("ST"), _places("SE"), strict=True):
        assert segments[closed] == ["SE", str(closed - opened + 1), segments[opened][2]]
        levels = [segment for segment in segments[opened:closed] if segment[0] == "HL"]
        assert [level[1:] for level in levels] == [
            ["1", "", "20", "1"],
            *([str(number), "1", "22", "0"] for number in range(2, len(levels) + 1)),
        ]


def _places(name: str) -> list[int]:
    return [place for place, segment in enumerate(_segments()) if segment[0] == name]


def test_claim_totals_are_the_sums_of_their_lines_but_for_the_planted_one() -> None:
    apart: dict[str, tuple[int, int]] = {}
    for start, stop in pairwise([*_places("CLM"), len(_segments())]):
        claim = _segments()[start]
        lines = sum(int(segment[2]) for segment in _segments()[start:stop] if segment[0] == "SV1")
        if int(claim[2]) != lines:
            apart[claim[1]] = (int(claim[2]), lines)
    assert apart == {"C134": (192, 132)}


def test_npis_are_made_up_and_valid_but_for_the_planted_one() -> None:
    used = {segment[9] for segment in _segments() if segment[0] == "NM1" and segment[8:9] == ["XX"]}
    assert sorted(npi for npi in used if not _luhn(npi)) == ["2777777747"]
    config = tomllib.loads(CONFIG.read_text())
    known = [config["sites"]["clinic"]["npi"], *(one["npi"] for one in config["clinicians"].values())]
    assert [npi for npi in known if not _luhn(npi)] == []
    assert sorted(used - set(known)) == ["2000000028", "2777777747"]
    assert {npi[0] for npi in {*used, *known}} == {"2"}


def _luhn(npi: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed("80840" + npi))]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def test_nobody_is_in_two_places_at_once() -> None:
    treated: dict[tuple[object, ...], list[tuple[int, int, str]]] = {}
    for claim in TOOL.THE_DAY:
        for block in (block for service in claim.services if claim.charted for block in service.blocks):
            who = block.by if block.by in ("PTA", "OTA") else claim.clinician.npi
            treated.setdefault((claim.dos, who), []).append((block.start, block.stop, claim.number))
    clashes = [
        (one[2], other[2])
        for blocks in treated.values()
        for one, other in pairwise(sorted(blocks))
        if other[0] < one[1]
    ]
    assert clashes == [("C119", "C119")]


def lines_of_readme() -> str:
    """The part on claims: the notes have a table of their own."""
    return (DAY / "README.md").read_text().partition("\n## The notes")[0]


def test_readme_lists_the_claims_with_their_findings() -> None:
    rows = re.findall(r"^\| (C\d{3}) \|.*\| ([A-Z]\d{3}|clean) \|$", lines_of_readme(), re.MULTILINE)
    expected = [*FAULTS, *((claim, "clean") for claim in CLEAN)]
    assert rows == sorted(expected)
