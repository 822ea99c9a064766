"""Loops of people and organizations: NM1 with the address and what else belongs to it."""

from __future__ import annotations

from collections.abc import Iterator

from cleanclaim.x12.write.claims837.model import Address, Billing, Born, Contact, Coverage, Party, Patient
from cleanclaim.x12.write.claims837.text import day
from cleanclaim.x12.write.edits import Segment


def name(entity: str, party: Party, qualifier: str = "XX") -> list[str]:
    """Return the NM1 of a party; a party without a number has no qualifier.

    >>> name("DN", Party("ROE", "JO", id="1003000126"))
    ['NM1', 'DN', '1', 'ROE', 'JO', '', '', '', 'XX', '1003000126']
    """
    kind = "1" if party.is_person else "2"
    person = [party.first or "", party.middle or "", "", party.suffix or ""]
    return ["NM1", entity, kind, party.name, *person, qualifier if party.id else "", party.id or ""]


def address(at: Address) -> Iterator[Segment]:
    """Yield N3 and N4."""
    yield ["N3", at.street, at.street_2 or ""]
    yield ["N4", at.city, at.state or "", at.zip or "", at.country or ""]


def contact(who: Contact) -> list[str]:
    """Return the PER of a contact."""
    ways = [("TE", who.phone), ("FX", who.fax), ("EM", who.email)]
    return ["PER", "IC", who.name, *(text for kind, number in ways if number for text in (kind, number))]


def born(person: Born) -> list[str]:
    """Return the DMG of a person."""
    return ["DMG", "D8", day(person.day), person.sex]


def billing(who: Billing) -> Iterator[Segment]:
    """Yield the loops 2010AA and 2010AB, after the PRV of 2000A."""
    if who.party.taxonomy:
        yield ["PRV", "BI", "PXC", who.party.taxonomy]
    yield name("85", who.party)
    if who.party.address:
        yield from address(who.party.address)
    yield ["REF", who.tax_qualifier, who.tax_id]
    if who.contact:
        yield contact(who.contact)
    if who.pay_to:
        yield ["NM1", "87", "1" if who.party.is_person else "2"]
        yield from address(who.pay_to)


def subscriber(coverage: Coverage, case_number: str | None, *, is_patient: bool) -> Iterator[Segment]:
    """Yield SBR and the loops 2010BA and 2010BB; the number of a casualty case stands with the patient."""
    yield [
        *("SBR", coverage.sequence, "18" if is_patient else "", coverage.group_number or ""),
        # the group's name stands only where there is no number for it
        "" if coverage.group_number else coverage.group_name or "",
        *(coverage.insurance_type or "", "", "", "", coverage.filing_indicator),
    ]
    yield name("IL", coverage.subscriber, "MI")
    # of a subscriber who is not the patient the guides want no more than the name and the number
    if is_patient and coverage.subscriber.address:
        yield from address(coverage.subscriber.address)
    if is_patient and coverage.born:
        yield born(coverage.born)
    if is_patient and case_number:
        yield ["REF", "Y4", case_number]
    yield from payer(coverage.payer)


def payer(party: Party) -> Iterator[Segment]:
    """Yield the NM1 of a payer, with its address where it is known."""
    yield name("PR", party, "PI")
    if party.address:
        yield from address(party.address)


def patient(who: Patient, relationship: str, case_number: str | None) -> Iterator[Segment]:
    """Yield PAT and the loop 2010CA of a patient who is not the subscriber."""
    yield ["PAT", relationship]
    yield name("QC", who.party)
    if who.party.address:
        yield from address(who.party.address)
    yield born(who.born)
    if case_number:
        yield ["REF", "Y4", case_number]
