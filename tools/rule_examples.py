"""The failing and the passing case that a rule's page shows, taken from its case file, as visits to check."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import rule_cases

from cleanclaim import app
from cleanclaim.claims.episodes import AUTHORIZATIONS, EPISODES, REPORTS
from cleanclaim.claims.table import Table
from cleanclaim.intake.fields import DIAGNOSES, FIELDS, MODIFIERS
from cleanclaim.intake.registers import written
from cleanclaim.rules.rule import Rule

SHOWN = {"fails": "finding", "passes": "pass"}
_CARRIED = {
    "diagnoses": "carries_diagnoses",
    "referring_npi": "carries_referring",
    "attending_npi": "carries_attending",
    "occurrence_codes": "carries_occurrences",
    "revenue_code": "carries_revenue",
    "pointers": "carries_pointers",
    "original_reference": "carries_original",
}
"""Fields of which an input says by an empty value that it could hold one."""
_NUMBERED = {*MODIFIERS[1:], *DIAGNOSES[1:]}
"""Fields that write one list over several columns."""
_OF_THE_VISIT = ("visit_id", "claim_id", "patient_id", "payer", "dos")


def examples(rule: Rule) -> dict[str, dict[str, Any]]:
    """Return what the page shows, by outcome: name, source, as_of, columns, lines and, if it can be made, request."""
    return {outcome: _example(rule, expect) for outcome, expect in SHOWN.items()}


def _example(rule: Rule, expect: str) -> dict[str, Any]:
    """A case that a publication gives comes first, and one that the documented input can bring about before all."""
    cases = [c for c in rule_cases.case_files()[rule.id].cases if c.expect == expect and c.instead is None]
    ordered = sorted(cases, key=lambda case: (bool(case.given), case.source is None))
    for case in ordered:
        request = _request(case)
        if request is not None and _outcome(rule, case, request) == (expect == "finding"):
            return _shown(case) | {"request": request}
    return _shown(ordered[0])


def _outcome(rule: Rule, case: rule_cases.Case, request: dict[str, Any]) -> bool | None:
    """True if the report finds the fault, false if it finds none, None if the rule could not be checked."""
    report = app.check(request, as_of=case.as_of)
    found = rule.id in report.findings["rule"]
    return None if report.unreadable.height or (not found and rule.id in report.not_checked["rule"]) else found


def _shown(case: rule_cases.Case) -> dict[str, Any]:
    names = [name for name in FIELDS if any(name in line for line in case.lines)]
    names += dict.fromkeys(name for line in case.lines for name in line if name not in FIELDS)
    lines = [[_cell(line[name]) if name in line else "" for name in names] for line in case.lines]
    told = {"name": case.name, "source": case.source, "as_of": case.as_of.isoformat()}
    kept = [*_kept_tables(case), *_note_tables(case)]
    return told | {"columns": names, "lines": lines} | ({"kept": kept} if kept else {})


def _kept_tables(case: rule_cases.Case) -> list[dict[str, Any]]:
    """What the case keeps beside its visits: a table each for plans, progress reports and authorizations."""
    tables = []
    for key, rows in case.kept.items():
        names = list(dict.fromkeys(name for row in rows for name in row if not name.startswith("carries_")))
        lines = [[_cell(row[name]) if name in row else "" for name in names] for row in rows]
        tables.append({"title": _KEPT_TITLES[key], "columns": names, "lines": lines})
    return [table for table in tables if table["columns"]]


def _note_tables(case: rule_cases.Case) -> list[dict[str, Any]]:
    """What the notes of the case say: a table of what was given or only named, and one of the rest."""
    tables = []
    for visit, note in (case.notes or {}).items():
        if isinstance(note, str):
            tables.append({"title": f"the note of {visit}", "columns": ["words"], "lines": [[note.strip()]]})
        if not isinstance(note, dict):
            continue
        given = [{"words": each} if isinstance(each, str) else each for each in note.get("given", ())]
        names = list(dict.fromkeys(name for each in given for name in each))
        lines = [[_cell(each[name]) if name in each else "" for name in names] for each in given]
        tables.append({"title": f"the note of {visit}", "columns": names, "lines": lines})
        rest = [[name, _said(value)] for name, value in note.items() if name != "given"]
        tables.append({"title": f"what the note of {visit} shows", "columns": ["part", "what"], "lines": rest})
    return [table for table in tables if table["lines"]]


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_said(each)}" for name, each in value.items())
    return ", ".join(_said(each) for each in value) if isinstance(value, list) else _cell(value)


_KEPT_TITLES = {"episodes": "plans of care", "reports": "progress reports", "authorizations": "authorizations"}


def _kept(case: rule_cases.Case) -> dict[str, list[dict[str, Any]]]:
    """The same in the documented names, under the keys of a JSON input."""
    kept = rule_cases.records([case])
    if kept is None:
        return {}
    frames = {EPISODES: kept.episodes, REPORTS: kept.reports, AUTHORIZATIONS: kept.authorizations}
    return {
        table.name: [dict(_kept_fields(row, table)) for row in frame.to_dicts()]
        for table, frame in frames.items()
        if frame is not None
    }


def _kept_fields(row: dict[str, Any], table: Table) -> Iterator[tuple[str, Any]]:
    for name in written(table):
        value = row[name]
        if value is not None:
            yield name, value.isoformat() if isinstance(value, date) else value
        elif row.get(_CARRIED_BY_PLANS.get(name, "")):
            yield name, ""


_CARRIED_BY_PLANS = {"certified": "carries_certification", "referral": "carries_referral"}


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "(none)"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _request(case: rule_cases.Case) -> dict[str, Any] | None:
    """Return the case as visits in the documented names; None where a column has no such name, or it has notes."""
    if case.given or case.notes is not None:
        return None
    visits: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row, line in zip(rule_cases.services([case]).iter_rows(named=True), case.lines, strict=True):
        said = dict(_fields(row)) | ({"modifiers": line["modifiers"]} if line.get("modifiers") else {})
        key = tuple(said.get(name) for name in _OF_THE_VISIT)
        visit = visits.setdefault(key, {n: said[n] for n in _OF_THE_VISIT if n in said} | {"services": []})
        visit["services"].append({name: value for name, value in said.items() if name not in _OF_THE_VISIT})
    return {"visits": [_gathered(visit) for visit in visits.values()], **_kept(case)}


def _gathered(visit: dict[str, Any]) -> dict[str, Any]:
    """Lift what all services of a visit say alike to the visit, where there are several."""
    services = visit["services"]
    shared = {n: v for n, v in services[0].items() if len(services) > 1 and all(s.get(n) == v for s in services)}
    shared = {n: v for n, v in shared.items() if n not in ("code", "units", "minutes", "modifiers", "charge")}
    kept = [{n: v for n, v in service.items() if n not in shared} for service in services]
    return {**{n: v for n, v in visit.items() if n != "services"}, **shared, "services": kept}


def _fields(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    modifiers = [row[name] for name in MODIFIERS[1:] if row[name] is not None]
    if modifiers:
        yield "modifiers", " ".join(modifiers)
    for name, field in FIELDS.items():
        value = row[field.column] if name != "modifiers" and name not in _NUMBERED else None
        if value is None and row.get(_CARRIED.get(name, "")):
            yield name, ""
        elif value is not None and not (name == "line_number" and row["visit_id"]):
            yield name, _written(value, field.kind)


def _written(value: Any, kind: str) -> Any:
    match kind:
        case "money" | "amount":
            return str(Decimal(value) / 100)
        case "time":
            return f"{value // 60:02d}:{value % 60:02d}"
        case _ if isinstance(value, date):
            return value.isoformat()
        case _ if isinstance(value, float) and value.is_integer():
            return int(value)
    return value
