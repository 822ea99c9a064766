"""How ``cleanclaim check`` tells its report: one writer for each format, to standard output or to a file."""

from __future__ import annotations

import codecs
import io
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from cleanclaim.cli.output import as_json_text, emit
from cleanclaim.cli.target import Target

if TYPE_CHECKING:
    from cleanclaim.engine.report import Report
    from cleanclaim.reports.run import Run

FORMATS = ("text", "json", "jsonl", "html", "csv", "xlsx", "sarif")
JSON_FORMATS = ("json", "jsonl", "sarif")
"""Formats whose reader wants an error as JSON too."""
_PROVEN = ("html",)


def proofs(form: str) -> int:
    """Return for how many findings a format shows the proof."""
    if form not in _PROVEN:
        return 0
    from cleanclaim.reports.page import DETAILED

    return DETAILED


def write_report(report: Report, form: str, target: Target, as_of: date) -> None:
    """Write ``report`` in one of FORMATS. A file is written whole or not at all; raises InputError where it cannot."""
    if form in ("text", "json", "jsonl"):
        write_printed(lambda: _print(report, form), target)
        return
    from cleanclaim.reports.run import Run

    run = Run(as_of, datetime.now().astimezone(), _command())
    with target.opened() as stream:
        _WRITERS[form](report, run, stream, target.path is not None)


def write_printed(printed: Callable[[], None], target: Target) -> None:
    """Write what ``printed`` prints on standard output, or to the file that ``target`` names."""
    if target.path is None:
        printed()
        return
    with target.opened() as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", errors="backslashreplace")
        with redirect_stdout(text):
            printed()
        text.flush()
        # the stream is the target's to close
        text.detach()


def _print(report: Report, form: str) -> None:
    if form == "json":
        emit(report.as_dict())
    elif form == "jsonl":
        for line in _lines(report):
            sys.stdout.write(line + "\n")
    else:
        from cleanclaim.cli.render import print_report

        print_report(report)


def _lines(report: Report) -> Iterator[str]:
    for kind, rows in (
        ("finding", report.messages()),
        ("suppressed", iter(report.suppressions())),
        ("not_checked", iter(report.gaps())),
        ("unreadable", iter(report.unread())),
        ("summary", iter([report.summary()])),
    ):
        for row in rows:
            yield as_json_text({"kind": kind, **row})


def _html(report: Report, run: Run, stream: BinaryIO, to_file: bool) -> None:
    from cleanclaim.reports.page import html_parts

    _pour(html_parts(report, run), stream)


def _csv(report: Report, run: Run, stream: BinaryIO, to_file: bool) -> None:
    from cleanclaim.reports.comma import csv_lines

    # Excel reads a file as UTF-8 by this mark alone; in a pipe it would stand in the first column's name
    if to_file:
        stream.write(codecs.BOM_UTF8)
    _pour(csv_lines(report), stream)


def _xlsx(report: Report, run: Run, stream: BinaryIO, to_file: bool) -> None:
    from cleanclaim.reports.workbook import write_workbook

    write_workbook(report, run, stream)


def _sarif(report: Report, run: Run, stream: BinaryIO, to_file: bool) -> None:
    from cleanclaim.reports.sarif import sarif_parts

    _pour(sarif_parts(report), stream)


_WRITERS: dict[str, Callable[[Report, Run, BinaryIO, bool], None]] = {
    "html": _html,
    "csv": _csv,
    "xlsx": _xlsx,
    "sarif": _sarif,
}


def _pour(parts: Iterable[str], stream: BinaryIO) -> None:
    for part in parts:
        # half a character, which JSON input may hold, has no encoding
        stream.write(part.encode("utf-8", errors="backslashreplace"))


def _command() -> str:
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
