"""A report as text: findings by claim, what could not be read, the sum by rule, and what was not checked and why."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any

from cleanclaim.cli.layout import counted, dollars, paragraph, show, table
from cleanclaim.engine.report import Report
from cleanclaim.rules.rule import Severity

_STYLE = {"denial": "bold red", "compliance": "bold yellow", "underbilling": "bold cyan", "advice": "dim"}
_WORTH = {"charge": "charged", "national": "(national fee schedule)", "expected": "(fee schedule)"}
_MOST_UNREAD = 50


def print_report(report: Report) -> None:
    """Print the whole report on stdout; colors only on a terminal."""
    for heading, group in itertools.groupby(report.messages(), key=_heading):
        show((heading, "bold"))
        for message in group:
            _finding(message)
        show()
    _unreadable(report.unread())
    _summary(report)
    _not_checked(report)


def _heading(message: dict[str, Any]) -> str:
    key = next((f"{name} {message[name]}" for name in ("claim", "visit") if message[name]), None)
    return "  ".join(part for part in (message["file"], key, message["dos"], message["payer"]) if part)


def _finding(message: dict[str, Any]) -> None:
    worth = "" if message["cents"] is None else f"{dollars(message['cents'])} {_WORTH[message['cents_basis']]}"
    show(
        "  ",
        (f"{message['rule']} {message['name']}", _STYLE[message["severity"]]),
        (f"  {message['place']}", "dim"),
        f"  {message['code']}" if message["code"] else "",
        (f"  {worth}" if worth else "", "bold"),
    )
    paragraph(message["message"], indent=6)
    paragraph(f"Fix ({message['who']}): {message['fix']}", indent=6)
    cited = message["citations"][0]
    source = ", ".join(part for part in (cited["document"], cited["section"]) if part)
    paragraph("; ".join(part for part in (source, message["coverage"]) if part), indent=6, style="dim")


def _unreadable(rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    show(("Could not be read", "bold"))
    for row in rows[:_MOST_UNREAD]:
        number = next((f"{name} {row[name]}" for name in ("segment", "line") if row[name] is not None), None)
        where = ", ".join(part for part in (row["file"] or "input", number, row["column"]) if part)
        paragraph(f"{where}: {row['message']}", indent=4, lead="  ")
    if len(rows) > _MOST_UNREAD:
        show(f"  ... and {len(rows) - _MOST_UNREAD:,} more; --format json lists them all")
    show()


def _summary(report: Report) -> None:
    counts, rows = report.counts, report.by_rule()
    read = f"{counted(counts['lines'], 'claim line')} in {counted(counts['visits'], 'visit')}"
    checked = (
        f"Checked {read}, {dollars(counts['charge_cents'])} charged." if counts["lines"] else "No claim line to check."
    )
    found = counted(sum(row["count"] for row in rows), "finding") if rows else "No findings"
    show((f"{checked} {found}.", "bold"))
    for note in report.notes:
        paragraph(f"Note: {note}", style="dim")
    if rows:
        show()
        _by_rule(rows)


def _by_rule(rows: list[dict[str, Any]]) -> None:
    """Print one line a rule, the gravest kind of finding first and within a kind the most money."""
    order = [severity.value for severity in Severity]
    table(
        ("rule", "severity", "findings", "fee schedule", "charged", ""),
        [
            (
                row["rule"],
                row["severity"],
                f"{row['count']:,}",
                dollars(row["priced_cents"]) if row["priced_cents"] else None,
                dollars(row["charged_cents"]) if row["charged_cents"] else None,
                row["name"].replace("-", " "),
            )
            for row in sorted(rows, key=lambda row: order.index(row["severity"]))
        ],
        right=(2, 3, 4),
    )


def _not_checked(report: Report) -> None:
    """Print what was not checked: payers that stand for many rules first, then the reasons, the most rows first."""
    gaps = report.gaps()
    if not gaps and not report.unmapped:
        return
    show()
    show(("Not checked", "bold"))
    for name, rows in report.unmapped:
        paragraph(
            f"{counted(rows, 'row')} of payer {name}: it is not mapped, so rules that depend on the payer were not "
            "checked. Map it in cleanclaim.toml.",
            indent=4,
            lead="  ",
        )
    by_reason: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for gap in gaps:
        by_reason[gap["reason"]][gap["rule"]] += gap["count"]
    # a row that several rules could not judge for one reason is one row: the most that any of them met
    for why, rules in sorted(by_reason.items(), key=lambda item: -max(item[1].values())):
        paragraph(f"{counted(max(rules.values()), 'row')}: {why} ({', '.join(sorted(rules))})", indent=4, lead="  ")
