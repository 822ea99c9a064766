"""Caps that payers set on the units of a visit, beside the published maximum of each code.

Some payers pay no more than a number of timed units for a day and discipline, whatever the codes; a few count untimed
codes too, or leave some timed ones out. The number, what it counts and how sure it is stand in the payer's pack; an
uncertain one advises. Evaluations are never counted.

A payer may also say how long a session is; minutes past it are treatment that nobody pays for. New York's workers'
compensation and no-fault schedules cap the relative values of a patient's day over all providers, higher on days with
an evaluation. The schedule itself is not shipped: give a code's value as ``relative_value`` in a pack of your own.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.amounts import cents_of, minutes_text, units_text
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

_cap = pl.col("max_timed_units_day")
_excess = pl.col("capped_units") - _cap

U112 = Rule(
    id="U112",
    name="units-over-payer-cap",
    title="More units in a visit than the payer pays for a day",
    grain=Grain.VISIT,
    cite=(cites.PAYER_LIMITS,),
    applies=pl.col("timed_cap_applies"),
    when=pl.col("capped_units") > _cap,
    found=pl.format("{} that count", units_text(pl.col("capped_units"))),
    expected=pl.format("at most {} a day", units_text(_cap)),
    message=(
        "Visit of {dos}: {found}; expected: {expected}. This payer caps the units of a day and discipline whatever the "
        "codes, and denies those above it as over the contracted number. Bill what was given if the contract asks for "
        "it and expect the excess to be written off; plan treatment within the cap."
    ),
    severity=Severity.DENIAL,
    denial=("222", "151"),
    fix=Fix("Bill up to the payer's cap as the contract says; plan visits within it", Needs.NOTE, Who.BILLER),
    yields_to=("U101",),
    priced_cents=cents_of(_excess, pl.col("lowest_unit_cents")),
    charged_cents=cents_of(_excess, pl.col("lowest_unit_charge_cents")),
)

U114 = Rule(
    id="U114",
    name="session-longer-than-payer-pays",
    title="A session longer than the payer pays for",
    grain=Grain.VISIT,
    cite=(cites.PAYER_LIMITS,),
    applies=pl.col("minutes_cap_applies"),
    when=pl.col("capped_minutes") > pl.col("timed_minutes_cap"),
    found=pl.format("{} that count", minutes_text(pl.col("capped_minutes"))),
    expected=pl.format("sessions of up to {}", minutes_text(pl.col("timed_minutes_cap"))),
    message=(
        "Visit of {dos}: {found}; expected: {expected}. This payer counts a session as no longer, so the minutes past "
        "it are not paid whatever is billed. Plan the next visits within it."
    ),
    severity=Severity.ADVICE,
    fix=Fix("Plan visits within the payer's session", Needs.CLINICIAN, Who.THERAPIST),
    yields_to=("U112", "U101"),
)

U115 = Rule(
    id="U115",
    name="relative-values-over-daily-cap",
    title="More relative values in a day than the fee schedule pays",
    grain=Grain.VISIT,
    cite=(cites.NEW_YORK_CAP,),
    applies=pl.col("relative_cap_applies"),
    when=pl.col("relative_values") > pl.col("relative_value_cap"),
    found=pl.format("{} relative value units of the patient's day", pl.col("relative_values").round(2)),
    expected=pl.format("at most {}, all providers together", pl.col("relative_value_cap")),
    message=(
        "Day of {dos}: {found}; expected: {expected}. The schedule caps physical medicine for the patient and day, "
        "whoever gave it, and pays nothing above. Bill what was given and expect the excess to be cut; agree with the "
        "patient's other providers who treats on which day."
    ),
    severity=Severity.DENIAL,
    denial=("P12",),
    fix=Fix("Plan the day's treatment within the cap, together with the other providers", Needs.NOTE, Who.BILLER),
)

RULES = (U112, U114, U115)
