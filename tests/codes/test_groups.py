"""Named groups of codes: well formed, without repeats, each with its source."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import combinations

import polars as pl
import pytest

from cleanclaim.codes import groups
from cleanclaim.dated import DAWN
from cleanclaim.errors import MissingTable

CODE = re.compile(r"\d{5}|\d{4}[A-Z]|[A-Z]\d{4}")
OF_EACH_GROUP = pytest.mark.parametrize("name", groups.names())


@OF_EACH_GROUP
def test_codes_are_well_formed_and_in_order_without_repeats(name: str) -> None:
    for membership in groups.groups()[name]:
        assert [code for code in membership.codes if not CODE.fullmatch(code)] == []
        assert list(membership.codes) == sorted(set(membership.codes))


@OF_EACH_GROUP
def test_a_code_is_in_a_group_once_a_day(name: str) -> None:
    for one, other in combinations(groups.groups()[name], 2):
        if set(one.codes) & set(other.codes):
            spans = sorted([one.span, other.span], key=lambda span: span.first or DAWN)
            assert spans[0].last is not None
            assert spans[1].first is not None
            assert spans[0].last < spans[1].first


@OF_EACH_GROUP
def test_each_membership_has_its_source_standing_and_meaning(name: str) -> None:
    for membership in groups.groups()[name]:
        assert membership.source.document != ""
        assert membership.standing in {"V", "R", "U"}
        assert membership.meaning.endswith(".")
        assert (
            membership.span.first is None
            or membership.span.last is None
            or membership.span.first <= membership.span.last
        )


@OF_EACH_GROUP
def test_table_has_each_membership(name: str) -> None:
    rows = groups.table().filter(group=name)
    assert rows.height == sum(len(membership.codes) for membership in groups.groups()[name])
    assert tuple(rows["code"].unique().sort()) == groups.codes(name)


def test_functional_reporting_has_its_fourteen_sets_of_three() -> None:
    first, second = range(8978, 9000), range(9158, 9177)
    assert groups.codes("functional_reporting") == tuple(f"G{n}" for n in (*first, *second, 9186))


@pytest.mark.parametrize(
    ("code", "day", "listed"),
    [
        ("97530", date(2020, 2, 29), []),
        ("97530", date(2020, 3, 1), ["telehealth_listed"]),
        ("92526", date(2021, 3, 29), []),
        ("92526", date(2021, 3, 30), ["telehealth_listed"]),
        ("97140", date(2026, 3, 4), ["telehealth_unlisted"]),
    ],
)
def test_telehealth_lists_on_a_day(code: str, day: date, listed: list[str]) -> None:
    here = groups.table().filter(
        pl.col("group").str.starts_with("telehealth"), pl.col("code") == code, pl.col("first_day") <= day
    )
    assert here["group"].to_list() == listed


def test_the_telehealth_groups_share_no_code() -> None:
    assert set(groups.codes("telehealth_listed")) & set(groups.codes("telehealth_unlisted")) == set()


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(MissingTable, match="no group of codes is named 'x'; groups: spinal_manipulation"):
        groups.codes("x")


def test_the_days_are_inclusive() -> None:
    span = groups.groups()["functional_reporting"][0].span
    assert span.last is not None
    assert (span.last in span, span.last + timedelta(days=1) in span) == (True, False)
