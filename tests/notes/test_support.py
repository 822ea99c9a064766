"""Which codes words support: invented statements of every kind of service, and what must hold for any words."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.notes.lexicon import find, lexicon, stem
from cleanclaim.notes.support import support

BEST = [
    ("PT", "Hamstring curls on the machine, 3 x 12", "97110"),
    ("PT", "Squats 3 x 10 to build quadriceps power", "97110"),
    ("PT", "Foam rolling of the left calf, self-directed stretch", "97110"),
    ("PT", "Squatting to lift a paint tin off the ground", "97530"),
    ("OT", "Carrying a tray of glasses from bar to table, load raised twice", "97530"),
    ("PT", "Standing on a wobble board with eyes closed", "97112"),
    ("PT", "Rhythmic stabilization of the trunk in sitting", "97112"),
    ("PT", "Walking with forearm crutches, cues for heel strike", "97116"),
    ("PT", "PA glides to L4, grade III", "97140"),
    ("PT", "Scar massage and deep friction to the surgical site by the therapist", "97140"),
    ("PT", "Stroking effleurage to the back", "97124"),
    ("OT", "Putting on a blouse one-handed with a button hook", "97535"),
    ("OT", "Tub bench transfer and washing hair with a long-handled sponge", "97535"),
    ("OT", "Practiced the ticket machine and the escalator at the station", "97537"),
    ("OT", "Wheelchair propulsion up a ramp and through doorways", "97542"),
    ("PT", "Deep-water jogging with a float belt", "97113"),
    ("OT", "Platform swing and weighted vest for arousal level", "97533"),
    ("SLP", "Sustained attention task, then planning a calendar week", "97129"),
    ("SLP", "Minimal pairs with final consonants, word level", "92507"),
    ("SLP", "Effortful swallow with spoon trials of pudding", "92526"),
    ("SLP", "Programming the speech-generating device with new pages", "92609"),
    ("SLP", "Clinical swallow evaluation at bedside", "92610"),
    ("SLP", "Evaluation of stuttering", "92521"),
    ("SLP", "Voice evaluation with acoustic measures", "92524"),
    ("PT", "Moist heat to the low back", "97010"),
    ("PT", "Mechanical cervical traction, 18 lb", "97012"),
    ("PT", "Interferential current to the knee, pads placed, 15 min", "G0283"),
    ("PT", "Attended electrical stimulation of the deltoid", "97032"),
    ("PT", "Pulsed ultrasound to the Achilles", "97035"),
    ("PT", "Iontophoresis with dexamethasone", "97033"),
    ("OT", "Contrast bath of the hand", "97034"),
    ("OT", "Paraffin to both hands", "97018"),
    ("PT", "Whirlpool for the foot", "97022"),
    ("PT", "Shortwave diathermy to the hip", "97024"),
    ("PT", "Intermittent pneumatic compression of the leg", "97016"),
    ("PT", "Epley maneuver, left", "95992"),
    ("PT", "Dry needling of one muscle, upper trapezius", "20560"),
    ("PT", "Dry needling of four muscles", "20561"),
    ("PT", "Sharp debridement of the heel ulcer, slough removed", "97597"),
    ("PT", "Electrical stimulation for wound healing, stage IV sacral ulcer", "G0281"),
    ("PT", "Strapping of the ankle", "29540"),
    ("PT", "McConnell taping", "29530"),
    ("OT", "Taping of the shoulder", "29240"),
    ("PT", "Unna boot applied", "29580"),
    ("OT", "Short-stretch bandaging of the arm in layers", "29584"),
    ("OT", "Thermoplastic wrist orthosis moulded, wear schedule taught", "97760"),
    ("OT", "Wrist orthosis refitted, strap moved", "97763"),
    ("PT", "Socket check and donning of the prosthesis", "97761"),
    ("PT", "Functional capacity evaluation with written report", "97750"),
    ("OT", "Work hardening, two hours", "97545"),
    ("PT", "Pelvic floor biofeedback with vaginal sensor", "90912"),
    ("PT", "Mother trained in carry-over, patient not present", "97550"),
]


@pytest.mark.parametrize(("discipline", "words", "code"), BEST)
def test_best_code(discipline: str, words: str, code: str) -> None:
    assert support(words, discipline=discipline).codes[0] == code


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("Stair climbing with rail", ("97116", "97530")),
        ("Treadmill walking", ("97110", "97116")),
        ("Bed to chair transfer with min assist", ("97530", "97535")),
        ("Folding laundry in the kitchen", ("97535", "97530")),
    ],
)
def test_disputed_words_give_every_code_that_sources_give(words: str, codes: tuple[str, ...]) -> None:
    held = support(words, discipline="OT")
    assert (held.codes, held.disputed) == (codes, True)


@pytest.mark.parametrize(
    ("discipline", "words", "codes"),
    [
        ("PT", "Initial evaluation of the hip", ("97161", "97162", "97163")),
        ("PT", "Evaluation, moderate complexity", ("97162", "97161", "97163")),
        ("OT", "OT evaluation, low complexity", ("97165", "97166")),
        ("OT", "Re-evaluation of hand function", ("97168",)),
        ("PT", "Reassessment after the new injury", ("97164",)),
        ("MD", "PT evaluation requested", ("97161", "97162", "97163")),
        ("MD", "evaluation of the rash", ()),
    ],
)
def test_evaluations_follow_who_evaluates(discipline: str, words: str, codes: tuple[str, ...]) -> None:
    assert support(words, discipline=discipline).codes == codes


def test_several_patients_are_a_group_whatever_they_did() -> None:
    assert support("Three residents lift boxes together", discipline="OT").codes == ("97150",)
    assert support("Four children practice /r/ words", discipline="SLP").codes == ("92508",)
    assert support("Heel raises", discipline="PT", context="Balance class, six patients").codes == ("97150",)
    assert support("Strengthening of the hip muscle group", discipline="PT").codes == ("97110",)


def test_heading_counts_only_where_the_words_say_nothing() -> None:
    assert support("Leg press 3 x 10", discipline="PT", context="Functional activity:").codes == ("97110",)
    assert support("as on Monday", discipline="PT", context="Gait training:").codes == ("97116",)


def test_purpose_and_setting_are_not_the_service() -> None:
    assert support("Hot pack before manual therapy", discipline="PT").codes == ("97010",)
    assert support("Hip abductor strengthening so that she can climb stairs", discipline="PT").codes == ("97110",)


def test_payer_and_date_decide_between_twins() -> None:
    words = "Interferential current, unattended"
    assert support(words, discipline="PT", pack="medicare").codes == ("G0283", "97014")
    assert support(words, discipline="PT", pack="commercial").codes == ("97014", "G0283")
    memory = "Memory notebook training"
    assert support(memory, discipline="OT", on=date(2020, 1, 1)).codes == ("97129", "97130")
    assert support(memory, discipline="OT", on=date(2019, 12, 31)).codes == ("97127", "G0515")


def test_unspecific_words_give_no_code_and_say_so() -> None:
    held = support("as before", discipline="PT")
    assert (held.codes, held.reasons) == ((), ("the words are too unspecific for any code",))


def test_reasons_quote_the_words() -> None:
    assert support("Tandem stance", discipline="PT").reasons == (
        'balance, posture, coordination or position sense is what is trained: "Tandem stance"',
    )


def test_what_is_lacking_for_the_functional_code() -> None:
    held = support("Hamstring curls 3 x 12", discipline="PT")
    assert held.could[0] == "97530"
    assert held.lacking == "a functional task that is practiced"
    assert "97530" in held.contradicts


def test_every_phrase_is_found_where_it_stands_alone() -> None:
    lost = [
        phrase
        for name, phrase in lexicon().phrases
        if not any(hit.start == 0 for hit in find(phrase.replace("#", "3")))
    ]
    assert lost == []


def test_british_spelling_is_looked_up_alike() -> None:
    assert [stem("mobilising"), stem("oedema"), stem("fibre")] == [stem("mobilizing"), stem("edema"), stem("fiber")]


@settings(max_examples=60)
@given(st.text(max_size=300))
def test_hits_are_the_texts_own_words_in_order(text: str) -> None:
    hits = find(text)
    assert all(text[hit.start : hit.end] == hit.text for hit in hits)
    assert all(one.end <= other.start for one, other in pairwise(hits))


@settings(max_examples=60)
@given(st.text(max_size=300), st.sampled_from(["PT", "OT", "SLP", "MD", None]))
def test_any_text_is_judged_without_error_and_codes_stand_once(text: str, discipline: str | None) -> None:
    held = support(text, discipline=discipline, context=text[::-1])
    assert len(set(held.codes)) == len(held.codes)
    assert not set(held.codes) & (set(held.contradicts) | set(held.could))
