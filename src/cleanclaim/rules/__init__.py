"""What payers require: one module per family of rules."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from cleanclaim.rules.rule import Rule

FAMILIES = {
    "units": "Units and minutes",
    "clock": "Clock times",
    "caps": "Payers' caps on units",
    "pairs": "Pair edits and bypass modifiers",
    "maximums": "Unit maximums and add-on codes",
    "modifiers": "Discipline and assistant modifiers",
    "assistants": "Assistants' modifiers where they do not belong; aides and students",
    "outdated": "Functional reporting, and modifiers outside their dates",
    "sides": "Sides of splints, strapping and orthoses",
    "further_modifiers": "Repeats, reduced services, active treatment, benefits",
    "liability": "Threshold and liability modifiers",
    "identity": "Procedure codes and diagnoses",
    "diagnoses": "Lists of diagnoses and pointers",
    "telehealth": "Telehealth",
    "evaluations": "Evaluations",
    "providers": "Providers",
    "filing": "Place, dates, totals and duplicates",
    "replacements": "Replacements of earlier claims",
    "charges": "Charges against fees",
    "institutional": "Institutional claims, and lines of several dates",
    "monitoring": "Remote monitoring",
    "plans": "Sometimes-therapy codes without a plan of care",
    "visits": "Visits of evaluation and management among therapy",
    "plan_of_care": "Plans of care: content and certification",
    "progress": "Progress reports",
    "authorizations": "Authorizations, visit limits and referrals",
    "coverage": "Services that Medicare does not cover",
    "chiropractic": "Therapy beside chiropractic manipulation",
    "notes": "Treatment notes: services, minutes and totals",
    "notes_shown": "Treatment notes: what they show",
}
"""The modules of rules, in the order in which they are shown, and what each is about."""


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule in order of id.

    >>> [r.id for r in all_rules()] == sorted(r.id for r in all_rules())
    True
    """
    return tuple(sorted((rule for family in FAMILIES for rule in rules_of(family)), key=lambda rule: rule.id))


@cache
def rules_of(family: str) -> tuple[Rule, ...]:
    """Return the rules of one module in order of id.

    >>> rules_of("maximums")[0].id
    'M101'
    """
    found: tuple[Rule, ...] = import_module(f"cleanclaim.rules.{family}").RULES
    return tuple(sorted(found, key=lambda rule: rule.id))


def family_of(rule: Rule) -> str:
    """Return the module in which a rule stands.

    >>> family_of(all_rules()[-1]) in FAMILIES
    True
    """
    return next(family for family in FAMILIES if rule in rules_of(family))
