"""Finds the phrases of a word table in a text, in one pass over its words whatever the size of the table."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_JOINED = re.compile(r"[ \t\-\u2010-\u2015/:&+()'\u2019\"]*(?:\r?\n[ \t]*)?")
_STEM = 3
_SHORT = 80


class Word(NamedTuple):
    """One word in small letters, with its place in the text."""

    text: str
    start: int
    end: int


class Hit(NamedTuple):
    """A phrase found: the kind its table gives it and its place; ``first`` and ``last`` number its words."""

    kind: str
    start: int
    end: int
    first: int
    last: int


def words(text: str, start: int = 0, end: int | None = None) -> list[Word]:
    """Return the words of ``text`` between ``start`` and ``end``, numbers among them, in small letters.

    >>> [word.text for word in words("Pt's L-spine, 2x10")]
    ["pt's", 'l', 'spine', '2x10']
    """
    if len(text) < _SHORT:
        return [each for each in _split(text) if start <= each.start and (end is None or each.start < end)]
    every, starts = _all_words(text)
    return every[bisect_left(starts, start) : len(every) if end is None else bisect_left(starts, end)]


def _split(text: str) -> list[Word]:
    small = text.lower().replace("\u2019", "'")
    if len(small) != len(text):
        small = "".join(each.lower() if len(each.lower()) == 1 else each for each in text).replace("\u2019", "'")
    return [Word(each.group(), each.start(), each.end()) for each in _WORD.finditer(small)]


@lru_cache(maxsize=8)
def _all_words(text: str) -> tuple[list[Word], list[int]]:
    every = _split(text)
    return every, [word.start for word in every]


def forms(entry: str) -> tuple[str, ...]:
    """Return the forms that a word of a table stands for: ``cue+`` its inflections, ``stop++`` with doubled letter.

    >>> forms("reduce+")
    ('reduce', 'reduces', 'reduced', 'reducing')
    >>> forms("stop++")
    ('stop', 'stops', 'stopped', 'stopping')
    """
    if entry.endswith("++"):
        base = entry[:-2]
        return base, base + "s", base + base[-1] + "ed", base + base[-1] + "ing"
    if entry.endswith("+"):
        base = entry[:-1]
        if base.endswith("e"):
            return base, base + "s", base + "d", base[:-1] + "ing"
        if base.endswith("y") and base[-2] not in "aeou":
            return base, base[:-1] + "ies", base[:-1] + "ied", base + "ing"
        plural = base + ("es" if base.endswith(("s", "x", "z", "ch", "sh")) else "s")
        return base, plural, base + "ed", base + "ing"
    return (entry,)


@dataclass(slots=True)
class _Node:
    exact: dict[str, _Node]
    stems: dict[str, list[tuple[str, _Node]]]
    kind: str | None = None


class Phrases:
    """A table of phrases by kind, to be found in running text.

    An entry is one or more words: plain, ``stem*`` for any ending, ``word+`` for its inflections. Between the words of
    a phrase stand only blanks, hyphens, slashes or one line break.

    >>> table = Phrases({"side": ["right", "left"], "pain": ["knee pain", "sor*"]})
    >>> note = "Left knee-pain, soreness gone"
    >>> [(hit.kind, hit.start, hit.end) for hit in table.find(note, words(note))]
    [('side', 0, 4), ('pain', 5, 14), ('pain', 16, 24)]
    """

    def __init__(self, table: Mapping[str, Iterable[str]]) -> None:
        self._root = _Node({}, {})
        for kind, entries in table.items():
            for entry in entries:
                self._add([forms(each) for each in entry.lower().split()], kind)

    def _add(self, parts: Sequence[tuple[str, ...]], kind: str) -> None:
        nodes = [self._root]
        for part in parts:
            nodes = [_child(node, form) for node in nodes for form in part]
        for node in nodes:
            if node.kind is None:
                node.kind = kind

    def find(self, text: str, among: Sequence[Word]) -> Iterator[Hit]:
        """Yield the phrases found in ``among`` (the words of ``text``), leftmost and longest, never overlapping."""
        exact, stems = self._root.exact, self._root.stems
        place, count = 0, len(among)
        while place < count:
            word = among[place].text
            if word in exact or word[:_STEM] in stems:
                hit = self._longest(text, among, place)
                if hit is not None:
                    yield hit
                    place = hit.last
            place += 1

    def _longest(self, text: str, among: Sequence[Word], first: int) -> Hit | None:
        node, place, count = self._root, first, len(among)
        kind, last = None, first
        while True:
            word = among[place].text
            if node.stems and word[:_STEM] in node.stems:
                return self._branching(text, among, first)
            child = node.exact.get(word)
            if child is None:
                break
            if child.kind is not None:
                kind, last = child.kind, place
            node, place = child, place + 1
            if (
                not (node.exact or node.stems)
                or place >= count
                or not _adjoin(text, among[place - 1].end, among[place].start)
            ):
                break
        return None if kind is None else Hit(kind, among[first].start, among[last].end, first, last)

    def _branching(self, text: str, among: Sequence[Word], first: int) -> Hit | None:
        """Return the longest phrase from ``first`` where stems leave several ways open."""
        kind, last = None, first - 1
        open_: list[tuple[_Node, int]] = [(self._root, first)]
        while open_:
            node, place = open_.pop()
            if place >= len(among) or (place > first and not _adjoin(text, among[place - 1].end, among[place].start)):
                continue
            word = among[place].text
            following = [child for stem, child in node.stems.get(word[:_STEM], ()) if word.startswith(stem)]
            if word in node.exact:
                following.append(node.exact[word])
            for child in following:
                if child.kind is not None and place > last:
                    kind, last = child.kind, place
                if child.exact or child.stems:
                    open_.append((child, place + 1))
        return None if kind is None else Hit(kind, among[first].start, among[last].end, first, last)


def _child(node: _Node, form: str) -> _Node:
    if not form.endswith("*"):
        return node.exact.setdefault(form, _Node({}, {}))
    stem = form[:-1]
    if len(stem) < _STEM:
        raise ValueError(f"the stem {stem!r} of a word table is shorter than {_STEM} letters")
    bucket = node.stems.setdefault(stem[:_STEM], [])
    for known, child in bucket:
        if known == stem:
            return child
    bucket.append((stem, _Node({}, {})))
    return bucket[-1][1]


def _adjoin(text: str, start: int, end: int) -> bool:
    return (end - start == 1 and text[start] == " ") or _JOINED.fullmatch(text, start, end) is not None


@cache
def table(name: str) -> dict[str, Any]:
    """Return the word table ``name`` of this package as it stands in its TOML file."""
    return tomllib.loads(resources.files(__package__).joinpath("words", f"{name}.toml").read_text(encoding="utf-8"))


@cache
def phrases(name: str) -> Phrases:
    """Return the phrases of the word table ``name``, kinds being its keys with lists of entries."""
    return Phrases({kind: entries for kind, entries in table(name).items() if isinstance(entries, list)})
