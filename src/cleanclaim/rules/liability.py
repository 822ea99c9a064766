"""The KX threshold, and the modifiers that say who is liable if the payer does not pay.

KX (Medicare Claims Processing Manual, ch. 5, sec. 10.3; 42 USC 1395l(g)): each calendar year has a threshold of
allowed amounts, one for physical therapy and speech-language pathology together and one for occupational therapy,
over all providers and settings, after the multiple-procedure reduction. A line that brings the year's amount above
the threshold bears KX if the services are necessary and the record shows it; without KX it is denied with adjustment
code 119 and the provider is liable, unless a valid notice was given first (GA). At the threshold itself, and below,
KX has no meaning.

Notices (ch. 30; Change Request 6563): GA a required notice is on file and a denial as not necessary is expected; GZ
the same denial is expected and there is no notice; GY the service is excluded by law; GX a voluntary notice for an
excluded service. One of GA, GY and GZ a line. KX says that the service is necessary, GA and GZ that it is not. GX may
stand with GY, never with GA or GZ.

KX, GA and their like attest something: only the clinician or whoever holds the notice can.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who
from cleanclaim.rules.texts import dollars

_kx, _ga, _gx, _gy, _gz = (pl.col(f"has_{m}") for m in ("kx", "ga", "gx", "gy", "gz"))
_borne = pl.col("modifiers_text")
_threshold = pl.col("kx_threshold_cents")
_before = pl.col("ytd_cents")
_with_line = pl.col("running_allowed_cents")
_at_most = pl.col("running_upper_cents")
_therapy = pl.col("always_therapy") | (pl.col("discipline_modifiers") >= 1)
_not_known = pl.lit(None, dtype=pl.Boolean)

# With the line's price the answer is exact. Without it, a threshold reached before the line is crossed by any payment,
# and one that even full fees would not pass is not crossed; between the two nobody can tell.
_crosses = pl.coalesce(
    _with_line > _threshold,
    (_before >= _threshold) | ((_at_most > _threshold) & _not_known),
)

D201 = Rule(
    id="D201",
    name="kx-without-need",
    title="KX below the year's threshold",
    grain=Grain.LINE,
    cite=(cites.KX_THRESHOLD, cites.KX_LAW),
    # on an orthosis KX says that its coverage criteria are met, and has nothing to do with the threshold
    applies=_kx & _therapy & pl.col("kx_applies"),
    when=_at_most <= _threshold,
    found=pl.format("KX with at most {} this year", dollars(_at_most)),
    expected=pl.format("KX only above {}", dollars(_threshold)),
    message=(
        "{code} of {dos}: {found}, expected {expected}. KX attests that care above the threshold is necessary; on "
        "lines below it is a signal for review. Remove it, unless services of other providers bring the patient's "
        "year above the threshold: then correct the year-to-date amount."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix("Remove KX, or correct the year-to-date amount", Needs.CLINICIAN, Who.BILLER),
    yields_to=("D203",),
)

D202 = Rule(
    id="D202",
    name="threshold-crossed-without-kx",
    title="A line above the year's threshold without KX",
    grain=Grain.LINE,
    cite=(cites.KX_THRESHOLD, cites.KX_LAW),
    # a line sent for denial is not one that the threshold denies
    applies=pl.col("kx_applies") & _therapy & ~(_ga | _gy | _gz),
    when=~_kx & _crosses,
    found=pl.when(_with_line.is_not_null())
    .then(pl.format("{} this year with this line, no KX", dollars(_with_line)))
    .otherwise(pl.format("{} this year before this line, no KX", dollars(_before))),
    expected=pl.format("KX above {}", dollars(_threshold)),
    message=(
        "{code} of {dos}: {found}, expected {expected}. Without KX the line is denied as above the yearly amount, "
        "and the provider is liable. If the record shows that the care is necessary, the therapist has KX added; if "
        "it is not, a notice to the patient before the service and GA are the way."
    ),
    severity=Severity.DENIAL,
    denial=("119",),
    fix=Fix("Add KX if the therapist attests that the record shows the need", Needs.CLINICIAN, Who.THERAPIST),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

D203 = Rule(
    id="D203",
    name="kx-with-ga-or-gz",
    title="KX together with GA or GZ",
    grain=Grain.LINE,
    cite=(cites.KX_AGAINST_GA, cites.KX_THRESHOLD),
    applies=_kx & _therapy,
    when=_ga | _gz,
    found=_borne,
    expected=pl.lit("KX alone, or GA or GZ without it"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. KX says that the service is necessary, GA and GZ that a "
        "denial as not necessary is expected: the line contradicts itself and is denied. Keep KX while the care is "
        "necessary; from the day it no longer is, GA with a notice on file or GZ without one."
    ),
    severity=Severity.DENIAL,
    denial=("4", "50"),
    fix=Fix("Keep the one that the therapist attests and remove the other", Needs.CLINICIAN, Who.THERAPIST),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

D204 = Rule(
    id="D204",
    name="more-than-one-of-ga-gy-gz",
    title="More than one of GA, GY and GZ on a line",
    grain=Grain.LINE,
    cite=(cites.LIABILITY_NOTICES, cites.LIABILITY_MODIFIERS),
    applies=_ga | _gy | _gz,
    when=(_ga & _gy) | (_ga & _gz) | (_gy & _gz),
    found=_borne,
    expected=pl.lit("one of GA, GY and GZ"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. GA: denial expected, notice on file. GZ: denial expected, "
        "no notice. GY: excluded by law. Only one can be true, and it decides whether the patient or the provider "
        "is liable. Keep the one that fits the notice on file."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Keep the one that is true of the service and its notice", Needs.CLINICIAN, Who.BILLER),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

D205 = Rule(
    id="D205",
    name="ga-without-notice",
    title="GA without a notice on file",
    grain=Grain.LINE,
    cite=(cites.LIABILITY_NOTICES, cites.LIABILITY_MODIFIERS),
    applies=_ga,
    when=~pl.col("abn_on_file"),
    found=pl.lit("GA, and no notice on file"),
    expected=pl.lit("a signed notice from before the service, or GZ"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. GA states that the patient signed a notice and makes the "
        "patient liable; without the notice the provider is. File the notice if there is one; a notice cannot be "
        "given after the service."
    ),
    severity=Severity.COMPLIANCE,
    fix=Fix(
        "Find the notice; if none was given, the line takes GZ or no such modifier", Needs.CLINICIAN, Who.FRONT_DESK
    ),
    yields_to=("D203", "D204"),
)

D206 = Rule(
    id="D206",
    name="gz-with-notice",
    title="GZ although a notice is on file",
    grain=Grain.LINE,
    cite=(cites.LIABILITY_NOTICES, cites.LIABILITY_MODIFIERS),
    applies=_gz,
    when=pl.col("abn_on_file"),
    found=pl.lit("GZ, and a notice on file"),
    expected=pl.lit("GA if the notice covers this service"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. GZ states that no notice was given: the line is denied "
        "without review and the provider is liable. If the notice on file covers this service, GA makes the patient "
        "liable instead."
    ),
    severity=Severity.COMPLIANCE,
    denial=("50",),
    fix=Fix("Confirm that the notice covers the service; then GA in place of GZ", Needs.CLINICIAN, Who.FRONT_DESK),
    yields_to=("D203", "D204"),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

D207 = Rule(
    id="D207",
    name="gx-with-ga-or-gz",
    title="GX together with GA or GZ",
    grain=Grain.LINE,
    cite=(cites.LIABILITY_MODIFIERS, cites.LIABILITY_NOTICES),
    applies=_gx,
    when=_ga | _gz,
    found=_borne,
    expected=pl.lit("GX alone or with GY"),
    message=(
        "{code} of {dos}: {found}, expected {expected}. GX stands for a voluntary notice about a service that is "
        "excluded by law, GA and GZ for one that would be covered if it were necessary; the claim is returned. Keep "
        "the one that fits the service."
    ),
    severity=Severity.DENIAL,
    denial=("4",),
    fix=Fix("Keep the modifier that fits the service and its notice", Needs.CLINICIAN, Who.BILLER),
    yields_to=("D204",),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

RULES = (D201, D202, D203, D204, D205, D206, D207)
