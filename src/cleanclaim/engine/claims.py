"""The claim grain: totals, place and bill type against the setting, filing dates, repeated claims."""

from __future__ import annotations

from functools import cache

import polars as pl

from cleanclaim.codes import places
from cleanclaim.engine.beside import Remembered, distinct
from cleanclaim.engine.few import grouped
from cleanclaim.engine.standing import REPLACEMENT
from cleanclaim.rules.rule import known_sum

# stated once a claim, so the same on all of its lines
_STATED = (
    "visit_key",
    "pack",
    "claim_form",
    "setting",
    "place_of_service",
    "bill_type",
    "frequency",
    "original_reference",
    "carries_original",
    "referring_required",
    "carries_referring",
    "claim_charge_cents",
    "diagnoses",
    "diagnosis_count",
    "received",
    "filing_limit_days",
    "filing_limit_months",
    "corrected_limit_days",
    "corrected_limit_months",
    "price_basis",
    "as_of",
)
_SUMMED = (
    "row",
    "dos",
    "always_therapy",
    "sometimes_therapy",
    "discipline_modifiers",
    "plan_of_care",
    "has_gy",
    "referring_npi",
    "charge_cents",
    "allowed_cents",
    "duplicate_of",
    "duplicate_claim",
)


# a sometimes-therapy code is therapy under a plan of care alone, which its modifier says; a physician's is none
_THERAPY = pl.col("always_therapy") | (
    pl.col("sometimes_therapy") & ((pl.col("discipline_modifiers") >= 1) | pl.col("plan_of_care").fill_null(False))
)
# a line with GY is sent to be denied, such as a chiropractor's therapy: no plan of care stands behind it
_TO_BE_PAID = _THERAPY & ~pl.col("has_gy").fill_null(False)
_CLAIM = (
    pl.col(_STATED).first(),
    pl.col("row").min(),
    pl.col("dos").min(),
    pl.col("dos").max().alias("dos_last"),
    _TO_BE_PAID.any(ignore_nulls=False).alias("has_therapy"),
    pl.col("referring_npi").drop_nulls().first(),
    known_sum(pl.col("charge_cents")).alias("charge_cents"),
    known_sum(pl.col("allowed_cents")).alias("allowed_cents"),
    # a claim repeats another if each of its lines does
    pl.when(pl.col("duplicate_of").count() == pl.len()).then(pl.col("duplicate_of").min()).alias("duplicate_of"),
    pl.col("duplicate_claim").first(),
)


def claim_grain(lines: pl.DataFrame) -> pl.DataFrame:
    """Return one row per claim as sent that stands; no rows where the input has no claims."""
    claimed = lines[:, _READ]
    if claimed["claim_key"].null_count():
        claimed = claimed.filter(pl.col("claim_key").is_not_null())
    claims = grouped(claimed, "claim_key", _CLAIM)
    filing = _WITH_REPLACEMENTS if REPLACEMENT in distinct(claims["frequency"]) else _FIRST_CLAIMS
    return _places().beside(claims).with_columns_seq(filing)


_READ = ["claim_key", *_STATED, *_SUMMED]
_PLACE = ("claim_form", "setting", "place_of_service", "bill_type")


@cache
def _places() -> Remembered:
    """Whether the place of service is one, and whether it and the bill type go with the setting."""
    places_of, forms_of = places.setting_places(), places.setting_bill_types()
    place = pl.concat_str("setting", "place_of_service", separator=" ")
    form = pl.concat_str("setting", pl.col("bill_type").str.slice(0, 2), separator=" ")
    known = pl.col("place_of_service").is_in(places.places()["place_of_service"].implode())
    # the setting of an institutional claim shows in its bill type; an unknown place is a fault of its own, and a
    # setting of which no places are published is not judged by them
    judged = (pl.col("claim_form") == "professional") & known & pl.col("setting").is_in(places_of["setting"].implode())
    said = (
        known.alias("place_known"),
        pl.when(judged).then(place.is_in(_joined(places_of, "place_of_service"))).alias("place_fits"),
        form.is_in(_joined(forms_of, "bill_type")).alias("bill_type_fits"),
    )
    return Remembered(_PLACE, lambda keys: keys.select_seq(said))


def _joined(table: pl.DataFrame, column: str) -> list[str]:
    return table.select_seq(pl.concat_str("setting", column, separator=" ")).to_series().to_list()


def _deadline(day: pl.Expr, limit: str) -> pl.Expr:
    days, months = pl.col(f"{limit}_days"), pl.col(f"{limit}_months")
    by_month = day.dt.offset_by(pl.format("{}mo", months))
    return pl.when(months.is_not_null()).then(by_month).otherwise(day + pl.duration(days=days))


DEADLINE = _deadline(pl.col("dos"), "filing_limit")
"""The last day to file, from the date of service and the limit of the payer."""

# an institutional claim is timely by its last date of service (Medicare Claims Processing Manual, ch. 1, sec. 70.1)
_COUNTED_FROM = pl.when(pl.col("claim_form") == "institutional").then("dos_last").otherwise("dos")
_OF_CLAIM = _deadline(_COUNTED_FROM, "filing_limit")
_REPLACES = pl.col("frequency").eq_missing(pl.lit(REPLACEMENT))
# a replacement within the limit for first claims is in time; past it only where the payer's limit for it is known
_IN_TIME = (pl.coalesce("received", "as_of") <= _OF_CLAIM).fill_null(False)
_CORRECTED = pl.coalesce(_deadline(_COUNTED_FROM, "corrected_limit"), pl.when(_IN_TIME).then(_OF_CLAIM))
_ALWAYS = (
    # a claim that is not sent yet would be received today at the earliest
    pl.coalesce("received", "as_of").alias("received_or_as_of"),
    pl.col("charge_cents").alias("lines_charge_cents"),
)
_FIRST_CLAIMS = (
    _OF_CLAIM.alias("filing_deadline"),
    pl.lit(None, dtype=pl.Date).alias("correction_deadline"),
    pl.lit(False).alias("replaces"),
    *_ALWAYS,
)
_WITH_REPLACEMENTS = (
    pl.when(_REPLACES).then(_CORRECTED).otherwise(_OF_CLAIM).alias("filing_deadline"),
    pl.when(_REPLACES).then(_CORRECTED).alias("correction_deadline"),
    _REPLACES.alias("replaces"),
    *_ALWAYS,
)
