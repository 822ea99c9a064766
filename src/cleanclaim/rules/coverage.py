"""Services of therapists that Medicare does not cover.

Dry needling by a therapist is not covered: what National Coverage Determination 30.3.3 covers from January 21, 2020 is
acupuncture for chronic low back pain, by those who may give it. Billed at all, the line bears GY, or GX where the
patient was told beforehand (APTA; Gawenda Seminars).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.dated import Span
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

SINCE_DETERMINATION = Span(date(2020, 1, 21), None)

V150 = Rule(
    id="V150",
    name="dry-needling-as-covered",
    title="Dry needling under a therapy plan, billed to Medicare as covered",
    grain=Grain.LINE,
    effective=SINCE_DETERMINATION,
    cite=(cites.DRY_NEEDLING,),
    # original Medicare: its fee schedule and its yearly threshold
    applies=(pl.col("code_group") == "dry_needling")
    & pl.col("fee_status_applies")
    & pl.col("kx_applies")
    & (pl.col("discipline_modifiers") >= 1),
    when=~(pl.col("has_gy") | pl.col("has_gx")),
    found=pl.coalesce(pl.col("modifiers_text"), pl.lit("no modifier")),
    expected=pl.lit("GY, or GX and GY after a voluntary notice"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. Medicare covers needles for low back pain as acupuncture "
        "alone, and no dry needling by a therapist. Let the patient pay, or bill it with GY if the patient asks for a "
        "decision."
    ),
    severity=Severity.DENIAL,
    denial=("96",),
    fix=Fix("Remove the line, or add GY if the patient asks for a decision", Needs.NOTE, Who.BILLER),
    yields_to=("I102",),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

RULES = (V150,)
