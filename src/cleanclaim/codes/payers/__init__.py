"""How payers pay: the packs shipped with cleanclaim, with the date, standing and source of every value.

A pack is a TOML file beside this module; ``cleanclaim.toml`` may lay a clinic's own values over one, or name a pack of
the clinic's own. Rules never see a pack: its values reach them as columns.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import polars as pl

from cleanclaim.codes.payers.fields import FIELDS, UNIT_METHODS, Field, Kind
from cleanclaim.codes.payers.load import DatedValue, Pack
from cleanclaim.codes.payers.names import pack, packs
from cleanclaim.codes.payers.page import pack_table, page, payer_table, unit_method
from cleanclaim.codes.payers.policy import Policy
from cleanclaim.dated import Periods

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
    "page",
    "payer_table",
    "periods",
    "policy_by_period",
    "shipped",
    "standing",
    "unit_method",
]


@cache
def shipped() -> Policy:
    """Return the tables of the shipped packs."""
    return Policy.of(packs())


def periods() -> Periods:
    """Return the periods within which no value of a shipped pack changes."""
    return shipped().periods


def policy_by_period() -> pl.DataFrame:
    """Return one row per shipped pack and period: a column a field; null where it is not known.

    ``filing_limit_days`` is nominal where ``filing_limit_months`` is not null: a deadline is counted by months then.
    ``modifier_order`` is the modifier groups separated by one space. ``unit_method`` has the state's law over it.

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
