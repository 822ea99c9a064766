"""A generated month: nothing is found in the half whose claims are right, and each planted error in the other is."""

from __future__ import annotations

import doctest
import importlib
import json
import sys
from collections import Counter
from datetime import date
from functools import cache
from math import sqrt
from pathlib import Path
from random import Random

import polars as pl
import pytest

from cleanclaim import app
from cleanclaim.config import Config
from cleanclaim.engine.check import check
from cleanclaim.rules import all_rules

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

import code_mix
import exports
import faults
import generate
import plans
import practice
import write_837

MONTHS = ((date(2026, 3, 1), 1), (date(2024, 7, 1), 2), (date(2026, 9, 1), 3))
VISITS = 2000
CONFIG = Config.parse(practice.configuration())
NAMED = ["rule", "claim_id", "found", "expected"]
of_each_month = pytest.mark.parametrize(("first_day", "seed"), MONTHS, ids=[f"{day:%Y-%m}" for day, _ in MONTHS])


@cache
def made(first_day: date, seed: int) -> generate.Month:
    return generate.month(VISITS, seed, first_day)


@cache
def found(first_day: date, seed: int) -> pl.DataFrame:
    """What all rules find in the whole month, with the half that each finding's patient is in."""
    month = made(first_day, seed)
    result = check(exports.services(month.files()), as_of=month.as_of, config=CONFIG)
    told = result.services.select("row", "claim_id", "patient_id")
    halves = month.lines.select("patient_id", "_half").unique()
    joined = result.findings.join(told, on="row", how="left", validate="m:1")
    return joined.join(halves, on="patient_id", how="left", validate="m:1")


@of_each_month
def test_the_month_is_as_large_as_asked_for_and_half_of_it_clean(first_day: date, seed: int) -> None:
    lines = made(first_day, seed).lines
    visits = lines.group_by("_half").agg(pl.col("visit_id").n_unique()).sort("_half")
    assert visits["_half"].to_list() == ["clean", "dirty"]
    assert abs(visits["visit_id"].sum() - VISITS) < 150
    assert all(abs(half - VISITS / 2) < 200 for half in visits["visit_id"])


@of_each_month
def test_nothing_at_all_is_found_in_the_clean_half(first_day: date, seed: int) -> None:
    assert found(first_day, seed).filter(pl.col("_half") == "clean").select(NAMED).rows() == []


@of_each_month
def test_each_planted_error_is_found_by_its_rule(first_day: date, seed: int) -> None:
    planted = made(first_day, seed).planted
    consequences = {fault.rule: fault.also for fault in faults.faults(made(first_day, seed).as_of)}
    causes = {claim.removesuffix("B"): rule for rule, claim in planted.rows()}
    count = dict(planted.group_by("rule").len().iter_rows())
    told = {
        (rule, claim)
        for rule, claim in found(first_day, seed)
        .filter(pl.col("_half") == "dirty")
        .select("rule", "claim_id")
        .iter_rows()
        if rule not in consequences.get(causes.get(claim.removesuffix("B"), ""), ())
    }
    assert told == set(planted.rows())
    assert {rule: sum(rule == each for each, _ in told) for rule in count} == count


@of_each_month
def test_every_rule_has_an_error_planted_or_a_reason_why_not(first_day: date, seed: int) -> None:
    later = {fault.rule for fault in faults.faults(date(2026, 1, 1)) if fault.since > first_day}
    without = {rule.id for rule in all_rules()} - set(made(first_day, seed).planted["rule"])
    assert without == set(faults.NOT_PLANTED) | later


def test_the_same_seed_gives_the_same_month() -> None:
    first, again = (generate.month(300, 7, date(2026, 3, 1), plant_errors=False) for _ in range(2))
    assert first.lines.equals(again.lines)
    assert not first.lines.equals(generate.month(300, 8, date(2026, 3, 1), plant_errors=False).lines)


def test_claims_as_837_agree_with_the_lines_and_are_clean(tmp_path: Path) -> None:
    month = made(*MONTHS[0])
    rows = exports.professional(month.files("clean"))
    path = tmp_path / "claims.837"
    path.write_bytes(write_837.write_837(rows))
    report = app.check(path, config=CONFIG, as_of=month.as_of)
    billed = rows.filter(pl.col("charge").is_not_null())
    assert report.unreadable.height == 0
    assert report.counts["services"] == billed.height
    assert report.findings.select("rule", "claim_id").rows() == []
    whole = pl.col("frequency").is_in(["7", "8"]).any().over("claim_id", "sequence")
    standing = billed.filter((pl.col("frequency") == "7") | ~whole)
    assert report.counts["claims"] == standing.select("claim_id", "sequence").n_unique()
    assert report.counts["charge_cents"] == round(standing["charge"].cast(pl.Float64).sum() * 100)


def test_claims_and_minutes_from_two_files_are_clean(tmp_path: Path) -> None:
    month = made(*MONTHS[0])
    lanes = month.lines.filter(pl.col("_half") == "clean", pl.col("_clinic") == "north", pl.col("sequence") == "P")
    # a minutes file has each service once, and no column that tells two claims of one number apart
    rows = exports.exported(lanes.filter(~pl.col("_repeats")), "north")
    (tmp_path / "claims.837").write_bytes(write_837.write_837(rows))
    minutes = rows.select("claim_id", "patient_id", "dos", "code", "minutes", "by", "start", "stop")
    minutes.write_csv(tmp_path / "minutes.csv")
    report = app.check([tmp_path / "claims.837", tmp_path / "minutes.csv"], config=CONFIG, as_of=month.as_of)
    assert report.unreadable.height == 0
    assert report.counts["services"] == rows.height
    assert report.findings.select("rule", "claim_id").rows() == []


def test_a_folder_of_all_clinics_exports_is_clean(tmp_path: Path) -> None:
    """One clinic's extract has no minutes; that does not make the others' complete exports files of minutes."""
    month = made(*MONTHS[0])
    for clinic, rows in month.files("clean").items():
        rows.write_csv(tmp_path / f"{clinic}.csv")
    report = app.check(tmp_path, config=CONFIG, as_of=month.as_of)
    assert report.findings.select("rule", "claim_id").rows() == []
    assert report.unreadable.height == 0


def test_a_clinic_as_parquet_gives_the_findings_of_its_csv(tmp_path: Path) -> None:
    month = made(*MONTHS[0])
    generate.write(month, tmp_path)
    for name in month.files():
        of_parquet, of_csv = (
            app.check(tmp_path / place / f"{name}.{kind}", config=CONFIG, as_of=month.as_of)
            for place, kind in (("parquet", "parquet"), (".", "csv"))
        )
        assert of_parquet.counts == of_csv.counts
        assert of_parquet.findings.drop("source_line").equals(of_csv.findings.drop("source_line"))


def test_visits_as_json_give_the_findings_of_the_csv(tmp_path: Path) -> None:
    month = made(*MONTHS[0])
    rows = month.files()["north"]
    (tmp_path / "north.json").write_text(json.dumps(exports.visits_json(rows)))
    rows.write_csv(tmp_path / "north.csv")
    of_json, of_csv = (
        app.check(tmp_path / f"north.{kind}", config=CONFIG, as_of=month.as_of) for kind in ("json", "csv")
    )
    assert of_json.counts == of_csv.counts
    found_in = [report.findings.select("rule", "claim_id", "code").sort(pl.all()) for report in (of_json, of_csv)]
    assert found_in[0].rows() == found_in[1].rows()


def test_codes_are_drawn_as_often_as_published() -> None:
    """The first code of a visit is drawn by the published shares; group treatment is a kind of visit by itself."""
    draw, visits = Random(1), 4000
    first = Counter(plans._codes(draw, "PT", "treat", "plain")[0][0] for _ in range(visits))
    published = {code: share for code, share in code_mix.shares("PT").items() if code != plans._GROUP}
    whole = sum(published.values())
    far = {}
    for code, share in published.items():
        expected = share / whole
        if abs(first[code] / visits - expected) > 4 * sqrt(expected * (1 - expected) / visits):
            far[code] = (first[code] / visits, expected)
    assert far == {}


def test_codes_are_billed_about_as_often_as_published() -> None:
    """Within four standard errors, patients being the sample; the code of half of all units is in a visit only once."""
    lines = made(*MONTHS[0]).lines.filter(pl.col("_half") == "clean", pl.col("_discipline") == "PT")
    patients = lines.group_by("patient_id").agg(pl.col("units").sum())
    total = patients["units"].sum()
    published = code_mix.shares("PT")
    most = next(iter(published))
    far = {}
    for code, share in published.items():
        own = lines.filter(code=code).group_by("patient_id").agg(own=pl.col("units").sum())
        units = patients.join(own, on="patient_id", how="left").fill_null(0)
        billed = units["own"].sum() / total
        error = sqrt(((units["own"] - billed * units["units"]) ** 2).sum()) / total
        if code != most and abs(billed - share) > 4 * error:
            far[code] = (round(billed, 3), share)
        if code == most and not 0.35 < billed < share:
            far[code] = (round(billed, 3), share)
    assert far == {}


@pytest.mark.parametrize("name", ["code_mix", "practice", "faults", "write_837", "generate"])
def test_examples_in_the_generator_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
