"""``cleanclaim x12``: what an X12 file holds, counted or segment by segment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cleanclaim.cli.given import given
from cleanclaim.cli.output import Json, emit, errors
from cleanclaim.cli.paper import paper, read
from cleanclaim.cli.x12_divide import resubmit, split
from cleanclaim.cli.x12_validate import validate
from cleanclaim.cli.x12_write import write

app = typer.Typer(
    name="x12",
    help="Look into X12 files (837P, 837I, 835, 999, 997, TA1, 277CA), and write 837 claims.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("validate")(validate)
app.command("read")(read)
app.command("paper")(paper)
app.command("write")(write)
app.command("split")(split)
app.command("resubmit")(resubmit)
File = Annotated[Path, typer.Argument(metavar="FILE", help="An X12 file, whatever its name; - for standard input.")]


@app.command("totals")
def totals(file: File, as_json: Json = False) -> None:
    """Count what a file holds: transaction sets with their claims, lines, charges, payments and adjustments.

    Places that could not be read are listed; a file that is no X12 ends with 2.
    """
    with errors(as_json=as_json), given(file) as source:
        from cleanclaim import x12

        counted = x12.totals(source)
    if as_json:
        emit(counted)
    else:
        from cleanclaim.cli.x12_pages import print_totals

        print_totals(counted)


@app.command("show")
def show(
    file: File,
    whole: Annotated[bool, typer.Option("--open", help="Show the segments of every claim.")] = False,
    claim: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Show only the claims of this number (CLM01, CLP01), opened.")
    ] = None,
) -> None:
    """Show a file segment by segment, indented by its loops; claims are folded to a line each.

    What the file says of patients is shown too.
    """
    with errors(as_json=False), given(file) as source:
        from cleanclaim.cli.x12_pages import print_segments

        print_segments(source, opened=whole, claim=claim)
