"""What the less common modifiers of a line say: sides, telehealth, repeats, benefits, and which are out of their dates.

Most claims bear none of them, so only the modifiers that a partition bears are looked for.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from cleanclaim.codes import modifiers
from cleanclaim.dated import Span
from cleanclaim.engine.beside import Remembered, distinct
from cleanclaim.engine.keys import MODIFIER_COLUMNS

_STATED = pl.col("modifier_count").is_not_null()
_OWN = ("25", "50", "52", "76", "77", "93", "95", "96", "97", "AT", "GT", "LT", "RT")


@cache
def _sets() -> dict[str, frozenset[str]]:
    """The modifiers behind each flag, by its column."""
    anatomic = modifiers.modifiers().filter(kind="anatomic").select("modifier", "meaning").rows()

    def named(*words: str) -> frozenset[str]:
        return frozenset(m for m, meaning in anatomic if any(word in meaning for word in words))

    return {
        **{f"has_{m.lower()}": frozenset({m}) for m in _OWN},
        "has_finger": named("finger", "thumb"),
        "has_toe": named("toe"),
        "has_left": named("left"),
        "has_right": named("right"),
    }


@cache
def _dates() -> dict[str, Span]:
    """The days of each modifier that has some, except the assistants', which have a rule of their own."""
    dated = modifiers.modifiers().filter(~pl.col("modifier").is_in(list(modifiers.ASSISTANT)))
    rows = dated.select("modifier", "first_day", "last_day").rows()
    return {modifier: Span(first, last) for modifier, first, last in rows if first or last}


def with_further_flags(lines: pl.DataFrame) -> pl.DataFrame:
    """Add a Boolean per less common modifier or set of them, and the modifiers outside their dates as text.

    Null where the input has no column of modifiers.
    """
    flagged = _FLAGS.beside(lines)
    dated = _borne(lines).intersection(_dates())
    return flagged.with_columns_seq(_outdated(dated)) if dated else flagged


def _borne(lines: pl.DataFrame) -> frozenset[str]:
    return frozenset(m for column in MODIFIER_COLUMNS for m in distinct(lines[column]))


def _flags(lines: pl.DataFrame) -> pl.DataFrame:
    borne = _borne(lines)
    return lines.select_seq(
        "modifier_count", *(_any_of(wanted & borne).alias(name) for name, wanted in _sets().items())
    )[list(_sets())]


_FLAGS = Remembered((*MODIFIER_COLUMNS, "modifier_count"), _flags)


@cache
def _outdated(borne: frozenset[str]) -> pl.Expr:
    outdated = (pl.when(_bears(m) & ~_dates()[m].covers(pl.col("dos"))).then(pl.lit(m)) for m in sorted(borne))
    text = pl.concat_str(list(outdated), separator=" ", ignore_nulls=True)
    return pl.when(text != "").then(text).alias("outdated_modifiers")


def _any_of(wanted: frozenset[str]) -> pl.Expr:
    borne = pl.any_horizontal(_bears(m) for m in sorted(wanted)) if wanted else pl.lit(False)
    return pl.when(_STATED).then(borne)


def _bears(modifier: str) -> pl.Expr:
    return pl.any_horizontal(pl.col(c).eq_missing(pl.lit(modifier)) for c in MODIFIER_COLUMNS)
