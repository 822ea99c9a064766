"""The reference minutes, billed as they should be and with a unit too many, through the unit rules."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import rule_cases
import yaml
from rule_cases import AS_OF, Case

VECTORS = Path(__file__).parents[1].parent / "shared" / "vectors" / "vectors.yaml"
UNIT_RULES = {"U101", "U102", "U103", "U104", "U105"}
pytestmark = pytest.mark.skipif(not VECTORS.is_file(), reason="the reference vectors are not beside the checkout")


def _vectors(kind: str) -> list[dict[str, Any]]:
    written = yaml.safe_load(VECTORS.read_text(encoding="utf-8"))["vectors"]
    return [v for v in written if v["kind"] == kind and "minutes" in v["inputs"]]


def _settled(expected: dict[str, Any]) -> Iterator[dict[str, int]]:
    """Every way to settle the tie, if there is one."""
    tie = expected.get("tie", {"choose": 0, "from": []})
    for chosen in combinations(tie["from"], tie["choose"]):
        yield {code: units + (code in chosen) for code, units in expected["units"].items()}


def _case(name: str, minutes: dict[str, int], units: dict[str, int], payer: str) -> Case:
    lines = tuple(
        # a service without units is given and not billed
        {"code": code, "minutes": minutes[code], "units": billed or None, "modifiers": "GP", "payer": payer}
        for code, billed in units.items()
    )
    return Case("", name, "pass", lines, AS_OF, {}, None, (), {}, None, {})


def _broken(cases: list[Case]) -> list[tuple[str, list[str]]]:
    """Each case's name and the unit rules that it breaks."""
    found = rule_cases.run(cases).findings.filter(pl.col("rule").is_in(UNIT_RULES))
    rules: dict[int, list[str]] = {}
    for rule, row in found.select("rule", "row").iter_rows():
        rules.setdefault(row // rule_cases.ROWS_A_CASE, []).append(rule)
    return [(case.name, rules.get(number, [])) for number, case in enumerate(cases)]


@pytest.mark.parametrize(("kind", "payer", "count"), [("units_cms", "medicare", 54), ("units_ama", "commercial", 15)])
def test_the_units_that_the_minutes_give_break_no_rule(kind: str, payer: str, count: int) -> None:
    vectors = _vectors(kind)
    assert len(vectors) == count
    cases = [_case(v["id"], v["inputs"]["minutes"], units, payer) for v in vectors for units in _settled(v["expected"])]
    assert [name for name, rules in _broken(cases) if rules] == []


@pytest.mark.parametrize(
    ("kind", "payer", "rule"), [("units_cms", "medicare", "U101"), ("units_ama", "commercial", "U102")]
)
def test_a_unit_more_breaks_one_rule(kind: str, payer: str, rule: str) -> None:
    cases = []
    for vector in _vectors(kind):
        units = next(_settled(vector["expected"]))
        for code in units:
            more = units | {code: units[code] + 1}
            cases.append(_case(f"{vector['id']} {code}", vector["inputs"]["minutes"], more, payer))
    assert [name for name, rules in _broken(cases) if rules != [rule]] == []


@pytest.mark.parametrize(("kind", "payer"), [("units_cms", "medicare"), ("units_ama", "commercial")])
def test_a_unit_less_is_money_left_behind(kind: str, payer: str) -> None:
    cases = []
    for vector in _vectors(kind):
        units = next(_settled(vector["expected"]))
        for code in (code for code, billed in units.items() if billed):
            fewer = units | {code: units[code] - 1}
            if not any(fewer.values()):
                continue  # no line is left on a claim that could have a finding
            cases.append(_case(f"{vector['id']} {code}", vector["inputs"]["minutes"], fewer, payer))
    assert [name for name, rules in _broken(cases) if rules != ["U103"]] == []
