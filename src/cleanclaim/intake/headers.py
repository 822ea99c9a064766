"""Headers of columns read as words, and how well they fit our fields."""

from __future__ import annotations

import re
import tomllib
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files

from cleanclaim.intake.fields import FIELDS
from cleanclaim.intake.mapping import SPREAD, normal

SURE, LIKELY, PERHAPS = 90, 75, 55
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|#")
_ALIKE = 0.86
_REVISIONS = ("9", "10", "cm")
_KEYS = dict.fromkeys(("visit_id", "claim_id", "patient_id"), "patient")
_OTHERS = {
    **_KEYS,
    **dict.fromkeys(("charge", "allowed", "claim_charge"), "money"),
    **dict.fromkeys(("dos", "dos_end", "received"), "date"),
    **dict.fromkeys(("minutes", "start", "stop"), "time"),
    **dict.fromkeys(("payer", "payer_id"), "payer"),
    **dict.fromkeys(("rendering_npi", "credential"), "person"),
    "code": "code",
}


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((files("cleanclaim.intake") / "headers.toml").read_text("utf-8"))


@cache
def _short() -> dict[str, tuple[str, ...]]:
    return {short: tuple(str(full).split()) for short, full in _table()["short"].items()}


@cache
def _phrases() -> dict[str, tuple[tuple[str, ...], ...]]:
    return {field: tuple(tuple(phrase.split()) for phrase in said) for field, said in _table()["fields"].items()}


@cache
def _known() -> frozenset[str]:
    words = {word for said in _phrases().values() for phrase in said for word in phrase}
    return frozenset(word for word in words | set(_short()) if len(word) > 1) | {"name"}


@cache
def words(header: str) -> tuple[str, ...]:
    """Return a header's words, small, with short forms written out.

    >>> words("PtAcct#"), words("TX_MIN"), words("INSNAME")
    (('patient', 'account', 'number'), ('treatment', 'minutes'), ('insurance', 'name'))
    """
    found: list[str] = []
    for token in _WORDS.findall(header.replace("(s)", "s")):
        small = "number" if token == "#" else token.lower()
        for part in [small] if small in _known() else _apart(small):
            found += _short().get(part, (part,))
    return tuple(word for n, word in enumerate(found) if not (word in _REVISIONS and found[n - 1 : n] == ["icd"]))


def _apart(token: str) -> list[str]:
    """Cut a run of letters into known words, the fewest; the run itself where that is not possible."""
    best: list[list[str] | None] = [[]]
    for end in range(1, len(token) + 1):
        cuts = [
            [*before, token[start:end]]
            for start in range(end)
            if (before := best[start]) is not None and token[start:end] in _known()
        ]
        best.append(min(cuts, key=len) if cuts else None)
    return best[-1] or [token]


def score(field: str, header: str) -> int:
    """Return how well a header fits a field, from 0 to 110: SURE, LIKELY, PERHAPS and more, or less than these.

    >>> score("code", "CPT"), score("minutes", "Tx Min"), score("minutes", "Total Min"), score("payer", "Room")
    (100, 100, 0, 0)
    """
    if normal(header) == normal(field):
        return 110
    said = words(header)
    if not said or field not in FIELDS:
        return 0
    best = max((_alike(phrase, said) for phrase in _phrases_of(field)), default=0)
    if field in SPREAD and said[-1].isdigit():
        return 0
    others = _table()["other"].get(_OTHERS.get(field, ""), [])
    return 0 if best < 96 and not set(others).isdisjoint(said) else best


@cache
def _phrases_of(field: str) -> tuple[tuple[str, ...], ...]:
    """Return what headers say for a field; a numbered one is called as the whole is, with its number."""
    own = _phrases().get(field, ())
    whole, begin = next(((whole, begin) for whole, begin in SPREAD.items() if field.startswith(begin)), ("", "-"))
    return (*own, *((*phrase, field.removeprefix(begin)) for phrase in _phrases().get(whole, ())))


def _alike(phrase: tuple[str, ...], said: tuple[str, ...]) -> int:
    if phrase == said:
        return 100
    if sorted(phrase) == sorted(said):
        return 96
    extra = len(said) - len(phrase)
    if set(phrase) <= set(said):
        return 88 - 4 * extra if len(phrase) > 1 else 66 - 4 * extra
    short, long = sorted(("".join(phrase), "".join(said)), key=len)
    if (
        len(phrase) == len(said)
        and len(short) > 4
        and long[0] == short[0]
        and SequenceMatcher(None, long, short).ratio() >= _ALIKE
    ):
        return 0 if set("0123456789").intersection(long + short) else 78
    return 0


def is_about(header: str, *meant: str) -> bool:
    """Return whether a header has one of the words.

    >>> is_about("Total Tx Min", "minutes")
    True
    """
    return not set(meant).isdisjoint(words(header))
