"""Progress reports and authorizations day by day, in plain Python: slow, obvious, only there to disprove the engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

EVERY = 10


def since_report(days: Sequence[date], reports: Iterable[date]) -> list[int]:
    """Return for each treatment day how many there were since the last report before it, this one counted."""
    written = sorted(reports)
    counted: list[int] = []
    for day in days:
        before = [report for report in written if report < day]
        last = before[-1] if before else date.min
        counted.append(sum(1 for other in days if last < other <= day))
    return counted


def overdue(days: Sequence[date], reports: Iterable[date]) -> list[bool]:
    """Return for each treatment day whether it is the first after ten, twenty ... without a report."""
    return [count > EVERY and count % EVERY == 1 for count in since_report(days, reports)]


@dataclass
class Authorization:
    """What is authorized, and the visits that were used of it."""

    first: date
    last: date
    visits: int
    used: int = 0


def gaps(days: Sequence[date], authorizations: Sequence[Authorization]) -> list[str]:
    """Return what each visit lacks: nothing, visits left, a day within dates, or any authorization.

    The authorizations are in order. Each of them in turn takes what days it can; of the others the next one takes.
    """
    taken: dict[date, bool] = {}
    refused: set[date] = set()
    for one in authorizations:
        for day in days:
            if day in taken or not one.first <= day <= one.last:
                continue
            if one.used < one.visits:
                one.used += 1
                taken[day] = True
            else:
                refused.add(day)
    told = []
    for day in days:
        if day in taken:
            told.append("")
        elif day in refused:
            told.append("visits")
        else:
            told.append("dates" if authorizations else "none")
    return told
