"""LINE: a claim line that stands, with what publications, payers and the rest of its visit say of it."""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.services import SERVICES
from cleanclaim.claims.table import Column, Table

_S, _I, _F, _B, _D = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean(), pl.Date()

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
    Column("modifier_order", _S, "order of the modifier groups on a line, separated by one space"),
    Column("modifier_order_required", _B, "payer wants modifiers in that order"),
    Column("one_date_per_line", _B, "payer takes a timed code's line for one date only"),
    Column("either_column_bypass", _B, "a bypass modifier may stand on either line of a pair"),
    Column("pair_edits_apply", _B, "payer uses NCCI pair edits"),
    Column("unit_maximums_apply", _B, "payer uses NCCI unit maximums"),
    Column("substitute_code", _S, "code that the payer wants instead of this one"),
    Column("code_excluded", _B, "the payer's pack lists the code as never paid"),
    Column("evaluation_window_days", _F, "days that the payer wants between initial evaluations", "days"),
    Column("telehealth_by_therapists", _B, "the payer pays therapists for telehealth"),
    Column("telehealth_list_applies", _B, "Medicare's list of telehealth services decides"),
    Column("telehealth_told_by", _S, "what says telehealth on a professional claim: place or modifier"),
    Column("telehealth_modifier_required", _B, "payer wants 95, 93 or GT beside a telehealth place of service"),
    Column("gt_on_professional", _B, "payer takes GT on professional claims"),
    Column("visits_by_therapists", _B, "payer takes visits of evaluation and management by therapists"),
    Column("active_treatment_required", _B, "payer wants AT on spinal manipulation"),
    Column("habilitation_modifier_required", _B, "payer wants 96 or 97 on therapy"),
    Column("side_modifier_required", _B, "payer wants the side on splints and strapping"),
    Column("orthosis_side_required", _B, "payer wants LT or RT on orthoses, one side a line"),
)

_FURTHER_MODIFIERS = (
    *(
        Column(f"has_{m.lower()}", _B, f"{m} on the line")
        for m in ("25", "50", "52", "76", "77", "93", "95", "96", "97", "AT", "GT", "LT", "RT")
    ),
    Column("has_finger", _B, "FA or F1 to F9 on the line"),
    Column("has_toe", _B, "TA or T1 to T9 on the line"),
    Column("has_left", _B, "LT or a left finger or toe on the line"),
    Column("has_right", _B, "RT or a right finger or toe on the line"),
    Column("outdated_modifiers", _S, "modifiers not valid on the date, separated by one space", null="none"),
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
        *_FURTHER_MODIFIERS,
        Column("modifiers_text", _S, "the line's modifiers, separated by one space", null="none"),
        Column("modifiers_ordered", _S, "the same in the payer's order", null="the payer wants no order"),
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
        Column("renders_as_physician", _B, "a physician or nonphysician practitioner", null="credential not known"),
        Column("duplicate_of", _I, "row of an earlier line on another claim that is the same", null="none"),
        # groups of codes, evaluations, telehealth
        Column("code_group", _S, "group of codes that publications treat alike; empty: in none"),
        Column("evaluated_before", _B, "an initial evaluation stands on an earlier day", null="not an evaluation"),
        Column("days_since_evaluation", _I, "days since the last one", "days", "none before it"),
        Column("beside_manipulation", _B, "the clinician bills spinal manipulation that day too", null="no clinician"),
        Column("period_open", _B, "a device code of the 30 days before stands in the input", null="not a device code"),
        Column("days_since_period", _I, "days since that one", "days", "none before it"),
        Column("longer_management", _B, "a longer management code stands in the month", null="not the short code"),
        Column("managed_before", _B, "the code stands on an earlier day of the month", null="not billed by the month"),
        Column("management_begun", _B, "the add-on's base code stands in the month", null="not that add-on"),
        Column("first_of_month", _B, "first line of its group in the month", null="not billed by the month"),
        Column("management_minutes", _I, "management minutes of the month", "minutes", "a row of it has none"),
        Column("management_units_over", _F, "units billed in the month past what they earn", "units"),
        Column("management_units_left", _F, "further units that they earn and nobody billed", "units"),
        Column("band_least", _I, "fewest minutes of the month, or days with readings, that the code stands for"),
        Column("band_most", _I, "most of them", null="the code's band is open"),
        Column("set_up_before", _B, "a set-up stands on an earlier day", null="not a set-up"),
        Column("telehealth", _B, "the place of service or a modifier says telehealth"),
        Column("telehealth_place", _B, "the place of service is 02 or 10"),
        Column("telehealth_listed", _B, "the code is on Medicare's list of telehealth services", null="not known"),
        # bypass modifiers against the day's pairs
        Column("edits_in_force", _I, "pair edits in force that name this line and another of the day"),
        Column("edits_possible", _I, "pairs of this line that a table of that date might name"),
        Column("pair_age", _S, "release of the pair table, where the date is past it", null="covers the date"),
        Column("as_of", _D, "the day of the check"),
    ),
)
