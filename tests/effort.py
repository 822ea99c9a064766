"""How hard the random tests try: twenty times as hard in ``scripts/test --long``."""

from __future__ import annotations

import os


def times(count: int) -> int:
    """Return ``count``, or twenty times as many in the long run."""
    return count * 20 if os.environ.get("CLEANCLAIM_LONG") else count
