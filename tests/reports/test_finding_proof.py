"""A finding's proof says what ``cleanclaim units`` and ``cleanclaim price`` say of the same visit."""

from __future__ import annotations

from typing import Any

import pytest
from reported import clinic_day

from cleanclaim.engine.finding_proof import Part, Proofs
from cleanclaim.engine.pricing import price_visit
from cleanclaim.engine.units import allocate_visit


def parts_of(claim: str) -> dict[str, Part]:
    report = clinic_day()
    assert report.evidence is not None
    rows = [row for row in report.findings.iter_rows(named=True) if row["claim_id"] == claim]
    return {part.heading: part for row in rows for part in Proofs(report.evidence).of(row)}


def texts(part: Part) -> list[str]:
    return [text for _, text, _ in part.steps]


VISITS: list[tuple[str, str, list[dict[str, Any]]]] = [
    ("C115", "2026-03-17", [{"code": "97110", "minutes": 20}, {"code": "97530", "minutes": 17}]),
    ("C116", "2026-03-17", [{"code": "97110", "minutes": 8}, {"code": "97530", "minutes": 30}]),
    ("C123", "2026-03-17", [{"code": "97110", "minutes": 30, "by": "PTA"}, {"code": "97530", "minutes": 15}]),
    ("C202", "2024-08-13", [{"code": "97110", "minutes": 30}, {"code": "97140", "minutes": 23}]),
]


@pytest.mark.parametrize(("claim", "dos", "services"), VISITS, ids=[case[0] for case in VISITS])
def test_the_units_are_proven_as_the_command_does(claim: str, dos: str, services: list[dict[str, Any]]) -> None:
    request = {"payer": "medicare", "dos": dos, "discipline": "GP", "services": services}
    steps = allocate_visit(request)["steps"]
    told = parts_of(claim)["From minutes to units"].steps
    assert [(text, cite) for _, text, cite in told] == [(step["text"], step["cite"]) for step in steps]


def test_a_method_of_the_configuration_is_called_so() -> None:
    first = texts(parts_of("C117")["From minutes to units"])[0]
    assert first.startswith("Method ama, as configured: each code is counted by itself")


def test_the_price_is_proven_as_the_command_does() -> None:
    day = {
        "payer": "medicare",
        "dos": "2024-08-13",
        "locality": {"mac": "06102", "locality": "15"},
        "services": [{"code": "97530", "units": 2}, {"code": "95851", "units": 1}],
    }
    line = next(line for line in price_visit(day)["lines"] if line["code"] == "95851")
    told = parts_of("C203")["The price of 95851"].steps
    assert [(text, cite) for _, text, cite in told] == [(step["text"], step["cite"]) for step in line["steps"]]


def test_what_is_at_stake_in_a_visit_ends_the_price() -> None:
    assert texts(parts_of("C202")["The price of 97140"])[-1] == (
        "At stake: 1 unit at $21.39, the lowest price of a timed unit of the visit: $21.39."
    )


def test_the_pair_edit_is_laid_out_with_the_times() -> None:
    assert [(label, text) for label, text, _ in parts_of("C119")["The pair edit"].steps if label != "Table"] == [
        ("Paid (column one)", "97150"),
        ("Denied (column two)", "97530"),
        ("Modifier indicator", "1: a modifier may separate them"),
        ("In force", "first day not published, no end published"),
        ("Bypass modifier", "59 on 97530"),
        ("Times of 97150", "14:00 to 14:30 (30 minutes)"),
        ("Times of 97530", "14:20 to 14:35 (15 minutes)"),
        ("Separate blocks", "no: they overlap, or do not hold each code's minutes"),
    ]


def test_a_finding_that_rests_on_none_of_these_has_no_proof() -> None:
    assert parts_of("C134") == {}
