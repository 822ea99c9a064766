"""What a validation says of each interchange, group, transaction set and claim of a file, in the codes of the answers.

A problem goes into one answer. Those with a claim status (``A7:562:85``) are for the 277CA, which answers claims of
sets that the 999 accepts; of the others, three digits are for the TA1, and the rest for the 999. A set is accepted
where nothing is left that a 999 could say.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cleanclaim.errors import InputError
from cleanclaim.x12.validate import Validation
from cleanclaim.x12.validate.claim_statuses import with_entity
from cleanclaim.x12.validate.grammar import grammar
from cleanclaim.x12.write.received import (
    PATIENT,
    PROVIDER,
    SUBSCRIBER,
    Claim,
    Group,
    Interchange,
    Line,
    TransactionSet,
)

ACCEPTED, PARTLY, REJECTED = "A", "P", "R"
_OF_SEGMENTS = ("1", "2", "3", "4", "5", "6", "7", "I4", "I6", "I7", "I8", "I9")  # IK304 that need no IK4
_OF_ELEMENTS = (  # IK403
    *("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "12", "13"),
    *("I6", "I9", "I10", "I11", "I12", "I13"),
)
_OTHER_SEGMENT, _OTHER_ELEMENT = "I9", "I12"
_OF_SETS = ("1", "2", "3", "4", "5", "6", "7", "18", "19", "23", "I5", "I6")  # IK502
_OF_GROUPS = ("1", "2", "3", "4", "5", "6", "19")  # AK905
_HAS_ERRORS = "8"
_NO_SET_END = "2"
_NO_ID = "ZZ"
_NO_TRAILER = "023"
_LOOPS = {PROVIDER: ("2000A", "2010A"), SUBSCRIBER: ("2000B", "2010B"), PATIENT: ("2000C", "2010C")}


@dataclass(frozen=True)
class ElementError:
    """An IK4: where the element stands, its number in the data dictionary, the code and the value."""

    element: int
    component: int | None
    reference: str | None
    code: str
    value: str | None


@dataclass
class SegmentError:
    """An IK3 with its IK4s; ``claim`` is the number (CLM01) of the claim that the segment is within."""

    segment: str
    position: int
    loop: str | None
    code: str
    claim: str | None
    elements: list[ElementError] = field(default_factory=list)


@dataclass
class SetVerdict:
    """A transaction set: its errors, their codes for the set (IK502), and the claim statuses of its problems."""

    of: TransactionSet
    kind: str | None
    codes: list[str] = field(default_factory=list)
    errors: list[SegmentError] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        """Whether the 999 accepts it."""
        return not (self.codes or self.errors)


@dataclass
class GroupVerdict:
    """A functional group: its own errors (AK905), and its sets."""

    of: Group
    sets: list[SetVerdict]
    codes: list[str] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """How many of its sets are accepted; none where the group is not."""
        return 0 if self.codes else sum(one.accepted for one in self.sets)

    @property
    def status(self) -> str:
        """A where all is accepted, P where some sets are, R where none is."""
        if not self.accepted:
            return REJECTED
        return ACCEPTED if self.accepted == len(self.sets) else PARTLY


@dataclass
class InterchangeVerdict:
    """An interchange: the note code of its first error (TA105), 000 where it has none, and its groups."""

    of: Interchange
    groups: list[GroupVerdict]
    note: str = "000"

    @property
    def accepted(self) -> bool:
        """Whether its envelope is in order."""
        return self.note == "000"


def verdicts(found: Validation, interchanges: Iterable[Interchange]) -> list[InterchangeVerdict]:
    """Return the verdict on each interchange of a file, given its validation and what it holds.

    Raises InputError where the validation has more problems than it lists, for an answer would leave them out.
    """
    if found.more:
        raise InputError(
            f"{found.more:,} problems beyond those listed: the file cannot be answered one by one", field="problems"
        )
    kinds = dict(found.transactions.select("transaction", "kind").iter_rows())
    made = [
        InterchangeVerdict(
            each,
            [GroupVerdict(one, [SetVerdict(own, kinds.get(own.number)) for own in one.sets]) for one in each.groups],
        )
        for each in interchanges
    ]
    if made:
        sorting = _Sorting(made)
        for problem in found.problems.iter_rows(named=True):
            sorting.take(problem)
        for each in made:
            if each.accepted and each.of.end is None:
                each.note = _NO_TRAILER
    return made


class _Sorting:
    """Gives each problem to what it is about."""

    def __init__(self, made: list[InterchangeVerdict]) -> None:
        self.interchanges = made
        self.groups = [group for each in made for group in each.groups]
        self.sets = {one.of.number: one for group in self.groups for one in group.sets}
        self.group_of = {one.of.number: group for group in self.groups for one in group.sets}

    def take(self, problem: dict[str, Any]) -> None:
        """Note a problem where it belongs."""
        code, own = problem["code"], self.sets.get(problem["transaction"])
        if own is None or re.fullmatch(r"0\d\d", code or ""):
            self._take_outside(problem)
        elif problem["loop"] is None:
            self._take_of_set(problem, own)
        elif code is not None and ":" in code:
            own.statuses.append(problem)
        elif own.kind is not None:
            _take_of_segment(problem, own)

    def _take_outside(self, problem: dict[str, Any]) -> None:
        """Note a problem of a group's own segments, or of the interchange."""
        code, position = problem["code"], problem["position"]
        if re.fullmatch(r"0\d\d", code or ""):
            self._take_of_interchange(position, code)
            return
        around = self._set_around(position)
        if around is not None:  # what is no segment is told without its set
            _take_of_segment(problem | {"in_transaction": position - around.of.begin + 1}, around)
            return
        before = [group for group in self.groups if group.of.head.number <= position]
        if before:
            _add(before[-1].codes, code if code in _OF_GROUPS else "1")
        else:
            self._take_of_interchange(position, "024")

    def _set_around(self, position: int) -> SetVerdict | None:
        held = [own for own in self.sets.values() if own.of.begin <= position]
        own = max(held, key=lambda one: one.of.begin, default=None)
        return own if own is not None and own.of.end is not None and position < own.of.end else None

    def _take_of_interchange(self, position: int, code: str) -> None:
        place = bisect_right([each.of.head.number for each in self.interchanges], position) - 1
        each = self.interchanges[max(place, 0)]
        if each.accepted:
            each.note = code

    def _take_of_set(self, problem: dict[str, Any], own: SetVerdict) -> None:
        """Note a problem of ST and SE, or one of the group's segments that is told of the set before them."""
        code, segment = problem["code"], problem["segment"]
        if segment in ("GS", "GE", "IEA") and code != _NO_SET_END:
            _add(self.group_of[own.of.number].codes, code if code in _OF_GROUPS else "1")
        elif problem["element"] is None and segment in ("ST", "SE") and code in ("1", "3"):
            _add(own.codes, "6" if segment == "ST" else "5")  # too few elements, or too many
        else:
            _add(own.codes, code if code in _OF_SETS else "5")


def _add(codes: list[str], code: str) -> None:
    if code not in codes:
        codes.append(code)


def _take_of_segment(problem: dict[str, Any], own: SetVerdict) -> None:
    code, label = problem["code"], problem["element"]
    if label is None:
        error = _segment_error(problem, own, code if code in _OF_SEGMENTS else _OTHER_SEGMENT)
        if error not in own.errors:
            own.errors.append(error)
        return
    last = own.errors[-1] if own.errors else None
    same = last is not None and (last.segment, last.position, last.code) == (
        _id(problem),
        problem["in_transaction"],
        _HAS_ERRORS,
    )
    if last is None or not same:
        last = _segment_error(problem, own, _HAS_ERRORS)
        own.errors.append(last)
    found = re.fullmatch(r"[A-Z0-9]{2,3}?(\d\d)(?:-(\d+))?", label)
    if found is None:
        return
    number = _reference(own.kind or "", label)
    told = code if code in _OF_ELEMENTS else _OTHER_ELEMENT
    value = None if told == "6" else _plain(problem["value"])
    component = int(found[2]) if found[2] else None
    element = ElementError(int(found[1]), component, number, told, value)
    if element not in last.elements:
        last.elements.append(element)


def _segment_error(problem: dict[str, Any], own: SetVerdict, code: str) -> SegmentError:
    claim = own.of.claim_at(problem["position"]) if (problem["loop"] or "") >= "2300" else None
    number = claim.head.at(1) if claim is not None else None
    return SegmentError(_id(problem), problem["in_transaction"], problem["loop"], code, _plain(number))


def _id(problem: dict[str, Any]) -> str:
    """Return the id of a segment; ZZ stands for one that is no id, as IK301 needs two or three letters or digits."""
    text = problem["segment"] or ""
    return text if re.fullmatch(r"[A-Z0-9]{2,3}", text) else _NO_ID


def _plain(value: str | None) -> str | None:
    """Return a value if it can stand in an answer as it is."""
    return value if value and value.isprintable() and not set(value) & set("*:^~") else None


def _reference(kind: str, label: str) -> str | None:
    """Return the data dictionary's number of an element; a composite has none of its own."""
    specs = grammar(kind).specs
    number = specs.number[specs.label.index(label)] if label in specs.label else ""
    return number if number.isdigit() else None


@dataclass
class ClaimVerdict:
    """A claim: the statuses (category, code, entity) of its own problems, and those of its lines."""

    of: Claim
    statuses: list[str] = field(default_factory=list)
    lines: list[tuple[Line, list[str]]] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        """Whether nothing is wrong with it."""
        return not (self.statuses or self.lines)


def claim_verdicts(own: SetVerdict) -> list[ClaimVerdict]:
    """Return the verdict on each claim of a set; what is wrong at a level above claims is so for all below it."""
    made = {claim.number: ClaimVerdict(claim) for claim in own.of.claims}
    for problem in own.statuses:
        status = with_entity(problem["code"], own.kind or "", problem["loop"])
        claim = own.of.claim_at(problem["position"])
        if claim is None:
            for below in _below(own.of, problem):
                _add(made[below.number].statuses, status)
            continue
        line = _line_at(claim, problem["position"]) if problem["loop"] >= "2400" else None
        if line is None:
            _add(made[claim.number].statuses, status)
        else:
            _add(_of_line(made[claim.number], line), status)
    return list(made.values())


def _of_line(verdict: ClaimVerdict, line: Line) -> list[str]:
    for known, statuses in verdict.lines:
        if known is line:
            return statuses
    verdict.lines.append((line, []))
    return verdict.lines[-1][1]


def _line_at(claim: Claim, position: int) -> Line | None:
    place = bisect_right([line.number.number for line in claim.lines], position) - 1
    return claim.lines[place] if place >= 0 else None


def _below(own: TransactionSet, problem: dict[str, Any]) -> list[Claim]:
    """Return the claims below the level that a problem is at."""
    at = [(number, code) for number, code in own.levels if number <= problem["position"]]
    for code, loops in _LOOPS.items():
        if problem["loop"].startswith(loops):
            level = max((number for number, other in at if other == code), default=0)
            return [claim for claim in own.claims if claim.levels.get(code) == level]
    return own.claims
