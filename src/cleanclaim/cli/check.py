"""``cleanclaim check``: files in, findings out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cleanclaim.cli.output import emit, errors
from cleanclaim.dated import as_day

if TYPE_CHECKING:
    from cleanclaim.engine.report import Report


class Format(StrEnum):
    """What the findings are written as."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


def check(
    paths: list[Path] = typer.Argument(
        help="Files to check: an 837P, a CSV of service lines, JSON visits. Files named together are read together: "
        "minutes join the claims they belong to."
    ),
    output: Format = typer.Option(Format.TEXT, "--format", help="Write text, one JSON document, or JSON lines."),
    payer: str | None = typer.Option(None, "--payer", help="Payer of the rows that name none."),
    config: Path | None = typer.Option(None, "--config", help="Configuration; cleanclaim.toml here by default."),
    mapping: str | None = typer.Option(
        None, "--mapping", help="What other headers mean: a mapping file, or 'extract' for a charge extract."
    ),
    as_of: str | None = typer.Option(None, "--as-of", help="Day of the check, YYYY-MM-DD; today by default."),
    exit_zero: bool = typer.Option(False, "--exit-zero", help="End with 0 also when there are findings."),
) -> None:
    """Check claims and visits; print findings by claim, then a summary and what was not checked.

    Ends with 0 when clean or advice only, 1 with findings or rows that could not be read, 2 when it could not run.
    """
    as_json = output is not Format.TEXT
    with errors(as_json=as_json):
        from cleanclaim import app

        with _progress(quiet=as_json) as progress:
            report = app.check(
                [str(p) for p in paths],
                config=config or _local_config(),
                payer=payer,
                as_of=_day(as_of),
                mapping=mapping,
                progress=progress,
            )
    if output is Format.JSON:
        emit(report.as_dict())
    elif output is Format.JSONL:
        for line in _lines(report):
            sys.stdout.write(line + "\n")
    else:
        from cleanclaim.cli.render import print_report

        print_report(report)
    raise typer.Exit(0 if exit_zero else report.exit_code)


def _local_config() -> Path | None:
    here = Path("cleanclaim.toml")
    return here if here.is_file() else None


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    return as_day(text, "--as-of")


def _lines(report: Report) -> Iterator[str]:
    for kind, rows in (
        ("finding", report.messages()),
        ("not_checked", iter(report.gaps())),
        ("unreadable", iter(report.unread())),
        ("summary", iter([report.summary()])),
    ):
        for row in rows:
            yield json.dumps({"kind": kind, **row}, ensure_ascii=False, default=str)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """Show how many lines are checked, and how fast, while a person watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} lines checked"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("check", total=None)
        yield lambda lines: shown.update(task, completed=lines)
