"""What the words for rules stand for: ids, the first characters of ids, names; on the command line and in the file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from functools import cache

from cleanclaim.claims.schema import Grain
from cleanclaim.codes.payers.toml import Key, shown
from cleanclaim.config.settings import RuleSettings, Suppression
from cleanclaim.errors import CleanclaimError, InputError
from cleanclaim.rules import all_rules
from cleanclaim.rules.rule import Rule, Severity

SEVERITIES = tuple(severity.value for severity in Severity)
"""From the gravest to the least."""

WITH_CODE = (Grain.LINE, Grain.PAIR)
"""The grains of which a finding is of one procedure code."""

# letters that are read for the digits of an id
_LOOK_ALIKE = str.maketrans("oil", "011")
_LONGEST = 60
_FAMILY = re.compile(r"[A-Z]\d{0,2}")
_Fault = Callable[[str], CleanclaimError]


def rules_named(word: str) -> tuple[Rule, ...]:
    """Return the rules that a word names: an id (also a former one), a name, or the first characters of ids.

    Empty where it names none.

    >>> [rule.id for rule in rules_named("p103")], len(rules_named("P1")) > 1, rules_named("Q")
    (['P103'], True, ())
    """
    exact = exactly(word)
    if exact is not None:
        return (exact,)
    letters = word.strip().upper()
    return tuple(r for r in all_rules() if r.id.startswith(letters)) if _FAMILY.fullmatch(letters) else ()


def exactly(word: str) -> Rule | None:
    """Return the one rule that an id, a former id or a name stands for.

    >>> exactly("units-exceed-minutes").id, exactly("U1")
    ('U101', None)
    """
    return _by_word().get(word.strip().lower())


@cache
def _by_word() -> dict[str, Rule]:
    rules = all_rules()
    former = {old.lower(): rule for rule in rules for old in rule.formerly}
    return former | {rule.name: rule for rule in rules} | {rule.id.lower(): rule for rule in rules}


def _named(word: str, fault: _Fault) -> tuple[Rule, ...]:
    found = rules_named(word)
    if not found:
        words = {key: rule.id if key == rule.id.lower() else key for key, rule in _by_word().items()}
        typed = word.strip().lower()[:_LONGEST]
        read_again = typed[:1] + typed[1:].translate(_LOOK_ALIKE)
        near = [read_again] if read_again in words else difflib.get_close_matches(typed, words, n=1, cutoff=0.6)
        hint = f'; did you mean "{words[near[0]]}"?' if near else ""
        raise fault(f"{shown(word)} names no rule{hint}; `cleanclaim rules` lists their ids and names")
    return found


def ids(words: Iterable[str], fault: Callable[[int], _Fault]) -> set[str]:
    """Return the ids of the rules that ``words`` name; ``fault`` makes the error for the word at a place in them."""
    return {rule.id for i, word in enumerate(words) for rule in _named(word, fault(i))}


def option(name: str) -> Callable[[int], _Fault]:
    """Return what makes the error for a word of an option."""
    return lambda _: lambda message: InputError(message, field=name)


def items_of(place: Key) -> Callable[[int], _Fault]:
    """Return what makes the error for a word of a list in the configuration."""
    return lambda i: (place / i).error


def wanted(one: RuleSettings) -> set[str]:
    """Return the ids of the rules that one table of settings wants; ConfigError for a name of none."""
    every = {rule.id for rule in all_rules()}
    chosen = every if one.select is None else ids(one.select, items_of(one.place / "select"))
    return chosen - ids(one.ignore, items_of(one.place / "ignore"))


def severities(one: RuleSettings) -> dict[str, str]:
    """Return the severity of each rule that one table of settings names; the most exact of its names decides."""
    found: dict[str, str] = {}
    for word, value in sorted(one.severity.items(), key=lambda item: (exactly(item[0]) is not None, len(item[0]))):
        place = one.place / "severity" / word
        severity = place.choice(value, SEVERITIES)
        found |= {rule.id: severity for rule in _named(word, place.error)}
    return found


def suppressed_rules(one: Suppression) -> tuple[Rule, ...]:
    """Return the rules that a suppression names; ConfigError where it names none, or a code that they do not judge."""
    rules = _named(one.rule, (one.place / "rule").error)
    if one.code is not None and not any(rule.grain in WITH_CODE for rule in rules):
        raise (one.place / "code").error(
            f"{one.rule} judges a whole {rules[0].grain.value}, not a code; leave code out"
        )
    return rules
