"""``cleanclaim units`` and ``price``: the JSON contracts, text, and requests that cannot be answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cleanclaim.claims.schema import METHODS, ROLES, SETTINGS
from cleanclaim.cli import services
from cleanclaim.cli.main import app
from cleanclaim.codes.modifiers import DISCIPLINES

EXAMPLE = Path(__file__).parents[2] / "examples" / "clinic-day"
RUNNER = CliRunner(env={"COLUMNS": "80"})
VISIT = {"payer": "medicare", "dos": "2026-03-04", "discipline": "GP"}
UNITS = {**VISIT, "services": [{"code": "97530", "minutes": 24, "by": "PT"}]}
PRICE = {**VISIT, "dos": "2024-07-15", "services": [{"code": "97530", "units": 2}]}


def run(command: str, request: dict[str, Any] | list[Any] | str | bytes, *options: str) -> Any:
    given = request if isinstance(request, str | bytes) else json.dumps(request)
    return RUNNER.invoke(app, [command, "-", *options], input=given, catch_exceptions=False)


def test_the_contract_of_units() -> None:
    done = run("units", UNITS, "--json")
    read = json.loads(done.stdout)
    assert (done.exit_code, done.stderr) == (0, "")
    assert list(read) == ["method", "total_timed_minutes", "total_units", "lines", "ties", "not_checked", "steps"]
    assert (read["method"], read["total_timed_minutes"], read["total_units"]) == ("cms", 24, 2)
    assert read["lines"] == [{"code": "97530", "units": 2, "modifiers": ["GP"]}]
    assert (read["ties"], read["not_checked"]) == ([], [])
    assert {tuple(step) for step in read["steps"]} == {("text", "cite")}


def test_ties_and_what_is_not_known() -> None:
    two = [{"code": code, "minutes": 20, "by": "PT"} for code in ("97530", "97140")]
    read = json.loads(run("units", {**VISIT, "services": two}, "--json").stdout)
    assert read["ties"] == [{"codes": ["97530", "97140"], "units": 1}]
    silent = json.loads(run("units", {**VISIT, "services": [{"code": "97530", "by": "PT"}]}, "--json").stdout)
    assert silent["lines"] == [{"code": "97530", "units": None, "modifiers": ["GP"]}]
    assert [list(entry) for entry in silent["not_checked"]] == [["codes", "missing", "reason"]]
    assert silent["not_checked"][0]["missing"] == ["services[0].minutes"]


def test_units_as_text() -> None:
    lines = run("units", json.loads((EXAMPLE / "visit.json").read_text())).stdout.splitlines()
    assert lines[:5] == [
        "97530    2  GP",
        "97110    1  GP CQ",
        "97140    0  GP",
        "40 timed minutes, 3 timed units",
        "  1. Medicare Part B (fee for service): all timed minutes of the day are counted",
    ]
    assert max(map(len, lines)) <= 80
    tie = [{"code": code, "minutes": 20, "by": "PT"} for code in ("97530", "97140")]
    assert (
        "Tie: 97530 and 97140 may share 1 unit as the clinic chooses."
        in run("units", {**VISIT, "services": tie}).stdout
    )
    one = run("units", {**VISIT, "services": [{"code": "97530", "minutes": 8, "by": "PT"}]}).stdout
    assert one.splitlines()[1] == "8 timed minutes, 1 timed unit"
    none = run("units", {**VISIT, "services": [{"code": "97530", "by": "PT"}]}).stdout
    assert none.splitlines()[:2] == ["97530    ?  GP", "? timed minutes, ? timed units"]


def test_the_contract_of_price() -> None:
    done = run("price", PRICE, "--json")
    read = json.loads(done.stdout)
    assert done.exit_code == 0
    amounts = ["allowed_cents", "medicare_cents", "payer_cents", "patient_cents"]
    assert list(read) == ["lines", *amounts, "without_reduction_cents", "price_basis", "not_checked"]
    assert [list(line) for line in read["lines"]] == [["code", "units", *amounts, "steps", "payment_steps"]]
    assert [read[name] for name in amounts] == [6242, 4894, 4894, 1248]
    assert (read["allowed_cents"], read["without_reduction_cents"], read["price_basis"]) == (6242, 7324, "national")
    own = run("price", {**PRICE, "gpci": {"work": 1.0, "pe": 1.0, "mp": 1.0}}, "--json")
    assert json.loads(own.stdout)["allowed_cents"] == 6242
    local = run("price", {**PRICE, "locality": {"mac": "01112", "locality": "05"}}, "--json")
    assert json.loads(local.stdout)["price_basis"] == "expected"


def test_price_as_text() -> None:
    lines = run("price", PRICE).stdout.splitlines()
    assert lines[0] == "97530    2  $62.42"
    assert lines[-2:] == [
        "Allowed $62.42; without the reduction $73.24",
        "The payer pays $48.94, the patient $12.48",
    ]
    assert max(map(len, lines)) <= 80
    many = run("price", {**PRICE, "services": [{"code": "97530", "units": 1_000_000_000}]})
    assert many.exit_code == 0
    assert many.stdout.splitlines()[0].startswith("97530  1,000,000,000  $")


def test_a_request_from_a_file() -> None:
    done = RUNNER.invoke(app, ["units", str(EXAMPLE / "visit.json"), "--json"])
    assert json.loads(done.stdout)["total_units"] == 3


BAD_JSON: list[tuple[str, str | bytes, str, str | None]] = [
    ("cut off", '{"payer":', "not JSON: Expecting value at line 1, column 10", None),
    ("on line 3", '{\n "payer": "medicare",\n "dos" 1}', "not JSON: Expecting ':' delimiter at line 3, column 8", None),
    ("empty", "", "not JSON: Expecting value at line 1, column 1", None),
    ("not an object", "[1]", 'a JSON object is wanted, such as {"payer": ..., "dos": ..., "services": [...]}', None),
    ("not UTF-8", b'{"payer": "Se\xf1or"}', "the input is not UTF-8 text", None),
    ("half a character", '{"payer": "\\ud800"}', "the JSON holds half a character: a lone \\ud800 to \\udfff", None),
    ("deep", "[" * 100_000, "the JSON is nested too deeply", None),
    ("a long number", '{"minutes": ' + "9" * 5000 + "}", "a number in the JSON is too long", None),
    ("a key twice", '{"dos": "2026-03-04", "dos": "2026-03-05"}', "the key stands twice in one object", "dos"),
    ("one long line", "x" * 10_000_000, "not JSON: Expecting value at line 1, column 1", None),
]


@pytest.mark.parametrize("command", ["units", "price"])
@pytest.mark.parametrize(("given", "message", "field"), [case[1:] for case in BAD_JSON], ids=[c[0] for c in BAD_JSON])
def test_input_that_is_no_request(command: str, given: str | bytes, message: str, field: str | None) -> None:
    data, text = run(command, given, "--json"), run(command, given)
    assert (data.exit_code, data.stderr) == (2, "")
    assert json.loads(data.stdout) == {"error": {"code": "bad_input", "message": message, "field": field}}
    shown = f"{field}: {message}" if field else message
    assert (text.exit_code, text.stdout, text.stderr) == (2, "", f"cleanclaim: {shown}\n")


def test_a_byte_order_mark_is_no_fault() -> None:
    assert run("units", b"\xef\xbb\xbf" + json.dumps(UNITS).encode(), "--json").exit_code == 0


BAD_VALUES: list[tuple[str, dict[str, Any], str, str]] = [
    ("units", {"payer": "Acme"}, "unknown_payer", "payer"),
    ("units", {"payer": None}, "bad_input", "payer"),
    ("units", {"method": "guess"}, "bad_input", "method"),
    ("units", {"dos": "02/30/2026"}, "bad_input", "dos"),
    ("units", {"dos": "2026-02-30"}, "bad_input", "dos"),
    ("units", {"discipline": "PT"}, "bad_input", "discipline"),
    ("units", {"setting": "moon"}, "bad_input", "setting"),
    ("units", {"servces": []}, "bad_input", "servces"),
    ("units", {"services": []}, "bad_input", "services"),
    ("units", {"services": [{"code": "00000", "minutes": 1}]}, "unknown_code", "services[0].code"),
    ("units", {"services": [{"code": "97530", "minutes": -1}]}, "bad_input", "services[0].minutes"),
    ("units", {"services": [{"code": "97530", "minutes": 1e9}]}, "bad_input", "services[0].minutes"),
    ("units", {"services": [{"code": "97530", "minutes": 1, "by": "MD"}]}, "bad_input", "services[0].by"),
    (
        "units",
        {"services": [{"code": "97161", "minutes": 30, "by": "PTA"}]},
        "evaluation_by_assistant",
        "services[0].by",
    ),
    ("price", {"payer": "Acme"}, "unknown_payer", "payer"),
    ("price", {"services": [{"code": "97530", "units": 1.5}]}, "bad_input", "services[0].units"),
    ("price", {"services": [{"code": "97530", "units": -1}]}, "bad_input", "services[0].units"),
    ("price", {"locality": {"mac": "99999", "locality": "99"}}, "bad_input", "locality"),
    ("price", {"gpci": {"work": 1, "pe": 1}}, "bad_input", "gpci.mp"),
]


@pytest.mark.parametrize(("command", "change", "code", "field"), BAD_VALUES, ids=[f"{c[0]} {c[3]}" for c in BAD_VALUES])
def test_a_request_that_cannot_be_answered(command: str, change: dict[str, Any], code: str, field: str) -> None:
    request = {**(UNITS if command == "units" else PRICE), **change}
    done = run(command, request, "--json")
    assert (done.exit_code, done.stderr) == (2, "")
    error = json.loads(done.stdout)["error"]
    assert list(error) == ["code", "message", "field"]
    assert (error["code"], error["field"]) == (code, field)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "none.json", "no such file or directory"), (tmp_path, "is a directory")):
        done = RUNNER.invoke(app, ["units", str(path)])
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr == f"cleanclaim: {path}: {why}; check the path\n"


def short(*words: str) -> Any:
    return RUNNER.invoke(app, list(words), catch_exceptions=False)


def test_a_visit_in_a_few_words_is_the_same_visit() -> None:
    words = ["97530=24", "97110=12:PTA", "97140=4", "--payer", "medicare", "--by", "PT", "--on", "2026-03-04"]
    given = [("97530", 24, "PT"), ("97110", 12, "PTA"), ("97140", 4, "PT")]
    visit = {
        "payer": "medicare",
        "dos": "2026-03-04",
        "services": [{"code": code, "minutes": minutes, "by": by} for code, minutes, by in given],
    }
    assert short("units", *words, "--json").stdout == run("units", visit, "--json").stdout
    assert short("units", *words).stdout.splitlines()[:3] == ["97530    2  GP", "97110    1  GP CQ", "97140    0  GP"]


def test_a_payer_of_the_clinics_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    visit = ["97530=20", "97110=20", "--by", "PT", "--discipline", "GP", "--on", "2026-03-04"]
    refused = short("units", *visit, "--payer", "Acme Health")
    assert (refused.exit_code, refused.stdout) == (2, "")
    Path("cleanclaim.toml").write_text('[payers."Acme Health"]\npack = "commercial"\nunit_method = "whole_15"\n')
    result = json.loads(short("units", *visit, "--payer", "acme health", "--json").stdout)
    assert (result["method"], result["total_units"]) == ("whole_15", 2)
    Path("cleanclaim.toml").rename("ours.toml")
    again = short("units", *visit, "--payer", "Acme Health", "--config", "ours.toml", "--json")
    assert json.loads(again.stdout) == result


def test_a_price_in_a_few_words() -> None:
    words = ["97530=2", "--payer", "medicare", "--on", "2024-07-15"]
    assert short("price", *words, "--json").stdout == run("price", PRICE, "--json").stdout
    local = json.loads(short("price", "97530=2", "97110", *words[1:], "--locality", "01112-05", "--json").stdout)
    assert local["price_basis"] == "expected"
    assert [(line["code"], line["units"]) for line in local["lines"]] == [("97530", 2), ("97110", 1)]


MEDICARE = ["--payer", "medicare"]
BAD_WORDS = [
    (["units", "97530=24", "--by", "PT"], "--payer: missing: name a payer, or a method in its place"),
    (["price", "97530=2"], "--payer: missing: name a payer; `cleanclaim payers` lists them"),
    (
        ["units", "97530=0:24", *MEDICARE],
        "97530=0:24: must be one of PT, PTA, OT, OTA, SLP, PT+PTA, OT+OTA, student, aide",
    ),
    (["units", "97530=", *MEDICARE], "97530=: minutes are a whole number: 97530=24 or 97530=24:PTA"),
    (["units", "97530=\u0662", *MEDICARE], "97530=\u0662: minutes are a whole number: 97530=24 or 97530=24:PTA"),
    (["units", "97530=8", "97110=1441", *MEDICARE, "--by", "PT"], "97110=1441: must be a whole number from 0 to 1440"),
    (
        ["units", "97530=8", "visit.json", *MEDICARE],
        "visit.json: write CODE=MINUTES, such as 97530=24 or 97530=24:PTA, or name one file",
    ),
    (["units", "-", *MEDICARE], "--payer: goes with CODE=MINUTES; a file of JSON says it itself"),
    (
        ["units", "97530=8", *MEDICARE, "--on", "03/04/2026"],
        "--on: write the day as YYYY-MM-DD, such as 2026-03-04",
    ),
    (["units", "97161=30:PTA", *MEDICARE], "97161=30:PTA: 97161 is an evaluation: an assistant may not evaluate"),
    (["price", "97530=2:PT", *MEDICARE], "97530=2:PT: who gave it changes no price here: 97530=2"),
    (
        ["price", "97530=2", *MEDICARE, "--locality", "Iowa"],
        "--locality: write contractor and locality, such as 01112-05",
    ),
    (
        ["price", "97530=2", *MEDICARE, "--locality", "99999-99"],
        "--locality: no locality 99 of contractor 99999 in the published lists",
    ),
]


@pytest.mark.parametrize(("words", "message"), BAD_WORDS, ids=[" ".join(case[0][:2]) for case in BAD_WORDS])
def test_words_that_cannot_be_answered(words: list[str], message: str) -> None:
    done = short(*words)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"cleanclaim: {message}\n")


def test_a_file_that_is_named_like_a_code_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert short("units", "97161", *MEDICARE, "--on", "2026-03-04").stdout.startswith("97161    1  GP\n")
    (tmp_path / "97161").write_text(json.dumps(UNITS))
    assert short("units", "97161").stdout.startswith("97530    2  GP\n")


def test_what_is_offered_is_what_a_request_takes() -> None:
    assert (services.METHODS, services.ROLES, services.SETTINGS) == (METHODS, ROLES, SETTINGS)
    assert tuple(DISCIPLINES) == services.DISCIPLINES
