"""The work done on a claim."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from sqlalchemy import select

from cleanclaim.posting.run import known_claim
from cleanclaim.store.opened import Ledger
from cleanclaim.store.tables import PostingRow, WorkRow


def worked(ledger: Ledger, claim: str) -> list[dict[str, Any]]:
    """Return what was done on a claim, oldest first; InputError for a claim that the ledger does not know."""
    with ledger.reading() as connection:
        rows = connection.execute(
            select(WorkRow.posting_id, PostingRow.posted_at, PostingRow.actor, WorkRow.done, WorkRow.note)
            .join(PostingRow, PostingRow.id == WorkRow.posting_id)
            .where(WorkRow.claim_key == known_claim(connection, claim), PostingRow.stands)
            .order_by(WorkRow.id)
        ).all()
    return [
        {"posting": number, "at": at if at.tzinfo else at.replace(tzinfo=UTC), "by": by, "done": done, "note": note}
        for number, at, by, done, note in rows
    ]
