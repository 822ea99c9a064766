"""``cleanclaim units`` and ``cleanclaim price``: one visit in, units or amounts out, with the steps."""

from __future__ import annotations

from typing import Any

import typer

from cleanclaim.cli.output import emit, errors, read_request

_REQUEST = typer.Argument(help="File with the visit as JSON; - reads standard input.")
_JSON = typer.Option(False, "--json", help="Write JSON instead of text.")


def units(request: str = _REQUEST, as_json: bool = _JSON) -> None:
    """Turn the minutes of one visit into units and modifiers, step by step.

    The input names a payer (or a method: cms, ama, hybrid, whole_15, nearest_15, per_visit), the date, the discipline
    and the services with their minutes and who gave them.
    """
    with errors(as_json=as_json):
        from cleanclaim.engine.units import allocate_visit

        result = allocate_visit(read_request(request))
    if as_json:
        emit(result)
        return
    for line in result["lines"]:
        typer.echo(f"{line['code']:<6} {_number(line['units']):>3}  {' '.join(line['modifiers'])}")
    typer.echo(f"{_number(result['total_timed_minutes'])} timed minutes, {_number(result['total_units'])} timed units")
    _steps(result["steps"])
    _not_checked(result["not_checked"])


def price(request: str = _REQUEST, as_json: bool = _JSON) -> None:
    """Price one visit at the fee schedule, with the multiple-procedure reduction, step by step."""
    with errors(as_json=as_json):
        from cleanclaim.engine.pricing import price_visit

        result = price_visit(read_request(request))
    if as_json:
        emit(result)
        return
    for line in result["lines"]:
        typer.echo(f"{line['code']:<6} {_number(line['units']):>3}  {dollars(line['allowed_cents'])}")
        _steps(line["steps"])
    typer.echo(
        f"Allowed {dollars(result['allowed_cents'])}; "
        f"without the reduction {dollars(result['without_reduction_cents'])}"
    )
    _not_checked(result["not_checked"])


def dollars(cents: int | None) -> str:
    """Return cents as dollars.

    >>> dollars(123456)
    '$1,234.56'
    """
    if cents is None:
        return "not known"
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def _number(value: Any) -> str:
    return "?" if value is None else f"{value:g}"


def _steps(steps: list[dict[str, Any]]) -> None:
    for number, step in enumerate(steps, 1):
        typer.echo(f"  {number}. {step['text']}")
        if step.get("cite"):
            typer.echo(f"     [{step['cite']}]")


def _not_checked(entries: list[Any]) -> None:
    for entry in entries:
        typer.echo(f"Not checked: {entry['reason'] if isinstance(entry, dict) else entry}")
