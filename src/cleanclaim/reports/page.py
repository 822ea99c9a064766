"""The report as one page of HTML: no network, no other file, readable without its script, and it prints.

What comes from a claim is text: every value is escaped, characters that do not print are shown by their escape, and
the page's own policy forbids anything but its own style and script.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cleanclaim.engine.finding_proof import Proofs
from cleanclaim.engine.left_out import expired_message
from cleanclaim.engine.report import Report
from cleanclaim.reports.entries import Entry, gravest_entries
from cleanclaim.reports.run import Run
from cleanclaim.reports.totals import by_severity, facets, totals
from cleanclaim.reports.words import citation, counted, dollars, printable
from cleanclaim.rules import all_rules

if TYPE_CHECKING:
    from jinja2 import Environment

DETAILED = 1_000
"""Findings shown with explanation and proof; those after them stand in a table."""
LISTED = 10_000
"""Findings on the page; those after them are in the totals only."""
_OPEN_IN_PRINT = 100
_MOST_GAPS = 500
_MOST_UNREAD = 500
_FIRST_PARTS = 8
_SEVERITIES = {
    "denial": "the payer is expected to deny or return it",
    "compliance": "it may be paid, and taken back on review",
    "underbilling": "care that was given and not billed",
    "advice": "worth a look; nothing is known to go wrong",
}
_NEEDS = {
    "nothing": "; it needs nothing else",
    "note": "; with the treatment note at hand",
    "clinician": "; only the clinician can say",
}
_BASES = {
    "expected": "fee schedule of the locality",
    "national": "national fee schedule",
    "charge": "charged",
}


def html_parts(report: Report, run: Run) -> Iterator[str]:
    """Yield the text of the page, piece by piece."""
    divided = facets(report)
    proofs = Proofs(report.evidence) if report.evidence is not None else None
    shown = gravest_entries(report, LISTED)
    numbers = {f.name: {value: number for number, (value, _) in enumerate(f.parts)} for f in divided}
    style, script = asset("page.css"), asset("page.js")
    yield from (
        environment()
        .get_template("page.html")
        .generate(
            style=style,
            script=script,
            policy=_policy(style, script),
            report=report,
            run=run,
            sums=totals(report),
            severities=by_severity(report),
            meaning=_SEVERITIES,
            bases=_BASES,
            needs=_NEEDS,
            facets=divided,
            first_parts=_FIRST_PARTS,
            findings=(
                _shown(entry, numbers, proofs if place < DETAILED else None) for place, entry in enumerate(shown)
            ),
            detailed=min(DETAILED, report.findings.height),
            listed=min(LISTED, report.findings.height),
            printed_open=report.findings.height <= _OPEN_IN_PRINT,
            titles={rule.id: rule.title for rule in all_rules()},
            gaps=_gaps(report)[:_MOST_GAPS],
            left_out=[*report.left_out.notes(), *(expired_message(one) for one in report.left_out.expired)],
            suppressed=report.suppressions()[:_MOST_UNREAD],
            suppressed_count=report.suppressed.height,
            unread=report.unread()[:_MOST_UNREAD],
            unread_count=report.unreadable.height,
        )
    )


def _shown(entry: Entry, numbers: Mapping[str, Mapping[str | None, int]], proofs: Proofs | None) -> dict[str, Any]:
    """What the template needs of a finding; ``numbers`` are those of the parts of each facet."""
    message = entry.message
    return {
        **message,
        "id": f"f-{message['fingerprint']}",
        "parts": {name: parts[message[name]] for name, parts in numbers.items()},
        "proof": proofs.of(entry.row) if proofs else [],
    }


def _gaps(report: Report) -> list[dict[str, Any]]:
    """The reasons why something was not checked, the most rows first, each with its rules."""
    reasons: dict[str, dict[str, int]] = {}
    for gap in report.gaps():
        rules = reasons.setdefault(gap["reason"], {})
        rules[gap["rule"]] = rules.get(gap["rule"], 0) + gap["count"]
    # a row that several rules could not judge for one reason is one row: the most that any of them met
    found = [{"reason": why, "rows": max(rules.values()), "rules": sorted(rules)} for why, rules in reasons.items()]
    return sorted(found, key=lambda gap: (-gap["rows"], gap["reason"]))


def _policy(style: str, script: str) -> str:
    """The page's content security policy: its own style and script, known by their hash, and nothing else."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def asset(name: str) -> str:
    """Return the text of a template."""
    return (files("cleanclaim.reports") / "templates" / name).read_text("utf-8").strip()


@cache
def environment() -> Environment:
    """Return what renders templates: every value is escaped, and none may be missing."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    environment.filters.update(dollars=dollars, counted=counted, citation=citation)
    return environment


def _finalized(value: Any) -> Any:
    # style and script, marked as safe, are no plain strings
    return printable(value) if type(value) is str else value
