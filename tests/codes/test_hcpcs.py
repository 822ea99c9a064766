"""The therapy catalogue, and the facts about a code on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from cleanclaim.codes import hcpcs, tables


def on(code: str, day: date) -> dict[str, Any]:
    """The row of one code on one day."""
    period = hcpcs.periods().number(pl.Series([day])).item()
    return hcpcs.code_periods().row(by_predicate=(pl.col("code") == code) & (pl.col("period") == period), named=True)


def test_the_columns() -> None:
    schema = hcpcs.code_periods().schema
    booleans = (
        "known_code timed untimed pooled is_addon always_therapy sometimes_therapy is_evaluation code_valid mult_proc"
    )
    texts = "code label group unit_kind family base_codes required_discipline replaced_by fee_status fee_age"
    numbers = "minutes_per_unit national_fee_cents"
    tables_ = ("practitioner", "hospital", "medicaid")
    expected = dict.fromkeys(booleans.split(" "), pl.Boolean()) | dict.fromkeys(texts.split(" "), pl.String())
    expected |= dict.fromkeys(numbers.split(" "), pl.Int64()) | dict.fromkeys(
        ("work_rvu", "pe_rvu", "mp_rvu"), pl.Float64()
    )
    expected |= {f"mue_{fact}_{name}": pl.Int64() for fact in ("units", "mai") for name in tables_}
    expected |= {f"mue_age_{name}": pl.String() for name in tables_}
    expected |= {"code_first_day": pl.Date(), "code_last_day": pl.Date(), "period": pl.UInt32()}
    assert dict(schema) == expected


def test_one_row_per_code_and_period() -> None:
    rows = hcpcs.code_periods()
    assert rows.height == rows["code"].n_unique() * len(hcpcs.periods().starts)
    assert not rows.select("code", "period").is_duplicated().any()


def test_the_pool_of_fifteen_minute_units_is_a_list() -> None:
    pooled = hcpcs.catalogue().filter("pooled")["code"].to_list()
    assert pooled == [
        *["90912", "90913", "97032", "97033", "97034", "97035", "97036", "97110", "97112", "97113", "97116", "97124"],
        *["97129", "97130", "97140", "97530", "97532", "97533", "97535", "97537", "97542", "97750", "97755", "97760"],
        *["97761", "97762", "97763", "G0515"],
    ]


def test_timed_codes_outside_the_pool_have_their_own_lengths() -> None:
    rows = hcpcs.catalogue().filter(pl.col("timed") & ~pl.col("pooled")).select("code", "minutes_per_unit")
    first = {"92605": 60, "92607": 60, "92608": 30, "92618": 30, "96105": 60, "96112": 60, "96113": 30, "96125": 60}
    second = {"97545": 120, "97546": 60, "97550": 30, "97551": 15, "G0541": 30, "G0542": 15}
    assert dict(rows.rows()) == first | second


def test_codes_without_minutes_are_neither_timed_nor_pooled() -> None:
    kinds = {
        "97039": "unlisted",
        "97139": "unlisted",
        "97799": "unlisted",
        "98975": "episode",
        "98977": "period_30_days",
    }
    kinds |= {"98980": "month", "98981": "month", "98966": "band", "97597": "area", "97598": "area_addon"}
    rows = hcpcs.catalogue().filter(pl.col("code").is_in(list(kinds)))
    assert dict(rows.select("code", "unit_kind").rows()) == kinds
    assert rows.select("timed", "untimed", "pooled").unique().rows() == [(False, False, False)]


def test_addons_and_their_bases() -> None:
    rows = hcpcs.catalogue().filter("is_addon").select("code", "base_codes")
    first = {"90913": "90912", "92608": "92607", "92618": "92605", "96113": "96112", "97130": "97129", "97546": "97545"}
    second = {"97551": "97550", "97598": "97597", "98981": "98980", "G0542": "G0541"}
    assert dict(rows.rows()) == first | second
    assert (
        rows.join(hcpcs.catalogue().select("code", "family"), on="code")
        .filter(pl.col("family") != pl.col("base_codes"))
        .is_empty()
    )


@pytest.mark.parametrize("code", ["97007", "97008", "97009"])
def test_scalp_cooling_is_not_therapy_though_its_number_lies_among_therapy_codes(code: str) -> None:
    row = on(code, date(2026, 10, 5))
    facts = ("known_code", "timed", "untimed", "pooled", "is_addon", "always_therapy", "sometimes_therapy")
    assert [row[fact] for fact in facts] == [False] * len(facts)
    assert (row["unit_kind"], row["label"], row["code_valid"], row["mue_age_hospital"]) == (None, None, True, None)
    assert on(code, date(2026, 9, 30))["code_valid"] is None


def test_disciplines_that_a_code_is_tied_to() -> None:
    tied = hcpcs.catalogue().drop_nulls("required_discipline").group_by("required_discipline").agg("code")
    codes = {discipline: sorted(listed) for discipline, listed in tied.rows()}
    assert codes["GP"] == ["97001", "97002", "97161", "97162", "97163", "97164"]
    assert codes["GO"] == ["97003", "97004", "97165", "97166", "97167", "97168"]
    assert codes["GN"] == [
        *["92506", "92507", "92508", "92521", "92522", "92523", "92524", "92597"],
        *["92605", "92606", "92607", "92608", "92609", "92618"],
    ]


def test_places_on_the_therapy_list_that_are_uncertain_are_null() -> None:
    rows = hcpcs.catalogue()
    unsure = rows.filter(pl.col("therapy_list_standing") == "U")
    assert unsure.select("always_therapy", "sometimes_therapy").unique().rows() == [(None, None)]
    sure = rows.filter(pl.col("therapy_list_standing") == "V")
    assert sure["always_therapy"].null_count() + sure["sometimes_therapy"].null_count() == 0
    states = rows.filter(pl.col("code").is_in(["97530", "97597", "97014", "97545"]))
    assert states.select("code", "always_therapy", "sometimes_therapy").rows() == [
        ("97014", False, False),
        ("97530", True, False),
        ("97545", None, None),
        ("97597", False, True),
    ]


@pytest.mark.parametrize(
    ("code", "last", "replaced_by"),
    [
        ("97001", date(2016, 12, 31), "97161 97162 97163"),
        ("97532", date(2017, 12, 31), "97127 G0515"),
        ("97762", date(2017, 12, 31), "97763"),
        ("96111", date(2018, 12, 31), "96112 96113"),
        ("G0515", date(2019, 12, 31), "97129 97130"),
        ("97127", date(2019, 12, 31), "97129 97130"),
        ("90911", date(2019, 12, 31), "90912 90913"),
    ],
)
def test_a_code_is_valid_through_its_last_day(code: str, last: date, replaced_by: str) -> None:
    assert on(code, last)["code_valid"] is True
    after = on(code, last + timedelta(days=1))
    assert (after["code_valid"], after["replaced_by"]) == (False, replaced_by)


@pytest.mark.parametrize(
    ("code", "first"), [("97161", date(2017, 1, 1)), ("97129", date(2020, 1, 1)), ("98979", date(2026, 1, 1))]
)
def test_a_code_is_not_valid_before_its_first_day(code: str, first: date) -> None:
    assert on(code, first - timedelta(days=1))["code_valid"] is False
    assert on(code, first)["code_valid"] is True


@pytest.mark.parametrize(
    ("day", "values", "status", "age"),
    [
        (date(2018, 12, 31), (None, None, None), None, None),
        (
            *(date(2019, 5, 1), (0.44, 0.67, 0.02), None),
            "relative values of the October 2019 release; reduction indicator of January 2020",
        ),
        (date(2020, 5, 1), (0.44, 0.66, 0.02), "A", None),
        (date(2021, 5, 1), (0.44, 0.67, 0.02), "A", None),
        (date(2022, 5, 1), (0.44, 0.64, 0.02), "A", None),
        (date(2023, 5, 1), (0.44, 0.66, 0.01), "A", None),
        (date(2024, 9, 30), (0.44, 0.65, 0.01), "A", None),
        (date(2024, 10, 1), (0.44, 0.65, 0.01), "A", "fee schedule release of July 2024"),
        (
            *(date(2025, 5, 1), (0.44, 0.62, 0.01), "A"),
            "relative values of the October 2025 release; status and indicator of July 2024",
        ),
        (date(2026, 8, 3), (None, None, None), "A", "reduction indicator of July 2024"),
    ],
)
def test_fee_facts_of_97530(day: date, values: tuple[float | None, ...], status: str | None, age: str | None) -> None:
    row = on("97530", day)
    assert (row["work_rvu"], row["pe_rvu"], row["mp_rvu"]) == values
    assert (row["fee_status"], row["fee_age"]) == (status, age)
    assert row["national_fee_cents"] == (3507 if day.year == 2026 else None)
    assert row["mult_proc"] is (True if day.year > 2018 else None)


def test_only_nineteen_codes_have_a_national_rate_of_2026() -> None:
    priced = hcpcs.code_periods().filter(pl.col("national_fee_cents").is_not_null())
    assert priced["code"].n_unique() == 19
    assert on("97597", date(2026, 10, 1))["national_fee_cents"] == 10154
    assert on("97535", date(2026, 10, 1))["national_fee_cents"] is None
    assert on("97530", date(2027, 1, 1))["national_fee_cents"] is None


@pytest.mark.parametrize("year", range(2020, 2027))
def test_the_reduction_covers_the_same_51_codes_each_year(year: int) -> None:
    period = hcpcs.periods().number(pl.Series([date(year, 5, 1)])).item()
    reduced = hcpcs.code_periods().filter(pl.col("period") == period, "mult_proc")
    assert reduced.height == 51
    assert reduced["always_therapy"].all()


def test_a_status_that_changed_within_a_year() -> None:
    assert [on("20560", day)["fee_status"] for day in (date(2020, 3, 31), date(2020, 4, 1))] == ["N", "A"]


def test_zero_relative_values_are_no_price() -> None:
    raw = tables.load("fee_schedule").filter(pl.col("code") == "97799", pl.col("release") == "RVU24C")
    assert raw.select("status", "work_rvu", "pe_rvu", "mp_rvu").row(0) == ("C", 0.0, 0.0, 0.0)
    row = on("97799", date(2024, 8, 1))
    assert [row[n] for n in ("fee_status", "work_rvu", "pe_rvu", "mp_rvu")] == ["C", None, None, None]


def test_values_of_services_with_component_rows_are_left_out_where_the_copy_merged_them() -> None:
    assert on("92540", date(2025, 5, 1))["work_rvu"] is None
    assert on("92540", date(2024, 5, 1))["work_rvu"] == 1.5


@pytest.mark.parametrize(
    ("code", "table", "day", "expected"),
    [
        ("97530", "practitioner", date(2024, 6, 30), (6, 3, "table of 2024-07-01")),
        ("97530", "practitioner", date(2024, 7, 1), (6, 3, None)),
        ("97530", "practitioner", date(2024, 10, 1), (6, 3, "table of 2024-07-01")),
        ("97530", "practitioner", date(2026, 4, 1), (6, 3, None)),
        ("97530", "practitioner", date(2027, 1, 1), (6, 3, "table of 2026-10-01")),
        ("97161", "practitioner", date(2026, 4, 1), (1, 2, "table of 2024-07-01")),
        ("97161", "practitioner", date(2026, 8, 1), (1, 2, None)),
        ("97010", "practitioner", date(2024, 8, 1), (0, 3, None)),
        ("97010", "hospital", date(2024, 8, 1), (1, 3, None)),
        ("97150", "hospital", date(2026, 10, 1), (2, 3, None)),
        ("97010", "medicaid", date(2026, 1, 1), (1, None, None)),
        ("97010", "medicaid", date(2026, 4, 1), (1, None, "table of 2026-01-01")),
        ("98979", "practitioner", date(2026, 8, 1), (None, None, None)),
        ("98979", "hospital", date(2026, 8, 1), (1, 2, "table of 2026-10-01")),
        ("95992", "practitioner", date(2024, 8, 1), (1, 2, None)),
    ],
)
def test_unit_maximums_by_day(code: str, table: str, day: date, expected: tuple[int, int | None, str | None]) -> None:
    row = on(code, day)
    assert (row[f"mue_units_{table}"], row[f"mue_mai_{table}"], row[f"mue_age_{table}"]) == expected


def test_a_code_outside_the_catalogue_is_valid_while_a_table_of_the_day_lists_it() -> None:
    days = (date(2019, 5, 1), date(2024, 8, 1), date(2025, 5, 1))
    assert [on("99213", day)["code_valid"] for day in days] == [None, True, None]


def test_labels_are_short_and_in_american_english() -> None:
    rows = hcpcs.catalogue()
    assert rows["label"].null_count() == 0
    assert rows.filter(pl.col("label").str.len_chars() > 72).is_empty()
    text = " ".join([*rows["label"], *rows["note"].drop_nulls()]).lower()
    assert [word for word in ("isation", "behaviour", "programme", "same,", "`", "[") if word in text] == []
