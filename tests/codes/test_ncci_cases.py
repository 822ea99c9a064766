"""Published pair edits and unit maximums, looked up by date and setting. The rules that rest on them have own cases."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from cleanclaim.codes import hcpcs, ncci

SHARED = Path(__file__).parents[2].parent / "shared"
BYPASS = ["59", "XE", "XP", "XS", "XU"]
SUMMER_2024 = date(2024, 7, 15)
NOT_TO_BE_TOLD = {"ncci-071", "ncci-079", "ncci-081"}
"""History that the tables no longer hold (the edits of January and October 2020), and Medicaid's pair table."""

# NCCI tables effective 2024-07-01, practitioner and hospital alike: a modifier may separate the two
SEPARABLE = [
    ("97150", "97530"),
    ("97530", "97537"),
    ("97530", "97750"),
    ("97755", "97530"),
    ("92507", "97530"),
    ("92526", "97530"),
    ("90912", "97530"),
    ("97150", "97110"),
    ("97150", "97112"),
    ("97150", "97116"),
    ("97150", "97140"),
    ("97150", "97535"),
    ("97760", "97110"),
    ("97113", "97110"),
    ("97535", "97164"),
    ("97124", "97164"),
    ("97161", "96125"),
    ("97597", "97164"),
    ("98941", "97112"),
    ("98940", "97124"),
    ("95992", "97112"),
]
# the same tables: never paid together
NEVER = [
    ("97530", "95852"),
    ("97140", "97124"),
    ("97163", "97161"),
    ("97161", "97164"),
    ("97750", "97150"),
    ("97760", "97763"),
    ("97755", "97750"),
    ("20561", "20560"),
    ("G0281", "G0329"),
]
# the same tables: no edit, so no modifier
FREE = [
    ("97530", "97110"),
    ("97530", "97112"),
    ("97530", "97116"),
    ("97530", "97533"),
    ("97530", "97163"),
    ("97161", "97140"),
    ("97110", "97140"),
    ("97140", "97164"),
]
# column one, column two and indicator: practitioner, then hospital
DIFFERENT = [
    (("97161", "97750", 0), ("97161", "97750", 1)),
    (("97161", "97755", 0), ("97161", "97755", 1)),
    (("97161", "97763", 0), ("97161", "97763", 1)),
    (("97530", "97153", 0), ("97153", "97530", 1)),
    (("97530", "97155", 0), ("97155", "97530", 1)),
    (("97530", "97158", 0), ("97158", "97530", 1)),
]
# practitioner rows with published first days: on what day, what was in force
DATED = [
    ("97530", "97116", date(1999, 6, 30), None),
    ("97530", "97116", date(1999, 7, 1), 1),
    ("97530", "97116", date(2019, 6, 3), 1),
    ("97530", "97116", date(2019, 12, 31), 1),
    ("97530", "97116", date(2020, 1, 1), None),
    ("97530", "97116", date(2020, 2, 3), None),
    ("97140", "97530", date(2000, 6, 30), None),
    ("97140", "97530", date(2000, 7, 1), 1),
    ("97140", "97530", date(2019, 6, 3), 1),
    ("97140", "97530", date(2020, 1, 1), None),
]
# code, practitioner maximum, hospital maximum, indicator (the same in both); tables effective 2024-07-01
MAXIMUMS = [
    ("97530", 6, 6, 3),
    ("97110", 6, 8, 3),
    ("97112", 4, 6, 3),
    ("97116", 4, 4, 3),
    ("97150", 1, 2, 3),
    ("97161", 1, 1, 2),
    ("97750", 8, 8, 3),
    ("97035", 2, 2, 3),
    ("G0283", 1, 1, 3),
]


def _in_force(one: str, two: str, on: date, setting: str) -> list[tuple[str, str, int]]:
    edits = ncci.pairs(one, two, on, setting)["edits"]
    return [(e["column_one"], e["column_two"], e["indicator"]) for e in edits if e["in_force"]]


@pytest.mark.parametrize("setting", ncci.TABLES)
@pytest.mark.parametrize(("one", "two"), SEPARABLE)
def test_a_modifier_may_separate_the_pair(one: str, two: str, setting: str) -> None:
    answer = ncci.pairs(two, one, SUMMER_2024, setting)
    assert _in_force(one, two, SUMMER_2024, setting) == [(one, two, 1)]
    assert (answer["denied_without_modifier"], answer["bypass"]) == (two, BYPASS)


@pytest.mark.parametrize("setting", ncci.TABLES)
@pytest.mark.parametrize(("one", "two"), NEVER)
def test_the_pair_is_never_paid_together(one: str, two: str, setting: str) -> None:
    answer = ncci.pairs(two, one, SUMMER_2024, setting)
    assert _in_force(one, two, SUMMER_2024, setting) == [(one, two, 0)]
    assert (answer["denied_without_modifier"], answer["bypass"]) == (two, [])


@pytest.mark.parametrize("setting", ncci.TABLES)
@pytest.mark.parametrize(("one", "two"), FREE)
def test_the_pair_has_no_edit(one: str, two: str, setting: str) -> None:
    answer = ncci.pairs(one, two, SUMMER_2024, setting)
    assert {edit["in_force"] for edit in answer["edits"]} <= {False}
    assert (answer["denied_without_modifier"], answer["bypass"], answer["note"]) == (None, [], None)


@pytest.mark.parametrize(("practitioner", "hospital"), DIFFERENT)
def test_the_two_tables_differ(practitioner: tuple[str, str, int], hospital: tuple[str, str, int]) -> None:
    one, two, _ = practitioner
    assert _in_force(one, two, SUMMER_2024, "practitioner") == [practitioner]
    assert _in_force(one, two, SUMMER_2024, "hospital") == [hospital]


@pytest.mark.parametrize(("one", "two", "on", "indicator"), DATED)
def test_the_date_chooses_the_row(one: str, two: str, on: date, indicator: int | None) -> None:
    assert _in_force(one, two, on, "practitioner") == ([] if indicator is None else [(one, two, indicator)])


@pytest.mark.parametrize(("code", "practitioner", "hospital", "indicator"), MAXIMUMS)
def test_unit_maximums(code: str, practitioner: int, hospital: int, indicator: int) -> None:
    period = hcpcs.periods().number(pl.Series([SUMMER_2024])).item()
    row = hcpcs.code_periods().row(by_predicate=(pl.col("code") == code) & (pl.col("period") == period), named=True)
    assert (row["mue_units_practitioner"], row["mue_units_hospital"]) == (practitioner, hospital)
    assert (row["mue_mai_practitioner"], row["mue_mai_hospital"]) == (indicator, indicator)
    assert (row["mue_age_practitioner"], row["mue_age_hospital"]) == (None, None)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of reference vectors is not beside the checkout")
def test_every_reference_case_is_here() -> None:
    written = yaml.safe_load((SHARED / "vectors" / "vectors.yaml").read_text(encoding="utf-8"))["vectors"]
    known = [case for case in written if case["kind"] == "ncci" and case["id"] not in NOT_TO_BE_TOLD]
    looked_up = [case for case in known if "column1" in case["inputs"]]
    assert [case["id"] for case in looked_up if not _held(case["inputs"], case["expected"])] == []
    maximums = [case for case in known if "mue_code" in case["inputs"]]
    assert [case["id"] for case in maximums if _maximum(case) not in MAXIMUMS] == []
    # the rest are cases of P104, P106 and P107
    others = {case["id"] for case in known} - {case["id"] for case in [*looked_up, *maximums]}
    assert sorted(others) == ["ncci-082", "ncci-083", "ncci-084", "ncci-086", "ncci-087"]


def _held(inputs: dict[str, Any], expected: dict[str, Any]) -> bool:
    pair = (inputs["column1"], inputs["column2"])
    if inputs["dos"] != SUMMER_2024.isoformat():
        day = date.fromisoformat(inputs["dos"])
        return (*pair, day, expected.get("indicator")) in DATED
    if "edit" not in expected:
        return any(practitioner[:2] == pair for practitioner, _ in DIFFERENT)
    return pair in ({1: SEPARABLE, 0: NEVER}[expected["indicator"]] if expected["edit"] else FREE)


def _maximum(case: dict[str, Any]) -> tuple[str, int, int, int]:
    expected = case["expected"]
    return case["inputs"]["mue_code"], expected["practitioner_mue"], expected["outpatient_mue"], expected["mai"]
