"""``cleanclaim units`` and ``cleanclaim price``: one visit in, units or amounts out, with the steps."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cleanclaim.cli.layout import paragraph, show
from cleanclaim.cli.output import Json, emit, errors, read_request
from cleanclaim.reports.words import counted, dollars

Request = Annotated[str, typer.Argument(metavar="FILE", help="File with the visit as JSON; - is standard input.")]


def units(request: Request, as_json: Json = False) -> None:
    """Turn the minutes of one visit into units and modifiers, step by step.

    The input names a payer (or a method: cms, ama, hybrid, cms_or_ama, whole_15, nearest_15, per_visit), the date, the
    discipline and the services with their minutes and who gave them.
    """
    with errors(as_json=as_json):
        from cleanclaim.engine.units import allocate_visit

        result = allocate_visit(read_request(request))
    if as_json:
        emit(result)
        return
    for line in result["lines"]:
        show((f"{line['code']:<6} {_number(line['units']):>3}  {' '.join(line['modifiers'])}".rstrip(), "bold"))
    show(f"{_counted(result['total_timed_minutes'], 'timed minute')}, {_counted(result['total_units'], 'timed unit')}")
    for tie in result["ties"]:
        paragraph(f"Tie: {' and '.join(tie['codes'])} may share {counted(tie['units'], 'unit')} as the clinic chooses.")
    _steps(result["steps"])
    _not_checked(result["not_checked"])


def price(request: Request, as_json: Json = False) -> None:
    """Price one visit at the fee schedule, with the multiple-procedure reduction, step by step."""
    with errors(as_json=as_json):
        from cleanclaim.engine.pricing import price_visit

        result = price_visit(read_request(request))
    if as_json:
        emit(result)
        return
    for line in result["lines"]:
        show((f"{line['code']:<6} {_number(line['units']):>3}  {dollars(line['allowed_cents'])}", "bold"))
        _steps(line["steps"])
    allowed, whole = dollars(result["allowed_cents"]), dollars(result["without_reduction_cents"])
    show((f"Allowed {allowed}; without the reduction {whole}", "bold"))
    _not_checked(result["not_checked"])


def _number(value: float | None) -> str:
    if value is None:
        return "?"
    return f"{int(value):,}" if value == int(value) else f"{value:g}"


def _counted(value: int | None, noun: str) -> str:
    return f"? {noun}s" if value is None else counted(value, noun)


def _steps(steps: list[dict[str, Any]]) -> None:
    for number, step in enumerate(steps, 1):
        paragraph(step["text"], indent=5, lead=f"{number:>3}. ")
        if step.get("cite"):
            paragraph(f"[{step['cite']}]", indent=5, style="dim")


def _not_checked(entries: list[Any]) -> None:
    for entry in entries:
        paragraph(f"Not checked: {entry['reason'] if isinstance(entry, dict) else entry}")
