"""Reference lists as text: tables that fit a terminal, pair edits, payer packs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cleanclaim.codes.payers import Pack


def console() -> Console:
    """Return the console of every page: colors only on a terminal, words never highlighted by guess."""
    return Console(highlight=False)


def print_table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows under headings; nulls are blank."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    console().print(table)


def print_pairs(first: str, second: str, on: date, setting: str, result: dict[str, Any]) -> None:
    """Print the verdict on a pair of codes first, then every edit the table has had."""
    out = console()
    force = [edit for edit in result["edits"] if edit["in_force"]]
    if force:
        edit = force[0]
        if result["bypass"]:
            verdict = (
                f"On {on}, {edit['column_two']} is denied beside {edit['column_one']} unless a bypass modifier "
                f"({', '.join(result['bypass'])}) is true of the day: separate blocks of time, in the note."
            )
        else:
            verdict = f"On {on}, {edit['column_two']} is never paid beside {edit['column_one']}; no modifier separates them."
    elif any(edit["in_force"] is None for edit in result["edits"]):
        verdict = f"Whether an edit was in force on {on} is not known: its first day is not published in the table in hand."
    else:
        verdict = f"No edit between {first} and {second} is in force on {on} ({setting} table)."
    out.print(Text(verdict, style="bold"))
    if result.get("note"):
        out.print(Text(result["note"], style="dim"))
    if result["edits"]:
        print_table(
            ("column one", "column two", "indicator", "first day", "last day", "in force"),
            [
                (
                    edit["column_one"],
                    edit["column_two"],
                    edit["indicator"],
                    edit["effective"] or "not known",
                    edit["deleted"] or "",
                    {True: "yes", False: "no", None: "not known"}[edit["in_force"]],
                )
                for edit in result["edits"]
            ],
        )
        out.print(Text(result["edits"][0]["source"], style="dim"))


def print_pack(pack: Pack, table: pl.DataFrame) -> None:
    """Print one payer pack, field by field, with dates, standing and source."""
    out = console()
    out.print(Text(f"{pack.id}: {pack.name}", style="bold"))
    if pack.note:
        out.print(Text(pack.note))
    print_table(
        ("field", "code", "value", "from", "through", "", "source"),
        [
            (
                row["field"],
                row["code"],
                row["value"],
                row["first_day"],
                row["last_day"],
                row["standing"],
                ", ".join(part for part in (row["document"], row["section"]) if part),
            )
            for row in table.iter_rows(named=True)
        ],
    )
    out.print(
        Text(
            "V verified in a copy of the source; R stated from the named source; U uncertain: shown, never decides. "
            "A field that is not listed is not known, and rules that need it are not checked.",
            style="dim",
        )
    )
