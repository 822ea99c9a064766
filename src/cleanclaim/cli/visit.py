"""``cleanclaim units`` and ``cleanclaim price``: one visit in, units or amounts out, with the steps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli import options, services
from cleanclaim.cli.layout import paragraph, show
from cleanclaim.cli.output import Json, emit, errors, local_config
from cleanclaim.reports.words import counted, dollars

if TYPE_CHECKING:
    from cleanclaim.config import Config

Minutes = Annotated[
    list[str],
    typer.Argument(
        metavar="CODE=MINUTES...|FILE",
        help="The services, such as 97530=24 97110=12:PTA; or a file with the visit as JSON, - for standard input.",
    ),
]
Units = Annotated[
    list[str],
    typer.Argument(
        metavar="CODE=UNITS...|FILE",
        help="The services, such as 97530=2 97110=1; or a file with the visit as JSON, - for standard input.",
    ),
]


def units(
    visit: Minutes,
    payer: services.Payer = None,
    method: services.Method = None,
    by: services.By = None,
    on: services.On = None,
    discipline: services.Discipline = None,
    setting: services.Setting = None,
    config: options.Config = None,
    as_json: Json = False,
) -> None:
    """Turn the minutes of one visit into units and modifiers, step by step.

    Name a payer or a method, and who gave the services: each may have its own giver (97110=12:PTA).
    """
    asked_by = {"payer": payer, "method": method, "by": by, "on": on, "discipline": discipline, "setting": setting}
    with errors(as_json=as_json), services.request(visit, "minutes", asked_by) as asked:
        from cleanclaim.engine.units import allocate_visit

        result = allocate_visit(asked, config=_settings(config))
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


def price(
    visit: Units,
    payer: services.Payer = None,
    on: services.On = None,
    locality: services.Locality = None,
    config: options.Config = None,
    as_json: Json = False,
) -> None:
    """Price one visit: what is allowed, what the payer pays and the patient owes, step by step.

    A file of JSON may say more of it: modifiers and charges, geographic indices, what is left of the deductible.
    """
    asked_by = {"payer": payer, "on": on, "locality": locality}
    with errors(as_json=as_json), services.request(visit, "units", asked_by) as asked:
        from cleanclaim.engine.pricing import price_visit

        result = price_visit(asked, config=_settings(config))
    if as_json:
        emit(result)
        return
    for line in result["lines"]:
        show((f"{line['code']:<6} {_number(line['units']):>3}  {dollars(line['allowed_cents'])}", "bold"))
        _steps([*line["steps"], *line["payment_steps"]])
    allowed, whole = dollars(result["allowed_cents"]), dollars(result["without_reduction_cents"])
    show((f"Allowed {allowed}; without the reduction {whole}", "bold"))
    if result["payer_cents"] is not None:
        payer_part, patient_part = dollars(result["payer_cents"]), dollars(result["patient_cents"])
        show((f"The payer pays {payer_part}, the patient {patient_part}", "bold"))
    _not_checked(result["not_checked"])


def _settings(config: Path | None) -> Config | None:
    """Return the configuration that is named, else the one of the current folder, else none."""
    place = config or local_config()
    if place is None:
        return None
    from cleanclaim.config import Config

    return Config.load(place)


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
