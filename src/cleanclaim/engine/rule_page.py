"""The page of a rule: what it asks, why payers deny it, where it stands, what it reads, and two cases that run."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from importlib import import_module
from importlib.resources import files
from inspect import cleandoc
from typing import Any

import polars as pl

from cleanclaim.claims.schema import GRAINS
from cleanclaim.codes import adjustments
from cleanclaim.errors import InputError
from cleanclaim.rules import FAMILIES, all_rules, family_of, rules_of
from cleanclaim.rules.rule import Rule

SEVERITIES = {
    "denial": "the payer denies, returns or rejects the claim or the line",
    "compliance": "it may be paid, and taken back on review",
    "underbilling": "care was given and is not billed, or is billed below its worth",
    "advice": "nothing is denied; better known than not",
}
"""What each severity says will happen."""
NEEDS = {
    "nothing": "nothing: it may be done without the record",
    "note": "the treatment note or the record: look before changing the claim",
    "clinician": "the clinician, or whoever holds the notice: only they can attest it",
}
"""What a fix needs before it may be made."""


def rule_page(name: str) -> dict[str, Any]:
    """Return all that is to know about a rule, given its id, an earlier id of it, or its name, in any case.

    ``examples`` holds ``fails`` and ``passes``: a case each, with its ``lines`` as the case file has them and, where
    an input can bring it about, ``request`` (visits as ``cleanclaim check`` reads them) and ``as_of``. Raises
    InputError for a rule that is not there.

    >>> page = rule_page("u101")
    >>> page["name"], page["denial"][0]["code"], sorted(page["examples"])
    ('units-exceed-minutes', '151', ['fails', 'passes'])
    """
    rule = find_rule(name)
    table = GRAINS[rule.grain]
    others = all_rules()
    gives_way_to = list(rule.yields_to)
    takes_over = [other.id for other in others if rule.id in other.yields_to]
    module = family_of(rule)
    alike = [other.id for other in rules_of(module) if other is not rule and set(other.denial) & set(rule.denial)]
    return {
        "rule": rule.id,
        "name": rule.name,
        "title": rule.title,
        "family": FAMILIES[module],
        "requirement": requirement(module),
        "severity": rule.severity.value,
        "severity_meaning": SEVERITIES[rule.severity.value],
        "grain": rule.grain.value,
        "one_row_is": table.one_row_is,
        "first_day": rule.effective.first,
        "last_day": rule.effective.last,
        "denial": [{"code": code, "meaning": _meaning(code)} for code in rule.denial],
        "citations": [{"document": c.document, "section": c.section, "url": c.url} for c in rule.cite],
        "inputs": [{"name": i, "meaning": table[i].meaning, "null": table[i].null} for i in rule.inputs],
        "fix": rule.fix.text,
        "needs": rule.fix.needs.value,
        "needs_meaning": NEEDS[rule.fix.needs.value],
        "who": rule.fix.who.value,
        "gives_way_to": gives_way_to,
        "takes_over": takes_over,
        "related": [other for other in alike if other not in (*gives_way_to, *takes_over)],
        "formerly": list(rule.formerly),
        "examples": examples().get(rule.id, {}),
    }


def find_rule(name: str) -> Rule:
    """Return the rule with this id, earlier id or name, in any case; InputError, with the nearest ones, if none has.

    >>> find_rule("Units-Exceed-Minutes").id
    'U101'
    """
    wanted = name.strip().lower()
    for rule in all_rules():
        if wanted in (rule.id.lower(), rule.name, *(old.lower() for old in rule.formerly)):
            return rule
    import difflib

    known = [text for rule in all_rules() for text in (rule.id, rule.name)]
    near = difflib.get_close_matches(wanted.upper(), known, 2) + difflib.get_close_matches(wanted, known, 2)
    hint = f"; did you mean {' or '.join(near[:3])}?" if near else "; cleanclaim rules lists them"
    raise InputError(f"no rule is named {name.strip()[:40]!r}{hint}", field="RULE")


def search(text: str) -> list[Rule]:
    """Return the rules of which every word of ``text`` stands in id, name, title, denial code, source or message.

    >>> [rule.id for rule in search("co-151 manual minutes take back")]
    ['N108', 'U101']
    """
    words = text.lower().split()
    return [rule for rule in all_rules() if all(word in _told(rule) for word in words)]


@cache
def _told(rule: Rule) -> str:
    parts = [
        rule.id,
        rule.name,
        rule.title,
        FAMILIES[family_of(rule)],
        rule.message,
        rule.fix.text,
        rule.severity.value,
    ]
    parts += [rule.fix.who.value, *(f"co-{code} {code}" for code in rule.denial), *(str(c) for c in rule.cite)]
    return " ".join(parts).lower()


def requirement(module: str) -> str:
    """Return what a family of rules asks, in plain words: the text with which its module opens."""
    return cleandoc(import_module(f"cleanclaim.rules.{module}").__doc__ or "")


@cache
def examples() -> dict[str, dict[str, Any]]:
    """Return the failing and the passing case of each rule, written by ``tools/build_docs.py`` from its case file."""
    text = files("cleanclaim.rules").joinpath("examples.json").read_text("utf-8")
    read: dict[str, dict[str, Any]] = json.loads(text)
    for cases in read.values():
        for case in cases.values():
            case["as_of"] = date.fromisoformat(case["as_of"])
    return read


def _meaning(code: str) -> str | None:
    found = adjustments.carc().filter(pl.col("code") == code)["meaning"].to_list()
    return found[0] if found else None
