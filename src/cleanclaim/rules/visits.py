"""Visits of evaluation and management among therapy.

The codes of office and other outpatient visits are a physician's or practitioner's. A therapist evaluates under codes
of their own; a payer that says so in writing denies a visit code that a therapist bills. 59 and the X modifiers set
procedures apart and never stand on a visit code: a visit that is separate from a procedure bears 25 (MLN1783722; NCCI
Policy Manual, ch. 1).
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

_visit = pl.col("code_group") == "evaluation_and_management"
_therapist = (
    pl.when(pl.col("renders_as_physician"))
    .then(False)
    .otherwise(pl.col("clinician_discipline").is_in(("GP", "GO", "GN")))
)

D309 = Rule(
    id="D309",
    name="bypass-on-visit-code",
    title="59 or an X modifier on a visit of evaluation and management",
    grain=Grain.LINE,
    cite=(cites.BYPASS_PROPER_USE, cites.NCCI_GENERAL),
    applies=_visit,
    when=pl.col("has_bypass"),
    found=pl.format("modifier {}", pl.col("bypass_text")),
    expected=pl.lit("25 where the visit was separate, else no modifier"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. 59 and the X modifiers are for procedures; on a visit they "
        "set nothing aside, and the line is denied with its edit. Use 25 if the record shows a separate visit."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Remove the modifier, or use 25 if the record shows a separate visit", Needs.NOTE, Who.BILLER),
    charged_cents=pl.col("charge_cents"),
)

V140 = Rule(
    id="V140",
    name="visit-code-by-therapist",
    title="A visit of evaluation and management billed by a therapist",
    grain=Grain.LINE,
    cite=(cites.VISITS_BY_THERAPISTS,),
    applies=_visit & ~pl.col("visits_by_therapists"),
    when=_therapist,
    found=pl.format("a {} clinician", pl.col("clinician_discipline")),
    expected=pl.lit("a physician or practitioner; a therapist has evaluation codes of their own"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. This payer takes no visit codes from therapists and denies "
        "the line. Bill the evaluation or re-evaluation that was given, or name the clinician who made the visit."
    ),
    severity=Severity.DENIAL,
    denial=("170", "185"),
    fix=Fix("Bill the therapy evaluation that was given, or correct the clinician", Needs.NOTE, Who.BILLER),
    charged_cents=pl.col("charge_cents"),
)

RULES = (D309, V140)
