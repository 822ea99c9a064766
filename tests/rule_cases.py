"""Reads the rule cases of ``tests/rules/*.yaml``, turns them into tables and judges what the engine says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import note_cases
import polars as pl
import yaml

from cleanclaim.claims.episodes import AUTHORIZATIONS, EPISODES, REPORTS, Records
from cleanclaim.claims.schema import GRAINS, SERVICES
from cleanclaim.engine.check import CheckResult, check
from cleanclaim.engine.note_visits import Notes
from cleanclaim.engine.plans import FIRST_ROW
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Rule

FOLDER = Path(__file__).parent / "rules"
AS_OF = date(2026, 11, 24)
OUTCOMES = ("finding", "pass", "not_checked", "not_applicable")
PACKS = ("medicare", "medicaid", "commercial")
CREDENTIALS = {"GP": "PT", "GO": "OT", "GN": "SLP"}
ROWS_A_CASE = 1000
"""Each case of a table has its own thousand row numbers, so that a row tells its case."""

CASE_KEYS = {"name", "expect", "from", "lines", "as_of", "found", "expected", "cents", "cents_basis", "missing"}
KEPT = {"episodes": EPISODES, "reports": REPORTS, "authorizations": AUTHORIZATIONS}
"""Tables beside the visits that a case may have; a case that has one has the others too, empty if it does not say."""
CASE_KEYS |= {"given", "instead", "notes", *KEPT}
FILE_KEYS = {"rule", "cases", "no_not_checked", "absence_is_the_fault"}

_DEFAULTS: dict[str, Any] = {
    "patient_id": "P1",
    "visit_id": "V1",
    "claim_id": "C1",
    "payer": "medicare",
    "dos": date(2026, 3, 4),
    "setting": "office",
    "claim_form": "professional",
    "place_of_service": "11",
    "billing_npi": "1234567893",
    "rendering_npi": "1245319599",
    "referring_npi": "1003000126",
    "diagnoses": "M54.50",
    "carries_diagnoses": True,
    "carries_referring": True,
}
# names of the documented CSV columns that differ from the table's
_MONEY = {
    "charge": "charge_cents",
    "allowed": "allowed_given_cents",
    "claim_charge": "claim_charge_cents",
    "ytd_pt_slp": "ytd_pt_slp_cents",
    "ytd_ot": "ytd_ot_cents",
}
# an input carries what some line of the case states, unless the case says otherwise
_CARRIED = {
    "pointers": "pointers",
    "attending": "attending_npi",
    "occurrences": "occurrence_codes",
    "revenue": "revenue_code",
}
_CLOCK = {"start": "start_minute", "stop": "stop_minute"}
_RENAMED = {"discipline": "stated_discipline"}
_LISTS = ("diagnoses", "pointers")
_KEYS = ("patient_id", "visit_id", "claim_id", "original_reference")


@dataclass(frozen=True)
class Case:
    """One case of a rule: lines of a day or more, and what this rule must say of them.

    ``given`` sets columns of the rule's grain where no published table holds such a value; ``instead`` names the rule
    to which this one gives way, so that the fault shows once.
    """

    rule_id: str
    name: str
    expect: str
    lines: tuple[dict[str, Any], ...]
    as_of: date
    given: dict[str, Any]
    instead: str | None
    missing: tuple[str, ...]
    texts: dict[str, Any]
    source: str | None
    kept: dict[str, list[dict[str, Any]]]
    notes: dict[str, Any] | None = None

    @property
    def id(self) -> str:
        return f"{self.rule_id}: {self.name}"


@dataclass(frozen=True)
class CaseFile:
    """The cases of one rule. ``absence_is_the_fault`` names inputs whose null is itself what the rule looks for."""

    rule_id: str
    cases: tuple[Case, ...]
    no_not_checked: str | None
    absence_is_the_fault: tuple[str, ...]


@cache
def case_files() -> dict[str, CaseFile]:
    """Return every case file by the id of its rule."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.yaml"))}


@cache
def cases() -> tuple[Case, ...]:
    """Return every case of every rule, in order of rule and file."""
    return tuple(case for file in case_files().values() for case in file.cases)


def rule_of(case: Case) -> Rule:
    """Return the rule that a case is about."""
    return next(rule for rule in all_rules() if rule.id == case.rule_id)


def _read(path: Path) -> CaseFile:
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(written) <= FILE_KEYS, f"{path.name}: unknown keys {sorted(set(written) - FILE_KEYS)}"
    assert written["rule"] == path.stem, f"{path.name} holds the cases of {written['rule']}"
    return CaseFile(
        rule_id=path.stem,
        cases=tuple(_case(path.stem, case) for case in written["cases"]),
        no_not_checked=written.get("no_not_checked"),
        absence_is_the_fault=tuple(written.get("absence_is_the_fault", ())),
    )


def _case(rule_id: str, written: dict[str, Any]) -> Case:
    assert set(written) <= CASE_KEYS, f"{rule_id}: unknown keys {sorted(set(written) - CASE_KEYS)}"
    assert written["expect"] in OUTCOMES, f"{rule_id}, {written['name']}: expect {written['expect']}"
    return Case(
        rule_id=rule_id,
        name=str(written["name"]),
        expect=written["expect"],
        lines=tuple(each for line in written["lines"] for each in _repeated(line)),
        as_of=written.get("as_of", AS_OF),
        given=written.get("given", {}),
        instead=written.get("instead"),
        missing=tuple(written.get("missing", ())),
        texts={key: written[key] for key in ("found", "expected", "cents", "cents_basis") if key in written},
        source=written.get("from"),
        kept={name: written[name] for name in KEPT if name in written},
        notes=written.get("notes"),
    )


def _repeated(line: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """A line with ``repeat`` stands for so many visits, each two days after the other."""
    line = dict(line)
    times = line.pop("repeat", None)
    if times is None:
        return [line]
    names = {key: line.get(key, _DEFAULTS[key]) for key in ("visit_id", "claim_id")}
    return [
        {**line, "dos": line["dos"] + timedelta(days=2 * n), **{key: f"{name}-{n}" for key, name in names.items()}}
        for n in range(times)
    ]


def records(chosen: Sequence[Case]) -> Records | None:
    """Return what the cases keep beside their visits, named apart as in :func:`services`; None where none has any."""
    if not any(case.kept for case in chosen):
        return None
    frames = {}
    for name, table in KEPT.items():
        rows = []
        for number, case in enumerate(chosen):
            prefix = f"{number}/" if len(chosen) > 1 else ""
            for place, written in enumerate(case.kept.get(name, ())):
                row = {**_KEPT_DEFAULTS[name], **written}
                assert set(row) <= set(table.schema), (
                    f"{case.id}: unknown columns {sorted(set(row) - set(table.schema))}"
                )
                row |= {"row": number * ROWS_A_CASE + place, "file_id": 1, "source_line": place + 2}
                rows.append(row | {key: prefix + row[key] for key in _KEPT_KEYS if row.get(key) is not None})
        frames[name] = pl.DataFrame(rows, schema=table.schema)
    return Records(frames["episodes"], frames["reports"], frames["authorizations"])


def notes(chosen: Sequence[Case]) -> Notes | None:
    """Return the notes of the cases, named as their visits in :func:`services`; None where no case has any.

    A note is written as its text, or as what is read from one (:mod:`note_cases`); null stands for one that cannot be
    read. What names no visit of its case is a note of no visit.
    """
    if all(case.notes is None for case in chosen):
        return None
    by_visit, strays, files, unread = {}, {}, {}, set()
    for number, case in enumerate(chosen):
        prefix = f"{number}/" if len(chosen) > 1 else ""
        visits = {line.get("visit_id", _DEFAULTS["visit_id"]) for line in case.lines}
        for place, (visit, written) in enumerate((case.notes or {}).items()):
            name = prefix + visit
            files[name] = number * ROWS_A_CASE + place
            if written is None:
                unread.add(name)
            else:
                (by_visit if visit in visits else strays)[name] = note_cases.facts(written)
    return Notes(by_visit, strays, files, frozenset(unread))


_KEPT_KEYS = ("patient_id", "episode_id", "recertifies", "authorization_id")
_KEPT_DEFAULTS: dict[str, dict[str, Any]] = {
    "episodes": {
        "episode_id": "E1",
        "patient_id": "P1",
        "payer": "medicare",
        "discipline": "GP",
        "billing_npi": "1234567893",
        "setting": "office",
        "carries_certification": True,
        "carries_referral": True,
    },
    "reports": {"episode_id": "E1", "by": "PT"},
    "authorizations": {"authorization_id": "A1", "patient_id": "P1"},
}


def services(chosen: Sequence[Case]) -> pl.DataFrame:
    """Return the cases as one SERVICES table; patients, visits and claims are named apart for each case."""
    rows = [
        row
        for number, case in enumerate(chosen)
        for row in _rows(case, first_row=number * ROWS_A_CASE, prefix=f"{number}/" if len(chosen) > 1 else "")
    ]
    return pl.DataFrame(rows, schema=SERVICES.schema)


def _rows(case: Case, first_row: int, prefix: str) -> list[dict[str, Any]]:
    carried = {
        "carries_minutes": any(line.get("minutes") is not None for line in case.lines),
        "carries_times": any(line.get("start") is not None for line in case.lines),
        **{f"carries_{name}": any(line.get(column) for line in case.lines) for name, column in _CARRIED.items()},
    }
    places: dict[Any, int] = {}
    rows = []
    for number, line in enumerate(case.lines):
        row = _row(line, carried)
        place = places[row["claim_id"]] = places.get(row["claim_id"], 0) + 1
        row |= {"row": first_row + number, "file_id": 0, "source_line": number + 1}
        row.setdefault("line_number", place)
        rows.append(row | {key: prefix + row[key] for key in _KEYS if row.get(key) is not None})
    return rows


def _row(line: dict[str, Any], carried: dict[str, bool]) -> dict[str, Any]:
    """One line in the names and units of SERVICES, with the defaults under it."""
    row: dict[str, Any] = {**_DEFAULTS, **carried, **line}
    modifiers = _modifiers(row)
    row |= {f"modifier_{place}": modifier for place, modifier in enumerate(modifiers[:4], start=1)}
    row.setdefault("modifier_count", len(modifiers))
    row.setdefault("credential", next((CREDENTIALS[m] for m in modifiers if m in CREDENTIALS), None))
    row.setdefault("pack", row["payer"] if row["payer"] in PACKS else None)
    row.setdefault("received", row["dos"] + timedelta(days=7) if row["dos"] else None)
    units = row.setdefault("units", None)
    row["units"] = None if units is None else float(units)
    row.setdefault("charge", None if units is None else Decimal(60) * Decimal(str(units)))
    row.setdefault("billed", row["units"] is not None or row["charge"] is not None)
    for written, column in _MONEY.items():
        row[column] = _cents(row.pop(written, None))
    for written, column in _CLOCK.items():
        row[column] = _minute(row.pop(written, None))
    for written, column in _RENAMED.items():
        row[column] = row.pop(written, None)
    for column in _LISTS:
        if isinstance(row.get(column), list):
            row[column] = " ".join(str(item) for item in row[column])
    unknown = set(row) - set(SERVICES.schema)
    assert not unknown, f"unknown columns in a case: {sorted(unknown)}"
    assert isinstance(row.get("code"), str | None), f"write the code {row['code']} in quotes"
    return row


def _modifiers(row: dict[str, Any]) -> list[str]:
    written = row.pop("modifiers", None)
    if written is None:
        return [row[f"modifier_{n}"] for n in range(1, 5) if row.get(f"modifier_{n}") is not None]
    return str(written).replace(",", " ").replace(":", " ").split()


def _cents(dollars: object) -> int | None:
    return None if dollars is None else int(Decimal(str(dollars)) * 100)


def _minute(clock: object) -> int | None:
    """Minutes after midnight; YAML itself reads 10:30 without quotes as 630."""
    if clock is None or isinstance(clock, int):
        return clock
    hour, minute = str(clock).split(":")
    return int(hour) * 60 + int(minute)


@dataclass(frozen=True)
class Verdict:
    """What a rule says of one case: the outcome, and the row (within the case), applies and verdict behind it."""

    outcome: str
    rows: tuple[tuple[int, bool | None, bool | None], ...]


def grain_of(result: CheckResult, rule: Rule, chosen: Sequence[Case]) -> pl.DataFrame:
    """Return the rule's grain with the columns that a case gives set in its rows, and ``number``, the case's place."""
    frame = result.grains[rule.grain].with_columns(number=pl.col("row") % FIRST_ROW // ROWS_A_CASE)
    schema = GRAINS[rule.grain].schema
    for number, case in enumerate(chosen):
        if case.rule_id == rule.id and case.given:
            own = pl.col("number") == number
            frame = frame.with_columns(
                pl.when(own).then(pl.lit(value, dtype=schema[column])).otherwise(column).alias(column)
                for column, value in case.given.items()
            )
    return frame


def verdicts(result: CheckResult, rule: Rule, chosen: Sequence[Case]) -> dict[str, Verdict]:
    """Return what the rule says of each of its own cases among ``chosen``, by the case's id."""
    frame = grain_of(result, rule, chosen).select("number", "row", applies=rule.applies, verdict=rule.verdict)
    by_case: dict[int, list[tuple[int, bool | None, bool | None]]] = {}
    for number, row, applies, verdict in frame.sort(pl.all()).iter_rows():
        by_case.setdefault(number, []).append((row % ROWS_A_CASE, applies, verdict))
    return {
        case.id: Verdict(_outcome(by_case.get(number, [])), tuple(by_case.get(number, [])))
        for number, case in enumerate(chosen)
        if case.rule_id == rule.id
    }


def _outcome(rows: Iterable[tuple[int, bool | None, bool | None]]) -> str:
    seen = list(rows)
    if any(verdict is True for _, _, verdict in seen):
        return "finding"
    if any(verdict is None for _, _, verdict in seen):
        return "not_checked"
    return "pass" if any(applies for _, applies, _ in seen) else "not_applicable"


def texts(result: CheckResult, rule: Rule, chosen: Sequence[Case]) -> list[dict[str, Any]]:
    """Return found, expected, cents and cents_basis of each finding of the rule, in order of row."""
    frame = grain_of(result, rule, chosen).filter(rule.verdict)
    nothing = pl.lit(None, dtype=pl.Int64)
    priced = rule.priced_cents if rule.priced_cents is not None else nothing
    charged = rule.charged_cents if rule.charged_cents is not None else nothing
    basis = pl.when(pl.col("priced").is_not_null()).then("price_basis")
    if "price_basis" not in frame.columns:
        frame = frame.with_columns(price_basis=pl.lit(None, dtype=pl.String))
    return (
        frame.sort("row")
        .select("price_basis", found=rule.found, expected=rule.expected, priced=priced, charged=charged)
        .select(
            "found",
            "expected",
            cents=pl.coalesce("priced", "charged"),
            cents_basis=basis.when(pl.col("charged").is_not_null()).then(pl.lit("charge")),
        )
        .to_dicts()
    )


def run(chosen: Sequence[Case], frame: pl.DataFrame | None = None) -> CheckResult:
    """Return what the engine finds in the cases, all checked as of the same day."""
    days = {case.as_of for case in chosen}
    assert len(days) == 1, "cases of different days are checked apart"
    rows = services(chosen) if frame is None else frame
    kept = records(chosen)
    if kept is not None and frame is not None:
        kept = _of_lines(kept, frame)
    own = notes(chosen)
    if own is not None and frame is not None:
        own = _of_cases(own, set((frame["row"] // ROWS_A_CASE).unique()))
    return check(rows, as_of=days.pop(), records=kept, notes=own)


def _of_cases(all_notes: Notes, numbers: set[int]) -> Notes:
    """The notes of the cases whose numbers are given."""
    names = {name for name, place in all_notes.files.items() if place // ROWS_A_CASE in numbers}
    return Notes(
        {name: facts for name, facts in all_notes.by_visit.items() if name in names},
        {name: facts for name, facts in all_notes.strays.items() if name in names},
        all_notes.files,
        all_notes.unread,
    )


def _of_lines(kept: Records, frame: pl.DataFrame) -> Records:
    """The records of the cases whose lines are in ``frame``."""
    numbers = (frame["row"] // ROWS_A_CASE).unique().implode()

    def own(table: pl.DataFrame | None) -> pl.DataFrame | None:
        return None if table is None else table.filter((pl.col("row") // ROWS_A_CASE).is_in(numbers))

    return Records(own(kept.episodes), own(kept.reports), own(kept.authorizations))
