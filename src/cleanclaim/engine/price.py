"""What the physician fee schedule allows for the lines of a day.

A unit is worth (work x index + practice expense x index + malpractice x index) x conversion factor, with the
non-facility practice expense in every setting (42 CFR 414.20-22; SSA sec. 1834(k)). Therapy adds the multiple-procedure
reduction (SSA sec. 1848(b)(7) and 1834(k)(7); Pub. 100-04, ch. 5, sec. 10.7): of all the *units* of a patient's day at
one provider, in every discipline together, the one with the highest practice expense is paid in full and every other
one loses a share of its practice expense; work and malpractice stay whole. Each unit is rounded half-up to the cent,
then units are added.

Published values are decimals (relative values with 2 places, indices with 3, conversion factors with 4), so every
amount is computed in whole numbers and is exact.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from cleanclaim.codes import fee_status
from cleanclaim.engine.beside import Remembered

FEE_SCHEDULE = "medicare_fee_schedule"
"""The fee basis of payers whose allowed amounts are computed here."""

MOST_UNITS = 10**9
"""A line with more units is a typing error, and has no price."""

_RVU, _INDEX, _FACTOR, _SHARE = 10**2, 10**3, 10**4, 10**4
_CENT = _RVU * _INDEX * _FACTOR * _SHARE // 100


def price(lines: pl.DataFrame) -> pl.DataFrame:
    """Return what each line is allowed: one row per row of ``lines``, in the same order, keyed by ``row``.

    ``lines`` has the columns ``row`` (unique), ``pool_key`` (patient, day, billing provider), ``units``; from the
    published tables ``fee_status``, ``work_rvu``, ``pe_rvu``, ``mp_rvu``, ``national_fee_cents`` (where only the
    national rate is published), ``mult_proc`` (the code is subject to the reduction), ``always_therapy`` (no other code
    can be), ``conversion_factor``, ``gpci_work``, ``gpci_pe``, ``gpci_mp``, ``mppr_pe_reduction`` (the share of the
    practice expense taken off); ``localized`` (the price of a locality was asked for); and from the payer
    ``fee_basis`` and ``mppr_applies``.

    The result has, in cents, ``unit_full_cents``, one unit at the full fee; ``unit_reduced_cents``, one unit that is
    not the first of its day (the full fee where no reduction applies); ``allowed_cents``, the line; ``upper_cents``,
    the line with every unit at the full fee; then ``price_basis``, ``expected`` for a locality, else ``national``; and
    ``keeps_practice_expense``: of lines subject to the reduction, true for the one whose first unit is paid in full.
    A code that Medicare bundles or does not pay is allowed 0.

    Null is not known: a payer that does not pay by the fee schedule; a value of the line; the indices of its locality
    on that date; its units (missing, fractional or not positive); or, for a line subject to the reduction, what decides
    which unit of the day is paid in full. A single unit that is alone in its pool needs no ranking.

    >>> day = pl.DataFrame({
    ...     "row": [0], "pool_key": [0], "units": [2.0], "fee_status": ["A"],
    ...     "work_rvu": [0.44], "pe_rvu": [0.65], "mp_rvu": [0.01], "national_fee_cents": [None], "mult_proc": [True],
    ...     "always_therapy": [True], "conversion_factor": [33.2875], "mppr_pe_reduction": [0.5],
    ...     "gpci_work": [None], "gpci_pe": [None], "gpci_mp": [None], "localized": [False],
    ...     "fee_basis": ["medicare_fee_schedule"], "mppr_applies": [True]})
    >>> price(day).row(0)
    (0, 3662, 2580, 6242, 7324, 'national', True)
    """
    return with_day(with_units(lines))


def with_units(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of ``lines`` that :func:`price` reads and what a unit of each is worth by itself.

    That is ``unit_full_cents``, ``unit_reduced_cents`` and ``price_basis``; ``_subject``, true where the reduction is
    meant for the line, and ``_rank``, the place of its units in the day.
    """
    return _UNIT.beside(lines[:, _OF_LINE])


def with_day(priced: pl.DataFrame) -> pl.DataFrame:
    """Return what :func:`price` returns, of units that :func:`with_units`, or another schedule, has priced."""
    if priced["unit_full_cents"].null_count() == priced.height and not priced["_subject"].any():
        return priced.with_columns_seq(_NO_PRICE)[:, _OUTPUTS]
    # a line of no known pool is in nobody's
    pools = priced["pool_key"]
    one = pools.min() == pools.max() and len(pools) > 0 and not pools.has_nulls()
    if not one and pools.is_sorted():
        # windows over pools that stand together need no look-up
        priced = priced.with_columns_seq(pools.set_sorted())
    for step in _ONE_POOL if one else _POOLS:
        priced = priced.with_columns_seq(**step)
    return priced[:, _OUTPUTS]


def _unit_prices(keys: pl.DataFrame) -> pl.DataFrame:
    """What a unit is worth, whatever else is billed that day."""
    for step in _UNIT_STEPS:
        keys = keys.with_columns_seq(**step)
    return keys[:, _OF_UNIT]


def _scaled(column: str, scale: int) -> pl.Expr:
    return (pl.col(column) * scale).round().cast(pl.Int64, strict=False)


def _whole_units() -> pl.Expr:
    units = pl.col("units")
    return pl.when((units > 0) & (units <= MOST_UNITS) & (units == units.floor())).then(units).cast(pl.Int64)


def _subject() -> pl.Expr:
    """True where the reduction is meant for the line: an always-therapy code so marked, and a payer that uses it."""
    never = pl.when(~pl.col("always_therapy") | pl.col("fee_status").is_in(fee_status.UNPAID)).then(pl.lit(False))
    return pl.coalesce(never, "mult_proc") & pl.col("mppr_applies")


def _local() -> pl.Expr:
    """True where the price is a locality's: one was asked for, or indices are given."""
    return pl.col("localized") | pl.any_horizontal(
        pl.col(f"gpci_{name}").is_not_null() for name in ("work", "pe", "mp")
    )


def _has_status(statuses: tuple[str, ...]) -> pl.Expr:
    """True where the payer pays by the fee schedule, and the code has one of these status letters there."""
    return (pl.col("fee_basis") == FEE_SCHEDULE) & pl.col("fee_status").is_in(statuses)


def _indexed(name: str) -> pl.Expr:
    """A relative value times its index (1 for national values), in whole numbers."""
    index = pl.when("_local").then(_scaled(f"gpci_{name}", _INDEX)).when(~pl.col("_local")).then(_INDEX)
    return _scaled(f"{name}_rvu", _RVU) * index


def _unit(pe_share: pl.Expr) -> pl.Expr:
    """One unit in cents with this share (in ten-thousandths) of its practice expense."""
    exact = (pl.col("_fixed") * _SHARE + pl.col("_expense") * pe_share) * pl.col("_factor")
    return pl.when("_listed").then((exact + _CENT // 2) // _CENT)


def _full_unit() -> pl.Expr:
    national = pl.when(_has_status(fee_status.PRICED) & ~pl.col("_local")).then(
        pl.col("national_fee_cents").cast(pl.Int64)
    )
    nothing = pl.when(_has_status(fee_status.UNPAID)).then(pl.lit(0, pl.Int64))
    return pl.coalesce(_unit(pl.lit(_SHARE, pl.Int64)), national, nothing)


def _further_unit() -> pl.Expr:
    reduced = _unit(_SHARE - _scaled("mppr_pe_reduction", _SHARE))
    subject = pl.col("_subject")
    return pl.when(subject).then(reduced).when(~subject).then(pl.col("unit_full_cents"))


def _rank() -> pl.Expr:
    """A number that orders the lines of a pool by practice expense, then full fee; null where it is not known."""
    fee = pl.col("unit_full_cents").clip(upper_bound=2**32 - 1)
    return pl.when("_subject").then(_scaled("pe_rvu", _RVU) * 2**32 + fee)


def _in_pool() -> pl.Expr:
    """True for lines subject to the reduction, and for those that may be."""
    return pl.col("_subject").fill_null(True)


def _is_first() -> pl.Expr:
    return pl.col("row") == pl.col("_first_row")


def _day_steps(of_pool: Callable[[pl.Expr], pl.Expr]) -> tuple[dict[str, pl.Expr], ...]:
    """The steps of a day's lines, ``of_pool`` making one value of all lines of a pool.

    One window a step: a window inside a window runs group by group, ten times slower.
    """
    full, further, units = pl.col("unit_full_cents"), pl.col("unit_reduced_cents"), pl.col("_units")
    pooled, known = _in_pool(), pl.col("pool_key").is_not_null()
    unranked, first_uncounted = pooled & pl.col("_rank").is_null(), (_is_first() & units.is_null()).fill_null(False)
    unknown = of_pool((unranked | first_uncounted).cast(pl.UInt8).max()) == 1
    alone = known & (of_pool(pooled.cast(pl.UInt32).sum()) == 1) & (units == 1)
    by_rank = pl.when(_is_first()).then(full + further * (units - 1)).otherwise(further * units)
    return (
        {"_units": _whole_units(), "_top_rank": of_pool(pl.col("_rank").max())},
        {"_first_row": of_pool(pl.when(pl.col("_rank") == pl.col("_top_rank")).then("row").min())},
        # true where it is known which unit of the pool comes first
        {"_ranked": known & ~unknown},
        {
            "allowed_cents": pl.when(~pooled).then(full * units).when(alone).then(full).when("_ranked").then(by_rank),
            "upper_cents": full * units,
            "keeps_practice_expense": pl.when(pl.col("_subject") & pl.col("_ranked")).then(_is_first()),
        },
    )


# a payer that does not pay by the fee schedule
_NO_PRICE = (
    *(pl.lit(None, dtype=pl.Int64).alias(name) for name in ("allowed_cents", "upper_cents")),
    pl.lit(None, dtype=pl.Boolean).alias("keeps_practice_expense"),
)
_PARTS = ("work", "pe", "mp")
_UNIT_INPUTS = (
    "fee_status", "work_rvu", "pe_rvu", "mp_rvu", "national_fee_cents", "mult_proc", "always_therapy",
    "conversion_factor", "gpci_work", "gpci_pe", "gpci_mp", "mppr_pe_reduction", "localized", "fee_basis",
    "mppr_applies",
)  # fmt: skip
_OF_UNIT = ["_subject", "_rank", "unit_full_cents", "unit_reduced_cents", "price_basis"]
_INPUTS = ("row", "pool_key", "units", *_UNIT_INPUTS)
_OF_LINE = list(_INPUTS)
PRICES = [
    "unit_full_cents", "unit_reduced_cents", "allowed_cents", "upper_cents", "price_basis", "keeps_practice_expense",
]  # fmt: skip
"""What a line's price comes to."""
_OUTPUTS = ["row", *PRICES]
COLUMNS = (*_INPUTS, *PRICES)
"""The columns of a priced line: what its price is made from, and what it comes to."""
_UNIT_STEPS: tuple[dict[str, pl.Expr], ...] = (
    {"_subject": _subject(), "_local": _local(), "_factor": _scaled("conversion_factor", _FACTOR)},
    {
        "_fixed": _indexed("work") + _indexed("mp"),
        "_expense": _indexed("pe"),
        # a code listed without relative values is not worth nothing: its amount is set elsewhere
        "_listed": _has_status(fee_status.PRICED) & (pl.sum_horizontal(f"{p}_rvu" for p in _PARTS) > 0),
    },
    {"unit_full_cents": _full_unit()},
    {
        "unit_reduced_cents": _further_unit(),
        "_rank": _rank(),
        "price_basis": pl.when(pl.col("unit_full_cents").is_not_null()).then(
            pl.when("_local").then(pl.lit("expected")).otherwise(pl.lit("national"))
        ),
    },
)
_UNIT = Remembered(_UNIT_INPUTS, _unit_prices)
_POOLS = _day_steps(lambda value: value.over("pool_key"))
_ONE_POOL = _day_steps(lambda value: value)
