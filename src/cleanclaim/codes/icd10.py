"""ICD-10-CM: which diagnosis codes exist, and which may be billed."""

from __future__ import annotations

import polars as pl

from cleanclaim.codes import tables
from cleanclaim.dated import Span

_SOURCE = tables.source("icd10cm")
# The days for which a code that the release lacks is invalid; outside them it is only not known.
COVERS = Span(_SOURCE.first_day, _SOURCE.last_day)


def lookup(codes: pl.Series) -> pl.DataFrame:
    """Return, in the same order, each code as given, whether the release has it (known), and whether it is billable.

    Codes may be written with or without the dot, in any case, with spaces around them. ``known`` is null for a null
    code; ``billable`` is null for a code that is not known.

    >>> lookup(pl.Series(["m5450", "M54.5", "ZZZ"])).rows()
    [('m5450', True, True), ('M54.5', True, False), ('ZZZ', False, None)]
    """
    table = tables.load("icd10cm")
    given = codes.cast(pl.String).alias("code")
    bare = given.str.strip_chars().str.to_uppercase().str.replace(".", "", literal=True)
    # A search in the sorted list: a join would hash all its rows for a handful of codes.
    place = table["code"].search_sorted(bare.fill_null("")).cast(pl.Int64).clip(0, table.height - 1)
    known = table["code"].gather(place) == bare
    return pl.DataFrame({"code": given, "known": known, "billable": table["billable"].gather(place)}).with_columns(
        billable=pl.when("known").then("billable")
    )
