"""Why a rule could not be checked, in words, from the names of its missing inputs."""

from __future__ import annotations

from collections.abc import Sequence

from cleanclaim.codes.payers import FIELDS

PAYER_SILENT = "what the payer asks for is not known; say it in cleanclaim.toml"
"""The reason of what hangs on a payer's policy: the payer is not mapped, or its pack does not say."""
_OF_PAYER = (
    "pack timed_cap_applies unit_method pools_minutes discipline_modifier_required referring_required kx_applies "
    "occurrence_codes_required fee_status_applies unit_maximums_apply assistant_modifier_required one_line_per_code "
    "one_date_per_line either_column_bypass telehealth_by_therapists telehealth_list_applies telehealth_told_by "
    "telehealth_modifier_required gt_on_professional active_treatment_required habilitation_modifier_required "
    "side_modifier_required orthosis_side_required visits_by_therapists "
    "plan_required plan_signature_required certification_due order_stands report_due_days referral_required "
    "authorization_required visits_limited "
    "evaluation_window_days modifier_order_required modifiers_ordered "
    "capped_units max_timed_units_day timed_minutes_cap minutes_cap_applies relative_cap_applies relative_value_cap "
    "code_excluded substitute_code most_visits initial price_basis"
)
_NO_CLOCK = "clock times or minutes are not recorded, or the patient is not named"
_NO_MINUTES = "minutes are not recorded, or how the payer counts them is not known"
_NO_POINTERS = "the lines do not point to diagnoses"

# what a person would do about it first: the first line of which an input is missing is the reason given
_REASONS = (
    ("pair_edits_apply", "the payer's pair edits are not known, or cleanclaim has no table of them"),
    (_OF_PAYER, PAYER_SILENT),
    ("carries_minutes", _NO_MINUTES),
    (("carries_times group_shared_minutes cotreated_minutes caregiver_shared_minutes shared_minutes separate_blocks "
      "has_times"), _NO_CLOCK),
    ("carries_diagnoses diagnoses diagnosis_count diagnosis_unknown diagnosis_unbillable", "no diagnoses are given"),
    ("carries_referring", "this input has no referring provider"),
    ("carries_attending", "this input has no attending provider"),
    ("carries_occurrences", "this input has no occurrence codes"),
    ("carries_revenue", "this input has no revenue codes"),
    ("carries_pointers pointers pointer_beyond", _NO_POINTERS),
    ("diagnosis_table_covers", "cleanclaim's ICD-10-CM release does not cover the date of service"),
    ("discipline", "the discipline is not known: no GP, GO or GN, and no clinician to tell it"),
    (("timed_minutes units_allowed capped_minutes management_minutes management_units_over management_units_left "
      "code_minutes code_units_high code_units_expected minutes misallocated"), _NO_MINUTES),
    ("by own_minutes assistant_minutes assistant_units_expected assistant_only",
     "who gave which minutes is not recorded"),
    ("in_force", "the first day of the published edit is not known"),
    ("edits_possible edits_in_force", "cleanclaim's pair table does not reach the date of service"),
    ("kx_threshold_cents ytd_cents running_allowed_cents running_upper_cents",
     "the allowed amount so far this year is not given, or a line has no known price"),
    ("day_units code_units_billed units_billed", "units are missing, or a line covers more than one date"),
    ("mue_units mue_mai", "cleanclaim's tables have no unit maximum for the code"),
    ("code_valid", "no table that cleanclaim has covers the code on that date"),
    ("fee_status", "no fee schedule that cleanclaim has covers the code on that date"),
    ("filing_deadline", "the payer's filing limit is not known"),
    ("correction_deadline", "the payer's limit for replacements is not known"),
    ("carries_original", "this input has no number of the claim that is replaced"),
    ("reading_days", "the days with readings of the device are not given (reading_days)"),
    ("relative_values", "the payer's relative value of a code is not known (relative_value in a pack)"),
    ("clinician_discipline renders_as_assistant renders_as_physician",
     "no credential or taxonomy of a therapist is given"),
    ("place_fits bill_type_fits place_known setting", "the site's setting, place or bill type is not known"),
    ("always_therapy sometimes_therapy", "the code's place on CMS's therapy list is uncertain"),
    (("modifier_count discipline_modifiers assistant_modifier has_gp has_go has_gn has_cq has_co has_59 has_bypass "
      "x_modifiers therapy_disciplines has_kx has_ga has_gx has_gy has_gz bypass_one bypass_two has_25 has_50 has_52 "
      "has_76 has_77 has_93 has_95 has_96 has_97 has_at has_gt has_lt has_rt has_left has_right has_finger has_toe"),
     "the input has no modifiers"),
    ("charge_cents", "the line has no charge"),
    ("telehealth_listed", "no source known here says whether Medicare's telehealth list has the code"),
    (("clinician_known rendering_npi rendering_npi_valid billing_npi billing_npi_valid referring_npi "
      "referring_npi_valid attending_npi_valid"),
     "no NPI is given"),
    ("revenue_discipline claim_form table", "the claim's form or revenue code is not known"),
    ("claim_charge_cents lines_charge_cents", "the claim states no total, or a line has no charge"),
    ("received", "the day of receipt is not given"),
    ("abn_on_file", "whether a notice is on file is not recorded"),
    ("plan_of_care", "whether the service is under a plan of care is not recorded"),
    ("units_given", "the note does not give the timed minutes, or how the payer counts them is not known"),
    ("note_given treated bill_given", "the visit has no note, or what is billed is not given"),
    ("plans_given covered", "no plans of care are given (--episodes), or a plan has no first treatment day"),
    ("reports_given report_overdue report_days period_ends",
     "no progress reports are given (--progress-reports), or who wrote one is not recorded"),
    ("clinician_took_part", "who gave the services is not recorded"),
    ("authorizations_given authorization_gap", "no authorizations are given (--authorizations)"),
    ("signed", "the plans have no day of certification"),
    ("has_referral", "the plans have no referral or order"),
    ("certifier_allowed certifier_limited", "who certified the plan is not given, or the setting is not"),
    ("plan_lacks plan_frequency plan_established discharge_summary in_time certified_through",
     "the plan's contents or dates are not recorded"),
    ("base_present base_codes", "the add-on code's base is not known"),
    ("days_since_evaluation evaluated_before only_evaluation", "no earlier evaluation can be told apart"),
    (("set_up_before period_open managed_before management_begun longer_management first_of_month band_least band_most "
      "caregiver_beside_treatment visits_counted treatment_days same_day_as"),
     "the patient or the day is not given, so that earlier days cannot be found"),
    (("group_beside_single other_discipline_timed beside_manipulation duplicate_of split_lines first_of_split "
      "first_of_code first_of_day has_therapy assistant_units_billed same_diagnoses separated_by_region"),
     "the lines of the same day are not known: no patient, no day, or no code"),
    ("attending_npi", "no NPI is given"),
    ("place_of_service telehealth telehealth_place", "no place of service is given"),
    ("bill_type revenue_code", "no bill type or revenue code is given"),
    ("allowed_cents", "no fee schedule in hand prices the line"),
    ("units billed", "the line has no units"),
    ("credential", "who gave the service is not known: no credential or taxonomy"),
    ("certified discharged is_discharged delay_explained disorder reported_by_assistant",
     "the plan's contents or dates are not recorded"),
    ("notice_dated occurrences_late occurrences_missing", "this input has no occurrence codes"),
    ("diagnosis_repeated external_cause_first", "no diagnoses are given"),
    ("original_reference replaces", "this input has no number of the claim that is replaced"),
    (("code code_group is_addon is_evaluation known_code pooled required_discipline timed unit_kind untimed "
      "well_formed_code"), "the line has no code, or one that no table here knows"),
    ("claim_key", "no claim number is given"),
    ("modifiers_text outdated_modifiers", "the input has no modifiers"),
    ("indicator", "cleanclaim's pair table does not reach the date of service"),
    (("assistant_without_modifier billed_not_documented blocks_for_59_missing body_area_missing cloned_from_previous "
      "code_not_supported credential_missing duration_missing evaluation_elements_missing functional_link_missing "
      "group_billed_as_individual grouped laterality_conflict one_on_one_missing same_words_for_two_codes "
      "signature_missing skill_missing stock_phrases timed_total_missing totals_disagree treatment_total_missing "
      "unbilled_service"),
     "the note, or what is billed for its visit, does not say enough"),
    ("dos dos_end dos_last as_of received_or_as_of", "the date of service is missing or cannot be"),
)  # fmt: skip
_FIELD_OF = {"pools_minutes": "unit_method", "either_column_bypass": "either_column_professional"}


def asked_of_payers(missing: Sequence[str]) -> tuple[str, ...]:
    """Return the fields of a payer pack among a gap's missing inputs, in alphabetical order.

    >>> asked_of_payers(["pools_minutes", "timed_minutes", "unit_method"])
    ('unit_method',)
    """
    of_payer = set(_OF_PAYER.split()).intersection(missing)
    return tuple(sorted({_FIELD_OF.get(name, name) for name in of_payer} & FIELDS.keys()))


def reason(missing: str) -> str:
    """Return in words why a rule could not be checked, from the names of its missing inputs.

    >>> reason("in_force")
    'the first day of the published edit is not known'
    """
    names = set(missing.split())
    for columns, words in _REASONS:
        if names & set(columns.split()):
            return words
    return "not known: " + (", ".join(sorted(name.replace("_", " ") for name in names)) or "an input")
