"""``cleanclaim check``: files in, findings out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cleanclaim.cli import large, options
from cleanclaim.cli.fixing import FixedFiles
from cleanclaim.cli.output import choice, day, emit, errors, local_config, named, warn
from cleanclaim.cli.reporting import FORMATS, JSON_FORMATS, proofs, write_printed, write_report
from cleanclaim.cli.target import Target, identity, same_place
from cleanclaim.errors import InputError

if TYPE_CHECKING:
    from cleanclaim.engine.report import Report
    from cleanclaim.runs.diff import Diff
    from cleanclaim.runs.outcome import Outcome

_MANY = 25


def check(
    paths: options.Paths,
    form: options.Format = "text",
    output: options.Output = None,
    payer: options.Payer = None,
    config: options.Config = None,
    mapping: options.Mapping = None,
    episodes: options.Episodes = None,
    progress_reports: options.ProgressReports = None,
    authorizations: options.Authorizations = None,
    notes: options.Notes = None,
    as_of: options.AsOf = None,
    select: options.Select = None,
    ignore: options.Ignore = None,
    severity: options.Severity = None,
    group_by: options.GroupBy = None,
    statistics: options.Statistics = False,
    baseline: options.Baseline = None,
    write_baseline: options.WriteBaseline = None,
    diff: options.Diff = None,
    tables: options.Tables = None,
    run: options.Run = None,
    processes: options.Processes = None,
    engine: options.Engine = None,
    master: options.Master = None,
    exit_zero: options.ExitZero = False,
    fix: options.Fix = False,
    output_fixed: options.OutputFixed = None,
    dry_run: options.DryRun = False,
    force: options.Force = False,
) -> None:
    """Check claims and visits; print findings by claim, then a summary and what was not checked.

    Ends with 0 when clean or advice only, 1 with findings or rows that could not be read, 2 when it could not run or a
    suppression has expired. With --diff: 1 when findings are new.
    """
    with errors(as_json=form in JSON_FORMATS):
        _choices(form, group_by, {"--statistics": statistics, "--diff": diff is not None, "--fix": fix})
        others: dict[str, object] = {"--statistics": statistics, "--diff": diff, "--write-baseline": write_baseline}
        files = FixedFiles.of(paths, fix, output_fixed, dry_run=dry_run, force=force, others=others)
        target = Target(output)
        config = config or local_config()
        kept = (episodes, progress_reports, authorizations)
        target.check([*paths, config, mapping, baseline, diff, *kept], binary=form == "xlsx")
        _keep_apart(target.path, files, write_baseline)
        today = day(as_of, "--as-of")
        asked: dict[str, Any] = {"config": config, "payer": payer, "as_of": today, "mapping": mapping, "notes": notes}
        asked |= {"severity": severity, "baseline": baseline, "records": options.records(*kept)}
        asked |= options.chosen(select, ignore)
        asked_large = large.Run.of(run, processes, engine, master, day_given=as_of is not None)
        if asked_large is not None:
            others |= {"--group-by": group_by, "--fix": fix}
            code = asked_large.check(paths, form, target, asked, tables, others)
        else:
            earlier = _earlier(diff)
            report = _checked(paths, asked, form, tables, files, group_by, shown=target.path is not None)
            _write_baseline(report, write_baseline)
            code = _tell(report, form, target, today, statistics=statistics, earlier=earlier, files=files)
            _tell_beside(report, form, target)
    raise typer.Exit(0 if exit_zero and code == 1 else code)


def _checked(
    paths: list[str],
    asked: dict[str, Any],
    form: str,
    tables: str | None,
    files: FixedFiles | None,
    group_by: str | None,
    *,
    shown: bool,
) -> Report:
    """Check the files, or fix them and check what is there then."""
    from cleanclaim import app
    from cleanclaim.codes.tables import under
    from cleanclaim.intake.content import STANDARD_INPUT_PATH

    sources = [str(STANDARD_INPUT_PATH) if path == "-" else path for path in _once(named(paths))]
    with under(tables), _progress(quiet=form != "text" and not shown) as progress:
        if files is not None:
            return replace(files.fix(sources, asked, progress), group_by=group_by)
        report = app.check(sources, **asked, proofs=proofs(form), progress=progress)
        return replace(report, group_by=group_by)


def _once(paths: list[str]) -> list[str]:
    """Return the paths; InputError where one file is named twice: each of its rows would be its own duplicate."""
    places: set[object] = set()
    for path in paths:
        place = identity(Path(path))
        if place in places:
            raise InputError(f"{'standard input' if path == '-' else path} is named twice; name each file once")
        places.add(place)
    return paths


def _tell(
    report: Report,
    form: str,
    target: Target,
    today: date,
    *,
    statistics: bool,
    earlier: Outcome | None,
    files: FixedFiles | None,
) -> int:
    """Write what is asked for: the findings, their statistics, fixes, or what changed; and return the exit code."""
    if files is not None:
        write_printed(partial(files.tell, report, form), target)
        return report.exit_code
    if earlier is not None:
        compared = _compared(earlier, report)
        write_printed(lambda: _print_diff(compared, form), target)
        return max(compared.exit_code, 2 * (report.exit_code == 2))
    if statistics:
        write_printed(lambda: _print_statistics(report, form), target)
    else:
        write_report(report, form, target, today)
    return report.exit_code


def _tell_beside(report: Report, form: str, target: Target) -> None:
    """Say on standard error what is no result: expired suppressions; on a terminal where a report went, or could go."""
    for message in report.left_out.expired_messages():
        warn(message)
    if not sys.stderr.isatty():
        return
    found = sum(row["count"] for row in report.by_rule())
    if target.path is not None:
        typer.echo(f"Wrote {target.path}: {found:,} finding{'' if found == 1 else 's'}.", err=True)
    elif form == "text" and found > _MANY and sys.stdout.isatty():
        typer.echo("For a page to work from, add --format html --output report.html; --statistics sums up.", err=True)


def _choices(form: str, group_by: str | None, only_text_or_json: dict[str, bool]) -> None:
    """Raise InputError for a format or group that is none, and for an option that the format does not go with."""
    choice(form, "--format", FORMATS)
    if group_by is not None:
        choice(group_by, "--group-by", options.GROUPS)
    for option, is_given in only_text_or_json.items():
        if is_given and form not in ("text", "json"):
            raise InputError("goes with --format text or json", field=option)


def _print_statistics(report: Report, form: str) -> None:
    from cleanclaim.reports.statistics import statistics

    if form == "json":
        emit(statistics(report))
        return
    from cleanclaim.cli.render import print_statistics

    print_statistics(report)


def _keep_apart(report: Path | None, files: FixedFiles | None, baseline: Path | None) -> None:
    """Raise InputError where two of the files to be written would be one, or the baseline may not be written."""
    if files is not None:
        files.keep_off(report)
    if baseline is None:
        return
    from cleanclaim.runs.baseline import check_place

    check_place(baseline)
    if report is not None and same_place(baseline, report):
        raise InputError(f"{baseline} is where the report goes; name another file", field="--write-baseline")


def _write_baseline(report: Report, path: Path | None) -> None:
    """Write, where it is asked for, the findings told and those of the baseline read: what need not be told again."""
    if path is None or report.left_out.expired:
        return
    from cleanclaim.runs.baseline import write_baseline

    write_baseline(report.fingerprints(), path, version=report.versions["cleanclaim"])


def _compared(earlier: Outcome, report: Report) -> Diff:
    from cleanclaim.runs.diff import compare
    from cleanclaim.runs.outcome import Outcome

    return compare(earlier, Outcome.of(report.as_dict(), "this run"))


def _print_diff(compared: Diff, form: str) -> None:
    if form == "json":
        emit(compared.as_dict())
        return
    from cleanclaim.cli.diff import print_diff

    print_diff(compared)


def _earlier(path: Path | None) -> Outcome | None:
    if path is None:
        return None
    from cleanclaim.runs.outcome import read_report

    return read_report(path)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """Show how many lines are checked, and how fast, while a person watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} lines checked"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("check", total=None)
        yield lambda lines: shown.update(task, completed=lines)
