"""Files into the ledger, and what the ledger then says: claims sent, their answers, payments, what waits for what."""

from cleanclaim.posting.run import Posted, derived_again, post, undo, work

__all__ = ["Posted", "derived_again", "post", "undo", "work"]
