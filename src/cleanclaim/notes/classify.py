"""One statement of work done: which code it is, how sure that is, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from cleanclaim.notes.lexicon import is_known, tokens
from cleanclaim.notes.ranker import CLASSES, rank, ranker
from cleanclaim.notes.support import support, weigh

NOTHING = "NONE"
_LONGEST = 4_000
"""Characters of a statement that are read: a statement is one activity, not a note."""


@dataclass(frozen=True, slots=True)
class Classified:
    """The code of a statement (null when abstaining), the best guess, its probability, the set, the reasons."""

    code: str | None
    best: str
    confidence: float
    supports: tuple[str, ...]
    reasons: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the shape of a line of ``cleanclaim note classify --json``."""
        return {
            "code": self.code,
            "best": self.best,
            "confidence": round(self.confidence, 3),
            "supports": list(self.supports),
            "reasons": list(self.reasons),
        }


def classify(
    statement: str, *, discipline: str | None = None, on: date | None = None, pack: str | None = None
) -> Classified:
    """Return the code that a statement of work done describes; ``NONE`` for no service of a therapist.

    ``code`` is null where the probability falls below the published threshold; ``best`` always stands. ``supports`` is
    the set of codes that published sources allow for the words; ``confidence`` is a calibrated probability (0 to 1).
    A blank, and words of which the tables know none, are no service: ``NONE`` at even odds, and abstained from.

    >>> found = classify("Lifting a crate from floor to shelf")
    >>> found.code, found.supports
    ('97530', ('97530',))
    >>> classify("").code is None
    True
    """
    words = statement[:_LONGEST]
    if not any(token.isalpha() and is_known(token) for token, _, _ in tokens(words)):
        return Classified(None, NOTHING, 0.5, (), ("no word of therapy in it",))
    weighed = weigh(words)
    held = support(words, discipline=discipline, on=on, pack=pack)
    shares = rank(words, weighed)
    best, confidence = _best(shares, held.codes, weighed.scores)
    supports = held.codes if best == NOTHING or best in held.codes else (best, *held.codes)
    reasons = held.reasons
    if best not in held.codes and best != NOTHING:
        reasons = (*reasons, "statements like this one are most often described so")
    code = best if confidence >= ranker().threshold else None
    return Classified(code, best, confidence, () if best == NOTHING else supports, reasons)


def _best(shares: dict[str, float], held: tuple[str, ...], scores: dict[str, float]) -> tuple[str, float]:
    """Return the most probable code; the rest class becomes the code that the word tables name, where they name one."""
    others = [code for code in held if code not in CLASSES]
    others += sorted((code for code in scores if code not in CLASSES), key=lambda code: -scores[code])
    for name in sorted(shares, key=lambda each: -shares[each]):
        if name != "OTHER":
            return name, shares[name]
        if others:
            return others[0], shares[name]
    return NOTHING, shares[NOTHING]
