"""The conditions that the rules of a grain are made of, each once; what a few rows answered is remembered.

Most conditions look at each row by itself: their answer is decided by the values of a few columns, and the next visit
has many of the same values again. So for a few rows such an answer is looked up, and the expression is evaluated only
for values not seen before. What is looked up was answered by the expression itself, so it cannot be another answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import polars as pl

from cleanclaim.dated import FEW
from cleanclaim.engine.few import plain, rows_at
from cleanclaim.rules.rule import Rule

Truth = bool | None
_MOST = 1 << 9
_NEW = object()


class Cells:
    """The values of a few rows, column by column, as :func:`cleanclaim.engine.few.plain` gives them."""

    def __init__(self, frame: pl.DataFrame, together: Sequence[str] = ()) -> None:
        """``together`` are columns, none of them of days, to fetch at once: that takes a tenth of the time."""
        self._frame = frame
        columns = zip(*frame[:, together].rows(), strict=True) if together and frame.height else ()
        self._held: dict[str, list[Any]] = dict(zip(together, map(list, columns), strict=bool(columns)))

    def __getitem__(self, column: str) -> list[Any]:
        held = self._held.get(column)
        if held is None:
            held = self._held[column] = plain(self._frame.get_column(column))
        return held

    def known(self, column: str) -> list[bool]:
        """Return for each row whether it has a value."""
        name = f"{column} is known"
        held = self._held.get(name)
        if held is None:
            held = self._held[name] = [value is not None for value in self[column]]
        return held


@dataclass(eq=False)
class Condition:
    """A condition of one or more rules; ``_answers`` are those of rows seen before, by the values of ``inputs``."""

    expression: pl.Expr
    _answers: dict[Any, Truth] = field(default_factory=dict, repr=False)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The columns that decide it."""
        return tuple(dict.fromkeys(self.expression.meta.root_names()))

    @cached_property
    def column(self) -> str | None:
        """The column that the condition is; None where it is more."""
        names = self.inputs
        return names[0] if len(names) == 1 and self.expression.meta.eq(pl.col(names[0])) else None

    @cached_property
    def negated(self) -> str | None:
        """The column that the condition is the opposite of; None where it is more."""
        names = self.inputs
        return names[0] if len(names) == 1 and self.expression.meta.eq(~pl.col(names[0])) else None

    @cached_property
    def _by_row(self) -> bool:
        return bool(self.inputs) and by_row(self.expression)

    def recall(self, cells: Cells) -> list[Truth] | None:
        """Return the answer for each row; None where one of them has to be found out."""
        if self.column is not None:
            return cells[self.column]
        if not self._by_row:
            return None
        answers = self._answers
        found = [answers.get(key, _NEW) for key in self._keys(cells)]
        return None if _NEW in found else found  # type: ignore[return-value]

    def remember(self, cells: Cells, found: list[Truth]) -> None:
        """Keep what was found out for each row."""
        if self._by_row:
            if len(self._answers) > _MOST:
                self._answers = {}
            self._answers.update(zip(self._keys(cells), found, strict=True))

    def _keys(self, cells: Cells) -> Sequence[Any]:
        parts = [cells.known(name) if told else cells[name] for name, told in self._decided_by]
        return parts[0] if len(parts) == 1 else list(zip(*parts, strict=True))

    @cached_property
    def _decided_by(self) -> tuple[tuple[str, bool], ...]:
        """The inputs, and of which of them it matters only whether they are known."""
        read = set(_read(self.expression))
        return tuple((name, name not in read) for name in self.inputs)


def where(frame: pl.DataFrame, condition: Condition) -> pl.DataFrame:
    """Return the rows of ``frame`` for which ``condition`` is true; what a few rows answered is remembered.

    >>> several = Condition(pl.col("units") > 1)
    >>> [where(pl.DataFrame({"units": units}), several)["units"].to_list() for units in ([1, 2], [2, 2])]
    [[2], [2, 2]]
    """
    if frame.height > FEW:
        return frame.filter(condition.expression)
    if frame.is_empty():
        return frame
    cells = Cells(frame)
    found = condition.recall(cells)
    if found is None:
        found = frame.select_seq(condition.expression).to_series().to_list()
        condition.remember(cells, found)
    return rows_at(frame, [place for place, value in enumerate(found) if value])


def by_row(expression: pl.Expr) -> bool:
    """Return whether an expression of columns gives each row a value that no other row has a part in.

    >>> by_row(pl.col("units") > 1), by_row(pl.col("units") > pl.col("units").max())
    (True, False)
    """
    meta = expression.meta
    parts = meta.pop()
    if meta.is_literal():
        return bool(meta.is_scalar())
    return bool(meta.is_row_separable() and meta.is_length_preserving()) and all(map(by_row, parts))


def _read(expression: pl.Expr) -> Iterator[str]:
    """The columns whose values the expression looks at, not only whether they are known."""
    parts = expression.meta.pop()
    if len(parts) == 1 and parts[0].meta.is_column():
        asked = (parts[0].is_null(), parts[0].is_not_null())
        if any(expression.meta.eq(one) for one in asked):
            return
    if expression.meta.is_column():
        yield expression.meta.output_name()
    for part in parts:
        yield from _read(part)


@dataclass(eq=False)
class Conditions:
    """The distinct conditions of some rules, by number, and the numbers of each rule's own."""

    all: tuple[Condition, ...]
    of_rule: tuple[tuple[Rule, tuple[int, ...]], ...]
    _together: list[str] | None = field(default=None, repr=False)

    def cells(self, frame: pl.DataFrame) -> Cells:
        """Return the values of a few rows of the rules' grain, whose columns are of the same types each time."""
        if self._together is None:
            names = dict.fromkeys(name for condition in self.all for name in condition.inputs)
            self._together = [name for name in names if frame.get_column(name).dtype != pl.Date]
        return Cells(frame, self._together)


# rules that share a condition share what is remembered of it
_KNOWN: dict[bytes, Condition] = {}


@lru_cache(maxsize=64)
def conditions_of(rules: tuple[Rule, ...]) -> Conditions:
    """Return the conditions of ``rules``; the same condition of two rules is one."""
    numbers: dict[bytes, int] = {}
    of_rule = []
    for rule in rules:
        written = [(condition.meta.serialize(), condition) for condition in rule.conditions]
        for text, condition in written:
            _KNOWN.setdefault(text, Condition(condition))
            numbers.setdefault(text, len(numbers))
        of_rule.append((rule, tuple(dict.fromkeys(numbers[text] for text, _ in written))))
    return Conditions(tuple(_KNOWN[text] for text in numbers), tuple(of_rule))
