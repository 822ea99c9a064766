"""Validates X12 files by grammar tables."""

from cleanclaim.x12.validate.run import Validation, validate

__all__ = ["Validation", "validate"]
