"""Published values of one day in the shapes that the oracles of ``tests/oracles`` take."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim.codes import fees, hcpcs, ncci
from cleanclaim.config import Config

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.oracles import pairs_oracle, price_oracle, units_oracle

_FEES = ("fee_status", "work_rvu", "pe_rvu", "mp_rvu", "national_fee_cents", "mult_proc", "always_therapy")
_TERMS = ("conversion_factor", "fee_basis", "mppr_applies", "mppr_pe_reduction")
_INDICES = ("gpci_work", "gpci_pe", "gpci_mp")


@dataclass(frozen=True)
class Published:
    """The values of ``day`` for codes, pair edits, and Medicare's prices in one locality."""

    day: date
    facts: dict[str, dict[str, Any]]
    pairs: pairs_oracle.Tables
    price_terms: dict[str, Any]

    def code(self, code: str) -> units_oracle.Code:
        """Return what the units oracle asks about a code."""
        facts = self.facts[code]
        kind = "pool" if facts["pooled"] else "own" if facts["timed"] else "untimed" if facts["untimed"] else "other"
        return units_oracle.Code(
            kind, facts["family"] or code, facts["minutes_per_unit"] or 0, bool(facts["is_evaluation"])
        )

    def edit(self, table: str, a: str, b: str) -> tuple[str, str, int] | None:
        """Return column one, column two and indicator of an edit that is, or may be, in force between two codes."""
        for one, two in ((a, b), (b, a)):
            for row in self.pairs.naming(table, one, two):
                if pairs_oracle.in_force(row, self.day) is not False:
                    return one, two, row.indicator
        return None

    def prices(self, lines: Sequence[tuple[str, float]]) -> list[int | None]:
        """Return Medicare's allowed cents of the (code, units) lines of one day."""
        rows = [
            {"row": row, "pool_key": 0, "units": units, **self.price_terms}
            | {name: self.facts[code][name] for name in _FEES}
            for row, (code, units) in enumerate(lines)
        ]
        found = price_oracle.price_day(rows)
        return [found[row].allowed for row in range(len(rows))]


@cache
def published(day: date, codes: frozenset[str], mac: str, locality: str) -> Published:
    """Return the values of ``day`` for ``codes``."""
    number = hcpcs.periods().number(pl.Series([day])).item()
    rows = hcpcs.code_periods().filter(pl.col("period") == number, pl.col("code").is_in(codes))
    edits = ncci.edits_among(sorted(codes)).select(
        "table", "column_one", "column_two", "indicator", "starts", "known_from", "deleted", "confirmed_through"
    )
    return Published(
        day=day,
        # a code outside the tables is one of which nothing is published
        facts=dict.fromkeys(codes, dict.fromkeys(rows.columns)) | {row["code"]: row for row in rows.to_dicts()},
        pairs=pairs_oracle.Tables.of(
            (pairs_oracle.Edit(*row) for row in edits.iter_rows()),
            {table: ncci.complete_through(table) for table in ncci.TABLES},
            ncci.family(),
        ),
        price_terms=_medicare_terms(day, mac, locality),
    )


def _medicare_terms(day: date, mac: str, locality: str) -> dict[str, Any]:
    periods, by_pack, _ = Config.load(None).policy.with_parameters
    number = periods.number(pl.Series([day])).item()
    policy = by_pack.filter(pl.col("pack") == "medicare", pl.col("period") == number).to_dicts()[0]
    here = fees.localities(day).filter(pl.col("mac") == mac, pl.col("locality") == locality).to_dicts()
    indices = {name: here[0][name] if here else None for name in _INDICES}
    return {name: policy[name] for name in _TERMS} | indices | {"localized": True}


def billed_pairs(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return every two different codes, each pair once."""
    named = sorted(set(codes))
    return [(a, b) for place, a in enumerate(named) for b in named[place + 1 :]]
