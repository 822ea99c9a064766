"""Remittances to claim lines in plain Python, a claim and a line at a time: slow and obvious, for comparison only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor

AMOUNTS = ("paid", "contract", "other", "reduced", "withheld", "patient", "denied", "prior")
DENYING_DUPLICATE = ("18", "B13")
TAKEN_BACK = ("WO", "72", "FB", "CS")


@dataclass(frozen=True)
class Line:
    """A claim line as billed."""

    row: int
    claim: str
    level: str
    dos: date
    code: str
    modifiers: tuple[str, ...]
    units: float
    charge: int
    control: str | None


@dataclass(frozen=True)
class Service:
    """A service of a remittance: signed amounts by kind, which add up to the charge."""

    code: str
    modifiers: tuple[str, ...]
    dos: date | None
    units: float
    charge: int
    amounts: dict[str, int]
    control: str | None = None
    asked: tuple[str, tuple[str, ...]] | None = None
    refused: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def billed(self) -> tuple[str, tuple[str, ...]]:
        return self.asked or (self.code, self.modifiers)


@dataclass(frozen=True)
class Decision:
    """A claim of a remittance; ``whole`` has its amounts where it has no services."""

    claim: str
    level: str
    control: str
    reversal: bool
    services: tuple[Service, ...]
    whole: Service | None = None


@dataclass
class Ended:
    """What became of a line at a level, or of a service without a line."""

    amounts: dict[str, int]
    recouped: int = 0
    answers: int = 1
    ways: set[str] = field(default_factory=set)


@dataclass
class Result:
    lines: dict[tuple[int, str], Ended]
    unmatched: list[tuple[str, str, int]]  # claim, code, charge
    twice: dict[tuple[int, str], int]  # cents paid beside the answer that stands


def share_out(amounts: dict[str, int], weights: list[int]) -> list[dict[str, int]]:
    """Give amounts to parts by weight, so that sums hold both ways: shares of running totals, rounded down."""
    weights = weights if sum(weights) else [1] * len(weights)
    whole = sum(weights)
    shares = []
    before = 0
    for weight in weights:
        upto = before + weight
        share, low = {}, 0
        for name in amounts:
            high = low + amounts[name]
            corner = [floor(Fraction(a * b, whole)) for a in (upto, before) for b in (high, low)]
            share[name] = corner[0] - corner[1] - corner[2] + corner[3]
            low = high
        shares.append(share)
        before = upto
    return shares


def links_of(decision: Decision, lines: list[Line]) -> dict[int, list[tuple[Line, str, dict[str, int]]]]:
    """Return for each service (by place; -1 the whole claim) its lines, how each was found, and its amounts."""
    if decision.whole is not None:
        shares = share_out(decision.whole.amounts, [line.charge for line in lines])
        return {-1: [(line, "claim", share) for line, share in zip(lines, shares, strict=True)]} if lines else {}
    services = dict(enumerate(decision.services))
    found: dict[int, tuple[Line, str]] = {}
    used: set[int] = set()
    for place, service in services.items():
        same = [line for line in lines if line.control is not None and line.control == service.control]
        if len(same) == 1:
            found[place] = (same[0], "control")
    used |= {line.row for line, _ in found.values()}
    for dated in (True, False):
        for way, alike, charge, units in (
            ("modifiers", True, True, True),
            ("modifiers", True, True, False),
            ("modifiers", True, False, False),
            ("code", False, True, False),
            ("code", False, False, False),
        ):
            for place, service in services.items():
                if place in found or (service.dos is not None) != dated:
                    continue
                for line in lines:
                    code, modifiers = service.billed
                    if (
                        line.row not in used
                        and line.code == code
                        and (not dated or line.dos == service.dos)
                        and (not alike or sorted(modifiers) == sorted(line.modifiers))
                        and (not charge or line.charge == abs(service.charge))
                        and (not units or line.units == service.units)
                    ):
                        found[place] = (line, way)
                        used.add(line.row)
                        break
    _split(services, lines, found)
    bundles = _bundle(services, lines, found)
    result = {}
    for place, service in services.items():
        if place in bundles:
            shares = share_out(service.amounts, [line.charge for line in bundles[place]])
            result[place] = [(line, "bundle", s) for line, s in zip(bundles[place], shares, strict=True)]
        elif place in found:
            result[place] = [(*found[place], service.amounts)]
    return result


def _split(services: dict[int, Service], lines: list[Line], found: dict[int, tuple[Line, str]]) -> None:
    taken: dict[int, int] = defaultdict(int)
    for place, (line, _) in found.items():
        taken[line.row] += abs(services[place].charge)
    used: dict[int, int] = defaultdict(int)
    for place, service in services.items():
        if place in found:
            continue
        code, modifiers = service.billed
        fits = [
            (sorted(modifiers) != sorted(line.modifiers), taken[line.row] - line.charge, line.row, line)
            for line in lines
            if line.row in taken
            and (line.code, line.dos) == (code, service.dos)
            and line.charge - taken[line.row] >= abs(service.charge)
        ]
        if fits:
            line = min(fits, key=lambda one: one[:3])[3]
            used[line.row] += abs(service.charge)
            if used[line.row] <= line.charge - taken[line.row]:
                found[place] = (line, "split")


def _bundle(
    services: dict[int, Service], lines: list[Line], found: dict[int, tuple[Line, str]]
) -> dict[int, list[Line]]:
    over: dict[int, int] = {}
    for place, service in services.items():
        if place not in found:
            over[place] = abs(service.charge)
        elif found[place][1] != "split" and abs(service.charge) > found[place][0].charge:
            over[place] = abs(service.charge) - found[place][0].charge
    free = [line for line in lines if line.row not in {one.row for one, _ in found.values()}]
    made: dict[int, list[Line]] = {}
    for key in (lambda dos, code: (dos, code), lambda dos, code: dos, lambda dos, code: 0):
        groups = defaultdict(list)
        for place in over:
            groups[key(services[place].dos, services[place].billed[0])].append(place)
        done: set[int] = set()
        for group, places in groups.items():
            if len(places) != 1 or (group == 0) != (services[places[0]].dos is None):
                continue
            rest = [line for line in free if key(line.dos, line.code) == group]
            own = [found[places[0]][0]] if places[0] in found else []
            if rest and len(own) + len(rest) > 1 and sum(line.charge for line in rest) == over[places[0]]:
                made[places[0]] = sorted([*own, *rest], key=lambda line: line.row)
                done |= {line.row for line in rest}
        over = {place: cents for place, cents in over.items() if place not in made}
        free = [line for line in free if line.row not in done]
    return made


def cancelled_of(decisions: list[Decision]) -> set[int]:
    """Return the places of decisions and reversals that take each other away."""
    gone: set[int] = set()
    for by_control in (True, False):
        opened: dict[tuple[str, ...], list[int]] = defaultdict(list)
        pairs = []
        for place, decision in enumerate(decisions):
            if place in gone:
                continue
            key = (decision.claim, decision.level, *([decision.control] if by_control else []))
            if not decision.reversal:
                opened[key].append(place)
            elif opened[key]:
                pairs.append((opened[key].pop(), place))
        gone |= {place for pair in pairs for place in pair}
    return gone


def settle(lines: list[Line], decisions: list[Decision], taken_back: list[tuple[str, str, int]]) -> Result:
    """Return what became of each line; ``decisions`` in order, ``taken_back`` reason, reference and cents."""
    gone = cancelled_of(decisions)
    told: dict[tuple[int, str], list[tuple[int, list[tuple[Service, str, dict[str, int]]]]]] = defaultdict(list)
    unmatched = []
    for order, decision in enumerate(decisions):
        of_claim = [line for line in lines if line.claim == decision.claim]
        levels = sorted({line.level for line in of_claim})
        level = decision.level if decision.level in levels else next(iter(levels), None)
        mine = [line for line in of_claim if line.level == level]
        links = links_of(decision, mine)
        by_row = defaultdict(list)
        places = enumerate(decision.services) if decision.whole is None else [(-1, decision.whole)]
        for place, service in places:
            for line, way, amounts in links.get(place, []):
                by_row[line.row].append((service, way, amounts))
            if place not in links and order not in gone:
                unmatched.append((decision.claim, service.code, service.charge))
        for row, answers in by_row.items():
            told[row, decision.level].append((order, answers))
    result = Result({}, unmatched, {})
    charges = {line.row: line.charge for line in lines}
    for key, answers in told.items():
        result.lines[key], over = _standing(key[0], answers, decisions, gone, charges)
        if over:
            result.twice[key] = over
    _take_back(result, lines, decisions, taken_back)
    return result


def _standing(row, answers, decisions, gone, charges):  # type: ignore[no-untyped-def]
    def summed(group):  # type: ignore[no-untyped-def]
        return {name: sum(amounts[name] for _, _, amounts in group) for name in AMOUNTS}

    count = sum(len(group) for _, group in answers)
    sums = {order: summed(group) for order, group in answers}
    groups = dict(answers)
    stands = [order for order in sums if order not in gone and not decisions[order].reversal]
    if not stands:
        back = [order for order in sums if decisions[order].reversal]
        last = max(back) if back else max(sums)
        turned = {name: -cents for name, cents in sums[last].items()} if back else sums[last]
        ways = {way for _, way, _ in groups[last]}
        return Ended(turned, turned["paid"] if back else 0, count, ways), 0
    if len(stands) > 1 and sum(sum(sums[order].values()) for order in stands) <= charges[row]:
        joint = {name: sum(sums[order][name] for order in stands) for name in AMOUNTS}
        return Ended(joint, 0, count, {way for order in stands for _, way, _ in groups[order]}), 0

    def rank(order):  # type: ignore[no-untyped-def]
        repeats = any(s.refused and set(s.reasons) & set(DENYING_DUPLICATE) for s, _, _ in groups[order])
        return (sums[order]["paid"] > 0, not repeats, order)

    best = max(stands, key=rank)
    over = sum(sums[order]["paid"] for order in stands if order != best and sums[order]["paid"] > 0)
    paying = sum(sums[order]["paid"] > 0 for order in stands)
    return Ended(sums[best], 0, count, {way for _, way, _ in groups[best]}), over if paying > 1 else 0


def _take_back(
    result: Result, lines: list[Line], decisions: list[Decision], taken_back: list[tuple[str, str, int]]
) -> None:
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for reason, reference, cents in taken_back:
        if reason not in TAKEN_BACK:
            continue
        named = {(d.claim, d.level) for d in decisions if reference in (d.control, d.claim)}
        named |= {(line.claim, line.level) for line in lines if reference == line.claim}
        if len({claim for claim, _ in named}) == 1:
            totals[min(named, key=lambda one: one[1])] += cents
    for (claim, level), cents in totals.items():
        rows = [line.row for line in lines if line.claim == claim and (line.row, level) in result.lines]
        open_rows = [
            line.row
            for line in lines
            if (line.claim, line.level) == (claim, level) and (line.row, level) not in result.lines
        ]
        if cents <= 0:
            continue
        every = sorted([*rows, *open_rows])
        if not every:
            continue
        for row in open_rows:
            result.lines[row, level] = Ended({}, 0, 0)
        weights = [abs(result.lines[row, level].amounts.get("paid", 0)) for row in every]
        for row, share in zip(every, share_out({"cents": cents}, weights), strict=True):
            result.lines[row, level].recouped += share["cents"]
