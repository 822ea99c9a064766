"""Minutes to units in bulk: agreement with the oracle, and what must hold for any visit."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.engine.allocate import Allocation, allocate
from tests.effort import times
from tests.oracles.units_oracle import Code, Policy, Service, Visit, visit

CODES = {
    "90912": Code("pool", "90912", 15),
    "90913": Code("pool", "90912", 15),
    "96125": Code("own", "96125", 60),
    "97035": Code("pool", "97035", 15),
    "97110": Code("pool", "97110", 15),
    "97112": Code("pool", "97112", 15),
    "97129": Code("pool", "97129", 15),
    "97130": Code("pool", "97129", 15),
    "97140": Code("pool", "97140", 15),
    "97150": Code("untimed", "97150"),
    "97161": Code("untimed", "97161", evaluation=True),
    "97530": Code("pool", "97530", 15),
    "97545": Code("own", "97545", 120),
    "97546": Code("own", "97545", 60),
    "97550": Code("own", "97550", 30),
    "97551": Code("own", "97550", 15),
    "97597": Code("other", "97597"),
    "G0283": Code("untimed", "G0283"),
}
IN_FAMILIES = {"90912", "90913", "97129", "97130", "97545", "97546", "97550", "97551"}
SCHEMA = pl.Schema(
    {
        "visit_key": pl.Int64,
        "row": pl.Int64,
        "code": pl.String,
        "minutes": pl.Int64,
        "by": pl.String,
        "family": pl.String,
        "is_addon": pl.Boolean,
        "unit_kind": pl.String,
        "minutes_per_unit": pl.Int64,
        "timed": pl.Boolean,
        "untimed": pl.Boolean,
        "pooled": pl.Boolean,
        "is_evaluation": pl.Boolean,
        "unit_method": pl.String,
        "tie_policy": pl.String,
        "assistant_modifier_required": pl.Boolean,
        "assistant_midpoint_test": pl.Boolean,
        "assistant_de_minimis_share": pl.Float64,
    }
)


def _facts(code: str) -> dict[str, Any]:
    fact = CODES[code]
    timed = fact.kind in ("pool", "own")
    of_family = ("timed_first" if code == fact.base else "timed_addon") if code in IN_FAMILIES else "timed"
    return {
        "family": fact.base,
        "is_addon": code != fact.base,
        "unit_kind": of_family if timed else fact.kind,
        "minutes_per_unit": fact.length if timed else None,
        "timed": timed,
        "untimed": fact.kind == "untimed",
        "pooled": fact.kind == "pool",
        "is_evaluation": fact.evaluation,
    }


def services(*visits: tuple[list[Service], Policy]) -> pl.DataFrame:
    """One table of several visits, keyed 0, 1, 2 ..."""
    rows = [
        {
            "visit_key": key,
            "code": s.code,
            "minutes": s.minutes,
            "by": s.by,
            **_facts(s.code),
            "unit_method": policy.method,
            "tie_policy": "code_order" if policy.by_code else "order_given",
            "assistant_modifier_required": policy.modifier,
            "assistant_midpoint_test": policy.midpoint,
            "assistant_de_minimis_share": 0.10,
        }
        for key, (given_services, policy) in enumerate(visits)
        for s in given_services
    ]
    return pl.DataFrame([{"row": row, **r} for row, r in enumerate(rows)], schema=SCHEMA)


def by_visit(allocation: Allocation) -> dict[int, tuple[Any, ...]]:
    """The allocation as plain values: per visit its totals and, per code, the units and their ranges."""
    columns = ("code_units_expected", "code_units_low", "code_units_high")
    columns += tuple(c.replace("code", "assistant") for c in columns)
    codes = allocation.codes.sort("visit_key", "code")
    per_visit = {
        key: {r["code"]: tuple(r[c] for c in columns) for r in rows}
        for key, rows in groupby(codes.iter_rows(named=True), key=lambda r: r["visit_key"])
    }
    return {
        r["visit_key"]: (r["timed_minutes"], r["units_allowed"], per_visit[r["visit_key"]])
        for r in allocation.pools.iter_rows(named=True)
    }


def of_oracle(expected: Visit) -> tuple[Any, ...]:
    def reach(values: set[int | None]) -> tuple[int | None, int | None]:
        known = [v for v in values if v is not None]
        return (min(known), max(known)) if len(known) == len(values) else (None, None)

    codes = {c: (e.units, *reach(e.all_units), e.modified, *reach(e.all_modified)) for c, e in expected.codes.items()}
    return (expected.timed_minutes, expected.units_allowed, codes)


MINUTES = st.one_of(st.integers(0, 47), st.sampled_from([7, 8, 14, 15, 22, 23, 30, 31, 59, 61, 90, 150]))
THERAPIST = st.sampled_from([None, "PT", "OT", "PT+PTA", "OT+OTA"])
ANYONE = st.one_of(THERAPIST, st.sampled_from(["PTA", "OTA"]), st.sampled_from(["PTA", "student", "aide"]))
POLICIES = st.builds(
    Policy,
    method=st.sampled_from(
        ["cms", "cms", "cms", "ama", "whole_15", "nearest_15", "hybrid", "cms_or_ama", "per_visit", None]
    ),
    by_code=st.booleans(),
    modifier=st.sampled_from([True, True, True, False, None]),
    midpoint=st.booleans(),
)
KNOWN = st.builds(Service, code=st.sampled_from(sorted(CODES)), minutes=MINUTES, by=ANYONE)
POOLED = st.builds(
    Service, code=st.sampled_from([c for c, f in CODES.items() if f.kind == "pool"]), minutes=MINUTES, by=THERAPIST
)
MAYBE_UNKNOWN = st.builds(
    Service, code=st.sampled_from(sorted(CODES)), minutes=st.one_of(st.none(), MINUTES), by=ANYONE
)
# few codes and few values: ties, and units shared by two people, come up often
DENSE = st.builds(
    Service,
    code=st.sampled_from(["97530", "97110", "97129", "97130"]),
    minutes=st.sampled_from([7, 8, 9, 12, 13, 14, 22, 23]),
    by=st.sampled_from(["PT", "PTA"]),
)
VISITS = st.tuples(
    st.one_of(
        st.lists(KNOWN, min_size=1, max_size=7),
        st.lists(MAYBE_UNKNOWN, min_size=1, max_size=5),
        st.lists(DENSE, min_size=2, max_size=7),
    ),
    POLICIES,
)


@settings(max_examples=times(300), deadline=None)
@given(st.lists(VISITS, min_size=1, max_size=6))
def test_the_engine_agrees_with_the_oracle(visits: list[tuple[list[Service], Policy]]) -> None:
    earned = by_visit(allocate(services(*visits)))
    assert earned == {key: of_oracle(visit(s, CODES, p)) for key, (s, p) in enumerate(visits)}


@settings(max_examples=times(150), deadline=None)
@given(st.lists(POOLED, min_size=1, max_size=7))
def test_the_pool_gives_every_unit_that_the_total_allows_and_no_more(given_services: list[Service]) -> None:
    [(minutes, allowed, codes)] = by_visit(allocate(services((given_services, Policy())))).values()
    total = sum(s.minutes or 0 for s in given_services)
    assert minutes == total
    assert allowed == (0 if total < 8 else (total + 7) // 15)
    assert sum(units for units, *_ in codes.values()) == allowed
    of_code = {c: sum(s.minutes or 0 for s in given_services if CODES[s.code].base == CODES[c].base) for c in codes}
    of_family = {CODES[c].base: sum(codes[k][0] for k in codes if CODES[k].base == CODES[c].base) for c in codes}
    assert [base for c, m in of_code.items() if of_family[base := CODES[c].base] < m // 15] == []


@settings(max_examples=times(150), deadline=None)
@given(VISITS, st.data())
def test_a_service_in_two_blocks_earns_the_same(one_visit: tuple[list[Service], Policy], data: st.DataObject) -> None:
    given_services, policy = one_visit
    place = data.draw(st.integers(0, len(given_services) - 1))
    service = given_services[place]
    if not service.minutes:
        return
    cut = data.draw(st.integers(1, service.minutes))
    blocks = [
        replace(service, minutes=cut),
        *([replace(service, minutes=service.minutes - cut)] * (cut < service.minutes)),
    ]
    split = [*given_services[:place], *blocks, *given_services[place + 1 :]]
    assert by_visit(allocate(services((split, policy)))) == by_visit(allocate(services((given_services, policy))))


@settings(max_examples=times(150), deadline=None)
@given(VISITS, st.randoms())
def test_order_matters_in_ties_only(one_visit: tuple[list[Service], Policy], random: Any) -> None:
    given_services, policy = one_visit
    shuffled = random.sample(given_services, len(given_services))
    as_given, in_other_order = (allocate(services((s, policy))) for s in (given_services, shuffled))
    ranges = [by_visit(a)[0][2] for a in (as_given, in_other_order)]
    assert {c: (v[1:3], v[4:]) for c, v in ranges[0].items()} == {c: (v[1:3], v[4:]) for c, v in ranges[1].items()}
    if not as_given.codes["in_tie"].any() or policy.by_code:
        assert ranges[0] == ranges[1]


def test_rows_may_stand_in_any_order_and_keys_need_not_be_dense() -> None:
    visits = [
        ([Service("97530", 20), Service("97110", 20), Service("97140", 8)], Policy()),
        ([Service("97129", 38, "OT")], Policy()),
        ([Service("97112", 7), Service("97110", 7)], Policy(by_code=True)),
    ]
    table = services(*visits).with_columns(visit_key=pl.col("visit_key") * -(10**15) + 7)
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=3)
    assert by_visit(allocate(shuffled)) == by_visit(allocate(table))


@pytest.mark.parametrize(
    ("by_code", "units"), [(False, {"97530": 1, "97112": 1, "97110": 0}), (True, {"97530": 0, "97112": 1, "97110": 1})]
)
def test_a_tie_is_settled_by_the_order_given_or_by_the_code(by_code: bool, units: dict[str, int]) -> None:
    given_services = [Service("97530", 8), Service("97112", 8), Service("97110", 8)]
    codes = allocate(services((given_services, Policy(by_code=by_code)))).codes
    assert dict(codes.select("code", "code_units_expected").iter_rows()) == units
    assert codes["in_tie"].to_list() == [True] * 3
    assert codes.select("code_units_low", "code_units_high").unique().rows() == [(0, 1)]


def test_minutes_not_recorded_leave_the_whole_pool_open_but_not_the_codes_counted_alone() -> None:
    given_services = [Service("97530", None), Service("97110", 20), Service("G0283", None), Service("96125", 31)]
    for method, alone in (("cms", None), ("ama", 1)):
        earned = allocate(services((given_services, Policy(method=method))))
        assert earned.pools.select("timed_minutes", "units_allowed").rows() == [(None, None)]
        units = dict(earned.codes.select("code", "code_units_expected").iter_rows())
        assert units == {"97530": None, "97110": alone, "G0283": 1, "96125": 1}


@pytest.mark.parametrize(
    ("method", "pools_minutes", "allowed"),
    [
        ("cms", True, 3),
        ("ama", False, 2),
        ("whole_15", False, 2),
        ("nearest_15", False, 2),
        ("per_visit", None, None),
        (None, None, None),
    ],
)
def test_each_method_counts_its_own_way(method: str | None, pools_minutes: bool | None, allowed: int | None) -> None:
    earned = allocate(services(([Service("97110", 33), Service("97140", 7)], Policy(method=method))))
    assert earned.pools.rows() == [(0, method, pools_minutes, 40, allowed)]


# 33 + 7 minutes are 3 units by total time and 2 by the midpoint of each code; 8 + 8 + 8 are 2 and 3
@pytest.mark.parametrize(
    ("method", "minutes", "by", "allowed"),
    [
        ("cms_or_ama", (33, 7), "cms", 3),
        ("cms_or_ama", (8, 8, 8), "ama", 3),
        ("cms_or_ama", (15, 15), "cms", 2),
        ("cms_or_ama", (33, None), "cms", None),
        ("hybrid", (33, 7), "ama", 2),
        ("hybrid", (8, 8, 8), "cms", 2),
        ("hybrid", (15, 15), "cms", 2),
    ],
)
def test_either_method_is_settled_by_visit(
    method: str, minutes: tuple[int | None, ...], by: str, allowed: int | None
) -> None:
    given_services = [Service(code, m) for code, m in zip(("97110", "97140", "97530"), minutes, strict=False)]
    other = [Service("97110", 20)]
    earned = allocate(services((given_services, Policy(method=method)), (other, Policy(method="whole_15"))))
    assert earned.pools.select("unit_method", "pools_minutes", "units_allowed").rows() == [
        (by, by == "cms", allowed),
        ("whole_15", False, 1),
    ]


def test_a_family_takes_one_share_and_the_first_unit_is_the_base_codes() -> None:
    earned = allocate(services(([Service("97129", 38, "SLP")], Policy())))
    columns = ("code", "code_minutes", "code_units_expected")
    assert earned.codes.sort("code").select(columns).rows() == [("97129", 38, 1), ("97130", 0, 2)]
    assert earned.pools["units_allowed"].to_list() == [3]


@pytest.mark.parametrize(
    ("minutes", "units"),
    [(15, (0, None)), (16, (1, None)), (37, (1, None)), (38, (1, 1)), (52, (1, 1)), (53, (1, 2))],
)
def test_a_first_half_hour_and_its_quarters_count_by_their_own_midpoints(
    minutes: int, units: tuple[int, int | None]
) -> None:
    earned = allocate(services(([Service("97550", minutes), Service("97110", 7)], Policy())))
    codes = dict(earned.codes.select("code", "code_units_expected").iter_rows())
    assert (codes["97550"], codes.get("97551")) == units
    assert earned.pools.select("timed_minutes", "units_allowed").rows() == [(7, 0)]


def test_an_assistant_alone_is_told_from_one_beside_a_therapist() -> None:
    given_services = [
        Service("97530", 20, "PTA"),
        Service("97110", 20, "PTA"),
        Service("97110", 1, "PT"),
        Service("97150", None, "PTA"),
        Service("97140", 9, "student"),
    ]
    codes = allocate(services((given_services, Policy()))).codes
    assert dict(codes.select("code", "assistant_only").iter_rows()) == {
        "97530": True,
        "97110": False,
        "97150": True,
        "97140": False,
    }


def test_no_services_give_no_units() -> None:
    earned = allocate(services())
    assert (earned.codes.height, earned.pools.height) == (0, 0)
