"""Numbers and text as reports show them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def printable(text: str) -> str:
    r"""Return ``text`` with every character that does not print, or turns the direction of text, as its escape.

    >>> printable("C1\t\u202e")
    'C1\\t\\u202e'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def dollars(cents: int | None) -> str:
    """Return cents as dollars.

    >>> dollars(123456), dollars(-5), dollars(None)
    ('$1,234.56', '-$0.05', 'not known')
    """
    return "not known" if cents is None else f"{'-' if cents < 0 else ''}${amount(abs(cents)):,}"


def amount(cents: int) -> Decimal:
    """Return cents as a number of dollars with two decimals.

    >>> str(amount(-7)), str(amount(123400))
    ('-0.07', '1234.00')
    """
    return Decimal(cents).scaleb(-2)


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def citation(cited: dict[str, Any]) -> str:
    """Return a citation of the JSON contract as text.

    >>> citation({"document": "42 CFR", "section": "410.60", "url": None})
    '42 CFR, 410.60'
    """
    return ", ".join(part for part in (cited["document"], cited["section"]) if part)
