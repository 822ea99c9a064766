"""DENIAL: a denied claim line, why, who acts, and what comes next."""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.table import Column, Table

_S, _I, _D = pl.String(), pl.Int64(), pl.Date()

APPEALS = ("refused", "open", "not_known", "none")
"""Whether an appeal is honest. ``refused``: what is known speaks against it; ``open``: nothing that is known does, and
what it rests on is recorded; ``not_known``: what it would rest on is not recorded; ``none``: not the way, or no right
to it."""

DENIAL = Table(
    "denial",
    "a claim line that a payer denied, wholly or in part",
    (
        Column("row", _I, "row of the claim line in the services read"),
        Column("claim_id", _S, "claim number"),
        Column("line_number", _I, "place of the line in its claim, from 1"),
        Column("payer", _S, "payer as the claim names it"),
        Column("pack", _S, "payer pack", null="payer not mapped"),
        Column("sequence", _S, "P primary, S secondary, T tertiary"),
        Column("claim_form", _S, "professional or institutional"),
        Column("dos", _D, "date of service"),
        Column("code", _S, "procedure code billed"),
        Column("modifiers", _S, "modifiers billed, separated by one space"),
        Column("charge_cents", _I, "charge of the line", "cents"),
        Column("denied_cents", _I, "not paid for a reason that denies, whoever bears it", "cents"),
        Column("stake_cents", _I, "what the payer would owe of it", "cents", "not known: see denied_cents"),
        Column("file_id", _I, "remittance file of the answer"),
        Column("segment", _I, "segment of the answer in its file"),
        Column("payer_control", _S, "payer's number of the claim"),
        Column("decided_on", _D, "payment date of the answer"),
        Column("reason", _S, "the group and reason that decide the cause, such as CO-97"),
        Column("reasons", _S, "all group-reason pairs, separated by one space"),
        Column("remarks", _S, "remark codes, separated by one space"),
        Column("cause", _S, "id of the cause", null="the table of causes has none"),
        Column("who", _S, "who must act: therapist, biller, credentialing or front desk"),
        Column("fix", _S, "what to do", null="as the first of stopped_by says"),
        Column("step", _S, "what comes next: one of codes.denials.STEPS"),
        Column("way", _S, "how a correction is sent: replacement or reopening", null="not known, or no correction"),
        Column("by_when", _D, "last day of that step", null="not known, or it has none"),
        Column("appeal", _S, "one of APPEALS"),
        Column("because", _S, "why an appeal is refused, not known or none", null="it is open"),
        Column("level", _S, "first level of appeal", null="not known"),
        Column("appeal_by", _D, "last day of that level", null="not known"),
        Column("stopped_by", _S, "rules that find the fault in the claim as sent, separated by one space"),
        Column("expected", _S, "what the first of them asks for"),
        Column("unchecked", _S, "rules that look for the fault and could not be checked, separated by one space"),
        Column("missing", _S, "their missing inputs, separated by one space"),
    ),
)
