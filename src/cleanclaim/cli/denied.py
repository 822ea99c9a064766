"""What ``cleanclaim remit`` prints of denied lines: next steps, the closed loop, and claims written again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli.layout import paragraph, sentence, show, table
from cleanclaim.cli.options import records
from cleanclaim.cli.output import choice, day, emit, named
from cleanclaim.cli.reporting import write_printed
from cleanclaim.cli.target import Target
from cleanclaim.errors import InputError
from cleanclaim.reports.words import counted, dollars

if TYPE_CHECKING:
    from cleanclaim.remit import loop as closed
    from cleanclaim.rework import Worked
    from cleanclaim.rework import corrected as again

FORMATS = ("text", "json", "csv", "xlsx")
"""The formats in which denials are written."""
Denials = Annotated[
    bool, typer.Option("--denials", help="Say of each denied line why, who acts, what to do and by when.")
]
Loop = Annotated[
    bool, typer.Option("--loop", help="Say which rules would have stopped the denials, and what that would have saved.")
]
Corrected = Annotated[
    Path | None,
    typer.Option(
        "--corrected",
        metavar="FOLDER",
        help="Write denied claims that need no person again, fixed and ready to send, as new 837 files here.",
    ),
]

_MOST = 25
_OFF = "; off in the configuration: turn it on"
_STEPS = {
    "correct": "correct the claim",
    "new_claim": "send a new claim",
    "appeal": "appeal",
    "bill_patient": "bill the patient",
    "write_off": "write off",
    "find_out": "find out",
    "other_payer": "send to another payer",
}
_WAYS = {
    "replacement": "send it as a replacement (frequency 7)",
    "reopening": "by asking the payer to reopen its decision",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options ask of denied lines; ``corrected`` is a folder."""

    denials: bool
    loop: bool
    corrected: Path | None

    def check(self, form: str) -> None:
        """Raise InputError where ``form`` cannot hold all that is asked for."""
        choice(form, "--format", FORMATS)
        if form == "csv" and self.denials + self.loop + (self.corrected is not None) > 1:
            raise InputError(
                "a CSV file holds one table: ask for one of --denials, --loop and --corrected, or for xlsx",
                field="--format",
            )


def worked(
    paths: list[str],
    claims: list[str],
    *,
    config: Path | None,
    payer: str | None,
    mapping: str | None,
    as_of: str | None,
    authorizations: Path | None = None,
) -> Worked:
    """Return the denied lines of the files that a command names."""
    from cleanclaim.intake.content import STANDARD_INPUT_PATH
    from cleanclaim.rework import work

    on = day(as_of, "--as-of")
    remittances, files = (
        [str(STANDARD_INPUT_PATH) if path == "-" else path for path in named(group)] for group in (paths, claims)
    )
    held = records(None, None, authorizations)
    return work(remittances, files, config=config, payer=payer, mapping=mapping, as_of=on, records=held)


def write(work: Worked, claims: Sequence[str], asked: Asked, target: Target, form: str) -> None:
    """Write what the options ask for, in one of FORMATS; JSON is one object, CSV one table."""
    written = None
    if asked.corrected is not None:
        from cleanclaim.rework.corrected import write_corrected

        written = write_corrected(work, claims, asked.corrected)
    told = work.loop() if asked.loop else None
    if form == "text":
        write_printed(lambda: _print(work, asked, told, written), target)
        return
    parts: dict[str, Any] = {"denials": list(work.messages())} if asked.denials else {}
    parts |= {} if told is None else {"loop": told.as_dict()}
    parts |= {} if written is None else {"corrected": written.as_dict()}
    if form == "json":
        write_printed(lambda: emit(parts | {"notes": list(work.remitted.notes)}), target)
        return
    from cleanclaim.reports import denied as tables

    with target.opened() as stream:
        if form == "csv":
            tables.write_csv(tables.sheets(parts)[0], stream, to_file=target.path is not None)
        else:
            tables.write_workbook(tables.sheets(parts), stream)


def _print(work: Worked, asked: Asked, told: closed.Loop | None, written: again.Corrected | None) -> None:
    if asked.denials:
        print_steps(work)
    if told is not None:
        if asked.denials:
            show()
        print_loop(told)
    if written is not None:
        print_corrected(written)
    refused = work.remitted.refused.height
    if refused:
        show()
        show(
            (
                f"Refused: {counted(refused, 'place')} of a remittance does not balance; see without these options",
                "bold",
            )
        )
    for note in work.remitted.notes:
        paragraph(f"Note: {note}")


def print_steps(worked: Worked) -> None:
    """Print each denied line with its cause, who acts, what to do, and whether an appeal is honest."""
    lines = list(worked.messages())
    show(
        (f"{counted(len(lines), 'denied line')}, {dollars(sum(one['denied_cents'] for one in lines))} charged", "bold")
    )
    for one in lines[:_MOST]:
        show()
        _print_line(one)
    if len(lines) > _MOST:
        show()
        show(f"... and {counted(len(lines) - _MOST, 'more line')}; --json lists them all")


def _print_line(one: dict[str, Any]) -> None:
    code = " ".join([one["code"] or "", *one["modifiers"]])
    told = " ".join(part for part in (one["reason"], *one["remarks"]) if part)
    show((f"{one['claim']}-{one['line']}", "bold"), f"  {one['dos']}  {code}  {dollars(one['denied_cents'])}  {told}")
    paragraph(f"{sentence(one['cause_words'])}.", indent=2)
    step = _STEPS[one["step"]]
    way = f", {_WAYS[one['way']]}" if one["way"] else ""
    paragraph(f"{one['who']}: {step}{way}{_by(one)}. {one['fix']}.", indent=2)
    paragraph(_appeal(one), indent=2)
    if one["stopped_by"]:
        paragraph(f"Would have stopped it: {', '.join(one['stopped_by'])}", indent=2)
    elif one["unchecked"]:
        from cleanclaim.engine.reasons import reason

        because = "; ".join(dict.fromkeys(reason(name) for name in one["missing"]))
        paragraph(f"Not checked: {', '.join(one['unchecked'])}: {because}", indent=2)
    else:
        paragraph("No rule would have stopped it", indent=2)


def _by(one: dict[str, Any]) -> str:
    if one["by_when"] is None:
        dated = one["step"] in ("correct", "new_claim", "appeal", "find_out")
        return " (the payer's limit is not known)" if dated else ""
    return f" by {one['by_when']}{' (passed)' if one['passed'] else ''}"


def _appeal(one: dict[str, Any]) -> str:
    if one["appeal"] == "open":
        level = f", {one['appeal_level']} by {one['appeal_by']}" if one["appeal_by"] else ", the limit is not known"
        return f"Appeal: open, nothing that is known speaks against it{level}"
    word = {"refused": "not honest", "not_known": "not known yet", "none": "not the way"}[one["appeal"]]
    return f"Appeal: {word}: {one['appeal_because']}"


def print_loop(told: closed.Loop) -> None:
    """Print which rules would have stopped the denials, what must be given for others, and what no rule foresees."""
    sums = {row["part"]: row for row in told.sums.to_dicts()}
    show((f"{counted(sums['all']['denials'], 'past denial')}, {_money(sums['all'])}", "bold"))
    show(f"  {sums['stopped']['denials']} would have been stopped: {_money(sums['stopped'])}")
    show(f"  {sums['unchecked']['denials']} could not be checked: {_money(sums['unchecked'])}")
    show(f"  {sums['none']['denials']} no rule foresees: {_money(sums['none'])}")
    blocks = [
        (
            "Rules that would have stopped them",
            ["rule", "denials", "charged", "payer's part", ""],
            [_cells(row, row["rule"], f"{row['name']}{'' if row['on'] else _OFF}") for row in told.rules.to_dicts()],
        ),
        (
            "Not checked, for want of an input",
            ["rules", "denials", "charged", "payer's part", ""],
            [_cells(row, row["rule"], row["because"] or "") for row in told.inputs.to_dicts()],
        ),
        (
            "No rule would have stopped",
            ["reason", "denials", "charged", "payer's part", ""],
            [_cells(row, row["reason"] or "none", row["cause"] or "") for row in told.none.to_dicts()],
        ),
    ]
    for heading, headings, rows in blocks:
        if rows:
            show()
            show((heading, "bold"))
            table(headings, rows, right=range(1, 4), indent=2)
    if told.rules.height:
        show()
        paragraph("Rules that are on find this before the claim is sent: cleanclaim check")


def _cells(row: dict[str, Any], name: str, words: str) -> list[str]:
    part = "" if row["unpriced"] == row["denials"] else dollars(row["stake_cents"])
    return [name, f"{row['denials']:,}", dollars(row["denied_cents"]), part, words]


def _money(row: dict[str, Any]) -> str:
    priced = row["denials"] - row["unpriced"]
    if not priced:
        return f"{dollars(row['denied_cents'])} charged"
    of = "" if priced == row["denials"] else f" on the {counted(priced, 'line')} with a known price"
    return f"{dollars(row['denied_cents'])} charged, {dollars(row['stake_cents'])} of it the payer's part{of}"


def print_corrected(told: again.Corrected) -> None:
    """Print the files written, and the denied claims that were not, each with the reason."""
    show()
    for path, claims in told.files.items():
        show((path, "bold"), f"  {', '.join(claims)}: ready to send")
    if not told.files:
        show("No claim can be sent again without a person")
    if told.left:
        table(["left", ""], [[one.claim, one.because] for one in told.left], indent=2)
