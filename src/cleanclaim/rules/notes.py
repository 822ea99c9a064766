"""Treatment notes against the billed lines: services, minutes and totals.

A note of treatment names each service given, timed and untimed, the total of timed minutes and the total treatment time
(Medicare Benefit Policy Manual, ch. 15, sec. 220.3.E). Minutes of each service are not asked for, but the units must
follow from what is there. Only what was given that day supports a line: not a plan, a goal, a home program, a refusal.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.note_kinds import HELD, TREATED, of_note
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

_TIMED = HELD & pl.col("treated") & ~pl.col("grouped")
_stated = pl.col("minutes_text")
_units = pl.format("{} timed units billed", pl.col("units_billed").cast(pl.Int64))
_given = pl.format("{} by these minutes", pl.col("units_given"))

N101 = of_note(
    id="N101",
    name="billed-not-documented",
    title="A billed service that the note does not show as given",
    cite=(cites.TREATMENT_NOTE, cites.RECORDS_REVIEWED),
    applies=HELD,
    expected="each billed service described as given that day",
    why=(
        "A plan, a goal, a home program, an earlier day, a refusal or an empty template supports no line, and what the "
        "note does not show is denied. If it was given, the clinician who gave it may write an addendum, dated as "
        "written; if not, the line does not belong on the claim."
    ),
    severity=Severity.DENIAL,
    fix="Confirm whether the service was given; take the line off the claim where it was not",
    denial=("50", "16"),
    priced=("allowed_cents", "charge_cents"),
)
N102 = of_note(
    id="N102",
    name="code-not-supported",
    title="A service given under a code that its words do not support",
    cite=(cites.DYNAMIC_ACTIVITIES, cites.TREATMENT_NOTE),
    applies=HELD & pl.col("treated"),
    expected="a code that the words support",
    why=(
        "What was done decides the code, whatever heading stands above it. Where the words leave out what made it the "
        "billed service, only the clinician knows."
    ),
    severity=Severity.DENIAL,
    fix="Confirm what was done, and bill the code that it is",
    denial=("11", "150"),
    priced=("unsupported_allowed_cents", "unsupported_charge_cents"),
)
N103 = of_note(
    id="N103",
    name="unbilled-service",
    title="A service given and not billed",
    cite=(cites.TREATMENT_NOTE, cites.COUNTING_MINUTES),
    applies=HELD & pl.col("treated"),
    expected="a line for it, where it is billable",
    why=(
        "The note shows a service of eight minutes or more, or an untimed one, for which no line stands. Its minutes "
        "may also shift the units of the other codes; where they earn no unit, it rightly has no line."
    ),
    severity=Severity.UNDERBILLING,
    who=Who.BILLER,
    fix="Confirm that the service was given, and bill it or let it stand",
)
N104 = of_note(
    id="N104",
    name="duration-missing",
    title="Treatment without any minutes",
    cite=(cites.TREATMENT_NOTE, cites.RECORDS_REVIEWED),
    expected="the total of timed minutes and the total treatment time",
    why="Units cannot be shown without minutes; undocumented time is a leading reason for denial.",
    severity=Severity.DENIAL,
    fix="Confirm the minutes from a record made that day; no minute may be filled in from the units",
    denial=("50",),
)
N105 = of_note(
    id="N105",
    name="timed-total-missing",
    title="No total of timed minutes",
    cite=(cites.TREATMENT_NOTE,),
    applies=HELD & pl.col("treated"),
    expected="the total of timed-code minutes, in one number",
    why="The manual asks for this total by itself. The rows may add up to it; the note still has to state it.",
    fix="Confirm the total of timed minutes",
)
N106 = of_note(
    id="N106",
    name="treatment-total-missing",
    title="No total treatment time",
    cite=(cites.TREATMENT_NOTE,),
    expected="the total treatment time, timed and untimed together, or clock in and out",
    why="The manual asks for it beside the timed minutes; rest and other time that is not billable stays out of it.",
    fix="Confirm the total treatment time",
)
N107 = of_note(
    id="N107",
    name="totals-disagree",
    title="Stated totals that contradict the rows, the clock or each other",
    cite=(cites.TREATMENT_NOTE, cites.COUNTING_MINUTES),
    expected="totals that agree",
    why="A reviewer counts on the minutes that can be shown, and one wrong number casts doubt on the others.",
    fix="Confirm which of the figures is right, and correct the other in a dated addendum",
)
N108 = Rule(
    id="N108",
    name="units-exceed-note-minutes",
    title="More timed units than the note's minutes give",
    grain=Grain.NOTE,
    cite=(cites.COUNTING_MINUTES, cites.TREATMENT_NOTE),
    applies=_TIMED,
    when=pl.col("units_billed") > pl.col("units_given"),
    found=pl.format("{}, {}", _stated, _units),
    expected=_given,
    message=(
        "Note of {dos}: {found}; expected: {expected}. A payer takes back the units that the note does not hold. Bill "
        "what the minutes give, or correct the minutes where the note itself is wrong."
    ),
    severity=Severity.DENIAL,
    fix=Fix("Confirm the minutes, and bill the units that they give", Needs.CLINICIAN, Who.BILLER),
    denial=("151",),
    yields_to=("U101", "U102"),
)
N109 = Rule(
    id="N109",
    name="units-below-note-minutes",
    title="Fewer timed units than the note's minutes give",
    grain=Grain.NOTE,
    cite=(cites.COUNTING_MINUTES, cites.TREATMENT_NOTE),
    applies=_TIMED,
    when=pl.col("units_billed") < pl.col("units_given"),
    found=pl.format("{}, {}", _stated, _units),
    expected=_given,
    message=(
        "Note of {dos}: {found}; expected: {expected}. The note earns more than is billed. If the minutes are right, "
        "the missing unit is on the service with the most minutes left over."
    ),
    severity=Severity.UNDERBILLING,
    fix=Fix("Confirm the minutes, and bill the units that they give", Needs.CLINICIAN, Who.BILLER),
    yields_to=("U103",),
)
N124 = Rule(
    id="N124",
    name="note-without-claim",
    title="A note of treatment for which nothing is billed",
    grain=Grain.NOTE,
    cite=(cites.TREATMENT_NOTE,),
    applies=TREATED,
    when=~pl.col("bill_given"),
    found=pl.lit("treatment given, and no line of the visit"),
    expected=pl.lit("the visit on a claim, where it is billable"),
    message=(
        "Note: {found}; expected: {expected}. The visit is missing from the claims and visits that are checked, or its "
        "number is written in another way."
    ),
    severity=Severity.UNDERBILLING,
    fix=Fix("Bill the visit, or name the note after the visit it belongs to", Needs.NOTE, Who.BILLER),
)
N125 = Rule(
    id="N125",
    name="claim-without-note",
    title="A billed visit without a note",
    grain=Grain.NOTE,
    cite=(cites.TREATMENT_NOTE, cites.RECORDS_REVIEWED),
    applies=pl.col("bill_given"),
    when=~pl.col("note_given"),
    found=pl.format("{} billed, and no note of the visit", "bill_text"),
    expected=pl.lit("a treatment note for every day and service billed"),
    message=(
        "Visit of {dos}: {found}; expected: {expected}. Notes of other visits are given and this one's is not among "
        "them. Without a note no line can be defended."
    ),
    severity=Severity.DENIAL,
    fix=Fix("Find the note of the visit; hold the claim until it is there", Needs.NOTE, Who.THERAPIST),
    denial=("50", "16"),
)

RULES = (N101, N102, N103, N104, N105, N106, N107, N108, N109, N124, N125)
