"""A first configuration, drawn from a clinic's own files: their headers, payers, sites and clinicians.

Nothing of a patient goes into it: headers, payers' names, providers' numbers and how many rows each has.
"""

from __future__ import annotations

from cleanclaim.beginnings.draft import Draft, draft

__all__ = ["Draft", "draft"]
