"""By when a finding's claim must be filed: counted from the claim's first day, by the payer's limit."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import cleanclaim
from cleanclaim.config import Config

AS_OF = date(2026, 3, 20)
HEADER = "claim_id,visit_id,patient_id,payer,dos,code,modifiers,units,minutes,charge"


def told(tmp_path: Any, rows: list[str], config: str = "") -> dict[tuple[str, str], tuple[str | None, str | None]]:
    """The deadline of each finding by rule and visit."""
    (tmp_path / "day.csv").write_text("\n".join([HEADER, *rows]))
    report = cleanclaim.check(tmp_path / "day.csv", config=Config.parse(config), as_of=AS_OF)
    return {(m["rule"], m["visit"]): (m["by_when"], m["by_when_unknown"]) for m in report.messages()}


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("12 months", "2027-02-28"), ("90 days", "2026-05-29"), ("1 month", "2026-03-28"), ("1 day", "2026-03-01")],
)
def test_the_limit_counts_from_the_first_day_of_the_claim(tmp_path: Any, limit: str, expected: str) -> None:
    """The fault lies on the claim's second day."""
    config = f'[payers.acme]\npack = "medicare"\nfiling_limit = "{limit}"'
    rows = ["C1,V1,P1,acme,2026-02-28,97110,GP,1,15,60", "C1,V2,P1,acme,2026-03-04,97530,GP,2,22,144"]
    assert told(tmp_path, rows, config)["U101", "V2"] == (expected, None)


def test_a_visit_without_a_claim_counts_from_its_own_day(tmp_path: Any) -> None:
    assert told(tmp_path, [",V1,P1,medicare,2026-03-04,97530,GP,2,22,144"])["U101", "V1"] == ("2027-03-04", None)


def test_a_limit_that_is_not_known(tmp_path: Any) -> None:
    rows = ["C1,V1,P1,commercial,2026-03-04,ZZZZZ,GP,1,22,144", "C2,V2,P2,Nobody,2026-03-04,ZZZZZ,GP,1,22,144"]
    found = told(tmp_path, rows)
    assert {key[1]: value for key, value in found.items()} == {
        "V1": (None, "the payer's filing limit is not known"),
        "V2": (None, "the payer is not mapped to a pack, so its filing limit is not known"),
    }


def test_every_finding_of_a_claim_has_the_one_deadline(tmp_path: Any) -> None:
    rows = [
        "C1,V1,P1,medicare,2026-03-01,97110,,1,15,60",
        "C1,V2,P1,medicare,2026-03-04,97530,GP KX GA,2,22,144",
        "C1,V2,P1,medicare,2026-03-04,97140,GP,1,2,60",
    ]
    found = told(tmp_path, rows)
    assert {"D101", "D203", "U101"} <= {rule for rule, _ in found}
    assert set(found.values()) == {("2027-03-01", None)}


def test_two_claims_of_one_visit_have_their_own(tmp_path: Any) -> None:
    rows = ["C1,V1,P1,medicare,2026-03-01,97110,,1,15,60", "C2,V1,P1,medicare,2026-03-04,97110,,1,15,60"]
    (tmp_path / "day.csv").write_text("\n".join([HEADER, *rows]))
    report = cleanclaim.check(tmp_path / "day.csv", as_of=AS_OF)
    days = {m["claim"]: m["by_when"] for m in report.messages() if m["rule"] == "D101"}
    assert days == {"C1": "2027-03-01", "C2": "2027-03-04"}
