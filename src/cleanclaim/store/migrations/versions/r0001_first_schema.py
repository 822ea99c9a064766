"""The first schema: postings, claims sent, acknowledgments, remittances, outcomes, work.

A revision is history: it says what the tables were, whatever :mod:`cleanclaim.store.tables` says today. A column is a
name, a type (text where none is told) or the column it points to, ``?`` where it may be null, ``*`` with an index.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision = None

_TABLES = {
    "ledger": """
        id:key made_at:t made_by
    """,
    "posting": """
        id:serial kind posted_at:t actor file_name? content_hash?* body_hash?* undoes:>posting.id? stands:b
        rows:i claims:i cents:i
    """,
    "acknowledgment": """
        id:key posting_id:>posting.id kind scope sender? receiver? interchange_control? interchange_day?
        interchange_time? group_control? set_control? reference? claim_key?* accepted:b? status? told_on:d?
        charge_cents:i? payer_control? segment:i
    """,
    "batch": """
        id:key posting_id:>posting.id sender? receiver? interchange_day? interchange_time? interchange_control?
        group_control? set_control? reference?
    """,
    "payment": """
        payment:key posting_id:>posting.id identity* segment:i offset:i transaction:i amount_cents:i paid_on:d?
        produced_on:d? trace?* trace_origin? payer_name? payer_id?
    """,
    "work": """
        id:key posting_id:>posting.id claim_key* done:b note:l?
    """,
    "claim": """
        id:key posting_id:>posting.id batch_id:>batch.id? claim_key* claim_id level patient_id?* payer?
        payer_id? filing_indicator? claim_form frequency? original_reference? billing_npi? charge_cents:i?
        first_dos:d? sent_on:d? sent_order
    """,
    "paid_claim": """
        claim:key posting_id:>posting.id payment:>payment.payment claim_key* control_key?* segment:i offset:i
        transaction:i claim_id status? charge_cents:i paid_cents:i payer_control? statement_first:d?
    """,
    "provider_adjustment": """
        id:key posting_id:>posting.id payment:>payment.payment* segment:i offset:i transaction:i provider?
        reason? reference? cents:i
    """,
    "adjustment": """
        id:key posting_id:>posting.id claim:>paid_claim.claim* service:i? segment:i offset:i claim_segment:i
        service_segment:i? group? reason? cents:i
    """,
    "line": """
        id:key posting_id:>posting.id claim_no:>claim.id* claim_seq:i? line_number:i? line_control? dos:d?
        dos_end:d? code? modifier_1? modifier_2? modifier_3? modifier_4? modifier_count:i? units:f?
        charge_cents:i? rendering_npi? taxonomy? place_of_service? bill_type? revenue_code?
    """,
    "paid_service": """
        service:key posting_id:>posting.id claim:>paid_claim.claim* segment:i offset:i claim_segment:i code?
        modifier_1? modifier_2? modifier_3? modifier_4? charge_cents:i paid_cents:i paid_units:f? original_code?
        original_modifier_1? original_modifier_2? original_modifier_3? original_modifier_4? original_units:f?
        dos:d? line_control?
    """,
    "remark": """
        id:key posting_id:>posting.id claim:>paid_claim.claim* service:i? claim_segment:i service_segment:i?
        code?
    """,
    "outcome": """
        id:serial claim_key* line_no:>line.id? posting_id:>posting.id? claim_id line_number:i? payer? pack?
        sequence? patient_id? dos:d? discipline? rendering_npi? billing_npi? code? modifiers? units:f?
        charge_cents:i? segment:i? offset:i? paid_code? paid_modifiers? paid_units:f? matched_by? answers:i?
        payer_control? paid_on:d? paid_cents:i? allowed_cents:i? contract_cents:i? reduced_cents:i?
        patient_cents:i? denied_cents:i? prior_payer_cents:i? recouped_cents:i? expected_allowed_cents:i?
        expected_paid_cents:i? expected_basis? short_cents:i? reasons? remarks? outcome*
    """,
}
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "": sa.String(),
    "l": sa.Text(),
    "i": _NUMBER,
    "f": sa.Float(),
    "b": sa.Boolean(),
    "d": sa.Date(),
    "t": sa.DateTime(timezone=True),
}


def upgrade() -> None:
    """Make the tables."""
    for table, columns in _TABLES.items():
        op.create_table(table, *_parts(table, columns))
        for word in columns.split():
            if word.endswith("*"):
                name = word.partition(":")[0].rstrip("?*")
                op.create_index(f"ix_{table}_{name}", table, [name])


def downgrade() -> None:
    """Drop them, with all they hold."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _parts(table: str, columns: str) -> Iterator[SchemaItem]:
    for word in columns.split():
        name, _, kind = word.rstrip("*").rstrip("?").partition(":")
        nullable = "?" in word
        if kind in ("key", "serial"):
            yield sa.Column(name, _NUMBER, nullable=False, autoincrement=kind == "serial")
            yield sa.PrimaryKeyConstraint(name, name=f"pk_{table}")
        elif kind.startswith(">"):
            yield sa.Column(name, _NUMBER, nullable=nullable)
            yield sa.ForeignKeyConstraint([name], [kind[1:]], name=f"fk_{table}_{name}")
        else:
            yield sa.Column(name, _TYPES[kind], nullable=nullable)
