"""``cleanclaim rule`` and ``rules``: the pages, their examples checked, the list, the search, unknown names."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cleanclaim import app
from cleanclaim.cli.main import app as commands
from cleanclaim.engine.rule_page import examples, rule_page
from cleanclaim.rules import FAMILIES, all_rules, family_of
from cleanclaim.rules.rule import Rule

OF_EACH_RULE = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments)


def data(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


@OF_EACH_RULE
def test_the_examples_of_a_page_run(rule: Rule) -> None:
    shown = examples()[rule.id]
    assert list(shown) == ["fails", "passes"]
    for outcome, case in shown.items():
        if "request" in case:
            found = app.check(case["request"], as_of=case["as_of"])
            assert (rule.id in set(found.findings["rule"])) == (outcome == "fails")
            assert found.unreadable.height == 0


def test_few_cases_cannot_be_brought_about_by_an_input() -> None:
    """These rest on a pack's field or a table's value that no shipped one has; notes stand in files of their own."""
    without = {rule for rule, shown in examples().items() for case in shown.values() if "request" not in case}
    assert {rule for rule in without if rule.startswith("N")} == {rule for rule in examples() if rule.startswith("N")}
    others = {rule for rule in without if not rule.startswith("N")}
    assert others == {"D115", "D118", "D308", "I404", "I405", "M101", "U115", "V101"}


@OF_EACH_RULE
def test_a_page_tells_everything(rule: Rule) -> None:
    lines = run("rule", rule.id.lower()).stdout.splitlines()
    assert lines[0] == f"{rule.id}  {rule.name}"
    headings = ["WHAT IT ASKS", "WHY PAYERS DENY IT", "WHERE IT STANDS", "A CASE THAT FAILS", "A CASE THAT PASSES"]
    headings += ["THE FIX", "WHAT IT READS"]
    assert [line for line in lines if line in headings] == headings
    assert max(len(line) for line in lines if "https://" not in line) <= 100


def test_the_contract_of_a_page() -> None:
    page = data("rule", "U101")
    assert list(page) == [
        "rule", "name", "title", "family", "requirement", "severity", "severity_meaning", "grain", "one_row_is",
        "first_day", "last_day", "denial", "citations", "inputs", "fix", "needs", "needs_meaning", "who",
        "gives_way_to", "takes_over", "related", "formerly", "examples",
    ]  # fmt: skip
    assert page["examples"]["fails"]["found"].startswith("Timed codes of 2026-03-04: 1 unit billed for 7 minutes")
    assert page["examples"]["passes"]["found"] is None


def test_an_example_is_written_as_visits_to_check() -> None:
    visits = json.loads(run("rule", "units-exceed-minutes", "--example", "fails").stdout)
    assert "U101" in set(app.check(visits).findings["rule"])


def test_what_is_not_there_is_said_with_the_nearest() -> None:
    result = run("rule", "units-exceed-minute")
    assert result.exit_code == 2
    assert result.stderr == (
        "cleanclaim: RULE: no rule is named 'units-exceed-minute'; did you mean units-exceed-minutes or "
        "units-exceed-note-minutes?\n"
    )
    assert json.loads(run("rule", "zz", "--json").stdout)["error"]["field"] == "RULE"
    assert run("rule", "M101", "--example", "fails").exit_code == 2


def test_the_contract_of_rules() -> None:
    read = data("rules")["rules"]
    assert [rule["rule"] for rule in read] == [rule.id for rule in all_rules()]
    keys = ["rule", "name", "title", "grain", "severity", "effective", "denial", "inputs", "fix", "needs", "who"]
    assert {tuple(rule) for rule in read} == {(*keys, "citations")}


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_is_found_by_its_id_and_by_its_words(rule: Rule) -> None:
    assert rule.id in [found["rule"] for found in data("rules", rule.id.lower())["rules"]]
    assert rule.id in [found["rule"] for found in data("rules", *rule.title.split()[:3])["rules"]]


def test_a_denial_code_finds_the_rules_behind_it() -> None:
    found = [rule["rule"] for rule in data("rules", "co-151")["rules"]]
    assert found == [rule.id for rule in all_rules() if "151" in rule.denial]


def test_rules_as_text_stand_by_family() -> None:
    lines = run("rules").stdout.splitlines()
    told = [line[2:6] for line in lines if re.match(r"  [A-Z]\d{3}  ", line)]
    assert sorted(told) == [rule.id for rule in all_rules()]
    assert [line for line in lines if not line.startswith(" ")] == list(FAMILIES.values())
    by_id = {rule.id: rule for rule in all_rules()}
    assert list(dict.fromkeys(family_of(by_id[rule]) for rule in told)) == list(FAMILIES)
    assert max(map(len, lines)) <= 80
    assert run("rules", "zz").stdout.startswith("No rule has 'zz' in its id, name,")


def test_every_page_is_found_under_its_name() -> None:
    assert [rule_page(rule.name)["rule"] for rule in all_rules()] == [rule.id for rule in all_rules()]
