"""One discipline's share of a visit: its services and its rows of the allocation, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from cleanclaim.engine.allocate import Allocation
from cleanclaim.engine.visit_request import Service, VisitRequest

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Pool:
    """The services of one discipline and what they earned.

    ``totals`` is the row of ``Allocation.pools``; ``members`` and ``codes`` are in the order given, an add-on after its
    base code; ``assistants`` are the tests by family.
    """

    discipline: str
    services: Sequence[Service]
    totals: Row
    members: Sequence[Row]
    codes: Sequence[Row]
    assistants: Mapping[str, Row]

    def codes_of(self, member: Row) -> list[Row]:
        """The codes of a member: one, or a base code and its add-on."""
        return [code for code in self.codes if code["family"] == member["family"]]


def pools_of(allocation: Allocation, visit: VisitRequest) -> list[Pool]:
    """Return the pools of ``visit``, whose disciplines are numbered in the order of the request."""
    pools = []
    for key, discipline in enumerate(visit.disciplines):
        of_visit = pl.col("visit_key") == key
        codes = allocation.codes.filter(of_visit).sort("row", pl.col("code") != pl.col("family"))
        pools.append(
            Pool(
                discipline=discipline,
                services=[service for service in visit.services if service.discipline == discipline],
                totals=allocation.pools.row(by_predicate=of_visit, named=True),
                members=allocation.members.filter(of_visit).sort("row").to_dicts(),
                codes=codes.to_dicts(),
                assistants={test["family"]: test for test in allocation.assistants.filter(of_visit).to_dicts()},
            )
        )
    return pools


def counted(number: int, word: str) -> str:
    """Return a number with its word.

    >>> counted(1, "unit"), counted(0, "minute")
    ('1 unit', '0 minutes')
    """
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence.

    >>> listed(["GP", "GO", "GN"])
    'GP, GO and GN'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
