"""National provider identifiers: the check digit."""

from __future__ import annotations

import polars as pl

# 80840 (the card issuer prefix of health numbers in the US) adds this to the Luhn sum of every NPI.
_PREFIX_SUM = 24


def valid(npis: pl.Series) -> pl.Series:
    """Return for each NPI whether it has ten digits and the right check digit (45 CFR 162.406); null for null.

    >>> valid(pl.Series(["1234567893", "1234567890", "12345", None])).to_list()
    [True, False, False, None]
    """
    text = pl.Series("npi", npis, dtype=pl.String)
    number = text.str.extract(r"^([0-9]{10})$").cast(pl.Int64).alias("npi")
    total: pl.Expr = pl.lit(_PREFIX_SUM)
    for place in range(10):
        digit = pl.col("npi") // 10**place % 10
        # Every second digit counts double, the digits of the double added together; the last digit is the check digit.
        total = total + (digit if place % 2 == 0 else digit * 2 - (digit > 4).cast(pl.Int64) * 9)
    right = number.to_frame().select(right=total % 10 == 0)["right"]
    return pl.select(pl.when(text.is_not_null()).then(right.fill_null(False))).to_series().alias(npis.name)


def is_valid(npi: str) -> bool:
    """Return whether an NPI has ten digits and the right check digit.

    >>> is_valid("1234567893"), is_valid("1234567894")
    (True, False)
    """
    return bool(valid(pl.Series([npi], dtype=pl.String)).item())
