"""Remittance files: what does not balance is refused with its place, what is there twice counts once."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.remit import remitted
from cleanclaim.remit.reading import read_remittances
from cleanclaim.x12.validate import validate
from tests.oracles.matching import AMOUNTS, Decision, Line, Service
from tests.remit.payer import remittance, services_of

DAY = date(2026, 3, 4)


def service(charge: int, paid: int, **amounts: int) -> Service:
    told = dict.fromkeys(AMOUNTS, 0) | {"paid": paid, **amounts}
    told["contract"] = charge - sum(told.values())
    return Service("97110", ("GP",), DAY, 1.0, charge, told)


LINES = [Line(0, "C1", "P", DAY, "97110", ("GP",), 1.0, 6000, None)]
PAID = Decision("C1", "P", "PCN1", False, (service(6000, 3000, patient=800),))
WHOLE = remittance([PAID], [("WO", "OLD", 500)])


def refused(content: bytes) -> list[tuple[int, str]]:
    told = read_remittances([("a.835", content)])
    assert (told.answers.height, told.payments.height, told.claims.height) == (0, 0, 0) or not told.refused.height
    return told.refused.select("segment", "message").rows()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            b"CAS*PR*2*8.00",
            b"CAS*PR*2*8.01",
            [
                (9, "CLP04 says 30.00 is paid, and the charge less all adjustments is 29.99"),
                (11, "SVC03 says 30.00 is paid, and the charge less the adjustments is 29.99"),
            ],
        ),
        (
            b"CLP*C1*1*60.00*30.00",
            b"CLP*C1*1*60.00*30.01",
            [
                (4, "BPR02 says 25.00 is paid, and the claims less the provider adjustments are 25.01"),
                (9, "CLP04 says 30.01 is paid, and the charge less all adjustments is 30.00"),
            ],
        ),
        (
            b"CLP*C1*1*60.00*30.00",
            b"CLP*C1*1*60.01*30.00",
            [
                (9, "CLP04 says 30.00 is paid, and the charge less all adjustments is 30.01"),
                (9, "CLP03 says 60.01 is charged, and the services come to 60.00"),
            ],
        ),
        (
            b"BPR*I*25.00",
            b"BPR*I*25.01",
            [(4, "BPR02 says 25.01 is paid, and the claims less the provider adjustments are 25.00")],
        ),
        (b"*60.00*30.00**1~", b"*60.00*x**1~", [(11, "SVC03 (amount paid) is missing or not an amount")]),
    ],
)
def test_what_does_not_balance_is_refused_with_its_place(
    old: bytes, new: bytes, expected: list[tuple[int, str]]
) -> None:
    assert WHOLE.count(old) == 1
    assert refused(WHOLE.replace(old, new)) == expected


def test_a_file_cut_short_is_refused() -> None:
    assert [message for _, message in refused(WHOLE[: WHOLE.index(b"SE*")])] == [
        "the file ends inside a transaction set (no SE): its last claim may be cut short"
    ]


def test_other_files_are_answered_where_one_is_refused() -> None:
    bad = WHOLE.replace(b"BPR*I*25.00", b"BPR*I*26.00").replace(b"TRN*1*T1", b"TRN*1*T2")
    result = remitted([("bad.835", bad), ("good.835", WHOLE)], services_of(LINES))
    assert result.outcomes.select("paid_cents", "file_id").rows() == [(3000, 1)]
    assert result.refused.select("file_id", "segment").rows() == [(0, 4)]
    assert (result.exit_code, result.files) == (2, ("bad.835", "good.835"))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 3)), min_size=1, max_size=3), st.data())
def test_balances_agree_with_the_validator(amounts: list[tuple[int, int]], data: st.DataObject) -> None:
    decisions = [
        Decision(f"C{n}", "P", f"PCN{n}", False, (service(charge, charge * part // 4),))
        for n, (charge, part) in enumerate(amounts)
    ]
    content = remittance(decisions, [("L6", "X", -18)])
    # one digit of money is changed, or none
    places = [n for n in range(content.index(b"BPR"), content.index(b"SE*")) if content[n : n + 1] == b"."]
    if data.draw(st.booleans()):
        at = data.draw(st.sampled_from(places)) + 1
        content = content[:at] + data.draw(st.sampled_from([b"0", b"5"])) + content[at + 1 :]
    found = validate(content, (3,)).problems
    assert sorted(set(read_remittances([("a", content)]).refused["segment"])) == sorted(set(found["position"]))


def test_the_same_file_twice_counts_once() -> None:
    once = remitted([("a.835", WHOLE)], services_of(LINES))
    twice = remitted([("a.835", WHOLE), ("copy.835", WHOLE)], services_of(LINES))
    assert twice.outcomes.equals(once.outcomes)
    assert twice.payments.equals(once.payments)
    assert twice.provider_adjustments.equals(once.provider_adjustments)
    assert twice.notes == ("copy.835: a payment that an earlier file holds, counted once",)
    assert twice.paid_twice.height == 0


def test_another_payment_of_the_same_claim_is_no_copy() -> None:
    again = remittance([PAID], [("WO", "OLD", 500)], trace="T2", day=date(2026, 4, 13))
    result = remitted([("a.835", WHOLE), ("b.835", again)], services_of(LINES))
    assert result.paid_twice.select("claim_id", "times", "over").rows() == [("C1", 2, 3000)]
    assert result.outcomes["paid_cents"].to_list() == [3000]


def test_claim_level_adjustments_are_spread_over_services() -> None:
    # a deductible of 10.00 on the claim, beside two services of which 30.00 and 10.00 would be paid
    content = (
        remittance([Decision("C1", "P", "PCN1", False, (service(6000, 3000), service(6000, 1000)))])
        .replace(b"BPR*I*40.00", b"BPR*I*30.00")
        .replace(b"CLP*C1*1*120.00*40.00", b"CLP*C1*1*120.00*30.00")
        .replace(b"NM1*QC", b"CAS*PR*1*10.00~NM1*QC")
    )
    answers = read_remittances([("a.835", content)]).answers
    told = answers.select("paid", "patient", "contract", "charge", "reasons").rows()
    assert told == [(2250, 750, 3000, 6000, "CO-45 PR-1"), (750, 250, 5000, 6000, "CO-45 PR-1")]


def test_reasons_beyond_eight_are_all_told() -> None:
    cut = "".join(f"CAS*CO*{n}*1.00~" for n in (16, 22, 29, 50, 96, 97, 119, 150, 151, 197))
    content = remittance([Decision("C1", "P", "PCN1", False, (service(6000, 5000),))])
    content = content.replace(b"CAS*CO*45*10.00~", cut.encode())
    answers = read_remittances([("a.835", content)]).answers
    assert answers["denied"].to_list() == [1000]
    assert answers["reasons"].to_list() == [
        "CO-16 CO-22 CO-29 CO-50 CO-96 CO-97 CO-119 CO-150 CO-151 CO-197",
    ]


def test_nothing_to_read() -> None:
    result = remitted([], services_of(LINES))
    assert result.outcomes.select("outcome", "charge_cents", "paid_cents").rows() == [("open", 6000, None)]
    assert isinstance(result.payments, pl.DataFrame)
    assert result.exit_code == 0
