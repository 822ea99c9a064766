"""``cleanclaim report``: what the ledger says of money, as text, CSV, workbook or page."""

from __future__ import annotations

import codecs
import shlex
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from cleanclaim.cli import completion, options
from cleanclaim.cli.layout import paragraph, show, table
from cleanclaim.cli.ledger_option import LedgerFile, opened, settings
from cleanclaim.cli.output import choice, day, errors
from cleanclaim.cli.reporting import write_printed
from cleanclaim.cli.target import Target
from cleanclaim.reports.words import dollars

if TYPE_CHECKING:
    from cleanclaim.config import Config
    from cleanclaim.posting.book import Book
    from cleanclaim.reports.money import MoneyReport

REPORTS = ("aging", "denials", "expected", "deadlines")
FORMATS = ("text", "csv", "xlsx", "html")
_MOST = 40


def report(
    which: Annotated[
        str,
        typer.Argument(metavar="|".join(REPORTS), help="What to report.", autocompletion=completion.one_of(REPORTS)),
    ],
    ledger: LedgerFile,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="|".join(FORMATS),
            help="Write text, a table, a workbook or a page with charts.",
            autocompletion=completion.one_of(FORMATS),
        ),
    ] = "text",
    output: options.Output = None,
    config: options.Config = None,
    as_of: options.AsOf = None,
) -> None:
    """Report on money in the ledger: aging, denials, expected against paid, money at risk by deadline."""
    with errors(as_json=False):
        chosen, written_as = choice(which, "REPORT", REPORTS), choice(form, "--format", FORMATS)
        target = Target(output)
        target.check([None if "://" in ledger else ledger, config], binary=written_as == "xlsx")
        on, place, told = day(as_of, "--as-of"), opened(ledger), settings(config)
        from cleanclaim.posting.book import book

        _write(_made(chosen, book(place), told, on), written_as, target)


def _made(which: str, told: Book, config: Config, on: date) -> MoneyReport:
    from cleanclaim.reports import money

    if which == "aging":
        return money.aging(told.claims, on)
    if which == "deadlines":
        return money.deadlines(told.claims, told.outcomes, config.packs, on)
    return (money.denials if which == "denials" else money.expected)(told.outcomes, on)


def _write(made: MoneyReport, form: str, target: Target) -> None:
    if form == "text":
        write_printed(lambda: _print(made), target)
        return
    with target.opened() as stream:
        _pour(made, form, stream, to_file=target.path is not None)


def _pour(made: MoneyReport, form: str, stream: BinaryIO, *, to_file: bool) -> None:
    from cleanclaim.reports.money import written

    now = datetime.now().astimezone()
    if form == "xlsx":
        written.write_workbook(made, now, stream)
        return
    if form == "csv" and to_file:
        # Excel reads a file as UTF-8 by this mark alone
        stream.write(codecs.BOM_UTF8)
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
    for part in written.csv_lines(made) if form == "csv" else written.html_parts(made, now, command):
        stream.write(part.encode("utf-8", errors="backslashreplace"))


def _print(made: MoneyReport) -> None:
    show((f"{made.title} as of {made.as_of}", "bold"))
    for words, value, note in made.sums:
        show(f"  {words}: {dollars(value) if isinstance(value, int) else value} ({note})")
    for sheet in made.sheets:
        for heading, columns, rows in sheet.parts():
            show()
            show((heading, "bold"))
            table(
                [column.heading for column in columns],
                [[c.shown(v) or None for c, v in zip(columns, row, strict=True)] for row in rows[:_MOST]],
                right=[place for place, column in enumerate(columns) if column.is_number],
            )
            if len(rows) > _MOST:
                paragraph(f"... and {len(rows) - _MOST:,} more; --format csv or xlsx has all")
            elif not rows:
                show("  none")
