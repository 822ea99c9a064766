"""What institutional claims (837I, UB-04) carry beyond professional ones, and lines that cover several dates.

The attending provider (Medicare Claims Processing Manual, ch. 25, sec. 75.5, form locator 76) is named on every claim
of services other than unscheduled transport; for therapy it is who certifies the plan of care. Every line has a
revenue code (sec. 75.4).

Occurrence codes (ch. 5, sec. 20): a claim of therapy reports the day of onset, for each discipline the first day of
treatment and the day on which the plan of care was established or last reviewed, and where a line bears GA the day of
the notice. The facility's own plan code stands for any discipline's in a comprehensive outpatient rehabilitation
facility. The days of onset and of first treatment are not after the services they belong to.

A line of a timed code covers one date (First Coast 0508065, claims received from April 19, 2021): units of several
dates cannot be judged against the minutes of each. The rule takes the date of service for the day of receipt.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who
from cleanclaim.rules.texts import day

_institutional = pl.col("claim_form") == "institutional"
_carries_occurrences = pl.col("carries_occurrences")
_ends = pl.col("dos_end")
_missing, _late = pl.col("occurrences_missing"), pl.col("occurrences_late")

# of physical, occupational and speech therapy: the last digit says evaluation
_EVALUATION_REVENUE = ("0424", "0434", "0444")

I501 = Rule(
    id="I501",
    name="attending-provider-missing",
    title="An institutional claim without the attending provider",
    grain=Grain.CLAIM,
    cite=(cites.ATTENDING_PROVIDER,),
    applies=_institutional,
    when=pl.when(pl.col("carries_attending")).then(pl.col("attending_npi").is_null()),
    found=pl.lit("no attending provider"),
    expected=pl.lit("the NPI of the physician or practitioner who certifies the plan of care"),
    message=(
        "Claim of {dos}: {found}, expected {expected}. An institutional claim that does not name who is responsible "
        "for the patient's care is returned. Enter name and NPI as the attending provider."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Add the attending provider's name and NPI", Needs.NOTE, Who.FRONT_DESK),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

I502 = Rule(
    id="I502",
    name="attending-npi-invalid",
    title="An attending provider number that fails its check digit",
    grain=Grain.CLAIM,
    cite=(cites.NPI_CHECK_DIGIT, cites.ATTENDING_PROVIDER),
    applies=_institutional,
    when=~pl.col("attending_npi_valid"),
    found=pl.format("attending NPI {}", pl.col("attending_npi")),
    expected=pl.lit("ten digits of which the last is the check digit"),
    message=(
        "Claim of {dos}: {found}, expected {expected}. The number was mistyped, and the claim is returned because "
        "the attending provider cannot be found. Correct it from the national provider registry."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Correct the attending provider's NPI", Needs.NOTE, Who.FRONT_DESK),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

I503 = Rule(
    id="I503",
    name="occurrence-codes-missing",
    title="An institutional therapy claim without the occurrence codes of its disciplines",
    grain=Grain.CLAIM,
    cite=(cites.OCCURRENCE_CODES,),
    applies=_institutional & pl.col("occurrence_codes_required") & (pl.col("therapy_disciplines") != ""),
    when=pl.when(_carries_occurrences).then(_missing != ""),
    found=pl.format("lines with {}, occurrence codes missing: {}", pl.col("therapy_disciplines"), _missing),
    expected=pl.lit("the days of onset, first treatment and plan of care of each discipline"),
    message=(
        "Claim of {dos}: {found}; expected: {expected}. The payer asks for them on every therapy claim of a facility, "
        "and a claim without them may be returned. Onset is 11; first treatment 35 for GP, 44 for GO, 45 for GN; plan "
        "established or last reviewed 29 for GP, 17 for GO, 30 for GN. Take the days from the record."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Add the missing occurrence codes with their days", Needs.NOTE, Who.BILLER),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

I504 = Rule(
    id="I504",
    name="occurrence-after-service",
    title="A day of onset or first treatment after the service",
    grain=Grain.CLAIM,
    cite=(cites.OCCURRENCE_CODES,),
    applies=_institutional,
    when=_late != "",
    found=pl.format("occurrence code {}", _late),
    expected=pl.lit("a day on or before the first service that it belongs to"),
    message=(
        "Claim of {dos}: {found}, expected {expected}. The first treatment of a discipline cannot follow a service "
        "of that discipline, nor the onset its treatment, so one of the days is wrong. Correct it from the record."
    ),
    severity=Severity.COMPLIANCE,
    denial=("16",),
    fix=Fix("Correct the day of the occurrence code, or the date of service", Needs.NOTE, Who.BILLER),
)

I505 = Rule(
    id="I505",
    name="notice-date-missing",
    title="GA on an institutional claim without the day of the notice",
    grain=Grain.CLAIM,
    cite=(cites.LIABILITY_NOTICES, cites.OCCURRENCE_CODES),
    applies=_institutional & pl.col("occurrence_codes_required") & pl.col("has_ga"),
    when=pl.when(_carries_occurrences).then(~pl.col("notice_dated")),
    found=pl.lit("GA, and no occurrence code 32"),
    expected=pl.lit("occurrence code 32 with the day of the notice"),
    message=(
        "Claim of {dos}: {found}, expected {expected}. GA says that the patient was given a notice, and a facility's "
        "claim states its day too; without it the claim is returned. Take the day from the signed notice."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Add occurrence code 32 with the day of the notice", Needs.NOTE, Who.BILLER),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

I506 = Rule(
    id="I506",
    name="revenue-code-missing",
    title="An institutional line without a revenue code",
    grain=Grain.LINE,
    cite=(cites.REVENUE_CODE_LINES, cites.REVENUE_CODES),
    applies=_institutional,
    when=pl.when(pl.col("carries_revenue")).then(pl.col("revenue_code").is_null()),
    found=pl.lit("no revenue code"),
    expected=pl.lit("042x with GP, 043x with GO, 044x with GN"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. A line of an institutional claim without a revenue code is "
        "rejected. Enter the code of the discipline whose plan the service is under."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Enter the revenue code of the discipline", Needs.NOTE, Who.BILLER),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

I507 = Rule(
    id="I507",
    name="date-range-on-timed-line",
    title="A line of a timed code that covers several dates",
    grain=Grain.LINE,
    cite=(cites.ONE_DATE_PER_LINE, cites.COUNTING_MINUTES),
    applies=pl.col("timed") & pl.col("one_date_per_line"),
    # a line without a last day is one of a single day
    when=pl.coalesce(_ends, pl.col("dos")) > pl.col("dos"),
    found=pl.format("{} to {} on one line", day(pl.col("dos")), day(_ends)),
    expected=pl.lit("a line for each date"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. The units of a timed code follow the minutes of each date, so "
        "a line for several is rejected, and whether its units are right cannot be checked. Bill a line for each date."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Bill a line for each date, with the units that its minutes earn", Needs.NOTE, Who.BILLER),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

I508 = Rule(
    id="I508",
    name="evaluation-revenue-code-on-treatment",
    title="A revenue code of evaluations on another service",
    grain=Grain.LINE,
    cite=(cites.REVENUE_CODE_KINDS,),
    applies=(pl.col("claim_form") == "institutional") & pl.col("revenue_code").is_in(_EVALUATION_REVENUE),
    when=~pl.col("is_evaluation"),
    found=pl.format("revenue code {}", pl.col("revenue_code")),
    expected=pl.lit("a revenue code of treatment of the same discipline"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. The last digit says evaluation or re-evaluation, and the "
        "procedure code says something else. Correct the one that is wrong; the discipline stays."
    ),
    severity=Severity.ADVICE,
    denial=("16",),
    fix=Fix("Use the discipline's general revenue code for treatment", Needs.NOTE, Who.BILLER),
    yields_to=("D105",),
)

RULES = (I501, I502, I503, I504, I505, I506, I507, I508)
