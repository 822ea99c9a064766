"""Which of a payer's answers to a claim line stands, and lines for which it paid twice.

Money once paid stays paid until it is reversed. So of the answers that no reversal took back, the last one that pays
stands; where none pays, the last that is not a mere denial as a duplicate, else the last. Answers whose charges
together are no more than the line's stand together: the payer split the line. Where every answer was taken back, or
only the reversal is in hand, the line stands as it was decided, and what was paid is recouped.
"""

from __future__ import annotations

import polars as pl

from cleanclaim.remit.answers import AMOUNTS
from cleanclaim.remit.places import repeated

_LINE = ["line", "level"]
_DUPLICATE = r"-(?:18|B13)\b"
_UNITS = pl.col("paid_units")
_KNOWN_UNITS = pl.when(_UNITS.count() == pl.len()).then(_UNITS.sum()).alias("paid_units")
_JOINED = {name: pl.col(name).drop_nulls().str.join(" ") for name in ("reasons", "remarks")}


def by_decision(links: pl.DataFrame) -> pl.DataFrame:
    """Return one row per line, level and decision: the answers of a split line, or of one line in several, added up.

    ``links`` are answers with their lines (``line``, ``level``, ``order``, AMOUNTS, ...). ``parts`` counts them.
    """
    keys = [*_LINE, "order"]
    single = links.with_columns(parts=pl.lit(1, dtype=pl.Int64))
    met = repeated(links["line"])
    if met is None or not links.filter(met).select(keys).is_duplicated().any():
        return single
    several = pl.struct(keys).is_duplicated()
    added_up = (*keys, *AMOUNTS, *_JOINED, "refused", "paid_units", "matched_by")
    rest = [name for name in links.columns if name not in added_up]
    added = (
        links.filter(several)
        .sort("answer")
        .group_by(keys, maintain_order=True)
        .agg(
            pl.col(AMOUNTS).sum(),
            pl.col(rest).first(),
            pl.col("refused").any(),
            _KNOWN_UNITS,
            *(_unique_words(name) for name in _JOINED),
            # a line that needed more than one way to be found is named by the weakest
            matched_by=pl.col("matched_by").last(),
            parts=pl.len().cast(pl.Int64),
        )
    )
    return pl.concat([single.filter(~several), added.select(single.columns)])


def _unique_words(name: str) -> pl.Expr:
    words = pl.col(name).drop_nulls().str.split(" ").explode().drop_nulls().unique(maintain_order=True)
    return pl.when(pl.col(name).drop_nulls().len() > 0).then(words.str.join(" ")).alias(name)


def standing(decided: pl.DataFrame, charges: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the answer that stands for each line and level, and the lines paid twice.

    ``decided`` is :func:`by_decision` with ``reversal`` and ``cancelled``; ``charges`` are those of the lines. The
    first result has one row per ``line`` and ``level`` with AMOUNTS, ``recouped`` (cents) and ``answers``; the second
    ``line``, ``level``, ``times`` and ``over`` (cents paid beside the answer that stands).
    """
    told = decided.with_columns(answers="parts")
    met = repeated(decided["line"])
    if met is None:
        return _with_recouped(told), _NOT_TWICE
    several = met & told.select(pl.struct(_LINE).is_duplicated()).to_series()
    if not several.any():
        return _with_recouped(told), _NOT_TWICE
    held = told.filter(several)
    ranked = _ranked(held.with_columns(charge_of_line=charges.gather(held["line"])))
    chosen = ranked.filter(pl.col("_together") | (pl.col("_place") == 1))
    paying = ranked.filter(pl.col("_stands") & (pl.col("paid") > 0) & ~pl.col("_together"))
    twice = (
        paying.group_by(_LINE, maintain_order=True)
        .agg(times=pl.len().cast(pl.Int64), over=pl.col("paid").filter(pl.col("_place") > 1).sum())
        .filter(pl.col("times") > 1)
    )
    merged = _together(chosen).select(told.columns)
    return _with_recouped(pl.concat([told.filter(~several), merged])), twice


_NOT_TWICE = pl.DataFrame(schema={"line": pl.Int64, "level": pl.String, "times": pl.Int64, "over": pl.Int64})


def _ranked(told: pl.DataFrame) -> pl.DataFrame:
    """Add which answers count (``_stands``), stand ``_together``, and the ``_place`` of each in the order of choice."""
    stands = ~pl.col("cancelled") & ~pl.col("reversal")
    marked = told.with_columns(
        _stands=stands,
        _pays=pl.col("paid") > 0,
        _repeats=pl.col("refused") & pl.col("reasons").fill_null("").str.contains(_DUPLICATE),
        answers=pl.col("parts").sum().over(_LINE),
    )
    counted = marked.with_columns(
        _sum=pl.when("_stands").then(pl.sum_horizontal(AMOUNTS)).sum().over(_LINE),
        _many=pl.col("_stands").sum().over(_LINE),
    ).with_columns(
        _together=pl.col("_stands")
        & (pl.col("_many") > 1)
        & (pl.col("_sum") <= pl.col("charge_of_line")).fill_null(False)
    )
    # of lines without an answer that counts the last reversal tells how it was decided
    rank = pl.when("_stands").then(1).when("reversal").then(0).otherwise(-1)
    order = counted.with_columns(_class=rank).sort(
        *_LINE,
        "_class",
        pl.col("_pays") & pl.col("_stands"),
        ~pl.col("_repeats"),
        "order",
        descending=[False, False, True, True, True, True],
    )
    return order.with_columns(_place=pl.int_range(1, pl.len() + 1).over(_LINE))


def _together(chosen: pl.DataFrame) -> pl.DataFrame:
    """Add up answers that stand together; the last one says when and where."""
    alone, joint = chosen.filter(~pl.col("_together")), chosen.filter("_together")
    if not joint.height:
        return alone
    rest = [name for name in chosen.columns if name not in (*_LINE, *AMOUNTS, *_JOINED, "refused", "paid_units")]
    added = (
        joint.sort("order")
        .group_by(_LINE, maintain_order=True)
        .agg(
            pl.col(AMOUNTS).sum(),
            pl.col(rest).last(),
            pl.col("refused").any(),
            _KNOWN_UNITS,
            *(_unique_words(name) for name in _JOINED),
        )
    )
    return pl.concat([alone, added.select(alone.columns)])


def _with_recouped(told: pl.DataFrame) -> pl.DataFrame:
    """Turn the sign of reversals that nothing replaces: as it was decided, and what was paid is taken back."""
    if not told["reversal"].any():
        return told.with_columns(recouped=pl.lit(0, dtype=pl.Int64))
    sign = pl.when("reversal").then(-1).otherwise(1)
    return told.with_columns(
        *((pl.col(name) * sign).alias(name) for name in AMOUNTS),
        recouped=pl.when("reversal").then(-pl.col("paid")).otherwise(0),
    )
