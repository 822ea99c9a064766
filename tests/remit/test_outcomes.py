"""How lines are matched and how they end: each way once, with exact figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from cleanclaim.config import Config
from cleanclaim.remit import Remitted, remitted
from tests.oracles.matching import AMOUNTS, Decision, Line, Service
from tests.remit.payer import remittance, services_of

DAY, NEXT = date(2026, 3, 4), date(2026, 3, 5)
LINE = Line(0, "C1", "P", DAY, "97110", ("GP",), 2.0, 12000, None)
SECOND = Line(1, "C1", "P", DAY, "97140", ("GP", "59"), 1.0, 6000, None)


def paying(line: Line, paid: int, **changes: Any) -> Service:
    charge = changes.pop("charge", line.charge)
    amounts = dict.fromkeys(AMOUNTS, 0) | {"paid": paid} | changes.pop("amounts", {})
    amounts["contract"] = charge - sum(amounts.values()) + amounts["contract"]
    made = Service(line.code, line.modifiers, line.dos, line.units, charge, amounts, line.control)
    return replace(made, **changes)


def decided(*services: Service, claim: str = "C1", level: str = "P", control: str = "PCN1") -> Decision:
    return Decision(claim, level, control, False, services)


def reversal(decision: Decision) -> Decision:
    turned = tuple(
        replace(one, charge=-one.charge, amounts={name: -cents for name, cents in one.amounts.items()})
        for one in decision.services
    )
    return replace(decision, reversal=True, services=turned)


def ends(lines: list[Line], *decisions: Decision, taken: tuple[tuple[str, str, int], ...] = ()) -> Remitted:
    result = remitted([("a.835", remittance(decisions, taken))], services_of(lines))
    assert result.refused.height == 0
    return result


def told(result: Remitted, *columns: str) -> list[tuple[Any, ...]]:
    return result.outcomes.select(columns).rows()


@pytest.mark.parametrize(
    ("change", "way"),
    [
        ({}, "modifiers"),
        ({"modifiers": ("59", "GP")}, "modifiers"),
        ({"modifiers": ("GP",)}, "code"),
        ({"modifiers": ("GP", "59", "XU")}, "code"),
        ({"code": "97124", "modifiers": (), "asked": ("97140", ("GP", "59"))}, "modifiers"),
        ({"dos": None}, "modifiers"),
        ({"code": "97124", "modifiers": (), "control": "L2"}, "control"),
    ],
)
def test_a_line_is_found_however_the_payer_writes_it(change: dict[str, Any], way: str) -> None:
    lines = [replace(LINE, control="L1"), replace(SECOND, control="L2")]
    result = ends(lines, decided(paying(SECOND, 3000, **change)))
    assert told(result, "line_number", "outcome", "matched_by", "paid_cents") == [
        (1, "open", None, None),
        (2, "paid_not_priced", way, 3000),
    ]


def test_a_service_of_another_day_is_not_matched() -> None:
    result = ends([LINE], decided(paying(LINE, 3000, dos=NEXT)))
    assert told(result, "row", "outcome", "paid_code", "paid_cents") == [
        (0, "open", None, None),
        (None, "unmatched", "97110", 3000),
    ]


def test_a_split_line_is_added_up() -> None:
    parts = (paying(LINE, 2000, charge=6000, units=1.0), paying(LINE, 1000, charge=6000, units=1.0))
    result = ends([LINE], decided(*parts))
    assert told(result, "matched_by", "answers", "charge_cents", "paid_cents", "paid_units") == [
        ("split", 2, 12000, 3000, 2.0)
    ]


def test_a_line_split_over_two_claims_is_added_up() -> None:
    first, second = (decided(paying(LINE, cents, charge=6000), control=f"P{cents}") for cents in (2000, 1000))
    result = ends([LINE], first, second)
    assert told(result, "answers", "charge_cents", "paid_cents") == [(2, 12000, 3000)]
    assert result.paid_twice.height == 0


def test_a_bundle_is_spread_by_charge_to_the_cent() -> None:
    bundled = paying(LINE, 10000, charge=18000, amounts={"patient": 1000})
    result = ends([LINE, SECOND], decided(bundled))
    columns = ("matched_by", "charge_cents", "paid_cents", "patient_cents", "contract_cents")
    assert told(result, *columns) == [("bundle", 12000, 6666, 667, 4667), ("bundle", 6000, 3334, 333, 2333)]


def test_a_claim_without_services_is_spread_over_its_lines() -> None:
    whole = Service("", (), None, 0, 18000, dict.fromkeys(AMOUNTS, 0) | {"denied": 18000})
    result = ends([LINE, SECOND], Decision("C1", "P", "PCN1", False, (), whole))
    assert told(result, "matched_by", "outcome", "denied_cents") == [
        ("claim", "denied", 12000),
        ("claim", "denied", 6000),
    ]


def test_a_correction_stands_and_the_reversed_answer_does_not() -> None:
    first, second = decided(paying(LINE, 9000)), decided(paying(LINE, 4000), control="PCN2")
    result = ends([LINE], first, reversal(first), second)
    assert told(result, "answers", "paid_cents", "payer_control", "recouped_cents") == [(3, 4000, "PCN2", 0)]
    assert result.paid_twice.height == 0


def test_a_reversal_that_nothing_replaces_is_recouped() -> None:
    first = decided(paying(LINE, 9000))
    for decisions in ((first, reversal(first)), (reversal(first),)):
        result = ends([LINE], *decisions)
        assert told(result, "outcome", "paid_cents", "recouped_cents") == [("recouped", 9000, 9000)]


def test_a_denial_as_a_duplicate_leaves_the_payment() -> None:
    repeat = dict.fromkeys(AMOUNTS, 0) | {"denied": 12000}
    denial = paying(LINE, 0, amounts=repeat, reasons=("18",))
    result = ends([LINE], decided(paying(LINE, 9000)), decided(denial, control="PCN2"))
    assert told(result, "outcome", "paid_cents", "denied_cents", "answers") == [("paid_not_priced", 9000, 0, 2)]


def test_the_same_claim_paid_twice_is_told() -> None:
    result = ends([LINE], decided(paying(LINE, 9000)), decided(paying(LINE, 8000), control="PCN2"))
    assert told(result, "paid_cents") == [(8000,)]
    assert result.paid_twice.select("claim_id", "line_number", "times", "over").rows() == [("C1", 1, 2, 9000)]
    assert result.exit_code == 1


def test_a_takeback_is_tied_by_the_payers_number_and_by_the_claims() -> None:
    for reference in ("PCN1", "C1", "pcn1 0042"):
        answer = decided(paying(LINE, 4000), paying(SECOND, 2000))
        result = ends([LINE, SECOND], answer, taken=(("WO", reference, 900),))
        assert told(result, "outcome", "paid_cents", "recouped_cents") == [
            ("recouped", 4000, 600),
            ("recouped", 2000, 300),
        ]
        assert result.untied.height == 0


def test_a_balance_carried_forward_and_collected_is_nothing() -> None:
    result = ends([LINE], decided(paying(LINE, 4000)), taken=(("FB", "PCN1", -900), ("WO", "PCN1", 900)))
    assert told(result, "outcome", "recouped_cents") == [("paid_not_priced", 0)]


def test_interest_takes_nothing_back() -> None:
    result = ends([LINE], decided(paying(LINE, 4000)), taken=(("L6", "PCN1", 900),))
    assert told(result, "outcome", "recouped_cents") == [("paid_not_priced", 0)]
    assert (result.untied.height, result.exit_code) == (0, 0)


def test_a_second_payer_answers_its_own_line() -> None:
    lines = [LINE, replace(LINE, row=1, level="S")]
    second = decided(paying(LINE, 1500, amounts={"prior": 10000}), level="S", control="PCN2")
    result = ends(lines, decided(paying(LINE, 8000)), second)
    columns = ("row", "sequence", "paid_cents", "prior_payer_cents")
    assert told(result, *columns) == [(0, "P", 8000, 0), (1, "S", 1500, 10000)]


def test_a_second_payer_answers_the_first_line_where_it_has_none() -> None:
    second = decided(paying(LINE, 1500, amounts={"prior": 10000}), level="S", control="PCN2")
    result = ends([LINE], decided(paying(LINE, 8000)), second)
    columns = ("row", "sequence", "payer", "paid_cents", "prior_payer_cents", "charge_cents")
    assert told(result, *columns) == [
        (0, "P", "GOOD PLAN", 8000, 0, 12000),
        (0, "S", "GOOD PLAN", 1500, 10000, 12000),
    ]


def test_a_denial_without_a_level_is_of_the_payers_own() -> None:
    lines = [LINE, replace(LINE, row=1, level="S")]
    services = services_of(lines).with_columns(payer=pl.Series(["FIRST", "Second Plan"]))
    denial = decided(paying(LINE, 0, amounts={"denied": 12000}), level="S")
    content = remittance([denial], payer="SECOND PLAN").replace(b"CLP*C1*2*", b"CLP*C1*4*")
    result = remitted([("a.835", content)], services)
    assert told(result, "sequence", "outcome") == [("P", "open"), ("S", "denied")]


def test_a_forecast_is_no_answer() -> None:
    content = remittance([decided(paying(LINE, 0))]).replace(b"CLP*C1*1*", b"CLP*C1*25*")
    assert told(remitted([("a.835", content)], services_of([LINE])), "outcome") == [("open",)]


def test_a_remittance_for_an_unknown_claim_is_unmatched() -> None:
    result = ends([LINE], decided(paying(LINE, 3000), claim="C9"))
    assert told(result, "claim_id", "outcome", "row", "paid_cents") == [
        ("C1", "open", 0, None),
        ("C9", "unmatched", None, 3000),
    ]


def test_another_charge_than_billed_is_told() -> None:
    result = ends([LINE], decided(paying(LINE, 3000, charge=11000)))
    assert told(result, "charge_cents", "paid_cents", "contract_cents") == [(11000, 3000, 8000)]
    assert result.charge_differs.select("billed_cents", "answered_cents").rows() == [(12000, 11000)]


@pytest.mark.parametrize(
    ("amounts", "outcome", "denied"),
    [
        ({"patient": 4000}, "patient_share", 0),
        ({"denied": 12000}, "denied", 12000),
        ({"contract": 12000}, "denied", 12000),  # written off whole: not allowed at all
        ({"other": 12000}, "paid_not_priced", 0),  # capitation
        ({"patient": 0, "reduced": 2000, "contract": 10000}, "paid_not_priced", 0),
    ],
)
def test_lines_without_a_payment(amounts: dict[str, int], outcome: str, denied: int) -> None:
    whole = dict.fromkeys(AMOUNTS, 0) | amounts
    whole["contract"] = 12000 - sum(cents for name, cents in whole.items() if name != "contract")
    result = ends([LINE], decided(replace(paying(LINE, 0), amounts=whole)))
    assert told(result, "outcome", "denied_cents") == [(outcome, denied)]


def test_a_reason_that_denies_is_a_denial_whoever_bears_it() -> None:
    content = remittance([decided(paying(LINE, 0, amounts={"patient": 12000}))]).replace(b"CAS*PR*2*", b"CAS*PR*119*")
    result = remitted([("a.835", content)], services_of([LINE]))
    assert told(result, "outcome", "patient_cents", "denied_cents", "reasons") == [("denied", 12000, 0, "PR-119")]


def medicare(lines: list[Line]) -> pl.DataFrame:
    """Claim lines of August 2024 at a locality whose prices are published."""
    return services_of(lines, payer="medicare").with_columns(
        dos=pl.lit(date(2024, 8, 13)), mac=pl.lit("06102"), locality=pl.lit("15"), pack=pl.lit("medicare")
    )


@pytest.mark.parametrize(
    ("less", "outcome", "short"),
    [(0, "paid_as_expected", None), (1, "paid_as_expected", None), (2, "underpaid", 2), (-2, "overpaid", None)],
)
def test_a_cent_a_unit_is_no_difference(less: int, outcome: str, short: int | None) -> None:
    line = replace(LINE, dos=date(2024, 8, 13), units=1.0)
    # 30.25 is allowed; 6.05 the patient's, 0.48 withheld of what is left
    amounts = {"patient": 605, "withheld": 48}
    service = paying(line, 3025 - 605 - 48 - less, amounts=amounts)
    result = remitted([("a.835", remittance([decided(service)]))], medicare([line]), Config.load(None))
    columns = ("outcome", "expected_allowed_cents", "expected_paid_cents", "allowed_cents", "short_cents")
    assert told(result, *columns) == [(outcome, 3025, 2372, 3025 - less, short)]


def test_it_is_said_why_nothing_is_expected() -> None:
    lines = [LINE, replace(LINE, row=1, level="S")]
    second = decided(paying(LINE, 1500, amounts={"prior": 10000}), level="S", control="PCN2")
    columns = ("sequence", "expected_allowed_cents", "expected_unknown")
    result = ends(lines, decided(paying(LINE, 8000)), second)
    assert told(result, *columns) == [
        ("P", None, "the payer is not mapped to a pack"),
        ("S", None, "a later payer: what it owes depends on the first payer's decision"),
    ]
