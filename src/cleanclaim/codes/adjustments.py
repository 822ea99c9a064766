"""Adjustment group, reason (CARC) and remark (RARC) codes with their dates, and our own short meanings."""

from __future__ import annotations

import polars as pl

from cleanclaim.codes import tables


def carc() -> pl.DataFrame:
    """Return claim adjustment reason codes, one row each; ``meaning`` is null where we have none yet.

    >>> carc().filter(pl.col("code") == "253").select("meaning", "first_day").row(0)
    ('federal sequestration reduction', datetime.date(2013, 6, 2))
    """
    return _of_kind("CARC")


def rarc() -> pl.DataFrame:
    """Return remittance advice remark codes, one row each; ``meaning`` is null where we have none yet.

    >>> rarc().filter(pl.col("code") == "N122")["meaning"].item()
    'add-on billed without primary'
    """
    return _of_kind("RARC")


def groups() -> pl.DataFrame:
    """Return the adjustment group codes, which say who bears an amount.

    >>> groups()["code"].to_list()
    ['CO', 'CR', 'OA', 'PI', 'PR']
    """
    return _of_kind("group")


def _of_kind(kind: str) -> pl.DataFrame:
    return tables.load("adjustments").filter(pl.col("kind") == kind).drop("kind")
