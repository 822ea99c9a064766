"""``cleanclaim code``, ``pairs``, ``rules`` and ``payers``: what is published, and what the rules ask."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli.output import Json, choice, day, emit, errors

if TYPE_CHECKING:
    from cleanclaim.rules.rule import Rule

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


def rules(
    text: Annotated[
        str | None, typer.Argument(metavar="TEXT", help="Show only rules whose id, name or title holds this.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the rules: id, severity, what each asks."""
    from cleanclaim.rules import all_rules

    wanted = (text or "").lower()
    chosen = [r for r in all_rules() if wanted in f"{r.id} {r.name} {r.title}".lower()]
    if as_json:
        emit({"rules": [_rule(r) for r in chosen]})
        return
    from cleanclaim.cli.layout import paragraph
    from cleanclaim.cli.tables import print_rules

    if not chosen:
        paragraph(f"No rule has {wanted!r} in its id, name or title.")
    print_rules(chosen)


def _rule(rule: Rule) -> dict[str, Any]:
    first, last = rule.effective.first, rule.effective.last
    return {
        "rule": rule.id,
        "name": rule.name,
        "title": rule.title,
        "grain": rule.grain.value,
        "severity": rule.severity.value,
        "effective": {
            "first_day": first.isoformat() if first else None,
            "last_day": last.isoformat() if last else None,
        },
        "denial": list(rule.denial),
        "inputs": list(rule.inputs),
        "fix": rule.fix.text,
        "needs": rule.fix.needs.value,
        "who": rule.fix.who.value,
        "citations": [{"document": c.document, "section": c.section, "url": c.url} for c in rule.cite],
    }


def payers(
    name: Annotated[str | None, typer.Argument(metavar="PACK", help="Show one pack, value by value.")] = None,
    as_json: Json = False,
) -> None:
    """List the payer packs, or show one pack's values with their dates, standing and source."""
    with errors(as_json=as_json):
        from cleanclaim.codes import payers as packs

        pack = packs.pack(name.strip().lower()) if name else None
    table = packs.pack_table(pack) if pack else packs.payer_table(date.today())  # noqa: DTZ011  (the user's own day)
    if as_json:
        emit({"fields" if pack else "payers": table.to_dicts()})
        return
    from cleanclaim.cli.tables import print_pack, print_payers

    if pack:
        print_pack(pack, table)
    else:
        print_payers(table)
