"""Writes X12 files: one that was read, again, with some of its segments changed."""

from cleanclaim.x12.write.edits import Edits
from cleanclaim.x12.write.loops import Loop, claim_heads, service_loops
from cleanclaim.x12.write.resubmission import resubmit
from cleanclaim.x12.write.rewriting import rewrite

__all__ = ["Edits", "Loop", "claim_heads", "resubmit", "rewrite", "service_loops"]
