"""What payers require: one module per family of rules."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from cleanclaim.rules.rule import Rule

FAMILIES = ("units", "pairs", "maximums", "modifiers", "liability", "identity", "providers", "filing")


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule in order of id.

    >>> [r.id for r in all_rules()] == sorted(r.id for r in all_rules())
    True
    """
    found = [rule for family in FAMILIES for rule in import_module(f"cleanclaim.rules.{family}").RULES]
    return tuple(sorted(found, key=lambda rule: rule.id))
