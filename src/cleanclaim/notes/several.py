"""Which interventions were shared by several patients at once: row by row, where the note tells them apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cleanclaim.notes.facts import Intervention, Status
from cleanclaim.notes.text import page, sentences

_NUMBER = r"(?:two|three|four|five|six|seven|eight|nine|ten|[2-9]|1\d)"
_WHO = (
    r"(?:patients?|clients?|members|children|kids|men|women|ladies|gentlemen|pupils|students|adults|people|persons"
    r"|residents|players|participants|boys|girls|veterans|(?:middle-)?schoolers|teenagers|teens|swimmers|seniors|pts)"
)
_SHARED = re.compile(
    rf"\b{_NUMBER} (?:other )?(?:\w+ )?{_WHO}\b(?! (?:ago|old|at home))"
    rf"|\b{_NUMBER} (?:in (?:the |a |this )?(?:class|group|circuit)"
    r"|others\b)|\bshared (?:the|one|a|with)\b[^.;\n]{0,20}\b(?:therapist|clinician|pt|ot|slp|patients?|clients?)\b"
    rf"|\bpairs? of {_WHO}\b|\bdyads?\b|\bwith (?:one|another|{_NUMBER}) other {_WHO}"
    r"|\b(?:group|class) (?:of|session|treatment|therapy|rx|tx|pt\b|ot\b|slp\b|st\b|speech|exercise|visit|activity|with"
    r"|format|setting|led|skills?)\b|\b(?:group|class)[:,(]|\b(?:group|class)\b(?= ?[\d/-])"
    r"|\b(?:seen|treated|given|worked|done|delivered|run|held|participated|took part"
    r"|joined) (?:in|as|as part of) (?:a |the |an )?"
    r"(?:\w+ ){0,2}(?:group|class)\b"
    r"|\b(?:balance|cooking|baking|kitchen|voice|language|aphasia|conversation|social skills?|handwriting|falls?"
    r"|circuit|fluency|stuttering|cognitive|memory|adl|pulmonary|cardiac|chair|back|neck|knee|hip|shoulder|gym"
    r"|exercise|parkinson'?s?|tai chi|lunch|craft|garden(?:ing)?|pool|aquatic|water) (?:group|class)\b",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(
    r"\b(?:no|not|never|nobody|without|outside|home|school|ballroom|yoga|muscle|age|support|church|her|his|their|my|own"
    r"|wants?|return\w*|back|join\w*|rejoin\w*|needs?|goals?|goes|attends?|teach\w*"
    r"|before|after|next|for|to|until|invited"
    r"|discharge\w*|same|evening|weekly|community|local)"
    r"(?: \w+){0,3} $",
    re.IGNORECASE,
)
_NO_GROUP = re.compile(
    r"\W?(?: ?room\b| ?mates?\b| library| home\b| of muscles| (?:i{1,3}|iv|[ivx]+)\b)", re.IGNORECASE
)
_SINGLY = re.compile(
    r"(?<!no )(?<!not )\b(?:1[: ]1|1-?on-?1|one[- ](?:on|to)[- ]one|individual(?:ly)?|alone with|singly|one patient"
    r"|only patient|by (?:him|her)self with)\b",
    re.IGNORECASE,
)
_BEFORE = 34


def mark(note: str, found: Sequence[Intervention]) -> tuple[Intervention, ...]:
    """Return ``found`` with ``several_patients`` where the words of its own sentence or of the visit say so.

    A row of its own kind is judged by itself: "one-on-one" beside a group row is no group. What is said of a group
    holds for every row, unless the note also calls some of its work, or the visit, individual.

    >>> from cleanclaim.notes.facts import Quote
    >>> def told(note, *words):
    ...     spans = ((note.index(each), note.index(each) + len(each)) for each in words)
    ...     return [Intervention(Quote.of(note, *span), Status.PERFORMED) for span in spans]
    >>> note = "Group of three: hip circuit 30 min" + chr(10) + "One-on-one: step-ups 15 min"
    >>> [each.several_patients for each in mark(note, told(note, "hip circuit", "step-ups"))]
    [True, False]
    """
    if not any(each.status is Status.PERFORMED for each in found) or not any(_told(note, 0, len(note))):
        return tuple(replace(each, several_patients=False) if each.several_patients else each for each in found)
    places = [place for line in page(note).lines for place in sentences(note, *line)]
    shared = [any(_told(note, *place)) for place in places]
    singly = [_SINGLY.search(note, *place) is not None for place in places]
    alone = any(singly)
    marked = []
    for each in found:
        own = [n for n, (start, end) in enumerate(places) if each.quote.start < end and start < each.quote.end]
        if each.status is not Status.PERFORMED or any(singly[n] for n in own):
            several = False
        else:
            several = any(shared[n] for n in own) or not alone
        marked.append(replace(each, several_patients=several))
    return tuple(marked)


def _told(note: str, start: int, end: int) -> list[bool]:
    return [
        True
        for each in _SHARED.finditer(note, start, end)
        if _OTHERWISE.search(note, max(start, each.start() - _BEFORE), each.start()) is None
        and _NO_GROUP.match(note, each.end()) is None
    ]
