"""What each payer's contract allows for the lines of a day, before the charge is looked at.

Medicare's own fee schedule is :mod:`cleanclaim.engine.price`'s. A contract may allow a percentage of it (of one year,
or of the year of service), fees of a table of its own, or one amount for a visit or a day. Its units may be reduced
like Medicare's, or by a percentage and in a pool of its own. Each unit is rounded half-up to the cent, then units are
added.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.codes.payers.fee_tables import fee_table
from cleanclaim.engine.beside import distinct
from cleanclaim.engine.price import FEE_SCHEDULE, price, with_day, with_units

PERCENT, TABLE, PER_VISIT, PER_DAY = "percent_of_medicare", "fee_table", "per_visit", "per_diem"
CONTRACTS = frozenset({PERCENT, TABLE, PER_VISIT, PER_DAY})
"""The fee bases of payers whose allowed amounts are computed here."""
CONTRACT_TERMS = {
    "fee_percent": pl.Float64(),
    "fee_year": pl.Int64(),
    "fee_table": pl.String(),
    "visit_rate": pl.Int64(),
    "visit_cap": pl.Int64(),
    "day_cap": pl.Int64(),
    "reduction_percent": pl.Float64(),
    "reduction_of": pl.String(),
    "reduction_scope": pl.String(),
}
"""What a contract may say of the allowed amount: fields of a payer pack."""
_MODIFIERS = [f"modifier_{place}" for place in range(1, 5)]
_HUNDREDTH, _SHARE, _RVU = 10**2, 10**4, 10**2


def contract_fees(lines: pl.DataFrame) -> pl.DataFrame:
    """Return what the contract allows for each line: one row per row of ``lines``, in the same order.

    ``lines`` has the columns that :func:`cleanclaim.engine.price.price` takes, CONTRACT_TERMS, and ``visit_key`` (the
    visit of one discipline), ``dos``, ``code``, ``modifier_1`` to ``modifier_4``, ``in_reduction`` (what the payer says
    of the code's part in its reduction). The result has the columns of ``price`` (``allowed_cents`` is what the
    contract allows) and ``by_modifier``, true where the table has a fee for a modifier of the line.

    Null is not known: nothing is known of the payer's fees, its table has no fee for the code on that date, two of its
    fees fit the line, or what :func:`~cleanclaim.engine.price.price` says.
    """
    bases = distinct(lines["fee_basis"]) & CONTRACTS
    reduced = lines["reduction_percent"].null_count() < lines.height
    if not bases and not reduced and lines["in_reduction"].null_count() == lines.height:
        return price(lines).with_columns_seq(_NO_MODIFIER)
    fees = _table_fees(lines) if TABLE in bases else _no_fees(lines)
    told = lines.with_columns_seq(_OWN_REDUCTION).with_columns_seq(_AS_SCHEDULE)
    units = with_units(told).hstack(fees).hstack(lines.select_seq("fee_percent", "reduction_of", _OF_BASIS))
    units = units.with_columns_seq(_OWN_UNIT).with_columns_seq(_OWN_FURTHER)
    totals = with_day(units.with_columns_seq(_OWN_RANK)).hstack(fees.select_seq("by_modifier"))
    if not {PER_VISIT, PER_DAY} & bases:
        return totals
    rates = lines.select_seq(_FLAT.alias("flat_cents"))
    return totals.hstack(rates).with_columns_seq(_WITH_FLAT).drop("flat_cents")


_NO_MODIFIER = pl.lit(False).alias("by_modifier")
_NO_FEE = pl.lit(None, dtype=pl.Int64).alias("fee_cents")
_OWN_PERCENT = pl.col("reduction_percent") / 100
_OWN_REDUCTION = (
    pl.coalesce("in_reduction", "mult_proc").alias("mult_proc"),
    pl.coalesce("in_reduction", "always_therapy").alias("always_therapy"),
    pl.coalesce("mppr_applies", pl.when(pl.col("reduction_percent").is_not_null()).then(pl.lit(True))).alias(
        "mppr_applies"
    ),
    pl.coalesce(_OWN_PERCENT, "mppr_pe_reduction").alias("mppr_pe_reduction"),
    # a pool of one discipline is a visit; its number is no day's
    pl.when(pl.col("reduction_scope") == "discipline")
    .then(-1 - pl.col("visit_key"))
    .otherwise("pool_key")
    .alias("pool_key"),
)
_AS_SCHEDULE = (
    pl.when(pl.col("fee_basis") == PERCENT).then(pl.lit(FEE_SCHEDULE)).otherwise("fee_basis").alias("fee_basis"),
)
_OF_BASIS = pl.col("fee_basis").alias("_basis")


def _rounded(numerator: pl.Expr, denominator: pl.Expr | int) -> pl.Expr:
    """A fraction of whole numbers rounded half-up."""
    return (2 * numerator + denominator) // (2 * denominator)


def _scaled(value: pl.Expr, scale: int) -> pl.Expr:
    return (value * scale).round().cast(pl.Int64, strict=False)


def _percent_of(cents: str) -> pl.Expr:
    return _rounded(pl.col(cents) * _scaled(pl.col("fee_percent"), _HUNDREDTH), 100 * _HUNDREDTH)


_BY_PERCENT, _BY_TABLE = pl.col("_basis") == PERCENT, pl.col("_basis") == TABLE
_OF_FEE = pl.col("reduction_of") == "fee"
_CUT = _scaled(pl.col("mppr_pe_reduction"), _SHARE)
_TOTAL = sum((_scaled(pl.col(f"{part}_rvu"), _RVU) for part in ("work", "pe", "mp")), pl.lit(0, pl.Int64))
_FULL = pl.col("unit_full_cents")
_FEE_LESS_CUT = _rounded(_FULL * (_SHARE - _CUT), _SHARE)
# the share of the practice expense in the fee is that of Medicare's relative values
_FEE_LESS_EXPENSE = pl.when(_TOTAL > 0).then(
    _rounded(_FULL * (_TOTAL * _SHARE - _scaled(pl.col("pe_rvu"), _RVU) * _CUT), _TOTAL * _SHARE)
)
_OWN_UNIT = (
    pl.when(_BY_PERCENT)
    .then(_percent_of("unit_full_cents"))
    .when(_BY_TABLE)
    .then("fee_cents")
    .otherwise("unit_full_cents")
    .alias("unit_full_cents"),
    pl.when(_BY_PERCENT).then(_percent_of("unit_reduced_cents")).otherwise("unit_reduced_cents").alias("_further"),
)
_REDUCED = pl.when(_OF_FEE).then(_FEE_LESS_CUT).when(_BY_TABLE).then(_FEE_LESS_EXPENSE).otherwise("_further")
_OWN_FURTHER = (
    pl.when("_subject").then(_REDUCED).when(~pl.col("_subject")).then(_FULL).alias("unit_reduced_cents"),
    pl.when(_BY_TABLE & pl.col("fee_cents").is_not_null())
    .then(pl.lit("expected"))
    .when(_FULL.is_not_null())
    .then("price_basis")
    .alias("price_basis"),
)
_CLIPPED = _FULL.clip(upper_bound=2**32 - 1)
_OWN_RANK = (
    pl.when("_subject")
    .then(pl.when(_OF_FEE).then(_CLIPPED).otherwise(_scaled(pl.col("pe_rvu"), _RVU) * 2**32 + _CLIPPED))
    .alias("_rank"),
)


def _on_first(group: str) -> pl.Expr:
    """The rate on the first line of a group, nothing on the others; null where there is no rate or no group."""
    rate, first = pl.col("visit_rate"), pl.col("row") == pl.col("row").min().over(group)
    return pl.when(pl.col(group).is_not_null() & rate.is_not_null()).then(pl.when(first).then(rate).otherwise(0))


# the payer pays the rate on one line and bundles the others: which one is its affair, so the first stands for them
_FLAT = (
    pl.when(pl.col("fee_basis") == PER_VISIT)
    .then(_on_first("visit_key"))
    .when(pl.col("fee_basis") == PER_DAY)
    .then(_on_first("pool_key"))
)
_WITH_FLAT = (
    *(pl.coalesce("flat_cents", name).alias(name) for name in ("allowed_cents", "upper_cents")),
    pl.when(pl.col("flat_cents").is_not_null()).then(pl.lit("expected")).otherwise("price_basis").alias("price_basis"),
)


def _no_fees(lines: pl.DataFrame) -> pl.DataFrame:
    return lines[:, ["row"]].with_columns_seq(_NO_FEE, _NO_MODIFIER)[:, ["fee_cents", "by_modifier"]]


def _table_fees(lines: pl.DataFrame) -> pl.DataFrame:
    """Return ``fee_cents``, the fee of a unit in the payer's table, and ``by_modifier`` for each line.

    A fee for a modifier of the line goes before one for any; of two such fees that differ neither is known to hold.
    """
    asked = lines.select("fee_table", "code", "dos", *_MODIFIERS).with_row_index("_line")
    found = []
    for path in sorted(distinct(asked["fee_table"])):
        table = fee_table(path)
        met = asked.filter(pl.col("fee_table") == path).join(table, on="code")
        found.append(met.filter(_HOLDS & _FITS).select("_line", "fee_modifier", "fee_cents"))
    schema = {"_line": pl.get_index_type(), "fee_modifier": pl.String, "fee_cents": pl.Int64}
    fees = pl.concat(found) if found else pl.DataFrame(schema=schema)
    own = pl.col("fee_modifier").is_not_null()
    chosen = (
        fees.group_by("_line")
        .agg(
            by_modifier=own.any(),
            _several=pl.col("fee_cents").filter(own).n_unique() > 1,
            fee_cents=pl.col("fee_cents").sort_by(own, descending=True).first(),
        )
        .with_columns(fee_cents=pl.when(~pl.col("_several")).then("fee_cents"))
    )
    return asked.join(chosen, on="_line", how="left", maintain_order="left").select(
        "fee_cents", pl.col("by_modifier").fill_null(False)
    )


_HOLDS = (pl.col("first_day").is_null() | (pl.col("first_day") <= pl.col("dos"))) & (
    pl.col("last_day").is_null() | (pl.col("dos") <= pl.col("last_day"))
)
_FITS = pl.col("fee_modifier").is_null() | pl.any_horizontal(
    (pl.col("fee_modifier") == pl.col(name)).fill_null(False) for name in _MODIFIERS
)
