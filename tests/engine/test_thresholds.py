"""The yearly thresholds: published amounts and examples, what is not known, and agreement with the oracle."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.claims.episodes import PAYMENTS_ELSEWHERE
from cleanclaim.codes import params
from cleanclaim.engine.price import price
from cleanclaim.engine.thresholds import ATTESTS, Thresholds, thresholds
from tests.effort import times
from tests.engine.test_price import SCHEMA as PRICE_SCHEMA
from tests.engine.test_price import day as priced_day
from tests.oracles.thresholds import accrue

SCHEMA = {
    "row": pl.Int64,
    "patient_id": pl.String,
    "dos": pl.Date,
    "discipline": pl.String,
    "kx_applies": pl.Boolean,
    "always_therapy": pl.Boolean,
    "discipline_modifiers": pl.Int64,
    "has_kx": pl.Boolean,
    "has_ga": pl.Boolean,
    "sent_for_denial": pl.Boolean,
    "charge_cents": pl.Int64,
    "allowed_given_cents": pl.Int64,
    "accrues_cents": pl.Int64,
    "upper_cents": pl.Int64,
    "price_basis": pl.String,
}
# from: 42 USC 1395l(g), the amounts of each year as CMS published them, in dollars
LIMITS = {2018: 2010, 2019: 2040, 2020: 2080, 2021: 2110, 2022: 2150, 2023: 2230, 2024: 2330, 2025: 2410, 2026: 2480}


def line(row: int = 0, allowed: int | None = 3600, **changes: Any) -> dict[str, Any]:
    usual = {
        **dict.fromkeys(SCHEMA),
        "row": row,
        "patient_id": "1",
        "dos": date(2026, 3, 4),
        "discipline": "GP",
        "kx_applies": True,
        "always_therapy": True,
        "discipline_modifiers": 1,
        "has_kx": False,
        "has_ga": False,
        "sent_for_denial": False,
        "accrues_cents": allowed,
        "price_basis": "expected",
    }
    return usual | changes


def before(cents: int, bucket: str = "pt_slp", **changes: Any) -> dict[str, Any]:
    """An amount of another provider in 2026."""
    usual = {"patient_id": "1", "year": 2026, "bucket": bucket, "allowed_cents": cents, "through": date(2026, 2, 28)}
    return {**usual, "source": "portal", **changes}


def used(lines: list[dict[str, Any]], *elsewhere: dict[str, Any], **more: Any) -> Thresholds:
    amounts = PAYMENTS_ELSEWHERE.conform(pl.DataFrame(list(elsewhere))) if elsewhere else None
    return thresholds(pl.DataFrame(lines, schema=SCHEMA), amounts, **more)


def only(found: Thresholds, *columns: str) -> tuple[Any, ...]:
    return found.summary.select(columns).row(0)


@pytest.mark.parametrize(("year", "dollars"), LIMITS.items())
def test_the_amounts_of_a_year(year: int, dollars: int) -> None:
    day = date(year, 7, 1)
    for bucket in ("pt_slp", "ot"):
        assert params.value(f"kx_threshold_{bucket}_cents", day) == dollars * 100
    assert params.value("targeted_review_cents", day) == 300_000


# from: ch. 5, sec. 10.3: KX once the amount is, or would be, exceeded
@pytest.mark.parametrize(
    ("so_far", "cents", "needed"),
    [(247_000, 3600, 1), (240_000, 3600, 0), (248_000, 1, 1), (247_999, 1, 0), (244_400, 3600, 0), (244_400, 3601, 1)],
)
def test_kx_from_the_first_cent_above(so_far: int, cents: int, needed: int) -> None:
    found = used([line(allowed=cents)], before(so_far))
    assert only(found, "kx_needed", "kx_missing", "crossing_row") == (needed, needed, 0 if needed else None)


# from: an example for 2025 of physical therapy and speech-language pathology in one amount, 1,800 and 700 dollars
def test_physical_and_speech_therapy_share_an_amount_and_occupational_has_its_own() -> None:
    shared = {"dos": date(2025, 9, 1)}
    amounts = [before(180_000, year=2025, through=None), before(70_000, year=2025, through=None)]
    own = before(30_000, "ot", year=2025, through=None)
    physical, occupational = line(0, **shared), line(1, discipline="GO", **shared)
    speech = line(2, discipline="GN", has_kx=True, **shared)
    found = used([physical, occupational, speech], *amounts, own).summary.sort("bucket", descending=True)
    columns = ("bucket", "used_cents", "left_cents", "state", "crossing_row", "kx_from_row", "kx_needed", "kx_missing")
    assert found.select(columns).rows() == [
        ("pt_slp", 257_200, 0, "above", None, 0, 2, 1),
        ("ot", 33_600, 207_400, "below", None, None, 0, 0),
    ]
    assert found["crossing_from"].to_list() == ["elsewhere", None]


def test_what_counts_is_the_reduced_amount() -> None:
    cents = price(pl.DataFrame(priced_day(_97530=2), schema=PRICE_SCHEMA))["allowed_cents"].item()
    assert only(used([line(allowed=cents, dos=date(2024, 7, 15))]), "used_cents") == (6242,)


def test_review_amount() -> None:
    found = used([line(0), line(1), line(2)], before(295_000))
    assert only(found, "review_state", "review_row", "review_cents") == ("above", 1, 300_000)
    assert only(used([line(0)], before(296_400)), "review_state", "review_row") == ("below", None)


def test_lines_sent_to_be_denied_take_no_kx_and_add_nothing() -> None:
    lines = [line(0, has_ga=True), line(1, sent_for_denial=True), line(2)]
    found = used(lines, before(247_000))
    assert only(found, "used_cents", "crossing_row", "kx_needed") == (250_600, 2, 1)


def test_kx_below_the_threshold_is_counted() -> None:
    found = used([line(0, has_kx=True), line(1, has_kx=True)], before(244_000))
    assert only(found, "kx_early", "kx_needed", "kx_missing") == (1, 1, 0)


def test_an_answer_goes_before_a_stated_amount_and_that_before_an_expectation() -> None:
    lines = [line(0, allowed_given_cents=3000), line(1, allowed_given_cents=3000), line(2)]
    answers = pl.DataFrame(
        {"row": [1, None], "allowed_cents": [0, 99]}, schema={"row": pl.Int64, "allowed_cents": pl.Int64}
    )
    found = used(lines, outcomes=answers)
    assert only(found, "used_cents") == (6600,)
    assert found.accruals["amount_from"].to_list() == ["stated", "remittance", "expected"]


def test_lines_without_an_amount_leave_the_year_open_and_bounded() -> None:
    unknown = line(0, None, upper_cents=7014, charge_cents=12_000)
    found = used([unknown, line(1)], before(240_000))
    columns = ("used_low_cents", "used_high_cents", "used_cents", "left_cents", "state", "unknown_lines")
    assert only(found, *columns) == (243_600, 250_614, None, None, "not_known", 1)
    assert only(used([unknown, line(1)], before(237_000)), "state", "crossing_row") == ("below", None)
    assert only(used([unknown, line(1)], before(246_000)), "state", "crossing_row") == ("above", 1)
    boundless = line(0, None)
    assert only(used([boundless]), "used_low_cents", "used_high_cents", "state") == (0, None, "not_known")


def test_years_patients_and_payers_are_apart() -> None:
    lines = [
        line(0),
        line(1, patient_id="2"),
        line(2, dos=date(2025, 12, 31)),
        line(3, kx_applies=False),
        line(4, kx_applies=None),
        line(5, always_therapy=False, discipline_modifiers=0),
        line(6, patient_id=None),
        line(7, discipline=None),
    ]
    found = used(lines)
    assert found.summary.select("patient_id", "year", "used_cents").rows() == [
        ("1", 2025, 3600),
        ("1", 2026, 3600),
        ("2", 2026, 3600),
    ]
    assert found.not_counted == {"without_patient": 1, "without_discipline": 1}
    assert used(lines, year=2025).summary["year"].to_list() == [2025]


def test_a_year_whose_amounts_are_not_published_is_not_known() -> None:
    found = used([line(dos=date(2027, 3, 4))])
    assert only(found, "threshold_cents", "left_cents", "state", "used_cents") == (None, None, "not_known", 3600)


def test_no_lines() -> None:
    found = used([])
    assert (found.summary.height, found.accruals.height) == (0, 0)


def test_the_attestation_is_said() -> None:
    assert "never adds it" in ATTESTS


DAYS = st.sampled_from([date(2025, 11, 3), date(2026, 1, 5), date(2026, 1, 5), date(2026, 6, 1)])
CENTS = st.sampled_from([3000, 90_000, 241_000, 248_000, 60_000])
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "patient_id": st.sampled_from(["1", "1", "2", None]),
            "dos": DAYS,
            "discipline": st.sampled_from(["GP", "GN", "GO", None]),
            "kx_applies": st.sampled_from([True, True, True, False]),
            "always_therapy": st.sampled_from([True, False]),
            "discipline_modifiers": st.sampled_from([0, 1]),
            "has_kx": st.booleans(),
            "has_ga": st.sampled_from([False, False, False, True]),
            "sent_for_denial": st.sampled_from([False, False, False, True]),
            "charge_cents": st.one_of(st.none(), CENTS),
            "allowed_given_cents": st.one_of(st.none(), st.none(), CENTS),
            "accrues_cents": st.one_of(st.none(), CENTS, CENTS),
            "upper_cents": st.one_of(st.none(), CENTS),
        }
    ),
    max_size=8,
)
ELSEWHERE = st.lists(
    st.builds(
        lambda patient, bucket, cents, through: (
            before(cents, bucket, patient_id=patient, through=through, year=None)
            if through
            else before(cents, bucket, patient_id=patient, through=None)
        ),
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from(["pt_slp", "ot"]),
        CENTS,
        st.one_of(st.none(), DAYS),
    ),
    max_size=3,
)
ANSWERS = st.dictionaries(st.integers(0, 7), CENTS, max_size=3)


@settings(max_examples=times(150), deadline=None)
@given(LINES, ELSEWHERE, ANSWERS)
def test_agrees_with_the_oracle(
    drawn: list[dict[str, Any]], elsewhere: list[dict[str, Any]], answers: dict[int, int]
) -> None:
    lines = [line(row) | one for row, one in enumerate(drawn)]
    limits = {
        year: {"pt_slp": LIMITS[year] * 100, "ot": LIMITS[year] * 100, "review": 300_000} for year in (2025, 2026)
    }
    expected = accrue(lines, elsewhere, answers, limits)
    told = pl.DataFrame(
        {"row": [*answers], "allowed_cents": [*answers.values()]}, schema={"row": pl.Int64, "allowed_cents": pl.Int64}
    )
    found = used(lines, *elsewhere, outcomes=told).summary
    got = {(row["patient_id"], row["year"], row["bucket"]): row for row in found.to_dicts()}
    assert set(got) == set(expected)
    states = {True: "above", False: "below", None: "not_known"}
    for key, one in expected.items():
        row = got[key]
        own = {"crossing_row": one.crossing, "review_row": one.review}
        assert {name: row[name] for name in own} == {
            name: None if found == "elsewhere" else found for name, found in own.items()
        }
        assert (row["crossing_day"] is None) == (one.crossing is None)
        assert (row["used_low_cents"], row["used_high_cents"], row["state"]) == (one.low, one.high, states[one.above])
        assert (row["kx_needed"], row["kx_missing"], row["kx_early"]) == (len(one.needed), len(one.missing), one.early)
        assert (row["kx_from_row"], row["first_missing_row"]) == (
            one.needed[0] if one.needed else None,
            one.missing[0] if one.missing else None,
        )
