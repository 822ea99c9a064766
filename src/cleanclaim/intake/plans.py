"""Plans of care, progress reports and authorizations beside the visits, read as one: ``Records``.

Each comes from a file of its own. One JSON file may hold all three, each list under its name, and a plan's progress
reports may stand with the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path

import polars as pl

from cleanclaim.claims.episodes import AUTHORIZATIONS, EPISODES, REPORTS, Records
from cleanclaim.claims.schema import UNREADABLE
from cleanclaim.claims.table import Table
from cleanclaim.errors import InputError
from cleanclaim.intake.content import Content, Kind, kind_of
from cleanclaim.intake.registers import Register, read_json, read_register, register_in

_REFERRALS = ("referral", "order_signed")
_Path = str | PathLike[str]


def read_records(
    episodes: _Path | None = None, progress_reports: _Path | None = None, authorizations: _Path | None = None
) -> Records:
    """Return the records in these files; a table whose file is not named is None.

    A JSON file of plans also gives the progress reports and authorizations that it holds, where no other file is named
    for them. A plan whose number stands twice, and a report of a plan that is not there, are left out and reported.
    Raises UnreadableFile where a file cannot be read, InputError for progress reports without plans.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "plans.json"
    ...     _ = path.write_text('{"episodes": [{"episode_id": "E1", "patient_id": "P1", "plan_days": -4}]}')
    ...     records = read_records(path)
    >>> records.episodes.select("episode_id", "plan_days", "carries_certification").rows(), records.reports
    ([('E1', None, False)], None)
    >>> records.unreadable.select("line", "column").rows()
    [(1, 'plan_days')]
    """
    paths = {EPISODES: episodes, REPORTS: progress_reports, AUTHORIZATIONS: authorizations}
    if episodes is None and progress_reports is not None:
        raise InputError("progress reports belong to plans of care; name the file of plans too", field="episodes")
    read = {table: read_register(Path(path), table) for table, path in paths.items() if path is not None}
    if episodes is not None and kind_of(content := Content.of(Path(episodes))) is Kind.JSON:
        read = _in(read_json(content), content.name) | read
    return _together(read)


def records_in(visits: Mapping[str, object]) -> Records:
    """Return the records that stand beside visits in memory, under ``episodes``, ``progress_reports`` and so on.

    >>> records_in({"visits": [], "authorizations": [{"authorization_id": "A1", "patient_id": 7}]}).height
    1
    """
    return _together(_in(visits, "visits"))


def _in(top: object, name: str) -> dict[Table, Register]:
    found = {table: register_in(top, table, name) for table in (EPISODES, REPORTS, AUTHORIZATIONS)}
    return {table: register for table, register in found.items() if register is not None}


def _together(registers: dict[Table, Register]) -> Records:
    files: dict[str, int] = {}
    read: dict[str, pl.DataFrame] = {}
    unread: list[pl.DataFrame] = []
    for table, register in registers.items():
        file_id = files.setdefault(register.file, len(files))
        read[table.name] = _placed(register, table, file_id)
        unread.append(_unread(register.unreadable, file_id))
    _drop_strays(read, unread)
    return Records(
        read.get(EPISODES.name),
        read.get(REPORTS.name),
        read.get(AUTHORIZATIONS.name),
        tuple(files),
        pl.concat([UNREADABLE.empty(), *unread]),
        tuple(dict.fromkeys(note for register in registers.values() for note in register.notes)),
    )


def _placed(register: Register, table: Table, file_id: int) -> pl.DataFrame:
    rows = register.rows.with_columns(
        row=pl.int_range(pl.len(), dtype=pl.Int64),
        file_id=pl.lit(file_id, dtype=pl.Int64),
        source_line=register.lines,
    )
    if table is not EPISODES:
        return rows
    return rows.with_columns(
        carries_certification=pl.lit("certified" in register.columns),
        carries_referral=pl.lit(not register.columns.isdisjoint(_REFERRALS)),
    )


def _unread(found: pl.DataFrame, file_id: int) -> pl.DataFrame:
    return UNREADABLE.conform(found.with_columns(file_id=pl.lit(file_id, dtype=pl.Int64)))


def _drop_strays(read: dict[str, pl.DataFrame], unread: list[pl.DataFrame]) -> None:
    """Leave out, and report, plans whose number stands twice and reports of a plan that is not there."""
    plans = read.get(EPISODES.name)
    if plans is None:
        return
    twice = ~plans["episode_id"].is_first_distinct()
    unread.append(_stray(plans.filter(twice), "the number of an earlier plan; the row is left out"))
    read[EPISODES.name] = plans = plans.filter(~twice)
    if REPORTS.name in read:
        known = read[REPORTS.name]["episode_id"].is_in(plans["episode_id"].implode())
        unread.append(_stray(read[REPORTS.name].filter(~known), "no plan has this number; the report is left out"))
        read[REPORTS.name] = read[REPORTS.name].filter(known)


def _stray(rows: pl.DataFrame, message: str) -> pl.DataFrame:
    told = rows.select("file_id", "source_line", column=pl.lit("episode_id"), message=pl.lit(message))
    return UNREADABLE.conform(told.rename({"source_line": "line"}))
