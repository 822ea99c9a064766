"""The proof of a visit's units: the steps of the allocation in words a biller can read, each with its publication.

Nothing is counted here: every number is read from the rows of :class:`cleanclaim.engine.allocate.Allocation`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cleanclaim.citation import Citation
from cleanclaim.engine.allocate import COUNTED_METHODS, UNCOUNTED
from cleanclaim.engine.assistant_proof import assistant_steps
from cleanclaim.engine.methods import EITHER, LARGER, QUARTER, SHORT, both
from cleanclaim.engine.visit_pool import Pool, Row, counted, listed
from cleanclaim.engine.visit_request import VisitRequest
from cleanclaim.engine.visit_terms import Terms

Step = tuple[str, Citation]

_MANUAL = "Medicare Claims Processing Manual (Pub. 100-04), ch. 5"
_BENEFITS = "Medicare Benefit Policy Manual (Pub. 100-02), ch. 15"
_POOLS = Citation(_MANUAL, "sec. 20.2")
_UNTIMED = Citation(_MANUAL, "sec. 20.2.B")
_COUNTING = Citation(_MANUAL, "sec. 20.2.C")
_TIES = Citation(_MANUAL, "sec. 20.2.C, examples 2 and 5")
_UNCOUNTED = {"student": Citation(_BENEFITS, "sec. 230.B"), "aide": Citation(_BENEFITS, "sec. 230.1")}
_TOGETHER = Citation("42 CFR 410.59 and 410.60", "para. (a)(4)")
_MIDPOINT = Citation("AMA, CPT", "introduction, Time: a unit is attained when the midpoint is passed")
_ADDON = Citation("AMA, CPT", "add-on codes")
_CODE_SETS = Citation("CPT and HCPCS code sets", "days on which codes are valid")
_THERAPY_LIST = Citation("CMS annual therapy code list")
_METHODS = {
    "cms": "all timed minutes of the day are counted together",
    "ama": "each code is counted by itself; a unit counts once its midpoint is passed",
    "whole_15": "each code is counted by itself, in whole quarter hours (no payer's own text is known: uncertain)",
    "nearest_15": "each code is counted by itself, to the nearest quarter hour (from a manual of 2012: uncertain)",
    "hybrid": "total time and midpoint mixed, in a way that is not published: the smaller of both counts (uncertain)",
    "cms_or_ama": "by total time or by the midpoint of each code, whichever gives more: a state's law asks for no less",
    "per_visit": "the visit is paid, not its units: timed units are not counted",
    None: "how minutes become units is not known: timed units are not counted",
}


def steps(visit: VisitRequest, known: Terms, pools: Sequence[Pool]) -> list[dict[str, str]]:
    """Return the steps in order, ``text`` and ``cite`` each: method, what counts, total, units, ties, assistants."""
    found = list(_visit_steps(visit, known, pools))
    for pool in pools:
        mark = f"{pool.discipline}: " if len(pools) > 1 else ""
        found += [(mark + text, cite) for text, cite in _pool_steps(pool, known)]
    return [{"text": text, "cite": str(cite)} for text, cite in found]


def _visit_steps(visit: VisitRequest, known: Terms, pools: Sequence[Pool]) -> Iterator[Step]:
    whose = visit.payer.name if visit.payer and not visit.method else f"Method {known.method}, as asked"
    doubt = " The method is uncertain: confirm it with the payer." if known.method_doubt else ""
    yield f"{whose}: {_METHODS[known.method]}.{doubt}", known.method_source
    if len(pools) > 1:
        yield f"{listed([p.discipline for p in pools])} are counted apart: a discipline is a pool by itself.", _POOLS
    for service in {service.code: service for service in visit.services}.values():
        facts, code = service.facts, service.code
        if facts["code_valid"] is False:
            instead = f"; {facts['replaced_by'].replace(' ', ', ')} replaced it" if facts["replaced_by"] else ""
            yield f"{code} is not valid on {visit.dos}{instead}. Its units are counted all the same.", _CODE_SETS
        if facts["required_discipline"] not in (None, service.discipline):
            yield (
                f"{code} takes {facts['required_discipline']} only; it is listed under {service.discipline}.",
                _THERAPY_LIST,
            )


def _pool_steps(pool: Pool, known: Terms) -> Iterator[Step]:
    yield from _what_counts(pool)
    pooled = [member for member in pool.members if member["pooled"]]
    method = pool.totals["unit_method"]
    if pooled and method in COUNTED_METHODS:
        yield from _total(pool, pooled)
        if known.method in EITHER and pool.totals["timed_minutes"] is not None:
            yield _either(pooled, known)
        if pool.totals["units_allowed"] is not None or method != "cms":
            yield from _shared(pool, pooled, known) if method == "cms" else _alone(pooled, known)
            yield from (_family(pool, member) for member in pooled if member["addon_code"])
    if method in COUNTED_METHODS:
        own = (m for m in pool.members if m["timed"] and not m["pooled"] and m["units"] is not None)
        yield from (_own_length(pool, member) for member in own)
    yield from assistant_steps(pool, known)


def _what_counts(pool: Pool) -> Iterator[Step]:
    for service in pool.services:
        spent = "time" if service.minutes is None else counted(service.minutes, "minute")
        if service.by in UNCOUNTED:
            why = (
                "a student's time counts only where the therapist leads it in the room, and is then the therapist's"
                if service.by == "student"
                else "an aide's time is not therapy"
            )
            yield f"{service.code}, {spent} by the {service.by}: not counted; {why}.", _UNCOUNTED[service.by]
        elif service.by and "+" in service.by:
            yield f"{service.code}, {spent} by {service.by} together: counted once, as the therapist's.", _TOGETHER
    for member in pool.members:
        if member["untimed"]:
            units = counted(member["units"], "unit") + (
                " whatever its time" if member["units"] else ": not given by staff who count"
            )
            yield f"{member['family']} is untimed: {units}; its minutes stay out of the total.", _UNTIMED


def _total(pool: Pool, pooled: Sequence[Row]) -> Iterator[Step]:
    if pool.totals["timed_minutes"] is None:
        silent = [m["family"] for m in pooled if m["code_minutes"] is None]
        yield f"Minutes of {listed(silent)} are not recorded, so the day's total is not known.", _COUNTING
        return
    parts = " + ".join(f"{m['family']} {_blocks(pool, m)}" for m in pooled)
    total = f" = {pool.totals['timed_minutes']}" if len(pooled) > 1 or "(" in parts else ""
    yield f"Timed minutes of the 15-minute codes: {parts}{total}.", _COUNTING


def _either(pooled: Sequence[Row], known: Terms) -> Step:
    """Which of the two ways of counting decides the visit."""
    by_total, by_code = both([member["code_minutes"] for member in pooled])
    which = "the same" if by_total == by_code else f"the {'larger' if known.method == LARGER else 'smaller'} counts"
    return (
        f"By total time {counted(by_total, 'unit')}, code by code {counted(by_code, 'unit')}: {which}.",
        known.method_source,
    )


def _blocks(pool: Pool, member: Row) -> str:
    """A member's minutes; blocks, where there are several, in brackets."""
    blocks = [
        str(service.minutes)
        for service in pool.services
        if service.facts["family"] == member["family"] and service.by not in UNCOUNTED
    ]
    return f"({' + '.join(blocks)})" if len(blocks) > 1 else str(member["code_minutes"])


def _shared(pool: Pool, pooled: Sequence[Row], known: Terms) -> Iterator[Step]:
    minutes, units = pool.totals["timed_minutes"], pool.totals["units_allowed"]
    if not units:
        yield f"{counted(minutes, 'minute')}: fewer than {QUARTER - SHORT} earn no unit.", _COUNTING
        return
    least, most = units * QUARTER - SHORT, units * QUARTER + SHORT
    yield f"{least} to {most} minutes are {counted(units, 'unit')}; the total is {minutes}.", _COUNTING
    whole = ", ".join(f"{m['family']} {m['whole_units']} ({m['remainder']} left)" for m in pooled)
    yield f"Whole quarter hours first: {whole}.", _COUNTING
    ranked = sorted(pooled, key=lambda m: m["place"])
    spare = ranked[0]["spare_units"]
    left = [m for m in ranked if m["remainder"]]
    if not spare:
        if left:
            yield "No unit is left for the remaining minutes.", _COUNTING
        return
    order = ", ".join(f"{m['family']} ({m['remainder']})" for m in left)
    settled = [m["family"] for m in ranked if m["extra"] and not m["in_tie"]]
    takes = (
        f" {listed(settled)} {'take one each' if len(settled) > 1 else 'takes it' if spare == 1 else 'takes one'}."
        if settled
        else ""
    )
    goes = (
        "1 unit is left, for the largest remainder"
        if spare == 1
        else f"{spare} units are left, one for each of the largest remainders"
    )
    yield f"{goes}: {order}.{takes}", _COUNTING
    yield from _tie(pool, [m for m in ranked if m["in_tie"]], known)


def _tie(pool: Pool, tied: Sequence[Row], known: Terms) -> Iterator[Step]:
    if not tied:
        return
    taken = [m["family"] for m in tied if m["extra"]]
    policy = "by ascending code" if known.tie_policy == "code_order" else "in the order given"
    text = (
        f"Tie: {listed([m['family'] for m in tied])} have {counted(tied[0]['remainder'], 'minute')} left each, for "
        f"{counted(len(taken), 'unit')}. Any choice is right; here it is made {policy}: {listed(taken)}."
    )
    yield text, _TIES


def _alone(pooled: Sequence[Row], known: Terms) -> Iterator[Step]:
    for member in pooled:
        if member["units"] is not None:
            earned = f"{counted(member['code_minutes'], 'minute')} are {counted(member['units'], 'unit')}"
            yield f"{member['family']} by itself: {earned}.", known.method_source


def _family(pool: Pool, member: Row) -> Step:
    units = " and ".join(f"{c['code_units_expected']} x {c['code']}" for c in pool.codes_of(member))
    text = (
        f"{member['family']} and its add-on {member['addon_code']} count as one service: the first unit is the base "
        f"code's, the rest the add-on's. So {units}. The manual does not say this in words: uncertain."
    )
    return text, _ADDON


def _own_length(pool: Pool, member: Row) -> Step:
    """Codes outside the pool: the length of their units, and what the minutes earn."""
    length, further = member["first_minutes"], member["addon_minutes"]
    units = " and ".join(f"{c['code_units_expected']} x {c['code']}" for c in pool.codes_of(member))
    rest = f", each further one of {further} with {further // 2 + 1} more" if member["addon_code"] else ""
    text = (
        f"{member['family']} is outside the 15-minute pool: a unit of {length} minutes counts from {length // 2 + 1}"
        f"{rest}. {counted(member['code_minutes'], 'minute')}: {units}."
    )
    return text, _MIDPOINT
