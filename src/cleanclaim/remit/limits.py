"""By when a payer takes a correction, a new claim or an appeal, as its pack says; null where it says nothing."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from cleanclaim.codes.payers import Pack
from cleanclaim.codes.payers.fields import levels, limit_parts


@dataclass(frozen=True, slots=True)
class Limits:
    """The last days of one denied line; None where the payer's limit, or the day it counts from, is not known.

    ``way`` is how a correction is sent; ``levels`` all levels of appeal with their time limits; the first one's last
    day is ``appeal_by``, those of the others count from decisions still to come.
    """

    way: str | None = None
    correct_by: date | None = None
    new_claim_by: date | None = None
    levels: tuple[tuple[str, str], ...] = ()
    appeal_by: date | None = None


def limits(pack: Pack | None, claim_form: str | None, dos: date | None, decided_on: date | None) -> Limits:
    """Return the limits of a line of this form and date of service that the payer decided on a day.

    >>> from cleanclaim.codes.payers import pack
    >>> found = limits(pack("medicare"), "professional", date(2026, 3, 17), date(2026, 4, 2))
    >>> found.way, found.appeal_by
    ('reopening', datetime.date(2026, 8, 5))
    """
    if pack is None or decided_on is None:
        return Limits()
    way = pack.on(f"corrected_by_{claim_form}", decided_on) if claim_form else None
    told = pack.on("appeal_levels", decided_on)
    steps = tuple(levels(str(told.value))) if told else ()
    received = pack.on("notice_receipt_days", decided_on)
    counted_from = decided_on + timedelta(days=int(received.value) if received else 0)
    return Limits(
        way=str(way.value) if way else None,
        correct_by=_reopening(pack, decided_on)
        if way and way.value == "reopening"
        else _replacement(pack, dos, decided_on),
        new_claim_by=_from(pack, "filing_limit", dos, dos),
        levels=steps,
        appeal_by=after(counted_from, steps[0][1]) if steps else None,
    )


def after(day: date, limit: str) -> date:
    """Return the last day of a time limit that begins on ``day``; months end on the same day, or the month's last.

    >>> after(date(2024, 2, 29), "12 months"), after(date(2026, 1, 1), "90 days")
    (datetime.date(2025, 2, 28), datetime.date(2026, 4, 1))
    """
    days, months = limit_parts(limit)
    if months is None:
        return day + timedelta(days=days)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _from(pack: Pack, field: str, day: date | None, on: date | None) -> date | None:
    value = pack.on(field, on) if on is not None else None
    return after(day, str(value.value)) if value and day is not None else None


def _reopening(pack: Pack, decided_on: date) -> date | None:
    return _from(pack, "reopening_limit", decided_on, decided_on)


def _replacement(pack: Pack, dos: date | None, decided_on: date) -> date | None:
    """Return the earlier of the limits that the payer names."""
    known = [
        _from(pack, "corrected_filing_limit", dos, dos),
        _from(pack, "corrected_limit_from_decision", decided_on, decided_on),
    ]
    return min((day for day in known if day is not None), default=None)
