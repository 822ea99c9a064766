"""What must add up in the tables of an 835: services, claims and payments, to the cent.

``x12.validate`` checks the same of the segments of a file, in a pass of its own that costs as much as reading it; tests
hold the two against each other. Source: X12 005010X221A1, sec. 1.10.2 (balancing).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cleanclaim.x12.validate.amounts import text_of

_SHOWN = 20
_PLACES = {"segment": pl.Int64, "message": pl.String}
NO_FAULTS = pl.DataFrame(schema=_PLACES)
_AMOUNTS = {
    "payments": (("amount_cents", "BPR02 (amount paid)"),),
    "paid_claims": (("charge_cents", "CLP03 (total charge)"), ("paid_cents", "CLP04 (amount paid)")),
    "paid_services": (("charge_cents", "SVC02 (line charge)"), ("paid_cents", "SVC03 (amount paid)")),
    "adjustments": (("cents", "CAS (adjustment)"),),
    "provider_adjustments": (("cents", "PLB (adjustment)"),),
}


def without_amount(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the places of a stretch that lack the amount they must have: ``segment`` and ``message``.

    >>> from cleanclaim.x12.schemas import EMPTY
    >>> without_amount(EMPTY).height
    0
    """
    missing = [
        frame.filter(pl.col(column).is_null()).select("segment", message=pl.lit(f"{place} is missing or not an amount"))
        for name, amounts in _AMOUNTS.items()
        for column, place in amounts
        if (frame := tables[name])[column].null_count()
    ]
    return pl.concat(missing) if missing else NO_FAULTS


def services_off(answers: pl.DataFrame) -> pl.DataFrame:
    """Return the services whose charge less the adjustments (``cut``) is not what is paid."""
    return _unequal(
        answers,
        pl.col("paid"),
        pl.col("charge") - pl.col("cut"),
        "SVC03 says {} is paid, and the charge less the adjustments is {}",
    )


def claims_off(claims: pl.DataFrame) -> pl.DataFrame:
    """Return the claims that do not balance.

    ``claims`` has ``segment``, ``charge_cents``, ``paid_cents``, ``cut`` (all adjustments, of its services too) and
    ``services_charge`` (null where it has no services).
    """
    paid = "CLP04 says {} is paid, and the charge less all adjustments is {}"
    charged = "CLP03 says {} is charged, and the services come to {}"
    charge = pl.col("charge_cents")
    return pl.concat(
        [
            _unequal(claims, pl.col("paid_cents"), charge - pl.col("cut"), paid),
            _unequal(claims, charge, pl.col("services_charge"), charged),
        ]
    )


def payments_off(payments: pl.DataFrame, claims: pl.DataFrame, adjustments: pl.DataFrame) -> pl.DataFrame:
    """Return the payments that are not the payments of their claims less the provider adjustments."""
    paid = claims.group_by("transaction").agg(_claims=pl.col("paid_cents").sum())
    cut = adjustments.group_by("transaction").agg(_cut=pl.col("cents").sum())
    due = payments.join(paid, on="transaction", how="left").join(cut, on="transaction", how="left")
    message = "BPR02 says {} is paid, and the claims less the provider adjustments are {}"
    return _unequal(due, pl.col("amount_cents"), pl.col("_claims").fill_null(0) - pl.col("_cut").fill_null(0), message)


def _unequal(frame: pl.DataFrame, said: pl.Expr, due: pl.Expr, message: str) -> pl.DataFrame:
    """Return the places where what is said is not what is due, with the two in the message."""
    wrong = frame.lazy().select("segment", _said=said, _due=due).filter(pl.col("_said") != pl.col("_due")).collect()
    if not wrong.height:
        return NO_FAULTS
    shown = wrong.head(_SHOWN)
    texts = [message.format(text_of(one), text_of(other)) for one, other in shown.select("_said", "_due").iter_rows()]
    return pl.DataFrame({"segment": shown["segment"], "message": texts}, schema=_PLACES)
