"""Modifiers of therapy claims, and the discipline that a clinician bills under."""

from __future__ import annotations

from functools import cache

import polars as pl

from cleanclaim.codes import tables

DISCIPLINES = {"GP": "PT", "GO": "OT", "GN": "SLP"}
ASSISTANT = {"CQ": "GP", "CO": "GO"}
X_MODIFIERS = ("XE", "XP", "XS", "XU")
BYPASS = ("59", *X_MODIFIERS)
LIABILITY = ("GA", "GX", "GY", "GZ")


@cache
def modifiers() -> pl.DataFrame:
    """Return the modifiers, one row each: kind, meaning in our own words, first and last day where known, standing.

    >>> modifiers().filter(pl.col("modifier") == "CQ").select("kind", "first_day").row(0)
    ('assistant', datetime.date(2020, 1, 1))
    """
    return tables.load("modifiers")


@cache
def credential_discipline() -> pl.DataFrame:
    """Return credentials, one row each: discipline (GP, GO, GN; null for other clinicians) and whether an assistant's.

    >>> credential_discipline().filter(pl.col("credential") == "COTA/L").row(0)
    ('COTA/L', 'GO', True)
    """
    return tables.load("credentials")


@cache
def taxonomy_discipline() -> pl.DataFrame:
    """Return taxonomy codes, one row each: discipline (null for other clinicians), assistant, own label.

    >>> taxonomy_discipline().filter(pl.col("taxonomy") == "225100000X").row(0)
    ('225100000X', 'GP', False, 'physical therapist')
    """
    return tables.load("taxonomies")
