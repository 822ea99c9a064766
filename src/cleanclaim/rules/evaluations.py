"""Evaluations: by a clinician of the code's discipline, and not again before the payer allows it.

An evaluation code belongs to a discipline and is denied for a clinician of another (Medicare Benefit Policy Manual,
ch. 15, sec. 230; MLN Matters MM10176). An initial evaluation opens an episode; within it a re-evaluation has a code of
its own (ch. 15, sec. 220.3.C). Some payers say how many days must pass before another initial evaluation in the same
discipline: only then is one that comes too soon a fault, and only for what is in the input. Speech-language pathology
has no re-evaluation code and repeats the evaluation, so it is left out.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

_days = pl.col("days_since_evaluation")
_window = pl.col("evaluation_window_days")
_required = pl.col("required_discipline")

V101 = Rule(
    id="V101",
    name="evaluation-repeated",
    title="An initial evaluation again sooner than the payer allows",
    grain=Grain.LINE,
    cite=(cites.EVALUATIONS, cites.PAYER_LIMITS),
    applies=pl.col("code_group") == "initial_evaluation",
    when=pl.col("evaluated_before") & (_days < _window),
    found=pl.format("{} days after the last one", _days),
    expected=pl.format("at least {} days between them", _window.cast(pl.Int64)),
    message=(
        "{code} of {dos}: {found}, expected {expected}. The same billing provider has already evaluated the patient "
        "in this discipline. Bill a re-evaluation if the note shows a new finding or a significant change; a new "
        "condition may be a new evaluation where the payer agrees."
    ),
    severity=Severity.DENIAL,
    denial=("119", "151"),
    fix=Fix("Bill a re-evaluation if the note supports one, else no evaluation", Needs.CLINICIAN, Who.THERAPIST),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

V102 = Rule(
    id="V102",
    name="evaluation-of-other-discipline",
    title="An evaluation by a clinician of another discipline than the code's",
    grain=Grain.LINE,
    cite=(cites.THERAPIST_SERVICES, cites.ALWAYS_THERAPY_EDITS),
    applies=pl.when(pl.col("is_evaluation").is_not_null()).then(pl.col("is_evaluation") & _required.is_not_null()),
    when=pl.col("clinician_discipline") != _required,
    found=pl.format("a {} clinician", pl.col("clinician_discipline")),
    expected=pl.format("a {} clinician, or the other discipline's evaluation code", _required),
    message=(
        "{code} of {dos}: {found}, expected {expected}. The code is one discipline's evaluation (GP physical, GO "
        "occupational, GN speech-language), and a clinician of another is not paid for it. Bill the evaluation code "
        "of the discipline that evaluated, or correct the rendering clinician."
    ),
    severity=Severity.DENIAL,
    denial=("170", "185"),
    fix=Fix("Use the evaluation code of the clinician's discipline, or correct the clinician", Needs.NOTE, Who.BILLER),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

RULES = (V101, V102)
