"""Stated totals by any wording; none from calls, plans and rows; the clock where it is the visit's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marked_note import marked

from cleanclaim.notes import statements, totals


def read(text: str) -> tuple[int | None, int | None]:
    note, given_ = marked(text)
    found = totals.read(note, (), given_)
    return found.timed and found.timed.minutes, found.total and found.total.minutes


@pytest.mark.parametrize(
    ("line", "timed", "total"),
    [
        ("sum timed 30 / session 30", 30, 30),
        ("TIMED 28, IN ALL 28", 28, 28),
        ("Thirty timed minutes, forty in total", 30, 40),
        ("Timed 38 min of a 45 min treatment", 38, 45),
        ("23 timed in a 38 min visit", 23, 38),
        ("Timed minutes and whole session alike: 38", 38, 38),
        ("Twenty-five minutes, 25 timed, 30 total", 25, 30),
        ("Timed 15 + 15 = 30 min. Whole visit 32 min", 30, 32),
        ("Timed-code min 38 // All min 40", 38, 40),
        ("minutes, timed: 23 / minutes, all: 38", 23, 38),
        ("No timed codes; 50 min in all", 0, 50),
        ("Total time 18 min, no timed service (0)", 0, 18),
        ("TCT 23 / TTT 38", 23, 38),
        ("Timed/total: 23/38", 23, 38),
        ("30 of the 45 minutes were timed", 30, 45),
        ("Total timed code treatment minutes: 30; total tx time: 40", 30, 40),
        ("Timed min-\nutes 50. All min-\nutes 52.", 50, 52),
        ("timed: thirty-eight; whole visit: fifty-two", 38, 52),
        ("Timed codes 30', all 35'", 30, 35),
        ("Timed 45 of 50 in the gym", 45, 50),
        ("23/38 timed / total", 23, 38),
        ("Session 40 minutes, all of it timed", 40, 40),
        ("timed: 30", 30, None),
        ("Total treatment minutes 35", None, 35),
        ("40 min overall", None, 40),
        ("50 total minutes", None, 50),
        ("Session lasted 45 minutes", None, 45),
        ("Seen for 45 minutes", None, 45),
        ("One hour all told", None, 60),
        ("Timed code time nil", 0, None),
        ("Total units: 3", None, None),
        ("Total of 45 reps", None, None),
        ("45 min per session", None, None),
        ("Next visit 45 min", None, None),
        ("Goal: walk 20 min in all", None, None),
        ("visit 9 of 12", None, None),
        ("total knee, 10 weeks", None, None),
    ],
)
def test_wordings(line: str, timed: int | None, total: int | None) -> None:
    assert read(f"[[curls 3 x 10]]\n{line}") == (timed, total)


@pytest.mark.parametrize(
    ("note", "timed", "total"),
    [
        ("IN 8:04  OUT 8:42\n[[glides]]", None, 38),
        ("11/2/2026 from 9:00 to 9:32.\n[[glides]]", None, 32),
        ("11/2/2026 from 9:00 to 9:32.\n[[glides]]\nTreatment total 40", None, 40),
        ("11/2/2026 talk practice, 40 min\n[[asking back]]", None, 40),
        ("8:00-8:15 [[glides]]\n8:15-8:30 [[curls]]", None, None),
        ("[[Paraffin]]: 15, not timed\n[[joint protection]]: 23\nTimed 23", 23, None),
        ("[[Paraffin]] 15 min untimed\n[[curls]] 10 min", None, None),
        ("[[curls]] 12 min timed\n[[rows]] 11 min timed\nTimed 23, total 23", 23, 23),
        ("Came 15 min late. Rested 5 min.\n[[curls]]", None, None),
        ("Telephone 14 minutes. [[planned|curls]] Monday", None, None),
        ("Visit 25 minutes. [[history|rotations last month]]", None, None),
        ("[[refused|evaluation]] not begun; video link tried for 25 min", None, None),
    ],
)
def test_whole_notes(note: str, timed: int | None, total: int | None) -> None:
    assert read(note) == (timed, total)


def test_every_stated_total_and_the_clock() -> None:
    note, given_ = marked("IN 9:00 OUT 9:32\n[[curls]]\nTimed 40. Treatment total 45.")
    found = totals.read(note, (), given_)
    assert [each.minutes for each in found.stated] == [40, 45]
    assert found.clock is not None
    assert found.clock.minutes == 32


@given(st.text(alphabet="timed total alvs 0123456789:=/-,.\n", max_size=80))
def test_statements_quote_the_note(text: str) -> None:
    for each in statements.find(text):
        assert 0 <= each.start < each.end <= len(text)
        assert each.start <= each.figure.start


@pytest.mark.parametrize(
    ("text", "timed", "total"),
    [
        ("[[curls]]\nT/T 38/45", 38, 45),
        ("[[curls]] 23 min\n10:02 in, 10:40 out", None, 38),
        ("Arrived 9:30, left 9:55. [[curls]] 23 min", None, 25),
        ("visit began 3:00 pm, ended 3:50 pm. [[curls]] 23 min", None, 50),
        ("[[curls]] 23 min\nTimed 23; time in home 1:00 PM to 1:45 PM.", 23, 45),
        ("1500 arrive, bp 132/78\n1502-1517 [[curls]]\n1517-1525 [[glides]]\n1550 out", None, 50),
        ("[[curls]]\nTx time 38 (all timed, 38)", 38, 38),
    ],
)
def test_totals_in_unusual_words(text: str, timed: int | None, total: int | None) -> None:
    note, given_ = marked(text)
    found = totals.read(note, (), given_)
    assert (found.timed and found.timed.minutes, found.total and found.total.minutes) == (timed, total)
