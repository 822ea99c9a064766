"""What an adjustment reason (CARC) does to the money of a line: write-off, reduction, patient's share or denial."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from cleanclaim.citation import Citation

FILE = Path(__file__).parent / "authored" / "reason_kinds.toml"
KINDS = ("contractual", "reduction", "withheld", "patient", "prior_payer", "other", "denial")
DENIAL, PATIENT, PATIENT_GROUP = "denial", "patient", "PR"


@dataclass(frozen=True, slots=True)
class ReasonKind:
    """Reasons of one kind, how sure that is (``standing``: V, R or U), and where their meaning is published."""

    kind: str
    reasons: tuple[str, ...]
    standing: str
    source: Citation


@cache
def reason_kinds() -> tuple[ReasonKind, ...]:
    """Return the kinds that reasons are named for, in the order written; all other reasons are denials.

    >>> reason_kinds()[0].kind
    'contractual'
    """
    written = tomllib.loads(FILE.read_text("utf-8"))["kind"]
    return tuple(
        ReasonKind(one["kind"], tuple(one["reasons"]), one["standing"], Citation(**one["source"])) for one in written
    )


@cache
def _by_reason() -> Mapping[str, str]:
    return MappingProxyType({reason: one.kind for one in reason_kinds() for reason in one.reasons})


def kind_of(group: str | None, reason: str | None) -> str:
    """Return what an adjustment of a group and reason is: one of ``KINDS``.

    >>> kind_of("CO", "253"), kind_of("CO", "97"), kind_of("PR", "96"), kind_of("OA", "23")
    ('withheld', 'denial', 'patient', 'prior_payer')
    """
    if group == PATIENT_GROUP:
        return PATIENT
    return _by_reason().get(reason or "", DENIAL)


def denies(reason: str | None) -> bool:
    """Return whether a reason refuses payment, whoever bears the amount.

    >>> denies("119"), denies("45")
    (True, False)
    """
    return _by_reason().get(reason or "", DENIAL) == DENIAL
