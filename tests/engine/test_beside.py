"""Looking up row by row, for few rows, and by joins, for many, come to the same."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.engine import alone
from cleanclaim.engine import beside as module
from cleanclaim.engine.alone import in_groups, repeated
from cleanclaim.engine.beside import Remembered, beside, distinct, matches
from tests.effort import times

LETTER = st.sampled_from(("a", "b", "c", None))
NUMBER = st.sampled_from((0, 1, 2, None))
ROWS = st.lists(st.tuples(LETTER, NUMBER), max_size=8)
SCHEMA = {"letter": pl.String, "number": pl.Int64}


def frame_of(rows: list[tuple[str | None, int | None]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@pytest.fixture(params=["few", "many"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways: every frame counts as one of few rows, or as one of many."""
    few = 64 if request.param == "few" else -1
    monkeypatch.setattr(module, "FEW", few)
    monkeypatch.setattr(alone, "FEW", few)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("nulls_equal", [False, True])
def test_values_lie_beside_their_keys(nulls_equal: bool) -> None:
    table = frame_of([("a", 1), ("b", None), (None, 2)]).with_columns(value=pl.Series([10, 20, 30]))
    frame = frame_of([("b", None), ("a", 1), ("a", 2), (None, 2), ("a", 1)])
    found = beside(frame, table, ["letter", "number"], nulls_equal=nulls_equal)
    assert found["value"].to_list() == ([20, 10, None, 30, 10] if nulls_equal else [None, 10, None, None, 10])


@pytest.mark.usefixtures("way")
def test_a_table_with_a_key_twice_is_an_error() -> None:
    table = frame_of([("a", 1), ("a", 1)]).with_columns(value=pl.Series([10, 20]))
    with pytest.raises(pl.exceptions.ComputeError):
        beside(frame_of([("a", 1)]), table, ["letter", "number"])


@settings(max_examples=times(100), deadline=None)
@given(ROWS, ROWS)
def test_rows_that_agree_are_the_same_both_ways(
    left: list[tuple[str | None, int | None]], right: list[tuple[str | None, int | None]]
) -> None:
    expected = {
        (one, two)
        for one, key in enumerate(left)
        for two, other in enumerate(right)
        if key == other and None not in key
    }
    for few in (64, -1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "FEW", few)
            one, two = matches(frame_of(left), frame_of(right))
        assert set(zip(one.to_list(), two.to_list(), strict=True)) == expected
        assert len(one) == len(expected)


@settings(max_examples=times(100), deadline=None)
@given(ROWS)
def test_windows_over_the_rows_that_are_not_alone(rows: list[tuple[str | None, int | None]]) -> None:
    frame, group = frame_of(rows), ["letter", "number"]
    expected = frame.with_columns(rows=pl.len().over(group).cast(pl.Int64))
    for few in (64, -1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(alone, "FEW", few)
            several = repeated(frame, group)
        windows, single = {"rows": pl.len().over(group).cast(pl.Int64)}, {"rows": pl.lit(1, dtype=pl.Int64)}
        assert in_groups(frame, several, windows, single).equals(expected)


def test_what_is_remembered_is_asked_once() -> None:
    asked: list[str | None] = []

    def doubled(keys: pl.DataFrame) -> pl.DataFrame:
        asked.extend(keys["letter"])
        return keys.select(twice=pl.col("letter") + pl.col("letter"))

    remembered = Remembered(["letter"], doubled)
    told = [
        remembered.of(pl.DataFrame({"letter": given}))["twice"].to_list() for given in (["b", "a", "b"], ["c", "a"])
    ]
    assert told == [["bb", "aa", "bb"], ["cc", "aa"]]
    assert asked == ["b", "a", "c"]


def test_what_is_remembered_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 2)
    remembered = Remembered(["n"], lambda keys: keys.select(twice=pl.col("n") * 2))
    for first in range(0, 60, 3):
        given_rows = pl.DataFrame({"n": [first, first + 1, first, None]})
        assert remembered.of(given_rows)["twice"].to_list() == [2 * first, 2 * first + 2, 2 * first, None]


def test_distinct_values_are_without_null() -> None:
    assert distinct(pl.Series(["a", None, "a"])) == {"a"}
    assert distinct(pl.Series(["a", None, "b"] * 40)) == {"a", "b"}
