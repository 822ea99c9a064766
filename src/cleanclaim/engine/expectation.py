"""What is expected for the lines of claims: published values, the payer's terms, the day's pools, then the payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from cleanclaim.codes import fees, hcpcs, params
from cleanclaim.codes.payers import Policy
from cleanclaim.codes.payers.fee_tables import fee_table
from cleanclaim.dated import Periods
from cleanclaim.engine import facts, keys
from cleanclaim.engine.beside import beside
from cleanclaim.engine.levels import with_levels
from cleanclaim.engine.payment import PAYMENTS, TERMS, pay
from cleanclaim.engine.standing import VOID, standing

EXPECTED = (
    "row", "patient_id", "pack", "dos", "discipline", "code", "visit_key", "kx_applies", "has_kx", "has_ga",
    "always_therapy", "discipline_modifiers", "sent_for_denial", "charge_cents", "allowed_given_cents", "upper_cents",
    "price_basis", *PAYMENTS, "accrues_cents",
)  # fmt: skip
"""The columns of an expectation."""
_FACTS = (
    "fee_status", "mult_proc", "always_therapy", "work_rvu", "pe_rvu", "mp_rvu", "national_fee_cents",
)  # fmt: skip


def expect(
    services: pl.DataFrame, policy: Policy, *, deductible_cents: int | None = None, columns: Sequence[str] = EXPECTED
) -> pl.DataFrame:
    """Return what is expected for each billed line that is no void: one row per line, in the order of ``row``.

    ``services`` (SERVICES, as ``Config.resolve`` completes them) hold whole patients; ``policy`` is what their payers
    say. ``deductible_cents`` is what every patient's day has left of the deductible; None: it is not known, and so
    is not what the payer pays until a remittance tells the patient's share
    (:func:`~cleanclaim.engine.payment.paid_after`). Claims that were replaced are priced among themselves.

    The result has EXPECTED: :func:`~cleanclaim.engine.payment.pay`'s amounts, ``accrues_cents`` (what Medicare counts
    towards the year's thresholds: what it would allow by the fee schedule), ``sent_for_denial`` (GY or GZ on the line:
    nothing is expected, and nothing accrues), and facts of the line; with ``columns`` only those, ``row`` among them.
    A critical access hospital is paid its cost: its lines accrue and have no expected amount (Medicare Claims
    Processing Manual, ch. 5, sec. 10).
    """
    standing_now = standing(services)
    parts = [_expected(standing_now, policy, deductible_cents)]
    if standing_now.height < services.height:
        replaced = services.join(standing_now.select("row"), on="row", how="anti")
        replaced = replaced.filter(pl.col("frequency").ne_missing(pl.lit(VOID)))
        parts.append(_expected(replaced, policy, deductible_cents))
    return pl.concat([part[:, list(columns)] for part in parts]).sort("row")


def _expected(services: pl.DataFrame, policy: Policy, deductible_cents: int | None) -> pl.DataFrame:
    stated = keys.with_statements(with_levels(services))
    keyed = keys.with_keys(keys.with_disciplines(stated), date.max)
    known = facts.with_facts(keyed, policy)
    lines = with_terms(facts.with_indices(known.filter("billed")), policy).with_columns_seq(_ADDED)
    lines = lines.with_columns_seq(deductible_remaining_cents=pl.lit(deductible_cents, dtype=pl.Int64))
    paid = pay(of_fee_year(lines))
    return lines.hstack(paid[:, [name for name in paid.columns if name not in lines.columns]]).select(_TOLD)


_CRITICAL_ACCESS = (pl.col("setting") == "critical_access_hospital") | (
    (pl.col("claim_form") == "institutional") & pl.col("bill_type").str.starts_with("85")
)
_SENT_FOR_DENIAL = pl.col("has_gy") | pl.col("has_gz")
_ADDED = (
    pl.col("day_key").alias("pool_key"),
    (pl.col("sequence").fill_null("P") == "P").alias("primary"),
    (_CRITICAL_ACCESS.fill_null(False) & (pl.col("pack") == "medicare")).alias("_at_cost"),
    _SENT_FOR_DENIAL.alias("sent_for_denial"),
)


def _told(name: str) -> pl.Expr:
    if name == "expected_basis":
        return pl.when(~pl.col("_at_cost")).then(name).alias(name)
    if name in ("expected_allowed_cents", "expected_paid_cents", "expected_patient_cents"):
        patient = pl.lit(None, dtype=pl.Int64) if name == "expected_patient_cents" else pl.lit(0, dtype=pl.Int64)
        amount = pl.when("sent_for_denial").then(patient).otherwise(name)
        return pl.when(~pl.col("_at_cost").fill_null(False)).then(amount).alias(name)
    if name == "accrues_cents":
        return pl.when("sent_for_denial").then(0).otherwise("expected_allowed_cents").alias(name)
    return pl.col(name)


_TOLD = [_told(name) for name in EXPECTED]


def periods_of(policy: Policy) -> Periods:
    """Return the periods in which nothing changes that an expectation is made of, but for the year of service."""
    terms, by_pack, _ = policy.with_parameters
    gpci_periods, _ = fees.gpci_periods()
    tables = [fee_table(path) for path in by_pack["fee_table"].drop_nulls().unique()]
    own = Periods.of_spans(*tables)
    every = (hcpcs.periods(), terms, gpci_periods, own)
    return Periods.between(day for one in every for day in one.starts)


def with_terms(lines: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Add TERMS: what the payer of each line says of its payment on the date, null where it is not known."""
    periods, by_pack, _ = policy.with_parameters
    dated = lines.with_columns_seq(periods.number(lines["dos"]))
    return beside(dated, by_pack.select("pack", "period", *TERMS), ["pack", "period"], nulls_equal=True).drop("period")


def of_fee_year(lines: pl.DataFrame) -> pl.DataFrame:
    """Return ``lines`` with the fee schedule of the year that the payer's contract names, as it stood at its end.

    Rows, order and columns stay.
    """
    if lines["fee_year"].null_count() == lines.height:
        return lines
    numbered = lines.with_row_index("_place")
    other = numbered.filter(pl.col("fee_year").is_not_null() & (pl.col("fee_year") != pl.col("dos").dt.year()))
    if other.is_empty():
        return lines
    day = other.select(pl.date("fee_year", 12, 31).alias("day"))["day"]
    gpci_periods, indices = fees.gpci_periods()
    asked = {
        "code": (hcpcs.periods(), hcpcs.code_periods().select("code", "period", *_FACTS), ["code", "period"]),
        "parameters": (params.periods(), params.by_period().select("period", "conversion_factor"), ["period"]),
        "indices": (gpci_periods, indices, ["mac", "locality", "period"]),
    }
    for periods, table, on in asked.values():
        known = [name for name in table.columns if name not in on]
        other = beside(other.drop(known).hstack([periods.number(day)]), table, on).drop("period")
    other = other.with_columns(always_therapy=pl.col("always_therapy").fill_null(False)).select(numbered.columns)
    kept = numbered.join(other.select("_place"), on="_place", how="anti")
    return pl.concat([kept, other]).sort("_place").drop("_place")
