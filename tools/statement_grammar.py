"""Invented statements of therapy work with the code each is meant for: training material for the ranker of notes.

The patterns beside this file were written for this project from general knowledge of therapy; no sentence is taken
from a publication or a record. The same seed gives the same statements.
"""

from __future__ import annotations

import random
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_CHOICE = re.compile(r"\{([^{}]*)\}")
_LISTED = re.compile(r"\b[A-Z]{3,}\b")


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("statement_patterns.toml").read_text("utf-8"))


@cache
def _choices(name: str) -> list[str]:
    return [each.strip() for each in _table()["lists"][name].split("|")]


def _filled(pattern: str, rng: random.Random) -> str:
    """Return the pattern with each choice made, and each listed word drawn, also inside a choice."""
    while found := _CHOICE.search(pattern):
        pattern = pattern[: found.start()] + rng.choice(found.group(1).split("|")) + pattern[found.end() :]
    lists = _table()["lists"]
    return _LISTED.sub(lambda each: rng.choice(_choices(each[0])) if each[0] in lists else each[0], pattern)


def statements(seed: int = 5, each: int = 600) -> list[tuple[str, str]]:
    """Return invented (statement, code) pairs, at most ``each`` a code (also ``NONE`` and ``OTHER``).

    >>> len(statements(each=3)), statements(each=3) == statements(each=3)
    (24, True)
    """
    rng = random.Random(seed)
    table = _table()
    rows: list[tuple[str, str]] = []
    for code, text in table["patterns"].items():
        patterns = [line for line in text.splitlines() if line]
        seen: set[str] = set()
        for turn in range(each * 40):
            if len(seen) == each:
                break
            words = _filled(patterns[turn % len(patterns)], rng)
            words = rng.choice(table["openers"]) + words + rng.choice(table["closers"])
            words = words[0].upper() + words[1:] if rng.random() < 0.7 else words
            if words not in seen:
                seen.add(words)
                rows.append((words, code))
    return rows
