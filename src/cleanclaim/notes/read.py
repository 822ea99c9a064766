"""Assembles everything that is read from one note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cleanclaim.notes import (
    clones,
    elements,
    evaluation,
    interventions,
    minutes,
    occasion,
    regions,
    sections,
    several,
    signatures,
    totals,
)
from cleanclaim.notes.facts import Intervention, NoteFacts, Quote, Section, Status, Support
from cleanclaim.notes.setting import setting
from cleanclaim.notes.support import support
from cleanclaim.notes.text import page

_LONGEST, _PASTED, _GLANCE = 40_000, 100_000, 8_000
"""Code points read: some fifteen pages, as many as a long evaluation holds; of a paste longer than any record of one
visit (100,000 code points) only the first three pages, so that no paste takes long. What lies beyond is named."""


def read_note(text: str, *, discipline: str | None = None, previous: Sequence[str] = ()) -> NoteFacts:
    """Return the facts of the note ``text``, each with the words it rests on (Unicode code points from 0).

    ``discipline`` (PT, OT, SLP, MD) is whose note it is, where that is known; ``previous`` holds earlier notes of the
    same patient, for telling cloned words. Nothing is filled in: what the note does not say is null. Any text is
    read, without error; past the longest record of a visit the rest is left unread and stands under
    ``mentions["unread"]``. Status and spans follow the note's sections and clauses; only ``performed`` supports a
    billed line.

    >>> facts = read_note("Tx: heel slides, L knee, 3 x 10, 15 min\\nStairs refused.\\nTimed 15, total 15")
    >>> [(each.quote.text, each.status.value) for each in facts.interventions]
    [('heel slides, L knee, 3 x 10', 'performed'), ('Stairs refused.', 'refused')]
    """
    note = text[: _LONGEST if len(text) <= _PASTED else _GLANCE]
    parts = sections.read(note)
    found = several.mark(note, interventions.find(note, parts, discipline=discipline))
    found = regions.place(note, parts, minutes.bind(note, parts, found))
    found = _supported(note, parts, found, discipline or occasion.discipline(note))
    stated = totals.read(note, parts, found)
    treated, named = regions.stated(note, parts, found)
    facts = NoteFacts(
        text=text,
        sections=parts,
        interventions=found,
        timed_total=stated.timed,
        total=stated.total,
        stated_totals=stated.stated,
        clock=stated.clock,
        signatures=signatures.read(note, parts),
        assistants=signatures.assistants(note),
        treated_sides=treated,
        stated_sides=named,
        cloned=clones.compare(note, previous),
        boilerplate=clones.boilerplate(note),
        mentions=_mentions(text, len(note)),
    )
    given, shown = evaluation.read(facts)
    facts = replace(facts, evaluation=given, evaluation_elements=shown)
    return replace(facts, documentation=elements.read(facts, previous))


def _supported(
    note: str, parts: Sequence[Section], found: tuple[Intervention, ...], discipline: str | None
) -> tuple[Intervention, ...]:
    """``found`` with the codes their words support; findings and the patient's own doings support none."""
    supported = []
    before = 0
    around = setting(note, parts)
    for each in found:
        if each.status is Status.TEST_FINDING or (each.status is Status.HISTORY and not _serves(note, each)):
            supported.append(replace(each, support=Support()))
        else:
            label = note[max(before, each.quote.start - _LABEL) : each.quote.start].rpartition("\n")[2].strip()
            context = _SHARED if each.several_patients else label
            held = support(each.quote.text, discipline=discipline, context=context, setting=around)
            supported.append(replace(each, support=held))
        before = each.quote.end
    return tuple(supported)


_LABEL = 60
_SHARED = "group of patients"


def _serves(note: str, each: Intervention) -> bool:
    named = page(note).hits("activities", each.quote.start, each.quote.end)
    return any(hit.kind in {"service", "generic", "modality", "evaluation"} for hit in named)


def _mentions(text: str, read: int) -> dict[str, tuple[Quote, ...]]:
    return {"unread": (Quote.of(text, read, len(text)),)} if len(text) > read else {}
