"""The tables of the ledger, typed. Amounts are cents, days are dates; null says that nobody told it.

Rows that come from a file have an id made of the posting and the segment (:data:`PER_POSTING`), so that the same file
gives the same rows whoever reads it. ``claim_key`` is a claim number as it is compared: without spaces, in capitals.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Float, ForeignKey, Integer, MetaData, String, Table, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

PER_POSTING = 1 << 36
"""More segments than a file has: the id of a row is its segment's number and its posting's."""

# SQLite's own row numbers are of this type alone
_Id = BigInteger().with_variant(Integer(), "sqlite")
_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declared tables."""

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy's own name and form)
        int: BigInteger().with_variant(Integer(), "sqlite"),
        str: String(),
        float: Float(),
        bool: Boolean(),
        date: Date(),
        datetime: DateTime(timezone=True),
    }

    @classmethod
    def table(cls) -> Table:
        """Return the table for statements that are not about objects."""
        return cast(Table, cls.__table__)


def own_id() -> Mapped[int]:
    return mapped_column(_Id, primary_key=True, autoincrement=False)


def of_posting() -> Mapped[int]:
    # rows of a posting are found by the range of their ids, so that this needs no index
    return mapped_column(ForeignKey("posting.id"))


class LedgerRow(Base):
    """The one row that says which ledger this is; whoever writes holds it."""

    __tablename__ = "ledger"
    id: Mapped[int] = own_id()
    made_at: Mapped[datetime]
    made_by: Mapped[str]


class PostingRow(Base):
    """A posting: a file, work done, or the undoing of another posting. Only ``stands`` ever changes."""

    __tablename__ = "posting"
    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    kind: Mapped[str]
    posted_at: Mapped[datetime]
    actor: Mapped[str]
    file_name: Mapped[str | None]
    content_hash: Mapped[str | None] = mapped_column(index=True)
    body_hash: Mapped[str | None] = mapped_column(index=True)
    undoes: Mapped[int | None] = mapped_column(ForeignKey("posting.id"))
    stands: Mapped[bool]
    rows: Mapped[int]
    claims: Mapped[int]
    cents: Mapped[int]


class BatchRow(Base):
    """A transaction set of claims as sent, with the numbers of its envelope that acknowledgments name."""

    __tablename__ = "batch"
    id: Mapped[int] = own_id()
    posting_id: Mapped[int] = of_posting()
    sender: Mapped[str | None]
    receiver: Mapped[str | None]
    interchange_day: Mapped[str | None]
    interchange_time: Mapped[str | None]
    interchange_control: Mapped[str | None]
    group_control: Mapped[str | None]
    set_control: Mapped[str | None]
    reference: Mapped[str | None]


class ClaimRow(Base):
    """A claim as sent; sent again, it is a row again."""

    __tablename__ = "claim"
    id: Mapped[int] = own_id()
    posting_id: Mapped[int] = of_posting()
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"))
    claim_key: Mapped[str] = mapped_column(index=True)
    claim_id: Mapped[str]
    level: Mapped[str]
    patient_id: Mapped[str | None] = mapped_column(index=True)
    payer: Mapped[str | None]
    payer_id: Mapped[str | None]
    filing_indicator: Mapped[str | None]
    claim_form: Mapped[str]
    frequency: Mapped[str | None]
    original_reference: Mapped[str | None]
    billing_npi: Mapped[str | None]
    charge_cents: Mapped[int | None]
    first_dos: Mapped[date | None]
    sent_on: Mapped[date | None]
    sent_order: Mapped[str]


class LineRow(Base):
    """A line of a claim as sent."""

    __tablename__ = "line"
    id: Mapped[int] = own_id()
    posting_id: Mapped[int] = of_posting()
    claim_no: Mapped[int] = mapped_column(ForeignKey("claim.id"), index=True)
    claim_seq: Mapped[int | None]
    line_number: Mapped[int | None]
    line_control: Mapped[str | None]
    dos: Mapped[date | None]
    dos_end: Mapped[date | None]
    code: Mapped[str | None]
    modifier_1: Mapped[str | None]
    modifier_2: Mapped[str | None]
    modifier_3: Mapped[str | None]
    modifier_4: Mapped[str | None]
    modifier_count: Mapped[int | None]
    units: Mapped[float | None]
    charge_cents: Mapped[int | None]
    rendering_npi: Mapped[str | None]
    taxonomy: Mapped[str | None]
    place_of_service: Mapped[str | None]
    bill_type: Mapped[str | None]
    revenue_code: Mapped[str | None]


class AcknowledgmentRow(Base):
    """An answer to what was sent: of a TA1 to an interchange, of a 999 to a set or claim, of a 277CA to a claim or set.

    ``accepted`` null: it says neither.
    """

    __tablename__ = "acknowledgment"
    id: Mapped[int] = own_id()
    posting_id: Mapped[int] = of_posting()
    kind: Mapped[str]
    scope: Mapped[str]
    sender: Mapped[str | None]
    receiver: Mapped[str | None]
    interchange_control: Mapped[str | None]
    interchange_day: Mapped[str | None]
    interchange_time: Mapped[str | None]
    group_control: Mapped[str | None]
    set_control: Mapped[str | None]
    reference: Mapped[str | None]
    claim_key: Mapped[str | None] = mapped_column(index=True)
    accepted: Mapped[bool | None]
    status: Mapped[str | None]
    told_on: Mapped[date | None]
    charge_cents: Mapped[int | None]
    payer_control: Mapped[str | None]
    segment: Mapped[int]


class WorkRow(Base):
    """Work done on a claim: a note, or that it is done with."""

    __tablename__ = "work"
    id: Mapped[int] = own_id()
    posting_id: Mapped[int] = of_posting()
    claim_key: Mapped[str] = mapped_column(index=True)
    done: Mapped[bool]
    note: Mapped[str | None] = mapped_column(Text())


class OutcomeRow(Base):
    """What became of a claim line at one payer (``cleanclaim.claims.outcomes``), by the postings that stand."""

    __tablename__ = "outcome"
    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    claim_key: Mapped[str] = mapped_column(index=True)
    line_no: Mapped[int | None] = mapped_column(ForeignKey("line.id"))
    posting_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id"))
    claim_id: Mapped[str]
    line_number: Mapped[int | None]
    payer: Mapped[str | None]
    pack: Mapped[str | None]
    sequence: Mapped[str | None]
    patient_id: Mapped[str | None]
    dos: Mapped[date | None]
    discipline: Mapped[str | None]
    rendering_npi: Mapped[str | None]
    billing_npi: Mapped[str | None]
    code: Mapped[str | None]
    modifiers: Mapped[str | None]
    units: Mapped[float | None]
    charge_cents: Mapped[int | None]
    segment: Mapped[int | None]
    offset: Mapped[int | None]
    paid_code: Mapped[str | None]
    paid_modifiers: Mapped[str | None]
    paid_units: Mapped[float | None]
    matched_by: Mapped[str | None]
    answers: Mapped[int | None]
    payer_control: Mapped[str | None]
    paid_on: Mapped[date | None]
    paid_cents: Mapped[int | None]
    allowed_cents: Mapped[int | None]
    contract_cents: Mapped[int | None]
    reduced_cents: Mapped[int | None]
    patient_cents: Mapped[int | None]
    denied_cents: Mapped[int | None]
    prior_payer_cents: Mapped[int | None]
    recouped_cents: Mapped[int | None]
    expected_allowed_cents: Mapped[int | None]
    expected_paid_cents: Mapped[int | None]
    expected_basis: Mapped[str | None]
    short_cents: Mapped[int | None]
    reasons: Mapped[str | None]
    remarks: Mapped[str | None]
    outcome: Mapped[str] = mapped_column(index=True)
