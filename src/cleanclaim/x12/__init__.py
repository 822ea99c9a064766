"""Reads X12 files into tables, with the place of every row kept."""

from cleanclaim.x12.files import (
    Totals,
    X12Claims,
    X12Tables,
    iter_837,
    iter_segments,
    iter_x12,
    read,
    read_837,
    read_files,
)
from cleanclaim.x12.guides import KINDS
from cleanclaim.x12.totals import kinds, totals

__all__ = ["KINDS", "Totals", "X12Claims", "X12Tables", "iter_837", "iter_segments", "iter_x12", "kinds", "read"]
__all__ += ["read_837", "read_files", "totals"]
