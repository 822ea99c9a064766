"""Denied lines to next steps: each kind of cause, the guard against dishonest appeals, last days."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.claims.denials import APPEALS, DENIAL
from cleanclaim.codes.denials import STEPS, Cause, causes, family, refusals
from cleanclaim.config import Config
from cleanclaim.remit.causes import told_by
from cleanclaim.remit.honest import explaining, judged, rules_by_id
from cleanclaim.remit.limits import after, limits
from cleanclaim.remit.loop import loop
from cleanclaim.remit.next_steps import in_words
from tests.remit.denied_lines import services, step, steps, told

TIMED = {"code": "97110", "minutes": 15, "by": "PT", "start_minute": 540, "stop_minute": 555}


@pytest.mark.parametrize(
    ("reasons", "remarks", "modifiers", "cause", "pair"),
    [
        ("CO-45 CO-253 PR-2", "", "GP", None, None),
        ("CO-16", "N286", "GP", "referring-provider", "CO-16"),
        ("CO-16", "N290 MA130", "GP", "rendering-provider", "CO-16"),
        ("CO-16", "", "GP", "something-missing", "CO-16"),
        ("CO-16", "N822", "", "modifier-field", "CO-16"),
        ("CO-50", "N115", "GP GZ", "not-necessary-gz", "CO-50"),
        ("PR-50", "", "GP GA", "not-necessary-patient", "PR-50"),
        ("CO-50", "", "GP GA", "not-necessary", "CO-50"),
        ("PR-119", "N640", "GP", "benefit-patient", "PR-119"),
        ("CO-119", "", "GP", "benefit", "CO-119"),
        ("CO-45 CO-97 CO-18", "M15", "GP", "duplicate", "CO-18"),
        ("CO-D99", "", "GP", None, "CO-D99"),
    ],
)
def test_reasons_remarks_and_modifiers_tell_the_cause(
    reasons: str, remarks: str, modifiers: str, cause: str | None, pair: str | None
) -> None:
    found = told_by(reasons, remarks, modifiers)
    assert (found.cause and found.cause.id, found.pair) == (cause, pair)


def test_units_within_the_minutes_may_be_appealed_and_those_above_may_not() -> None:
    honest = step(TIMED, "CO-151", "N362")
    assert told(honest) == ("maximum-records", "biller", "appeal", "open", None)
    assert (honest["level"], honest["appeal_by"], honest["by_when"]) == (
        "redetermination", date(2025, 1, 2), date(2025, 1, 2)
    )  # fmt: skip
    over = step(TIMED | {"units": 2.0}, "CO-151", "N362")
    assert told(over) == ("maximum-records", "biller", "correct", "refused", "U101")
    assert over["because"] == "the recorded minutes do not give the units billed"
    assert (over["way"], over["by_when"]) == ("reopening", date(2025, 8, 30))


def test_without_minutes_it_is_not_known_and_the_rules_that_were_not_checked_are_named() -> None:
    found = step(
        TIMED | {"minutes": None, "start_minute": None, "stop_minute": None, "carries_minutes": False}, "CO-151"
    )
    assert told(found) == ("maximum-records", "biller", "find_out", "not_known", None)
    assert found["unchecked"] == "U101 U104 U105"
    assert "carries_minutes" in found["missing"].split()


def test_units_over_the_minutes_rule_out_any_appeal_of_the_line() -> None:
    found = step(TIMED | {"units": 2.0}, "CO-50", "N115")
    assert told(found) == ("not-necessary", "therapist", "correct", "refused", None)


PAIR = [
    {"code": "97150", "units": 1.0, "minutes": 30, "by": "PT", "start_minute": 540, "stop_minute": 570},
    {"code": "97530", "minutes": 15, "by": "PT", "start_minute": 570, "stop_minute": 585},
]


@pytest.mark.parametrize(
    ("start", "stop", "modifiers", "step_", "appeal", "rule"),
    [
        (570, 585, "GP", "correct", "refused", "P101"),
        (555, 570, "GP", "write_off", "refused", "P101"),
        (None, None, "GP", "find_out", "refused", "P101"),
        (570, 585, "59 GP", "appeal", "open", None),
        (555, 570, "59 GP", "write_off", "refused", "P104"),
        (None, None, "59 GP", "find_out", "refused", "P104"),
    ],
)
def test_a_pair_that_a_modifier_may_separate(
    start: int | None, stop: int | None, modifiers: str, step_: str, appeal: str, rule: str | None
) -> None:
    second = PAIR[1] | {"start_minute": start, "stop_minute": stop, "modifiers": modifiers}
    found = steps(services(PAIR[0], second), {1: ("CO-97", "M80")})[0]
    assert (found["cause"], found["step"], found["appeal"], found["stopped_by"]) == ("pair", step_, appeal, rule)


def test_a_pair_of_indicator_zero_is_never_appealed() -> None:
    lines = services(PAIR[1], {"code": "95851", "units": 1.0, "by": "PT"})
    found = steps(lines, {1: ("CO-236", "")})[0]
    assert told(found) == ("pair", "biller", "write_off", "refused", "P102")
    assert found["because"].startswith("the published edit has indicator 0")


def test_a_bundled_line_that_no_published_edit_names_may_be_appealed() -> None:
    lines = services(TIMED | {"code": "97116"}, TIMED | {"start_minute": 555, "stop_minute": 570})
    assert told(steps(lines, {1: ("CO-97", "")})[0]) == ("pair", "therapist", "appeal", "open", None)


def test_true_duplicates_are_closed() -> None:
    again = TIMED | {"claim_id": "K2", "visit_id": "V1", "line_number": 1}
    found = steps(services(TIMED, again), {1: ("CO-18", "N522")})[0]
    assert told(found) == ("duplicate", "biller", "write_off", "refused", "I306")
    alone = step(TIMED, "CO-18", "N522")
    assert told(alone) == ("duplicate", "biller", "find_out", "not_known", None)


def test_unprocessable_claims_are_sent_anew_and_not_appealed() -> None:
    found = step(TIMED | {"referring_npi": None}, "CO-16", "N286 MA130")
    assert told(found) == ("referring-provider", "front desk", "new_claim", "none", "I205")
    assert (found["way"], found["by_when"]) == (None, date(2025, 8, 13))
    assert in_words(found).fix == "Add the certifying physician or practitioner with qualifier DN"


def test_a_fault_that_the_claim_does_not_have_is_not_found() -> None:
    found = step(TIMED, "CO-16", "N290")
    assert told(found) == ("rendering-provider", "credentialing", "correct", "none", None)


NOTICE = {"modifiers": "GP GA", "abn_on_file": True}
NO_NOTICE = {"modifiers": "GP GA", "abn_on_file": False}


@pytest.mark.parametrize(
    ("line", "reasons", "expected"),
    [
        ({"modifiers": "GP GZ"}, "CO-50", ("not-necessary-gz", "biller", "write_off", "none", None)),
        (NOTICE, "PR-50", ("not-necessary-patient", "front desk", "bill_patient", "open", None)),
        (NO_NOTICE, "PR-50", ("not-necessary-patient", "front desk", "find_out", "refused", None)),
        ({}, "PR-204", ("not-covered-patient", "front desk", "bill_patient", "none", None)),
        ({}, "CO-197", ("authorization", "front desk", "find_out", "not_known", None)),
        ({}, "CO-22", ("other-payer", "front desk", "other_payer", "none", None)),
        ({}, "CO-D99", (None, "biller", "find_out", "not_known", None)),
    ],
)  # fmt: skip
def test_who_pays_in_the_end(line: dict[str, object], reasons: str, expected: tuple[object, ...]) -> None:
    assert told(step(TIMED | line, reasons)) == expected


def test_the_threshold_is_the_therapist_to_attest() -> None:
    found = step(TIMED | {"ytd_pt_slp_cents": 300_000}, "CO-119")
    assert told(found) == ("benefit", "therapist", "find_out", "refused", "D202")


OWN = """
[payers.medicare]
pack = "medicare"
corrected_by_professional = "replacement"
appeal_levels = ["review: 60 days"]
"""


def test_a_contract_says_how_and_by_when() -> None:
    found = step({"code": "97110", "modifiers": "", "minutes": 15, "by": "PT"}, "CO-4", "N822", config=OWN)
    assert told(found) == ("modifier", "biller", "correct", "refused", "D101")
    # a replacement within a year of the service; the contract's levels, five days after the notice
    assert (found["way"], found["by_when"], found["level"], found["appeal_by"]) == (
        "replacement", date(2025, 8, 13), "review", date(2024, 11, 3)
    )  # fmt: skip


def test_a_payer_without_a_pack_has_no_last_days() -> None:
    found = step(TIMED | {"payer": "prairie mutual"}, "CO-50")
    assert (found["step"], found["by_when"], found["level"], found["appeal_by"]) == ("appeal", None, None, None)


def test_limits_count_months_by_the_calendar() -> None:
    assert after(date(2024, 8, 31), "6 months") == date(2025, 2, 28)
    assert limits(None, "professional", date(2024, 8, 13), date(2024, 8, 30)).appeal_by is None


def test_the_table_names_only_rules_that_foresee_its_reasons() -> None:
    beside = [
        (cause.id, rule)
        for cause in causes()
        for rule in cause.rules
        if frozenset().union(*map(family, cause.reasons)).isdisjoint(rules_by_id()[rule].denial)
    ]
    # a payer's 16 with a remark names the field; the rule of that field is the one that is meant
    assert beside == [
        ("referring-provider", "I206"),
        ("rendering-provider", "I204"),
        ("code-field", "I101"),
        ("code-field", "I102"),
        *(("modifier-field", rule) for one in causes() if one.id == "modifier-field" for rule in one.rules),
        ("referrer", "I203"),
        ("referrer", "I205"),
        ("diagnosis", "I104"),
        ("diagnosis", "I107"),
        ("diagnosis", "I112"),
    ]
    assert {rule for one in refusals() for rule in one.rules} <= set(rules_by_id())
    assert len({cause.id for cause in causes()}) == len(causes())


RULES = st.lists(st.sampled_from(["D101", "D205", "I205", "I306", "M102", "P101", "P102", "U101"]), unique=True)
FACTS = st.fixed_dictionaries(
    {
        "minutes_known": st.sampled_from([True, False, None]),
        "separate_blocks": st.sampled_from([True, False, None]),
        "pair_published": st.sampled_from([True, False, None]),
        "mue_mai": st.sampled_from([1, 2, 3, None]),
    }
)


@given(cause=st.sampled_from(causes()), found=RULES, facts=FACTS)
@settings(max_examples=300, deadline=None)
def test_an_appeal_is_open_only_where_nothing_speaks_against_it(
    cause: Cause, found: list[str], facts: dict[str, object]
) -> None:
    explained = explaining(cause.reasons[0], cause, found)
    verdict = judged(cause, frozenset(), found, explained, facts)
    assert verdict.appeal in APPEALS
    assert verdict.step is None or verdict.step in STEPS
    assert (verdict.because is None) == (verdict.appeal == "open")
    if verdict.appeal == "open":
        assert explained == ()
        assert {"P102", "I306", "U101", "D205"}.isdisjoint(found)
        # a pair without a modifier, its blocks apart, is corrected only where that is what the payer denied
        assert "P101" not in found or facts["separate_blocks"] is True
        assert not ("M102" in found and facts["mue_mai"] == 2)
        assert cause.appeal == "records"
        assert "minutes" not in cause.facts or facts["minutes_known"] is True


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["K1", "K2", "K3"]),
        st.sampled_from(["CO-97", "CO-16", None]),
        st.integers(0, 9_999),
        st.one_of(st.none(), st.integers(0, 9_999)),
        st.sampled_from([None, "P101", "P101 U101"]),
        st.sampled_from([None, "U101"]),
    ),
    max_size=12,
)


@given(rows=ROWS)
@settings(max_examples=60, deadline=None)
def test_the_loop_divides_the_denials_and_loses_no_cent(
    rows: list[tuple[str, str | None, int, int | None, str | None, str | None]],
) -> None:
    names = ["claim_id", "reason", "denied_cents", "stake_cents", "stopped_by", "unchecked"]
    frame = DENIAL.conform(pl.DataFrame(rows, schema={name: DENIAL.schema[name] for name in names}, orient="row"))
    sums = {row["part"]: row for row in loop(frame, Config.load(None)).sums.to_dicts()}
    for name in ("denials", "denied_cents", "stake_cents", "unpriced"):
        assert sum(sums[part][name] for part in ("stopped", "unchecked", "none")) == sums["all"][name]
    assert sums["all"]["denied_cents"] == sum(row[2] for row in rows)
