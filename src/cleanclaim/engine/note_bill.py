"""What a note is held against: the billed lines of its visit, and what is wrong with the two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cleanclaim.engine.note_codes import BYPASS, Known, known
from cleanclaim.notes.facts import Quote

_LONGEST = 80
_MOST_LISTED = 12


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a note: in words, and the words of the note that show it (None: nothing to point at)."""

    text: str
    quote: Quote | None = None


Faults = dict[str, Fault | None]
"""Faults by kind; None: it cannot be judged; left out: there is none."""


@dataclass(frozen=True)
class Bill:
    """The lines billed for a visit: units and modifiers by code; units that are not known are None.

    ``modifiers`` is None where they are not given. ``method`` is the payer's way to count units (None: not known);
    ``assistant_required`` says whether the payer wants CQ and CO, ``midpoint`` and ``share`` how a service that an
    assistant gave in part is judged. ``allowed_cents`` and ``charge_cents`` are of a code's lines.
    """

    units: Mapping[str, float | None] = field(default_factory=dict)
    modifiers: Mapping[str, tuple[str, ...]] | None = None
    method: str | None = "cms"
    assistant_required: bool | None = True
    midpoint: bool | None = None
    share: float | None = None
    allowed_cents: Mapping[str, int | None] = field(default_factory=dict)
    charge_cents: Mapping[str, int | None] = field(default_factory=dict)

    @cached_property
    def codes(self) -> tuple[Known, ...]:
        """The codes of therapy that are billed, in order."""
        return tuple(fact for code in self.units if (fact := known(code)) is not None)

    @property
    def timed_units(self) -> float | None:
        """The units of 15-minute codes; None where some are not known."""
        units = [self.units[code.code] for code in self.codes if code.timed]
        return None if None in units else sum(value or 0 for value in units)

    def on(self, code: str) -> tuple[str, ...]:
        """Return the modifiers of a code's lines."""
        return () if self.modifiers is None else self.modifiers.get(code, ())

    @property
    def separated(self) -> tuple[str, ...]:
        """The codes whose lines bear a modifier of separate services."""
        return tuple(code.code for code in self.codes if not set(BYPASS).isdisjoint(self.on(code.code)))

    @property
    def text(self) -> str:
        """The codes and units, as a person writes them."""
        return ", ".join(code if units is None else f"{units:g} x {code}" for code, units in self.units.items())


def quoted(quote: Quote) -> str:
    """Return the words of a quote in quotation marks, on one line, cut where they are long.

    >>> quoted(Quote(0, 9, "gait 10\\nmin"))
    '"gait 10 min"'
    """
    words = " ".join(quote.text.split())
    return f'"{words}"' if len(words) <= _LONGEST else f'"{words[: _LONGEST - 4].rstrip()} ..."'


def minutes_of(values: Iterable[int]) -> str:
    """Return minutes as a sum in words.

    >>> minutes_of([16, 14]), minutes_of([8])
    ('16 + 14 = 30', '8')
    """
    listed = list(values)
    total = str(sum(listed))
    if len(listed) == 1 or len(listed) > _MOST_LISTED:
        return total
    return f"{' + '.join(str(value) for value in listed)} = {total}"
