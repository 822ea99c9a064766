"""Sides: which arm, leg, finger or toe a splint, strapping or orthosis is for.

The contractors for orthoses return a line without LT or RT, and one that bears both: each side has a line of its own
(CGS, notices of May 31, 2019 and October 31, 2024). For splints and strapping it is the payer's rule whether the side
must be told. What is told must agree: LT or RT does not stand beside 50 (both sides) or a finger or toe modifier, which
names its side already, and a finger modifier does not go with a foot.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

_group = pl.col("code_group")
# the contractors whose notices these are take professional claims; a hospital bills an orthosis elsewhere
_orthosis = (pl.col("claim_form") == "professional") & (_group == "sided_orthosis") & pl.col("orthosis_side_required")
_limb = _group.is_in(["arm_splint", "leg_splint"])
_side = pl.col("has_lt") | pl.col("has_rt")
_digit = pl.col("has_finger") | pl.col("has_toe")
_borne = pl.coalesce("modifiers_text", pl.lit("no modifier"))
_line_cents = pl.col("allowed_cents")
_line_charge = pl.col("charge_cents")

D113 = Rule(
    id="D113",
    name="orthosis-without-side",
    title="An orthosis without LT or RT",
    grain=Grain.LINE,
    cite=(cites.ORTHOSIS_SIDES, cites.HAND_ORTHOSIS_SIDES),
    applies=_orthosis,
    when=~_side,
    found=_borne,
    expected=pl.lit("LT or RT"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. The contractor returns a line for an orthosis that does not "
        "name the side as unprocessable. Add the side from the record of the fitting."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Add LT or RT from the record", Needs.NOTE, Who.BILLER),
    charged_cents=_line_charge,
)

D114 = Rule(
    id="D114",
    name="both-sides-on-one-orthosis-line",
    title="LT and RT on one line for orthoses",
    grain=Grain.LINE,
    cite=(cites.ORTHOSIS_SIDES, cites.HAND_ORTHOSIS_SIDES),
    applies=_orthosis & _side,
    when=pl.col("has_lt") & pl.col("has_rt"),
    found=_borne,
    expected=pl.lit("one line with LT and one with RT, one unit each"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. Two of the same orthosis go on two lines, one a side; a line "
        "with both is returned as unprocessable. Split it."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Split the line: one unit with LT, one with RT", Needs.NOTE, Who.BILLER),
    charged_cents=_line_charge,
)

D115 = Rule(
    id="D115",
    name="splint-without-side",
    title="A splint or strapping without a side, where the payer wants it",
    grain=Grain.LINE,
    cite=(cites.ANATOMIC_MODIFIERS,),
    applies=_limb & pl.col("side_modifier_required"),
    when=~(pl.col("has_left") | pl.col("has_right") | pl.col("has_50")),
    found=_borne,
    expected=pl.lit("LT, RT, 50, or the finger or toe"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. This payer denies the line when it does not say which side "
        "was treated. Add the side from the treatment note."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Add the side, finger or toe from the treatment note", Needs.NOTE, Who.BILLER),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

D116 = Rule(
    id="D116",
    name="side-told-twice",
    title="LT or RT beside 50, a finger or a toe",
    grain=Grain.LINE,
    cite=(cites.SIDE_MODIFIERS,),
    applies=_side,
    when=pl.col("has_50") | _digit,
    found=_borne,
    expected=pl.when(pl.col("has_50"))
    .then(pl.lit("50 alone, or LT and RT on lines of their own"))
    .otherwise(pl.lit("the finger or toe modifier alone")),
    message=(
        "{code} of {dos}: {found}, expected {expected}. 50 says both sides, and a finger or toe modifier names its "
        "side already, so LT or RT beside them says nothing more and payers may deny the line. Keep the modifier that "
        "the note supports and remove the other."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Remove LT or RT, or the modifier that the note does not support", Needs.NOTE, Who.BILLER),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

D117 = Rule(
    id="D117",
    name="digit-of-other-limb",
    title="A toe on an arm, or a finger on a leg",
    grain=Grain.LINE,
    cite=(cites.ANATOMIC_MODIFIERS,),
    applies=_limb & _digit,
    when=((_group == "arm_splint") & pl.col("has_toe")) | ((_group == "leg_splint") & pl.col("has_finger")),
    found=_borne,
    expected=pl.when(_group == "arm_splint")
    .then(pl.lit("a finger: FA or F1 to F9"))
    .otherwise(pl.lit("a toe: TA or T1 to T9")),
    message=(
        "{code} of {dos}: {found}, expected {expected}. The modifier names a part of the body to which the code does "
        "not go, and a payer that compares the two denies the line. Correct the modifier or the code from the note."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Correct the modifier or the code from the treatment note", Needs.NOTE, Who.BILLER),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

RULES = (D113, D114, D115, D116, D117)
