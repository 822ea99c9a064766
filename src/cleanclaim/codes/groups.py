"""Named groups of procedure codes that publications treat alike, with the days on which a code belongs to one.

``authored/groups.toml`` holds a list of tables per group, one for each set of codes with the same days and source.
``standing`` is V (verified in a copy of the source), R (stated from the named source, not read again) or U (uncertain).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from cleanclaim.citation import Citation
from cleanclaim.dated import Span
from cleanclaim.errors import MissingTable

FILE = Path(__file__).parent / "authored" / "groups.toml"


@dataclass(frozen=True, slots=True)
class Membership:
    """Codes that belong to a group on the days of ``span``, why in our own words, and where that is published."""

    codes: tuple[str, ...]
    span: Span
    standing: str
    source: Citation
    meaning: str


@cache
def groups() -> Mapping[str, tuple[Membership, ...]]:
    """Return the memberships of every group, by its name, in the order written.

    >>> groups()["spinal_manipulation"][0].codes
    ('98940', '98941', '98942')
    """
    written = tomllib.loads(FILE.read_text("utf-8"))
    return MappingProxyType({name: tuple(_membership(each) for each in tables) for name, tables in written.items()})


def _membership(written: Mapping[str, Any]) -> Membership:
    span = Span(written.get("first_day"), written.get("last_day"))
    source = Citation(**written["source"])
    return Membership(tuple(written["codes"]), span, written["standing"], source, written["meaning"])


def names() -> tuple[str, ...]:
    """Return the names of the groups, in the order written.

    >>> "functional_reporting" in names()
    True
    """
    return tuple(groups())


def codes(name: str) -> tuple[str, ...]:
    """Return the codes that belong to a group on any day, in code order. Raises MissingTable for an unknown group.

    >>> len(codes("functional_reporting"))
    42
    """
    if name not in groups():
        raise MissingTable(f"no group of codes is named {name!r}; groups: {', '.join(groups())}")
    return tuple(sorted({code for each in groups()[name] for code in each.codes}))


@cache
def table() -> pl.DataFrame:
    """Return one row per group, code and run of days: group, code, first_day, last_day, standing.

    ``first_day`` and ``last_day`` are inclusive, null where that end is open or not known.

    >>> table().filter(group="functional_reporting", code="G8978").select("first_day", "last_day").row(0)
    (datetime.date(2013, 1, 1), datetime.date(2018, 12, 31))
    """
    rows = [
        (name, code, each.span.first, each.span.last, each.standing)
        for name, memberships in groups().items()
        for each in memberships
        for code in each.codes
    ]
    schema = {"group": pl.String, "code": pl.String, "first_day": pl.Date, "last_day": pl.Date, "standing": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")
