"""What is published of a procedure code, as far as a note is held against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from cleanclaim.codes import groups, hcpcs

BYPASS = ("59", "XE", "XP", "XS", "XU")
_MODALITIES = ("Supervised modalities", "Constant-attendance modalities")


@dataclass(frozen=True, slots=True)
class Known:
    """A code of the therapy catalogue. ``timed``: a 15-minute code; ``family``: its base code, else itself.

    ``replaced_by`` are the codes that a retired code has become.
    """

    code: str
    family: str
    replaced_by: frozenset[str]
    timed: bool
    evaluation: bool
    modality: bool
    discipline: str | None
    group: bool
    body_area: bool
    one_on_one: bool
    bundled: bool

    @property
    def kind(self) -> str:
        """The kind of service: one billed under a wrong code is billed under a code of its own kind."""
        return "evaluation" if self.evaluation else "timed" if self.timed else "untimed"


@cache
def _catalogue() -> dict[str, Known]:
    names = ("group_service", "body_area_recorded", "one_on_one_recorded", "bundled_service")
    held = {name: frozenset(groups.codes(name)) for name in names}
    facts = ("code", "family", "replaced_by", "pooled", "is_evaluation", "group", "required_discipline")
    return {
        code: Known(
            code,
            family,
            frozenset((replaced or "").split()),
            bool(pooled),
            bool(evaluation),
            heading in _MODALITIES,
            discipline,
            *(code in held[name] for name in names),
        )
        for code, family, replaced, pooled, evaluation, heading, discipline in hcpcs.catalogue()
        .select(facts)
        .iter_rows()
    }


def known(code: str) -> Known | None:
    """Return what is published of ``code``; None for a code that is none of therapy's.

    >>> known("97530").timed, known("97016").kind, known("99213")
    (True, 'untimed', None)
    """
    return _catalogue().get(code)


def listed(codes: Iterable[str]) -> str:
    """Return codes in words.

    >>> listed(["97110", "97140", "97530"])
    '97110, 97140 and 97530'
    """
    *first, last = codes
    return f"{', '.join(first)} and {last}" if first else last
