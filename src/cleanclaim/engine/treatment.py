"""Days of treatment: what the visits of a patient come to, one row per day, discipline and provider.

A day counts once, however many lines it has, whoever is billed first, and also where its services are recorded and not
billed: plans of care and progress reports count days of treatment, not claims (Medicare Benefit Policy Manual, ch. 15,
sec. 220.1 and 220.3).
"""

from __future__ import annotations

import polars as pl

from cleanclaim.engine.beside import beside
from cleanclaim.engine.same_minutes import GIVEN_BY_THERAPIST
from cleanclaim.rules.rule import known_sum

DAY = ["patient_id", "discipline", "billing_npi", "dos"]
"""What makes rows one day of treatment."""
POLICY = (
    "plan_required",
    "plan_signature_required",
    "certification_days",
    "verbal_order_days",
    "certified_days",
    "order_stands_in",
    "plan_sent_days",
    "report_due_days",
    "referral_required",
    "authorization_required",
    "most_visits",
    "most_visits_in",
)
"""The fields of a payer's pack that decide of plans and authorizations."""

_BILLED = pl.col("billed").fill_null(False)
_GIVEN_BY_CLINICIAN = (
    pl.when(pl.col("_clinician").any())
    .then(True)
    .when(pl.col("_clinician").null_count() == 0)
    .then(False)
    .alias("by_clinician")
)
_FIRST = ("row", "visit_key", "claim_key", "pack", "setting", "payer", "payer_id")
_MONEY = (
    known_sum(pl.col("allowed_cents")).alias("allowed_cents"),
    known_sum(pl.col("charge_cents")).alias("charge_cents"),
    # expected comes before national: a day with both is only as good as the national price
    pl.col("price_basis").max(),
)


def treatment_days(given: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return one row per day of treatment, by patient, discipline, provider and date.

    ``given`` are all services of the visits, ``lines`` the billed ones with their prices. Rows without patient, date
    or discipline belong to no day. ``row``, ``visit_key`` and ``claim_key`` are those of the first billed row of the
    first payer; ``by_clinician`` is null where it is not known who gave a service.
    """
    known = given.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in ("patient_id", "discipline", "dos")))
    in_order = known.with_columns(_clinician=GIVEN_BY_THERAPIST).sort("sequence", ~_BILLED, "row")
    days = in_order.group_by(DAY, maintain_order=True).agg(
        *(pl.col(name).first() for name in _FIRST),
        (pl.col("is_evaluation") | ~_BILLED).all().alias("only_evaluation") & _BILLED.any(),
        _GIVEN_BY_CLINICIAN,
    )
    money = lines.filter(pl.col("sequence") == "P").group_by(DAY).agg(*_MONEY)
    return beside(days, money, DAY, nulls_equal=True).sort(*DAY, "row")
