"""Amounts that other providers added to a patient's year: a file of them, and what in it cannot count."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

import polars as pl

from cleanclaim.claims.episodes import PAYMENTS_ELSEWHERE
from cleanclaim.intake.registers import Register, read_register

_YEAR = pl.coalesce("year", pl.col("through").dt.year())


def read_elsewhere(path: str | PathLike[str]) -> Register:
    """Return the amounts in a file (text, workbook or JSON) with the columns of PAYMENTS_ELSEWHERE.

    A row without a year takes that of its day; one with neither, or whose day lies in another year, is left out and
    reported. Raises UnreadableFile where the file cannot be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "elsewhere.csv"
    ...     _ = path.write_text("patient_id,bucket,allowed_cents,through\\n7,PT,90000,2026-02-28\\n8,OT,100,\\n")
    ...     read = read_elsewhere(path)
    >>> read.rows.select("patient_id", "year", "bucket", "allowed_cents").rows(), read.unreadable.row(0)[:2]
    ([('7', 2026, 'pt_slp', 90000)], (3, 'year'))
    """
    read = read_register(Path(path), PAYMENTS_ELSEWHERE)
    rows = read.rows.with_columns(year=_YEAR.cast(pl.Int64), row=pl.int_range(pl.len(), dtype=pl.Int64))
    undated = rows["year"].is_null()
    astray = (rows["through"].dt.year() != rows["year"]).fill_null(False)
    faults = [read.unreadable]
    for wrong, column, message in (
        (undated, "year", "neither a year nor a day; the row is left out"),
        (astray, "through", "the day lies in another year; the row is left out"),
    ):
        places = pl.DataFrame({"line": read.lines.filter(wrong)}, schema={"line": pl.Int64})
        faults.append(places.with_columns(column=pl.lit(column), message=pl.lit(message)))
    kept = ~(undated | astray)
    return Register(
        read.file,
        rows.filter(kept),
        pl.concat(faults).sort("line"),
        read.notes,
        read.columns,
        read.lines.filter(kept),
    )
