"""What a denial means for therapy claims, who acts, and what comes next: the authored table, read and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cleanclaim.citation import Citation

FILE = Path(__file__).parent / "authored" / "denials.toml"
STEPS = ("correct", "new_claim", "appeal", "bill_patient", "write_off", "find_out", "other_payer")
"""What comes next. ``correct``: a replacement or a reopening, as the payer takes it; ``new_claim``: the payer treats
the claim as never decided; ``find_out``: something must be known first; ``other_payer``: the claim goes elsewhere."""
UNPROCESSABLE = "MA130"
"""Remark code: the claim was not decided; it is sent anew, and there is nothing to appeal."""
NO_APPEAL = ("N111", "N211")
"""Remark codes by which the payer says that this decision cannot be appealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why payers deny lines so, who must act, what to do, and whether an appeal is the way.

    Empty ``remarks``, ``modifiers`` and ``groups`` fit any line; ``rules`` are those that look for this fault (empty:
    all that foresee the reason); ``facts`` what must be recorded before an appeal is open; ``standing`` V, R or U.
    """

    id: str
    cause: str
    reasons: tuple[str, ...]
    who: str
    fix: str
    step: str
    appeal: str
    standing: str
    source: Citation
    remarks: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    records: tuple[str, ...] = ()

    def fits(self, group: str, reason: str, remarks: frozenset[str], modifiers: frozenset[str]) -> bool:
        """Return whether a line denied by group and reason, with these remarks and modifiers, is of this cause."""
        return (
            reason in self.reasons
            and (not self.groups or group in self.groups)
            and (not self.remarks or not remarks.isdisjoint(self.remarks))
            and (not self.modifiers or not modifiers.isdisjoint(self.modifiers))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Findings in a claim as sent that rule an appeal out: why, and the step in its place, with what to do and who.

    ``always``: whatever the payer's reason, else only where the rule explains the denial. ``separate_blocks``: whether
    the recorded blocks of the pair are apart; ``mue_mai``: the adjudication indicator of the maximum; None: any.
    """

    rules: tuple[str, ...]
    why: str
    step: str
    fix: str | None = None
    who: str | None = None
    always: bool = False
    separate_blocks: bool | None = None
    mue_mai: int | None = None


@cache
def causes() -> tuple[Cause, ...]:
    """Return the causes in the order in which they are tried.

    >>> causes()[0].id
    'records-not-received'
    """
    return tuple(
        Cause(**{**_tuples(one), "source": Citation(**one["source"])})  # type: ignore[arg-type]
        for one in _written()["cause"]
    )


@cache
def refusals() -> tuple[Refusal, ...]:
    """Return what rules appeals out, in the order in which it is tried.

    >>> refusals()[0].rules, refusals()[0].step
    (('P102', 'P103'), 'write_off')
    """
    return tuple(Refusal(**_tuples(one)) for one in _written()["refusal"])  # type: ignore[arg-type]


@cache
def families() -> Mapping[str, frozenset[str]]:
    """Return, by reason, the reasons that payers use for the same fault; a reason without others is not in it."""
    found: dict[str, frozenset[str]] = {}
    for one in _written()["family"]:
        for reason in one["reasons"]:
            found[reason] = found.get(reason, frozenset()) | frozenset(one["reasons"])
    return MappingProxyType(found)


def family(reason: str) -> frozenset[str]:
    """Return a reason and those that mean the same.

    >>> sorted(family("18")), sorted(family("45"))
    (['18', 'B13'], ['45'])
    """
    return families().get(reason, frozenset({reason}))


def cause_of(group: str, reason: str, remarks: frozenset[str], modifiers: frozenset[str]) -> Cause | None:
    """Return the cause of a denial by one reason; None where the table has none.

    >>> cause_of("CO", "16", frozenset({"N286"}), frozenset()).id
    'referring-provider'
    """
    return next((one for one in causes() if one.fits(group, reason, remarks, modifiers)), None)


def cause_named(id: str) -> Cause | None:
    """Return the cause with an id; None where there is none.

    >>> cause_named("late").reasons
    ('29', 'B4', '166')
    """
    return next((one for one in causes() if one.id == id), None)


def _written() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


def _tuples(entry: dict[str, Any]) -> dict[str, object]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
