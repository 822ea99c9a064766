"""The evidence for a bypass modifier: blocks of clock time that show two codes were separate.

Blocks of the two codes, each given by a provider whom the edit sets against the other line, must not overlap, and
together hold each code's minutes, a minute of the clock counting once (NCCI Policy Manual, ch. 11; CMS, Proper Use of
Modifiers 59, XE, XP, XS and XU: one code's time may be split around the other's).
"""

from __future__ import annotations

from typing import Any

import polars as pl

from cleanclaim.dated import FEW
from cleanclaim.engine.beside import beside
from cleanclaim.engine.conditions import Condition, where
from cleanclaim.engine.few import Constants
from cleanclaim.engine.keys import PROVIDER, SAME_PROVIDER, same_provider
from cleanclaim.rules.rule import known_sum

_PAIR = ["row", "row_one"]
_BYPASSED = Condition(pl.col("bypass_one").fill_null(True) | pl.col("bypass_two").fill_null(True))
_START, _STOP = pl.col("start_minute"), pl.col("stop_minute")
_NONE = Constants([pl.lit(False).alias("has_times"), pl.lit(None, dtype=pl.Boolean).alias("separate_blocks")])


def with_blocks(pairs: pl.DataFrame, services: pl.DataFrame) -> pl.DataFrame:
    """Add to ``pairs`` whether both codes' blocks are recorded (``has_times``) and separate (``separate_blocks``).

    ``pairs`` name billing provider, rendering provider and discipline of each side; ``services`` are all services of
    the same visits, billed or not. Only pairs with a bypass modifier are looked at: nothing else asks for the evidence.
    """
    if services["start_minute"].null_count() == services.height:
        return _NONE.beside(pairs)
    asked = where(pairs, _BYPASSED)
    if asked.is_empty():
        return _NONE.beside(pairs)
    if pairs.height <= FEW and services.height <= FEW:
        return beside(pairs, _of_few(asked, services), _PAIR)
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


_Block = tuple[Any, Any, Any, bool, list[str | None]]
"""Start, stop, minutes, whether the code is timed, and whose it is."""
_ASKED = [
    "person_day_key", "table", "column_one", "column_two",
    *(f"{name}_{side}" for side in ("one", "two") for name in PROVIDER),
]  # fmt: skip
_OF_SERVICE = ("person_day_key", "claim_form", "code", "start_minute", "stop_minute", "minutes", "timed", *PROVIDER)


def _of_few(pairs: pl.DataFrame, services: pl.DataFrame) -> pl.DataFrame:
    """``has_times`` and ``separate_blocks`` of a few pairs, one by one."""
    held: dict[tuple[int, str, str], list[_Block]] = {}
    for day, form, code, start, stop, minutes, timed, *provider in services[:, list(_OF_SERVICE)].rows():
        table = "hospital" if form == "institutional" else "practitioner"
        held.setdefault((day, table, code), []).append((start, stop, minutes, timed, provider))
    found = []
    for day, table, code, other, *provider in pairs[:, _ASKED].rows():
        ones, twos = (
            [block for block in held.get((day, table, each), ()) if same_provider(table, block[-1], against)]
            for each, against in ((code, provider[3:]), (other, provider[:3]))
        )
        found.append(_between(ones, twos))
    has_times, separate = zip(*found, strict=True)
    return pairs[:, _PAIR].hstack(
        [pl.Series("has_times", has_times, pl.Boolean), pl.Series("separate_blocks", separate, pl.Boolean)]
    )


def _between(ones: list[_Block], twos: list[_Block]) -> tuple[bool | None, bool | None]:
    """Whether all blocks of both sides are recorded, and if they are, whether the sides are separate."""
    recorded = [None if not side else all(None not in block[:2] for block in side) for side in (ones, twos)]
    if False in recorded or None in recorded:
        return (False if False in recorded else None), None
    clocked = [[(start, stop) for start, stop, *_ in side] for side in (ones, twos)]
    apart = not any(start < other[1] and other[0] < stop for start, stop in clocked[0] for other in clocked[1])
    answers = [_holds(ones), _holds(twos), apart]
    return True, False if False in answers else None if None in answers else True


def _holds(side: list[_Block]) -> bool | None:
    """Whether the blocks of one side hold its minutes, a minute of the clock counting once."""
    if not any(block[3] for block in side):
        return True
    if any(block[2] is None for block in side):
        return None
    clock, until = 0, None
    for start, stop in sorted(block[:2] for block in side):
        clock += max(stop - (start if until is None else max(start, until)), 0)
        until = stop if until is None else max(stop, until)
    return bool(clock >= sum(block[2] for block in side))


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
