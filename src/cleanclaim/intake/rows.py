"""Text rows of any file to SERVICES: cells converted, what cannot be read reported, what cannot be checked left out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from cleanclaim.claims.schema import SERVICES, UNREADABLE
from cleanclaim.intake.cells import KINDS, CellKind, date_of, shown
from cleanclaim.intake.fields import FIELDS, KEYS, MODIFIERS

PLACED = pl.Schema({**SERVICES.schema, "place": pl.String()})
"""SERVICES, and ``place``: where a row stands that has no line of its own (a JSON path)."""

_FAULTS = pl.Schema({"index": pl.Int64(), "field": pl.String(), "message": pl.String()})
_CELL_LOST = "; the cell is read as missing"
_ROW_LOST = "; the row is left out"


@dataclass(frozen=True)
class Rows:
    """A portion of a file: ``services`` (PLACED), ``unreadable`` (UNREADABLE), rows read and rows left out."""

    services: pl.DataFrame
    unreadable: pl.DataFrame
    read: int
    left_out: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Converted:
    """Text rows read: ``values`` (one row each), ``kept`` (false: left out), ``faults`` (index, field, message)."""

    values: pl.DataFrame
    kept: pl.Series
    faults: pl.DataFrame


def convert(text: pl.DataFrame, *, date_format: str | None = None, separator: str | None = None) -> Converted:
    """Return the values of ``text``, whose columns have documented names and hold text.

    A row without a readable date or code, or without patient, visit and claim number, is not kept; any other cell that
    cannot be read is null.

    >>> c = convert(pl.DataFrame({"code": ["97530"], "dos": ["2026-03-04"], "visit_id": ["V1"], "minutes": ["-5"]}))
    >>> c.values["minutes"].to_list(), c.faults["message"].to_list()
    ([None], ["'-5' is not whole minutes from 0 to 1440; the cell is read as missing"])
    """
    cells = _with_one_modifier_cell(text)
    read = {name: _read(cells[name], name, _kind(name, date_format, separator)) for name in cells.columns}
    values, backward = _in_order(pl.DataFrame({name: column for name, (column, _) in read.items()}), cells)
    unread = pl.concat([faults for _, faults in read.values()])
    keys = [key for key in KEYS if key in values.columns]
    keyless = values.select(lost=pl.all_horizontal(pl.col(keys).is_null()))["lost"]
    missing = [
        _missing(values, unread, "code", "no procedure code" + _ROW_LOST),
        _missing(values, unread, "dos", "no date" + _ROW_LOST),
        _at(keyless, keys[0], "no patient, visit or claim number" + _ROW_LOST),
    ]
    return Converted(
        _services(values, pl.concat([unread, backward])),
        values["code"].is_not_null() & values["dos"].is_not_null() & ~keyless,
        pl.concat([unread, backward, *missing]).sort("index", maintain_order=True),
    )


def _kind(name: str, date_format: str | None, separator: str | None) -> CellKind:
    kind = KINDS[FIELDS[name].kind]
    if FIELDS[name].kind == "date" and date_format is not None:
        return CellKind(date_of(date_format), f"a date written {date_format}")
    if name == "modifiers" and separator is not None:
        return CellKind(lambda cell: kind.parse(cell.str.replace_all(separator, " ", literal=True)), kind.wanted)
    return kind


def _with_one_modifier_cell(cells: pl.DataFrame) -> pl.DataFrame:
    """Put what modifier_1 to modifier_4 hold into ``modifiers``, where that is blank or absent."""
    numbered = [name for name in MODIFIERS[1:] if name in cells.columns]
    if not numbered:
        return cells
    joined = pl.concat_str(pl.col(numbered).str.strip_chars(), separator=" ", ignore_nulls=True)
    whole = [pl.col("modifiers").str.strip_chars()] if "modifiers" in cells.columns else []
    sources = [pl.when(source != "").then(source) for source in (*whole, joined)]
    return cells.with_columns(modifiers=pl.coalesce(sources)).drop(numbered)


def _read(cells: pl.Series, name: str, kind: CellKind) -> tuple[pl.Series, pl.DataFrame]:
    """Return a column's values, and the faults of the cells that have text and no value.

    Each distinct text is read once: a column of a million cells has few.
    """
    column = cells.alias("cell").to_frame()
    stripped = pl.col("cell").str.strip_chars()
    distinct = column.unique().drop_nulls().with_columns(text=pl.when(stripped != "").then(stripped))
    table = distinct.with_columns(value=kind.parse(pl.col("text")))
    values = column.join(table, on="cell", how="left", maintain_order="left")["value"]
    lost = _ROW_LOST if name in ("code", "dos") else _CELL_LOST
    unread = table.filter(pl.col("text").is_not_null() & pl.col("value").is_null()).select(
        "cell", field=pl.lit(name), message=pl.format("{} is not {}" + lost, shown(pl.col("text")), pl.lit(kind.wanted))
    )
    if unread.is_empty():
        return values, _FAULTS.to_frame(eager=True)
    places = column.with_row_index("index").join(unread, on="cell", how="inner", maintain_order="left")
    return values, places.select(pl.col("index").cast(pl.Int64), "field", "message")


def _at(mask: pl.Series, field: str, message: pl.Series | str) -> pl.DataFrame:
    index = mask.arg_true().cast(pl.Int64)
    return pl.DataFrame({"index": index}).select(
        "index", field=pl.lit(field), message=pl.lit(message) if isinstance(message, str) else message
    )


def _is_unread(unread: pl.DataFrame, field: str, rows: int) -> pl.Series:
    """True for the rows whose cell of ``field`` has text that could not be read."""
    index = unread.filter(pl.col("field") == field)["index"]
    return pl.Series([False]).new_from_index(0, rows).scatter(index, True)


def _missing(values: pl.DataFrame, unread: pl.DataFrame, name: str, message: str) -> pl.DataFrame:
    return _at(values[name].is_null() & ~_is_unread(unread, name, values.height), name, message)


def _in_order(values: pl.DataFrame, cells: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the values without stop times that lie before their start, and those as faults."""
    if "start" not in values.columns or "stop" not in values.columns:
        return values, _FAULTS.to_frame(eager=True)
    before = (values["stop"] < values["start"]).fill_null(False)
    message = pl.format("'{}' is before the start, '{}'" + _CELL_LOST, "stop", "start").alias("message")
    faults = _at(before, "stop", cells.filter(before).select(message)["message"])
    return values.with_columns(stop=pl.when(~before).then("stop")), faults


def _services(values: pl.DataFrame, unread: pl.DataFrame) -> pl.DataFrame:
    """Return the SERVICES columns that a row's own cells decide.

    A cell that could not be read is still there: a unit or charge cell means billed, and a row whose minutes could not
    be read does not count as one without minutes.
    """

    def lost(name: str) -> pl.Expr:
        return pl.lit(_is_unread(unread, name, values.height)) if name in values.columns else pl.lit(False)

    def given(name: str) -> pl.Expr:
        return (pl.col(name).is_not_null() if name in values.columns else pl.lit(False)) | lost(name)

    columns = {
        "billed": given("units") | given("charge"),
        "minutes_lost": lost("minutes"),
        "times_lost": lost("start") | lost("stop"),
    }
    if "modifiers" in values.columns:
        modifiers = pl.col("modifiers")  # null in a row whose cell could not be read: then the count is not known
        count = modifiers.list.len().cast(pl.Int64)
        columns["modifier_count"] = pl.when(given("modifiers")).then(count).otherwise(0)
        columns |= {f"modifier_{n}": modifiers.list.get(n - 1, null_on_oob=True) for n in range(1, 5)}
    if "bill_type" in values.columns:
        own = ["frequency"] if "frequency" in values.columns else []
        columns["frequency"] = pl.coalesce(*own, pl.col("bill_type").str.slice(2))
    return values.with_columns(**columns).rename({n: f.column for n, f in FIELDS.items() if n in values.columns})


def placed(frame: pl.DataFrame, **columns: pl.Expr | pl.Series) -> pl.DataFrame:
    """Return ``frame`` with ``columns`` and exactly the columns of PLACED; those it lacks are null.

    >>> placed(pl.DataFrame({"code": ["97530"]}), file_id=pl.lit(0)).height
    1
    """
    full = frame.with_columns(**columns) if columns else frame
    return full.select(
        pl.col(name).cast(dtype) if name in full.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in PLACED.items()
    )


def unreadable(frame: pl.DataFrame, file_id: int) -> pl.DataFrame:
    """Return ``frame`` as UNREADABLE rows of one file.

    >>> unreadable(pl.DataFrame({"line": [2], "message": ["no date"]}), 0).row(0)
    (0, 2, None, None, 'no date')
    """
    return UNREADABLE.conform(frame.with_columns(file_id=pl.lit(file_id, dtype=pl.Int64)))


def holding(names: Collection[str]) -> dict[str, pl.Expr]:
    """Return the ``carries_`` columns of an input with these fields: what its rows can hold.

    Null on a row whose minutes or times stand there and could not be read: nothing is concluded from their absence.

    >>> row = pl.select(minutes_lost=False, times_lost=True)
    >>> row.select(**holding(["minutes", "start", "stop"])).row(0)
    (True, None, False, False)
    """
    return {
        "carries_minutes": pl.when(~pl.col("minutes_lost")).then(pl.lit("minutes" in names)),
        "carries_times": pl.when(~pl.col("times_lost")).then(pl.lit("start" in names and "stop" in names)),
        "carries_diagnoses": pl.lit("diagnoses" in names),
        "carries_referring": pl.lit("referring_npi" in names),
    }
