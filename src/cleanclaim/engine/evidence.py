"""What a finding can be shown from: the minutes behind its units, the edit behind its pair, the price behind its money.

A check keeps numbers, not sentences. For a report that shows how each conclusion came about, the rows that the gravest
findings rest on are kept beside them (:func:`gather`), and put into words when somebody looks
(:mod:`cleanclaim.engine.finding_proof`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from cleanclaim.engine import allocate, price
from cleanclaim.engine.check import CheckResult
from cleanclaim.rules.rule import Severity

_DAY = "person_day_key"
_SERVICES = (
    *(_DAY, "dos", "pack", "discipline", "setting", "start_minute", "stop_minute"),
    *("code_valid", "replaced_by", "required_discipline"),
    *allocate.COLUMNS,
)
_LINES = (
    *(_DAY, "visit_key", "claim_key", "day_key", "code", "dos", "mac", "locality", "fee_age", "pooled"),
    *(name for name in price.COLUMNS if name != "pool_key"),
)
_PAIRS = (
    *("row", "dos", "column_one", "column_two", "indicator", "effective", "deleted", "table", "table_age"),
    *("bypass_one", "bypass_two", "bypass_text", "provider_assumed", "separate_blocks"),
)
# room between the keys of one partition and those of the next
_APART = 2**40
_KEYS = (_DAY, "visit_key", "claim_key", "day_key")


@dataclass(frozen=True)
class Evidence:
    """Rows of the days on which findings stand: services given, billed lines with their price, pairs with their edit.

    ``row`` is the row of SERVICES, as in the findings; ``person_day_key`` numbers a patient's days.
    """

    services: pl.DataFrame
    lines: pl.DataFrame
    pairs: pl.DataFrame

    def of(self, rows: pl.Series) -> Evidence:
        """Return what the findings on ``rows`` rest on, and nothing else."""
        days = self.lines.filter(pl.col("row").is_in(rows.implode()))[_DAY].unique().implode()
        return Evidence(
            self.services.filter(pl.col(_DAY).is_in(days)),
            self.lines.filter(pl.col(_DAY).is_in(days)),
            self.pairs.filter(pl.col("row").is_in(rows.implode())),
        )


def gather(result: CheckResult, rows: pl.Series, number: int) -> Evidence:
    """Return what the findings on ``rows`` of a checked partition rest on; ``number`` is the partition's."""
    grains = result.grains
    whole = Evidence(grains.given, grains.line, grains.pair).of(rows)
    return Evidence(
        *(
            frame.select(name for name in names if name in frame.columns).with_columns(
                pl.col(name) + number * _APART for name in _KEYS if name in names and name in frame.columns
            )
            for frame, names in ((whole.services, _SERVICES), (whole.lines, _LINES), (whole.pairs, _PAIRS))
        )
    )


def together(parts: Sequence[Evidence]) -> Evidence:
    """Return the evidence of several partitions as one."""
    return Evidence(
        *(
            pl.concat([getattr(part, name) for part in parts], how="diagonal_relaxed") if parts else pl.DataFrame()
            for name in ("services", "lines", "pairs")
        )
    )


def gravest_first(findings: pl.DataFrame) -> pl.DataFrame:
    """Return the findings sorted: by severity, then those with the most money, then in the order of the input.

    Money at fee schedule prices goes before charges, which are never compared with it.
    """
    order = {kind.value: place for place, kind in enumerate(Severity)}
    charged = pl.col("cents_basis") == "charge"
    return findings.sort(
        pl.col("severity").replace_strict(order, default=len(order), return_dtype=pl.Int64),
        pl.when(~charged).then("cents"),
        pl.when(charged).then("cents"),
        "file_id",
        "row",
        "rule",
        descending=[False, True, True, False, False, False],
        nulls_last=True,
    )
