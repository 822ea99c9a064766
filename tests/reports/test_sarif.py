"""The SARIF log: what the standard asks, places of every kind of file, the same text from the same input."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest
from reported import EXAMPLE, RUN, clinic_day, hostile, many

from cleanclaim import app
from cleanclaim.claims.schema import NOT_CHECKED, UNREADABLE
from cleanclaim.engine.report import Report
from cleanclaim.reports.sarif import LEVELS, sarif_parts
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Severity

SCHEMA = json.loads((Path(__file__).parent / "sarif_schema.json").read_text("utf-8"))


def run_of(report: Report) -> dict[str, Any]:
    log = json.loads("".join(sarif_parts(report)))
    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(log)
    run: dict[str, Any] = log["runs"][0]
    return run


def visits() -> Report:
    return app.check(EXAMPLE / "visits.json", config=EXAMPLE / "cleanclaim.toml", as_of=RUN.as_of)


@pytest.mark.parametrize("report", [clinic_day, hostile, visits], ids=["x12", "hostile", "json"])
def test_the_log_is_what_the_standard_asks(report: Any) -> None:
    run = run_of(report())
    assert len(run["results"]) == report().findings.height
    driver = run["tool"]["driver"]
    assert driver["name"] == "cleanclaim"
    assert [rule["id"] for rule in driver["rules"]] == [rule.id for rule in all_rules()]
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] == LEVELS[Severity(result["properties"]["severity"])]


def test_the_schema_refuses_what_the_standard_forbids() -> None:
    log = json.loads("".join(sarif_parts(clinic_day())))
    log["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(log)


def test_every_rule_has_help_and_its_level() -> None:
    for told, rule in zip(run_of(clinic_day())["tool"]["driver"]["rules"], all_rules(), strict=True):
        assert told["shortDescription"]["text"] == f"{rule.title}."
        assert str(rule.cite[0]) in told["help"]["text"]
        assert f"cleanclaim rule {rule.id}" in told["help"]["markdown"]
        assert told["defaultConfiguration"] == {"level": LEVELS[rule.severity]}
        assert not re.search(r"\{[a-z]+\}", told["help"]["text"])


def test_a_place_in_an_x12_file_is_a_byte() -> None:
    content = (EXAMPLE / "claims.837").read_bytes()
    result = next(r for r in run_of(clinic_day())["results"] if r["ruleId"] == "P102")
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": (EXAMPLE / "claims.837").resolve().as_uri(), "index": 0}
    offset = place["region"]["byteOffset"]
    assert content[offset : offset + 3] == b"SV1"
    assert place["region"]["byteLength"] == 0
    segment = result["locations"][0]["logicalLocations"][0]
    assert (segment["kind"], segment["fullyQualifiedName"].split()[0]) == ("element", "segment")


def test_a_place_in_a_table_is_a_line() -> None:
    result = run_of(many(1))["results"][0]
    assert result["locations"][0] == {
        "physicalLocation": {"artifactLocation": {"uri": "a.csv", "index": 0}, "region": {"startLine": 2}},
        "logicalLocations": [{"fullyQualifiedName": "claim C0", "kind": "claim"}],
    }


def test_a_place_in_a_json_file_is_a_path() -> None:
    location = next(r for r in run_of(visits())["results"] if r["ruleId"] == "U101")["locations"][0]
    assert "region" not in location["physicalLocation"]
    assert location["logicalLocations"][:2] == [
        {"fullyQualifiedName": "visits[1].services[0]", "kind": "object"},
        {"fullyQualifiedName": "claim C115", "kind": "claim"},
    ]


def test_two_runs_give_the_same_text_and_each_result_a_fingerprint_of_its_own() -> None:
    assert "".join(sarif_parts(visits())) == "".join(sarif_parts(visits()))
    names = [r["partialFingerprints"]["cleanclaim/v1"] for r in run_of(clinic_day())["results"]]
    assert names == [message["fingerprint"] for message in clinic_day().messages()]
    assert len(set(names)) == 25


def test_what_was_not_checked_or_read_is_told_beside_the_results() -> None:
    gaps = pl.DataFrame([("U101", "carries_minutes", 7)], schema=NOT_CHECKED.schema, orient="row")
    places = pl.DataFrame(
        [(0, 3, "dos", None, "not a date"), (0, None, "SV1", 12, "cut off")], schema=UNREADABLE.schema, orient="row"
    )
    invocation = run_of(Report(many(0).findings, gaps, places, ("a b.csv",), unmapped=(("ACME", 2),)))["invocations"][0]
    artifact = {"uri": "a%20b.csv", "index": 0}
    assert invocation == {
        "executionSuccessful": True,
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": "dos: not a date"},
                "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": 3}}}],
            },
            {
                "level": "error",
                "message": {"text": "SV1, segment 12: cut off"},
                "locations": [{"physicalLocation": {"artifactLocation": artifact}}],
            },
        ],
        "toolConfigurationNotifications": [
            {
                "level": "warning",
                "message": {
                    "text": "payer ACME: not mapped in cleanclaim.toml, so its rules were not checked (2 rows)"
                },
            },
            {
                "level": "note",
                "message": {
                    "text": "U101 not checked for 7 rows: minutes are not recorded, or how the payer counts them is "
                    "not known"
                },
                "associatedRule": {"id": "U101"},
            },
        ],
    }


def test_patients_are_not_in_the_log() -> None:
    text = "".join(sarif_parts(clinic_day())) + "".join(sarif_parts(hostile()))
    assert "EX0000" not in text
    assert "PATIENT-" not in text
