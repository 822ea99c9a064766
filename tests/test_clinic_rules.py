"""Rules that no shipped pack asks for speak for a clinic that says its payer does."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import rule_cases

from cleanclaim.config import Config
from cleanclaim.engine.check import check

AS_OF = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("field", "lines", "rule"),
    [
        ("modifier_order_required = true", [{"modifiers": "GP 59"}], "D118"),
        ("habilitation_modifier_required = true", [{"modifiers": "GP"}], "D308"),
        ("side_modifier_required = true", [{"code": "29125", "modifiers": "GO"}], "D115"),
        ("telehealth_modifier_required = true", [{"modifiers": "GP", "place_of_service": "10"}], "I404"),
        ("gt_on_professional = false", [{"modifiers": "GP GT", "place_of_service": "02"}], "I405"),
        (
            "evaluation_window_days = 30",
            [
                {"code": "97161", "modifiers": "GP"},
                {"code": "97161", "modifiers": "GP", "dos": date(2026, 3, 20), "visit_id": "V2", "claim_id": "C2"},
            ],
            "V101",
        ),
        ('corrected_filing_limit = "30 days"', [{"frequency": "7", "received": date(2026, 4, 4)}], "I313"),
        ("max_timed_minutes_day = 45", [{"minutes": 46}], "U114"),
        ("visits_by_therapists = false", [{"code": "99213", "modifiers": "", "credential": "PT"}], "V140"),
        ("rvu_cap_day = 12\nrelative_value.97530 = 4.5", [{"units": 3}], "U115"),
    ],
)
def test_a_field_of_the_clinics_own(tmp_path: Path, field: str, lines: list[dict[str, Any]], rule: str) -> None:
    path = tmp_path / "cleanclaim.toml"
    path.write_text(f'[payers.Acme]\npack = "commercial"\n{field}\n')
    full = [{"code": "97530", "units": 1, "modifiers": "GP", "payer": "Acme", **line} for line in lines]
    case = rule_cases._case(rule, {"name": field, "expect": "finding", "lines": full})
    services = rule_cases.services([case])
    assert rule in set(check(services, as_of=AS_OF, config=Config.load(path)).findings["rule"])
    path.write_text('[payers.Acme]\npack = "commercial"\n')
    assert rule not in set(check(services, as_of=AS_OF, config=Config.load(path)).findings["rule"])
