"""The yearly amounts above which a therapy line bears KX, and what becomes of a line that does not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cleanclaim.codes import params
from cleanclaim.rules import all_rules

# from: CMS, annual update of the per-beneficiary therapy amounts (42 USC 1395l(g)), in dollars
AMOUNTS = {2018: 2010, 2019: 2040, 2020: 2080, 2021: 2110, 2022: 2150, 2023: 2230, 2024: 2330, 2025: 2410, 2026: 2480}
# from: the increases in the Medicare Economic Index behind the amounts of 2023 to 2026
INDEX = {2023: "1.038", 2024: "1.046", 2025: "1.035", 2026: "1.027"}
BUCKETS = ("kx_threshold_pt_slp_cents", "kx_threshold_ot_cents")


@pytest.mark.parametrize("bucket", BUCKETS)
@pytest.mark.parametrize(("year", "dollars"), AMOUNTS.items())
def test_each_year_has_one_amount_from_its_first_to_its_last_day(bucket: str, year: int, dollars: int) -> None:
    assert [params.value(bucket, day) for day in (date(year, 1, 1), date(year, 12, 31))] == [dollars * 100] * 2


@pytest.mark.parametrize(("year", "growth"), INDEX.items())
def test_an_amount_is_the_last_one_indexed_to_the_nearest_ten_dollars(year: int, growth: str) -> None:
    # from: 42 USC 1395l(g)(2)(B)
    indexed = AMOUNTS[year - 1] * Decimal(growth)
    assert int((indexed / 10).to_integral_value()) * 10 == AMOUNTS[year]


@pytest.mark.parametrize("bucket", BUCKETS)
@pytest.mark.parametrize("day", [date(2017, 12, 31), date(2027, 1, 1)])
def test_a_year_without_a_published_amount_has_none(bucket: str, day: date) -> None:
    assert params.value(bucket, day) is None


@pytest.mark.parametrize(
    ("day", "cents"),
    [(date(2018, 1, 1), 300_000), (date(2026, 3, 4), 300_000), (date(2027, 12, 31), 300_000), (date(2028, 1, 1), None)],
)
def test_the_amount_of_targeted_review_is_fixed_until_it_is_indexed_from_2028(day: date, cents: int | None) -> None:
    # from: 42 USC 1395l(g)(7)(B)
    assert params.value("targeted_review_cents", day) == cents


def test_a_line_above_the_amount_without_kx_is_denied_as_over_the_benefit_maximum() -> None:
    # from: Noridian Medicare, therapy threshold guidance
    assert next(rule.denial for rule in all_rules() if rule.id == "D202") == ("119",)
