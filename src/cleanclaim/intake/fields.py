"""The documented fields of service rows: the same names in CSV headers, in JSON and in mapping files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """A documented field: the SERVICES column it fills and the kind of its cells (a key of ``cells.KINDS``)."""

    column: str
    kind: str


KEYS = ("patient_id", "visit_id", "claim_id")
MODIFIERS = ("modifiers", "modifier_1", "modifier_2", "modifier_3", "modifier_4")
DIAGNOSES = ("diagnoses", *(f"diagnosis_{n}" for n in range(1, 13)))

FIELDS: dict[str, Field] = {
    "visit_id": Field("visit_id", "text"),
    "claim_id": Field("claim_id", "text"),
    "patient_id": Field("patient_id", "text"),
    "payer": Field("payer", "text"),
    "payer_id": Field("payer_id", "text"),
    "dos": Field("dos", "date"),
    "dos_end": Field("dos_end", "date"),
    "discipline": Field("stated_discipline", "discipline"),
    "setting": Field("setting", "setting"),
    "place_of_service": Field("place_of_service", "place"),
    "bill_type": Field("bill_type", "bill_type"),
    "code": Field("code", "code"),
    **{name: Field(name, "modifiers") for name in MODIFIERS},
    "units": Field("units", "units"),
    "minutes": Field("minutes", "minutes"),
    "reading_days": Field("reading_days", "days"),
    "by": Field("by", "role"),
    "start": Field("start_minute", "time"),
    "stop": Field("stop_minute", "time"),
    "charge": Field("charge_cents", "money"),
    **{name: Field("diagnoses", "list") for name in DIAGNOSES},
    "rendering_npi": Field("rendering_npi", "npi"),
    "credential": Field("credential", "upper"),
    "referring_npi": Field("referring_npi", "npi"),
    "attending_npi": Field("attending_npi", "npi"),
    "revenue_code": Field("revenue_code", "revenue_code"),
    "occurrence_codes": Field("occurrence_codes", "occurrences"),
    "received": Field("received", "date"),
    "ytd_pt_slp": Field("ytd_pt_slp_cents", "amount"),
    "ytd_ot": Field("ytd_ot_cents", "amount"),
    "abn_on_file": Field("abn_on_file", "yes_no"),
    "plan_of_care": Field("plan_of_care", "yes_no"),
    "claim_form": Field("claim_form", "claim_form"),
    "claim_charge": Field("claim_charge_cents", "money"),
    "sequence": Field("sequence", "sequence"),
    "frequency": Field("frequency", "frequency"),
    "original_reference": Field("original_reference", "text"),
    "billing_npi": Field("billing_npi", "npi"),
    "taxonomy": Field("taxonomy", "upper"),
    "allowed": Field("allowed_given_cents", "money"),
    "line_number": Field("line_number", "count"),
    "mac": Field("mac", "mac"),
    "locality": Field("locality", "locality"),
    "pointers": Field("pointers", "pointers"),
}
"""Field name to Field, in the order in which columns are shown."""
