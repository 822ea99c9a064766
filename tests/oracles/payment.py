"""A slow, plain statement of what payer and patient owe for a day's lines, in fractions: to disprove the fast one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.oracles.price_oracle import price_day

Line = Mapping[str, Any]
SCHEDULES = ("medicare_fee_schedule", "percent_of_medicare", "fee_table")


@dataclass
class Paid:
    allowed: int | None = None
    paid: int | None = None
    patient: int | None = None


def half_up(amount: Fraction) -> int:
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def exact(value: float | None) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def table_cents(line: Line, fees: Sequence[Mapping[str, Any]]) -> tuple[int | None, bool]:
    """The fee of a unit and whether it is one for a modifier of the line."""
    modifiers = {line[f"modifier_{place}"] for place in range(1, 5)} - {None}
    fitting = [
        fee
        for fee in fees
        if fee["code"] == line["code"]
        and (fee["first_day"] is None or fee["first_day"] <= line["dos"])
        and (fee["last_day"] is None or line["dos"] <= fee["last_day"])
        and (fee["fee_modifier"] is None or fee["fee_modifier"] in modifiers)
    ]
    own = {fee["fee_cents"] for fee in fitting if fee["fee_modifier"] is not None}
    if own:
        return (own.pop() if len(own) == 1 else None), True
    return next((fee["fee_cents"] for fee in fitting), None), False


def pay_day(lines: Sequence[Line], fees: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[int, Paid]:
    """What is expected of each line, by its row. Only lines whose rank in the reduction needs no contract's own."""
    prices = price_day([_as_schedule(line) for line in lines])
    contract: dict[int, int | None] = {}
    modified: dict[int, bool] = {}
    for line in lines:
        contract[line["row"]], modified[line["row"]] = _contract(line, lines, prices, fees)
    allowed = {line["row"]: _allowed(line, lines, contract, modified[line["row"]]) for line in lines}
    for cap, group in (("visit_cap", "visit_key"), ("day_cap", "pool_key")):
        allowed = _capped(lines, allowed, cap, group)
    # of each day the known amounts so far, and whether one is not known
    known: dict[int, int] = defaultdict(int)
    opened: set[int] = set()
    result = {}
    for line in sorted(lines, key=lambda one: one["row"]):
        amount, paid = allowed[line["row"]], Paid(allowed[line["row"]])
        result[line["row"]] = paid
        day, before = line["pool_key"], known[line["pool_key"]]
        if amount is None:
            opened.add(day)
            continue
        known[day] += amount
        remaining = line["deductible_remaining_cents"]
        # an unknown line before may have used any part of it, but no more than the known ones have left
        if remaining is None or (day in opened and before < remaining):
            continue
        deductible = min(max(remaining - before, 0), amount)
        rate = exact(line["coinsurance_percent"])
        share = _share(line, modified[line["row"]])
        if rate is None or share is None or line["primary"] is False:
            continue
        rest = amount - deductible
        paid.patient = deductible + half_up(rest * rate / 100)
        paid.paid = half_up(rest * (1 - rate / 100) * share)
    return result


def _as_schedule(line: Line) -> dict[str, Any]:
    basis = "medicare_fee_schedule" if line["fee_basis"] == "percent_of_medicare" else line["fee_basis"]
    return {**line, "fee_basis": basis}


def _contract(line: Line, lines: Sequence[Line], prices: Any, fees: Any) -> tuple[int | None, bool]:
    price, basis = prices[line["row"]], line["fee_basis"]
    if basis == "medicare_fee_schedule":
        return price.allowed, False
    if basis == "percent_of_medicare":
        percent = exact(line["fee_percent"])
        units = int(line["units"])
        if percent is None or price.full is None:
            return None, False
        full, further = (None if cents is None else half_up(cents * percent / 100) for cents in _two(price))
        if price.allowed is None:
            return None, False
        firsts = 1 if price.allowed == price.full + (units - 1) * (price.further or 0) else 0
        return (full * firsts + (further or 0) * (units - firsts)), False
    if basis == "fee_table":
        cents, modified = table_cents(line, fees.get(line["fee_table"], ()))
        return (None if cents is None else cents * int(line["units"])), modified
    group = {"per_visit": "visit_key", "per_diem": "pool_key"}.get(basis)
    if group is None:
        return None, False
    first = min(other["row"] for other in lines if other[group] == line[group])
    return (line["visit_rate"] if first == line["row"] or line["visit_rate"] is None else 0), False


def _two(price: Any) -> tuple[int | None, int | None]:
    return price.full, price.further


def _allowed(line: Line, lines: Sequence[Line], contract: Mapping[int, int | None], modified: bool) -> int | None:
    fee = contract[line["row"]]
    if fee is None:
        return None
    group = {"per_visit": "visit_key", "per_diem": "pool_key"}.get(line["fee_basis"])
    charges = [line["charge_cents"]]
    if group is not None:
        charges = [other["charge_cents"] for other in lines if other[group] == line[group]]
    charge = None if None in charges else sum(charges)
    amount: int | None = fee
    if fee and charge is not None and charge < fee:
        amount = {True: charge, False: fee, None: None}[line["lesser_of_charge"]]
    if amount is not None and line["assistant_modifier"] and not line["assistant_law_applies"] and not modified:
        percent = line["assistant_payment_percent"]
        amount = None if percent is None else half_up(Fraction(amount * percent, 100))
    return amount


def _capped(lines: Sequence[Line], allowed: Mapping[int, int | None], cap: str, group: str) -> dict[int, int | None]:
    used: dict[int, int | None] = defaultdict(int)
    result: dict[int, int | None] = {}
    for line in sorted(lines, key=lambda one: one["row"]):
        amount, before = allowed[line["row"]], used[line[group]]
        used[line[group]] = None if amount is None or before is None else before + amount
        if line[cap] is None or not amount:
            result[line["row"]] = amount
        else:
            result[line["row"]] = None if before is None else min(amount, max(0, line[cap] - before))
    return result


def _share(line: Line, modified: bool) -> Fraction | None:
    share = Fraction(1)
    if line["assistant_modifier"] and line["assistant_law_applies"] and not modified:
        law = exact(line["assistant_share"])
        if law is None:
            return None
        share *= law
    if line["sequestration_applies"]:
        cut = exact(line["sequestration"])
        if cut is None:
            return None
        share *= 1 - cut
    return share
