"""What the shell offers after a Tab: rules, payers and words of options.

A Tab must answer at once, so nothing here loads the engine: rules are read from their modules as text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

_PROGRAM = Path(__file__).parents[1]
_RULE = re.compile(r'^    id="(?P<id>\w+)",\n    name="(?P<name>[\w-]+)"', re.MULTILINE)

Offered = list[tuple[str, str]]


def rules(incomplete: str) -> Offered:
    """Return ids and names of rules, and first letters of ids, for the last name of a list with commas.

    >>> rules("U101")
    [('U101', 'units-exceed-minutes')]
    >>> rules("M1,units-ex")
    [('M1,units-exceed-minutes', 'U101')]
    """
    before, comma, last = incomplete.rpartition(",")
    known = sorted(_rules())
    offered = known + [(name, id) for id, name in known]
    if not last:
        offered = [(letter, f"all rules of {letter}") for letter in sorted({id[0] for id, _ in known})] + known
    return _starting(last, [(f"{before}{comma}{word}", help) for word, help in offered], len(before + comma))


def _rules() -> Iterator[tuple[str, str]]:
    for module in sorted((_PROGRAM / "rules").glob("*.py")):
        for found in _RULE.finditer(module.read_text("utf-8")):
            yield found["id"], found["name"]


def packs(incomplete: str) -> Offered:
    """Return the ids of the payer packs.

    >>> packs("medicare")[0][0]
    'medicare'
    """
    return _starting(incomplete, [(path.stem, "payer pack") for path in _packs()])


def _packs() -> list[Path]:
    return sorted((_PROGRAM / "codes" / "payers").glob("*.toml"), key=lambda path: path.stem)


def payers(incomplete: str) -> Offered:
    """Return the payers of ``cleanclaim.toml`` in the current folder, then the packs."""
    try:
        configured = tomllib.loads(Path("cleanclaim.toml").read_text("utf-8-sig")).get("payers", {})
    except (OSError, ValueError):
        configured = {}
    own = [(name, "in cleanclaim.toml") for name in configured] if isinstance(configured, dict) else []
    return _starting(incomplete, own) + packs(incomplete)


def one_of(words: tuple[str, ...]) -> Callable[[str], Offered]:
    """Return what offers those of ``words`` that begin as what is typed.

    >>> one_of(("text", "json", "jsonl"))("js")
    [('json', ''), ('jsonl', '')]
    """

    def offer(incomplete: str) -> Offered:
        return _starting(incomplete, [(word, "") for word in words])

    return offer


def _starting(typed: str, offered: Offered, skip: int = 0) -> Offered:
    return [one for one in offered if one[0][skip:].lower().startswith(typed.lower())]
