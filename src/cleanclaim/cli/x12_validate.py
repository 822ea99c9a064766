"""``cleanclaim x12 validate``: what is wrong with an X12 file, place by place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli.output import Json, emit, errors
from cleanclaim.errors import InputError
from cleanclaim.reports.words import printable

if TYPE_CHECKING:
    from cleanclaim.x12.validate import Validation

NOT_ACCEPTED = 1
_SHOWN = ("level", "transaction", "loop", "segment", "position", "offset", "element", "value", "code", "message")


def validate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An X12 file, whatever its name.")],
    as_json: Json = False,
    level: Annotated[
        int, typer.Option("--level", metavar="N", help="Check up to this SNIP level: 1 to 5.", show_default=True)
    ] = 5,
) -> None:
    """Validate an X12 file: 837P, 837I, 835, 999, TA1 and 277CA, at SNIP levels 1 to 5.

    Ends with 0 where nothing is wrong, with 1 where something is, with 2 where the file cannot be opened. A problem
    shows the number of its segment in the file, its byte, and the code that a 999, TA1 or 277CA gives for it.
    """
    with errors(as_json=as_json):
        if not 1 <= level <= 5:
            raise InputError("must be 1 to 5", field="--level")
        from cleanclaim.x12.validate import validate as validated

        found = validated(file, levels=range(1, level + 1))
    if as_json:
        emit(report(found))
    else:
        _print(found)
    if not found.accepted:
        raise typer.Exit(NOT_ACCEPTED)


def report(found: Validation) -> dict[str, Any]:
    """Return a validation as ``x12 validate --json`` writes it: problems in the order of the file, and the verdict."""
    return {"problems": found.problems.select(_SHOWN).to_dicts(), "accepted": found.accepted}


def _print(found: Validation) -> None:
    for problem in found.problems.iter_rows(named=True):
        element = problem["element"] or problem["segment"] or ""
        where = " ".join(
            part
            for part in (
                f"segment {problem['position']}",
                f"byte {problem['offset']}" if problem["offset"] is not None else "",
                f"transaction {problem['transaction']}" if problem["transaction"] is not None else "",
                f"loop {problem['loop']}" if problem["loop"] else "",
            )
            if part
        )
        value = f" {problem['value']!r}" if problem["value"] else ""
        code = f" [{problem['code']}]" if problem["code"] else ""
        typer.echo(printable(f"{where}: level {problem['level']}: {element}{value}: {problem['message']}{code}"))
    if found.more:
        typer.echo(f"and {found.more:,} problems more")
    sets = found.transactions
    unread = sets["kind"].null_count()
    counted = f"{sets.height:,} transaction set{'' if sets.height == 1 else 's'}"
    refused = int((~sets["accepted"]).sum())
    tail = f", {unread:,} of a kind that is not validated" if unread else ""
    verdict = "accepted" if found.accepted else "not accepted"
    typer.echo(f"{counted}, {refused:,} with problems{tail}: {verdict}")
