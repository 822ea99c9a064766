"""Whether the note records an evaluation given that day, and which of its elements it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from cleanclaim.notes.clauses import Clauses
from cleanclaim.notes.facts import NoteFacts, Quote, Shown, Status
from cleanclaim.notes.phrases import Phrases, table

ELEMENTS = ("history", "measures", "goals", "plan")
"""What an evaluation has to show (Pub. 100-02 ch. 15 sec. 220.3.C)."""

_BY_SECTION = {"history": "history", "goals": "goals", "plan": "plan"}
_MEASURED = re.compile(
    r"\b\d+(?:\.\d+)?\s?(?:deg\w*|\u00b0|kg|lbs?|cm|mm|ft|m/s|sec(?:onds)?|s\b|db|%|/\s?\d+)|\b\d\s?[+-]?/\s?5\b"
    r"|\bscores?\b[^.;\n]{0,40}\d|\b\d+ (?:of|out of) \d+|\b(?:score|index|total|composite|berg|tug|moca|dash|lefs"
    r"|odi|ndi)\b\D{0,16}\d",
    re.IGNORECASE,
)
_GOAL_HEAD = re.compile(
    r"\b(?:goals?|stgs?|ltgs?)\b(?! (?:not|to be|tbd|tba|deferred|pending|next|were|unchanged)\b)[^.;\n:]{0,24}[:.)-]"
    r"|\b(?:goals?|aims?) (?:is|are|of)\b|\b(?:targets?|aims?|objectives)\b\s?(?:\d+\s?)?[:.)-]",
    re.IGNORECASE,
)
_PLAN_HEAD = re.compile(
    r"(?:\bplan|\bpoc|\bp|\ba/p|\bfrequency|\brecommendations?)\s?[:-]|\bplan of care\b|\bplan is\b|\bplan to\b",
    re.IGNORECASE,
)
_WHY = {
    "history": "no history and no prior level of function",
    "measures": "no objective measure with its figure",
    "goals": "no goal",
    "plan": "no plan",
}


@cache
def _words(kind: str) -> Phrases:
    return Phrases({kind: table("evaluation")[kind]})


@cache
def _codes() -> frozenset[str]:
    return frozenset(table("evaluation")["codes"])


def read(facts: NoteFacts) -> tuple[bool, dict[str, Shown]]:
    """Return (an evaluation was given, its elements by name: history, measures, goals, plan).

    The elements are empty where no evaluation was given. A re-evaluation needs the same four.

    >>> read(NoteFacts("Heel slides 3 x 10"))
    (False, {})
    """
    if not any(each.codes and each.codes[0] in _codes() for each in facts.performed):
        return False, {}
    clauses = Clauses(facts.text, facts.sections, facts.interventions)
    return True, {name: _shown(facts, clauses, name) for name in ELEMENTS}


def _shown(facts: NoteFacts, clauses: Clauses, name: str) -> Shown:
    quote = next(_found(facts, clauses, name), None)
    return Shown(True, quote) if quote is not None else Shown(False, why_not=_WHY[name])


def _found(facts: NoteFacts, clauses: Clauses, name: str) -> Iterator[Quote]:
    for part in facts.sections:
        if _BY_SECTION.get(part.kind) == name:
            yield Quote.of(facts.text, part.start, part.end)
    status = {"goals": Status.GOAL, "plan": Status.PLANNED, "history": Status.HISTORY}.get(name)
    for each in facts.interventions:
        if each.status is status:
            yield each.quote
    if name == "measures":
        yield from _measured(facts, clauses)
        return
    head = {"goals": _GOAL_HEAD, "plan": _PLAN_HEAD}.get(name)
    performed = [each.quote for each in facts.performed]
    for clause in clauses.all:
        text = facts.text[clause[0] : clause[1]]
        if head is not None:
            if head.search(text):
                yield clauses.quote(clause)
            continue
        if any(each.start <= clause[0] < each.end for each in performed):
            continue
        if next(_words(name).find(facts.text, clauses.words(clause)), None) is not None:
            yield clauses.quote(clause)


def _measured(facts: NoteFacts, clauses: Clauses) -> Iterator[Quote]:
    """Yield the clauses with an objective measure: a test or a range with its figure, not a goal's or a dose's."""
    for clause in clauses.today():
        text = clauses.bare[clause[0] : clause[1]]
        if _MEASURED.search(text) and not re.search(r"\bmin(?:ute)?s?\b", text):
            yield clauses.quote(clause)
