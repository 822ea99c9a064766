"""Text on standard output: lines, paragraphs and tables for a terminal, a pipe or a page of paper.

What comes from a file may hold anything: every character that does not print is shown by its escape, so that no text
of a claim can drive the terminal. On a terminal Rich adds colors; elsewhere plain lines are written.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from cleanclaim.reports.words import printable

if TYPE_CHECKING:
    from rich.console import Console

BROADEST, NARROWEST = 100, 40
GAP = "  "

Part = str | tuple[str, str]
"""A piece of a line: text, or text and its style (a Rich style such as ``bold red``)."""


def width() -> int:
    """Return the columns to fill: those of the terminal within reason, 80 where there is none."""
    return min(max(shutil.get_terminal_size((80, 24)).columns, NARROWEST), BROADEST)


def show(*parts: Part) -> None:
    """Write one line; it is never broken, whatever its length."""
    pieces = [(part, "") if isinstance(part, str) else part for part in parts]
    if not sys.stdout.isatty():
        sys.stdout.write("".join(printable(text) for text, _ in pieces) + "\n")
        return
    from rich.text import Text

    console().print(Text.assemble(*((printable(text), style) for text, style in pieces)), soft_wrap=True)


@cache
def console() -> Console:
    """Return the terminal; words are never colored by guess."""
    from rich.console import Console

    return Console(highlight=False)


def paragraph(text: str, *, indent: int = 0, lead: str | None = None, style: str = "") -> None:
    """Write text wrapped between words and indented; ``lead`` begins the first line in place of the indent."""
    first = " " * indent if lead is None else lead
    for line in _wrapped(text, width(), first, " " * indent):
        show((line, style))


def _wrapped(text: str, columns: int, first: str, further: str) -> list[str]:
    return textwrap.wrap(
        printable(text),
        columns,
        initial_indent=first,
        subsequent_indent=further,
        break_long_words=False,
        break_on_hyphens=False,
    )


def table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = (), indent: int = 0
) -> None:
    """Write rows under headings; nulls are blank; the last column is wrapped into the columns that are left.

    ``right`` names the columns to align on the right. Headings that are all blank are left out.
    """
    cells = [["" if cell is None else printable(str(cell)) for cell in row] for row in rows]
    fixed = [max(len(row[n]) for row in [list(headings), *cells]) for n in range(len(headings) - 1)]
    left = indent + sum(fixed) + len(GAP) * len(fixed)
    columns = max(width(), left + NARROWEST // 2)
    for style, row in [("dim", list(headings)), *(("", row) for row in cells)]:
        if style and not any(row):
            continue
        aligned = [c.rjust(fixed[n]) if n in right else c.ljust(fixed[n]) for n, c in enumerate(row[:-1])]
        first = " " * indent + "".join(cell + GAP for cell in aligned)
        for line in _wrapped(row[-1], columns, first, " " * left) or [first]:
            show((line.rstrip(), style))


def sentence(text: str) -> str:
    """Return ``text`` with a capital letter at its beginning.

    >>> sentence("pair table of 2024-07-01")
    'Pair table of 2024-07-01'
    """
    return f"{text[:1].upper()}{text[1:]}"
