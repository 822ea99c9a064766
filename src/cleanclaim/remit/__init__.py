"""Remittances (835) to outcomes: balanced, matched to claim lines, and each line's end said."""

from cleanclaim.remit.run import Remitted, remitted

__all__ = ["Remitted", "remitted"]
