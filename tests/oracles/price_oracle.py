"""A slow, plain statement of the price of a day's lines, in decimal arithmetic: here to disprove the fast one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Line = Mapping[str, Any]
INDICES = ("gpci_work", "gpci_pe", "gpci_mp")


@dataclass(frozen=True)
class Price:
    full: int | None
    further: int | None
    allowed: int | None
    upper: int | None
    basis: str | None


def exact(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def cents(dollars: Decimal) -> int:
    return int((dollars * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def has_indices(line: Line) -> bool:
    return any(line[name] is not None for name in INDICES)


def indices(line: Line) -> list[Decimal | None] | None:
    """The three indices: ones for a national price, None entries where a locality's is not known."""
    if has_indices(line) or line["localized"]:
        return [exact(line[name]) for name in INDICES]
    return [Decimal(1)] * 3 if line["localized"] is False else None


def one_unit(line: Line, kept: Decimal | None) -> int | None:
    """One unit in cents with this share of its practice expense; None where a value is missing or none is published."""
    if line["fee_basis"] != "medicare_fee_schedule" or line["fee_status"] not in ("A", "R", "T"):
        return None
    gpci = indices(line)
    rvus = [exact(line[name]) for name in ("work_rvu", "pe_rvu", "mp_rvu")]
    factor = exact(line["conversion_factor"])
    if gpci is None or None in gpci or None in rvus or factor is None or kept is None or sum(rvus) == 0:
        return None
    (work, pe, mp), (gw, gp, gm) = rvus, gpci
    return cents((work * gw + pe * gp * kept + mp * gm) * factor)


def unpaid(line: Line) -> bool:
    return line["fee_status"] in ("B", "I", "N")


def full_unit(line: Line) -> int | None:
    if line["fee_basis"] == "medicare_fee_schedule" and unpaid(line):
        return 0
    amount = one_unit(line, Decimal(1))
    if amount is None and line["fee_basis"] == "medicare_fee_schedule" and line["fee_status"] in ("A", "R", "T"):
        return line["national_fee_cents"] if line["localized"] is False and not has_indices(line) else None
    return amount


def subject(line: Line) -> bool | None:
    marked = False if line["always_therapy"] is False or unpaid(line) else line["mult_proc"]
    if marked is False or line["mppr_applies"] is False:
        return False
    return True if marked and line["mppr_applies"] else None


def further_unit(line: Line) -> int | None:
    if subject(line) is None:
        return None
    if not subject(line):
        return full_unit(line)
    share = exact(line["mppr_pe_reduction"])
    return one_unit(line, None if share is None else 1 - share)


def whole(units: float | None) -> int | None:
    if units is None or units != units or not 0 < units <= 10**9 or units != int(units):
        return None
    return int(units)


def price_day(lines: Sequence[Line]) -> dict[int, Price]:
    """The price of every line, by its row."""
    pools: dict[int | None, list[Line]] = defaultdict(list)
    for line in lines:
        if subject(line) is not False:
            pools[line["pool_key"]].append(line)
    result = {}
    for line in lines:
        full, units = full_unit(line), whole(line["units"])
        upper = None if full is None or units is None else full * units
        allowed = upper if subject(line) is False else allowed_in_pool(line, pools[line["pool_key"]])
        basis = None if full is None else "expected" if line["localized"] or has_indices(line) else "national"
        result[line["row"]] = Price(full, further_unit(line), allowed, upper, basis)
    return result


def allowed_in_pool(line: Line, pool: Sequence[Line]) -> int | None:
    units = whole(line["units"])
    if line["pool_key"] is None or units is None:
        return None
    if len(pool) == 1 and units == 1:
        return full_unit(line)
    if any(subject(other) is None or other["pe_rvu"] is None or full_unit(other) is None for other in pool):
        return None
    first = min(pool, key=lambda other: (-exact(other["pe_rvu"]), -full_unit(other), other["row"]))
    if whole(first["units"]) is None:
        return None
    amounts = [further_unit(line)] * units
    if first["row"] == line["row"]:
        amounts[0] = full_unit(line)
    return None if None in amounts else sum(amounts)
