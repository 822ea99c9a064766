"""Rows of text under a header, to services: the same for delimited files and for the sheets of a workbook."""

from __future__ import annotations

import polars as pl

from cleanclaim.intake.mapping import Binding, Mapping
from cleanclaim.intake.rows import Rows, convert, holding, placed, unreadable


def portion(
    cells: pl.DataFrame,
    binding: Binding,
    mapping: Mapping,
    file_id: int,
    *,
    broken: pl.DataFrame | None = None,
    notes: tuple[str, ...] = (),
    sheet: str | None = None,
) -> Rows:
    """Return the services of ``cells``: a column of text per field, and ``line``, the number of each row.

    ``broken`` (line, message) are rows that could not be cut into cells. ``sheet``: the rows are those of a sheet, and
    their places are named so.
    """
    names = list(binding.places)
    text = _without_blank_rows(cells, names)
    converted = convert(text.select(names), date_formats=mapping.date_formats, separator=mapping.modifier_separator)
    number = text["line"]
    where = {} if sheet is None else {"place": _place(sheet, number)}
    services = placed(converted.values, file_id=pl.lit(file_id), source_line=number, **where, **holding(names)).filter(
        converted.kept
    )
    faults = converted.faults.select(
        line=number.gather(converted.faults["index"]),
        column=pl.col("field").replace(binding.headers),
        message="message",
    )
    if sheet is not None:
        faults = faults.select(
            column=pl.format("{}, {}", pl.lit(_place(sheet, faults["line"])), "column"), message="message"
        )
    lost = unreadable(faults, file_id)
    cut = 0 if broken is None else broken.height
    if broken is not None:
        lost = pl.concat([unreadable(broken, file_id), lost]).sort("line", maintain_order=True)
    return Rows(services, lost, read=text.height + cut, left_out=text.height - services.height + cut, notes=notes)


def _place(sheet: str, number: pl.Series) -> pl.Series:
    """Return where the rows of a sheet stand."""
    return number.to_frame("row").select(pl.format("sheet {}, row {}", pl.lit(sheet), "row")).to_series()


def _without_blank_rows(cells: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Return the rows with text in any cell: rows of delimiters alone are the blank lines of spreadsheets."""
    no_code = cells["code"].str.strip_chars().fill_null("") == ""
    if not no_code.any():
        return cells
    return cells.filter(pl.any_horizontal(pl.col(names).str.strip_chars().str.len_bytes() > 0))
