"""The minutes that a note gives: stated totals against rows and clock, and the timed minutes that count for units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cleanclaim.engine.methods import QUARTER
from cleanclaim.engine.note_bill import Bill, Fault, Faults, minutes_of, quoted
from cleanclaim.engine.note_services import Matched, Service
from cleanclaim.notes.facts import Element, Figure, NoteFacts, Quote, Shown
from cleanclaim.notes.unread import might_last

_MOST = 6
_IDLE = re.compile(
    r"\b(?:(?<!at )(?<!the )(?<!bed )rests?(?! of| pan)|resting (?!hand|splint|h)"
    r"|rested|breaks?|wait|waited|waiting|late"
    r"|toilet|bathroom|left out|not counted|excluded|unbilled time|undress\w*)\b",
    re.IGNORECASE,
)
"""Words of time that is rightly left out of a total: without them a quarter hour that the clock has more is a fault."""
_BESIDE = re.compile(
    r"\b(?:(?:with|w/|during|while|under|beneath|over|on top of) (?:the |a |his |her )?(?:hp|mhp|mh|heat|hot packs?"
    r"|moist heat|ice|cp|cold packs?|e-?stim|ifc|ift|tens|stim|nmes|traction|pump|vaso\w*|both|above|same)\b"
    r"|(?:concurrent|simultaneous)(?:ly)?|at the same time|at once|overlap\w*|combined with|together with)",
    re.IGNORECASE,
)
"""Words of a modality that runs beside another: its minutes are not added to the whole."""
_JOINT = re.compile(
    r"\b(?:co-?treat\w*|together|joint(?:ly)? (?:session|visit|with)|both (?:therapists|disciplines))\b", re.IGNORECASE
)
_AROUND = 40


@dataclass(frozen=True)
class Minutes:
    """``timed`` are the timed minutes that count (null: the note does not give them), ``text`` where from.

    ``rows`` are the minutes of the timed services; None where one of them has none.
    """

    timed: int | None
    text: str | None
    quote: Quote | None
    rows: tuple[int, ...] | None


def minutes_given(facts: NoteFacts, found: Matched) -> Minutes:
    """Return the timed minutes of a note: as stated, else added from the rows; from the rows where the two disagree."""
    own = _counted(facts, found)
    known = [service.given.minutes for service in own if service.given.minutes is not None]
    rows = tuple(known) if own and len(known) == len(own) else None
    stated = facts.timed_total
    if any(not services for services in found.likely.values()):
        rows = None  # a billed service stands in words that were not read
    if rows is not None and stated is not None and (left := stated.minutes - sum(rows)) > 0 and _more(facts, left):
        rows = None
    if rows is not None and (stated is None or stated.minutes != sum(rows)):
        quote = own[0].given.minutes_quote or own[0].given.quote
        return Minutes(sum(rows), f"{minutes_of(rows)} timed minutes in the rows", quote, rows)
    if stated is not None:
        return Minutes(stated.minutes, f"{stated.minutes} timed minutes stated", stated.quote, rows)
    return Minutes(None, None, None, rows)


def _more(facts: NoteFacts, minutes: int) -> bool:
    """Whether treatment may stand in the note that was not read, or was read without its minutes."""
    return might_last(facts, minutes) or _unmeasured(facts)


def _unmeasured(facts: NoteFacts) -> bool:
    """Whether some work was given whose minutes and code are both unknown."""
    return any(not each.codes and each.minutes is None for each in facts.performed)


def _counted(facts: NoteFacts, found: Matched) -> list[Service]:
    """The services whose minutes are timed, as the stated total of timed minutes tells them.

    What stands below that total is rather the response than a row; a service that may be timed or not is timed where
    its timed code is billed and the total holds only with it.
    """
    own, stated = _timed(found), facts.timed_total
    if stated is None or _sum(own) == stated.minutes:
        return own
    above = [service for service in own if service.given.quote.start < stated.quote.start]
    if above and len(above) < len(own) and _sum(above) == stated.minutes:
        return above
    billed = {code.code for code in found.bill.codes if code.timed} if found.bill is not None else set()
    other = [s for s in found.services if s not in own and not s.group and any(c.code in billed for c in s.codes)]
    if other and _sum(own) + _sum(other) == stated.minutes:
        return [service for service in found.services if service in own or service in other]
    return own


def _sum(services: Sequence[Service]) -> int:
    return sum(service.given.minutes or 0 for service in services)


def _timed(found: Matched) -> list[Service]:
    """The services whose minutes are timed: by their codes, else by the timed code under which they are billed."""
    bill = found.bill
    kinds = (found.wrong, found.likely)
    under = {id(s) for kind in kinds for code, own in kind.items() if bill and _is_timed(bill, code) for s in own}
    return [s for s in found.services if s.timed or (not s.codes and not s.group and id(s) in under)]


def _is_timed(bill: Bill, code: str) -> bool:
    return any(known.code == code and known.timed for known in bill.codes)


def minute_faults(facts: NoteFacts, found: Matched, minutes: Minutes) -> Faults:
    """Return the faults of a treatment note's durations and totals."""
    shown = facts.documentation.get(Element.DURATION)
    faults: Faults = {}
    if shown is None:
        return dict.fromkeys(("duration_missing", "timed_total_missing", "treatment_total_missing"), None)
    if not shown.present:
        return {"duration_missing": _nearest("no minutes, no total and no clock times", shown)}
    if found.bill is None:
        faults["timed_total_missing"] = None
    elif facts.timed_total is None and any(code.timed for code in found.bill.codes):
        rows = [service.given.minutes for service in _timed(found) if service.given.minutes is not None]
        have = f"rows of {' and '.join(str(value) for value in rows[:_MOST])} minutes, " if rows else ""
        at = next((s.given.minutes_quote for s in _timed(found) if s.given.minutes_quote), shown.quote)
        faults["timed_total_missing"] = Fault(f"{have}no total of timed minutes", at)
    if facts.total is None and facts.clock is None:
        have = f"{quoted(facts.timed_total.quote)}, " if facts.timed_total else ""
        at = facts.timed_total.quote if facts.timed_total else shown.quote
        faults["treatment_total_missing"] = Fault(f"{have}no total treatment time and no clock in and out", at)
    conflict = next(_conflicts(facts, found, minutes), None)
    if conflict is not None:
        faults["totals_disagree"] = conflict
    return faults


def _conflicts(facts: NoteFacts, found: Matched, minutes: Minutes) -> Iterator[Fault]:
    """What stated totals contradict: the rows, the clock, each other."""
    timed, total, clock = facts.timed_total, facts.total, facts.clock
    known = [s.given.minutes for s in _counted(facts, found) if s.given.minutes is not None]
    every = _side_by_side(facts, found)
    if timed is not None and minutes.rows is not None and sum(minutes.rows) != timed.minutes:
        yield _against(timed, "timed minutes", f"the rows add to {minutes_of(minutes.rows)}")
    elif timed is not None and known and sum(known) > timed.minutes:
        yield _against(timed, "timed minutes", f"the rows alone add to {minutes_of(known)}")
    if timed is not None and total is not None and timed.minutes > total.minutes:
        yield _against(timed, "timed minutes", f"the whole treatment took {total.minutes}: {quoted(total.quote)}")
    if total is not None and every and sum(every) > total.minutes:
        yield _against(total, "minutes in all", f"the rows add to {minutes_of(every)}")
    if clock is not None:
        if total is not None and clock.minutes - total.minutes >= QUARTER and not _IDLE.search(facts.text):
            yield _against(total, "minutes in all", f"the clock gives {clock.minutes}: {quoted(clock.quote)}")
        yield from _against_clock(clock, [("timed minutes", timed), ("minutes in all", total)], every)
    told = {figure.minutes for figure in (timed, total, clock) if figure is not None}
    if told:
        for figure in facts.stated_totals:
            if figure.minutes not in told and not _is_joint(facts, figure):
                yield _against(figure, "minutes", f"elsewhere {' and '.join(str(value) for value in sorted(told))}")


def _side_by_side(facts: NoteFacts, found: Matched) -> list[int]:
    """The minutes that follow on one another: no modality beside another, and no work without a code below a total."""
    end = min((each.quote.start for each in (facts.timed_total, facts.total) if each is not None), default=None)
    every = []
    for service in found.services:
        minutes, quote = service.given.minutes, service.given.quote
        stop = facts.text.find("\n", quote.end)
        row = facts.text[quote.start : min(quote.end + _AROUND, len(facts.text) if stop < 0 else stop)]
        beside = service.kind == "untimed" and _BESIDE.search(row) is not None
        response = not service.codes or (end is not None and quote.start > end and facts.clock is None)
        if minutes is not None and not beside and not (response and end is not None):
            every.append(minutes)
    return every


def _is_joint(facts: NoteFacts, figure: Figure) -> bool:
    """Whether a stated figure is the length of a visit that two disciplines share."""
    start, end = figure.quote.start, figure.quote.end
    return _JOINT.search(facts.text, max(0, start - _AROUND), end + _AROUND) is not None


def _against_clock(clock: Figure, stated: Sequence[tuple[str, Figure | None]], rows: list[int]) -> Iterator[Fault]:
    for what, figure in stated:
        if figure is not None and figure.minutes > clock.minutes:
            yield _against(figure, what, f"the clock gives {clock.minutes}: {quoted(clock.quote)}")
    if sum(rows) > clock.minutes:
        yield Fault(f"rows of {minutes_of(rows)} minutes, the clock gives {clock.minutes}", clock.quote)


def _against(figure: Figure, what: str, other: str) -> Fault:
    return Fault(f"{figure.minutes} {what} stated, {other}", figure.quote)


def _nearest(lead: str, shown: Shown) -> Fault:
    return nearest(lead, shown, "the note")


def nearest(lead: str, shown: Shown, searched: str) -> Fault:
    """Return what is missing, with the nearest words that do not count and why; else where it was looked for."""
    if shown.nearest is None:
        return Fault(f"{lead} (searched: {searched})")
    why = f", {shown.why_not}" if shown.why_not else ", which does not count"
    return Fault(f"{lead}; nearest: {quoted(shown.nearest)}{why}", shown.nearest)
