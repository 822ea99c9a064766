"""What was given, planned, refused and told, on invented notes; and that any text at all is read."""

from __future__ import annotations

import time
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanclaim.notes import interventions, sections
from cleanclaim.notes.facts import Intervention, Status
from cleanclaim.notes.read import read_note

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "reading_cases.yaml").read_text("utf-8"))
NAMES = [case["id"] for case in CASES]
ALL = pytest.mark.parametrize("number", range(len(CASES)), ids=NAMES)
KNOWN_GAPS = {"n37": {"Sit-stand"}}
"""Words that are not read yet: a line without minutes, dose or a neighbor that shows it."""


@cache
def found(number: int) -> tuple[Intervention, ...]:
    text = CASES[number]["text"]
    return interventions.find(text, sections.read(text))


@ALL
def test_treatment_is_told_from_its_absence(number: int) -> None:
    given_today = any(each.status is Status.PERFORMED for each in found(number))
    assert given_today is CASES[number]["treated"]


@ALL
def test_each_span_has_its_status(number: int) -> None:
    case = CASES[number]
    for span in case["spans"]:
        if span["words"] in KNOWN_GAPS.get(case["id"], set()):
            continue
        start = case["text"].index(span["words"])
        end = start + len(span["words"])
        over = {each.status.value for each in found(number) if each.quote.start < end and each.quote.end > start}
        assert span["status"] in over, span["words"]


@pytest.mark.parametrize(
    ("note", "read"),
    [
        (
            "did bridges 3x10; stairs refused; next visit bus step",
            [("did bridges 3x10", "performed"), ("stairs refused", "refused"), ("next visit bus step", "planned")],
        ),
        (
            "Tx: clams 3x10, 8 min\nTimed 8, total 8",
            [("clams 3x10", "performed")],
        ),
        (
            "Interventions: bridges 3x10, stairs not tolerated, bus step next visit\nTimed 15, total 15",
            [
                ("bridges 3x10", "performed"),
                ("stairs not tolerated", "refused"),
                ("bus step next visit", "planned"),
            ],
        ),
        (
            "[x] SLR and clams 15 min [ ] ultrasound ___ min\nTimed 15, total 15",
            [("SLR and clams", "performed"), ("ultrasound ___ min", "template")],
        ),
        (
            "Manual therapy 10 min, bike 8 min\nTimed 18, total 18",
            [("Manual therapy", "performed"), ("bike", "performed")],
        ),
        ("Goal: climbs 12 stairs in 4 weeks", [("climbs 12 stairs in 4 weeks", "goal")]),
        ("She denies chest pain while doing exercises with us.", []),
        ("Pt is pleasant. Continue plan of care.", []),
    ],
)
def test_the_spans_of_one_line(note: str, read: list[tuple[str, str]]) -> None:
    spans = interventions.find(note, sections.read(note))
    assert [(each.quote.text, each.status.value) for each in spans] == read


def test_a_group_is_several_patients() -> None:
    note = "Balance class 4/4/26, four clients and one PT\nTandem walking and turns with music, 45 min\nTotal 45 min."
    assert [each.several_patients for each in read_note(note).performed] == [True]


def test_no_other_patient_is_no_group() -> None:
    note = "Tandem walking and turns, 45 min, no other patients in the class room\nTimed 45, total 45"
    assert [each.several_patients for each in read_note(note).performed] == [False]


BITS = (
    "bridges|3x10|15 min|refused|S:|P:|Goal:|[ ]|[x]|; |, |. |___|8:04-8:19|HEP|next visit|gait training|Timed 15|/s/"
    "|\u202e|\u00e9|\U0001f9b5|1)|(12)|home"
)
WORDS = st.sampled_from([*BITS.split("|"), "|", "\n"])


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=300), st.lists(WORDS, max_size=40).map(" ".join), st.lists(WORDS, max_size=40).map("".join)
    )
)
def test_any_text_is_read_and_every_span_is_its_own_words(text: str) -> None:
    spans = interventions.find(text, sections.read(text))
    assert [each.quote.text for each in spans] == [text[each.quote.start : each.quote.end] for each in spans]
    places = [(each.quote.start, each.quote.end) for each in spans]
    assert places == sorted(places)
    assert all(before[1] <= after[0] for before, after in pairwise(places))
    for part in sections.read(text):
        assert 0 <= part.start <= part.end <= len(text)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=30).map(" ".join)))
def test_any_note_is_read_whole(text: str) -> None:
    facts = read_note(text)
    quotes = [each.quote for each in facts.interventions] + [each.quote for each in facts.signatures]
    quotes += [each.minutes_quote for each in facts.interventions if each.minutes_quote]
    assert [each.text for each in quotes] == [text[each.start : each.end] for each in quotes]


@pytest.mark.parametrize(
    "piece",
    ["a", "12 ", "Plan:\n", "S: O: A: P: ", "bridges 15 min; ", "bridges 15\n", "[ ] ", ". ", "8:04-8:19 ", "15 min "],
)
def test_a_hostile_megabyte_is_read_in_time(piece: str) -> None:
    note = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    read_note(note[:200])
    began = time.process_time()
    facts = read_note(note)
    assert time.process_time() - began < 3
    assert facts.mentions["unread"][0].end == len(note)


def test_a_long_note_tells_where_it_was_left() -> None:
    note = "Tx: bridges 3x10, 15 min\nTimed 15, total 15\n" + "word " * 12_000
    facts = read_note(note)
    assert [each.quote.text for each in facts.performed] == ["bridges 3x10"]
    left = facts.mentions["unread"][0]
    assert (left.start, left.text) == (40_000, note[40_000:])
