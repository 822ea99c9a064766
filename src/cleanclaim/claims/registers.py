"""What only the front desk knows and an 837 needs: patients with their coverage, and facts of single claims."""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.table import Column, Table

_S, _I, _B, _D = pl.String(), pl.Int64(), pl.Boolean(), pl.Date()

RELATIONSHIPS = {
    "self": "18",
    "spouse": "01",
    "child": "19",
    "employee": "20",
    "unknown": "21",
    "organ_donor": "39",
    "cadaver_donor": "40",
    "life_partner": "53",
    "other": "G8",
}
"""The patient's relationship to the subscriber, in words and as an 837 says it (PAT01, SBR02)."""

PATIENTS = Table(
    "patients",
    "a patient and one payer that covers them",
    (
        Column("line", _I, "line (CSV), row (workbook) or entry (JSON) where it stands"),
        Column("patient_id", _S, "your number for the patient, as in the service rows"),
        Column("last_name", _S, "the patient's last name"),
        Column("first_name", _S, "first name"),
        Column("middle_name", _S, "middle name or initial", null="none"),
        Column("suffix", _S, "such as JR or III", null="none"),
        Column("birth_date", _D, "date of birth"),
        Column("sex", _S, "F, M or U"),
        Column("street", _S, "street and number"),
        Column("street_2", _S, "second line of the address", null="none"),
        Column("city", _S, "city"),
        Column("state", _S, "two letters"),
        Column("zip", _S, "ZIP code of five or nine digits"),
        Column("payer", _S, "payer id or name, as in the service rows"),
        Column("sequence", _S, "P primary, S secondary, T tertiary payer", null="read as primary"),
        Column("member_id", _S, "the subscriber's number with the payer"),
        Column("group_number", _S, "number of the group or policy", null="none"),
        Column("group_name", _S, "name of the group, where it has no number", null="none"),
        Column("filing_indicator", _S, "kind of coverage (SBR09)", null="as [payers.NAME.send] says"),
        Column("insurance_type", _S, "why Medicare is not the primary payer (SBR05)", null="Medicare is, or is none"),
        Column("relationship", _S, "the patient's to the subscriber", null="not known"),
        Column("subscriber_last_name", _S, "the subscriber's last name, where that is not the patient"),
        Column("subscriber_first_name", _S, "first name"),
        Column("subscriber_middle_name", _S, "middle name or initial", null="none"),
        Column("subscriber_suffix", _S, "such as JR or III", null="none"),
        Column("covered_from", _D, "first day of the coverage", null="open"),
        Column("covered_through", _D, "last day of the coverage", null="open"),
        Column("benefits_assigned", _B, "the patient has assigned the benefits to you", null="as [billing] says"),
        Column("release_signed", _B, "the patient has signed that you may send claims", null="as [billing] says"),
        Column("referring_npi", _S, "NPI of the referring physician", null="none"),
        Column("referring_last_name", _S, "that physician's last name"),
        Column("referring_first_name", _S, "first name"),
    ),
)

CLAIM_FACTS = Table(
    "claim facts",
    "a claim",
    (
        Column("line", _I, "line (CSV), row (workbook) or entry (JSON) where it stands"),
        Column("claim_id", _S, "the claim's number, as in the service rows"),
        Column("prior_authorization", _S, "number of the prior authorization"),
        Column("referral_number", _S, "number of the referral"),
        Column("medical_record", _S, "medical record number"),
        Column("case_number", _S, "the number of a workers' compensation, car or other casualty case (REF*Y4)"),
        Column("attachments", _S, "papers sent apart: report type, way and your number for it, such as OZ:FX:A17"),
        Column("onset", _D, "onset of the illness or symptoms"),
        Column("initial_treatment", _D, "first treatment"),
        Column("last_seen", _D, "when the physician last saw the patient"),
        Column("acute_manifestation", _D, "acute manifestation of a chronic condition"),
        Column("accident", _S, "what the services come from: auto, work or other"),
        Column("accident_date", _D, "day of the accident"),
        Column("accident_state", _S, "its state, of a car accident"),
        Column("admitted", _D, "day of admission"),
        Column("discharged", _D, "day of discharge, professional"),
        Column("patient_paid", _I, "what the patient has paid", "cents"),
        Column("delay_reason", _S, "code of the reason for a late claim (CLM20)"),
        Column("note", _S, "a note to the payer; nothing of it is read by anyone else"),
        Column("service_site", _S, "where they were given: a NAME of [sites]", null="the site of the rows"),
        Column("supervising_npi", _S, "NPI of the supervising provider"),
        Column("ordering_npi", _S, "NPI of the ordering provider"),
        Column("operating_npi", _S, "NPI of the operating physician, institutional"),
        Column("other_operating_npi", _S, "NPI of another operating physician, institutional"),
        Column("statement_from", _D, "first day of the statement, institutional", null="first day of the lines"),
        Column("statement_through", _D, "last day of the statement, institutional", null="last day of the lines"),
        Column("admission_type", _S, "type of admission, one digit, institutional"),
        Column("admission_source", _S, "point of origin, one character, institutional"),
        Column("patient_status", _S, "patient's discharge status, two digits, institutional"),
        Column("admitting_diagnosis", _S, "diagnosis at admission, institutional"),
        Column("visit_reasons", _S, "up to three diagnoses that the patient came for, institutional"),
        Column("condition_codes", _S, "condition codes, institutional"),
        Column("value_codes", _S, "value codes with their amounts, institutional, such as 50:12.00"),
        Column("occurrence_spans", _S, "occurrence span codes with first and last day, institutional"),
    ),
)
