"""The notes of the example clinic day, held against its claims: each planted fault, and nothing else."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from cleanclaim import app
from cleanclaim.auditing import audit_note

DAY = Path(__file__).parents[1] / "examples" / "clinic-day"
FOUND = {
    "C105": ["N103"],
    "C110": ["N116"],
    "C113": ["N105"],
    "C114": ["N112"],
    "C119": ["N107"],
    "C124": ["N107"],
    "C127": ["N101", "N105"],
    "C130": ["N102", "N113"],
    "C132": ["N115"],
    "C133": ["N125"],
    "C134": ["N120"],
    "C203": ["N101"],
    "C204": ["N117"],
}
CLAIMS = [*(f"C{number}" for number in range(101, 136)), *(f"C{number}" for number in range(201, 206))]


@cache
def _found() -> dict[str, list[str]]:
    report = app.check(
        [str(DAY / "claims.837"), str(DAY / "minutes.csv")],
        config=str(DAY / "cleanclaim.toml"),
        as_of=date(2026, 3, 20),
        notes=DAY / "notes",
        select=["N"],
    )
    assert report.unreadable.height == 0
    found: dict[str, list[str]] = {}
    for message in report.messages():
        found.setdefault(message["claim"], []).append(message["rule"])
    return found


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_note_has_its_findings(claim: str) -> None:
    assert _found().get(claim, []) == FOUND.get(claim, [])


def test_every_visit_has_a_note_but_the_duplicate() -> None:
    assert sorted(path.stem for path in (DAY / "notes").iterdir()) == [f"V{c[1:]}" for c in CLAIMS if c != "C133"]


def test_the_readme_lists_these_findings() -> None:
    text = (DAY / "README.md").read_text("utf-8")
    notes = text[text.index("## The notes") : text.index("## The remittance")]
    rows = [line.strip("| ").split(" | ") for line in notes.splitlines() if line.startswith("| C")]
    assert {row[0]: row[-1].split(", ") for row in rows} == FOUND


@pytest.mark.parametrize("path", sorted((DAY / "notes").iterdir()), ids=lambda path: path.stem)
def test_a_finding_points_at_the_notes_own_words(path: Path) -> None:
    text = path.read_text("utf-8")
    audit = audit_note(text, {"97110": 1, "97530": 2, "97116": 1}, modifiers={"97530": ["GP", "59"]})
    quotes = [finding.quote for finding in audit.findings if finding.quote is not None]
    assert quotes != []
    assert [quote for quote in quotes if text[quote.start : quote.end] != quote.text] == []
