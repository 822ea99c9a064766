"""Authorizations, visit limits and referrals: what a payer covers beforehand, and how much of it.

A payer denies what it asked to authorize and was not asked about (CARC 197), and what goes past the visits, units or
days it authorized (CARC 198); past a limit of the benefit the patient may owe (CARC 119). Which payers ask, the payer
pack says; where authorizations are on file for a patient, their dates, codes, visits and units are held against the
visits whatever the pack says. An evaluation is not asked for one.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

_gap = pl.col("authorization_gap")
_given = pl.col("authorizations_given")
_id = pl.format("authorization {}: ", "authorization_id")

V160 = Rule(
    id="V160",
    name="authorization-missing",
    title="No authorization where the payer wants one",
    grain=Grain.TREATMENT_DAY,
    cite=(cites.AUTHORIZATION,),
    applies=_given & pl.col("authorization_required") & ~pl.col("only_evaluation"),
    when=_gap == "none",
    found=pl.lit("no authorization on file"),
    expected=pl.lit("an authorization of this payer"),
    message=(
        "Treatment of {dos}: {found}; expected: {expected}. The payer denies treatment that it did not authorize, and "
        "the patient does not owe it. Ask whether it can be authorized after the fact, and put the number on the claim."
    ),
    severity=Severity.DENIAL,
    denial=("197",),
    fix=Fix("Ask for a retroactive authorization, or add its number", Needs.NOTE, Who.FRONT_DESK),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

V161 = Rule(
    id="V161",
    name="authorization-out-of-dates",
    title="A treatment day outside the dates of the authorization",
    grain=Grain.TREATMENT_DAY,
    cite=(cites.AUTHORIZATION,),
    applies=_given,
    when=_gap == "dates",
    found=pl.concat_str(_id, "authorization_text"),
    expected=pl.lit("a day within its dates"),
    message=(
        "Treatment of {dos}: {found}; expected: {expected}. The payer takes the day as not authorized. Ask for an "
        "extension, or add the authorization that covers the day."
    ),
    severity=Severity.DENIAL,
    denial=("197", "198"),
    fix=Fix("Ask for an extension of the dates", Needs.NOTE, Who.FRONT_DESK),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

V162 = Rule(
    id="V162",
    name="authorized-visits-exceeded",
    title="More visits than authorized",
    grain=Grain.TREATMENT_DAY,
    cite=(cites.AUTHORIZATION,),
    applies=_given,
    when=_gap == "visits",
    found=pl.concat_str(_id, "authorization_text"),
    expected=pl.lit("no more visits than authorized"),
    message=(
        "Treatment of {dos}: {found}; expected: {expected}. Visits past the last one authorized are denied. Ask for "
        "more before the next visit, and for this one after the fact."
    ),
    severity=Severity.DENIAL,
    denial=("198",),
    fix=Fix("Ask for more visits", Needs.NOTE, Who.FRONT_DESK),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

V163 = Rule(
    id="V163",
    name="authorized-units-exceeded",
    title="More units than authorized",
    grain=Grain.TREATMENT_DAY,
    cite=(cites.AUTHORIZATION,),
    applies=_given,
    when=_gap == "units",
    found=pl.concat_str(_id, "authorization_text"),
    expected=pl.lit("no more units than authorized"),
    message=(
        "Treatment of {dos}: {found}; expected: {expected}. Units past those authorized are denied. Ask for more, and "
        "bill what was given in any case."
    ),
    severity=Severity.DENIAL,
    denial=("198",),
    fix=Fix("Ask for more units", Needs.NOTE, Who.FRONT_DESK),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

V164 = Rule(
    id="V164",
    name="code-not-authorized",
    title="A code that the authorization does not name",
    grain=Grain.TREATMENT_DAY,
    cite=(cites.AUTHORIZATION,),
    applies=_given,
    when=_gap == "code",
    found=pl.concat_str(_id, "authorization_text"),
    expected=pl.lit("codes that it names"),
    message=(
        "Treatment of {dos}: {found}; expected: {expected}. A code that is billed that day is not among them, and its "
        "line is denied. Ask for the code to be added; never bill another code in its place."
    ),
    severity=Severity.DENIAL,
    denial=("197", "198"),
    fix=Fix("Ask for the code to be added to the authorization", Needs.NOTE, Who.FRONT_DESK),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

V165 = Rule(
    id="V165",
    name="visit-limit-exceeded",
    title="More visits than the payer covers",
    grain=Grain.TREATMENT_DAY,
    cite=(cites.PAYER_LIMITS,),
    applies=pl.col("visits_limited"),
    when=pl.col("visits_counted") > pl.col("most_visits"),
    found=pl.format("visit {} in the files", "visits_counted"),
    expected=pl.format("at most {} visits of one discipline", "most_visits"),
    message=(
        "Treatment of {dos}: {found}; expected: {expected}. What goes past the benefit is denied and may be the "
        "patient's to pay. Ask for an extension, or tell the patient before the next visit. Visits that are not in "
        "these files are not counted."
    ),
    severity=Severity.DENIAL,
    denial=("119",),
    fix=Fix("Ask for an extension, or tell the patient what it will cost", Needs.NOTE, Who.FRONT_DESK),
    yields_to=("V162",),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

V166 = Rule(
    id="V166",
    name="referral-missing",
    title="No referral where the payer wants one",
    grain=Grain.EPISODE,
    cite=(cites.PAYER_REFERRAL,),
    denial=("288",),
    applies=pl.col("referral_required"),
    when=~pl.col("has_referral"),
    found=pl.format("Plan {}: no referral or order on file", "episode_id"),
    expected=pl.lit("a referral before treatment"),
    message=(
        "{found}; expected: {expected}. The state may let patients come without one, and this payer does not pay "
        "without. Get the referral, and put the referring provider on the claim."
    ),
    severity=Severity.DENIAL,
    fix=Fix("Get the referral", Needs.NOTE, Who.FRONT_DESK),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

RULES = (V160, V161, V162, V163, V164, V165, V166)
