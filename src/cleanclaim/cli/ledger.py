"""``cleanclaim ledger``: claims sent, answers, payments and work, posted, undone and told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli import options
from cleanclaim.cli.layout import paragraph, show, table
from cleanclaim.cli.ledger_option import LedgerFile, Who, actor, opened, settings
from cleanclaim.cli.output import Json, choice, emit, errors, named
from cleanclaim.reports.words import counted, dollars

if TYPE_CHECKING:
    from cleanclaim.posting import Posted
    from cleanclaim.store.postings import Posting

app = typer.Typer(
    name="ledger",
    help="Keep what was sent, answered, paid and worked in a ledger: post files, undo, see what waits.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
NOT_ALL = 1


@app.command("post")
def post(
    paths: Annotated[list[str], typer.Argument(metavar="FILE", help="X12 files: 837, 835, 999, TA1 or 277CA.")],
    ledger: LedgerFile,
    config: options.Config = None,
    who: Who = None,
    again: Annotated[
        bool,
        typer.Option("--again", help="Post claims that say the same as an earlier file: they were sent once more."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Post files: what they hold tells whether they are claims sent, acknowledgments or remittances.

    Each file is one posting, whole or not at all. What was posted before changes nothing, also in another envelope.
    A remittance that does not balance is refused with the place. Ends with 0 where everything stands in the ledger,
    with 1 where a file was refused.
    """
    with errors(as_json=as_json):
        place = opened(ledger, make=True)
        from cleanclaim.posting import post as posted_files

        done = posted_files(place, named(paths), actor=actor(who), config=settings(config), again=again)
    if as_json:
        emit({"files": [asdict(one) for one in done]})
    else:
        for one in done:
            _print_posted(one)
    if any(one.refused for one in done):
        raise typer.Exit(NOT_ALL)


def _print_posted(one: Posted) -> None:
    if one.refused:
        show((f"{one.file}: not posted", "bold"))
        for place in one.refused:
            paragraph(place, indent=2)
    elif one.number is None:
        show(f"{one.file}: nothing new, posting {one.already} says the same")
    else:
        money = {"claims": f", {dollars(one.cents)} charged", "remittance": f", {dollars(one.cents)} paid"}
        claims = f", {counted(one.claims, 'claim')}" if one.claims else ""
        show(f"{one.file}: posting {one.number}, {one.kind}{claims}{money.get(one.kind or '', '')}")
    for note in one.notes:
        paragraph(f"Note: {note}", indent=2)


@app.command("status")
def status(
    ledger: LedgerFile,
    state: Annotated[
        str | None,
        typer.Option(metavar="STATE", help="List the claims in this state, or in all that wait or need work."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show counts and money by state, and what waits for an answer or for work, and since when."""
    with errors(as_json=as_json):
        place = opened(ledger)
        from cleanclaim.posting import book as books

        groups = {"waiting": books.WAITING, "work": books.TO_WORK}
        wanted = None
        if state is not None:
            one = choice(state, "--state", (*groups, *books.STATES))
            wanted = groups.get(one, (one,))
        told = books.book(place)
        summary = books.status(told)
        claims = books.listed(told, wanted) if wanted else None
    if as_json:
        emit(summary | ({} if claims is None else {"listed": claims}))
        return
    _print_status(summary)
    if claims is not None:
        show()
        _print_claims(claims)


def _print_status(told: dict[str, Any]) -> None:
    show((f"{counted(told['claims'], 'claim')}, {dollars(told['charge_cents'])} charged", "bold"))
    sums = (
        (told["paid_cents"], "paid"),
        (told["patient_cents"], "patients' share"),
        (told["recouped_cents"], "taken back"),
    )
    show("  " + ", ".join(f"{dollars(cents)} {words}" for cents, words in sums))
    show()
    table(
        ("state", "claims", "charged", "oldest since", "waits for"),
        [
            (
                row["state"].replace("_", " "),
                f"{row['claims']:,}",
                dollars(row["charge_cents"]),
                row["since"] if row["waits_for"] else None,
                row["waits_for"] and row["waits_for"] + (f" ({row['done']:,} done)" if row["done"] else ""),
            )
            for row in told["states"]
        ],
        right=(1, 2),
    )
    lost = told["unmatched"]
    if lost["lines"]:
        paragraph(
            f"Paid lines of claims that were never posted as sent: {lost['lines']:,}, "
            f"{dollars(lost['paid_cents'])} paid."
        )
    if told["stray_acknowledgments"]:
        paragraph(f"Acknowledgments of what was never posted as sent: {told['stray_acknowledgments']:,}.")


def _print_claims(claims: Sequence[dict[str, Any]]) -> None:
    table(
        ("claim", "payer", "state", "since", "first day", "charged", "last answer"),
        [
            (
                one["claim_id"] + ("" if one["level"] == "P" else f" ({one['level']})"),
                one["payer"],
                one["state"].replace("_", " "),
                one["since"],
                one["first_dos"],
                dollars(one["charge_cents"]),
                one["status"],
            )
            for one in claims
        ],
        right=(5,),
    )


@app.command("undo")
def undo(
    number: Annotated[int, typer.Argument(metavar="POSTING", help="Number of the posting, as `ledger log` shows it.")],
    ledger: LedgerFile,
    config: options.Config = None,
    who: Who = None,
    as_json: Json = False,
) -> None:
    """Undo a posting: what it said no longer counts. The undoing is a posting too; undo that one to have it back."""
    with errors(as_json=as_json):
        place = opened(ledger)
        from cleanclaim.posting import undo as undone

        made = undone(place, number, actor=actor(who), config=settings(config))
    if as_json:
        emit(asdict(made))
    else:
        show(f"Posting {number} is undone, by posting {made.number}.")


@app.command("log")
def log(
    ledger: LedgerFile,
    last: Annotated[
        int | None, typer.Option("--last", metavar="NUMBER", min=1, help="Show only the last so many.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the postings, oldest first: what, when, by whom, and whether it stands."""
    with errors(as_json=as_json):
        place = opened(ledger)
        from cleanclaim.store import postings

        with place.reading() as connection:
            found = postings.log(connection, last=last)
    if as_json:
        emit({"postings": [asdict(one) for one in found]})
        return
    table(
        ("posting", "when", "by", "what", "claims", "amount", "file"),
        [
            (
                one.number,
                _when(one.posted_at),
                one.actor,
                _what(one),
                f"{one.claims:,}" if one.claims else None,
                dollars(one.cents) if one.cents else None,
                one.file,
            )
            for one in found
        ],
        right=(0, 4, 5),
    )


def _when(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def _what(one: Posting) -> str:
    what = one.kind if one.undoes is None else f"undo of {one.undoes}"
    return what if one.stands else f"{what} (undone)"


@app.command("work")
def work(
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="Number of the claim (CLM01).")],
    ledger: LedgerFile,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="What was done: no names, the claim says whose it is.")
    ] = None,
    done: Annotated[bool, typer.Option("--done", help="It is done with: it waits for nobody.")] = False,
    who: Who = None,
    as_json: Json = False,
) -> None:
    """Keep what was done on a claim, or without --note and --done show what was."""
    with errors(as_json=as_json):
        place = opened(ledger)
        if note or done:
            from cleanclaim.posting import work as kept

            made = kept(place, claim, actor=actor(who), note=note, done=done)
        from cleanclaim.posting.worked import worked

        rows = worked(place, claim)
    if as_json:
        emit({"claim": claim, "work": rows})
        return
    if note or done:
        show(f"Posting {made.number}: work on claim {claim}{', done with' if done else ''}.")
        return
    table(
        ("posting", "when", "by", "done", "note"),
        [(row["posting"], _when(row["at"]), row["by"], "yes" if row["done"] else None, row["note"]) for row in rows],
        right=(0,),
    )
    if not rows:
        show(f"Nothing was done on claim {claim} yet.")
