"""A few rows take shorter ways than many; both must come to the same, column by column."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cleanclaim.claims.schema import GRAINS, Grain
from cleanclaim.config import Config
from cleanclaim.dated import FEW
from cleanclaim.engine import few
from cleanclaim.engine.check import CheckResult, check
from cleanclaim.engine.conditions import Cells, Condition, by_row
from cleanclaim.intake import services_from_json
from cleanclaim.rules import all_rules

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

import rule_cases
from effort import times
from make_visits import make_visits

AS_OF = rule_cases.run(rule_cases.cases()[:1]).grains.line["as_of"][0]
CASES = [case for case in rule_cases.cases() if case.as_of == AS_OF]
CONFIG = Config.load(None)


@contextmanager
def as_many() -> Iterator[None]:
    """Take the ways of many rows, however few there are."""
    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith("cleanclaim") and getattr(module, "FEW", None) == FEW:
                patch.setattr(module, "FEW", -1)
        yield


def same(one: CheckResult, other: CheckResult) -> None:
    assert_frame_equal(one.findings, other.findings)
    assert_frame_equal(one.not_checked, other.not_checked)
    assert_frame_equal(one.services, other.services)
    for grain in Grain:
        columns = GRAINS[grain].schema.names()
        assert_frame_equal(one.grains[grain][:, columns], other.grains[grain][:, columns], check_exact=True)


@settings(max_examples=times(60), deadline=None)
@given(st.lists(st.sampled_from(CASES), min_size=1, max_size=3, unique_by=lambda case: case.id))
def test_cases_of_rules(chosen: Sequence[rule_cases.Case]) -> None:
    found = rule_cases.run(chosen)
    with as_many():
        same(found, rule_cases.run(chosen))


def test_visits() -> None:
    """Each twice: what the first visits left behind is remembered when the second turn comes."""
    frames = [services_from_json({"visits": [visit]}).services for visit in make_visits(40, seed=5)]
    with as_many():
        many = [check(frame, as_of=AS_OF, config=CONFIG) for frame in frames]
    for _ in range(2):
        for frame, expected in zip(frames, many, strict=True):
            same(check(frame, as_of=AS_OF, config=CONFIG), expected)


ROWS = st.lists(st.tuples(st.sampled_from((None, "a", "b")), st.sampled_from((None, 1, 2, 3))), max_size=6)


@settings(max_examples=times(200), deadline=None)
@given(ROWS, st.data())
def test_steps(rows: list[tuple[str | None, int | None]], data: st.DataObject) -> None:
    schema = {"name": pl.String, "number": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_row_index("row")
    wanted = pl.Series(
        data.draw(st.lists(st.sampled_from((True, False, None)), min_size=len(rows), max_size=len(rows)))
    )
    mask = wanted.cast(pl.Boolean)
    assert_frame_equal(few.chosen(frame, mask), frame.filter(mask))
    assert_frame_equal(few.holding(frame, pl.col("number") > 1), frame.filter(pl.col("number") > 1))
    by = ["name", "number", "row"]
    assert_frame_equal(few.ordered(frame, by), frame.sort(by))
    totals = [pl.col("number").sum(), pl.col("number").min().alias("least"), pl.len()]
    assert_frame_equal(few.grouped(frame, "name", totals), frame.group_by("name", maintain_order=True).agg(*totals))
    if rows:
        places = data.draw(st.lists(st.one_of(st.none(), st.integers(0, len(rows) - 1)), max_size=6))
        assert_frame_equal(few.rows_at(frame, places), frame[pl.Series(places, dtype=pl.UInt32)])


A, B = pl.col("a"), pl.col("b")


@pytest.mark.parametrize(
    ("expression", "alone"),
    [
        (A > 1, True),
        (pl.when(A.is_null()).then(B).otherwise(A) == 1, True),
        (A.is_in([1, 2]) & B.is_not_null(), True),
        (pl.struct("a", "b").hash() == 1, True),
        (A.max() < A, False),
        (A.is_first_distinct() & B, False),
        (pl.when(B).then(A.is_first_distinct()), False),
        (A.sum().over("b") > 1, False),
        (pl.coalesce(A, A.shift()) > 1, False),
        (pl.len() < A, False),
        (pl.lit(pl.Series([1, 2])) < A, False),
    ],
)
def test_which_conditions_are_decided_by_their_row(expression: pl.Expr, alone: bool) -> None:
    assert by_row(expression) == alone


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_condition_that_looks_at_other_rows_is_never_remembered(rule: rule_cases.Rule) -> None:
    for written in rule.conditions:
        text = str(written)
        assert not (by_row(written) and any(word in text for word in ("distinct", ".over(", "shift", "rank", "cum_")))


def test_what_matters_only_as_known_is_remembered_as_that() -> None:
    condition = Condition(pl.when(A.is_not_null()).then(B > 1))
    frame = pl.DataFrame({"a": [1, None], "b": [2, 2]})
    assert condition.recall(Cells(frame)) is None
    condition.remember(Cells(frame), [True, None])
    assert condition.recall(Cells(frame.with_columns(a=pl.Series([7, None])))) == [True, None]
    assert condition.recall(Cells(frame.with_columns(b=pl.Series([3, 2])))) is None


def test_days_past_the_last_year_of_python() -> None:
    far = pl.DataFrame({"dos": pl.Series([3_000_000, 0], dtype=pl.Int32).cast(pl.Date)})
    assert few.ordered(far, ["dos"])["dos"].to_physical().to_list() == [0, 3_000_000]
