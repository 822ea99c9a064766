"""``cleanclaim data``: official files brought in, how far the tables reach, what differs between two releases."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanclaim.cli.given import by_path
from cleanclaim.cli.output import Json, day, emit, errors

if TYPE_CHECKING:
    from cleanclaim.codes.imports.bring import Outcome
    from cleanclaim.codes.imports.changes import Change

app = typer.Typer(
    name="data",
    help="Keep the published tables current: import official files, see how far each reaches, compare releases.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
SHOWN = 30
"""Changes told in words, for each table; ``--json`` and ``data diff --all`` have all of them."""
PARTS = 4


@app.command("import")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Files as CMS publishes them, zipped or not; all are taken, or none."),
    ],
    release: Annotated[
        str | None, typer.Option(metavar="RELEASE", help="For a renamed file: its release, such as 2026Q4 or FY2027.")
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(metavar="practitioner|hospital|medicaid", help="For a renamed file: which table it is."),
    ] = None,
    part: Annotated[
        int | None, typer.Option(metavar="N", help="For a renamed file of pair edits: the number of the file.")
    ] = None,
    parts: Annotated[
        int, typer.Option(metavar="N", min=1, max=9, help="Files that a table of pair edits has in its quarter.")
    ] = PARTS,
    as_json: Json = False,
) -> None:
    """Import official files: check them, keep them by release, and tell what changed for therapy codes.

    A file that is cut off, of another layout or not what it is called changes nothing.
    """
    with errors(as_json=as_json):
        for file in files:
            by_path(file)
        if table is not None:
            from cleanclaim.cli.output import choice

            choice(table, "--table", ("practitioner", "hospital", "medicaid"))
        from cleanclaim.codes.imports.bring import bring
        from cleanclaim.codes.imports.official import Named

        with _progress(quiet=as_json) as progress:
            outcome = bring(files, given=Named(release, table, part), parts=parts, progress=progress)
    if as_json:
        emit(
            {
                "imported": [_imported(entry) for entry in outcome.imported],
                "already": outcome.already,
                "unused": outcome.unused,
                "waiting": outcome.waiting,
                "changes": [change.as_dict() for change in outcome.changes],
            }
        )
        return
    _print_outcome(outcome)


def _imported(entry: object) -> dict[str, object]:
    from dataclasses import asdict

    held = asdict(entry)  # type: ignore[call-overload]
    for name in ("path", "codes"):
        del held[name]
    return {**held, "table": held["table"] or None}


def _print_outcome(outcome: Outcome) -> None:
    from cleanclaim.cli.layout import paragraph, sentence
    from cleanclaim.codes.imports.changes import heading
    from cleanclaim.reports.words import counted

    for entry in outcome.imported:
        part = f", file {entry.part} of {entry.parts}" if entry.part else ""
        kept = "" if entry.rows == entry.published else f", {entry.rows:,} of them kept"
        paragraph(
            f"{sentence(heading(entry.kind, entry.table))}, {entry.release}{part}: "
            f"{counted(entry.published, 'row')}{kept} ({entry.file})"
        )
    for already in outcome.already:
        paragraph(f"In hand: {already}", indent=2, lead="")
    for unused in outcome.unused:
        paragraph(f"Not used: {unused}", indent=2, lead="")
    for waiting in outcome.waiting:
        paragraph(f"Waiting: {waiting}", indent=2, lead="")
    if not outcome.imported:
        paragraph("Nothing changed.")
    elif not outcome.changes:
        paragraph("No fact about a therapy code changed.")
    _print_changes(outcome.changes, therapy_only=True, shown=SHOWN)


def _print_changes(changes: list[Change], *, therapy_only: bool, shown: int | None) -> None:
    from cleanclaim.cli.layout import paragraph, sentence, show
    from cleanclaim.codes.imports.changes import heading
    from cleanclaim.reports.words import counted

    tables = dict.fromkeys((change.kind, change.table) for change in changes)
    for kind, table in tables:
        own = [change for change in changes if (change.kind, change.table) == (kind, table)]
        told = [change for change in own if change.therapy] if therapy_only else own
        therapy = sum(change.therapy for change in own)
        show("")
        of_therapy = f", {therapy:,} of therapy codes alone" if kind not in ("indices", "diagnoses") else ""
        paragraph(f"{sentence(heading(kind, table))}: {counted(len(own), 'change')}{of_therapy}", style="bold")
        for change in told[:shown]:
            paragraph(change.text, indent=4, lead="  ")
        if shown is not None and len(told) > shown:
            paragraph(f"... and {len(told) - shown:,} more", lead="  ")


@app.command("status")
def status(
    on: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Day to reach; today by default.")] = None,
    as_json: Json = False,
) -> None:
    """Show how far each official table reaches, what waits for more files, and which file to fetch."""
    with errors(as_json=as_json):
        when = day(on, "--on")
        from cleanclaim.codes.imports import merged, place, status

        merged.refresh()
        rows = status.reaches(when)
    if as_json:
        emit({"on": str(when), "folder": str(place.folder()), "tables": [row.as_dict() for row in rows]})
        return
    from cleanclaim.cli.layout import paragraph, sentence, show
    from cleanclaim.codes.imports.changes import heading

    for row in rows:
        paragraph(sentence(heading(row.kind, row.table)), style="bold")
        state = ("out of date", "yellow") if row.stale else ("current", "green")
        show("  ", f"through {row.through}: ", state)
        paragraph(f"shipped: {row.shipped}, through {row.shipped_through}", indent=4, lead="  ")
        for release in row.imported:
            paragraph(f"imported: {release}", indent=4, lead="  ")
        for waiting in row.waiting:
            paragraph(f"not in force: {waiting}", indent=4, lead="  ")
        if row.stale:
            paragraph(f"fetch {row.file}", indent=4, lead="  ")
            paragraph(f'from cms.gov, "{row.page}"', indent=4, lead="  ")
    show("")
    paragraph(f"Imported releases are kept in {place.folder()}. Shipped tables hold more releases in part.")


@app.command("diff")
def diff(
    before: Annotated[str, typer.Argument(metavar="RELEASE", help="A release in hand, such as 2024Q3, or shipped.")],
    after: Annotated[str, typer.Argument(metavar="RELEASE", help="The release to compare it with.")],
    every: Annotated[bool, typer.Option("--all", help="Also what names other codes than therapy codes.")] = False,
    as_json: Json = False,
) -> None:
    """Show what differs between two releases, each on its own first day; therapy codes first."""
    with errors(as_json=as_json):
        from cleanclaim.codes.imports.changes import of_labels

        found = of_labels(before, after)
    if as_json:
        chosen = found if every else [change for change in found if change.therapy]
        emit({"before": before, "after": after, "changes": [change.as_dict() for change in chosen]})
        return
    if not found:
        from cleanclaim.cli.layout import paragraph

        paragraph("No difference in the tables that these releases have in common.")
    _print_changes(found, therapy_only=not every, shown=None)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """Show which file is read, and how much is left, while a person watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("opening", total=None)
        yield lambda name, done, total: shown.update(
            task, description=name.rsplit("/", 1)[-1] or "writing", completed=done, total=total
        )
