"""The eight elements: what shows them, and the nearest words that do not; clones; elements of an evaluation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marked_note import marked

from cleanclaim.notes import clones, elements, evaluation, minutes, regions, sections, signatures, totals
from cleanclaim.notes.facts import Element, NoteFacts, Shown


def facts(text: str, codes: tuple[str, ...] = ("97110",), previous: tuple[str, ...] = ()) -> NoteFacts:
    note, given_ = marked(text, codes)
    parts = sections.read(note)
    given_ = regions.place(note, parts, minutes.bind(note, parts, given_))
    found = totals.read(note, parts, given_)
    return NoteFacts(
        note,
        parts,
        given_,
        found.timed,
        found.total,
        found.stated,
        found.clock,
        signatures=signatures.read(note, parts),
        cloned=clones.compare(note, previous),
        boilerplate=clones.boilerplate(note),
    )


def shown(text: str, element: Element, codes: tuple[str, ...] = ("97110",), previous: tuple[str, ...] = ()) -> Shown:
    return elements.read(facts(text, codes, previous), previous)[element]


@pytest.mark.parametrize(
    ("element", "text", "words"),
    [
        (Element.SERVICES, "[[Sidelying ER no weight, 2 x 12]]", "Sidelying ER no weight, 2 x 12"),
        (Element.DURATION, "[[curls]]\nSession 40 min", "Session 40 min"),
        (Element.DURATION, "[[curls]] 15 min", "15 min"),
        (Element.DURATION, "IN 9:00 OUT 9:40\n[[curls]]", "IN 9:00 OUT 9:40"),
        (Element.BODY_AREA, "R Achilles, week 9\n[[steps]]", "Achilles"),
        (Element.BODY_AREA, "[[planned|L shoulder slides]]", "shoulder"),
        (Element.FUNCTIONAL_LINK, "[[curls]]\nNeeds this arm for the upper bin at work.", None),
        (Element.FUNCTIONAL_LINK, "[[curls]]\nSo that she can carry the shopping.", None),
        (Element.FUNCTIONAL_LINK, "[[curls]]\nHe stands ten-hour nights as a nurse.", None),
        (Element.FUNCTIONAL_LINK, "[[curls]]\nTo cut his lawn.", None),
        (Element.FUNCTIONAL_LINK, "[[curls]]\nShe carries sheep feed on a slope.", None),
        (Element.FUNCTIONAL_LINK, "[[curls]]\nFor turning over in his bunk.", None),
        (Element.SKILLED_NEED, "[[curls]]\nEased to gr II when he winced.", "Eased to gr II when he winced."),
        (Element.SKILLED_NEED, "[[curls]]\nShelf lowered after two stumbles.", "Shelf lowered after two stumbles."),
        (Element.SKILLED_NEED, "[[curls]]\nTactile cue at the pelvis.", "Tactile cue at the pelvis."),
        (Element.SKILLED_NEED, "[[curls]]\nMin A x1 for the last two.", "Min A x1 for the last two."),
        (Element.SKILLED_NEED, "[[curls]]\nCuff dropped 2 mmHg.", "Cuff dropped 2 mmHg."),
        (Element.SKILLED_NEED, "[[curls]]\nOT held the jar until she let go.", None),
        (Element.RESPONSE, "[[curls]]\nHeadache 5, then 2.", "Headache 5, then 2."),
        (Element.RESPONSE, "[[curls]]\n112 deg after.", "112 deg after."),
        (Element.RESPONSE, "[[curls]]\nTolerated all sets.", "Tolerated all sets."),
        (Element.RESPONSE, "[[curls]]\nPeel 6 of 6.", "Peel 6 of 6."),
        (Element.RESPONSE, "[[curls]]\nStiffness down.", "Stiffness down."),
        (Element.ONE_ON_ONE, "[[curls]]\nSeen singly.", "Seen singly"),
        (Element.ONE_ON_ONE, "[[curls]] 15 min 1:1", "1:1"),
        (Element.ONE_ON_ONE, "[[curls]]\nDirect one-to-one throughout.", "one-to-one"),
        (Element.ONE_ON_ONE, "[[curls]]\nNo other client in the room.", "No other client"),
        (Element.ONE_ON_ONE, "[[curls]]\nIndividual session.", "Individual session"),
        (Element.ONE_ON_ONE, "One therapist, one child.\n[[curls]]", "One therapist, one child"),
        (Element.SIGNATURE, "[[curls]]\n/es/ Ola Bergqvist PT", "/es/ Ola Bergqvist PT"),
    ],
)
def test_present(element: Element, text: str, words: str | None) -> None:
    found = shown(text, element)
    assert found.present
    assert found.quote is not None
    if words is not None:
        assert found.quote.text == words


@pytest.mark.parametrize(
    ("element", "text", "nearest", "why"),
    [
        (Element.SERVICES, "[[planned|curls 3 x 10]]", "curls 3 x 10", "it is planned, not given"),
        (Element.SERVICES, "[[refused|stairs]]", "stairs", "it was not done"),
        (Element.DURATION, "[[curls]]. Came 15 min late.", "15 min", "it is not the length of a treatment"),
        (Element.DURATION, "[[curls]]\nGoals: [[goal|walk 20 min]]", "20 min", "it stands in a goal"),
        (Element.BODY_AREA, "right hemisphere stroke\n[[steps]]", None, "no part of the body is named"),
        (Element.BODY_AREA, "[[steps]]\nmoved to a hand signal", None, "no part of the body is named"),
        (Element.FUNCTIONAL_LINK, "[[curls]]\nPain 4/10, ROM 0-110.", None, "no task or role is named"),
        (Element.FUNCTIONAL_LINK, "[[curls]]\nTo increase knee range and strength.", None, "no task or role is named"),
        (Element.FUNCTIONAL_LINK, "[[curls]]\nNeeds further skilled care.", None, "no task or role is named"),
        (Element.FUNCTIONAL_LINK, "[[hot pack]]\nPurpose: less guarding.", None, "no task or role is named"),
        (Element.FUNCTIONAL_LINK, "[[history|mows the lawn]]\n[[curls]]", None, "no task or role is named"),
        (
            Element.SKILLED_NEED,
            "[[curls]]\nPt will go on needing skilled care.",
            "will go on needing skilled care",
            "a ready phrase earns no credit",
        ),
        (Element.SKILLED_NEED, "[[curls]]\n3/10.", None, "the note says nothing of what the clinician did"),
        (
            Element.SKILLED_NEED,
            "[[curls]]\nPain reduced 5 to 3.",
            None,
            "the note says nothing of what the clinician did",
        ),
        (
            Element.SKILLED_NEED,
            "[[curls]]\nModified Ashworth 2.",
            None,
            "the note says nothing of what the clinician did",
        ),
        (
            Element.SKILLED_NEED,
            "[[curls]]\nPlan: cue less next week.",
            None,
            "the note says nothing of what the clinician did",
        ),
        (Element.RESPONSE, "[[curls]]\nSkin dry on arrival.", None, "the note tells no tolerance or change of today"),
        (
            Element.RESPONSE,
            "S: pain 5/10 this morning\nO: [[curls]]",
            None,
            "the note tells no tolerance or change of today",
        ),
        (
            Element.RESPONSE,
            "[[curls 3/10 effort]] 15 min on 11/10/2026",
            None,
            "the note tells no tolerance or change of today",
        ),
        (Element.ONE_ON_ONE, "Six in class.\n[[curls]]", None, "the note does not say it"),
        (Element.ONE_ON_ONE, "[[curls]], individual muscles isolated", None, "the note does not say it"),
        (Element.SIGNATURE, "[[curls]]\nOla Bergqvist, OTR/L", "Ola Bergqvist, OTR/L", None),
        (Element.SIGNATURE, "[[curls]]\nPhysio Team", "Physio Team", None),
    ],
)
def test_absent(element: Element, text: str, nearest: str | None, why: str | None) -> None:
    found = shown(text, element)
    assert not found.present
    assert (found.nearest and found.nearest.text) == nearest
    if why is not None:
        assert found.why_not == why


def test_without_treatment_six_are_absent() -> None:
    note = "[[planned|R knee curls]], 15 min, one-on-one, cue at the hip, 3/10 after, to mow.\n/s/ Ola Bergqvist PT"
    found = elements.read(facts(note))
    assert [element.value for element in Element if found[element].present] == ["body_area", "signature"]


def test_a_task_is_its_own_link() -> None:
    assert shown("[[lifting crates]]", Element.FUNCTIONAL_LINK, ("97530",)).present
    assert not shown("[[lifting sandbags]]", Element.FUNCTIONAL_LINK, ("97110",)).present


def test_several_patients_are_not_one_on_one() -> None:
    assert not shown("[[rows and curls]] 1:1", Element.ONE_ON_ONE, ("97150",)).present


def test_cloned_words_earn_nothing() -> None:
    earlier = "9/1/2026 R knee curls 3 x 10. Patella tapped. Lag 5 then 0."
    note = "9/8/2026 [[R knee curls 3 x 10]]. Patella tapped. Lag 5 then 0."
    for element in (Element.SKILLED_NEED, Element.RESPONSE):
        assert shown(note, element).present
        found = shown(note, element, previous=(earlier,))
        assert (found.present, found.why_not) == (False, "the words repeat an earlier note")


@pytest.mark.parametrize(
    ("note", "earlier", "cloned"),
    [
        ("9/8/26 curls 3 x 10, tapped, 2/10", "9/1/26 curls 3 x 10, tapped, 2/10", True),
        ("Oct 20 2026 curls, tapped", "Oct 16 2026 curls, tapped", True),
        ("Visit 5. curls, tapped", "Visit 4. curls, tapped", True),
        ("9/8/26 curls 3 x 12, tapped, 2/10", "9/1/26 curls 3 x 10, tapped, 2/10", False),
        ("9/8/26 curls 3 x 10, nudged, 2/10", "9/1/26 curls 3 x 10, tapped, 2/10", False),
        ("9/8/26 curls 3 x 10, tapped, 1/10", "9/1/26 curls 3 x 10, tapped, 2/10", False),
        ("", "", False),
    ],
)
def test_clones(note: str, earlier: str, cloned: bool) -> None:
    assert clones.compare(note, (earlier,)) is cloned


def test_no_earlier_note_is_no_clone() -> None:
    assert clones.compare("curls", ()) is False


def test_evaluation_lacks() -> None:
    given_, found = evaluation.read(
        facts("[[OT evaluation of the R wrist]]\nPlan: orthosis and motion work.", ("97165",))
    )
    assert given_
    assert {name: each.present for name, each in found.items()} == {
        "history": False,
        "measures": False,
        "goals": False,
        "plan": True,
    }
    assert found["goals"].why_not == "no goal"


def test_evaluation_complete() -> None:
    text = (
        "[[PT evaluation]], 40 min\nHistory: fell 9/1, diabetes. Prior: drove, walked the dog.\n"
        "L knee 0-95 deg, MMT 3/5.\nGoals: stairs in 3 weeks.\nPlan: twice weekly."
    )
    given_, found = evaluation.read(facts(text, ("97161",)))
    assert given_
    assert [name for name, each in found.items() if not each.present] == []


def test_no_evaluation_planned() -> None:
    assert evaluation.read(facts("[[planned|evaluation on 10/1]]", ("97161",))) == (False, {})


@given(st.text(max_size=120))
def test_any_text_is_read(text: str) -> None:
    found = elements.read(replace(NoteFacts(text), boilerplate=clones.boilerplate(text)))
    assert list(found) == list(Element)
    for each in found.values():
        for quote in (each.quote, each.nearest):
            assert quote is None or text[quote.start : quote.end] == quote.text
