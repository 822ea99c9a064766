"""The findings as SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format): what code review tools show.

A place in a CSV file is a line, in an X12 file a byte offset, in a JSON file a path. Two runs over the same input give
the same text, and ``partialFingerprints`` know a finding again when lines have moved.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePath, PurePosixPath
from typing import Any
from urllib.parse import quote

from cleanclaim.engine.left_out import expired_message
from cleanclaim.engine.report import Report
from cleanclaim.reports.entries import Entry, entries_in_order, suppressed_entries
from cleanclaim.reports.words import citation
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Rule, Severity

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "cleanclaim/v1"
"""The name of the fingerprint's recipe: a change of :mod:`cleanclaim.engine.fingerprint` takes the next number."""
LEVELS = {
    Severity.DENIAL: "error",
    Severity.COMPLIANCE: "error",
    Severity.UNDERBILLING: "warning",
    Severity.ADVICE: "note",
}
Node = dict[str, Any]
# a fix in general, before there is a finding whose words it names
_ANY = {
    "found": "what was found",
    "expected": "what is expected",
    "code": "the code",
    "dos": "the date of service",
    "payer": "the payer",
}


def sarif_parts(report: Report) -> Iterator[str]:
    """Yield the text of the log, piece by piece: one run, one result a line in the order of the input."""
    rules = {rule.id: number for number, rule in enumerate(all_rules())}
    run = {
        "tool": {"driver": _driver(report)},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": uri(name)}} for name in report.files],
        "invocations": [_invocation(report)],
    }
    head = json.dumps({"$schema": SCHEMA, "version": VERSION, "runs": [run]}, separators=(",", ":"))
    yield head.removesuffix("}]}") + ',"results":['
    separator = "\n"
    for entry in entries_in_order(report):
        yield separator + json.dumps(_result(report, entry, rules), separators=(",", ":"))
        separator = ",\n"
    for entry in suppressed_entries(report):
        one, _ = report.left_out.suppressions[entry.row["suppression"]]
        told = {"kind": "external", "status": "accepted", "justification": one.reason}
        result = _result(report, entry, rules) | {"suppressions": [told]}
        yield separator + json.dumps(result, separators=(",", ":"))
        separator = ",\n"
    yield "\n]}]}\n"


def uri(name: str) -> str:
    """Return a file's name as the URI that SARIF wants: relative as given, or ``file:`` for a full path.

    >>> uri("march 2026/claims.837"), uri("/data/a#1.csv")
    ('march%202026/claims.837', 'file:///data/a%231.csv')
    """
    path = PurePath(name)
    if path.is_absolute():
        return path.as_uri()
    return quote(str(PurePosixPath(*path.parts)), safe="/")


def _driver(report: Report) -> Node:
    version = report.versions.get("cleanclaim")
    return {
        "name": "cleanclaim",
        **({"version": version, "semanticVersion": version} if version else {}),
        "rules": [_rule(rule) for rule in all_rules()],
    }


def _rule(rule: Rule) -> Node:
    sources = [str(cited) for cited in rule.cite]
    link = next((cited.url for cited in rule.cite if cited.url), None)
    asks = f"{rule.title}. Fix: {rule.fix.text.format(**_ANY)}."
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": asks},
        "help": {
            "text": f"{asks} Source: {'; '.join(sources)}. More: cleanclaim rule {rule.id}",
            "markdown": f"{asks}\n\nSource:\n\n"
            + "\n".join(f"- [{c}]({c.url})" if c.url else f"- {c}" for c in rule.cite)
            + f"\n\nMore: `cleanclaim rule {rule.id}`",
        },
        **({"helpUri": link} if link else {}),
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"tags": [rule.severity.value, rule.fix.who.value], "denialCodes": list(rule.denial)},
    }


def _result(report: Report, entry: Entry, rules: dict[str, int]) -> Node:
    message = entry.message
    return {
        "ruleId": message["rule"],
        "ruleIndex": rules[message["rule"]],
        "kind": "fail",
        "level": LEVELS[Severity(message["severity"])],
        "message": {"text": f"{message['message']} Fix ({message['who']}): {message['fix']}"},
        "locations": [_location(report, entry)],
        "partialFingerprints": {FINGERPRINT: entry.message["fingerprint"]},
        "properties": {
            name: message[name]
            for name in (
                *("severity", "claim", "visit", "line", "dos", "payer", "clinician", "code", "found", "expected"),
                *("needs", "who", "by_when", "coverage", "uncertain", "cents", "cents_basis"),
            )
        }
        | {"citations": [citation(cited) for cited in message["citations"]]},
    }


def _location(report: Report, entry: Entry) -> Node:
    row, logical = entry.row, []
    region: Node | None = None
    if row["place"] is not None:
        logical.append({"fullyQualifiedName": row["place"], "kind": "object"})
    elif row["source_offset"] is not None:
        region = {"byteOffset": row["source_offset"], "byteLength": 0}
        logical.append({"fullyQualifiedName": f"segment {row['source_line']}", "kind": "element"})
    elif row["source_line"] is not None:
        region = {"startLine": max(1, row["source_line"])}
    for kind in ("claim", "visit", "line"):
        if entry.message[kind] is not None:
            logical.append({"fullyQualifiedName": f"{kind} {entry.message[kind]}", "kind": kind})
    found: Node = {}
    if row["file_id"] is not None and report.files:
        found["physicalLocation"] = _physical(report, row["file_id"], region)
    return found | ({"logicalLocations": logical} if logical else {})


def _physical(report: Report, file_id: int, region: Node | None) -> Node:
    artifact = {"uri": uri(report.files[file_id]), "index": file_id}
    return {"artifactLocation": artifact, **({"region": region} if region else {})}


def _invocation(report: Report) -> Node:
    """What could not be read, and what was not checked: told beside the results, never left out."""
    unread = [_unread(report, row) for row in report.unreadable.iter_rows(named=True)]
    gaps = [
        {
            "level": "note",
            "message": {"text": f"{gap['rule']} not checked for {gap['count']} rows: {gap['reason']}"},
            "associatedRule": {"id": gap["rule"]},
        }
        for gap in report.gaps()
    ]
    unmapped = [
        {
            "level": "warning",
            "message": {
                "text": f"payer {payer}: not mapped in cleanclaim.toml, so its rules were not checked ({rows} rows)"
            },
        }
        for payer, rows in report.unmapped
    ]
    left_out = [
        {"level": "note", "message": {"text": note}}
        for note in (*report.left_out.notes(), *map(expired_message, report.left_out.expired))
    ]
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": unread,
        "toolConfigurationNotifications": [*unmapped, *gaps, *left_out],
    }


def _unread(report: Report, row: dict[str, Any]) -> Node:
    where = ", ".join(
        part for part in (row["column"], f"segment {row['segment']}" if row["segment"] is not None else None) if part
    )
    told: Node = {"level": "error", "message": {"text": f"{where}: {row['message']}" if where else row["message"]}}
    if row["file_id"] is not None and report.files:
        region = {"startLine": row["line"]} if row["line"] else None
        told["locations"] = [{"physicalLocation": _physical(report, row["file_id"], region)}]
    return told
