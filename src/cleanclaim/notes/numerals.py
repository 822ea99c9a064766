"""Numbers as notes write them: figures and words up to ninety-nine."""

from __future__ import annotations

import re

_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = (
    {word: number for number, word in enumerate(_UNITS, 1)}
    | {word: number for number, word in enumerate(_TEENS, 10)}
    | {word: number * 10 for number, word in enumerate(_TENS, 2)}
    | {"zero": 0, "nil": 0, "fourty": 40, "fivteen": 15, "fiveteen": 15}
)
WORDED = (
    rf"(?:(?:{'|'.join(_TENS)}|fourty)(?:[ \-\u2010-\u2015]+(?:{'|'.join(_UNITS)}))?|{'|'.join(_TEENS)}|fiveteen"
    rf"|{'|'.join(_UNITS)}|zero)"
)
"""The pattern of a number in words (small letters; compile it without regard to case)."""
_SPLIT = re.compile(r"[^a-z]+")


def value(written: str) -> int | None:
    """Return the number that ``written`` stands for, 0 to 99 in words or any in figures; null for anything else.

    >>> [value(each) for each in ("Twenty-five", "38", "forty four", "a few")]
    [25, 38, 44, None]
    """
    written = written.strip().lower()
    if written.isascii() and written.isdigit():
        return int(written) if len(written) < 10 else None
    parts = [_VALUES.get(part) for part in _SPLIT.split(written) if part != "and"]
    if not parts or None in parts or len(parts) > 2:
        return None
    if len(parts) == 2 and not (parts[0] and parts[0] >= 20 and parts[0] % 10 == 0 and parts[1] and parts[1] < 10):
        return None
    return sum(part for part in parts if part is not None)
