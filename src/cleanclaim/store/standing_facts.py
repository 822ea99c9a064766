"""What the standing postings say of some claims, as tables that outcomes are worked out from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, Table, select

from cleanclaim.claims.services import SERVICES
from cleanclaim.store.bulk import ask, read
from cleanclaim.store.remittance_tables import REMITTANCES, PaidClaimRow, PaymentRow, ProviderAdjustmentRow
from cleanclaim.store.tables import PER_POSTING, Base, ClaimRow, LineRow, PostingRow
from cleanclaim.store.touched import key

_CHANGES = ["7", "8"]
_SENDING = ["claim_key", "level"]


@dataclass(frozen=True)
class Facts:
    """``services`` (SERVICES) of the claims as last sent, ``remittances`` by the names of their tables.

    Rows are in an order that does not hang on that of the postings; ``lines`` gives for each ``row`` of ``services``
    its ``line_no`` in the ledger, ``files`` for each ``file_id`` of the remittances its ``posting_id``.
    """

    services: pl.DataFrame
    remittances: dict[str, pl.DataFrame]
    lines: pl.DataFrame
    files: pl.DataFrame


def facts(connection: Connection, keys: pl.Series) -> Facts:
    """Return what the standing postings say of the claims of these keys."""
    told = _remittances(connection, ask(connection, keys))
    services, lines = _services(connection, ask(connection, keys), told["paid_claims"])
    remittances, files = _in_order(told)
    return Facts(services, remittances, lines, files)


def _services(connection: Connection, asked: Table, decisions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    claims = read(connection, _standing(select(*_CLAIM), ClaimRow).join(asked, asked.c.word == ClaimRow.claim_key))
    last = _last_sent(claims)
    lines = read(
        connection,
        _standing(select(*_LINE), LineRow)
        .join(ClaimRow.table(), LineRow.claim_no == ClaimRow.id)
        .join(asked, asked.c.word == ClaimRow.claim_key),
    )
    joined = (
        lines.join(last, on="claim_no", how="inner")
        .sort("sent_order", "claim_no", "line_no")
        .with_row_index("row")
        .with_columns(
            pl.col("row").cast(pl.Int64),
            sequence="level",
            billed=pl.lit(True),
            file_id=pl.lit(0, dtype=pl.Int64),
            claim_seq=pl.col("claim_no").rank("dense").cast(pl.Int64),
            original_reference=_named_by_own_number(decisions),
        )
    )
    return SERVICES.conform(joined), joined.select("row", "line_no", "claim_no")


def _last_sent(claims: pl.DataFrame) -> pl.DataFrame:
    """Return the sendings that count: of each claim and level the last, and voids and replacements beside it."""
    changes = claims.filter(pl.col("frequency").is_in(_CHANGES))
    rest = claims.filter(~pl.col("frequency").is_in(_CHANGES).fill_null(False))
    last = rest.sort("sent_order", "claim_no").unique(_SENDING, keep="last")
    final = changes.sort("sent_order", "claim_no").unique([*_SENDING, "frequency"], keep="last")
    return pl.concat([last, final])


def _named_by_own_number(decisions: pl.DataFrame) -> pl.Expr:
    """The claim that a 7 or 8 is about: payers hand out a control number, which remittances tie to the claim's own."""
    known = decisions.drop_nulls("control_key").unique("control_key", keep="any").select("control_key", "claim_id")
    named = key("original_reference").replace_strict(
        known["control_key"], known["claim_id"], default=None, return_dtype=pl.String
    )
    return pl.coalesce(named, "original_reference")


def _remittances(connection: Connection, asked: Table) -> dict[str, pl.DataFrame]:
    claims = read(
        connection,
        _standing(select(PaidClaimRow.table()), PaidClaimRow).join(asked, asked.c.word == PaidClaimRow.claim_key),
    )
    references = read(connection, _standing(select(ProviderAdjustmentRow.table()), ProviderAdjustmentRow))
    takebacks = _naming(references, claims, read(connection, select(asked.c.word)))
    paid = pl.concat([claims["payment"], takebacks["payment"]]).unique().to_frame("payment")
    told = {
        "payments": read(connection, _standing(select(PaymentRow.table()), PaymentRow)).join(
            paid, on="payment", how="semi"
        ),
        "paid_claims": claims,
        "provider_adjustments": takebacks,
    }
    for name, dropped in _OF_CLAIMS.items():
        row = REMITTANCES[name]
        statement = (
            _standing(select(*(column for column in row.table().columns if column.name not in dropped)), row)
            .join(PaidClaimRow.table(), row.table().c.claim == PaidClaimRow.claim)
            .join(asked, asked.c.word == PaidClaimRow.claim_key)
        )
        told[name] = read(connection, statement)
    return told


def _naming(references: pl.DataFrame, claims: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Return the provider adjustments that name one of these claims, by either of its numbers."""
    numbers = pl.concat([keys["word"], claims["control_key"].drop_nulls()]).unique().to_frame("word")
    whole = references.select("id", word=key("reference"))
    words = pl.concat([whole, whole.with_columns(pl.col("word").str.split(" ")).explode("word")])
    return references.join(words.join(numbers, on="word", how="semi"), on="id", how="semi")


def _in_order(told: dict[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Number the files by what they hold, not by when they were posted, and the rows of each by their place."""
    files = (
        told["payments"]
        .with_columns(_day=pl.coalesce("paid_on", "produced_on"))
        .group_by("posting_id")
        .agg(pl.col("_day").min(), pl.col("identity").min())
        .sort("_day", "identity", nulls_last=True)
        .with_row_index("file_id")
        .select("posting_id", pl.col("file_id").cast(pl.Int64))
    )
    shift = (pl.col("file_id") - pl.col("posting_id")) * PER_POSTING
    return {
        name: frame.join(files, on="posting_id", how="left")
        .with_columns((pl.col(column) + shift).alias(column) for column in _KEYS if column in frame.columns)
        .sort("file_id", _FIRST.get(name, "segment"))
        for name, frame in told.items()
    }, files


_KEYS = ("payment", "claim", "service")
_OF_CLAIMS = {
    "paid_services": ("claim_segment",),
    "adjustments": ("segment", "offset", "claim_segment", "service_segment"),
    "remarks": ("claim_segment", "service_segment"),
}
"""Tables below a claim, and the columns of them that nothing is worked out from."""
_FIRST = {"adjustments": "id", "remarks": "id", "provider_adjustments": "id"}


def _standing(statement: Select[*tuple[Any, ...]], row: type[Base]) -> Select[*tuple[Any, ...]]:
    """Limit rows to those whose posting stands."""
    whose = row.table().c.posting_id
    return statement.select_from(row.table()).join(PostingRow, whose == PostingRow.id).where(PostingRow.stands)


_CLAIM = (
    ClaimRow.id.label("claim_no"), ClaimRow.claim_key, ClaimRow.level, ClaimRow.claim_id, ClaimRow.patient_id,
    ClaimRow.payer, ClaimRow.payer_id, ClaimRow.filing_indicator, ClaimRow.claim_form, ClaimRow.frequency,
    ClaimRow.original_reference, ClaimRow.billing_npi, ClaimRow.charge_cents.label("claim_charge_cents"),
    ClaimRow.sent_on.label("received"), ClaimRow.sent_order,
)  # fmt: skip
_LINE = (
    LineRow.id.label("line_no"), LineRow.claim_no, LineRow.line_number, LineRow.line_control, LineRow.dos,
    LineRow.dos_end, LineRow.code, LineRow.modifier_1, LineRow.modifier_2, LineRow.modifier_3, LineRow.modifier_4,
    LineRow.modifier_count, LineRow.units, LineRow.charge_cents, LineRow.rendering_npi, LineRow.taxonomy,
    LineRow.place_of_service, LineRow.bill_type, LineRow.revenue_code,
)  # fmt: skip
