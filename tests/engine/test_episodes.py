"""Plans, progress reports and authorizations against oracles, and what does not change the outcome."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

sys.path.insert(0, str(Path(__file__).parents[1] / "oracles"))

from effort import times
from episodes_oracle import Authorization, gaps, overdue, since_report

from cleanclaim.claims.episodes import Records
from cleanclaim.engine.check import CheckResult, check
from cleanclaim.intake import records_in, services_from_json

FIRST = date(2026, 3, 2)
AS_OF = date(2026, 11, 24)


def _visits(days: list[date], payer: str = "medicare") -> list[dict[str, Any]]:
    return [
        {
            "visit_id": f"V{number}",
            "patient_id": "P1",
            "payer": payer,
            "dos": day.isoformat(),
            "setting": "office",
            "services": [{"code": "97530", "units": 1, "modifiers": ["GP"]}],
        }
        for number, day in enumerate(days)
    ]


def _checked(days: list[date], told: dict[str, Any], payer: str = "medicare") -> CheckResult:
    request = {"visits": _visits(days, payer), **told}
    return check(services_from_json(request).services, as_of=AS_OF, records=records_in(request))


def _day_set(most: int) -> st.SearchStrategy[list[date]]:
    offsets = st.lists(st.integers(0, 80), min_size=1, max_size=most, unique=True)
    return offsets.map(lambda found: [FIRST + timedelta(days=n) for n in sorted(found)])


@settings(max_examples=times(40), deadline=None)
@given(_day_set(45), st.lists(st.integers(-3, 85), max_size=5, unique=True))
def test_progress_reports_agree_with_the_oracle(days: list[date], offsets: list[int]) -> None:
    reports = [FIRST + timedelta(days=n) for n in offsets]
    told = {
        "episodes": [{"episode_id": "E1", "patient_id": "P1", "first_treatment": days[0].isoformat()}],
        "progress_reports": [{"episode_id": "E1", "written": day.isoformat(), "by": "PT"} for day in reports],
    }
    found = _checked(days, told).grains.treatment_day.sort("dos")
    assert found["report_days"].to_list() == since_report(days, reports)
    assert found["report_overdue"].to_list() == overdue(days, reports)


_SPANS = st.lists(st.tuples(st.integers(0, 80), st.integers(0, 60), st.integers(1, 12)), max_size=4)


@settings(max_examples=times(40), deadline=None)
@given(_day_set(30), _SPANS)
def test_authorizations_agree_with_the_oracle(days: list[date], spans: list[tuple[int, int, int]]) -> None:
    ordered = sorted(spans, key=lambda span: (span[0], span[0] + span[1]))
    dated = [(FIRST + timedelta(days=low), FIRST + timedelta(days=low + length), n) for low, length, n in ordered]
    told = {
        "authorizations": [
            {"authorization_id": f"A{n}", "patient_id": "P1", "first_day": f"{low}", "last_day": f"{high}", "visits": v}
            for n, (low, high, v) in enumerate(dated)
        ]
    }
    found = _checked(days, told, "medicaid-nevada").grains.treatment_day.sort("dos")
    assert found["authorization_gap"].to_list() == gaps(days, [Authorization(*one) for one in dated])


@settings(max_examples=times(20), deadline=None)
@given(_day_set(12), st.integers(1, 120), st.randoms())
def test_the_order_of_the_input_does_not_matter(days: list[date], length: int, random: Any) -> None:
    plans = [
        {"episode_id": "E1", "patient_id": "P1", "first_treatment": days[0].isoformat(), "plan_days": length},
        {"episode_id": "E2", "patient_id": "P1", "first_treatment": days[-1].isoformat(), "recertifies": "E1"},
    ]
    straight = _checked(days, {"episodes": plans}).grains
    request = {"visits": _visits(days), "episodes": plans[::-1]}
    random.shuffle(request["visits"])
    turned = check(services_from_json(request).services, as_of=AS_OF, records=records_in(request)).grains
    for one, other, key in (
        (straight.episode, turned.episode, "episode_id"),
        (straight.treatment_day, turned.treatment_day, "dos"),
    ):
        keys = ["row", "visit_key", "claim_key", "same_day_as", "continued"]
        assert_frame_equal(*(frame.drop(keys, strict=False).sort(key) for frame in (one, other)))


def test_without_records_there_is_nothing_of_them() -> None:
    request = {"visits": _visits([FIRST])}
    result = check(services_from_json(request).services, as_of=AS_OF)
    assert (result.grains.episode.height, result.grains.treatment_day.height) == (0, 0)
    assert result.places is result.services
    rules = {*result.findings["rule"], *result.not_checked["rule"]}
    assert sorted(rule for rule in rules if rule.startswith(("C", "V16"))) == []


def test_plans_and_no_visits() -> None:
    request = {"visits": [], "episodes": [{"episode_id": "E1", "patient_id": "P1", "payer": "medicare"}]}
    result = check(services_from_json(request).services, as_of=AS_OF, records=records_in(request))
    assert result.grains.episode.select("dos", "treatment_days", "certification_due").rows() == [(None, 0, None)]
    assert result.grains.treatment_day.height == 0


def test_a_plan_takes_its_payer_and_discipline_from_the_visits() -> None:
    told = {"episodes": [{"episode_id": "E1", "patient_id": "P1", "plan_established": "2026-03-01"}]}
    plan = _checked([FIRST], told).grains.episode.row(0, named=True)
    assert (plan["pack"], plan["discipline"], plan["dos"], plan["setting"]) == ("medicare", "GP", FIRST, "office")


def test_money_at_stake_is_of_the_days_under_the_plan() -> None:
    told = {"episodes": [{"episode_id": "E1", "patient_id": "P1", "first_treatment": "2026-03-04", "certified": None}]}
    result = _checked([FIRST, date(2026, 3, 4), date(2026, 3, 6)], told)
    days = result.grains.treatment_day.filter(pl.col("episode_id") == "E1")
    finding = result.findings.filter(pl.col("rule") == "C101").row(0, named=True)
    assert days.height == 2
    assert finding["cents"] == days["allowed_cents"].sum()
    assert isinstance(records_in({}), Records)
