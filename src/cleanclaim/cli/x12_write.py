"""``cleanclaim x12 write``: claims to 837 files, and what is held back with the reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanclaim.cli import ledger_option, options
from cleanclaim.cli.layout import paragraph, show
from cleanclaim.cli.output import Json, day, emit, errors, local_config, named
from cleanclaim.errors import InputError
from cleanclaim.reports.words import counted, dollars

if TYPE_CHECKING:
    from cleanclaim.outgoing import Sent
    from cleanclaim.posting import Posted
    from cleanclaim.store.opened import Ledger

Folder = Annotated[
    Path, typer.Option("--output", "-o", metavar="FOLDER", help="Write the files here; made where it is not there.")
]
ClaimFacts = Annotated[
    Path | None,
    typer.Option("--claim-facts", metavar="FILE", help="Authorizations, dates and codes of single claims."),
]
Paid = Annotated[
    list[Path] | None,
    typer.Option("--paid", metavar="FILE", help="Remittance (835) of an earlier payer; may be given again."),
]
LedgerFile = Annotated[
    str | None,
    typer.Option(
        "--ledger", metavar="FILE", help="Hold back claims that this ledger holds as sent; post what is written."
    ),
]


def write(
    paths: Annotated[
        list[str], typer.Argument(metavar="VISITS", help="Files of visits or claims, as `check` reads them.")
    ],
    patients: Annotated[Path, typer.Option("--patients", metavar="FILE", help="Patients and their coverage.")],
    output: Folder,
    claim_facts: ClaimFacts = None,
    paid: Paid = None,
    config: options.Config = None,
    payer: options.Payer = None,
    mapping: options.Mapping = None,
    as_of: options.AsOf = None,
    include_findings: Annotated[
        bool, typer.Option("--include-findings", help="Write claims with findings too; those left incomplete never.")
    ] = False,
    ledger: LedgerFile = None,
    who: ledger_option.Who = None,
    as_json: Json = False,
) -> None:
    """Write claims as 837 files, professional and institutional: one for each payer and form.

    The claims are checked first. Held back and listed with the reason: those with a finding that is a denial or a
    matter of compliance, those with a fact missing, those that a validator would refuse. Ends with 0 where all went
    out, with 1 where not. With --ledger the files that are written are posted to it as sent.
    """
    with errors(as_json=as_json):
        chosen = config or local_config()
        if chosen is None:
            raise InputError("no cleanclaim.toml here; name the configuration", field="--config")
        from cleanclaim.outgoing import write as written

        place = None if ledger is None else ledger_option.opened(ledger, make=True)
        sent = written(
            named(paths),
            patients=patients,
            config=chosen,
            output=output,
            facts=claim_facts,
            paid=paid or (),
            payer=payer,
            as_of=day(as_of, "--as-of"),
            mapping=mapping,
            include_findings=include_findings,
            sent_before=_sent_before(place),
        )
        posted = _posted(place, sent, who, chosen)
    if as_json:
        emit(sent.as_dict() | ({} if place is None else {"posted": [asdict(one) for one in posted]}))
    else:
        _print(sent, posted)
    if sent.exit_code or any(one.refused for one in posted):
        raise typer.Exit(1)


def _sent_before(ledger: Ledger | None) -> Collection[tuple[str, str, str]]:
    if ledger is None:
        return ()
    from cleanclaim.posting.sent import sent_before

    return sent_before(ledger)


def _posted(ledger: Ledger | None, sent: Sent, who: str | None, config: Path) -> Sequence[Posted]:
    """Post the files that were written, as sent once more where an earlier file says the same."""
    if ledger is None or not sent.files:
        return ()
    from cleanclaim.posting import post

    settings = ledger_option.settings(config)
    paths = [file.path for file in sent.files]
    return post(ledger, paths, actor=ledger_option.actor(who), config=settings, again=True)


def _print(sent: Sent, posted: Sequence[Posted]) -> None:
    for one in sent.unreadable:
        paragraph(f"Could not be read: {one}")
    for one in sent.notes:
        paragraph(f"Note: {one}")
    if sent.unreadable or sent.notes:
        show()
    in_ledger = {one.file: one for one in posted}
    for file in sent.files:
        show(str(file.path))
        held_in = (
            f"{counted(file.claims, 'claim')}, {counted(file.lines, 'line')}, {dollars(file.charge_cents)} charged"
        )
        paragraph(f"{file.payer}, {file.form} {file.version}: {held_in}", indent=2)
        kept = in_ledger.get(str(file.path))
        if kept is not None:
            refused = f"Not in the ledger: {'; '.join(kept.refused)}"
            paragraph(refused if kept.refused else f"In the ledger as posting {kept.number}", indent=2)
            for note in kept.notes:
                paragraph(f"Note: {note}", indent=2)
    if not sent.files:
        show("No file was written.")
    if sent.held:
        show()
        show(f"Held back: {counted(len(sent.held), 'claim')}")
    for held in sent.held:
        show(f"  {held.claim or '(no number)'}  {held.reason}  {held.place}")
        for message in held.messages:
            paragraph(message, indent=6)
