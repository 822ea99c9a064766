"""All facts about a code on a day, cut into periods, from the tables that were built."""

from __future__ import annotations

import polars as pl

from cleanclaim.codes.imports import code_periods
from tables import fees


def build(built: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return ``code_periods``: one row per code and period, from the catalogue, the maximums and the fee schedule."""
    others = pl.concat([built["unit_maximums"]["code"], built["fee_schedule"]["code"]])
    fee = fees.spans(built["fee_schedule"])
    return {"code_periods": code_periods.build(built["therapy_codes"], others, fee, built["unit_maximums"])}
