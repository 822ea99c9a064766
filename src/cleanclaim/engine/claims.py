"""The claim grain: totals, place and bill type against the setting, filing dates, repeated claims."""

from __future__ import annotations

from functools import cache

import polars as pl

from cleanclaim.codes import places
from cleanclaim.rules.rule import known_sum

# stated once a claim, so the same on all of its lines
_STATED = (
    "visit_key",
    "pack",
    "claim_form",
    "setting",
    "place_of_service",
    "bill_type",
    "referring_required",
    "carries_referring",
    "claim_charge_cents",
    "received",
    "filing_limit_days",
    "filing_limit_months",
    "price_basis",
    "as_of",
)
_SUMMED = (
    "row",
    "dos",
    "always_therapy",
    "sometimes_therapy",
    "referring_npi",
    "charge_cents",
    "allowed_cents",
    "duplicate_of",
    "duplicate_claim",
)


def claim_grain(lines: pl.DataFrame) -> pl.DataFrame:
    """Return one row per claim as sent that stands; no rows where the input has no claims."""
    claims = (
        lines.filter(pl.col("claim_key").is_not_null())
        .select("claim_key", *_STATED, *_SUMMED)
        .group_by("claim_key", maintain_order=True)
        .agg(
            pl.col(_STATED).first(),
            row=pl.col("row").min(),
            dos=pl.col("dos").min(),
            has_therapy=(pl.col("always_therapy") | pl.col("sometimes_therapy")).any(ignore_nulls=False),
            referring_npi=pl.col("referring_npi").drop_nulls().first(),
            lines_charge_cents=known_sum(pl.col("charge_cents")),
            allowed_cents=known_sum(pl.col("allowed_cents")),
            _repeats=pl.col("duplicate_of").is_not_null().all(),
            _repeated=pl.col("duplicate_of").min(),
            duplicate_claim=pl.col("duplicate_claim").first(),
        )
        .with_columns(charge_cents=pl.col("lines_charge_cents"))
    )
    return _with_filing(_with_places(claims)).with_columns(
        duplicate_of=pl.when("_repeats").then("_repeated"),
    )


def _with_places(claims: pl.DataFrame) -> pl.DataFrame:
    """Add whether the place of service and the bill type go with the setting."""
    places_of, forms_of = _fitting()
    place = pl.concat_str("setting", "place_of_service", separator=" ")
    form = pl.concat_str("setting", pl.col("bill_type").str.slice(0, 2), separator=" ")
    known = places.place_known(claims["place_of_service"])
    return claims.with_columns(
        place_known=known,
        # the setting of an institutional claim shows in its bill type; an unknown place is a fault of its own
        place_fits=pl.when((pl.col("claim_form") == "professional") & known).then(place.is_in(places_of)),
        bill_type_fits=form.is_in(forms_of),
    )


@cache
def _fitting() -> tuple[list[str], list[str]]:
    """The settings with the places, and with the bill types, that go with them."""
    return _joined(places.setting_places(), "place_of_service"), _joined(places.setting_bill_types(), "bill_type")


def _joined(table: pl.DataFrame, column: str) -> list[str]:
    return table.select(pl.concat_str("setting", column, separator=" ")).to_series().to_list()


def _with_filing(claims: pl.DataFrame) -> pl.DataFrame:
    """Add the last day to file, and the day on which the claim was (or, unsent, would be) received."""
    by_month = pl.col("dos").dt.offset_by(pl.format("{}mo", pl.col("filing_limit_months")))
    by_day = pl.col("dos") + pl.duration(days=pl.col("filing_limit_days"))
    return claims.with_columns(
        filing_deadline=pl.when(pl.col("filing_limit_months").is_not_null()).then(by_month).otherwise(by_day),
        received_or_as_of=pl.coalesce("received", "as_of"),
    )
