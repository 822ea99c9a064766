"""The command ``cleanclaim``. Thin: parse the request, call the engine, render."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys

import typer

from cleanclaim.cli import (
    appeal,
    check,
    data,
    diff,
    due,
    init,
    ledger,
    note,
    payers,
    reference,
    remit,
    report,
    rule,
    thresholds,
    visit,
    x12,
)
from cleanclaim.cli.completion import mend_bash_words
from cleanclaim.cli.output import COULD_NOT_RUN, warn

app = typer.Typer(
    name="cleanclaim",
    help="Check outpatient therapy visits and claims: units, pair edits, maximums, modifiers, identity.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("check")(check.check)
app.command("init")(init.init)
app.command("diff")(diff.diff)
app.command("due")(due.due)
app.command("units")(visit.units)
app.command("price")(visit.price)
app.command("note")(note.note)
app.command("thresholds")(thresholds.thresholds)
app.command("code")(reference.code)
app.command("pairs")(reference.pairs)
app.command("rule")(rule.rule)
app.command("rules")(rule.rules)
app.command("remit")(remit.remit)
app.command("report")(report.report)
app.command("appeal")(appeal.appeal)
app.add_typer(payers.app)
app.add_typer(data.app)
app.add_typer(x12.app)
app.add_typer(ledger.app)


@app.callback(invoke_without_command=True)
def _version(
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"cleanclaim {installed('cleanclaim')}")
        raise typer.Exit


class _Notices(logging.Handler):
    """Writes what the library has to say, such as that it compiles something first, as lines on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        warn(record.getMessage())


def run() -> None:
    """Run the command line as a good citizen of a pipe: it ends when its reader does, and prints any character."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    told = logging.getLogger("cleanclaim")
    told.addHandler(_Notices())
    told.setLevel(logging.INFO)
    if "_CLEANCLAIM_COMPLETE" in os.environ:
        mend_bash_words(os.environ)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            app(prog_name="cleanclaim")
        finally:
            sys.stdout.flush()
    except OSError as error:
        # a full disk is no finding; what is left in the buffer must not be tried again
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        warn(f"{error.filename or 'standard output'}: {(error.strerror or str(error)).lower()}")
        sys.exit(COULD_NOT_RUN)


if __name__ == "__main__":
    run()
