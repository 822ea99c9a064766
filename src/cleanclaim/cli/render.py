"""A report as text: findings by claim, what could not be read, the sum by rule, and what was not checked and why."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cleanclaim.cli.layout import paragraph, sentence, show, table
from cleanclaim.engine.reasons import PAYER_SILENT, asked_of_payers
from cleanclaim.engine.report import Report
from cleanclaim.reports.statistics import statistics
from cleanclaim.reports.words import counted, dollars
from cleanclaim.rules.rule import Severity

_STYLE = {"denial": "bold red", "compliance": "bold yellow", "underbilling": "bold cyan", "advice": "dim"}
_WORTH = {"charge": "charged", "national": "(national fee schedule)", "expected": "(fee schedule)"}
_MOST_UNREAD = 50
_MOST_SUPPRESSED = 20
NOT_NAMED = "(not named)"
_OTHER_DATE = re.compile(r"^'\d{1,2}([-/.])\d{1,2}\1\d\d' is not a date|^'\d{1,2}([-.])\d{1,2}\2\d{4}' is not a date")


def print_report(report: Report) -> None:
    """Print the whole report on stdout; colors only on a terminal."""
    for group, messages in itertools.groupby(report.messages(), key=_group_of(report)):
        if group is not None:
            show((group, "bold underline"))
            show()
        for heading, members in itertools.groupby(messages, key=_heading):
            show((heading, "bold"))
            for message in members:
                _finding(message)
            show()
    print_summary(report)


def print_summary(report: Report) -> None:
    """Print what could not be read, the sums by rule and what was not checked: a report without its findings."""
    _unreadable(report.unread())
    _summary(report)
    _not_checked(report)


def _group_of(report: Report) -> Callable[[dict[str, Any]], str | None]:
    """Return what stands over a group of findings; a claim stands over its own anyway."""
    by = report.group_by
    if by is None or by == "claim":
        return lambda message: None
    if by == "rule":
        return lambda message: f"{message['rule']} {message['name']}"
    return lambda message: f"{sentence(by)}: {message[by] or NOT_NAMED}" if by != "who" else sentence(message["who"])


def _heading(message: dict[str, Any]) -> str:
    key = next((f"{name} {message[name]}" for name in ("claim", "visit", "plan") if message[name]), None)
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
    if message["uncertain"]:
        fields = ", ".join(message["uncertain"])
        paragraph(f"Advice only: what is known of this payer's {fields} is uncertain; confirm it.", indent=6)
    by_when = f", file by {message['by_when']}" if message["by_when"] else ""
    paragraph(f"Fix ({message['who']}{by_when}): {message['fix']}", indent=6)
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
    if any(_OTHER_DATE.search(row["message"]) for row in rows):
        paragraph(
            "Dates of another form: `cleanclaim init FILE` finds it, or write it in cleanclaim.toml, such as"
            ' [mapping.values.dates] format = "%m/%d/%y".',
            indent=2,
        )
    show()


def _summary(report: Report) -> None:
    counts, rows = report.counts, report.by_rule()
    read = f"{counted(counts['lines'], 'claim line')} in {counted(counts['visits'], 'visit')}"
    checked = (
        f"Checked {read}, {dollars(counts['charge_cents'])} charged." if counts["lines"] else "No claim line to check."
    )
    found = counted(sum(row["count"] for row in rows), "finding") if rows else "No findings"
    # where nothing was read, "no findings" would sound like a clean bill
    show((f"{checked} {found}." if rows or counts["lines"] else checked, "bold"))
    for note in (*report.notes, *report.left_out.notes()):
        paragraph(f"Note: {note}", style="dim")
    if rows:
        show()
        _by_rule(rows)
    _suppressed(report)


def _suppressed(report: Report) -> None:
    """Print what is suppressed, by whose word and until when: nothing is gone without a trace."""
    found = report.suppressions()
    if not found:
        return
    show()
    show((f"Suppressed: {counted(len(found), 'finding')}", "bold"))
    for one, count in report.left_out.suppressions:
        if count:
            lead = f"{one.place} ({one.title}): {counted(count, 'finding')} through {one.expires}: {one.reason}"
            paragraph(lead, indent=4, lead="  ")
            for message in [each for each in found if each["suppressed_by"] == str(one.place)][:_MOST_SUPPRESSED]:
                where = f"{message['rule']}  {_heading(message)}  {message['place']}"
                paragraph(where, indent=8, lead="      ", style="dim")
            if count > _MOST_SUPPRESSED:
                show(f"      ... and {count - _MOST_SUPPRESSED:,} more; --format json lists them all")


def print_statistics(report: Report) -> None:
    """Print what the findings come to by rule, payer, clinician and who must act; the most money first."""
    told = statistics(report)
    _summary(replace(report, notes=()))
    for by, heading in (("who", "who must act"), ("payer", "payer"), ("clinician", "clinician")):
        if told[f"by_{by}"]:
            show()
            _sums(heading, by, told[f"by_{by}"])
    _not_checked(report)


def _sums(heading: str, by: str, parts: list[dict[str, Any]]) -> None:
    table(
        (heading, "findings", "fee schedule", "charged", ""),
        [
            (
                part[by] or NOT_NAMED,
                f"{part['findings']:,}",
                dollars(part["priced_cents"]) if part["priced_cents"] else None,
                dollars(part["charged_cents"]) if part["charged_cents"] else None,
                "",
            )
            for part in parts
        ],
        right=(1, 2, 3),
    )


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
    asked: dict[str, set[str]] = defaultdict(set)
    for gap in gaps:
        by_reason[gap["reason"]][gap["rule"]] += gap["count"]
        if gap["reason"] == PAYER_SILENT:
            for field in asked_of_payers(gap["missing"]):
                asked[field].add(gap["rule"])
    # a row that several rules could not judge for one reason is one row: the most that any of them met
    for why, rules in sorted(by_reason.items(), key=lambda item: -max(item[1].values())):
        if why == PAYER_SILENT and asked:
            named = ", ".join(f"{field} ({', '.join(sorted(asked[field]))})" for field in sorted(asked))
            paragraph(f"{counted(max(rules.values()), 'row')}: {why}: {named}", indent=4, lead="  ")
        else:
            paragraph(f"{counted(max(rules.values()), 'row')}: {why} ({', '.join(sorted(rules))})", indent=4, lead="  ")
