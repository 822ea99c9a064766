"""A report as text: findings by claim, then what they are worth, what was not checked and what was not read."""

from __future__ import annotations

import itertools
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cleanclaim.cli.visit import dollars
from cleanclaim.engine.report import Report

_STYLE = {"denial": "bold red", "compliance": "bold yellow", "underbilling": "bold cyan", "advice": "dim"}


def print_report(report: Report) -> None:
    """Print the whole report on stdout; colors only on a terminal."""
    console = Console(highlight=False, soft_wrap=False)
    messages = list(report.messages())
    for heading, group in itertools.groupby(messages, key=_heading):
        console.print(Text(heading, style="bold"))
        for message in group:
            _finding(console, message)
        console.print()
    _unreadable(console, report)
    _summary(console, report)
    _not_checked(console, report)


def _heading(message: dict[str, Any]) -> str:
    parts = [message["file"] or ""]
    if message["claim"]:
        parts.append(f"claim {message['claim']}")
    elif message["visit"]:
        parts.append(f"visit {message['visit']}")
    if message["dos"]:
        parts.append(message["dos"])
    if message["payer"]:
        parts.append(message["payer"])
    return "  ".join(p for p in parts if p)


def _finding(console: Console, message: dict[str, Any]) -> None:
    head = Text("  ")
    head.append(f"{message['rule']} {message['name']}", style=_STYLE[message["severity"]])
    head.append(f"  {message['place']}", style="dim")
    if message["code"]:
        head.append(f"  {message['code']}")
    if message["cents"] is not None:
        head.append(f"  {dollars(message['cents'])} {_basis(message['cents_basis'])}", style="bold")
    console.print(head)
    console.print(Padding(Text(message["message"]), (0, 0, 0, 6)))
    console.print(Padding(Text(f"Fix ({message['who']}): {message['fix']}"), (0, 0, 0, 6)))
    cited = message["citations"][0]
    source = ", ".join(p for p in (cited["document"], cited["section"]) if p)
    if message["coverage"]:
        source += f"; {message['coverage']}"
    console.print(Padding(Text(source, style="dim"), (0, 0, 0, 6)))


def _basis(basis: str | None) -> str:
    return {
        "charge": "charged",
        "national": "at national fee schedule values",
        "expected": "at the fee schedule",
    }.get(basis or "", "")


def _unreadable(console: Console, report: Report) -> None:
    rows = report.unread()
    if not rows:
        return
    console.print(Text("Could not be read", style="bold"))
    for row in rows[:50]:
        where = f"segment {row['segment']}" if row["segment"] is not None else f"line {row['line']}"
        column = f", {row['column']}" if row["column"] else ""
        console.print(Padding(Text(f"{row['file'] or 'input'}, {where}{column}: {row['message']}"), (0, 0, 0, 2)))
    if len(rows) > 50:
        console.print(f"  ... and {len(rows) - 50:,} more; --format json lists them all")
    console.print()


def _summary(console: Console, report: Report) -> None:
    counts = report.counts
    console.print(
        Text(
            f"{counts.get('lines', 0):,} claim lines in {counts.get('visits', 0):,} visits, "
            f"{dollars(counts.get('charge_cents', 0))} charged.",
            style="bold",
        )
    )
    rows = report.by_rule()
    if not rows:
        console.print("No findings.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name, justify in (("rule", "left"), ("this visit or claim has", "left"), ("severity", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for name in ("findings", "at the fee schedule", "charged"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            row["rule"],
            row["name"].replace("-", " "),
            row["severity"],
            f"{row['count']:,}",
            dollars(row["priced_cents"]) if row["priced_cents"] else "",
            dollars(row["charged_cents"]) if row["charged_cents"] else "",
        )
    console.print(table)


def _not_checked(console: Console, report: Report) -> None:
    for name, rows in report.unmapped:
        console.print(
            f"\nPayer {name!r} is not mapped to a payer pack ({rows:,} rows): rules that depend on the payer were not "
            "checked for it. Map it in cleanclaim.toml."
        )
    for note in report.notes:
        console.print(f"Note: {note}")
    gaps = report.gaps()
    if not gaps:
        return
    console.print(Text("\nNot checked", style="bold"))
    by_reason: dict[str, list[dict[str, Any]]] = {}
    for gap in gaps:
        by_reason.setdefault(gap["reason"], []).append(gap)
    for why, entries in by_reason.items():
        rules = ", ".join(sorted({e["rule"] for e in entries}))
        count = max(e["count"] for e in entries)
        console.print(Padding(Text(f"{rules}: {why} ({count:,} rows)"), (0, 0, 0, 2)))
