"""The task or role that treatment serves, in the words of a note: by purpose, or named as part of a life."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cleanclaim.notes.clauses import Clauses, around
from cleanclaim.notes.evidence import patient_is
from cleanclaim.notes.facts import Quote, Status
from cleanclaim.notes.phrases import Hit, Word, phrases

_PURPOSE_HEAD = re.compile(
    r"[\"\u201c'(*\s-]*(?:(?:all|this|it is|it's|needed|wanted|useful|necessary|aim|purpose"
    r"|why)[ ,:]+)?(?:for(?! (?:this|him|her|me|now|today|the (?:first|last|next))\b)|to|so|because)\b",
    re.IGNORECASE,
)
_PERSON = frozenset(
    {
        "she",
        "he",
        "they",
        "client",
        "patient",
        "pt",
        "child",
        "boy",
        "girl",
        "mr",
        "mrs",
        "ms",
        "pupil",
        "member",
        "resident",
        "mother",
        "father",
        "parents",
    }
)
_NOT_FUNCTION = frozenset(
    {
        Status.HISTORY,
        Status.HEP_HOME,
        Status.HEP_ISSUED,
        Status.REFUSED,
        Status.TEMPLATE,
        Status.REFERRAL,
        Status.TEST_FINDING,
    }
)


def function(clauses: Clauses) -> Iterator[Quote]:
    """Yield the clauses that name a task or role that treatment serves: by purpose first, then by the task alone."""
    plain = []
    for clause in clauses.within({"signature", "home", "referral"}, _NOT_FUNCTION):
        among = clauses.words(clause)
        if not among:
            continue
        found = list(phrases("function").find(clauses.note, among))
        task = any(hit.kind == "task" for hit in found)
        text = clauses.note[clause[0] : clause[1]]
        purposed = any(hit.kind == "purpose" for hit in found) or _PURPOSE_HEAD.match(text) is not None
        if purposed and (task or _content(clauses.note, among, found)):
            yield clauses.quote(clause)
        elif task or _habit(among):
            plain.append(clause)
    for clause in plain:
        yield clauses.quote(clause)


def _content(note: str, among: Sequence[Word], found: Sequence[Hit]) -> bool:
    """Return whether a purpose names more than impairments and therapy."""
    since = next((hit.last + 1 for hit in found if hit.kind == "purpose"), 1)
    clinicians = around("skill", "clinician")
    if any(word.text in clinicians and not patient_is(note, word) for word in among):
        return False
    return any(
        word.text not in around("function", "impairment") and not word.text[0].isdigit() and len(word.text) > 2
        for word in among[since : since + 8]
    )


def _habit(among: Sequence[Word]) -> bool:
    """Return whether a person is said to do something of a life: "She gardens", "He lectures"."""
    for place, word in enumerate(among[:4]):
        if word.text in _PERSON and place + 1 < len(among):
            verb = among[place + 1].text
            return (
                len(verb) > 3
                and verb.endswith("s")
                and not verb.endswith("ss")
                and verb not in around("function", "habit")
            )
    return False
