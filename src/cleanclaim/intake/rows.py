"""Text rows of any file to SERVICES: cells converted, what cannot be read reported, what cannot be checked left out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

import polars as pl

from cleanclaim.claims.schema import SERVICES, UNREADABLE
from cleanclaim.intake.cells import KINDS, CellKind, date_of, shown
from cleanclaim.intake.fields import DIAGNOSES, FIELDS, KEYS, MODIFIERS

_NO_FAULTS = pl.DataFrame(schema={"index": pl.Int64(), "field": pl.String(), "message": pl.String()})
_FEW = 2_000
_CELL_LOST = "; the cell is read as missing"
_ROW_LOST = "; the row is left out"


@dataclass(frozen=True)
class Rows:
    """A portion of a file: ``services`` (SERVICES), ``unreadable`` (UNREADABLE), rows read and rows left out."""

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


def convert(text: pl.DataFrame, *, date_formats: tuple[str, ...] = (), separator: str | None = None) -> Converted:
    """Return the values of ``text``, whose columns have documented names and hold text.

    A row without a readable date or code, or without patient, visit and claim number, is not kept; any other cell that
    cannot be read is null.

    >>> c = convert(pl.DataFrame({"code": ["97530"], "dos": ["2026-03-04"], "visit_id": ["V1"], "units": ["--"]}))
    >>> c.values["units"].to_list(), c.faults["message"].to_list()
    ([None], ['a text of 2 characters is not a number; the cell is read as missing'])
    """
    cells = _in_one_cell(_in_one_cell(text, MODIFIERS), DIAGNOSES)
    kinds = {name: _kind(name, date_formats, separator) for name in cells.columns}
    keyless = pl.all_horizontal(pl.col(key).is_null() for key in KEYS if key in kinds)
    read = _read(cells, kinds).with_columns(
        pl.col("code").is_null().alias("code absent"),
        pl.col("dos").is_null().alias("dos absent"),
        keyless.alias("keyless"),
        (_column("stop", kinds) < _column("start", kinds)).fill_null(False).alias("backward"),
        (_column("dos_end", kinds, pl.Date()) < pl.col("dos")).fill_null(False).alias("ends early"),
    )
    kept = ~pl.any_horizontal("code absent", "dos absent", "keyless")
    return Converted(
        read.select(_services(tuple(kinds))), read.select(kept.alias("kept"))["kept"], _faults(cells, read, kinds)
    )


@cache
def _kind(name: str, date_formats: tuple[str, ...], separator: str | None) -> CellKind:
    kind = KINDS[FIELDS[name].kind]
    if FIELDS[name].kind == "date" and date_formats:
        return CellKind(date_of(date_formats), f"a date written {' or '.join(date_formats)}")
    if name == "modifiers" and separator is not None:
        return CellKind(lambda cell: kind.parse(cell.str.replace_all(separator, " ", literal=True)), kind.wanted)
    return kind


def _in_one_cell(cells: pl.DataFrame, fields: tuple[str, ...]) -> pl.DataFrame:
    """Put what the numbered columns of modifiers or diagnoses hold into one, where that is blank or absent."""
    one = fields[0]
    numbered = [name for name in fields[1:] if name in cells.columns]
    if not numbered:
        return cells
    joined = pl.concat_str(pl.col(numbered).str.strip_chars(), separator=" ", ignore_nulls=True)
    whole = [pl.col(one).str.strip_chars()] if one in cells.columns else []
    sources = [pl.when(source != "").then(source) for source in (*whole, joined)]
    return cells.with_columns(pl.coalesce(sources).alias(one)).drop(numbered)


def _read(cells: pl.DataFrame, kinds: dict[str, CellKind]) -> pl.DataFrame:
    """Return the values of each column, and whether its cells are unread; of a long one each distinct text read once.

    A column of a million cells has few texts; a visit's few cells are not worth telling apart.
    """
    if cells.height <= _FEW:
        return _read_each(cells, kinds)
    columns: list[pl.Series] = []
    for name, kind in kinds.items():
        cell = cells.select(cell=name)
        distinct = cell.unique()
        values = _read_each(distinct.select(pl.col("cell").alias(name)), {name: kind})
        table = pl.concat([distinct, values], how="horizontal")
        met = cell.join(table, on="cell", how="left", nulls_equal=True, maintain_order="left")
        columns += met.drop("cell").get_columns()
    return pl.DataFrame(columns)


def _read_each(cells: pl.DataFrame, kinds: dict[str, CellKind]) -> pl.DataFrame:
    """Return the value of each cell, and in a column named "... unread" whether it has text and no value."""
    text = cells.select(_stripped(name) for name in kinds)
    values = text.select(_value(name, kind) for name, kind in kinds.items())
    return values.with_columns(
        (pl.lit(text[name].is_not_null()) & pl.col(name).is_null()).alias(f"{name} unread") for name in kinds
    )


@cache
def _value(name: str, kind: CellKind) -> pl.Expr:
    return kind.parse(pl.col(name)).alias(name)


@cache
def _stripped(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars()
    return pl.when(text != "").then(text).alias(name)


def _column(name: str, kinds: Collection[str], dtype: pl.DataType | None = None) -> pl.Expr:
    return pl.col(name) if name in kinds else pl.lit(None, dtype=dtype or pl.Int64())


def _faults(cells: pl.DataFrame, read: pl.DataFrame, kinds: dict[str, CellKind]) -> pl.DataFrame:
    """Return the faults of all rows, in their order."""
    key = next(key for key in KEYS if key in kinds)
    absent = {name: pl.col(f"{name} absent") & ~pl.col(f"{name} unread") for name in ("code", "dos")}
    nothing = pl.all_horizontal(absent.values())
    found = read.with_columns(
        **{f"{name} absent": mask & ~nothing for name, mask in absent.items()},
        keyless=pl.col("keyless") & ~nothing,
        nothing=nothing,
    )
    kinds_of_fault = [
        *((f"{name} unread", name, _unread_message(name, kind)) for name, kind in kinds.items()),
        ("backward", "stop", pl.format("'{}' is before the start, '{}'" + _CELL_LOST, "stop", "start")),
        ("ends early", "dos_end", pl.format("'{}' is before the first day, '{}'" + _CELL_LOST, "dos_end", "dos")),
        ("code absent", "code", pl.lit("no procedure code" + _ROW_LOST)),
        ("dos absent", "dos", pl.lit("no date" + _ROW_LOST)),
        ("keyless", key, pl.lit("no patient, visit or claim number" + _ROW_LOST)),
        ("nothing", "code", pl.lit("no procedure code and no date, as in a row of totals" + _ROW_LOST)),
    ]
    present = found.select(pl.col(mask).any() for mask, _, _ in kinds_of_fault).row(0, named=True)
    parts = [_NO_FAULTS]
    for mask, field, message in kinds_of_fault:
        if present[mask]:
            index = found[mask].arg_true()
            told = cells[index].with_columns(message.alias("message"))
            parts.append(
                told.select(pl.lit(index).cast(pl.Int64).alias("index"), field=pl.lit(field), message="message")
            )
    return pl.concat(parts).sort("index", maintain_order=True) if len(parts) > 1 else _NO_FAULTS


@cache
def _unread_message(name: str, kind: CellKind) -> pl.Expr:
    lost = _ROW_LOST if name in ("code", "dos") else _CELL_LOST
    return pl.format("{} is not {}" + lost, shown(pl.col(name).str.strip_chars()), pl.lit(kind.wanted))


@cache
def _services(names: tuple[str, ...]) -> list[pl.Expr]:
    """Return the SERVICES columns that a row's own cells decide.

    A cell that could not be read is still there: a unit or charge cell means billed, and a row whose minutes could not
    be read does not count as one without minutes.
    """

    def lost(*fields: str) -> pl.Expr:
        return pl.any_horizontal(pl.lit(False), *(pl.col(f"{name} unread") for name in fields if name in names))

    given = [pl.col(name).is_not_null() | pl.col(f"{name} unread") for name in ("units", "charge") if name in names]
    plain = set(names) - {"modifiers", "stop", "frequency"}
    columns = {FIELDS[name].column: pl.col(name) for name in FIELDS if name in plain}
    columns["billed"] = pl.any_horizontal(pl.lit(False), *given)
    columns["minutes_lost"] = lost("minutes")
    columns["times_lost"] = lost("start", "stop") | pl.col("backward")
    if "stop" in names:
        columns["stop_minute"] = pl.when(~pl.col("backward")).then("stop")
    if "dos_end" in names:
        columns["dos_end"] = pl.when(~pl.col("ends early")).then("dos_end")
    if "modifiers" in names:
        modifiers = pl.col("modifiers")
        count = modifiers.list.len().cast(pl.Int64)
        # a cell that could not be read leaves the count unknown; a blank one says that there are none
        columns["modifier_count"] = pl.when(~pl.col("modifiers unread")).then(count.fill_null(0))
        columns |= {f"modifier_{n}": modifiers.list.get(n - 1, null_on_oob=True) for n in range(1, 5)}
    frequency = [pl.col("frequency")] if "frequency" in names else []
    if "bill_type" in names:
        frequency.append(pl.col("bill_type").str.slice(2))
    if frequency:
        columns["frequency"] = pl.coalesce(frequency)
    return [value.alias(column) for column, value in columns.items()]


def placed(frame: pl.DataFrame, **columns: pl.Expr | pl.Series) -> pl.DataFrame:
    """Return ``frame`` with ``columns`` and exactly the columns of SERVICES; those it lacks are null.

    >>> placed(pl.DataFrame({"code": ["97530"]}), file_id=pl.lit(0)).height
    1
    """
    full = frame.with_columns(**columns) if columns else frame
    return full.select(_conforming(frozenset(full.columns)))


@cache
def _conforming(names: frozenset[str]) -> list[pl.Expr]:
    return [
        pl.col(name).cast(dtype) if name in names else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in SERVICES.schema.items()
    ]


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
    (True, None, False, False, False, False, False, False, False)
    """
    return {
        "carries_minutes": pl.when(~pl.col("minutes_lost")).then(pl.lit("minutes" in names)),
        "carries_times": pl.when(~pl.col("times_lost")).then(pl.lit("start" in names and "stop" in names)),
        "carries_diagnoses": pl.lit(not set(DIAGNOSES).isdisjoint(names)),
        "carries_referring": pl.lit("referring_npi" in names),
        "carries_pointers": pl.lit("pointers" in names),
        "carries_attending": pl.lit("attending_npi" in names),
        "carries_occurrences": pl.lit("occurrence_codes" in names),
        "carries_revenue": pl.lit("revenue_code" in names),
        "carries_original": pl.lit("original_reference" in names),
    }
