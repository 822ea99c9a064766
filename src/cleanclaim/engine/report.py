"""From findings as numbers and ids to what a person reads: messages, fixes, citations, dollars, reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import polars as pl

from cleanclaim.claims.schema import FINDINGS, NOT_CHECKED, SERVICES, Grain
from cleanclaim.codes.payers import Policy
from cleanclaim.engine.deadlines import unknown_because
from cleanclaim.engine.evidence import Evidence
from cleanclaim.engine.fingerprint import fingerprints
from cleanclaim.engine.left_out import LeftOut
from cleanclaim.engine.reasons import reason
from cleanclaim.engine.severity import NOTHING_UNCERTAIN, doubts, uncertain_of
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Rule, Severity

CONTEXT = (
    "file_id",
    "source_line",
    "source_offset",
    "place",
    "claim_id",
    "visit_id",
    "line_number",
    "payer",
    "dos",
    "code",
    "rendering_npi",
    "clinician_id",
    "payer_id",
    "billing_npi",
)

CLINICIAN = pl.coalesce("rendering_npi", "clinician_id")
"""Who gave the service, as reports name a clinician: by the NPI, else as the input does."""

SETTLED = {
    "by_when": pl.Date(),
    "mapped": pl.Boolean(),
    "severity": pl.String(),
    "fate": pl.String(),
    "suppression": pl.Int64(),
}
"""What a whole run knows of a finding: :mod:`cleanclaim.engine.deadlines`, :mod:`cleanclaim.engine.selection`."""

GROUPS = ("who", "payer", "clinician", "rule", "claim")
"""The ways to group findings: by a key of the JSON contract."""


@dataclass(frozen=True)
class Report:
    """The outcome of a check: findings with their places, what was not checked and why, what could not be read.

    ``findings`` has the columns of FINDINGS, of ``CONTEXT``, ``uncertain`` and those of ``SETTLED``; so have
    ``suppressed``, those that the configuration suppresses, and ``accepted``, those that the baseline holds.
    ``left_out`` says what else is not told. ``group_by`` is one of ``GROUPS``: how findings are sorted. ``counts`` has
    the lines, visits, claims and charges that were read; ``files`` the display names that ``file_id`` counts into;
    ``unmapped`` payers as written, with rows; ``evidence`` the rows that findings rest on, where they were asked for.
    """

    findings: pl.DataFrame
    not_checked: pl.DataFrame
    unreadable: pl.DataFrame
    files: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    unmapped: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    versions: dict[str, Any] = field(default_factory=dict)
    evidence: Evidence | None = None
    suppressed: pl.DataFrame = field(default_factory=lambda: empty_findings())
    accepted: pl.DataFrame = field(default_factory=lambda: empty_findings())
    left_out: LeftOut = field(default_factory=LeftOut)
    group_by: str | None = None

    @property
    def exit_code(self) -> int:
        """0 when clean or advice only, 1 with findings or unread places, 2 where a suppression has expired."""
        if self.left_out.expired:
            return 2
        grave = (self.findings["severity"] != Severity.ADVICE.value).any()
        return int(bool(self.unreadable.height) or grave)

    def messages(self) -> Iterator[dict[str, Any]]:
        """Yield each finding as a person reads it; keys as in the JSON contract.

        In the order of the input, else by group, and within it what must be filed first.
        """
        first = [] if self.group_by is None else [_group(self.group_by), pl.col("by_when")]
        return self._messages(self.findings.sort(*first, "file_id", "row", "rule", nulls_last=True))

    def fingerprints(self) -> pl.Series:
        """Return the fingerprints that a baseline would hold: of the findings told, then of those accepted."""
        return fingerprints(pl.concat([self.findings, self.accepted], how="diagonal"))

    def _messages(self, findings: pl.DataFrame) -> Iterator[dict[str, Any]]:
        for row in findings.with_columns(fingerprints(findings)).iter_rows(named=True):
            yield self.message(row)

    def message(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return one row of ``findings`` as a person reads it; keys as in the JSON contract."""
        rule = _by_id()[row["rule"]]
        words = {key: "" if row[key] is None else row[key] for key in ("found", "expected", "code", "dos", "payer")}
        return {
            "rule": rule.id,
            "name": rule.name,
            "severity": row["severity"],
            "uncertain": row["uncertain"].split() if row["uncertain"] else [],
            "file": self.files[row["file_id"]] if row["file_id"] is not None and self.files else None,
            "place": place(row),
            "claim": row["claim_id"],
            "visit": None if rule.grain == Grain.EPISODE else row["visit_id"],
            "plan": row["visit_id"] if rule.grain == Grain.EPISODE else None,
            "line": row["line_number"],
            "dos": row["dos"].isoformat() if row["dos"] else None,
            "payer": row["payer"],
            "clinician": row["rendering_npi"] or row["clinician_id"],
            # a visit or a claim shows on its first row, whose code says nothing of the fault
            "code": row["code"] if rule.grain in (Grain.LINE, Grain.PAIR) else None,
            "message": rule.message.format(**words),
            "found": row["found"],
            "expected": row["expected"],
            "fix": rule.fix.text.format(**words),
            "needs": rule.fix.needs.value,
            "who": rule.fix.who.value,
            "citations": [{"document": c.document, "section": c.section, "url": c.url} for c in rule.cite],
            "coverage": row["coverage"],
            "cents": row["cents"],
            "cents_basis": row["cents_basis"],
            "by_when": row["by_when"].isoformat() if row["by_when"] else None,
            "by_when_unknown": unknown_because(row),
            "fingerprint": row["fingerprint"],
        }

    def gaps(self) -> list[dict[str, Any]]:
        """Return what was not checked: per rule and set of missing inputs, the reason and how many rows."""
        return [
            {"rule": r["rule"], "reason": reason(r["missing"]), "missing": r["missing"].split(), "count": r["count"]}
            for r in self.not_checked.iter_rows(named=True)
        ]

    def unread(self) -> list[dict[str, Any]]:
        """Return the places that could not be read, with their file."""
        return [
            {
                "file": self.files[r["file_id"]] if r["file_id"] is not None and self.files else None,
                "line": r["line"],
                "column": r["column"],
                "segment": r["segment"],
                "message": r["message"],
            }
            for r in self.unreadable.iter_rows(named=True)
        ]

    def by_rule(self) -> list[dict[str, Any]]:
        """Return per rule how many findings and how much money, the most money first; the gravest of its severities."""
        rules = {rule.id: rule for rule in all_rules()}
        totals = (
            self.findings.group_by("rule")
            .agg(
                count=pl.len(),
                priced_cents=pl.col("cents").filter(pl.col("cents_basis") != "charge").sum(),
                charged_cents=pl.col("cents").filter(pl.col("cents_basis") == "charge").sum(),
                gravity=_GRAVITY.min(),
            )
            .sort("priced_cents", "charged_cents", "count", "rule", descending=[True, True, True, False])
        )
        return [
            {**r, "name": rules[r["rule"]].name, "severity": _SEVERITIES[gravity]}
            for r, gravity in zip(totals.drop("gravity").to_dicts(), totals["gravity"], strict=True)
        ]

    def suppressions(self) -> list[dict[str, Any]]:
        """Return the suppressed findings as a person reads them, each with the place of its suppression."""
        found = self.suppressed.sort("file_id", "row", "rule", nulls_last=True)
        places = [str(self.left_out.suppressions[i][0].place) for i in found["suppression"]]
        return [
            {**message, "suppressed_by": place} for message, place in zip(self._messages(found), places, strict=True)
        ]

    def summary(self) -> dict[str, Any]:
        """Return the counts, the findings by rule, the unmapped payers and the remarks of the reader."""
        return {
            **self.counts,
            "findings": self.findings.height,
            "unreadable": self.unreadable.height,
            "by_rule": self.by_rule(),
            "unmapped_payers": [{"payer": payer, "rows": rows} for payer, rows in self.unmapped],
            "notes": list(self.notes),
            "suppressed": self.suppressed.height,
            "left_out": self.left_out.as_dict(),
        }

    def as_dict(self) -> dict[str, Any]:
        """Return the whole report in the shape of the JSON contract."""
        return {
            "findings": list(self.messages()),
            "suppressed": self.suppressions(),
            "not_checked": self.gaps(),
            "unreadable": self.unread(),
            "summary": self.summary(),
            "versions": self.versions,
        }


_SEVERITIES = [severity.value for severity in Severity]
_GRAVITY = pl.col("severity").replace_strict({name: i for i, name in enumerate(_SEVERITIES)})


def _group(by: str) -> pl.Expr:
    if by == "who":
        return pl.col("rule").replace_strict({rule.id: rule.fix.who.value for rule in all_rules()})
    return CLINICIAN if by == "clinician" else pl.col("claim_id" if by == "claim" else by)


@cache
def _by_id() -> dict[str, Rule]:
    return {rule.id: rule for rule in all_rules()}


def place(row: dict[str, Any]) -> str:
    """Return where a row stands: its path in a JSON file, its segment and byte in an X12 file, else its line.

    >>> place({"place": None, "source_line": 12, "source_offset": None})
    'line 12'
    """
    if row["place"] is not None:
        return str(row["place"])
    if row["source_offset"] is not None:
        return f"segment {row['source_line']}, byte {row['source_offset']}"
    return f"line {row['source_line']}"


def merge(parts: Sequence[tuple[pl.DataFrame, pl.DataFrame]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the findings and the not-checked counts of several partitions as one."""
    findings = pl.concat([found for found, _ in parts]) if parts else empty_findings()
    gaps = pl.concat([NOT_CHECKED.empty(), *(gap for _, gap in parts)])
    return findings, gaps.group_by("rule", "missing").agg(pl.col("count").sum()).sort("rule", "missing")


def with_context(findings: pl.DataFrame, services: pl.DataFrame, policy: Policy | None = None) -> pl.DataFrame:
    """Add to each finding the claim, visit, place, payer and code of its row, and ``uncertain``.

    That names the fields of the payer's pack that the finding rests on and that ``policy`` holds uncertain, separated
    by one space; null where there are none.
    """
    placed = findings.join(services.select("row", *CONTEXT), on="row", how="left", maintain_order="left")
    unsure = NOTHING_UNCERTAIN if policy is None else uncertain_of(findings, services, policy)
    return placed.with_columns(doubts(findings, unsure))


def empty_findings() -> pl.DataFrame:
    """Return no findings, with all columns of a report's findings."""
    context = {name: SERVICES[name].dtype for name in CONTEXT}
    return pl.DataFrame(schema={**FINDINGS.schema, **context, "uncertain": pl.String(), **SETTLED})
