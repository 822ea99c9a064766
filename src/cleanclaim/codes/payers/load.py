"""Payer packs: dated, cited values read from TOML and checked; a clinic's own values laid over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from cleanclaim.citation import Citation
from cleanclaim.codes.payers.fields import FIELDS, STANDINGS, Field, Value, read_code
from cleanclaim.codes.payers.toml import Key, did_you_mean
from cleanclaim.dated import Span
from cleanclaim.errors import InputError

_DAY = timedelta(days=1)
_HEADER = ("id", "name", "note", "verified")


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
    def relied_on(self) -> bool:
        """An uncertain value is shown and never decides a rule."""
        return self.standing != "U"


DatedValues = tuple[DatedValue, ...]


@dataclass(frozen=True)
class Pack:
    """What is known of how a payer pays: per field, and per field and procedure code, values in date order.

    A field without values is not known, and rules that need it are not checked. ``verified`` is the day on which the
    pack's sources were last looked at; ``base`` the pack a clinic's own pack was made from.
    """

    id: str
    name: str
    note: str = ""
    verified: date | None = None
    fields: Mapping[str, DatedValues] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, DatedValues]] = field(default_factory=dict)
    base: str | None = None

    def on(self, field: str, day: date, code: str | None = None) -> DatedValue | None:
        """Return the value of ``field`` (for ``code``, where the field goes by code) on ``day``; None if not known."""
        if field not in FIELDS:
            raise InputError(f"{field!r} is no field of a payer pack{did_you_mean(field, FIELDS)}", field="field")
        if FIELDS[field].by_code and code is None:
            raise InputError(f"{field} goes by procedure code; name one", field="code")
        values = self.codes.get(field, {}).get(code or "", ()) if FIELDS[field].by_code else self.fields.get(field, ())
        return next((value for value in values if day in value.span), None)


def read_pack(document: Mapping[str, object], file: str) -> Pack:
    """Return the pack that the TOML ``document`` holds; ConfigError naming ``file`` and key where it is wrong."""
    key = Key(file)
    top = key.table(dict(document), (*_HEADER, *FIELDS))
    fields, codes = read_fields({name: top[name] for name in top if name not in _HEADER}, key, source=None)
    return Pack(
        id=(key / "id").text(top.get("id", "")),
        name=(key / "name").text(top.get("name", "")),
        note=(key / "note").text(top["note"]) if "note" in top else "",
        verified=(key / "verified").day(top.get("verified")),
        fields=fields,
        codes=codes,
    )


def read_fields(
    table: Mapping[str, object], key: Key, *, source: Citation | None
) -> tuple[dict[str, DatedValues], dict[str, dict[str, DatedValues]]]:
    """Return the fields in ``table``: those of the payer, and those by procedure code.

    With a ``source`` a plain value may stand for one that always holds, and dated values need neither source nor
    standing: so a clinic writes down its contract. Without one every value must be dated and cited.
    """
    fields: dict[str, DatedValues] = {}
    codes: dict[str, dict[str, DatedValues]] = {}
    for name, given in table.items():
        known, place = FIELDS[name], key / name
        if not known.by_code:
            fields[name] = _values(known, given, place, source)
            continue
        codes[name] = {}
        for written, value in place.table(given).items():
            code = read_code(written, place / written)
            if code in codes[name]:
                raise (place / written).error(f"{code} stands here twice; keep one")
            codes[name][code] = _values(known, value, place / written, source)
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


def _values(field: Field, given: object, key: Key, source: Citation | None) -> DatedValues:
    if source is not None and not _is_dated(given):
        if isinstance(given, dict):
            raise key.error("a dated value goes in a list: [{ value = ..., first_day = ... }]")
        return (DatedValue(field.read(given, key), Span(), "V", source),)
    values = [(_value(field, item, key / i, source), key / i) for i, item in enumerate(key.items(given))]
    values.sort(key=lambda pair: pair[0].span.first or date.min)
    for (earlier, _), (later, place) in pairwise(values):
        first, last = later.span.first, earlier.span.last
        if last is None or first is None or first <= last:
            raise place.error(
                f"holds on the same days as the value before it (which ends {last or 'never'}); "
                "end that one the day before this one begins"
            )
    return tuple(value for value, _ in values)


def _value(field: Field, item: object, key: Key, source: Citation | None) -> DatedValue:
    table = key.table(item, ("value", "first_day", "last_day", "standing", "source"))
    for name in ("value",) if source is not None else ("value", "standing", "source"):
        if name not in table:
            raise key.error(f"{name} is missing; every value has value, standing and source")
    span = Span((key / "first_day").day(table.get("first_day")), (key / "last_day").day(table.get("last_day")))
    if span.first is not None and span.last is not None and span.last < span.first:
        raise (key / "last_day").error(f"{span.last} is before first_day {span.first}")
    return DatedValue(
        value=field.read(table["value"], key / "value"),
        span=span,
        standing=(key / "standing").choice(table.get("standing", "V"), STANDINGS),
        source=_source(table["source"], key / "source", source) if source is None or "source" in table else source,
    )


def _source(given: object, key: Key, own: Citation | None) -> Citation:
    if own is not None and isinstance(given, str):
        return Citation(own.document, key.text(given))
    table = key.table(given, ("document", "section", "url"))
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
