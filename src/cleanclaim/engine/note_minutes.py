"""The minutes that a note gives: stated totals against rows and clock, and the timed minutes that count for units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cleanclaim.engine.note_bill import Bill, Fault, Faults, minutes_of, quoted
from cleanclaim.engine.note_services import Matched, Service
from cleanclaim.notes.facts import Element, Figure, NoteFacts, Quote, Shown

_MOST = 6


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
    own = _timed(found)
    known = [service.given.minutes for service in own if service.given.minutes is not None]
    rows = tuple(known) if own and len(known) == len(own) else None
    stated = facts.timed_total
    if rows is not None and (stated is None or stated.minutes != sum(rows)):
        quote = own[0].given.minutes_quote or own[0].given.quote
        return Minutes(sum(rows), f"{minutes_of(rows)} timed minutes in the rows", quote, rows)
    if stated is not None:
        return Minutes(stated.minutes, f"{stated.minutes} timed minutes stated", stated.quote, rows)
    return Minutes(None, None, None, rows)


def _timed(found: Matched) -> list[Service]:
    """The services whose minutes are timed: by their codes, else by the timed code under which they are billed."""
    bill = found.bill
    under = {id(service) for code, own in found.wrong.items() if bill and _is_timed(bill, code) for service in own}
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
    known = [s.given.minutes for s in _timed(found) if s.given.minutes is not None]
    every = [s.given.minutes for s in found.services if s.given.minutes is not None]
    if timed is not None and minutes.rows is not None and sum(minutes.rows) != timed.minutes:
        yield _against(timed, "timed minutes", f"the rows add to {minutes_of(minutes.rows)}")
    elif timed is not None and known and sum(known) > timed.minutes:
        yield _against(timed, "timed minutes", f"the rows alone add to {minutes_of(known)}")
    if timed is not None and total is not None and timed.minutes > total.minutes:
        yield _against(timed, "timed minutes", f"the whole treatment took {total.minutes}: {quoted(total.quote)}")
    if total is not None and every and sum(every) > total.minutes:
        yield _against(total, "minutes in all", f"the rows add to {minutes_of(every)}")
    if clock is not None:
        yield from _against_clock(clock, [("timed minutes", timed), ("minutes in all", total)], every)
    told = {figure.minutes for figure in (timed, total, clock) if figure is not None}
    if told:
        for figure in facts.stated_totals:
            if figure.minutes not in told:
                yield _against(figure, "minutes", f"elsewhere {' and '.join(str(value) for value in sorted(told))}")


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
