"""Makes lines with the values that their payment follows from: Medicare in the summer of 2024, at national values."""

from __future__ import annotations

from datetime import date
from random import Random

import polars as pl

from cleanclaim.engine.payment import TERMS

# work, practice expense and malpractice values of 2024
_VALUES = {
    "97110": (0.45, 0.42, 0.01), "97112": (0.50, 0.50, 0.01), "97116": (0.45, 0.42, 0.01), "97140": (0.43, 0.37, 0.01),
    "97530": (0.44, 0.65, 0.01), "97535": (0.45, 0.52, 0.01), "G0283": (0.18, 0.16, 0.01),
}  # fmt: skip
_TERMS = {
    "fee_status": "A", "mult_proc": True, "always_therapy": True, "conversion_factor": 33.2875, "localized": False,
    "fee_basis": "medicare_fee_schedule", "mppr_applies": True, "mppr_pe_reduction": 0.5, "dos": date(2024, 7, 15),
    "lesser_of_charge": True, "coinsurance_percent": 20.0, "assistant_law_applies": True, "assistant_share": 0.85,
    "sequestration_applies": True, "sequestration": 0.02, "modifier_1": "GP", "deductible_remaining_cents": 0,
}  # fmt: skip
_UNKNOWN = {
    "national_fee_cents": pl.Int64, "gpci_work": pl.Float64, "gpci_pe": pl.Float64, "gpci_mp": pl.Float64,
    "modifier_3": pl.String, "modifier_4": pl.String, "in_reduction": pl.Boolean, "primary": pl.Boolean,
}  # fmt: skip


def make_payable(lines: int, seed: int = 1) -> pl.DataFrame:
    """Return about ``lines`` lines, three to five a day, a third of them by assistants; the same for the same seed.

    >>> make_payable(10).select("row", "pool_key", "units").height
    10
    """
    draw, days = Random(seed), min(lines, 25_000)
    told = [
        (day, draw.choice(sorted(_VALUES)), float(draw.choice((1, 1, 2, 3))), draw.choice((False, False, True)),
         draw.choice((3000, 6000, 12000)))
        for day in range(days) for _ in range(draw.choice((3, 4, 5)))
    ]  # fmt: skip
    names = ["pool_key", "code", "units", "assistant_modifier", "charge_cents"]
    once = pl.DataFrame(told, schema=names, orient="row")
    many = pl.concat(once.with_columns(pl.col("pool_key") + turn * days) for turn in range(lines // once.height + 1))
    values = {
        name: pl.col("code").replace_strict({code: own[place] for code, own in _VALUES.items()})
        for place, name in enumerate(("work_rvu", "pe_rvu", "mp_rvu"))
    }
    given = {**_TERMS, **{name: pl.lit(None, dtype=kind) for name, kind in _UNKNOWN.items()}}
    full = many.head(lines).with_row_index("row").with_columns(
        pl.col("row").cast(pl.Int64),
        visit_key="pool_key",
        modifier_2=pl.when("assistant_modifier").then(pl.lit("CQ")),
        **values,
        **{name: value if isinstance(value, pl.Expr) else pl.lit(value) for name, value in given.items()},
    )  # fmt: skip
    return full.with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in TERMS.items() if name not in full.columns
    ).with_columns(pl.col("deductible_remaining_cents").cast(pl.Int64))
