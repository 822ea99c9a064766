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
    return tables.load("credentials").drop("physician")


@cache
def credential_roles() -> dict[str, str]:
    """Return the role that a therapist's or assistant's credential says: PT, PTA, OT, OTA or SLP.

    A speech-language pathology assistant has none: no payer of therapy has a place for one.

    >>> credential_roles()["COTA/L"], "MD" in credential_roles(), "SLPA" in credential_roles()
    ('OTA', False, False)
    """
    said = credential_discipline().drop_nulls("discipline").rows()
    assistants = set(ASSISTANT.values())
    return {
        credential: f"{DISCIPLINES[discipline]}A" if assistant else DISCIPLINES[discipline]
        for credential, discipline, assistant in said
        if not assistant or discipline in assistants
    }


@cache
def taxonomy_discipline() -> pl.DataFrame:
    """Return taxonomy codes, one row each: discipline (null for other clinicians), assistant, own label.

    >>> taxonomy_discipline().filter(pl.col("taxonomy") == "225100000X").row(0)
    ('225100000X', 'GP', False, 'physical therapist')
    """
    return tables.load("taxonomies").drop("physician")


@cache
def physicians() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return which credentials, and which taxonomy codes, are a physician's or nonphysician practitioner's.

    One row per credential, or taxonomy code, with the Boolean ``physician``.

    >>> physicians()[0].filter(pl.col("credential") == "MD").row(0)
    ('MD', True)
    """
    return (
        tables.load("credentials").select("credential", "physician"),
        tables.load("taxonomies").select("taxonomy", "physician"),
    )
