"""Acknowledgments as rows of the ledger: which interchange, set or claim was accepted or not, and why.

TA1: the interchange. 999 and 997: the transaction set, the group where it has no set, and claims that errors name.
277CA: the claim, or the whole set (a trace at the level of who sent it). A category A3, A4, A6, A7 or A8 rejects, as
does the action U. Source: X12 005010X231A1 (999), 005010X214 (277CA), claim status category codes.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.posting.files import PostedFile
from cleanclaim.store.tables import PER_POSTING, AcknowledgmentRow
from cleanclaim.store.touched import key

_REJECTS = ("A3", "A4", "A6", "A7", "A8")
_ACCEPTED, _REFUSED = ("A", "E"), ("R", "M", "W", "X")
_COLUMNS = [name for name in AcknowledgmentRow.table().columns.keys() if name not in ("id", "posting_id")]  # noqa: SIM118


def acknowledgment_rows(file: PostedFile, posting: int) -> pl.DataFrame:
    """Return one row per answer, ``id`` and ``posting_id`` among its columns."""
    # who answers names the sender of the claims as its receiver
    day = pl.concat_str(pl.lit("20"), "interchange_day").str.to_date("%Y%m%d", strict=False)
    envelopes = file.envelopes.select("transaction", "interchange", sender="receiver", receiver="sender", answered=day)
    parts = [_of_interchanges(file, envelopes)]
    parts += [
        part.join(envelopes.drop("interchange"), on="transaction", how="left")
        for part in (_of_sets(file), _of_groups(file), _of_claims_with_errors(file), _of_claims(file))
    ]
    dated = [part.with_columns(told_on=_told_on(part)) for part in parts]
    whole = pl.concat(
        [part.select(name for name in _COLUMNS if name in part.columns) for part in dated], how="diagonal"
    )
    return whole.with_row_index("id", offset=1).with_columns(
        id=pl.col("id").cast(pl.Int64) + posting * PER_POSTING, posting_id=pl.lit(posting, dtype=pl.Int64)
    )


def _told_on(part: pl.DataFrame) -> pl.Expr:
    return pl.coalesce("told_on", "answered") if "told_on" in part.columns else pl.col("answered")


def _accepted(column: str) -> pl.Expr:
    return (pl.when(pl.col(column).is_in(_ACCEPTED)).then(True).when(pl.col(column).is_in(_REFUSED)).then(False)).alias(
        "accepted"
    )


def _of_interchanges(file: PostedFile, envelopes: pl.DataFrame) -> pl.DataFrame:
    own = envelopes.drop("transaction").unique("interchange", keep="first")
    return (
        file["interchange_acks"]
        .join(own, on="interchange", how="left")
        .with_columns(
            _accepted("status"),
            kind=pl.lit("TA1"),
            scope=pl.lit("interchange"),
            interchange_control="control",
            interchange_day="day",
            interchange_time="time",
            status=pl.concat_str("status", "note", separator=" ", ignore_nulls=True),
        )
    )


def _of_sets(file: PostedFile) -> pl.DataFrame:
    return file["set_acks"].with_columns(
        _accepted("status"),
        kind=pl.lit("999"),
        scope=pl.lit("set"),
        set_control="control",
        status=pl.concat_str("status", "errors", separator=" ", ignore_nulls=True),
    )


def _of_groups(file: PostedFile) -> pl.DataFrame:
    groups = file["group_acks"].join(file["set_acks"], on=["interchange", "transaction"], how="anti")
    return groups.with_columns(
        _accepted("status"),
        kind=pl.lit("999"),
        scope=pl.lit("group"),
        group_control="control",
        status=pl.concat_str("status", "errors", separator=" ", ignore_nulls=True),
    )


def _of_claims_with_errors(file: PostedFile) -> pl.DataFrame:
    """Return the claims that errors name: rejected with their set, else only told about."""
    sets = (
        file["set_acks"]
        .select("transaction", "group_control", _accepted("status"), set_control="control")
        .unique(["transaction", "set_control"])
    )
    errors = file["set_errors"].filter(pl.col("claim_id").is_not_null())
    named = errors.join(sets, on=["transaction", "set_control"], how="left")
    return named.with_columns(
        accepted=pl.when(pl.col("accepted").eq_missing(pl.lit(False))).then(False),
        kind=pl.lit("999"),
        scope=pl.lit("claim"),
        claim_key=key("claim_id"),
        status=pl.concat_str("segment_id", "code", separator=" ", ignore_nulls=True),
    )


def _of_claims(file: PostedFile) -> pl.DataFrame:
    told = (
        file["statuses"]
        .filter(pl.col("service_segment").is_null())
        .with_columns(
            _no=pl.col("category").is_in(_REJECTS) | pl.col("action").eq_missing(pl.lit("U")),
            _said=pl.concat_str("category", "status", separator=":", ignore_nulls=True),
        )
        .group_by("interchange", "tracking_segment", maintain_order=True)
        .agg(_no=pl.col("_no").any(), status=pl.col("_said").drop_nulls().str.join(" "), told_on=pl.col("day").max())
    )
    tracked = file["trackings"].filter(pl.col("level").is_in(["claim", "receiver"]) & pl.col("trace").is_not_null())
    of_claim = pl.col("level") == "claim"
    return tracked.join(
        told, left_on=["interchange", "segment"], right_on=["interchange", "tracking_segment"], how="inner"
    ).with_columns(
        kind=pl.lit("277CA"),
        scope=pl.when(of_claim).then(pl.lit("claim")).otherwise(pl.lit("batch")),
        claim_key=pl.when(of_claim).then(key("trace")),
        reference=pl.when(~of_claim).then("trace"),
        accepted=~pl.col("_no"),
    )
