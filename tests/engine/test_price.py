"""The fee schedule price of a day's lines: published examples, what is not known, and agreement with the oracle."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.engine.price import price
from tests.effort import times
from tests.oracles.price_oracle import price_day

SCHEMA = pl.Schema(
    {
        "row": pl.Int64,
        "pool_key": pl.Int64,
        "units": pl.Float64,
        "fee_status": pl.String,
        "work_rvu": pl.Float64,
        "pe_rvu": pl.Float64,
        "mp_rvu": pl.Float64,
        "national_fee_cents": pl.Int64,
        "mult_proc": pl.Boolean,
        "always_therapy": pl.Boolean,
        "conversion_factor": pl.Float64,
        "gpci_work": pl.Float64,
        "gpci_pe": pl.Float64,
        "gpci_mp": pl.Float64,
        "localized": pl.Boolean,
        "fee_basis": pl.String,
        "mppr_applies": pl.Boolean,
        "mppr_pe_reduction": pl.Float64,
    }
)
MARCH_2024 = 33.2875
RVU_2024 = {
    "92507": (1.30, 0.96, 0.03),
    "97035": (0.21, 0.20, 0.01),
    "97110": (0.45, 0.42, 0.01),
    "97112": (0.50, 0.50, 0.01),
    "97113": (0.48, 0.61, 0.01),
    "97116": (0.45, 0.42, 0.01),
    "97140": (0.43, 0.37, 0.01),
    "97161": (1.54, 1.43, 0.04),
    "97166": (1.54, 1.46, 0.04),
    "97530": (0.44, 0.65, 0.01),
    "97535": (0.45, 0.52, 0.01),
    "G0283": (0.18, 0.16, 0.01),
}
ALABAMA_2024 = {"localized": True, "gpci_work": 1.0, "gpci_pe": 0.869, "gpci_mp": 0.575}
ONLY_NATIONAL_RATE = {"work_rvu": None, "pe_rvu": None, "mp_rvu": None, "national_fee_cents": 3507}


def line(row: int = 0, rvu: tuple[float, float, float] = RVU_2024["97530"], **changes: Any) -> dict[str, Any]:
    """A line of one 97530 unit under Medicare in the summer of 2024, at national values, changed as asked."""
    usual = {
        "row": row,
        "pool_key": 1,
        "units": 1.0,
        "fee_status": "A",
        "work_rvu": rvu[0],
        "pe_rvu": rvu[1],
        "mp_rvu": rvu[2],
        "national_fee_cents": None,
        "mult_proc": True,
        "always_therapy": True,
        "conversion_factor": MARCH_2024,
        "gpci_work": None,
        "gpci_pe": None,
        "gpci_mp": None,
        "localized": False,
        "fee_basis": "medicare_fee_schedule",
        "mppr_applies": True,
        "mppr_pe_reduction": 0.5,
    }
    return usual | changes


def day(**units: int) -> list[dict[str, Any]]:
    """Lines of one day in the summer of 2024, from codes and units."""
    return [
        line(row, RVU_2024[code.lstrip("_")], units=float(count)) for row, (code, count) in enumerate(units.items())
    ]


def priced(lines: list[dict[str, Any]]) -> pl.DataFrame:
    return price(pl.DataFrame(lines, schema=SCHEMA)).drop("keeps_practice_expense")


def keeps_practice_expense(lines: list[dict[str, Any]]) -> list[bool | None]:
    return price(pl.DataFrame(lines, schema=SCHEMA))["keeps_practice_expense"].to_list()


def allowed(lines: list[dict[str, Any]]) -> list[int | None]:
    return priced(lines)["allowed_cents"].to_list()


# from: CMS's sample table in MLN Matters MM7050, one procedure of two units and one of one unit, in whole dollars
@pytest.mark.parametrize(("reduction", "total"), [(0.0, 5600), (0.5, 4700)])
def test_sample_table_of_the_reduction(reduction: float, total: int) -> None:
    whole_dollars = {"conversion_factor": 1.0, "mppr_pe_reduction": reduction}
    lines = [line(0, (7, 10, 1), units=2.0, **whole_dollars), line(1, (11, 8, 1), **whole_dollars)]
    assert sum(allowed(lines)) == total


# from: 2024 fee schedule (July release, conversion factor 33.2875), half the practice expense (ATRA 2012 sec. 633)
SUMMER_2024 = {
    "one unit is paid in full": (day(_97530=1), [3662], 3662),
    "the second unit of a code is reduced": (day(_97530=2), [6242], 7324),
    "so is every later one": (day(_97530=3), [8822], 10986),
    "four units": (day(_97530=4), [11402], 14648),
    "units and codes in one ranking": (day(_97530=2, _97110=1, _97112=1), [6242, 2230, 2530], 13615),
    "the first unit may be an exercise": (day(_97110=2, _97140=1), [5159, 2080], 8554),
    "an evaluation takes the first place": (day(_97161=1, _97530=2, _97110=1), [10020, 5160, 2230], 20273),
    "in occupational therapy too": (day(_97166=1, _97535=2), [10119, 4794], 16643),
    "equal practice expense and fee: the earlier line": (day(_97110=1, _97116=1), [2929, 2230], 5858),
    "three disciplines are one day": (day(_97530=2, _97535=1, _92507=1), [5160, 2397, 7623], 18209),
    "modalities are reduced": (day(_97530=1, G0283=1, _97035=1), [3662, 899, 1065], 6225),
    "practice expense ranks, not the fee": (day(_97113=1, _97530=1), [2646, 3662], 7324),
}


@pytest.mark.parametrize(("lines", "expected", "without"), SUMMER_2024.values(), ids=SUMMER_2024.keys())
def test_days_of_summer_2024(lines: list[dict[str, Any]], expected: list[int], without: int) -> None:
    result = priced(lines)
    assert result["allowed_cents"].to_list() == expected
    assert result["upper_cents"].sum() == without


# from: national payments printed by the Texas physical therapy association for 2020 and 2021
@pytest.mark.parametrize(
    ("total", "factor", "cents"), [(1.12, 36.0896, 4042), (0.87, 34.8931, 3036), (0.80, 36.0896, 2887)]
)
def test_printed_national_payments(total: float, factor: float, cents: int) -> None:
    assert allowed([line(rvu=(total, 0.0, 0.0), conversion_factor=factor)]) == [cents]


def test_half_a_cent_rounds_up() -> None:
    # 1.20 x 33.2875 is 39.945 exactly; in binary floating point it is a hair less
    assert allowed([line(rvu=(0.60, 0.55, 0.05))]) == [3995]


def test_conversion_factor_of_the_day() -> None:
    assert allowed([line(conversion_factor=32.7442), line(1, pool_key=2)]) == [3602, 3662]


def test_locality() -> None:
    # (0.44 + 0.65 x 0.869 + 0.01 x 0.575) x 33.2875 = 33.64; halving the practice expense leaves 24.24
    result = priced([line(units=2.0, **ALABAMA_2024)]).row(0)
    assert result == (0, 3364, 2424, 5788, 6728, "expected")


def test_locality_without_indices_on_the_date_has_no_price() -> None:
    assert priced([line(localized=True)]).row(0) == (0, None, None, None, None, None)
    assert priced([line(**ALABAMA_2024 | {"gpci_mp": None})]).row(0) == (0, None, None, None, None, None)


def test_indices_given_by_hand_are_a_locality() -> None:
    assert priced([line(**ALABAMA_2024 | {"localized": False})])["price_basis"].to_list() == ["expected"]


def test_only_the_national_rate_is_published() -> None:
    assert priced([line(**ONLY_NATIONAL_RATE)]).row(0) == (0, 3507, None, 3507, 3507, "national")
    assert priced([line(units=2.0, **ONLY_NATIONAL_RATE)]).row(0) == (0, 3507, None, None, 7014, "national")
    assert priced([line(**ONLY_NATIONAL_RATE | ALABAMA_2024)]).row(0) == (0, None, None, None, None, None)


def test_unknown_practice_expense_leaves_the_whole_ranking_open() -> None:
    lines = [line(0), line(1, **ONLY_NATIONAL_RATE), line(2, mult_proc=False), line(3, pool_key=2)]
    assert allowed(lines) == [None, None, 3662, 3662]


def test_codes_outside_the_reduction_never_take_the_first_place() -> None:
    lines = [line(0, (1.00, 2.20, 0.06), mult_proc=False, units=2.0), line(1, units=2.0)]
    assert priced(lines)["unit_reduced_cents"].to_list() == [10852, 2580]
    assert allowed(lines) == [21704, 6242]


def test_payer_without_the_reduction_pays_every_unit_in_full() -> None:
    result = priced([line(units=3.0, mppr_applies=False, mppr_pe_reduction=None)]).row(0)
    assert result == (0, 3662, 3662, 10986, 10986, "national")


@pytest.mark.parametrize("change", [{"mppr_applies": None}, {"mult_proc": None}, {"mppr_pe_reduction": None}])
def test_unknown_reduction(change: dict[str, Any]) -> None:
    assert priced([line(units=2.0, **change)]).row(0) == (0, 3662, None, None, 7324, "national")
    assert allowed([line(**change)]) == [3662]


def test_the_line_that_keeps_its_practice_expense_is_named() -> None:
    assert keeps_practice_expense(day(_97110=2, _97161=1)) == [False, True]
    assert keeps_practice_expense([line(mult_proc=False), line(1, **ONLY_NATIONAL_RATE)]) == [None, None]


def test_only_always_therapy_codes_are_reduced() -> None:
    # a brace or a new monitoring code: no fee schedule row says whether it is reduced, its place on the list does
    other = line(1, (0.62, 0.86, 0.04), mult_proc=None, always_therapy=False, units=2.0)
    assert allowed([line(), other]) == [3662, 10120]
    assert allowed([line(), other | {"mult_proc": True}]) == [3662, 10120]
    assert allowed([line(), other | {"always_therapy": None}]) == [None, None]


@pytest.mark.parametrize("status", ["B", "I", "N"])
def test_what_medicare_does_not_pay_is_allowed_nothing(status: str) -> None:
    bundled = line(0, (0.06, 0.12, 0.01), fee_status=status, mult_proc=False)
    assert priced([bundled]).row(0) == (0, 0, 0, 0, 0, "national")
    # it takes no place in the ranking either, even if so marked
    assert allowed([bundled | {"mult_proc": True, "pe_rvu": 9.0}, line(1)]) == [0, 3662]


@pytest.mark.parametrize("status", ["C", "X", None])
def test_no_amount_where_the_schedule_sets_none(status: str | None) -> None:
    assert priced([line(fee_status=status)]).row(0) == (0, None, None, None, None, None)


def test_no_relative_values_are_not_a_price_of_zero() -> None:
    assert priced([line(rvu=(0.0, 0.0, 0.0))]).row(0) == (0, None, None, None, None, None)


@pytest.mark.parametrize("basis", ["contract", None])
def test_payer_not_paying_by_the_schedule_has_no_price(basis: str | None) -> None:
    assert priced([line(fee_basis=basis)]).row(0) == (0, None, None, None, None, None)


@pytest.mark.parametrize("units", [None, 0.0, -1.0, 1.5, 1e300, float("inf"), float("nan")])
def test_unusable_units(units: float | None) -> None:
    assert priced([line(units=units)]).row(0) == (0, 3662, 2580, None, None, "national")
    # the line might be the first of its day, so the other one's place is not known either
    assert allowed([line(0, units=units), line(1, RVU_2024["97110"])]) == [None, None]
    # a line that could not be first leaves the others alone
    assert allowed([line(0), line(1, RVU_2024["97110"], units=units)]) == [3662, None]


def test_a_billion_units_do_not_overflow() -> None:
    assert allowed([line(units=1e9)]) == [2580 * 10**9 + 3662 - 2580]


def test_lines_without_a_day_have_no_place_in_a_pool() -> None:
    assert allowed([line(pool_key=None), line(1, pool_key=None, mult_proc=False)]) == [None, 3662]


def test_a_line_without_a_day_is_in_nobodys_pool() -> None:
    assert allowed([line(0, pool_key=None, pe_rvu=None), line(1)]) == [None, 3662]


def test_order_of_lines_changes_neither_prices_nor_order_of_rows() -> None:
    lines = day(_97530=2, _97110=1, _97116=3, _97161=1)
    assert priced(lines[::-1]).rows() == priced(lines).rows()[::-1]
    assert priced(lines[::-1])["row"].to_list() == [3, 2, 1, 0]


def test_no_lines() -> None:
    assert priced([]).schema == {
        "row": pl.Int64,
        "unit_full_cents": pl.Int64,
        "unit_reduced_cents": pl.Int64,
        "allowed_cents": pl.Int64,
        "upper_cents": pl.Int64,
        "price_basis": pl.String,
    }


def decimals(places: int, most: int) -> st.SearchStrategy[float]:
    return st.integers(0, most * 10**places).map(lambda n: n / 10**places)


def sometimes_unknown(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(values, values, values, st.none())


LINES = st.lists(
    st.fixed_dictionaries(
        {
            "pool_key": sometimes_unknown(st.integers(1, 2)),
            "units": sometimes_unknown(st.sampled_from([1.0, 1.0, 2.0, 5.0, 0.0, 1.5])),
            "fee_status": st.sampled_from(["A", "A", "A", "R", "T", "B", "C", None]),
            "work_rvu": sometimes_unknown(decimals(2, 4)),
            "pe_rvu": sometimes_unknown(st.one_of(decimals(2, 15), st.sampled_from([0.0, 0.65]))),
            "mp_rvu": sometimes_unknown(decimals(2, 1)),
            "national_fee_cents": st.one_of(st.none(), st.integers(1, 30000)),
            "mult_proc": st.sampled_from([True, True, True, False, None]),
            "always_therapy": st.sampled_from([True, True, False, None]),
            "conversion_factor": st.one_of(decimals(4, 40), st.just(MARCH_2024), st.none()),
            "gpci_work": st.one_of(decimals(3, 3), st.none()),
            "gpci_pe": st.one_of(decimals(3, 3), st.none()),
            "gpci_mp": st.one_of(decimals(3, 3), st.none()),
            "localized": st.sampled_from([True, False, False, None]),
            "fee_basis": st.sampled_from(["medicare_fee_schedule"] * 3 + ["contract", None]),
            "mppr_applies": st.sampled_from([True, True, True, False, None]),
            "mppr_pe_reduction": st.sampled_from([0.5, 0.5, 0.2, 0.25, 0.0, None]),
        }
    ),
    max_size=5,
)
KNOWN_LINES = st.lists(
    st.builds(
        lambda rvu, units, pool, **changes: line(rvu=rvu, units=float(units), pool_key=pool, **changes),
        st.tuples(decimals(2, 4), st.one_of(decimals(2, 15), st.sampled_from([0.65, 0.42])), decimals(2, 1)),
        st.integers(1, 6),
        st.integers(1, 3),
        mult_proc=st.booleans(),
        conversion_factor=st.sampled_from([MARCH_2024, 32.7442, 32.3465, 36.0896]),
        gpci_work=decimals(3, 2),
        gpci_pe=decimals(3, 2),
        gpci_mp=decimals(3, 3),
        mppr_pe_reduction=st.sampled_from([0.5, 0.2, 0.25]),
    ),
    min_size=1,
    max_size=7,
)


def agrees_with_the_oracle(lines: list[dict[str, Any]]) -> None:
    numbered = [one | {"row": row} for row, one in enumerate(lines)]
    expected = price_day(numbered)
    for row, full, further, amount, upper, basis in priced(numbered).rows():
        one = expected[row]
        assert (full, further, amount, upper, basis) == (one.full, one.further, one.allowed, one.upper, one.basis)


@settings(max_examples=times(150), deadline=None)
@given(LINES)
def test_agrees_with_the_oracle_whatever_is_unknown(lines: list[dict[str, Any]]) -> None:
    agrees_with_the_oracle(lines)


@settings(max_examples=times(150), deadline=None)
@given(KNOWN_LINES)
def test_agrees_with_the_oracle_to_the_cent(lines: list[dict[str, Any]]) -> None:
    agrees_with_the_oracle(lines)
