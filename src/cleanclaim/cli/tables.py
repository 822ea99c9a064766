"""Reference lists as text: rules, pair edits, payer packs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from cleanclaim.cli.layout import paragraph, sentence, show, table
from cleanclaim.codes.payers import Pack
from cleanclaim.rules.rule import Rule

FAMILIES = {
    "U": "Units and minutes",
    "P": "Pair edits and bypass modifiers",
    "M": "Unit maximums and add-on codes",
    "D1": "Discipline and assistant modifiers",
    "D2": "Threshold and liability modifiers",
    "I1": "Procedure codes and diagnoses",
    "I2": "Providers",
    "I3": "Place, dates, totals and duplicates",
}
"""What the rules are about, by the letters with which their ids begin."""


def family(rule: Rule) -> str:
    """Return what a rule is about, in the words of ``FAMILIES``."""
    return next(words for start, words in FAMILIES.items() if rule.id.startswith(start))


def print_rules(rules: Sequence[Rule]) -> None:
    """Print rules by family: id, severity, what each asks."""
    order = list(FAMILIES.values())
    by_family = sorted(rules, key=lambda rule: order.index(family(rule)))
    for words, members in itertools.groupby(by_family, key=family):
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


def print_payers(packs: pl.DataFrame) -> None:
    """Print one line a payer pack: how it counts units, when a claim is late, how sure its values are."""
    table(
        ("pack", "units", "filing limit", "by standing", "payer"),
        [
            (
                row["pack"],
                f"{row['unit_method']} ({row['unit_method_standing']})" if row["unit_method"] else "not known",
                row["filing_limit"] or "not known",
                row["standing"],
                row["name"],
            )
            for row in packs.iter_rows(named=True)
        ],
    )
    _standings()


def print_pack(pack: Pack, fields: pl.DataFrame) -> None:
    """Print one payer pack, value by value, with dates, standing and source."""
    show((f"{pack.id}: {pack.name}", "bold"))
    if pack.note:
        paragraph(pack.note)
    for row in fields.iter_rows(named=True):
        name = f"{row['field']}.{row['code']}" if row["code"] else row["field"]
        show(f"  {name} = {row['value']}", (f"{_days(row['first_day'], row['last_day'])}  {row['standing']}", "dim"))
        paragraph(", ".join(part for part in (row["document"], row["section"]) if part), indent=6, style="dim")
    paragraph("A field that is not listed is not known, and rules that need it are not checked.")
    _standings()


def _days(first: date | None, last: date | None) -> str:
    parts = [f"from {first}" if first else None, f"through {last}" if last else None]
    return "".join(f"  {part}" for part in parts if part)


def _standings() -> None:
    paragraph(
        "V verified in a copy of the source; R stated from the named source; U uncertain: shown, never decides.",
        style="dim",
    )
