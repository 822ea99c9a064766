"""National provider identifiers: the check digit."""

from __future__ import annotations

import polars as pl

# 80840 (the card issuer prefix of health numbers in the US) adds this to the Luhn sum of every NPI.
_PREFIX_SUM = 24
# every second digit counts double, the digits of the double added together
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def is_valid(npi: str) -> bool:
    """Return whether an NPI has ten digits and the right check digit (45 CFR 162.406).

    >>> is_valid("1234567893"), is_valid("1234567894")
    (True, False)
    """
    if len(npi) != 10 or not (npi.isascii() and npi.isdigit()):
        return False
    digits = [int(digit) for digit in npi]
    return (_PREFIX_SUM + sum(digits[1::2]) + sum(_DOUBLED[digit] for digit in digits[0::2])) % 10 == 0


def valid(npis: pl.Series) -> pl.Series:
    """Return for each NPI whether it is valid; null for null. Each distinct one is tried once.

    >>> valid(pl.Series(["1234567893", "1234567890", "12345", None])).to_list()
    [True, False, False, None]
    """
    distinct = npis.cast(pl.String).unique().drop_nulls().to_list()
    if not distinct:
        return pl.Series(npis.name, [None] * len(npis), dtype=pl.Boolean)
    verdicts = [is_valid(npi) for npi in distinct]
    return npis.cast(pl.String).replace_strict(distinct, verdicts, default=None, return_dtype=pl.Boolean)
