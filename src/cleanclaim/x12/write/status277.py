"""277CA (005010X214): which claims of an 837 were taken in, which were not, and why.

One 277CA answers one 837 transaction set, and names it by its BHT03, as X12 explains (RFI 1991 and 2145); a service
line is named only where it is the reason for which its claim is rejected (RFI 2203).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from cleanclaim.x12.validate.claim_statuses import usual
from cleanclaim.x12.write.claims837.text import amount
from cleanclaim.x12.write.received import Claim, Line, Segment
from cleanclaim.x12.write.segments import Composite, composite, segment
from cleanclaim.x12.write.verdicts import ClaimVerdict, SetVerdict, claim_verdicts

VERSION = "005010X214"
ACCEPT, REJECT = "WQ", "U"
_STATUSES_OF_A_SEGMENT = 3
_UNKNOWN = "UNKNOWN"  # stands for a member number or name that the claim does not give
_TRACE_LETTERS = 50


def body(own: SetVerdict, made: datetime, reference: str) -> list[str]:
    """Return the segments between ST and SE that answer an 837; ``reference`` is the answerer's own for it (BHT03)."""
    answered = claim_verdicts(own)
    return [*_head(own, made, reference), *_batch(own, answered, made), *_Levels(own, made).written(answered)]


def _head(own: SetVerdict, made: datetime, reference: str) -> Iterator[str]:
    day = made.strftime("%Y%m%d")
    yield segment("BHT", "0085", "08", reference, day, made.strftime("%H%M"), "TH")
    yield segment("HL", 1, None, 20, 1)
    payer = own.of.receiver
    name = payer.at(3) if payer else ""
    yield segment("NM1", "PR", 2, name or _UNKNOWN, *[None] * 4, "46", (payer.at(9) if payer else "") or _UNKNOWN)
    yield segment("TRN", 1, reference)
    yield segment("DTP", "050", "D8", day)
    yield segment("DTP", "009", "D8", day)


def _batch(own: SetVerdict, answered: Sequence[ClaimVerdict], made: datetime) -> Iterator[str]:
    yield segment("HL", 2, 1, 21, 1 if answered else 0)
    sender = own.of.submitter
    names = (sender.at(2), sender.at(3) or _UNKNOWN, sender.at(4), sender.at(5)) if sender else (2, _UNKNOWN)
    identifier = (sender.at(9) if sender else "") or _UNKNOWN
    yield segment("NM1", "41", *(*names, *[None] * 6)[:6], "46", identifier)
    yield segment("TRN", 2, own.of.reference[:_TRACE_LETTERS] or _UNKNOWN)
    total = sum(_cents(one.of) for one in answered)
    yield segment("STC", _status(usual("received")), made.strftime("%Y%m%d"), ACCEPT, amount(total))
    yield from _totals(answered, "90", "AA")


def _totals(answered: Sequence[ClaimVerdict], accepted: str, rejected: str) -> Iterator[str]:
    """Yield counts and amounts of the claims taken in and rejected, without those that are 0."""
    parts = [[one for one in answered if one.accepted is taken] for taken in (True, False)]
    for qualifier, part in zip((accepted, rejected), parts, strict=True):
        if part:
            yield segment("QTY", qualifier, len(part))
    for qualifier, part in zip(("YU", "YY"), parts, strict=True):
        if part:
            yield segment("AMT", qualifier, amount(sum(_cents(one.of) for one in part)))


class _Levels:
    """Writes the levels of billing providers and patients, numbered on from the two above them."""

    def __init__(self, own: SetVerdict, made: datetime) -> None:
        self.own = own
        self.day = made.strftime("%Y%m%d")
        self.level = 2

    def written(self, answered: Sequence[ClaimVerdict]) -> Iterator[str]:
        of_provider: dict[int, list[ClaimVerdict]] = {}
        for one in answered:
            of_provider.setdefault(one.of.provider, []).append(one)
        for provider, claims in of_provider.items():
            self.level += 1
            parent = self.level
            yield segment("HL", parent, 2, 19, 1)
            yield _provider(self.own.of.providers.get(provider))
            yield segment("TRN", 1, 0)
            yield from _totals(claims, "QA", "QC")
            for one in claims:
                self.level += 1
                yield segment("HL", self.level, parent, "PT")
                yield _patient(one.of)
                yield from self._claim(one)

    def _claim(self, one: ClaimVerdict) -> Iterator[str]:
        claim = one.of
        yield segment("TRN", 2, claim.head.at(1)[:_TRACE_LETTERS])
        if one.accepted:
            statuses, action = [usual("accepted")], ACCEPT
        else:
            statuses, action = one.statuses or [usual("of_lines")], REJECT
        yield from self._statuses(statuses, action, claim.head.at(2))
        if claim.clearinghouse_control:
            yield segment("REF", "D9", claim.clearinghouse_control)
        if self.own.kind == "837I":
            place = claim.head.parts(5)
            yield segment("REF", "BLT", place[0] + place[-1])
        days = claim.days or [day for line in claim.lines for day in line.days]
        if days:
            yield _days(min(days), max(days))
        for line, told in one.lines:
            yield from self._line(line, told)

    def _line(self, line: Line, statuses: Sequence[str]) -> Iterator[str]:
        service = line.service
        if service is not None:
            yield _service(service)
            yield from self._statuses(statuses, REJECT, None)
            yield segment("REF", "FJ", (line.control or line.number.at(1))[:50])
            if line.days:
                yield _days(min(line.days), max(line.days))

    def _statuses(self, statuses: Sequence[str], action: str, charge: str | None) -> Iterator[str]:
        for start in range(0, len(statuses), _STATUSES_OF_A_SEGMENT):
            first, *more = map(_status, statuses[start : start + _STATUSES_OF_A_SEGMENT])
            yield segment("STC", first, self.day, action, charge, *[None] * 5, *more)


def _status(text: str) -> Composite:
    return composite(*text.split(":"))


def _cents(claim: Claim) -> int:
    return int(Decimal(claim.head.at(2) or "0") * 100)


def _provider(name: Segment | None) -> str:
    if name is None:
        return segment("NM1", "85", 2, _UNKNOWN, *[None] * 4, "FI", _UNKNOWN)
    qualifier, number = (name.at(8), name.at(9)) if name.at(9) else ("FI", _UNKNOWN)
    return segment("NM1", "85", name.at(2), name.at(3), name.at(4), name.at(5), None, name.at(7), qualifier, number)


def _patient(claim: Claim) -> str:
    name = claim.name
    parts = [name.at(place) for place in (3, 4, 5)] if name else [_UNKNOWN, "", ""]
    return segment("NM1", "QC", 1, *parts, None, name.at(7) if name else None, "MI", claim.member or _UNKNOWN)


def _service(service: Segment) -> str:
    """Return the SVC of a line: of an 837P its procedure, of an 837I that or, without one, its revenue code."""
    if service.elements[0] == "SV1":
        procedure, charge, revenue, units = service.parts(1), service.at(2), "", service.at(4)
    else:
        procedure, charge, revenue, units = service.parts(2), service.at(3), service.at(1), service.at(5)
    if not procedure[0]:
        procedure, revenue = ["NU", revenue], ""
    return segment("SVC", composite(*procedure[:6]), charge, None, revenue, None, None, units)


def _days(first: str, last: str) -> str:
    if first == last:
        return segment("DTP", "472", "D8", first)
    return segment("DTP", "472", "RD8", f"{first}-{last}")
