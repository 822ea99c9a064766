"""ICD-10-CM: which diagnosis codes exist, and which may be billed, by release."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cleanclaim.codes import tables
from cleanclaim.dated import Span

# First letters of the codes for external causes, which never stand first (ICD-10-CM Official Guidelines, sec. I.C.20).
EXTERNAL_CAUSES = ("V", "W", "X", "Y")


@dataclass(frozen=True)
class Release:
    """A release: its days, its name, and its codes in order (code, billable)."""

    covers: Span
    name: str
    codes: pl.DataFrame


@tables.cached
def releases() -> tuple[Release, ...]:
    """Return the releases in hand, oldest first. On a day that several cover the last one holds.

    >>> [str(release.covers.first) for release in releases()]
    ['2025-10-01']
    """
    table, source = tables.load("icd10cm"), tables.source("icd10cm")
    if "release" not in table.columns:
        return (Release(Span(source.first_day, source.last_day), source.release, table),)
    found = []
    for (first, last, name), rows in table.group_by("first_day", "last_day", "release", maintain_order=True):
        found.append(Release(Span(first, last), str(name), rows.select("code", "billable")))
    return tuple(found)


def covered(day: pl.Expr) -> pl.Expr:
    """Return whether a release in hand is for the day; only then is a code that it lacks invalid. Null for no day.

    >>> from datetime import date
    >>> pl.select(covered(pl.lit(date(2026, 3, 4))), later=covered(pl.lit(date(2026, 11, 24)))).row(0)
    (True, False)
    """
    held = [release.covers.covers(day) for release in releases()]
    found = held[0]
    for one in held[1:]:
        found = found | one
    return found


def release_of(day: pl.Expr) -> pl.Expr:
    """Return the place in :func:`releases` of the one to use for a day: the last that has begun, else the first.

    >>> from datetime import date
    >>> pl.select(release_of(pl.lit(date(2026, 3, 4)))).item()
    0
    """
    found = pl.lit(0, dtype=pl.Int32)
    for place, release in enumerate(releases()):
        if release.covers.first is not None and place:
            found = pl.when(day >= release.covers.first).then(pl.lit(place, dtype=pl.Int32)).otherwise(found)
    return found


def lookup(codes: pl.Series, release: int = -1) -> pl.DataFrame:
    """Return, in the same order, each code as given, whether the release has it (known), and whether it is billable.

    Codes may be written with or without the dot, in any case, with spaces around them. ``known`` is null for a null
    code; ``billable`` is null for a code that is not known. ``release`` is a place in :func:`releases`, the last one
    by default.

    >>> lookup(pl.Series(["m5450", "M54.5", "ZZZ"])).rows()
    [('m5450', True, True), ('M54.5', True, False), ('ZZZ', False, None)]
    """
    table = releases()[release].codes
    given = codes.cast(pl.String).alias("code")
    bare = given.str.strip_chars().str.to_uppercase().str.replace(".", "", literal=True)
    # A search in the sorted list: a join would hash all its rows for a handful of codes.
    place = table["code"].search_sorted(bare.fill_null("")).cast(pl.Int64).clip(0, table.height - 1)
    known = table["code"].gather(place) == bare
    return pl.DataFrame({"code": given, "known": known, "billable": table["billable"].gather(place)}).with_columns(
        billable=pl.when("known").then("billable")
    )
