"""How grave a finding is where the payer's policy is uncertain: it advises, and names what it rests on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from cleanclaim import app
from cleanclaim.codes import payers
from cleanclaim.config import Config
from cleanclaim.engine.report import Report
from cleanclaim.engine.severity import ADVISED, NOTHING_UNCERTAIN, doubts, fields_of, uncertain_of, unchecked_without
from cleanclaim.rules import all_rules

AS_OF = date(2026, 3, 20)
HEADER = (
    "visit_id,patient_id,payer,sequence,dos,setting,place_of_service,code,modifiers,units,minutes,by,received,claim_id"
)


def found(tmp_path: Path, rows: list[str], config: str = "") -> Report:
    (tmp_path / "v.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    return app.check(tmp_path / "v.csv", config=Config.parse(config), as_of=AS_OF)


def visit(payer: str, *codes: tuple[str, int, int], sequence: str = "", dos: str = "2026-03-04") -> list[str]:
    return [
        f"V1,P1,{payer},{sequence},{dos},office,11,{code},GP,{units},{minutes},PT,2026-03-10,C{sequence}"
        for code, units, minutes in codes
    ]


def told(report: Report, *rules: str) -> list[tuple[str, str, list[str]]]:
    return [(m["rule"], m["severity"], m["uncertain"]) for m in report.messages() if m["rule"] in rules]


UNITS = ("U101", "U102", "U103", "U104")


@pytest.mark.parametrize(
    ("payer", "expected"),
    [
        # 33 + 7 minutes, 2 + 1 units: right by total time, one too many by the midpoint
        ("medicare", []),
        ("uhc-commercial", []),
        ("commercial", [("U102", "compliance", [])]),
        ("aetna", [("U102", "advice", ["unit_method"])]),
        ("anthem", [("U102", "advice", ["unit_method"])]),
        ("bcbs-illinois", [("U102", "compliance", [])]),
        ("medicaid", []),
    ],
)
def test_a_finding_on_an_uncertain_method_advises(
    tmp_path: Path, payer: str, expected: list[tuple[str, str, list[str]]]
) -> None:
    report = found(tmp_path, visit(payer, ("97110", 2, 33), ("97140", 1, 7)))
    assert told(report, *UNITS) == expected


def test_advice_alone_ends_well_and_is_counted_as_advice(tmp_path: Path) -> None:
    report = found(tmp_path, visit("aetna", ("97110", 2, 22)))
    assert told(report, *UNITS) == [("U102", "advice", ["unit_method"])]
    assert [(r["rule"], r["severity"], r["count"]) for r in report.by_rule()] == [("U102", "advice", 1)]
    assert report.exit_code == 0
    assert found(tmp_path, visit("commercial", ("97110", 2, 22))).exit_code == 1


def test_a_clinic_that_knows_states_the_value(tmp_path: Path) -> None:
    stated = '[payers.aetna]\npack = "aetna"\nunit_method = "ama"\n'
    assert told(found(tmp_path, visit("aetna", ("97110", 2, 22)), stated), *UNITS) == [("U102", "compliance", [])]


def test_a_severity_of_the_clinic_does_not_make_a_denial_of_it(tmp_path: Path) -> None:
    graver = '[rules.severity]\nU102 = "denial"\n'
    assert told(found(tmp_path, visit("aetna", ("97110", 2, 22)), graver), *UNITS) == [
        ("U102", "advice", ["unit_method"])
    ]
    assert told(found(tmp_path, visit("commercial", ("97110", 2, 22)), graver), *UNITS) == [("U102", "denial", [])]


def test_an_uncertain_value_counts_on_its_days_and_codes_alone(tmp_path: Path) -> None:
    dated = (
        '[payers.x]\npack = "commercial"\nunit_method = [{ value = "ama", standing = "U", first_day = 2026-03-04 }]\n'
    )
    for dos, severity in (("2026-03-03", "compliance"), ("2026-03-04", "advice")):
        report = found(tmp_path, visit("x", ("97110", 2, 22), dos=dos), dated)
        assert [m["severity"] for m in report.messages() if m["rule"] == "U102"] == [severity]
    by_code = '[payers.x]\npack = "commercial"\ncode_excluded.97110 = [{ value = true, standing = "U" }]\n'
    by_code += "code_excluded.97140 = true\n"
    report = found(tmp_path, visit("x", ("97110", 1, 15), ("97140", 1, 15)), by_code)
    assert told(report, "I102") == [("I102", "advice", ["code_excluded"]), ("I102", "denial", [])]


def test_a_late_claim_advises_where_the_limit_is_uncertain(tmp_path: Path) -> None:
    rows = [row.replace("2026-03-04", "2025-10-01") for row in visit("aetna", ("97110", 1, 15))]
    assert told(found(tmp_path, rows), "I304") == [("I304", "advice", ["filing_limit"])]
    rows = [row.replace("aetna", "va-community-care").replace("2025-10-01", "2025-08-01") for row in rows]
    assert told(found(tmp_path, rows), "I304") == [("I304", "denial", [])]


def test_two_payers_with_different_methods_on_one_visit(tmp_path: Path) -> None:
    given = (("97110", 2, 33), ("97140", 1, 7))
    report = found(tmp_path, visit("medicare", *given, sequence="P") + visit("commercial", *given, sequence="S"))
    assert [(m["rule"], m["payer"], m["code"]) for m in report.messages() if m["rule"] in UNITS] == [
        ("U102", "commercial", "97140")
    ]
    assert [m["rule"] for m in report.messages() if m["rule"] in ("I305", "I306", "M101", "M102", "U107")] == []
    # and the other way round: 8 + 8 + 8 minutes are three units for the plan, two for Medicare
    given = (("97110", 1, 8), ("97140", 1, 8), ("97530", 1, 8))
    report = found(tmp_path, visit("medicare", *given, sequence="P") + visit("commercial", *given, sequence="S"))
    assert [(m["rule"], m["payer"]) for m in report.messages() if m["rule"] in UNITS] == [("U101", "medicare")]


@pytest.mark.parametrize(("dos", "rules"), [("2019-07-21", ["U101"]), ("2019-07-22", [])])
def test_illinois_lets_no_plan_allow_fewer_units_than_the_midpoint(tmp_path: Path, dos: str, rules: list[str]) -> None:
    plan = '[payers.plan]\npack = "bcbs-nebraska"\nunit_method = "cms"\nstate = "IL"\n'
    report = found(tmp_path, visit("plan", ("97110", 1, 8), ("97140", 1, 8), ("97530", 1, 8), dos=dos), plan)
    assert [m["rule"] for m in report.messages() if m["rule"] in UNITS] == rules
    # what total time gives stays allowed
    report = found(tmp_path, visit("plan", ("97110", 2, 33), ("97140", 1, 7), dos=dos), plan)
    assert [m["rule"] for m in report.messages() if m["rule"] in UNITS] == []


def test_fields_that_rules_rest_on() -> None:
    by_id = {rule.id: fields_of(rule) for rule in all_rules()}
    assert by_id["U101"] == ("unit_method", "state_law_floor")
    assert by_id["U104"] == ("unit_method", "state_law_floor", "tie_policy")
    assert by_id["M101"] == ("unit_maximums_apply", "maximums_professional", "maximums_institutional")
    assert by_id["I304"] == ("filing_limit",)
    assert by_id["I102"] == ("fee_status_applies", "substitute_code", "code_excluded")
    assert by_id["I301"] == ()
    assert unchecked_without(["filing_limit"]) == {"I304": ("filing_limit",)}


def test_nothing_uncertain_costs_nothing() -> None:
    services = pl.DataFrame({"row": [0], "pack": ["medicare"], "dos": [date(2026, 3, 4)], "code": ["97110"]})
    findings = pl.DataFrame({"row": [0], "rule": ["U101"]})
    assert uncertain_of(findings, services, payers.shipped()).equals(NOTHING_UNCERTAIN)
    assert doubts(findings, NOTHING_UNCERTAIN).to_list() == [None]
    told_ = findings.with_columns(severity=pl.lit("denial"), uncertain=pl.Series([None], dtype=pl.String))
    assert told_.select(ADVISED)["severity"].to_list() == ["denial"]
