"""Reference lists as text: rules, pair edits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from cleanclaim.cli.layout import paragraph, sentence, show, table
from cleanclaim.rules import FAMILIES, family_of
from cleanclaim.rules.rule import Rule


def print_rules(rules: Sequence[Rule]) -> None:
    """Print rules by family: id, severity, what each asks."""
    for family, words in FAMILIES.items():
        members = [rule for rule in rules if family_of(rule) == family]
        if members:
            show((words, "bold"))
            table(("", "", ""), [(rule.id, rule.severity.value, rule.title) for rule in members], indent=2)


def print_pairs(first: str, second: str, on: date, setting: str, result: dict[str, Any]) -> None:
    """Print the verdict on a pair of codes first, then every edit the table has had."""
    edits = result["edits"]
    force = next((edit for edit in edits if edit["in_force"]), None)
    if force and result["bypass"]:
        verdict = (
            f"On {on}, {force['column_two']} is denied beside {force['column_one']} unless a bypass modifier "
            f"({', '.join(result['bypass'])}) is true of the day: separate blocks of time, in the note."
        )
    elif force:
        verdict = f"On {on}, {force['column_two']} is never paid beside {force['column_one']}; no modifier helps."
    elif any(edit["in_force"] is None for edit in edits):
        verdict = f"Whether an edit between {first} and {second} was in force on {on} is not known."
    else:
        verdict = f"No edit between {first} and {second} is in force on {on} ({setting} table)."
    paragraph(verdict, style="bold")
    if result.get("note"):
        paragraph(f"{sentence(result['note'])}.", style="dim")
    if edits:
        table(
            ("column one", "column two", "indicator", "first day", "last day", "in force"),
            [
                (
                    edit["column_one"],
                    edit["column_two"],
                    edit["indicator"],
                    edit["effective"] or "not known",
                    edit["deleted"],
                    {True: "yes", False: "no", None: "not known"}[edit["in_force"]],
                )
                for edit in edits
            ],
        )
        paragraph(edits[0]["source"], style="dim")
