"""The adjustment codes that rules say a payer would use are real ones, still in use."""

from __future__ import annotations

import pytest

from cleanclaim.codes import adjustments
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Rule, Severity


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_denial_codes_are_in_the_published_set(rule: Rule) -> None:
    known = set(adjustments.carc()["code"])
    assert [code for code in rule.denial if code not in known] == []


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_what_is_denied_names_the_code_of_the_denial(rule: Rule) -> None:
    assert rule.severity != Severity.DENIAL or rule.denial != ()
