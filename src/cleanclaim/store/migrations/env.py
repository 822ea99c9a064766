"""What alembic runs: the revisions, on the ledger's own connection. Read by anything else it does nothing."""

from __future__ import annotations

from alembic import context

from cleanclaim.store import remittance_tables
from cleanclaim.store.tables import Base

assert remittance_tables.REMITTANCES  # the module declares its tables when it is read
if (config := getattr(context, "config", None)) is not None:
    context.configure(connection=config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True)
    context.run_migrations()
