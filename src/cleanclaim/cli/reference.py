"""``cleanclaim code``, ``pairs``, ``rules`` and ``payers``: what is published, and what the rules ask."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import typer

from cleanclaim.cli.output import emit, errors
from cleanclaim.dated import as_day

_JSON = typer.Option(False, "--json", help="Write JSON instead of text.")
_ON = typer.Option(None, "--on", help="Date of service, YYYY-MM-DD; today by default.")


class Setting(StrEnum):
    """Which of the two published pair tables is meant."""

    PRACTITIONER = "practitioner"
    HOSPITAL = "hospital"


def code(
    code: str = typer.Argument(help="Procedure code, such as 97530."),
    on: str | None = _ON,
    as_json: bool = _JSON,
) -> None:
    """Show the page of a procedure code: what it is, what it is not, units, edits, maximums, price, mistakes."""
    with errors(as_json=as_json):
        from cleanclaim.codes.page import code_page

        page = code_page(code, _day(on))
    if as_json:
        emit(page)
        return
    from cleanclaim.cli.pages import print_code

    print_code(page)


def pairs(
    first: str = typer.Argument(help="One of the two codes; their order does not matter."),
    second: str = typer.Argument(help="The other code."),
    on: str | None = _ON,
    setting: Setting = typer.Option(Setting.PRACTITIONER, "--setting", help="Which published table."),
    as_json: bool = _JSON,
) -> None:
    """Show the pair edits between two codes: which is denied, and whether a modifier may separate them."""
    with errors(as_json=as_json):
        from cleanclaim.codes import ncci

        result = ncci.pairs(first, second, on=_day(on), setting=setting.value)
    if as_json:
        emit(result)
        return
    from cleanclaim.cli.tables import print_pairs

    print_pairs(first.upper(), second.upper(), _day(on), setting.value, result)


def rules(
    text: str | None = typer.Argument(None, help="Show only rules whose id, name or title holds this."),
    as_json: bool = _JSON,
) -> None:
    """List the rules: id, severity, what each asks."""
    from cleanclaim.rules import all_rules

    wanted = (text or "").lower()
    chosen = [r for r in all_rules() if wanted in f"{r.id} {r.name} {r.title}".lower()]
    if as_json:
        emit({"rules": [_rule(r) for r in chosen]})
        return
    from cleanclaim.cli.tables import print_table

    print_table(
        ("rule", "grain", "severity", "this visit or claim has", "requirement"),
        [(r.id, r.grain.value, r.severity.value, r.name.replace("-", " "), r.title) for r in chosen],
    )


def _rule(rule: Any) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "name": rule.name,
        "title": rule.title,
        "grain": rule.grain.value,
        "severity": rule.severity.value,
        "effective": {
            "first_day": rule.effective.first.isoformat() if rule.effective.first else None,
            "last_day": rule.effective.last.isoformat() if rule.effective.last else None,
        },
        "denial": list(rule.denial),
        "inputs": list(rule.inputs),
        "fix": rule.fix.text,
        "needs": rule.fix.needs.value,
        "who": rule.fix.who.value,
        "citations": [{"document": c.document, "section": c.section, "url": c.url} for c in rule.cite],
    }


def payers(
    name: str | None = typer.Argument(None, help="Show one pack, field by field."),
    as_json: bool = _JSON,
) -> None:
    """List the payer packs, or show one pack's fields with their dates, standing and source."""
    with errors(as_json=as_json):
        from cleanclaim.codes import payers as packs

        table = packs.pack_table(packs.pack(name)) if name else packs.payer_table(date.today())  # noqa: DTZ011
    if as_json:
        emit({"fields" if name else "payers": table.to_dicts()})
        return
    from cleanclaim.cli.tables import print_pack, print_table

    if name:
        print_pack(packs.pack(name), table)
    else:
        print_table(("pack", "payer", "units", "", "filing limit", "fields by standing", "sources read"), table.rows())


def _day(text: str | None) -> date:
    if text is None:
        return date.today()  # noqa: DTZ011  (the user's own calendar day is meant)
    return as_day(text, "--on")
