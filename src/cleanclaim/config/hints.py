"""Hints on what a configuration leaves out: payers without a pack that look like Medicare Part B."""

from __future__ import annotations

import polars as pl

from cleanclaim.codes.payers.toml import shown
from cleanclaim.config.example import FILE_NAME

# ASC X12N 837, SBR09: MB is Medicare Part B
PART_B = "MB"
_STATED = pl.col("filing_indicator")
_NAMED = pl.coalesce("payer", "payer_id")
# where a claim states another kind of coverage, a plan that bears Medicare's name is not Part B itself
_BY_NAME = (
    _STATED.is_null() & _NAMED.str.contains(r"(?i)\bmedicare\b") & ~_NAMED.str.contains(r"(?i)advantage|supplement")
)
_UNMAPPED = pl.col("pack").is_null() & _NAMED.is_not_null()


def medicare_hints(services: pl.DataFrame) -> list[str]:
    """Return a sentence for each payer without a pack that is named or stated to be Medicare Part B, in order of name.

    ``services`` as ``Config.resolve`` returned them.

    >>> row = {"payer": "NOVITAS", "payer_id": None, "pack": None, "filing_indicator": "MB"}
    >>> medicare_hints(pl.DataFrame([row], schema_overrides={"payer_id": pl.String, "pack": pl.String}))[0]
    'payer NOVITAS looks like Medicare Part B: write [payers."NOVITAS"] with pack = "medicare" in cleanclaim.toml'
    """
    like = services.filter(_UNMAPPED & ((_STATED == PART_B).fill_null(False) | _BY_NAME)).select(_NAMED.unique().sort())
    names = [shown(name).strip(chr(34)) for name in like.to_series()]
    return [
        f'payer {name} looks like Medicare Part B: write [payers."{name}"] with pack = "medicare" in {FILE_NAME}'
        for name in names
    ]
