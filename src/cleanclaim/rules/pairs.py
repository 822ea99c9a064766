"""Pairs: two codes of one day that a published edit names, and the modifiers that set an edit aside.

An edit pays its column one code and denies its column two code (NCCI procedure-to-procedure tables; practitioner and
hospital tables differ). With indicator 0 the two are never paid together. With indicator 1 a bypass modifier (59, XE,
XP, XS or XU) sets the edit aside, and it says that the services were separate: in therapy, that they took different
15-minute blocks (NCCI Policy Manual, ch. 11; MLN1783722). Blocks may be split, but may not overlap and must hold each
code's minutes. The modifier stands on the column two line; since July 1, 2019 Medicare's practitioner system takes it
on either (Transmittal R2259OTN). 59 and an X modifier never share a line.

In a facility an edit reaches across disciplines: all lines of one billing provider and day meet (ch. 1). The hospital
table is that of hospitals, skilled nursing and rehabilitation facilities and home health agencies; critical access
hospitals are not named among them, and are not checked, nor are payers with tables of their own that are not in hand,
as Medicaid's.

A modifier where no edit exists answers nothing and invites review. That no edit exists can be concluded only for dates
that a complete table covers; past them the line is not checked.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

# a line with GY is sent to be denied, whatever stands beside it
_edited = pl.col("pair_edits_apply") & pl.col("in_force") & ~pl.col("has_gy")
_separable = _edited & (pl.col("indicator") == 1)
_never = _edited & (pl.col("indicator") == 0)
_any_bypass = pl.col("bypass_one") | pl.col("bypass_two")
_accepted_bypass = pl.col("bypass_two") | (pl.col("bypass_one") & pl.col("either_column_bypass"))
# of a pair on a claim that names no rendering provider, say so
_assumed = pl.when(pl.col("provider_assumed")).then(pl.lit(" (same clinician assumed: no rendering provider given)"))
_across = pl.when(pl.col("across_disciplines")).then(
    pl.format(
        " ({} and {} lines: in a facility an edit reaches across disciplines)",
        pl.col("discipline_two"),
        pl.col("discipline_one"),
    )
)
_together = pl.format("{} with {}", pl.col("column_two"), pl.col("column_one"))
_found_together = pl.concat_str(_together, _assumed, _across, ignore_nulls=True)
_found_bypassed = pl.concat_str(
    _together, pl.format(" and modifier {}", pl.col("bypass_text")), _assumed, _across, ignore_nulls=True
)
_set_apart = pl.concat_str(
    pl.format("modifier {} sets it apart from {}", pl.col("bypass_text"), pl.col("column_one")),
    _assumed,
    _across,
    ignore_nulls=True,
)
_bypass_on_two = pl.format("59, XE, XP, XS or XU on {}, only if it was separate", pl.col("column_two"))

P101 = Rule(
    id="P101",
    name="bypass-missing",
    title="A pair edit without the modifier that separates the codes",
    grain=Grain.PAIR,
    cite=(cites.NCCI_PAIRS, cites.NCCI_THERAPY, cites.BYPASS_PROPER_USE),
    applies=_separable,
    when=~_any_bypass,
    found=_found_together,
    expected=_bypass_on_two,
    message=(
        "{found} on {dos}: an edit is in force for the two codes, and {code} is denied beside the other. If the note"
        " shows that they took separate 15-minute blocks, put a bypass modifier on {code}; if they shared the time, "
        "bill only one of them."
    ),
    severity=Severity.DENIAL,
    denial=("97", "236"),
    fix=Fix(
        "Add a bypass modifier to {code} if the note records separate blocks, else remove {code}",
        Needs.NOTE,
        Who.THERAPIST,
    ),
    yields_to=("V130",),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
    coverage=pl.col("table_age"),
)

P102 = Rule(
    id="P102",
    name="never-together",
    title="Two codes that are never paid together",
    grain=Grain.PAIR,
    cite=(cites.NCCI_PAIRS, cites.NCCI_GENERAL),
    applies=_never,
    when=~_any_bypass,
    found=_found_together,
    expected=pl.format("only one of the two; {} is the one paid", pl.col("column_one")),
    message=(
        "{found} on {dos}: the edit between the two codes allows no modifier, so {code} is denied whatever the "
        "record says. Expected: {expected}. Check which of the two was given and remove the other."
    ),
    severity=Severity.DENIAL,
    denial=("97", "236"),
    fix=Fix("Remove the code that is not to be billed beside the other", Needs.NOTE, Who.BILLER),
    yields_to=("V130",),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
    coverage=pl.col("table_age"),
)

P103 = Rule(
    id="P103",
    name="bypass-on-never-together",
    title="A bypass modifier on a pair that takes none",
    grain=Grain.PAIR,
    cite=(cites.NCCI_PAIRS, cites.BYPASS_PROPER_USE),
    applies=_never,
    when=_any_bypass,
    found=_found_bypassed,
    expected=pl.format("no modifier and only one of the two; {} is the one paid", pl.col("column_one")),
    message=(
        "{found} on {dos}: the edit between the two codes allows no modifier, so {code} is denied with it too, and "
        "the modifier states something that the payer does not accept for these codes. Remove the modifier and bill "
        "only one of the two."
    ),
    severity=Severity.DENIAL,
    denial=("97", "236"),
    fix=Fix("Remove the modifier and the code that is not to be billed beside the other", Needs.NOTE, Who.BILLER),
    yields_to=("V130",),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
    coverage=pl.col("table_age"),
)

P104 = Rule(
    id="P104",
    name="bypass-without-separate-blocks",
    title="A bypass modifier without blocks of time that show the codes were separate",
    grain=Grain.PAIR,
    cite=(cites.NCCI_THERAPY, cites.BYPASS_PROPER_USE),
    # beside manipulation another region of the body sets a code apart, not another block: P108
    applies=_separable & _accepted_bypass & ~pl.col("separated_by_region"),
    # input that can hold clock times and has none for the pair shows no separation; input that cannot says nothing
    when=pl.when(pl.col("separate_blocks").is_not_null())
    .then(~pl.col("separate_blocks"))
    .when(pl.col("carries_times") & ~pl.col("has_times"))
    .then(pl.lit(True)),
    found=pl.when(pl.col("has_times"))
    .then(pl.concat_str(_set_apart, pl.lit(", and the recorded blocks overlap or do not hold the minutes")))
    .otherwise(pl.concat_str(_set_apart, pl.lit(", and no clock times are recorded for both codes"))),
    expected=pl.lit("blocks that do not overlap and together hold each code's minutes"),
    message=(
        "{code} of {dos}: {found}. The modifier tells the payer that the services were separate, and the record must "
        "show it: expected {expected}. Correct or add the start and stop times from the note; if the codes shared the "
        "time, remove the modifier and bill only one of them."
    ),
    severity=Severity.COMPLIANCE,
    denial=("97", "236"),
    fix=Fix(
        "Correct or add the times of the separate blocks from the note, else remove the modifier",
        Needs.CLINICIAN,
        Who.THERAPIST,
    ),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
    coverage=pl.col("table_age"),
)

P105 = Rule(
    id="P105",
    name="bypass-needless",
    title="A bypass modifier where no edit exists",
    grain=Grain.LINE,
    cite=(cites.NCCI_PAIRS, cites.BYPASS_PROPER_USE),
    applies=pl.col("has_bypass") & pl.col("pair_edits_apply"),
    # an edit that a table of the date might hold leaves the question open
    when=(pl.col("edits_in_force") == 0) & pl.when(pl.col("edits_possible") == 0).then(pl.lit(True)),
    found=pl.format("modifier {}", pl.col("bypass_text")),
    expected=pl.lit("no bypass modifier: no edit names this code and another of the day"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. The modifier does not change the payment and invites "
        "review, because it claims a separation that no edit asks for. Remove it unless the payer asks for it in "
        "writing."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Remove the bypass modifier", Needs.NOTE, Who.BILLER),
    yields_to=("D309",),
    coverage=pl.col("pair_age"),
)

P106 = Rule(
    id="P106",
    name="59-with-x",
    title="Two bypass modifiers on one line",
    grain=Grain.LINE,
    cite=(cites.BYPASS_PROPER_USE, cites.BYPASS_ARTICLE),
    applies=pl.col("has_bypass"),
    when=(pl.col("has_59") & (pl.col("x_modifiers") > 0)) | (pl.col("x_modifiers") > 1),
    found=pl.format("modifiers {}", pl.col("modifiers_text")),
    expected=pl.lit("one of 59, XE, XP, XS and XU"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. The X modifiers are narrower forms of 59, and a line with "
        "two of them is denied as contradictory. Keep the one that the note supports."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix(
        "Drop 59 beside an X modifier; of two X modifiers keep the one that fits the record", Needs.NOTHING, Who.BILLER
    ),
    yields_to=("P105", "P103"),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

P107 = Rule(
    id="P107",
    name="bypass-on-wrong-line",
    title="A bypass modifier on the line where the payer does not take it",
    grain=Grain.PAIR,
    cite=(cites.BYPASS_EITHER_LINE, cites.BYPASS_ARTICLE, cites.NCCI_PAIRS),
    applies=_separable & pl.col("bypass_one") & ~pl.col("bypass_two"),
    when=~pl.col("either_column_bypass"),
    found=pl.concat_str(
        pl.format("the modifier on {} (column one)", pl.col("column_one")), _assumed, ignore_nulls=True
    ),
    expected=pl.format("the modifier on {} (column two)", pl.col("column_two")),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. On this date this payer reads the modifier on the column "
        "two line only, so {code} is denied as if it were not there. Move the modifier to {code}, which every payer "
        "takes."
    ),
    severity=Severity.DENIAL,
    denial=("97", "236"),
    fix=Fix("Move the modifier to the column two line", Needs.NOTE, Who.BILLER),
    yields_to=("V130",),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
    coverage=pl.col("table_age"),
)

RULES = (P101, P102, P103, P104, P105, P106, P107)
