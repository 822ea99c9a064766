"""What comes due in files of visits, plans of care and authorizations. No billing logic here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from os import PathLike
from typing import Any

import polars as pl

from cleanclaim.app import settled
from cleanclaim.claims.episodes import Records
from cleanclaim.claims.schema import SERVICES
from cleanclaim.config import Config
from cleanclaim.engine import episodes, grains
from cleanclaim.engine.due import DUE, due, sorted_tasks
from cleanclaim.reading import Partitions, Source

WITHIN_DAYS, VISITS = 14, 3


def upcoming(
    source: Source,
    records: Records,
    *,
    config: Config | str | PathLike[str] | None = None,
    payer: str | None = None,
    as_of: date | None = None,
    mapping: str | PathLike[str] | None = None,
    within_days: int = WITHIN_DAYS,
    visits: int = VISITS,
) -> dict[str, Any]:
    """Return what is due within so many days, or with so many treatment days or visits left, by the visits so far.

    ``due`` is a list of tasks, what is overdue first, then by date: ``due`` (a day; None for what hangs on the number
    of treatment days or visits), ``left`` (those; less than 0: missed), ``kind``, ``overdue``, ``id`` (of the plan or
    authorization), ``who`` acts, ``what``, ``pack``, ``discipline``, ``file`` and ``line``. ``unreadable`` and
    ``notes`` are those of the files. Raises what :func:`cleanclaim.app.check` raises.

    >>> from cleanclaim.intake import read_records
    >>> upcoming({"visits": []}, read_records(), as_of=date(2026, 3, 5))["due"]
    []
    """
    settings = settled(config, payer)
    day = as_of or date.today()  # noqa: DTZ011  (the user's own calendar day is meant)
    named = settings.mapping if mapping is None else str(mapping)
    read = Partitions(source, mapping=named, records=records)
    parts = [
        due(_built(services, own, settings, day), day, within_days=within_days, visits=visits)
        for services, own in read
        if own is not None
    ]
    tasks = read.placed(sorted_tasks(pl.concat([pl.DataFrame(schema=DUE), *parts])))
    files = read.files
    return {
        "as_of": day.isoformat(),
        "due": [_told(task, files) for task in tasks.iter_rows(named=True)],
        "unreadable": [_place(row, files) for row in read.unread().iter_rows(named=True)],
        "notes": list(read.notes),
    }


def _built(services: pl.DataFrame, own: Records, settings: Config, day: date) -> episodes.Episodes:
    given = services.filter((pl.col("dos") <= day).fill_null(True))
    resolved = settings.resolve(SERVICES.conform(given))
    built = grains.build(resolved, settings.policy, day)
    return episodes.build(built.given, built.line, own, settings, settings.policy, day)


def _told(task: dict[str, Any], files: Sequence[str]) -> dict[str, Any]:
    told = {**task, "file": files[task["file_id"]], "due": task["due"].isoformat() if task["due"] else None}
    del told["file_id"]
    return told


def _place(row: dict[str, Any], files: Sequence[str]) -> dict[str, Any]:
    place = {"file": files[row["file_id"]] if row["file_id"] is not None and files else None}
    return place | {name: row[name] for name in ("line", "column", "segment", "message")}
