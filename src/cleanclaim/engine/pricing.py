"""One visit at the fee schedule, with the steps of the computation: the contract of ``cleanclaim price``.

The amounts are :mod:`cleanclaim.engine.price`'s; this module reads the request, finds its published values and says in
words how each amount came about, or why there is none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from cleanclaim.codes import fees, hcpcs, params, payers
from cleanclaim.codes.modifiers import DISCIPLINES
from cleanclaim.engine.price import MOST_UNITS, price
from cleanclaim.engine.price_steps import explain, why_not
from cleanclaim.engine.request import choice, day, only, services, text
from cleanclaim.errors import InputError

_KEYS = ("payer", "dos", "discipline", "gpci", "locality", "services")
_SERVICE_KEYS = ("code", "units", "minutes", "by", "modifiers")
"""What a service may say. The last three belong to the request of ``cleanclaim units`` and do not change the price."""
_PARTS = ("work", "pe", "mp")
_MOST_INDEX = 10
_CODE = re.compile(r"\d{5}|\d{4}[A-Z]|[A-Z]\d{4}")
_NAME = "a price request"

_SCHEMA = {
    "row": pl.Int64,
    "pool_key": pl.Int64,
    "code": pl.String,
    "units": pl.Float64,
    "conversion_factor": pl.Float64,
    "conversion_factor_qp": pl.Float64,
    "mppr_pe_reduction": pl.Float64,
    "localized": pl.Boolean,
    "gpci_work": pl.Float64,
    "gpci_pe": pl.Float64,
    "gpci_mp": pl.Float64,
    "fee_basis": pl.String,
    "mppr_applies": pl.Boolean,
}
_FACTS = (
    *("code", "fee_status", "mult_proc", "always_therapy", "work_rvu", "pe_rvu", "mp_rvu"),
    *("national_fee_cents", "fee_age"),
)


@dataclass(frozen=True)
class _Visit:
    """A request, read and found usable. ``index`` has the indices by name; empty where the locality has none."""

    payer: payers.Pack
    dos: date
    place: str
    localized: bool
    index: Mapping[str, float]
    services: Sequence[tuple[str, int]]


def price_visit(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the fee schedule allows for one visit, line by line, in cents, with the steps of the computation.

    ``request`` has ``payer`` (a pack's id), ``dos`` (YYYY-MM-DD), ``services`` (``code`` and ``units`` each) and may
    have ``discipline`` and one of ``gpci`` (``work``, ``pe``, ``mp``) and ``locality`` (``mac``, ``locality``); without
    either the national values are used. The services are the patient's whole day at one billing provider, whatever the
    discipline, for the multiple-procedure reduction reaches across them.

    The result has ``lines`` (``code``, ``units``, ``allowed_cents``, ``steps``), ``allowed_cents`` and
    ``without_reduction_cents`` of the visit, ``price_basis`` (``expected`` for a locality, else ``national``) and
    ``not_checked``. An amount that is not known is null, as is each sum with it, and ``not_checked`` says why. Raises
    InputError naming the field, or UnknownPayer.

    >>> visit = price_visit({"payer": "medicare", "dos": "2024-07-15", "services": [{"code": "97530", "units": 2}]})
    >>> visit["allowed_cents"], visit["without_reduction_cents"]
    (6242, 7324)
    """
    visit = _read(request)
    known = _with_facts(visit)
    lines = known.join(price(known.filter(pl.col("units") > 0)), on="row", how="left", maintain_order="left").to_dicts()
    billed = [line for line in lines if line["units"]]
    return {
        "lines": [
            {
                "code": line["code"],
                "units": int(line["units"]),
                "allowed_cents": _amount(line, "allowed_cents"),
                "steps": explain(line, billed, visit.dos, visit.place),
            }
            for line in lines
        ],
        "allowed_cents": _total(lines, "allowed_cents"),
        "without_reduction_cents": _total(lines, "upper_cents"),
        "price_basis": next((line["price_basis"] for line in billed if line["price_basis"]), None),
        "not_checked": [reason for line in billed for reason in why_not(line, billed, visit.dos, visit.payer.name)],
    }


def _amount(line: Mapping[str, Any], column: str) -> int | None:
    amount: int | None = line[column] if line["units"] else 0
    return amount


def _total(lines: Sequence[Mapping[str, Any]], column: str) -> int | None:
    amounts = [_amount(line, column) for line in lines]
    return None if None in amounts else sum(amount for amount in amounts if amount is not None)


def _with_facts(visit: _Visit) -> pl.DataFrame:
    """Return one row per service with the published values of its date."""
    dated = ("conversion_factor", "conversion_factor_qp", "mppr_pe_reduction")
    shared = {
        "pool_key": 0,
        **{name: params.value(name, visit.dos) for name in dated},
        "localized": visit.localized,
        **{f"gpci_{part}": visit.index.get(part) for part in _PARTS},
        "fee_basis": _policy(visit, "fee_basis"),
        "mppr_applies": _policy(visit, "mppr_applies"),
    }
    rows = [{"row": row, "code": code, "units": units, **shared} for row, (code, units) in enumerate(visit.services)]
    period = hcpcs.periods().number(pl.Series([visit.dos])).item()
    facts = hcpcs.code_periods().filter(pl.col("period") == period).select(_FACTS)
    joined = pl.DataFrame(rows, schema=_SCHEMA).join(facts, on="code", how="left", maintain_order="left")
    # a code that no table knows is not on the therapy list, so it takes no place in the reduction
    listed = pl.col("code").is_in(facts["code"].implode())
    return joined.with_columns(always_therapy=pl.when(listed).then("always_therapy").otherwise(pl.lit(False)))


def _policy(visit: _Visit, field: str) -> Any:
    value = visit.payer.on(field, visit.dos)
    return value.value if value is not None and value.certain else None


def _read(request: Mapping[str, Any]) -> _Visit:
    only(request, _KEYS, None, _NAME)
    pack = payers.pack(text(request.get("payer"), "payer"))
    dos = day(request.get("dos"))
    choice(request, "discipline", tuple(DISCIPLINES))
    given, asked = request.get("gpci"), request.get("locality")
    if given is not None and asked is not None:
        raise InputError("give either gpci or locality, not both", field="gpci")
    place, index = "national values: every geographic index is 1", {}
    if given is not None:
        index = _indices(given)
        # indices that are all 1 are the national values
        if set(index.values()) == {1.0}:
            given, index = None, {}
        else:
            place = "geographic indices as given"
    elif asked is not None:
        place, index = _locality(asked, dos)
    given_services = services(request, '{"code": ..., "units": ...}')
    return _Visit(
        payer=pack,
        dos=dos,
        place=place,
        localized=given is not None or asked is not None,
        index=index,
        services=[_service(service, f"services[{place}]") for place, service in enumerate(given_services)],
    )


def _indices(given: Any) -> dict[str, float]:
    only(given, _PARTS, "gpci", _NAME)
    found = {}
    for part in _PARTS:
        value = given.get(part)
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
        if not 0 < number <= _MOST_INDEX or round(number, 3) != number:
            wanted = f"must be a number above 0 and up to {_MOST_INDEX}, with three decimals at most as published"
            raise InputError(wanted, field=f"gpci.{part}")
        found[part] = number
    return found


def _locality(asked: Any, dos: date) -> tuple[str, dict[str, float]]:
    """Return the locality's name and its indices on the day (none where the year's are not in hand)."""
    only(asked, ("mac", "locality"), "locality", _NAME)
    mac, number = (_digits(asked, key, size) for key, size in (("mac", 5), ("locality", 2)))
    periods, table = fees.gpci_periods()
    rows = table.filter(mac=mac, locality=number)
    if rows.is_empty():
        raise InputError(f"no locality {number} of contractor {mac} in the published lists", field="locality")
    held = rows.filter(pl.col("period") == periods.number(pl.Series([dos])).item())
    index = {part: held[f"gpci_{part}"].item() for part in _PARTS} if held.height else {}
    return f"geographic indices of locality {number}, contractor {mac}", index


def _digits(asked: Mapping[str, Any], key: str, size: int) -> str:
    value = asked.get(key)
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not re.fullmatch(rf"[0-9]{{1,{size}}}", text):
        raise InputError(f"missing: up to {size} digits are wanted", field=f"locality.{key}")
    return text.zfill(size)


def _service(service: Any, field: str) -> tuple[str, int]:
    only(service, _SERVICE_KEYS, field, _NAME)
    code, units = service.get("code"), service.get("units")
    name = code.strip().upper() if isinstance(code, str) else ""
    if not _CODE.fullmatch(name):
        raise InputError("must be a procedure code: five letters or digits", field=f"{field}.code")
    number = isinstance(units, int | float) and not isinstance(units, bool)
    if not number or not 0 <= units <= MOST_UNITS or units != int(units):
        raise InputError("must be a whole number, 0 or more", field=f"{field}.units")
    return name, int(units)
