"""The verdicts of all rules at once are those of each rule by itself, and so are the counts of what was not checked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.engine.verdicts import gaps, verdicts
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Rule, known_all
from tests.effort import times

COLUMNS = ("a", "b", "carries_c")
TRUTH = st.sampled_from((True, False, None))
ROWS = st.lists(st.tuples(TRUTH, TRUTH, TRUTH, st.sampled_from((0, 1, None))), min_size=1, max_size=6)
A, B, C, N = pl.col("a"), pl.col("b"), pl.col("carries_c"), pl.col("n")
CONDITIONS = (
    (A, B),
    (A & ~B, C),
    (A, pl.when(C).then(N.is_null())),
    (A | B, N > 0),
    (~A, N > 0),
    (pl.lit(True), B & (N > 0) & ~C),
    (pl.lit(True), pl.lit(True)),
    (C, pl.lit(None, dtype=pl.Boolean)),
)
RULES = tuple(
    replace(all_rules()[0], id=f"X{number}", applies=applies, when=when, yields_to=())
    for number, (applies, when) in enumerate(CONDITIONS)
)


def frame_of(rows: list[tuple[bool | None, bool | None, bool | None, int | None]]) -> pl.DataFrame:
    schema = {"a": pl.Boolean, "b": pl.Boolean, "carries_c": pl.Boolean, "n": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row").with_row_index("row")


def missing(rule: Rule, row: dict[str, object]) -> str:
    """The inputs that a row lacks; what an input cannot carry is lacking too."""
    lacks = {name for name in rule.inputs if row[name] is None or (name.startswith("carries_") and not row[name])}
    return " ".join(sorted(lacks))


@settings(max_examples=times(200), deadline=None)
@given(ROWS)
def test_all_at_once_is_each_by_itself(rows: list[tuple[bool | None, bool | None, bool | None, int | None]]) -> None:
    frame = frame_of(rows)
    alone = {rule: frame.select("row", verdict=rule.verdict)["verdict"].to_list() for rule in RULES}
    found = verdicts(RULES, frame)
    assert {rule: values.to_list() for rule, values in found.items()} == {
        rule: values for rule, values in alone.items() if set(values) - {False}
    }
    assert Counter({(rule, lacks): count for rule, lacks, count in gaps(found, frame)}) == Counter(
        (rule.id, missing(rule, row))
        for rule, values in alone.items()
        for row, value in zip(frame.to_dicts(), values, strict=True)
        if value is None
    )


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_the_conditions_of_a_rule_are_its_verdict(rule: Rule) -> None:
    together = known_all(rule.conditions)
    assert set(together.meta.root_names()) == set(rule.inputs)
    assert all(len(condition.meta.pop()) != 2 or not _is_and(condition) for condition in rule.conditions)


def _is_and(condition: pl.Expr) -> bool:
    right, left = condition.meta.pop()
    return condition.meta.eq(left & right)
