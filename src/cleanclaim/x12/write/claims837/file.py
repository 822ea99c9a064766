"""A whole 837 file: envelope, submitter and receiver, levels of billing provider, subscriber and patient, claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cleanclaim.x12.write.claims837 import parties
from cleanclaim.x12.write.claims837.claim import claim_segments
from cleanclaim.x12.write.claims837.model import SELF, Claim, Contact, Party
from cleanclaim.x12.write.claims837.text import Fault, Pen, Writing, day
from cleanclaim.x12.write.control import Numbers
from cleanclaim.x12.write.envelope import Cover, ge, gs, iea, isa, se, st
from cleanclaim.x12.write.envelope import Party as End

MOST_CLAIMS = 5_000
"""Claims of a transaction set: the most that the guides recommend."""


@dataclass(frozen=True, slots=True)
class Partner:
    """One end of the exchange: as the loops 1000A and 1000B name it, and as the envelope does."""

    name: str
    id: str
    end: End


@dataclass(frozen=True)
class Batch:
    """Claims of one form that go to one receiver in one file."""

    submitter: Partner
    contact: Contact
    receiver: Partner
    version: str
    usage: str
    written_at: datetime
    claims: tuple[Claim, ...]
    writing: Writing = field(default_factory=Writing)

    @property
    def sets(self) -> int:
        """How many transaction sets it takes."""
        return -(-len(self.claims) // MOST_CLAIMS)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Segments from ``first`` to ``last``, and the claims that cannot go out if anything is wrong there."""

    first: int
    last: int
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Written:
    """A file, with the stretches of its segments that hang on claims, and what could not be written."""

    content: bytes
    stretches: tuple[Stretch, ...]
    faults: tuple[Fault, ...]

    def concerned(self, segment: int) -> tuple[str, ...]:
        """Return the claims that a segment belongs to; none for the envelope and the file's head."""
        return next((one.claims for one in self.stretches if one.first <= segment <= one.last), ())


def write_file(batch: Batch, numbers: Numbers) -> Written:
    """Return an 837 file of the claims of a batch, in their order by billing provider, subscriber and patient.

    ``numbers`` are its control numbers; the sets are numbered on from ``numbers.first_set``. A value that cannot stand
    in the file is in ``faults``, and what is written in its place is not to be sent.

    >>> hill = Partner("HILL CLINIC", "HILL01", End("ZZ", "HILL01"))
    >>> empty = Batch(hill, Contact("DESK", "3175550100"), hill, "005010X222A1", "T", datetime(2026, 3, 9, 9, 30), ())
    >>> print(write_file(empty, Numbers(7, 7, 9)).content.decode().split("~")[1].strip())
    GS*HC*HILL01*HILL01*20260309*0930*7*X*005010X222A1
    """
    pen = Pen(batch.writing)
    stretches: list[Stretch] = []
    cover = Cover(batch.submitter.end, batch.receiver.end, batch.written_at, numbers.interchange, batch.usage)
    pen.write_as_is(isa(cover, batch.writing.repetition, batch.writing.component))
    pen.write([gs("837", batch.version, cover, numbers.group)])
    for n in range(batch.sets):
        part = batch.claims[n * MOST_CLAIMS : (n + 1) * MOST_CLAIMS]
        _write_set(pen, batch, part, numbers, n, stretches)
    pen.write([ge(batch.sets, numbers.group), iea(1, numbers.interchange)])
    return Written(pen.content(), tuple(stretches), tuple(pen.faults))


def _write_set(
    pen: Pen, batch: Batch, claims: Sequence[Claim], numbers: Numbers, n: int, stretches: list[Stretch]
) -> None:
    begin, control = pen.count, numbers.first_set + n
    at, sender = batch.written_at, batch.submitter
    reference = f"{numbers.interchange:09d}{n + 1:04d}"
    pen.write(
        [
            st("837", batch.version, control),
            ["BHT", "0019", "00", reference, day(at.date()), at.strftime("%H%M%S"), "CH"],
            parties.name("41", Party(sender.name, is_person=False, id=sender.id), "46"),
            parties.contact(batch.contact),
            parties.name("40", Party(batch.receiver.name, is_person=False, id=batch.receiver.id), "46"),
        ]
    )
    _Levels(pen, stretches).write(claims)
    pen.write([se(pen.count - begin + 1, control)])


@dataclass
class _Levels:
    """Writes the levels of a set, each with its number (HL01)."""

    pen: Pen
    stretches: list[Stretch]
    level: int = 0

    def write(self, claims: Sequence[Claim]) -> None:
        """Write the claims: those of one billing provider, subscriber and patient stand together."""
        by_provider = _grouped(claims, [claim.billing for claim in claims])
        for of_provider in by_provider:
            begin = self._open(None, "20", "1")
            self.pen.write(parties.billing(of_provider[0].billing))
            self._note(begin, of_provider)
            provider = self.level
            keys = [(claim.coverage, _of_patient(claim) if _is_self(claim) else None) for claim in of_provider]
            for of_subscriber in _grouped(of_provider, keys):
                self._write_subscriber(of_subscriber, provider)

    def _write_subscriber(self, claims: list[Claim], provider: int) -> None:
        coverage, is_self = claims[0].coverage, _is_self(claims[0])
        begin = self._open(provider, "22", "0" if is_self else "1")
        self.pen.write(parties.subscriber(coverage, claims[0].case_number, is_patient=is_self))
        self._note(begin, claims)
        if is_self:
            self._write_claims(claims)
            return
        parent = self.level
        for of_patient in _grouped(claims, list(map(_of_patient, claims))):
            begin = self._open(parent, "23", "0")
            one = of_patient[0]
            self.pen.write(parties.patient(one.patient, coverage.relationship, one.case_number))
            self._note(begin, of_patient)
            self._write_claims(of_patient)

    def _write_claims(self, claims: list[Claim]) -> None:
        for claim in claims:
            begin = self.pen.count + 1
            self.pen.write(claim_segments(claim))
            self._note(begin, [claim])

    def _open(self, parent: int | None, kind: str, has_children: str) -> int:
        self.level += 1
        self.pen.write([["HL", str(self.level), "" if parent is None else str(parent), kind, has_children]])
        return self.pen.count

    def _note(self, begin: int, claims: Sequence[Claim]) -> None:
        self.stretches.append(Stretch(begin, self.pen.count, tuple(claim.id for claim in claims)))


def _of_patient(claim: Claim) -> object:
    return claim.patient, claim.case_number


def _is_self(claim: Claim) -> bool:
    return claim.coverage.relationship == SELF


def _grouped(claims: Sequence[Claim], keys: Sequence[object]) -> list[list[Claim]]:
    groups: dict[object, list[Claim]] = {}
    for claim, key in zip(claims, keys, strict=True):
        groups.setdefault(key, []).append(claim)
    return list(groups.values())
