"""The clock: no minute is claimed twice.

A minute of one-on-one treatment has one clinician and one patient. The same minute is never group treatment as well
(Medicare Claims Processing Manual, ch. 5, sec. 20.2; CMS, 11 Part B Billing Scenarios): a group is attended all its
time. Two disciplines that treat a patient together bill each minute once, either one of them all of it or each a part;
a speech session, which is not counted in minutes, stands beside them. And a therapist is with one patient at a time
(NCCI Policy Manual, ch. 11), so the blocks of two patients leave room for the minutes of both.

Training of a caregiver is billed for time without the patient (CY2024 Physician Fee Schedule final rule), so the
therapist who trains cannot be treating the patient one-on-one.

A block may be longer than its minutes. Only minutes for which two blocks together have no room are claimed twice.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.dated import Span
from cleanclaim.rules import cites
from cleanclaim.rules.amounts import minutes_text
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who
from cleanclaim.rules.texts import clock

MEDICARE_COUNTING = "cms"


def _from(shared_from: str) -> pl.Expr:
    return pl.format(" from {} on", clock(pl.col(shared_from)))


U109 = Rule(
    id="U109",
    name="group-and-single-same-minutes",
    title="Group and one-on-one treatment over the same minutes",
    grain=Grain.VISIT,
    cite=(cites.TIMED_AND_UNTIMED, cites.PART_B_SCENARIOS, cites.NCCI_THERAPY),
    applies=pl.col("group_beside_single"),
    when=pl.col("group_shared_minutes") > 0,
    found=pl.concat_str(
        minutes_text(pl.col("group_shared_minutes")),
        _from("group_shared_from"),
        pl.lit(" both in a group and one-on-one"),
    ),
    expected=pl.lit("each minute either in the group or one-on-one"),
    message=(
        "Visit of {dos}: {found}; expected: {expected}. A patient in a group does not have the therapist alone, so the "
        "one-on-one minutes cannot be shown. Correct the times from the treatment note, or bill the shared minutes as "
        "group treatment only."
    ),
    severity=Severity.COMPLIANCE,
    denial=("151",),
    fix=Fix(
        "Correct the times from the note, or leave the shared minutes to the group", Needs.CLINICIAN, Who.THERAPIST
    ),
    yields_to=("P104",),
)

U110 = Rule(
    id="U110",
    name="cotreatment-counted-twice",
    title="Minutes that two disciplines both bill",
    grain=Grain.VISIT,
    cite=(cites.PART_B_SCENARIOS, cites.COUNTING_MINUTES),
    # other payers' rules on treatment by two disciplines at once are not published
    applies=pl.col("other_discipline_timed") & (pl.col("unit_method") == MEDICARE_COUNTING),
    when=pl.col("cotreated_minutes") > 0,
    found=pl.concat_str(
        minutes_text(pl.col("cotreated_minutes")), _from("cotreated_from"), pl.lit(" claimed by another discipline too")
    ),
    expected=pl.lit("each minute claimed once: one discipline bills it, or the two divide it"),
    message=(
        "Visit of {dos}: {found}; expected: {expected}. Two disciplines may treat a patient together, but the payer "
        "pays the patient's time, not each therapist's. Divide the minutes between the two, or bill them once."
    ),
    severity=Severity.COMPLIANCE,
    denial=("151",),
    fix=Fix("Divide the shared minutes between the disciplines, or bill them once", Needs.CLINICIAN, Who.THERAPIST),
)

U111 = Rule(
    id="U111",
    name="two-patients-same-minutes",
    title="One therapist's one-on-one minutes with two patients at once",
    grain=Grain.CLINICIAN_DAY,
    cite=(cites.TIMED_AND_UNTIMED, cites.NCCI_THERAPY, cites.PART_B_SCENARIOS),
    applies=pl.col("own_minutes") & pl.col("clinician_known"),
    when=pl.col("shared_minutes") > 0,
    found=pl.concat_str(
        minutes_text(pl.col("shared_minutes")),
        _from("shared_from"),
        pl.coalesce(pl.format(" claimed for visit {} too", "other_visit"), pl.lit(" claimed for another patient too")),
    ),
    expected=pl.lit("one patient at a time, or a group"),
    message=(
        "One-on-one treatment of {dos}: {found}; expected: {expected}. The therapist can be alone with one patient "
        "only, and the two blocks have no room for the minutes of both. Correct the times or name the clinician who "
        "gave the service; patients treated together are a group."
    ),
    severity=Severity.COMPLIANCE,
    denial=("151",),
    fix=Fix("Correct the times or the clinician from the notes of both patients", Needs.CLINICIAN, Who.THERAPIST),
)

V114 = Rule(
    id="V114",
    name="caregiver-training-during-treatment",
    title="A therapist's caregiver training and treatment of the patient over the same minutes",
    grain=Grain.VISIT,
    cite=(cites.CAREGIVER_TRAINING,),
    effective=Span(date(2024, 1, 1), None),
    applies=pl.col("caregiver_beside_treatment"),
    when=pl.col("caregiver_shared_minutes") > 0,
    found=pl.concat_str(
        minutes_text(pl.col("caregiver_shared_minutes")),
        _from("caregiver_shared_from"),
        pl.lit(" with the caregiver and with the patient"),
    ),
    expected=pl.lit("training without the patient, in minutes of its own"),
    message=(
        "Visit of {dos}: {found}; expected: {expected}. The codes of caregiver training are for time in which the "
        "patient is not treated, so a therapist's minutes belong to one of the two. Teaching a caregiver while the "
        "patient is treated is part of the treatment. Correct the times, or bill the minutes once."
    ),
    severity=Severity.COMPLIANCE,
    denial=("151",),
    fix=Fix("Correct the times from the note, or bill the shared minutes once", Needs.CLINICIAN, Who.THERAPIST),
)

RULES = (U109, U110, U111, V114)
