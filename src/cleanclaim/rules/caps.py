"""Caps that payers set on the units of a visit, beside the published maximum of each code.

Some payers pay no more than a number of timed units for a day and discipline, whatever the codes; a few count untimed
codes too, or leave some timed ones out. The number, what it counts and how sure it is stand in the payer's pack; an
uncertain one advises. Evaluations are never counted.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.amounts import cents_of, units_text
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

RULES = (U112,)
