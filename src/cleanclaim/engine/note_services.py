"""Which billed codes the note shows, which it does not, and what was given that nobody billed.

A billed code is *shown* where an intervention given that day supports it. What is left on both sides belongs together
where it can: a code that is not shown, and a service of the same kind (timed, untimed, evaluation) that no billed code
fits, are one service under a wrong code. A code that then has no service is not documented, a service that has no code
is not billed. A group that is billed as individual treatment is that one fault and no other.

A code is faulted only where the reading is sure: words that come close to it, work too unspecific for any code, and
words or minutes of treatment that no intervention covers may each be the billed service.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property

from cleanclaim.engine.methods import QUARTER, SHORT
from cleanclaim.engine.note_bill import Bill, Fault, Faults, quoted
from cleanclaim.engine.note_codes import Known, known, listed
from cleanclaim.notes.facts import Intervention, NoteFacts, Status
from cleanclaim.notes.givers import givers
from cleanclaim.notes.unread import might_last, might_show

_ELSEWHERE = {
    Status.PLANNED: "stands only in the plan",
    Status.GOAL: "stands only in a goal",
    Status.HEP_ISSUED: "stands only in a home program handed over",
    Status.HEP_HOME: "stands only in what is done at home",
    Status.HISTORY: "stands only in the history",
    Status.REFERRAL: "stands only in an order or referral",
    Status.REFUSED: "was refused or not done",
    Status.TEST_FINDING: "stands only in a test or finding",
    Status.TEMPLATE: "stands only in an unfilled template",
}
_LEAST = QUARTER - SHORT


@dataclass(frozen=True)
class Service:
    """An intervention given that day, and by whom, with the codes of therapy that its words support, best first."""

    given: Intervention
    codes: tuple[Known, ...]
    group: bool
    by: str | None = None

    @property
    def kind(self) -> str | None:
        """The kind of its best code; None where its words support none."""
        return self.codes[0].kind if self.codes else None

    @property
    def timed(self) -> bool:
        """Whether it counts towards the timed minutes of one patient."""
        return self.kind == "timed" and not self.group

    def fits(self, code: Known) -> bool:
        """Return whether it may be billed under ``code``: one of its own, an add-on, or a retired one."""
        if self.group and not any(own.group for own in self.codes):
            return code.group
        if self.group and not code.group:
            return False
        return any(
            code.code == own.code or code.family == own.family != code.code or own.code in code.replaced_by
            for own in self.codes
        )


@dataclass(frozen=True)
class Matched:
    """The services of a note beside the billed codes; ``wrong`` are services by the code under which they stand.

    ``likely`` are services by a code that they may be, though their words do not say so.
    """

    services: tuple[Service, ...]
    bill: Bill | None
    shown: dict[str, list[Service]] = field(default_factory=lambda: defaultdict(list))
    wrong: dict[str, list[Service]] = field(default_factory=lambda: defaultdict(list))
    likely: dict[str, list[Service]] = field(default_factory=lambda: defaultdict(list))
    grouped: tuple[Known, ...] = ()
    undocumented: tuple[Known, ...] = ()
    unbilled: tuple[Service, ...] = ()

    @cached_property
    def by_code(self) -> dict[str, list[Service]]:
        """The services that stand behind each billed code, rightly or not."""
        kinds = (self.shown, self.wrong, self.likely)
        return {code: [each for kind in kinds for each in kind.get(code, ())] for kind in kinds for code in kind}


def matched(facts: NoteFacts, bill: Bill | None) -> Matched:
    """Return the services that the note shows as given beside the codes that are billed (None: not known which)."""
    services = tuple(
        _service(each, by)
        for each, by in zip(facts.interventions, givers(facts), strict=True)
        if each.status is Status.PERFORMED
    )
    if bill is None:
        return Matched(services, None)
    found = Matched(services, bill)
    for code in bill.codes:
        own = [service for service in services if service.fits(code)]
        if own:
            found.shown[code.code] = own
    missing = [code for code in bill.codes if code.code not in found.shown]
    held = {id(service) for own in found.shown.values() for service in own}
    loose = [service for service in services if id(service) not in held]
    grouped: tuple[Known, ...] = ()
    if any(service.group for service in loose):
        grouped = tuple(code for code in missing if not (code.evaluation or code.group or code.modality))
        missing = [code for code in missing if code not in grouped]
        if grouped:
            loose = [service for service in loose if not service.group]
    undocumented: list[Known] = []
    for code in missing:
        taken = _under(code, bill.units[code.code], [s for s in loose if s.kind in (code.kind, None)])
        gone = {id(service) for service in taken}
        loose = [service for service in loose if id(service) not in gone]
        close = [service for service in services if code.code in service.given.support.close]
        if close or (taken and not any(service.codes for service in taken)) or _unread(facts, services, code):
            found.likely[code.code] = close or taken
        elif taken:
            found.wrong[code.code] = taken
        else:
            undocumented.append(code)
    likely = {id(service) for own in found.likely.values() for service in own}
    near = bill.units.keys()
    loose = [s for s in loose if id(s) not in likely and near.isdisjoint(s.given.support.close)]
    return replace(found, grouped=grouped, undocumented=tuple(undocumented), unbilled=tuple(loose))


def _unread(facts: NoteFacts, services: tuple[Service, ...], code: Known) -> bool:
    """Whether a billed code may stand in words of the note that were not read as treatment."""
    if not services and facts.total is None and not (facts.timed_total and facts.timed_total.minutes):
        return False
    if code.evaluation and any(service.kind == "evaluation" for service in services):
        return False
    if might_show(facts, code.code, _DISCIPLINES.get(code.discipline or "")) is not None:
        return True
    known_minutes = sum(service.given.minutes or 0 for service in services if service.kind in ("timed", None))
    left = (facts.timed_total.minutes if facts.timed_total else 0) - known_minutes
    return code.timed and left >= _LEAST and might_last(facts, left)


_DISCIPLINES = {"GP": "PT", "GO": "OT", "GN": "SLP"}


def _service(given: Intervention, by: str | None) -> Service:
    codes = tuple(fact for code in given.codes if (fact := known(code)) is not None)
    group = given.several_patients or (bool(codes) and all(code.group for code in codes))
    return Service(given, codes, group, by)


def _under(code: Known, units: float | None, loose: list[Service]) -> list[Service]:
    """The services, of those that no billed code fits, that stand behind a code which none supports.

    As many as its units have room for, by their minutes; those without minutes all.
    """
    room = units * QUARTER + SHORT if code.timed and units is not None else None
    taken: list[Service] = []
    spent = 0
    for service in sorted(loose, key=lambda each: not each.codes):
        minutes = service.given.minutes or 0
        if taken and (not service.codes or (room is not None and spent + minutes > room)):
            continue
        taken.append(service)
        spent += minutes
    return taken


def service_faults(facts: NoteFacts, found: Matched) -> Faults:
    """Return the faults between services and billed codes: not documented, not supported, not billed, and groups."""
    bill = found.bill
    if bill is None:
        return dict.fromkeys(
            ("billed_not_documented", "code_not_supported", "unbilled_service", "group_billed_as_individual"), None
        )
    faults: Faults = {}
    if not found.services:
        if bill.units and not found.likely:
            faults["billed_not_documented"] = _nothing_given(facts, bill)
        return faults
    if found.undocumented:
        told = [_not_given(code, facts) for code in found.undocumented]
        faults["billed_not_documented"] = _together(told)
    if found.wrong:
        faults["code_not_supported"] = _together([_not_supported(code, own) for code, own in found.wrong.items()])
    if found.grouped:
        group = next(service for service in found.services if service.group)
        codes = listed([code.code for code in found.grouped])
        text = f"{quoted(group.given.quote)} describes several patients at once, and {codes} is billed"
        faults["group_billed_as_individual"] = Fault(text, group.given.quote)
    if unbilled := _unbilled(found):
        faults["unbilled_service"] = unbilled
    if same := _same_words(found):
        faults["same_words_for_two_codes"] = same
    return faults


def _together(faults: list[Fault]) -> Fault:
    return Fault("; ".join(fault.text for fault in faults), next((f.quote for f in faults if f.quote), None))


def _nothing_given(facts: NoteFacts, bill: Bill) -> Fault:
    """No treatment at all: where the nearest words stand."""
    codes = listed(list(bill.units))
    told = [_not_given(code, facts) for code in bill.codes]
    if any(fault.quote for fault in told):
        return _together(told)
    nearest = next(iter(facts.interventions), None)
    if nearest is None:
        return Fault(f"{codes} billed, and the note shows no service given that day")
    where = _ELSEWHERE[nearest.status]
    text = f"{codes} billed, and no service was given that day; the nearest, {quoted(nearest.quote)}, {where}"
    return Fault(text, nearest.quote)


def _not_given(code: Known, facts: NoteFacts) -> Fault:
    for each in facts.interventions:
        if each.status is not Status.PERFORMED and code.code in each.codes:
            return Fault(f"{code.code} billed, and {quoted(each.quote)} {_ELSEWHERE[each.status]}", each.quote)
    return Fault(f"{code.code} billed, and the note shows no such service given that day")


def _not_supported(code: str, services: list[Service]) -> Fault:
    first = services[0]
    words = listed([quoted(service.given.quote) for service in services[:2]])
    if not first.codes:
        return Fault(f"{code} billed, and {words} is too unspecific to support a code", first.given.quote)
    instead = " or ".join(dict.fromkeys(own.code for service in services[:2] for own in service.codes))
    because = next((f" ({reason})" for reason in first.given.support.reasons[:1]), "")
    return Fault(f"{code} billed, and {words} supports {instead}{because}", first.given.quote)


def _unbilled(found: Matched) -> Fault | None:
    """Services of eight minutes and more, and untimed ones, that no billed code fits."""
    by_code: dict[str, list[Service]] = defaultdict(list)
    for service in found.unbilled:
        if service.codes and not all(code.bundled for code in service.codes):
            by_code[service.codes[0].code].append(service)
    told = []
    for code, services in by_code.items():
        minutes = sum(service.given.minutes or 0 for service in services)
        if services[0].kind != "timed" or minutes >= _LEAST:
            spent = f", {minutes} minutes" if minutes else ""
            told.append(Fault(f"{code} not billed: {quoted(services[0].given.quote)}{spent}", services[0].given.quote))
    return _together(told) if told else None


def _same_words(found: Matched) -> Fault | None:
    """Two codes that one activity, or two in the same words, must carry alone."""
    single = {code: own[0] for code, own in found.shown.items() if len(own) == 1}
    alone = {code: service for code, service in single.items() if service.kind != "evaluation"}
    for code, service in alone.items():
        for other, second in alone.items():
            first, last = known(code), known(other)
            if other <= code or first is None or last is None or first.family == last.family:
                continue
            if service is second or _words(service) == _words(second):
                text = f"{code} and {other} billed, and only {quoted(service.given.quote)} stands behind both"
                return Fault(text, second.given.quote)
    return None


def _words(service: Service) -> str:
    return " ".join(service.given.quote.text.lower().split())
