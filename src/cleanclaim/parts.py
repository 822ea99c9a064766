"""What one partition of whole patients comes to: its findings, settled, and the numbers that add up to a report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import polars as pl

from cleanclaim.config import Config
from cleanclaim.config.hints import medicare_hints
from cleanclaim.engine import report
from cleanclaim.engine.check import CheckResult
from cleanclaim.engine.deadlines import with_deadlines
from cleanclaim.engine.keys import FORM_ASSUMED
from cleanclaim.engine.selection import Selection

NO_PAYER = "(none named)"


@dataclass(frozen=True)
class Part:
    """A partition's findings as a report has them, and what was not checked; counts, unmapped payers and remarks.

    ``assumed`` are the rows that were read as professional claims for want of a word on it.
    """

    found: pl.DataFrame
    not_checked: pl.DataFrame
    counts: Counter[str]
    unmapped: dict[str, int]
    hints: tuple[str, ...]
    assumed: int

    @classmethod
    def of(cls, result: CheckResult, selection: Selection) -> Part:
        """Return what the rules' ``result`` of a partition comes to.

        >>> from datetime import date
        >>> from cleanclaim.claims.schema import SERVICES
        >>> from cleanclaim.engine.check import check
        >>> day, config = date(2026, 3, 5), Config.load(None)
        >>> nothing = check(SERVICES.empty(), as_of=day, config=config)
        >>> Part.of(nothing, Selection.of(config, as_of=day)).counts["lines"]
        0
        """
        grains = result.grains
        found = report.empty_findings()
        if result.findings.height:
            placed = report.with_context(result.findings, result.places, result.policy)
            found = selection.settle(with_deadlines(placed, grains))
        counts = Counter(
            services=result.services.height,
            lines=grains.line.height,
            visits=grains.visit.height,
            claims=grains.claim.height,
            charge_cents=int(grains.line["charge_cents"].sum()),
        )
        unmapped = {payer or NO_PAYER: rows for payer, rows in Config.unmapped(result.services)}
        hints = tuple(medicare_hints(result.services)) if unmapped else ()
        assumed = result.services.select(FORM_ASSUMED.sum()).item()
        return cls(found, result.not_checked, counts, unmapped, hints, assumed)


def no_counts() -> Counter[str]:
    """Return the counts of nothing, all there.

    >>> sorted(no_counts())
    ['charge_cents', 'claims', 'lines', 'services', 'visits']
    """
    return Counter(lines=0, services=0, visits=0, claims=0, charge_cents=0)


def remarks(hints: tuple[str, ...], assumed: int) -> list[str]:
    """Return the remarks on rows whose payer or form was not named.

    >>> remarks((), 1)
    ['1 row names no form, setting, place of service or bill type: read as professional claims']
    """
    if not assumed:
        return list(hints)
    rows = "1 row names" if assumed == 1 else f"{assumed:,} rows name"
    return [*hints, f"{rows} no form, setting, place of service or bill type: read as professional claims"]
