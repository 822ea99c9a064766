"""The tables of a claim: each column's type, unit, meaning and what null says. The data dictionary.

``SERVICES`` is what a reader of files produces: one row per service, billed or only given. The engine turns it into
the *grains* that rules read: ``LINE``, ``VISIT``, ``PAIR`` and ``CLAIM``. ``FINDINGS`` is what comes out.

Null always means *not known*; a rule that needs a null column is not checked for that row.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.table import Column, Grain, Table

__all__ = ["CLAIM", "FINDINGS", "GRAINS", "LINE", "METHODS", "NOT_CHECKED", "PAIR", "ROLES", "SERVICES", "SETTINGS"]
__all__ += ["UNREADABLE", "VISIT", "Column", "Grain", "Table"]

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
METHODS = ("cms", "ama", "hybrid", "whole_15", "nearest_15", "per_visit")
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
        Column("pack", _S, "id of the payer pack that the payer is mapped to", null="payer not mapped"),
        Column("sequence", _S, "P primary, S secondary, T tertiary payer", null="read as primary"),
        Column("claim_form", _S, "professional or institutional"),
        Column("setting", _S, "one of SETTINGS", null="site not mapped to a setting"),
        Column("dos", _D, "date of service"),
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
        Column("by", _S, "who gave it: one of ROLES", null="read as the therapist of the discipline"),
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
        Column("credential", _S, "credential of the rendering clinician: PT, PTA, OT, OTA, SLP, MD ..."),
        Column("taxonomy", _S, "taxonomy code of the rendering clinician"),
        Column("stated_discipline", _S, "GP, GO or GN where the input has a column for it"),
        Column("revenue_code", _S, "four-digit revenue code"),
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
    ),
)

_CODE_FACTS = (
    Column("known_code", _B, "the code is in the therapy catalogue"),
    Column(
        "unit_kind", _S, "timed, timed_first, timed_addon, untimed, unlisted, area, ...", null="not in the catalogue"
    ),
    Column("minutes_per_unit", _I, "length of one unit", "minutes", "not a timed code"),
    Column("timed", _B, "units of the code count minutes"),
    Column("untimed", _B, "the code is billed once whatever its time"),
    Column("pooled", _B, "a 15-minute code that enters the day's pool of timed minutes"),
    Column("always_therapy", _B, "on CMS's list as always therapy", null="its place on the list is uncertain"),
    Column("sometimes_therapy", _B, "on CMS's list as sometimes therapy", null="its place on the list is uncertain"),
    Column("required_discipline", _S, "the only discipline modifier the code takes", null="takes more than one"),
    Column("is_evaluation", _B, "an evaluation or re-evaluation"),
    Column("is_addon", _B, "an add-on code"),
    Column("code_first_day", _D, "first day the code is valid", null="not known, or long ago"),
    Column("code_last_day", _D, "last day the code is valid", null="still valid, or not known"),
    Column("code_valid", _B, "the code is valid on the date of service", null="no table covers the code on that date"),
    Column("replaced_by", _S, "codes that replace it, separated by one space"),
    Column("well_formed_code", _B, "five letters or digits in the form of a procedure code"),
    Column("fee_status", _S, "Medicare fee schedule status letter on the date", null="no table for that date"),
    Column("fee_age", _S, "release of the fee schedule row, where the date is outside it", null="covers the date"),
    Column("mue_units", _I, "unit maximum of the table that applies", "units", "no row in that table"),
    Column("mue_mai", _I, "adjudication indicator: 1 line, 2 day by policy, 3 day by clinical data"),
    Column("mue_age", _S, "release of that table, where the date is outside it", null="covers the date"),
)

_POLICY = (
    Column("unit_method", _S, "how the payer turns minutes into units: one of METHODS", null="payer not mapped"),
    Column("discipline_modifier_required", _B, "payer wants GP, GO or GN on therapy codes"),
    Column("assistant_modifier_required", _B, "payer wants CQ or CO for assistants' services, in this setting"),
    Column("assistant_midpoint_test", _B, "the 8-minute test decides the last unit (from 2022)"),
    Column("kx_threshold_cents", _I, "year's KX threshold of the line's bucket", "cents", "payer has none"),
    Column("kx_applies", _B, "the payer has a KX threshold"),
    Column("fee_status_applies", _B, "Medicare's status letters decide what the payer pays"),
    Column("referring_required", _B, "payer wants the referring provider on professional therapy claims"),
    Column("one_line_per_code", _B, "payer wants a timed code on one line a date"),
    Column("either_column_bypass", _B, "a bypass modifier may stand on either line of a pair"),
    Column("pair_edits_apply", _B, "payer uses NCCI pair edits"),
    Column("unit_maximums_apply", _B, "payer uses NCCI unit maximums"),
    Column("substitute_code", _S, "code that the payer wants instead of this one"),
    Column("code_excluded", _B, "the payer's pack lists the code as never paid"),
)

LINE = Table(
    "line",
    "a claim line that stands (neither replaced nor voided)",
    (
        *SERVICES.columns,
        *_CODE_FACTS,
        *_POLICY,
        Column("visit_key", _I, "patient, date, billing provider and discipline"),
        Column("claim_key", _I, "the claim the line is on", null="the input has no claims"),
        Column(
            "discipline", _S, "GP, GO or GN: the modifier, else stated, else the clinician's, else the day's only one"
        ),
        Column("clinician_discipline", _S, "GP, GO or GN after the clinician's credential or taxonomy"),
        Column("revenue_discipline", _S, "GP, GO or GN after the revenue code's family"),
        Column("discipline_modifiers", _I, "different discipline modifiers on the line"),
        Column("has_gp", _B, "GP on the line"),
        Column("has_go", _B, "GO on the line"),
        Column("has_gn", _B, "GN on the line"),
        Column("has_cq", _B, "CQ on the line"),
        Column("has_co", _B, "CO on the line"),
        Column("assistant_modifier", _B, "CQ or CO on the line"),
        Column("has_59", _B, "59 on the line"),
        Column("x_modifiers", _I, "different XE, XP, XS, XU on the line"),
        Column("has_bypass", _B, "59 or an X modifier on the line"),
        Column("bypass_text", _S, "that modifier", null="none"),
        Column("has_kx", _B, "KX on the line"),
        Column("has_ga", _B, "GA on the line"),
        Column("has_gx", _B, "GX on the line"),
        Column("has_gy", _B, "GY on the line"),
        Column("has_gz", _B, "GZ on the line"),
        Column("modifiers_text", _S, "the line's modifiers, separated by one space", null="none"),
        Column("day_units", _F, "units of this code for the patient, day and billing provider", "units"),
        Column("first_of_day", _B, "first line of this code for the patient, day and billing provider"),
        Column("base_present", _B, "an add-on code's base is billed the same day", null="not an add-on"),
        Column("base_codes", _S, "the base codes of an add-on code, separated by one space"),
        Column("split_lines", _I, "lines of this visit with this code and the same assistant modifier"),
        Column("first_of_split", _B, "first of those lines"),
        # minutes to units, per visit and code (the same on each line of the code in the visit)
        Column("first_of_code", _B, "first line of this code in the visit"),
        Column("code_minutes", _I, "minutes of the code that count", "minutes", "a service of the code has no minutes"),
        Column("code_units_billed", _F, "units billed for the code in the visit", "units"),
        Column("code_units_expected", _I, "units the minutes earn the code, after the tie policy", "units"),
        Column("code_units_low", _I, "fewest units any settling of a tie gives the code", "units"),
        Column("code_units_high", _I, "most units any settling of a tie gives the code", "units"),
        Column("assistant_minutes", _I, "the assistant's separate minutes of the code", "minutes"),
        Column("assistant_units_billed", _F, "units of the code billed with CQ or CO", "units"),
        Column("assistant_units_expected", _I, "of the expected units, those that take CQ or CO", "units"),
        Column("assistant_only", _B, "an assistant gave every minute of the code, no therapist any"),
        # price
        Column("allowed_cents", _I, "expected allowed amount after the multiple-procedure reduction", "cents"),
        Column("unit_full_cents", _I, "one unit at the full fee", "cents"),
        Column("unit_reduced_cents", _I, "one unit with the reduced practice expense", "cents"),
        Column("price_basis", _S, "expected (locality known) or national", null="no price"),
        # KX threshold
        Column("ytd_cents", _I, "allowed so far this year in the line's bucket", "cents"),
        Column("running_allowed_cents", _I, "that, plus the lines of the day up to and with this one", "cents"),
        Column("running_upper_cents", _I, "the most that could be: every unit at the full fee", "cents"),
        # diagnoses
        Column("diagnosis_count", _I, "diagnoses on the claim"),
        Column("pointer_beyond", _I, "the first pointer past the list", null="every pointer is in the list"),
        Column("diagnosis_unknown", _S, "first diagnosis that is not in the ICD-10-CM release", null="all are"),
        Column("diagnosis_unbillable", _S, "first diagnosis that needs more digits", null="none"),
        Column("diagnosis_table_covers", _B, "the ICD-10-CM release in hand covers the date of service"),
        Column("diagnosis_age", _S, "that release, where the date is outside it", null="covers the date"),
        # identity
        Column("rendering_npi_valid", _B, "the check digit is right", null="no NPI"),
        Column("billing_npi_valid", _B, "the check digit is right", null="no NPI"),
        Column("referring_npi_valid", _B, "the check digit is right", null="no NPI"),
        Column("renders_as_assistant", _B, "the rendering clinician is an assistant", null="credential not known"),
        Column("duplicate_of", _I, "row of an earlier line on another claim that is the same", null="none"),
        # bypass modifiers against the day's pairs
        Column("edits_in_force", _I, "pair edits in force that name this line and another of the day"),
        Column("edits_possible", _I, "pairs of this line that a table of that date might name"),
        Column("pair_age", _S, "release of the pair table, where the date is past it", null="covers the date"),
        Column("as_of", _D, "the day of the check"),
    ),
)

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
        Column("provider_assumed", _B, "rendering provider unknown: same billing provider and discipline assumed"),
        Column("bypass_one", _B, "59 or an X modifier on the column one line"),
        Column("bypass_two", _B, "59 or an X modifier on the column two line"),
        Column("bypass_text", _S, "that modifier"),
        Column("either_column_bypass", _B, "the payer accepts it on either line"),
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
        Column("claim_form", _S, "professional or institutional"),
        Column("setting", _S, "one of SETTINGS"),
        Column("place_of_service", _S, "place of service"),
        Column("place_known", _B, "the place of service is in CMS's set", null="no place of service"),
        Column("place_fits", _B, "the place of service goes with the setting", null="one of them is not known"),
        Column("bill_type", _S, "bill type"),
        Column("bill_type_fits", _B, "the bill type goes with the setting", null="one of them is not known"),
        Column("has_therapy", _B, "a line of the claim is therapy"),
        Column("referring_npi", _S, "referring provider", null="none, where the input carries one"),
        Column("carries_referring", _B, "the input can hold a referring provider"),
        Column("referring_required", _B, "payer wants it", null="payer not mapped"),
        Column("claim_charge_cents", _I, "stated total", "cents"),
        Column("lines_charge_cents", _I, "sum of the line charges", "cents", "a line has no charge"),
        Column("received", _D, "day received or sent"),
        Column("received_or_as_of", _D, "that, else the day of the check"),
        Column("filing_deadline", _D, "last day to file", null="limit not known"),
        Column("duplicate_of", _I, "first row of an earlier claim for the same services", null="none"),
        Column("duplicate_claim", _S, "number of that claim", null="none, or it has no number"),
        Column("allowed_cents", _I, "expected allowed amount of the claim", "cents"),
        Column("charge_cents", _I, "sum of the line charges", "cents"),
        Column("price_basis", _S, "expected or national"),
        Column("as_of", _D, "the day of the check"),
    ),
)

GRAINS: dict[Grain, Table] = {Grain.CLAIM: CLAIM, Grain.LINE: LINE, Grain.VISIT: VISIT, Grain.PAIR: PAIR}

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
