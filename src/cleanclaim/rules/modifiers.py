"""Modifiers of discipline and assistant, and how many a line holds.

Discipline (Medicare Claims Processing Manual, ch. 5, sec. 20.1; MLN Matters MM10176): a line of an always-therapy
code bears GP, GO or GN, whoever gave the service, and so does a sometimes-therapy code that a therapist gives or that
is under a therapy plan of care. It bears one of the three: the one of the plan. Some codes belong to one discipline;
on institutional claims the revenue code's family says the discipline too (ch. 5, sec. 20).

Assistants (Social Security Act, sec. 1834(v); 42 CFR 410.59(a)(4) and 410.60(a)(4)): from January 1, 2020 each unit
that an assistant gave, in whole or for more than a tenth, bears CQ beside GP or CO beside GO, and from 2022 a last
unit of which the therapist alone gave eight minutes does not. Assistants do not evaluate or re-evaluate (Medicare
Benefit Policy Manual, ch. 15, sec. 230). Whether a unit lacks the modifier is judged on both sides: too few units
with it *and* too many without, so that a unit billed too much or too little is the units' fault alone.

A line holds four modifiers (ASC X12N 837, SV1). Their order is free at Medicare; some payers want one of their own.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.dated import Span
from cleanclaim.rules import cites
from cleanclaim.rules.amounts import units_text
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

MOST_MODIFIERS = 4
ASSISTANT_MODIFIERS = Span(date(2020, 1, 1), None)
BEFORE_ASSISTANT_MODIFIERS = Span(None, date(2019, 12, 31))

_disciplines = pl.col("discipline_modifiers")
_borne = pl.col("modifiers_text")
_line_cents = pl.col("allowed_cents")
_line_charge = pl.col("charge_cents")
# a physician needs the modifier under a plan of care only; a clinician without a credential may be one
_by_therapist = (
    pl.when(pl.col("clinician_discipline").is_not_null())
    .then(True)
    .when(pl.col("credential").is_not_null())
    .then(False)
)
_therapy = pl.col("always_therapy") | (pl.col("sometimes_therapy") & (pl.col("plan_of_care") | _by_therapist))
# in a record of minutes a service without a name is the therapist's; a bare claim does not say who gave anything
_giver_known = pl.col("carries_minutes") | pl.col("by").is_not_null()


def _at_odds_with(discipline: pl.Expr) -> pl.Expr:
    """True where the line bears a discipline modifier other than ``discipline``."""
    return (
        (pl.col("has_gp") & (discipline != "GP"))
        | (pl.col("has_go") & (discipline != "GO"))
        | (pl.col("has_gn") & (discipline != "GN"))
    )


D101 = Rule(
    id="D101",
    name="discipline-modifier-missing",
    title="A therapy code without GP, GO or GN",
    grain=Grain.LINE,
    cite=(cites.DISCIPLINE_MODIFIERS, cites.ALWAYS_THERAPY_EDITS),
    applies=_therapy & pl.col("discipline_modifier_required"),
    when=_disciplines == 0,
    found=pl.coalesce(_borne, pl.lit("no modifier")),
    expected=pl.coalesce("required_discipline", "discipline", pl.lit("GP, GO or GN")),
    message=(
        "{code} of {dos}: {found}, expected {expected}. The payer returns or denies a therapy line that does not "
        "say under which plan of care it was given: GP physical, GO occupational, GN speech-language. Add the "
        "modifier of the plan."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Add the discipline modifier of the plan of care: {expected}", Needs.NOTHING, Who.BILLER),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

D102 = Rule(
    id="D102",
    name="discipline-modifier-doubled",
    title="More than one of GP, GO and GN on a line",
    grain=Grain.LINE,
    cite=(cites.ALWAYS_THERAPY_EDITS, cites.DISCIPLINE_MODIFIERS),
    applies=_disciplines >= 1,
    when=_disciplines > 1,
    found=_borne,
    expected=pl.coalesce("required_discipline", "clinician_discipline", pl.lit("one of GP, GO and GN")),
    message=(
        "{code} of {dos}: {found}, expected {expected}. A line is given under one plan of care, so two disciplines "
        "on it are denied as modifiers that do not fit together. Keep the modifier of the plan; a service of the "
        "other discipline goes on its own line."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Keep the modifier of the plan of care and remove the other", Needs.NOTE, Who.BILLER),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

D103 = Rule(
    id="D103",
    name="discipline-modifier-at-odds-with-code",
    title="A discipline modifier that the code does not take",
    grain=Grain.LINE,
    cite=(cites.ALWAYS_THERAPY_EDITS,),
    applies=pl.when(_disciplines.is_not_null()).then(pl.col("required_discipline").is_not_null() & (_disciplines >= 1)),
    when=_at_odds_with(pl.col("required_discipline")),
    found=_borne,
    expected=pl.col("required_discipline"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. The code belongs to one discipline and takes only its "
        "modifier, so the line is returned or denied. Correct the modifier, or the code if the other discipline "
        "gave the service."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Use {expected}, or the code of the discipline that gave the service", Needs.NOTE, Who.BILLER),
    yields_to=("D102", "V102"),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

D104 = Rule(
    id="D104",
    name="discipline-modifier-at-odds-with-clinician",
    title="A discipline modifier other than the clinician's discipline",
    grain=Grain.LINE,
    cite=(cites.DISCIPLINE_MODIFIERS,),
    applies=_disciplines >= 1,
    when=_at_odds_with(pl.col("clinician_discipline")),
    found=_borne,
    expected=pl.format("{}, the clinician's discipline", pl.col("clinician_discipline")),
    message=(
        "{code} of {dos}: {found}, expected {expected}. A therapist gives services of his or her own discipline's "
        "plan of care, so the payer denies a line whose modifier and clinician disagree. Correct the modifier, or "
        "the rendering clinician if another one gave the service."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Correct the modifier, or the rendering clinician of the line", Needs.NOTE, Who.BILLER),
    yields_to=("D102", "D103", "V102"),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

D105 = Rule(
    id="D105",
    name="discipline-modifier-at-odds-with-revenue-code",
    title="A discipline modifier other than the revenue code's discipline",
    grain=Grain.LINE,
    cite=(cites.REVENUE_CODES, cites.DISCIPLINE_MODIFIERS),
    applies=(pl.col("claim_form") == "institutional") & (_disciplines >= 1),
    when=_at_odds_with(pl.col("revenue_discipline")),
    found=pl.format("{} with revenue code {}", _borne, pl.col("revenue_code")),
    expected=pl.format("{}, or a revenue code of the other discipline", pl.col("revenue_discipline")),
    message=(
        "{code} of {dos}: {found}, expected {expected}. Revenue codes 042x go with GP, 043x with GO and 044x with "
        "GN, and an institutional claim whose two statements differ is returned. Correct the one that is wrong."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix(
        "Correct the revenue code or the modifier, whichever differs from the plan of care", Needs.NOTE, Who.BILLER
    ),
    yields_to=("D102", "D103", "D104"),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

_assistant_modifier = (
    pl.when(pl.col("discipline") == "GP")
    .then(pl.lit("CQ"))
    .when(pl.col("discipline") == "GO")
    .then(pl.lit("CO"))
    .otherwise(pl.lit("CQ or CO"))
)

D106 = Rule(
    id="D106",
    name="assistant-modifier-with-wrong-discipline",
    title="CQ without GP, CO without GO, or both on a line",
    grain=Grain.LINE,
    cite=(cites.DISCIPLINE_MODIFIERS, cites.ASSISTANT_LAW),
    effective=ASSISTANT_MODIFIERS,
    applies=pl.col("assistant_modifier"),
    when=(pl.col("has_cq") & ~pl.col("has_gp"))
    | (pl.col("has_co") & ~pl.col("has_go"))
    | (pl.col("has_cq") & pl.col("has_co")),
    found=_borne,
    expected=pl.when(pl.col("has_cq") & pl.col("has_co"))
    .then(pl.lit("CQ or CO, not both"))
    .when(pl.col("has_cq"))
    .then(pl.when(pl.col("has_go")).then(pl.lit("CO beside GO, or GP beside CQ")).otherwise(pl.lit("GP beside CQ")))
    .otherwise(
        pl.when(pl.col("has_gp")).then(pl.lit("CQ beside GP, or GO beside CO")).otherwise(pl.lit("GO beside CO"))
    ),
    message=(
        "{code} of {dos}: {found}, expected {expected}. CQ stands for a physical therapist assistant and goes with "
        "GP, CO for an occupational therapy assistant and goes with GO; speech-language pathology has none. The "
        "line is denied as modifiers that do not fit together. Correct the one that differs from the plan of care."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Correct the assistant or the discipline modifier: {expected}", Needs.NOTE, Who.BILLER),
    yields_to=("D101", "D102", "D103", "D104", "D107"),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

D107 = Rule(
    id="D107",
    name="assistant-on-evaluation",
    title="An evaluation with an assistant's modifier, or given by an assistant alone",
    grain=Grain.LINE,
    cite=(cites.THERAPIST_SERVICES, cites.ASSISTANT_RULE_2022),
    applies=pl.col("is_evaluation"),
    when=pl.col("assistant_modifier") | pl.when(_giver_known).then(pl.col("assistant_only")),
    found=pl.when(pl.col("assistant_modifier")).then(_borne).otherwise(pl.lit("an assistant gave all of its minutes")),
    expected=pl.lit("an evaluation by the therapist, without CQ or CO"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. Assistants may not evaluate or re-evaluate, so the line is "
        "denied or taken back. If the therapist evaluated, correct the record of who gave it and remove the "
        "modifier; if not, do not bill the evaluation."
    ),
    severity=Severity.DENIAL,
    denial=("170", "4"),
    fix=Fix("Confirm that the therapist evaluated; then remove CQ or CO", Needs.CLINICIAN, Who.THERAPIST),
    yields_to=("D110",),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

# Units with and without the assistant's modifier, as billed and as the minutes give them
_with_billed = pl.col("assistant_units_billed")
_with_expected = pl.col("assistant_units_expected")
_without_billed = pl.col("code_units_billed") - _with_billed
_without_expected = pl.col("code_units_expected") - _with_expected
_in_whole = pl.col("assistant_only") & (_without_billed > 0)
_too_few_with = (_with_billed < _with_expected) & (_without_billed > _without_expected)
_too_many_with = (_with_billed > _with_expected) & (_without_billed < _without_expected)
_split_found = pl.format(
    "{} billed, {} with CQ or CO", units_text(pl.col("code_units_billed")), units_text(_with_billed)
)

D108 = Rule(
    id="D108",
    name="assistant-modifier-missing",
    title="Units that an assistant gave, billed without CQ or CO",
    grain=Grain.LINE,
    cite=(cites.ASSISTANT_UNITS, cites.ASSISTANT_RULE_2020, cites.ASSISTANT_RULE_2022),
    effective=ASSISTANT_MODIFIERS,
    applies=pl.col("first_of_code")
    & pl.col("assistant_modifier_required")
    & ~pl.col("is_evaluation")
    & (pl.col("discipline") != "GN"),
    when=pl.when(_giver_known).then(_in_whole | _too_few_with),
    found=_split_found,
    expected=pl.when(_in_whole)
    .then(pl.format("{} on all of them: an assistant gave every minute", _assistant_modifier))
    .otherwise(pl.format("{} with it, by the minutes of assistant and therapist", units_text(_with_expected))),
    message=(
        "{code} of {dos}: {found}, expected {expected}. A unit that an assistant gave in whole or in part is paid "
        "at a reduced rate from 2022, so without the modifier the payer pays too much and takes it back. Bill those "
        "units with the modifier, apart from any that the therapist gave."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix(
        "Bill the assistant's units with CQ (beside GP) or CO (beside GO), on a line apart from the therapist's",
        Needs.NOTE,
        Who.BILLER,
    ),
)

D109 = Rule(
    id="D109",
    name="assistant-modifier-surplus",
    title="CQ or CO on units that the therapist gave",
    grain=Grain.LINE,
    cite=(cites.ASSISTANT_UNITS, cites.ASSISTANT_RULE_2020, cites.ASSISTANT_RULE_2022),
    effective=ASSISTANT_MODIFIERS,
    applies=pl.col("first_of_code")
    & pl.col("assistant_modifier_required")
    & ~pl.col("is_evaluation")
    & (_with_billed > 0),
    when=pl.when(_giver_known).then(_too_many_with),
    found=_split_found,
    expected=pl.format("{} with it, by the minutes of assistant and therapist", units_text(_with_expected)),
    message=(
        "{code} of {dos}: {found}, expected {expected}. Minutes given together are the therapist's, and a unit of "
        "which an assistant gave no more than a tenth bears no modifier. From 2022 the modifier lowers the payment. "
        "Remove it from the units that the therapist gave, or correct who gave which minutes."
    ),
    severity=Severity.UNDERBILLING,
    fix=Fix("Remove CQ or CO from the units that the therapist gave", Needs.NOTE, Who.BILLER),
    yields_to=("D106",),
)

D110 = Rule(
    id="D110",
    name="assistant-modifier-before-2020",
    title="CQ or CO before the modifiers existed",
    grain=Grain.LINE,
    cite=(cites.ASSISTANT_LAW, cites.ASSISTANT_RULE_2020),
    effective=BEFORE_ASSISTANT_MODIFIERS,
    applies=pl.col("modifier_count") > 0,
    when=pl.col("assistant_modifier"),
    found=_borne,
    expected=pl.lit("no CQ or CO before 2020-01-01"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. The modifiers came into force on January 1, 2020, and a "
        "modifier that is not valid on the date of service is denied. Remove it."
    ),
    severity=Severity.DENIAL,
    denial=("182",),
    fix=Fix("Remove CQ or CO", Needs.NOTE, Who.BILLER),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

D111 = Rule(
    id="D111",
    name="too-many-modifiers",
    title="More modifiers than a claim line holds",
    grain=Grain.LINE,
    cite=(cites.SERVICE_LINE,),
    applies=pl.col("modifier_count") > 0,
    when=pl.col("modifier_count") > MOST_MODIFIERS,
    found=pl.format("{} modifiers", pl.col("modifier_count")),
    expected=pl.format("at most {}", pl.lit(MOST_MODIFIERS)),
    message=(
        "{code} of {dos}: {found}, expected {expected}. A claim line has room for four; any after the fourth are "
        "dropped, and the payer judges the line without them. Keep those that decide payment: bypass, "
        "discipline, assistant, KX."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Leave out the modifiers that the payer does not need", Needs.NOTE, Who.BILLER),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

D118 = Rule(
    id="D118",
    name="modifiers-out-of-order",
    title="Modifiers in another order than the payer wants",
    grain=Grain.LINE,
    cite=(cites.MODIFIER_ORDER,),
    applies=(pl.col("modifier_count") > 1) & pl.col("modifier_order_required"),
    when=_borne != pl.col("modifiers_ordered"),
    found=_borne,
    expected=pl.col("modifiers_ordered"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. This payer reads the modifiers of a line in an order of its "
        "own, and a line in another order is denied or put aside. The modifiers stay the same; put them in order."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Put the modifiers in the payer's order: {expected}", Needs.NOTHING, Who.BILLER),
    yields_to=("D111",),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

RULES = (D101, D102, D103, D104, D105, D106, D107, D108, D109, D110, D111, D118)
