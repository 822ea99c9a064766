"""Modifiers that therapy seldom needs: repeats, reduced services, separate visits, active treatment, benefits.

Timed codes count minutes (Medicare Claims Processing Manual, ch. 5, sec. 20.2): a second session of the day is summed,
not billed as a repeat (76, 77), and too few minutes are fewer units, not a reduced service (52). 25 is for a visit of
evaluation and management beside another service, never for therapy.

Spinal manipulation is paid by Medicare as active treatment, which AT says, from October 1, 2004; without it the line is
denied as maintenance (Medicare Benefit Policy Manual, ch. 15, sec. 240.1.3). A line that is meant to be denied, with
GA, GX, GY or GZ, bears none. AT beside GA contradicts itself; one contractor says in writing that it rejects both.

96 says habilitative and 97 rehabilitative, from 2018, to plans that count the two benefits apart: one of them, where
the plan wants it.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.dated import Span
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

AT_AGAINST_GA = Span(date(2015, 11, 1), None)

_borne = pl.coalesce("modifiers_text", pl.lit("no modifier"))
_under_a_plan = pl.col("discipline_modifiers") >= 1
_manipulation = (pl.col("code_group") == "spinal_manipulation") & pl.col("active_treatment_required")
_denial_meant = pl.col("has_ga") | pl.col("has_gx") | pl.col("has_gy") | pl.col("has_gz")
_line_cents = pl.col("allowed_cents")
_line_charge = pl.col("charge_cents")

D301 = Rule(
    id="D301",
    name="repeat-modifier-on-timed-code",
    title="76 or 77 on a code whose minutes are summed",
    grain=Grain.LINE,
    cite=(cites.COUNTING_MINUTES,),
    applies=pl.col("timed"),
    when=pl.col("has_76") | pl.col("has_77"),
    found=_borne,
    expected=pl.lit("the day's minutes of the code summed, without 76 or 77"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. A timed code's sessions of a day are added together and "
        "billed as units; a repeat modifier makes them look like a second service and invites a duplicate denial."
    ),
    severity=Severity.ADVICE,
    fix=Fix("Bill the units of the day's minutes together and remove the modifier", Needs.NOTE, Who.BILLER),
)

D302 = Rule(
    id="D302",
    name="reduced-modifier-on-timed-code",
    title="52 on a code billed in units of 15 minutes",
    grain=Grain.LINE,
    cite=(cites.COUNTING_MINUTES, cites.CPT_TIME),
    applies=pl.col("pooled"),
    when=pl.col("has_52"),
    found=_borne,
    expected=pl.lit("the units that the minutes earn, without 52"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. A timed unit is earned by its minutes or not billed at all; "
        "52 does not make a short one payable, and on review the unit is taken back. Bill the units that the "
        "minutes earn."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Bill the units that the minutes earn and remove 52", Needs.NOTE, Who.BILLER),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

D303 = Rule(
    id="D303",
    name="visit-modifier-on-therapy",
    title="25 on a therapy code",
    grain=Grain.LINE,
    cite=(cites.NCCI_GENERAL,),
    applies=pl.col("always_therapy") | (pl.col("sometimes_therapy") & _under_a_plan),
    when=pl.col("has_25"),
    found=_borne,
    expected=pl.lit("25 on the physician's visit only"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. 25 marks a visit of evaluation and management that is "
        "separate from another service of the day; it does not fit a therapy code and the line is denied. Remove it; "
        "if a pair edit is the reason, 59 or an X modifier is the one for a separate service."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Remove 25 from the therapy line", Needs.NOTE, Who.BILLER),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

D304 = Rule(
    id="D304",
    name="active-treatment-modifier-missing",
    title="Spinal manipulation without AT",
    grain=Grain.LINE,
    cite=(cites.ACTIVE_TREATMENT, cites.CHIROPRACTIC),
    applies=_manipulation & ~_denial_meant,
    when=~pl.col("has_at"),
    found=_borne,
    expected=pl.lit("AT for active treatment, or GA with a notice on file for maintenance"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. Without AT the payer takes spinal manipulation for "
        "maintenance and denies it. Add AT only if the record shows treatment from which improvement is expected."
    ),
    severity=Severity.DENIAL,
    denial=("50",),
    fix=Fix("Add AT if the record shows active treatment", Needs.CLINICIAN, Who.THERAPIST),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

D305 = Rule(
    id="D305",
    name="active-treatment-with-notice",
    title="AT and GA on one line of spinal manipulation",
    grain=Grain.LINE,
    cite=(cites.ACTIVE_TREATMENT_NOTICE,),
    effective=AT_AGAINST_GA,
    applies=_manipulation & pl.col("has_at"),
    when=pl.col("has_ga"),
    found=_borne,
    expected=pl.lit("AT for active treatment or GA for maintenance"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. AT says that the treatment is active, GA that a denial as "
        "not necessary is expected, so the line contradicts itself. Palmetto GBA rejects such lines without appeal; "
        "other contractors may do the same. Keep the one that the record supports."
    ),
    severity=Severity.COMPLIANCE,
    denial=("4",),
    fix=Fix("Keep AT or GA as the record supports", Needs.CLINICIAN, Who.THERAPIST),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

D306 = Rule(
    id="D306",
    name="active-treatment-on-therapy",
    title="AT on a therapy code",
    grain=Grain.LINE,
    cite=(cites.ACTIVE_TREATMENT,),
    applies=pl.col("has_at"),
    when=pl.col("always_therapy"),
    found=_borne,
    expected=pl.lit("AT on spinal manipulation only"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. AT says that spinal manipulation is active treatment; on a "
        "therapy code it says nothing and takes the place of a modifier that counts."
    ),
    severity=Severity.ADVICE,
    fix=Fix("Remove AT from the therapy line unless the payer asks for it", Needs.NOTE, Who.BILLER),
)

D307 = Rule(
    id="D307",
    name="habilitative-and-rehabilitative",
    title="96 and 97 on one line",
    grain=Grain.LINE,
    cite=(cites.HABILITATIVE_MODIFIERS,),
    applies=pl.col("has_96") | pl.col("has_97"),
    when=pl.col("has_96") & pl.col("has_97"),
    found=_borne,
    expected=pl.lit("96 (habilitative) or 97 (rehabilitative)"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. A service is counted against one of the two benefits, so the "
        "modifiers exclude each other. Keep the one of the plan of care."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Keep the one that fits the plan of care", Needs.CLINICIAN, Who.THERAPIST),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

D308 = Rule(
    id="D308",
    name="habilitation-modifier-missing",
    title="Therapy without 96 or 97, where the payer wants it",
    grain=Grain.LINE,
    cite=(cites.HABILITATIVE_MODIFIERS, cites.PAYER_LIMITS),
    applies=_under_a_plan & pl.col("habilitation_modifier_required"),
    when=~(pl.col("has_96") | pl.col("has_97")),
    found=_borne,
    expected=pl.lit("96 (habilitative) or 97 (rehabilitative)"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. This plan counts habilitative and rehabilitative visits "
        "apart and denies a line that does not say which it is. Add the one of the plan of care."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Add 96 or 97 as the plan of care says", Needs.CLINICIAN, Who.THERAPIST),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

RULES = (D301, D302, D303, D304, D305, D306, D307, D308)
