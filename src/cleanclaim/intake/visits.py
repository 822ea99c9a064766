"""Visits with their services, as JSON or as Python values: ``{"visits": [{..., "services": [{...}]}]}``.

A field may stand at the visit, for all its services, or at a service. Numbers are taken by their decimal text, so
that no cent passes through a binary fraction.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

import polars as pl

from cleanclaim.errors import UnreadableFile
from cleanclaim.intake.content import Content
from cleanclaim.intake.encoding import encoding_of, utf8_pieces
from cleanclaim.intake.fields import FIELDS, KEYS, MODIFIERS
from cleanclaim.intake.mapping import normal
from cleanclaim.intake.rows import Rows, convert, holding, placed, unreadable
from cleanclaim.intake.source import Source

_NAMES = {normal(name): name for name in FIELDS}
_LISTS = {*MODIFIERS, "diagnoses", "pointers", "occurrence_codes"}
_KEYS_SHOWN = 10


class _Object(dict[str, object]):
    """A JSON object that remembers the keys that stood in it twice."""

    repeated: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, object]]) -> _Object:
    made = _Object(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        made.repeated = tuple(key for key in made if keys.count(key) > 1)
    return made


def open_visits(content: Content, file_id: int) -> Source:
    """Return a JSON file as a Source; raises UnreadableFile, with line and column, where it is not JSON."""
    encoding = encoding_of(content)
    text = b"".join(utf8_pieces(content, encoding)).decode("utf-8", "replace")
    try:
        top = json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise UnreadableFile(
            f"{content.name}: not JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    except RecursionError as error:
        raise UnreadableFile(f"{content.name}: not visits: values nested too deep") from error
    notes = (encoding.note,) if encoding.note is not None else ()
    return visits_source(top, content.name, file_id, notes)


def visits_source(top: object, name: str, file_id: int, notes: tuple[str, ...] = ()) -> Source:
    """Return visits as a Source: an object with ``visits``, or the list itself."""
    visits = top.get("visits") if isinstance(top, Mapping) else top
    if not isinstance(visits, list | tuple):
        raise UnreadableFile(f'{name}: no list of visits; write {{"visits": [{{..., "services": [...]}}]}}')
    gathered = _Gathered()
    gathered.add_all(visits)
    return Source(
        file_id,
        name,
        bills=gathered.has("units") or gathered.has("charge"),
        carries_minutes=gathered.has("minutes") or gathered.has("start"),
        rows=lambda: _rows(gathered, name, file_id, notes),
    )


@dataclass
class _Gathered:
    """The services of all visits as rows of text, with the path of every field, and what could not be taken."""

    rows: list[dict[str, str]] = field(default_factory=list)
    paths: list[dict[str, str]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    lost: int = 0
    unknown: dict[str, None] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return any(name in row for row in self.rows)

    def add_all(self, visits: Sequence[object]) -> None:
        for number, visit in enumerate(visits):
            self.add(visit, f"visits[{number}]", str(number + 1))

    def add(self, visit: object, path: str, number: str) -> None:
        services = visit.get("services") if isinstance(visit, Mapping) else None
        if not isinstance(visit, Mapping) or not isinstance(services, list | tuple) or not services:
            wrong, place = ("an object", path) if not isinstance(visit, Mapping) else ("a list", f"{path}.services")
            self.lose(place, f"{wrong} of services is wanted; the visit is left out")
            return
        inherited, inherited_paths = self.fields(visit, path)
        for index, service in enumerate(services):
            place = f"{path}.services[{index}]"
            if not isinstance(service, Mapping):
                self.lose(place, "an object is wanted; the service is left out")
                continue
            own, own_paths = self.fields(service, place)
            row, paths = {**inherited, **own}, {**inherited_paths, **own_paths}
            if not any(row.get(key, "").strip() for key in KEYS):
                row["visit_id"] = f"visit {number}"
            self.rows.append(row)
            self.paths.append(paths)
            self.places.append(place)

    def lose(self, place: str, message: str) -> None:
        self.faults.append((place, message))
        self.lost += 1

    def fields(self, raw: Mapping[object, object], path: str) -> tuple[dict[str, str], dict[str, str]]:
        """Return the text and the path of each documented field of one object."""
        texts: dict[str, str] = {}
        paths: dict[str, str] = {}
        for key in getattr(raw, "repeated", ()):
            self.faults.append((f"{path}.{_whole(key[:40])}", "the key stands twice; the last one is read"))
        for key, value in raw.items():
            name = _NAMES.get(normal(str(key)))
            if name is None:
                if key != "services":
                    self.unknown[_whole(str(key)[:40])] = None
                continue
            place = f"{path}.{_whole(str(key))}"
            text = self.text(value, name, place)
            if text is not None:
                texts[name], paths[name] = text, place
        return texts, paths

    def text(self, value: object, name: str, place: str) -> str | None:
        """Return one value as text; a list is joined where the field is one. None where there is none."""
        if value is None:
            return None
        if isinstance(value, bool) and FIELDS[name].kind != "yes_no":
            self.faults.append((place, "true or false is not a value of this field; read as missing"))
            return None
        if isinstance(value, str | int | float | Decimal | date | time):
            return str(value).lower() if isinstance(value, bool) else _whole(str(value))
        if name in _LISTS and isinstance(value, list | tuple) and not any(isinstance(p, list | tuple) for p in value):
            parts = [self.text(part, name, f"{place}[{n}]") for n, part in enumerate(value)]
            return " ".join(part for part in parts if part is not None)
        self.faults.append((place, "one text or number is wanted; read as missing"))
        return None


def _whole(text: str) -> str:
    """JSON can escape half a character, which no table holds: it becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def _rows(gathered: _Gathered, name: str, file_id: int, notes: tuple[str, ...]) -> Iterator[Rows]:
    names = [n for n in FIELDS if gathered.has(n) or n in ("code", "dos", "visit_id", "modifiers")]
    columns = {n: [row.get(n) for row in gathered.rows] for n in names}
    text = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    converted = convert(text)
    services = placed(
        converted.values,
        file_id=pl.lit(file_id),
        source_line=pl.int_range(1, text.height + 1),
        place=pl.Series(gathered.places, dtype=pl.String),
        # visits are written where the minutes are; diagnoses and referrals often stand in another system
        **holding([*names, "minutes", "start", "stop"]),
    ).filter(converted.kept)
    read_faults = [
        (gathered.paths[index].get(column, f"{gathered.places[index]}.{column}"), message)
        for index, column, message in converted.faults.rows()
    ]
    faults = list(dict.fromkeys([*gathered.faults, *read_faults]))
    unknown = list(gathered.unknown)
    if unknown:
        more = f" and {len(unknown) - _KEYS_SHOWN} more" if len(unknown) > _KEYS_SHOWN else ""
        notes = (*notes, f"{name}: keys not read: {', '.join(unknown[:_KEYS_SHOWN])}{more}")
    yield Rows(
        services,
        unreadable(pl.DataFrame(faults, schema={"column": pl.String, "message": pl.String}, orient="row"), file_id),
        read=len(gathered.rows) + gathered.lost,
        left_out=text.height - services.height + gathered.lost,
        notes=notes,
    )
