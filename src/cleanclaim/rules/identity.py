"""Procedure and diagnosis codes: valid on the date, payable by the payer, complete.

A procedure code must be in its code set on the date of service (45 CFR 162.1002); codes end and are replaced, mostly
at the turn of a year. A valid code is still not payable where the payer wants another in its place, lists it as never
paid, or, where Medicare's fee schedule decides, gives it the status letter B (paid as part of other services), I
(another code is used) or N (not covered). A line with GY asks for a denial and is left alone; an outpatient
hospital's sometimes-therapy service outside a therapy plan is not paid by the fee schedule, so its letters do not
decide.

A claim carries at least one diagnosis (Medicare Claims Processing Manual, ch. 26, sec. 10.4); each is in the
ICD-10-CM release in force on the date, at its full number of characters (Official Guidelines, sec. I.B.2), and each
line's pointers name diagnoses of the list. Outside the dates of the release in hand a code that is not in it is not
called invalid, and one that is a mere heading in it is, with the release's age.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.once import first_of_claim
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who
from cleanclaim.rules.texts import day

BUNDLED, OTHER_CODE, NOT_COVERED = "B", "I", "N"

_substitute = pl.col("substitute_code")
_status = pl.col("fee_status")
_by_fee_schedule = (
    (pl.col("claim_form") == "professional") | pl.col("always_therapy") | (pl.col("discipline_modifiers") >= 1)
)
_status_unpaid = pl.col("fee_status_applies") & _by_fee_schedule & _status.is_in([BUNDLED, OTHER_CODE, NOT_COVERED])
_listed = pl.col("diagnosis_count")
# "A, B or C": the last space becomes "or", the others commas
_successors = (
    pl.col("replaced_by").str.replace(r" (\S+)$", " or $1").str.replace_all(" ", ", ").str.replace(", or, ", " or ")
)


I101 = Rule(
    id="I101",
    name="code-not-valid-on-date",
    title="A procedure code that is not valid on the date of service",
    grain=Grain.LINE,
    cite=(cites.CODE_SETS, cites.THERAPY_CODE_LIST),
    applies=pl.col("well_formed_code"),
    when=~pl.col("code_valid"),
    found=pl.when(pl.col("dos") < pl.col("code_first_day"))
    .then(pl.format("first valid {}", day(pl.col("code_first_day"))))
    .when(pl.col("dos") > pl.col("code_last_day"))
    .then(pl.format("last valid {}", day(pl.col("code_last_day"))))
    .otherwise(pl.lit("not valid")),
    expected=pl.coalesce(_successors, pl.lit("a code valid on the date of service")),
    message=(
        "{code} of {dos}: {found}, expected {expected}. A code outside its dates is denied whatever was given. "
        "Choose the code that describes the service on that date from the treatment note."
    ),
    severity=Severity.DENIAL,
    denial=("181",),
    fix=Fix("Replace the code: {expected}", Needs.NOTE, Who.BILLER),
    charged_cents=pl.col("charge_cents"),
)

I102 = Rule(
    id="I102",
    name="code-not-payable-by-payer",
    title="A valid code that this payer does not pay",
    grain=Grain.LINE,
    cite=(cites.FEE_STATUS,),
    applies=~pl.col("has_gy"),
    when=_substitute.is_not_null() | pl.col("code_excluded") | _status_unpaid,
    found=pl.when(_substitute.is_not_null())
    .then(pl.lit("a code that this payer replaces by another"))
    .when(pl.col("code_excluded"))
    .then(pl.lit("a code that this payer never pays"))
    .when(_status == BUNDLED)
    .then(pl.format("fee schedule status {} (paid as part of other services)", _status))
    .when(_status == OTHER_CODE)
    .then(pl.format("fee schedule status {} (another code is used)", _status))
    .otherwise(pl.format("fee schedule status {} (not covered)", _status)),
    expected=pl.when(_substitute.is_not_null())
    .then(_substitute)
    .when(pl.col("code_excluded") | (_status == BUNDLED))
    .then(pl.lit("no line of its own"))
    .when(_status == OTHER_CODE)
    .then(pl.lit("the code that Medicare uses for the service"))
    .otherwise(pl.lit("GY if the patient needs a denial, else no line")),
    message=(
        "{code} of {dos}: {found}, expected {expected}. The payer does not pay this code, and a bundled code may not "
        "be billed to the patient either. Use the code that the payer accepts for the same service, or leave the "
        "line out."
    ),
    severity=Severity.DENIAL,
    denial=("96", "97"),
    fix=Fix("Bill as the payer wants it: {expected}", Needs.NOTE, Who.BILLER),
    yields_to=("I101",),
    charged_cents=pl.col("charge_cents"),
    coverage=pl.when(_substitute.is_null() & ~pl.col("code_excluded")).then(pl.col("fee_age")),
)

I103 = Rule(
    id="I103",
    name="code-malformed",
    title="A procedure code that cannot be one",
    grain=Grain.LINE,
    cite=(cites.CODE_SETS,),
    applies=pl.col("billed"),
    when=~pl.col("well_formed_code"),
    found=pl.format("code '{}'", pl.col("code")),
    expected=pl.lit("five digits, or four digits and one letter"),
    message=(
        "Line of {dos}: {found}, expected {expected}. The claim is rejected before a payer looks at it. Correct the "
        "code from the charge or the treatment note."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Correct the procedure code", Needs.NOTE, Who.BILLER),
    charged_cents=pl.col("charge_cents"),
)

I104 = Rule(
    id="I104",
    name="diagnosis-missing",
    title="A claim without a diagnosis",
    grain=Grain.LINE,
    cite=(cites.CLAIM_ITEMS,),
    applies=first_of_claim(),
    when=pl.when(pl.col("carries_diagnoses")).then(_listed == 0),
    found=pl.lit("no diagnosis"),
    expected=pl.lit("at least one ICD-10-CM code"),
    message=(
        "Claim of {dos}: {found}, expected {expected}. A claim without a diagnosis cannot be processed. Take the "
        "medical and the treatment diagnosis from the plan of care."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Add the diagnoses of the plan of care", Needs.NOTE, Who.BILLER),
    charged_cents=pl.col("claim_charge_cents"),
)

I105 = Rule(
    id="I105",
    name="diagnosis-invalid",
    title="A diagnosis that is not in ICD-10-CM on the date of service",
    grain=Grain.LINE,
    cite=(cites.DIAGNOSIS_RELEASE,),
    applies=first_of_claim("diagnoses") & (_listed >= 1),
    # what is not in the release is invalid only on the dates that the release covers
    when=pl.when(_listed.is_not_null() & pl.col("diagnosis_unknown").is_null())
    .then(False)
    .when(_listed.is_not_null() & pl.col("diagnosis_table_covers"))
    .then(True),
    found=pl.format("diagnosis {}", pl.col("diagnosis_unknown")),
    expected=pl.lit("a code of the ICD-10-CM release in force"),
    message=(
        "Claim of {dos}: {found}, expected {expected}. The claim is denied or returned for a diagnosis that does "
        "not exist on the date. Look for a typing error, or for the codes that replaced it on October 1 or April 1."
    ),
    severity=Severity.DENIAL,
    denial=("146",),
    fix=Fix("Correct the diagnosis from the plan of care", Needs.NOTE, Who.BILLER),
    charged_cents=pl.col("claim_charge_cents"),
)

I106 = Rule(
    id="I106",
    name="diagnosis-not-billable",
    title="A diagnosis that needs more characters",
    grain=Grain.LINE,
    cite=(cites.DIAGNOSIS_DETAIL, cites.DIAGNOSIS_RELEASE),
    applies=first_of_claim("diagnoses") & (_listed >= 1),
    when=pl.when(_listed.is_not_null()).then(pl.col("diagnosis_unbillable").is_not_null()),
    found=pl.format("diagnosis {}", pl.col("diagnosis_unbillable")),
    expected=pl.lit("a code of this heading with its full number of characters"),
    message=(
        "Claim of {dos}: {found}, expected {expected}. The code is a heading that is divided further, and a payer "
        "denies it as invalid. Choose the complete code that the record supports: side, region, encounter."
    ),
    severity=Severity.DENIAL,
    denial=("146", "16"),
    fix=Fix("Code the diagnosis to its full number of characters", Needs.NOTE, Who.BILLER),
    charged_cents=pl.col("claim_charge_cents"),
    coverage=pl.col("diagnosis_age"),
)

I107 = Rule(
    id="I107",
    name="pointer-beyond-list",
    title="A diagnosis pointer past the claim's list",
    grain=Grain.LINE,
    cite=(cites.CLAIM_ITEMS,),
    applies=_listed >= 1,
    when=pl.when(_listed.is_not_null() & pl.col("pointers").is_not_null()).then(pl.col("pointer_beyond").is_not_null()),
    found=pl.format("pointer {} of {} diagnoses", pl.col("pointer_beyond"), _listed),
    expected=pl.lit("a place in the claim's list of diagnoses"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. The line points to a diagnosis that the claim does not "
        "hold, and the claim is rejected. Add the diagnosis or correct the pointer."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Correct the pointer, or add the diagnosis of the plan of care", Needs.NOTE, Who.BILLER),
    charged_cents=pl.col("charge_cents"),
)

RULES = (I101, I102, I103, I104, I105, I106, I107)
