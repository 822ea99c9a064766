"""Typical facility claims and lines of several dates from input to report: clean ones raise nothing."""

from __future__ import annotations

from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import cleanclaim
from cleanclaim.codes.occurrences import CORF_PLAN, ONSET, PLAN, START

AS_OF = date(2026, 3, 20)
FACILITIES = {
    "outpatient_hospital": "131",
    "critical_access_hospital": "851",
    "skilled_nursing_part_b": "221",
    "home_health_part_b": "341",
    "rehabilitation_agency": "741",
    "corf": "751",
}
THERAPIES = {
    "GP": ("0420", [("97530", 24, 2), ("97110", 16, 1)]),
    "GO": ("0430", [("97535", 30, 2), ("97110", 15, 1)]),
    "GN": ("0440", [("92507", 45, 1)]),
}


def claim(setting: str, discipline: str, **changes: Any) -> dict[str, Any]:
    revenue, services = THERAPIES[discipline]
    occurrences = [f"{ONSET}:2026-02-20", f"{START[discipline]}:2026-03-02", f"{PLAN[discipline]}:2026-03-02"]
    shared = {
        "claim_id": "C1", "visit_id": "V1", "patient_id": "P1", "payer": "medicare", "dos": "2026-03-04",
        "setting": setting, "bill_type": FACILITIES[setting], "billing_npi": "1234567893",
        "attending_npi": "1003000126", "diagnoses": ["M54.50", "R26.2"], "received": "2026-03-10",
        "occurrence_codes": occurrences,
    }  # fmt: skip
    lines = [
        {"code": code, "minutes": minutes, "units": units, "modifiers": discipline, "charge": 72 * units,
         "revenue_code": revenue}
        for code, minutes, units in services
    ]  # fmt: skip
    return {**shared, "services": lines, **changes}


def found(*visits: dict[str, Any]) -> list[str]:
    report = cleanclaim.check({"visits": list(visits)}, as_of=AS_OF)
    assert report.unreadable.rows() == []
    return [message["rule"] for message in report.messages()]


@pytest.mark.parametrize(("setting", "discipline"), list(product(FACILITIES, THERAPIES)))
def test_a_clean_claim_of_each_facility_and_discipline_raises_nothing(setting: str, discipline: str) -> None:
    assert found(claim(setting, discipline)) == []


def test_the_plan_code_of_the_facility_serves_every_discipline() -> None:
    codes = [f"{ONSET}:2026-02-20", f"{START['GO']}:2026-03-02", f"{CORF_PLAN}:2026-03-02"]
    assert found(claim("corf", "GO", occurrence_codes=codes)) == []
    assert found(claim("rehabilitation_agency", "GO", occurrence_codes=codes)) == ["I503"]


def test_each_element_that_is_left_out_is_one_finding() -> None:
    other = claim("outpatient_hospital", "GP", claim_id="C0", visit_id="V0", patient_id="P0")
    assert found(other, claim("outpatient_hospital", "GP", attending_npi=None)) == ["I501"]
    assert found(other, claim("outpatient_hospital", "GP", attending_npi="1003000127")) == ["I502"]
    assert found(other, claim("outpatient_hospital", "GP", occurrence_codes=None)) == ["I503"]
    late = [f"{ONSET}:2026-02-20", f"{START['GP']}:2026-03-05", f"{PLAN['GP']}:2026-03-02"]
    assert found(other, claim("outpatient_hospital", "GP", occurrence_codes=late)) == ["I504"]


def test_a_facility_without_the_columns_is_not_judged_by_them() -> None:
    bare = claim("outpatient_hospital", "GP")
    for name in ("attending_npi", "occurrence_codes"):
        del bare[name]
    report = cleanclaim.check({"visits": [bare]}, as_of=AS_OF)
    assert list(report.messages()) == []
    reasons = {gap["rule"]: gap["reason"] for gap in report.gaps()}
    assert reasons["I501"] == "this input has no attending provider"
    assert reasons["I503"] == "this input has no occurrence codes"


def test_units_of_several_dates_are_not_held_against_one_day(tmp_path: Path) -> None:
    rows = tmp_path / "lines.csv"
    rows.write_text(
        "claim_id,patient_id,payer,dos,dos_end,code,units,modifiers,charge,place_of_service\n"
        "C1,P1,medicare,2026-03-02,2026-03-06,97530,10,GP,720.00,11\n"
    )
    report = cleanclaim.check(rows, as_of=AS_OF)
    assert [message["rule"] for message in report.messages()] == ["I507"]


@pytest.mark.parametrize(
    ("payer", "kind", "hinted"),
    [("NOVITAS", "MB", True), ("MEDICARE PART B", "", True), ("ACME MEDICARE", "16", False), ("ACME", "CI", False)],
)
def test_a_payer_that_looks_like_medicare_is_named_with_what_to_write(
    tmp_path: Path, payer: str, kind: str, hinted: bool
) -> None:
    sent = Path(__file__).parents[1] / "examples" / "clinic-day" / "claims.837"
    text = sent.read_text().replace("*MB~", f"*{kind}~").replace("*PR*2*MEDICARE PART B*", f"*PR*2*{payer}*")
    (tmp_path / "claims.837").write_text(text)
    notes = cleanclaim.check(tmp_path / "claims.837", as_of=AS_OF).notes
    hint = f'payer {payer} looks like Medicare Part B: write [payers."{payer}"] with pack = "medicare"'
    assert [note.startswith(hint) for note in notes if payer in note] == ([True] if hinted else [])
