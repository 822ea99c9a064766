"""One finding for a fault that shows on every line of a claim."""

from __future__ import annotations

import polars as pl


def first_of_claim(*columns: str) -> pl.Expr:
    """True on the first line of a claim that bears each value of ``columns``; null where a value is not known.

    A fault of a whole claim shows on every line of it; with this it is one finding.

    >>> lines = pl.DataFrame({"claim_key": [7, 7, 7, None], "npi": ["A", "A", "B", "A"]})
    >>> lines.select(first_of_claim("npi")).to_series().to_list()
    [True, False, True, None]
    """
    names = ("claim_key", *columns)
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in names)
    # five times as fast as comparing the values; two of a partition's share a hash once in a billion partitions
    together = pl.struct(names).hash() if columns else pl.col("claim_key")
    return pl.when(known).then(together.is_first_distinct())
