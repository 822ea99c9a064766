"""Why a rule was not checked is always said in words a biller would use."""

from __future__ import annotations

import pytest

from cleanclaim.engine.reasons import reason
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Rule


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_every_input_of_a_rule_has_words_of_its_own(rule: Rule) -> None:
    assert [name for name in rule.inputs if reason(name).startswith("not known: ")] == []


def test_the_first_thing_a_person_would_do_is_the_reason() -> None:
    assert reason("dos timed_minutes") == "minutes are not recorded, or how the payer counts them is not known"
    assert reason("capped_units units") == "what the payer asks for is not known; say it in cleanclaim.toml"
