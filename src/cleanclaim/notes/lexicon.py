"""The word tables of therapy work, and where their phrases stand in a text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from typing import Any

_TOKEN = re.compile(r"(?<!\w)/[^\W\d_]{1,2}/(?!\w)|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?|[.,;:()\n]")
_BREAKS = frozenset(".,;:()\n")
# words cut short, whose point ends no clause
_SHORTENED = frozenset({
    "int", "mech", "stim", "elec", "electr", "ther", "cont", "lat", "med", "flex", "ext", "abd", "add",
    "bilat", "unilat", "man", "mob", "mobs", "str", "exs", "ex", "act", "ind", "inter", "intermit", "trx",
    "tx", "rx", "neuro", "cerv", "lumb",
})  # fmt: skip
_AS_WRITTEN = {"US": "ultrasound"}  # in small letters another word
_NUMBER = "#"
_VOWELS = frozenset("aeiouy")


@dataclass(frozen=True, slots=True)
class Concept:
    """One meaning of the word tables: the codes it speaks for (best first), how strongly, and what part it plays."""

    name: str
    codes: tuple[str, ...]
    weight: float
    part: str
    says: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of the tables found in the text, as written, with the meanings that it has."""

    start: int
    end: int
    text: str
    concepts: tuple[Concept, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """What words mean when they stand together."""

    when: frozenset[str]
    unless: frozenset[str]
    codes: tuple[str, ...]
    weight: float
    against: tuple[str, ...]
    by: float
    says: str


@dataclass(frozen=True, slots=True)
class Version:
    """A code that other codes stand for before a day, or that some payers want replaced."""

    code: str
    until: date | None = None
    was: tuple[str, ...] = ()
    rather: str | None = None
    packs: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Node:
    following: dict[str, _Node] = field(default_factory=dict)
    concepts: tuple[Concept, ...] = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All word tables: the meanings by name, the phrases as a tree of stems, and the turns."""

    concepts: dict[str, Concept]
    tree: _Node
    turns: tuple[Turn, ...]
    versions: tuple[Version, ...]
    phrases: tuple[tuple[str, str], ...]  # (concept, phrase as written in the table)


@cache
def _forms() -> dict[str, str]:
    table = tomllib.loads((files("cleanclaim.notes") / "words" / "forms.toml").read_text("utf-8"))
    kept = {word.strip() for word in re.split(r"[,\n]", table["kept"]) if word.strip()}
    return {**dict(table["spelled"]), **{word: word for word in kept}}


@lru_cache(maxsize=1 << 15)
def stem(word: str) -> str:
    """Return the form under which a lower-case word is looked up: no ending, American spelling.

    >>> [stem(each) for each in ("mobilisations", "carries", "stepping", "taping", "tapping", "stairs")]
    ['mobiliz', 'carry', 'step', 'tape', 'tap', 'stair']
    """
    if word in (known := _forms()):
        return known[word]
    if len(word) <= 3:
        return word
    if word[-2:] in ("'s", "’s"):
        word = word[:-2]
    if len(word) >= 8:
        word = re.sub(r"(?<=[^aeiou])is(e|es|ed|er|ing|ation|ations)$", r"iz\1", word)
        word = re.sub(r"ization(s?)$", "ize", word)
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    if word[-1] == "s" and word[-2:] not in ("ss", "us", "is"):
        word = word[:-2] if word.endswith(("sses", "ches", "shes", "xes")) else word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 2 and _VOWELS & set(word[: -len(ending)]):
            return _restored(word[: -len(ending)])
    return word[:-1] if word[-1] == "e" and len(word) > 4 else word


def _restored(root: str) -> str:
    """Return the root as its plain form is looked up: one consonant for two, the silent e of a short word."""
    if len(root) > 2 and root[-1] == root[-2] and (root[-1] not in "lsz" or len(root) > 5):
        return root[:-1]
    if len(root) == 3 and root[0] not in _VOWELS and root[1] in _VOWELS and root[2] not in _VOWELS | set("wx"):
        return root + "e"
    if len(root) > 4 and root[-1] == "e":
        return root[:-1]
    return root


def tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (stem, start, end) of each word, number (as ``#``) and clause mark of the text.

    >>> [each for each, _, _ in tokens("Lifts 3x10, /r/ words")]
    ['lift', '#', 'x', '#', ',', 'phonem', 'word']
    """
    shortened = False
    for found in _TOKEN.finditer(text):
        word = found.group()
        if word == "." and shortened:
            shortened = False
            continue
        shortened = word.lower() in _SHORTENED and text[found.end() : found.end() + 2] != ".\n"
        if word[0].isdigit():
            word = _NUMBER
        elif word in _AS_WRITTEN:
            word = _AS_WRITTEN[word]
        elif word[0] == "/":
            word = "phonem"
        elif word not in _BREAKS:
            word = stem(word.lower())
        yield word, found.start(), found.end()


def _spread(phrase: str) -> Iterator[str]:
    """Yield every phrase that one with ``{a|b}`` choices stands for."""
    parts = re.split(r"\{([^}]*)\}", phrase)
    yield from (
        "".join(each) for each in product(*([part] if i % 2 == 0 else part.split("|") for i, part in enumerate(parts)))
    )


def _stems(phrase: str) -> tuple[str, ...]:
    return tuple(word for word, _, _ in tokens(phrase.replace(_NUMBER, "0")) if word not in _BREAKS)


@cache
def lexicon() -> Lexicon:
    """Return the word tables, read once.

    >>> lexicon().concepts["stairs"].codes
    ('97116', '97530')
    """
    concepts: dict[str, Concept] = {}
    tree = _Node()
    turns: list[Turn] = []
    versions: list[Version] = []
    phrases: list[tuple[str, str]] = []
    folder = files("cleanclaim.notes") / "words" / "support"
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if not entry.name.endswith(".toml"):
            continue
        table = tomllib.loads(entry.read_text("utf-8"))
        turns.extend(_turn(each) for each in table.pop("turn", ()))
        versions.extend(_version(each) for key in ("dated", "payer") for each in table.pop(key, ()))
        for name, row in table.items():
            concept = Concept(name, tuple(row["codes"]), float(row["weight"]), row["part"], row["says"])
            concepts[name] = concept
            for line in re.split(r"[,\n]", row["words"]):
                for phrase in _spread(line.strip()):
                    if phrase:
                        _plant(tree, _stems(phrase), concept)
                        phrases.append((name, phrase))
    return Lexicon(concepts, tree, tuple(turns), tuple(versions), tuple(phrases))


def _turn(row: dict[str, Any]) -> Turn:
    return Turn(
        frozenset(row["when"]),
        frozenset(row.get("unless", ())),
        tuple(row.get("codes", ())),
        float(row.get("weight", 0)),
        tuple(row.get("against", ())),
        float(row.get("by", 0)),
        row["says"],
    )


def _version(row: dict[str, Any]) -> Version:
    return Version(
        row["code"], row.get("until"), tuple(row.get("was", ())), row.get("rather"), frozenset(row.get("packs", ()))
    )


def _plant(tree: _Node, stems: tuple[str, ...], concept: Concept) -> None:
    node = tree
    for each in stems:
        node = node.following.setdefault(each, _Node())
    if (
        not any(concept.codes and concept.codes == each.codes for each in node.concepts)
        and concept not in node.concepts
    ):
        node.concepts = (*node.concepts, concept)


def find(text: str) -> list[Hit]:
    """Return the phrases of the tables in the text, in order; the longest one at each place, none overlapping.

    >>> [(hit.text, hit.concepts[0].name) for hit in find("Lateral jaw glides over a tube")]
    [('Lateral jaw glides', 'named_exercise'), ('tube', 'exercise')]
    """
    tree = lexicon().tree
    words = list(tokens(text))
    hits: list[Hit] = []
    at = 0
    while at < len(words):
        node: _Node | None = tree
        last, ahead = None, at
        while ahead < len(words) and node is not None and (node := node.following.get(words[ahead][0])) is not None:
            ahead += 1
            if node.concepts:
                last = (ahead, node.concepts)
        if last is None:
            at += 1
            continue
        start, end = words[at][1], words[last[0] - 1][2]
        hits.append(Hit(start, end, text[start:end], last[1]))
        at = last[0]
    return hits


@cache
def _vocabulary() -> frozenset[str]:
    """The stems of all words of the tables."""
    return frozenset(each for _, phrase in lexicon().phrases for each in _stems(phrase))


def is_known(stemmed: str) -> bool:
    """Return whether a stem stands in any phrase of the tables.

    >>> is_known(stem("lifting")), is_known(stem("qwertz"))
    (True, False)
    """
    return stemmed in _vocabulary()
