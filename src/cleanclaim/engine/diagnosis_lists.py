"""The claim's list of diagnoses as a list: what stands in it twice, and what stands first."""

from __future__ import annotations

import polars as pl

from cleanclaim.codes import icd10
from cleanclaim.engine.beside import Remembered, beside


def _bare(column: str) -> pl.Expr:
    return pl.col(column).str.to_uppercase().str.replace_all(".", "", literal=True)


_BARE = _bare("diagnoses")
_EACH = _BARE.str.split(" ")
_REPEATS = _EACH.list.n_unique() < _EACH.list.len()
_EXTERNAL = _BARE.str.head(1).is_in(icd10.EXTERNAL_CAUSES)


def _faulty(lists: pl.DataFrame) -> pl.DataFrame:
    each = lists.unique().with_columns(faulty=_REPEATS | _EXTERNAL)
    return beside(lists, each, ["diagnoses"], nulls_equal=True).select("faulty")


_FAULTS = Remembered(["diagnoses"], _faulty)


def with_diagnosis_lists(claims: pl.DataFrame) -> pl.DataFrame:
    """Add to the claim grain the first diagnosis that is listed twice, and an external cause that is listed first.

    Each distinct list is looked at once; where none has such a fault, the columns are left out.
    """
    found = _FAULTS.of(claims).to_series()
    if not found.any():
        return claims
    faulty = claims[["diagnoses"]].filter(found).unique(maintain_order=True)
    words = faulty.select("diagnoses", word=pl.col("diagnoses").str.split(" "))
    first = pl.when(_EXTERNAL).then(pl.col("word").list.first())
    each = words.explode("word").with_columns(bare=_bare("word"))
    again = each.filter(pl.struct("diagnoses", "bare").is_duplicated())
    repeated = again.group_by("diagnoses", maintain_order=True).agg(diagnosis_repeated=pl.col("word").first())
    told = words.select("diagnoses", external_cause_first=first).join(repeated, on="diagnoses", how="left")
    return beside(claims, told, ["diagnoses"])
