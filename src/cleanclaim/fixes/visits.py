"""Visits as JSON, written again with some values changed: every other character stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from json.decoder import JSONDecoder, scanstring  # type: ignore[attr-defined]
from typing import Any

from cleanclaim.fixes.rewrite import ADDED, MADE_ONE, LineEdit, Refusal, spelled
from cleanclaim.intake.content import Content
from cleanclaim.intake.encoding import encoding_of
from cleanclaim.intake.fields import FIELDS, MODIFIERS
from cleanclaim.intake.mapping import normal

_PLACE = re.compile(r"visits\[(\d+)\]\.services\[(\d+)\]").fullmatch
_SPACE = re.compile(r"\s*")
_NAMES = {normal(name): name for name in FIELDS}
_COUNTED = (*ADDED, "line_number")
_APART = MODIFIERS[1:]


class _Number(str):
    """A number by its digits, so that none is rounded."""


@dataclass(frozen=True)
class _Change:
    """A service's new values by key, as JSON text and as Python; without any: the service goes away."""

    visit: int
    service: int
    values: dict[str, Any] | None


class VisitsInMemory:
    """Visits as Python values, of which a fixed copy can be made."""

    def __init__(self, visits: Mapping[str, Any] | Sequence[Any]) -> None:
        self._top = visits
        self._visits: Sequence[Any] = visits["visits"] if isinstance(visits, Mapping) else visits

    def refusals(self, edits: Sequence[LineEdit]) -> list[Refusal]:
        """Return the services that cannot be changed as wanted, and why."""
        return [Refusal(edit.row, because) for edit in edits if (because := self._because(edit)) is not None]

    def parts(self, edits: Sequence[LineEdit]) -> Iterator[bytes]:
        """Yield the fixed copy as JSON."""
        yield json.dumps(self.fixed(edits), default=str).encode()

    def fixed(self, edits: Sequence[LineEdit]) -> Any:
        """Return a copy of the visits with ``edits`` made; values that do not change keep their types."""
        top = deepcopy(self._top)
        visits = top["visits"] if isinstance(top, Mapping) else top
        gone: dict[int, set[int]] = {}
        for change in self._changes(edits):
            if change.values is None:
                gone.setdefault(change.visit, set()).add(change.service)
            else:
                visits[change.visit]["services"][change.service].update(change.values)
        for visit, services in gone.items():
            kept = [one for n, one in enumerate(visits[visit]["services"]) if n not in services]
            visits[visit]["services"] = kept
        return top

    def _because(self, edit: LineEdit) -> str | None:
        if edit.into is None:
            return None
        visit, service = _numbers(edit)
        other_visit, other = _numbers(edit.into)
        if visit != other_visit:
            return "the services stand in two visits"
        mine, its = self._beside(visit, service), self._beside(visit, other)
        unlike = [key for key in {**mine, **its} if mine.get(key) != its.get(key)]
        return f"the services differ in {unlike[0][:40]}, and merging them would lose that" if unlike else None

    def _beside(self, visit: int, service: int) -> dict[str, Any]:
        """What a service holds beside values that are added up, its code, and the modifiers that are read."""
        held = self._visits[visit]["services"][service]
        names = {key: _NAMES.get(normal(str(key))) for key in held}
        together = any(name == "modifiers" and held[key] for key, name in names.items())
        known = {*_COUNTED, *MADE_ONE, *(() if together else _APART)}
        return {key: held[key] for key, name in names.items() if name not in known}

    def _changes(self, edits: Sequence[LineEdit]) -> Iterator[_Change]:
        for edit in edits:
            visit, number = _numbers(edit)
            held = self._visits[visit]["services"][number]
            yield _Change(visit, number, None if edit.into is not None else _values(held, edit.changes))


class VisitsFile(VisitsInMemory):
    """A JSON file of visits that can be written again (see :class:`cleanclaim.fixes.rewrite.Rewriter`)."""

    def __init__(self, content: Content) -> None:
        self._encoding = encoding_of(content)
        with content.open() as stream:
            self._bytes = stream.read()
        super().__init__(json.loads(self._text, parse_int=_Number, parse_float=_Number, parse_constant=_Number))

    def refusals(self, edits: Sequence[LineEdit]) -> list[Refusal]:
        """Return the services that cannot be changed as wanted, and why."""
        if self._text.encode(self._encoding.codec) != self._bytes:
            return [Refusal(edit.row, "the file's text is damaged and could not be kept as it is") for edit in edits]
        return super().refusals(edits)

    def parts(self, edits: Sequence[LineEdit]) -> Iterator[bytes]:
        """Yield the file with ``edits`` made."""
        text, at = [], 0
        for first, last, new in sorted(self._replaced(edits)):
            text += [self._text[at:first], new]
            at = last
        yield "".join([*text, self._text[at:]]).encode(self._encoding.codec)

    @cached_property
    def _text(self) -> str:
        return self._bytes.decode(self._encoding.codec, "replace")

    def _replaced(self, edits: Sequence[LineEdit]) -> Iterator[tuple[int, int, str]]:
        """Yield each stretch of the text that changes, and what stands there afterwards."""
        start = _after_space(self._text, 0)
        if self._text[start] == "{":
            start = _last(_members(self._text, start), "visits").first
        visits = _elements(self._text, start)
        for change in self._changes(edits):
            services = _elements(self._text, _last(_members(self._text, visits[change.visit][0]), "services").first)
            first, last = services[change.service]
            if change.values is None:
                yield services[change.service - 1][1], last, ""
            else:
                yield from self._put(_members(self._text, first), change.values)

    def _put(self, members: list[_Member], values: dict[str, Any]) -> Iterator[tuple[int, int, str]]:
        added = ""
        for key, value in values.items():
            held = [member for member in members if member.key == key]
            if held:
                yield held[-1].first, held[-1].last, _written(value, self._text[held[-1].first : held[-1].last])
            else:
                added += f",{members[0].lead}{json.dumps(key)}: {_written(value, '')}"
        if added:
            yield members[-1].last, members[-1].last, added


@dataclass(frozen=True)
class _Member:
    """A member of an object: its key, the space before it, and where its value stands."""

    key: str
    lead: str
    first: int
    last: int


def _numbers(edit: LineEdit) -> tuple[int, int]:
    found = _PLACE(edit.place or "")
    if found is None:
        raise ValueError(f"not the place of a service: {edit.place}")
    return int(found[1]), int(found[2])


def _values(held: Mapping[str, Any], changes: Mapping[str, str]) -> dict[str, Any]:
    """Return the new values of a service by its own keys, of the types that stand there."""
    keys = {name: key for key in held if (name := _NAMES.get(normal(str(key)))) is not None}
    values: dict[str, Any] = {}
    for name, new in changes.items():
        apart = [one for one in _APART if one in keys]
        if name == "modifiers" and apart and not held.get(keys.get("modifiers", "")):
            modifiers = new.split(" ")
            names = [*apart, *(one for one in _APART if one not in apart)]
            for n, one in enumerate(names):
                if n < len(modifiers):
                    values[keys.get(one, one)] = modifiers[n]
                elif one in keys:
                    values[keys[one]] = None
            continue
        key = keys.get(name, name)
        values[key] = _like(name, held.get(key), new)
    return {key: value for key, value in values.items() if key not in held or held[key] != value}


def _like(name: str, old: object, new: str) -> Any:
    """Return a new value of the type of the old one; modifiers are a list where there were none."""
    if isinstance(old, list | tuple):
        return [spelled(name, str(old[0]) if old else "", one) for one in new.split(" ")]
    if isinstance(old, _Number):
        return _Number(spelled(name, old, new))
    if isinstance(old, str):
        return spelled(name, old, new)
    if isinstance(old, int | float | Decimal):
        number = spelled(name, str(old), new)
        return type(old)(number) if not isinstance(old, int) or number.isdigit() else float(number)
    return new.split(" ") if name == "modifiers" else new


def _written(value: Any, old: str) -> str:
    """Return a value as JSON; a list that stood on several lines goes on doing so."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, list) and old.startswith("["):
        lead, tail = _SPACE.match(old, 1), re.search(r"(\s*)\]$", old)
        before, after = (lead[0] if lead else ""), (tail[1] if tail else "")
        between = before if "\n" in before else " "
        return f"[{before}" + f",{between}".join(json.dumps(one) for one in value) + f"{after}]"
    return json.dumps(value)


_SKIP = JSONDecoder().raw_decode


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def _members(text: str, start: int) -> list[_Member]:
    """Return the members of the object that begins at ``start``."""
    found: list[_Member] = []
    at = start + 1
    while True:
        key_at = _after_space(text, at)
        if text[key_at] == "}":
            return found
        key, end = scanstring(text, key_at + 1)
        first = _after_space(text, _after_space(text, end) + 1)
        _, last = _SKIP(text, first)
        found.append(_Member(key, text[at:key_at], first, last))
        at = _after_space(text, last)
        if text[at] == "}":
            return found
        at += 1


def _last(members: list[_Member], key: str) -> _Member:
    return next(member for member in reversed(members) if member.key == key)


def _elements(text: str, start: int) -> list[tuple[int, int]]:
    """Return where the elements of the list that begins at ``start`` stand."""
    found: list[tuple[int, int]] = []
    at = _after_space(text, start + 1)
    while text[at] != "]":
        _, last = _SKIP(text, at)
        found.append((at, last))
        at = _after_space(text, last)
        if text[at] == ",":
            at = _after_space(text, at + 1)
    return found
