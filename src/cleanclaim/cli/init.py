"""``cleanclaim init``: a first configuration, drawn from the user's own files, and told in words."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleanclaim.cli.given import by_path
from cleanclaim.cli.layout import paragraph, show, table
from cleanclaim.cli.output import errors, named
from cleanclaim.cli.target import Target
from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.reports.words import counted

if TYPE_CHECKING:
    from cleanclaim.beginnings import Draft
    from cleanclaim.intake.propose import Proposal

_FILE_NAME = "cleanclaim.toml"
_MOST = 12
_FEW_FILES = 4

Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILE", help="Files that you would check; without any, all files of this folder."),
]
Output = Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="Write here; cleanclaim.toml by default.")]
Force = Annotated[bool, typer.Option("--force", help="Write over a configuration that is there.")]


def init(files: Files = None, output: Output = _FILE_NAME, force: Force = False) -> None:
    """Look at your files and write a commented cleanclaim.toml: columns, payers, sites, clinicians.

    Tells what it understood, what to confirm, and what to do next. Nothing of a patient is written.
    """
    with errors(as_json=False):
        for path in files or ():
            by_path(path)
        target = Target(output)
        if target.path is None:
            raise InputError("name a file", field="--output")
        if target.path.exists() and not force:
            raise InputError(
                f"{target.path} is there already and is not written over; --force replaces it, --output names another"
                " file"
            )
        target.check([path for path in files or () if path != "."], binary=False)
        _check_replaced(target.path)
        from cleanclaim.beginnings import draft

        drawn = draft([Path(path) for path in named(files or ["."])])
        if drawn.empty:
            raise UnreadableFile(_nothing(drawn))
        with target.opened() as stream:
            stream.write(drawn.text.encode())
        _tell(drawn, target.path)


def _check_replaced(path: Path) -> None:
    """Raise InputError where --force would replace a file that is no configuration: an input, mistyped."""
    if path.is_file() and path.suffix.lower() != ".toml":
        raise InputError(f"{path} is there and is no .toml file; name another file", field="--output")


def _nothing(drawn: Draft) -> str:
    looked = [*(one.sample.name for one in drawn.proposals), *drawn.faults]
    return (
        f"no service lines found ({'; '.join(looked[:_MOST])}): rows need a procedure code, a date and the number of a"
        " patient, visit or claim, under a line of headers; nothing was written"
    )


def _tell(drawn: Draft, path: Path) -> None:
    survey = drawn.survey
    if survey.rows:
        days = f", {survey.first} to {survey.last}" if survey.first else ""
        show(f"Looked at {counted(survey.rows, 'row')}{days}.")
    for proposal in drawn.proposals:
        _tell_columns(proposal, drawn)
    _tell_payers(drawn)
    _tell_places(drawn)
    for fault in drawn.faults:
        paragraph(f"Not read: {fault}")
    for note in drawn.notes:
        paragraph(f"Note: {note}")
    confirm = list(_to_confirm(drawn))
    if confirm:
        show()
        show(("Please confirm", "bold"))
        for number, each in enumerate(confirm, 1):
            paragraph(each, lead=f"{number:3}. ", indent=5)
    _tell_next(drawn, path)


def _tell_columns(proposal: Proposal, drawn: Draft) -> None:
    from cleanclaim.beginnings.written import meaning

    show()
    show((proposal.sample.name, "bold"))
    rows = [
        (one.header, one.field, f"{meaning(one.field)}{' (confirm)' if one.why else ''}") for one in proposal.columns
    ]
    if rows:
        table(("your column", "read as", "which is"), rows, indent=2)
    asked = {one.header for one in proposal.questions}
    unread = [name for name in proposal.unread if name not in asked]
    if unread:
        more = f" and {len(unread) - _MOST} more" if len(unread) > _MOST else ""
        paragraph(f"Not needed, not read: {', '.join(unread[:_MOST])}{more}", indent=2, lead="  ")
    if any(proposal.date_formats):
        forms = ", ".join(map(_spelled, filter(None, proposal.date_formats)))
        paragraph(f"Dates are written {forms}", indent=2, lead="  ")


def _spelled(form: str) -> str:
    """Return a format of dates as people write it.

    >>> _spelled("%m/%d/%y")
    'MM/DD/YY'
    """
    for sign, letters in {"%m": "MM", "%d": "DD", "%y": "YY", "%Y": "YYYY", "%b": "Mon"}.items():
        form = form.replace(sign, letters)
    return form


def _tell_payers(drawn: Draft) -> None:
    from cleanclaim.beginnings.written import payer_tables

    payers = payer_tables(drawn.survey)
    if not payers:
        return
    show()
    show(("Payers", "bold"))
    rows = [
        (", ".join(names[:3]), f"{counts.rows:,}", choice.pack or "", _remark(choice.pack, choice.sure, choice.why))
        for names, counts, choice in payers[:_MOST]
    ]
    table(("payer", "rows", "pack", ""), rows, right=(1,), indent=2)
    if len(payers) > _MOST:
        show(f"  and {len(payers) - _MOST} more in the file")


def _remark(pack: str | None, sure: bool, why: str) -> str:
    if pack:
        return "" if sure else f"confirm: {why}"
    return f"not mapped: {why}"


def _tell_places(drawn: Draft) -> None:
    survey = drawn.survey
    if not survey.rows:
        return
    show()
    sites = [site for site in survey.sites if site is not None]
    people = len(survey.clinicians)
    billing = counted(len(sites), "billing NPI") if sites else "No billing NPI"
    show(f"{billing}, {counted(people, 'clinician') if people else 'no clinician'}.")
    if survey.billed and not survey.with_minutes:
        paragraph("No minutes: units cannot be compared with them. Name a second file that has them, if there is one.")


def _to_confirm(drawn: Draft) -> Iterator[str]:
    from cleanclaim.beginnings.written import credential, payer_tables

    for name, columns in drawn.headers.own.items():
        for one in columns:
            if one.why:
                yield f'Column "{one.header}" is read as {name}: {one.why}.'
    for asked in drawn.headers.questions:
        yield f'Column "{asked.header}": {asked.text} In the file it is {asked.field}, after a #.'
    for clash in drawn.headers.clashes:
        yield f"{clash}: one mapping for all files would read other columns here; give it a mapping file of its own."
    payers = payer_tables(drawn.survey)
    unmapped = [names[0] for names, _, choice in payers if not choice.pack and not choice.nobody]
    guessed = [names[0] for names, _, choice in payers if choice.pack and not choice.sure]
    if guessed:
        yield f"The pack of {_listed(guessed)}: proposed by the name."
    if unmapped:
        yield (
            f"The pack of {_listed(unmapped)}: choose one (`cleanclaim payers`); until then the rules that depend on"
            " the payer are not checked."
        )
    if None in drawn.survey.payers:
        yield "The payer of the rows that name none, under [defaults]."
    if drawn.survey.rows:
        yield "The setting of each site, under [sites]."
    silent = [person for person, counts in drawn.survey.clinicians.items() if credential(person, counts)[0] is None]
    if silent:
        yield f"The credential of {counted(len(silent), 'clinician')}, under [clinicians]."


def _listed(names: list[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _tell_next(drawn: Draft, path: Path) -> None:
    show()
    show((f"Wrote {path}.", "bold"))
    for proposal in drawn.waiting:
        missing = " and ".join(proposal.missing)
        paragraph(
            f"{proposal.sample.name} cannot be checked yet: no column was found for {missing}. Open {path}, say under"
            f" [mapping.columns] which column it is (remove the # from the right line), and then: cleanclaim check"
            f" {shlex.quote(proposal.sample.file)}"
        )
    if drawn.paths and drawn.survey.rows:
        option = "" if path.name == _FILE_NAME and path.parent == Path() else f" --config {shlex.quote(str(path))}"
        show(f"Next: cleanclaim check {' '.join(map(shlex.quote, _to_check(drawn)))}{option}")


def _to_check(drawn: Draft) -> list[str]:
    """Return what to check: of this folder its few files by name, as reports will be written beside them."""
    files = list(dict.fromkeys(drawn.survey.files))
    if drawn.paths == (Path(),) and len(files) <= _FEW_FILES and all(Path(file).is_file() for file in files):
        return files
    return [str(path) for path in drawn.paths]
