"""``cleanclaim code`` and ``pairs``: what is published."""

from __future__ import annotations

from typing import Annotated

import typer

from cleanclaim.cli.output import Json, choice, day, emit, errors

SETTINGS = ("practitioner", "hospital")
Code = Annotated[str, typer.Argument(metavar="CODE", help="Procedure code, such as 97530.")]
On = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Date of service; today by default.")]


def code(code: Code, on: On = None, as_json: Json = False) -> None:
    """Show the page of a procedure code: what it is, what it is not, units, edits, maximums, price, mistakes."""
    with errors(as_json=as_json):
        when = day(on, "--on")
        from cleanclaim.codes.page import code_page

        page = code_page(code, when)
    if as_json:
        emit(page)
        return
    from cleanclaim.cli.pages import print_code

    print_code(page)


def pairs(
    first: Code,
    second: Annotated[str, typer.Argument(metavar="CODE", help="The other code; their order does not matter.")],
    on: On = None,
    setting: Annotated[
        str, typer.Option(metavar="practitioner|hospital", help="Which of the two published tables.")
    ] = SETTINGS[0],
    as_json: Json = False,
) -> None:
    """Show the pair edits between two codes: which is denied, and whether a modifier may separate them."""
    with errors(as_json=as_json):
        when, which = day(on, "--on"), choice(setting, "--setting", SETTINGS)
        from cleanclaim.codes import ncci

        result = ncci.pairs(first, second, on=when, setting=which)
    if as_json:
        emit(result)
        return
    from cleanclaim.cli.tables import print_pairs

    print_pairs(first.strip().upper(), second.strip().upper(), when, which, result)
