"""Where the assistants' modifiers do not belong, and services of those for whom nobody pays.

CQ and CO say that a fee schedule amount is reduced (SSA sec. 1834(v)). A critical access hospital is not paid by the
fee schedule, and services of a physician or practitioner, or incident to theirs, are none of an assistant's: Medicare
pays for no assistant's therapy as incident to a physician's (Medicare Benefit Policy Manual, ch. 15, sec. 230.1).

An aide's services are never paid, whoever supervises, and a student's only where the therapist is in the room for the
whole session, directs it and treats nobody else: then it is the therapist's (ch. 15, sec. 230.1 and 230.B).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.dated import Span
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

IN_FORCE = Span(date(2020, 1, 1), None)

_critical_access = pl.coalesce(
    pl.col("bill_type").str.starts_with("85"), pl.col("setting") == "critical_access_hospital"
)
_unpaid = pl.col("by").is_in(("aide", "student"))

D119 = Rule(
    id="D119",
    name="assistant-modifier-at-critical-access-hospital",
    title="CQ or CO on a claim of a critical access hospital",
    grain=Grain.LINE,
    effective=IN_FORCE,
    cite=(cites.ASSISTANT_RULE_2020, cites.ASSISTANT_LAW),
    applies=(pl.col("claim_form") == "institutional") & pl.col("kx_applies") & _critical_access,
    when=pl.col("assistant_modifier"),
    found=pl.col("modifiers_text"),
    expected=pl.lit("no CQ or CO: these hospitals are not paid by the fee schedule"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. The modifiers mark a reduction of fee schedule amounts, which "
        "a critical access hospital does not get. Leave them out."
    ),
    severity=Severity.ADVICE,
    denial=("4",),
    fix=Fix("Leave CQ or CO out on this hospital's claims", Needs.NOTE, Who.BILLER),
    yields_to=("D106", "D107"),
)

D120 = Rule(
    id="D120",
    name="assistant-modifier-with-physician",
    title="CQ or CO on a line that a physician or practitioner rendered",
    grain=Grain.LINE,
    effective=IN_FORCE,
    cite=(cites.ASSISTANT_RULE_2020, cites.THERAPIST_SERVICES),
    applies=pl.col("assistant_modifier") & (pl.col("claim_form") == "professional") & pl.col("kx_applies"),
    when=pl.col("renders_as_physician"),
    found=pl.format(
        "{} and a physician or practitioner as rendering provider{}",
        pl.col("modifiers_text"),
        pl.coalesce(pl.format(" ({})", pl.col("credential")), pl.lit("")),
    ),
    expected=pl.lit("the supervising therapist as rendering provider, or a service without an assistant"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. Medicare pays for no assistant's therapy incident to a "
        "physician's services, so the payment would be taken back. If an assistant treated, the supervising therapist "
        "must bill it; if not, remove the modifier."
    ),
    severity=Severity.COMPLIANCE,
    denial=("4", "185"),
    fix=Fix("Name the supervising therapist, or remove the modifier if no assistant treated", Needs.NOTE, Who.BILLER),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

U113 = Rule(
    id="U113",
    name="service-by-aide-or-student",
    title="A service billed that an aide or a student gave",
    grain=Grain.LINE,
    cite=(cites.THERAPIST_SERVICES, cites.STUDENTS),
    # original Medicare: its fee schedule and its yearly threshold
    applies=pl.col("billed") & pl.col("fee_status_applies") & pl.col("kx_applies"),
    # a null giver is the therapist
    when=pl.when(pl.col("billed")).then(_unpaid.fill_null(False)),
    found=pl.format("given by: {}", pl.col("by")),
    expected=pl.lit("a therapist, or an assistant under one"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. Medicare pays for no aide's service, and for a student's only "
        "where the therapist was in the room throughout, directed it and treated nobody else; then record it as the "
        "therapist's. Else remove the line."
    ),
    severity=Severity.COMPLIANCE,
    denial=("170", "185"),
    fix=Fix(
        "Remove the line, unless the note shows that the therapist gave the service", Needs.CLINICIAN, Who.THERAPIST
    ),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

RULES = (D119, D120, U113)
