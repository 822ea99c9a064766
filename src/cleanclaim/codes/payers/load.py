"""Payer packs: dated, cited values read from TOML and checked; a clinic's own values laid over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from cleanclaim.citation import Citation
from cleanclaim.codes.payers.fee_tables import check_fee_table
from cleanclaim.codes.payers.fields import BASIS_NEEDS, FIELDS, STANDINGS, Field, Kind, Value, read_code
from cleanclaim.codes.payers.toml import Key, did_you_mean
from cleanclaim.dated import Span
from cleanclaim.errors import ConfigError, InputError

_DAY = timedelta(days=1)
_HEADER = ("id", "name", "note", "verified", "aliases", "federal", "base")
_VALUE = ("value", "first_day", "last_day", "standing", "source")
_SOURCE = ("document", "section", "url")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A field's value, the days it holds, its standing and where it is published.

    ``standing``: V verified in a copy of the source, R stated from the named source and not read again, U uncertain.
    """

    value: Value
    span: Span
    standing: str
    source: Citation

    @property
    def certain(self) -> bool:
        """False for an uncertain value: what rests on it is advice."""
        return self.standing != "U"


DatedValues = tuple[DatedValue, ...]


@dataclass(frozen=True)
class Pack:
    """What is known of how a payer pays: per field, and per field and procedure code, values in date order.

    A field without values is not known, and rules that need it are not checked. ``verified`` is the day on which the
    pack's sources were last looked at; ``base`` the pack that this one is laid over. ``federal``: its patients are
    funded by the federal government, so that no state's insurance law binds it. ``aliases`` are other names.
    """

    id: str
    name: str
    note: str = ""
    verified: date | None = None
    fields: Mapping[str, DatedValues] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, DatedValues]] = field(default_factory=dict)
    base: str | None = None
    aliases: tuple[str, ...] = ()
    federal: bool = False

    def on(self, field: str, day: date, code: str | None = None) -> DatedValue | None:
        """Return the value of ``field`` (for ``code``, where the field goes by code) on ``day``; None if not known."""
        if field not in FIELDS:
            raise InputError(f"{field!r} is no field of a payer pack{did_you_mean(field, FIELDS)}", field="field")
        if FIELDS[field].by_code and code is None:
            raise InputError(f"{field} goes by procedure code; name one", field="code")
        values = self.codes.get(field, {}).get(code or "", ()) if FIELDS[field].by_code else self.fields.get(field, ())
        return next((value for value in values if day in value.span), None)

    def said(self) -> Iterator[tuple[str, str | None, DatedValue]]:
        """Yield each field, its code (None where it does not go by code) and value, in the order of FIELDS."""
        for name in FIELDS:
            yield from ((name, None, value) for value in self.fields.get(name, ()))
        for name in FIELDS:
            for code, values in sorted(self.codes.get(name, {}).items()):
                yield from ((name, code, value) for value in values)


class Problems(list[ConfigError]):
    """Everything that is wrong with a document, each with its place.

    >>> problems = Problems()
    >>> problems.attempt(lambda: Key("p.toml", "kx_applies").flag("yes"))
    >>> [str(problem) for problem in problems]
    ['kx_applies: expected true or false without quotes, not "yes" (p.toml)']
    """

    def attempt(self, read: Callable[[], T]) -> T | None:
        """Return what ``read`` returns; None, with its error kept, where it fails."""
        try:
            return read()
        except ConfigError as problem:
            self.append(problem)
            return None

    def known(self, table: Mapping[str, object], allowed: Iterable[str], key: Key) -> None:
        """Keep an error for each key of ``table`` that is not in ``allowed``."""
        names = tuple(allowed)
        for name in table:
            if name not in names:
                near = did_you_mean(name, names) or f"; keys here: {', '.join(names)}"
                self.append((key / name).error(f"unknown key{near}"))

    def raise_first(self) -> None:
        """Raise the first error, where there is one."""
        if self:
            raise self[0]


def read_pack(document: Mapping[str, object], file: str, bases: Iterable[Pack] = ()) -> Pack:
    """Return the pack that the TOML ``document`` holds; ConfigError naming ``file`` and key where it is wrong.

    A pack may name one of ``bases``: its own values are then laid over that pack's.
    """
    pack, problems = examine(document, file, bases)
    problems.raise_first()
    return pack


def examine(
    document: Mapping[str, object], file: str, bases: Iterable[Pack] = (), folder: Path | None = None
) -> tuple[Pack, Problems]:
    """Return the pack that ``document`` holds as far as it can be read, and everything that is wrong with it.

    The files that it names stand in ``folder``.
    """
    key, problems, top = Key(file, folder=folder), Problems(), dict(document)
    problems.known(top, (*_HEADER, *FIELDS), key)
    known = {name: top[name] for name in top if name in FIELDS}
    fields, codes = _fields(known, key, None, problems)

    def header(name: str, read: Callable[[Key, object], T], default: T) -> T:
        if name not in top:
            return default
        found = problems.attempt(lambda: read(key / name, top[name]))
        return default if found is None else found

    pack = Pack(
        id=problems.attempt(lambda: (key / "id").text(top.get("id", ""))) or "",
        name=problems.attempt(lambda: (key / "name").text(top.get("name", ""))) or "",
        note=header("note", Key.text, ""),
        verified=header("verified", Key.day, None),
        fields=fields,
        codes=codes,
        aliases=header("aliases", _texts, ()),
        federal=header("federal", Key.flag, False),
    )
    if "base" not in top:
        return _told_in_full(pack, key, problems), problems
    by_id = {base.id: base for base in bases}
    base = problems.attempt(lambda: by_id[(key / "base").choice(top["base"], tuple(by_id))])
    return (pack if base is None else _told_in_full(_based(pack, base), key, problems)), problems


def _told_in_full(pack: Pack, key: Key, problems: Problems) -> Pack:
    problems.extend(unpriced(pack, key))
    return pack


def unpriced(pack: Pack, key: Key) -> Iterator[ConfigError]:
    """Yield an error for each fee basis of a pack that lacks the field which says the amount, on its first day."""
    for basis in pack.fields.get("fee_basis", ()):
        needed = BASIS_NEEDS.get(str(basis.value))
        on = basis.span.first or basis.span.last or date.max
        if needed and pack.on(needed, on) is None:
            yield (key / "fee_basis").error(f"{basis.value} says no amount without {needed}; write {needed} too")


def _based(pack: Pack, base: Pack) -> Pack:
    laid = overlaid(base, pack.id, pack.name, pack.fields, pack.codes)
    note, verified, federal = pack.note or base.note, pack.verified or base.verified, pack.federal or base.federal
    return replace(laid, note=note, verified=verified, federal=federal, aliases=pack.aliases)


def _texts(key: Key, given: object) -> tuple[str, ...]:
    return tuple((key / i).text(item) for i, item in enumerate(key.items(given)))


def read_fields(
    table: Mapping[str, object], key: Key, *, source: Citation | None
) -> tuple[dict[str, DatedValues], dict[str, dict[str, DatedValues]]]:
    """Return the fields in ``table``: those of the payer, and those by procedure code.

    With a ``source`` a plain value may stand for one that always holds, and dated values need neither source nor
    standing: so a clinic writes down its contract. Without one every value must be dated and cited.
    """
    problems = Problems()
    found = _fields(table, key, source, problems)
    problems.raise_first()
    return found


def _fields(
    table: Mapping[str, object], key: Key, source: Citation | None, problems: Problems
) -> tuple[dict[str, DatedValues], dict[str, dict[str, DatedValues]]]:
    fields: dict[str, DatedValues] = {}
    codes: dict[str, dict[str, DatedValues]] = {}
    for name, given in table.items():
        known, place = FIELDS[name], key / name
        if not known.by_code:
            fields[name] = _values(known, given, place, source, problems)
            continue
        codes[name] = {}
        for written, value in (problems.attempt(partial(place.table, given)) or {}).items():
            code = problems.attempt(partial(read_code, written, place / written))
            if code in codes[name]:
                problems.append((place / written).error(f"{code} stands here twice; keep one"))
            elif code is not None:
                codes[name][code] = _values(known, value, place / written, source, problems)
    if "fee_table" in fields and "fee_basis" not in fields:
        # who names a table of fees means it to be used
        fields["fee_basis"] = tuple(replace(value, value="fee_table") for value in fields["fee_table"])
    return fields, codes


def overlaid(
    pack: Pack, id: str, name: str, fields: Mapping[str, DatedValues], codes: Mapping[str, Mapping[str, DatedValues]]
) -> Pack:
    """Return ``pack`` under another id, with ``fields`` and ``codes`` in place of its own on the days they hold."""
    by_code = {
        field: {
            code: _over(codes.get(field, {}).get(code, ()), pack.codes.get(field, {}).get(code, ()))
            for code in sorted({*codes.get(field, {}), *pack.codes.get(field, {})})
        }
        for field in FIELDS
        if field in codes or field in pack.codes
    }
    plain = {
        field: _over(fields.get(field, ()), pack.fields.get(field, ()))
        for field in FIELDS
        if field in fields or field in pack.fields
    }
    return replace(pack, id=id, name=name, fields=plain, codes=by_code, base=pack.id)


def _values(field: Field, given: object, key: Key, source: Citation | None, problems: Problems) -> DatedValues:
    if source is not None and not _is_dated(given):
        if isinstance(given, dict):
            problems.append(key.error("a dated value goes in a list: [{ value = ..., first_day = ... }]"))
            return ()
        plain = problems.attempt(lambda: _read(field, given, key))
        return () if plain is None else (DatedValue(plain, Span(), "V", source),)
    items = problems.attempt(lambda: key.items(given)) or []
    read = [(_value(field, item, key / i, source, problems), key / i) for i, item in enumerate(items)]
    values = [(value, place) for value, place in read if value is not None]
    values.sort(key=lambda pair: pair[0].span.first or date.min)
    for (earlier, _), (later, place) in pairwise(values):
        first, last = later.span.first, earlier.span.last
        if last is None or first is None or first <= last:
            problems.append(
                place.error(
                    f"holds on the same days as the value before it (which ends {last or 'never'}); "
                    "end that one the day before this one begins"
                )
            )
    return tuple(value for value, _ in values)


def _value(field: Field, item: object, key: Key, source: Citation | None, problems: Problems) -> DatedValue | None:
    given = problems.attempt(lambda: key.table(item))
    if given is None:
        return None
    table, before = given, len(problems)
    problems.known(table, _VALUE, key)
    for name in ("value",) if source is not None else ("value", "standing", "source"):
        if name not in table:
            problems.append(key.error(f"{name} is missing; every value has value, standing and source"))
    first = problems.attempt(lambda: (key / "first_day").day(table.get("first_day")))
    last = problems.attempt(lambda: (key / "last_day").day(table.get("last_day")))
    if first is not None and last is not None and last < first:
        problems.append((key / "last_day").error(f"{last} is before first_day {first}"))
    value = problems.attempt(lambda: _read(field, table["value"], key / "value")) if "value" in table else None
    standing = problems.attempt(lambda: (key / "standing").choice(table.get("standing", "V"), STANDINGS))
    cited = source
    if "source" in table:
        cited = problems.attempt(lambda: _source(table["source"], key / "source", source))
    if len(problems) > before or value is None or standing is None or cited is None:
        return None
    return DatedValue(value, Span(first, last), standing, cited)


def _read(field: Field, given: object, key: Key) -> Value:
    value = field.read(given, key)
    if field.kind is Kind.FEE_TABLE:
        check_fee_table(str(value), key)
    return value


def _source(given: object, key: Key, own: Citation | None) -> Citation:
    if own is not None and isinstance(given, str):
        return Citation(own.document, key.text(given))
    table = key.table(given, _SOURCE)
    for name in ("document", "section"):
        if name not in table:
            raise (key / name).error("is missing; say which document, and where in it")
    return Citation(
        (key / "document").text(table["document"]),
        (key / "section").text(table["section"]),
        (key / "url").text(table["url"]) if "url" in table else None,
    )


def _is_dated(given: object) -> bool:
    return isinstance(given, list) and any(isinstance(item, dict) for item in given)


def _over(own: DatedValues, base: DatedValues) -> DatedValues:
    rest = [replace(old, span=span) for old in base for span in _outside(old.span, [value.span for value in own])]
    return tuple(sorted([*own, *rest], key=lambda value: value.span.first or date.min))


def _outside(span: Span, taken: Sequence[Span]) -> Iterator[Span]:
    """Yield the parts of ``span`` that none of ``taken``, in date order and apart from each other, holds."""
    first = span.first
    for other in taken:
        if other.last is not None and first is not None and other.last < first:
            continue
        if other.first is not None and span.last is not None and span.last < other.first:
            break
        if other.first is not None and (first is None or first < other.first):
            yield Span(first, other.first - _DAY)
        if other.last is None:
            return
        first = other.last + _DAY
    if span.last is None or first is None or first <= span.last:
        yield Span(first, span.last)
