"""Remittance files to tables with keys that are one number across files; files that do not balance are refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from cleanclaim.claims.schema import UNREADABLE
from cleanclaim.remit.balance import out_of_balance
from cleanclaim.x12 import iter_x12
from cleanclaim.x12.schemas import EMPTY

TABLES = ("payments", "paid_claims", "paid_services", "adjustments", "remarks", "provider_adjustments")
_PER_FILE = 1 << 36
"""More segments than a file has: the key of a segment is its number and its file's."""
_PLACE = ("segment", "offset")
_MODIFIERS = tuple(f"modifier_{n}" for n in range(1, 5))
_KEPT = {
    "payments": (*_PLACE, "transaction", "amount_cents", "paid_on", "produced_on", "trace", "trace_origin",
                 "payer_name", "payer_id"),
    "paid_claims": (*_PLACE, "transaction", "claim_id", "status", "charge_cents", "paid_cents", "payer_control",
                    "statement_first"),
    "paid_services": (*_PLACE, "claim_segment", "code", *_MODIFIERS, "charge_cents", "paid_cents", "paid_units",
                      "original_code", *(f"original_{name}" for name in _MODIFIERS), "original_units", "dos",
                      "line_control"),
    "adjustments": (*_PLACE, "claim_segment", "service_segment", "group", "reason", "cents"),
    "remarks": ("claim_segment", "service_segment", "code"),
    "provider_adjustments": (*_PLACE, "transaction", "provider", "reason", "reference", "cents"),
}  # fmt: skip
_FATAL = ("the file ends inside", "not an amount")
_BESIDE = "AMT"
"""Amounts that are told beside the money and are not part of any sum."""


@dataclass(frozen=True)
class Remittances:
    """What the files that balance hold; keys ``payment``, ``claim`` and ``service`` are unique across files.

    ``refused`` (UNREADABLE) has one row a place for which a file is refused; nothing of that file is in the tables.
    ``unreadable`` are places that could not be read and do not touch the money.
    """

    tables: dict[str, pl.DataFrame]
    refused: pl.DataFrame
    unreadable: pl.DataFrame
    files: tuple[str, ...]
    notes: tuple[str, ...]

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.tables[name]


def read_remittances(sources: Sequence[tuple[str, Path | bytes]], first_file: int = 0) -> Remittances:
    """Return the remittances in 835 files, named and given as path or bytes.

    A file that does not balance at service, claim or payment level, or whose amounts cannot all be read, is refused
    with the position. A payment that an earlier file holds too counts once. Raises UnreadableFile for what is no X12.

    >>> read_remittances([]).files
    ()
    """
    held: dict[str, list[pl.DataFrame]] = {name: [] for name in TABLES}
    refused, unreadable, notes = [UNREADABLE.empty()], [UNREADABLE.empty()], []
    for file_id, (name, source) in enumerate(sources, start=first_file):
        tables, problems = _read(source)
        faults = _faults(tables, problems)
        if faults.height:
            refused.append(_told(faults, file_id))
            continue
        unreadable.append(_told(problems.select("segment", "message"), file_id))
        if not tables["payments"].height:
            notes.append(f"{name}: no payment in it; an 835 is wanted")
        keyed, repeated = _once({key: _keyed(key, frame, file_id) for key, frame in tables.items()}, held)
        if repeated:
            told = "a payment that an earlier file holds" if repeated == 1 else f"{repeated} payments of earlier files"
            notes.append(f"{name}: {told}, counted once")
        for key, frame in keyed.items():
            held[key].append(frame)
    whole = {
        name: pl.concat(parts) if parts else _keyed(name, EMPTY[name].select(_KEPT[name]), 0)
        for name, parts in held.items()
    }
    names = tuple(name for name, _ in sources)
    return Remittances(whole, pl.concat(refused), pl.concat(unreadable), names, tuple(notes))


def _read(source: Path | bytes) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    parts: dict[str, list[pl.DataFrame]] = {name: [] for name in TABLES}
    problems = []
    for part in iter_x12(source, kinds=("835",)):
        problems.append(part.problems)
        for name in TABLES:
            parts[name].append(part[name].select(_KEPT[name]))
    return {name: pl.concat(frames) for name, frames in parts.items()}, pl.concat(problems)


def _faults(tables: dict[str, pl.DataFrame], problems: pl.DataFrame) -> pl.DataFrame:
    """Return the places for which a file is refused: what is cut short or no amount, else what does not balance."""
    message = pl.col("message")
    fatal = problems.filter(
        pl.any_horizontal(message.str.contains(text, literal=True) for text in _FATAL)
        & ~message.str.starts_with(_BESIDE)
    )
    return fatal.select("segment", "message") if fatal.height else out_of_balance(tables)


def _told(places: pl.DataFrame, file_id: int) -> pl.DataFrame:
    return UNREADABLE.conform(places.with_columns(file_id=pl.lit(file_id, dtype=pl.Int64)))


_KEYS = {
    "payments": {"payment": "transaction"},
    "paid_claims": {"payment": "transaction", "claim": "segment"},
    "paid_services": {"claim": "claim_segment", "service": "segment"},
    "adjustments": {"claim": "claim_segment", "service": "service_segment"},
    "remarks": {"claim": "claim_segment", "service": "service_segment"},
    "provider_adjustments": {"payment": "transaction"},
}


def _keyed(name: str, frame: pl.DataFrame, file_id: int) -> pl.DataFrame:
    """Return a table of a file with its keys."""
    shift = file_id * _PER_FILE
    return frame.with_columns(
        pl.lit(file_id, dtype=pl.Int64).alias("file_id"),
        *((pl.col(column) + shift).alias(key) for key, column in _KEYS[name].items()),
    )


_SAME = ("trace", "trace_origin", "paid_on", "amount_cents", "payer_name", "payer_id", "_claims")


def _once(
    tables: dict[str, pl.DataFrame], held: dict[str, list[pl.DataFrame]]
) -> tuple[dict[str, pl.DataFrame], int]:
    """Return the tables without the payments that earlier files hold, and how many those are."""
    if not held["payments"]:
        return tables, 0
    own = _fingerprinted(tables["payments"], tables["paid_claims"])
    earlier = _fingerprinted(pl.concat(held["payments"]), pl.concat(held["paid_claims"]))
    repeated = own.join(earlier, on=_SAME, how="semi", nulls_equal=True)["payment"]
    if not len(repeated):
        return tables, 0
    gone = tables["paid_claims"].filter(pl.col("payment").is_in(repeated.implode()))["claim"]
    by_claim = ("paid_services", "adjustments", "remarks")
    kept = {
        name: frame.filter(
            ~pl.col("claim").is_in(gone.implode()) if name in by_claim else ~pl.col("payment").is_in(repeated.implode())
        )
        for name, frame in tables.items()
    }
    return kept, len(repeated)


def _fingerprinted(payments: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Return the payments with a number that tells what claims they pay, and how."""
    said = claims.select("payment", _claims=pl.struct("claim_id", "status", "charge_cents", "paid_cents").hash())
    summed = said.group_by("payment").agg(pl.col("_claims").sum())
    return payments.join(summed, on="payment", how="left")
