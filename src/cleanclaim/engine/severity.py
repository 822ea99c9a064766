"""How grave each finding is: its rule's severity, the clinic's own word on it, and how sure the payer's policy is.

A payer pack marks what is uncertain. A finding whose verdict rests on such a value advises: it never says that a claim
will be denied. Which values those are is known only by row (payer and date), so it is looked up for findings alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import polars as pl

from cleanclaim.codes.payers import FIELDS, Policy
from cleanclaim.engine.beside import beside
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Rule, Severity

_UNITS = ("unit_method", "state_law_floor")
_MAXIMUMS = ("unit_maximums_apply", "maximums_professional", "maximums_institutional")
RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "unit_method": _UNITS,
    "pools_minutes": _UNITS,
    "units_allowed": _UNITS,
    "misallocated": (*_UNITS, "tie_policy"),
    "code_units_expected": _UNITS,
    "code_units_high": _UNITS,
    "assistant_units_expected": (*_UNITS, "assistant_modifier_required"),
    "either_column_bypass": ("either_column_professional", "either_column_institutional"),
    "mue_units": _MAXIMUMS,
    "mue_mai": _MAXIMUMS,
    "filing_deadline": ("filing_limit",),
    "correction_deadline": ("corrected_filing_limit",),
    "capped_units": ("timed_cap_counts_untimed",),
    "capped_minutes": ("max_timed_minutes_day",),
    "relative_values": ("relative_value",),
    "certification_due": ("certification_days", "verbal_order_days", "certified_days"),
    "in_time": ("certification_days", "verbal_order_days", "certified_days"),
    "certified_through": ("certified_days",),
    "order_stands": ("order_stands_in", "plan_sent_days"),
    "report_overdue": ("report_due_days",),
    "visits_limited": ("most_visits",),
    "relative_value_cap": ("rvu_cap_day", "rvu_cap_evaluation_day", "rvu_cap_reevaluation_day"),
}
"""Fields of a pack that the engine's columns are made from, where a column does not bear the field's own name."""


NOTHING_UNCERTAIN = pl.DataFrame(schema={"row": pl.Int64, "field": pl.String})
"""What :func:`uncertain_of` returns where every value is certain."""


@cache
def fields_of(rule: Rule) -> tuple[str, ...]:
    """Return the fields of a payer pack that a rule's verdict rests on, in the order of FIELDS.

    >>> next(fields_of(rule) for rule in all_rules() if rule.id == "I304")
    ('filing_limit',)
    """
    read = {field for column in rule.inputs for field in RESTS_ON.get(column, (column,))}
    return tuple(name for name in FIELDS if name in read)


def unchecked_without(missing: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return, for each rule that needs one of the ``missing`` fields of a pack, those that it needs.

    >>> unchecked_without(["filing_limit"])
    {'I304': ('filing_limit',)}
    """
    gone = set(missing)
    needs = {rule.id: tuple(name for name in fields_of(rule) if name in gone) for rule in all_rules()}
    return {rule: fields for rule, fields in needs.items() if fields}


ADVISED = (
    pl.when(pl.col("uncertain").is_not_null())
    .then(pl.lit(Severity.ADVICE.value))
    .otherwise(pl.col("severity"))
    .alias("severity")
)
"""The severity of findings that have ``severity`` and ``uncertain`` (see :func:`doubts`)."""


def doubts(findings: pl.DataFrame, uncertain: pl.DataFrame) -> pl.Series:
    """Return the uncertain fields that each finding rests on, separated by one space, null where there are none.

    >>> found = pl.DataFrame({"row": [0, 1], "rule": ["I304", "I304"]})
    >>> doubts(found, pl.DataFrame({"row": [1], "field": ["filing_limit"]})).to_list()
    [None, 'filing_limit']
    """
    if uncertain.is_empty() or findings.is_empty():
        return pl.Series("uncertain", [None] * findings.height, dtype=pl.String)
    named = (
        uncertain.join(_resting(), on="field")
        .group_by("row", "rule")
        .agg(uncertain=pl.col("field").unique().sort().str.join(" "))
    )
    return beside(findings.select("row", "rule"), named, ["row", "rule"])["uncertain"]


def uncertain_of(findings: pl.DataFrame, services: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return the uncertain values of the payer behind each finding: one row per finding's ``row`` and ``field``.

    ``services`` are the services as the configuration completed them (``row``, ``pack``, ``dos``, ``code``).
    """
    packs = policy.doubtful_packs
    if findings.is_empty() or not services["pack"].is_in(packs.implode()).any():
        return NOTHING_UNCERTAIN
    rows = services.select("row", "pack", "dos", "code").filter(
        pl.col("pack").is_in(packs.implode()) & pl.col("row").is_in(findings["row"].unique().implode())
    )
    if rows.is_empty():
        return NOTHING_UNCERTAIN
    dated = rows.hstack([policy.periods.number(rows["dos"])])
    return (
        dated.join(policy.uncertain, on=["pack", "period"], suffix="_doubtful")
        .filter(pl.col("code_doubtful").is_null() | (pl.col("code_doubtful") == pl.col("code")))
        .select("row", "field")
    )


@cache
def _resting() -> pl.DataFrame:
    pairs = [(rule.id, field) for rule in all_rules() for field in fields_of(rule)]
    return pl.DataFrame(pairs, schema={"rule": pl.String, "field": pl.String}, orient="row")
