"""What a run's findings come to, without the findings: by severity, who must act, rule, payer and clinician."""

from __future__ import annotations

from typing import Any

from cleanclaim.engine.report import Report
from cleanclaim.reports.totals import Sum, facets, totals
from cleanclaim.rules import all_rules


def statistics(report: Report) -> dict[str, Any]:
    """Return counts and money of the findings that are told, in all and by each facet, the most money first.

    Money in integer cents: at fee schedule prices, and as charged where there is no price; the two are never added.
    A payer or clinician that is not named is null.
    """
    names = {rule.id: rule.name for rule in all_rules()}
    divided: dict[str, list[dict[str, Any]]] = {}
    for facet in facets(report):
        divided[f"by_{facet.name}"] = [
            {facet.name: value, **({"name": names[value or ""]} if facet.name == "rule" else {}), **_sums(part)}
            for value, part in facet.parts
        ]
    counts = ("lines", "services", "visits", "claims", "charge_cents")
    return {
        "checked": {name: report.counts.get(name, 0) for name in counts},
        "total": _sums(totals(report)),
        **divided,
        "suppressed": report.suppressed.height,
        "left_out": report.left_out.as_dict(),
    }


def _sums(part: Sum) -> dict[str, int]:
    return {
        "findings": part.count,
        "priced_cents": part.fee_cents,
        "charged_cents": part.charge_cents,
        "without_cents": part.without,
    }
