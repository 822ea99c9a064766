"""How names of payers, sites and clinicians are compared: without regard to case or blanks at the ends."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl


def given(column: str) -> pl.Expr:
    """Return a column's text without blanks at its ends; null where none is left."""
    text = pl.col(column).str.strip_chars()
    return pl.when(text != "").then(text)


def key(column: str) -> pl.Expr:
    """Return a column's text as ``folded`` writes it."""
    return pl.col(column).str.strip_chars().str.to_lowercase()


def folded(name: str) -> str:
    """Return a name as it is compared.

    >>> folded(" Acme Health ")
    'acme health'
    """
    return name.strip().lower()


def looked_up(key: pl.Expr, values: Mapping[str, str | None]) -> pl.Expr:
    """Return the value of each key; null for a key that is not in ``values``."""
    if not values:
        return pl.lit(None, dtype=pl.String)
    found = pl.Series(list(values.values()), dtype=pl.String)
    return key.replace_strict(pl.Series(list(values), dtype=pl.String), found, default=None, return_dtype=pl.String)
