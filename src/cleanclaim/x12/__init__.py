"""Reads X12 files into tables, with the place of every row kept."""

from cleanclaim.x12.read import Totals, X12Claims, iter_837, read_837

__all__ = ["Totals", "X12Claims", "iter_837", "read_837"]
