"""The claim as it is filed: place, bill type, dates, repeats, totals.

Place and bill type (Medicare Claims Processing Manual, ch. 26, sec. 10.5; ch. 5, sec. 10): the place of service is
one of CMS's set, and place or bill type go with the setting in which the practice says the visit took place.

Filing (42 CFR 424.44; contracts): the payer receives the claim within its limit from the date of service, which for an
institutional claim is its last (Medicare Claims Processing Manual, ch. 1, sec. 70.1). A replacement has a limit of its
own (I313). A claim whose day of receipt is not known is judged as if it were sent on the day of the check.

Repeats (ch. 1, sec. 120): a service that an earlier claim already carries is denied as an exact duplicate; a
correction is sent as a replacement (frequency 7) that names the claim it replaces. A void or replaced claim repeats
nothing.

Amounts (ch. 26, sec. 10.4): the total charge is the sum of the lines (a line's charge is its total, not its unit
price); charge and units are above zero; no service lies after the day of the check, or after the claim was received.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.dated import Span
from cleanclaim.rules import cites
from cleanclaim.rules.amounts import units_text
from cleanclaim.rules.once import first_of_claim
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who
from cleanclaim.rules.texts import day, dollars

_professional = pl.col("claim_form") == "professional"
_institutional = pl.col("claim_form") == "institutional"
_priced = pl.col("allowed_cents")
_charged = pl.col("charge_cents")
_repeats = pl.col("duplicate_of").is_not_null()
# true, or null where the date is not known
_dated = Span().covers(pl.col("dos"))
_billed = pl.col("billed")
_setting = pl.col("setting").str.replace_all("_", " ")

I301 = Rule(
    id="I301",
    name="place-not-valid",
    title="A place of service that is not in the published set",
    grain=Grain.CLAIM,
    cite=(cites.PLACES,),
    applies=_professional,
    when=~pl.col("place_known"),
    found=pl.format("place of service {}", pl.col("place_of_service")),
    expected=pl.lit("a two-digit code of CMS's set"),
    message=(
        "Claim of {dos}: {found}, expected {expected}. A claim with an unknown place cannot be processed. Enter "
        "where the patient was treated."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Enter the place where the patient was treated", Needs.NOTE, Who.BILLER),
    priced_cents=_priced,
    charged_cents=_charged,
)

I302 = Rule(
    id="I302",
    name="place-at-odds-with-setting",
    title="A place of service that does not go with the setting",
    grain=Grain.CLAIM,
    cite=(cites.SETTINGS_AND_FORMS, cites.PLACES),
    applies=_professional,
    when=~pl.col("place_fits"),
    found=pl.format("place of service {}", pl.col("place_of_service")),
    expected=pl.format("a place that goes with the setting {}", _setting),
    message=(
        "Claim of {dos}: {found}, expected {expected}. The place decides who may bill and what is paid, and a place "
        "that does not go with the provider is denied. Correct the place, or the setting of this site in the "
        "configuration."
    ),
    severity=Severity.DENIAL,
    denial=("5",),
    fix=Fix("Correct the place of service, or the site's setting", Needs.NOTE, Who.BILLER),
    yields_to=("I301",),
    priced_cents=_priced,
    charged_cents=_charged,
)

I303 = Rule(
    id="I303",
    name="bill-type-at-odds-with-setting",
    title="A bill type that does not go with the setting",
    grain=Grain.CLAIM,
    cite=(cites.SETTINGS_AND_FORMS,),
    applies=_institutional,
    when=~pl.col("bill_type_fits"),
    found=pl.format("bill type {}", pl.col("bill_type")),
    expected=pl.format("a bill type of the setting {}", _setting),
    message=(
        "Claim of {dos}: {found}, expected {expected}. The first two digits say which kind of facility bills, and a "
        "claim under another kind is returned. Correct the bill type, or the setting of this site in the "
        "configuration."
    ),
    severity=Severity.DENIAL,
    denial=("16", "5"),
    fix=Fix("Correct the bill type, or the site's setting", Needs.NOTE, Who.BILLER),
    priced_cents=_priced,
    charged_cents=_charged,
)

I304 = Rule(
    id="I304",
    name="filed-late",
    title="A claim after the payer's filing limit",
    grain=Grain.CLAIM,
    cite=(cites.TIMELY_FILING,),
    applies=_dated & ~pl.col("replaces"),
    when=pl.col("received_or_as_of") > pl.col("filing_deadline"),
    found=pl.when(pl.col("received").is_not_null())
    .then(pl.format("received {}", day(pl.col("received"))))
    .otherwise(pl.format("no day of receipt by {}", day(pl.col("as_of")))),
    expected=pl.format("receipt by {}", day(pl.col("filing_deadline"))),
    message=(
        "Claim of {dos}: {found}, expected {expected}. The payer denies what comes after its limit, and the patient "
        "may not be billed for it. If the claim was sent in time, send the proof; if not, look for an exception "
        "such as coverage granted afterwards."
    ),
    severity=Severity.DENIAL,
    denial=("29",),
    fix=Fix("Find the proof of timely filing, or ask for an exception", Needs.NOTE, Who.BILLER),
    priced_cents=_priced,
    charged_cents=_charged,
)

I305 = Rule(
    id="I305",
    name="duplicate-line",
    title="A line that repeats an earlier one",
    grain=Grain.LINE,
    cite=(cites.DUPLICATES,),
    applies=_billed,
    when=pl.when(_billed).then(_repeats),
    found=pl.lit("the same service as an earlier line"),
    expected=pl.lit("one line for the service"),
    message=(
        "{code} of {dos}: {found}: patient, date, provider, code, modifiers and units are equal. The payer denies "
        "an exact duplicate. If it is one, leave it out; two sessions of a timed code on one date go on one line, "
        "their minutes added."
    ),
    severity=Severity.DENIAL,
    denial=("18",),
    fix=Fix("Leave the repeated line out, or add the sessions up on one line", Needs.NOTE, Who.BILLER),
    yields_to=("I306",),
    charged_cents=_charged,
)

I306 = Rule(
    id="I306",
    name="duplicate-claim",
    title="A claim that repeats an earlier one",
    grain=Grain.CLAIM,
    cite=(cites.DUPLICATES,),
    applies=_dated,
    when=pl.when(_dated).then(_repeats),
    found=pl.when(pl.col("duplicate_claim").is_not_null())
    .then(pl.format("services that are already on claim {}", pl.col("duplicate_claim")))
    .otherwise(pl.lit("services that are already on an earlier claim")),
    expected=pl.lit("one claim, or a replacement that names it"),
    message=(
        "Claim of {dos}: {found}, expected {expected}. The payer denies an exact duplicate, and repeats draw "
        "attention. Leave it out; to correct an earlier claim, send a replacement (frequency 7) with the earlier "
        "claim's number."
    ),
    severity=Severity.DENIAL,
    denial=("18",),
    fix=Fix("Leave the repeated claim out, or send it as a replacement", Needs.NOTE, Who.BILLER),
    charged_cents=_charged,
)

I307 = Rule(
    id="I307",
    name="claim-total-unequal-to-lines",
    title="A total charge that is not the sum of the lines",
    grain=Grain.CLAIM,
    cite=(cites.CLAIM_ITEMS,),
    applies=_dated,
    when=pl.col("claim_charge_cents") != pl.col("lines_charge_cents"),
    found=pl.format("total charge {}", dollars(pl.col("claim_charge_cents"))),
    expected=pl.format("{}, the sum of the lines", dollars(pl.col("lines_charge_cents"))),
    message=(
        "Claim of {dos}: {found}, expected {expected}. A claim out of balance is rejected before the payer sees it. "
        "A line's charge is for all its units; correct the line or the total."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Correct the line charge or the total", Needs.NOTE, Who.BILLER),
    priced_cents=_priced,
    charged_cents=_charged,
)

I308 = Rule(
    id="I308",
    name="charge-zero-or-negative",
    title="A line charge of zero or below",
    grain=Grain.LINE,
    cite=(cites.CLAIM_ITEMS,),
    # a code that reports quality, which no catalogue of services holds, rightly has a charge of zero
    applies=_billed & pl.col("known_code"),
    when=_charged <= 0,
    found=pl.format("charge {}", dollars(_charged)),
    expected=pl.lit("a charge above $0.00"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. The payer pays the lower of charge and fee, or rejects the "
        "line. Enter the practice's charge for the service."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Enter the practice's charge", Needs.NOTE, Who.BILLER),
    priced_cents=_priced,
)

I309 = Rule(
    id="I309",
    name="units-zero-or-negative",
    title="Units of zero or below",
    grain=Grain.LINE,
    cite=(cites.CLAIM_ITEMS,),
    applies=_billed,
    when=pl.col("units") <= 0,
    found=units_text(pl.col("units")),
    expected=pl.lit("1 unit or more, or no line"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. A line without units is rejected. A service whose minutes "
        "earn no unit is recorded in the note and not billed."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Enter the units that the minutes earn, or leave the line out", Needs.NOTE, Who.BILLER),
    charged_cents=_charged,
)

I310 = Rule(
    id="I310",
    name="date-in-the-future",
    title="A date of service after the day of the check",
    grain=Grain.LINE,
    cite=(cites.CLAIM_ITEMS,),
    applies=first_of_claim("dos"),
    when=pl.col("dos") > pl.col("as_of"),
    found=pl.format("date of service {}", day(pl.col("dos"))),
    expected=pl.format("on or before {}", day(pl.col("as_of"))),
    message=(
        "Line of {dos}: {found}, expected {expected}. A service cannot be billed before it was given, and the claim "
        "is rejected. Correct the date from the treatment note."
    ),
    severity=Severity.DENIAL,
    denial=("110",),
    fix=Fix("Correct the date of service", Needs.NOTE, Who.BILLER),
    charged_cents=_charged,
)

I311 = Rule(
    id="I311",
    name="units-missing",
    title="A billed line without units",
    grain=Grain.LINE,
    cite=(cites.CLAIM_ITEMS,),
    applies=_billed,
    when=pl.when(_billed).then(pl.col("units").is_null()),
    found=pl.lit("no units"),
    expected=pl.lit("1 unit or more"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. The line has a charge and no units, so it is rejected, and "
        "the units of the day cannot be checked. Enter the units that the minutes earn."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Enter the units that the minutes earn", Needs.NOTE, Who.BILLER),
    charged_cents=_charged,
)

I312 = Rule(
    id="I312",
    name="received-before-service",
    title="A claim received before the service was given",
    grain=Grain.CLAIM,
    cite=(cites.CLAIM_ITEMS,),
    applies=_dated,
    # a date after the day of the check has its own rule
    when=(pl.col("received") < pl.col("dos_last")) & (pl.col("dos_last") <= pl.col("as_of")),
    found=pl.format("received or sent {}", day(pl.col("received"))),
    expected=pl.format("on or after the last service, {}", day(pl.col("dos_last"))),
    message=(
        "Claim of {dos}: {found}, expected {expected}. A claim cannot be received before its last service: one of "
        "the dates is wrong, and the payer denies the claim. Correct the date of service from the treatment note, or "
        "the day of receipt."
    ),
    severity=Severity.DENIAL,
    denial=("110",),
    fix=Fix("Correct the date of service, or the day of receipt", Needs.NOTE, Who.BILLER),
    priced_cents=_priced,
    charged_cents=_charged,
)

RULES = (I301, I302, I303, I304, I305, I306, I307, I308, I309, I310, I311, I312)
