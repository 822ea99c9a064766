"""``cleanclaim note``: a treatment note held against what is billed for it; ``note classify``: statements to codes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cleanclaim.cli import completion, options
from cleanclaim.cli.layout import show, table
from cleanclaim.cli.output import Json, as_json_text, day, emit, errors, local_config, named
from cleanclaim.errors import InputError, UnreadableFile

if TYPE_CHECKING:
    from cleanclaim.auditing import Audit

DISCIPLINES = ("PT", "OT", "SLP", "MD")
_CLASSIFY = "classify"
_LONGEST = 10_000
"""Most characters of a statement: one activity, not a note."""

Words = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE|classify FILE",
        help="The note, as text; - for standard input. With classify before it: statements, one a line.",
    ),
]
Billed = Annotated[
    str | None,
    typer.Option(
        metavar="CODE=UNITS,...", help="What is billed, as 97530=2,97110=1; without it the note alone is judged."
    ),
]
Modifiers = Annotated[
    str | None,
    typer.Option(metavar="CODE=MODIFIERS,...", help="Modifiers of the lines, as 97530=GP+59,97110=GP."),
]
Payer = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Who counts the units: a payer of cleanclaim.toml, or a payer pack; Medicare's way by default.",
        autocompletion=completion.payers,
    ),
]
Previous = Annotated[
    list[Path] | None, typer.Option(metavar="FILE", help="An earlier note of the patient; give it again for more.")
]
Discipline = Annotated[
    str | None,
    typer.Option(
        metavar="|".join(DISCIPLINES), help="Whose note it is.", autocompletion=completion.one_of(DISCIPLINES)
    ),
]
On = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Date of service; today by default.")]


def note(
    paths: Words,
    billed: Billed = None,
    modifiers: Modifiers = None,
    payer: Payer = None,
    previous: Previous = None,
    discipline: Discipline = None,
    on: On = None,
    config: options.Config = None,
    as_json: Json = False,
) -> None:
    """Read a treatment note, quote it, and hold it against what is billed.

    Ends with 0 when nothing or advice only is found, 1 with findings, 2 when it could not run.
    """
    with errors(as_json=as_json):
        statements = len(paths) == 2 and paths[0] == _CLASSIFY
        if len(named(paths)) != 1 and not statements:
            raise InputError("name one note, or: classify FILE", field="FILE")
        if statements:
            _classify(paths[1], as_json=as_json)
            return
        audit, units = _audited(paths[0], billed, modifiers, payer, previous, discipline, on, config)
        if as_json:
            emit(audit.as_dict())
        else:
            from cleanclaim.cli.note_page import print_audit

            print_audit(audit, units)
    raise typer.Exit(int(audit.is_grave))


def _audited(
    path: str,
    billed: str | None,
    modifiers: str | None,
    payer: str | None,
    previous: list[Path] | None,
    discipline: str | None,
    on: str | None,
    config: Path | None,
) -> tuple[Audit, dict[str, float] | None]:
    from cleanclaim.auditing import audit_note
    from cleanclaim.config import Config
    from cleanclaim.notes.documents.read import read_document

    units = None if billed is None else {code: _units(code, text) for code, text in _pairs(billed, "--billed")}
    marks = None if modifiers is None else {code: text.split("+") for code, text in _pairs(modifiers, "--modifiers")}
    place = config or local_config()
    audit = audit_note(
        (read_document(_standard_input(), "standard input") if path == "-" else read_document(Path(path))).text,
        units,
        payer=payer,
        previous=[read_document(each).text for each in previous or ()],
        modifiers=marks,
        discipline=discipline,
        on=day(on, "--on"),
        config=None if place is None else Config.load(place),
    )
    return audit, units


def _pairs(written: str, option: str) -> list[tuple[str, str]]:
    """Return the codes of an option with what stands after their equals sign; InputError where a part has none.

    >>> _pairs("97530=2, 97110=1", "--billed")
    [('97530', '2'), ('97110', '1')]
    """
    found: list[tuple[str, str]] = []
    for part in written.replace(",", " ").split():
        code, equals, value = part.partition("=")
        if not code or not equals or not value:
            raise InputError("write a code, an equals sign and a value, as 97530=2; commas between them", field=option)
        if code.upper() in (before for before, _ in found):
            raise InputError(f"{code[:12]} stands twice; write it once", field=option)
        found.append((code.upper(), value))
    return found


def _units(code: str, text: str) -> float:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        raise InputError(f"the units of {code[:12]} are no number", field="--billed") from None


def _classify(path: str, *, as_json: bool) -> None:
    """Write what each statement supports: a JSON object a line, or a table."""
    from cleanclaim.notes.classify import classify

    found = (classify(statement) for statement in _statements(path))
    if as_json:
        for each in found:
            sys.stdout.write(as_json_text(_as_dict(each)) + "\n")
        return
    rows = []
    for each in found:
        told = _as_dict(each)
        rows.append((told["code"] or "?", told["best"], f"{told['confidence']:.2f}", "; ".join(told["reasons"])))
    table(("code", "best", "sure", "why"), rows)
    if not rows:
        show("No statements.")


def _as_dict(classified: Any) -> dict[str, Any]:
    """The classification in the shape of the JSON contract."""
    fields = asdict(classified)
    return {
        "code": fields["code"],
        "best": fields["best"],
        "confidence": round(fields["confidence"], 4),
        "supports": list(fields["supports"]),
        "reasons": list(fields["reasons"]),
    }


def _statements(path: str) -> Iterator[str]:
    """Yield the statements of a file, a line each; a blank line is a statement that says nothing."""
    try:
        held = _standard_input() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path}: {(error.strerror or 'cannot be opened').lower()}; check the path") from None
    try:
        text = held.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = held.decode("cp1252", "replace")
    for line in text.removesuffix("\n").split("\n") if text else ():
        yield line.strip()[:_LONGEST]


def _standard_input() -> bytes:
    return sys.stdin.buffer.read()
