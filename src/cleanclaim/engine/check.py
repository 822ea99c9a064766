"""Run the rules over a partition of whole patients: services in, findings out. Numbers and ids only, no sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import polars as pl

from cleanclaim.claims.schema import FINDINGS, NOT_CHECKED, Grain
from cleanclaim.config import Config
from cleanclaim.engine import grains
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Rule


@dataclass(frozen=True)
class CheckResult:
    """What the rules found in one partition.

    ``findings`` has one row per fault (FINDINGS), ``not_checked`` one per rule and set of missing inputs (NOT_CHECKED);
    ``services`` are the services as the configuration completed them.
    """

    findings: pl.DataFrame
    not_checked: pl.DataFrame
    services: pl.DataFrame
    grains: grains.Grains
    rules: tuple[Rule, ...] = field(repr=False)

    def verdicts(self, rule_id: str) -> pl.DataFrame:
        """Return, per row of the rule's grain: row, patient_id where the grain has it, applies and verdict."""
        rule = next(r for r in self.rules if r.id == rule_id)
        frame = self.grains[rule.grain]
        return frame.select("row", applies=rule.applies, verdict=rule.verdict)


def check(
    services: pl.DataFrame, *, as_of: date, config: Config | None = None, rules: Sequence[Rule] | None = None
) -> CheckResult:
    """Return what ``rules`` (all by default) find in ``services``, whose patients are whole.

    ``services`` has the columns of SERVICES; ``as_of`` is the day of the check; ``config`` maps payers to packs, sites
    to settings and clinicians to credentials.
    """
    settings = config or Config.load(None)
    chosen = tuple(rules) if rules is not None else all_rules()
    resolved = settings.resolve(services)
    built = grains.build(resolved, settings.policy, as_of)
    found: list[pl.DataFrame] = []
    missing: list[pl.DataFrame] = []
    for grain in Grain:
        own = [rule for rule in chosen if rule.grain == grain]
        if own and built[grain].height:
            faults, gaps = _run(own, built[grain])
            found += faults
            missing += gaps
    anchored = pl.concat([_ANCHORED.to_frame(eager=True), *found]) if found else _ANCHORED.to_frame(eager=True)
    return CheckResult(
        findings=_yield(anchored, chosen).select(FINDINGS.schema.names()).sort("row", "rule"),
        not_checked=pl.concat([NOT_CHECKED.empty(), *missing]).sort("rule", "missing"),
        services=resolved,
        grains=built,
        rules=chosen,
    )


_ANCHORED = pl.Schema({**FINDINGS.schema, "visit_key": pl.Int64(), "claim_key": pl.Int64()})


def _run(rules: Sequence[Rule], frame: pl.DataFrame) -> tuple[list[pl.DataFrame], list[pl.DataFrame]]:
    """Evaluate all rules of one grain in one pass; then look only at the rows that are not a pass."""
    verdicts = frame.select(rule.verdict for rule in rules)
    faults, gaps = verdicts.sum().row(0, named=True), verdicts.null_count().row(0, named=True)
    found = [_findings(rule, frame.select(_read(rule)).filter(verdicts[rule.id])) for rule in rules if faults[rule.id]]
    return found, _gaps([rule for rule in rules if gaps[rule.id]], frame)


@cache
def _read(rule: Rule) -> list[str]:
    """The columns that a finding of the rule is made from."""
    told = (rule.found, rule.expected, rule.priced_cents, rule.charged_cents, rule.coverage)
    names = {name for expression in told if expression is not None for name in expression.meta.root_names()}
    basis = {"price_basis"} if rule.priced_cents is not None else set()
    return sorted(names | basis | {"row", "visit_key", "claim_key"})


def _findings(rule: Rule, rows: pl.DataFrame) -> pl.DataFrame:
    priced = rule.priced_cents if rule.priced_cents is not None else _NO_CENTS
    charged = rule.charged_cents if rule.charged_cents is not None else _NO_CENTS
    basis = pl.col("price_basis") if rule.priced_cents is not None else _NO_TEXT
    return (
        rows.with_columns(_priced=priced.cast(pl.Int64), _charged=charged.cast(pl.Int64))
        .select(
            rule=pl.lit(rule.id),
            row="row",
            found=rule.found.cast(pl.String),
            expected=rule.expected.cast(pl.String),
            coverage=rule.coverage if rule.coverage is not None else _NO_TEXT,
            cents=pl.coalesce("_priced", "_charged"),
            cents_basis=pl.when(pl.col("_priced").is_not_null())
            .then(basis)
            .when(pl.col("_charged").is_not_null())
            .then(pl.lit("charge")),
            visit_key="visit_key",
            claim_key="claim_key",
        )
        .cast(_ANCHORED)
    )


_NO_CENTS, _NO_TEXT = pl.lit(None, dtype=pl.Int64), pl.lit(None, dtype=pl.String)


def _gaps(rules: Sequence[Rule], frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Count, for each rule, the rows that could not be checked by which of its inputs are missing in them."""
    if not rules:
        return []
    missing = frame.select(_gap(rule) for rule in rules)
    return [
        pl.DataFrame({"missing": missing[rule.id].drop_nulls()})
        .group_by("missing")
        .agg(count=pl.len().cast(pl.Int64))
        .select(rule=pl.lit(rule.id), missing="missing", count="count")
        for rule in rules
    ]


@cache
def _gap(rule: Rule) -> pl.Expr:
    """The names of the inputs missing in a row that could not be checked, null in the other rows."""
    names = [pl.when(_missing(c)).then(pl.lit(c)) for c in rule.inputs]
    return pl.when(rule.verdict.is_null()).then(pl.concat_str(names, separator=" ", ignore_nulls=True)).alias(rule.id)


def _missing(column: str) -> pl.Expr:
    """True where an input is null; what a file *cannot* carry, or a table does not cover, is missing too."""
    if column.startswith("carries_") or column.endswith("_covers"):
        return ~pl.col(column).fill_null(False)
    if column == "edits_possible":
        # an edit that the tables in hand cannot rule out is what is missing
        return pl.col(column).fill_null(1) > 0
    return pl.col(column).is_null()


def _yield(found: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Drop the findings of rules that give way to another rule's finding on the same row, visit or claim."""
    grain_of = {rule.id: rule.grain for rule in rules}
    present = set(found["rule"].unique())
    for rule in rules:
        for other in rule.yields_to:
            if rule.id not in present or other not in present:
                continue
            key = {Grain.VISIT: "visit_key", Grain.CLAIM: "claim_key"}.get(grain_of[other], "row")
            if key == "row" and rule.grain == Grain.VISIT:
                key = "visit_key"
            elsewhere = found.filter(pl.col("rule") == other)[key].drop_nulls().implode()
            found = found.filter(~((pl.col("rule") == rule.id) & pl.col(key).is_in(elsewhere).fill_null(False)))
    return found
