"""Plans of care, progress reports and authorizations beside the visits: the tables that rules of both read.

Where none are given there is nothing to build and nothing to check, and a check costs no more for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from cleanclaim.claims.episodes import EPISODES, Records
from cleanclaim.claims.schema import EPISODE, TREATMENT_DAY
from cleanclaim.codes.payers import Policy
from cleanclaim.config import Config
from cleanclaim.engine.authorizations import Used, payer_names, used
from cleanclaim.engine.beside import beside
from cleanclaim.engine.plans import anchors, covered_by, episode_grain, plans, with_certification
from cleanclaim.engine.progress import with_progress
from cleanclaim.engine.treatment import DAY, POLICY, treatment_days

_OF_PLAN = ["dos", "pack", "setting", "payer"]
NO_PLANS, NO_DAYS = EPISODE.empty(), TREATMENT_DAY.empty()


@dataclass(frozen=True)
class Episodes:
    """The grains that plans and authorizations give rise to, and the rows on which findings of them stand.

    ``anchors`` are the plans as rows of SERVICES; ``authorizations`` say of each what is left (``visits_left``).
    """

    plan: pl.DataFrame = field(default_factory=lambda: NO_PLANS)
    day: pl.DataFrame = field(default_factory=lambda: NO_DAYS)
    anchors: pl.DataFrame | None = None
    authorizations: pl.DataFrame | None = None


def build(
    given: pl.DataFrame, lines: pl.DataFrame, records: Records, config: Config, policy: Policy, as_of: date
) -> Episodes:
    """Return the grains EPISODE and TREATMENT_DAY of a partition of whole patients and their records."""
    days = _with_policy(treatment_days(given, lines), policy)
    episodes = EPISODES.empty() if records.episodes is None else records.episodes
    anchored = anchors(episodes, config)
    own = with_certification(plans(episodes, days, anchored, policy).with_columns(as_of=pl.lit(as_of)))
    days = beside(days, covered_by(own, days), ["row"])
    planned = own.select(
        plan_row="row", _id="episode_id", _through="certified_through", _out="discharged", _chain="chain"
    )
    named = {"_id": "episode_id", "_through": "certified_through", "_out": "discharged", "_chain": "chain"}
    days = beside(days, planned, ["plan_row"]).rename(named)
    days = with_progress(days, _chained(records.reports, own))
    days, left = _with_authorizations(days, given, records.authorizations, config)
    open_plans = own.filter(pl.col("dos").is_null()).select("patient_id", "discipline")
    return Episodes(
        episode_grain(own, days, as_of),
        _day_grain(days, open_plans, records),
        beside(anchored.drop(_OF_PLAN), own[:, ["row", *_OF_PLAN]], ["row"])[:, anchored.columns],
        left,
    )


def _with_policy(days: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    numbered = days.hstack([policy.periods.number(days["dos"])])
    return beside(numbered, policy.by_period[:, ["pack", "period", *POLICY]], ["pack", "period"]).drop("period")


def _chained(reports: pl.DataFrame | None, own: pl.DataFrame) -> pl.DataFrame | None:
    return None if reports is None else beside(reports, own[:, ["episode_id", "chain"]], ["episode_id"])


def _with_authorizations(
    days: pl.DataFrame, given: pl.DataFrame, authorizations: pl.DataFrame | None, config: Config
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    none = [pl.lit(None, dtype=pl.String).alias(f"authorization_{name}") for name in ("gap", "id", "text")]
    if authorizations is None:
        return days.with_columns(none), None
    found, _ = used_by(days, given, authorizations, config)
    told = beside(days, found.of_day, ["row"])
    return told.with_columns(pl.col("authorization_gap").fill_null("")), found.standing


def used_by(
    days: pl.DataFrame, given: pl.DataFrame, authorizations: pl.DataFrame, config: Config
) -> tuple[Used, pl.DataFrame]:
    """Return what treatment days use of ``authorizations``, and the billed lines that do, in the order of ``of_line``.

    ``days`` are :func:`~cleanclaim.engine.treatment.treatment_days` of ``given``; the lines (``row`` of SERVICES,
    ``day_row``) are those billed to a first payer.
    """
    billed = given.filter(pl.col("billed").fill_null(False) & (pl.col("sequence") == "P"))
    of_day = days.select(*DAY, day_row="row")
    lines = beside(billed[:, ["row", *DAY, "code", "units", "is_evaluation"]], of_day, DAY, nulls_equal=True)
    lines = lines.filter(pl.col("day_row").is_not_null())
    own = authorizations.with_columns(payer_names(authorizations, config))
    asked = lines.select("code", "units", "is_evaluation", row="day_row")
    return used(days.with_columns(payer_names(days, config)), asked, own), lines[:, ["row", "day_row"]]


def _day_grain(days: pl.DataFrame, open_plans: pl.DataFrame, records: Records) -> pl.DataFrame:
    plans_given = records.episodes is not None
    unsure = days.join(open_plans.unique(), on=["patient_id", "discipline"], how="semi")["row"]
    covered = (
        pl.when(pl.col("plan_row").is_not_null())
        .then(True)
        .when(pl.lit(plans_given) & ~pl.col("row").is_in(unsure.implode()))
        .then(False)
    )
    year = pl.when(pl.col("most_visits_in") == "year").then(pl.col("dos").dt.year()).otherwise(0)
    place = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("patient_id", "discipline", "pack", year, order_by="dos")
    return TREATMENT_DAY.conform(
        days.with_columns(
            plans_given=pl.lit(plans_given),
            reports_given=pl.lit(records.reports is not None),
            authorizations_given=pl.lit(records.authorizations is not None),
            covered=covered,
            is_discharged=pl.col("discharged").is_not_null(),
            reported_by_assistant=pl.when(pl.col("report_days").is_not_null()).then(
                pl.col("assistant_report").is_not_null()
            ),
            visits_counted=place,
            visits_limited=pl.when(pl.col("pack").is_not_null()).then(pl.col("most_visits").is_not_null()),
        )
    )
