"""Whether an appeal is honest: refused where our own rules find that the payer is right, or that the claim is wrong.

The evidence is the claim as it was sent. A finding that explains the denial means that the payer is right: the claim is
corrected, or written off. Some findings rule an appeal out whatever the payer said, for the records sent with it would
show them: a pair never paid together, the same claim twice, more units than minutes. Where nothing is found an appeal
is open only if what it rests on is recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from cleanclaim.codes.denials import NO_APPEAL, UNPROCESSABLE, Cause, Refusal, family, refusals
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Rule

_AUTHORIZED = "authorized"
_NO_FILE = "whether an authorization covers the line is not known here; name the file of authorizations"
_LACKING = {
    "minutes": "the minutes of the timed services are not recorded here; read them in the note first",
    _AUTHORIZED: _NO_FILE,
    "separate_blocks": "whether the services had blocks of their own is not recorded here; read the times in the note",
}
UNDECIDED = "the payer treats the claim as not processed: there is no decision to appeal"
NOT_THE_WAY = "an appeal does not answer this reason"
_FIRST = "it would rest on what is not recorded here; find that out first"
BARRED = "the payer says that this decision cannot be appealed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an appeal is honest (one of APPEALS), why not, and what is put in its place: step, fix and who."""

    appeal: str
    because: str | None = None
    step: str | None = None
    fix: str | None = None
    who: str | None = None


def explaining(reason: str | None, cause: Cause | None, found: Sequence[str]) -> tuple[str, ...]:
    """Return the rules among ``found`` that find the fault which a payer denies for this reason.

    A cause that names rules means those; else a rule that names the reason, or one that means the same.

    >>> explaining("236", None, ["P101", "D101"])
    ('P101',)
    """
    if reason is None:
        return ()
    if cause is not None and cause.rules:
        return tuple(rule for rule in found if rule in cause.rules)
    meant = family(reason)
    return tuple(rule for rule in found if not meant.isdisjoint(rules_by_id()[rule].denial))


def judged(
    cause: Cause | None, remarks: frozenset[str], found: Sequence[str], explained: Sequence[str], facts: dict[str, Any]
) -> Verdict:
    """Return whether an appeal of a denied line is honest.

    ``found`` are the rules that find a fault in the claim as sent, ``explained`` those of them that explain the denial;
    ``facts`` those of :class:`cleanclaim.remit.as_sent.AsSent`.

    >>> from cleanclaim.codes.denials import cause_named
    >>> judged(cause_named("maximum-records"), frozenset(), [], [], {"minutes_known": True}).appeal
    'open'
    >>> judged(cause_named("pair"), frozenset(), ["P102"], ["P102"], {}).step
    'write_off'
    """
    refusal = _refusal(found, explained, facts)
    if UNPROCESSABLE in remarks:
        return Verdict("none", UNDECIDED, "new_claim")
    if refusal is not None:
        return Verdict("refused", refusal.why, refusal.step, refusal.fix, refusal.who)
    if cause is not None and _AUTHORIZED in cause.facts and facts.get(_AUTHORIZED) is not None:
        return _by_authorization(facts)
    if explained:
        title = rules_by_id()[explained[0]].title
        return Verdict("refused", f"the claim as sent has the fault: {title[0].lower()}{title[1:]}", "correct")
    if not remarks.isdisjoint(NO_APPEAL):
        return Verdict("none", BARRED)
    if cause is None or cause.appeal == "no":
        return Verdict("none", NOT_THE_WAY) if cause else Verdict("not_known", "what the payer means is not known")
    return _by_facts(cause, facts)


def _refusal(found: Sequence[str], explained: Sequence[str], facts: dict[str, Any]) -> Refusal | None:
    for one in refusals():
        holds = all(
            wanted is None or facts.get(name) == wanted
            for name, wanted in (("separate_blocks", one.separate_blocks), ("mue_mai", one.mue_mai))
        )
        if holds and any(rule in one.rules for rule in (found if one.always else explained)):
            return one
    return None


def _by_authorization(facts: dict[str, Any]) -> Verdict:
    told = facts["authorization"]
    if facts[_AUTHORIZED]:
        fix = f"Authorization {told} covers the line: send a corrected claim with its number (REF G1); appeal with it"
        return Verdict("open", None, "correct", f"{fix} if the claim had it", "biller")
    because = f"no authorization on file covers the line: {told}" if told else "no authorization is on file"
    fix = "Ask the payer to authorize the service after the fact; with its number, send a corrected claim"
    return Verdict("refused", because, "find_out", fix)


def _by_facts(cause: Cause, facts: dict[str, Any]) -> Verdict:
    if cause.step == "find_out" and not cause.facts:
        return Verdict("not_known", _FIRST)
    for name in cause.facts:
        known = facts.get("minutes_known") if name == "minutes" else facts.get(name)
        if name == "separate_blocks" and facts.get("pair_published") is False:
            continue
        if known is None or (name == "minutes" and not known):
            return Verdict("not_known", _LACKING[name], "find_out")
        if not known:
            return Verdict("refused", "the recorded blocks of the two services are not apart", "write_off")
    return Verdict("open", step="appeal" if cause.facts else None)


@cache
def rules_by_id() -> dict[str, Rule]:
    """Return the rules by their ids."""
    return {rule.id: rule for rule in all_rules()}
