"""Which column of a file holds which of our fields: the documented names, or a mapping file for other headers.

A mapping file is TOML. ``[columns]`` gives the file's header, or a list of headers of which the first present is
taken, under our name; columns with a documented name need no entry::

    [columns]
    code = "CPT"
    dos = ["Visit Date", "Service Date"]

    [values.modifiers]
    separator = "+"

    [values.dates]
    format = "%d.%m.%Y"          # or a list of formats

``cleanclaim.toml`` may hold the same as ``[mapping]``, or name the file: ``mapping = "FILE"``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from cleanclaim.errors import ConfigError, UnreadableFile
from cleanclaim.intake.fields import FIELDS, KEYS

_SHIPPED = files("cleanclaim.intake") / "mappings"
_DATE_FORMAT = re.compile(r"(?:%[Yymdb]|[^%A-Za-z0-9])+")
HEADER_ROWS = 20
"""How many rows from the top a header is looked for: titles and blank rows may stand above it."""
SPREAD = {"modifiers": "modifier_", "diagnoses": "diagnosis_"}
"""Fields whose values may stand in numbered columns of their own, and how those begin."""
_NAMES_SHOWN = 10


@dataclass(frozen=True)
class Mapping:
    """A mapping file: per field the headers that may hold it, and how its values are written."""

    columns: MappingType[str, tuple[str, ...]] = field(default_factory=dict)
    modifier_separator: str | None = None
    date_formats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Binding:
    """Where a file's fields stand: per field its column and its header; and the headers that no field takes."""

    places: dict[str, int]
    headers: dict[str, str]
    ignored: tuple[str, ...]

    def __contains__(self, name: str) -> bool:
        return name in self.places

    def note(self, file: str) -> str | None:
        """Return a sentence that names the columns not read, or None."""
        if not self.ignored:
            return None
        more = len(self.ignored) - _NAMES_SHOWN
        names = ", ".join(self.ignored[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
        return f"{file}: columns not read: {names}"


def shipped() -> tuple[str, ...]:
    """Return the names of the mappings that come with the package.

    >>> shipped()
    ('extract',)
    """
    return tuple(sorted(f.name.removesuffix(".toml") for f in _SHIPPED.iterdir() if f.name.endswith(".toml")))


def load_mapping(source: Mapping | MappingType[str, object] | Path | str | None) -> Mapping:
    """Return the mapping of a shipped name or a TOML file; without ``source`` the documented names alone.

    A table is what such a file holds, as ``[mapping]`` of the configuration has it. Raises ConfigError, naming the
    key, where the file is missing or wrong.

    >>> load_mapping("extract").columns["code"][0]
    'cpt'
    """
    if source is None or isinstance(source, Mapping):
        return source or Mapping()
    if isinstance(source, MappingType):
        return _checked(source, "[mapping] of the configuration")
    name = str(source)
    known = name in shipped()
    try:
        text = (_SHIPPED / f"{name}.toml").read_text("utf-8") if known else Path(source).read_text("utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(
            f"no mapping file {name} and no shipped mapping of that name ({', '.join(shipped())})", field="mapping"
        ) from error
    except ValueError as error:
        raise ConfigError(f"{name} is not TOML: {error}", field="mapping") from error
    return _checked(table, name)


def _checked(table: MappingType[str, object], file: str) -> Mapping:
    values = _table(table, "values", file)
    separator = _table(values, "modifiers", file, "values.").get("separator")
    date_format = _table(values, "dates", file, "values.").get("format")
    _refuse_others(table, {"columns", "values"}, file, "")
    _refuse_others(values, {"modifiers", "dates"}, file, "values.")
    if separator is not None and not (isinstance(separator, str) and separator):
        raise ConfigError(f"{file}: give the text between two modifiers", field="values.modifiers.separator")
    stated = date_format if isinstance(date_format, list) else [] if date_format is None else [date_format]
    formats = tuple(each for each in stated if isinstance(each, str) and _is_date_format(each))
    if len(formats) < len(stated) or date_format == []:
        raise ConfigError(
            f"{file}: write the format with %Y (or %y), %m (or %b) and %d, such as %d.%m.%Y",
            field="values.dates.format",
        )
    columns = {}
    for name, header in _table(table, "columns", file).items():
        if name not in FIELDS:
            raise ConfigError(f"{file}: no such field; the fields are {', '.join(FIELDS)}", field=f"columns.{name}")
        headers = header if isinstance(header, list) else [header]
        if not headers or not all(isinstance(h, str) and h.strip() for h in headers):
            raise ConfigError(f"{file}: give a header, or a list of headers, as text", field=f"columns.{name}")
        columns[name] = tuple(headers)
    return Mapping(columns, separator, formats)


def _is_date_format(text: str) -> bool:
    parts = re.findall("%[a-zA-Z]", text)
    return (
        _DATE_FORMAT.fullmatch(text) is not None
        and len(parts) == 3
        and all(len({*pair} & {*parts}) == 1 for pair in (("%Y", "%y"), ("%m", "%b"), ("%d",)))
    )


def _table(parent: MappingType[str, object], key: str, file: str, prefix: str = "") -> MappingType[str, object]:
    value = parent.get(key, {})
    if not isinstance(value, dict):
        raise ConfigError(f"{file}: write [{prefix}{key}] as a table", field=f"{prefix}{key}")
    return value


def _refuse_others(table: MappingType[str, object], allowed: set[str], file: str, prefix: str) -> None:
    for key in table:
        if key not in allowed:
            raise ConfigError(f"{file}: no such key; known are {', '.join(sorted(allowed))}", field=f"{prefix}{key}")


def normal(name: str) -> str:
    """Return a header without case, spaces, underscores and hyphens.

    >>> normal(" Visit ID "), normal("visit_id")
    ('visitid', 'visitid')
    """
    return re.sub(r"[\s_\-]+", "", name).lower()


def fits(header: Sequence[str], mapping: Mapping) -> bool:
    """Return whether a row of names can be the header of service rows.

    >>> fits(["Code", "DOS", "visit id"], Mapping()), fits(["Charges of March"], Mapping())
    (True, False)
    """
    names = {normal(text) for text in header}

    def has(field: str) -> bool:
        return any(normal(each) in names for each in (*mapping.columns.get(field, ()), field))

    return has("code") and has("dos") and any(map(has, KEYS))


def bind(file: str, header: Sequence[str], mapping: Mapping) -> Binding:
    """Return where each field stands in a file with this header.

    Raises UnreadableFile where code, date or every key is missing, or a field would stand in two columns.

    >>> bind("a.csv", ["Code", "DOS", "visit id", "Room"], Mapping()).ignored
    ('Room',)
    """
    found: dict[str, list[int]] = {}
    for place, text in enumerate(header):
        found.setdefault(normal(text), []).append(place)
    places: dict[str, int] = {}
    for name in FIELDS:
        wanted = [*mapping.columns.get(name, ()), name]
        columns = next((found[normal(h)] for h in wanted if normal(h) in found), [])
        if len(columns) > 1 and name in SPREAD:
            # columns of one name that hold a modifier or diagnosis each
            places |= {f"{SPREAD[name]}{n}": place for n, place in enumerate(columns, 1)}
        elif len(columns) > 1:
            raise UnreadableFile(f"{file}: the column {header[columns[0]].strip()} stands twice; rename or remove one")
        elif columns:
            places[name] = columns[0]
    places = {name: places[name] for name in FIELDS if name in places}
    missing = [name for name in ("code", "dos") if name not in places]
    if not any(key in places for key in KEYS):
        missing.append(f"{', '.join(KEYS[:-1])} or {KEYS[-1]}")
    if missing:
        raise UnreadableFile(
            f"{file}: the header has no column {' and none for '.join(missing)}; `cleanclaim init` finds them under"
            f" headers of your own, or name a mapping file (shipped: {', '.join(shipped())})"
        )
    ignored = tuple(t.strip()[:40] for i, t in enumerate(header) if t.strip() and i not in places.values())
    return Binding(places, {name: header[place].strip() for name, place in places.items()}, ignored)
