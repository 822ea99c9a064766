"""What a finding costs, at the fees of the payer's contract where it does not pay by Medicare's schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cleanclaim import app

PACK = '[payers.Acme]\npack = "commercial"\n'


def findings(tmp_path: Path, terms: str, dos: str = "2026-03-04") -> dict[str, tuple[Any, Any]]:
    """Check three units of 97530 in 23 minutes, which allow two, for a payer of these terms."""
    (tmp_path / "acme.csv").write_text("code,cents\n97530,4100\n", encoding="utf-8")
    (tmp_path / "cleanclaim.toml").write_text(PACK + terms, encoding="utf-8")
    header = "claim_id,visit_id,patient_id,payer,dos,code,modifiers,minutes,units,charge,billing_npi,rendering_npi\n"
    row = f"C1,C1,P1,Acme,{dos},97530,GP,23,3,150.00,1234567893,1245319599\n"
    (tmp_path / "visits.csv").write_text(header + row, encoding="utf-8")
    report = app.check(tmp_path / "visits.csv", config=tmp_path / "cleanclaim.toml")
    return {one["rule"]: (one["cents"], one["cents_basis"]) for one in report.messages()}


@pytest.mark.parametrize(
    ("terms", "cents"),
    [
        ('unit_method = "cms"\nfee_table = "acme.csv"\nmppr_applies = false\n', 4100),
        ('unit_method = "cms"\nfee_table = "acme.csv"\nreduction_percent = 20\nreduction_of = "fee"\n', 3280),
    ],
    ids=["table", "reduced"],
)
def test_a_unit_too_many_costs_what_the_contract_pays_for_it(tmp_path: Path, terms: str, cents: int) -> None:
    assert findings(tmp_path, terms)["U101"] == (cents, "expected")


@pytest.mark.parametrize(
    "terms",
    [
        'unit_method = "cms"\nfee_table = "acme.csv"\n',
        'unit_method = "cms"\nfee_basis = "per_visit"\nvisit_rate = 95.00\n',
    ],
    ids=["nothing known of a reduction", "one amount for the visit"],
)
def test_where_the_contract_has_no_price_of_a_unit_the_charge_stands_in(tmp_path: Path, terms: str) -> None:
    assert findings(tmp_path, terms)["U101"] == (5000, "charge")
