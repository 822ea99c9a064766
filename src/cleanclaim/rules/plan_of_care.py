"""Plans of care: content, certification, and what is treated under them.

Therapy is given under a plan that is written before treatment begins and states diagnoses, long-term goals and the
type, amount, duration and frequency of services; an unstated amount means once a day, an unstated frequency one
treatment (42 CFR 410.61; Medicare Benefit Policy Manual, ch. 15, sec. 220.1.2).

A physician or nonphysician practitioner certifies the plan in the 30 days that follow the first treatment day. A verbal
order in that time counts when a signature follows within 14 days. The certification covers the length of the plan or
90 days, whichever is shorter; whoever treats on needs a recertification, dated before that span ends. A late
certification is accepted with its reason (sec. 220.1.3). From January 1, 2025 a signed and dated order on file and
proof that the plan was sent within 30 days stand for the signature on a first plan; they never recertify (42 CFR
424.24(c)(5)).

All of this is Medicare's. Other payers ask for what their packs say, and a Medicare Advantage plan may still want every
signature. The rules read the list of plans that is given with the visits; without one, nothing of it is checked.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

_wanted = pl.col("plan_signature_required")
_due = pl.col("certification_due")
_plan = pl.format("Plan {}", "episode_id")

C101 = Rule(
    id="C101",
    name="plan-not-certified",
    title="A plan of care that nobody certified in time",
    grain=Grain.EPISODE,
    cite=(cites.CERTIFICATION, cites.CERTIFICATION_EXCEPTION),
    applies=_wanted & (_due < pl.col("as_of")),
    when=~pl.col("signed") & ~pl.col("order_stands"),
    found=pl.concat_str(_plan, pl.lit(": not signed, "), "order_text"),
    expected=pl.concat_str(pl.lit("certified by "), _due.cast(pl.String)),
    message=(
        "{found}; expected: {expected}. Without a certification none of the plan's days is payable. A first plan may "
        "do without the signature where a signed and dated order is on file and the plan was sent in time, with proof; "
        "a plan that continues another may not. Get it signed now, with the reason of the delay."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Get the plan certified, and put the reason of the delay on file", Needs.CLINICIAN, Who.THERAPIST),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

C102 = Rule(
    id="C102",
    name="certification-late",
    title="A certification signed too late, without a reason on file",
    grain=Grain.EPISODE,
    cite=(cites.CERTIFICATION, cites.DELAYED_CERTIFICATION),
    applies=_wanted & pl.col("signed"),
    when=~pl.col("in_time") & ~pl.col("order_stands") & ~pl.col("delay_explained"),
    found=pl.concat_str(_plan, pl.lit(": certified "), pl.col("certified").cast(pl.String)),
    expected=pl.concat_str(pl.lit("by "), _due.cast(pl.String), pl.lit(", or a reason of the delay on file")),
    message=(
        "{found}; expected: {expected}. A late certification is accepted as a delayed one where the record says why it "
        "was late; over six months late it also shows that a physician took part in the care. Put the reason on file."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Put the reason of the delayed certification on file", Needs.NOTE, Who.THERAPIST),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

C103 = Rule(
    id="C103",
    name="treatment-past-certification",
    title="A treatment day past the certified span",
    grain=Grain.TREATMENT_DAY,
    cite=(cites.CERTIFICATION, cites.RECERTIFICATION),
    applies=_wanted & pl.col("covered"),
    when=pl.col("dos") > pl.col("certified_through"),
    found=pl.format("plan {} certified through {}", "episode_id", "certified_through"),
    expected=pl.lit("a recertified plan before treatment goes on"),
    message=(
        "Treatment of {dos}: {found}; expected: {expected}. A certification covers the plan's length, at most 90 days "
        "from its first treatment day, and days past it are not payable. Hold the claim until the plan is recertified, "
        "with the reason of the delay."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Write and certify the plan that continues it, and add it to the list", Needs.CLINICIAN, Who.THERAPIST),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

C104 = Rule(
    id="C104",
    name="certifier-not-allowed",
    title="A plan certified by someone who may not certify",
    grain=Grain.EPISODE,
    cite=(cites.CERTIFIERS,),
    applies=_wanted & pl.col("signed"),
    when=~pl.col("certifier_allowed"),
    found=pl.concat_str(_plan, pl.lit(": certified by "), "certifier"),
    expected=pl.lit("a physician, NP, CNS or PA; of a CORF a physician"),
    message=(
        "{found}; expected: {expected}. A chiropractor, a dentist or a therapist does not certify therapy, so the "
        "plan stands as not certified. Get the signature of one who may, with the reason of the delay."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Get the plan certified by a physician or practitioner who may", Needs.CLINICIAN, Who.THERAPIST),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

C105 = Rule(
    id="C105",
    name="certifier-of-limited-scope",
    title="A plan certified by a podiatrist or an optometrist",
    grain=Grain.EPISODE,
    cite=(cites.CERTIFIERS,),
    applies=_wanted & pl.col("signed"),
    when=pl.col("certifier_limited"),
    found=pl.concat_str(_plan, pl.lit(": certified by "), "certifier"),
    expected=pl.lit("care within that clinician's scope"),
    message=(
        "{found}; expected: {expected}. A podiatrist certifies what state law lets a podiatrist treat, an optometrist "
        "low vision alone. Confirm that the plan is about nothing else."
    ),
    severity=Severity.ADVICE,
    fix=Fix("Confirm that the plan is within the certifier's scope", Needs.NOTE, Who.THERAPIST),
)

C106 = Rule(
    id="C106",
    name="corf-plan-after-treatment",
    title="A CORF's plan that no physician signed before treatment",
    grain=Grain.EPISODE,
    cite=(cites.CORF_PLAN,),
    applies=_wanted & pl.col("initial") & (pl.col("setting") == "corf"),
    when=~pl.col("signed") | (pl.col("certified") > pl.col("dos")),
    found=pl.concat_str(_plan, pl.lit(": "), pl.coalesce(pl.format("signed {}", "certified"), pl.lit("not signed"))),
    expected=pl.concat_str(pl.lit("signed by "), pl.col("dos").cast(pl.String), pl.lit(", the first treatment day")),
    message=(
        "{found}; expected: {expected}. In a comprehensive outpatient rehabilitation facility a physician establishes "
        "and signs the plan before treatment begins; the 30 days of other settings do not hold there."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix(
        "Get the plan signed before treatment; ask the physician about the days given", Needs.CLINICIAN, Who.THERAPIST
    ),
    yields_to=("C101", "C102"),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

C107 = Rule(
    id="C107",
    name="plan-lacks-content",
    title="A plan of care without all that it must state",
    grain=Grain.EPISODE,
    cite=(cites.PLAN_CONTENT,),
    applies=pl.col("plan_required"),
    when=pl.col("plan_lacks") != "",
    found=pl.concat_str(_plan, pl.lit(" does not state "), "plan_lacks"),
    expected=pl.lit("diagnoses, long-term goals, type and duration"),
    message=(
        "{found}; expected: {expected}. A plan that lacks them is no plan, whoever signed it. Add what is missing and "
        "have it signed; an amount that is not stated is read as once a day."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Complete the plan", Needs.CLINICIAN, Who.THERAPIST),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

C108 = Rule(
    id="C108",
    name="frequency-not-stated",
    title="Several treatments under a plan that states no frequency",
    grain=Grain.EPISODE,
    cite=(cites.PLAN_CONTENT,),
    applies=pl.col("plan_required") & (pl.col("treatment_days") > 1),
    when=~pl.col("plan_frequency"),
    found=pl.format("Plan {}: {} treatment days, no frequency", "episode_id", "treatment_days"),
    expected=pl.lit("one treatment, where no frequency is stated"),
    message=(
        "{found}; expected: {expected}. The days after the first are not in the plan. Amend the plan with the "
        "frequency that was meant."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("State the frequency in the plan", Needs.CLINICIAN, Who.THERAPIST),
)

C109 = Rule(
    id="C109",
    name="plan-after-treatment",
    title="A plan of care written after treatment began",
    grain=Grain.EPISODE,
    cite=(cites.PLAN_BEFORE_TREATMENT,),
    applies=pl.col("plan_required") & pl.col("initial"),
    when=pl.col("plan_established") > pl.col("dos"),
    found=pl.format("Plan {}: written {}", "episode_id", "plan_established"),
    expected=pl.concat_str(pl.lit("by the first treatment day, "), pl.col("dos").cast(pl.String)),
    message=(
        "{found}; expected: {expected}. What is given before the plan exists is not given under it. If an evaluation "
        "alone was given before, name the plan's first treatment day in the list; else hold the days before it."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Correct the dates, or hold the days before the plan", Needs.CLINICIAN, Who.THERAPIST),
)

C110 = Rule(
    id="C110",
    name="no-plan-for-treatment",
    title="A treatment day that no plan of care covers",
    grain=Grain.TREATMENT_DAY,
    cite=(cites.PLAN_BEFORE_TREATMENT,),
    applies=pl.col("plans_given") & pl.col("plan_required"),
    when=~pl.col("covered"),
    found=pl.lit("no plan in the list covers the day"),
    expected=pl.lit("a plan of care of this discipline and provider"),
    message=(
        "Treatment of {dos}: {found}; expected: {expected}. This payer pays therapy under a plan of care alone. Add "
        "the plan to the list, or correct its first treatment day, discipline or provider."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Add the plan to the list, or hold the claim", Needs.NOTE, Who.THERAPIST),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

C111 = Rule(
    id="C111",
    name="plans-overlap",
    title="Two plans of care for the same days",
    grain=Grain.EPISODE,
    cite=(cites.PLAN_BEFORE_TREATMENT,),
    applies=pl.lit(True),
    when=pl.col("same_day_as") != "",
    found=pl.format("Plan {} begins while plan {} runs", "episode_id", "same_day_as"),
    expected=pl.lit("plans of one discipline and provider, one after the other"),
    message=(
        "{found}; expected: {expected}. It cannot be told which of them a day belongs to. Correct the first treatment "
        "day or the discharge; a plan that continues another names it in recertifies."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Correct the dates in the list of plans", Needs.NOTE, Who.FRONT_DESK),
)

C112 = Rule(
    id="C112",
    name="plan-dates-disagree",
    title="Dates of a plan of care that cannot be",
    grain=Grain.EPISODE,
    cite=(cites.CERTIFICATION,),
    applies=pl.lit(True),
    when=pl.col("disorder") != "",
    found=pl.concat_str(_plan, pl.lit(": "), "disorder"),
    expected=pl.lit("dates in their order"),
    message="{found}; expected: {expected}. Correct the list, so that what rests on these dates can be told.",
    severity=Severity.COMPLIANCE,
    fix=Fix("Correct the dates in the list of plans", Needs.NOTE, Who.FRONT_DESK),
)

C113 = Rule(
    id="C113",
    name="treatment-after-discharge",
    title="A treatment day after the discharge",
    grain=Grain.TREATMENT_DAY,
    cite=(cites.DISCHARGE,),
    applies=pl.col("covered") & pl.col("plan_required") & pl.col("is_discharged"),
    when=pl.col("dos") > pl.col("discharged"),
    found=pl.format("plan {} ended with the discharge of {}", "episode_id", "discharged"),
    expected=pl.lit("a plan that is open"),
    message=(
        "Treatment of {dos}: {found}; expected: {expected}. The plan no longer covers the day. Correct the discharge, "
        "or write a new plan for a patient who comes back."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Correct the day of discharge, or establish a new plan", Needs.CLINICIAN, Who.THERAPIST),
    yields_to=("C103",),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

C114 = Rule(
    id="C114",
    name="discharge-without-summary",
    title="A discharge without its summary",
    grain=Grain.EPISODE,
    cite=(cites.DISCHARGE,),
    applies=pl.col("plan_required") & pl.col("is_discharged"),
    when=~pl.col("discharge_summary"),
    found=pl.format("Plan {}: discharged {}, no summary", "episode_id", "discharged"),
    expected=pl.lit("a discharge summary by the clinician"),
    message=(
        "{found}; expected: {expected}. Each episode of outpatient therapy ends with a summary that covers the time "
        "since the last progress report. Have it written and signed."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Write the discharge summary", Needs.CLINICIAN, Who.THERAPIST),
)

RULES = (C101, C102, C103, C104, C105, C106, C107, C108, C109, C110, C111, C112, C113, C114)
