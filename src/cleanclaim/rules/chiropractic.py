"""Therapy beside chiropractic manipulation.

Medicare pays a chiropractor for manual manipulation of the spine alone; any other service by one is excluded by law
and is billed, where the patient asks for it, with GY (42 CFR 410.21(b); Medicare Benefit Policy Manual, ch. 15, sec.
30.5). The pair edits between manipulation and hands-on therapy (NCCI) are set aside only for another region of the
body: not, as between two therapy codes, for another block of time. That two lines point to the same diagnoses does not
prove that they treat the same region, but a reviewer will ask.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

CHIROPRACTOR = "DC"

# what reports quality to Medicare is no service: codes with a letter that no catalogue of services holds
_service = pl.col("known_code") | pl.col("code").str.contains(r"^\d+$")

V130 = Rule(
    id="V130",
    name="chiropractor-bills-other-service",
    title="A service other than spinal manipulation by a chiropractor, billed to Medicare as covered",
    grain=Grain.LINE,
    cite=(cites.CHIROPRACTORS, cites.CHIROPRACTORS_GY),
    # original Medicare: its fee schedule and its yearly threshold
    applies=pl.col("beside_manipulation") & _service & pl.col("fee_status_applies") & pl.col("kx_applies"),
    when=(pl.col("credential") == CHIROPRACTOR) & ~pl.col("has_gy"),
    found=pl.coalesce(pl.col("modifiers_text"), pl.lit("no modifier")),
    expected=pl.lit("GY: excluded when a chiropractor gives it"),
    message=(
        "{code} of {dos} by a chiropractor: {found}, expected {expected}. Medicare pays a chiropractor for manual "
        "manipulation of the spine and nothing else. Leave the line out, or bill it with GY if the patient asks for a "
        "formal decision; the patient pays for it."
    ),
    severity=Severity.DENIAL,
    denial=("96",),
    fix=Fix("Remove the line, or add GY if the patient asks for a decision", Needs.NOTE, Who.BILLER),
    yields_to=("I102",),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

P108 = Rule(
    id="P108",
    name="bypass-beside-manipulation",
    title="A bypass modifier beside manipulation, with the same diagnoses on both lines",
    grain=Grain.PAIR,
    cite=(cites.NCCI_PAIRS, cites.MANIPULATION_REGIONS),
    applies=pl.col("separated_by_region")
    & pl.col("pair_edits_apply")
    & pl.col("in_force")
    & (pl.col("indicator") == 1)
    & ~pl.col("has_gy")
    & (pl.col("bypass_two") | (pl.col("bypass_one") & pl.col("either_column_bypass"))),
    when=pl.col("same_diagnoses"),
    found=pl.format(
        "modifier {} sets it apart from {}, and both lines point to the same diagnoses", "bypass_text", "column_one"
    ),
    expected=pl.lit("another region of the body than the one manipulated"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. Therapy beside manipulation is paid for a separate region "
        "only. Check that the note names the two regions and point each line to its own diagnosis; for the same region "
        "bill the manipulation alone."
    ),
    severity=Severity.ADVICE,
    denial=("97", "236"),
    fix=Fix("Point each line to the diagnosis of its region, or remove the line", Needs.CLINICIAN, Who.THERAPIST),
    yields_to=("V130",),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
    coverage=pl.col("table_age"),
)

RULES = (P108, V130)
