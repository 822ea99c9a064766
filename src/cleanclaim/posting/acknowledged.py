"""Which sending of a claim an acknowledgment answers, and what the answers come to."""

from __future__ import annotations

import polars as pl

_BETWEEN = ("sender", "receiver")
_ENVELOPE = ("sender", "receiver", "interchange_day")


def acknowledged(sent: pl.DataFrame, batches: pl.DataFrame, acks: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Return the claims that were answered (one row per ``claim_no``), and how many answers fit nothing that was sent.

    ``rejected``: an answer rejects it; ``received``: a TA1 or 999 accepts what it came in; ``accepted``: a 277CA takes
    it into processing; ``acknowledged_on`` and ``status`` are those of the last answer, a rejection first. ``sent`` are
    claims with ``claim_no``, ``claim_key``, ``batch_id``, ``billing_npi``, ``sent_on``, ``sent_order`` and
    ``charge_cents``.
    """
    of_batches = _of_batches(batches, acks)
    by_batch = of_batches.join(sent.select("batch_id", "claim_no"), on="batch_id", how="inner")
    by_provider = _of_providers(sent, batches, acks)
    by_claim = _of_claims(sent, acks.filter(pl.col("scope") == "claim"))
    found = pl.concat([frame.select("id", "claim_no", *_TOLD) for frame in (by_batch, by_provider, by_claim)])
    of_payer = pl.col("kind") == "277CA"
    yes = pl.col("accepted").fill_null(False)
    summed = (
        found.sort(pl.col("accepted").eq_missing(pl.lit(False)), "told_on", "id")
        .group_by("claim_no", maintain_order=True)
        .agg(
            rejected=pl.col("accepted").eq_missing(pl.lit(False)).any(),
            received=(yes & ~of_payer).any(),
            accepted=(yes & of_payer & (pl.col("scope") == "claim")).any(),
            acknowledged_on=pl.col("told_on").last(),
            status=pl.col("status").last(),
        )
    )
    met = pl.concat([frame.select("id") for frame in (of_batches, by_provider, by_claim)])
    lost = acks.join(met, on="id", how="anti")
    return summed, lost.height


_TOLD = ("kind", "scope", "accepted", "told_on", "status")


def _of_batches(batches: pl.DataFrame, acks: pl.DataFrame) -> pl.DataFrame:
    """Return the answers to interchanges, groups and sets with the batches that they are about."""
    own = batches.select(
        *_ENVELOPE, "interchange_time", "reference", batch_id="id",
        interchange_control=_plain("interchange_control"), group_control=_plain("group_control"),
        set_control=_plain("set_control"),
    )  # fmt: skip
    told = acks.select(
        "id", *_TOLD, *_ENVELOPE, "interchange_time", "reference",
        interchange_control=_plain("interchange_control"), group_control=_plain("group_control"),
        set_control=_plain("set_control"),
    )  # fmt: skip
    keys = {
        "interchange": ["interchange_control", "interchange_day", "interchange_time"],
        "group": ["group_control"],
        "set": ["group_control", "set_control"],
        "batch": ["reference"],
    }
    met = pl.concat(
        [
            told.filter(pl.col("scope") == scope)
            .join(own, on=by, how="inner", suffix="_sent", coalesce=False)
            .select("id", *_TOLD, "batch_id", *_ENVELOPE, *(f"{name}_sent" for name in _ENVELOPE), scoped=pl.lit(scope))
            for scope, by in keys.items()
        ]
    )
    # control numbers begin again with another receiver: of several batches those between the same two count
    named = met.filter(_between_the_same())
    last = pl.col("interchange_day_sent") == pl.col("interchange_day_sent").max().over("id")
    return named.filter(last.fill_null(True))


def _between_the_same() -> pl.Expr:
    """Return whether sender and receiver are those of the answer, or of no batch that was met are."""
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_sent")) for name in _BETWEEN)
    return same | ~same.any().over("id")


def _plain(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars_start("0").alias(column)


def of_provider(npi: str, batch: str) -> pl.Expr:
    """Return how an answer names a billing provider of a batch: by its NPI, and the batch's reference."""
    return pl.concat_str(npi, batch, separator=" ")


def _of_providers(sent: pl.DataFrame, batches: pl.DataFrame, acks: pl.DataFrame) -> pl.DataFrame:
    """Return the answers to all claims of a billing provider in a batch, with those claims."""
    told = acks.filter(pl.col("scope") == "provider")
    if told.is_empty():
        return told.with_columns(claim_no=pl.lit(None, pl.Int64))
    named = batches.select("reference", *_BETWEEN, batch_id="id")
    own = sent.select("claim_no", "batch_id", "billing_npi", "sent_on").join(named, on="batch_id", how="inner")
    met = told.join(
        own.with_columns(reference=of_provider("billing_npi", "reference")), on="reference", how="inner", suffix="_sent"
    )
    last = pl.col("sent_on") == pl.col("sent_on").max().over("id")  # references may begin again
    return met.filter(_between_the_same(), last.fill_null(True))


def _of_claims(sent: pl.DataFrame, acks: pl.DataFrame) -> pl.DataFrame:
    """Return the answers to claims with the sending: the last before the answer, of several the one so charged."""
    met = acks.join(
        sent.select("claim_key", "claim_no", "sent_on", "sent_order", _charge="charge_cents"), on="claim_key"
    ).with_columns(
        _late=(pl.col("sent_on") > pl.col("told_on")).fill_null(False),
        _other=(pl.col("charge_cents") != pl.col("_charge")).fill_null(False),
    )
    return met.sort("_late", "_other", "sent_order", "claim_no", descending=[False, False, True, False]).unique(
        "id", keep="first", maintain_order=True
    )
