"""The closed loop: which rule would have stopped each past denial, and what that would have saved.

A rule would have stopped a denial only if checking the claim as it was sent gives a finding of it on the line, or on
its visit or claim, and the rule looks for what the payer denied. Where none does, a rule that looks for it may not have
been checked for want of an input: that input is named. Else none would. No denial is counted twice in a sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from cleanclaim.config import Config
from cleanclaim.engine.reasons import reason as in_words
from cleanclaim.engine.selection import Selection
from cleanclaim.remit.honest import rules_by_id

_SUMS = {
    "denials": pl.len().cast(pl.Int64),
    "claims": pl.col("claim_id").n_unique().cast(pl.Int64),
    "denied_cents": pl.col("denied_cents").sum(),
    "stake_cents": pl.col("stake_cents").sum(),
    "unpriced": pl.col("stake_cents").null_count().cast(pl.Int64),
}
"""Money of denials: what was denied, at charge; what the payer would owe of it; how many are in neither price."""


@dataclass(frozen=True)
class Loop:
    """Past denials by what would have stopped them; each frame has denials, claims and the money of them.

    ``rules`` has one row per rule that would have stopped a denial, the most money first (a denial that two rules would
    have stopped is in both rows), with ``on``: the configuration has the rule on; ``inputs`` one per rule and reason
    for which it could not be checked; ``none`` one per reason of the payer that no rule foresees; ``sums`` has one row
    each for ``stopped``, ``unchecked``, ``none`` and ``all``, in which a denial counts once.
    """

    rules: pl.DataFrame
    inputs: pl.DataFrame
    none: pl.DataFrame
    sums: pl.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """Return the frames in the shape of the JSON contract; ``sums`` by its parts."""
        sums = {row.pop("part"): row for row in self.sums.to_dicts()}
        rules, inputs, none = (frame.to_dicts() for frame in (self.rules, self.inputs, self.none))
        return {"sums": sums, "rules": rules, "inputs": inputs, "none": none}


def loop(denials: pl.DataFrame, config: Config) -> Loop:
    """Return which rules would have stopped past ``denials`` (DENIAL), and what they would have saved.

    >>> from cleanclaim.claims.denials import DENIAL
    >>> loop(DENIAL.empty(), Config.load(None)).sums["denials"].to_list()
    [0, 0, 0, 0]
    """
    stopped = denials.filter(pl.col("stopped_by").is_not_null())
    unchecked = denials.filter(pl.col("stopped_by").is_null() & pl.col("unchecked").is_not_null())
    none = denials.filter(pl.col("stopped_by").is_null() & pl.col("unchecked").is_null())
    parts = {"stopped": stopped, "unchecked": unchecked, "none": none, "all": denials}
    return Loop(
        rules=_by_rule(stopped, config),
        inputs=_by_input(unchecked),
        none=_ordered(none.group_by("reason", "cause", maintain_order=True).agg(**_SUMS)),
        sums=pl.concat([part.select(part=pl.lit(name, dtype=pl.String), **_SUMS) for name, part in parts.items()]),
    )


def _by_rule(stopped: pl.DataFrame, config: Config) -> pl.DataFrame:
    each = stopped.with_columns(rule=pl.col("stopped_by").str.split(" ")).explode("rule")
    reasons = pl.col("reason").unique().sort().str.join(" ")
    summed = each.group_by("rule", maintain_order=True).agg(**_SUMS, reasons=reasons)
    on = [rule.id for rule in Selection.of(config, as_of=date.max).rules]
    named = {rule: rules_by_id()[rule].name for rule in summed["rule"]}
    name = pl.col("rule").replace_strict(named, default=None, return_dtype=pl.String)
    return _ordered(summed.with_columns(name=name, on=pl.col("rule").is_in(on)))


def _by_input(unchecked: pl.DataFrame) -> pl.DataFrame:
    because = {one: in_words(one) for one in unchecked["missing"].drop_nulls().unique()}
    told = unchecked.with_columns(
        rule=pl.col("unchecked"),
        because=pl.col("missing").replace_strict(because, default=None, return_dtype=pl.String),
    )
    return _ordered(told.group_by("rule", "because", maintain_order=True).agg(**_SUMS))


def _ordered(summed: pl.DataFrame) -> pl.DataFrame:
    return summed.sort("stake_cents", "denied_cents", "denials", descending=True, maintain_order=True)
