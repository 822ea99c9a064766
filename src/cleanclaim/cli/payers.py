"""``cleanclaim payers``: the packs, one pack value by value, and a check of a clinic's own pack."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli import completion
from cleanclaim.cli.given import by_path
from cleanclaim.cli.output import Json, day, emit, errors, local_config
from cleanclaim.errors import UnknownPayer

if TYPE_CHECKING:
    from datetime import date

    from cleanclaim.codes.payers import Pack

HAS_PROBLEMS = 1

app = typer.Typer(
    name="payers",
    help="List the payer packs; show one, value by value; check a pack of your own.",
    invoke_without_command=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
On = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Date of service; today by default.")]


@app.callback(invoke_without_command=True)
def payers(context: typer.Context, on: On = None, as_json: Json = False) -> None:
    """List the payer packs: how each counts units and how sure that is, when a claim is late, whose it is."""
    if context.invoked_subcommand is not None:
        return
    with errors(as_json=as_json):
        when = day(on, "--on")
    from cleanclaim.codes import payers as packs

    table = packs.payer_table(when)
    if as_json:
        emit({"payers": table.to_dicts()})
        return
    from cleanclaim.cli.pack_pages import print_payers

    print_payers(table)


@app.command("show")
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="Id or other name of a pack, such as medicare or uhc; else a payer of cleanclaim.toml here.",
            autocompletion=completion.payers,
        ),
    ],
    on: On = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Show a payer of this cleanclaim.toml, your contract included.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what a pack says on a day, value by value with dates, standing and source, and what it leaves open."""
    with errors(as_json=as_json):
        shown = _page(_pack(name, config), day(on, "--on"))
    if as_json:
        emit(shown)
        return
    from cleanclaim.cli.pack_pages import print_pack

    print_pack(shown)


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A pack of your own, in the shape of a shipped one.")],
    on: On = None,
    as_json: Json = False,
) -> None:
    """Check a pack of your own: everything that is wrong with it, and the rules that stay unchecked with it.

    Ends with 0 when the pack may be used, 1 with problems, 2 when the file could not be read.
    """
    with errors(as_json=as_json):
        by_path(file)
        when = day(on, "--on")
        from cleanclaim.codes.payers.own import examine_file

        pack, problems = examine_file(file)
    shown = _page(pack, when)
    result = {
        "file": file.name,
        "pack": pack.id or None,
        "problems": [{"place": problem.field, "message": problem.message} for problem in problems],
        "not_known": shown["not_known"],
        "unchecked": shown["unchecked"],
    }
    if as_json:
        emit(result)
    else:
        from cleanclaim.cli.pack_pages import print_check

        print_check(result, when)
    raise typer.Exit(HAS_PROBLEMS if problems else 0)


def _pack(name: str, config: Path | None) -> Pack:
    from cleanclaim.codes import payers as packs

    if config is None:
        try:
            return packs.pack(name)
        except UnknownPayer:
            # a clinic asks by the name that its files write
            config = local_config()
            if config is None:
                raise
    from cleanclaim.config import Config

    return Config.load(config).pack_of(name)


def _page(pack: Pack, on: date) -> dict[str, Any]:
    """The pack's page with the rules that stay unchecked for want of a field."""
    from cleanclaim.codes import payers as packs
    from cleanclaim.engine.severity import unchecked_without
    from cleanclaim.rules import all_rules

    shown = packs.page(pack, on)
    names = {rule.id: rule.name for rule in all_rules()}
    needs = unchecked_without(entry["field"] for entry in shown["not_known"])
    shown["unchecked"] = [{"rule": id, "name": names[id], "fields": list(fields)} for id, fields in needs.items()]
    return shown
