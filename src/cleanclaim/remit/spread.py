"""Amounts of a whole given to its parts, in whole cents: by row and by column the sums stay what they were."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def spread(parts: pl.DataFrame, amounts: Sequence[str], *, by: str, weight: str) -> pl.DataFrame:
    """Return ``parts`` with each amount of the whole, which all rows of a group carry, replaced by the row's share.

    ``by`` is the whole that a row is part of; shares go by ``weight``, evenly where the weights of a whole are nothing
    or not known. Every amount's shares add up to it. Where the amounts add up to the weights (a charge into what became
    of it), each row's shares add up to its weight. Rows keep their order.

    >>> parts = pl.DataFrame({"by": [1, 1, 1], "charge": [100, 100, 100], "paid": 200, "contract": 100})
    >>> spread(parts, ["paid", "contract"], by="by", weight="charge").select("paid", "contract").rows()
    [(66, 34), (67, 33), (67, 33)]
    """
    known = pl.col(weight).fill_null(0).abs()
    even = known.sum().over(by) == 0
    frame = parts.with_columns(_weight=pl.when(even).then(1).otherwise(known))
    frame = frame.with_columns(_upto=pl.col("_weight").cum_sum().over(by), _whole=pl.col("_weight").sum().over(by))
    # shares of running totals, rounded down: what one row's rounding loses the next one gets
    running = [
        pl.sum_horizontal(pl.col(name) for name in amounts[:number]).alias(f"_to_{number}")
        for number in range(1, len(amounts) + 1)
    ]
    frame = frame.with_columns(pl.lit(0, dtype=pl.Int64).alias("_to_0"), *running)
    upto, before = pl.col("_upto"), pl.col("_upto") - pl.col("_weight")

    def shared(number: int) -> pl.Expr:
        total = pl.col(f"_to_{number}")
        return upto * total // pl.col("_whole") - before * total // pl.col("_whole")

    shares = frame.select((shared(n + 1) - shared(n)).alias(name) for n, name in enumerate(amounts))
    return parts.with_columns(shares)
