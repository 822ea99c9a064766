"""Frames into the ledger and out of it, many rows at a time."""

from __future__ import annotations

from typing import Any

import polars as pl
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    MetaData,
    Select,
    String,
    Table,
    bindparam,
    insert,
)
from sqlalchemy.types import TypeEngine

_PORTION = 20_000
_DTYPES: tuple[tuple[type[TypeEngine[Any]], pl.DataType], ...] = (
    (BigInteger, pl.Int64()),
    (Float, pl.Float64()),
    (Boolean, pl.Boolean()),
    (DateTime, pl.Datetime("us")),
    (Date, pl.Date()),
)
KEYS = Table("asked", MetaData(), Column("word", String, primary_key=True), prefixes=["TEMPORARY"])
"""Words to join with, for one statement at a time."""


def written(connection: Connection, table: Table, frame: pl.DataFrame) -> int:
    """Insert the rows of ``frame``, whose columns are columns of ``table``; return how many there are.

    A column of the table that the frame lacks is null.
    """
    kept = frame.select(name for name in table.columns.keys() if name in frame.columns)  # noqa: SIM118
    statement = insert(table).values({name: bindparam(name) for name in kept.columns}).compile(connection)
    if not statement.positional:
        for part in kept.iter_slices(_PORTION):
            connection.execute(insert(table), part.to_dicts())
        return kept.height
    # SQLite's driver takes plain rows: days as text, as SQLAlchemy itself would give them
    order = list(statement.positiontup or ())
    plain = kept.select(order).with_columns(pl.col(pl.Date).cast(pl.String))
    for part in plain.iter_slices(_PORTION):
        connection.exec_driver_sql(str(statement), part.rows())
    return kept.height


def read(connection: Connection, statement: Select[*tuple[Any, ...]]) -> pl.DataFrame:
    """Return the rows of ``statement`` with columns of the types that its columns have."""
    columns = list(statement.selected_columns)
    schema = {column.name: _dtype(column.type) for column in columns}
    if not connection.dialect.positional:
        found = connection.execute(statement).fetchall()
        return pl.DataFrame([tuple(row) for row in found], schema=schema, orient="row")
    compiled = statement.compile(connection, compile_kwargs={"render_postcompile": True})
    values = tuple((compiled.params or {})[name] for name in compiled.positiontup or ())
    cursor = connection.exec_driver_sql(str(compiled), values).cursor
    plain = {name: _plain(dtype) for name, dtype in schema.items()}
    parts = [pl.DataFrame(schema=schema)]
    while rows := cursor.fetchmany(_PORTION):
        parts.append(_typed(pl.DataFrame(rows, schema=plain, orient="row"), schema, plain))
    return pl.concat(parts)


def _typed(frame: pl.DataFrame, schema: dict[str, pl.DataType], plain: dict[str, pl.DataType]) -> pl.DataFrame:
    return frame.with_columns(
        pl.col(name).str.to_date("%Y-%m-%d")
        if dtype == pl.Date()
        else pl.col(name).str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
        if isinstance(dtype, pl.Datetime)
        else pl.col(name).cast(dtype)
        for name, dtype in schema.items()
        if dtype != plain[name]
    )


def ask(connection: Connection, words: pl.Series) -> Table:
    """Return a temporary table that holds ``words``, each once, in place of those asked for before."""
    KEYS.create(connection, checkfirst=True)
    connection.execute(KEYS.delete())
    written(connection, KEYS, words.drop_nulls().unique().to_frame("word"))
    return KEYS


def _dtype(kind: TypeEngine[Any]) -> pl.DataType:
    return next((dtype for own, dtype in _DTYPES if isinstance(kind, own)), pl.String())


def _plain(dtype: pl.DataType) -> pl.DataType:
    """The type in which SQLite's driver gives values."""
    if dtype == pl.Boolean():
        return pl.Int64()
    return pl.String() if dtype == pl.Date() or isinstance(dtype, pl.Datetime) else dtype
