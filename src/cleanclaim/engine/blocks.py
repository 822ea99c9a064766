"""The evidence for a bypass modifier: blocks of clock time that show two codes were separate.

Blocks of the two codes, given by the providers whose lines the edit sets against each other, must not overlap, and
together hold each code's minutes, a minute of the clock counting once (NCCI Policy Manual, ch. 11; CMS, Proper Use of
Modifiers 59, XE, XP, XS and XU: one code's time may be split around the other's).
"""

from __future__ import annotations

import polars as pl

from cleanclaim.rules.rule import known_sum

_KEY = ("person_day_key", "code", "provider")
_START, _STOP = pl.col("start_minute"), pl.col("stop_minute")
_NONE = (pl.lit(False).alias("has_times"), pl.lit(None, dtype=pl.Boolean).alias("separate_blocks"))


def provider(suffix: str = "") -> pl.Expr:
    """Whose block or line it is: the billing provider's on institutional claims, else the rendering clinician's."""
    billing = pl.format(
        "{} {}", pl.col(f"billing_npi{suffix}").fill_null(""), pl.col(f"discipline{suffix}").fill_null("")
    )
    institutional = pl.col("claim_form") == "institutional"
    return (
        pl.when(institutional)
        .then(pl.col(f"billing_npi{suffix}").fill_null(""))
        .otherwise(pl.coalesce(f"rendering_npi{suffix}", billing))
    )


def with_blocks(pairs: pl.DataFrame, services: pl.DataFrame) -> pl.DataFrame:
    """Add to ``pairs`` whether both codes' blocks are recorded (``has_times``) and separate (``separate_blocks``).

    ``pairs`` name the provider of each side; ``services`` are all services of the same visits, billed or not. Only
    pairs with a bypass modifier are looked at: nothing else asks for the evidence.
    """
    asked = pl.col("bypass_one") | pl.col("bypass_two")
    if services["start_minute"].is_null().all() or not pairs.select(asked.any()).item():
        return pairs.with_columns(_NONE)
    sides = [
        pairs.select("person_day_key", code=f"column_{side}", provider=f"provider_{side}") for side in ("one", "two")
    ]
    held = services.with_columns(provider=provider()).join(pl.concat(sides).unique(), on=_KEY, how="semi")
    evidence = _evidence(held)
    keyed = pairs
    for side in ("one", "two"):
        keyed = keyed.join(
            evidence.select(*_KEY, pl.exclude(_KEY).name.suffix(f"_{side}")),
            left_on=["person_day_key", f"column_{side}", f"provider_{side}"],
            right_on=_KEY,
            how="left",
        )
    return (
        keyed.join(_overlapping(pairs, held), on=["row", "row_one"], how="left")
        .with_columns(has_times=pl.col("clocked_one") & pl.col("clocked_two"))
        .with_columns(
            separate_blocks=pl.when("has_times").then(
                pl.col("holds_one") & pl.col("holds_two") & pl.col("overlapping").is_null()
            )
        )
    )


def _evidence(held: pl.DataFrame) -> pl.DataFrame:
    """Return per patient-day, code and provider whether all services have blocks, and whether these hold the time."""
    ordered = held.select(*_KEY, "timed", "minutes", "start_minute", "stop_minute").sort(
        *_KEY, "start_minute", "stop_minute"
    )
    before = _STOP.cum_max().shift().over(_KEY)
    clock = (_STOP - pl.max_horizontal(_START, before)).clip(lower_bound=0)
    # an untimed service needs no minutes of its own: its block stands for it
    needed = pl.when(pl.col("timed").any()).then(known_sum(pl.col("minutes"))).otherwise(0)
    return (
        ordered.with_columns(_clock=clock)
        .group_by(_KEY)
        .agg(
            clocked=(_START.is_not_null() & _STOP.is_not_null()).all(),
            holds=known_sum(pl.col("_clock")) >= needed,
        )
    )


def _overlapping(pairs: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs (row, row_one) of which a block of one code overlaps a block of the other."""
    block = held.filter(_START.is_not_null()).select(*_KEY, "start_minute", "stop_minute")
    met = pairs.select("row", "row_one", "person_day_key", "column_one", "provider_one", "column_two", "provider_two")
    for side in ("one", "two"):
        met = met.join(block, left_on=["person_day_key", f"column_{side}", f"provider_{side}"], right_on=_KEY)
    crossing = (pl.col("stop_minute_right") > _START) & (pl.col("start_minute_right") < _STOP)
    return met.filter(crossing).select("row", "row_one").unique().with_columns(overlapping=pl.lit(True))
