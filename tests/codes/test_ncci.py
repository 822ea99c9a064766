"""Procedure pairs by table and date, from CMS's tables of 2024-07-01 and what is in hand of 2026-10-01."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.codes import hcpcs, ncci, tables
from cleanclaim.errors import InputError, UnknownCode

JULY = date(2024, 7, 15)
PAIRS = [("97150", "97530"), ("97530", "97750"), ("97530", "97116"), ("97161", "97763"), ("97153", "97530")]


@pytest.mark.parametrize("setting", ncci.TABLES)
def test_the_whole_answer_for_one_pair(setting: str) -> None:
    assert ncci.pairs("97530", "97150", JULY, setting) == {
        "edits": [
            {
                "column_one": "97150",
                "column_two": "97530",
                "indicator": 1,
                "effective": None,
                "deleted": None,
                "in_force": True,
                "source": f"Medicare NCCI procedure pairs, {setting} table of 2024-07-01",
            }
        ],
        "denied_without_modifier": "97530",
        "bypass": ["59", "XE", "XP", "XS", "XU"],
        "note": None,
    }


@pytest.mark.parametrize(
    ("one", "two", "day", "state"),
    [
        ("97530", "97116", date(2020, 10, 1), False),
        ("97530", "97161", date(2020, 1, 1), False),
        ("97530", "97750", date(2019, 6, 3), None),
        ("97530", "97750", date(2020, 9, 30), None),
        ("97530", "97750", date(2020, 10, 1), True),
        ("97530", "97535", date(2021, 12, 31), True),
        ("97530", "97535", date(2022, 1, 1), False),
        ("97530", "97537", date(2024, 6, 30), None),
        ("97530", "97537", date(2024, 7, 1), True),
        ("97530", "97537", date(2026, 11, 1), True),
    ],
)
def test_a_day_in_the_history_of_a_pair(one: str, two: str, day: date, state: bool | None) -> None:
    rows = ncci.edits_among([one, two]).filter(pl.col("table") == "practitioner")
    states = rows.select(state=ncci.in_force(pl.lit(day)))["state"].to_list()
    strongest = True if True in states else None if None in states else False
    assert strongest is state


def test_effective_is_what_is_published_and_nothing_else() -> None:
    answer = ncci.pairs("97530", "97750", date(2026, 3, 4), "practitioner")
    assert [(e["effective"], e["deleted"], e["in_force"]) for e in answer["edits"]] == [
        (None, None, True),
        (None, "2019-12-31", False),
    ]
    published = tables.load("ncci_pairs").filter(pl.col("effective").is_not_null())
    assert published.group_by("table").len().rows() == [("practitioner", 247)]


def test_at_most_one_row_of_a_pair_can_be_in_force_on_a_day() -> None:
    """Over every row, in either direction: where one may still be in force, the next cannot have begun."""
    rows = tables.load("ncci_pairs").with_columns(pl.col("table", "column_one", "column_two").cast(pl.String))
    pair = ["table", "a", "b"]
    ordered = (
        rows.filter(pl.col("indicator") != ncci.VOID)
        .with_columns(
            a=pl.min_horizontal("column_one", "column_two"),
            b=pl.max_horizontal("column_one", "column_two"),
            starts=pl.col("starts").fill_null(date(1, 1, 1)),
            ends=pl.col("deleted").fill_null(date.max),
        )
        .sort(*pair, "ends")
    )
    overlapping = ordered.filter(pl.col("starts") <= pl.col("ends").shift().over(pair))
    assert ordered.height == 217_820 - 15_124 - 1_768
    assert overlapping.height == 0


def test_a_row_is_never_known_before_it_can_have_begun_nor_after_it_ended() -> None:
    rows = tables.load("ncci_pairs").filter(pl.col("indicator") != ncci.VOID)
    assert rows["known_from"].null_count() == 0
    assert rows.filter(pl.col("known_from") < pl.col("starts")).height == 0
    assert rows.filter(pl.col("known_from") > pl.col("deleted")).height == 0


def test_rows_of_the_later_release_are_added_from_its_first_day() -> None:
    added = ncci.edits_among(["97530", "64466"]).filter(pl.col("table") == "hospital")
    assert added.select("column_one", "effective", "known_from", "release").row(0) == (
        "97530",
        None,
        date(2026, 10, 1),
        date(2026, 10, 1),
    )
    days = [date(2026, 9, 30), date(2026, 10, 1)]
    assert [added.select(ncci.in_force(pl.lit(day))).item() for day in days] == [None, True]


def test_the_age_of_the_table_is_said_where_no_release_in_hand_has_the_row() -> None:
    rows = ncci.edits_among(["97150", "97530"]).sort("table")
    on = {day: rows.select(age=ncci.table_age(pl.lit(day)))["age"].to_list() for day in (JULY, date(2026, 11, 1))}
    assert rows["table"].to_list() == ["hospital", "practitioner"]
    assert on[JULY] == [None, None]
    assert on[date(2026, 11, 1)] == [
        None,
        "pair table of 2024-07-01; agrees with all 247 rows of 2026-10-01 that could be compared",
    ]


def test_a_start_that_is_inferred_is_said() -> None:
    answer = ncci.pairs("97530", "97750", date(2022, 5, 2), "hospital")
    assert answer["denied_without_modifier"] == "97750"
    assert answer["note"] == "first day of the pair not published; taken as 2020-10-01"


def test_absence_is_concluded_only_while_the_table_is_complete() -> None:
    last = ncci.complete_through("practitioner")
    assert last == date(2024, 9, 30)
    assert ncci.pairs("97530", "97110", last, "practitioner")["note"] is None
    later = ncci.pairs("97530", "97110", last + timedelta(days=1), "practitioner")
    assert later["note"] == (
        "pair table of 2024-07-01; agrees with all 247 rows of 2026-10-01 that could be compared; "
        "whether an edit was added since is not known"
    )


def test_absence_is_not_concluded_for_two_codes_outside_the_family() -> None:
    assert ncci.family() & {"20550", "20600", "97007"} == set()
    answer = ncci.pairs("20550", "20600", JULY, "practitioner")
    assert answer["edits"] == []
    assert answer["note"] == (
        "neither code is of the therapy family, for which the table was taken: no conclusion from its absence"
    )


@pytest.mark.parametrize(
    ("a", "b", "setting", "error", "field"),
    [
        ("9753", "97530", "practitioner", InputError, "codes[0]"),
        ("97530", "97-10", "practitioner", InputError, "codes[1]"),
        ("97530", "97530 ", "practitioner", InputError, "codes[1]"),
        ("97530", "97110", "office", InputError, "setting"),
        ("99999", "97110", "practitioner", UnknownCode, "codes[0]"),
    ],
)
def test_a_bad_call_names_the_field(a: str, b: str, setting: str, error: type[InputError], field: str) -> None:
    with pytest.raises(error) as raised:
        ncci.pairs(a, b, JULY, setting)
    assert raised.value.field == field


def test_codes_may_be_written_in_lower_case() -> None:
    assert ncci.pairs(" g0281", "G0329", JULY, "hospital")["denied_without_modifier"] == "G0329"


def test_edits_among_no_codes_or_unknown_ones_is_an_empty_table_of_the_same_columns() -> None:
    expected = ncci.edits_among(["97150", "97530"]).schema
    assert ncci.edits_among([]).schema == expected
    assert ncci.edits_among(["97530", "nonsense"]).shape == (0, len(expected))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(hcpcs.catalogue()["code"].to_list()), min_size=2, max_size=8, unique=True))
def test_edits_among_finds_what_a_plain_filter_finds(codes: list[str]) -> None:
    rows = tables.load("ncci_pairs").with_columns(pl.col("column_one", "column_two").cast(pl.String))
    plain = rows.filter(pl.col("column_one").is_in(codes), pl.col("column_two").is_in(codes))
    found = ncci.edits_among(codes)
    assert (
        found.select("column_one", "column_two", "deleted").rows()
        == plain.select("column_one", "column_two", "deleted").rows()
    )


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(PAIRS),
    st.sampled_from(ncci.TABLES),
    st.dates(date(2017, 1, 1), date(2027, 12, 31)),
)
def test_the_order_of_the_codes_does_not_matter(pair: tuple[str, str], setting: str, day: date) -> None:
    assert ncci.pairs(pair[0], pair[1], day, setting) == ncci.pairs(pair[1], pair[0], day, setting)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1375), st.dates(date(1995, 1, 1), date(2027, 12, 31)))
def test_in_force_agrees_with_the_plain_reading(place: int, day: date) -> None:
    """An independent reading of one row, in Python: the frame's answer must be the same."""
    rows = ncci.edits_among(hcpcs.catalogue()["code"]).filter(pl.col("table") == "practitioner")
    row = rows.row(place % rows.height, named=True)
    if row["indicator"] == 9 or (row["deleted"] and day > row["deleted"]) or (row["starts"] and day < row["starts"]):
        expected: bool | None = False
    else:
        expected = True if day >= row["known_from"] else None
    assert rows[place % rows.height].select(ncci.in_force(pl.lit(day))).item() is expected


def test_the_state_on_a_missing_day_is_not_known() -> None:
    rows = ncci.edits_among(["97150", "97530"])
    assert rows.select(s=ncci.in_force(pl.lit(None, dtype=pl.Date)))["s"].to_list() == [None, None]
