"""What a note says of the modifiers of its lines: separate blocks, assistants, sides."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cleanclaim.engine.note_bill import Bill, Fault, Faults, quoted
from cleanclaim.engine.note_codes import listed
from cleanclaim.engine.note_services import Matched, Service
from cleanclaim.notes.facts import NoteFacts, Quote

_BLOCK = re.compile(
    r"\b(?:(?:separate|distinct|different)(?: \S{1,20}){0,3} (?:blocks?|times?)|blocks? [a-d1-4]\b)", re.IGNORECASE
)
_MARKS = {"PTA": "CQ", "OTA": "CO"}
_SIDES = {"LT": "left", "RT": "right"}
_OTHER = {"left": "right", "right": "left"}
_PARTS = (
    {"upper extremity", "shoulder", "elbow", "forearm", "wrist", "hand"},
    {"lower extremity", "hip", "knee", "ankle", "foot"},
)
_CLOSE = ({"wrist", "hand"}, {"forearm", "wrist"}, {"elbow", "forearm"}, {"ankle", "foot"})


def line_faults(facts: NoteFacts, found: Matched, shared: frozenset[str]) -> Faults:
    """Return the faults between a treatment note and the modifiers of the lines billed for it.

    ``shared`` are the codes of which a part that counts was an assistant's.
    """
    bill = found.bill
    faults: Faults = {}
    if bill is None or bill.modifiers is None:
        faults |= dict.fromkeys(("blocks_for_59_missing", "assistant_without_modifier"), None)
    else:
        faults |= _blocks(facts, found, bill) | _assistants(facts, found, bill, shared)
    side = _sides(facts) or (None if bill is None else _sides_of_lines(found, bill))
    if side is not None:
        faults["laterality_conflict"] = side
    return faults


def _blocks(facts: NoteFacts, found: Matched, bill: Bill) -> Faults:
    """Codes set apart by a modifier, of which no service has a start and a stop, nor a block of its own."""
    bare = [code for code in bill.separated if not _timed_apart(found.by_code.get(code, ()))]
    if not bare or _BLOCK.search(facts.text):
        return {}
    service = next((own for code in bare for own in found.by_code.get(code, ())), None)
    with_mark = listed([f"{code} with {' '.join(m for m in bill.on(code))}" for code in bare])
    text = f"{with_mark} billed, and no start and stop times that separate the services"
    return {"blocks_for_59_missing": Fault(text, service.given.quote if service else None)}


def _timed_apart(services: Iterable[Service]) -> bool:
    return any(s.given.clock_start is not None and s.given.clock_end is not None for s in services)


def _assistants(facts: NoteFacts, found: Matched, bill: Bill, shared: frozenset[str]) -> Faults:
    """Lines of which an assistant gave the minutes, or a share that counts, without the assistant's modifier."""
    if bill.assistant_required is False:
        return {}
    faults = []
    named = any(service.by for service in found.services)
    for code in bill.codes:
        own = found.by_code.get(code.code, [])
        by = [service for service in own if service.by in _MARKS]
        # where the note names an assistant and does not say for which service, the whole visit is the assistant's
        visit = facts.assistants[0] if facts.assistants and not named and own else None
        counted = visit is not None or (by and (len(by) == len(own) or code.code in shared))
        if code.discipline == "GN" or code.evaluation or not counted:
            continue
        wanted = [_MARKS[s.by or ""] for s in by] or list(_MARKS.values())
        if set(wanted).isdisjoint(bill.on(code.code)):
            at = visit or by[0].given.quote
            faults.append((code.code, " or ".join(dict.fromkeys(wanted)), at))
    if not faults:
        return {}
    if bill.assistant_required is None:
        return {"assistant_without_modifier": None}
    told = "; ".join(f"{code}: {quoted(at)} by an assistant, no {mark} on the line" for code, mark, at in faults)
    return {"assistant_without_modifier": Fault(told, faults[0][2])}


def _sides(facts: NoteFacts) -> Fault | None:
    """A side treated of which diagnosis, surgery or complaint name only the other."""
    for side, area, words in facts.treated_sides:
        if side not in _OTHER:
            continue
        told = [(s, quote) for s, a, quote in facts.stated_sides if _same_part(area, a)]
        if told and all(stated == _OTHER[side] for stated, _ in told):
            part = f" {area}" if area else ""
            named = f"the note names the {_OTHER[side]} ({quoted(told[0][1])})"
            text = f"the {side}{part} is treated ({quoted(words)}), and {named}"
            return Fault(text, words)
    return None


def _same_part(treated: str | None, stated: str | None) -> bool:
    """Whether two body areas may be one: alike, neighbors, or one a part of the other; one not named fits any."""
    if not treated or not stated or treated == stated:
        return True
    pair = {treated, stated}
    whole = any(pair <= parts and pair & {"upper extremity", "lower extremity"} for parts in _PARTS)
    return whole or any(pair <= close for close in _CLOSE)


def _sides_of_lines(found: Matched, bill: Bill) -> Fault | None:
    """A line with LT or RT, of which every service was given on the other side."""
    for code in bill.codes:
        said = [side for mark, side in _SIDES.items() if mark in bill.on(code.code)]
        given = [service.given for service in found.by_code.get(code.code, ()) if service.given.side]
        if len(said) == 1 and given and all(each.side == _OTHER[said[0]] for each in given):
            quote: Quote = given[0].quote
            return Fault(f"{code.code} billed for the {said[0]} side, and {quoted(quote)} is {given[0].side}", quote)
    return None
