"""From services to the tables that rules read. All joins live here and in the modules this one calls.

The order matters and is the whole story: drop what was replaced, learn each line's discipline, number visits, days and
claims, join published facts and payer policy, turn minutes into units, price, then look sideways (totals, splits,
pairs, duplicates).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import polars as pl

from cleanclaim.claims.schema import GRAINS, NOTE, Grain
from cleanclaim.codes import ncci
from cleanclaim.codes.payers import Policy
from cleanclaim.engine import code_groups, facts, few, keys, modifier_flags, pairs, telehealth, windows
from cleanclaim.engine.allocate import allocate
from cleanclaim.engine.beside import distinct
from cleanclaim.engine.caps import with_caps
from cleanclaim.engine.claims import claim_grain
from cleanclaim.engine.clinicians import NO_DAYS
from cleanclaim.engine.contract_fees import CONTRACTS, contract_fees
from cleanclaim.engine.diagnosis_lists import with_diagnosis_lists
from cleanclaim.engine.episodes import NO_DAYS as NO_TREATMENT
from cleanclaim.engine.episodes import NO_PLANS
from cleanclaim.engine.expectation import of_fee_year, with_terms
from cleanclaim.engine.institutional import with_institutional
from cleanclaim.engine.levels import with_levels
from cleanclaim.engine.manipulation import with_manipulation
from cleanclaim.engine.methods import with_settled
from cleanclaim.engine.modifier_order import with_modifiers_ordered
from cleanclaim.engine.monitoring import with_monitoring
from cleanclaim.engine.price import PRICES, price
from cleanclaim.engine.ranges import of_one_day, with_ranges
from cleanclaim.engine.same_minutes import with_shared_minutes
from cleanclaim.engine.standing import standing
from cleanclaim.engine.visits import visit_grain

NO_NOTES = NOTE.empty()


@dataclass(frozen=True)
class Grains:
    """One frame per grain; columns as in ``claims.schema``. ``given`` has all services of the visits, billed or not."""

    line: pl.DataFrame
    visit: pl.DataFrame
    pair: pl.DataFrame
    claim: pl.DataFrame
    given: pl.DataFrame
    clinician_day: pl.DataFrame = field(default_factory=lambda: NO_DAYS)
    episode: pl.DataFrame = field(default_factory=lambda: NO_PLANS)
    treatment_day: pl.DataFrame = field(default_factory=lambda: NO_TREATMENT)
    note: pl.DataFrame = field(default_factory=lambda: NO_NOTES)

    def __getitem__(self, grain: Grain) -> pl.DataFrame:
        frame: pl.DataFrame = getattr(self, grain.value)
        return frame


def build(services: pl.DataFrame, policy: Policy, as_of: date) -> Grains:
    """Return the grains of a partition of whole patients; one row of LINE per billed row of a claim that stands."""
    stated = keys.with_statements(with_levels(standing(services)))
    keyed = keys.with_keys(keys.with_disciplines(stated), as_of)
    known = facts.with_facts(keyed, policy)
    earned = allocate(_with_givers(known))
    known = with_settled(known, earned.pools)
    billed = _those(known, known["billed"])
    lines = _priced(facts.with_identifiers(facts.with_diagnoses(facts.with_indices(billed))), policy)
    lines = with_ranges(windows.with_totals(windows.with_duplicates(lines)))
    lines = windows.with_base_present(windows.with_allocation(lines, earned.codes))
    lines = windows.with_running_allowed(lines)
    lines = telehealth.with_telehealth(modifier_flags.with_further_flags(lines))
    lines = with_modifiers_ordered(lines)
    lines = code_groups.with_last_evaluation(code_groups.with_code_group(lines))
    present = frozenset(distinct(lines["code"]))
    lines = with_manipulation(with_monitoring(lines, known, present), present)
    edits = ncci.edits_among(present)
    met = pairs.meetings(lines, edits)
    lines = pairs.with_edit_counts(lines, met)
    visits = visit_grain(of_one_day(lines), earned.codes, earned.pools)
    return Grains(
        line=_conformed(Grain.LINE, lines),
        visit=_conformed(Grain.VISIT, with_caps(with_shared_minutes(visits, known, present), lines)),
        pair=_conformed(Grain.PAIR, pairs.pair_grain(met, known)),
        claim=_conformed(Grain.CLAIM, with_institutional(with_diagnosis_lists(claim_grain(lines)), lines)),
        given=known,
    )


def _with_givers(services: pl.DataFrame) -> pl.DataFrame:
    """Where it is not recorded who gave a service that bears an assistant's modifier, take the modifier's word."""
    needed = services["by"].null_count() and services["assistant_modifier"].any()
    return services.with_columns_seq(_GIVER) if needed else services


_GIVER = pl.coalesce("by", pl.when("has_cq").then(pl.lit("PTA")).when("has_co").then(pl.lit("OTA"))).alias("by")


def _those(services: pl.DataFrame, chosen: pl.Series) -> pl.DataFrame:
    return services if chosen.all(ignore_nulls=False) else few.chosen(services, chosen)


def _priced(lines: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Add the expected allowed amount of each line; the reduction reaches across the disciplines of a day."""
    pooled = lines.hstack([lines["day_key"].alias("pool_key")])
    if CONTRACTS.isdisjoint(distinct(lines["fee_basis"])):
        return lines.hstack(price(pooled)[:, PRICES])
    return lines.hstack(contract_fees(of_fee_year(with_terms(pooled, policy)))[:, PRICES])


def _conformed(grain: Grain, frame: pl.DataFrame) -> pl.DataFrame:
    """Add the columns that this input gave no occasion to fill; working columns may stay, no rule can name them."""
    return _nothing(grain, frozenset(frame.columns)).beside(frame)


@lru_cache(maxsize=256)
def _nothing(grain: Grain, filled: frozenset[str]) -> few.Constants:
    schema = GRAINS[grain].schema
    lacking = ((name, dtype) for name, dtype in schema.items() if name not in filled)
    return few.Constants(pl.lit(None, dtype=dtype).alias(name) for name, dtype in lacking)
