"""Notes written for this project, each with what a fair reviewer says of it: what is read and found must agree."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from cleanclaim.auditing import Audit, audit_note

FOLDER = Path(__file__).parent / "fixtures"
KEYS = {"id", "discipline", "text", "billed", "modifiers", "previous", "interventions", "totals", "absent", "findings"}
ELEMENTS = (
    "services", "duration", "body_area", "functional_link", "skilled_need", "signature", "response", "one_on_one",
)  # fmt: skip


@cache
def fixtures() -> list[dict[str, Any]]:
    """All fixtures, in order of their files."""
    return [one for path in sorted(FOLDER.glob("*.yaml")) for one in yaml.safe_load(path.read_text("utf-8"))]


@cache
def audited(number: int) -> Audit:
    """What is read of a fixture and found in it."""
    note = fixtures()[number]
    return audit_note(
        note["text"],
        billed=note.get("billed", {}),
        modifiers=note.get("modifiers", {}),
        previous=[note["previous"]] if "previous" in note else [],
        discipline=note["discipline"],
    )


ALL = pytest.mark.parametrize("number", range(len(fixtures())), ids=[note["id"] for note in fixtures()])


@ALL
def test_a_fixture_is_whole(number: int) -> None:
    note = fixtures()[number]
    assert set(note) <= KEYS
    assert KEYS - set(note) <= {"modifiers", "previous"}
    assert [words for words in note["interventions"] if note["text"].count(words["text"]) != 1] == []


@ALL
def test_the_findings_are_those_of_a_fair_reviewer(number: int) -> None:
    found = sorted(finding.kind for finding in audited(number).findings)
    assert found == sorted(fixtures()[number]["findings"])


@ALL
def test_what_the_note_shows(number: int) -> None:
    note = fixtures()[number]
    shown = audited(number).as_dict()
    assert [name for name in ELEMENTS if shown["documentation"][name] == "absent"] == [
        name for name in ELEMENTS if name in note["absent"]
    ]
    assert shown["totals"] == note["totals"]


@ALL
def test_every_activity_is_read_with_its_status_and_minutes(number: int) -> None:
    note = fixtures()[number]
    read = audited(number).as_dict()["interventions"]
    missed = []
    for wanted in note["interventions"]:
        start = note["text"].index(wanted["text"])
        end = start + len(wanted["text"])
        over = [each for each in read if each["start"] < end and start < each["end"]]
        best = max(over, key=lambda each: min(end, each["end"]) - max(start, each["start"]), default=None)
        if best is None or any(best[key] != wanted.get(key) for key in ("status", "minutes")):
            missed.append(wanted["text"])
        elif (
            wanted["codes"]
            and wanted["status"] == "performed"
            and best["codes"][:1] not in [[code] for code in wanted["codes"]]
        ):
            missed.append(f"{wanted['text']}: {best['codes']}")
    assert missed == []
    invented = [
        each["text"]
        for each in read
        if each["status"] == "performed"
        and not any(
            each["start"] < note["text"].index(wanted["text"]) + len(wanted["text"])
            and note["text"].index(wanted["text"]) < each["end"]
            for wanted in note["interventions"]
        )
    ]
    assert invented == []


def test_there_are_enough_and_half_have_nothing_to_find() -> None:
    clean = [note for note in fixtures() if note["findings"] == []]
    assert len(fixtures()) >= 120
    assert len(clean) >= len(fixtures()) // 2
    assert {note["discipline"] for note in fixtures()} == {"PT", "OT", "SLP", "MD"}
    assert len({note["id"] for note in fixtures()}) == len(fixtures())
