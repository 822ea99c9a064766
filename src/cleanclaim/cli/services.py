"""A visit in a few words: ``97530=24 97110=12:PTA`` with options, in place of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from cleanclaim.cli import completion
from cleanclaim.cli.output import day, read_request
from cleanclaim.errors import CleanclaimError, InputError

DISCIPLINES = ("GP", "GO", "GN")
ROLES = ("PT", "PTA", "OT", "OTA", "SLP", "PT+PTA", "OT+OTA", "student", "aide")
SETTINGS = (
    "office",
    "outpatient_hospital",
    "critical_access_hospital",
    "skilled_nursing_part_b",
    "home_health_part_b",
    "rehabilitation_agency",
    "corf",
)
METHODS = ("cms", "ama", "hybrid", "cms_or_ama", "whole_15", "nearest_15", "per_visit")

Payer = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Payer of the visit: of cleanclaim.toml, or a payer pack.",
        autocompletion=completion.payers,
    ),
]
Method = Annotated[
    str | None,
    typer.Option(
        metavar="METHOD",
        help=f"How minutes become units, in place of the payer's way: {', '.join(METHODS)}.",
        autocompletion=completion.one_of(METHODS),
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        metavar="ROLE",
        help=f"Who gave the services that name nobody: {', '.join(ROLES)}.",
        autocompletion=completion.one_of(ROLES),
    ),
]
On = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Date of service; today by default.")]
Discipline = Annotated[
    str | None,
    typer.Option(
        metavar="|".join(DISCIPLINES),
        help="Discipline of the visit, where neither codes nor who gave them tell it.",
        autocompletion=completion.one_of(DISCIPLINES),
    ),
]
Setting = Annotated[
    str | None,
    typer.Option(metavar="PLACE", help="Kind of place, such as office.", autocompletion=completion.one_of(SETTINGS)),
]
Locality = Annotated[
    str | None, typer.Option(metavar="MAC-LOCALITY", help="Price locality, such as 01112-05; national values without.")
]

_WORD = re.compile(r"(?P<code>[0-9A-Za-z]{5})(?:=(?P<number>[^:]*)(?::(?P<by>.*))?)?", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_FIELD = re.compile(r"services\[(\d+)\]")
_LOCALITY = re.compile(r"([0-9]{1,5})[-/ ]([0-9]{1,2})", re.ASCII)


def is_file(words: Sequence[str]) -> bool:
    """Return whether the one word names a file of JSON rather than a service.

    >>> is_file(["visit.json"]), is_file(["-"]), is_file(["97530=24"]), is_file(["97161"])
    (True, True, False, False)
    """
    return len(words) == 1 and (_WORD.fullmatch(words[0]) is None or Path(words[0]).is_file())


@contextmanager
def request(words: Sequence[str], counted: str, options: Mapping[str, str | None]) -> Iterator[dict[str, Any]]:
    """Yield the request that the words make: what is in the file, or the services and options given.

    ``counted`` is what stands after ``=``: minutes or units. ``options`` are payer, on, and what else the request may
    hold, null where not given. Raises InputError; an error about a service names the word that it was given by.
    """
    if is_file(words):
        given = [f"--{name}" for name, value in options.items() if value is not None]
        if given:
            raise InputError(f"goes with CODE={counted.upper()}; a file of JSON says it itself", field=given[0])
        yield read_request(words[0])
        return
    if counted == "units" and options.get("payer") is None:
        raise InputError("missing: name a payer; `cleanclaim payers` lists them", field="--payer")
    by = options.get("by")
    services = [_service(word, counted, by) for word in words]
    kept = {name: value for name, value in options.items() if value is not None and name not in ("on", "by")}
    try:
        yield {**kept, "dos": _day(options.get("on")).isoformat(), "services": services} | _locality(kept)
    except CleanclaimError as error:
        raise _named(error, words) from None


def _service(word: str, counted: str, by: str | None) -> dict[str, Any]:
    found = _WORD.fullmatch(word)
    example = "97530=24 or 97530=24:PTA" if counted == "minutes" else "97530=2"
    if found is None:
        raise InputError(f"write CODE={counted.upper()}, such as {example}, or name one file", field=word[:40])
    service: dict[str, Any] = {"code": found["code"].upper()}
    if found["number"] is not None:
        if not _NUMBER.fullmatch(found["number"]):
            raise InputError(f"{counted} are a whole number: {example}", field=word[:40])
        service[counted] = int(found["number"])
    elif counted == "units":
        service[counted] = 1
    if found["by"] is not None and counted == "units":
        raise InputError(f"who gave it changes no price here: {example}", field=word[:40])
    giver = found["by"] or by
    return service if giver is None else {**service, "by": giver}


def _day(text: str | None) -> date:
    return day(text, "--on")


def _locality(kept: Mapping[str, str | None]) -> dict[str, Any]:
    text = kept.get("locality")
    if text is None:
        return {}
    found = _LOCALITY.fullmatch(text.strip())
    if found is None:
        raise InputError("write contractor and locality, such as 01112-05", field="--locality")
    return {"locality": {"mac": found[1], "locality": found[2]}}


def _named(error: CleanclaimError, words: Sequence[str]) -> CleanclaimError:
    """Return the error by what was typed: the word of its service, or the option."""
    path = error.field or ""
    if found := _FIELD.match(path):
        name = words[int(found[1])][:40]
    else:
        name = path if path.startswith("--") or not path else f"--{'on' if path == 'dos' else path.partition('.')[0]}"
    renamed = type(error)(error.message, field=name or None)
    renamed.code = error.code
    return renamed
