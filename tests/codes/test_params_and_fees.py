"""Parameters by date, and geographic indices."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from cleanclaim.codes import fees, params
from cleanclaim.errors import InputError

KX = {2018: 2010, 2019: 2040, 2020: 2080, 2021: 2110, 2022: 2150, 2023: 2230, 2024: 2330, 2025: 2410, 2026: 2480}


@pytest.mark.parametrize(("year", "dollars"), KX.items())
def test_thresholds_of_a_year(year: int, dollars: int) -> None:
    for day in (date(year, 1, 1), date(year, 12, 31)):
        assert params.value("kx_threshold_pt_slp_cents", day) == dollars * 100
        assert params.value("kx_threshold_ot_cents", day) == dollars * 100
        assert params.value("targeted_review_cents", day) == 300_000


@pytest.mark.parametrize(
    ("name", "day", "expected"),
    [
        ("kx_threshold_ot_cents", date(2017, 12, 31), None),
        ("kx_threshold_ot_cents", date(2027, 1, 1), None),
        ("targeted_review_cents", date(2028, 1, 1), None),
        ("conversion_factor", date(2024, 3, 8), 32.7442),
        ("conversion_factor", date(2024, 3, 9), 33.2875),
        ("conversion_factor", date(2026, 1, 1), 33.4009),
        ("conversion_factor_qp", date(2026, 1, 1), 33.5675),
        ("conversion_factor", date(2027, 1, 1), None),
        ("mppr_pe_reduction", date(2013, 3, 31), None),
        ("mppr_pe_reduction", date(2013, 4, 1), 0.5),
        ("sequestration", date(2020, 5, 1), 0.0),
        ("sequestration", date(2022, 6, 30), 0.01),
        ("sequestration", date(2022, 7, 1), 0.02),
        ("assistant_modifier_in_force", date(2019, 12, 31), False),
        ("assistant_modifier_in_force", date(2020, 1, 1), True),
        ("assistant_midpoint_test", date(2021, 12, 31), False),
        ("assistant_midpoint_test", date(2022, 1, 1), True),
        ("assistant_share", date(2021, 12, 31), 1.0),
        ("assistant_share", date(2022, 1, 1), 0.85),
        ("assistant_de_minimis_share", date(2019, 12, 31), None),
        ("assistant_de_minimis_share", date(2020, 1, 1), 0.1),
        ("either_column_in_force", date(2019, 6, 30), False),
        ("either_column_in_force", date(2019, 7, 1), True),
        ("discipline_modifier_returned", date(2017, 12, 31), False),
        ("functional_reporting", date(2018, 12, 31), True),
        ("functional_reporting", date(2019, 1, 1), False),
        ("therapist_telehealth", date(2028, 1, 1), False),
        ("part_b_deductible_cents", date(2026, 6, 1), 28_300),
    ],
)
def test_a_parameter_on_a_day(name: str, day: date, expected: float | bool | None) -> None:
    found = params.value(name, day)
    assert found == expected
    assert type(found) is type(expected)


def test_types_by_period() -> None:
    frame = params.by_period()
    assert frame["period"].to_list() == list(range(len(params.periods().starts)))
    for name, dtype in frame.drop("period").schema.items():
        assert dtype in ((pl.Int64,) if name.endswith("_cents") else (pl.Float64, pl.Boolean))


def test_an_unknown_parameter_is_a_bad_call() -> None:
    for name in ("kx", "period"):
        with pytest.raises(InputError, match="is not a parameter"):
            params.value(name, date(2026, 1, 1))


def test_indices_of_a_locality_by_year() -> None:
    cut, indices = fees.gpci_periods()
    days = pl.Series([date(2019, 6, 1), date(2020, 6, 1), date(2024, 6, 1), date(2025, 6, 1), date(2026, 6, 1)])
    place = pl.DataFrame({"mac": "10112", "locality": "00", "period": cut.number(days)})
    found = place.join(indices, on=["mac", "locality", "period"], how="left", maintain_order="left")
    assert found.select("gpci_work", "gpci_pe", "gpci_mp").rows() == [
        (None, None, None),
        (1.0, 0.889, 0.707),
        (1.0, 0.869, 0.575),
        (None, None, None),
        (1.0, 0.875, 0.566),
    ]


@pytest.mark.parametrize(("year", "count"), [(2019, 0), (2020, 112), (2023, 112), (2024, 109), (2025, 0), (2026, 109)])
def test_localities_in_hand(year: int, count: int) -> None:
    found = fees.localities(date(year, 3, 4))
    assert found.height == count
    assert not found.select("mac", "locality").is_duplicated().any()
    assert found.filter(
        ~pl.col("mac").str.contains(r"^\d{5}$") | ~pl.col("locality").str.contains(r"^\d{2}$")
    ).is_empty()
