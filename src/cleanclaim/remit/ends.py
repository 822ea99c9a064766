"""How a line ends: the one place that says so. The first that holds is taken.

| outcome | when |
| --- | --- |
| unmatched | a remittance line without a claim line |
| recouped | money was taken back: a reversal that nothing replaces, or a provider adjustment tied to the claim |
| open | no answer yet |
| denied | a reason that denies bears on all or a part of the charge; or all of it is written off by contract |
| underpaid | less is allowed or paid than expected, by more than a cent a unit |
| overpaid | more is allowed or paid than expected, by more than a cent a unit |
| patient_share | nothing is paid, and the patient owes |
| paid_not_priced | what to expect is not known |
| reduced_by_rule | as expected, and a published reduction (multiple procedures) is in it |
| paid_as_expected | as expected |

*Allowed* is what is paid, the patient's share, an earlier payer's part, and what is withheld from the payment after it
(sequestration). What is *expected* to be paid takes the patient's share as the payer tells it, for what is left of a
deductible is not known before. Contractors round each unit for themselves, so that a cent a unit is no difference
(Pub. 100-04, ch. 5, sec. 10.7 leaves the rounding open).
"""

from __future__ import annotations

import polars as pl

from cleanclaim.engine.payment import paid_after
from cleanclaim.remit.answers import AMOUNTS

WORK = ("underpaid", "denied", "recouped", "unmatched", "overpaid")
"""Outcomes that somebody must look at."""
_TOLERANCE = pl.max_horizontal(pl.lit(1.0), pl.col("units").fill_null(1.0)).ceil().cast(pl.Int64)
ALLOWED = pl.sum_horizontal("paid", "patient", "prior", "withheld")
# a charge that is written off whole as above the allowed amount is not allowed at all: a denial by another name
_WRITTEN_OFF = (
    (pl.col("contract") > 0)
    & (pl.col("contract") == pl.sum_horizontal(AMOUNTS))
    & pl.all_horizontal(pl.col(name) == 0 for name in AMOUNTS if name != "contract")
)


def settled(lines: pl.DataFrame) -> pl.DataFrame:
    """Return ``lines`` with ``outcome``, ``allowed_cents`` and ``short_cents``, and whole write-offs as denials.

    ``lines`` has ``row``, ``answers``, AMOUNTS, ``recouped``, ``refused``, ``units`` and the columns of
    :data:`cleanclaim.remit.expected.EXPECTED`; ``expected_paid_cents`` is added. Amounts are null without an answer.
    """
    whole = pl.col("row").is_not_null() & _WRITTEN_OFF.fill_null(False)
    moved = lines.with_columns(
        contract=pl.when(whole).then(0).otherwise("contract"),
        denied=pl.when(whole).then("contract").otherwise("denied"),
        refused=pl.col("refused") | whole,
        allowed_cents=pl.when(pl.col("answers").is_not_null()).then(ALLOWED),
    )
    priced = moved.with_columns(
        expected_paid_cents=paid_after(pl.col("expected_allowed_cents"), pl.col("patient"), pl.col("kept_share"))
    )
    less_allowed = pl.col("expected_allowed_cents") - pl.col("allowed_cents")
    less_paid = pl.col("expected_paid_cents") - pl.col("paid")
    short = pl.max_horizontal(less_allowed, less_paid)
    over = pl.max_horizontal(-less_allowed, -less_paid)
    outcome = (
        pl.when(pl.col("row").is_null()).then(pl.lit("unmatched"))
        .when(pl.col("recouped") > 0).then(pl.lit("recouped"))
        .when(pl.col("answers").is_null()).then(pl.lit("open"))
        .when("refused").then(pl.lit("denied"))
        .when(short > _TOLERANCE).then(pl.lit("underpaid"))
        .when(over > _TOLERANCE).then(pl.lit("overpaid"))
        .when((pl.col("paid") == 0) & (pl.col("patient") > 0)).then(pl.lit("patient_share"))
        .when(short.is_null()).then(pl.lit("paid_not_priced"))
        .when(pl.col("reduced") > 0).then(pl.lit("reduced_by_rule"))
        .otherwise(pl.lit("paid_as_expected"))
    )  # fmt: skip
    ended = priced.with_columns(outcome=outcome)
    # what the payer owes, where that is known; else by how much its allowed amount falls short
    owed = pl.when(less_paid > 0).then(less_paid).otherwise(short)
    return ended.with_columns(short_cents=pl.when(pl.col("outcome") == "underpaid").then(owed))
