"""The tables of the ledger that hold remittances (835), as they were read: nothing in them is judged."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cleanclaim.store.tables import Base, of_posting, own_id


class PaymentRow(Base):
    """A payment; ``identity`` tells it from every other, whatever file brings it."""

    __tablename__ = "payment"
    payment: Mapped[int] = own_id()
    posting_id: Mapped[int] = of_posting()
    identity: Mapped[str] = mapped_column(index=True)
    segment: Mapped[int]
    offset: Mapped[int]
    transaction: Mapped[int]
    amount_cents: Mapped[int]
    paid_on: Mapped[date | None]
    produced_on: Mapped[date | None]
    trace: Mapped[str | None] = mapped_column(index=True)
    trace_origin: Mapped[str | None]
    payer_name: Mapped[str | None]
    payer_id: Mapped[str | None]


class PaidClaimRow(Base):
    """A payer's decision on a claim."""

    __tablename__ = "paid_claim"
    claim: Mapped[int] = own_id()
    posting_id: Mapped[int] = of_posting()
    payment: Mapped[int] = mapped_column(ForeignKey("payment.payment"))
    claim_key: Mapped[str] = mapped_column(index=True)
    control_key: Mapped[str | None] = mapped_column(index=True)
    segment: Mapped[int]
    offset: Mapped[int]
    transaction: Mapped[int]
    claim_id: Mapped[str]
    status: Mapped[str | None]
    charge_cents: Mapped[int]
    paid_cents: Mapped[int]
    payer_control: Mapped[str | None]
    statement_first: Mapped[date | None]


class PaidServiceRow(Base):
    """A service of a decision."""

    __tablename__ = "paid_service"
    service: Mapped[int] = own_id()
    posting_id: Mapped[int] = of_posting()
    claim: Mapped[int] = mapped_column(ForeignKey("paid_claim.claim"), index=True)
    segment: Mapped[int]
    offset: Mapped[int]
    claim_segment: Mapped[int]
    code: Mapped[str | None]
    modifier_1: Mapped[str | None]
    modifier_2: Mapped[str | None]
    modifier_3: Mapped[str | None]
    modifier_4: Mapped[str | None]
    charge_cents: Mapped[int]
    paid_cents: Mapped[int]
    paid_units: Mapped[float | None]
    original_code: Mapped[str | None]
    original_modifier_1: Mapped[str | None]
    original_modifier_2: Mapped[str | None]
    original_modifier_3: Mapped[str | None]
    original_modifier_4: Mapped[str | None]
    original_units: Mapped[float | None]
    dos: Mapped[date | None]
    line_control: Mapped[str | None]


class AdjustmentRow(Base):
    """A reason and amount of a claim or service."""

    __tablename__ = "adjustment"
    id: Mapped[int] = own_id()
    posting_id: Mapped[int] = of_posting()
    claim: Mapped[int] = mapped_column(ForeignKey("paid_claim.claim"), index=True)
    service: Mapped[int | None]
    segment: Mapped[int]
    offset: Mapped[int]
    claim_segment: Mapped[int]
    service_segment: Mapped[int | None]
    group: Mapped[str | None]
    reason: Mapped[str | None]
    cents: Mapped[int]


class RemarkRow(Base):
    """A remark code of a claim or service."""

    __tablename__ = "remark"
    id: Mapped[int] = own_id()
    posting_id: Mapped[int] = of_posting()
    claim: Mapped[int] = mapped_column(ForeignKey("paid_claim.claim"), index=True)
    service: Mapped[int | None]
    claim_segment: Mapped[int]
    service_segment: Mapped[int | None]
    code: Mapped[str | None]


class ProviderAdjustmentRow(Base):
    """A reason and amount of a payment as a whole (PLB); its reference may name a claim."""

    __tablename__ = "provider_adjustment"
    id: Mapped[int] = own_id()
    posting_id: Mapped[int] = of_posting()
    payment: Mapped[int] = mapped_column(ForeignKey("payment.payment"), index=True)
    segment: Mapped[int]
    offset: Mapped[int]
    transaction: Mapped[int]
    provider: Mapped[str | None]
    reason: Mapped[str | None]
    reference: Mapped[str | None]
    cents: Mapped[int]


REMITTANCES: dict[str, type[Base]] = {
    "payments": PaymentRow,
    "paid_claims": PaidClaimRow,
    "paid_services": PaidServiceRow,
    "adjustments": AdjustmentRow,
    "remarks": RemarkRow,
    "provider_adjustments": ProviderAdjustmentRow,
}
"""The tables by the names that the reader of remittances gives them."""
