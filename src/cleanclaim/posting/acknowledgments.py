"""Acknowledgments as rows of the ledger: which interchange, set or claim was accepted or not, and why.

TA1: the interchange. 999 and 997: the transaction set, the group where it has no set, and claims that errors name.
277CA: the claim, the whole set (a trace at the level of who sent it), or all claims of a billing provider in it where
that level rejects; a claim is rejected with the levels that it stands in (``cleanclaim.x12.verdicts277``). Source: X12
005010X231A1 (999), 005010X214 (277CA), claim status category codes.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.posting.acknowledged import of_provider
from cleanclaim.posting.files import PostedFile
from cleanclaim.store.tables import PER_POSTING, AcknowledgmentRow
from cleanclaim.store.touched import key
from cleanclaim.x12.verdicts277 import verdicts

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
    """Return the claims and sets that a 277CA answers, and the billing providers all of whose claims it rejects."""
    found = verdicts(file["trackings"], file["statuses"]).filter(pl.col("rejected").is_not_null())
    claims = found.filter(pl.col("level") == "claim", pl.col("trace").is_not_null()).with_columns(
        scope=pl.lit("claim"), claim_key=key("trace")
    )
    sets = found.filter(pl.col("level") == "receiver", pl.col("trace").is_not_null()).with_columns(
        scope=pl.lit("batch"), reference="trace"
    )
    providers = found.filter(pl.col("level") == "provider", pl.col("rejected")).with_columns(
        scope=pl.lit("provider"), reference=of_provider("provider_npi", "batch"), charge_cents=None
    )
    sources = found.filter(pl.col("level") == "source", pl.col("rejected")).join(
        sets, left_on="segment", right_on="source_segment", how="anti"
    )
    unnamed = sources.with_columns(scope=pl.lit("batch"), reference="trace")
    told = pl.concat([claims, sets, providers, unnamed], how="diagonal_relaxed")
    return told.with_columns(kind=pl.lit("277CA"), accepted=~pl.col("rejected"))
