"""The task or role that treatment serves, in the words of a note: by purpose, or named as part of a life."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from cleanclaim.notes import grading
from cleanclaim.notes.clauses import Clauses, around
from cleanclaim.notes.evidence import patient_is
from cleanclaim.notes.facts import Quote, Status
from cleanclaim.notes.phrases import Hit, Word, table

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
    for clause in clauses.within(_ELSEWHERE, _NOT_FUNCTION):
        among = clauses.words(clause)
        if not among:
            continue
        found = clauses.hits("function", clause)
        task = any(hit.kind == "task" for hit in found)
        text = clauses.note[clause[0] : clause[1]]
        purposed = any(hit.kind == "purpose" for hit in found) or _PURPOSE_HEAD.match(text) is not None
        if purposed and (task or _content(clauses, among, found)):
            yield clauses.quote(clause)
        elif task or _habit(among) or role(text[: grading.LONGEST]) or clauses.hits("roles/trades+places", clause):
            plain.append(clause)
    for clause in plain:
        yield clauses.quote(clause)
    for each in clauses.interventions:
        if each.status is Status.REFUSED and _LIMIT.search(each.quote.text) and not _TODAY.search(each.quote.text):
            yield each.quote


_ELSEWHERE = frozenset({"signature", "home", "referral"})
_LIMIT = re.compile(r"\b(?:cannot|can't|can not|no longer|struggles|not able to)\b", re.IGNORECASE)
_TODAY = re.compile(r"\b(?:today|this (?:visit|session)|refused|declined|held|deferred)\b", re.IGNORECASE)
_OPENING = re.compile(
    r"[\W_]*(?:(?:she|he|they|pt|patient|client|child|also|still|now|mom|mum|dad|who|and|then|otherwise|normally"
    r"|usually"
    r"|function|work|job|home|social|role|hobby|hobbies|life|lives alone|retired)\b[\s:,&]*)*(?P<verb>[A-Za-z]{3,}s)\b",
    re.IGNORECASE,
)
_AROUND_LIFE = re.compile(
    r"\b(?:all (?:day|morning|night|evening|shift|week|weekend)|(?:each|every|most|on|at) (?:day|morning|evening|night"
    r"|weekend|weekends|nights|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)|(?:\d+|two|three|four|five|six|seven|eight"
    r"|nine|ten|twelve) ?-?(?:h|hrs?|hours?)\b|for a living|by trade|for hours|on shift|daily|nightly|as an? [a-z]+"
    r"|for (?:work|fun|money|pleasure|charity|the \w+)|at (?:an?|the) (?!bars?\b|rail|wall|counter|edge|end|sink"
    r"|mat|table"
    r"|plinth|parallel|time|same|start|side)\w+|to (?:the|her|his|their|and from) (?!mat|door|chair|table|line|end"
    r"|left|right|side|bars?\b|wall|plinth|rail)\w+"
    r"|(?:her|his|their) own [a-z]+|on foot|by bus|by bike)\b",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    r"[ \t]+(?!weights?\b|objects?\b|cones?\b|blocks?\b|bean ?bags?\b|dowels?\b)(?:(?:an?|the|his|her|their|heavy"
    r"|big|large|small|full|wet|old) )?[a-z]{3,}s?\b(?=[ .,;]|$)"
)
_SHOWN = re.compile(
    r"\d|\b(?:without|less|more|better|now|only|independent\w*|unaided|slow\w*|easi\w*|foot|feet|legs?|arms?|toes?"
    r"|heels?|knees?|hips?"
    r"|weight|head|trunk|reps?|sets?|steps?|level|with (?:min|mod|cga|sba|cues?|good|poor|fair|both|a limp))\b",
    re.IGNORECASE,
)
_LONG = re.compile(r"\b(?:all|hours?|hrs?|h|living|trade|duty|shift|\d+h)\b", re.IGNORECASE)
_STANDING = re.compile(
    r"\b(?:on (?:his|her|their|my) feet|sits?|stands?|lifts?|drives?|types?|sitting|standing|lifting|bending|typing"
    r"|driving|reaching|kneeling|climbing|carrying|works?|working|walks?|shifts?)\b[^;\n]{0,30}"
    r"\b(?:all (?:day|night|shift|morning)|(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve) ?-?(?:h|hrs?"
    r"|hours?)\b(?: (?:a|per|each|every) (?:day|shift|night))?|for a living|by trade|full duty|light duty|night shift)",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    r"\b(?:tolerat|pain|ache|splint|brace|orthosis|stretch|exercise|program|ice|able)\w*", re.IGNORECASE
)


@cache
def _verbs(kind: str) -> frozenset[str]:
    return frozenset(table("roles")[kind].split())


def role(text: str) -> bool:
    """Return whether ``text`` tells in plain words what the patient does in life: "Types claims all day".

    >>> role("Stands eight hours at a till."), role("Paints ceilings."), role("Stands at the bars 20 s")
    (True, True, False)
    """
    found = _OPENING.match(text)
    if found is not None:
        verb = found["verb"].lower()
        if verb in _verbs("shared"):
            rest = text[found.end() :]
            if _PRESENT.search(rest):
                return False
            if _AROUND_LIFE.search(rest) or (
                verb in _verbs("handling") and _OBJECT.match(rest) and not _SHOWN.search(rest)
            ):
                return True
        elif verb in _verbs("verbs") and len(text[found.end() :].split()) > 0:
            return True
    return _LONG.search(text) is not None and _STANDING.search(text) is not None and not _PRESENT.search(text)


def _content(clauses: Clauses, among: Sequence[Word], found: Sequence[Hit]) -> bool:
    """Return whether a purpose names more than impairments and therapy."""
    first = next((hit.end for hit in found if hit.kind == "purpose"), among[0].end)
    clinicians = around("skill", "clinician")
    if any(word.text in clinicians and not patient_is(clauses.note, word) for word in among):
        return False
    behind = [word for word in among if word.start >= first][:8]
    return any(
        word.text not in around("function", "impairment") and not word.text[0].isdigit() and len(word.text) > 2
        for word in behind
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
