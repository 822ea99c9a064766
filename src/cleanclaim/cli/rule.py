"""``cleanclaim rule`` and ``rules``: what a rule asks and why, with two cases that run; the list, and the search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli import completion
from cleanclaim.cli.output import Json, choice, emit, errors
from cleanclaim.errors import InputError

if TYPE_CHECKING:
    from cleanclaim.rules.rule import Rule

EXAMPLES = ("fails", "passes")


def rule(
    name: Annotated[
        str,
        typer.Argument(metavar="RULE", help="Id or name of a rule, such as U101.", autocompletion=completion.rules),
    ],
    example: Annotated[
        str | None,
        typer.Option(metavar="fails|passes", help="Write that case as visits, ready for cleanclaim check -."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Explain a rule: what it asks, why payers deny it, where it stands, two cases checked on the spot, the fix."""
    with errors(as_json=as_json or example is not None):
        from cleanclaim.engine.rule_page import rule_page

        page = rule_page(name)
        if example is not None:
            case = page["examples"].get(choice(example, "--example", EXAMPLES), {})
            if "request" not in case:
                raise InputError(f"no input brings about the case of {page['rule']} that {example}", field="--example")
            emit(case["request"])
            return
        for case in page["examples"].values():
            _run(page["rule"], case)
    if as_json:
        emit(page)
        return
    from cleanclaim.cli.rule_page import print_rule

    print_rule(page)


def _run(rule_id: str, case: dict[str, Any]) -> None:
    """Check the case now, and add what the report says of it; None where the rule finds nothing."""
    if "request" not in case:
        return
    from cleanclaim import app

    found = app.check(case["request"], as_of=case["as_of"])
    case["found"] = next((m["message"] for m in found.messages() if m["rule"] == rule_id), None)


def rules(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORDS",
            help="Show only rules with all of these words in id, name, title, message, source or denial code.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the rules, or search them: id, severity, what each asks."""
    from cleanclaim.engine.rule_page import search

    text = " ".join(words or ())
    chosen = search(text)
    if as_json:
        emit({"rules": [_listed(rule) for rule in chosen]})
        return
    from cleanclaim.cli.layout import paragraph
    from cleanclaim.cli.tables import print_rules

    if not chosen:
        paragraph(f"No rule has {text!r} in its id, name, title, message, source or denial code.")
    print_rules(chosen)


def _listed(rule: Rule) -> dict[str, Any]:
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
