"""What was once asked for and is no longer: functional reporting, and modifiers outside their dates.

From 2013 through 2018 Medicare asked for codes and severity modifiers that told how limited a patient was (Medicare
Benefit Policy Manual, ch. 15, sec. 220.4). It ended them for services from January 1, 2019 (CMS-1693-F); through 2019
the codes still did no harm, after that they are out of the code set. Modifiers too have dates: SZ ended with 2017, when
96 and 97 took its place, the severity modifiers with functional reporting.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.dated import Span
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

CODES_GONE = Span(date(2020, 1, 1), None)
REPORTING_ENDED = Span(date(2019, 1, 1), date(2019, 12, 31))

_functional = pl.col("code_group") == "functional_reporting"

I108 = Rule(
    id="I108",
    name="functional-code-after-its-end",
    title="A functional reporting code after the codes ended",
    grain=Grain.LINE,
    cite=(cites.FUNCTIONAL_REPORTING, cites.FUNCTIONAL_REPORTING_RULE),
    applies=_functional,
    when=CODES_GONE.covers(pl.col("dos")),
    found=pl.lit("a code of functional reporting"),
    expected=pl.lit("no line of its own"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. Medicare ended functional reporting with 2018 and the codes "
        "went out of use a year later, so the line is rejected. Remove it: it was never paid."
    ),
    severity=Severity.DENIAL,
    denial=("181",),
    fix=Fix("Remove the line", Needs.NOTE, Who.BILLER),
    yields_to=("I101",),
    charged_cents=pl.col("charge_cents"),
)

I109 = Rule(
    id="I109",
    name="functional-code-not-needed",
    title="A functional reporting code in the year after reporting ended",
    grain=Grain.LINE,
    cite=(cites.FUNCTIONAL_REPORTING, cites.FUNCTIONAL_REPORTING_RULE),
    applies=_functional & pl.col("fee_status_applies"),
    when=REPORTING_ENDED.covers(pl.col("dos")),
    found=pl.lit("a code of functional reporting"),
    expected=pl.lit("no line of its own"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. Medicare no longer asks for functional reporting for "
        "services from January 1, 2019. The line is not paid and may be left out."
    ),
    severity=Severity.ADVICE,
    fix=Fix("Leave the line out", Needs.NOTE, Who.BILLER),
)

D112 = Rule(
    id="D112",
    name="modifier-outside-its-dates",
    title="A modifier that is not valid on the date of service",
    grain=Grain.LINE,
    cite=(cites.FUNCTIONAL_REPORTING, cites.HABILITATIVE_MODIFIERS),
    applies=pl.col("modifier_count") > 0,
    when=pl.when(pl.col("modifier_count").is_not_null() & pl.col("dos").is_not_null()).then(
        pl.col("outdated_modifiers").is_not_null()
    ),
    found=pl.col("outdated_modifiers"),
    expected=pl.lit("modifiers valid on the date of service"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. A modifier outside its dates is denied: the severity "
        "modifiers CH to CN ended with 2018, SZ with 2017, and 96 and 97 began with 2018. Remove it, or use the one "
        "that took its place."
    ),
    severity=Severity.DENIAL,
    denial=("182",),
    fix=Fix("Remove the modifier, or use the one that took its place", Needs.NOTE, Who.BILLER),
    yields_to=("I108", "I109"),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

RULES = (D112, I108, I109)
