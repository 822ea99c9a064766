"""The list of diagnoses and the lines' pointers into it.

A professional claim lists at most twelve diagnoses, and each line points to at least one and at most four of them
(Medicare Claims Processing Manual, ch. 26, sec. 10.4, items 21 and 24E; NUCC 1500 manual; ASC X12N 837P, HI and SV107).
What needs more goes on a second claim.

ICD-10-CM Official Guidelines: a code is reported once for an encounter (sec. I.B.12), and an external cause (chapter
20) is never listed first (sec. I.C.20.a.6). Which other codes may not stand first is a table of its own that is not in
hand, and is not checked.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

MOST_DIAGNOSES, MOST_POINTERS = 12, 4

_professional = pl.col("claim_form") == "professional"
_listed = pl.col("diagnosis_count")
_pointers = pl.col("pointers").str.count_matches(r"\d+")
_some = _listed >= 1
_priced, _charged = pl.col("allowed_cents"), pl.col("charge_cents")

I110 = Rule(
    id="I110",
    name="too-many-diagnoses",
    title="More diagnoses than a professional claim holds",
    grain=Grain.CLAIM,
    cite=(cites.DIAGNOSIS_ITEMS, cites.DIAGNOSIS_LIST),
    applies=_professional & _some,
    when=_listed > MOST_DIAGNOSES,
    found=pl.format("{} diagnoses", _listed),
    expected=pl.lit(f"at most {MOST_DIAGNOSES}"),
    message=(
        "Claim of {dos}: {found}, expected {expected}. What stands past the twelfth cannot be sent, and a line that "
        "points there is rejected. Keep the diagnoses that the services treat; bill services for others on a second "
        "claim."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Keep the diagnoses that the services treat, or split the claim", Needs.NOTE, Who.BILLER),
    priced_cents=_priced,
    charged_cents=_charged,
)

I111 = Rule(
    id="I111",
    name="too-many-pointers",
    title="A line that points to more than four diagnoses",
    grain=Grain.LINE,
    cite=(cites.DIAGNOSIS_ITEMS, cites.DIAGNOSIS_POINTERS),
    applies=_professional,
    when=_pointers > MOST_POINTERS,
    found=pl.format("{} pointers", _pointers),
    expected=pl.lit(f"at most {MOST_POINTERS}"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. A line holds four pointers, and one with more is rejected or "
        "loses the rest. Keep the ones that the service treats, the most important first."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Keep at most four pointers, the most important first", Needs.NOTE, Who.BILLER),
    priced_cents=_priced,
    charged_cents=_charged,
)

I112 = Rule(
    id="I112",
    name="pointer-missing",
    title="A professional line that points to no diagnosis",
    grain=Grain.LINE,
    cite=(cites.DIAGNOSIS_ITEMS, cites.DIAGNOSIS_POINTERS),
    applies=_professional & _some,
    when=pl.when(pl.col("carries_pointers")).then(pl.col("pointers").is_null()),
    found=pl.lit("no diagnosis pointer"),
    expected=pl.lit("a pointer to the diagnosis that the service treats"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. The payer judges from it whether the service was necessary, "
        "and a line without it is rejected. Point to the treatment diagnosis of the plan of care."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Point to the diagnosis that the service treats", Needs.NOTE, Who.BILLER),
    priced_cents=_priced,
    charged_cents=_charged,
)

I113 = Rule(
    id="I113",
    name="diagnosis-repeated",
    title="A diagnosis that stands twice on a claim",
    grain=Grain.CLAIM,
    cite=(cites.DIAGNOSIS_ONCE,),
    applies=_some,
    when=pl.when(_listed.is_not_null()).then(pl.col("diagnosis_repeated").is_not_null()),
    found=pl.format("diagnosis {} listed more than once", pl.col("diagnosis_repeated")),
    expected=pl.lit("each diagnosis once"),
    message=(
        "Claim of {dos}: {found}, expected {expected}. A code is reported once for an encounter, even when both sides "
        "are treated and the code does not tell them apart. Remove the repeat and correct the pointers, or use the "
        "codes of the two sides if there are such."
    ),
    severity=Severity.COMPLIANCE,
    denial=("16",),
    fix=Fix("List the diagnosis once, and correct the pointers", Needs.NOTE, Who.BILLER),
)

I114 = Rule(
    id="I114",
    name="external-cause-first",
    title="An external cause as the first diagnosis",
    grain=Grain.CLAIM,
    cite=(cites.EXTERNAL_CAUSES,),
    applies=_some,
    when=pl.when(_listed.is_not_null()).then(pl.col("external_cause_first").is_not_null()),
    found=pl.format("diagnosis {} listed first", pl.col("external_cause_first")),
    expected=pl.lit("the condition treated first, the external cause after it"),
    message=(
        "Claim of {dos}: {found}, expected {expected}. A code of chapter 20 says how an injury came about, not what "
        "is treated, and a claim that opens with one is returned. List the condition of the plan of care first."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("List the condition treated first, and correct the pointers", Needs.NOTE, Who.BILLER),
    priced_cents=_priced,
    charged_cents=_charged,
)

RULES = (I110, I111, I112, I113, I114)
