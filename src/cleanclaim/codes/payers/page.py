"""Payer packs laid out to be read: one row a pack, one row a value, or the whole page of one pack on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from cleanclaim.codes.payers.fields import FIELDS, STANDINGS, Kind, Value
from cleanclaim.codes.payers.law import at_least
from cleanclaim.codes.payers.load import DatedValue, Pack
from cleanclaim.codes.payers.names import pack, packs

STANDING_WORDS = {
    "V": "verified in the source",
    "R": "stated, confirm",
    "U": "uncertain: advises only",
}
"""The standing of a value in words."""


def payer_table(on: date, shown: Sequence[Pack] | None = None) -> pl.DataFrame:
    """Return one row per pack, in the order given (the shipped packs by default), as of a day.

    Columns: pack, name, unit_method, unit_method_standing, filing_limit, standing (how many values in force have each
    standing), verified. Null where the pack does not say.

    >>> payer_table(date(2026, 3, 4)).filter(pack="medicare").select("pack", "unit_method", "filing_limit").row(0)
    ('medicare', 'cms', '12 months')
    """
    return pl.DataFrame(
        [_payer_row(each, on) for each in (packs() if shown is None else shown)],
        schema={
            "pack": pl.String,
            "name": pl.String,
            "unit_method": pl.String,
            "unit_method_standing": pl.String,
            "filing_limit": pl.String,
            "standing": pl.String,
            "verified": pl.Date,
        },
        orient="row",
    )


def _payer_row(each: Pack, on: date) -> tuple[object, ...]:
    method, limit = each.on("unit_method", on), each.on("filing_limit", on)
    in_force = [value.standing for _, _, value in each.said() if on in value.span]
    return (
        each.id,
        each.name,
        unit_method(each, on),
        method and method.standing,
        limit and limit.value,
        ", ".join(f"{in_force.count(letter)} {letter}" for letter in STANDINGS if letter in in_force) or None,
        each.verified,
    )


def unit_method(each: Pack, on: date) -> str | None:
    """Return how a pack's payer counts units on a day, its state's law over its own method; None if not known.

    >>> unit_method(pack("bcbs-illinois"), date(2019, 7, 21)), unit_method(pack("bcbs-illinois"), date(2019, 7, 22))
    ('cms', 'ama')
    """
    held = (each.on(field, on) for field in ("unit_method", "state_law_floor"))
    method, floor = (None if value is None else str(value.value) for value in held)
    return at_least(method, floor)


def pack_table(each: Pack) -> pl.DataFrame:
    """Return one row per dated value of a pack, in the order of FIELDS, code and date; values as text.

    Columns: field, code (null where the field does not go by code), value, first_day, last_day, standing, document,
    section, url, meaning.

    >>> pack_table(pack("medicare")).filter(field="filing_limit").select("value", "first_day").row(0)
    ('12 months', datetime.date(2010, 1, 1))
    """
    return pl.DataFrame(
        [
            (
                name,
                code,
                _text(name, value.value),
                value.span.first,
                value.span.last,
                value.standing,
                value.source.document,
                value.source.section,
                value.source.url,
                FIELDS[name].meaning,
            )
            for name, code, value in each.said()
        ],
        schema={
            "field": pl.String,
            "code": pl.String,
            "value": pl.String,
            "first_day": pl.Date,
            "last_day": pl.Date,
            "standing": pl.String,
            "document": pl.String,
            "section": pl.String,
            "url": pl.String,
            "meaning": pl.String,
        },
        orient="row",
    )


def page(name: str | Pack, on: date) -> dict[str, Any]:
    """Return everything a pack says on a day, and what it does not, as plain values.

    Keys: ``pack``, ``name``, ``aliases``, ``base``, ``note``, ``verified``, ``on``; ``fields`` in force, in the order
    of FIELDS (``field``, ``code``, ``value``, ``meaning``, ``first_day``, ``last_day``, ``standing``,
    ``standing_meaning``, ``document``, ``section``, ``url``); ``other_days``, the same for values that hold on other
    days; ``not_known``, the fields that decide something and of which the pack says nothing on the day (``field``,
    ``meaning``). Days are YYYY-MM-DD, null for an open end. UnknownPayer where no pack is called so.

    >>> page("bcbs il", date(2026, 3, 4))["fields"][0]["value"]
    'ama'
    """
    each = pack(name) if isinstance(name, str) else name
    said = list(each.said())
    known = {field for field, _, value in said if on in value.span}
    return {
        "pack": each.id,
        "name": each.name,
        "aliases": list(each.aliases),
        "base": each.base,
        "note": each.note or None,
        "verified": _day(each.verified),
        "on": on.isoformat(),
        "fields": [_entry(*one) for one in said if on in one[2].span],
        "other_days": [_entry(*one) for one in said if on not in one[2].span],
        "not_known": [
            {"field": name, "meaning": field.meaning}
            for name, field in FIELDS.items()
            if field.decides and not field.by_code and name not in known and name != "state_law_floor"
            if not field.said_if_wanted and not field.optional
        ],
    }


def _entry(name: str, code: str | None, value: DatedValue) -> dict[str, Any]:
    return {
        "field": name,
        "code": code,
        "value": _text(name, value.value) if FIELDS[name].kind is Kind.MONEY else value.value,
        "meaning": FIELDS[name].meaning,
        "first_day": _day(value.span.first),
        "last_day": _day(value.span.last),
        "standing": value.standing,
        "standing_meaning": STANDING_WORDS[value.standing],
        "document": value.source.document,
        "section": value.source.section,
        "url": value.source.url,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _text(name: str, value: Value) -> str:
    if FIELDS[name].kind is Kind.MONEY:
        return f"{int(value) // 100}.{int(value) % 100:02d}"
    return str(value).lower() if isinstance(value, bool) else str(value)
