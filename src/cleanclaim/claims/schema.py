"""The tables of a claim: each column's type, unit, meaning and what null says. The data dictionary.

``SERVICES`` is what a reader of files produces: one row per service, billed or only given. The engine turns it into
the *grains* that rules read: ``LINE``, ``VISIT``, ``PAIR`` and ``CLAIM``. ``FINDINGS`` is what comes out.

Null always means *not known*; a rule that needs a null column is not checked for that row.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.clinician_day import CLINICIAN_DAY
from cleanclaim.claims.episode import EPISODE, TREATMENT_DAY
from cleanclaim.claims.line import LINE
from cleanclaim.claims.notes import NOTE
from cleanclaim.claims.services import METHODS, ROLES, SERVICES, SETTINGS
from cleanclaim.claims.table import Column, Grain, Table

__all__ = ["CLAIM", "CLINICIAN_DAY", "EPISODE", "FINDINGS", "GRAINS", "LINE", "METHODS", "NOTE", "PAIR"]
__all__ += ["NOT_CHECKED", "ROLES", "SERVICES", "SETTINGS", "TREATMENT_DAY", "UNREADABLE", "VISIT", "Column", "Grain"]
__all__ += ["Table"]

_S, _I, _F, _B, _D = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean(), pl.Date()

VISIT = Table(
    "visit",
    "a patient, day, billing provider and discipline",
    (
        Column("visit_key", _I, "the key"),
        Column("row", _I, "first billed row of the visit"),
        Column("claim_key", _I, "claim of that row"),
        Column("patient_id", _S, "patient number"),
        Column("pack", _S, "payer pack", null="payer not mapped"),
        Column("dos", _D, "date of service"),
        Column("discipline", _S, "GP, GO or GN"),
        Column("unit_method", _S, "one of METHODS", null="payer not mapped"),
        Column("pools_minutes", _B, "the method counts the day's minutes together"),
        Column("timed_minutes", _I, "timed minutes that count", "minutes", "a timed service has none recorded"),
        Column("units_allowed", _I, "timed units that the minutes allow", "units", "minutes or method not known"),
        Column("units_billed", _F, "timed units billed", "units"),
        Column("codes_billed_over", _S, "timed codes with more units than any settling of ties gives"),
        Column("codes_billed_under", _S, "timed codes with fewer units than any settling of ties gives"),
        Column("misallocated", _B, "at least one of the two"),
        Column("allocation_text", _S, "the units that the minutes give, as code x units"),
        Column("group_beside_single", _B, "bills a group and one-on-one codes that count minutes"),
        Column("group_shared_minutes", _I, "minutes both in the group and one-on-one", "minutes", "no clock times"),
        Column("group_shared_from", _I, "clock time from which they are", "minutes after midnight", "none"),
        Column("other_discipline_timed", _B, "this and another discipline bill one-on-one minutes of the day"),
        Column("cotreated_minutes", _I, "minutes that the other claims too", "minutes", "no clock times"),
        Column("cotreated_from", _I, "clock time from which it does", "minutes after midnight", "none"),
        Column("caregiver_beside_treatment", _B, "a therapist bills training of a caregiver and one-on-one treatment"),
        Column("caregiver_shared_minutes", _I, "minutes claimed for both", "minutes", "clock or giver not known"),
        Column("caregiver_shared_from", _I, "clock time from which they are", "minutes after midnight", "none"),
        Column("timed_cap_applies", _B, "the payer caps the units of a day", null="payer not mapped"),
        Column("max_timed_units_day", _I, "that cap", "units", "none"),
        Column("capped_units", _F, "units billed that count towards it", "units", "no cap, or units missing"),
        Column("minutes_cap_applies", _B, "the payer says how long a session is", null="payer not mapped"),
        Column("timed_minutes_cap", _I, "the payer's cap on timed minutes of a day", "minutes", "none"),
        Column("capped_minutes", _I, "timed minutes that count towards it", "minutes", "no cap, or minutes missing"),
        Column("relative_cap_applies", _B, "first visit of a day whose relative values are capped"),
        Column("relative_value_cap", _F, "that cap, by the evaluations of the day"),
        Column("relative_values", _F, "relative values of the day, all providers", null="a value or units missing"),
        Column("lowest_unit_cents", _I, "lowest price of a timed unit billed", "cents"),
        Column("lowest_unit_charge_cents", _I, "lowest charge of a timed unit billed", "cents"),
        Column("price_basis", _S, "expected or national"),
    ),
)

PAIR = Table(
    "pair",
    "two lines of a patient and day that a published pair edit names",
    (
        Column("row", _I, "row of the column two line: the one denied"),
        Column("row_one", _I, "row of the column one line"),
        Column("visit_key", _I, "visit of the column two line"),
        Column("claim_key", _I, "claim of the column two line"),
        Column("pack", _S, "payer pack"),
        Column("dos", _D, "date of service"),
        Column("column_one", _S, "code that is paid"),
        Column("column_two", _S, "code that is denied"),
        Column("indicator", _I, "0 never together, 1 a modifier may separate them"),
        Column("effective", _D, "first day of the edit", null="not known"),
        Column("deleted", _D, "last day of the edit", null="still in the table"),
        Column("in_force", _B, "the edit is in force on the date", null="its first day is not known"),
        Column("table", _S, "practitioner or hospital"),
        Column("table_age", _S, "the table's release, where the date is past it"),
        Column("discipline_one", _S, "discipline of the column one line"),
        Column("discipline_two", _S, "discipline of the column two line"),
        Column("across_disciplines", _B, "a facility's lines, of two disciplines"),
        Column("provider_assumed", _B, "rendering provider unknown: same billing provider and discipline assumed"),
        Column("bypass_one", _B, "59 or an X modifier on the column one line"),
        Column("bypass_two", _B, "59 or an X modifier on the column two line"),
        Column("bypass_text", _S, "that modifier"),
        Column("either_column_bypass", _B, "the payer accepts it on either line"),
        Column("has_gy", _B, "the column two line bears GY: it is sent to be denied"),
        Column("separated_by_region", _B, "column one is spinal manipulation: a region sets them apart, not time"),
        Column("same_diagnoses", _B, "both lines point to the same diagnoses", null="a line has no pointers"),
        Column("pair_edits_apply", _B, "payer uses NCCI pair edits", null="payer not mapped"),
        Column("carries_times", _B, "both lines' input can hold clock times"),
        Column("has_times", _B, "blocks with clock times are recorded for both codes"),
        Column("separate_blocks", _B, "the blocks do not overlap and hold each code's minutes", null="no clock times"),
        Column("allowed_cents", _I, "expected allowed amount of the column two line", "cents"),
        Column("charge_cents", _I, "charge of the column two line", "cents"),
        Column("price_basis", _S, "expected or national"),
    ),
)

CLAIM = Table(
    "claim",
    "a claim as sent that stands",
    (
        Column("claim_key", _I, "the key"),
        Column("row", _I, "first row of the claim"),
        Column("visit_key", _I, "visit of that row"),
        Column("pack", _S, "payer pack"),
        Column("dos", _D, "first date of service"),
        Column("dos_last", _D, "last date of service"),
        Column("claim_form", _S, "professional or institutional"),
        Column("setting", _S, "one of SETTINGS"),
        Column("place_of_service", _S, "place of service"),
        Column("place_known", _B, "the place of service is in CMS's set", null="no place of service"),
        Column("place_fits", _B, "the place of service goes with the setting", null="one of them is not known"),
        Column("bill_type", _S, "bill type"),
        Column("bill_type_fits", _B, "the bill type goes with the setting", null="one of them is not known"),
        Column("has_therapy", _B, "a line of the claim is therapy, sent to be paid"),
        Column("therapy_disciplines", _S, "disciplines whose modifier a line bears, institutional; empty: none"),
        Column("has_ga", _B, "a line of an institutional claim bears GA"),
        Column("attending_npi", _S, "attending provider", null="none, where the input carries one"),
        Column("attending_npi_valid", _B, "the check digit is right", null="no NPI"),
        Column("carries_attending", _B, "the input can hold an attending provider"),
        Column("occurrence_codes", _S, "occurrence codes with their dates", null="none, where the input carries them"),
        Column("carries_occurrences", _B, "the input can hold occurrence codes"),
        Column("occurrence_codes_required", _B, "payer wants onset, start and plan", null="payer not mapped"),
        Column("occurrences_missing", _S, "codes that the claim's disciplines want and that are not there"),
        Column("occurrences_late", _S, "codes with a date after the first service they belong to"),
        Column("notice_dated", _B, "the date of a beneficiary notice is reported"),
        Column("referring_npi", _S, "referring provider", null="none, where the input carries one"),
        Column("carries_referring", _B, "the input can hold a referring provider"),
        Column("referring_required", _B, "payer wants it", null="payer not mapped"),
        Column("claim_charge_cents", _I, "stated total", "cents"),
        Column("lines_charge_cents", _I, "sum of the line charges", "cents", "a line has no charge"),
        Column("diagnosis_count", _I, "diagnoses on the claim"),
        Column("diagnosis_repeated", _S, "first diagnosis that stands twice in the list", null="none"),
        Column("external_cause_first", _S, "first-listed diagnosis, where it is an external cause", null="it is not"),
        Column("received", _D, "day received or sent"),
        Column("received_or_as_of", _D, "that, else the day of the check"),
        Column("filing_deadline", _D, "last day to file", null="limit not known"),
        Column("replaces", _B, "frequency 7: the claim replaces an earlier one"),
        Column("correction_deadline", _D, "last day for a replacement", null="none, or the limit is not known"),
        Column("original_reference", _S, "control number of the claim it replaces", null="none, where carried"),
        Column("carries_original", _B, "the input can hold that number"),
        Column("duplicate_of", _I, "first row of an earlier claim for the same services", null="none"),
        Column("duplicate_claim", _S, "number of that claim", null="none, or it has no number"),
        Column("allowed_cents", _I, "expected allowed amount of the claim", "cents"),
        Column("charge_cents", _I, "sum of the line charges", "cents"),
        Column("price_basis", _S, "expected or national"),
        Column("as_of", _D, "the day of the check"),
    ),
)

GRAINS: dict[Grain, Table] = {
    Grain.CLAIM: CLAIM,
    Grain.LINE: LINE,
    Grain.VISIT: VISIT,
    Grain.PAIR: PAIR,
    Grain.CLINICIAN_DAY: CLINICIAN_DAY,
    Grain.EPISODE: EPISODE,
    Grain.TREATMENT_DAY: TREATMENT_DAY,
    Grain.NOTE: NOTE,
}

FINDINGS = Table(
    "findings",
    "a rule that did not hold for a claim, line, visit or pair",
    (
        Column("rule", _S, "rule id"),
        Column("row", _I, "row of SERVICES where it shows"),
        Column("found", _S, "what the input says"),
        Column("expected", _S, "what the rule asks for"),
        Column("coverage", _S, "age of the table the conclusion rests on", null="the table covers the date"),
        Column("cents", _I, "money at stake", "cents", "not known"),
        Column("cents_basis", _S, "charge, national or expected", null="cents not known"),
    ),
)
NOT_CHECKED = Table(
    "not_checked",
    "a rule and the missing inputs for which it could not be checked",
    (
        Column("rule", _S, "rule id"),
        Column("missing", _S, "names of the null inputs, separated by one space"),
        Column("count", _I, "rows of the rule's grain"),
    ),
)
UNREADABLE = Table(
    "unreadable",
    "a place in a file that could not be read",
    (
        Column("file_id", _I, "index of the file"),
        Column("line", _I, "line of the file, from 1", null="an X12 file"),
        Column("column", _S, "name of the column or field"),
        Column("segment", _I, "segment number, from 1", null="not an X12 file"),
        Column("message", _S, "what is wrong and what to do"),
    ),
)
