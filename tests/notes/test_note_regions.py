"""Body area and side: as named with the activity, never borrowed; and the sides that a complaint names."""

from __future__ import annotations

import pytest
from marked_note import marked

from cleanclaim.notes import regions


def placed(text: str) -> list[tuple[str | None, str | None]]:
    note, given_ = marked(text)
    return [(each.body_area, each.side) for each in regions.place(note, (), given_)]


@pytest.mark.parametrize(
    ("span", "area", "side"),
    [
        ("caudal glides L G-H", "shoulder", "left"),
        ("R axillary band stretched", "shoulder", "right"),
        ("scar lift, right side of the neck", "neck", "right"),
        ("C/S rotation mobilization to the R", "neck", "right"),
        ("suboccipital release", "neck", None),
        ("thoracic PA pressures", "thoracic spine", None),
        ("R rib breathing in side-lying", "thoracic spine", "right"),
        ("lumbar traction, knees over a stool", "lumbar spine", None),
        ("SIJ gapping, left", "lumbar spine", "left"),
        ("PA mobs L4-5", "lumbar spine", None),
        ("trunk rotation in sitting", "trunk", None),
        ("deep abdominal bracing with heel drops", "abdomen", None),
        ("Kegels, 10 s on, 10 s off", "pelvic floor", None),
        ("lat epicondyle friction (R)", "elbow", "right"),
        ("supination with a hammer, L forearm", "forearm", "left"),
        ("attended stimulation of L wrist extensors", "wrist", "left"),
        ("MCP blocking R", "hand", "right"),
        ("R thumb web stretch", "hand", "right"),
        ("lifting tins with both arms", "upper extremity", "bilateral"),
        ("BUE ergometer", "upper extremity", None),
        ("clamshells with band, L hip", "hip", "left"),
        ("quad sets and SLR", "knee", None),
        ("patellar tilts, rt", "knee", "right"),
        ("calf raises", "ankle", None),
        ("dorsiflexion stretch R", "ankle", "right"),
        ("plantar fascia release, LEFT", "foot", "left"),
        ("toe curls", "foot", None),
        ("stepper, both legs", "lower extremity", "bilateral"),
        ("TMJ distraction, bilat masseter release", "jaw", "bilateral"),
        ("brow lifts before a mirror", "face", None),
        ("tongue press, Masako", "mouth", None),
        ("digital occlusion at the throat stoma", "throat", None),
        ("L wrist and L wrist scar", "wrist", "left"),
        ("R knee curls, L knee isometrics", "knee", "bilateral"),
        ("overground walking in R AFO", None, "right"),
        ("NuStep L5", None, None),
        ("stepper on 2 L O2", None, None),
        ("walking with two poles along a corridor", None, None),
        ("moved to a hand signal", None, None),
        ("getting up from an armchair", None, None),
        ("bill paying at eye height", None, None),
        ("buttoning, hand-over-hand then alone", None, None),
        ("turning right at the cones", None, None),
        ("wrote what was left on the list", None, None),
        ('opening a jar, cued "use the heel"', None, None),
    ],
)
def test_named_in_the_span(span: str, area: str | None, side: str | None) -> None:
    assert placed(f"[[{span}]]") == [(area, side)]


def test_row_and_heading_name_it() -> None:
    assert placed("R ankle: [[one-leg stance on a disc]] 16 min") == [("ankle", "right")]
    assert placed("LEFT SHOULDER:\n[[wand lifts]]\n[[pulleys]]") == [("shoulder", "left"), ("shoulder", "left")]
    assert placed("[[wand lifts]], L shoulder, 10 min") == [("shoulder", "left")]


def test_never_borrowed() -> None:
    assert placed("[[L shoulder wand lifts]]\n[[walking with two poles]]") == [("shoulder", "left"), (None, None)]
    assert placed("s/p R TKA\n[[walking with a cane]]") == [(None, None)]
    assert placed("[[Board transfer]]. Hand under thigh on two of six.") == [(None, None)]


@pytest.mark.parametrize(
    ("note", "named"),
    [
        ("Dx: plantar fasciitis, LEFT\n[[right heel release]]", [("left", "foot")]),
        ("s/p R carpal boss excision\n[[L wrist glides]]", [("right", "wrist")]),
        ("Seen 11/2. c/o L knee pain\n[[R knee curls]]", [("left", "knee")]),
        ("right hemisphere stroke, L inattention\n[[L wrist glides]]", []),
        ("R CVA 2024\n[[L shoulder slides]]", []),
        ("x\ny\nOld L knee injury\n[[R knee curls]]", []),
        ("x\ny\nR knee 110 deg, L knee 130 deg\n[[R knee curls]]", []),
        ("right-handed clerk\n[[L wrist glides]]", []),
    ],
)
def test_sides_of_the_complaint(note: str, named: list[tuple[str, str]]) -> None:
    text, given_ = marked(note)
    _, stated = regions.stated(text, (), regions.place(text, (), given_))
    assert [each[:2] for each in stated] == named


def test_sides_treated() -> None:
    text, given_ = marked("[[R knee curls]] [[planned|L knee curls]]")
    treated, _ = regions.stated(text, (), regions.place(text, (), given_))
    assert [(side, area, quote.text) for side, area, quote in treated] == [("right", "knee", "knee")]


def test_site_of_a_complaint() -> None:
    def sited(text: str) -> str | None:
        found = regions.sites(text, [(0, len(text))])
        return found and found.area

    assert sited("R Achilles") == "ankle"
    assert sited("burn of the hand") == "hand"
    assert sited("right hemisphere stroke") is None
    assert sited("moved to a hand signal") is None
    assert sited("T4 paraplegia, chair user") is None
    assert sited("told when to lean, hand on the belt") is None
