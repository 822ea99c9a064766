"""SERVICES: what every reader of files produces, one row per service of a visit, billed or only given."""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.table import Column, Table

_S, _I, _F, _B, _D = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean(), pl.Date()

SETTINGS = (
    "office",
    "outpatient_hospital",
    "critical_access_hospital",
    "skilled_nursing_part_b",
    "home_health_part_b",
    "rehabilitation_agency",
    "corf",
)
METHODS = ("cms", "ama", "hybrid", "cms_or_ama", "whole_15", "nearest_15", "per_visit")
ROLES = ("PT", "PTA", "OT", "OTA", "SLP", "PT+PTA", "OT+OTA", "student", "aide")

SERVICES = Table(
    "services",
    "a service of one visit: a claim line, or a service given and not billed",
    (
        Column("row", _I, "number of the row in this run, unique, in the order read"),
        Column("file_id", _I, "index of the file in the run's list of files"),
        Column("source_line", _I, "line (CSV), service number (JSON) or segment number (X12) where the row stands"),
        Column("source_offset", _I, "byte offset of the row in the file", "bytes", "not an X12 file"),
        Column("place", _S, "path of the service in a JSON file", null="not a JSON file"),
        Column("claim_seq", _I, "number of the claim in its file", null="not an X12 file"),
        Column("claim_id", _S, "claim number as sent (837: CLM01)", null="the input has no claims"),
        Column("visit_id", _S, "the practice's visit number"),
        Column("line_number", _I, "place of the line in its claim, from 1"),
        Column("patient_id", _S, "the practice's or payer's patient number; a key, never shown in messages"),
        Column("payer", _S, "payer id or name as written"),
        Column("payer_id", _S, "payer id, where the input carries one beside the name (837: NM109)"),
        Column("filing_indicator", _S, "kind of coverage as the claim states it (837: SBR09), such as MB"),
        Column("pack", _S, "id of the payer pack that the payer is mapped to", null="payer not mapped"),
        Column("sequence", _S, "P primary, S secondary, T tertiary payer", null="read as primary"),
        Column("claim_form", _S, "professional or institutional"),
        Column("setting", _S, "one of SETTINGS", null="site not mapped to a setting"),
        Column("dos", _D, "date of service"),
        Column("dos_end", _D, "last day of a line that covers a range of dates", null="one day"),
        Column("received", _D, "day the payer received (or the provider sent) the claim"),
        Column("place_of_service", _S, "two-digit place of service"),
        Column("bill_type", _S, "three-digit bill type without its leading zero; the last digit is the frequency"),
        Column("frequency", _S, "claim frequency: 1 original, 7 replacement, 8 void", null="read as 1"),
        Column("original_reference", _S, "control number of the claim that a 7 or 8 replaces or voids"),
        Column("code", _S, "procedure code, upper case"),
        Column("modifier_1", _S, "first modifier"),
        Column("modifier_2", _S, "second modifier"),
        Column("modifier_3", _S, "third modifier"),
        Column("modifier_4", _S, "fourth modifier"),
        Column("modifier_count", _I, "modifiers written on the line, also those past the fourth"),
        Column("units", _F, "units billed", "units", "given, not billed (or missing on a billed line)"),
        Column("billed", _B, "the line is on a claim: it has units or a charge"),
        Column("minutes", _I, "one-on-one minutes of the service", "minutes", "not recorded in this input"),
        Column("by", _S, "who gave it: one of ROLES", null="read as the assistant with CQ or CO, else the therapist"),
        Column("start_minute", _I, "clock time the block began", "minutes after midnight"),
        Column("stop_minute", _I, "clock time the block ended", "minutes after midnight"),
        Column("charge_cents", _I, "charge of the whole line", "cents"),
        Column("allowed_given_cents", _I, "allowed amount of the line, as the input states it", "cents"),
        Column("claim_charge_cents", _I, "total charge stated on the claim", "cents"),
        Column("diagnoses", _S, "ICD-10-CM codes of the claim, in order, separated by one space, as written"),
        Column("pointers", _S, "places of the line's diagnoses in that list, separated by one space"),
        Column("rendering_npi", _S, "NPI of the clinician who gave the service"),
        Column("billing_npi", _S, "NPI of the billing provider"),
        Column("referring_npi", _S, "NPI of the referring or certifying physician"),
        Column("attending_npi", _S, "NPI of the attending provider of an institutional claim"),
        Column("credential", _S, "credential of the rendering clinician: PT, PTA, OT, OTA, SLP, MD ..."),
        Column("taxonomy", _S, "taxonomy code of the rendering clinician"),
        Column("stated_discipline", _S, "GP, GO or GN where the input has a column for it"),
        Column("revenue_code", _S, "four-digit revenue code"),
        Column("occurrence_codes", _S, "occurrence codes of an institutional claim, with their dates"),
        Column("ytd_pt_slp_cents", _I, "allowed so far this year for PT and SLP, before this visit", "cents"),
        Column("ytd_ot_cents", _I, "allowed so far this year for OT, before this visit", "cents"),
        Column("abn_on_file", _B, "an advance beneficiary notice is on file"),
        Column("plan_of_care", _B, "the service is under a therapy plan of care"),
        Column("mac", _S, "five-digit Medicare contractor of the site"),
        Column("locality", _S, "two-digit fee schedule locality of the site"),
        Column("carries_minutes", _B, "the input can hold minutes"),
        Column("carries_times", _B, "the input can hold clock times"),
        Column("carries_diagnoses", _B, "the input can hold diagnoses"),
        Column("carries_referring", _B, "the input can hold a referring provider"),
        Column("carries_pointers", _B, "the input can hold diagnosis pointers"),
        Column("carries_attending", _B, "the input can hold an attending provider"),
        Column("carries_occurrences", _B, "the input can hold occurrence codes"),
        Column("carries_revenue", _B, "the input can hold revenue codes"),
    ),
)
