"""The JSON contract of one visit: what comes back, how a bad request is refused, what the proof says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.citation import Citation
from cleanclaim.codes import payers
from cleanclaim.codes.payers import DatedValue
from cleanclaim.dated import Span
from cleanclaim.engine import visit_request
from cleanclaim.engine.units import allocate_visit
from cleanclaim.errors import CleanclaimError, InputError, UnknownCode, UnknownPayer
from tests.effort import times

VISIT: dict[str, Any] = {
    "payer": "medicare",
    "dos": "2026-03-04",
    "discipline": "GP",
    "services": [{"code": "97530", "minutes": 24, "by": "PT"}],
}
KEYS = ["method", "total_timed_minutes", "total_units", "lines", "ties", "not_checked", "steps"]


def _visit(*services: dict[str, Any], **visit: Any) -> dict[str, Any]:
    return {**VISIT, **visit, "services": list(services)}


def _texts(result: dict[str, Any]) -> list[str]:
    return [step["text"] for step in result["steps"]]


def test_the_contract_of_one_service() -> None:
    manual = "Medicare Claims Processing Manual (Pub. 100-04), ch. 5, sec. 20.2.C"
    assert allocate_visit(VISIT) == {
        "method": "cms",
        "total_timed_minutes": 24,
        "total_units": 2,
        "lines": [{"code": "97530", "units": 2, "modifiers": ["GP"]}],
        "ties": [],
        "not_checked": [],
        "steps": [
            {"text": text, "cite": manual}
            for text in (
                "Medicare Part B (fee for service): all timed minutes of the day are counted together.",
                "Timed minutes of the 15-minute codes: 97530 24.",
                "23 to 37 minutes are 2 units; the total is 24.",
                "Whole quarter hours first: 97530 1 (9 left).",
                "1 unit is left, for the largest remainder: 97530 (9). 97530 takes it.",
            )
        ],
    }


def test_every_step_of_a_full_day_is_told_in_order_with_its_source() -> None:
    result = allocate_visit(
        _visit(
            {"code": "97530", "minutes": 13, "by": "PT"},
            {"code": "97530", "minutes": 10, "by": "PTA"},
            {"code": "97110", "minutes": 8, "by": "PTA"},
            {"code": "97112", "minutes": 4, "by": "PT+PTA"},
            {"code": "97112", "minutes": 4, "by": "PT"},
            {"code": "97140", "minutes": 15, "by": "student"},
            {"code": "G0283", "minutes": 15, "by": "PT"},
            {"code": "97550", "minutes": 38, "by": "PT"},
        )
    )
    assert result["lines"] == [
        {"code": "97530", "units": 1, "modifiers": ["GP"]},
        {"code": "97530", "units": 1, "modifiers": ["GP", "CQ"]},
        {"code": "97110", "units": 1, "modifiers": ["GP", "CQ"]},
        {"code": "97112", "units": 0, "modifiers": ["GP"]},
        {"code": "97140", "units": 0, "modifiers": ["GP"]},
        {"code": "G0283", "units": 1, "modifiers": ["GP"]},
        {"code": "97550", "units": 1, "modifiers": ["GP"]},
        {"code": "97551", "units": 1, "modifiers": ["GP"]},
    ]
    assert result["ties"] == [{"codes": ["97530", "97110", "97112"], "units": 2}]
    manual = "Medicare Claims Processing Manual (Pub. 100-04), ch. 5, sec. 20.2"
    test = "42 CFR 410.59 and 410.60, para. (a)(4)"
    midpoint = "AMA, CPT, introduction, Time: a unit is attained when the midpoint is passed"
    assert [(step["text"], step["cite"]) for step in result["steps"]] == [
        ("Medicare Part B (fee for service): all timed minutes of the day are counted together.", f"{manual}.C"),
        ("97112, 4 minutes by PT+PTA together: counted once, as the therapist's.", test),
        (
            (
                "97140, 15 minutes by the student: not counted; a student's time counts only where the therapist "
                "leads it in the room, and is then the therapist's."
            ),
            "Medicare Benefit Policy Manual (Pub. 100-02), ch. 15, sec. 230.B",
        ),
        ("G0283 is untimed: 1 unit whatever its time; its minutes stay out of the total.", f"{manual}.B"),
        (
            "Timed minutes of the 15-minute codes: 97530 (13 + 10) + 97110 8 + 97112 (4 + 4) + 97140 0 = 39.",
            f"{manual}.C",
        ),
        ("38 to 52 minutes are 3 units; the total is 39.", f"{manual}.C"),
        (
            "Whole quarter hours first: 97530 1 (8 left), 97110 0 (8 left), 97112 0 (8 left), 97140 0 (0 left).",
            f"{manual}.C",
        ),
        (
            "2 units are left, one for each of the largest remainders: 97530 (8), 97110 (8), 97112 (8).",
            f"{manual}.C",
        ),
        (
            (
                "Tie: 97530, 97110 and 97112 have 8 minutes left each, for 2 units. Any choice is right; here it is "
                "made in the order given: 97530 and 97110."
            ),
            f"{manual}.C, examples 2 and 5",
        ),
        (
            (
                "97550 is outside the 15-minute pool: a unit of 30 minutes counts from 16, each further one of 15 "
                "with 8 more. 38 minutes: 1 x 97550 and 1 x 97551."
            ),
            midpoint,
        ),
        (
            "Medicare Part B (fee for service) asks for CQ or CO on assistants' services.",
            "42 U.S.C. 1395m(v), para. (2)(B): claims from 2020-01-01",
        ),
        (
            (
                "97530: therapist 13 minutes, assistant 10; whole units: therapist 0, assistant 0; 2 units are open, "
                "with 13 and 10 minutes left: one each. So 1 unit without and 1 with CQ."
            ),
            test,
        ),
        ("With the tie settled the other way, 97530 has 1 unit, 0 of them with CQ.", test),
        ("97110: an assistant gave it in whole, so CQ on 1 unit.", test),
        ("With the tie settled the other way, 97110 has 0 units, 0 of them with CQ.", test),
    ]


def test_a_tie_of_an_assistants_code_says_what_the_other_choice_would_bear() -> None:
    result = allocate_visit(
        _visit(
            {"code": "97112", "minutes": 20},
            {"code": "97110", "minutes": 5},
            {"code": "97110", "minutes": 15, "by": "PTA"},
        )
    )
    assert "With the tie settled the other way, 97110 has 2 units, 1 of them with CQ." in _texts(result)
    assert result["lines"][1:] == [{"code": "97110", "units": 1, "modifiers": ["GP", "CQ"]}]


@pytest.mark.parametrize(
    ("assistant", "therapist", "modifier", "told"),
    [
        (5, 40, ["GP", "CQ"], "in whole percent, 11% (CQ); a tenth of 45 rounded, plus 1, asks for 6 minutes (no CQ)"),
        (
            5,
            43,
            ["GP", "CQ"],
            "in whole percent, 10% (no CQ); a tenth of 48 rounded, plus 1, asks for 6 minutes (no CQ)",
        ),
        (5, 45, ["GP"], None),
        (6, 34, ["GP", "CQ"], None),
    ],
)
def test_where_the_two_published_ways_to_a_tenth_differ_the_proof_says_so(
    assistant: int, therapist: int, modifier: list[str], told: str | None
) -> None:
    """From the CY 2020 physician fee schedule final rule: a rounded percentage, or a rounded tenth plus one."""
    result = allocate_visit(
        _visit(
            {"code": "97150", "minutes": therapist, "by": "PT"}, {"code": "97150", "minutes": assistant, "by": "PTA"}
        )
    )
    assert result["lines"] == [{"code": "97150", "units": 1, "modifiers": modifier}]
    ways = [text for text in _texts(result) if text.startswith("CMS printed two ways")]
    assert [told in text for text in ways] == ([True] if told else [])


@pytest.mark.parametrize(
    ("visit", "reason"),
    [
        ({"dos": "2019-11-04"}, "No modifier for assistants is in force on 2019-11-04: it begins in 2020."),
        (
            {"setting": "critical_access_hospital"},
            "A critical access hospital is not paid under the fee schedule: no CQ or CO.",
        ),
        ({"payer": "commercial"}, "It is not known whether Commercial plan (CPT midpoint) asks for CQ or CO."),
        (
            {"payer": None, "method": "ama"},
            "No payer is named: assistants' services are marked as Medicare asks.",
        ),
    ],
)
def test_why_an_assistants_service_is_or_is_not_marked(visit: dict[str, Any], reason: str) -> None:
    result = allocate_visit(_visit({"code": "97530", "minutes": 15, "by": "PTA"}, **visit))
    assert reason in _texts(result)
    marked = "No payer is named" in reason
    assert result["lines"][0]["modifiers"] == (["GP", "CQ"] if marked else ["GP"])
    known = "not known" not in reason
    assert [entry["missing"] for entry in result["not_checked"]] == ([] if known else [["assistant_modifier_required"]])


def test_minutes_not_recorded_are_not_zero() -> None:
    result = allocate_visit(_visit({"code": "97530"}, {"code": "97110", "minutes": 20}, {"code": "G0283"}))
    assert (result["total_timed_minutes"], result["total_units"]) == (None, None)
    assert [(line["code"], line["units"]) for line in result["lines"]] == [
        ("97530", None),
        ("97110", None),
        ("G0283", 1),
    ]
    assert result["not_checked"] == [
        {
            "codes": ["97530", "97110"],
            "missing": ["services[0].minutes"],
            "reason": "no minutes are recorded for 97530, so units that depend on them are not known",
        }
    ]
    assert "Minutes of 97530 are not recorded, so the day's total is not known." in _texts(result)


@pytest.mark.parametrize(
    ("visit", "reason"),
    [
        ({"payer": "medicaid"}, "how the payer turns minutes into units is not known"),
        ({"method": "per_visit"}, "the payer pays by the visit, not by its units"),
    ],
)
def test_methods_whose_arithmetic_is_not_known_are_not_checked(visit: dict[str, Any], reason: str) -> None:
    result = allocate_visit({**VISIT, **visit})
    assert (result["total_timed_minutes"], result["total_units"]) == (24, None)
    assert result["lines"] == [{"code": "97530", "units": None, "modifiers": ["GP"]}]
    assert result["not_checked"] == [{"codes": ["97530"], "missing": ["unit_method"], "reason": reason}]


def test_codes_that_minutes_do_not_count_are_not_checked() -> None:
    codes = ["97597", "98980", "97007"]
    result = allocate_visit(_visit(*({"code": code, "minutes": 20} for code in codes)))
    assert [(line["code"], line["units"]) for line in result["lines"]] == [(code, None) for code in codes]
    assert [(entry["codes"], entry["missing"], entry["reason"]) for entry in result["not_checked"]] == [
        (["97597"], ["unit_kind"], "97597 counts the wound's surface, not minutes"),
        (["98980"], ["unit_kind"], "98980 counts the minutes of a calendar month: one day does not decide it"),
        (["97007"], ["unit_kind"], "97007 is not in the therapy catalogue: its unit is not known"),
    ]


def test_a_code_out_of_its_days_is_counted_and_told() -> None:
    result = allocate_visit(_visit({"code": "97532", "minutes": 20}, dos="2026-03-04"))
    assert result["lines"] == [{"code": "97532", "units": 1, "modifiers": ["GP"]}]
    assert [text.split(";")[0] for text in _texts(result) if "not valid" in text] == [
        "97532 is not valid on 2026-03-04"
    ]


def test_a_family_given_under_its_base_code_has_its_add_on_line() -> None:
    result = allocate_visit(_visit({"code": "97129", "minutes": 38, "by": "SLP"}, discipline="GN"))
    assert [(line["code"], line["units"], line["modifiers"]) for line in result["lines"]] == [
        ("97129", 1, ["GN"]),
        ("97130", 2, ["GN"]),
    ]
    told = (
        "97129 and its add-on 97130 count as one service: the first unit is the base code's, the rest the add-on's. So "
    )
    assert f"{told}1 x 97129 and 2 x 97130. The manual does not say this in words: uncertain." in _texts(result)


def test_without_a_discipline_clinicians_and_codes_decide() -> None:
    services = [
        {"code": "97530", "minutes": 12, "by": "PT"},
        {"code": "97168"},
        {"code": "97535", "minutes": 12, "by": "OTA"},
    ]
    result = allocate_visit(_visit(*services, discipline=None))
    assert [(line["code"], line["modifiers"]) for line in result["lines"]] == [
        ("97530", ["GP"]),
        ("97168", ["GO"]),
        ("97535", ["GO", "CO"]),
    ]
    assert "GP and GO are counted apart: a discipline is a pool by itself." in _texts(result)
    assert [text[:3] for text in _texts(result)[2:]] == ["GP:"] * 4 + ["GO:"] * 7


def test_the_payer_says_in_which_order_modifiers_stand_and_which_code_wins_a_tie(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def always(value: str | bool) -> tuple[DatedValue, ...]:
        return (DatedValue(value, Span(), "V", Citation("contract")),)

    medicare = payers.pack("medicare")
    own = {"modifier_order": always("assistant discipline bypass threshold"), "tie_policy": always("code_order")}
    monkeypatch.setattr(visit_request.payers, "pack", lambda _: replace(medicare, fields={**medicare.fields, **own}))
    result = allocate_visit(
        _visit({"code": "97530", "minutes": 8, "by": "PTA"}, {"code": "97110", "minutes": 8, "by": "PTA"})
    )
    assert result["lines"] == [
        {"code": "97530", "units": 0, "modifiers": ["GP"]},
        {"code": "97110", "units": 1, "modifiers": ["CQ", "GP"]},
    ]
    own["discipline_modifier_required"] = always(False)
    result = allocate_visit(VISIT)
    assert result["lines"] == [{"code": "97530", "units": 2, "modifiers": []}]


SERVICE = {"code": "97530", "minutes": 24, "by": "PT"}
REFUSED: list[tuple[str, Any, type[CleanclaimError], str | None]] = [
    ("no object", [], InputError, None),
    ("no payer and no method", {**VISIT, "payer": None}, InputError, "payer"),
    ("unknown payer", {**VISIT, "payer": "acme"}, UnknownPayer, "payer"),
    ("payer of a wrong type", {**VISIT, "payer": 7}, InputError, "payer"),
    ("unknown method", {**VISIT, "method": "8-minute"}, InputError, "method"),
    ("misspelled key", {**VISIT, "servces": []}, InputError, "servces"),
    ("no date", {**VISIT, "dos": None}, InputError, "dos"),
    ("a day that does not exist", {**VISIT, "dos": "2026-02-30"}, InputError, "dos"),
    ("a date in another form", {**VISIT, "dos": "02/03/2026"}, InputError, "dos"),
    ("a date that is a number", {**VISIT, "dos": 20260304}, InputError, "dos"),
    ("unknown discipline", {**VISIT, "discipline": "PT"}, InputError, "discipline"),
    ("unknown setting", {**VISIT, "setting": "gym"}, InputError, "setting"),
    ("no services", {**VISIT, "services": []}, InputError, "services"),
    ("services that are no list", {**VISIT, "services": SERVICE}, InputError, "services"),
    ("a service that is no object", {**VISIT, "services": [SERVICE, "97530"]}, InputError, "services[1]"),
    ("a misspelled service key", {**VISIT, "services": [{**SERVICE, "minute": 3}]}, InputError, "services[0].minute"),
    ("unknown code", {**VISIT, "services": [SERVICE, {**SERVICE, "code": "9753O"}]}, UnknownCode, "services[1].code"),
    ("no code", {**VISIT, "services": [{"minutes": 8}]}, InputError, "services[0].code"),
    ("a code that is a number", {**VISIT, "services": [{**SERVICE, "code": 97530}]}, InputError, "services[0].code"),
    *(
        (
            f"minutes {minutes!r}",
            {**VISIT, "services": [{**SERVICE, "minutes": minutes}]},
            InputError,
            "services[0].minutes",
        )
        for minutes in (-1, 1441, 7.5, "24", True, float("nan"), float("inf"), [24])
    ),
    ("unknown role", {**VISIT, "services": [{**SERVICE, "by": "MD"}]}, InputError, "services[0].by"),
    (
        "a clinician of another discipline",
        {**VISIT, "services": [{**SERVICE, "by": "OT"}]},
        InputError,
        "services[0].by",
    ),
    (
        "no discipline to be found",
        {**VISIT, "discipline": None, "services": [{"code": "97530", "minutes": 24}]},
        InputError,
        "discipline",
    ),
    (
        "an unknown discipline of a service",
        {**VISIT, "services": [{**SERVICE, "discipline": "PT"}]},
        InputError,
        "services[0].discipline",
    ),
]


@pytest.mark.parametrize(
    ("request_", "error", "field"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_a_bad_request_names_the_field_at_fault(request_: Any, error: type[CleanclaimError], field: str | None) -> None:
    with pytest.raises(CleanclaimError) as raised:
        allocate_visit(request_)
    assert (type(raised.value), raised.value.field) == (error, field)


@pytest.mark.parametrize("minutes", [0, 1440, 24.0])
def test_whole_minutes_of_one_day_are_taken(minutes: float) -> None:
    assert allocate_visit(_visit({"code": "97530", "minutes": minutes}))["total_timed_minutes"] == int(minutes)


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=6), inner, max_size=2),
    max_leaves=4,
)
CODE = st.sampled_from(
    ["97530", "97110", "97129", "97130", "97150", "97161", "92507", "97550", "97597", "96125", "97546"]
)
ROLE = st.sampled_from(["PT", "PTA", "OT", "OTA", "SLP", "PT+PTA", "student", "aide", None])
ANY_SERVICE = st.fixed_dictionaries({"code": CODE | JUNK, "minutes": st.integers(0, 90) | JUNK, "by": ROLE | JUNK})
ANY_VISIT = st.fixed_dictionaries(
    {
        "payer": st.sampled_from(["medicare", "commercial", "medicaid", None]) | JUNK,
        "dos": st.dates().map(str) | JUNK,
        "services": st.lists(ANY_SERVICE, min_size=1, max_size=4) | JUNK,
    },
    optional={
        "method": st.sampled_from(["cms", "ama", "whole_15", "nearest_15", "hybrid", "cms_or_ama", "per_visit"]) | JUNK,
        "discipline": st.sampled_from(["GP", "GO", "GN"]) | JUNK,
        "setting": st.sampled_from(["office", "critical_access_hospital"]) | JUNK,
    },
)
GOOD_SERVICE = st.fixed_dictionaries({"code": CODE, "minutes": st.none() | st.integers(0, 90), "by": ROLE})
GOOD_VISIT = st.fixed_dictionaries(
    {
        "payer": st.sampled_from(["medicare", "commercial", "medicaid"]),
        "dos": st.dates().map(str),
        "services": st.lists(GOOD_SERVICE, min_size=1, max_size=6),
    }
)


@settings(max_examples=times(200), deadline=None)
@given(ANY_VISIT | GOOD_VISIT)
def test_any_request_is_answered_or_refused(request_: dict[str, Any]) -> None:
    try:
        result = allocate_visit(request_)
    except CleanclaimError:
        return
    assert list(result) == KEYS
    assert json.loads(json.dumps(result)) == result
    assert {line["code"] for line in result["lines"]} >= {s["code"].strip().upper() for s in request_["services"]}
    assert [step for step in result["steps"] if not step["text"] or not step["cite"]] == []
    unknown = {line["code"] for line in result["lines"] if line["units"] is None}
    assert unknown <= {code for entry in result["not_checked"] for code in entry["codes"]}
