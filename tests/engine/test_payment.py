"""What payer and patient owe for a day's lines: published examples, contracts, what is not known, and the oracle."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.codes import params
from cleanclaim.codes.payers.fee_tables import fee_table
from cleanclaim.engine.payment import TERMS, paid_after, pay
from tests.effort import times
from tests.engine.test_price import RVU_2024, SCHEMA
from tests.engine.test_price import line as price_line
from tests.oracles.payment import pay_day

ALL = pl.Schema(
    {
        **SCHEMA,
        **TERMS,
        "visit_key": pl.Int64(),
        "dos": pl.Date(),
        "code": pl.String(),
        "charge_cents": pl.Int64(),
        **{f"modifier_{place}": pl.String() for place in range(1, 5)},
        "in_reduction": pl.Boolean(),
        "assistant_modifier": pl.Boolean(),
        "primary": pl.Boolean(),
        "deductible_remaining_cents": pl.Int64(),
    }
)
MEDICARE = {
    "lesser_of_charge": True,
    "coinsurance_percent": 20.0,
    "assistant_law_applies": True,
    "assistant_share": 0.85,
    "sequestration_applies": True,
    "sequestration": 0.02,
}
CONTRACT = {
    "fee_basis": "percent_of_medicare",
    "fee_percent": 110.0,
    "lesser_of_charge": True,
    "coinsurance_percent": 30.0,
    "mppr_applies": False,
    "sequestration_applies": False,
}
FLAT = {**CONTRACT, "fee_basis": "per_visit", "visit_rate": 9500, "fee_percent": None}
TABLE = {**CONTRACT, "fee_basis": "fee_table", "fee_percent": None}


def line(row: int = 0, code: str = "97530", **changes: Any) -> dict[str, Any]:
    """A line of one unit under Medicare in the summer of 2024, with no deductible left, changed as asked."""
    modifiers = changes.pop("modifiers", "GP").split()
    usual = {
        **dict.fromkeys(ALL),
        **price_line(row, RVU_2024[code]),
        **MEDICARE,
        "code": code,
        "visit_key": 1,
        "dos": date(2024, 7, 15),
        "assistant_modifier": bool({"CQ", "CO"} & set(modifiers)),
        **{f"modifier_{place}": modifier for place, modifier in enumerate(modifiers, 1)},
        "deductible_remaining_cents": 0,
    }
    return usual | changes


def paid(*lines: dict[str, Any]) -> list[tuple[int | None, int | None, int | None]]:
    """Allowed, paid and patient's cents of each line."""
    result = pay(pl.DataFrame(list(lines), schema=ALL))
    return result.select("expected_allowed_cents", "expected_paid_cents", "expected_patient_cents").rows()


def test_eighty_twenty_and_sequestration() -> None:
    # 62.42 x 80% x 98% = 48.93728
    assert paid(line(units=2.0)) == [(6242, 4894, 1248)]


def test_an_assistants_service_lowers_the_payers_part_alone() -> None:
    # 36.62 x 80% x 85% x 98% = 24.403568
    assert paid(line(modifiers="GP CQ")) == [(3662, 2440, 732)]
    # from: 42 U.S.C. 1395m(v): 85 percent of the payer's part is 88 percent of the whole, before sequestration
    assert paid(line(modifiers="GP CQ", sequestration=0.0)) == [(3662, 2490, 732)]
    assert paid(line(modifiers="GP CQ", assistant_share=1.0)) == [(3662, 2871, 732)]


def test_a_hundred_dollars_by_an_assistant() -> None:
    """From the 88 percent rule as therapy associations teach it: 80.00, 68.00 and 66.64, with 20.00 of the patient."""
    hundred = {"units": 4.0, "charge_cents": 10_000, "modifiers": "GP CQ"}
    assert paid(line(**hundred, assistant_share=1.0, sequestration=0.0)) == [(10_000, 8000, 2000)]
    assert paid(line(**hundred, sequestration=0.0)) == [(10_000, 6800, 2000)]
    assert paid(line(**hundred)) == [(10_000, 6664, 2000)]


@pytest.mark.parametrize(
    ("on", "share"),
    [
        (date(2020, 4, 30), 0.02),
        (date(2020, 5, 1), 0.0),
        (date(2022, 3, 31), 0.0),
        (date(2022, 4, 1), 0.01),
        (date(2022, 6, 30), 0.01),
        (date(2022, 7, 1), 0.02),
    ],
)
def test_sequestration_by_date(on: date, share: float) -> None:
    assert params.value("sequestration", on) == share


def test_published_shares_have_no_finer_parts_than_are_counted() -> None:
    table = params.by_period()
    for name, parts in (("sequestration", 1000), ("assistant_share", 100)):
        assert [share for share in table[name].drop_nulls() if round(share * parts, 9) % 1] == []


def test_no_more_than_the_charge() -> None:
    assert paid(line(charge_cents=3000)) == [(3000, 2352, 600)]
    assert paid(line(charge_cents=3662)) == paid(line(charge_cents=3663)) == paid(line()) == [(3662, 2871, 732)]
    assert paid(line(charge_cents=3000, lesser_of_charge=False)) == [(3662, 2871, 732)]
    assert paid(line(charge_cents=3000, lesser_of_charge=None)) == [(None, None, None)]


def test_the_deductible_is_used_up_in_the_order_of_the_lines() -> None:
    day = [line(0, deductible_remaining_cents=5000), line(1, "97110", deductible_remaining_cents=5000)]
    # the first line is all deductible; of the second 13.38 is, and 8.92 is left
    assert paid(*day) == [(3662, 0, 3662), (2230, 699, 1338 + 178)]
    assert paid(*day[::-1]) == paid(*day)[::-1]


def test_a_deductible_after_an_unknown_amount_is_not_known() -> None:
    day = [line(0, fee_status="C", deductible_remaining_cents=5000), line(1, mult_proc=False)]
    assert paid(day[0], day[1] | {"deductible_remaining_cents": 5000}) == [(None, None, None), (3662, None, None)]
    used_up = line(2, mult_proc=False)
    three = [one | {"deductible_remaining_cents": 3662} for one in (*day, used_up)]
    assert paid(*three) == [(None, None, None), (3662, None, None), (3662, 2871, 732)]
    assert paid(day[0] | {"deductible_remaining_cents": 0}, day[1]) == [(None, None, None), (3662, 2871, 732)]


def test_what_is_not_known_stays_open() -> None:
    assert paid(line(deductible_remaining_cents=None)) == [(3662, None, None)]
    assert paid(line(coinsurance_percent=None)) == [(3662, None, None)]
    assert paid(line(sequestration=None)) == [(3662, None, 732)]
    assert paid(line(primary=False)) == [(3662, None, None)]
    assert paid(line(fee_basis="contract")) == [(None, None, None)]


def test_a_remittance_tells_the_patients_share() -> None:
    result = pay(pl.DataFrame([line(units=2.0, modifiers="GP CQ", deductible_remaining_cents=None)], schema=ALL))
    told = result.select(paid_after(pl.col("expected_allowed_cents"), pl.lit(1248), pl.col("kept_share")))
    assert told.to_series().to_list() == [4160]


def test_percent_of_medicare() -> None:
    # 36.62 and 29.29 x 110%, each rounded
    assert paid(line(**CONTRACT), line(1, "97110", **CONTRACT)) == [(4028, 2820, 1208), (3222, 2255, 967)]
    with_reduction = CONTRACT | {"mppr_applies": True}
    # 25.80 x 110% = 28.38
    assert paid(line(units=2.0, **with_reduction))[0][0] == 4028 + 2838
    assert paid(line(**CONTRACT | {"fee_percent": None})) == [(None, None, None)]


def test_a_reduction_of_the_contracts_own() -> None:
    own = CONTRACT | {"mppr_applies": None, "reduction_percent": 20.0, "fee_percent": 100.0}
    # of the practice expense: (0.44 + 0.65 x 0.8 + 0.01) x 33.2875 = 32.29
    assert paid(line(units=2.0, **own))[0][0] == 3662 + 3229
    # of the fee: 36.62 x 80% = 29.296
    assert paid(line(units=2.0, **own, reduction_of="fee"))[0][0] == 3662 + 2930
    day = [line(**own, reduction_of="fee"), line(1, "97110", visit_key=2, **own, reduction_of="fee")]
    assert [allowed for allowed, _, _ in paid(*day)] == [3662, 2343]
    apart = [one | {"reduction_scope": "discipline"} for one in day]
    assert [allowed for allowed, _, _ in paid(*apart)] == [3662, 2929]


def test_codes_that_the_payer_puts_into_its_reduction_or_leaves_out() -> None:
    manipulation = line(1, "97110", mult_proc=False, always_therapy=False)
    assert [one[0] for one in paid(line(), manipulation)] == [3662, 2929]
    assert [one[0] for one in paid(line(), manipulation | {"in_reduction": True})] == [3662, 2230]
    assert [one[0] for one in paid(line(units=2.0, in_reduction=False))] == [7324]


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "acme.csv"
    path.write_text(
        "code,modifier,cents,from,to,note\n"
        "97530,,4100,2024-01-01,2024-06-30,old\n"
        "97530,,4200,2024-07-01,,\n"
        "97530,CQ,3500,,,\n"
        "97530,KX,3600,,,\n"
        "97110,,3300,,2024-07-15,\n"
    )
    return str(path)


def test_a_table_of_fees(table: str) -> None:
    terms = TABLE | {"fee_table": table}
    assert paid(line(units=2.0, **terms), line(1, "97110", **terms)) == [(8400, 5880, 2520), (3300, 2310, 990)]
    assert paid(line(**terms, dos=date(2024, 6, 30)))[0][0] == 4100
    assert paid(line(**terms, modifiers="GP CQ"))[0][0] == 3500
    # two fees fit, and they differ
    assert paid(line(**terms, modifiers="GP CQ KX")) == [(None, None, None)]
    assert paid(line(1, "97110", **terms, dos=date(2024, 7, 16))) == [(None, None, None)]
    assert paid(line(1, "97112", **terms)) == [(None, None, None)]


def test_a_table_of_fees_with_medicares_reduction(table: str) -> None:
    terms = TABLE | {"fee_table": table, "mppr_applies": True}
    # half of the practice expense's share of the relative values: 42.00 x (1 - 0.5 x 0.65 / 1.10) = 29.590909
    assert paid(line(units=2.0, **terms))[0][0] == 4200 + 2959
    assert paid(line(units=2.0, **terms, pe_rvu=None))[0][0] is None


def test_a_share_for_assistants_of_the_allowed_amount() -> None:
    terms = CONTRACT | {"assistant_law_applies": None, "assistant_payment_percent": 85}
    # 40.28 x 85% = 34.238
    assert paid(line(**terms, modifiers="GP CQ")) == [(3424, 2397, 1027)]
    assert paid(line(**terms | {"assistant_payment_percent": None}, modifiers="GP CQ")) == [(None, None, None)]
    assert paid(line(**terms | {"assistant_payment_percent": None})) == [(4028, 2820, 1208)]


def test_one_amount_for_a_visit_or_a_day() -> None:
    two = [line(3, visit_key=1, **FLAT), line(1, "97110", visit_key=1, **FLAT), line(2, "92507", visit_key=2, **FLAT)]
    assert [one[0] for one in paid(*two)] == [0, 9500, 9500]
    by_day = [one | {"fee_basis": "per_diem"} for one in two]
    assert [one[0] for one in paid(*by_day)] == [0, 9500, 0]
    assert [one[0] for one in paid(*(one | {"charge_cents": 4000} for one in two))] == [0, 8000, 4000]


def test_caps() -> None:
    day = [line(row, "97110", **CONTRACT, visit_cap=8000) for row in range(3)]
    assert [one[0] for one in paid(*day)] == [3222, 3222, 1556]
    other = line(3, visit_key=2, **CONTRACT, day_cap=9000)
    assert [one[0] for one in paid(*(one | {"day_cap": 9000} for one in day), other)] == [3222, 3222, 1556, 1000]
    unknown = [day[0] | {"fee_status": "C"}, *day[1:]]
    assert [one[0] for one in paid(*unknown)] == [None, None, None]


def test_basis() -> None:
    lines = [line(), line(1, **CONTRACT), line(2, fee_basis="contract"), line(3, localized=True, gpci_work=1.0)]
    lines[3] |= {"gpci_pe": 0.869, "gpci_mp": 0.575}
    lines = [one | {"pool_key": pool} for pool, one in enumerate(lines)]
    assert pay(pl.DataFrame(lines, schema=ALL))["expected_basis"].to_list() == [
        "medicare_fee_schedule_national",
        "percent_of_medicare_national",
        None,
        "medicare_fee_schedule",
    ]


def test_no_lines() -> None:
    assert paid() == []


def known(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(values, values, values, st.none())


def lines_of(**own: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    shared = {
        "code": st.sampled_from(sorted(RVU_2024)),
        "units": st.sampled_from([1.0, 2.0, 4.0]),
        "pool_key": st.sampled_from([1, 2]),
        "charge_cents": known(st.integers(0, 30000)),
        "modifiers": st.sampled_from(["GP", "GP CQ", "GO CO", "GP CQ KX"]),
        "lesser_of_charge": known(st.booleans()),
        "coinsurance_percent": known(st.sampled_from([20.0, 0.0, 12.5, 100.0])),
        "assistant_law_applies": known(st.booleans()),
        "assistant_share": st.sampled_from([0.85, 1.0, None]),
        "assistant_payment_percent": known(st.sampled_from([85, 70])),
        "sequestration_applies": known(st.booleans()),
        "sequestration": st.sampled_from([0.02, 0.01, 0.0, None]),
        "primary": st.sampled_from([True, True, None, False]),
        "mult_proc": st.sampled_from([True, True, False]),
    }
    return st.lists(st.fixed_dictionaries(shared | own), min_size=1, max_size=6)


def agrees(drawn: list[dict[str, Any]], left: int | None, fees: dict[str, Any]) -> None:
    # of a day one deductible, and a visit is a discipline's part of a day
    lines = [
        line(row, **one, visit_key=2 * one["pool_key"] + ("CO" in one["modifiers"]), deductible_remaining_cents=left)
        for row, one in enumerate(drawn)
    ]
    expected = pay_day(lines, fees)
    result = pay(pl.DataFrame(lines, schema=ALL))
    got = result.select("row", "expected_allowed_cents", "expected_paid_cents", "expected_patient_cents").rows()
    for row, allowed, payer, patient in got:
        one = expected[row]
        assert (allowed, payer) == (one.allowed, one.paid)
        assert one.patient is None or patient == one.patient


@settings(max_examples=times(150), deadline=None)
@given(lines_of(), known(st.integers(0, 20000)))
def test_medicare_agrees_with_the_oracle(drawn: list[dict[str, Any]], left: int | None) -> None:
    agrees(drawn, left, {})


BASES = st.sampled_from(["percent_of_medicare", "fee_table", "per_visit", "per_diem", "contract"])


@settings(max_examples=times(150), deadline=None)
@given(
    BASES,
    st.data(),
    known(st.integers(0, 20000)),
)
def test_contracts_agree_with_the_oracle(
    tmp_path_factory: pytest.TempPathFactory, basis: str, data: st.DataObject, left: int | None
) -> None:
    path = tmp_path_factory.mktemp("fees") / "fees.csv"
    path.write_text("code,modifier,cents\n97530,,4200\n97530,CQ,3500\n97110,,3300\n97530,KX,3500\n97110,CO,1\n")
    terms = data.draw(
        st.fixed_dictionaries(
            {
                "fee_percent": known(st.sampled_from([110.0, 87.5, 100.0])),
                "visit_rate": known(st.integers(0, 20000)),
                "visit_cap": known(st.integers(0, 15000)),
                "day_cap": known(st.integers(0, 15000)),
            }
        )
    )
    fixed = {name: st.just(value) for name, value in terms.items()}
    drawn = data.draw(
        lines_of(
            **fixed, fee_basis=st.just(basis), fee_table=st.just(str(path)), mppr_applies=st.just(basis[:4] == "perc")
        )
    )
    agrees(drawn, left, {str(path): fee_table(path).to_dicts()})
