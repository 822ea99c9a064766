"""Charges against what the payer allows.

Medicare pays by the lesser of the charge and the fee schedule amount (42 USC 1395m(k)(1)(B)): a charge below the fee
gives the difference away, every time. It is asked only where the fee of the line's own locality is known.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who
from cleanclaim.rules.texts import dollars

U116 = Rule(
    id="U116",
    name="charge-below-fee",
    title="A charge below what the payer allows",
    grain=Grain.LINE,
    cite=(cites.LESSER_OF_CHARGE_AND_FEE,),
    applies=(pl.col("price_basis") == "expected") & (pl.col("charge_cents") > 0),
    when=pl.col("charge_cents") < pl.col("allowed_cents"),
    found=pl.format("charge {}", dollars(pl.col("charge_cents"))),
    expected=pl.format("{} or more, the fee of the locality", dollars(pl.col("allowed_cents"))),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. The payer pays by the lower of the two, so the difference is "
        "lost on every such line. Look at the practice's charge for the code."
    ),
    severity=Severity.UNDERBILLING,
    fix=Fix("Raise the practice's charge for the code above the fee schedule", Needs.NOTE, Who.BILLER),
    priced_cents=pl.col("allowed_cents") - pl.col("charge_cents"),
)

RULES = (U116,)
