"""What a file holds, as its answers tell it again: envelopes with their places, and the claims of an 837."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import polars as pl

from cleanclaim.errors import UnreadableFile
from cleanclaim.x12.files import iter_segments
from cleanclaim.x12.stretches import Source

_ENVELOPE = ("ISA", "GS", "ST", "SE", "GE", "IEA", "TA1")
_OF_CLAIMS = ("BHT", "HL", "NM1", "CLM", "REF", "DTP", "LX", "SV1", "SV2", "TRN")
PROVIDER, SUBSCRIBER, PATIENT = "20", "22", "23"


class Segment(NamedTuple):
    """A segment: its number in the file, and its elements from its id on."""

    number: int
    elements: list[str]
    component: str = ":"

    def at(self, place: int) -> str:
        """Return an element, empty where there is none."""
        return self.elements[place] if place < len(self.elements) else ""

    def parts(self, place: int) -> list[str]:
        """Return the components of an element."""
        return self.at(place).split(self.component)


@dataclass(repr=False)
class Line:
    """A service line of a claim: its LX, SV1 or SV2, its days, its control number (REF*6R)."""

    number: Segment
    service: Segment | None = None
    days: list[str] = field(default_factory=list)
    control: str = ""


@dataclass(repr=False)
class Claim:
    """A claim of an 837, with the levels above it (HL03, and the number of that segment)."""

    head: Segment
    levels: dict[str, int]
    name: Segment | None
    member: str
    days: list[str] = field(default_factory=list)
    clearinghouse_control: str = ""
    lines: list[Line] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The number of its CLM in the file."""
        return self.head.number

    @property
    def provider(self) -> int:
        """The number of the HL of its billing provider; 0 without one."""
        return self.levels.get(PROVIDER, 0)


@dataclass(repr=False)
class TransactionSet:
    """A transaction set: ``number`` counts those of the file from 1, ``begin`` is the number of its ST segment."""

    number: int
    head: Segment
    end: int | None = None  # the number of its SE
    reference: str = ""
    trace: str = ""
    submitter: Segment | None = None
    receiver: Segment | None = None
    levels: list[tuple[int, str]] = field(default_factory=list)
    providers: dict[int, Segment] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)

    @property
    def begin(self) -> int:
        """The number of its ST in the file."""
        return self.head.number

    def claim_at(self, position: int) -> Claim | None:
        """Return the claim that a segment is within, by its number; None between a level and its claims."""
        place = bisect_right(self._claim_numbers, position) - 1
        if place < 0:
            return None
        claim = self.claims[place]
        opened = [bisect_right(self._level_numbers, number) for number in (claim.number, position)]
        return claim if opened[0] == opened[1] else None

    @cached_property
    def _claim_numbers(self) -> list[int]:
        return [claim.number for claim in self.claims]

    @cached_property
    def _level_numbers(self) -> list[int]:
        return [number for number, _ in self.levels]


@dataclass(repr=False)
class Group:
    """A functional group."""

    head: Segment
    end: Segment | None = None
    sets: list[TransactionSet] = field(default_factory=list)


@dataclass(repr=False)
class Interchange:
    """An interchange; ``answers`` says whether it holds TA1 segments."""

    head: Segment
    end: Segment | None = None
    groups: list[Group] = field(default_factory=list)
    answers: bool = False


def received(source: Source) -> list[Interchange]:
    """Return the interchanges of a file, none where it is not X12; sets outside a group are left out.

    >>> isa = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              "
    >>> isa += b"*260401*0930*^*00501*000000001*0*P*:~"
    >>> st = b"GS*HP*A*B*20260401*0930*1*X*005010X221A1~ST*835*0001~TRN*1*77*A~SE*3*0001~GE*1*1~IEA*1*000000001~"
    >>> [file] = received(isa + st)
    >>> file.groups[0].sets[0].trace, file.end.number
    ('77', 7)
    """
    reading = _Reading()
    try:
        for segment in _segments(source):
            reading.take(segment)
    except UnreadableFile:
        return reading.found
    return reading.found


def _segments(source: Source) -> Iterator[Segment]:
    wanted = rf"^\s*(?:{'|'.join((*_ENVELOPE, *_OF_CLAIMS))})[^A-Za-z0-9\s]"
    for frame, _ in iter_segments(source):
        kept = frame.filter(pl.col("text").str.contains(wanted))
        columns = (kept[name] for name in ("segment", "text", "element", "component"))
        for number, text, element, component in zip(*columns, strict=True):
            yield Segment(number, text.strip("\r\n").split(element), component)


class _Reading:
    """Follows the segments of a file; what stands before the first ISA is left out."""

    def __init__(self) -> None:
        self.found: list[Interchange] = []
        self.sets = 0
        self.open: TransactionSet | None = None
        self.levels: dict[str, int] = {}
        self.people: dict[str, Segment] = {}
        self.claim: Claim | None = None
        self.line: Line | None = None

    def take(self, segment: Segment) -> None:
        name = segment.elements[0].strip()
        if name in _ENVELOPE:
            self._take_envelope(name, segment)
        elif self.open is not None:
            self._take_inner(name, segment, self.open)

    def _take_envelope(self, name: str, segment: Segment) -> None:
        if name == "ISA":
            self.found.append(Interchange(segment))
        last = self.found[-1] if self.found else None
        if name == "ST":
            self.sets += 1
            self.open = TransactionSet(self.sets, segment)
            self.levels, self.people, self.claim, self.line = {}, {}, None, None
            if last is not None and last.groups:
                last.groups[-1].sets.append(self.open)
            return
        if name == "SE" and self.open is not None:
            self.open.end = segment.number
        self.open = None
        if last is None:
            return
        if name == "GS":
            last.groups.append(Group(segment))
        elif name == "GE" and last.groups:
            last.groups[-1].end = segment
        elif name == "IEA":
            last.end = segment
        elif name == "TA1":
            last.answers = True

    def _take_inner(self, name: str, segment: Segment, own: TransactionSet) -> None:
        if name == "BHT":
            own.reference = segment.at(3)
        elif name == "TRN":
            own.trace = own.trace or segment.at(2)
        elif name == "HL":
            self._take_level(segment, own)
        elif name == "NM1":
            self._take_name(segment, own)
        elif name == "CLM":
            patient = self.people.get("QC", self.people.get("IL"))
            insured = self.people.get("IL")
            self.claim = Claim(segment, dict(self.levels), patient, insured.at(9) if insured else "")
            self.line = None
            own.claims.append(self.claim)
        elif self.claim is not None:
            self._take_of_claim(name, segment, self.claim)

    def _take_level(self, segment: Segment, own: TransactionSet) -> None:
        code = segment.at(3)
        own.levels.append((segment.number, code))
        self.claim = self.line = None
        below = {PROVIDER: (SUBSCRIBER, PATIENT), SUBSCRIBER: (PATIENT,)}.get(code, ())
        self.levels = {other: at for other, at in self.levels.items() if other not in below} | {code: segment.number}
        for person in ("IL", "QC") if code in (PROVIDER, SUBSCRIBER) else ("QC",):
            self.people.pop(person, None)

    def _take_name(self, segment: Segment, own: TransactionSet) -> None:
        entity = segment.at(1)
        if self.claim is not None:
            return
        if entity == "41":
            own.submitter = segment
        elif entity == "40":
            own.receiver = segment
        elif entity == "85":
            own.providers[self.levels.get(PROVIDER, 0)] = segment
        elif entity in ("IL", "QC"):
            self.people[entity] = segment

    def _take_of_claim(self, name: str, segment: Segment, claim: Claim) -> None:
        qualifier = segment.at(1)
        if name == "LX":
            self.line = Line(segment)
            claim.lines.append(self.line)
        elif name in ("SV1", "SV2") and self.line is not None:
            self.line.service = segment
        elif name == "REF" and qualifier == "6R" and self.line is not None:
            self.line.control = segment.at(2)
        elif name == "REF" and qualifier == "D9" and self.line is None:
            claim.clearinghouse_control = segment.at(2)
        elif name == "DTP" and qualifier == "472" and self.line is not None:
            self.line.days = segment.at(3).split("-")
        elif name == "DTP" and qualifier == "434" and self.line is None:
            claim.days = segment.at(3).split("-")
