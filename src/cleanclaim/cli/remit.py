"""``cleanclaim remit``: remittances and claims in, what became of each line out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli import completion, denied, options
from cleanclaim.cli.layout import paragraph, show, table
from cleanclaim.cli.output import Json, choice, emit, errors, local_config, named
from cleanclaim.cli.reporting import write_printed
from cleanclaim.cli.target import Target
from cleanclaim.errors import InputError
from cleanclaim.reports.words import counted, dollars

if TYPE_CHECKING:
    from cleanclaim.remit import Remitted

FORMATS = ("text", "json", "csv", "xlsx", "html")
_MOST = 25

Remittances = Annotated[
    list[str], typer.Argument(metavar="FILE", help="Remittances (835), a ZIP or folder of these; - is standard input.")
]
Claims = Annotated[
    list[str],
    typer.Option(
        "--claims",
        metavar="FILE",
        help="The claims they answer: 837, CSV, workbook, JSON visits, a ZIP or folder of these; may be given again.",
    ),
]
Format = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="|".join(FORMATS),
        help="Write text, JSON, a table, a workbook, or a page for a browser.",
        autocompletion=completion.one_of(FORMATS),
    ),
]


def remit(
    paths: Remittances,
    claims: Claims,
    form: Format = "text",
    output: options.Output = None,
    payer: options.Payer = None,
    config: options.Config = None,
    mapping: options.Mapping = None,
    json: Json = False,
    denials: denied.Denials = False,
    loop: denied.Loop = False,
    corrected: denied.Corrected = None,
    as_of: options.AsOf = None,
    authorizations: options.Authorizations = None,
) -> None:
    """Match remittances to claims; print the money by outcome and payer, then the lines worth working.

    With --denials: each denied line's cause, who acts, what to do and by when, and whether an appeal is honest. With
    --loop: the rules that would have stopped the denials. With --corrected: the claims that are ready to be sent again.
    Ends with 0 when every line is as expected or open, 1 when there is something to work, 2 when it could not run or a
    remittance does not balance and is refused.
    """
    form = _form(form, json)
    with errors(as_json=form == "json"):
        choice(form, "--format", FORMATS)
        target = Target(output)
        config = config or local_config()
        target.check([*paths, *claims, config, mapping, authorizations], binary=form == "xlsx")
        if denials or loop or corrected is not None:
            asked = denied.Asked(denials=denials, loop=loop, corrected=corrected)
            asked.check(form)
            work = denied.worked(
                paths, claims, config=config, payer=payer, mapping=mapping, as_of=as_of, authorizations=authorizations
            )
            denied.write(work, claims, asked, target, form)
            raise typer.Exit(work.exit_code)
        result = _remitted(named(paths), named(claims), config, payer, mapping)
        _write(result, form, target)
    raise typer.Exit(result.exit_code)


def _form(form: str, json: bool) -> str:
    return "json" if json else form


def _remitted(
    paths: list[str], claims: list[str], config: Path | None, payer: str | None, mapping: str | None
) -> Remitted:
    from cleanclaim.intake.content import STANDARD_INPUT_PATH
    from cleanclaim.remitting import remit as remit_files

    if [*paths, *claims].count("-") > 1:
        raise InputError("standard input can be one file only", field="--claims")
    remittances, files = (
        [str(STANDARD_INPUT_PATH) if path == "-" else path for path in group] for group in (paths, claims)
    )
    return remit_files(remittances, files, config=config, payer=payer, mapping=mapping)


def _write(result: Remitted, form: str, target: Target) -> None:
    from cleanclaim.reports import remitted as told

    if form == "text":
        write_printed(lambda: print_outcomes(result), target)
    elif form == "json":
        write_printed(lambda: emit(told.as_dict(result)), target)
    else:
        with target.opened() as stream:
            if form == "csv":
                told.write_csv(result, stream, to_file=target.path is not None)
            elif form == "xlsx":
                told.write_workbook(result, stream)
            else:
                for part in told.html_parts(result):
                    stream.write(part.encode("utf-8", errors="backslashreplace"))


def print_outcomes(result: Remitted) -> None:
    """Print the money, then what to work."""
    from cleanclaim.remit.totals import by_outcome, by_payer, not_priced, sums
    from cleanclaim.reports import remitted as told

    total = sums(result.outcomes)
    show((f"{dollars(total['charge_cents'])} charged on {counted(result.outcomes.height, 'line')}", "bold"))
    _money(by_outcome(result.outcomes).to_dicts(), "outcome", lambda row: str(row["outcome"]).replace("_", " "))
    _money(by_payer(result.outcomes).to_dicts(), "payer", _payer)
    for row in not_priced(result.outcomes).to_dicts():
        paragraph(
            f"Not priced, {counted(row['lines'], 'line')}, {dollars(row['paid_cents'])}: {row['expected_unknown']}"
        )
    _payments(result)
    _refused(told.unread(result, result.refused))
    _work(result)
    _beside(result, told.unread(result, result.unreadable))
    for note in result.notes:
        paragraph(f"Note: {note}")


def _payer(row: dict[str, Any]) -> str:
    level = {"P": "", "S": " (secondary)", "T": " (tertiary)"}.get(row["sequence"] or "P", "")
    return f"{row['payer'] or 'not named'}{level}"


_SUMS = {
    "charge": ("charge",),
    "paid": ("paid",),
    "write-off": ("contract", "reduced"),
    "patient": ("patient",),
    "denied": ("denied",),
    "prior payer": ("prior_payer",),
    "recouped": ("recouped",),
    "short": ("short",),
}
"""Columns of money, and what they add up: few enough for 80 characters."""


def _money(rows: list[dict[str, Any]], heading: str, name: Any) -> None:
    """Print sums by outcome or payer; kinds of money that are nothing everywhere are left out."""
    sums = [{one: sum(row[f"{part}_cents"] for part in parts) for one, parts in _SUMS.items()} for row in rows]
    told = [one for one in _SUMS if any(of_row[one] for of_row in sums)]
    cells = [
        [name(row), f"{row['lines']:,}", *(dollars(of_row[one]) if of_row[one] else "" for one in told)]
        for row, of_row in zip(rows, sums, strict=True)
    ]
    show()
    headings = [heading, "lines", *told]
    # the last column of a table is text
    table([*headings, ""], [[*row, ""] for row in cells], right=range(1, len(headings)))


def _payments(result: Remitted) -> None:
    rows = result.payments.to_dicts()
    show()
    paid = sum(row["amount_cents"] for row in rows)
    cut = sum(row["adjusted_cents"] for row in rows)
    beside = f", after {dollars(cut)} of provider adjustments (PLB)" if cut else ""
    show(f"{counted(len(rows), 'payment')}: {dollars(paid)}{beside}")


def _refused(places: list[dict[str, Any]]) -> None:
    if not places:
        return
    show()
    show(("Refused: nothing in these files is answered", "bold red"))
    table(["", ""], [[f"{row['file']}, segment {row['segment']}", row["message"]] for row in places[:_MOST]], indent=2)


def _work(result: Remitted) -> None:
    rows = result.to_work
    if not rows.height:
        return
    show()
    show((f"To work: {counted(rows.height, 'line')}, the most money first", "bold"))
    cells = [
        [
            row["outcome"],
            dollars(row["stake_cents"]),
            _line(row),
            str(row["dos"] or ""),
            _procedure(row),
            _why(row),
        ]
        for row in rows.head(_MOST).to_dicts()
    ]
    table(["", "money", "line", "date", "code", "why"], cells, right=[1], indent=2)
    if rows.height > _MOST:
        show(f"  ... and {counted(rows.height - _MOST, 'more line')}; --format csv lists them all")


def _line(row: dict[str, Any]) -> str:
    number = f"-{row['line_number']}" if row["line_number"] else ""
    return f"{row['claim_id'] or 'no number'}{number}"


def _procedure(row: dict[str, Any]) -> str:
    """Return the code and modifiers billed, else those that were answered."""
    billed = (row["code"], row["modifiers"]) if row["code"] else (row["paid_code"], row["paid_modifiers"])
    return " ".join(part for part in billed if part)


def _why(row: dict[str, Any]) -> str:
    codes = " ".join(part for part in (row["reasons"], row["remarks"]) if part)
    if row["outcome"] in ("underpaid", "overpaid"):
        expected, allowed = dollars(row["expected_allowed_cents"]), dollars(row["allowed_cents"])
        return f"allowed {allowed}, expected {expected} by {row['expected_basis']}; {codes}"
    if row["outcome"] == "unmatched":
        return f"no such claim line in the claims given; {codes}".rstrip("; ")
    return codes


def _beside(result: Remitted, unreadable: list[dict[str, Any]]) -> None:
    """Print what is no line's end: money tied to no claim, lines paid twice, other charges, places not read."""
    untied = [row for row in result.provider_adjustments.to_dicts() if row["claim_id"] is None]
    blocks = [
        (
            "Provider adjustments tied to no claim given (positive: taken off the payment)",
            [
                [row["reason"], dollars(row["cents"]), row["reference"] or "", f"payment {row['trace']}"]
                for row in untied
            ],
        ),
        (
            "Paid more than once without a reversal",
            [
                [f"{row['claim_id']}-{row['line_number']}", row["code"] or "", f"{dollars(row['over'])} too much"]
                for row in result.paid_twice.to_dicts()
            ],
        ),
        (
            "Answered with another charge than was billed",
            [
                [f"{row['claim_id']}-{row['line_number']}", row["code"] or "",
                 f"billed {dollars(row['billed_cents'])}, answered {dollars(row['answered_cents'])}"]
                for row in result.charge_differs.to_dicts()
            ],
        ),
        (
            "Could not be read",
            [[f"{row['file']}", f"{'segment' if row['segment'] else 'line'} {row['segment'] or row['line']}",
              row["message"]] for row in unreadable],
        ),
    ]  # fmt: skip
    for heading, rows in blocks:
        if rows:
            show()
            show((heading, "bold"))
            table([""] * len(rows[0]), rows[:_MOST], indent=2)
