"""The loops of a claim and its lines, 2300 to 2430, professional and institutional."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from cleanclaim.x12.write.claims837 import parties
from cleanclaim.x12.write.claims837.model import Attachment, Claim, Facility, Line, Party
from cleanclaim.x12.write.claims837.other_payers import decision, other_payers
from cleanclaim.x12.write.claims837.text import amount, day, quantity
from cleanclaim.x12.write.edits import Segment

_DATES = ("431", "454", "304", "453", "439", "435", "096")
"""DTP qualifiers of a professional claim, in the order of the guide."""
_REFERENCES = ("4N", "9F", "G1", "F8", "EA", "P4")
"""REF qualifiers, in the order of the guide."""
MOST_CODES = 12  # code groups of an HI segment


def claim_segments(claim: Claim) -> Iterator[Segment]:
    """Yield the segments of a claim, from CLM to its last line.

    >>> from datetime import date
    >>> from cleanclaim.x12.write.claims837.model import Address, Billing, Born, Coverage, Patient
    >>> ada, home = Party("ALDER", "ADA", id="M1"), Address("2 OAK ST", "CARMEL", "IN", "46032")
    >>> part_b = Coverage("P", "18", ada, Party("MEDICARE", is_person=False, id="EXMCR"), "MB", "Y", "Y")
    >>> line = Line("97110", ("GP",), 2.0, 8400, date(2026, 3, 4), date(2026, 3, 4), "C1-1", (1,))
    >>> claim = Claim("C1", Billing(Party("HILL"), "351234567"), part_b, Patient(ada, Born(date(1945, 1, 2), "F")),
    ...               (line,), ("M5450",), "1", "A", place="11", signature="Y")
    >>> for segment in claim_segments(claim):
    ...     print(*("/".join(part) if isinstance(part, tuple) else part for part in segment))
    CLM C1 84   11/B/1 Y A Y Y
    HI ABK/M5450
    LX 1
    SV1 HC/97110/GP 84 UN 2   1
    DTP 472 D8 20260304
    REF 6R C1-1
    """
    if claim.facility is None:
        yield from _professional(claim)
    else:
        yield from _institutional(claim, claim.facility)
    for number, line in enumerate(claim.lines, 1):
        yield from _line(claim, line, number)


def _professional(claim: Claim) -> Iterator[Segment]:
    accident = claim.accident
    causes = (*accident.causes, "", "")[:2] if accident else ()
    yield [
        *("CLM", claim.id, amount(claim.charge_cents), "", "", (claim.place or "", "B", claim.frequency)),
        *(claim.signature or "", claim.assignment, claim.coverage.benefits_assigned, claim.coverage.release),
        *("", (*causes, "", accident.state or "") if accident else "", *[""] * 8, claim.delay_reason or ""),
    ]
    for qualifier in _DATES:
        if qualifier in claim.dates:
            yield ["DTP", qualifier, "D8", day(claim.dates[qualifier])]
    yield from map(_attachment, claim.attachments)
    if claim.patient_paid_cents is not None:
        yield ["AMT", "F5", amount(claim.patient_paid_cents)]
    yield from _references(claim)
    yield _codes([("ABK" if n == 0 else "ABF", code) for n, code in enumerate(claim.diagnoses)])
    yield from _provider("DN", claim.referring)
    yield from _provider("82", claim.rendering, "PE")
    yield from _provider("77", claim.service_facility)
    yield from _provider("DQ", claim.supervising)
    yield from other_payers(claim)


def _institutional(claim: Claim, facility: Facility) -> Iterator[Segment]:
    yield [
        *("CLM", claim.id, amount(claim.charge_cents), "", "", (facility.bill_type[:2], "A", claim.frequency), ""),
        *(claim.assignment, claim.coverage.benefits_assigned, claim.coverage.release, *[""] * 10),
        claim.delay_reason or "",
    ]
    yield ["DTP", "434", "RD8", _period(facility.first_day, facility.last_day)]
    if facility.admitted:
        yield ["DTP", "435", "D8", day(facility.admitted)]
    yield ["CL1", facility.admission_type, facility.admission_source or "", facility.patient_status]
    yield from map(_attachment, claim.attachments)
    yield from _references(claim)
    yield from _facility_codes(claim, facility)
    yield from _provider("71", facility.attending, "AT")
    yield from _provider("72", facility.operating)
    yield from _provider("ZZ", facility.other_operating)
    yield from _provider("82", claim.rendering)
    yield from _provider("77", claim.service_facility)
    yield from _provider("DN", claim.referring)
    yield from other_payers(claim)


def _attachment(paper: Attachment) -> Segment:
    return ["PWK", paper.report, paper.way, "", "", "AC" if paper.number else "", paper.number or ""]


def _references(claim: Claim) -> Iterator[Segment]:
    for qualifier in _REFERENCES:
        if qualifier in claim.references:
            yield ["REF", qualifier, claim.references[qualifier]]
    if claim.note:
        yield ["NTE", "ADD", claim.note]


def _facility_codes(claim: Claim, facility: Facility) -> Iterator[Segment]:
    principal, others = claim.diagnoses[:1], claim.diagnoses[1:]
    yield _codes([("ABK", code) for code in principal])
    if facility.admitting_diagnosis:
        yield _codes([("ABJ", facility.admitting_diagnosis)])
    yield from _lists([("APR", code) for code in facility.visit_reasons])
    yield from _lists([("ABF", code) for code in others])
    yield from _lists([("BI", code, "RD8", _period(first, last)) for code, first, last in facility.occurrence_spans])
    yield from _lists([("BH", code, "D8", day(on)) for code, on in facility.occurrences])
    yield from _lists([("BE", code, "", "", amount(cents)) for code, cents in facility.value_codes])
    yield from _lists([("BG", code) for code in facility.condition_codes])


def _lists(codes: Sequence[tuple[str, ...]]) -> Iterator[Segment]:
    for start in range(0, len(codes), MOST_CODES):
        yield _codes(codes[start : start + MOST_CODES])


def _codes(codes: Iterable[tuple[str, ...]]) -> Segment:
    return ["HI", *codes]


def _provider(entity: str, party: Party | None, taxonomy_as: str = "") -> Iterator[Segment]:
    if party is None:
        return
    yield parties.name(entity, party)
    if taxonomy_as and party.taxonomy:
        yield ["PRV", taxonomy_as, "PXC", party.taxonomy]
    if party.address:
        yield from parties.address(party.address)


def _line(claim: Claim, line: Line, number: int) -> Iterator[Segment]:
    yield ["LX", str(number)]
    procedure = ("HC", line.code, *line.modifiers) if line.code else ""
    money, units = amount(line.charge_cents), quantity(line.units)
    if claim.facility is None:
        pointers = tuple(map(str, line.pointers))
        yield ["SV1", procedure, money, "UN", units, line.place or "", "", pointers]
    else:
        yield ["SV2", line.revenue_code or "", procedure, money, "UN", units]
    if line.first_day == line.last_day:
        yield ["DTP", "472", "D8", day(line.first_day)]
    else:
        yield ["DTP", "472", "RD8", _period(line.first_day, line.last_day)]
    yield ["REF", "6R", line.control]
    yield from _provider("82", line.rendering, "PE" if claim.facility is None else "")
    if claim.facility is None:
        yield from _provider("DK", line.ordering)
    yield from _provider("DN", line.referring)
    for payer, decided in line.decisions.items():
        yield from decision(payer, line, decided)


def _period(first: date, last: date) -> str:
    return f"{day(first)}-{day(last)}"
