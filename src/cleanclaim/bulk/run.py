"""A run from the files to its summary; what was done before is not done again."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cleanclaim.bulk.buckets import partitions, read_records
from cleanclaim.bulk.checked import Tally
from cleanclaim.bulk.crew import Crew
from cleanclaim.bulk.folder import RunFolder
from cleanclaim.bulk.plan import Asked, Plan, planned
from cleanclaim.bulk.summary import RunReport, summarized
from cleanclaim.bulk.work import Task, Work

_KEPT_FOR_CHECKING = ("buckets", "blocks", "places", "tmp")


@dataclass(frozen=True)
class Progress:
    """How far a run is: ``step`` is "read" or "check"; lines done, and in all where that is known; files likewise."""

    step: str
    lines: int
    all_lines: int | None
    parts: int
    all_parts: int
    before: int = 0
    """Lines that an earlier start of the run had done."""


Watch = Callable[[Progress], None]


def run(
    asked: Asked,
    folder: Path,
    *,
    processes: int | None = None,
    rows: int | None = None,
    watch: Watch | None = None,
) -> RunReport:
    """Return what the rules find in input of any size; findings go to Parquet in ``folder`` as they come.

    ``processes`` is the number of processes, one for each core by default; ``rows`` about how many services a partition
    has. Where ``folder`` has a run of the same input that was stopped, it goes on. Raises InputError where it has
    another, or where it cannot be written; UnreadableFile and UnsupportedFile as :func:`cleanclaim.app.check`.

    >>> import tempfile
    >>> from datetime import date
    >>> from cleanclaim.config import Config
    >>> with tempfile.TemporaryDirectory() as place:
    ...     day = Path(place) / "day.csv"
    ...     _ = day.write_text("visit_id,dos,code,minutes,units,modifiers\\nV1,2026-03-04,97530,15,2,GP\\n")
    ...     asked = Asked((str(day),), Config.load(None).with_default_payer("medicare"), date(2026, 3, 5))
    ...     report = run(asked, Path(place) / "run", processes=1)
    >>> report.counts["lines"], "U101" in {row["rule"] for row in report.by_rule()}
    (1, True)
    """
    kept = RunFolder(folder)
    with kept.locked():
        plan = planned(asked, kept, rows)
        done = kept.json("summary.json")
        if done is not None:
            return summarized(plan, kept, Tally.of_record(done["tally"]), read_records(plan, kept), [])
        with Crew(plan, processes or os.cpu_count() or 1) as crew:
            tasks = _read_and_check(plan, kept, crew, watch or (lambda progress: None))
            remarks = crew.remarks
        tally = Work(plan, kept).finish(tasks)
        report = summarized(plan, kept, tally, read_records(plan, kept), remarks)
        kept.write_json("summary.json", {"tally": tally.record(), **report.summary()})
        for each in _KEPT_FOR_CHECKING:
            kept.remove(each)
        return report


def _read_and_check(plan: Plan, folder: RunFolder, crew: Crew, watch: Watch) -> list[Task]:
    reading = [Task("read", number) for number in range(len(plan.shares))]
    _do(crew, folder, reading, watch, {})
    ranges, rows = partitions(plan, folder)
    checking = [Task("check", number, *ends) for number, ends in enumerate(ranges)]
    _do(crew, folder, checking, watch, dict(zip(checking, rows, strict=True)))
    return checking


def _do(crew: Crew, folder: RunFolder, tasks: list[Task], watch: Watch, rows: dict[Task, int]) -> None:
    """Do those of the tasks that are not done."""
    open_tasks = [task for task in tasks if folder.json(task.record) is None]
    before = lines = sum(rows.values()) - sum(rows.get(task, 0) for task in open_tasks)
    done = len(tasks) - len(open_tasks)

    def told(task: Task, read: int, is_done: bool) -> None:
        nonlocal lines, done
        lines += read + (rows.get(task, 0) if is_done else 0)
        done += is_done
        watch(Progress(tasks[0].kind, lines, sum(rows.values()) or None, done, len(tasks), before))

    if open_tasks:
        crew.do(open_tasks, told)
