"""How payers pay: the packs shipped with cleanclaim, with the date, standing and source of every value.

A pack is a TOML file beside this module; ``cleanclaim.toml`` may lay a clinic's own values over one. Rules never see a
pack: its values reach them as columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from cleanclaim.codes.payers import load, toml
from cleanclaim.codes.payers.fields import FIELDS, STANDINGS, UNIT_METHODS, Field, Kind
from cleanclaim.codes.payers.load import DatedValue, Pack
from cleanclaim.codes.payers.policy import Policy
from cleanclaim.dated import Periods
from cleanclaim.errors import UnknownPayer

__all__ = [
    "FIELDS",
    "UNIT_METHODS",
    "DatedValue",
    "Field",
    "Kind",
    "Pack",
    "Policy",
    "code_policy_by_period",
    "pack",
    "pack_table",
    "packs",
    "payer_table",
    "periods",
    "policy_by_period",
    "shipped",
    "standing",
]


@cache
def packs() -> tuple[Pack, ...]:
    """Return the packs shipped, in order of their ids.

    >>> [pack.id for pack in packs()]
    ['commercial', 'medicaid', 'medicare']
    """
    files = sorted(Path(__file__).parent.glob("*.toml"))
    return tuple(load.read_pack(toml.read(file), file.name) for file in files)


def pack(id: str) -> Pack:
    """Return the pack with this id; UnknownPayer where there is none.

    >>> pack("medicare").on("unit_method", date(2026, 3, 4)).value
    'cms'
    """
    for known in packs():
        if known.id == id:
            return known
    ids = [known.id for known in packs()]
    raise UnknownPayer(
        f"no payer pack is called {toml.shown(id)}{toml.did_you_mean(id, ids)}; packs: {', '.join(ids)}", field="payer"
    )


@cache
def shipped() -> Policy:
    """Return the tables of the shipped packs."""
    return Policy.of(packs())


def periods() -> Periods:
    """Return the periods within which no value of a shipped pack changes."""
    return shipped().periods


def policy_by_period() -> pl.DataFrame:
    """Return one row per shipped pack and period: a column a field; null where it is not known, or only uncertain.

    ``filing_limit_days`` is nominal where ``filing_limit_months`` is not null: a deadline is counted by months then.
    ``modifier_order`` is the modifier groups separated by one space.

    >>> policy_by_period().filter(pack="commercial")["unit_method"].unique().to_list()
    ['ama']
    """
    return shipped().by_period


def code_policy_by_period() -> pl.DataFrame:
    """Return one row per shipped pack, procedure code and period of which the pack says something.

    >>> code_policy_by_period().filter(pack="medicare", code="97014")["substitute_code"].unique().to_list()
    ['G0283']
    """
    return shipped().by_code


def standing(id: str, field: str, on: date, code: str | None = None) -> str | None:
    """Return the standing (V, R, U) of a shipped pack's value on a day; None where the pack has no value.

    >>> standing("medicare", "unit_method", date(2026, 3, 4))
    'V'
    """
    value = pack(id).on(field, on, code)
    return value.standing if value else None


def payer_table(on: date, shown: Sequence[Pack] | None = None) -> pl.DataFrame:
    """Return one row per pack, in the order given (the shipped packs by default), as of a day.

    Columns: pack, name, unit_method, unit_method_standing, filing_limit, standing (how many values in force have each
    standing), verified. Null where the pack does not say.

    >>> payer_table(date(2026, 3, 4)).select("pack", "unit_method", "filing_limit").row(2)
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
    in_force = [value.standing for _, _, value in _said(each) if on in value.span]
    return (
        each.id,
        each.name,
        method and method.value,
        method and method.standing,
        limit and limit.value,
        ", ".join(f"{in_force.count(letter)} {letter}" for letter in STANDINGS if letter in in_force) or None,
        each.verified,
    )


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
                str(value.value).lower() if isinstance(value.value, bool) else str(value.value),
                value.span.first,
                value.span.last,
                value.standing,
                value.source.document,
                value.source.section,
                value.source.url,
                FIELDS[name].meaning,
            )
            for name, code, value in _said(each)
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


def _said(each: Pack) -> list[tuple[str, str | None, DatedValue]]:
    plain = [(name, None, value) for name in FIELDS for value in each.fields.get(name, ())]
    by_code = [
        (name, code, value)
        for name in FIELDS
        for code, values in sorted(each.codes.get(name, {}).items())
        for value in values
    ]
    return [*plain, *by_code]
