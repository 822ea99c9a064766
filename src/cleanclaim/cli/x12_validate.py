"""``cleanclaim x12 validate``: what is wrong with an X12 file, place by place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli.given import given
from cleanclaim.cli.output import Json, emit, errors
from cleanclaim.cli.target import Target
from cleanclaim.errors import InputError
from cleanclaim.reports.words import printable

if TYPE_CHECKING:
    from cleanclaim.x12.validate import Validation

NOT_ACCEPTED = 1
_SHOWN = ("level", "transaction", "loop", "segment", "position", "offset", "element", "value", "code", "message")


def validate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An X12 file, whatever its name; - for standard input.")],
    as_json: Json = False,
    level: Annotated[
        int, typer.Option("--level", metavar="N", help="Check up to this SNIP level: 1 to 5.", show_default=True)
    ] = 5,
    ta1: Annotated[
        str | None, typer.Option("--ta1", metavar="FILE", help="Write the TA1s that answer the interchanges.")
    ] = None,
    ack999: Annotated[
        str | None, typer.Option("--999", metavar="FILE", help="Write the 999s that answer the functional groups.")
    ] = None,
    status277: Annotated[
        str | None, typer.Option("--277ca", metavar="FILE", help="Write the 277CAs that answer the claims.")
    ] = None,
) -> None:
    """Validate an X12 file: 837P, 837I, 835, 999, TA1 and 277CA, at SNIP levels 1 to 5; write its acknowledgments.

    Ends with 0 where nothing is wrong, with 1 where something is, with 2 where the file cannot be opened. A problem
    shows the number of its segment in the file, its byte, and the code that a 999, TA1 or 277CA gives for it.
    """
    with errors(as_json=as_json), given(file) as source:
        if not 1 <= level <= 5:
            raise InputError("must be 1 to 5", field="--level")
        wanted = (("TA1", "--ta1", ta1), ("999", "--999", ack999), ("277CA", "--277ca", status277))
        targets = _targets(file, wanted)
        from cleanclaim.x12.validate import validate as validated

        found = validated(source, levels=range(1, level + 1))
        written = _answer(source, found, targets) if targets else None
    if as_json:
        emit(report(found) | ({"written": written} if written is not None else {}))
    else:
        _print(found)
        for kind, outcome in (written or {}).items():
            told = outcome["file"] or f"not written: {outcome['reason']}"
            typer.echo(printable(f"{kind}: {told}"))
    if not found.accepted:
        raise typer.Exit(NOT_ACCEPTED)


def _targets(file: Path, wanted: Iterable[tuple[str, str, str | None]]) -> dict[str, Target]:
    """Return the places of the answers that are asked for; InputError where one cannot be written."""
    targets = {}
    for kind, option, name in wanted:
        if name is None:
            continue
        if name == "-":
            raise InputError("name a file: the problems are on standard output", field=option)
        targets[kind] = Target(name, option)
        targets[kind].check([file], binary=True)
        if len({target.path for target in targets.values()}) < len(targets):
            raise InputError(f"{name} is the place of another answer; name one file for each", field=option)
    return targets


def _answer(source: Path | bytes, found: Validation, targets: dict[str, Target]) -> dict[str, dict[str, str | None]]:
    """Write the answers; return for each kind its file, or why there is none."""
    from datetime import datetime

    from cleanclaim.x12.write import control
    from cleanclaim.x12.write.answers import answers

    numbers = iter(lambda: control.take().interchange, None)
    made = answers(source, found, datetime.now(), numbers, list(targets))  # noqa: DTZ005  (the clock of the place)
    outcome: dict[str, dict[str, str | None]] = {}
    for kind, target in targets.items():
        if kind in made.files:
            with target.opened() as stream:
                stream.write(made.files[kind])
        outcome[kind] = {"file": str(target.path) if kind in made.files else None, "reason": made.reasons.get(kind)}
    return outcome


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
        at = f"{element}{value}: " if element or value else ""
        typer.echo(printable(f"{where}: level {problem['level']}: {at}{problem['message']}{code}"))
    if found.more:
        typer.echo(f"and {found.more:,} problems more")
    sets = found.transactions
    unread = sets["kind"].null_count()
    counted = f"{sets.height:,} transaction set{'' if sets.height == 1 else 's'}"
    refused = int((~sets["accepted"]).sum())
    tail = f", {unread:,} of a kind that is not validated" if unread else ""
    verdict = "accepted" if found.accepted else "not accepted"
    typer.echo(f"{counted}, {refused:,} with problems{tail}: {verdict}")
