"""Minutes of an intervention: where a note gives them for this very one, and where it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marked_note import marked

from cleanclaim.notes import durations, minutes, numerals
from cleanclaim.notes.durations import Kind


def bound(text: str) -> list[int | None]:
    note, given_ = marked(text)
    return [each.minutes for each in minutes.bind(note, (), given_)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("[[Ball toss on foam]] 15'", 15),
        ("[[Ball toss on foam]] 15 mins", 15),
        ("[[Ball toss on foam]] x15min", 15),
        ("[[Ball toss on foam]] x 14 min", 14),
        ("[[Ball toss on foam]] (12)", 12),
        ("[[Ball toss on foam]] [18 minutes]", 18),
        ("[[Ball toss on foam]] ..... 23", 23),
        ("[[Ball toss on foam]] = 15", 15),
        ("[[Ball toss on foam]]: 24 min.", 24),
        ("[[Ball toss on foam]]   15", 15),
        ("[[Ball toss on foam]]\t15", 15),
        ("| [[Ball toss on foam]] | 10 |", 10),
        ("[[Ball toss on foam]] / 20 min", 20),
        ("[[Ball toss on foam]], a quarter of an hour", 15),
        ("[[Ball toss on foam]] - half an hour", 30),
        ("[[Ball toss on foam]] - fifteen minutes (15)", 15),
        ("[[Ball toss on foam]]. Twenty five minutes on that.", 25),
        ("[[Ball toss on foam]], forty-five min", 45),
        ("[[Ball toss on foam]] min: 15", 15),
        ("[[Ball toss on foam]] (30 min, no other client)", 30),
        ("[[Ball toss on foam, 12 min]]", 12),
        ("8:04-8:19 [[ball toss on foam]]", 15),
        ("0804-0819 [[ball toss on foam]]", 15),
        ("[[Ball toss on foam]] (2:10 to 2:25)", 15),
        ("from 2.05 to 2.20 pm [[ball toss on foam]]", 15),
        ("11:52 am - 12:07 pm: [[ball toss on foam]]", 15),
        ("Balance work 15 min: [[ball toss on foam]]", 15),
        ("BALANCE WORK 15 MIN:\n[[BALL TOSS ON FOAM]]", 15),
        ("[[Ball toss on foam]]\nTime: 15 min", 15),
        ("[[Ball toss on foam]]; foam doubled when steady, belt on: 16 min", 16),
        ("[[Hot pack to the neck]]: 20 untimed.", 20),
        ("[[Hot pack to the neck]] 10 min, untimed", 10),
    ],
)
def test_minutes_of_a_row(row: str, expected: int) -> None:
    assert bound(row) == [expected]


@pytest.mark.parametrize(
    "row",
    [
        "[[Wall sits 5 x 20 s]]",
        "[[Wall sits]] 4 x 8",
        "[[Wall sits]], level 4",
        "[[Wall sits]], RPE 6",
        "[[Sits on the stool]]. Sits 10 min afterward.",
        "[[Wall sits]], hold 2 min each",
        "[[Wall sits]], 5 min rest between",
        "[[Wall sits]]. Came 15 min late.",
        "[[Wall sits]], 10-12 min",
        "[[planned|Wall sits]] 15 min",
        "[[goal|Walk the dog]] 20 min",
        "[[Wall sits]] for 6 weeks",
        "[[Tongue press]]\nTotal: 40 minutes.",
        "[[Needle insertion at the hip]]. Total time 18 min.",
        "[[Evaluation of speech sounds]], total 75 min",
        "Session of 11/2/2026, 40 min\n[[Asking back in a trivia round]]",
        "IN 9:00 OUT 9:40\n[[Voice drills]]",
    ],
)
def test_no_minutes_of_it(row: str) -> None:
    assert bound(row) == [None]


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("[[costal glides]], 25 min; [[rotations]], 15 min", [25, 15]),
        ("25 min [[costal glides]], 15 min [[rotations]]", [25, 15]),
        ("Gym work 20 min: [[curls]]; [[lunges]]; [[rows]]", [None, None, None]),
        ("[[curls]] and [[lunges]] 20 min", [None, None]),
        ("GYM 20 MIN:\n[[curls]]\n[[lunges]]", [None, None]),
        ("[[curls]] 23\n[[orthosis trimmed]] 15\ntimed 38, all 38", [23, 15]),
        ("[[curls 4 x 10]] 12\n[[squats]] 11\nTimed 45", [12, 11]),
        ("[[curls]] 15 m\n[[glides]] 15 m\nTimed 15 + 15 = 30 m", [15, 15]),
        ("[[Walking]] 50 m\n[[curls]] 10 min\nTimed 10", [None, 10]),
        ("[[Gait with cane]], 200' x 3 - 15'\n[[steps]] - 13'", [15, 13]),
        ("8:00-8:15 [[glides]]\n8:15-8:38 [[curls]]", [15, 23]),
        ("[[curls]] 10 min\n[[planned|stairs]] 15 min\n[[rows]]", [10, None, None]),
    ],
)
def test_minutes_of_several(note: str, expected: list[int | None]) -> None:
    assert bound(note) == expected


def test_own_clock() -> None:
    note, given_ = marked("J. Arno, PT 8:00-8:15: [[patellar glides]]")
    (found,) = minutes.bind(note, (), given_)
    assert (found.minutes, found.clock_start, found.clock_end) == (15, 480, 495)
    assert found.minutes_quote is not None
    assert found.minutes_quote.text == "8:00-8:15"


@pytest.mark.parametrize(
    ("written", "kinds"),
    [
        ("15'", [(Kind.MARK, 15)]),
        ("1 h 15 min", [(Kind.UNIT, 75)]),
        ("1.5 hours", [(Kind.UNIT, 90)]),
        ("an hour and a half", [(Kind.UNIT, 90)]),
        ("11:50 - 12:35", [(Kind.CLOCK, 45)]),
        ("2-2:45 pm", [(Kind.CLOCK, 45)]),
        ("Time in: 9:00 Time out: 9:45", [(Kind.CLOCK, 45)]),
        ("Start 1400 Stop 1445", [(Kind.CLOCK, 45)]),
        ("8:04a-8:19a", [(Kind.CLOCK, 15)]),
        ("min-\nutes 50", [(Kind.UNIT, 50)]),
        ("15 min 1:1", [(Kind.UNIT, 15)]),
        ("10-12 min", []),
        ("5 x 20 s", []),
        ("9/10-9/12", []),
        ("2026-10-12", []),
        ("ratio 1:1-2:1", []),
    ],
)
def test_lengths(written: str, kinds: list[tuple[Kind, int]]) -> None:
    assert [(each.kind, each.minutes) for each in durations.find(written)] == kinds


@given(st.integers(1, 99))
def test_numbers_in_words(number: int) -> None:
    tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    small = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
    ]
    small += ["seventeen", "eighteen", "nineteen"]
    word = small[number] if number < 20 else tens[number // 10] + (f"-{small[number % 10]}" if number % 10 else "")
    assert numerals.value(word) == number
    assert [each.minutes for each in durations.find(f"{word} minutes")] == [number]


@given(st.text(alphabet="0123456789:-. xminh'|()\nAT", max_size=60))
def test_quotes_are_the_notes_own(text: str) -> None:
    note, given_ = marked(f"[[curls]] {text}")
    for each in minutes.bind(note, (), given_):
        if each.minutes_quote is not None:
            assert note[each.minutes_quote.start : each.minutes_quote.end] == each.minutes_quote.text
    for length in durations.find(note):
        assert 0 <= length.start < length.end <= len(note)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[Ball toss on foam ......10 min]]", [10]),
        ("[[Ball toss on foam          15        N]]", [15]),
        ("[[Ball toss on foam]]\t12\t1 unit", [12]),
        ("[[Ball toss on foam]] (97112) 12", [12]),
        ("[[Ball toss on foam]]. Took 14 minutes.", [14]),
        ("The next twenty three minutes went on [[ball toss on foam]].", [23]),
        ("After that 15 minutes of [[ball toss on foam]]", [15]),
        ("[[Wall drives 4 x 40 m, held back at rep 3 - 23min]]", [23]),
        ("| 15 | [[Ball toss]] |\n| 10 | [[Sit to stand with a pot]] |\ntimed/total 25/30", [15, 10]),
        ("15 - [[Ball toss]]\n10 - [[Sit to stand]]\ntimed 30", [None, None]),
        ("[[Scar massage]] x 15\n[[Putty pinch]] x 10\nTimed 25 total 28", [15, 10]),
        ("[[Quad sets]] x 15\n[[Leg raises]] x 10\nTimed 20 total 28", [None, None]),
        ("[[Wrist circles]] 15 + [[grip work]] 8 = 23 timed min", [15, 8]),
        ("[[Wrist circles]] from 2:10 to 2:25, [[grip work]] 2:25 to 2:33", [15, 8]),
        ("CPT 97530 - 30 min. CPT 97140 - 10 min.\n[[carrying crates to the van]]\n[[talus glides R gr IV]]", [30, 10]),
        ("CPT 97140 - 30 min.\n[[knee glides gr III]]\n[[talus glides R gr IV]]", [None, None]),
        ("Kitchen, 4 patients, 45 minutes.\n[[chopping for soup]]\nTotal session 45 min.", [None]),
        ("[[gait with a quad cane]], 23 of the 38 min", [None]),
        ("[[Fist inside it, no mark after a 10 minute wearing trial]]", [None]),
        ("[[Sat for the snack]] 4 min without leaving", [None]),
    ],
)
def test_minutes_in_unusual_rows(text: str, expected: list[int | None]) -> None:
    assert bound(text) == expected
