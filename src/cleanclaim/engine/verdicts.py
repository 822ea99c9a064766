"""Which rows are not a pass: the conditions of all rules of a grain, each evaluated once.

A finding needs every condition of its rule to hold, so a rule of which one condition is false on every row is done
with. A condition that is a column (or its negation) costs nothing to look at: most rules end there, and only the
conditions of the others are evaluated, together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import polars as pl

from cleanclaim.rules.rule import Rule

Gap = tuple[str, str, int]
"""A row of NOT_CHECKED."""


@dataclass(frozen=True, slots=True)
class _Conditions:
    """The distinct conditions of some rules, by number; ``columns`` and ``negated`` name those that are one column."""

    expressions: tuple[pl.Expr, ...]
    columns: dict[int, str]
    negated: dict[int, str]
    of_rule: tuple[tuple[Rule, tuple[int, ...]], ...]


def verdicts(rules: Sequence[Rule], frame: pl.DataFrame) -> dict[Rule, pl.Series]:
    """Return the verdict of each rule that has a row which is not a pass: ``Rule.verdict``, row by row."""
    shared = _conditions(tuple(rules))
    known = {number: frame.get_column(name) for number, name in shared.columns.items()}
    shut = {number for number, values in known.items() if not _is_open(values)}
    for number, name in shared.negated.items():
        values = frame.get_column(name)
        if values.null_count() or not values.all():
            known[number] = ~values
        else:
            shut.add(number)
    left = [(rule, own) for rule, own in shared.of_rule if shut.isdisjoint(own)]
    asked = list(dict.fromkeys(number for _, own in left for number in own if number not in known))
    # beside a column of the frame, a condition that is the same for all rows is repeated for each
    evaluated = frame.select_seq("row", *(shared.expressions[number] for number in asked)).get_columns()[1:]
    known.update(zip(asked, evaluated, strict=True))
    shut = {number for number in asked if not _is_open(known[number])}
    return {
        rule: verdict
        for rule, own in left
        if shut.isdisjoint(own) and _is_open(verdict := _together(known[number] for number in own))
    }


def _is_open(values: pl.Series) -> bool:
    """Whether any value is true or null."""
    return values.null_count() > 0 or values.any()


def _together(values: Iterable[pl.Series]) -> pl.Series:
    first, *others = values
    for other in others:
        first = first & other
    return first


@lru_cache(maxsize=64)
def _conditions(rules: tuple[Rule, ...]) -> _Conditions:
    numbers: dict[bytes, int] = {}
    expressions: list[pl.Expr] = []
    columns: dict[int, str] = {}
    negated: dict[int, str] = {}
    of_rule = []
    for rule in rules:
        own = []
        for condition in rule.conditions:
            number = numbers.setdefault(condition.meta.serialize(), len(numbers))
            own.append(number)
            if number < len(expressions):
                continue
            expressions.append(condition.alias(f"_{number}"))
            names = condition.meta.root_names()
            if len(names) == 1 and condition.meta.eq(pl.col(names[0])):
                columns[number] = names[0]
            elif len(names) == 1 and condition.meta.eq(~pl.col(names[0])):
                negated[number] = names[0]
        of_rule.append((rule, tuple(dict.fromkeys(own))))
    return _Conditions(tuple(expressions), columns, negated, tuple(of_rule))


def gaps(verdicts: dict[Rule, pl.Series], frame: pl.DataFrame) -> list[Gap]:
    """Return rows of NOT_CHECKED: for each rule, how many of its rows are null by which of its inputs are missing."""
    unknown = {rule: values for rule, values in verdicts.items() if values.null_count()}
    if not unknown:
        return []
    wanted = [name for name in _inputs(tuple(unknown)) if _is_special(name) or frame.get_column(name).null_count()]
    read = frame[:, wanted].hstack([values.alias(rule.id) for rule, values in unknown.items()])
    nulls = read.select_seq(*map(_missing, wanted), *(_missing(rule.id) for rule in unknown)).get_columns()
    missing = {column.name: column.to_numpy() for column in nulls[: len(wanted)] if column.any()}
    places = (column.to_numpy() for column in nulls[len(wanted) :])
    return [row for rule, place in zip(unknown, places, strict=True) for row in _counted(rule, place, missing)]


@lru_cache(maxsize=4096)
def _inputs(rules: tuple[Rule, ...]) -> tuple[str, ...]:
    return tuple(sorted({name for rule in rules for name in rule.inputs}))


def _counted(rule: Rule, places: np.ndarray, missing: dict[str, np.ndarray]) -> list[Gap]:
    """Count the rows at ``places`` by their missing inputs; each set of inputs is a number, a bit for each."""
    names = [name for name in rule.inputs if name in missing]
    sets = np.zeros(np.count_nonzero(places), dtype=np.int64)
    for bit, name in enumerate(names):
        sets |= missing[name][places].astype(np.int64) << bit
    if (sets == sets[0]).all():
        counted = [(int(sets[0]), len(sets))]
    else:
        counted = list(zip(*(array.tolist() for array in np.unique(sets, return_counts=True)), strict=True))
    return [
        (rule.id, " ".join(name for bit, name in enumerate(names) if one >> bit & 1), count) for one, count in counted
    ]


_EDITS = "edits_possible"


def _is_special(column: str) -> bool:
    return column.startswith("carries_") or column.endswith("_covers") or column == _EDITS


@cache
def _missing(column: str) -> pl.Expr:
    """True where an input is null; what a file *cannot* carry, or a table does not cover, is missing too."""
    if column == _EDITS:
        # an edit that the tables in hand cannot rule out is what is missing
        return pl.col(column).fill_null(1) > 0
    if _is_special(column):
        return ~pl.col(column).fill_null(False)
    return pl.col(column).is_null()
