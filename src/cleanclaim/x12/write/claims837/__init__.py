"""Writes 837 files, professional and institutional, from claims as they are to be sent."""

from cleanclaim.x12.write.claims837.file import Batch, Partner, Written, write_file
from cleanclaim.x12.write.claims837.text import Fault, Writing

__all__ = ["Batch", "Fault", "Partner", "Writing", "Written", "write_file"]
