"""EPISODE and TREATMENT_DAY: a plan of care and a day of treatment, as rules read them.

Both are empty where no plans, progress reports or authorizations are given beside the visits.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.table import Column, Table

_S, _I, _F, _B, _D = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean(), pl.Date()

EPISODE = Table(
    "episode",
    "a plan of care",
    (
        Column("row", _I, "the row of the plan"),
        Column("visit_key", _I, "none: a plan is of many visits", null="always"),
        Column("claim_key", _I, "none", null="always"),
        Column("episode_id", _S, "the practice's number of the plan"),
        Column("pack", _S, "payer pack", null="payer not mapped"),
        Column("dos", _D, "first treatment day under the plan", null="not given, and no visit tells it"),
        Column("as_of", _D, "the day of the check"),
        Column("discipline", _S, "GP, GO or GN"),
        Column("setting", _S, "one of SETTINGS"),
        Column("initial", _B, "the plan continues no other one"),
        Column("continued", _B, "another plan of the patient, discipline and provider follows"),
        Column("treatment_days", _I, "days treated under the plan", "days"),
        Column("plan_required", _B, "payer wants a plan with its content before treatment", null="payer not mapped"),
        Column("plan_signature_required", _B, "payer wants the plan certified", null="payer not mapped"),
        Column("certification_due", _D, "last day to certify", null="first day or payer's limit not known"),
        Column("signed", _B, "the certification is signed", null="the input cannot hold it"),
        Column("certified", _D, "day the certification was signed", null="not signed, or not carried"),
        Column("in_time", _B, "signed by then", null="not signed, or which limit holds is not known"),
        Column("order_stands", _B, "an order and proof of sending stand for the signature", null="payer not known"),
        Column("order_text", _S, "what is on file of an order and of sending the plan"),
        Column("delay_explained", _B, "the reason of a delayed certification is on file"),
        Column("certified_through", _D, "last day that the certification covers", null="payer's limit not known"),
        Column("certifier", _S, "credential of the certifier"),
        Column("certifier_allowed", _B, "such a clinician may certify", null="not named, or the credential is unknown"),
        Column("certifier_limited", _B, "may certify within a scope only", null="not named, or unknown"),
        Column("plan_established", _D, "day the plan was written", null="not recorded"),
        Column("plan_lacks", _S, "contents that the plan does not state; empty: none", null="not recorded"),
        Column("plan_frequency", _B, "the plan states the frequency", null="not recorded"),
        Column("disorder", _S, "dates of the plan that cannot be; empty: none"),
        Column("same_day_as", _S, "another plan for the same days; empty: none"),
        Column("referral_required", _B, "payer wants a referral", null="payer not mapped"),
        Column("has_referral", _B, "a referral or order is on file", null="the input cannot hold one"),
        Column("is_discharged", _B, "a day of discharge is on file"),
        Column("discharged", _D, "day of discharge", null="not discharged"),
        Column("discharge_summary", _B, "a discharge summary is on file", null="not recorded"),
        Column("allowed_cents", _I, "expected allowed amount of the plan's days", "cents", "a price is missing"),
        Column("charge_cents", _I, "charge of the plan's days", "cents", "a charge is missing"),
        Column("price_basis", _S, "expected or national"),
    ),
)

TREATMENT_DAY = Table(
    "treatment_day",
    "a day on which a patient was treated by one provider under one discipline",
    (
        Column("row", _I, "first billed row of the day"),
        Column("visit_key", _I, "visit of that row"),
        Column("claim_key", _I, "claim of that row"),
        Column("pack", _S, "payer pack", null="payer not mapped"),
        Column("dos", _D, "date of service"),
        Column("discipline", _S, "GP, GO or GN"),
        Column("only_evaluation", _B, "nothing but an evaluation is billed"),
        Column("plans_given", _B, "plans of care are given with the visits"),
        Column("plan_required", _B, "payer wants a plan of care", null="payer not mapped"),
        Column("plan_signature_required", _B, "payer wants the plan certified", null="payer not mapped"),
        Column("episode_id", _S, "the plan that covers the day", null="none"),
        Column("covered", _B, "a plan covers the day", null="plans are not given, or the first day of one is unknown"),
        Column("certified_through", _D, "last day that its certification covers", null="none, or not known"),
        Column("is_discharged", _B, "the plan has a day of discharge"),
        Column("discharged", _D, "day of discharge", null="not discharged"),
        Column(
            "report_due_days", _I, "treatment days to a progress report", "days", "payer not mapped, or none wanted"
        ),
        Column("reports_given", _B, "progress reports are given with the visits"),
        Column("report_overdue", _B, "first day after a period without report", null="who wrote a report is unknown"),
        Column("report_days", _I, "treatment days since the last progress report, this one counted", "days"),
        Column("reported", _B, "the clinician wrote a report on that day, or before the next", null="none are given"),
        Column("reported_by_assistant", _B, "an assistant wrote one in that time"),
        Column("assistant_report", _D, "day of a report by an assistant in that time", null="none"),
        Column("period_ends", _B, "last day of a reporting period"),
        Column("clinician_took_part", _B, "the clinician gave a service of it", null="who gave them is not known"),
        Column("authorizations_given", _B, "authorizations are given with the visits"),
        Column("authorization_required", _B, "payer wants one", null="payer not mapped, or not known"),
        Column("authorization_gap", _S, "none, code, dates, visits or units; empty: authorized"),
        Column("authorization_id", _S, "the authorization that it is about", null="none"),
        Column("authorization_text", _S, "what of it is used and allowed, or its dates", null="none"),
        Column("visits_limited", _B, "a limit of visits is known of the payer", null="payer not mapped"),
        Column("most_visits", _I, "visits that the payer covers", "visits", "no limit, or not known"),
        Column("visits_counted", _I, "visits so far that count towards it, this one counted", "visits"),
        Column("allowed_cents", _I, "expected allowed amount of the day", "cents", "a price is missing"),
        Column("charge_cents", _I, "charge of the day", "cents", "a charge is missing"),
        Column("price_basis", _S, "expected or national"),
    ),
)
