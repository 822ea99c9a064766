"""What our own rules say of denied lines: the claims checked as they were sent, and the facts an appeal rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import polars as pl

from cleanclaim.claims.episodes import Records
from cleanclaim.claims.schema import Grain
from cleanclaim.codes import ncci
from cleanclaim.codes.denials import causes, refusals
from cleanclaim.config import Config
from cleanclaim.engine.blocks import with_blocks
from cleanclaim.engine.check import CheckResult, check
from cleanclaim.engine.partitions import whole_patients
from cleanclaim.engine.verdicts import missing_inputs, verdicts
from cleanclaim.remit.authorized import authorized
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Rule

_PATIENT = pl.coalesce("patient_id", "visit_id", "claim_id").fill_null("")
_FOUND = {"row": pl.Int64(), "rule": pl.String(), "expected": pl.String()}
_GAPS = {"row": pl.Int64(), "rule": pl.String(), "missing": pl.String()}
_FACTS = {
    "row": pl.Int64(),
    "claim_form": pl.String(),
    "minutes_known": pl.Boolean(),
    "separate_blocks": pl.Boolean(),
    "pair_published": pl.Boolean(),
    "mue_mai": pl.Int64(),
    "authorized": pl.Boolean(),
    "authorization": pl.String(),
}
_BY = {Grain.VISIT: "visit_key", Grain.CLAIM: "claim_key"}


@dataclass(frozen=True)
class AsSent:
    """What holds of denied lines, by ``row``.

    ``found`` has one row per line and rule that finds a fault on it, or on its visit or claim; ``gaps`` one per line
    and rule that could not be checked, with the missing inputs. ``facts`` has one row per line: ``minutes_known``
    (those of its visit, if it is timed), ``separate_blocks`` (whether the recorded blocks of the pairs in which an edit
    in force denies it are apart; null: not recorded), ``pair_published`` (an edit may name it; null: the table does not
    say), ``mue_mai``, ``authorized`` (an authorization given covers the line; null: none are given) and
    ``authorization`` (the number of that one, else what is wrong with the nearest).
    """

    found: pl.DataFrame
    gaps: pl.DataFrame
    facts: pl.DataFrame


def as_sent(
    services: pl.DataFrame, rows: pl.Series, config: Config, *, as_of: date, records: Records | None = None
) -> AsSent:
    """Return what our rules say of the lines ``rows``, with all services of their patients in ``services``.

    The day of the check is that on which the claims were sent, if they say so: what could be known then; else
    ``as_of``. All rules are asked, whichever the configuration selects. ``records`` are authorizations, if given.

    >>> from cleanclaim.claims.schema import SERVICES
    >>> as_sent(SERVICES.empty(), pl.Series([], dtype=pl.Int64), Config.load(None), as_of=date(2026, 4, 2)).found.height
    0
    """
    wanted = rows.unique().implode()
    keyed = services.with_columns(_patient=_PATIENT)
    theirs = keyed.filter(pl.col("row").is_in(wanted)).select("_patient").unique()
    concerned = keyed.join(theirs, on="_patient", how="semi", maintain_order="left").drop("_patient")
    found, gaps, facts = [pl.DataFrame(schema=_FOUND)], [pl.DataFrame(schema=_GAPS)], [pl.DataFrame(schema=_FACTS)]
    for part in whole_patients([concerned] if concerned.height else []):
        own = records.of(part["patient_id"].unique()) if records else None
        result = check(part, as_of=_sent(part) or as_of, config=config, part=True, records=own)
        lines = result.grains.line.filter(pl.col("row").is_in(wanted))
        covered = authorized(result, own, config)
        found += [_found(result, lines), _of_days(result, lines, covered)]
        gaps.append(_gaps(result, lines))
        facts.append(_facts(result, lines.join(covered, on="row", how="left")))
    return AsSent(pl.concat(found), pl.concat(gaps), pl.concat(facts))


def _sent(services: pl.DataFrame) -> date | None:
    last = services["received"].max()
    return last if isinstance(last, date) else None


def _found(result: CheckResult, lines: pl.DataFrame) -> pl.DataFrame:
    """Return the findings of lines, and those of their visits and claims."""
    places = result.grains.line.select("row", "visit_key", "claim_key")
    anchored = result.findings.join(places, on="row", how="left").with_columns(
        _grain=pl.col("rule").replace_strict({rule.id: rule.grain.value for rule in all_rules()})
    )
    wide = [grain.value for grain in (*_BY, Grain.TREATMENT_DAY)]
    parts = [lines.select("row").join(anchored.filter(~pl.col("_grain").is_in(wide)), on="row")]
    for grain, key in _BY.items():
        whole = anchored.filter(pl.col("_grain") == grain.value).drop("row")
        parts.append(lines.select("row", key).join(whole, on=key))
    told = pl.concat([part.select(*_FOUND) for part in parts])
    return told.unique(["row", "rule"], keep="first", maintain_order=True).sort("row", "rule")


def _of_days(result: CheckResult, lines: pl.DataFrame, covered: pl.DataFrame) -> pl.DataFrame:
    """Return the findings of treatment days on their lines, but for those that an authorization covers."""
    of_day = covered.filter(pl.col("row").is_in(lines["row"].implode()) & ~pl.col("authorized"))
    days = result.findings.join(of_day.select("day_row", _own="row"), left_on="row", right_on="day_row")
    told = days.filter(pl.col("rule").is_in([rule.id for rule in all_rules() if rule.grain == Grain.TREATMENT_DAY]))
    return told.select(row="_own", **{name: pl.col(name) for name in _FOUND if name != "row"})


def _gaps(result: CheckResult, lines: pl.DataFrame) -> pl.DataFrame:
    """Return the rules that foresee denials and could not be checked on lines, or on their visits or claims."""
    parts = [pl.DataFrame(schema=_GAPS)]
    for grain in (Grain.LINE, Grain.PAIR, Grain.VISIT, Grain.CLAIM):
        key = _BY.get(grain, "row")
        frame = result.grains[grain]
        near = frame.filter(pl.col(key).is_in(lines[key].drop_nulls().unique().implode()))
        if near.is_empty():
            continue
        for rule, verdict in verdicts(_that_deny(grain), near).items():
            if verdict.null_count():
                lacking = near.filter(verdict.is_null()).select(key, rule=pl.lit(rule.id), missing=missing_inputs(rule))
                parts.append(lines.select("row", *({key} - {"row"})).join(lacking, on=key).select(*_GAPS))
    return pl.concat(parts).unique(["row", "rule"], keep="first", maintain_order=True).sort("row", "rule")


@cache
def _that_deny(grain: Grain) -> Sequence[Rule]:
    named = {rule for rules in (*(one.rules for one in causes()), *(one.rules for one in refusals())) for rule in rules}
    return tuple(rule for rule in all_rules() if rule.grain == grain and (rule.denial or rule.id in named))


def _facts(result: CheckResult, lines: pl.DataFrame) -> pl.DataFrame:
    visits = result.grains.visit.select("visit_key", "units_allowed")
    rows = lines["row"].implode()
    pairs = result.grains.pair.filter(pl.col("row").is_in(rows) | pl.col("row_one").is_in(rows))
    named = pl.concat([pairs.select("row"), pairs.select(row="row_one")]).unique()
    return (
        lines.join(visits, on="visit_key", how="left")
        .join(_blocks(result, pairs.filter(pl.col("row").is_in(rows))), on="row", how="left")
        .join(named.with_columns(_named=pl.lit(True)), on="row", how="left")
        .with_columns(
            minutes_known=~pl.col("pooled").fill_null(False) | pl.col("units_allowed").is_not_null(),
            pair_published=pl.when(pl.col("_named")).then(True).when(_no_edit()).then(False),
        )
        .select(*_FACTS)
    )


def _no_edit() -> pl.Expr:
    """Whether the payer goes by the published edits, and the table would list one that names the line."""
    institutional = pl.col("claim_form") == "institutional"
    last = (
        pl.when(institutional).then(ncci.complete_through("hospital")).otherwise(ncci.complete_through("practitioner"))
    )
    return pl.col("pair_edits_apply") & pl.col("code").is_in(list(ncci.family())) & (pl.col("dos") <= last)


def _blocks(result: CheckResult, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return per column two line whether the blocks of its pairs are apart; the check asks only where 59 says so."""
    may_be_apart = pairs.filter(pl.col("in_force") & (pl.col("indicator") == 1))
    if may_be_apart.is_empty():
        return pl.DataFrame(schema={"row": pl.Int64, "separate_blocks": pl.Boolean})
    asked = may_be_apart.drop("has_times", "separate_blocks").with_columns(bypass_two=pl.lit(None, dtype=pl.Boolean))
    apart = pl.col("separate_blocks")
    return (
        with_blocks(asked, result.grains.given)
        .group_by("row")
        .agg(separate_blocks=pl.when(apart.count() == pl.len()).then(apart.all()))
    )
