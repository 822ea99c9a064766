"""Maximums: the most units of a code that are paid on a line or a day, and add-on codes without their base.

Every published maximum (NCCI Medically Unlikely Edits) has an adjudication indicator. With indicator 1 it holds for
each line. With 2 and 3 it holds for the day: all lines of the code, patient and date added. A maximum with 2 follows
from policy or the code itself and may not be exceeded; one with 3 rests on claims data, and units above it may be paid
on appeal with records. Medicaid's table has no indicator; its maximums are read as day maximums. Practitioner,
hospital and Medicaid tables differ. No therapy code of the shipped tables has indicator 1: the rule for lines speaks
where an imported table gives one.

An add-on code is paid only beside its base code (NCCI add-on code edits).
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.amounts import cents_of, charged_per_unit, units_text
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

_maximum = pl.col("mue_units")
_indicator = pl.col("mue_mai")
_charged_per_unit = charged_per_unit(pl.col("charge_cents"), pl.col("units"))
_line_excess = pl.col("units") - _maximum
_day_excess = pl.col("day_units") - _maximum
# a code with a maximum of zero is not paid at all: a line with GY says so itself
_asked = pl.col("unit_maximums_apply") & ((_maximum > 0) | ~pl.col("has_gy"))

M101 = Rule(
    id="M101",
    name="line-maximum",
    title="More units on a line than its published maximum",
    grain=Grain.LINE,
    cite=(cites.UNIT_MAXIMUMS, cites.NCCI_GENERAL),
    applies=_asked & (_indicator == 1),
    when=pl.col("units") > _maximum,
    found=pl.format("{} on the line", units_text(pl.col("units"))),
    expected=pl.format("at most {} on a line", units_text(_maximum)),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. Units above the line maximum are denied. Check the units "
        "against the note; only services that were truly separate may stand on a further line."
    ),
    severity=Severity.DENIAL,
    denial=("151", "222"),
    fix=Fix("Lower the units of the line to the maximum", Needs.NOTE, Who.BILLER),
    yields_to=("I102", "U101", "U102"),
    priced_cents=cents_of(_line_excess, pl.col("unit_reduced_cents")),
    charged_cents=cents_of(_line_excess, _charged_per_unit),
    coverage=pl.col("mue_age"),
)

M102 = Rule(
    id="M102",
    name="day-maximum",
    title="More units in a day than the code's published maximum",
    grain=Grain.LINE,
    cite=(cites.UNIT_MAXIMUMS, cites.NCCI_GENERAL),
    # Medicaid's table has no indicator
    applies=_asked & pl.col("first_of_day") & (_indicator.is_null() | (_indicator > 1)),
    when=pl.col("day_units") > _maximum,
    found=pl.format("{} on the day", units_text(pl.col("day_units"))),
    expected=pl.concat_str(
        pl.format("at most {} a day", units_text(_maximum)),
        pl.when(_indicator == 2)
        .then(pl.lit(", set by policy: no appeal"))
        .when(_indicator == 3)
        .then(pl.lit(", more only on appeal with records")),
        ignore_nulls=True,
    ),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. All lines of the code count together, and units above the "
        "maximum are denied. Check the units against the note before the claim goes out."
    ),
    severity=Severity.DENIAL,
    denial=("151", "222"),
    fix=Fix(
        "Lower the units of the day to the maximum, or have the records ready for an appeal", Needs.NOTE, Who.BILLER
    ),
    yields_to=("I102", "U101", "U102", "U106"),
    priced_cents=cents_of(_day_excess, pl.col("unit_reduced_cents")),
    charged_cents=cents_of(_day_excess, _charged_per_unit),
    coverage=pl.col("mue_age"),
)

M103 = Rule(
    id="M103",
    name="addon-without-base",
    title="An add-on code without its base code",
    grain=Grain.LINE,
    cite=(cites.ADDON_EDITS,),
    # an add-on by the calendar month has its base in the month, not on the day: V113
    applies=pl.col("is_addon") & (pl.col("unit_kind") != "month"),
    when=~pl.col("base_present"),
    found=pl.lit("no base code on the day"),
    expected=pl.format("{} on the same day", pl.col("base_codes").str.replace_all(" ", " or ")),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. An add-on code extends its base code and is denied alone. "
        "Add the base code if the note shows that it was given first, else bill another code."
    ),
    severity=Severity.DENIAL,
    denial=("B15",),
    fix=Fix("Bill the base code too if it was given, else replace the add-on code", Needs.NOTE, Who.BILLER),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

M104 = Rule(
    id="M104",
    name="first-block-twice",
    title="The code of a first block of time more than once a day",
    grain=Grain.LINE,
    cite=(cites.ADDON_EDITS, cites.UNIT_MAXIMUMS),
    applies=pl.col("known_code") & (pl.col("unit_kind") == "timed_first") & pl.col("first_of_day"),
    when=pl.col("day_units") > 1,
    found=pl.format("{} on the day", units_text(pl.col("day_units"))),
    expected=pl.lit("1 unit; further time goes on the add-on code"),
    message=(
        "{code} of {dos}: {found}; expected: {expected}. The code stands for the first block of time, of which a day "
        "has one, and a second unit is denied. Bill the time past it with the add-on code, if the code has one and the "
        "minutes reach it."
    ),
    severity=Severity.DENIAL,
    denial=("151",),
    fix=Fix("Bill one unit, and the further time with the add-on code", Needs.NOTE, Who.BILLER),
    yields_to=("I102", "M101", "M102", "U101", "U102"),
    priced_cents=cents_of(pl.col("day_units") - 1, pl.col("unit_reduced_cents")),
    charged_cents=cents_of(pl.col("day_units") - 1, _charged_per_unit),
)

RULES = (M101, M102, M103, M104)
