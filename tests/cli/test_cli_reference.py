"""``cleanclaim code``, ``pairs``, ``rules``: the JSON contracts, the pages as text, unknown names."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from typer.testing import CliRunner

from cleanclaim.cli.main import app
from cleanclaim.codes import hcpcs
from cleanclaim.codes.page import code_page

RUNNER = CliRunner(env={"COLUMNS": "80"})
PAGE = ["code", "on", "valid", "first_day", "last_day", "replaced_by", "label", "group", "note", "unit_kind"]
PAGE += ["minutes_per_unit", "therapy_list", "therapy_list_meaning", "therapy_list_standing", "disciplines"]
PAGE += ["base_codes", "mue", "fee_schedule", "what_it_is", "what_it_is_not", "documentation", "who_may_bill"]
PAGE += ["modifiers", "common_mistakes", "pairs", "pairs_complete_through", "sources"]
SECTIONS = [
    "WHAT IT IS",
    "WHAT IT IS NOT, AND HOW TO TELL",
    "UNIT",
    "WHAT THE RECORD MUST SHOW",
    "WHO MAY BILL IT, AND WHERE",
    "MODIFIERS",
    "UNIT MAXIMUMS",
    "PAIR EDITS IN FORCE ON 2024-07-15",
    "RELATIVE VALUES AND NATIONAL PRICE",
    "COMMON MISTAKES, AND THE RULE THAT FINDS EACH",
    "SOURCES",
]


def run(*arguments: str) -> Any:
    return RUNNER.invoke(app, list(arguments), catch_exceptions=False)


def data(*arguments: str) -> Any:
    done = run(*arguments, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout)


def page(code: str, on: str = "2024-07-15") -> list[str]:
    done = run("code", code, "--on", on)
    assert (done.exit_code, done.stderr) == (0, "")
    lines: list[str] = done.stdout.splitlines()
    return lines


def section(lines: list[str], heading: str) -> str:
    """Return the text under a heading, with its lines joined."""
    start = lines.index(heading) + 1
    ends = [n for n, line in enumerate(lines) if n > start and line == ""]
    return re.sub(r"\s+", " ", " ".join(lines[start : min(ends, default=len(lines))])).strip()


def test_the_contract_of_code() -> None:
    read = data("code", "97530", "--on", "2026-03-04")
    assert list(read) == PAGE
    assert list(read["mue"]) == ["practitioner", "hospital", "medicaid"]
    assert {tuple(limit) for limit in read["mue"].values()} == {("units", "mai", "age")}
    assert (read["unit_kind"], read["minutes_per_unit"], read["therapy_list"]) == ("timed", 15, "A")
    assert read["disciplines"] == ["PT", "OT", "SLP"]


def test_the_sections_of_97530_in_the_order_in_which_a_clinician_asks() -> None:
    lines = page("97530")
    assert lines[0] == "97530  functional, dynamic activities, one on one"
    assert [line for line in lines if line.isupper() and not line.startswith(" ")] == SECTIONS
    assert [line for line in lines if line != line.rstrip()] == []
    assert [line for line in lines if len(line) > 80 and "https://" not in line] == [
        "  97140  hands-on techniques: joint mobilization, manual traction, lymph drainage"
    ]


def test_97530_is_told_from_its_neighbors_first_of_all_from_97110() -> None:
    lines = page("97530")
    start = lines.index(SECTIONS[1])
    others = [line[2:7] for line in lines[start : lines.index("UNIT")] if re.match(r"  \d{5}  ", line)]
    assert others == ["97110", "97112", "97116", "97140", "97150", "97535", "97537", "97542", "97750"]
    assert section(lines, SECTIONS[1]).count("How to tell: ") == 9


def test_the_page_shows_every_edit_of_both_tables_with_direction_and_indicator() -> None:
    pairs = code_page("97530", "2024-07-15")["pairs"]
    told = section(page("97530"), SECTIONS[7])
    assert [pair["other"] for pair in pairs if pair["other"] not in told] == []
    assert "97150 97530 (1) 97530 (1) group of two or more" in told
    assert "95851 95851 (0) 95851 (0) joint range report" in told
    assert "practitioner: the other code is denied (0); hospital: 97530 is denied (1) 97153 97154" in told


def test_the_page_shows_maximums_values_price_and_the_rules_that_find_mistakes() -> None:
    lines = page("97530")
    assert section(lines, "UNIT MAXIMUMS").startswith(
        "practitioner 6 units a day, over all lines (indicator 3: more only on appeal, with records) hospital 6 units"
    )
    price = section(lines, SECTIONS[8])
    assert "Relative values: work 0.44, practice expense 0.65 (non-facility), malpractice 0.01; together 1.1." in price
    assert "National price of one unit: $36.62 (conversion factor 33.2875)." in price
    mistakes = [line[2:6] for line in lines[lines.index(SECTIONS[9]) + 1 :] if re.match(r"  [A-Z]\d{3}  ", line)]
    assert mistakes == [m["rule"] for m in code_page("97530", "2024-07-15")["common_mistakes"] if m["rule"]]


def test_every_mark_of_the_page_has_its_source() -> None:
    lines = page("97530")
    marks = {int(n) for line in lines[: lines.index("SOURCES")] for n in re.findall(r"\[(\d+)", line)}
    listed = [int(n) for line in lines[lines.index("SOURCES") :] for n in re.findall(r"^ *\[(\d+)\] ", line)]
    assert listed == list(range(1, len(marks) + 1))
    assert marks == set(listed)


@pytest.mark.parametrize("code", hcpcs.catalogue()["code"].to_list())
def test_every_code_has_its_page(code: str) -> None:
    lines = page(code, "2026-03-04")
    assert lines[0].startswith(f"{code}  ")
    assert [heading for heading in ("WHAT IT IS", "UNIT", "UNIT MAXIMUMS", "SOURCES") if heading not in lines] == []
    assert [line for line in lines if "None" in line or line != line.rstrip()] == []


def test_a_code_that_has_ended_says_so_first() -> None:
    assert page("97001", "2026-03-04")[1] == (
        "On 2026-03-04: NOT VALID (through 2016-12-31); replaced by 97161, 97162, 97163."
    )


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        (["code", "97007"], "unknown_code", "code"),
        (["code", "abc"], "bad_input", "code"),
        (["code", "97530", "--on", "2026-02-30"], "bad_input", "--on"),
        (["code", "97530", "--on", "02/30/2026"], "bad_input", "--on"),
        (["pairs", "97530", "00000"], "unknown_code", "codes[1]"),
        (["pairs", "97530", "x"], "bad_input", "codes[1]"),
        (["pairs", "97530", "97530"], "bad_input", "codes[1]"),
        (["pairs", "97530", "97150", "--setting", "moon"], "bad_input", "--setting"),
        (["pairs", "97530", "97150", "--on", "yesterday"], "bad_input", "--on"),
    ],
    ids=" ".join,
)
def test_a_name_that_is_not_known(arguments: list[str], code: str, field: str) -> None:
    read, text = run(*arguments, "--json"), run(*arguments)
    assert (read.exit_code, read.stderr) == (2, "")
    error = json.loads(read.stdout)["error"]
    assert list(error) == ["code", "message", "field"]
    assert (error["code"], error["field"]) == (code, field)
    assert (text.exit_code, text.stdout, text.stderr) == (2, "", f"cleanclaim: {field}: {error['message']}\n")


def test_the_contract_of_pairs() -> None:
    read = data("pairs", "97150", "97530", "--on", "2024-07-15", "--setting", "practitioner")
    assert list(read) == ["edits", "denied_without_modifier", "bypass", "note"]
    assert [list(edit) for edit in read["edits"]] == [
        ["column_one", "column_two", "indicator", "effective", "deleted", "in_force", "source"]
    ]
    assert (read["denied_without_modifier"], read["bypass"]) == ("97530", ["59", "XE", "XP", "XS", "XU"])
    assert data("pairs", "97530", "97150", "--on", "2024-07-15") == read
    never = data("pairs", "97530", "95851", "--on", "2024-07-15", "--setting", "hospital")
    assert (never["denied_without_modifier"], never["bypass"]) == ("95851", [])


@pytest.mark.parametrize(
    ("codes", "verdict"),
    [
        ("97150 97530", "On 2024-07-15, 97530 is denied beside 97150 unless a bypass modifier (59, XE,"),
        ("97530 95851", "On 2024-07-15, 95851 is never paid beside 97530; no modifier helps."),
        ("97140 97530", "No edit between 97140 and 97530 is in force on 2024-07-15 (practitioner table)."),
    ],
)
def test_the_verdict_on_a_pair_comes_first(codes: str, verdict: str) -> None:
    assert run("pairs", *codes.split(), "--on", "2024-07-15").stdout.splitlines()[0] == verdict


def test_version_and_help() -> None:
    assert re.fullmatch(r"cleanclaim \d+\.\d+\.\d+\S*\n", run("--version").stdout)
    for arguments in (["--help"], ["-h"], *([name, "-h"] for name in ("check", "units", "price", "code", "pairs"))):
        assert run(*arguments).exit_code == 0
    assert run("nosuch").exit_code == 2
