"""The published tables: as shipped, with the official releases that the user imported laid over them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import _lru_cache_wrapper, cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from cleanclaim.codes.imports.place import MANIFEST, folder
from cleanclaim.errors import MissingTable

if TYPE_CHECKING:
    from cleanclaim.codes.imports.merged import Merged

FOLDER = Path(__file__).parent / "data"
T = TypeVar("T")

_caches: list[_lru_cache_wrapper[object]] = []
_chosen: str | None = None


def cached(function: Callable[..., T]) -> _lru_cache_wrapper[T]:
    """Return ``function`` with its results kept until the tables change (:func:`forget`)."""
    kept = lru_cache(maxsize=4096)(function)
    _caches.append(kept)
    return kept


def forget() -> None:
    """Forget everything that was read or made from the tables: they have changed."""
    for kept in _caches:
        kept.cache_clear()


@contextmanager
def under(release: str | None) -> Iterator[None]:
    """Let only the tables up to a release count while the block runs; ``shipped`` is those without any import.

    Null changes nothing. Raises InputError for a release that is not in hand.

    >>> with under("shipped"):
    ...     source("ncci_pairs").last_day
    datetime.date(2024, 9, 30)
    """
    global _chosen
    if release is None or release == _chosen:
        yield
        return
    before = _chosen
    _chosen = release
    forget()
    try:
        merged()
        yield
    finally:
        _chosen = before
        forget()


def chosen() -> str | None:
    """Return the release under which the tables are read (:func:`under`), null where that is all of them."""
    return _chosen


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


@cached
def merged() -> Merged | None:
    """Return the tables that imports change, with their sources; null where nothing is imported that counts."""
    # looked for once a process: a single visit must not pay for what most users do not have
    if _chosen is None and not (folder() / MANIFEST).is_file():
        return None
    from cleanclaim.codes.imports import merged as imported

    return imported.chosen(_chosen)


@cached
def load(name: str) -> pl.DataFrame:
    """Return a published table, read once a process.

    Raises :class:`~cleanclaim.errors.MissingTable` for a table that is not installed.

    >>> load("ncci_coverage")["table"].to_list()
    ['practitioner', 'hospital']
    """
    made = merged()
    if made is not None and name in made.names:
        return made.frame(name)
    return shipped(name)


def shipped(name: str) -> pl.DataFrame:
    """Return a table as it came with the program. Raises MissingTable."""
    path = FOLDER / f"{name}.parquet"
    if not path.is_file():
        raise MissingTable(f"the published table {name!r} is not installed; reinstall cleanclaim")
    return pl.read_parquet(path)


@cached
def sources() -> tuple[Source, ...]:
    """Return the source of every published table, in alphabetical order of their names.

    >>> [s.release for s in sources() if s.name == "icd10cm"]
    ['FY2026, update of 2026-04-01']
    """
    made = merged()
    laid_over: Mapping[str, Source] = made.sources if made is not None else {}
    return tuple(laid_over.get(entry.name, entry) for entry in shipped_sources())


@cache
def shipped_sources() -> tuple[Source, ...]:
    """Return the sources of the tables as they came with the program."""
    listed = tomllib.loads((FOLDER / "SOURCES.toml").read_text("utf-8"))["table"]
    return tuple(Source(**entry) for entry in listed)


def source(name: str) -> Source:
    """Return the source of one table. Raises MissingTable.

    >>> source("parameters").first_day
    datetime.date(2018, 1, 1)
    """
    for entry in sources():
        if entry.name == name:
            return entry
    raise MissingTable(f"no published table is named {name!r}")
