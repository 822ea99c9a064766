"""Small pieces of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_<>|\[\]])")


def plain(text: object) -> str:
    """Return text that Markdown shows as it is.

    >>> plain("a_b | <c>")
    'a\\\\_b \\\\| \\\\<c\\\\>'
    """
    return "" if text is None else _SPECIAL.sub(r"\\\1", str(text))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; its cells are Markdown already."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("\n", " ") for cell in line) + " |" for line in lines)


def bullets(items: Iterable[str]) -> str:
    """Return a list; its items are Markdown already."""
    return "\n".join(f"- {item}" for item in items)


def page(parts: Iterable[str | None]) -> str:
    """Return a page of its parts, those that are empty left out."""
    return "\n\n".join(part for part in parts if part) + "\n"
