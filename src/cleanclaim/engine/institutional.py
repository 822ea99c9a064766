"""What only institutional claims carry: the attending provider, and occurrence codes of the claim's disciplines."""

from __future__ import annotations

import polars as pl

from cleanclaim.codes import npi
from cleanclaim.codes.occurrences import CORF_PLAN, NOTICE, ONSET, PLAN, START
from cleanclaim.engine.beside import distinct

_INSTITUTIONAL = pl.col("claim_form") == "institutional"
_MODIFIERS = {"GP": "has_gp", "GO": "has_go", "GN": "has_gn"}
_STATED = ("attending_npi", "carries_attending", "occurrence_codes", "carries_occurrences", "occurrence_codes_required")
_OF_LINES = (
    *(pl.col(c).drop_nulls().first() for c in _STATED),
    pl.col("has_ga").any(ignore_nulls=False),
    pl.col("discipline_modifiers").has_nulls().alias("_unstated"),
    *(pl.col("dos").filter(pl.col(flag)).min().alias(f"_first_{d}") for d, flag in _MODIFIERS.items()),
)
_LISTED = pl.col("occurrence_codes").fill_null("")
_IN_CORF = (pl.col("setting") == "corf").fill_null(False)


def with_institutional(claims: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Add to the claim grain what institutional claims state; nothing is added where there are none.

    ``occurrences_missing`` and ``occurrences_late`` are lists in words, empty where nothing is at fault and null where
    the input does not carry occurrence codes. A discipline is on the claim where a line bears its modifier.
    """
    if "institutional" not in distinct(claims["claim_form"]):
        return claims
    stated = lines.filter(_INSTITUTIONAL & pl.col("claim_key").is_not_null()).group_by("claim_key").agg(_OF_LINES)
    valid = npi.valid(stated["attending_npi"]).alias("attending_npi_valid")
    told = stated.with_columns(valid)
    joined = claims.join(told, on="claim_key", how="left", maintain_order="left", validate="1:1")
    return joined.with_columns(_DISCIPLINES, _MISSING, _LATE, _NOTICE)


def _reports(code: str) -> pl.Expr:
    return _LISTED.str.contains(rf"(?:^| ){code}(?::| |$)")


def _day_of(code: str) -> pl.Expr:
    written = pl.col("occurrence_codes").str.extract(rf"(?:^| ){code}:(\d{{4}}-\d{{2}}-\d{{2}})", 1)
    return written.str.to_date("%Y-%m-%d", strict=False)


def _billed(discipline: str) -> pl.Expr:
    return pl.col(f"_first_{discipline}").is_not_null()


def _words(parts: list[pl.Expr]) -> pl.Expr:
    """The parts that hold, as one list in words; empty where none does."""
    return pl.concat_str(parts, separator=", ", ignore_nulls=True)


def _lacks(code: str, wanted: pl.Expr, reported: pl.Expr | None = None) -> pl.Expr:
    return pl.when(wanted & ~(_reports(code) if reported is None else reported)).then(pl.lit(code))


def _late(code: str, first: pl.Expr) -> pl.Expr:
    return pl.when(_day_of(code) > first).then(pl.format("{} of {}", pl.lit(code), _day_of(code)))


_CARRIED = pl.col("carries_occurrences")
_DISCIPLINES = (
    pl.when(~pl.col("_unstated"))
    .then(pl.concat_str([pl.when(_billed(d)).then(pl.lit(d)) for d in _MODIFIERS], separator=" ", ignore_nulls=True))
    .alias("therapy_disciplines")
)
_MISSING = (
    pl.when(_CARRIED)
    .then(
        _words(
            [
                _lacks(ONSET, pl.lit(True)),
                *(_lacks(START[d], _billed(d)) for d in _MODIFIERS),
                # a facility of this kind has one plan for all disciplines
                *(
                    _lacks(PLAN[d], _billed(d), _reports(PLAN[d]) | (_IN_CORF & _reports(CORF_PLAN)))
                    for d in _MODIFIERS
                ),
            ]
        )
    )
    .alias("occurrences_missing")
)
_LATE = (
    pl.when(_CARRIED)
    .then(_words([_late(ONSET, pl.col("dos")), *(_late(code, pl.col(f"_first_{d}")) for d, code in START.items())]))
    .alias("occurrences_late")
)
_NOTICE = pl.when(_CARRIED).then(_reports(NOTICE)).alias("notice_dated")
