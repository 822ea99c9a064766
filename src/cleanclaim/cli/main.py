"""The command ``cleanclaim``. Thin: parse the request, call the engine, render."""

from __future__ import annotations

import os
import sys

import typer

from cleanclaim.cli import check, reference, visit

app = typer.Typer(
    name="cleanclaim",
    help="Check outpatient therapy visits and claims: units, pair edits, maximums, modifiers, identity.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("check")(check.check)
app.command("units")(visit.units)
app.command("price")(visit.price)
app.command("code")(reference.code)
app.command("pairs")(reference.pairs)
app.command("rules")(reference.rules)
app.command("payers")(reference.payers)


@app.callback(invoke_without_command=True)
def _version(
    version: bool = typer.Option(False, "--version", help="Print the version and end."),
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"cleanclaim {installed('cleanclaim')}")
        raise typer.Exit


def run() -> None:
    """Run the command line; a closed pipe or Ctrl-C ends it quietly."""
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run()
