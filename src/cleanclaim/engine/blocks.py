"""The evidence for a bypass modifier: blocks of clock time that show two codes were separate.

Blocks of the two codes, each given by a provider whom the edit sets against the other line, must not overlap, and
together hold each code's minutes, a minute of the clock counting once (NCCI Policy Manual, ch. 11; CMS, Proper Use of
Modifiers 59, XE, XP, XS and XU: one code's time may be split around the other's).
"""

from __future__ import annotations

import polars as pl

from cleanclaim.engine.keys import SAME_PROVIDER
from cleanclaim.rules.rule import known_sum

_PAIR = ("row", "row_one")
_START, _STOP = pl.col("start_minute"), pl.col("stop_minute")
_NONE = (pl.lit(False).alias("has_times"), pl.lit(None, dtype=pl.Boolean).alias("separate_blocks"))


def with_blocks(pairs: pl.DataFrame, services: pl.DataFrame) -> pl.DataFrame:
    """Add to ``pairs`` whether both codes' blocks are recorded (``has_times``) and separate (``separate_blocks``).

    ``pairs`` name billing provider, rendering provider and discipline of each side; ``services`` are all services of
    the same visits, billed or not. Only pairs with a bypass modifier are looked at: nothing else asks for the evidence.
    """
    if services["start_minute"].null_count() == services.height:
        return pairs.with_columns_seq(_NONE)
    asked = pairs.filter(pl.col("bypass_one").fill_null(True) | pl.col("bypass_two").fill_null(True))
    if asked.is_empty():
        return pairs.with_columns_seq(_NONE)
    ones, twos = _blocks(asked, services, "one", against="two"), _blocks(asked, services, "two", against="one")
    return (
        pairs.join(_evidence(ones).rename({"clocked": "_clocked_one", "holds": "_holds_one"}), on=_PAIR, how="left")
        .join(_evidence(twos).rename({"clocked": "_clocked_two", "holds": "_holds_two"}), on=_PAIR, how="left")
        .join(_overlapping(ones, twos), on=_PAIR, how="left")
        .with_columns_seq(has_times=pl.col("_clocked_one") & pl.col("_clocked_two"))
        .with_columns_seq(
            separate_blocks=pl.when("has_times").then(
                pl.col("_holds_one") & pl.col("_holds_two") & pl.col("_overlapping").is_null()
            )
        )
    )


def _blocks(pairs: pl.DataFrame, services: pl.DataFrame, side: str, *, against: str) -> pl.DataFrame:
    """Return, per pair, the services of one side's code whose provider the edit sets against the other side's line."""
    other = {name: f"{name}_{against}" for name in ("billing_npi", "rendering_npi", "discipline")}
    form = pl.when(pl.col("claim_form") == "institutional").then(pl.lit("hospital")).otherwise(pl.lit("practitioner"))
    given = services.select_seq(
        "person_day_key",
        "code",
        "timed",
        "minutes",
        "start_minute",
        "stop_minute",
        "billing_npi",
        "rendering_npi",
        "discipline",
        table=form,
    )
    return (
        pairs.select_seq(*_PAIR, "person_day_key", "table", code=f"column_{side}", **other)
        .join(given, on=["person_day_key", "table", "code"])
        .filter(SAME_PROVIDER)
    )


def _evidence(blocks: pl.DataFrame) -> pl.DataFrame:
    """Return per pair whether every service of the side has its block, and whether the blocks hold their time."""
    # null where there is none before: the comparison with a null is then left out
    before = _STOP.cum_max().shift().over(_PAIR)
    clock = (_STOP - pl.max_horizontal(_START, before)).clip(lower_bound=0)
    # an untimed service needs no minutes of its own: its block stands for it
    needed = pl.when(pl.col("timed").any()).then(known_sum(pl.col("minutes"))).otherwise(0)
    return (
        blocks.sort(*_PAIR, "start_minute", "stop_minute")
        .with_columns_seq(_clock=clock)
        .group_by(_PAIR)
        .agg(
            clocked=(_START.is_not_null() & _STOP.is_not_null()).all(),
            holds=known_sum(pl.col("_clock")) >= needed,
        )
    )


def _overlapping(ones: pl.DataFrame, twos: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of which a block of one side overlaps a block of the other."""
    block = [*_PAIR, "start_minute", "stop_minute"]
    crossing = (pl.col("stop_minute_right") > _START) & (pl.col("start_minute_right") < _STOP)
    met = ones.select_seq(block).join(twos.select_seq(block), on=_PAIR).filter(crossing)
    return met.select_seq(_PAIR).unique().with_columns_seq(_overlapping=pl.lit(True))
