"""Rows of two payers for one visit that do not say which is first: a copy is no second visit and no duplicate."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import rule_cases

from cleanclaim.claims.schema import SERVICES
from cleanclaim.engine.check import CheckResult, check
from cleanclaim.engine.levels import with_levels

AS_OF = date(2026, 11, 24)


def _services(*lines: dict[str, Any]) -> pl.DataFrame:
    case = rule_cases._case("U101", {"name": "levels", "expect": "pass", "lines": list(lines)})
    return rule_cases.services([case])


def _line(**changes: Any) -> dict[str, Any]:
    return {"code": "97530", "minutes": 30, "units": 2, "modifiers": "GP", **changes}


def _checked(*lines: dict[str, Any]) -> CheckResult:
    return check(_services(*lines), as_of=AS_OF)


def test_a_visit_told_to_two_payers_is_judged_by_each() -> None:
    result = _checked(_line(), _line(payer="commercial", claim_id="C2"))
    assert result.grains.visit.select("units_billed", "timed_minutes", "units_allowed").rows() == [
        (2.0, 30, 2),
        (2.0, 30, 2),
    ]
    assert set(result.findings["rule"]) & {"U101", "U103", "U107", "I305", "I306", "M102"} == set()


def test_the_payer_named_first_for_a_patient_is_first_on_every_day() -> None:
    services = _services(
        _line(dos=date(2026, 3, 2)),
        _line(dos=date(2026, 3, 4), payer="commercial"),
        _line(dos=date(2026, 3, 4)),
        _line(dos=date(2026, 3, 6), payer="commercial"),
    )
    # a day with one payer alone has no second level
    assert with_levels(services)["sequence"].to_list() == [None, "S", "P", None]


def test_stated_levels_stay() -> None:
    services = _services(_line(sequence="S"), _line(payer="commercial", sequence="P"))
    assert with_levels(services).equals(services)


def test_spellings_of_one_payer_and_rows_without_one_stay_together() -> None:
    services = _services(
        _line(),
        _line(code="97110", payer="Medicare Part B", pack="medicare"),
        _line(code="97140", payer=None, units=None),
    )
    assert with_levels(services).equals(services)


def test_unmapped_payers_are_told_apart_by_name() -> None:
    services = _services(_line(payer="Acme"), _line(payer="ACME"), _line(payer="Other"))
    assert with_levels(services)["sequence"].to_list() == ["P", "P", "S"]


def test_rows_columns_and_order_stay() -> None:
    services = _services(
        _line(), _line(payer="commercial"), _line(payer=None), _line(payer="third"), _line(payer="fourth")
    )
    leveled = with_levels(services)
    assert leveled.schema == SERVICES.schema
    assert leveled.drop("sequence").equals(services.drop("sequence"))
    assert leveled["sequence"].to_list() == ["P", "S", None, "T", "T"]
