"""A slow and obvious reading of the unit rules, one visit at a time, in plain Python.

It shares no code with the engine. Where the engine has a closed form, this counts: units by walking up the thresholds,
ties by trying every way to settle them, the assistant's modifier by handing out units one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations


@dataclass(frozen=True)
class Code:
    """What is published of a code: timed, untimed or other; the code whose family it is of; one unit's length."""

    kind: str  # "pool", "own" (timed, outside the pool), "untimed", "other"
    base: str
    length: int = 0
    evaluation: bool = False


@dataclass(frozen=True)
class Service:
    code: str
    minutes: int | None
    by: str | None = None


@dataclass(frozen=True)
class Policy:
    method: str | None = "cms"
    by_code: bool = False
    modifier: bool | None = True
    midpoint: bool = True


@dataclass
class Earned:
    """Units of one code: as settled by the policy, and over all ways to settle a tie; None is not known."""

    units: int | None = None
    modified: int | None = None
    all_units: set[int | None] = field(default_factory=set)
    all_modified: set[int | None] = field(default_factory=set)


@dataclass(frozen=True)
class Visit:
    timed_minutes: int | None
    units_allowed: int | None
    codes: dict[str, Earned]


def visit(services: list[Service], codes: dict[str, Code], policy: Policy) -> Visit:
    """Return what the minutes of one visit earn."""
    if policy.method in ("hybrid", "cms_or_ama"):
        by_total, by_code = (visit(services, codes, replace(policy, method=method)) for method in ("cms", "ama"))
        if by_total.units_allowed is None or by_code.units_allowed is None:
            return by_total
        more = by_code.units_allowed - by_total.units_allowed
        return by_code if (more > 0 if policy.method == "cms_or_ama" else more < 0) else by_total
    groups = _groups(services, codes)
    pool = [g for g in groups if g.facts.kind == "pool"]
    minutes = None if any(g.minutes is None for g in pool) else sum(g.minutes for g in pool)
    settlements = _settlements(groups, pool, minutes, policy)
    earned: dict[str, Earned] = {}
    for settled in settlements:
        for group in groups:
            for code, units, modified in _by_code(group, settled[group.base], policy):
                entry = earned.setdefault(code, Earned(units, modified))
                entry.all_units.add(units)
                entry.all_modified.add(modified)
    never = {c for c, e in earned.items() if c not in {s.code for s in services} and not any(e.all_units)}
    allowed = sum(u for g in pool if (u := settlements[0][g.base]) is not None)
    if policy.method in (None, "per_visit") or any(settlements[0][g.base] is None for g in pool):
        allowed = None
    return Visit(minutes, allowed, {c: e for c, e in earned.items() if c not in never})


class _Group:
    """The services of one code, or of a base code and its add-on."""

    def __init__(self, base: str, codes: dict[str, Code]) -> None:
        self.base, self.facts = base, codes[base]
        self.addon = next((c for c, f in codes.items() if f.base == base and c != base), None)
        self.addon_length = codes[self.addon].length if self.addon else self.facts.length
        self.therapist: int | None = 0
        self.assistant: int | None = 0
        self.base_therapist = self.base_assistant = 0
        self.given = self.by_assistant = self.by_therapist = False

    @property
    def minutes(self) -> int | None:
        if self.therapist is None or self.assistant is None:
            return None
        return self.therapist + self.assistant

    def add(self, service: Service) -> None:
        if service.by in ("student", "aide"):
            return
        self.given = True
        if service.by in ("PTA", "OTA"):
            self.by_assistant = True
            self.assistant = _plus(self.assistant, service.minutes)
            self.base_assistant += (service.minutes or 0) if service.code == self.base else 0
        else:
            self.by_therapist = self.by_therapist or service.minutes != 0
            self.therapist = _plus(self.therapist, service.minutes)
            self.base_therapist += (service.minutes or 0) if service.code == self.base else 0


def _plus(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b


def _groups(services: list[Service], codes: dict[str, Code]) -> list[_Group]:
    groups: dict[str, _Group] = {}
    for service in services:
        base = codes[service.code].base
        groups.setdefault(base, _Group(base, codes)).add(service)
    return list(groups.values())


def _settlements(
    groups: list[_Group], pool: list[_Group], minutes: int | None, policy: Policy
) -> list[dict[str, int | None]]:
    """Every allowed way to give units to groups; the one that the tie policy picks comes first."""
    alone = {g.base: _alone(g, policy) for g in groups}
    if policy.method != "cms":
        return [alone]
    if minutes is None:
        return [alone | {g.base: None for g in pool}]
    whole = {g.base: g.minutes // 15 for g in pool}
    spare = _count_up(minutes) - sum(whole.values())
    order = sorted(pool, key=lambda g: g.base) if policy.by_code else pool
    ways = []
    for chosen in combinations(order, spare):
        least = min((g.minutes % 15 for g in chosen), default=15)
        if all(g.minutes % 15 <= least for g in pool if g not in chosen):
            ways.append(alone | whole | {g.base: whole[g.base] + 1 for g in chosen})
    return ways


def _count_up(minutes: int) -> int:
    """Walk up the manual's table: 8, 23, 38 ... minutes."""
    units = 0
    while minutes >= 8 + 15 * units:
        units += 1
    return units


def _alone(group: _Group, policy: Policy) -> int | None:
    kind, minutes = group.facts.kind, group.minutes
    if kind == "untimed":
        return int(group.given)
    if kind == "other" or policy.method not in ("cms", "ama", "whole_15", "nearest_15") or minutes is None:
        return None
    if kind == "pool" and policy.method == "whole_15":
        return minutes // 15
    if kind == "pool" and policy.method == "nearest_15":
        return int(minutes / 15 + 0.5)
    units, start, length = 0, 0, group.facts.length
    while minutes > start + length // 2:
        units, start, length = units + 1, start + length, group.addon_length
    return units


def _by_code(group: _Group, units: int | None, policy: Policy) -> list[tuple[str, int | None, int | None]]:
    """The (code, units, units with the modifier) of a group."""
    marks = _marks(group, units, policy)
    if group.addon is None or group.facts.kind not in ("pool", "own"):
        return [(group.base, units, None if marks is None else sum(marks))]
    if units is None:
        known = None if marks is None else 0
        return [(group.base, None, known), (group.addon, None, known)]
    base = (group.base, min(units, 1), None if marks is None else sum(marks[:1]))
    return [base, (group.addon, max(units - 1, 0), None if marks is None else sum(marks[1:]))]


def _marks(group: _Group, units: int | None, policy: Policy) -> list[bool] | None:
    """Which units take the modifier, the base code's first; None if not known."""
    if policy.modifier is False or not group.by_assistant or group.facts.evaluation:
        return [] if units is None else [False] * units
    if policy.modifier is None or units is None:
        return None
    if group.facts.kind == "untimed":
        if not group.by_therapist:
            return [True] * units
        if group.minutes is None:
            return None
        return [group.assistant * 10 > group.minutes] * units
    return _hand_out(group, units, policy)


def _hand_out(group: _Group, units: int, policy: Policy) -> list[bool]:
    left = {"therapist": group.therapist, "assistant": group.assistant}
    marks: list[bool] = []

    def unit(length: int, first: str = "therapist") -> None:
        who = _taker(left, length, first, policy)
        left[who] -= min(left[who], length)
        marks.append(who == "assistant")

    if group.addon and units:
        unit(group.facts.length, "assistant" if group.base_assistant > group.base_therapist else "therapist")
    while len(marks) < units:
        unit(group.addon_length)
    return marks


def _taker(left: dict[str, int], length: int, first: str, policy: Policy) -> str:
    """Whose unit comes next: somebody's whole one while there is any, then the shared ones."""
    for who in (first, "therapist", "assistant"):
        if left[who] >= length:
            return who
    if policy.midpoint and left["therapist"] > length // 2:
        return "therapist"
    total = left["therapist"] + left["assistant"]
    return "assistant" if left["assistant"] * 10 > total else "therapist"
