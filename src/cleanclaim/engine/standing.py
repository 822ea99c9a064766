"""Which claims stand: a replacement (frequency 7) or void (8) takes away the claim whose control number it carries."""

from __future__ import annotations

import polars as pl

from cleanclaim.engine.beside import distinct

REPLACEMENT, VOID = "7", "8"


_CLAIM = ("file_id", "claim_seq", "_patient", "claim_id", "_level", "frequency", "original_reference")
_WHOSE = ("_patient", "_level")


def standing(services: pl.DataFrame) -> pl.DataFrame:
    """Return the services of claims that stand: without voids, and without the claims they or replacements take away.

    A claim is taken away by a later 7 or 8 for the same patient and payer level that names its claim number as the
    original, or that bears the same claim number itself (payers hand out the control number; a practice keeps its
    own). Order and columns stay.
    Source: NUBC and CMS claim frequency codes 7 and 8; X12 005010X222 CLM05-3 and REF*F8.

    >>> frame = pl.DataFrame({
    ...     "row": [0, 1], "file_id": 0, "claim_seq": [1, 2], "patient_id": "1", "claim_id": ["A", "A"],
    ...     "sequence": [None, None], "frequency": ["1", "7"], "original_reference": [None, "PCN9"]})
    >>> standing(frame)["row"].to_list()
    [1]
    """
    if not {REPLACEMENT, VOID} & distinct(services["frequency"]):
        return services
    claims = services.with_columns_seq(_patient=pl.col("patient_id"), _level=pl.col("sequence").fill_null("P"))
    changes = claims.filter(pl.col("frequency").is_in([REPLACEMENT, VOID]))
    named = pl.concat(
        changes.select_seq(*_WHOSE, claim_id=pl.col(number), _taken=pl.col("row"))
        for number in ("claim_id", "original_reference")
    ).drop_nulls("claim_id")
    last = named.group_by(*_WHOSE, "claim_id").agg(pl.col("_taken").max())
    marked = claims.join(last, on=[*_WHOSE, "claim_id"], how="left", nulls_equal=True, maintain_order="left")
    taken_away = (pl.col("row").max().over(_CLAIM) < pl.col("_taken")).fill_null(False)
    voided = pl.col("frequency").eq_missing(pl.lit(VOID))
    return marked.filter(~(taken_away | voided)).drop("_patient", "_level", "_taken")
