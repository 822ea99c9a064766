"""``cleanclaim appeal``: the packet that goes with an appeal of one claim, as a PDF; refused where it isn't honest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli import denied, options
from cleanclaim.cli.output import Json, emit, errors, local_config
from cleanclaim.cli.target import Target
from cleanclaim.errors import InputError
from cleanclaim.reports.words import counted, printable

if TYPE_CHECKING:
    from cleanclaim.rework import Worked
    from cleanclaim.rework.appeal import Appeal


def appeal(
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="Number of the denied claim, as it was sent.")],
    claims: Annotated[
        list[str],
        typer.Option("--claims", metavar="FILE", help="The claims, and the minutes beside them; may be given again."),
    ],
    remit: Annotated[
        list[str], typer.Option("--remit", metavar="FILE", help="The remittances (835); may be given again.")
    ],
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="The PDF to write.")] = None,
    patients: Annotated[
        Path | None,
        typer.Option("--patients", metavar="FILE", help="Patients and coverage; without it the name stays blank."),
    ] = None,
    payer: options.Payer = None,
    config: options.Config = None,
    mapping: options.Mapping = None,
    as_of: options.AsOf = None,
    as_json: Json = False,
) -> None:
    """Write what goes with an appeal: the claim, minutes, rules, the denial, its last day, and records to attach.

    It states facts; what a person must say or sign is left blank. Refused, with the reason, where an appeal isn't
    honest: where the claim as sent has the fault, or what the appeal would rest on is not recorded. Needs the extra
    ``letters``.
    """
    with errors(as_json=as_json):
        if output in (None, "-"):
            raise InputError("name the PDF to write", field="--output")
        target, chosen = Target(output), config or local_config()
        target.check([*claims, *remit, patients, chosen, mapping], binary=True)
        from cleanclaim.letters import packet_pdf
        from cleanclaim.rework.appeal import appeal as made_of

        work = denied.worked(remit, claims, config=chosen, payer=payer, mapping=mapping, as_of=as_of)
        made = made_of(work, claim, patient=_patient(work, claim, patients))
        pdf = packet_pdf(made.packet)
        with target.opened() as stream:
            stream.write(pdf)
    emit(_as_dict(made, str(output))) if as_json else _print(made, str(output))


def _patient(work: Worked, claim: str, patients: Path | None) -> dict[str, str | None] | None:
    if patients is None:
        return None
    from cleanclaim.rework.appeal import named_in

    return named_in(work, claim, patients)


def _as_dict(made: Appeal, path: str) -> dict[str, Any]:
    return {
        "file": path,
        "lines": list(made.lines),
        "left_out": [{"line": number, "because": because} for number, because in made.left_out],
        "appeal_by": made.appeal_by.isoformat() if made.appeal_by else None,
        "passed": made.passed,
    }


def _print(made: Appeal, path: str) -> None:
    typer.echo(printable(path))
    lines = ", ".join(str(number) for number in made.lines)
    typer.echo(f"  appeals {counted(len(made.lines), 'line')}: {lines}")
    for number, because in made.left_out:
        typer.echo(printable(f"  left out, line {number}: {because}"))
    last = "the payer's limit is not known" if made.appeal_by is None else f"last day {made.appeal_by}"
    typer.echo(f"  {last}{', which has passed' if made.passed else ''}; fill in the marked blanks and sign")
