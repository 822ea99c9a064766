"""The published tables as shipped, and where each comes from."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from cleanclaim.errors import MissingTable

FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a table comes from and how far it goes.

    ``first_day`` and ``last_day`` bound the days for which *absence* from the table means something; ``standing`` is V
    (read in a copy of the publication), R (stated by a named source), U (uncertain) or mixed (a column says so).
    """

    name: str
    document: str
    release: str
    url: str
    retrieved: date
    compiled_from: str
    licence: str
    first_day: date
    last_day: date
    standing: str
    sha256: str
    rows: int


@cache
def load(name: str) -> pl.DataFrame:
    """Return a published table, read once a process.

    Raises :class:`~cleanclaim.errors.MissingTable` for a table that is not installed.

    >>> load("ncci_coverage")["table"].to_list()
    ['practitioner', 'hospital']
    """
    path = FOLDER / f"{name}.parquet"
    if not path.is_file():
        raise MissingTable(f"the published table {name!r} is not installed; reinstall cleanclaim")
    return pl.read_parquet(path)


@cache
def sources() -> tuple[Source, ...]:
    """Return the source of every published table, in alphabetical order of their names.

    >>> [s.release for s in sources() if s.name == "icd10cm"]
    ['FY2026, update of 2026-04-01']
    """
    listed = tomllib.loads((FOLDER / "SOURCES.toml").read_text("utf-8"))["table"]
    return tuple(Source(**entry) for entry in listed)


def source(name: str) -> Source:
    """Return the source of one table. Raises MissingTable.

    >>> source("ncci_pairs").last_day
    datetime.date(2024, 9, 30)
    """
    for entry in sources():
        if entry.name == name:
            return entry
    raise MissingTable(f"no published table is named {name!r}")
