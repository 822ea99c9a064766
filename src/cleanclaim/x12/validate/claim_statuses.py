"""Claim status codes for a 277CA, and the entities that they name."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from cleanclaim.x12.validate.grammar import grammar

_FILE = Path(__file__).parent / "claim_statuses.toml"
_WITH_ENTITY = "entity: "


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


@cache
def statuses() -> dict[str, str]:
    """Return what each claim status code that is given here is about, by its number.

    >>> statuses()["187"]
    'dates of service'
    """
    return {code: text.removeprefix(_WITH_ENTITY) for code, text in _table()["status"].items()}


def usual(name: str) -> str:
    """Return the status of a claim or batch in which nothing is wrong, or of one whose lines are.

    >>> usual("accepted"), usual("of_lines")
    ('A2:20', 'A3:247')
    """
    found: str = _table()[name]
    return found


def with_entity(status: str, kind: str, loop: str) -> str:
    """Return a status (category, code, entity) with the entity of its loop, where the code asks for one it lacks.

    An entity that a 277CA cannot name is replaced by that of the loop, or left out.

    >>> [with_entity(status, "837P", "2310A") for status in ("A7:562:82", "A7:562:P3", "A7:501", "A7:187")]
    ['A7:562:82', 'A7:562:DN', 'A7:501:DN', 'A7:187']
    """
    category, code, *entity = status.split(":")
    if entity and entity[0] in _entities():
        return status
    asks = _table()["status"].get(code, "").startswith(_WITH_ENTITY)
    found = _entity_of(kind, loop) if asks else None
    return ":".join([category, code, *([found] if found else [])])


@cache
def _entities() -> frozenset[str]:
    return frozenset(_table()["entities"].split())


@cache
def _entity_of(kind: str, loop: str) -> str | None:
    """Return the first entity that the names of a loop may have and a 277CA can name."""
    if loop in _table()["level"]:
        return str(_table()["level"][loop])
    own = grammar(kind)
    rows = [row for row in own.rows if own.names[row.loop] == loop and row.segment == "NM1"]
    return next((code for row in rows for code in row.qualifiers if code in _entities()), None)
