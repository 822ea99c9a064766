"""Edits of claim lines as data: what is proposed, services with it made, and each line before and after as text."""

from __future__ import annotations

import polars as pl

from cleanclaim.claims.schema import SERVICES
from cleanclaim.claims.table import Column, Table
from cleanclaim.engine.beside import beside
from cleanclaim.engine.keys import MODIFIER_COLUMNS

_S, _I, _F = pl.String(), pl.Int64(), pl.Float64()

PROPOSED = Table(
    "proposed",
    "a line that a fix would change or take away; a null leaves the line's value as it is",
    (
        Column("rule", _S, "rule id of the finding"),
        Column("finding", _I, "row of the finding: rule and finding name the fix"),
        Column("row", _I, "row of SERVICES that changes"),
        Column("code", _S, "new procedure code"),
        Column("modifiers", _S, "new modifiers, separated by one space"),
        Column("units", _F, "new units", "units"),
        Column("minutes", _I, "new minutes", "minutes"),
        Column("charge_cents", _I, "new charge", "cents"),
        Column("allowed_given_cents", _I, "new allowed amount", "cents"),
        Column("into", _I, "row that takes this line up; the line goes away", null="the line stays"),
    ),
)

FIELDS = ("code", "modifiers", "units", "minutes", "charge", "allowed")
"""What a fix may change, by the documented names."""

_PLACED = ("file_id", "source_line", "source_offset", "place", "claim_id", "visit_id", "dos")

EDITS = Table(
    "edits",
    "a line that a fix has changed or taken away, in the order made",
    (
        Column("rule", _S, "rule id of the finding"),
        Column("finding", _I, "row of the finding: rule and finding name the fix"),
        Column("row", _I, "row of SERVICES that changed"),
        Column("into", _I, "row that took this line up; the line went away", null="the line stays"),
        *(Column(name, _S, f"{name} before, as text", null="none") for name in FIELDS),
        *(Column(f"new_{name}", _S, f"{name} after, as text", null="none") for name in FIELDS),
        *(SERVICES[name] for name in _PLACED),
    ),
)


def applied(services: pl.DataFrame, proposed: pl.DataFrame) -> pl.DataFrame:
    """Return ``services`` (SERVICES) with the edits of ``proposed`` made, which has each row at most once.

    >>> one = SERVICES.conform(pl.DataFrame({"row": [0, 1], "code": ["97014", "97530"], "modifier_1": "GP"}))
    >>> edit = PROPOSED.conform(pl.DataFrame({"row": [0], "code": ["G0283"], "modifiers": ["59 GP"]}))
    >>> applied(one, edit).select("code", "modifier_1", "modifier_2").rows()
    [('G0283', '59', 'GP'), ('97530', 'GP', None)]
    """
    new = proposed.drop("rule", "finding").rename({name: f"_{name}" for name in _VALUES})
    changed = beside(services, new, ["row"]).filter(pl.col("_into").is_null()).with_columns(_CHANGED)
    return changed.select(services.columns)


_VALUES = ("code", "modifiers", "units", "minutes", "charge_cents", "allowed_given_cents", "into")
_NEW_MODIFIERS = pl.col("_modifiers").str.split(" ")


def _or_kept(new: pl.Expr, column: str) -> pl.Expr:
    return pl.when(pl.col("_modifiers").is_not_null()).then(new).otherwise(column).alias(column)


_CHANGED = (
    *(pl.coalesce(f"_{name}", name).alias(name) for name in _VALUES if name not in ("modifiers", "into")),
    *(_or_kept(_NEW_MODIFIERS.list.get(n, null_on_oob=True), column) for n, column in enumerate(MODIFIER_COLUMNS)),
    _or_kept(_NEW_MODIFIERS.list.len().cast(pl.Int64), "modifier_count"),
)


def _dollars(cents: str) -> pl.Expr:
    whole, rest = pl.col(cents) // 100, pl.col(cents) % 100
    return pl.concat_str(whole.cast(pl.String), pl.lit("."), rest.cast(pl.String).str.zfill(2))


_WHOLE = pl.col("units") == pl.col("units").floor()
_MODIFIERS = pl.concat_str(MODIFIER_COLUMNS, separator=" ", ignore_nulls=True)
_TEXTS = (
    pl.col("code").alias("code"),
    pl.when(pl.col("modifier_1").is_not_null()).then(_MODIFIERS).alias("modifiers"),
    pl.when(_WHOLE).then(pl.col("units").cast(pl.Int64).cast(pl.String)).otherwise(pl.col("units").cast(pl.String)),
    pl.col("minutes").cast(pl.String),
    _dollars("charge_cents").alias("charge"),
    _dollars("allowed_given_cents").alias("allowed"),
)


def made(proposed: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return ``proposed`` as EDITS, with the lines as they stand in ``before`` and ``after`` (SERVICES)."""
    edits = proposed.select("rule", "finding", "row", "into").join(
        before.select("row", *_TEXTS, *_PLACED), on="row", how="left", maintain_order="left"
    )
    new = after.select("row", *_TEXTS).rename({name: f"new_{name}" for name in FIELDS})
    return EDITS.conform(edits.join(new, on="row", how="left", maintain_order="left"))
