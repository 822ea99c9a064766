"""Remittance files to answers, with keys that are one number across files; a file that does not balance is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from cleanclaim.claims.schema import UNREADABLE
from cleanclaim.remit.answers import service_answers, whole_answers
from cleanclaim.remit.balance import NO_FAULTS, claims_off, payments_off, services_off, without_amount
from cleanclaim.x12 import X12Tables, iter_x12
from cleanclaim.x12.schemas import EMPTY

_PER_FILE = 1 << 36
"""More segments than a file has: the key of a segment is its number and its file's."""
_KEYS = {
    "payments": {"payment": "transaction"},
    "paid_claims": {"payment": "transaction", "claim": "segment"},
    "paid_services": {"claim": "claim_segment", "service": "segment"},
    "adjustments": {"claim": "claim_segment", "service": "service_segment"},
    "remarks": {"claim": "claim_segment", "service": "service_segment"},
    "provider_adjustments": {"payment": "transaction"},
}
_HELD = {
    "payments": ("file_id", "payment", "segment", "transaction", "amount_cents", "paid_on", "trace", "trace_origin",
                 "payer_name", "payer_id"),
    "paid_claims": ("file_id", "payment", "claim", "segment", "offset", "transaction", "claim_id", "status",
                    "charge_cents", "paid_cents", "payer_control"),
    "provider_adjustments": ("file_id", "payment", "segment", "transaction", "provider", "reason", "reference",
                             "cents"),
}  # fmt: skip
_FATAL = ("the file ends inside", "not an amount")
_BESIDE = "AMT"
"""Amounts that are told beside the money and are not part of any sum."""


@dataclass(frozen=True)
class Remittances:
    """What the files that balance hold; keys ``payment`` and ``claim`` are unique across files.

    ``answers`` is :func:`cleanclaim.remit.answers.whole_answers`, ``payments``, ``claims`` and ``provider_adjustments``
    have one row each. ``refused`` (UNREADABLE) has one row a place for which a file is refused; nothing of that file is
    in the tables. ``unreadable`` are places that could not be read and do not touch the money.
    """

    answers: pl.DataFrame
    payments: pl.DataFrame
    claims: pl.DataFrame
    provider_adjustments: pl.DataFrame
    refused: pl.DataFrame
    unreadable: pl.DataFrame
    files: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass
class _File:
    """The parts of one file, as it is read stretch by stretch."""

    file_id: int
    services: list[pl.DataFrame] = field(default_factory=list)
    held: dict[str, list[pl.DataFrame]] = field(default_factory=lambda: {name: [] for name in _HELD})
    cuts: list[pl.DataFrame] = field(default_factory=list)
    remarks: list[pl.DataFrame] = field(default_factory=list)
    problems: list[pl.DataFrame] = field(default_factory=list)
    missing: list[pl.DataFrame] = field(default_factory=lambda: [NO_FAULTS])
    faults: list[pl.DataFrame] = field(default_factory=lambda: [NO_FAULTS])

    def add(self, part: X12Tables) -> None:
        """Take a stretch in: its services summed up, its claims and payments as they are."""
        tables = {name: self._keyed(name, part[name]) for name in _KEYS}
        self.problems.append(part.problems)
        self.missing.append(without_amount(tables))
        answers = service_answers(tables["paid_services"], tables["adjustments"], tables["remarks"])
        self.faults.append(services_off(answers))
        self.services.append(answers.with_columns(file_id=pl.lit(self.file_id, dtype=pl.Int64)))
        for name, kept in _HELD.items():
            self.held[name].append(tables[name].select(kept))
        self.cuts.append(tables["adjustments"].filter(pl.col("service").is_null()))
        self.remarks.append(tables["remarks"].filter(pl.col("service").is_null()).select("claim", "code"))

    def _keyed(self, name: str, frame: pl.DataFrame) -> pl.DataFrame:
        shift = self.file_id * _PER_FILE
        keyed = frame.with_columns(
            pl.lit(self.file_id, dtype=pl.Int64).alias("file_id"),
            *((pl.col(column) + shift).alias(key) for key, column in _KEYS[name].items()),
        )
        if name == "payments":
            return keyed.with_columns(paid_on=pl.coalesce("paid_on", "produced_on"))
        return keyed

    def whole(self) -> dict[str, pl.DataFrame]:
        """Return the file's tables, with ``answers``."""
        tables = {name: pl.concat(parts) for name, parts in self.held.items()}
        services, cuts = pl.concat(self.services), pl.concat(self.cuts)
        tables["answers"] = whole_answers(services, tables["paid_claims"], cuts, pl.concat(self.remarks))
        self.faults.append(_claims_off(tables["paid_claims"], services, cuts))
        self.faults.append(payments_off(tables["payments"], tables["paid_claims"], tables["provider_adjustments"]))
        return tables

    def faults_told(self) -> pl.DataFrame:
        """Return the places for which the file is refused: amounts that are not there, else sums that do not hold."""
        problems = pl.concat(self.problems).select("segment", "message")
        message = pl.col("message")
        fatal = pl.any_horizontal(message.str.contains(text, literal=True) for text in _FATAL)
        cut_short = problems.filter(fatal & ~message.str.starts_with(_BESIDE))
        lost = pl.concat([cut_short, *self.missing]).unique("segment", keep="last", maintain_order=True)
        return lost if lost.height else pl.concat(self.faults).sort("segment", maintain_order=True)


def read_remittances(sources: Sequence[tuple[str, Path | bytes]]) -> Remittances:
    """Return the remittances in 835 files, named and given as path or bytes.

    A file that does not balance at service, claim or payment level, or whose amounts cannot all be read, is refused
    with the position. A payment that an earlier file holds too counts once. Raises UnreadableFile for what is no X12.

    >>> read_remittances([]).files
    ()
    """
    held: list[dict[str, pl.DataFrame]] = []
    refused, unreadable, notes = [UNREADABLE.empty()], [UNREADABLE.empty()], []
    for file_id, (name, source) in enumerate(sources):
        file = _File(file_id)
        for part in iter_x12(source, kinds=("835",)):
            file.add(part)
        tables = file.whole()
        if (faults := file.faults_told()).height:
            refused.append(_told(faults, file_id))
            continue
        unreadable.append(_told(pl.concat(file.problems).select("segment", "message"), file_id))
        if not tables["payments"].height:
            notes.append(f"{name}: no payment in it; an 835 is wanted")
        kept, repeated = _once(tables, held)
        if repeated:
            told = "a payment that an earlier file holds" if repeated == 1 else f"{repeated} payments of earlier files"
            notes.append(f"{name}: {told}, counted once")
        held.append(kept)
    if not held:
        empty = _File(0)
        empty.add(X12Tables(dict(EMPTY), _NO_PROBLEMS, 0))
        held = [empty.whole()]
    whole = {name: pl.concat([one[name] for one in held]) for name in held[0]}
    return Remittances(
        answers=whole["answers"].with_columns(answer=pl.int_range(pl.len(), dtype=pl.Int64)),
        payments=whole["payments"],
        claims=whole["paid_claims"],
        provider_adjustments=whole["provider_adjustments"],
        refused=pl.concat(refused),
        unreadable=pl.concat(unreadable),
        files=tuple(name for name, _ in sources),
        notes=tuple(notes),
    )


_NO_PROBLEMS = pl.DataFrame(schema={"segment": pl.Int64, "offset": pl.Int64, "message": pl.String})


def _claims_off(claims: pl.DataFrame, services: pl.DataFrame, cuts: pl.DataFrame) -> pl.DataFrame:
    keys = claims["claim"].to_numpy()
    owner = np.searchsorted(keys, services["claim"].to_numpy())
    totals = {}
    for name in ("charge", "cut"):
        totals[name] = np.zeros(len(keys), np.int64)
        np.add.at(totals[name], owner, services[name].fill_null(0).to_numpy())
    np.add.at(totals["cut"], np.searchsorted(keys, cuts["claim"].to_numpy()), cuts["cents"].fill_null(0).to_numpy())
    served = np.bincount(owner, minlength=len(keys)) > 0
    summed = claims.select("segment", "charge_cents", "paid_cents").with_columns(
        cut=pl.Series(totals["cut"]), services_charge=pl.Series(totals["charge"]), _served=pl.Series(served)
    )
    return claims_off(summed.with_columns(services_charge=pl.when("_served").then("services_charge")))


def _told(places: pl.DataFrame, file_id: int) -> pl.DataFrame:
    return UNREADABLE.conform(places.with_columns(file_id=pl.lit(file_id, dtype=pl.Int64)))


_SAME = ("trace", "trace_origin", "paid_on", "amount_cents", "payer_name", "payer_id", "_claims")


def _once(tables: dict[str, pl.DataFrame], held: list[dict[str, pl.DataFrame]]) -> tuple[dict[str, pl.DataFrame], int]:
    """Return the tables without the payments that earlier files hold, and how many those are."""
    if not held:
        return tables, 0
    own = _fingerprinted(tables)
    earlier = pl.concat([_fingerprinted(one) for one in held])
    repeated = own.join(earlier, on=_SAME, how="semi", nulls_equal=True)["payment"]
    if not len(repeated):
        return tables, 0
    again = pl.col("payment").is_in(repeated.implode())
    kept = {name: tables[name].filter(~again) for name in _HELD}
    answers = tables["answers"].join(kept["paid_claims"], on="claim", how="semi", maintain_order="left")
    return {**kept, "answers": answers}, len(repeated)


def _fingerprinted(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the payments with a number that tells what claims they pay, and how."""
    claims, payments = tables["paid_claims"], tables["payments"]
    said = claims.select("payment", _claims=pl.struct("claim_id", "status", "charge_cents", "paid_cents").hash())
    summed = said.group_by("payment").agg(pl.col("_claims").sum())
    return payments.join(summed, on="payment", how="left", maintain_order="left")
