"""One visit's expected payment, with the steps of the computation: the contract of ``cleanclaim price``.

The amounts are :mod:`cleanclaim.engine.payment`'s; this module reads the request, finds its published values and says
in words how each amount came about, or why there is none.
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
from cleanclaim.codes.modifiers import ASSISTANT, DISCIPLINES
from cleanclaim.config import Config
from cleanclaim.engine.payment import TERMS, pay
from cleanclaim.engine.payment_steps import allowed_steps, paid_steps, why_unknown
from cleanclaim.engine.price import MOST_UNITS
from cleanclaim.engine.price_steps import Step
from cleanclaim.engine.request import choice, day, only, services, text
from cleanclaim.errors import InputError

_KEYS = ("payer", "dos", "discipline", "gpci", "locality", "deductible_remaining_cents", "services")
_SERVICE_KEYS = ("code", "units", "modifiers", "charge_cents", "minutes", "by")
"""What a service may say. The last two belong to the request of ``cleanclaim units`` and do not change the price."""
_MODIFIER = re.compile(r"[A-Z0-9]{2}")
_MOST_CENTS = 10**9
_MOST_MODIFIERS = 4
MEDICARE = "medicare"
_PARTS = ("work", "pe", "mp")
_MOST_INDEX = 10
_CODE = re.compile(r"\d{5}|\d{4}[A-Z]|[A-Z]\d{4}")
_NAME = "a price request"

_OF_LINE = {
    "row": pl.Int64(),
    "pool_key": pl.Int64(),
    "visit_key": pl.Int64(),
    "code": pl.String(),
    "dos": pl.Date(),
    "units": pl.Float64(),
    "charge_cents": pl.Int64(),
    **{f"modifier_{place}": pl.String() for place in range(1, 5)},
    "assistant_modifier": pl.Boolean(),
    "primary": pl.Boolean(),
    "deductible_remaining_cents": pl.Int64(),
    "in_reduction": pl.Boolean(),
    "conversion_factor": pl.Float64(),
    "conversion_factor_qp": pl.Float64(),
    "mppr_pe_reduction": pl.Float64(),
    "localized": pl.Boolean(),
    "gpci_work": pl.Float64(),
    "gpci_pe": pl.Float64(),
    "gpci_mp": pl.Float64(),
    "fee_basis": pl.String(),
    "mppr_applies": pl.Boolean(),
}
_SCHEMA = {**_OF_LINE, **TERMS}
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
    deductible_cents: int
    services: Sequence[Mapping[str, Any]]

    def says(self, field: str) -> Any:
        """Return what the payer says of a field on the day; None where it is not known, or uncertain."""
        value = self.payer.on(field, self.dos)
        if value is None or not value.certain:
            return False if payers.FIELDS[field].said_if_wanted else None
        return value.value

    @property
    def fee_day(self) -> date:
        """The day whose fee schedule holds: the date of service, or the end of the year that the contract names."""
        year = self.says("fee_year")
        return self.dos if year is None or year == self.dos.year else self.dos.replace(year=year, month=12, day=31)


def price_visit(request: Mapping[str, Any], *, config: Config | None = None) -> dict[str, Any]:
    """Return what is expected for one visit, line by line, in cents, with the steps of the computation.

    ``request`` has ``payer`` (a pack's id, or a payer of ``config``), ``dos`` (YYYY-MM-DD), ``services`` (``code`` and
    ``units`` each; ``modifiers`` and ``charge_cents``, the charge of the line, if known) and may have ``discipline``,
    ``deductible_remaining_cents`` (0 without it) and one of ``gpci`` (``work``, ``pe``, ``mp``) and ``locality``
    (``mac``, ``locality``); without either the national values are used. The services are the patient's whole day at
    one billing provider, whatever the discipline, for the multiple-procedure reduction reaches across them.

    The result has ``lines`` (``code``, ``units``, ``allowed_cents``, ``medicare_cents``, ``payer_cents``,
    ``patient_cents``, ``steps`` to the amount allowed and ``payment_steps`` from there), the same amounts and
    ``without_reduction_cents`` of the visit, ``price_basis`` (``expected`` for a locality or a contract, else
    ``national``) and ``not_checked``. ``payer_cents`` is what the payer pays after its share for assistants and
    sequestration, ``medicare_cents`` the same where Medicare is the payer, else null. An amount that is not known is
    null, as is each sum with it, and ``not_checked`` says why. Raises InputError naming the field, UnknownPayer or
    ConfigError.

    >>> visit = price_visit({"payer": "medicare", "dos": "2024-07-15", "services": [{"code": "97530", "units": 2}]})
    >>> visit["allowed_cents"], visit["medicare_cents"], visit["patient_cents"], visit["without_reduction_cents"]
    (6242, 4894, 1248, 7324)
    """
    visit = _read(request, config)
    known = _with_facts(visit)
    paid = pay(known.filter(pl.col("units") > 0))
    lines = known.join(paid, on="row", how="left", maintain_order="left").to_dicts()
    billed = [line for line in lines if line["units"]]
    day = [{**line, "allowed_cents": line["contract_cents"]} for line in billed]
    return {
        "lines": [
            {
                "code": line["code"],
                "units": int(line["units"]),
                **_amounts([line], visit),
                **_steps(line, day, visit),
            }
            for line in lines
        ],
        **_amounts(lines, visit),
        "without_reduction_cents": _total(lines, "upper_cents"),
        "price_basis": next((line["price_basis"] for line in billed if line["price_basis"]), None),
        "not_checked": [reason for line in day for reason in why_unknown(line, day, visit.dos, visit.payer.name)],
    }


def _amounts(lines: Sequence[Mapping[str, Any]], visit: _Visit) -> dict[str, int | None]:
    paid = _total(lines, "expected_paid_cents")
    return {
        "allowed_cents": _total(lines, "expected_allowed_cents"),
        "medicare_cents": paid if visit.payer.id == MEDICARE else None,
        "payer_cents": paid,
        "patient_cents": _total(lines, "expected_patient_cents"),
    }


def _total(lines: Sequence[Mapping[str, Any]], column: str) -> int | None:
    amounts = [line[column] if line["units"] else 0 for line in lines]
    return None if None in amounts else sum(amounts)


def _steps(line: Mapping[str, Any], day: Sequence[Mapping[str, Any]], visit: _Visit) -> dict[str, list[Step]]:
    own, payer = next((other for other in day if other["row"] == line["row"]), line), visit.payer.name
    return {
        "steps": allowed_steps(own, day, visit.fee_day, visit.place, payer),
        "payment_steps": paid_steps(own),
    }


def _with_facts(visit: _Visit) -> pl.DataFrame:
    """Return one row per service with the published values of its date."""
    shared = {
        "pool_key": 0,
        "visit_key": 0,
        "dos": visit.dos,
        "primary": True,
        "deductible_remaining_cents": visit.deductible_cents,
        **{name: params.value(name, visit.fee_day) for name in ("conversion_factor", "conversion_factor_qp")},
        **{name: params.value(name, visit.dos) for name in ("mppr_pe_reduction", "sequestration", "assistant_share")},
        "localized": visit.localized,
        **{f"gpci_{part}": visit.index.get(part) for part in _PARTS},
        **{name: visit.says(name) for name in (*TERMS, "fee_basis", "mppr_applies") if name in payers.FIELDS},
    }
    rows = [{"row": row, **service, **shared} for row, service in enumerate(visit.services)]
    for row in rows:
        in_reduction = visit.payer.on("in_reduction", visit.dos, row["code"])
        row["in_reduction"] = in_reduction.value if in_reduction and in_reduction.certain else None
    period = hcpcs.periods().number(pl.Series([visit.fee_day])).item()
    facts = hcpcs.code_periods().filter(pl.col("period") == period).select(_FACTS)
    joined = pl.DataFrame(rows, schema=_SCHEMA).join(facts, on="code", how="left", maintain_order="left")
    # a code that no table knows is not on the therapy list, so it takes no place in the reduction
    listed = pl.col("code").is_in(facts["code"].implode())
    return joined.with_columns(always_therapy=pl.when(listed).then("always_therapy").otherwise(pl.lit(False)))


def _read(request: Mapping[str, Any], config: Config | None) -> _Visit:
    only(request, _KEYS, None, _NAME)
    payer = text(request.get("payer"), "payer")
    pack = payers.pack(payer) if config is None else config.pack_of(payer)
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
        year = pack.on("fee_year", dos)
        place, index = _locality(asked, dos if year is None else dos.replace(year=int(year.value), month=12, day=31))
    given_services = services(request, '{"code": ..., "units": ...}')
    return _Visit(
        payer=pack,
        dos=dos,
        place=place,
        localized=given is not None or asked is not None,
        index=index,
        deductible_cents=_cents(request, "deductible_remaining_cents", "") or 0,
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


def _service(service: Any, field: str) -> dict[str, Any]:
    only(service, _SERVICE_KEYS, field, _NAME)
    code, units = service.get("code"), service.get("units")
    name = code.strip().upper() if isinstance(code, str) else ""
    if not _CODE.fullmatch(name):
        raise InputError("must be a procedure code: five letters or digits", field=f"{field}.code")
    number = isinstance(units, int | float) and not isinstance(units, bool)
    if not number or not 0 <= units <= MOST_UNITS or units != int(units):
        raise InputError("must be a whole number, 0 or more", field=f"{field}.units")
    modifiers = _modifiers(service.get("modifiers"), f"{field}.modifiers")
    return {
        "code": name,
        "units": int(units),
        "charge_cents": _cents(service, "charge_cents", f"{field}."),
        **{f"modifier_{place}": modifier for place, modifier in enumerate(modifiers, 1)},
        "assistant_modifier": any(modifier in ASSISTANT for modifier in modifiers),
    }


def _modifiers(given: Any, field: str) -> list[str]:
    """Return up to four modifiers, of a list or of a text with spaces or commas between them."""
    words = [] if given is None else given.replace(",", " ").split() if isinstance(given, str) else given
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words) or len(words) > _MOST_MODIFIERS:
        raise InputError('must be up to four modifiers, such as ["GP", "CQ"]', field=field)
    modifiers = [word.strip().upper() for word in words]
    if not all(_MODIFIER.fullmatch(modifier) for modifier in modifiers):
        raise InputError("must be modifiers of two letters or digits", field=field)
    return modifiers


def _cents(given: Mapping[str, Any], key: str, path: str) -> int | None:
    value = given.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_CENTS:
        raise InputError("must be whole cents, 0 or more, such as 4105 for $41.05", field=path + key)
    return value
