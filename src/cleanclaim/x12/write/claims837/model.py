"""A claim as an 837 says it: who is billed for whom, by whom, for what. No files, no rules, nothing filled in.

Amounts are cents, codes and dates as they are sent; None, or nothing in a tuple, is left out of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

SELF = "18"
"""The relationship of a patient who is the subscriber."""


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; ``zip`` without its hyphen; ``country`` None in the United States."""

    street: str
    city: str
    state: str | None
    zip: str | None
    street_2: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A person, or an organization (which has no first name); ``id`` is an NPI, member or payer number."""

    name: str
    first: str | None = None
    middle: str | None = None
    suffix: str | None = None
    is_person: bool = True
    id: str | None = None
    taxonomy: str | None = None
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask: a name, and one or more of telephone, fax and electronic mail."""

    name: str
    phone: str | None = None
    fax: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Billing:
    """Who is to be paid: NPI in ``party.id``; ``tax_qualifier`` EI, or SY for a social security number."""

    party: Party
    tax_id: str
    tax_qualifier: str = "EI"
    contact: Contact | None = None
    pay_to: Address | None = None


@dataclass(frozen=True, slots=True)
class Born:
    """A person's birth date and sex: F, M or U."""

    day: date
    sex: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """A payer and the subscriber it covers.

    ``sequence`` P, S or T; ``relationship`` of the patient to the subscriber; ``subscriber.id`` the member number,
    ``payer.id`` the payer's. ``benefits_assigned`` Y, N or W and ``release`` Y or I: what the patient has signed.
    """

    sequence: str
    relationship: str
    subscriber: Party
    payer: Party
    filing_indicator: str
    benefits_assigned: str
    release: str
    born: Born | None = None
    insurance_type: str | None = None
    group_number: str | None = None
    group_name: str | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """The patient, with an address."""

    party: Party
    born: Born


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a payer did not pay, and why: group (CO, PR ...) and reason."""

    group: str
    reason: str
    cents: int
    quantity: float | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What another payer decided on a line or, without a line's adjustments, on the claim."""

    paid_cents: int
    paid_on: date
    adjustments: tuple[Adjustment, ...] = ()
    code: str | None = None
    modifiers: tuple[str, ...] = ()
    units: float | None = None
    revenue_code: str | None = None


@dataclass(frozen=True, slots=True)
class OtherPayer:
    """Another payer of the claim; ``decision`` None: it has not decided (yet)."""

    coverage: Coverage
    decision: Decision | None = None
    control: str | None = None
    remarks: tuple[str, ...] = ()
    remaining_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A service line. ``decisions`` by the number of the payer that made them; ``place`` only where not the claim's."""

    code: str | None
    modifiers: tuple[str, ...]
    units: float
    charge_cents: int
    first_day: date
    last_day: date
    control: str
    pointers: tuple[int, ...] = ()
    place: str | None = None
    revenue_code: str | None = None
    rendering: Party | None = None
    referring: Party | None = None
    ordering: Party | None = None
    decisions: Mapping[str, Decision] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facility:
    """What only an institutional claim says. Codes with dates and amounts as they stand in the HI segments."""

    bill_type: str
    first_day: date
    last_day: date
    admission_type: str
    patient_status: str
    admission_source: str | None = None
    admitted: date | None = None
    admitting_diagnosis: str | None = None
    visit_reasons: tuple[str, ...] = ()
    occurrences: tuple[tuple[str, date], ...] = ()
    occurrence_spans: tuple[tuple[str, date, date], ...] = ()
    value_codes: tuple[tuple[str, int], ...] = ()
    condition_codes: tuple[str, ...] = ()
    attending: Party | None = None
    operating: Party | None = None
    other_operating: Party | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A paper about the claim: type of report, how it is sent (AA: on request, at the provider's), the number on it."""

    report: str
    way: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Accident:
    """What the services come from: AA (car), EM (work) or OA (another accident); ``state`` with a car."""

    causes: tuple[str, ...]
    state: str | None = None


@dataclass(frozen=True)
class Claim:
    """A claim to one payer; ``facility`` makes it institutional. Its charge is the sum of its lines.

    ``dates`` go by the qualifier of their DTP, ``references`` by that of their REF; ``case_number`` is that of a
    casualty case, which stands with the patient.
    """

    id: str
    billing: Billing
    coverage: Coverage
    patient: Patient
    lines: tuple[Line, ...]
    diagnoses: tuple[str, ...]
    frequency: str
    assignment: str
    place: str | None = None
    signature: str | None = None
    facility: Facility | None = None
    dates: Mapping[str, date] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    accident: Accident | None = None
    delay_reason: str | None = None
    patient_paid_cents: int | None = None
    note: str | None = None
    attachments: tuple[Attachment, ...] = ()
    case_number: str | None = None
    rendering: Party | None = None
    referring: Party | None = None
    supervising: Party | None = None
    service_facility: Party | None = None
    others: tuple[OtherPayer, ...] = ()

    @property
    def charge_cents(self) -> int:
        """The sum of the lines' charges."""
        return sum(line.charge_cents for line in self.lines)
