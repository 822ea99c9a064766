"""Every case of every rule, three ways: alone, all in one table, and shuffled in two halves of whole patients."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from string import Formatter

import polars as pl
import pytest
import rule_cases
from rule_cases import Case, Verdict

from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Rule

RULES = {rule.id: rule for rule in all_rules()}
CASES = tuple(case for case in rule_cases.cases() if case.rule_id in RULES)
OF_EACH_CASE = pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
OF_EACH_RULE = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
MESSAGE_FIELDS = {"found", "expected", "code", "dos", "payer"}


@cache
def _alone(index: int) -> tuple[Verdict, tuple[str, ...], tuple[tuple[tuple[str, object], ...], ...], frozenset[str]]:
    """The verdict of one case checked by itself, the rules it broke, its texts, and the null inputs left open."""
    case = CASES[index]
    rule = RULES[case.rule_id]
    result = rule_cases.run([case])
    verdict = rule_cases.verdicts(result, rule, [case])[case.id]
    open_rows = rule_cases.grain_of(result, rule, [case]).filter(rule.verdict.is_null())
    missing = frozenset(column for column in rule.inputs if open_rows[column].has_nulls())
    texts = tuple(tuple(text.items()) for text in rule_cases.texts(result, rule, [case]))
    return verdict, tuple(result.findings["rule"]), texts, missing


def _same_day() -> list[list[Case]]:
    ordered = sorted(CASES, key=lambda case: case.as_of)
    return [list(group) for _, group in groupby(ordered, key=lambda case: case.as_of)]


@OF_EACH_CASE
def test_alone(case: Case) -> None:
    verdict, broken, texts, missing = _alone(CASES.index(case))
    assert verdict.outcome == case.expect
    assert set(case.missing) <= missing
    if case.expect == "finding" and not case.given:
        assert (case.rule_id in broken) == (case.instead is None)
        assert case.instead is None or case.instead in broken
    assert [dict(text) for text in texts if dict(text)["found"] is None or dict(text)["expected"] is None] == []
    for key, value in case.texts.items():
        assert [dict(text)[key] for text in texts] == (value if isinstance(value, list) else [value])


@pytest.mark.parametrize("chosen", _same_day(), ids=lambda chosen: str(chosen[0].as_of))
def test_all_in_one_table(chosen: list[Case]) -> None:
    assert _judged(chosen, rule_cases.services(chosen)) == _expected(chosen)


@pytest.mark.parametrize("chosen", _same_day(), ids=lambda chosen: str(chosen[0].as_of))
def test_shuffled_and_split_by_patient(chosen: list[Case]) -> None:
    frame = rule_cases.services(chosen).sample(fraction=1, shuffle=True, seed=97)
    even = pl.col("row") // rule_cases.ROWS_A_CASE % 2 == 0
    halves = _judged(chosen, frame.filter(even)), _judged(chosen, frame.filter(~even))
    merged = {case.id: halves[number % 2][case.id] for number, case in enumerate(chosen)}
    assert merged == _expected(chosen)


def _judged(chosen: Sequence[Case], frame: pl.DataFrame) -> dict[str, Verdict]:
    if frame.is_empty():
        return {}
    result = rule_cases.run(chosen, frame)
    return {k: v for rule in RULES.values() for k, v in rule_cases.verdicts(result, rule, chosen).items()}


def _expected(chosen: Sequence[Case]) -> dict[str, Verdict]:
    places = {case.id: index for index, case in enumerate(CASES)}
    return {case.id: _alone(places[case.id])[0] for case in chosen}


@OF_EACH_RULE
def test_a_missing_input_never_turns_a_verdict_round(rule: Rule) -> None:
    """A null in any input leaves each verdict as it is or makes it *not checked*; with all of them null, it is that."""
    frame = _grain_of_all(rule)
    before = frame.select(rule.verdict).to_series()
    free = rule_cases.case_files()[rule.id].absence_is_the_fault
    for column in rule.inputs:
        if column not in free:
            now = _nulled(frame, [column]).select(rule.verdict).to_series()
            turned = now.is_not_null() & now.ne_missing(before)
            assert turned.sum() == 0, f"{column}: rows {frame.filter(turned)['row'].to_list()}"
    # the date decides too where a rule has a first or last day
    everything = sorted({*rule.inputs, "dos"} - set(free))
    assert _nulled(frame, everything).select(rule.verdict).to_series().null_count() == frame.height


def _nulled(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    return frame.with_columns(pl.lit(None, dtype=frame.schema[column]).alias(column) for column in columns)


def _grain_of_all(rule: Rule) -> pl.DataFrame:
    own = [case for case in CASES if case.rule_id == rule.id]
    frames = []
    for chosen in (list(group) for _, group in groupby(sorted(own, key=lambda c: c.as_of), key=lambda c: c.as_of)):
        frames.append(rule_cases.grain_of(rule_cases.run(chosen), rule, chosen))
    return pl.concat(frames)


@OF_EACH_RULE
def test_cases_show_each_outcome(rule: Rule) -> None:
    file = rule_cases.case_files()[rule.id]
    shown = {case.expect for case in file.cases}
    assert {"finding", "pass"} <= shown
    assert ("not_checked" in shown) != (file.no_not_checked is not None)
    names = [case.name for case in file.cases]
    assert len(names) == len(set(names))


@OF_EACH_RULE
def test_messages_name_only_what_a_finding_has(rule: Rule) -> None:
    assert {field for text in (rule.message, rule.fix.text) for _, field, _, _ in Formatter().parse(text) if field} <= (
        MESSAGE_FIELDS
    )
