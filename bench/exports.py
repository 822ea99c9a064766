"""A month as files: what each clinic's system exports, as CSV and JSON, and the same read back as SERVICES."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
from claim_lines import dollars
from practice import CLINIC

from cleanclaim import intake

_OF_FACILITIES = ("bill_type", "revenue_code", "attending_npi", "occurrence_codes")
_OF_LINES = (
    "code", "modifiers", "units", "minutes", "by", "start", "stop", "charge", "pointers", "dos_end", "plan_of_care",
    "reading_days",
)  # fmt: skip
_OF_OFFICES = ("place_of_service", "pointers", "referring_npi", "rendering_npi")


def exported(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return a clinic's lines as its system exports them: a column for what it knows, amounts and times as text."""
    clinic = CLINIC[name]
    kept = [column for column in rows.columns if not column.startswith("_")]
    left_out = set(_OF_OFFICES if clinic.institutional else _OF_FACILITIES)
    if not clinic.times:
        left_out |= {"start", "stop"}
    if not clinic.minutes:
        left_out |= {"minutes", "by"}
        rows = rows.filter(pl.col("charge").is_not_null() | pl.col("units").is_not_null())
    written = rows.with_columns(
        units=_number(pl.col("units")),
        charge=_money(pl.col("charge")),
        claim_charge=_money(pl.col("claim_charge")),
        start=_clock(pl.col("start")),
        stop=_clock(pl.col("stop")),
    )
    return written.select(column for column in kept if column not in left_out)


def typed(rows: pl.DataFrame) -> pl.DataFrame:
    """Return exported rows with numbers, amounts and times in types of their own, as a database would give them."""
    kinds = {
        **{name: pl.col(name).cast(pl.Float64) for name in ("units",)},
        **{name: pl.col(name).cast(pl.Decimal(12, 2)) for name in ("charge", "claim_charge")},
        **{name: pl.col(name).str.to_time("%H:%M") for name in ("start", "stop")},
    }
    return rows.with_columns(**{name: kind for name, kind in kinds.items() if name in rows.columns})


def _number(units: pl.Expr) -> pl.Expr:
    whole = units == units.floor()
    return pl.when(whole).then(units.cast(pl.Int64).cast(pl.String)).otherwise(units.cast(pl.String))


def _money(amount: pl.Expr) -> pl.Expr:
    return dollars((amount * 100).round().cast(pl.Int64))


def _clock(minute: pl.Expr) -> pl.Expr:
    return pl.format("{}:{}", (minute // 60).cast(pl.String).str.zfill(2), (minute % 60).cast(pl.String).str.zfill(2))


def professional(files: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the exported rows of the clinics that bill on professional claims."""
    return pl.concat([rows for name, rows in files.items() if not CLINIC[name].institutional], how="diagonal")


def services(files: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the clinics' exports as SERVICES, each read from CSV as a file of its own."""
    parts: list[pl.DataFrame] = []
    rows = 0
    with tempfile.TemporaryDirectory() as folder:
        for place, (name, frame) in enumerate(files.items()):
            path = Path(folder) / f"{name}.csv"
            frame.write_csv(path)
            batch = intake.read([path])
            if batch.unreadable.height:
                raise ValueError(f"{name}: {batch.unreadable['message'][0]}")
            parts.append(batch.services.with_columns(pl.col("row") + rows, file_id=pl.lit(place, dtype=pl.Int64)))
            rows += batch.services.height
    return pl.concat(parts)


def visits_json(rows: pl.DataFrame) -> dict[str, Any]:
    """Return a clinic's exported rows as JSON input has them."""
    visits: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows.with_columns(pl.col("dos", "received", "dos_end").cast(pl.String)).to_dicts():
        given = {name: value for name, value in row.items() if value is not None}
        key = tuple(row[name] for name in ("visit_id", "claim_id", "sequence", "frequency"))
        visit = visits.setdefault(key, {n: v for n, v in given.items() if n not in _OF_LINES} | {"services": []})
        visit["services"].append({n: v for n, v in given.items() if n in _OF_LINES})
    return {"visits": list(visits.values())}
