"""The claims of a file with all their segments, each in its loop: for whoever shows or prints a claim as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cleanclaim.x12 import iter_segments
from cleanclaim.x12.stretches import Source
from cleanclaim.x12.validate.grammar import ROOT, Grammar, by_version, grammar

CLAIM_LOOPS = {"837P": "2300", "837I": "2300", "835": "2100"}
LINE_LOOPS = {"837P": "2400", "837I": "2400", "835": "2110"}
_LEVELS = frozenset(("2000A", "2000B", "2000C", "2000", "2300", "2100"))
"""Loops that are let go when they end, so that memory does not grow with a file."""
_ENVELOPE = ("ISA", "GS", "GE", "IEA", "TA1")


@dataclass(frozen=True)
class Segment:
    """A segment: its number in the file, its text, its elements (the first is its id), and what parts components.

    ``row`` is its row in the grammar of its transaction, -1 where that has no such segment there.
    """

    number: int = 0
    text: str = ""
    elements: tuple[str, ...] = ()
    separator: str = ":"
    row: int = -1

    def __bool__(self) -> bool:
        return bool(self.elements)

    @property
    def name(self) -> str:
        """The id of the segment."""
        return self.elements[0] if self.elements else ""

    def at(self, place: int) -> str:
        """Return an element; "" where the segment does not have it.

        >>> Segment(3, "AMT*F5*20", ("AMT", "F5", "20")).at(2), Segment().at(2)
        ('20', '')
        """
        return self.elements[place].strip() if place < len(self.elements) else ""

    def parts(self, place: int) -> list[str]:
        """Return the components of an element, none where it is empty.

        >>> Segment(1, "", ("CLM", "V1", "84", "", "", "11:B:1")).parts(5)
        ['11', 'B', '1']
        """
        value = self.at(place)
        return [part.strip() for part in value.split(self.separator)] if value else []

    def part(self, place: int, number: int) -> str:
        """Return one component of an element, from 1; "" where the segment does not have it."""
        parts = self.parts(place)
        return parts[number - 1] if number <= len(parts) else ""


@dataclass
class Loop:
    """A loop: its name in the guide, its own segments, and the loops within it, in the order of the file."""

    name: str = ""
    segments: list[Segment] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)
    place: int = 0  # in the grammar

    def all(self, name: str, *qualifiers: str) -> list[Segment]:
        """Return its own segments of an id, of those with one of some qualifiers in the first element.

        >>> loop = Loop("2300", [Segment(1, "", ("REF", "G1", "A1")), Segment(2, "", ("REF", "EA", "M1"))])
        >>> [segment.number for segment in loop.all("REF", "EA")]
        [2]
        """
        return [s for s in self.segments if s.name == name and (not qualifiers or s.part(1, 1) in qualifiers)]

    def first(self, name: str, *qualifiers: str) -> Segment:
        """Return the first of these; one without elements where there is none. Earlier qualifiers go first."""
        for qualifier in qualifiers:
            found = self.all(name, qualifier)
            if found:
                return found[0]
        found = [] if qualifiers else self.all(name)
        return found[0] if found else Segment()

    def within(self, *names: str) -> list[Loop]:
        """Return the loops of some names directly within it."""
        return [loop for loop in self.loops if loop.name in names]

    def one(self, *names: str) -> Loop:
        """Return the first of these, an earlier name before a later one; an empty one where there is none."""
        for name in names:
            for loop in self.loops:
                if loop.name == name:
                    return loop
        return Loop()

    def walk(self) -> Iterator[Loop]:
        """Yield the loop and all within it, in the order of the file."""
        yield self
        for loop in self.loops:
            yield from loop.walk()


@dataclass(frozen=True)
class Claim:
    """A claim with the loops around it: the transaction set, the billing provider, the subscriber, the patient."""

    kind: str
    around: tuple[Loop, ...]
    loop: Loop

    @property
    def head(self) -> Segment:
        """The segment that begins the claim: CLM or CLP."""
        return self.loop.segments[0]

    @property
    def number(self) -> str:
        """The claim's number, as the practice gave it: CLM01 or CLP01."""
        return self.head.at(1)

    @property
    def lines(self) -> list[Loop]:
        """The loops of its lines."""
        return self.loop.within(LINE_LOOPS[self.kind])

    def level(self, name: str) -> Loop:
        """Return the loop of this name around the claim; an empty one where there is none."""
        return next((loop for loop in self.around if loop.name == name), Loop())


@dataclass
class TransactionSet:
    """A transaction set: its kind, "" where it is not read, its own segments, and how many claims it held."""

    kind: str
    name: str
    loop: Loop
    claims: int = 0


class ClaimFile:
    """An X12 file, read claim by claim: 837 professional and institutional, and 835.

    ``sets``, ``envelope`` and ``problems`` grow while ``claims`` is gone through. Reading raises UnreadableFile for
    what is not X12 at all; places that cannot be read are in ``problems`` as segment number and message.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.sets: list[TransactionSet] = []
        self.envelope: list[Segment] = []
        self.problems: list[tuple[int, str]] = []
        self._version = ""

    def claims(self) -> Iterator[Claim]:
        """Yield the claims in the order of the file.

        >>> file = ClaimFile(b"ST*837*1*005010X222A1~BHT*0019*00*1~HL*1**20*1~HL*2*1*22*0~CLM*V1*84~LX*1~SE*7*1~")
        >>> [(claim.number, [loop.name for loop in claim.around], len(claim.lines)) for claim in file.claims()]
        [('V1', ['ST', '2000A', '2000B'], 1)]
        """
        open_set: _OpenSet | None = None
        for frame, problems in iter_segments(self._source):
            self.problems += problems.select("segment", "message").iter_rows()
            for number, text, element, component in frame.select("segment", "text", "element", "component").iter_rows():
                segment = Segment(number, text or "", tuple((text or "").split(element)), component)
                if segment.name in _ENVELOPE:
                    self.envelope.append(segment)
                    if segment.name == "GS":
                        self._version = segment.at(8)
                elif segment.name == "ST" or open_set is None:
                    if open_set is not None:
                        yield from open_set.end()
                    open_set = self._opened(segment)
                else:
                    yield from open_set.take(segment)
                    if segment.name == "SE":
                        open_set = None
        if open_set is not None:
            yield from open_set.end()

    def _opened(self, segment: Segment) -> _OpenSet:
        version = segment.at(3) or self._version
        kind = by_version().get((segment.at(1).encode(), version.encode()), "")
        kind = kind if kind in CLAIM_LOOPS and segment.name == "ST" else ""
        found = TransactionSet(kind, f"{segment.at(1)} {version}".strip(), Loop(ROOT, [segment]))
        self.sets.append(found)
        return _OpenSet(found, grammar(kind) if kind else None)


class _OpenSet:
    """A transaction set that is gone through: the loop that is open, and those around it."""

    def __init__(self, found: TransactionSet, rules: Grammar | None) -> None:
        self._set = found
        self._rules = rules
        self._open = [found.loop]
        self._state = 0

    def take(self, segment: Segment) -> Iterator[Claim]:
        """Put a segment into its loop; yield the claim that it ends."""
        rules = self._rules
        if rules is None:
            self._set.loop.segments.append(segment)
            return
        if segment.name == "SE":
            yield from self.end()
            self._set.loop.segments.append(segment)
            return
        row = int(rules.next_row[self._state, self._token(rules, segment)])
        segment = Segment(segment.number, segment.text, segment.elements, segment.separator, row)
        if row < 0:
            self._open[-1].segments.append(segment)
            return
        self._state = rules.rows[row].loop
        begins = row == 0 or rules.rows[row - 1].loop != self._state
        yield from self._close(rules.parents[self._state] if begins else (self._state,))
        if begins:
            loop = Loop(rules.names[self._state], place=self._state)
            if loop.name not in _LEVELS:
                self._open[-1].loops.append(loop)
            self._open.append(loop)
        self._open[-1].segments.append(segment)

    def end(self) -> Iterator[Claim]:
        """Yield the claim that is open."""
        yield from self._close((0,))

    def _close(self, places: tuple[int, ...]) -> Iterator[Claim]:
        """End the loops that are open up to one of these."""
        while len(self._open) > 1 and self._open[-1].place not in places:
            loop = self._open.pop()
            if loop.name == CLAIM_LOOPS.get(self._set.kind):
                self._set.claims += 1
                yield Claim(self._set.kind, tuple(self._open), loop)

    @staticmethod
    def _token(rules: Grammar, segment: Segment) -> int:
        name = segment.name.encode()
        place, component = rules.discriminator.get(name, (0, 0))
        qualifier = (segment.part(place, 1) if component else segment.at(place)) if place else ""
        tokens = rules.tokens
        return tokens.get((name, qualifier.encode()), tokens.get((name, b""), len(tokens)))
