"""A finding's name: the same from run to run, its own among all."""

from __future__ import annotations

import random
from datetime import date

import polars as pl
import pytest
from reported import clinic_day, many

from cleanclaim.engine.fingerprint import fingerprints


def test_names_do_not_depend_on_place_order_or_company() -> None:
    found = many(20).findings
    names = dict(zip(found["claim_id"], fingerprints(found), strict=True))
    assert len(set(names.values())) == 20
    moved = found.sample(7, shuffle=True, seed=1).with_columns(
        pl.col("row") + 500, pl.col("source_line") * 2, file_id=pl.lit(3), cents=pl.lit(9), cents_basis=pl.lit("charge")
    )
    assert fingerprints(moved).to_list() == [names[claim] for claim in moved["claim_id"]]


def test_a_name_is_known() -> None:
    assert fingerprints(many(1).findings).to_list() == ["a9b36a77b015faf27246"]


@pytest.mark.parametrize(
    "change",
    [
        {"rule": pl.lit("U103")},
        {"claim_id": pl.lit("D0")},
        {"visit_id": pl.lit("V1")},
        {"dos": pl.lit(date(2026, 3, 5))},
        {"found": pl.lit("3 units billed for 22 minutes")},
        {"expected": pl.lit("0 units")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_a_name_is_made_of(change: dict[str, pl.Expr]) -> None:
    found = many(1).findings
    assert fingerprints(found.with_columns(**change)).to_list() != fingerprints(found).to_list()


@pytest.mark.parametrize("column", ["line_number", "code"])
def test_the_line_counts_for_a_fault_of_a_line_and_not_for_a_visits(column: str) -> None:
    value = pl.lit(2) if column == "line_number" else pl.lit("97110")
    visit, line = many(1).findings, many(1).findings.with_columns(rule=pl.lit("U105"))
    assert fingerprints(visit.with_columns(value.alias(column))).to_list() == fingerprints(visit).to_list()
    assert fingerprints(line.with_columns(value.alias(column))).to_list() != fingerprints(line).to_list()


def test_findings_alike_in_all_are_told_apart_whatever_the_order_of_the_table() -> None:
    alike = many(3).findings.with_columns(claim_id=pl.lit(None, dtype=pl.String))
    names = dict(zip(alike["row"], fingerprints(alike), strict=True))
    assert len(set(names.values())) == 3
    order = [0, 1, 2]
    random.Random(4).shuffle(order)
    assert fingerprints(alike[order]).to_list() == [names[row] for row in order]


def test_no_two_findings_of_the_example_share_a_name() -> None:
    assert fingerprints(clinic_day().findings).n_unique() == 25
