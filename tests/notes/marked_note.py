"""A note with its interventions marked: ``[[curls 3 x 10]]`` was given, ``[[planned|stairs]]`` has that status."""

from __future__ import annotations

import re

from cleanclaim.notes.facts import Intervention, Quote, Status, Support

_MARK = re.compile(r"\[\[(?:(\w+)\|)?(.*?)\]\]", re.DOTALL)


def marked(text: str, codes: tuple[str, ...] = ()) -> tuple[str, tuple[Intervention, ...]]:
    """Return the note without its marks, and the interventions marked in it."""
    note, places, last = "", [], 0
    for found in _MARK.finditer(text):
        note += text[last : found.start()]
        places.append((len(note), len(note) + len(found[2]), Status(found[1] or "performed")))
        note += found[2]
        last = found.end()
    note += text[last:]
    given = tuple(Intervention(Quote.of(note, a, b), status, Support(codes)) for a, b, status in places)
    return note, given
