"""``cleanclaim x12 paper`` and ``x12 read``: claims on preprinted forms, and claims that a person can read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli.given import given, shown_name
from cleanclaim.cli.output import Json, emit, errors
from cleanclaim.cli.target import Target
from cleanclaim.errors import InputError
from cleanclaim.reports.words import counted, printable

if TYPE_CHECKING:
    from cleanclaim.paper import Notice, Printed

COULD_NOT_READ = 1
_SHOWN_NOTICES = 40
Number = Annotated[str | None, typer.Option(metavar="NUMBER", help="Only the claims of this number (CLM01, CLP01).")]


def paper(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="An 837 file, whatever its name; - for standard input.")
    ] = None,
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="The PDF to write.")] = None,
    claim: Number = None,
    kind: Annotated[
        str | None,
        typer.Option(metavar="FORM", help="Print only claims that go on this form: cms1500 or ub04."),
    ] = None,
    form: Annotated[
        Path | None,
        typer.Option(metavar="PDF", help="Your own blank form, to lay the data over; without it, data only."),
    ] = None,
    alignment: Annotated[
        str | None,
        typer.Option(metavar="FORM", help="Print no claim but a page to set the printer by: cms1500 or ub04."),
    ] = None,
    offset_x: Annotated[float, typer.Option(metavar="INCHES", help="Move all text right, or left below 0.")] = 0.0,
    offset_y: Annotated[float, typer.Option(metavar="INCHES", help="Move all text down, or up below 0.")] = 0.0,
    as_json: Json = False,
) -> None:
    """Print claims of an 837 on CMS-1500 (02/12) or UB-04: a PDF of the data alone, for preprinted forms.

    What did not fit in its box, and what the claim does not say, is listed. Ends with 1 where a place of the file could
    not be read, which may have been a part of a claim. Needs the extra ``paper``.
    """
    with errors(as_json=as_json):
        if (file is None) == (alignment is None):
            raise InputError("name an 837 file, or with --alignment a form and no file")
        from cleanclaim.paper import alignment_pdf, overlay_pdf, print_claims

        target = _target(output, [file, form])
        offset = (offset_x, offset_y)
        if file is None:
            pdf, printed = alignment_pdf(alignment or "", offset=offset), None
        else:
            with given(file) as source:
                printed = print_claims(source, kind=kind, claim=claim)
            pdf = overlay_pdf(printed, blank=form, offset=offset)
        with target.opened() as stream:
            stream.write(pdf)
    if printed is not None:
        emit(report(printed)) if as_json else _print(printed)
        if printed.unread:
            raise typer.Exit(COULD_NOT_READ)


def read(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="An 837 or 835 file, whatever its name; - for standard input.")
    ],
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="The page to write.")] = None,
    claim: Number = None,
) -> None:
    """Write claims in plain words as a page of HTML, each beside its X12, segment by segment.

    The page shows what the file says of patients.
    """
    with errors(as_json=False), given(file) as source:
        from cleanclaim.paper import reading_parts

        target = _target(output, [file])
        with target.opened() as stream:
            for part in reading_parts(source, shown_name(file), claim=claim):
                # half a character, which a damaged file may hold, has no encoding
                stream.write(part.encode("utf-8", errors="backslashreplace"))


def report(printed: Printed) -> dict[str, Any]:
    """Return what was printed as ``x12 paper --json`` tells it: form, claims, pages, notices, unread places."""
    return {
        "form": printed.form.name,
        "claims": printed.claims,
        "pages": len(printed.pages),
        "notices": [
            {"claim": n.claim, "segment": n.segment, "page": n.page, "item": n.item, "message": n.message}
            for n in printed.notices
        ],
        "unread": [{"segment": segment, "message": message} for segment, message in printed.unread],
    }


def _target(output: str | None, read_from: list[Path | None]) -> Target:
    if output in (None, "-"):
        raise InputError("name the file to write; it holds what the claims say of patients", field="--output")
    target = Target(output)
    target.check(read_from, binary=True)
    return target


def _print(printed: Printed) -> None:
    pages = counted(len(printed.pages), "page")
    typer.echo(f"{counted(printed.claims, 'claim')} on {pages} of form {printed.form.title}")
    if printed.unread:
        typer.echo("Could not be read, and is not on the paper:")
        for segment, message in printed.unread[:_SHOWN_NOTICES]:
            typer.echo(printable(f"  segment {segment}: {message}"))
        if len(printed.unread) > _SHOWN_NOTICES:
            typer.echo(f"  and {counted(len(printed.unread) - _SHOWN_NOTICES, 'more place')}; --json lists them all")
    alike: dict[tuple[str, str], list[Notice]] = {}
    for notice in printed.notices:
        alike.setdefault((notice.item, notice.message), []).append(notice)
    for (item, message), notices in list(alike.items())[:_SHOWN_NOTICES]:
        first = notices[0]
        where = f"claim {first.claim}, page {first.page}, segment {first.segment}"
        more = f", and {counted(len(notices) - 1, 'claim')} more" if len(notices) > 1 else ""
        typer.echo(printable(f"  item {item}: {message} ({where}{more})"))
    if len(alike) > _SHOWN_NOTICES or any(len(notices) > 1 for notices in alike.values()):
        typer.echo("  --json lists every notice with its claim")
