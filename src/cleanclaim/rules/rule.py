"""What a rule is: frozen data around one boolean Polars expression over one grain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import polars as pl

from cleanclaim.citation import Citation
from cleanclaim.claims.schema import Grain
from cleanclaim.dated import Span


class Severity(StrEnum):
    """What happens to the claim if nothing is done."""

    DENIAL = "denial"
    COMPLIANCE = "compliance"
    UNDERBILLING = "underbilling"
    ADVICE = "advice"


class Needs(StrEnum):
    """What a fix needs before it may be made."""

    NOTHING = "nothing"
    NOTE = "note"
    CLINICIAN = "clinician"


class Who(StrEnum):
    """Who must act."""

    THERAPIST = "therapist"
    BILLER = "biller"
    CREDENTIALING = "credentialing"
    FRONT_DESK = "front desk"


@dataclass(frozen=True, slots=True)
class Fix:
    """What to do about a finding, what that needs, and who does it."""

    text: str
    needs: Needs
    who: Who


@dataclass(frozen=True, kw_only=True, eq=False)
class Rule:
    """A requirement on one row of a grain.

    ``applies`` says for which rows the rule is meant; where it is true, ``when`` is true for a finding, false for a
    pass and null for *not checked* (as is a null ``applies``). ``found`` and ``expected`` are string expressions over
    the same grain, evaluated for findings only; ``message`` is a template that may name ``{found}``, ``{expected}``,
    ``{code}`` and ``{dos}``. Money: ``priced_cents`` where the fee schedule gives a price, else ``charged_cents``,
    which is never called a loss. ``coverage`` says, as text, how old the table behind the conclusion is; null where it
    covers the date. A rule gives way to the rules in ``yields_to`` when they found a fault on the same row, or on the
    same visit if they are visit rules.
    """

    id: str
    name: str
    title: str
    grain: Grain
    cite: tuple[Citation, ...]
    applies: pl.Expr
    when: pl.Expr
    found: pl.Expr
    expected: pl.Expr
    message: str
    severity: Severity
    fix: Fix
    effective: Span = field(default_factory=Span)
    denial: tuple[str, ...] = ()
    yields_to: tuple[str, ...] = ()
    priced_cents: pl.Expr | None = None
    charged_cents: pl.Expr | None = None
    coverage: pl.Expr | None = None
    formerly: tuple[str, ...] = ()

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The columns that decide the rule, in alphabetical order."""
        return tuple(sorted(set(self.verdict.meta.root_names())))

    @cached_property
    def verdict(self) -> pl.Expr:
        """True a finding, false a pass or not applicable, null not checked; named after the rule."""
        return self._holds.alias(self.id)

    @cached_property
    def conditions(self) -> tuple[pl.Expr, ...]:
        """The verdict cut at each *and*: it is true where all of them are, false where one is false, else null."""
        return _conjuncts(self._holds)

    @property
    def _holds(self) -> pl.Expr:
        meant = self.applies
        if self.effective.first is not None or self.effective.last is not None:
            meant = meant & self.effective.covers(pl.col("dos"))
        return meant & self.when


def _conjuncts(expression: pl.Expr) -> tuple[pl.Expr, ...]:
    parts = expression.meta.pop()
    if len(parts) == 2 and expression.meta.eq(parts[1] & parts[0]):
        return (*_conjuncts(parts[1]), *_conjuncts(parts[0]))
    return (expression,)


def known_sum(values: pl.Expr) -> pl.Expr:
    """Return the sum within a group, null where any value is null (Polars' own sum skips nulls).

    >>> pl.DataFrame({"a": [1, None]}).select(known_sum(pl.col("a"))).item() is None
    True
    """
    return pl.when(values.count() == pl.len()).then(values.sum())


def known_all(values: Iterable[pl.Expr]) -> pl.Expr:
    """Return true where every value is true, false where one is false, else null (Kleene's *and*)."""
    result = pl.lit(True)
    for value in values:
        result = result & value
    return result
