"""Level 1 and 2 of elements that depend on each other: those required together, and dates by their format."""

from __future__ import annotations

import re

import numpy as np

from cleanclaim.x12.fields import Fields
from cleanclaim.x12.segments import Flags, Ints, Spans
from cleanclaim.x12.validate.body import Body
from cleanclaim.x12.validate.elements import Elements, is_time
from cleanclaim.x12.validate.places import texts

# where a format qualifier stands in a segment; the date or time follows it
_FORMATS = {b"DTP": 2, b"DMG": 1, b"PAT": 5}
_WINDOW = 12
_TIMES = re.compile(r"\d{12}")


def check_conditions(elements: Elements) -> None:
    """Note elements that lack those they go with, or exclude each other."""
    body = elements.body
    for name, conditions in body.grammar.conditions.items():
        chosen = elements.named(name)
        if not len(chosen):
            continue
        places_of = range(1, max(place for _, wanted in conditions for place in wanted) + 1)
        rows = body.at[elements.chosen[chosen]]
        # a window of so many elements might reach past the end of the file
        take = body.segments.elements_of_each if len(places_of) > _WINDOW else body.segments.elements
        have = take(rows, places_of).length > 0
        for kind, wanted in conditions:
            bad, place = _broken(kind, have[np.array(wanted) - 1], wanted)
            at = np.flatnonzero(bad)
            if len(at):
                code = "10" if kind == "E" else "2"
                message = _message(kind, name.decode(), wanted)
                elements.note(2, chosen[at], elements.spec_of(chosen[at], place[at]), None, code, message)


def _broken(kind: str, have: Flags, wanted: tuple[int, ...]) -> tuple[Flags, Ints]:
    """Return where a condition is broken, and the place of the element to name."""
    number = have.sum(axis=0)
    lacking = np.array(wanted)[np.argmin(have, axis=0)]
    if kind == "P":
        return (number > 0) & (number < len(wanted)), lacking
    if kind == "R":
        return number == 0, lacking
    if kind == "E":
        return number > 1, np.full(len(number), wanted[-1])
    rest = have[1:].sum(axis=0)
    lacking = np.array(wanted[1:])[np.argmin(have[1:], axis=0)]
    return have[0] & (rest < (1 if kind == "L" else len(wanted) - 1)), lacking


def _message(kind: str, name: str, wanted: tuple[int, ...]) -> str:
    first, rest = f"{name}{wanted[0]:02}", " and ".join(f"{name}{k:02}" for k in wanted[1:])
    all_of = " and ".join(f"{name}{k:02}" for k in wanted)
    return {
        "P": f"{all_of} come together or not at all",
        "R": f"one of {all_of} must be there",
        "E": f"only one of {all_of} may be there",
        "C": f"{first} needs {rest}",
        "L": f"{first} needs one of {rest}",
    }[kind]


def check_formats(elements: Elements) -> None:
    """Note dates and times that are not of the format their qualifier says."""
    body = elements.body
    for name, place in _FORMATS.items():
        chosen = elements.named(name)
        if not len(chosen):
            continue
        both = body.segments.elements(body.at[elements.chosen[chosen]], range(place, place + 2))
        bad = _misformed(body, both.at(0), both.at(1))
        spec = elements.spec_of(chosen[bad], place + 1)
        shown = both.at(1).at(bad) if name == b"DTP" else None
        elements.note(2, chosen[bad], spec, shown, "8", "not of the format that its qualifier says, or no such day")
    chosen = elements.named(b"HI")
    if not len(chosen):
        return
    spans, owner = body.segments.elements_of(body.at[elements.chosen[chosen]])
    parts = body.segments.components_of(spans, 4)
    if not parts.length[3].any():
        return
    bad = _misformed(body, parts.at(2), parts.at(3))
    first = np.searchsorted(owner, owner[bad])
    spec = elements.spec_of(chosen[owner[bad]], bad - first + 1)
    elements.note(2, chosen[owner[bad]], spec, None, "8", "not a date, or not a range of dates")


def _misformed(body: Body, qualifier: Spans, value: Spans) -> Ints:
    segments = body.segments
    present = (value.length > 0) & (qualifier.length > 0)
    fields = Fields(segments.data)
    wrong = np.zeros(len(present), bool)
    one = present & segments.equal(qualifier, b"D8")
    _, good = fields.days(value.start, one)
    wrong |= one & ~(good & (value.length == 8))
    two = present & segments.equal(qualifier, b"RD8")
    if two.any():
        at = np.flatnonzero(two)
        start, length = value.start[at], value.length[at]
        first, good = fields.days(start, np.ones(len(at), bool))
        last, also = fields.days(np.minimum(start + 9, len(segments.data) - 16), length == 17)
        dash = segments.data.take(start + 8) == ord("-")
        wrong[at] = ~(good & also & dash & (last >= first))
    for row in np.flatnonzero(present & ~one & ~two).tolist():
        what = texts(body, qualifier.at(np.array([row])))[0]
        text = texts(body, value.at(np.array([row])))[0]
        if what == "TM":
            wrong[row] = not is_time(text)
        elif what == "DT":
            wrong[row] = not (_TIMES.fullmatch(text) and is_time(text[8:]))
    return np.flatnonzero(wrong)
