"""``cleanclaim due``: what comes due of plans of care, progress reports and authorizations, before it is missed."""

from __future__ import annotations

import csv
import re
import sys
from typing import Annotated, Any

import typer

from cleanclaim.cli import options
from cleanclaim.cli.layout import show, table
from cleanclaim.cli.output import Json, choice, day, emit, errors, local_config, named
from cleanclaim.errors import InputError

FORMATS = ("text", "json", "csv")
_COLUMNS = ("due", "left", "overdue", "kind", "id", "who", "what", "pack", "discipline", "file", "line")
_SPAN = re.compile(r"(\d{1,3})([dw]?)").fullmatch
_LONGEST = 366

Within = Annotated[
    str, typer.Option(metavar="DAYS", help="How far ahead to look: days, such as 14d, or weeks, such as 2w.")
]
Visits = Annotated[
    int, typer.Option(min=0, max=99, metavar="N", help="Show reports and authorizations with at most N visits left.")
]
Form = Annotated[str, typer.Option("--format", metavar="|".join(FORMATS), help="Write text, JSON or a table as CSV.")]


def due(
    paths: options.Paths,
    episodes: options.Episodes = None,
    progress_reports: options.ProgressReports = None,
    authorizations: options.Authorizations = None,
    within: Within = "14d",
    visits: Visits = 3,
    payer: options.Payer = None,
    config: options.Config = None,
    mapping: options.Mapping = None,
    as_of: options.AsOf = None,
    form: Form = "text",
    as_json: Json = False,
) -> None:
    """List the certifications, recertifications, progress reports and authorizations that come due.

    Ends with 0 when nothing is overdue, 1 when something is or a row could not be read, 2 when it could not run.
    """
    form = "json" if as_json else form
    with errors(as_json=form == "json"):
        choice(form, "--format", FORMATS)
        records = options.records(episodes, progress_reports, authorizations)
        if records is None:
            raise InputError("name a file of plans of care or of authorizations", field="--episodes, --authorizations")
        from cleanclaim.intake.content import STANDARD_INPUT_PATH
        from cleanclaim.upcoming import upcoming

        found = upcoming(
            [str(STANDARD_INPUT_PATH) if path == "-" else path for path in named(paths)],
            records,
            config=config or local_config(),
            payer=payer,
            as_of=day(as_of, "--as-of"),
            mapping=mapping,
            within_days=_days(within),
            visits=visits,
        )
    _WRITERS[form](found)
    raise typer.Exit(int(bool(found["unreadable"]) or any(task["overdue"] for task in found["due"])))


def _days(text: str) -> int:
    """Return the days in a span such as 14d, 14 or 2w; InputError for anything else."""
    span = _SPAN(text.strip().lower())
    days = int(span[1]) * (7 if span[2] == "w" else 1) if span else _LONGEST + 1
    if days > _LONGEST:
        raise InputError("write days such as 14d, or weeks such as 2w, up to a year", field="--within")
    return days


def _print(found: dict[str, Any]) -> None:
    tasks = found["due"]
    if tasks:
        rows = [(_when(task), task["kind"], task["id"], _place(task), task["who"], task["what"]) for task in tasks]
        table(("due", "kind", "plan or number", "place", "who", "what"), rows)
    else:
        show("Nothing comes due.")
    for row in found["unreadable"]:
        place = ", ".join(str(part) for part in (row["file"], row["line"] or row["segment"], row["column"]) if part)
        show(f"Could not be read: {place}: {row['message']}")
    for note in found["notes"]:
        show((f"Note: {note}", "dim"))


def _when(task: dict[str, Any]) -> str:
    late = "overdue, " if task["overdue"] else ""
    if task["due"] is not None:
        return f"{late}{task['due']}"
    left: int = task["left"]
    if left < 0:
        return f"overdue by {-left} visit{'' if left == -1 else 's'}"
    return "by the last visit" if left == 0 else f"in {left} visit{'' if left == 1 else 's'}"


def _place(task: dict[str, Any]) -> str:
    return f"{task['file']}:{task['line']}"


def _write_csv(found: dict[str, Any]) -> None:
    from cleanclaim.reports.comma import cell

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([_cell(task[name], cell) for name in _COLUMNS] for task in found["due"])


def _cell(value: Any, cell: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else cell(value)


_WRITERS = {"text": _print, "json": emit, "csv": _write_csv}
