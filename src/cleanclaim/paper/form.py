"""The boxes of a preprinted form: where each item's characters stand, from a table of lines and columns."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cleanclaim.errors import InputError

FORMS = ("cms1500", "ub04")
_FIELD = re.compile(r"(\S+) (\d+) ([\d.]+) (\d+)(?: ([LRC]))?( \[R\])?$")


@dataclass(frozen=True)
class Field:
    """A box: the form's number for it, its first line and column (from 1), how many characters it takes.

    ``align``: L, R or C; ``sure``: two independent public programs put it there, to a column.
    """

    name: str
    item: str
    line: int
    column: float
    width: int
    align: str
    sure: bool


@dataclass(frozen=True)
class Form:
    """A form: its boxes by name, and where line 1 and column 1 lie on the paper, in inches from its top left corner.

    Boxes whose names begin with ``line_`` are those of the first service line; the next is ``step`` lines lower.
    ``corners`` and ``note`` are for the page that a printer is set by: texts with their places, and where its words go.
    """

    name: str
    title: str
    left: float
    top: float
    rows: int
    step: int
    corners: tuple[tuple[int, float, str], ...]
    note: tuple[int, float]
    fields: dict[str, Field]
    source: str


@cache
def form(name: str) -> Form:
    """Return a form: ``cms1500`` or ``ub04``. Raises InputError for another name.

    >>> form("cms1500").fields["patient_name"]
    Field(name='patient_name', item='2', line=12, column=1.0, width=28, align='L', sure=True)
    """
    if name not in FORMS:
        raise InputError(f"must be one of {', '.join(FORMS)}", field="form")
    table = tomllib.loads((files("cleanclaim.paper") / "forms" / f"{name}.toml").read_text("utf-8"))
    return Form(
        name,
        table["title"],
        table["left"],
        table["top"],
        table["rows"],
        table["step"],
        tuple((int(line), float(column), str(text)) for line, column, text in table["corners"]),
        (int(table["note"][0]), float(table["note"][1])),
        {key: _field(key, text) for key, text in table["field"].items()},
        table["source"],
    )


def _field(name: str, text: str) -> Field:
    match = _FIELD.match(text)
    if match is None:
        raise ValueError(f"not a box of a form: {name} = {text!r}")
    item, line, column, width, align, unsure = match.groups()
    return Field(name, item, int(line), float(column), int(width), align or "L", unsure is None)
