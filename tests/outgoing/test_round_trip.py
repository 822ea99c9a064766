"""Visits to an 837 and back: the claims and lines that were given, professional and institutional."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import ADMISSION, CHILD, CONFIG, PATIENT, SERVICE, problems, send, tables

from tests.effort import times

CONFIGS = {
    "professional": CONFIG,
    "institutional": CONFIG.replace('"office"', '"outpatient_hospital"'),
}
DIAGNOSES = ("M54.50", "M25.561", "R26.2", "I69.351")
CODES = ("97110", "97140", "97530", "97161", "92507", "G0283")
MODIFIERS = ("GP", "59", "KX", "CQ", "XU", "GA")
PAYERS = ("MEDICARE", "LAKE")
LATEST = date(2026, 3, 6)


@pytest.fixture(scope="module", autouse=True)
def _numbers() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as place:
        before = os.environ.get("CLEANCLAIM_DATA")
        os.environ["CLEANCLAIM_DATA"] = place
        yield
        os.environ.pop("CLEANCLAIM_DATA")
        if before is not None:
            os.environ["CLEANCLAIM_DATA"] = before


@st.composite
def lines(draw: st.DrawFn, diagnoses: int) -> dict[str, Any]:
    pointers = draw(st.lists(st.integers(1, diagnoses), min_size=1, max_size=4, unique=True))
    return {
        "code": draw(st.sampled_from(CODES)),
        "modifiers": draw(st.lists(st.sampled_from(MODIFIERS), max_size=4, unique=True)),
        "units": draw(st.sampled_from(["1", "2", "4", "1.5", "12"])),
        "cents": draw(st.integers(1, 999_999)),
        "dos": LATEST - timedelta(days=draw(st.integers(0, 5))),
        "pointers": pointers,
        "rendering": draw(st.sampled_from(["1245319599", "1972586303"])),
    }


@st.composite
def claims(draw: st.DrawFn) -> list[dict[str, Any]]:
    made = []
    for number in range(draw(st.integers(2, 9))):
        diagnoses = draw(st.lists(st.sampled_from(DIAGNOSES), min_size=1, max_size=4, unique=True))
        made.append(
            {
                "claim_id": f"C{number}",
                "patient": draw(st.sampled_from(["P1", "P2"])),
                "payer": draw(st.sampled_from(PAYERS)),
                "place": draw(st.sampled_from(["11", "12"])),
                "diagnoses": diagnoses,
                "lines": draw(st.lists(lines(len(diagnoses)), min_size=1, max_size=4)),
            }
        )
    return made


def _rows(made: list[dict[str, Any]], form: str) -> list[dict[str, str]]:
    return [_row(claim, line, form) for claim in made for line in claim["lines"]]


def _row(claim: dict[str, Any], line: dict[str, Any], form: str) -> dict[str, str]:
    own = {"place_of_service": claim["place"], "pointers": " ".join(map(str, line["pointers"]))}
    if form == "institutional":
        own = {"bill_type": "131", "revenue_code": "0420", "attending_npi": "1003000126"}
    return {
        **{name: SERVICE[name] for name in ("visit_id", "referring_npi")},
        "claim_id": claim["claim_id"],
        "patient_id": claim["patient"],
        "payer": claim["payer"],
        "dos": line["dos"].isoformat(),
        "code": line["code"],
        "modifiers": " ".join(line["modifiers"]),
        "units": line["units"],
        "charge": str(Decimal(line["cents"]) / 100),
        "diagnoses": " ".join(claim["diagnoses"]),
        "rendering_npi": line["rendering"],
        **own,
    }


def _patients() -> list[dict[str, str]]:
    """P1 is covered by both payers at different claims; P2 is a dependent with the second."""
    return [
        PATIENT,
        {**PATIENT, "patient_id": "P2", "member_id": "2BB0B00BB00"},
        {**PATIENT, "payer": "LAKE", "member_id": "L1"},
        {**PATIENT, **CHILD, "patient_id": "P2"},
    ]


def _given(claim: dict[str, Any], line: dict[str, Any], number: int, form: str) -> tuple[object, ...]:
    modifiers = [*line["modifiers"], None, None, None, None][:4]
    pointers = " ".join(map(str, line["pointers"])) if form == "professional" else None
    return (
        *(claim["claim_id"], number, line["code"], *modifiers, float(line["units"]), line["cents"], line["dos"]),
        *(pointers, line["rendering"], f"{claim['claim_id']}-{number}"),
    )


@pytest.mark.parametrize("form", ["professional", "institutional"])
@settings(max_examples=times(6), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(made=claims())
def test_claims_and_lines_come_back(form: str, made: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        facts = [{**ADMISSION, "claim_id": claim["claim_id"]} for claim in made]
        covers = [[row] for row in _patients()]
        sent_lines, sent_claims = [], []
        for payer in PAYERS:
            mine = [claim for claim in made if claim["payer"] == payer]
            if not mine:
                continue
            patients = [row for (row,) in covers if ("LAKE" if row["payer"] != "MEDICARE" else "MEDICARE") == payer]
            folder = Path(place) / payer
            folder.mkdir()
            sent = send(folder, _rows(mine, form), patients, facts, CONFIGS[form])
            assert (sent.held, problems(sent)) == ((), [])
            lines_read, claims_read = _read(tables(sent), form)
            sent_lines += lines_read
            sent_claims += claims_read
        expected = [
            _given(claim, line, number, form) for claim in made for number, line in enumerate(claim["lines"], 1)
        ]
        assert sorted(sent_lines, key=str) == sorted(expected, key=str)
        assert sorted(sent_claims) == sorted(
            (
                *(claim["claim_id"], sum(line["cents"] for line in claim["lines"])),
                *("EXMCR" if claim["payer"] == "MEDICARE" else "EXLHP", "1234567893"),
                " ".join(code.replace(".", "") for code in claim["diagnoses"]),
                claim["place"] if form == "professional" else "131",
            )
            for claim in made
        )


def _read(read: Any, form: str) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Return what an 837 says of its lines and claims, a line's rendering provider being its own or the claim's."""
    prefix = "" if form == "professional" else "facility_"
    of_claim = {row["claim_seq"]: row for row in read[f"{prefix}claims"].iter_rows(named=True)}
    lines_read = [
        (
            *(of_claim[row["claim_seq"]]["claim_id"], row["line_number"], row["code"]),
            *(row[f"modifier_{n}"] for n in range(1, 5)),
            *(row["units"], row["charge_cents"], row["dos"], row.get("pointers")),
            row["rendering_npi"] or of_claim[row["claim_seq"]]["rendering_npi"],
            row["line_control"],
        )
        for row in read[f"{prefix}lines"].iter_rows(named=True)
    ]
    claims_read = [
        (
            *(row["claim_id"], row["charge_cents"], row["payer_id"], row["billing_npi"]),
            row["diagnoses"] if form == "professional" else _all_diagnoses(row),
            row["place_of_service"] if form == "professional" else row["bill_type"],
        )
        for row in of_claim.values()
    ]
    return lines_read, claims_read


def _all_diagnoses(row: dict[str, Any]) -> str:
    principal, others = row["principal_diagnosis"], row["diagnoses"] or ""
    return others if others.split()[:1] == [principal] else f"{principal} {others}".strip()
