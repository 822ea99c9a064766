"""The eight documentation elements: present with their words, or absent with the nearest words and why not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cleanclaim.notes import durations, evidence, purpose, regions, singly
from cleanclaim.notes.clauses import Clauses
from cleanclaim.notes.durations import Kind
from cleanclaim.notes.facts import Element, Intervention, NoteFacts, Quote, Shown, Status

_WHY = {
    Status.PLANNED: "it is planned, not given",
    Status.GOAL: "it stands in a goal",
    Status.HEP_ISSUED: "it is a home program handed over",
    Status.HEP_HOME: "it is done at home",
    Status.HISTORY: "it was on another day or is the patient's own activity",
    Status.REFERRAL: "someone else is asked to give it",
    Status.REFUSED: "it was not done",
    Status.TEST_FINDING: "it is a test result, not treatment",
    Status.TEMPLATE: "it is an unfilled line",
}
_TASK_CODES = frozenset({"97530", "97535", "97537", "97542"})
_POSTURE = re.compile(r"\bchin[- ](?:tuck|down|up)\b", re.IGNORECASE)
_PROPS = re.compile(
    r"\b(?:cones?|pegs?|beads?|rings?|bean ?bags?|blocks?|balloons?|discs?|numbered|dowels?|putty|clothespins?"
    r"|targets?)\b",
    re.IGNORECASE,
)
_NO_TREATMENT = "no treatment was given that day"
_GROUP = frozenset({"97150", "92508"})


def read(facts: NoteFacts, previous: Sequence[str] = ()) -> dict[Element, Shown]:
    """Return each element as shown by ``facts`` (everything else filled in), cloned words earning no credit.

    Services, duration, purpose, skill, response and one-on-one concern treatment given that day: without any they are
    absent. Words repeated from ``previous`` show neither skill nor response where the whole note is repeated.

    >>> note = "Bridges 3 x 10 15 min"
    >>> shown = read(NoteFacts(note))
    >>> shown[Element.DURATION].present, shown[Element.DURATION].nearest.text, shown[Element.DURATION].why_not
    (False, '15 min', 'no treatment was given that day')
    """
    clauses = Clauses(facts.text, facts.sections, facts.interventions)
    treated = bool(facts.performed)
    shown = {
        Element.SERVICES: _services(facts),
        Element.DURATION: _duration(facts, clauses.note),
        Element.BODY_AREA: _body_area(facts, clauses),
        Element.SIGNATURE: _signature(facts),
    }
    repeated = facts.cloned and bool(previous)
    shown[Element.SKILLED_NEED] = _credited(
        facts, evidence.skill(clauses), treated, repeated, "the note says nothing of what the clinician did"
    )
    shown[Element.RESPONSE] = _credited(
        facts, evidence.response(clauses), treated, repeated, "the note tells no tolerance or change of today"
    )
    shown[Element.FUNCTIONAL_LINK] = _functional(facts, clauses, treated)
    shown[Element.ONE_ON_ONE] = _one_on_one(facts, clauses, treated)
    return {element: shown[element] for element in Element}


def _services(facts: NoteFacts) -> Shown:
    if facts.performed:
        return Shown(True, facts.performed[0].quote)
    for each in facts.interventions:
        return Shown(False, None, each.quote, _WHY.get(each.status, _NO_TREATMENT))
    return Shown(False, why_not="no service is described")


def _duration(facts: NoteFacts, note: str) -> Shown:
    quotes = [figure.quote for figure in (facts.total, facts.timed_total, facts.clock) if figure is not None]
    quotes += [each.minutes_quote for each in facts.performed if each.minutes_quote is not None]
    if quotes:
        return Shown(True, quotes[0])
    figures = [each for each in durations.find(note) if each.kind is not Kind.MARK]
    nearest = Quote.of(note, figures[0].start, figures[0].end) if figures else None
    if not facts.performed:
        return Shown(False, None, nearest, _NO_TREATMENT)
    inside = nearest and next(
        (each for each in facts.interventions if each.quote.start <= nearest.start < each.quote.end), None
    )
    if nearest is None:
        return Shown(False, why_not="no number of minutes and no clock in and out")
    why = _WHY.get(inside.status) if inside else None
    return Shown(False, None, nearest, why or "it is not the length of a treatment")


def _body_area(facts: NoteFacts, clauses: Clauses) -> Shown:
    for each in facts.interventions:
        if each.codes[:1] == ("92526",) and _POSTURE.search(each.quote.text):
            continue
        if each.body_area and each.status not in (Status.TEMPLATE, Status.REFUSED):
            found = regions.mentions(clauses.note, each.quote.start, each.quote.end)
            own = next((one for one in found if one.area == each.body_area), None)
            return Shown(True, Quote.of(facts.text, own.start, own.end) if own else each.quote)
    named = regions.sites(clauses.note, clauses.all)
    if named is not None:
        return Shown(True, Quote.of(facts.text, named.start, named.end))
    weak = next((each for each in regions.mentions(clauses.note)), None)
    if weak is None:
        return Shown(False, why_not="no part of the body is named")
    return Shown(
        False, None, Quote.of(facts.text, weak.start, weak.end), "it is not named as the site of complaint or treatment"
    )


def _signature(facts: NoteFacts) -> Shown:
    signed = next((each for each in facts.signatures if each.authenticated), None)
    if signed is not None:
        return Shown(True, signed.quote)
    for each in facts.signatures:
        return Shown(False, None, each.quote, "a name or a word without a mark of authentication and a person's name")
    return Shown(False, why_not="no mark of authentication with a person's name")


def _credited(facts: NoteFacts, found: Iterable[Quote], treated: bool, cloned: bool, why: str) -> Shown:
    """Return the first of ``found`` that earns credit."""
    first = next(iter(found), None)
    if first is None:
        stock = facts.boilerplate[0] if facts.boilerplate else None
        return Shown(
            False, None, stock, "a ready phrase earns no credit" if stock else why if treated else _NO_TREATMENT
        )
    if not treated:
        return Shown(False, None, first, _NO_TREATMENT)
    if cloned:
        return Shown(False, None, first, "the words repeat an earlier note")
    return Shown(True, first)


def _functional(facts: NoteFacts, clauses: Clauses, treated: bool) -> Shown:
    first = next(purpose.function(clauses), None)
    if first is None and treated:
        first = next((each.quote for each in facts.performed if _is_task(each)), None)
    if first is None:
        return Shown(False, why_not="no task or role is named" if treated else _NO_TREATMENT)
    return Shown(True, first) if treated else Shown(False, None, first, _NO_TREATMENT)


def _is_task(given: Intervention) -> bool:
    """Return whether the activity is itself a task of a life, not the handling of a therapist's props."""
    return bool(given.codes) and given.codes[0] in _TASK_CODES and not _PROPS.search(given.quote.text)


def _one_on_one(facts: NoteFacts, clauses: Clauses, treated: bool) -> Shown:
    first = next(singly.one_on_one(clauses), None)
    if first is None:
        return Shown(False, why_not="the note does not say it" if treated else _NO_TREATMENT)
    if not treated:
        return Shown(False, None, first, _NO_TREATMENT)
    if all(each.several_patients or _GROUP & set(each.codes[:1]) for each in facts.performed):
        return Shown(False, None, first, "several patients were treated at once")
    return Shown(True, first)
