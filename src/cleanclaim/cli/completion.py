"""What the shell offers after a Tab: rules, payers and words of options.

A Tab must answer at once, so nothing here loads the engine: rules are read from their modules as text.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path

_PROGRAM = Path(__file__).parents[1]
_RULE = re.compile(r'^    id="(?P<id>\w+)",\n    name="(?P<name>[\w-]+)"', re.MULTILINE)

Offered = list[tuple[str, str]]


def rules(incomplete: str) -> Offered:
    """Return ids and names of rules, and first letters of ids, for the last name of a list with commas.

    >>> rules("U101")
    [('U101', 'units-exceed-minutes')]
    >>> rules("M1,units-exceed-m")
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
    return [(typed, help) for name, help in _starting(incomplete, own) if (typed := _typed(name))] + packs(incomplete)


def _typed(name: str) -> str:
    """Return a name as the shell that asks wants it typed; empty where it cannot be handed over whole."""
    shell = os.environ.get("_CLEANCLAIM_COMPLETE", "")
    if shell == "complete_bash":
        return re.sub(r"([^\w@%+=:,./-])", r"\\\1", name)
    # typer's answer to zsh loses what stands between single quotes
    return "" if shell == "complete_zsh" and "'" in name else name


def mend_bash_words(environment: MutableMapping[str, str]) -> None:
    """Put ``--format``, ``=`` and ``js`` right, which bash takes for three words: the option, then its value.

    >>> asked = {"COMP_WORDS": "cleanclaim\\ncheck\\n--format\\n=\\njs", "COMP_CWORD": "4"}
    >>> mend_bash_words(asked)
    >>> asked["COMP_WORDS"].split(), asked["COMP_CWORD"]
    (['cleanclaim', 'check', '--format', 'js'], '3')
    """
    words, number = environment.get("COMP_WORDS", "").split("\n"), environment.get("COMP_CWORD", "")
    if not number.isdigit():
        return
    at = int(number)
    if at < len(words) and words[at] == "=":
        words[at:] = ["=", ""]
        at += 1
    if 2 <= at < len(words) and words[at - 1] == "=" and words[at - 2].startswith("--"):
        del words[at - 1]
        environment["COMP_WORDS"], environment["COMP_CWORD"] = "\n".join(words), str(at - 1)


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
