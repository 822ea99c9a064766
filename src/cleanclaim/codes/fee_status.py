"""Status letters of the physician fee schedule: what each means, in our own words, and what it does to the price."""

from __future__ import annotations

PRICED = ("A", "R", "T")
"""The schedule itself sets an amount."""
UNPAID = ("B", "I", "N")
"""Medicare pays nothing for the line: bundled, not valid for Medicare, not covered."""

MEANING = {
    "A": "active: paid by the schedule",
    "B": "bundled into other services and never paid by itself",
    "C": "priced by the contractor, not by the schedule",
    "I": "not valid for Medicare, which wants another code",
    "N": "not covered by Medicare",
    "R": "restricted: paid where special coverage rules are met",
    "T": "paid only if no other service of the day is paid",
    "X": "excluded from the schedule by law",
}
