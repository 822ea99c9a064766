"""Which rows are not a pass: the conditions of all rules of a grain, each evaluated once.

A finding needs every condition of its rule to hold, so a rule of which one condition is false on every row is done
with. A condition that is a column (or its negation) costs nothing to look at: most rules end there, and only the
conditions of the others are evaluated, together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
import polars as pl

from cleanclaim.dated import FEW
from cleanclaim.engine.conditions import Cells, Conditions, Truth, conditions_of
from cleanclaim.rules.rule import Rule

Gap = tuple[str, str, int]
"""A row of NOT_CHECKED."""


def verdicts(rules: Sequence[Rule], frame: pl.DataFrame, cells: Cells | None = None) -> dict[Rule, pl.Series]:
    """Return the verdict of each rule that has a row which is not a pass: ``Rule.verdict``, row by row.

    ``cells`` are those of ``frame`` where it has few rows, for others to look at too (:func:`cells_of`).
    """
    shared = conditions_of(tuple(rules))
    return _of_few(shared, frame, cells or shared.cells(frame)) if frame.height <= FEW else _of_many(shared, frame)


def cells_of(rules: Sequence[Rule], frame: pl.DataFrame) -> Cells | None:
    """Return the values that the conditions of ``rules`` look at in a few rows; None for many rows."""
    return conditions_of(tuple(rules)).cells(frame) if frame.height <= FEW else None


def _of_many(shared: Conditions, frame: pl.DataFrame) -> dict[Rule, pl.Series]:
    known: dict[int, pl.Series] = {}
    shut: set[int] = set()
    for number, condition in enumerate(shared.all):
        if condition.column is not None:
            known[number] = frame.get_column(condition.column)
            if not _is_open(known[number]):
                shut.add(number)
        elif condition.negated is not None:
            values = frame.get_column(condition.negated)
            if values.null_count() or not values.all():
                known[number] = ~values
            else:
                shut.add(number)
    left = [(rule, own) for rule, own in shared.of_rule if shut.isdisjoint(own)]
    asked = list(dict.fromkeys(number for _, own in left for number in own if number not in known))
    known.update(zip(asked, _evaluated(shared, asked, frame), strict=True))
    shut = {number for number in asked if not _is_open(known[number])}
    return {
        rule: verdict
        for rule, own in left
        if shut.isdisjoint(own) and _is_open(verdict := _together(known[number] for number in own))
    }


def _evaluated(shared: Conditions, asked: Sequence[int], frame: pl.DataFrame) -> list[pl.Series]:
    if not asked:
        return []
    named = (shared.all[number].expression.alias(f"_{number}") for number in asked)
    # beside a column of the frame, a condition that is the same for all rows is repeated for each
    return frame.select_seq("row", *named).get_columns()[1:]


_Answer = list[Truth] | None
"""The values of a condition for a few rows; None where it is false for all of them."""
_ASKED: _Answer = []


def _of_few(shared: Conditions, frame: pl.DataFrame, cells: Cells) -> dict[Rule, pl.Series]:
    """What is remembered of the conditions first: most rules end there, as for many rows at a column."""
    height, conditions = frame.height, shared.all
    known: dict[int, _Answer] = {}
    unknown: set[int] = set()
    left = []
    for rule, own in shared.of_rule:
        for number in own:
            if number not in known and number not in unknown:
                found = conditions[number].recall(cells)
                if found is None:
                    unknown.add(number)
                else:
                    known[number] = found if found.count(False) < height else None
            if known.get(number, _ASKED) is None:
                break
        else:
            left.append((rule, own))
    asked = list(dict.fromkeys(number for _, own in left for number in own if number in unknown))
    for number, values in zip(asked, _evaluated(shared, asked, frame), strict=True):
        answers = values.to_list()
        conditions[number].remember(cells, answers)
        known[number] = answers if answers.count(False) < height else None
    judged = ((rule, _all_of([known[number] for number in own])) for rule, own in left)
    return {rule: pl.Series(rule.id, verdict, dtype=pl.Boolean) for rule, verdict in judged if verdict is not None}


def _all_of(answers: Sequence[_Answer]) -> _Answer:
    """Kleene's *and*, row by row."""
    held = [answer for answer in answers if answer is not None]
    if len(held) < len(answers):
        return None
    verdict = [False if False in row else None if None in row else True for row in zip(*held, strict=True)]
    return verdict if verdict.count(False) < len(verdict) else None


def _is_open(values: pl.Series) -> bool:
    """Whether any value is true or null."""
    return values.null_count() > 0 or values.any()


def _together(values: Iterable[pl.Series]) -> pl.Series:
    first, *others = values
    for other in others:
        first = first & other
    return first


def gaps(verdicts: dict[Rule, pl.Series], frame: pl.DataFrame, cells: Cells | None = None) -> list[Gap]:
    """Return rows of NOT_CHECKED: for each rule, how many of its rows are null by which of its inputs are missing.

    ``cells`` as for :func:`verdicts`.
    """
    unknown = {rule: values for rule, values in verdicts.items() if values.null_count()}
    if not unknown:
        return []
    if frame.height <= FEW:
        held = cells or Cells(frame)
        return [row for rule, values in unknown.items() for row in _counted_of_few(rule, values.to_list(), held)]
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


def _counted_of_few(rule: Rule, verdict: list[Truth], cells: Cells) -> Iterator[Gap]:
    lacking = [(name, _lacking(name, cells[name])) for name in rule.inputs]
    sets = (
        " ".join(name for name, lacks in lacking if lacks[row]) for row, value in enumerate(verdict) if value is None
    )
    return ((rule.id, names, count) for names, count in Counter(sets).items())


_EDITS = "edits_possible"


def _is_special(column: str) -> bool:
    return column.startswith("carries_") or column.endswith("_covers") or column == _EDITS


def missing_inputs(rule: Rule) -> pl.Expr:
    """Return the names of a rule's inputs that are missing in a row, one space between; for rows that are null."""
    named = (pl.when(_missing(name)).then(pl.lit(name)) for name in rule.inputs)
    return pl.concat_str(*named, separator=" ", ignore_nulls=True)


@cache
def _missing(column: str) -> pl.Expr:
    """True where an input is null; what a file *cannot* carry, or a table does not cover, is missing too."""
    if column == _EDITS:
        # an edit that the tables in hand cannot rule out is what is missing
        return pl.col(column).fill_null(1) > 0
    if _is_special(column):
        return ~pl.col(column).fill_null(False)
    return pl.col(column).is_null()


def _lacking(column: str, values: list[Any]) -> list[bool]:
    """The same for the values of a few rows."""
    if column == _EDITS:
        return [value is None or value > 0 for value in values]
    if _is_special(column):
        return [not value for value in values]
    return [value is None for value in values]
