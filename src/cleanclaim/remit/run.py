"""From remittances and claims to outcomes: read, balanced, matched, settled, and added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from cleanclaim.claims.outcomes import OUTCOME
from cleanclaim.claims.schema import SERVICES
from cleanclaim.config import Config
from cleanclaim.engine.payment import paid_after
from cleanclaim.remit.answers import AMOUNTS
from cleanclaim.remit.decisions import decisions
from cleanclaim.remit.ends import WORK, settled
from cleanclaim.remit.expected import EXPECTED, expected, expected_unknown
from cleanclaim.remit.lines import Lines
from cleanclaim.remit.matching import matched
from cleanclaim.remit.places import at, places, without
from cleanclaim.remit.reading import Remittances, read_remittances
from cleanclaim.remit.spread import spread
from cleanclaim.remit.standing import by_decision, standing
from cleanclaim.remit.takebacks import TAKEN_BACK, taken_back, tied
from cleanclaim.remit.totals import checked


@dataclass(frozen=True)
class Remitted:
    """What became of claim lines.

    ``outcomes`` conforms to OUTCOME: one row per claim line and payer level that answered it, the lines without an
    answer among them, then remittance lines without a claim line. ``payments`` has one row a payment,
    ``provider_adjustments`` one a PLB reason with the claim it is tied to, ``paid_twice`` one a claim line and level
    paid more than once, ``charge_differs`` one a line whose answered charge is not the billed one. ``refused`` and
    ``unreadable`` conform to UNREADABLE; ``file_id`` is an index of ``files``, remittances first.
    """

    outcomes: pl.DataFrame = field(repr=False)
    payments: pl.DataFrame = field(repr=False)
    provider_adjustments: pl.DataFrame = field(repr=False)
    paid_twice: pl.DataFrame = field(repr=False)
    charge_differs: pl.DataFrame = field(repr=False)
    refused: pl.DataFrame = field(repr=False)
    unreadable: pl.DataFrame = field(repr=False)
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()
    work: tuple[str, ...] = field(default=WORK, repr=False)

    @cached_property
    def to_work(self) -> pl.DataFrame:
        """The outcomes that somebody must look at, the most money first."""
        stake = pl.coalesce(
            pl.when(pl.col("outcome") == "underpaid").then("short_cents"),
            pl.when(pl.col("outcome") == "recouped").then("recouped_cents"),
            pl.when(pl.col("outcome") == "denied").then(pl.col("denied_cents")),
            pl.when(pl.col("outcome") == "overpaid").then(pl.col("allowed_cents") - "expected_allowed_cents"),
            "charge_cents",
        ).alias("stake_cents")
        rows = self.outcomes.filter(pl.col("outcome").is_in(self.work)).with_columns(stake)
        return rows.sort("stake_cents", "claim_id", "line_number", descending=[True, False, False], nulls_last=True)

    @property
    def exit_code(self) -> int:
        """2 where a file was refused, 1 where there is something to work, else 0."""
        if self.refused.height:
            return 2
        left = self.paid_twice.height or self.unreadable.height or self.to_work.height or self.untied.height
        return 1 if left else 0

    @property
    def untied(self) -> pl.DataFrame:
        """The provider adjustments that take money back for a claim that is not among those given."""
        taken = pl.col("reason").is_in(TAKEN_BACK) & pl.col("claim_id").is_null()
        return self.provider_adjustments.filter(taken)


def remitted(
    remittances: Sequence[tuple[str, Path | bytes]], services: pl.DataFrame, config: Config | None = None
) -> Remitted:
    """Return the outcomes of claim lines: what 835 files, named and given as path or bytes, say of ``services``.

    ``services`` has the columns of SERVICES, with all lines of the claims and days concerned. Raises UnreadableFile
    for what is no X12; a file that does not balance is refused, and the others are answered.

    >>> from cleanclaim.claims.schema import SERVICES
    >>> remitted([], SERVICES.empty()).outcomes.height
    0
    """
    return outcomes_of(read_remittances(remittances), services, config or Config.load(None))


def outcomes_of(told: Remittances, services: pl.DataFrame, config: Config) -> Remitted:
    """Return the outcomes of ``services`` by remittances that were read."""
    claimed = Lines.of(services, config)
    lines = claimed.lines
    made = claimed.numbered(decisions(told, lines))
    asked = _asked(told, made)
    links = matched(asked, lines)
    decided = by_decision(
        links.hstack(at(asked.select(_ANSWERED), links["answer"])).hstack(at(made.select(_DECIDED), links["order"]))
    )
    final, twice = standing(decided, lines["charge"])
    adjustments = tied(told, made, claimed.claims)
    lost = _lost(without(asked, "answer", links["answer"], asked.height), made)
    ended = _ended(claimed, final, lost, adjustments, config)
    return Remitted(
        outcomes=checked(OUTCOME.conform(_named(ended, config))),
        payments=_payments(told),
        provider_adjustments=adjustments.select(
            "file_id", "segment", "payer_name", "trace", "paid_on", "reason", "reference", "cents", claim_id="claim_key"
        ),
        paid_twice=twice.hstack(at(lines.select("row", "claim_id", "line_number", "code"), twice["line"])).drop("line"),
        charge_differs=_charge_differs(ended),
        refused=told.refused,
        unreadable=told.unreadable,
        files=told.files,
        notes=told.notes,
    )


_ANSWERED = (
    "file_id", "segment", "offset", "refused", "reasons", "remarks",
    pl.col("units").alias("paid_units"), pl.col("code").alias("paid_code"), pl.col("modifiers").alias("paid_modifiers"),
)  # fmt: skip
_DECIDED = ("level", "reversal", "cancelled", "payer_control", "paid_on", "payer_name")


def _asked(told: Remittances, made: pl.DataFrame) -> pl.DataFrame:
    """Return the answers with the decision they are part of; those of forecasts are left out."""
    claims = told.claims["claim"].to_numpy()
    owner = pl.Series(np.searchsorted(claims, told.answers["claim"].to_numpy()))
    orders = places(pl.Series(np.searchsorted(claims, made["claim"].to_numpy())), len(claims))
    asked = told.answers.with_columns(order=orders.gather(owner))
    if asked["order"].null_count():
        asked = asked.filter(pl.col("order").is_not_null()).with_columns(answer=pl.int_range(pl.len(), dtype=pl.Int64))
    return asked.hstack(at(made.select("claim_no"), asked["order"]))


def _lost(unmatched: pl.DataFrame, made: pl.DataFrame) -> pl.DataFrame:
    """Return the answers without a claim line, but for those that were taken back."""
    told = unmatched.select("dos", "charge", *AMOUNTS, *_ANSWERED)
    told = told.hstack(at(made.select("claim_id", *_DECIDED), unmatched["order"]))
    return told.filter(~pl.col("cancelled")).with_columns(
        answers=pl.lit(1, dtype=pl.Int64), recouped=pl.lit(0, dtype=pl.Int64)
    )


def _ended(
    claimed: Lines, final: pl.DataFrame, lost: pl.DataFrame, adjustments: pl.DataFrame, config: Config
) -> pl.DataFrame:
    """Return one row per line and level, and per unmatched answer, with how it ends."""
    lines = claimed.lines
    same = final["level"] == lines["level"].gather(final["line"])
    own, further = (final, final.clear()) if same.all() else (final.filter(same), final.filter(~same))
    parts = [lines.hstack(at(own.drop("line", "level"), places(own["line"], lines.height)))]
    if further.height:
        further = further.sort("line", "level")
        parts.append(further.hstack(at(lines.drop("line", "level", "payer", "pack"), further["line"])))
    if lost.height:
        parts.append(lost)
    whole = pl.concat(parts, how="diagonal") if len(parts) > 1 else parts[0]
    whole = whole.with_columns(pl.col("recouped").fill_null(0))
    takes = taken_back(adjustments)
    if takes.height:
        whole = _with_takebacks(whole, takes)
    prices = expected(claimed.services, config)
    if not prices.height:
        nothing = (pl.lit(None, dtype=EXPECTED[name]).alias(name) for name in EXPECTED.names()[1:])
        return settled(whole.with_columns(nothing))
    # a later payer owes by its own terms, of which nothing is known
    first = pl.col("level") == "P"
    count = int(max(whole["row"].max() or 0, prices["row"].max() or 0)) + 1  # type: ignore[arg-type]
    of_row = places(prices["row"], count).gather(whole["row"])
    priced = whole.hstack(at(prices.drop("row"), of_row)).with_columns(
        pl.when(first).then(name).alias(name) for name in EXPECTED.names()[1:]
    )
    return settled(priced)


def _with_takebacks(lines: pl.DataFrame, takes: pl.DataFrame) -> pl.DataFrame:
    """Spread what was taken back of a claim over its lines, by what was paid for them."""
    key = ["claim_key", "level"]
    held = lines.filter(pl.col("row").is_not_null()).join(takes, on=key, maintain_order="left")
    if not held.height:
        return lines
    claim = held.with_columns(_claim=pl.struct(key).rank("dense"))
    shares = spread(claim, ["cents"], by="_claim", weight="paid").select("row", "level", taken="cents")
    joined = lines.join(shares, on=["row", "level"], how="left", maintain_order="left")
    return joined.with_columns(recouped=pl.col("recouped") + pl.col("taken").fill_null(0)).drop("taken")


def _named(ended: pl.DataFrame, config: Config) -> pl.DataFrame:
    """Return the lines under the names of OUTCOME; a payer known from the remittance alone gets its pack."""
    named = ended.with_columns(payer=pl.coalesce("payer", "payer_name"))
    unknown = named.filter(pl.col("pack").is_null())["payer"].drop_nulls().unique(maintain_order=True)
    if len(unknown):
        known = config.resolve(SERVICES.conform(pl.DataFrame({"payer": unknown})))["pack"]
        pack = pl.col("payer").replace_strict(unknown, known, default=None, return_dtype=pl.String)
        named = named.with_columns(pack=pl.coalesce("pack", pack))
    return named.with_columns(
        expected_unknown(),
        sequence="level",
        charge_cents=pl.when(pl.col("answers").is_not_null()).then(pl.sum_horizontal(AMOUNTS)).otherwise("charge"),
        paid_cents="paid",
        contract_cents=pl.col("contract") + pl.col("other"),
        reduced_cents=pl.col("reduced") + pl.col("withheld"),
        patient_cents="patient",
        denied_cents="denied",
        prior_payer_cents="prior",
        recouped_cents="recouped",
        expected_paid_cents=paid_after(*(pl.col(name) for name in ("expected_allowed_cents", "patient", "kept_share"))),
    )


def _payments(told: Remittances) -> pl.DataFrame:
    counted = told.claims.group_by("payment").agg(
        claims=pl.len().cast(pl.Int64), claims_cents=pl.col("paid_cents").sum()
    )
    cut = told.provider_adjustments.group_by("payment").agg(adjusted_cents=pl.col("cents").sum())
    return (
        told.payments.join(counted, on="payment", how="left", maintain_order="left")
        .join(cut, on="payment", how="left", maintain_order="left")
        .select(
            "file_id", "segment", "payer_name", "trace", "paid_on", "amount_cents",
            pl.col("claims", "claims_cents", "adjusted_cents").fill_null(0),
        )
    )  # fmt: skip


def _charge_differs(ended: pl.DataFrame) -> pl.DataFrame:
    """Return the lines that the payer answered with another charge than was billed."""
    answered = pl.sum_horizontal(AMOUNTS)
    wrong = ended.filter(pl.col("row").is_not_null() & pl.col("answers").is_not_null() & (pl.col("charge") != answered))
    return wrong.select(
        "row", "claim_id", "line_number", "code", sequence="level", billed_cents="charge", answered_cents=answered
    )
