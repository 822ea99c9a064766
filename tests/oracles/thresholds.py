"""A slow, plain statement of a patient's yearly amounts, one event after the other: to disprove the fast one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Row = Mapping[str, Any]


@dataclass
class Bucket:
    low: int = 0
    high: int | None = 0
    crossing: int | str | None = None
    review: int | str | None = None
    needed: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    early: int = 0
    above: bool | None = False


def over(low: int, high: int | None, limit: int) -> bool | None:
    if low > limit:
        return True
    return False if high is not None and high <= limit else None


def accrue(
    lines: Sequence[Row],
    elsewhere: Sequence[Row],
    answered: Mapping[int, int],
    limits: Mapping[int, Mapping[str, int]],
) -> dict[tuple[str, int, str], Bucket]:
    """What each patient has used by year and bucket; ``limits`` has pt_slp, ot and review of each year."""
    events: list[tuple[str, int, str, date, int, Row]] = []
    for row in elsewhere:
        through = row["through"]
        year = row["year"] if row["year"] is not None else through.year
        events.append((row["patient_id"], year, row["bucket"], through or date(year, 1, 1), -1, row))
    for line in lines:
        therapy = line["always_therapy"] or line["discipline_modifiers"] >= 1
        if not line["kx_applies"] or not therapy or line["patient_id"] is None or line["discipline"] is None:
            continue
        bucket = "ot" if line["discipline"] == "GO" else "pt_slp"
        events.append((line["patient_id"], line["dos"].year, bucket, line["dos"], line["row"], line))
    result: dict[tuple[str, int, str], Bucket] = {}
    for patient, year, bucket, _, number, event in sorted(events, key=lambda one: one[:5]):
        held = result.setdefault((patient, year, bucket), Bucket())
        _add(held, event, number, answered, limits[year][bucket], limits[year]["review"])
    return result


def _add(held: Bucket, event: Row, number: int, answered: Mapping[int, int], limit: int, review: int) -> None:
    own = number >= 0
    exempt = own and (event["sent_for_denial"] or event["has_ga"])
    low, high = _amount(event, number, answered, exempt=exempt)
    held.low += low
    held.high = None if held.high is None or high is None else held.high + high
    held.above = over(held.low, held.high, limit)
    name: int | str = number if own else "elsewhere"
    if held.above and held.crossing is None:
        held.crossing = name
    if over(held.low, held.high, review) and held.review is None:
        held.review = name
    if own and held.above and not exempt:
        held.needed.append(number)
        if not event["has_kx"]:
            held.missing.append(number)
    if own and event["has_kx"] and held.above is False:
        held.early += 1


def _amount(event: Row, number: int, answered: Mapping[int, int], *, exempt: bool) -> tuple[int, int | None]:
    if number < 0:
        return event["allowed_cents"], event["allowed_cents"]
    known = answered.get(number)
    if known is None and exempt:
        known = 0
    for column in ("allowed_given_cents", "accrues_cents"):
        known = event[column] if known is None else known
    if known is not None:
        return known, known
    bounds = [event[column] for column in ("upper_cents", "charge_cents") if event[column] is not None]
    return 0, min(bounds) if bounds else None
