"""95% intervals of measured figures: Wilson for a share, the bootstrap for anything summed over notes or publishers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from random import Random
from typing import TypeVar

_Z = 1.959964
_DRAWS = 1000
T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """A measured figure with its count and interval; None where nothing was there to measure."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    count: str

    def row(self) -> str:
        """Return the figure as a row of a Markdown table."""
        if self.value is None:
            return f"| {self.name} | - | - | {self.count} |"
        if self.low is None:
            return f"| {self.name} | {self.value:.3f} | - | {self.count} |"
        return f"| {self.name} | {self.value:.3f} | {self.low:.3f} to {self.high:.3f} | {self.count} |"


def share(name: str, right: int, of: int) -> Figure:
    """Return a share with its Wilson interval.

    >>> share("x", 9, 10).row()
    '| x | 0.900 | 0.596 to 0.982 | 9 of 10 |'
    """
    if of == 0:
        return Figure(name, None, None, None, "0 of 0")
    p = right / of
    middle = (p + _Z**2 / (2 * of)) / (1 + _Z**2 / of)
    half = _Z / (1 + _Z**2 / of) * sqrt(p * (1 - p) / of + _Z**2 / (4 * of**2))
    return Figure(name, p, max(0.0, middle - half), min(1.0, middle + half), f"{right} of {of}")


def drawn(name: str, units: Sequence[T], measure: Callable[[Sequence[T]], float | None], count: str) -> Figure:
    """Return a measure over units (notes, publishers) with its bootstrap interval: units drawn again with return.

    Draws in which there is nothing to measure (None) are left out.

    >>> drawn("mean", [1, 1, 1], lambda units: sum(units) / len(units), "3 rows").row()
    '| mean | 1.000 | 1.000 to 1.000 | 3 rows |'
    """
    value = measure(units) if units else None
    if value is None:
        return Figure(name, None, None, None, count)
    rng = Random(7)
    every = (measure(rng.choices(units, k=len(units))) for _ in range(_DRAWS))
    draws = sorted(each for each in every if each is not None)
    return Figure(name, value, draws[int(len(draws) * 0.025)], draws[max(0, int(len(draws) * 0.975) - 1)], count)


def f1(pairs: Sequence[tuple[object, object]], of: object) -> float | None:
    """Return the F1 of one label over (true, told) pairs; None where neither side has it.

    >>> f1([("a", "a"), ("a", "b"), ("b", "b")], "a")
    0.6666666666666666
    """
    true = sum(real == of for real, _ in pairs)
    told = sum(said == of for _, said in pairs)
    both = sum(real == of and said == of for real, said in pairs)
    return 2 * both / (true + told) if true + told else None


def macro_f1(pairs: Sequence[tuple[object, object]], labels: Sequence[object]) -> float:
    """Return the mean F1 of the labels that occur.

    >>> macro_f1([("a", "a"), ("b", "b")], ["a", "b", "c"])
    1.0
    """
    found = [each for label in labels if (each := f1(pairs, label)) is not None]
    return sum(found) / len(found) if found else 0.0
