"""Run the rules over a partition of whole patients: services in, findings out. Numbers and ids only, no sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, lru_cache, reduce
from typing import TYPE_CHECKING

import polars as pl

from cleanclaim.claims.episodes import Records
from cleanclaim.claims.schema import FINDINGS, NOT_CHECKED, Grain
from cleanclaim.codes.payers import Policy
from cleanclaim.config import Config
from cleanclaim.dated import FEW
from cleanclaim.engine import episodes, grains
from cleanclaim.engine.beside import distinct
from cleanclaim.engine.clinicians import of_one
from cleanclaim.engine.few import chosen, ordered, rows_at
from cleanclaim.engine.verdicts import Gap, cells_of, gaps, verdicts
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Rule

if TYPE_CHECKING:
    from cleanclaim.engine.note_visits import Notes


@dataclass(frozen=True)
class CheckResult:
    """What the rules found in one partition.

    ``findings`` has one row per fault (FINDINGS), ``not_checked`` one per rule and set of missing inputs (NOT_CHECKED);
    ``services`` are the services as the configuration completed them, ``policy`` what their payers' packs say;
    ``anchors`` are the plans of care, and notes of no visit, as rows of SERVICES.
    """

    findings: pl.DataFrame
    not_checked: pl.DataFrame
    services: pl.DataFrame
    grains: grains.Grains
    rules: tuple[Rule, ...] = field(repr=False)
    policy: Policy = field(repr=False)
    anchors: pl.DataFrame | None = field(default=None, repr=False)

    @property
    def places(self) -> pl.DataFrame:
        """The rows that findings stand on: the services, and the plans of care where there are any."""
        return self.services if self.anchors is None else self.services.vstack(self.anchors)

    def verdicts(self, rule_id: str) -> pl.DataFrame:
        """Return, per row of the rule's grain: row, patient_id where the grain has it, applies and verdict."""
        rule = next(r for r in self.rules if r.id == rule_id)
        frame = self.grains[rule.grain]
        return frame.select("row", applies=rule.applies, verdict=rule.verdict)


def check(
    services: pl.DataFrame,
    *,
    as_of: date,
    config: Config | None = None,
    rules: Sequence[Rule] | None = None,
    part: bool = False,
    records: Records | None = None,
    notes: Notes | None = None,
) -> CheckResult:
    """Return what ``rules`` (all by default) find in ``services``, whose patients are whole.

    ``services`` has the columns of SERVICES; ``as_of`` is the day of the check; ``config`` maps payers to packs, sites
    to settings and clinicians to credentials. Rules to which a chosen one gives way are run beside them: what is found
    of a few rules is what is found of them when all are run. Of a ``part`` of a larger input the clinicians' days are
    left out: :class:`cleanclaim.engine.across.ClinicianDays` puts them together. ``records`` are the plans of care,
    progress reports and authorizations of these patients, ``notes`` the treatment notes of their visits.
    """
    settings = config or Config.load(None)
    chosen = tuple(rules) if rules is not None else all_rules()
    run = chosen if rules is None else _with_partners(chosen)
    resolved = settings.resolve(services)
    built = grains.build(resolved, settings.policy, as_of)
    if not part:
        built = replace(built, clinician_day=of_one(built.given))
    anchors = None
    if records:
        beside = episodes.build(built.given, built.line, records, settings, settings.policy, as_of)
        built, anchors = replace(built, episode=beside.plan, treatment_day=beside.day), beside.anchors
    if notes is not None:
        from cleanclaim.engine import note_visits

        built = replace(built, note=note_visits.build(built.given, built.line, notes).grain)
        anchors = note_visits.with_strays(anchors, notes)
    found, missing = [], []
    for grain in Grain:
        faults, gaps = _run(_of_grain(run, grain), built[grain])
        found += faults
        missing += gaps
    told = {rule.id for rule in chosen}
    findings = _findings(found, run)
    if len(run) > len(chosen):
        findings = findings.filter(pl.col("rule").is_in(told))
    not_checked = _not_checked(gap for gap in missing if gap[0] in told)
    return CheckResult(
        findings=findings,
        not_checked=not_checked,
        services=resolved,
        grains=built,
        rules=chosen,
        policy=settings.policy,
        anchors=anchors,
    )


def _with_partners(chosen: Sequence[Rule]) -> tuple[Rule, ...]:
    """``chosen`` and the rules to which one of them gives way, or one that it gives way to; in order of id."""
    every = {rule.id: rule for rule in all_rules()}
    found = {rule.id: rule for rule in chosen}
    reached = list(chosen)
    while reached:
        further = [every[other] for other in reached.pop().yields_to if other not in found]
        found |= {rule.id: rule for rule in further}
        reached += further
    return tuple(found[id] for id in sorted(found))


def of_clinician_days(frame: pl.DataFrame, rules: Sequence[Rule]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the findings and not-checked counts of those of ``rules`` that read CLINICIAN_DAY, as of :func:`check`."""
    faults, gaps = _run(_of_grain(tuple(rules), Grain.CLINICIAN_DAY), frame)
    return _findings(faults, ()), _not_checked(gaps)


def of_notes(frame: pl.DataFrame, rules: Sequence[Rule]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the findings and not-checked counts of ``rules``, all of which read NOTE, in rows that have it alone."""
    faults, gaps = _run(tuple(rules), frame)
    return _findings(faults, tuple(rules)), _not_checked(gaps)


def _findings(found: Sequence[pl.DataFrame], run: tuple[Rule, ...]) -> pl.DataFrame:
    left = _yield(reduce(pl.DataFrame.vstack, found, _NO_FINDINGS), run)
    return ordered(left.with_columns_seq(_IN_MONEY) if left.height else left, ["row", "rule"])[:, _FINDING]


# a price of the fee schedule goes before a share of the charge
_PRICED, _CHARGED = pl.col("cents").is_not_null(), pl.col("charged_cents").is_not_null()
_IN_MONEY = (
    pl.coalesce("cents", "charged_cents").alias("cents"),
    pl.when(_PRICED).then("cents_basis").when(_CHARGED).then(pl.lit("charge")).alias("cents_basis"),
)
_FINDING = FINDINGS.schema.names()
_ANCHORED = pl.Schema(
    {**FINDINGS.schema, "charged_cents": pl.Int64(), "visit_key": pl.Int64(), "claim_key": pl.Int64()}
)
_NO_FINDINGS = pl.DataFrame(schema=_ANCHORED)


@lru_cache(maxsize=256)
def _of_grain(rules: tuple[Rule, ...], grain: Grain) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule.grain == grain)


def _run(rules: tuple[Rule, ...], frame: pl.DataFrame) -> tuple[list[pl.DataFrame], list[Gap]]:
    """Evaluate all rules of one grain together; then look only at the rows that are not a pass."""
    if not rules or frame.is_empty():
        return [], []
    cells = cells_of(rules, frame)
    open_rules = verdicts(rules, frame, cells)
    faults = [(rule, values) for rule, values in open_rules.items() if values.any()]
    found = [chosen(frame[:, _read(rule)], values).select_seq(_told(rule)) for rule, values in faults]
    return found, gaps(open_rules, frame, cells)


def _not_checked(gaps: Iterable[Gap]) -> pl.DataFrame:
    return pl.DataFrame(sorted(gaps), schema=NOT_CHECKED.schema, orient="row")


@cache
def _read(rule: Rule) -> list[str]:
    """The columns that a finding of the rule is made from."""
    return sorted({name for expression in _told(rule) for name in expression.meta.root_names()})


@cache
def _told(rule: Rule) -> tuple[pl.Expr, ...]:
    """The columns of a finding of the rule."""
    nothing = pl.lit(None)
    told = {
        "rule": pl.lit(rule.id),
        "row": pl.col("row"),
        "found": rule.found,
        "expected": rule.expected,
        "coverage": nothing if rule.coverage is None else rule.coverage,
        "cents": nothing if rule.priced_cents is None else rule.priced_cents,
        "cents_basis": nothing if rule.priced_cents is None else pl.col("price_basis"),
        "charged_cents": nothing if rule.charged_cents is None else rule.charged_cents,
        "visit_key": pl.col("visit_key"),
        "claim_key": pl.col("claim_key"),
    }
    return tuple(told[name].cast(dtype).alias(name) for name, dtype in _ANCHORED.items())


def _yield(found: pl.DataFrame, rules: tuple[Rule, ...]) -> pl.DataFrame:
    """Drop the findings of rules that give way to another rule's finding on the same row, visit or claim."""
    present = distinct(found["rule"])
    if found.height <= FEW:
        return _yield_of_few(found, [way for way in _giving_way(rules) if way[0] in present and way[1] in present])
    for rule, other, key in _giving_way(rules):
        if rule in present and other in present:
            elsewhere = found.filter(pl.col("rule") == other)[key].drop_nulls().implode()
            found = found.filter(~((pl.col("rule") == rule) & pl.col(key).is_in(elsewhere).fill_null(False)))
    return found


def _yield_of_few(found: pl.DataFrame, ways: Sequence[tuple[str, str, str]]) -> pl.DataFrame:
    if not ways:
        return found
    rules, kept = found["rule"].to_list(), list(range(found.height))
    for rule, other, key in ways:
        keys = found[key].to_list()
        elsewhere = {keys[place] for place in kept if rules[place] == other} - {None}
        kept = [place for place in kept if rules[place] != rule or keys[place] not in elsewhere]
    return rows_at(found, kept)


@lru_cache(maxsize=64)
def _giving_way(rules: tuple[Rule, ...]) -> tuple[tuple[str, str, str], ...]:
    """Each rule that gives way, the other rule, and the column that says where both must have found something."""
    grain_of = {rule.id: rule.grain for rule in rules}

    def key(rule: Rule, other: str) -> str:
        of_other = {Grain.VISIT: "visit_key", Grain.CLAIM: "claim_key"}.get(grain_of[other], "row")
        by_visit = rule.grain in (Grain.VISIT, Grain.NOTE) and grain_of[other] != rule.grain
        return "visit_key" if of_other == "row" and by_visit else of_other

    return tuple((rule.id, other, key(rule, other)) for rule in rules for other in rule.yields_to if other in grain_of)
