"""Structured rows: a note kept as fields, written out as lines, so that every fact still points at words.

CSV with the columns ``section, text`` and, where they are kept, ``minutes, start, stop``; or JSON::

    {"visit_id": "V1", "dos": "2026-03-04", "rows": [{"section": "Treatment", "text": "Stairs, cues", "minutes": 15}]}

Nothing is added to what the rows say: a row without minutes stays without.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from cleanclaim.errors import UnsupportedFile
from cleanclaim.notes.documents.document import Document, whole

COLUMNS = ("section", "text", "minutes", "start", "stop")
"""The columns of a row; ``section`` may be empty, where the row stands under the one before it."""
_KEYS = ("visit_id", "dos", "rows")


def document_of_rows(text: str, name: str) -> Document | None:
    """Return the note that rows write; None where the text is neither such CSV nor such JSON.

    Raises UnsupportedFile for JSON of another shape, with the place of the first thing that is wrong.
    """
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("{"):
        return _of_json(start, name)
    head = start.split("\n", 1)[0].strip().lower().replace('"', "").split(",")
    if [word.strip() for word in head][:2] != ["section", "text"]:
        return None
    columns = [word.strip() for word in head]
    unknown = [word for word in columns if word not in COLUMNS]
    if unknown:
        raise UnsupportedFile(f"{name}: line 1: a row has the columns {', '.join(COLUMNS)} and no others")
    listed = csv.reader(io.StringIO(start, newline=""))
    next(listed)
    try:
        rows = [dict(zip(columns, row, strict=False)) for row in listed if row]
    except csv.Error:
        raise UnsupportedFile(f"{name}: line {listed.line_num}: not CSV; export the rows again") from None
    return Document(whole(_written(rows), name), "rows")


def _of_json(text: str, name: str) -> Document | None:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return None  # a note may begin with a brace
    if not isinstance(given, dict) or "rows" not in given:
        raise UnsupportedFile(f'{name}: JSON of a note has "rows"; see docs/notes.md')
    unknown = [key for key in given if key not in _KEYS]
    if unknown:
        raise UnsupportedFile(f"{name}: JSON of a note has the keys {', '.join(_KEYS)} and no others")
    rows = given["rows"]
    if not isinstance(rows, list):
        raise UnsupportedFile(f"{name}: rows: a list is wanted")
    for number, row in enumerate(rows):
        if not isinstance(row, dict) or not isinstance(row.get("text"), str) or set(row) - set(COLUMNS):
            raise UnsupportedFile(f"{name}: rows[{number}]: an object with {', '.join(COLUMNS)} is wanted")
    dos, visit = given.get("dos"), given.get("visit_id")
    try:
        day = None if dos is None else date.fromisoformat(dos)
    except (TypeError, ValueError):
        raise UnsupportedFile(f"{name}: dos: YYYY-MM-DD is wanted") from None
    if visit is not None and not isinstance(visit, str):
        raise UnsupportedFile(f"{name}: visit_id: text is wanted")
    return Document(whole(_written(rows), name), "rows", dos=day, visit_id=visit)


def _written(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the rows as lines: a heading where the section changes, then what was done with its own time."""
    lines: list[str] = []
    section = ""
    for row in rows:
        named = str(row.get("section") or "").strip()
        if named and named != section:
            section = named
            lines.append(f"{section}:")
        words = " ".join(str(row.get("text") or "").split())
        start, stop, minutes = (str(row.get(key) or "").strip() for key in ("start", "stop", "minutes"))
        span = f"{start}-{stop} " if start and stop else ""
        lines.append(f"{span}{words}{f': {minutes} min' if minutes else ''}")
    return "\n".join(lines)
