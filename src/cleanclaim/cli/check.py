"""``cleanclaim check``: files in, findings out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanclaim.cli.output import as_json_text, choice, day, emit, errors

if TYPE_CHECKING:
    from cleanclaim.engine.report import Report

FORMATS = ("text", "json", "jsonl")
_STANDARD_INPUT = "/dev/stdin"


def check(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help="Files to check: an 837P, a CSV of service lines, JSON visits; - is standard input. Files named "
            "together are read together: minutes join the claims they belong to.",
        ),
    ],
    output: Annotated[
        str, typer.Option("--format", metavar="text|json|jsonl", help="Write text, one JSON document, or JSON lines.")
    ] = "text",
    payer: Annotated[str | None, typer.Option(metavar="NAME", help="Payer of the rows that name none.")] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Configuration; cleanclaim.toml here by default.")
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="What other headers mean: a mapping file, or extract for a charge extract."),
    ] = None,
    as_of: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Day of the check; today by default.")] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="End with 0 also when there are findings.")] = False,
) -> None:
    """Check claims and visits; print findings by claim, then a summary and what was not checked.

    Ends with 0 when clean or advice only, 1 with findings or rows that could not be read, 2 when it could not run.
    """
    with errors(as_json=output in FORMATS[1:]):
        choice(output, "--format", FORMATS)
        today = day(as_of, "--as-of")
        from cleanclaim import app

        with _progress(quiet=output != "text") as progress:
            report = app.check(
                [_STANDARD_INPUT if path == "-" else path for path in paths],
                config=config or _local_config(),
                payer=payer,
                as_of=today,
                mapping=mapping,
                progress=progress,
            )
        _write(report, output)
    raise typer.Exit(0 if exit_zero else report.exit_code)


def _local_config() -> Path | None:
    here = Path("cleanclaim.toml")
    return here if here.is_file() else None


def _write(report: Report, output: str) -> None:
    if output == "json":
        emit(report.as_dict())
    elif output == "jsonl":
        for line in _lines(report):
            sys.stdout.write(line + "\n")
    else:
        from cleanclaim.cli.render import print_report

        print_report(report)


def _lines(report: Report) -> Iterator[str]:
    for kind, rows in (
        ("finding", report.messages()),
        ("not_checked", iter(report.gaps())),
        ("unreadable", iter(report.unread())),
        ("summary", iter([report.summary()])),
    ):
        for row in rows:
            yield as_json_text({"kind": kind, **row})


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
