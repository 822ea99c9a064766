"""Grammar tables of the transactions: which loops, segments and elements there are, made into arrays.

The tables are text (``grammars/*.toml``); nothing here knows any loop or segment by name.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cleanclaim.x12.segments import Flags, Ints, word_of

FOLDER = Path(__file__).parent / "grammars"
KINDS = ("837P", "837I", "835", "999", "277CA")
ROOT = "ST"
UNLIMITED = 1 << 40
NOT_USED, SITUATIONAL, REQUIRED = 0, 1, 2
TEXT, CODE, DECIMAL, WHOLE, DATE, TIME, COMPOSITE = range(7)
_TYPES = {"AN": TEXT, "ID": CODE, "R": DECIMAL, "N0": WHOLE, "DT": DATE, "TM": TIME, "B": TEXT}
_USAGES = {"-": NOT_USED, "S": SITUATIONAL, "R": REQUIRED}
_OTHER = b""  # stands for a qualifier that no loop has
_PLACE = re.compile(r"(?:(?P<under>\S+) )?(?P<place>\d+) (?P<usage>[RS])(?P<most>\d*)$")
_SEGMENT = re.compile(
    r"(?P<id>\S+) (?P<place>\d+) (?P<usage>[RS])(?P<most>\d*)(?: \[(?P<basis>\w+)\])?(?: (?P<elements>.*))?$"
)
_LIST_PRIME = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Slot:
    """A place in a loop, for a segment or for a loop within it."""

    name: str
    place: int
    required: bool
    most: int
    loop: int = -1  # of the loop that stands here, -1 for a segment


@dataclass(frozen=True)
class Row:
    """A segment as one loop has it."""

    loop: int
    segment: str
    slot: int  # within the loop
    qualifiers: tuple[str, ...]
    spec: int  # of its first element
    count: int  # elements by the standard
    last_required: int


@dataclass
class Specs:
    """What is asked of elements, one entry for each element of each row, then for the components of composites."""

    label: list[str] = field(default_factory=list)
    usage: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    least: list[int] = field(default_factory=list)
    most: list[int] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)  # of the components
    count: list[int] = field(default_factory=list)
    shown: list[bool] = field(default_factory=list)
    number: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SpecTable:
    """The same as arrays."""

    label: list[str]
    number: list[str]
    usage: Ints
    kind: Ints
    least: Ints
    most: Ints
    codes: Ints
    first: Ints
    count: Ints
    shown: Flags


@dataclass(frozen=True)
class Grammar:
    """One transaction's loops and segments; tables are indexed by loop, token, row, slot and spec number."""

    kind: str
    set_id: str
    group: str
    versions: tuple[str, ...]
    names: tuple[str, ...]
    parents: tuple[tuple[int, ...], ...]
    depth: Ints
    slots: tuple[tuple[Slot, ...], ...]
    rows: tuple[Row, ...]
    specs: SpecTable
    code_keys: npt.NDArray[np.uint64]
    tokens: dict[tuple[bytes, bytes], int]
    segment_ids: tuple[bytes, ...]
    discriminator: dict[bytes, tuple[int, int]]  # which element, and whether its first component
    next_loop: npt.NDArray[np.int16]
    next_row: npt.NDArray[np.int16]
    sync: Flags  # tokens that open the same loop wherever they stand
    cuts: tuple[int, ...]  # loops before which a long transaction may be cut
    carried: frozenset[str]  # those of them that stay open over a cut
    slot_in: npt.NDArray[np.int16]  # [loop, parent]
    conditions: dict[bytes, tuple[tuple[str, tuple[int, ...]], ...]]

    def row_of(self, loop: str, segment: str, qualifier: str | None = None) -> int:
        """Return the number of a row, by loop, segment and, where the loop has several, one of its qualifiers."""
        for number, row in enumerate(self.rows):
            if self.names[row.loop] == loop and row.segment == segment and qualifier in (None, *row.qualifiers):
                return number
        raise KeyError((loop, segment, qualifier))

    def loop(self, name: str) -> int:
        """Return the number of a loop."""
        return self.names.index(name)


def code_key(words: npt.NDArray[np.uint64], lists: Ints) -> npt.NDArray[np.uint64]:
    """Return one number for a code and the list it is looked up in."""
    return words ^ (lists.astype(np.uint64) * _LIST_PRIME)


@cache
def grammar(kind: str) -> Grammar:
    """Return the grammar of a transaction: 837P, 837I, 835, 999 or 277CA.

    >>> grammar("837P").names[:4]
    ('ST', '1000A', '1000B', '2000A')
    """
    return _Builder(kind).built()


@cache
def by_version() -> dict[tuple[bytes, bytes], str]:
    """Return the kind of transaction by its ST01 and its version.

    >>> by_version()[b"835", b"005010X221A1"]
    '835'
    """
    found = {}
    for kind in KINDS:
        table = _table(kind)
        for version in table["versions"]:
            found[table["set"].encode(), version.encode()] = kind
    return found


@cache
def standard() -> dict[str, dict[str, str]]:
    """Return the element types, composites, segments and conditions of the standard."""
    return tomllib.loads((FOLDER / "standard.toml").read_text("utf-8"))


@cache
def _table(kind: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{kind}.toml").read_text("utf-8"))


class _Builder:
    """Reads one grammar."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.table = _table(kind)
        self.loops: dict[str, Any] = self.table["loop"]
        self.names = tuple(self.loops)
        self.heads = {name: _matched(_PLACE, loop["place"]) for name, loop in self.loops.items()}
        self.rows: list[Row] = []
        self.slots: list[list[Slot]] = [[] for _ in self.names]
        self.specs = Specs()
        self.lists: dict[tuple[str, ...], int] = {(): 0}
        self.discriminator = {
            name.encode(): (int(place.split("-")[0]), int("-" in place))
            for name, place in standard()["discriminator"].items()
        }

    def built(self) -> Grammar:
        for number, name in enumerate(self.names):
            for line in self.loops[name]["segments"]:
                self._segment(number, _matched(_SEGMENT, line))
        parents = tuple(self._parents(name) for name in self.names)
        slot_in = np.full((len(self.names), len(self.names)), -1, np.int16)
        for number, name in enumerate(self.names):
            head = self.heads[name]
            for parent in parents[number]:
                slot_in[number, parent] = len(self.slots[parent])
                self.slots[parent].append(
                    Slot(name, int(head["place"]), head["usage"] == "R", int(head["most"] or UNLIMITED), number)
                )
        tokens, ids = self._tokens()
        cuts = tuple(self.names.index(name) for name in self.table["cuts"])
        next_loop, next_row, sync = self._transitions(tokens, parents, cuts)
        conditions = {
            name.encode(): tuple((text[0], tuple(map(int, re.findall("..", text[1:])))) for text in given.split())
            for name, given in standard()["condition"].items()
        }
        return Grammar(
            self.kind,
            self.table["set"],
            self.table["group"],
            tuple(self.table["versions"]),
            self.names,
            parents,
            np.array([self._depth(number, parents) for number in range(len(self.names))]),
            tuple(map(tuple, self.slots)),
            tuple(self.rows),
            self._spec_table(),
            self._code_keys(),
            tokens,
            ids,
            self.discriminator,
            next_loop,
            next_row,
            sync,
            (0, *cuts),
            frozenset((ROOT, *self.table["carried"])),
            slot_in,
            conditions,
        )

    def _parents(self, name: str) -> tuple[int, ...]:
        under = self.heads[name]["under"]
        return tuple(self.names.index(one) for one in under.split(",")) if under else ()

    def _depth(self, number: int, parents: tuple[tuple[int, ...], ...]) -> int:
        return 0 if not parents[number] else 1 + max(self._depth(one, parents) for one in parents[number])

    def _segment(self, loop: int, line: dict[str, str]) -> None:
        name = line["id"]
        numbers = standard()["segment"][name].split()
        items = _items(line["elements"] or "")
        items += ["-"] * (len(numbers) - len(items))
        spec = len(self.specs.usage)
        composites = []
        for place, (number, item) in enumerate(zip(numbers, items, strict=True), 1):
            inside = self._element(f"{name}{place:02}", number, item)
            if inside is not None:
                composites.append((len(self.specs.usage) - 1, number, inside, f"{name}{place:02}"))
        for at, number, inside, label in composites:
            parts = standard()["composite"][number].split()
            given = _items(inside)
            self.specs.first[at], self.specs.count[at] = len(self.specs.usage), len(parts)
            for k, (part, item) in enumerate(zip(parts, given + ["-"] * (len(parts) - len(given)), strict=True), 1):
                self._element(f"{label}-{k:02}", part, item)
        required = [k for k, item in enumerate(items, 1) if item[0] == "R"]
        by, component = self.discriminator.get(name.encode(), (0, 0))
        codes = items[by - 1] if by else ""
        if component:
            codes = _items(codes[2:-1])[0] if codes[1:2] == "(" else ""
        qualifiers = tuple(codes[2:].split("|")) if codes[1:2] == "=" else ()
        self.rows.append(
            Row(loop, name, len(self.slots[loop]), qualifiers, spec, len(numbers), max(required, default=0))
        )
        most = int(line["most"] or UNLIMITED)
        self.slots[loop].append(Slot(name, int(line["place"]), line["usage"] == "R", most))

    def _element(self, label: str, number: str, item: str) -> str | None:
        """Add the spec of an element; return what is asked of its components, where it has any."""
        specs, inside = self.specs, None
        specs.label.append(label)
        specs.number.append(number)
        specs.usage.append(_USAGES[item[0]])
        specs.first.append(0)
        specs.count.append(0)
        codes: tuple[str, ...] = ()
        if number[0] == "C":
            kind, least, most = COMPOSITE, 0, UNLIMITED
            inside = item[2:-1]
        else:
            name, low, high = standard()["element"][number].split()
            kind, least, most = _TYPES[name], int(low), int(high)
            codes = tuple(item[2:].split("|")) if item[1:2] == "=" else ()
        specs.kind.append(kind)
        specs.least.append(least)
        specs.most.append(most)
        specs.codes.append(self.lists.setdefault(codes, len(self.lists)))
        shown = number in standard()["shown"]["text"].split() or kind in (CODE, DECIMAL, WHOLE, TIME, DATE)
        specs.shown.append(shown and label not in standard()["shown"]["never"].split())
        return inside if item[0] != "-" else None

    def _spec_table(self) -> SpecTable:
        names = ("usage", "kind", "least", "most", "codes", "first", "count")
        arrays = {name: np.array(getattr(self.specs, name), np.int64) for name in names}
        return SpecTable(self.specs.label, self.specs.number, **arrays, shown=np.array(self.specs.shown))

    def _code_keys(self) -> npt.NDArray[np.uint64]:
        keys = [
            code_key(np.array([word_of(code.encode())]), np.array([number]))[0]
            for codes, number in self.lists.items()
            for code in codes
        ]
        return np.sort(np.array(keys, np.uint64))

    def _tokens(self) -> tuple[dict[tuple[bytes, bytes], int], tuple[bytes, ...]]:
        ids = tuple(dict.fromkeys(row.segment.encode() for row in self.rows))
        tokens: dict[tuple[bytes, bytes], int] = {}
        for name in ids:
            tokens[name, _OTHER] = len(tokens)
        for row in self.rows:
            for qualifier in row.qualifiers:
                tokens.setdefault((row.segment.encode(), qualifier.encode()), len(tokens))
        return tokens, ids

    def _transitions(
        self, tokens: dict[tuple[bytes, bytes], int], parents: tuple[tuple[int, ...], ...], cuts: tuple[int, ...]
    ) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16], Flags]:
        """Return, for a loop and the token met in it, the loop it belongs to and its row (-1: none)."""
        shape = (len(self.names), len(tokens) + 1)  # the last one: a segment that the transaction does not have
        next_loop = np.repeat(np.arange(shape[0], dtype=np.int16)[:, None], shape[1], axis=1)
        next_row = np.full(shape, -1, np.int16)
        first = {row.loop: number for number, row in reversed(list(enumerate(self.rows)))}
        children = [[k for k, own in enumerate(parents) if loop in own] for loop in range(shape[0])]
        for (name, qualifier), token in tokens.items():
            fits = {
                number
                for number, row in enumerate(self.rows)
                if row.segment.encode() == name and (not row.qualifiers or qualifier.decode() in row.qualifiers)
            }
            for loop in range(shape[0]):
                found = self._walk(loop, fits, first, children, parents)
                if found is not None:
                    next_row[loop, token], next_loop[loop, token] = found, self.rows[found].loop
        sync = np.zeros(shape[1], bool)
        for loop in (0, *cuts):
            opener = first[loop]
            row = self.rows[opener]
            for code in row.qualifiers or ("",):
                token = tokens[row.segment.encode(), code.encode()]
                if not (np.isin(next_row[:, token], (-1, opener))).all():
                    continue
                next_row[:, token], next_loop[:, token], sync[token] = opener, loop, True
        return next_loop, next_row, sync

    def _walk(
        self,
        loop: int,
        fits: set[int],
        first: dict[int, int],
        children: list[list[int]],
        parents: tuple[tuple[int, ...], ...],
    ) -> int | None:
        """Return the row a segment belongs to: of this loop, of one within it, or of those around it in turn."""
        for number in sorted(fits):
            if self.rows[number].loop == loop and first[loop] != number:
                return number
        for child in children[loop]:
            if first[child] in fits:
                return first[child]
        for parent in parents[loop]:
            found = self._walk(parent, fits, first, children, parents)
            if found is not None:
                return found
        return None


def _matched(pattern: re.Pattern[str], text: str) -> dict[str, Any]:
    match = pattern.match(text)
    if match is None:
        raise ValueError(f"not a line of a grammar: {text!r}")
    return match.groupdict()


def _items(text: str) -> list[str]:
    """Return the elements of a line: separated by spaces outside parentheses, ``*n`` standing for n of one kind."""
    found: list[str] = []
    for item, times in re.findall(r"((?:[^\s()*]|\([^()]*\))+)(?:\*(\d+))?", text):
        found += [item] * int(times or 1)
    return found
