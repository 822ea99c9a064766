"""What a file needs to be written again with its lines fixed: which lines, and how a new value is spelled there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import polars as pl

from cleanclaim.fixes.edits import FIELDS

NOT_HERE = ("minutes", "allowed")
"""Fields that another file may give: where a file has no place for them, they are left out of it."""
ADDED = ("units", "minutes", "charge", "allowed")
"""Fields that are added up where lines are merged; line numbers may differ too."""
MADE_ONE = ("code", "modifiers")
"""Fields that may be spelled in two ways: lines are merged only where all other fixes have made them one."""


@dataclass(frozen=True)
class LineEdit:
    """A line of a file as it is to be: ``changes`` by field, with the new text; ``into``: the line that takes it up."""

    row: int
    source_line: int
    place: str | None
    code: str
    changes: dict[str, str]
    into: LineEdit | None = None


@dataclass(frozen=True)
class Refusal:
    """A line that a file cannot be given, and why: in words, without what stands in it."""

    row: int
    because: str


class Rewriter(Protocol):
    """A file that can be written again: first asked which lines it cannot be given, then for its new content."""

    def refusals(self, edits: Sequence[LineEdit]) -> list[Refusal]:
        """Return the lines among ``edits`` that the file cannot be given."""

    def parts(self, edits: Sequence[LineEdit]) -> Iterator[bytes]:
        """Yield the file with ``edits`` made; nothing else differs."""


def by_file(edits: pl.DataFrame) -> dict[int, list[LineEdit]]:
    """Return the lines of ``edits`` (EDITS) as they are in the end, by file, in the order of the file."""
    rows: dict[int, _Line] = {}
    for edit in edits.iter_rows(named=True):
        line = rows.setdefault(edit["row"], _Line(edit))
        line.add(edit)
    made: dict[int, LineEdit] = {}
    for row in sorted(rows, key=lambda row: rows[row].into is not None):
        made[row] = rows[row].edit(made)
    files: dict[int, list[LineEdit]] = {}
    for row in sorted(made):
        files.setdefault(rows[row].first["file_id"], []).append(made[row])
    return files


@dataclass
class _Line:
    first: dict[str, Any]
    into: int | None = None
    last: dict[str, str | None] = field(default_factory=dict)

    def add(self, edit: dict[str, Any]) -> None:
        self.into = edit["into"]
        self.last = {name: edit[f"new_{name}"] for name in FIELDS}

    def edit(self, made: dict[int, LineEdit]) -> LineEdit:
        first, gone = self.first, self.into is not None
        return LineEdit(
            row=first["row"],
            source_line=first["source_line"],
            place=first["place"],
            code=first["code"],
            changes={n: v for n, v in self.last.items() if not gone and v is not None and v != first[n]},
            into=made[self.into] if self.into is not None else None,
        )


_MODIFIER = re.compile(r"[A-Za-z0-9]{2}")


def modifiers_like(old: str, new: str, separator: str = " ") -> str:
    """Return the modifiers of ``new`` written as in ``old``: its case and what it puts between two of them.

    >>> modifiers_like("gp:59", "59 GP"), modifiers_like("GP", "GP 59", "+"), modifiers_like("GP59 ", "59 GP")
    ('59:gp', 'GP+59', '59GP')
    """
    found = list(_MODIFIER.finditer(old))
    if len(found) > 1:
        separator = old[found[0].end() : found[1].start()]
    written = {one.group().upper(): one.group() for one in found}
    return separator.join(written.get(modifier, modifier) for modifier in new.split(" "))


def amount_like(old: str, new: str) -> str:
    """Return an amount in dollars and cents written as ``old``: with its dollar sign, without cents where it has none.

    >>> amount_like("$60.00", "120.00"), amount_like("60", "120.00"), amount_like("60", "120.50")
    ('$120.00', '120', '120.50')
    """
    whole, _, cents = new.partition(".")
    text = whole if "." not in old and cents == "00" else new
    return f"${text}" if old.lstrip().startswith("$") else text


def spelled(name: str, old: str, new: str, separator: str = " ") -> str:
    """Return the new value of a field written as its old one is."""
    if name == "modifiers":
        return modifiers_like(old, new, separator)
    return amount_like(old, new) if name in ("charge", "allowed") else new


def numbered(new: str, columns: Iterable[str]) -> dict[str, str] | None:
    """Return one modifier for each of ``columns``, blank past the last; None where there are too few columns.

    >>> numbered("59 GP", ["modifier_1", "modifier_2", "modifier_3"])
    {'modifier_1': '59', 'modifier_2': 'GP', 'modifier_3': ''}
    """
    held, modifiers = list(columns), new.split(" ")
    if len(modifiers) > len(held):
        return None
    return dict(zip(held, [*modifiers, *[""] * (len(held) - len(modifiers))], strict=True))
