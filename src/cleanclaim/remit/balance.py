"""What must add up in the tables of an 835: services, claims and payments, to the cent.

``x12.validate`` checks the same of the segments of a file, in a pass of its own that costs as much as reading it; tests
hold the two against each other. Source: X12 005010X221A1, sec. 1.10.2.1 (balancing).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cleanclaim.x12.validate.amounts import text_of

_SHOWN = 20
_PLACES = {"segment": pl.Int64, "message": pl.String}


def out_of_balance(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the places of one file that do not balance: ``segment`` and ``message``, at most 20 of each level.

    A service's charge less its adjustments is what is paid for it; a claim's charge less all its adjustments is what is
    paid for it, and its services' charges add up to its charge; the claims of a payment less its provider adjustments
    are the payment.

    >>> from cleanclaim.x12.schemas import EMPTY
    >>> out_of_balance(EMPTY).height
    0
    """
    claims, services, cuts = tables["paid_claims"], tables["paid_services"], tables["adjustments"]
    missing = [
        frame.filter(pl.col(column).is_null()).select("segment", message=pl.lit(f"{place} is missing or not an amount"))
        for frame, column, place in (
            (tables["payments"], "amount_cents", "BPR02 (amount paid)"),
            (claims, "charge_cents", "CLP03 (total charge)"),
            (claims, "paid_cents", "CLP04 (amount paid)"),
            (services, "charge_cents", "SVC02 (line charge)"),
            (services, "paid_cents", "SVC03 (amount paid)"),
            (cuts, "cents", "CAS (adjustment)"),
            (tables["provider_adjustments"], "cents", "PLB (adjustment)"),
        )
        if frame[column].null_count()
    ]
    if missing:
        return pl.concat(missing).head(_SHOWN)
    found = [
        _unequal(
            _summed(services, "segment", cuts, "service_segment", "cents").with_columns(
                _due=pl.col("charge_cents") - "_sum"
            ),
            "paid_cents",
            "SVC03 says {} is paid, and the charge less the adjustments is {}",
        ),
        _unequal(
            _summed(claims, "segment", cuts, "claim_segment", "cents").with_columns(
                _due=pl.col("charge_cents") - "_sum"
            ),
            "paid_cents",
            "CLP04 says {} is paid, and the charge less all adjustments is {}",
        ),
        _unequal(
            claims.join(_sums(services, "claim_segment", "charge_cents"), left_on="segment", right_on="claim_segment")
            .rename({"_sum": "_due"}),
            "charge_cents",
            "CLP03 says {} is charged, and the services come to {}",
        ),
        _payments(tables),
    ]
    return pl.concat(found)


def _payments(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    paid = _summed(tables["payments"], "transaction", tables["paid_claims"], "transaction", "paid_cents")
    cut = _summed(
        paid.rename({"_sum": "_claims"}), "transaction", tables["provider_adjustments"], "transaction", "cents"
    )
    due = cut.with_columns(_due=pl.col("_claims") - "_sum")
    return _unequal(due, "amount_cents", "BPR02 says {} is paid, and the claims less the provider adjustments are {}")


def _sums(parts: pl.DataFrame, by: str, cents: str) -> pl.DataFrame:
    return parts.lazy().drop_nulls(by).group_by(by).agg(_sum=pl.col(cents).sum()).collect()


def _summed(whole: pl.DataFrame, key: str, parts: pl.DataFrame, by: str, cents: str) -> pl.DataFrame:
    """Return ``whole`` with the sum of its parts, 0 where it has none."""
    joined = whole.join(_sums(parts, by, cents), left_on=key, right_on=by, how="left")
    return joined.with_columns(pl.col("_sum").fill_null(0))


def _unequal(frame: pl.DataFrame, column: str, message: str) -> pl.DataFrame:
    """Return the places where ``column`` is not what is due, with what is said and what is due in the message."""
    wrong = frame.filter(pl.col(column) != pl.col("_due")).head(_SHOWN)
    texts = [message.format(text_of(said), text_of(due)) for said, due in wrong.select(column, "_due").iter_rows()]
    return pl.DataFrame({"segment": wrong["segment"], "message": texts}, schema=_PLACES)
