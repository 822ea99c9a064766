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
    file: str,
    *,
    broken: pl.DataFrame | None = None,
    notes: tuple[str, ...] = (),
    sheet: str | None = None,
) -> Rows:
    """Return the services of ``cells``: a column of text per field, and ``line``, the number of each row.

    ``broken`` (line, message) are rows that could not be cut into cells. ``sheet``: the rows are those of a sheet, and
    their places are named so. A header that stands again among the rows, as at the top of each printed page, is no row
    and is told in a note.
    """
    names = list(binding.places)
    text, again = _without_headers(_without_blank_rows(cells, names), binding)
    if again:
        notes = (*notes, _again(file if sheet is None else f"{file}, sheet {sheet}", again, sheet))
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


def _without_headers(cells: pl.DataFrame, binding: Binding) -> tuple[pl.DataFrame, list[int]]:
    """Return the rows without those that are the header once more, and the numbers of these."""
    heads = (cells["code"].str.strip_chars() == binding.headers["code"]).fill_null(False)
    if not heads.any():
        return cells, []
    heads &= (cells["dos"].str.strip_chars() == binding.headers["dos"]).fill_null(False)
    return cells.filter(~heads), cells.filter(heads)["line"].to_list()


def _again(place: str, numbers: list[int], sheet: str | None) -> str:
    shown = ", ".join(map(str, numbers[:5])) + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")
    word = "line" if sheet is None else "row"
    return f"{place}: the header is repeated in {word}{'s' if len(numbers) > 1 else ''} {shown}; skipped"


def _without_blank_rows(cells: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Return the rows with text in any cell: rows of delimiters alone are the blank lines of spreadsheets."""
    no_code = cells["code"].str.strip_chars().fill_null("") == ""
    if not no_code.any():
        return cells
    return cells.filter(pl.any_horizontal(pl.col(names).str.strip_chars().str.len_bytes() > 0))
