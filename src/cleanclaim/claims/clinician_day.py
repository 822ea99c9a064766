"""CLINICIAN_DAY: a clinician's day across the patients of the input, block by block."""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.table import Column, Table

_S, _I, _B, _D = pl.String(), pl.Int64(), pl.Boolean(), pl.Date()

CLINICIAN_DAY = Table(
    "clinician_day",
    "a block of one-on-one time that a clinician gave one patient",
    (
        Column("row", _I, "first row of the block"),
        Column("visit_key", _I, "never known: keys end with their partition"),
        Column("claim_key", _I, "never known: keys end with their partition"),
        Column("dos", _D, "date of service"),
        Column("clinician_known", _B, "the rendering clinician has an NPI", null="no NPI"),
        Column("own_minutes", _B, "the minutes are the rendering therapist's own", null="not known who gave them"),
        Column("minutes", _I, "one-on-one minutes in the block", "minutes", "not known"),
        Column("shared_minutes", _I, "minutes of it that a block of another patient claims too", "minutes",
               "no clock times, minutes, patient or clinician"),
        Column("shared_from", _I, "clock time from which it does", "minutes after midnight", "none"),
        Column("other_visit", _S, "visit (else claim) number of that block", null="none, or it has no number"),
    ),
)  # fmt: skip
