"""OUTCOME: what became of a claim line at one payer."""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.table import Column, Table

_S, _I, _F, _D = pl.String(), pl.Int64(), pl.Float64(), pl.Date()

OUTCOMES = (
    "open",
    "paid_as_expected",
    "paid_not_priced",
    "underpaid",
    "overpaid",
    "reduced_by_rule",
    "patient_share",
    "denied",
    "recouped",
    "unmatched",
)
"""How a line ends. ``open``: no answer yet; ``paid_not_priced``: paid, and what the payer owes is not known;
``reduced_by_rule``: less than the charge rule allows, by a published reduction that explains the difference;
``patient_share``: the payer owes nothing, the patient does; ``unmatched``: a remittance line without a claim line."""

OUTCOME = Table(
    "outcome",
    "a claim line at one payer, or a remittance line that no claim line answers to",
    (
        Column("row", _I, "row of the claim line in the services read", null="unmatched"),
        Column("claim_id", _S, "claim number"),
        Column("line_number", _I, "place of the line in its claim, from 1", null="unmatched"),
        Column("payer", _S, "payer as the claim (else the remittance) names it"),
        Column("pack", _S, "payer pack", null="payer not mapped"),
        Column("sequence", _S, "P primary, S secondary, T tertiary"),
        Column("patient_id", _S, "patient number; a key, never shown", null="unmatched"),
        Column("dos", _D, "date of service"),
        Column("discipline", _S, "GP, GO or GN", null="none on the line"),
        Column("rendering_npi", _S, "clinician who gave the service"),
        Column("billing_npi", _S, "billing provider"),
        Column("code", _S, "procedure code billed", null="unmatched"),
        Column("modifiers", _S, "modifiers billed, separated by one space"),
        Column("units", _F, "units billed", "units"),
        Column("charge_cents", _I, "charge of the line; once answered, the charge that was answered", "cents"),
        Column("file_id", _I, "remittance file of the last answer", null="no answer yet"),
        Column("segment", _I, "segment of that answer in its file", null="no answer yet"),
        Column("offset", _I, "byte of that segment", "bytes", "no answer yet"),
        Column("paid_code", _S, "procedure code that was paid or denied", null="no answer yet"),
        Column("paid_modifiers", _S, "its modifiers, separated by one space"),
        Column("paid_units", _F, "units that the payer counted", "units"),
        Column("matched_by", _S, "control, modifiers, code, split, bundle or claim", null="no answer, or unmatched"),
        Column("answers", _I, "remittance lines that make up the outcome, reversals counted"),
        Column("payer_control", _S, "payer's number of the claim"),
        Column("paid_on", _D, "payment date of the last answer"),
        Column("paid_cents", _I, "paid in all by this payer, recoupments not taken off", "cents", "no answer yet"),
        Column("allowed_cents", _I, "paid, patient's share, prior payer's, withheld later", "cents", "no answer yet"),
        Column("contract_cents", _I, "written off by contract (CO, not a reduction or denial)", "cents"),
        Column("reduced_cents", _I, "taken off by a published reduction", "cents"),
        Column("patient_cents", _I, "the patient's share (PR)", "cents"),
        Column("denied_cents", _I, "not paid, for a reason that denies", "cents"),
        Column("prior_payer_cents", _I, "already paid or adjusted by an earlier payer", "cents"),
        Column("recouped_cents", _I, "taken back: PLB tied to the claim, reversal that nothing replaces", "cents"),
        Column("expected_allowed_cents", _I, "what the contract allows", "cents", "not known"),
        Column("expected_paid_cents", _I, "what the payer owes of it", "cents", "not known"),
        Column("expected_basis", _S, "contract or fee table the expectation rests on", null="not known"),
        Column("expected_unknown", _S, "why it is not known what to expect", null="known, or unmatched"),
        Column("short_cents", _I, "expected less paid, else less allowed, where underpaid", "cents", "not underpaid"),
        Column("reasons", _S, "group-reason pairs, such as CO-97, separated by one space"),
        Column("remarks", _S, "remark codes, separated by one space"),
        Column("outcome", _S, "one of OUTCOMES"),
    ),
)
"""Sums: charge = paid + contract + reduced + patient + denied + prior payer, to the cent, for every answered line."""
