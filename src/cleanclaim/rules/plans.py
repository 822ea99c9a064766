"""Sometimes-therapy codes and the plan of care.

Some codes are therapy only when they are given under a therapy plan of care, and GP, GO and GN say exactly that
(Medicare Claims Processing Manual, ch. 5, sec. 20). Under a plan, or given by a therapist, such a code bears the
modifier (D101). Without a plan, given by a physician or a practitioner of theirs, it is not a therapy service and bears
none: with one it would be paid and counted as therapy.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

V120 = Rule(
    id="V120",
    name="discipline-modifier-without-plan",
    title="GP, GO or GN on a sometimes-therapy code without a plan of care",
    grain=Grain.LINE,
    cite=(cites.REVENUE_CODES, cites.DISCIPLINE_MODIFIERS),
    applies=pl.col("sometimes_therapy")
    & pl.col("discipline_modifier_required")
    & (pl.col("discipline_modifiers") >= 1),
    when=~pl.col("plan_of_care"),
    found=pl.format("{} and no plan of care", pl.col("modifiers_text")),
    expected=pl.lit("no discipline modifier, or a plan of care"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. The modifier says that the service was given under a therapy "
        "plan. A physician's service without one is not therapy and goes without it; a therapist's service needs the "
        "plan. Remove the modifier, or get the plan established before the claim goes out."
    ),
    severity=Severity.COMPLIANCE,
    denial=("4",),
    fix=Fix(
        "Remove the modifier if no therapist gave the service, else establish the plan", Needs.CLINICIAN, Who.THERAPIST
    ),
)

RULES = (V120,)
