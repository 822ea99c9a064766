"""Payer packs as text: the list, the page of one pack, what is wrong with a pack of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from cleanclaim.cli.layout import paragraph, sentence, show, table
from cleanclaim.reports.words import counted

Entry = Mapping[str, Any]

_STANDINGS = "V verified in the source; R stated, confirm; U uncertain: advises only."


def print_payers(packs: pl.DataFrame) -> None:
    """Print one line a payer pack: how it counts units and how sure that is, when a claim is late, whose it is."""
    table(
        ("pack", "units", "filing limit", "payer"),
        [
            (
                row["pack"],
                f"{row['unit_method']} ({row['unit_method_standing']})" if row["unit_method"] else "not known",
                row["filing_limit"] or "not known",
                row["name"],
            )
            for row in packs.iter_rows(named=True)
        ],
    )
    paragraph(_STANDINGS, style="dim")


def print_pack(page: Entry) -> None:
    """Print what a pack says on a day, what it says on other days, and what it leaves open."""
    show((f"{page['pack']}: {page['name']}", "bold"))
    if page["note"]:
        paragraph(page["note"])
    for words, names in (("Also called", page["aliases"]), ("Built on", [page["base"]] if page["base"] else [])):
        if names:
            paragraph(f"{words}: {', '.join(names)}")
    show("")
    show((f"On {page['on']}", "bold"))
    _entries(page["fields"])
    if page["other_days"]:
        show("")
        show(("On other days", "bold"))
        _entries(page["other_days"])
    show("")
    _left_open(page["not_known"], page["unchecked"])


def print_check(result: Entry, on: date) -> None:
    """Print what is wrong with a pack of one's own, else that it may be used; then what it leaves open."""
    problems = result["problems"]
    if problems:
        show((f"{result['file']}: {counted(len(problems), 'problem')}", "bold"))
        for problem in problems:
            place = f"{problem['place']}: " if problem["place"] else ""
            paragraph(f"{place}{problem['message']}", lead="  - ", indent=4)
        return
    show((f"{result['file']}: a pack that may be used ({result['pack']})", "bold"))
    paragraph(f'Name it in cleanclaim.toml: [payers."..."] with pack = "{result["file"]}"; the path starts there.')
    paragraph(f"On {on}:")
    _left_open(result["not_known"], result["unchecked"])


def _entries(entries: Sequence[Entry]) -> None:
    for entry in entries:
        name = f"{entry['field']}.{entry['code']}" if entry["code"] else entry["field"]
        show(f"  {name} = {_value(entry['value'])}", (_days(entry), "dim"))
        source = ", ".join(part for part in (entry["document"], entry["section"]) if part)
        paragraph(f"{sentence(entry['standing_meaning'])}. {source}", indent=6, style="dim")


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _days(entry: Entry) -> str:
    parts = [
        f"from {entry['first_day']}" if entry["first_day"] else None,
        f"through {entry['last_day']}" if entry["last_day"] else None,
    ]
    return "".join(f"  {part}" for part in parts if part)


def _left_open(missing: Sequence[Entry], unchecked: Sequence[Entry]) -> None:
    """What the pack does not say, and the rules that need it: silence is never taken for a pass."""
    if not missing:
        paragraph("The pack says everything that a rule may rest on.")
        return
    needed = {
        entry["field"]: [one["rule"] for one in unchecked if entry["field"] in one["fields"]] for entry in missing
    }
    show(("Not known, and the rules that are therefore not checked, or only in part", "bold"))
    for entry in missing:
        rules = f" [{' '.join(needed[entry['field']])}]" if needed[entry["field"]] else ""
        paragraph(f"{entry['field']}: {entry['meaning']}{rules}", lead="  ", indent=6)
