"""Which claims a posting touches: those it names, and all that cannot be judged without them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, select

from cleanclaim.store.bulk import ask, read
from cleanclaim.store.remittance_tables import PaidClaimRow, ProviderAdjustmentRow
from cleanclaim.store.tables import PER_POSTING, Base, ClaimRow

_WORD = pl.String()


def key(column: str) -> pl.Expr:
    """Return a claim or control number as it is compared: payers change the case, and pad."""
    return pl.col(column).str.strip_chars().str.to_uppercase()


def touched(connection: Connection, postings: Sequence[int]) -> pl.Series:
    """Return the keys of the claims whose outcomes the rows of ``postings`` may change.

    The claims named, all claims of their patients (the multiple-procedure reduction reaches over a patient's day), and
    those whose money a provider adjustment takes back beside theirs.
    """
    found = [pl.Series([], dtype=_WORD)]
    for number in postings:
        for row in (ClaimRow, PaidClaimRow):
            found.append(_words(connection, select(row.claim_key).where(of_posting(row, number))))
        references = select(ProviderAdjustmentRow.reference).where(of_posting(ProviderAdjustmentRow, number))
        named = _words(connection, references)
        found.append(named.str.strip_chars().str.to_uppercase())
    keys = pl.concat(found).unique()
    edges = _edges(connection)
    # a provider adjustment names its claim by either number
    return _closed(
        connection, pl.concat([keys, edges.join(keys.to_frame("word"), on="word", how="semi")["claim_key"]]), edges
    )


def portions(connection: Connection, keys: pl.Series, size: int = 20_000) -> Iterator[pl.Series]:
    """Yield ``keys`` (as :func:`touched` returns them) in portions of about ``size`` that can be judged one by one.

    Claims of one patient stay together, and those that several patients' numbers or provider adjustments tie together.
    """
    if len(keys) <= size:
        yield keys
        return
    asked = ask(connection, keys)
    patients = read(
        connection,
        select(asked.c.word.label("claim_key"), ClaimRow.patient_id)
        .join_from(asked, ClaimRow.table(), asked.c.word == ClaimRow.claim_key)
        .distinct(),
    )
    several = patients.filter(pl.col("claim_key").is_duplicated())["claim_key"]
    edges = _edges(connection)
    tied = _closed(connection, pl.concat([several, edges["claim_key"]]).unique(), edges)
    tied = keys.filter(keys.is_in(tied.implode()))
    if len(tied):
        yield tied
    rest = keys.to_frame("claim_key").filter(~pl.col("claim_key").is_in(tied.implode()))
    owned = rest.join(patients, on="claim_key", how="left").with_columns(
        _owner=pl.coalesce("patient_id", "claim_key").rank("dense")
    )
    ordered = owned.sort("_owner").with_row_index("_at").with_columns(_place=pl.col("_at").min().over("_owner") // size)
    for part in ordered.partition_by("_place", maintain_order=True):
        yield part["claim_key"]


def _closed(connection: Connection, keys: pl.Series, edges: pl.DataFrame) -> pl.Series:
    """Return ``keys`` with all claims that patients and provider adjustments tie to them, sorted."""
    keys = _beside(keys, edges)
    while True:
        more = _beside(_of_patients(connection, keys), edges)
        if len(more) == len(keys):
            return keys.sort()
        keys = more


def _words(connection: Connection, statement: Select[*tuple[Any, ...]]) -> pl.Series:
    return read(connection, statement).to_series().drop_nulls().unique()


def _edges(connection: Connection) -> pl.DataFrame:
    """Return the claims that provider adjustments name: ``word`` (as they write it) and ``claim_key``."""
    references = _words(connection, select(ProviderAdjustmentRow.reference))
    whole = references.str.strip_chars().str.to_uppercase()
    words = pl.concat([whole, whole.str.split(" ").explode()]).drop_nulls().unique()
    if not len(words):
        return pl.DataFrame(schema={"word": _WORD, "claim_key": _WORD})
    asked = ask(connection, words)
    parts = [
        read(connection, select(asked.c.word, row.claim_key).join_from(asked, row.table(), on))
        for row, on in (
            (ClaimRow, asked.c.word == ClaimRow.claim_key),
            (PaidClaimRow, asked.c.word == PaidClaimRow.claim_key),
            (PaidClaimRow, asked.c.word == PaidClaimRow.control_key),
        )
    ]
    return pl.concat(parts).unique()


def _beside(keys: pl.Series, edges: pl.DataFrame) -> pl.Series:
    """Return ``keys`` and the claims that share a reference with one of them."""
    shared = edges.join(keys.to_frame("claim_key"), on="claim_key", how="semi").select("word").unique()
    return pl.concat([keys, edges.join(shared, on="word", how="semi")["claim_key"]]).unique()


def _of_patients(connection: Connection, keys: pl.Series) -> pl.Series:
    """Return ``keys`` and the other claims of the patients of these claims."""
    asked = ask(connection, keys)
    patients = _words(
        connection, select(ClaimRow.patient_id).join_from(asked, ClaimRow.table(), asked.c.word == ClaimRow.claim_key)
    )
    if not len(patients):
        return keys
    asked = ask(connection, patients)
    others = _words(
        connection, select(ClaimRow.claim_key).join_from(asked, ClaimRow.table(), asked.c.word == ClaimRow.patient_id)
    )
    return pl.concat([keys, others]).unique()


def of_posting(row: type[Base], number: int) -> Any:
    """Return the condition that a row came with a posting: its id tells, without an index."""
    own = next(iter(row.table().primary_key))
    return (own >= number * PER_POSTING) & (own < (number + 1) * PER_POSTING)
