"""From services to the tables that rules read. All joins live here and in the modules this one calls.

The order matters and is the whole story: drop what was replaced, learn each line's discipline, number visits, days and
claims, join published facts and payer policy, turn minutes into units, price, then look sideways (totals, splits,
pairs, duplicates).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from cleanclaim.claims.schema import GRAINS, Grain
from cleanclaim.codes import ncci
from cleanclaim.codes.payers import Policy
from cleanclaim.engine import facts, keys, pairs, windows
from cleanclaim.engine.allocate import allocate
from cleanclaim.engine.claims import claim_grain
from cleanclaim.engine.price import price
from cleanclaim.engine.standing import standing
from cleanclaim.engine.visits import visit_grain


@dataclass(frozen=True)
class Grains:
    """One frame per grain; columns as in ``claims.schema``."""

    line: pl.DataFrame
    visit: pl.DataFrame
    pair: pl.DataFrame
    claim: pl.DataFrame

    def __getitem__(self, grain: Grain) -> pl.DataFrame:
        frame: pl.DataFrame = getattr(self, grain.value)
        return frame


def build(services: pl.DataFrame, policy: Policy, as_of: date) -> Grains:
    """Return the grains of a partition of whole patients; one row of LINE per billed row of a claim that stands."""
    keyed = keys.with_keys(
        keys.with_disciplines(keys.with_modifier_flags(keys.with_forms(standing(services))))
    ).with_columns(as_of=pl.lit(as_of))
    known = facts.with_policy(facts.with_code_facts(keyed), policy)
    earned = allocate(known)
    billed = known.filter(pl.col("billed"))
    lines = _priced(facts.with_identifiers(facts.with_diagnoses(facts.with_indices(billed))))
    lines = windows.with_totals(windows.with_duplicates(lines))
    lines = windows.with_base_present(windows.with_allocation(lines, earned.codes))
    lines = pairs.with_pair_table(windows.with_running_allowed(lines))
    edits = ncci.edits_among(lines["code"].unique().drop_nulls())
    met = pairs.meetings(lines, edits)
    lines = pairs.with_edit_counts(lines, met, edits)
    return Grains(
        line=_conformed(Grain.LINE, lines),
        visit=_conformed(Grain.VISIT, visit_grain(lines, earned.codes, earned.pools)),
        pair=_conformed(Grain.PAIR, pairs.pair_grain(met, known)),
        claim=_conformed(Grain.CLAIM, claim_grain(lines)),
    )


def _priced(lines: pl.DataFrame) -> pl.DataFrame:
    """Add the expected allowed amount of each line; the reduction reaches across the disciplines of a day."""
    return lines.hstack(price(lines.with_columns(pool_key=pl.col("day_key"))).drop("row"))


def _conformed(grain: Grain, frame: pl.DataFrame) -> pl.DataFrame:
    """Add the columns that this input gave no occasion to fill; working columns may stay, no rule can name them."""
    missing = [name for name in GRAINS[grain].schema if name not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=GRAINS[grain].schema[name]).alias(name) for name in missing)
