"""Units: what minutes earn, and how untimed and timed codes are counted.

Timed codes (Medicare Claims Processing Manual, ch. 5, sec. 20.2.B and C): the one-on-one minutes of all timed codes of
one discipline and day are added, and the total decides the units: floor((minutes + 7) / 15), which is 0 under 8
minutes, 1 from 8, 2 from 23. Whole 15-minute blocks stay with their code, what is left goes to the codes with the
largest remainders, and at a tie the provider chooses. Payers that follow CPT's guidance on time count each code alone:
a unit from its midpoint. So does every payer for a code whose unit is not 15 minutes.

Untimed codes (sec. 20.2.B) are billed once a day and discipline (sec. 20.2.D), whatever their time and however many
clinicians of a practice shared in it: their minutes count together too. A timed code takes one line a date, its
sessions added; only the units of an assistant stand apart. Units are whole numbers. The note holds the minutes
(Medicare Benefit Policy Manual, ch. 15, sec. 220.3.E); services that were given and not billed count too, for they
shift units.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.amounts import cents_of, charged_per_unit, minutes_text, units_text
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

PER_CODE_METHODS = ("ama", "whole_15", "nearest_15", "per_visit")

_billed = pl.col("units_billed")
_allowed = pl.col("units_allowed")
_code_billed = pl.col("code_units_billed")
_code_most = pl.col("code_units_high")
_something_timed = (_billed > 0) | (pl.col("timed_minutes") > 0)
# the units as the minutes give them by code, where the allocation differs from what was billed
_by_code = pl.when(pl.col("allocation_text") != "").then(pl.format(": {}", pl.col("allocation_text")))
_visit_found = pl.format("{} billed for {}", units_text(_billed), minutes_text(pl.col("timed_minutes")))
_visit_expected = pl.concat_str(units_text(_allowed), _by_code, ignore_nulls=True)
_code_excess = _code_billed - _code_most
_whole_missing = (_allowed - _billed).floor()

U101 = Rule(
    id="U101",
    name="units-exceed-minutes",
    title="More timed units than the day's minutes allow",
    grain=Grain.VISIT,
    cite=(cites.COUNTING_MINUTES,),
    applies=pl.col("pools_minutes") & (_billed > 0),
    when=_billed > _allowed,
    found=_visit_found,
    expected=_visit_expected,
    message=(
        "Timed codes of {dos}: {found}, but the minutes allow {expected}. This payer adds the minutes of all timed "
        "codes of the day and takes back units that the total does not support. Bill the units that the minutes "
        "allow, or correct the minutes from the treatment note."
    ),
    severity=Severity.COMPLIANCE,
    denial=("151",),
    yields_to=("U108", "U113"),
    fix=Fix("Lower the units to what the documented minutes allow", Needs.NOTE, Who.BILLER),
    priced_cents=cents_of(_billed - _allowed, pl.col("lowest_unit_cents")),
    charged_cents=cents_of(_billed - _allowed, pl.col("lowest_unit_charge_cents")),
)

U102 = Rule(
    id="U102",
    name="code-units-exceed-minutes",
    title="More units of a code than its own minutes earn",
    grain=Grain.LINE,
    cite=(cites.CPT_TIME,),
    applies=pl.col("first_of_code")
    & pl.col("timed")
    & (~pl.col("pooled") | pl.col("unit_method").is_in(PER_CODE_METHODS)),
    when=_code_billed > _code_most,
    found=pl.format("{} billed for {}", units_text(_code_billed), minutes_text(pl.col("code_minutes"))),
    expected=units_text(_code_most),
    message=(
        "{code} of {dos}: {found}, but these minutes earn {expected}. The code's minutes are counted apart from "
        "those of other codes, and units without the time behind them are taken back on review. Bill what the "
        "minutes earn, or correct the minutes from the treatment note."
    ),
    severity=Severity.COMPLIANCE,
    denial=("151",),
    fix=Fix("Lower the units of the code to what its documented minutes earn", Needs.NOTE, Who.BILLER),
    yields_to=("M103", "U108", "U113"),
    priced_cents=cents_of(_code_excess, pl.col("unit_reduced_cents")),
    charged_cents=cents_of(_code_excess, charged_per_unit(pl.col("charge_cents"), pl.col("units"))),
)

U103 = Rule(
    id="U103",
    name="units-under-minutes",
    title="Fewer timed units than the day's minutes allow",
    grain=Grain.VISIT,
    cite=(cites.COUNTING_MINUTES, cites.CPT_TIME),
    applies=_something_timed,
    # a missing fraction of a unit is the fault of U108
    when=_billed <= _allowed - 1,
    found=_visit_found,
    expected=_visit_expected,
    message=(
        "Timed codes of {dos}: {found}, and the minutes allow {expected}. The difference is care that was given and "
        "not billed. Bill the missing units if the treatment note supports the minutes."
    ),
    severity=Severity.UNDERBILLING,
    fix=Fix("Add the units that the documented minutes allow", Needs.NOTE, Who.BILLER),
    yields_to=("U108", "I309"),
    priced_cents=cents_of(_whole_missing, pl.col("lowest_unit_cents")),
    charged_cents=cents_of(_whole_missing, pl.col("lowest_unit_charge_cents")),
)

U104 = Rule(
    id="U104",
    name="wrong-codes-for-minutes",
    title="The right number of units, on the wrong codes",
    grain=Grain.VISIT,
    cite=(cites.COUNTING_MINUTES,),
    applies=pl.col("pools_minutes") & (_billed > 0) & (_billed == _allowed),
    when=pl.col("misallocated"),
    found=pl.concat_str(
        pl.format("too many units of {}", pl.col("codes_billed_over")),
        pl.format("too few of {}", pl.col("codes_billed_under")),
        separator=", ",
        ignore_nulls=True,
    ),
    expected=pl.col("allocation_text"),
    message=(
        "Timed codes of {dos}: the total is right, the split is not: {found}. The minutes give {expected}. Each "
        "whole 15 minutes belong to their own code and the rest to the longest remainders, so a reviewer would find "
        "units of a code that was not given long enough. Move the units to the codes that the minutes give."
    ),
    severity=Severity.COMPLIANCE,
    denial=("151",),
    fix=Fix("Move the units to the codes that the documented minutes give", Needs.NOTE, Who.BILLER),
    yields_to=("M103",),
)

U105 = Rule(
    id="U105",
    name="timed-code-without-minutes",
    title="A timed code without recorded minutes",
    grain=Grain.LINE,
    cite=(cites.TREATMENT_NOTE, cites.TIMED_AND_UNTIMED),
    applies=pl.col("timed") & pl.col("first_of_code"),
    when=pl.when(pl.col("carries_minutes")).then(pl.col("code_minutes").is_null()),
    found=pl.lit("no minutes recorded"),
    expected=pl.lit("the one-on-one minutes of the code"),
    message=(
        "{code} of {dos}: {found}. A timed code is billed by its one-on-one minutes, and without them neither its "
        "units nor those of the other timed codes of the day can be shown to be right. Record the minutes from the "
        "treatment note; if the note has none, ask the therapist."
    ),
    severity=Severity.COMPLIANCE,
    denial=("151",),
    fix=Fix("Record the minutes of the code from the treatment note", Needs.CLINICIAN, Who.THERAPIST),
    yields_to=("I305", "I306"),
    priced_cents=cents_of(_code_billed, pl.col("unit_reduced_cents")),
    charged_cents=cents_of(_code_billed, charged_per_unit(pl.col("charge_cents"), pl.col("units"))),
)

U106 = Rule(
    id="U106",
    name="untimed-code-more-than-once",
    title="More than one unit of an untimed code that is billed once",
    grain=Grain.LINE,
    cite=(cites.TIMED_AND_UNTIMED, cites.DAILY_LIMITS, cites.UNIT_MAXIMUMS),
    applies=pl.col("untimed") & pl.col("first_of_code") & (pl.col("mue_units") == 1),
    when=_code_billed > 1,
    found=pl.format("{} billed", units_text(_code_billed)),
    expected=pl.lit("1 unit a day, whatever the time"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. The code is untimed and its published maximum is one, so "
        "the other units are denied. Bill one unit; minutes do not multiply an untimed code."
    ),
    severity=Severity.DENIAL,
    denial=("151",),
    fix=Fix("Bill one unit of the code for the day", Needs.NOTE, Who.BILLER),
    priced_cents=cents_of(_code_billed - 1, pl.col("unit_reduced_cents")),
    charged_cents=cents_of(_code_billed - 1, charged_per_unit(pl.col("charge_cents"), pl.col("units"))),
    coverage=pl.col("mue_age"),
)

U107 = Rule(
    id="U107",
    name="timed-code-on-several-lines",
    title="A timed code split over lines of one date",
    grain=Grain.LINE,
    cite=(cites.COUNTING_MINUTES,),
    applies=pl.col("timed") & pl.col("first_of_split") & pl.col("one_line_per_code"),
    when=pl.col("split_lines") > 1,
    found=pl.format("{} lines", pl.col("split_lines")),
    expected=pl.lit("one line with the day's units, and one more for an assistant's"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. Sessions of a timed code on one date are added, and a "
        "second line is likely to be denied as a duplicate. Put the units on one line."
    ),
    severity=Severity.DENIAL,
    denial=("18",),
    fix=Fix("Add the units up on one line", Needs.NOTHING, Who.BILLER),
)

U108 = Rule(
    id="U108",
    name="fractional-units",
    title="Units that are not a whole number",
    grain=Grain.LINE,
    cite=(cites.COUNTING_MINUTES,),
    applies=pl.col("billed"),
    when=pl.col("units") != pl.col("units").floor(),
    found=units_text(pl.col("units")),
    expected=pl.lit("a whole number of units"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. Time that does not fill a unit is rounded by the payer's "
        "rule and never billed as a part, and the line is rejected. Bill the whole units that the minutes earn."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Bill the whole units that the documented minutes earn", Needs.NOTE, Who.BILLER),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

RULES = (U101, U102, U103, U104, U105, U106, U107, U108)
