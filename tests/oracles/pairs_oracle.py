"""A slow and obvious reading of the pair rules, one patient's day at a time, in plain Python.

It shares no code with the engine. What is not known is tried both ways: a rule finds a fault if there is one in every
world that the unknowns leave open, passes if in none, and is not checked otherwise. Clock time is a set of minutes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

BYPASS = {"59", "XE", "XP", "XS", "XU"}
WITHDRAWN_FROM_BIRTH = 9


@dataclass(frozen=True)
class Edit:
    """A published row pays ``one`` and denies ``two``: perhaps from ``starts``, certainly from ``known_from``."""

    table: str
    one: str
    two: str
    indicator: int
    starts: date | None
    known_from: date
    deleted: date | None
    confirmed_through: date


@dataclass(frozen=True)
class Tables:
    """The published rows, the last day up to which each table is complete, and the codes it was taken for."""

    edits: Mapping[tuple[str, str, str], Sequence[Edit]]
    complete_through: Mapping[str, date]
    family: frozenset[str]

    @classmethod
    def of(cls, edits: Iterable[Edit], complete_through: Mapping[str, date], family: frozenset[str]) -> Tables:
        by_pair: dict[tuple[str, str, str], list[Edit]] = defaultdict(list)
        for edit in edits:
            by_pair[edit.table, edit.one, edit.two].append(edit)
        return cls(by_pair, complete_through, family)

    def naming(self, table: str, one: str, two: str) -> Sequence[Edit]:
        return self.edits.get((table, one, two), ())


@dataclass(frozen=True)
class Service:
    """A service of the day; ``modifiers`` None: the input has no place for them."""

    row: int
    code: str
    dos: date | None
    table: str
    billing: str | None
    rendering: str | None
    discipline: str | None
    modifiers: tuple[str, ...] | None = ()
    billed: bool = True
    timed: bool = True
    minutes: int | None = None
    block: tuple[int, int] | None = None
    carries_times: bool = False
    edits_apply: bool | None = True
    either_line: bool | None = True

    @property
    def bypass(self) -> bool | None:
        return None if self.modifiers is None else any(m in BYPASS for m in self.modifiers)


@dataclass(frozen=True)
class Pair:
    """A line that an edit denies, beside the lines of the day with the code that the edit pays."""

    two: Service
    ones: tuple[Service, ...]
    edit: Edit
    in_force: bool | None
    assumed: bool
    bypass_one: bool | None
    bypass_two: bool | None
    has_times: bool
    separate: bool | None


def in_force(edit: Edit, day: date | None) -> bool | None:
    """Whether the edit holds on the day; None where its first day leaves that open."""
    if edit.indicator == WITHDRAWN_FROM_BIRTH:
        return False
    if day is None:
        return None
    if edit.deleted is not None and day > edit.deleted:
        return False
    if edit.starts is not None and day < edit.starts:
        return False
    return True if day >= edit.known_from else None


def same_provider(a: Service, b: Service) -> bool:
    """Whether an edit sets the two against each other."""
    if a.table == "hospital":
        return a.billing == b.billing
    if a.rendering is not None and b.rendering is not None:
        return a.rendering == b.rendering
    return (a.billing, a.discipline) == (b.billing, b.discipline)


def pairs(day: Sequence[Service], tables: Tables) -> list[Pair]:
    """Return the pairs of one patient's day whose edit is, or may be, in force."""
    found = []
    for two in day:
        if not two.billed:
            continue
        for code in sorted({service.code for service in day}):
            ones = [s for s in day if s.billed and s.code == code and s.table == two.table and same_provider(s, two)]
            for edit in tables.naming(two.table, code, two.code):
                if ones and in_force(edit, two.dos) is not False:
                    found.append(_pair(two, sorted(ones, key=lambda s: s.row), edit, day))
    return found


def _pair(two: Service, ones: list[Service], edit: Edit, day: Sequence[Service]) -> Pair:
    first = ones[0]
    of_two = [s for s in day if s.code == two.code and s.table == two.table and same_provider(s, first)]
    of_one = [s for s in day if s.code == first.code and s.table == two.table and same_provider(s, two)]
    clocked = all(s.block is not None for s in [*of_one, *of_two])
    return Pair(
        two=two,
        ones=tuple(ones),
        edit=edit,
        in_force=in_force(edit, two.dos),
        assumed=two.table == "practitioner" and (first.rendering is None or two.rendering is None),
        bypass_one=in_every_world(lambda *found: any(found), *(s.bypass for s in ones)),
        bypass_two=two.bypass,
        has_times=clocked,
        separate=_separate(of_one, of_two) if clocked else None,
    )


def _separate(of_one: list[Service], of_two: list[Service]) -> bool | None:
    """Whether the blocks of the two codes do not overlap and hold each code's minutes."""
    clock_one, clock_two = _clock(of_one), _clock(of_two)
    holds_one, holds_two = _holds(clock_one, of_one), _holds(clock_two, of_two)
    if clock_one & clock_two or holds_one is False or holds_two is False:
        return False
    return None if holds_one is None or holds_two is None else True


def _clock(services: list[Service]) -> set[int]:
    return {minute for s in services if s.block is not None for minute in range(*s.block)}


def _holds(clock: set[int], services: list[Service]) -> bool | None:
    if not any(s.timed for s in services):
        return True
    minutes = [s.minutes for s in services]
    if None in minutes:
        return None
    return len(clock) >= sum(m for m in minutes if m is not None)


def in_every_world(answer: Callable[..., bool], *known: bool | None) -> bool | None:
    """Return the answer if it is the same whatever the unknown (None) values are, else None.

    >>> in_every_world(lambda a, b: a or b, True, None), in_every_world(lambda a, b: a or b, False, None)
    (True, None)
    """
    worlds = product(*((False, True) if value is None else (value,) for value in known))
    answers = {answer(*world) for world in worlds}
    return answers.pop() if len(answers) == 1 else None


Verdicts = dict[str, list[tuple[int, bool | None]]]


def verdicts(day: Sequence[Service], tables: Tables) -> Verdicts:
    """Return, by rule, the row that each finding (True) or open question (None) would be shown on."""
    result: Verdicts = defaultdict(list)
    for pair in pairs(day, tables):
        for rule, verdict in _of_pair(pair):
            result[rule].append((pair.two.row, verdict))
    for line in day:
        if line.billed and line.bypass is not False:
            result["P105"].append((line.row, _needless(line, day, tables)))
            result["P106"].append((line.row, _contradictory(line)))
    denied = {row for rule in ("P105", "P103") for row, verdict in result[rule] if verdict}
    result["P106"] = [(row, verdict) for row, verdict in result["P106"] if not (verdict and row in denied)]
    return {
        rule: sorted(((row, v) for row, v in rows if v is not False), key=str)
        for rule, rows in result.items()
        if any(v is not False for _, v in rows)
    }


def _of_pair(pair: Pair) -> Iterable[tuple[str, bool | None]]:
    apply, force, either = pair.two.edits_apply, pair.in_force, pair.two.either_line
    one, two = pair.bypass_one, pair.bypass_two
    if pair.edit.indicator == 0:
        yield "P102", in_every_world(lambda a, f, x, y: a and f and not (x or y), apply, force, one, two)
        yield "P103", in_every_world(lambda a, f, x, y: a and f and (x or y), apply, force, one, two)
        return
    yield "P101", in_every_world(lambda a, f, x, y: a and f and not (x or y), apply, force, one, two)
    yield (
        "P107",
        in_every_world(lambda a, f, x, y, e: a and f and x and not y and not e, apply, force, one, two, either),
    )
    separate = False if not pair.has_times and pair.two.carries_times else pair.separate
    yield (
        "P104",
        in_every_world(
            lambda a, f, x, y, e, s: a and f and (y or (x and e)) and not s, apply, force, one, two, either, separate
        ),
    )


def _needless(line: Service, day: Sequence[Service], tables: Tables) -> bool | None:
    """Whether a bypass modifier answers no edit; any number of edits may be open."""
    if line.bypass is None:
        return False if line.edits_apply is False else None
    partners = {
        s.code for s in day if s.billed and s.code != line.code and s.table == line.table and same_provider(line, s)
    }
    answered = [_edited(line.table, line.code, code, line.dos, tables) for code in sorted(partners)]
    return in_every_world(lambda apply, *edits: apply and not any(edits), line.edits_apply, *answered)


def _edited(table: str, a: str, b: str, day: date | None, tables: Tables) -> bool | None:
    """Whether an edit names the two codes on the day, in either order; None where the tables do not settle it."""
    rows = [*tables.naming(table, a, b), *tables.naming(table, b, a)]
    answers = [in_force(row, day) for row in rows]
    if True in answers or None in answers:
        return True if True in answers else None
    if day is None:
        return None
    if rows and day <= max(row.confirmed_through for row in rows):
        return False
    taken_for = a in tables.family or b in tables.family
    return False if taken_for and day <= tables.complete_through[table] else None


def _contradictory(line: Service) -> bool | None:
    if line.modifiers is None:
        return None
    return len(set(line.modifiers) & BYPASS) > 1
