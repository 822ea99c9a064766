"""What the ledger says today: each claim with its state, its money, and since when it waits for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, select

from cleanclaim.posting.acknowledged import acknowledged
from cleanclaim.store.bulk import read
from cleanclaim.store.opened import Ledger
from cleanclaim.store.remittance_tables import PaidClaimRow
from cleanclaim.store.tables import AcknowledgmentRow, BatchRow, ClaimRow, OutcomeRow, PostingRow, WorkRow
from cleanclaim.store.touched import key

STATES = {
    "sent": "an acknowledgment (TA1 or 999)",
    "received": "the acceptance of the claim (277CA)",
    "accepted": "the payer's decision",
    "answered_in_part": "the payer's decision on the other lines",
    "rejected": "a correction: it was not taken in",
    "denied": "work: a denial",
    "underpaid": "work: less was allowed than expected",
    "recouped": "work: money was taken back",
    "overpaid": "work: more was allowed than expected",
    "patient_share": "",
    "paid": "",
    "replaced": "",
    "voided": "",
}
"""How a claim stands at a payer, and what it waits for."""
WAITING = ("sent", "received", "accepted", "answered_in_part")
TO_WORK = ("rejected", "denied", "underpaid", "recouped", "overpaid")
CLOSED = ("replaced", "voided")
_GRAVEST = ("denied", "recouped", "underpaid", "overpaid")
_MONEY = (
    "paid_cents", "allowed_cents", "contract_cents", "reduced_cents", "patient_cents", "denied_cents",
    "prior_payer_cents", "recouped_cents", "short_cents", "expected_allowed_cents", "expected_paid_cents",
)  # fmt: skip


@dataclass(frozen=True)
class Book:
    """``claims`` has one row per claim and payer level as last sent, ``outcomes`` one per line (OutcomeRow).

    Claims: ``state`` (STATES), ``since`` (the day it began), ``done`` (somebody says that it is done with), the sums of
    its outcomes' money, and ``open_cents``: the charge of lines without an answer. ``unmatched`` are outcomes of
    remittance lines whose claim the ledger does not know; ``stray_acks`` counts acknowledgments of what it does not.
    """

    claims: pl.DataFrame
    outcomes: pl.DataFrame
    unmatched: pl.DataFrame
    stray_acks: int


def book(ledger: Ledger) -> Book:
    """Return what the standing postings of a ledger say."""
    with ledger.reading() as connection:
        sent = _sent(connection)
        outcomes = read(connection, select(OutcomeRow.table()))
        acks, lost = acknowledged(
            sent, read(connection, _standing(BatchRow)), read(connection, _standing(AcknowledgmentRow))
        )
        works = read(connection, _standing(WorkRow))
        controls = _controls(connection)
    known = outcomes.join(sent, on="claim_key", how="semi")
    claims = _stated(_last(sent, controls), acks, known, works)
    return Book(claims, known, outcomes.join(sent, on="claim_key", how="anti"), lost)


def _standing(row: Any) -> Select[*tuple[Any, ...]]:
    return select(row.table()).join(PostingRow, PostingRow.id == row.posting_id).where(PostingRow.stands)


def _sent(connection: Connection) -> pl.DataFrame:
    return read(connection, _standing(ClaimRow)).rename({"id": "claim_no"})


def _controls(connection: Connection) -> pl.DataFrame:
    """Return payers' numbers of claims, by which replacements and voids name what they are about."""
    parts = []
    for row, number in ((PaidClaimRow, PaidClaimRow.control_key), (AcknowledgmentRow, AcknowledgmentRow.payer_control)):
        statement = select(number.label("_named"), row.claim_key).join(PostingRow, PostingRow.id == row.posting_id)
        parts.append(
            read(connection, statement.where(PostingRow.stands, number.is_not(None), row.claim_key.is_not(None)))
        )
    return pl.concat(parts).with_columns(key("_named")).unique("_named")


def _last(sent: pl.DataFrame, controls: pl.DataFrame) -> pl.DataFrame:
    """Return the last sending of each claim and level, with how often it was sent, and whether it was taken away.

    A claim is taken away by a void of its own number, or by a replacement or void under another that names it.
    """
    one = ["claim_key", "level"]
    void, change = pl.col("frequency") == "8", pl.col("frequency").is_in(["7", "8"])
    ordered = sent.sort("sent_order", "claim_no").with_columns(times_sent=pl.len().over(one))
    taken = (
        ordered.filter(change.fill_null(False))
        .select("patient_id", "level", _by="claim_key", _named=key("original_reference"))
        .join(controls.rename({"claim_key": "_own"}), on="_named", how="left")
        .select("patient_id", "level", "_by", claim_key=pl.coalesce("_own", "_named"))
        .drop_nulls("claim_key")
        .filter(pl.col("claim_key") != pl.col("_by"))
        .select("patient_id", *one, _taken=True)
        .unique()
    )
    last = ordered.unique(one, keep="last", maintain_order=True)
    marked = last.join(taken, on=["patient_id", *one], how="left", nulls_equal=True, maintain_order="left")
    return marked.with_columns(
        _closed=pl.when(void.fill_null(False))
        .then(pl.lit("voided"))
        .when(pl.col("_taken").fill_null(False))
        .then(pl.lit("replaced"))
    ).drop("_taken")


def _stated(last: pl.DataFrame, acks: pl.DataFrame, outcomes: pl.DataFrame, works: pl.DataFrame) -> pl.DataFrame:
    answered = pl.col("answers").is_not_null()
    sums = (
        outcomes.with_columns(level=pl.col("sequence").fill_null("P"))
        .group_by("claim_key", "level")
        .agg(
            *(pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name) for name in _MONEY),
            pl.col("pack").first(),
            open_cents=pl.col("charge_cents").filter(~answered).sum(),
            paid_on=pl.col("paid_on").max(),
            _answered=answered.any(),
            _open=(~answered).any(),
            _outcomes=pl.col("outcome").unique(),
        )
    )
    done = works.sort("id").group_by("claim_key").agg(done=pl.col("done").last())
    whole = (
        last.join(acks, on="claim_no", how="left")
        .join(sums, on=["claim_key", "level"], how="left")
        .join(done, on="claim_key", how="left")
    )
    # a decision from before it was sent again is none on what was sent
    decided = pl.col("_answered").fill_null(False) & (pl.col("paid_on") >= pl.col("sent_on")).fill_null(True)
    state = pl.coalesce("_closed", pl.when(decided).then(_decided()), _undecided())
    return (
        whole.with_columns(
            state=state,
            done=pl.col("done").fill_null(False),
            # lines that could not be read are part of a claim's charge, and of no outcome
            open_cents=pl.when(decided).then("open_cents").otherwise("charge_cents"),
        )
        .with_columns(since=_since())
        .drop("_closed", "_answered", "_open", "_outcomes", "_of_answer", strict=False)
        .sort("sent_on", "claim_key", "level", nulls_last=True)
    )


def _decided() -> pl.Expr:
    gravest = pl.coalesce(*(pl.when(pl.col("_outcomes").list.contains(one)).then(pl.lit(one)) for one in _GRAVEST))
    partly = pl.when("_open").then(pl.lit("answered_in_part"))
    share = pl.when(pl.col("_outcomes").list.unique().list.join(" ") == "patient_share").then(pl.lit("patient_share"))
    return pl.coalesce(gravest, partly, share, pl.lit("paid"))


def _undecided() -> pl.Expr:
    told = ("rejected", "accepted", "received")
    return pl.coalesce(*(pl.when(pl.col(one).fill_null(False)).then(pl.lit(one)) for one in told), pl.lit("sent"))


def _since() -> pl.Expr:
    by_answer = pl.col("state").is_in(["rejected", "received", "accepted"])
    by_payment = pl.col("state").is_in([*_GRAVEST, "paid", "patient_share", "answered_in_part"])
    return (
        pl.when(by_answer)
        .then(pl.coalesce("acknowledged_on", "sent_on"))
        .when(by_payment)
        .then("paid_on")
        .otherwise("sent_on")
    )


def status(told: Book) -> dict[str, Any]:
    """Return counts and money by state, what waits for an answer or for work and since when, and what fits nothing."""
    order = {state: place for place, state in enumerate(STATES)}
    states = (
        told.claims.group_by("state")
        .agg(
            claims=pl.len(),
            charge_cents=pl.col("charge_cents").sum(),
            paid_cents=pl.col("paid_cents").sum(),
            done=pl.col("done").sum(),
            since=pl.col("since").filter(~pl.col("done")).min(),
        )
        .sort(pl.col("state").replace_strict(order, return_dtype=pl.Int64))
    )
    rows = [{**row, "done": int(row["done"]), "waits_for": STATES[row["state"]] or None} for row in states.to_dicts()]
    counted = told.claims.filter(~pl.col("state").is_in(CLOSED))
    return {
        "claims": counted.height,
        "charge_cents": _total(counted, "charge_cents"),
        "paid_cents": _total(counted, "paid_cents"),
        "recouped_cents": _total(counted, "recouped_cents"),
        "patient_cents": _total(counted, "patient_cents"),
        "open_cents": _total(counted, "open_cents"),
        "states": rows,
        "unmatched": {"lines": told.unmatched.height, "charge_cents": _total(told.unmatched, "charge_cents"),
                      "paid_cents": _total(told.unmatched, "paid_cents")},
        "stray_acknowledgments": told.stray_acks,
    }  # fmt: skip


def listed(told: Book, states: Sequence[str]) -> list[dict[str, Any]]:
    """Return the claims in these states that nobody is done with, the longest waiting first."""
    wanted = told.claims.filter(pl.col("state").is_in(states) & ~pl.col("done")).sort("since", "claim_key")
    return wanted.select(
        "claim_id", "level", "payer", "state", "since", "first_dos", "sent_on", "charge_cents", "status"
    ).to_dicts()


def _total(frame: pl.DataFrame, column: str) -> int:
    return int(frame[column].sum() or 0)
