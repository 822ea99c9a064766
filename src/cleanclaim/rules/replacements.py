"""Claims that replace an earlier one (frequency 7).

A replacement names the claim it replaces by the payer's control number (X12 837, loop 2300, REF*F8); without it the
payer cannot find the claim and rejects the new one. It has a filing limit of its own: Medicare takes adjustments within
the limit of first claims, past it a reopening is asked for (First Coast; CMS Change Request 8581); other payers count
from the date of service or from their own decision, as their packs say.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who
from cleanclaim.rules.texts import day

I313 = Rule(
    id="I313",
    name="replacement-filed-late",
    title="A replacement after the payer's limit for corrected claims",
    grain=Grain.CLAIM,
    cite=(cites.CORRECTED_CLAIMS, cites.TIMELY_FILING),
    applies=pl.col("replaces"),
    when=pl.col("received_or_as_of") > pl.col("correction_deadline"),
    found=pl.when(pl.col("received").is_not_null())
    .then(pl.format("received {}", day(pl.col("received"))))
    .otherwise(pl.format("no day of receipt by {}", day(pl.col("as_of")))),
    expected=pl.format("receipt by {}", day(pl.col("correction_deadline"))),
    message=(
        "Replacement of {dos}: {found}, expected {expected}. Past its limit the payer takes no replacement. Ask for a "
        "reopening where the payer has one (Medicare institutional claims: bill type ending in Q), or appeal."
    ),
    severity=Severity.DENIAL,
    denial=("29",),
    fix=Fix("Ask for a reopening or appeal in place of a replacement", Needs.NOTE, Who.BILLER),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

I314 = Rule(
    id="I314",
    name="replacement-names-no-claim",
    title="A replacement that does not name the claim it replaces",
    grain=Grain.CLAIM,
    cite=(cites.ORIGINAL_REFERENCE,),
    applies=pl.col("replaces"),
    when=pl.when(pl.col("carries_original")).then(pl.col("original_reference").is_null()),
    found=pl.lit("no control number of the earlier claim"),
    expected=pl.lit("the payer's control number of the claim it replaces"),
    message=(
        "Replacement of {dos}: {found}; expected: {expected}. The payer cannot find what is to be replaced, and "
        "rejects the claim or denies it as a duplicate. Take the number from the remittance of the earlier claim (837: "
        "REF*F8; paper: item 22, form locator 64)."
    ),
    severity=Severity.DENIAL,
    denial=("16", "18"),
    fix=Fix("Add the payer's control number of the earlier claim", Needs.NOTE, Who.BILLER),
    charged_cents=pl.col("charge_cents"),
)

RULES = (I313, I314)
