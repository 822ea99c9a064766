"""``cleanclaim check --run``: input of any size, by several processes, with its findings in a folder."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleanclaim.cli.options import ENGINES
from cleanclaim.cli.output import choice, emit, named, warn
from cleanclaim.cli.reporting import write_printed
from cleanclaim.cli.target import Target
from cleanclaim.errors import InputError

if TYPE_CHECKING:
    from cleanclaim.bulk.run import Progress
    from cleanclaim.bulk.summary import RunReport

_STEPS = {"read": "read", "check": "checked"}
_FORMATS = ("text", "json")


@dataclass(frozen=True)
class Run:
    """A run as it is asked for: its folder, and who works. ``day_given``: the day of the check is named."""

    folder: Path
    processes: int | None
    master: str | None
    day_given: bool

    @classmethod
    def of(
        cls, folder: Path | None, processes: int | None, engine: str | None, master: str | None, *, day_given: bool
    ) -> Run | None:
        """Return the run, None where none is asked for; InputError for options that do not go together."""
        if folder is None:
            for option, given in (("--processes", processes), ("--engine", engine), ("--master", master)):
                if given is not None:
                    raise InputError("goes with --run FOLDER", field=option)
            return None
        spark = choice(engine or ENGINES[0], "--engine", ENGINES) == "spark"
        if spark and (master is None or processes is not None):
            raise InputError(
                "goes with --master URL, and without --processes: the cluster has its own", field="--engine"
            )
        if master is not None and not spark:
            raise InputError("goes with --engine spark", field="--master")
        return cls(folder, processes, master, day_given)

    def check(
        self,
        paths: list[str],
        form: str,
        target: Target,
        asked: dict[str, Any],
        tables: str | None,
        others: Mapping[str, object],
    ) -> int:
        """Do the run, print its summary, and return the exit code. ``others`` are options that it has no use for."""
        for option, given in {**others, "--baseline": asked["baseline"], "--notes": asked["notes"]}.items():
            if given:
                raise InputError("does not go with --run, whose findings stay in its folder", field=option)
        if form not in _FORMATS:
            raise InputError("goes with --format text or json, for the summary", field="--run")
        if "-" in paths:
            raise InputError("standard input cannot be read again where a run goes on; name a file", field="--run")
        with _progress() as watch:
            report = self._done(named(paths), asked, tables, watch)
        write_printed(lambda: _print(report, form), target)
        for remark in (*report.left_out.expired_messages(), *report.lost):
            warn(remark)
        return report.exit_code

    def _done(
        self, paths: list[str], asked: dict[str, Any], tables: str | None, watch: Callable[[Progress], None]
    ) -> RunReport:
        from cleanclaim.app import settled
        from cleanclaim.bulk.folder import RunFolder
        from cleanclaim.bulk.plan import Asked, begun_on
        from cleanclaim.codes.tables import under

        config = settled(asked["config"], asked["payer"])
        # a run that goes on is of the day on which it began
        before = None if self.day_given else begun_on(RunFolder(self.folder))
        with under(tables):
            wanted = Asked(
                paths=tuple(paths),
                config=config,
                as_of=before or asked["as_of"],
                mapping=config.mapping if asked["mapping"] is None else asked["mapping"],
                select=tuple(asked["select"]),
                ignore=tuple(asked["ignore"]),
                severity=asked["severity"],
                tables=tables,
                records=asked["records"],
            )
            if self.master is not None:
                from cleanclaim.bulk import spark

                return spark.run(wanted, self.folder, self.master)
            from cleanclaim.bulk.run import run

            return run(wanted, self.folder, processes=self.processes, watch=watch)


def _print(report: RunReport, form: str) -> None:
    if form == "json":
        emit(report.as_dict())
        return
    from cleanclaim.cli.layout import paragraph
    from cleanclaim.cli.render import print_summary

    print_summary(report)
    if report.count:
        paragraph(f"The findings are in {report.place}/*.parquet", indent=2)


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """Show how many lines are done, how many a second, and how long the rest will take, while a person watches."""
    if not sys.stderr.isatty():
        yield lambda progress: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Shown

    words = TextColumn("{task.description} {task.completed:,.0f} lines{task.fields[of]}, {task.fields[rate]} a second")
    columns = (words, BarColumn(bar_width=20), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    with Shown(*columns, console=Console(stderr=True), transient=True) as shown:
        tasks: dict[str, Any] = {}

        def watch(progress: Progress) -> None:
            if progress.step not in tasks:
                for earlier in tasks.values():
                    shown.update(earlier, visible=False)
                tasks[progress.step] = shown.add_task(_STEPS[progress.step], total=None, of="", rate="-")
            task = tasks[progress.step]
            seconds = shown.tasks[task].elapsed or 0
            rate = f"{(progress.lines - progress.before) / seconds:,.0f}" if seconds else "-"
            of = (
                f" of {progress.all_lines:,}"
                if progress.all_lines
                else f", file {progress.parts} of {progress.all_parts}"
            )
            shown.update(task, completed=progress.lines, total=progress.all_lines, of=of, rate=rate)

        yield watch
