"""What a payer is to pay for the lines of a day, and what is left to the patient.

From what the contract allows (:mod:`cleanclaim.engine.contract_fees`): no more than the charge where the payer says
so, and no more than its caps; then the deductible; of the rest the patient owes the coinsurance; of the payer's part
Medicare pays 85 percent for an assistant's services, and sequestration comes off at the end (42 U.S.C. 1395m(k) and
1395m(v); 2 U.S.C. 901a). So an assistant's line lowers what Medicare pays and never what the patient owes. Other
payers that pay a share for assistants pay it of the allowed amount.

The payer's part is rounded once, half-up to the cent, at its end: where in between a contractor rounds is not
published, and may move a cent a unit.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.engine.contract_fees import CONTRACT_TERMS, PER_DAY, PER_VISIT, contract_fees

PAYMENT_TERMS = {
    "lesser_of_charge": pl.Boolean(),
    "coinsurance_percent": pl.Float64(),
    "assistant_payment_percent": pl.Int64(),
    "assistant_law_applies": pl.Boolean(),
    "sequestration_applies": pl.Boolean(),
}
"""What a payer says of the way from the allowed amount to its payment: fields of a payer pack."""
TERMS = {**CONTRACT_TERMS, **PAYMENT_TERMS, "sequestration": pl.Float64(), "assistant_share": pl.Float64()}
"""Those fields, and Medicare's dated shares."""
PAYMENTS = (
    "expected_allowed_cents", "expected_paid_cents", "expected_patient_cents", "expected_basis", "contract_cents",
    "deductible_cents", "coinsurance_cents", "kept_share",
)  # fmt: skip
"""What a line's payment comes to."""
_MOST_CENTS = 9 * 10**9
_PERCENT, _WHOLE, _PER_MILLE = 10**4, 10**2, 10**3
_KEPT_WHOLE = _WHOLE * _PER_MILLE


def pay(lines: pl.DataFrame) -> pl.DataFrame:
    """Return what is expected for each line: one row per row of ``lines``, in the same order, keyed by ``row``.

    ``lines`` has the columns of :func:`~cleanclaim.engine.contract_fees.contract_fees` (those of ``price`` among them),
    TERMS, ``charge_cents``, ``assistant_modifier`` (CQ or CO on the line), ``primary`` (the payer pays first) and
    ``deductible_remaining_cents`` (what the patient has left of it before the lines of ``pool_key``, which use it up in
    the order of ``row``).

    The result has the columns of ``price``, with ``allowed_cents`` as the contract has it in ``contract_cents``; and
    in cents ``expected_allowed_cents``, ``expected_paid_cents`` (the payer's payment after everything),
    ``expected_patient_cents``, ``deductible_cents``, ``coinsurance_cents``; ``kept_share``, what the payer pays of its
    part, in hundred-thousandths (:func:`paid_after`); ``expected_basis``: the fee basis that the amounts rest on,
    ``medicare_fee_schedule_national`` where no locality was known.

    Null is not known. The amount allowed is not where the contract's is not; where the charge is lower and the payer
    does not say whether that counts; for an assistant's service where it does not say what it pays for one. What is
    paid is not where the payer does not pay first, or deductible or coinsurance are not known.
    """
    fees = contract_fees(lines)
    told = lines.select_seq(_READ).hstack(fees.drop("row"))
    flat = told["fee_basis"].is_in([PER_VISIT, PER_DAY]).any()
    paid = told.with_columns_seq(_FLAT_CHARGE if flat else _OWN_CHARGE).with_columns_seq(_ALLOWED)
    for cap, group in (("visit_cap", "visit_key"), ("day_cap", "pool_key")):
        if paid[cap].null_count() < paid.height:
            paid = paid.with_columns_seq(_capped(cap, group))
    if paid["deductible_remaining_cents"].sum():
        paid = paid.with_columns_seq(_BEFORE)
    else:
        paid = paid.with_columns_seq(_before=pl.lit(0, dtype=pl.Int64))
    for step in (_DEDUCTIBLE, _SHARES, _PAID):
        paid = paid.with_columns_seq(step)
    return paid[:, ["row", *(name for name in fees.columns if name not in _REPLACED), *PAYMENTS]]


def paid_after(allowed: pl.Expr, patient: pl.Expr, kept_share: pl.Expr) -> pl.Expr:
    """Return what the payer pays of an allowed amount when the patient's share is known, in cents.

    ``patient`` is deductible, coinsurance and copayment as the payer states them; ``kept_share`` is that of
    :func:`pay`. Null where one of them is.

    >>> frame = pl.DataFrame({"allowed": [6242], "patient": [1248], "kept_share": [85_000 * 98 // 100]})
    >>> frame.select(paid_after(pl.col("allowed"), pl.col("patient"), pl.col("kept_share"))).item()
    4160
    """
    part = pl.when(allowed > patient).then(allowed - patient).when(allowed <= patient).then(0)
    return _rounded(part * kept_share, _KEPT_WHOLE)


_REPLACED = ("row", "allowed_cents")
_READ = [
    "row", "pool_key", "visit_key", "fee_basis", "charge_cents", "assistant_modifier", "primary",
    "deductible_remaining_cents", "visit_cap", "day_cap", *PAYMENT_TERMS, "sequestration",
    "assistant_share",
]  # fmt: skip


def _total_over(group: str) -> pl.Expr:
    charge = pl.col("charge_cents")
    return pl.when(charge.null_count().over(group) == 0).then(charge.sum().over(group))


_OWN_CHARGE = (pl.col("charge_cents").alias("_charge"),)
# one amount for a visit or a day is held against all that is charged for it, on its first line
_FLAT_CHARGE = (
    pl.when(pl.col("allowed_cents") == 0)
    .then(pl.lit(None, dtype=pl.Int64))
    .when(pl.col("fee_basis") == PER_VISIT)
    .then(_total_over("visit_key"))
    .when(pl.col("fee_basis") == PER_DAY)
    .then(_total_over("pool_key"))
    .otherwise("charge_cents")
    .alias("_charge"),
)
_FEE = pl.col("allowed_cents")
_LOWER_CHARGE = (pl.col("_charge") < _FEE).fill_null(False)
_LESSER = (
    pl.when(~_LOWER_CHARGE)
    .then(_FEE)
    .when(pl.col("lesser_of_charge"))
    .then("_charge")
    .when(~pl.col("lesser_of_charge"))
    .then(_FEE)
)
_ASSISTANT = pl.col("assistant_modifier") & ~pl.col("by_modifier")
_BY_LAW = pl.col("assistant_law_applies").fill_null(False)


def _rounded(numerator: pl.Expr, denominator: int) -> pl.Expr:
    return (numerator + denominator // 2) // denominator


# a payer whose share for assistants is not known: what it allows for their services is not
_FOR_ASSISTANTS = (
    pl.when(~_ASSISTANT | _BY_LAW).then(_LESSER).otherwise(_rounded(_LESSER * pl.col("assistant_payment_percent"), 100))
)
_ALLOWED = (
    pl.col("allowed_cents").alias("contract_cents"),
    _FOR_ASSISTANTS.alias("expected_allowed_cents"),
)


def _capped(cap: str, group: str) -> pl.Expr:
    """What is left of a cap when the lines before this one are allowed; null from the first unknown amount on."""
    amount = pl.col("expected_allowed_cents")
    before = amount.cum_sum().over(group, order_by="row") - amount
    known = amount.is_null().cum_sum().over(group, order_by="row") == 0
    left = pl.when(known).then(pl.min_horizontal(amount, (pl.col(cap) - before).clip(lower_bound=0)))
    return pl.when(pl.col(cap).is_null() | (amount == 0)).then(amount).otherwise(left).alias("expected_allowed_cents")


_AMOUNT = pl.col("expected_allowed_cents")
_KNOWN_BEFORE = _AMOUNT.cum_sum().over("pool_key", order_by="row") - _AMOUNT
# an unknown amount before the line leaves open what it used up, unless the known ones used up everything
_BEFORE = (
    pl.when(
        (_AMOUNT.is_null().cum_sum().over("pool_key", order_by="row") == 0)
        | (pl.col("deductible_remaining_cents") <= _KNOWN_BEFORE)
    )
    .then(_KNOWN_BEFORE)
    .alias("_before"),
)
_LEFT = pl.max_horizontal(pl.col("deductible_remaining_cents") - pl.col("_before"), pl.lit(0, dtype=pl.Int64))
_KNOWN_DEDUCTIBLE = (
    pl.when(pl.col("deductible_remaining_cents") == 0)
    .then(pl.lit(0, dtype=pl.Int64))
    .when(pl.col("_before").is_not_null() & pl.col("deductible_remaining_cents").is_not_null())
    .then(_LEFT)
)
_DEDUCTIBLE = (
    pl.when(_AMOUNT.is_not_null() & _KNOWN_DEDUCTIBLE.is_not_null())
    .then(pl.min_horizontal(_AMOUNT, _KNOWN_DEDUCTIBLE))
    .alias("deductible_cents"),
)


def _scaled(value: pl.Expr, scale: int) -> pl.Expr:
    return (value * scale).round().cast(pl.Int64, strict=False)


_COINSURANCE = _scaled(pl.col("coinsurance_percent"), _PERCENT // 100)
_REST = _AMOUNT - pl.col("deductible_cents")
# by law a share of the payer's part; what another payer takes off is off the allowed amount already
_SHARE = pl.when(_ASSISTANT & _BY_LAW).then(_scaled(pl.col("assistant_share"), _WHOLE)).otherwise(_WHOLE).cast(pl.Int64)
_KEPT = (
    pl.when(pl.col("sequestration_applies"))
    .then(_PER_MILLE - _scaled(pl.col("sequestration"), _PER_MILLE))
    .otherwise(_PER_MILLE)
    .cast(pl.Int64)
)
_SHARES = (
    _rounded(_REST * _COINSURANCE, _PERCENT).alias("coinsurance_cents"),
    pl.when(_AMOUNT.is_not_null()).then(_SHARE * _KEPT).alias("kept_share"),
)
_NATIONAL = pl.concat_str("fee_basis", pl.lit("_national"))
_PRIMARY = pl.col("primary").fill_null(True)
_PAID = (
    # beyond it the product overflows; no line is worth that
    pl.when(_PRIMARY & (_AMOUNT <= _MOST_CENTS))
    .then(_rounded(_REST * (_PERCENT - _COINSURANCE) * pl.col("kept_share"), _PERCENT * _KEPT_WHOLE))
    .alias("expected_paid_cents"),
    pl.when(_PRIMARY & _AMOUNT.is_not_null())
    .then(pl.col("deductible_cents") + pl.col("coinsurance_cents"))
    .alias("expected_patient_cents"),
    pl.when(_AMOUNT.is_not_null())
    .then(pl.when(pl.col("price_basis") == "national").then(_NATIONAL).otherwise("fee_basis"))
    .alias("expected_basis"),
)
