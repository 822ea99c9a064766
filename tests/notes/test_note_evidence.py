"""Skill, response and role told by the form of the words: what counts, and what stays absent."""

from __future__ import annotations

import pytest
from marked_note import marked

from cleanclaim.notes import elements, grading, outcomes, purpose
from cleanclaim.notes.facts import Element, NoteFacts, Shown


def shown(text: str, element: Element, codes: tuple[str, ...] = ("97110",)) -> Shown:
    note, given = marked(text, codes)
    return elements.read(NoteFacts(note, interventions=given))[element]


@pytest.mark.parametrize(
    ("text", "hands_on", "expected"),
    [
        ("C6 glides, dose halved once the thumb buzzed", True, True),
        ("IASTM, lighter over the callus", True, True),
        ("rocking to a beat, beat slowed when he froze", False, True),
        ("wrist extensors, elbow propped by PT", False, True),
        ("bench transfer, legs lifted in for the first two", False, True),
        ("ball toss; I called the colors faster", False, True),
        ("PA glides, kept short of the dizzy range", False, True),
        ("rested when she tired", False, False),
        ("walked four laps, faster after the second", False, False),
        ("table slides, isometrics, 3 x 10", False, False),
        ("treated by the PT for 30 minutes", False, False),
        ("hand on the rail, 3 x 10", False, False),
        ("band held at the side 3 x 15", False, False),
    ],
)
def test_what_the_clinician_did(text: str, hands_on: bool, expected: bool) -> None:
    assert grading.shown(text, hands_on) is expected


@pytest.mark.parametrize(
    ("words", "present"),
    [
        ("Girth minus 0.8 cm.", True),
        ("2 coughs in 20 trials, 5 last time.", True),
        ("Grip 19 kg today against 15.", True),
        ("Caught the toe 1 x, 5 x on Monday.", True),
        ("No catch today.", True),
        ("No lurch over the last 30 m.", True),
        ("Said the whole order without a model once.", True),
        ("Headache did not rise.", True),
        ("No swelling on exam.", False),
        ("Fell twice last month.", False),
        ("BP 130/80.", False),
        ("Pain 4/10 on arrival.", False),
        ("Tray weight up 2 lb.", False),
    ],
)
def test_what_the_patient_showed_behind_the_treatment(words: str, present: bool) -> None:
    assert shown(f"[[curls 3 x 10]] 15 min\n{words}", Element.RESPONSE).present is present


@pytest.mark.parametrize(
    ("words", "present"),
    [
        ("Types claims all day.", True),
        ("Stands eight hours at a till.", True),
        ("Paints ceilings.", True),
        ("Loads parcels onto vans.", True),
        ("Hotel porter.", True),
        ("Keeps bees up a slope.", True),
        ("Cannot ride the bus to college.", True),
        ("Sits with the leg out straight.", False),
        ("Walks with a slight limp.", False),
        ("Sleeps on the left.", False),
        ("Bird dogs 3 x 8.", False),
    ],
)
def test_a_role_in_plain_words(words: str, present: bool) -> None:
    assert shown(f"[[curls 3 x 10]] 15 min\n{words}", Element.FUNCTIONAL_LINK).present is present


@pytest.mark.parametrize(
    ("words", "present"),
    [
        ("One pt, one PT.", True),
        ("Just me and him today.", True),
        ("Not shared with another patient.", True),
        ("R ankle, indiv.", True),
        ("Treatment 1-1.", True),
        ("Individual muscle testing.", False),
        ("Gr 1-1.5 laxity.", False),
        ("One patient complained of noise.", False),
    ],
)
def test_alone_with_the_clinician(words: str, present: bool) -> None:
    assert shown(f"[[curls 3 x 10]] 15 min\n{words}", Element.ONE_ON_ONE).present is present


def test_props_are_no_task() -> None:
    assert not shown("[[stacking cones]]", Element.FUNCTIONAL_LINK, ("97530",)).present


def test_a_long_clause_is_looked_through_in_part() -> None:
    assert not grading.shown("word " * 400 + "elbow propped by PT", False)
    assert outcomes.compared("9 of 12, 6 last time")
    assert purpose.role("Drives the milk round")
