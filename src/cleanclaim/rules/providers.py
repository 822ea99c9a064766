"""Who rendered, billed and referred.

A National Provider Identifier has ten digits, the last a check digit (45 CFR 162.406): one that does not add up was
mistyped. The rendering provider of a professional therapy line is the therapist (Medicare Benefit Policy Manual, ch.
15, sec. 230): an assistant's services are billed under the supervising therapist, with CQ or CO. Medicare wants the
one physician or practitioner who refers and certifies on every professional therapy claim (Medicare Claims Processing
Manual, ch. 26, sec. 10.4, item 17; qualifier DN).

A number without a value is not checked; only a claim whose input can carry a referring provider can lack one.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import Grain
from cleanclaim.rules import cites
from cleanclaim.rules.once import first_of_claim
from cleanclaim.rules.rule import Fix, Needs, Rule, Severity, Who

_check_digit = pl.lit("ten digits of which the last is the check digit")

I201 = Rule(
    id="I201",
    name="rendering-npi-invalid",
    title="A rendering provider number that fails its check digit",
    grain=Grain.LINE,
    cite=(cites.NPI_CHECK_DIGIT,),
    applies=first_of_claim("rendering_npi"),
    when=~pl.col("rendering_npi_valid"),
    found=pl.format("rendering NPI {}", pl.col("rendering_npi")),
    expected=_check_digit,
    message=(
        "Claim of {dos}: {found}, expected {expected}. The number was mistyped, or it is an own id that "
        "cleanclaim.toml does not map; the claim is rejected or denied for it. Correct it from the national provider "
        "registry."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Correct the rendering provider's NPI", Needs.NOTE, Who.CREDENTIALING),
    charged_cents=pl.col("charge_cents"),
)

I202 = Rule(
    id="I202",
    name="billing-npi-invalid",
    title="A billing provider number that fails its check digit",
    grain=Grain.LINE,
    cite=(cites.NPI_CHECK_DIGIT,),
    applies=first_of_claim("billing_npi"),
    when=~pl.col("billing_npi_valid"),
    found=pl.format("billing NPI {}", pl.col("billing_npi")),
    expected=_check_digit,
    message=(
        "Claim of {dos}: {found}, expected {expected}. The number was mistyped, and the claim is rejected for it. "
        "Correct it where the practice's own number is kept, since all its claims carry it."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Correct the billing provider's NPI", Needs.NOTE, Who.CREDENTIALING),
    charged_cents=pl.col("claim_charge_cents"),
)

I203 = Rule(
    id="I203",
    name="referring-npi-invalid",
    title="A referring provider number that fails its check digit",
    grain=Grain.LINE,
    cite=(cites.NPI_CHECK_DIGIT, cites.REFERRING_PROVIDER),
    applies=first_of_claim("referring_npi"),
    when=~pl.col("referring_npi_valid"),
    found=pl.format("referring NPI {}", pl.col("referring_npi")),
    expected=_check_digit,
    message=(
        "Claim of {dos}: {found}, expected {expected}. The number was mistyped, and the claim is denied because the "
        "referring provider cannot be found. Correct it from the national provider registry."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Correct the referring provider's NPI", Needs.NOTE, Who.FRONT_DESK),
    charged_cents=pl.col("claim_charge_cents"),
)

I204 = Rule(
    id="I204",
    name="assistant-as-rendering-provider",
    title="An assistant as the rendering provider",
    grain=Grain.LINE,
    cite=(cites.THERAPIST_SERVICES, cites.ASSISTANT_UNITS),
    applies=(pl.col("claim_form") == "professional") & first_of_claim("renders_as_assistant"),
    # without a number the input says who treated, not who stands on the claim
    when=pl.col("renders_as_assistant") & pl.when(pl.col("rendering_npi").is_not_null()).then(pl.lit(True)),
    found=pl.coalesce(
        pl.format("rendering provider with credential {}", pl.col("credential")),
        pl.format("rendering provider with taxonomy {}", pl.col("taxonomy")),
    ),
    expected=pl.lit("the supervising therapist"),
    message=(
        "Claim of {dos}: {found}, expected {expected}. Assistants may not enroll or bill, so the lines are denied. "
        "Name the supervising therapist, and mark the assistant's units with CQ or CO."
    ),
    severity=Severity.DENIAL,
    denial=("185", "170"),
    fix=Fix("Name the supervising therapist as the rendering provider", Needs.NOTE, Who.BILLER),
    charged_cents=pl.col("charge_cents"),
)

I205 = Rule(
    id="I205",
    name="referring-provider-missing",
    title="A therapy claim without the referring provider",
    grain=Grain.CLAIM,
    cite=(cites.CLAIM_ITEMS, cites.REFERRING_PROVIDER),
    applies=pl.col("has_therapy") & pl.col("referring_required") & (pl.col("claim_form") == "professional"),
    when=pl.when(pl.col("carries_referring")).then(pl.col("referring_npi").is_null()),
    found=pl.lit("no referring provider"),
    expected=pl.lit("the NPI of the physician or practitioner who certifies the plan of care"),
    message=(
        "Claim of {dos}: {found}, expected {expected}. The payer denies therapy claims that do not name who refers "
        "and certifies. Enter the name and NPI with qualifier DN."
    ),
    severity=Severity.DENIAL,
    denial=("16",),
    fix=Fix("Add the certifying physician or practitioner with qualifier DN", Needs.NOTE, Who.FRONT_DESK),
    priced_cents=pl.col("allowed_cents"),
    charged_cents=pl.col("charge_cents"),
)

I206 = Rule(
    id="I206",
    name="therapist-as-own-referrer",
    title="The treating therapist as the referring provider",
    grain=Grain.LINE,
    cite=(cites.CERTIFIERS, cites.REFERRING_PROVIDER),
    applies=(pl.col("referring_npi") == pl.col("rendering_npi"))
    & (pl.col("claim_form") == "professional")
    & pl.col("referring_required")
    & first_of_claim("referring_npi", "rendering_npi"),
    when=~pl.col("renders_as_physician"),
    found=pl.format("NPI {} renders and refers", pl.col("referring_npi")),
    expected=pl.lit("the physician or practitioner who certifies the plan of care"),
    message=(
        "Claim of {dos}: {found}; expected: {expected}. A therapist may not certify a plan of care, so the claim is "
        "denied for a provider who may not refer. Enter the certifying physician's or practitioner's NPI."
    ),
    severity=Severity.DENIAL,
    denial=("183",),
    fix=Fix("Enter the certifying physician or practitioner as the referring provider", Needs.NOTE, Who.FRONT_DESK),
    charged_cents=pl.col("claim_charge_cents"),
)

RULES = (I201, I202, I203, I204, I205, I206)
