"""``cleanclaim x12 split`` and ``x12 resubmit``: files made of an X12 file that is there."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cleanclaim.cli.given import given
from cleanclaim.cli.output import Json, choice, emit, errors
from cleanclaim.cli.x12_write import Folder
from cleanclaim.errors import InputError
from cleanclaim.reports.words import counted, dollars, printable

File = Annotated[Path, typer.Argument(metavar="FILE", help="An X12 file, whatever its name; - for standard input.")]


def split(
    file: File,
    by: Annotated[str, typer.Option("--by", metavar="payer|claims|transaction", help="What each file is to hold.")],
    output: Folder,
    claims: Annotated[
        int | None, typer.Option("--claims", metavar="N", help="With --by claims: so many claims a file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Divide an 837 or 835 into smaller files: by payer, by transaction set, or so many claims each.

    The bytes of claims stay as they are; envelopes and control numbers are new. Unless the parts have the claims, lines
    and amounts of the whole, nothing is written.
    """
    with errors(as_json=as_json), given(file) as source:
        from cleanclaim.x12.write.split import WAYS
        from cleanclaim.x12.write.split import split as divided

        choice(by, "--by", WAYS)
        if (by == "claims") != (claims is not None):
            raise InputError("goes with --by claims, and says how many claims a file", field="--claims")
        parts = [_counted(path) for path in divided(source, by, output, claims_each=claims, name=_name(file))]
    if as_json:
        emit({"files": parts})
    else:
        for part in parts:
            _print(part)


def resubmit(
    file: File,
    claim: Annotated[
        list[str], typer.Option("--claim", metavar="NUMBER", help="Number of the claim (CLM01); may be given again.")
    ],
    payer_control: Annotated[
        list[str],
        typer.Option(
            "--payer-control", metavar="NUMBER", help="The payer's number for it (835: CLP07), one for each --claim."
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Write this new file.")],
    void: Annotated[bool, typer.Option("--void", help="Cancel the claims (8) in place of replacing them (7).")] = False,
    as_json: Json = False,
) -> None:
    """Write claims of an 837 again, alone, to replace (7) or cancel (8) what the payer has."""
    with errors(as_json=as_json), given(file) as source:
        if len(claim) != len(payer_control):
            raise InputError("give one for each --claim, in the same order", field="--payer-control")
        if len(set(claim)) < len(claim):
            raise InputError("a claim is named twice", field="--claim")
        from cleanclaim.x12.write.resubmission import resubmit as sent_again
        from cleanclaim.x12.write.split import choose

        segments = _segments(source, claim)
        content = b"".join(sent_again(source, dict(zip(segments, payer_control, strict=True)), void=void))
        now = datetime.now()  # noqa: DTZ005  (the user's own clock is meant)
        made = _counted(choose(content, _segments(content, claim), output, written_at=now))
    if as_json:
        emit({"files": [made]})
    else:
        _print(made)


def _name(file: Path) -> str:
    """Return what the parts are called after."""
    return "part.x12" if file == Path("-") else file.name


def _segments(source: Path | bytes, claims: list[str]) -> list[int]:
    """Return the numbers of the CLM segments of claims; InputError for one that is not there, or there twice."""
    from cleanclaim import x12

    places: dict[str, list[int]] = {}
    for tables in x12.iter_x12(source, kinds=("837P", "837I")):
        for name in ("claims", "facility_claims"):
            for number, segment in tables[name].select("claim_id", "segment").iter_rows():
                places.setdefault(number or "", []).append(segment)
    for claim in claims:
        found = places.get(claim, [])
        if len(found) != 1:
            told = "is not in the file" if not found else f"is in the file {len(found)} times"
            raise InputError(f"{claim} {told}", field="--claim")
    return [places[claim][0] for claim in claims]


def _counted(path: Path) -> dict[str, Any]:
    from cleanclaim import x12

    sets = x12.totals(path)["transactions"]
    sums = {name: sum(one.get(name) or 0 for one in sets) for name in ("claims", "lines", "charge_cents")}
    return {"file": str(path), "transactions": len(sets), **sums}


def _print(part: dict[str, Any]) -> None:
    typer.echo(printable(part["file"]))
    sets, claims, lines = (
        counted(part[name], word) for name, word in (("transactions", "set"), ("claims", "claim"), ("lines", "line"))
    )
    typer.echo(f"  {sets}, {claims}, {lines}, {dollars(part['charge_cents'])} charged")
