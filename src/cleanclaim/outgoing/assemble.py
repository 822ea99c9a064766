"""Service rows to claims as an 837 says them. What is missing is told; nothing is made up.

Units are what is billed, never minutes; a line points to a diagnosis because its row says so, or because there is only
one; signatures are those that the practice or the patient's row states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cleanclaim.config import Site
from cleanclaim.outgoing import coverage, providers
from cleanclaim.outgoing.facility import facility_of
from cleanclaim.outgoing.known import SEQUENCES, Known, Row
from cleanclaim.outgoing.lines import lines_of
from cleanclaim.outgoing.needs import CONFIG, FACTS, SERVICES, Needs, NotWhole
from cleanclaim.outgoing.paid import Paid, with_decisions
from cleanclaim.x12.write.claims837.model import Accident, Attachment, Billing, Claim, Line, OtherPayer, Patient

_DATES = {
    "onset": "431",
    "initial_treatment": "454",
    "last_seen": "304",
    "acute_manifestation": "453",
    "accident_date": "439",
    "admitted": "435",
    "discharged": "096",
}
"""Columns of the claim facts that are dates of a professional claim, by the qualifier of their DTP."""
_REFERENCES = {"referral_number": "9F", "prior_authorization": "G1", "medical_record": "EA"}
_CAUSES = {"auto": "AA", "work": "EM", "other": "OA"}
_AGAIN = ("7", "8")
_LONGEST_NUMBER = 20  # CLM01, by the implementation guides
MOST_DIAGNOSES = {"professional": 12, "institutional": 25}
_NO_FACTS: dict[str, Any] = {}


@dataclass
class _Draft:
    """One claim being put together from its rows."""

    known: Known
    paid: Paid
    rows: Sequence[Row]
    needs: Needs = field(default_factory=Needs)

    @property
    def id(self) -> str:
        return str(self.rows[0]["claim_id"])

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.known.facts.get(self.id, _NO_FACTS)

    def fact(self, name: str) -> Any:
        return self.facts.get(name)


def assemble(known: Known, paid: Paid, rows: Sequence[Row]) -> Claim | tuple[str, ...]:
    """Return the claim that service rows of one claim number and payer make, or what keeps it from being written.

    ``rows`` are billed rows of SERVICES as ``Config.resolve`` returns them, with ``payer_key`` and ``site``.
    """
    draft = _Draft(known, paid, rows)
    try:
        return _claim(draft)
    except NotWhole:
        return tuple(draft.needs.messages)


def _claim(draft: _Draft) -> Claim:
    known, rows, needs = draft.known, draft.rows, draft.needs
    first = min(row["dos"] for row in rows)
    form = "institutional" if _is_institutional(rows) else "professional"
    number = needs.text(needs.one(rows, "patient_id"), "patient_id", SERVICES, "the patient's number")
    if len(draft.id) > _LONGEST_NUMBER:
        needs.say(
            f"its number has {len(draft.id)} characters; payers take {_LONGEST_NUMBER}: claim_id in the {SERVICES}"
        )
    own, others = coverage.chosen(known, rows, number, first, needs)
    needs.stop()
    patient = coverage.patient_of(known, number, needs)
    billing, site = providers.billing_provider(known, rows, needs)
    diagnoses = _diagnoses(rows, form, needs)
    assert own is not None
    covered = coverage.coverage_of(known, own, patient, needs)
    lines = lines_of(known, rows, form, diagnoses, draft.facts, needs)
    other_payers, lines = _others(draft, own, others, patient, lines)
    frequency, references = _again(draft, form)
    place = None if form == "institutional" else _place(rows, needs)
    signature, assignment = _signed(draft, own, form)
    if billing is None:
        raise NotWhole
    parts = _people(draft, form, _told_site(draft) or site, billing, place)
    if form == "institutional":
        parts |= _common(draft) | {"facility": facility_of(known, rows, draft.facts, needs)}
    else:
        parts |= _facts(draft)
    needs.stop()
    return Claim(
        id=draft.id,
        billing=billing,
        coverage=covered,
        patient=patient,
        lines=lines,
        diagnoses=diagnoses,
        frequency=frequency,
        assignment=assignment,
        place=place,
        signature=signature,
        references=references,
        others=other_payers,
        **parts,
    )


def _is_institutional(rows: Sequence[Row]) -> bool:
    forms = {row["claim_form"] for row in rows} - {None}
    if forms:
        return "institutional" in forms
    return any(row["bill_type"] is not None or row["revenue_code"] is not None for row in rows)


def _diagnoses(rows: Sequence[Row], form: str, needs: Needs) -> tuple[str, ...]:
    listed = needs.text(needs.one(rows, "diagnoses"), "diagnoses", SERVICES, "the diagnosis")
    found = tuple(code.replace(".", "").upper() for code in listed.split())
    if len(found) > MOST_DIAGNOSES[form]:
        needs.say(f"it has {len(found)} diagnoses; {MOST_DIAGNOSES[form]} are the most that a claim can say")
    return found


def _place(rows: Sequence[Row], needs: Needs) -> str:
    place = providers.usual(rows, "place_of_service")
    if any(row["place_of_service"] is None for row in rows):
        return needs.text(None, "place_of_service", SERVICES, "the place of service")
    return place or ""


def _others(
    draft: _Draft, own: Row, others: Sequence[Row], patient: Patient, lines: tuple[Line, ...]
) -> tuple[tuple[OtherPayer, ...], tuple[Line, ...]]:
    """Return the other payers of the claim, those before it with what they decided, and the lines with the same."""
    mine = SEQUENCES.index(own["sequence"] or "P")
    found: list[OtherPayer] = []
    if mine > 0 and not any((row["sequence"] or "P") == "P" for row in others):
        draft.needs.say("the primary payer is missing: a row with sequence P for this patient in the patients file")
    for row in others:
        covered = coverage.coverage_of(draft.known, row, patient, draft.needs)
        if SEQUENCES.index(row["sequence"] or "P") > mine:
            found.append(OtherPayer(covered))
            continue
        other, paid = draft.paid.other(draft.id, draft.known.payer_key(row["payer"]), covered, draft.needs)
        lines = with_decisions(lines, paid, covered.payer.id or "", draft.needs)
        found.append(other)
    return tuple(found), lines


def _again(draft: _Draft, form: str) -> tuple[str, dict[str, str]]:
    """Return the frequency of the claim and its references: one that replaces or voids names the claim it does."""
    frequency = draft.needs.one(draft.rows, "frequency") or "1"
    references = {code: str(draft.fact(name)) for name, code in _REFERENCES.items() if draft.fact(name) is not None}
    original = draft.needs.one(draft.rows, "original_reference")
    if frequency in _AGAIN and original is None:
        draft.needs.say(
            f"frequency {frequency} names an earlier claim, and its number with the payer is missing: "
            f"original_reference in the {SERVICES}"
        )
    if frequency in _AGAIN and original is not None:
        references["F8"] = original
    return frequency, references


def _signed(draft: _Draft, own: Row, form: str) -> tuple[str | None, str]:
    """Return what the practice attests: its signature on file (professional), and that it accepts assignment."""
    sending, needs = draft.known.config.sending, draft.needs
    billing, send = sending.billing, sending.payers.get(draft.known.payer_key(own["payer"]) or "")
    signature = billing.signature_on_file if billing else None
    accepts = send.accepts_assignment if send else None
    if accepts is None and billing is not None:
        accepts = billing.accepts_assignment
    if form == "professional":
        what = "whether the provider's signature is on file"
        needs.given(signature, "signature_on_file in [billing]", CONFIG, what, False)
    what = "whether assignment is accepted"
    needs.given(accepts, "accepts_assignment in [billing] or [payers.NAME.send]", CONFIG, what, False)
    return ("Y" if signature else "N") if form == "professional" else None, "A" if accepts else "C"


def _common(draft: _Draft) -> dict[str, Any]:
    told = ("note", "delay_reason", "case_number")
    papers = (Attachment(*one.split(":")) for one in (draft.fact("attachments") or "").split())
    return {name: draft.fact(name) for name in told} | {"attachments": tuple(papers)}


def _facts(draft: _Draft) -> dict[str, Any]:
    """Return what a professional claim says beside its services."""
    dates: dict[str, date] = {
        qualifier: draft.fact(name) for name, qualifier in _DATES.items() if draft.fact(name) is not None
    }
    cause = draft.fact("accident")
    if cause is not None and "439" not in dates:
        draft.needs.say(f"the day of the accident is missing: accident_date in the {FACTS}")
    if cause == "auto" and draft.fact("accident_state") is None:
        draft.needs.say(f"the state of the car accident is missing: accident_state in the {FACTS}")
    return {
        **_common(draft),
        "dates": dates,
        "accident": None if cause is None else Accident((_CAUSES[cause],), draft.fact("accident_state")),
        "patient_paid_cents": draft.fact("patient_paid"),
    }


def _told_site(draft: _Draft) -> Site | None:
    """Return the site that the claim's facts name, such as a nursing home; None where they name none."""
    name = draft.fact("service_site")
    found = next((site for site in draft.known.config.sites if site.name == name), None)
    if name is not None and (found is None or found.place is None):
        what = "the place of the services is missing"
        draft.needs.say(f"{what}: [sites.{name}] with its address, as the {FACTS} names it")
    return found


def _people(draft: _Draft, form: str, site: Site | None, billing: Billing, place: str | None) -> dict[str, Any]:
    """Return the providers of the claim; one who is the billing provider is not named again."""
    known, rows, needs = draft.known, draft.rows, draft.needs
    rendering = providers.usual(rows, "rendering_npi")
    if rendering in (billing.party.id, *([providers.usual(rows, "attending_npi")] if form == "institutional" else [])):
        rendering = None
    taxonomy = next((row["taxonomy"] for row in rows if row["rendering_npi"] == rendering), None)
    people: dict[str, Any] = {
        "rendering": providers.provider(known, rendering, taxonomy, "rendering provider", needs),
        "service_facility": providers.service_facility(site, billing, place, needs),
    }
    referring = providers.usual(rows, "referring_npi")
    if form == "professional" or referring != providers.usual(rows, "attending_npi"):
        people["referring"] = providers.provider(known, referring, None, "referring provider", needs)
    if form == "professional":
        supervising = draft.fact("supervising_npi")
        people["supervising"] = providers.provider(known, supervising, None, "supervising provider", needs)
    return people
