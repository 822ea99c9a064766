"""The payers of a claim: the one that it goes to, and the others, with what they decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cleanclaim.claims.registers import RELATIONSHIPS
from cleanclaim.outgoing.known import SEQUENCES, Known, Row
from cleanclaim.outgoing.needs import PATIENTS, Needs
from cleanclaim.outgoing.providers import address
from cleanclaim.x12.write.claims837.model import SELF, Address, Born, Coverage, Party, Patient

_MEDICARE = ("MA", "MB")


def patient_of(known: Known, patient: str, needs: Needs) -> Patient:
    """Return the patient with name, address, birth date and sex."""
    own, differing = known.person(patient)
    for name in differing:
        needs.say(f"the patient's rows in the patients file differ in {name}")
    told = {name: needs.text(own[name], name, PATIENTS, f"the patient's {_WORDS[name]}") for name in _WORDS}
    day = needs.given(own["birth_date"], "birth_date", PATIENTS, "the patient's birth date", date.min)
    at = Address(told["street"], told["city"], told["state"], told["zip"], own["street_2"])
    party = Party(told["last_name"], own["first_name"], own["middle_name"], own["suffix"], address=at)
    return Patient(party, Born(day, told["sex"]))


_WORDS = {
    "last_name": "last name",
    "sex": "sex",
    "street": "street",
    "city": "city",
    "state": "state",
    "zip": "ZIP code",
}


def chosen(known: Known, rows: Sequence[Row], patient: str, on: date, needs: Needs) -> tuple[Row | None, list[Row]]:
    """Return the patient's row for the payer of a claim, and those of the other payers."""
    payer = needs.one(rows, "payer_key")
    if payer is None:
        needs.say("the payer is missing: payer in the service rows")
        return None, []
    stated = needs.one(rows, "sequence")
    covers = known.coverages(patient, on)
    fitting = [row for row in covers if known.payer_key(row["payer"]) == payer]
    if stated is not None:
        fitting = [row for row in fitting if (row["sequence"] or "P") == stated]
    if not covers:
        needs.say("the patient is missing: no row with this patient_id and day in the patients file")
    elif not fitting:
        needs.say("the coverage is missing: no row with this patient and payer and day in the patients file")
    elif len(fitting) > 1:
        needs.say("the patients file has two rows for this patient, payer and day")
    own = fitting[0] if len(fitting) == 1 else None
    others = [row for row in covers if row is not own] if own else []
    places = [row["sequence"] or "P" for row in (own, *others) if row is not None]
    if len(set(places)) < len(places):
        needs.say("two payers of this patient have the same sequence in the patients file")
    return own, others


def coverage_of(known: Known, row: Row, patient: Patient, needs: Needs) -> Coverage:
    """Return a patient's coverage by one payer."""
    config, sequence = known.config, row["sequence"] or "P"
    key = known.payer_key(row["payer"]) or ""
    send = config.sending.payers.get(key)
    if send is None:
        needs.say(f"the payer's number is missing: id in [payers.{_quoted(row['payer'])}.send]")
        payer = Party("", is_person=False)
    else:
        payer = Party(send.name, is_person=False, id=send.id, address=address(send.place) if send.place else None)
    word = needs.text(row["relationship"], "relationship", PATIENTS, "the relationship to the subscriber") or "self"
    member = needs.text(row["member_id"], "member_id", PATIENTS, "the member number")
    indicator = needs.text(
        row["filing_indicator"] or (send.filing_indicator if send else None),
        f"filing_indicator in [payers.{_quoted(row['payer'])}.send], or",
        PATIENTS,
        "the kind of coverage",
    )
    later = SEQUENCES.index(sequence) > 0
    if indicator in _MEDICARE and later and row["insurance_type"] is None:
        needs.say("the reason why Medicare is not primary is missing: insurance_type in the patients file")
    assigned, released = _signed(known, row, needs)
    return Coverage(
        sequence=sequence,
        relationship=RELATIONSHIPS[word],
        subscriber=_subscriber(row, member, patient, RELATIONSHIPS[word], needs),
        payer=payer,
        filing_indicator=indicator,
        benefits_assigned=assigned,
        release=released,
        born=patient.born if RELATIONSHIPS[word] == SELF else None,
        insurance_type=row["insurance_type"] if indicator in _MEDICARE and later else None,
        group_number=row["group_number"],
        group_name=row["group_name"],
    )


def _quoted(payer: str | None) -> str:
    return f'"{payer}"' if payer else "NAME"


def _subscriber(row: Row, member: str, patient: Patient, relationship: str, needs: Needs) -> Party:
    own = patient.party
    if relationship == SELF:
        return Party(own.name, own.first, own.middle, own.suffix, id=member, address=own.address)
    last = needs.text(row["subscriber_last_name"], "subscriber_last_name", PATIENTS, "the subscriber's last name")
    return Party(last, row["subscriber_first_name"], row["subscriber_middle_name"], row["subscriber_suffix"], id=member)


def _signed(known: Known, row: Row, needs: Needs) -> tuple[str, str]:
    """What the patient has signed: stated for the patient, or by the practice for all its patients; never assumed."""
    billing = known.config.sending.billing
    assigned, released = row["benefits_assigned"], row["release_signed"]
    if assigned is None and billing is not None:
        assigned = billing.benefits_assigned
    if released is None and billing is not None:
        released = billing.release_signed
    where = "in [billing], or"
    needs.given(assigned, f"benefits_assigned {where}", PATIENTS, "whether benefits are assigned", False)
    needs.given(released, f"release_signed {where}", PATIENTS, "whether the patient has signed the release", False)
    if released is False:
        needs.say("the patient has not signed that claims may be sent: release_signed in the patients file")
    return "Y" if assigned else "N", "Y"
