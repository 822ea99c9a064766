"""Telehealth: how a claim says it, who may bill it and for which services.

On a professional claim the place of service says that the patient was not with the clinician: 02, elsewhere than at
home, and from 2022 10, at home (CMS Transmittal R11045CP). Modifier 95 says two-way video, 93 sound alone; GT is left
to institutional claims of critical access hospitals (CMS Change Request 10583). From March 2020 through 2023 Medicare
had the place of an office visit with 95, from 2024 it has 02 or 10 (MLN901705); a therapist in a hospital department
keeps the hospital's place. Other payers have rules of their own, which come from their packs.

Therapists bill Medicare for telehealth from March 1, 2020 through December 31, 2027 (waiver under 42 USC 1395m(m),
Consolidated Appropriations Act, 2026), for services on Medicare's list (42 CFR 410.78). A code of which no source in
hand says whether it is on the list is not judged.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.dated import Span
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

AT_HOME = "10"
IN_PERSON_PLACES = ("11", "12")
BEFORE_HOME_PLACE = Span(None, date(2021, 12, 31))

_professional = pl.col("claim_form") == "professional"
_by_modifier = pl.col("has_93") | pl.col("has_95") | pl.col("has_gt")
_borne = pl.coalesce("modifiers_text", pl.lit("no modifier"))
_place = pl.col("place_of_service")
_line_cents = pl.col("allowed_cents")
_line_charge = pl.col("charge_cents")

I401 = Rule(
    id="I401",
    name="telehealth-at-home-before-2022",
    title="Place of service 10 before it existed",
    grain=Grain.LINE,
    cite=(cites.TELEHEALTH_PLACES,),
    effective=BEFORE_HOME_PLACE,
    applies=pl.col("telehealth_place"),
    when=_place == AT_HOME,
    found=pl.format("place of service {}", _place),
    expected=pl.lit("02, or the place of an office visit with modifier 95, as the payer had it then"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. Place of service 10, telehealth at the patient's home, came "
        "into force on January 1, 2022, and a claim with a place that is not valid on the date is rejected. Correct "
        "the place."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Correct the place of service", Needs.NOTE, Who.BILLER),
    yields_to=("I402",),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

I402 = Rule(
    id="I402",
    name="telehealth-by-therapist-not-paid",
    title="Telehealth by a therapist on a date on which the payer does not pay it",
    grain=Grain.LINE,
    cite=(cites.TELEHEALTH_PRACTITIONERS, cites.TELEHEALTH_WAIVER),
    applies=pl.col("telehealth") & pl.col("clinician_discipline").is_in(["GP", "GO", "GN"]),
    when=~pl.col("telehealth_by_therapists"),
    found=pl.format("telehealth: place of service {}, {}", pl.coalesce(_place, pl.lit("not given")), _borne),
    expected=pl.lit("a service in person"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. On this date therapists are not among those whom the payer "
        "pays for telehealth; Medicare does from March 1, 2020 through December 31, 2027, unless the law is changed. "
        "If the patient was seen in person, correct the place and modifiers; if not, the service is not payable."
    ),
    severity=Severity.DENIAL,
    denial=("185", "96"),
    fix=Fix("Confirm how the service was given; correct place and modifier, or do not bill", Needs.NOTE, Who.BILLER),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

I403 = Rule(
    id="I403",
    name="telehealth-place-missing",
    title="A telehealth modifier with the place of a visit in person",
    grain=Grain.LINE,
    cite=(cites.TELEHEALTH_BOOKLET, cites.TELEHEALTH_PLACES),
    applies=_professional & _by_modifier & (pl.col("telehealth_told_by") == "place"),
    when=_place.is_in(IN_PERSON_PLACES),
    found=pl.format("place of service {}, {}", _place, _borne),
    expected=pl.lit("place of service 10 (patient at home) or 02 (elsewhere)"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. The payer knows telehealth by its place of service, so the "
        "line says two things at once. If the service was by telehealth, correct the place; if it was in person, "
        "remove the modifier."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Use the telehealth place of service, or remove the modifier", Needs.NOTE, Who.BILLER),
)

I404 = Rule(
    id="I404",
    name="telehealth-modifier-missing",
    title="A telehealth place of service without the modifier that the payer wants",
    grain=Grain.LINE,
    cite=(cites.TELEHEALTH_MODIFIER,),
    applies=_professional & pl.col("telehealth_place") & pl.col("telehealth_modifier_required"),
    when=~_by_modifier,
    found=pl.format("place of service {}, {}", _place, _borne),
    expected=pl.lit("95 (video) or 93 (sound alone) beside it"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. This payer wants a modifier on telehealth that says how it "
        "was given. Add the one that the treatment note supports."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Add 95 or 93 as the treatment note says", Needs.NOTE, Who.BILLER),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

I405 = Rule(
    id="I405",
    name="gt-on-professional-claim",
    title="GT on a professional claim of a payer that does not take it",
    grain=Grain.LINE,
    cite=(cites.GT_MODIFIER,),
    applies=_professional & pl.col("has_gt"),
    when=~pl.col("gt_on_professional"),
    found=_borne,
    expected=pl.lit("no GT: the place of service says telehealth"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. From October 1, 2018 Medicare takes GT on institutional "
        "claims of critical access hospitals (method II) only. Remove it; place of service 02 or 10 says telehealth."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Remove GT and use the telehealth place of service", Needs.NOTE, Who.BILLER),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

I406 = Rule(
    id="I406",
    name="telehealth-by-sound-and-video",
    title="A line that says both video and sound alone",
    grain=Grain.LINE,
    cite=(cites.TELEHEALTH_BOOKLET,),
    applies=_by_modifier,
    when=pl.col("has_93") & (pl.col("has_95") | pl.col("has_gt")),
    found=_borne,
    expected=pl.lit("one of them: 93 for sound alone, 95 for video"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. A service is given by video or by sound alone. Keep the "
        "modifier that the treatment note supports."
    ),
    severity=Severity.ADVICE,
    fix=Fix("Keep the modifier that the treatment note supports", Needs.NOTE, Who.BILLER),
    yields_to=("I405",),
)

I407 = Rule(
    id="I407",
    name="service-not-on-telehealth-list",
    title="Telehealth with a service that is not on Medicare's list",
    grain=Grain.LINE,
    cite=(cites.TELEHEALTH_PRACTITIONERS, cites.TELEHEALTH_LIST),
    applies=pl.col("telehealth") & pl.col("telehealth_list_applies"),
    when=~pl.col("telehealth_listed"),
    found=pl.format("telehealth: place of service {}, {}", pl.coalesce(_place, pl.lit("not given")), _borne),
    expected=pl.lit("a service in person: the code is on no telehealth list"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. Medicare pays by telehealth only what is on its list, and "
        "services of the hands, in water or with an attended device are not. If the patient was seen in person, "
        "correct the place and modifiers; if not, bill the code of what was given, or nothing."
    ),
    severity=Severity.DENIAL,
    denial=("96",),
    fix=Fix("Confirm how the service was given; correct place, modifier or code", Needs.CLINICIAN, Who.THERAPIST),
    yields_to=("I402",),
    priced_cents=_line_cents,
    charged_cents=_line_charge,
)

RULES = (I401, I402, I403, I404, I405, I406, I407)
