"""What findings come to: how many and how much, in all and by payer, clinician, rule, severity and who must act.

Prices and charges are two sums that are never added: a charge is what was asked, not what would be lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cleanclaim.engine.report import CLINICIAN, Report
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Severity


@dataclass(frozen=True)
class Sum:
    """How many findings, how much they come to at fee schedule prices, how much was charged.

    ``priced`` and ``charged`` are how many have the one or the other, ``without`` how many have neither.
    """

    count: int
    fee_cents: int
    charge_cents: int
    priced: int
    charged: int
    without: int


@dataclass(frozen=True)
class Facet:
    """One way to divide the findings: its name, its heading, and the parts, each with its value (None: not given)."""

    name: str
    heading: str
    parts: tuple[tuple[str | None, Sum], ...]


_CHARGED = pl.col("cents_basis") == "charge"
_SUMS = (
    pl.len().alias("count"),
    pl.col("cents").filter(~_CHARGED).sum().alias("fee_cents"),
    pl.col("cents").filter(_CHARGED).sum().alias("charge_cents"),
    pl.col("cents").filter(~_CHARGED).count().alias("priced"),
    pl.col("cents").filter(_CHARGED).count().alias("charged"),
    pl.col("cents").null_count().alias("without"),
)
_HEADINGS = {"severity": "Severity", "who": "Who must act", "payer": "Payer", "clinician": "Clinician", "rule": "Rule"}
_MOST_FIRST = ("fee_cents", "charge_cents", "count")


def totals(report: Report) -> Sum:
    """Return what all findings come to."""
    return Sum(**report.findings.select(_SUMS).row(0, named=True))


def by_severity(report: Report) -> tuple[tuple[str, Sum], ...]:
    """Return the sums of each severity that has a finding, the gravest first."""
    parts = next(facet.parts for facet in facets(report) if facet.name == "severity")
    return tuple((value, part) for value, part in parts if value is not None)


def facets(report: Report) -> tuple[Facet, ...]:
    """Return the findings divided in each way; the parts with the most money first, severities by their gravity."""
    named = report.findings.with_columns(
        who=pl.col("rule").replace_strict({r.id: r.fix.who.value for r in all_rules()}, default=None),
        clinician=CLINICIAN,
    )
    return tuple(Facet(name, heading, _parts(named, name)) for name, heading in _HEADINGS.items())


def _parts(named: pl.DataFrame, by: str) -> tuple[tuple[str | None, Sum], ...]:
    divided = named.group_by(by).agg(_SUMS).sort(*_MOST_FIRST, by, descending=[True] * 3 + [False], nulls_last=True)
    parts = [(row.pop(by), Sum(**row)) for row in divided.to_dicts()]
    if by == "severity":
        parts.sort(key=lambda part: [s.value for s in Severity].index(part[0]))
    return tuple(parts)
