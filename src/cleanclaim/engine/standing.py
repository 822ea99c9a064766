"""Which claims stand: a replacement (frequency 7) or void (8) takes away the claim whose control number it carries."""

from __future__ import annotations

import polars as pl

REPLACEMENT, VOID = "7", "8"


def standing(services: pl.DataFrame) -> pl.DataFrame:
    """Return the services of claims that stand: without voids, and without the claims they or replacements take away.

    A claim is taken away by a later 7 or 8 of the same payer level that names its claim number as the original, or
    that bears the same claim number itself (payers hand out the control number; a practice keeps its own).
    Source: NUBC and CMS claim frequency codes 7 and 8; X12 005010X222 CLM05-3 and REF*F8.

    >>> frame = pl.DataFrame({
    ...     "row": [0, 1], "claim_id": ["A", "A"], "sequence": [None, None],
    ...     "frequency": ["1", "7"], "original_reference": [None, "PCN9"]})
    >>> standing(frame)["row"].to_list()
    [1]
    """
    changes = services.filter(pl.col("frequency").is_in([REPLACEMENT, VOID]))
    if changes.is_empty():
        return services
    level = pl.col("sequence").fill_null("P")
    named = pl.concat(
        [
            changes.select(level, taken=pl.col(column), taken_by=pl.col("row"))
            for column in ("claim_id", "original_reference")
        ]
    ).drop_nulls("taken")
    last = named.group_by("sequence", "taken").agg(pl.col("taken_by").max())
    marked = services.with_columns(sequence_level=level).join(
        last,
        left_on=["sequence_level", "claim_id"],
        right_on=["sequence", "taken"],
        how="left",
        maintain_order="left",
    )
    # a replacement stands itself until a later one takes its number away: compare by its last row
    own_last = pl.col("row").max().over("claim_id", "sequence_level", "frequency", "original_reference")
    taken_away = pl.col("taken_by").is_not_null() & (own_last < pl.col("taken_by"))
    voided = pl.col("frequency").eq_missing(pl.lit(VOID))
    return marked.filter(~(taken_away | voided)).drop("sequence_level", "taken_by")
