"""Outcomes in the ledger: written anew for the claims that a posting touches, and checked before they count."""

from __future__ import annotations

import polars as pl
from sqlalchemy import BigInteger, Connection, Integer, cast, delete, func, select
from sqlalchemy.sql.elements import ColumnElement

from cleanclaim.store.bulk import ask, written
from cleanclaim.store.refusals import Unbalanced
from cleanclaim.store.remittance_tables import PaidClaimRow, PaymentRow, ProviderAdjustmentRow
from cleanclaim.store.tables import OutcomeRow
from cleanclaim.store.touched import of_posting

PARTS = ("paid_cents", "contract_cents", "reduced_cents", "patient_cents", "denied_cents", "prior_payer_cents")
"""What the charge of an answered line is divided into."""
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")


def replace(connection: Connection, keys: pl.Series, outcomes: pl.DataFrame) -> None:
    """Put ``outcomes`` in the place of what the ledger says of the claims of these keys.

    Raises Unbalanced where the parts of an answered line are not its charge, or a cent of the charges is lost.
    """
    asked = ask(connection, keys)
    own = OutcomeRow.claim_key.in_(select(asked.c.word))
    connection.execute(delete(OutcomeRow).where(own))
    written(connection, OutcomeRow.table(), outcomes)
    parts = sum((getattr(OutcomeRow, name) for name in PARTS[1:]), start=OutcomeRow.paid_cents)
    wrong = connection.execute(
        select(OutcomeRow.claim_id, OutcomeRow.line_number)
        .where(own, OutcomeRow.answers.is_not(None), OutcomeRow.charge_cents != parts)
        .limit(1)
    ).first()
    if wrong is not None:
        raise Unbalanced(
            f"claim {wrong[0]}, line {wrong[1]}: what became of the charge does not add up to it; nothing was posted"
        )
    kept = connection.execute(select(_sum(OutcomeRow.charge_cents)).where(own)).scalar_one()
    if kept != int(outcomes["charge_cents"].sum()):
        raise Unbalanced("the charges written are not those worked out; nothing was posted")


def check_payments(connection: Connection, number: int) -> None:
    """Raise Unbalanced where a payment of a posting is not its claims less its provider adjustments, to the cent."""
    claims = (
        select(PaidClaimRow.payment, _sum(PaidClaimRow.paid_cents).label("cents"))
        .where(of_posting(PaidClaimRow, number))
        .group_by(PaidClaimRow.payment)
        .subquery()
    )
    taken = (
        select(ProviderAdjustmentRow.payment, _sum(ProviderAdjustmentRow.cents).label("cents"))
        .where(of_posting(ProviderAdjustmentRow, number))
        .group_by(ProviderAdjustmentRow.payment)
        .subquery()
    )
    due = func.coalesce(claims.c.cents, 0) - func.coalesce(taken.c.cents, 0)
    wrong = connection.execute(
        select(PaymentRow.segment)
        .outerjoin(claims, claims.c.payment == PaymentRow.payment)
        .outerjoin(taken, taken.c.payment == PaymentRow.payment)
        .where(of_posting(PaymentRow, number), PaymentRow.amount_cents != due)
        .limit(1)
    ).scalar()
    if wrong is not None:
        raise Unbalanced(f"segment {wrong}: the payment is not its claims less its adjustments; nothing was posted")


def _sum(column: ColumnElement[int] | object) -> ColumnElement[int]:
    # PostgreSQL sums to a decimal
    return cast(func.coalesce(func.sum(column), 0), _NUMBER)
