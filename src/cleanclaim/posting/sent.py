"""Which claims went out before, so that none goes out twice."""

from __future__ import annotations

import polars as pl

from cleanclaim.posting.book import book
from cleanclaim.store.opened import Ledger


def sent_before(ledger: Ledger) -> frozenset[tuple[str, str, str]]:
    """Return the claims that a ledger holds as sent and that were not rejected: number, level and frequency.

    Numbers are in capitals; the level is P, S or T; a claim that states no frequency is an original, 1.
    """
    standing = book(ledger).claims.filter(pl.col("state") != "rejected")
    return frozenset(standing.select("claim_key", "level", pl.col("frequency").fill_null("1")).rows())
