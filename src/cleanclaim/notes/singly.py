"""One-on-one in the words of a note: the patient alone with the clinician."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleanclaim.notes.clauses import Clauses
from cleanclaim.notes.facts import Quote, Status

_SINGLY = re.compile(
    r"\b1 ?: ?1\b|\b1 ?(?:-| )?on(?:-| )?1\b|\b(?:one|1)[- ]?(?:on|to|2)[- ]?(?:one|1)\b|\b(?:seen|treated|worked"
    r"|taken|attended) (?:singly|alone|individually|separately|by h(?:er|im)sel?f|on (?:his|her|their) own)\b"
    r"|\bsingly\b|\bindividually\b"
    r"|\bindividual(?! (?:muscle|finger|digit|joint|sound|word|need|goal|letter|item|step|component|differ|exercise"
    r"|task|bite|cup|serving|plan|education plan|therapy plan|patient's))\b(?:,| (?:throughout|treat\w+|session"
    r"|visit|tx|hour|therapy|work|attention|time|care|contact|basis|slot|appointment)|\)|\.|;|$|\n)"
    r"|\balone with (?:the |this |her |his |me\b)?(?:therapist|clinician|pt|ot|slp|patient|client|child|baby|pupil"
    r"|him|her|me|physio)?|\b(?:just|only) the two of us\b|\bno other (?:patients?|clients?|one|child\w*|pupils?)\b"
    r"|\bonly (?:patient|client|child|pupil|one)\b(?: (?:in|on|with|present|at))"
    r"|\b(?:one|single|1) (?:therapist|clinician|pt|ot|slp)\b[ ,/-]{1,3}(?:one|single|1|per|to|and|with) ?(?:one "
    r"|a |1 )?(?:child|patient|client|pupil|member)\b|\b(?:one|single|1) (?:child|patient|client|pupil"
    r"|member)[ ,/-]{1,3}(?:one|single|1) (?:therapist|clinician|pt|ot|slp|physio)\b|\bjust one (?:patient"
    r"|client)\b|\bundivided\b|\bsolo (?:session|visit|treatment|tx|slot)\b"
    r"|\bprivate (?:session|treatment room, one)\b|\bsole (?:patient|client)\b"
    r"|\bnobody else\b|\bno one else\b|\bdirect individual\b|\btherapist (?:with|beside) (?:her|him"
    r"|the patient|this patient|client) (?:throughout|the whole|alone|only)\b|\bin a room (?:alone|to ourselves)\b"
    r"|\bwith this (?:patient|client|baby|child) (?:alone|only)\b|\bhad the (?:therapist|clinician) to (?:her"
    r"|him)self\b|\bexclusive(?:ly)? (?:to|with|attention)\b|\bperson to person\b|\bface to face (?:alone"
    r"|individual)",
    re.IGNORECASE,
)
_NOT_SINGLY = re.compile(
    r"\b(?:not?|never|without|isn't|wasn't|no)\s+(?:\w+\s+)?$|\b(?:group|class)\b[^.;\n]*$", re.IGNORECASE
)


def one_on_one(clauses: Clauses) -> Iterator[Quote]:
    """Yield the words that say that the patient was treated alone by the clinician."""
    barred = [
        (each.start, each.end)
        for each in clauses.sections
        if each.kind in ("plan", "goals", "home", "referral", "history")
    ]
    barred += [
        (each.quote.start, each.quote.end) for each in clauses.interventions if each.status is not Status.PERFORMED
    ]
    for found in _SINGLY.finditer(clauses.note):
        if any(start <= found.start() < end for start, end in barred):
            continue
        if _NOT_SINGLY.search(clauses.note, max(0, found.start() - 60), found.start()):
            continue
        yield Quote.of(clauses.note, found.start(), found.end())
