"""Rows for a further payer that do not say so: a visit that two payers are billed for is one for each of them.

A copy of a claim to a secondary payer is the same visit told to another payer, not a second visit and no duplicate.
Where the input has ``sequence`` it says which is which (837: SBR01). Where it has none and a patient's day names
several payers, the rows of the payer that the input names first for the patient are read as primary, those of the next
as secondary: added together they would double the day's units. Two payers are two packs; where one of them is not
mapped, its name as written. A row without a payer stays with the first.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.engine.beside import distinct

_LEVELS = {1: "P", 2: "S", 3: "T"}
_PAYER = pl.coalesce("pack", pl.col("payer").str.to_lowercase()).alias("_payer")
_PATIENT = pl.coalesce("patient_id", "visit_id", "claim_id").alias("_patient")
_DAY = ["_patient", "dos"]
_PLACE = pl.col("_order").rank("dense").over(_DAY).clip(upper_bound=len(_LEVELS)).cast(pl.Int64)


def with_levels(services: pl.DataFrame) -> pl.DataFrame:
    """Return ``services`` with ``sequence`` filled on days for which several payers are named and no level is.

    Rows, columns and their order stay. Null elsewhere: such rows are read as primary.

    >>> text = pl.String
    >>> day = pl.DataFrame({"row": [0, 1], "patient_id": "1", "visit_id": "V", "claim_id": "C", "dos": "2026-03-04",
    ...     "pack": ["medicare", None], "payer": ["medicare", "Acme"], "sequence": pl.Series([None, None], dtype=text)})
    >>> with_levels(day)["sequence"].to_list()
    ['P', 'S']
    """
    if not services["sequence"].null_count():
        return services
    named = len(distinct(services["pack"])) + services["pack"].has_nulls()
    if named <= 1 and len(distinct(services["payer"])) <= 1:
        return services
    open_rows = services.filter(pl.col("sequence").is_null()).select("row", "dos", _PAYER, _PATIENT)
    several = (
        open_rows.group_by(_DAY).agg(_payers=pl.col("_payer").drop_nulls().n_unique()).filter(pl.col("_payers") > 1)
    )
    if several.is_empty():
        return services
    # the first of a patient's payers is the first everywhere
    order = open_rows.drop_nulls("_payer").group_by("_patient", "_payer").agg(_order=pl.col("row").min())
    levels = (
        open_rows.drop_nulls("_payer")
        .join(several, on=_DAY, how="semi", nulls_equal=True)
        .join(order, on=["_patient", "_payer"], nulls_equal=True)
        .select("row", _level=_PLACE.replace_strict(_LEVELS))
    )
    return (
        services.join(levels, on="row", how="left", maintain_order="left", validate="1:1")
        .with_columns(pl.coalesce("sequence", "_level").alias("sequence"))
        .drop("_level")
    )
