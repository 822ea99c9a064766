"""What other payers of a claim are, and what they decided: the loops 2320, 2330 and 2430."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from cleanclaim.x12.write.claims837 import parties
from cleanclaim.x12.write.claims837.model import Adjustment, Claim, Decision, Line
from cleanclaim.x12.write.claims837.text import amount, day, quantity
from cleanclaim.x12.write.edits import Segment

_REASONS_OF_A_SEGMENT = 6


def other_payers(claim: Claim) -> Iterator[Segment]:
    """Yield a loop 2320, with its 2330A and 2330B, for each other payer of a claim."""
    for other in claim.others:
        own, decided = other.coverage, other.decision
        kind = "" if claim.facility is not None else own.insurance_type or ""
        group = "" if own.group_number else own.group_name or ""
        covered = [own.sequence, own.relationship, own.group_number or "", group, kind]
        yield ["SBR", *covered, "", "", "", own.filing_indicator]
        if decided:
            yield from adjustments(decided.adjustments)
            yield ["AMT", "D", amount(decided.paid_cents)]
        if other.remaining_cents is not None:
            yield ["AMT", "EAF", amount(other.remaining_cents)]
        yield ["OI", "", "", own.benefits_assigned, "", "", own.release]
        if other.remarks:
            yield ["MOA", "", "", *other.remarks[:5]]
        yield parties.name("IL", own.subscriber, "MI")
        if own.subscriber.address:
            yield from parties.address(own.subscriber.address)
        yield from parties.payer(own.payer)
        on_lines = any(own.payer.id in line.decisions for line in claim.lines)
        if decided and not on_lines:
            yield ["DTP", "573", "D8", day(decided.paid_on)]
        if other.control:
            yield ["REF", "F8", other.control]


def decision(payer: str, line: Line, decided: Decision) -> Iterator[Segment]:
    """Yield the loop 2430: what the payer of this number decided on a line."""
    procedure = ("HC", decided.code, *decided.modifiers) if decided.code else ""
    units = quantity(line.units if decided.units is None else decided.units)
    yield ["SVD", payer, amount(decided.paid_cents), procedure, decided.revenue_code or "", units]
    yield from adjustments(decided.adjustments)
    yield ["DTP", "573", "D8", day(decided.paid_on)]


def adjustments(made: Sequence[Adjustment]) -> Iterator[Segment]:
    """Yield CAS segments: one a group, or more where it has more than six reasons.

    >>> list(adjustments([Adjustment("CO", "45", 2000), Adjustment("PR", "2", 1050)]))
    [['CAS', 'CO', '45', '20', ''], ['CAS', 'PR', '2', '10.5', '']]
    """
    for group, of_group in groupby(sorted(made, key=lambda one: one.group), key=lambda one: one.group):
        listed = list(of_group)
        for start in range(0, len(listed), _REASONS_OF_A_SEGMENT):
            part = listed[start : start + _REASONS_OF_A_SEGMENT]
            triples = (
                (one.reason, amount(one.cents), "" if one.quantity is None else quantity(one.quantity)) for one in part
            )
            yield ["CAS", group, *(text for triple in triples for text in triple)]
