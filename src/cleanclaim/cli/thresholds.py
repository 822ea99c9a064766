"""``cleanclaim thresholds``: what each patient has used of Medicare's yearly amounts, and where KX stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli import options
from cleanclaim.cli.layout import paragraph, show
from cleanclaim.cli.output import Json, emit, errors, local_config, named
from cleanclaim.errors import InputError
from cleanclaim.reports.words import counted, dollars

if TYPE_CHECKING:
    from cleanclaim.accruing import Accrued

_BUCKETS = {"pt_slp": "physical therapy and speech-language pathology", "ot": "occupational therapy"}
_FIRST_YEAR, _LAST_YEAR = 2018, 2199

Elsewhere = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="Amounts of other providers: patient_id, bucket, allowed_cents, through, source."
    ),
]
Remits = Annotated[
    list[str] | None,
    typer.Option("--remits", metavar="FILE", help="Remittances (835): what is allowed goes before what is expected."),
]
Year = Annotated[int | None, typer.Option(metavar="YYYY", help="Only this calendar year.")]


def thresholds(
    paths: options.Paths,
    elsewhere: Elsewhere = None,
    remits: Remits = None,
    year: Year = None,
    payer: options.Payer = None,
    config: options.Config = None,
    mapping: options.Mapping = None,
    as_json: Json = False,
) -> None:
    """Add up each patient's year against the KX thresholds, and name the line that crosses one.

    Ends with 0 when no line needs KX and lacks it, 1 when one does, 2 when it could not run.
    """
    with errors(as_json=as_json):
        if year is not None and not _FIRST_YEAR <= year <= _LAST_YEAR:
            raise InputError(f"must be a year from {_FIRST_YEAR} on", field="--year")
        from cleanclaim.accruing import accrue
        from cleanclaim.intake.content import STANDARD_INPUT_PATH

        files = [str(STANDARD_INPUT_PATH) if path == "-" else path for path in named(paths)]
        result = accrue(
            files,
            elsewhere=elsewhere,
            remittances=remits or (),
            year=year,
            config=config or local_config(),
            payer=payer,
            mapping=mapping,
        )
    told = result.as_dict()
    if as_json:
        emit(told)
    else:
        print_thresholds(result, told)
    raise typer.Exit(1 if int(result.summary["kx_missing"].sum()) else 0)


def print_thresholds(result: Accrued, told: dict[str, Any]) -> None:
    """Print each patient's buckets, then what could not be counted."""
    for row in told["patients"]:
        _bucket(row)
        show()
    if any(row["kx_needed"] for row in told["patients"]):
        paragraph(told["kx_attests"])
    if not told["patients"]:
        show("No lines of a payer with yearly thresholds.")
    for reason, count in told["not_counted"].items():
        if count:
            paragraph(f"Not counted: {counted(count, 'line')} {reason.replace('_', ' ')}.")
    for fault in told["unreadable"]:
        column = f", {fault['column']}" if fault["column"] else ""
        paragraph(f"Not read: {fault['file']}, line {fault['line']}{column}: {fault['message']}")
    for note in result.notes:
        paragraph(f"Note: {note}")


def _bucket(row: dict[str, Any]) -> None:
    show((f"Patient {row['patient_id']}, {row['year']}, {_BUCKETS[row['bucket']]}", "bold"))
    limit = dollars(row["threshold_cents"])
    if row["used_cents"] is not None:
        left = "" if row["left_cents"] is None else f", {dollars(row['left_cents'])} left"
        paragraph(f"{dollars(row['used_cents'])} of {limit} used{left}", indent=2)
    else:
        most = "no known most" if row["used_high_cents"] is None else f"at most {dollars(row['used_high_cents'])}"
        unknown = counted(row["unknown_lines"], "line has no known amount", "lines have no known amount")
        paragraph(f"at least {dollars(row['used_low_cents'])}, {most}, of {limit}: {unknown}", indent=2)
    if row["elsewhere_cents"]:
        paragraph(f"{dollars(row['elsewhere_cents'])} of it from other providers, as stated", indent=2)
    if row["national_lines"]:
        priced = counted(row["national_lines"], "line is", "lines are")
        paragraph(f"{priced} priced at national values, since no locality is known", indent=2)
    _crossing(row)
    if row["review_state"] == "above":
        where = _where(row["review_line"]) or f"an amount from elsewhere on {row['review_day']}"
        paragraph(f"Above {dollars(row['review_cents'])} with {where}: claims may be picked for review.", indent=2)


def _crossing(row: dict[str, Any]) -> None:
    if row["state"] == "not_known":
        paragraph("Whether the threshold is crossed is not known.", indent=2)
    if row["crossing_day"] is None:
        pass
    elif row["crossing_line"]:
        paragraph(f"Crossed with {_where(row['crossing_line'])}.", indent=2)
    else:
        paragraph(f"Crossed by an amount from elsewhere on {row['crossing_day']}.", indent=2)
    if row["kx_missing"]:
        missing = counted(row["kx_missing"], "line lacks KX", "lines lack KX")
        first = _where(row["first_missing_line"])
        paragraph(f"From there {missing}, the first {first}; {row['kx_needed']} need it.", indent=2)
    elif row["kx_needed"]:
        paragraph(f"KX stands on all of the {counted(row['kx_needed'], 'line')} from there.", indent=2)
    if row["kx_early"]:
        paragraph(f"KX stands on {counted(row['kx_early'], 'line')} certainly below the threshold.", indent=2)


def _where(line: dict[str, Any] | None) -> str:
    if line is None:
        return ""
    claim = line["claim_id"] or line["visit_id"]
    number = f", line {line['line_number']}" if line["line_number"] else ""
    named_by = f"claim {claim}{number}" if claim else f"{line['file']}, line {line['line']}"
    return f"{line['code']} of {line['dos']} ({named_by})"
