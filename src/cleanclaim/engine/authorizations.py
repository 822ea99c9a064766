"""Authorizations: which of them each line of a treatment day uses, and what is left.

A patient's authorizations are used in the order of their first days, each until its visits or units are used up: the
first one that covers a line's date, discipline, code and payer and has a visit left takes it. A visit is a day of
treatment of one discipline. What an authorization says nothing of, it does not limit.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cleanclaim.config import Config
from cleanclaim.engine.beside import beside

_GAPS = {0: "none", 1: "code", 2: "dates", 3: "visits", 4: "units"}
"""What a line may lack, the least specific first: of a day's lines the gravest is told."""
_LIMITS = ("visits", "units_allowed", "visits_before", "units_before")


@dataclass(frozen=True)
class Used:
    """What days and lines use of authorizations, and what is left of these (``standing``).

    ``of_day`` has per row of a treatment day what it lacks and of which authorization; ``of_line`` has one row per line
    (``line``, its place among those asked): the ``authorization_id`` that it uses, else ``authorization_gap`` and
    ``authorization_text`` and the authorization that does not reach; all null for an evaluation that uses none.
    """

    of_day: pl.DataFrame
    standing: pl.DataFrame
    of_line: pl.DataFrame


def payer_names(rows: pl.DataFrame, config: Config) -> pl.Series:
    """Return one name per payer of the rows, whatever it is written as; null where none is named."""
    own = pl.coalesce("payer", "payer_id").str.strip_chars().str.to_lowercase()
    return (
        rows.with_columns(
            pl.lit(None, dtype=pl.String).alias(name) for name in ("payer", "payer_id") if name not in rows.columns
        )
        .select(pl.coalesce(config.payer_column, own).alias("payer_name"))
        .to_series()
    )


def used(days: pl.DataFrame, lines: pl.DataFrame, given: pl.DataFrame) -> Used:
    """Return what the days use of the authorizations ``given`` (AUTHORIZATIONS with ``payer_name``).

    ``days`` are treatment days with ``payer_name``; ``lines`` have ``row`` (that of their day), ``code``, ``units`` and
    ``is_evaluation``. An evaluation uses what covers it and lacks nothing.
    """
    numbered = (
        given.sort("patient_id", "first_day", "last_day", "row", nulls_last=True)
        .with_columns(_turn=pl.int_range(pl.len(), dtype=pl.Int64).over("patient_id"))
        .rename({"row": "authorization_row", "units": "units_allowed"})
    )
    asked = beside(lines, days[:, ["row", "patient_id", "discipline", "dos", "payer_name"]], ["row"])
    asked = asked.with_row_index("_line")
    fits = _candidates(asked, numbered)
    left, taken, refused = fits, [_counted(fits.clear())], [_counted(fits.clear())]
    using = [fits.clear()]
    for turn in numbered["_turn"].unique().sort():
        mine = left.filter((pl.col("_turn") == turn) & pl.col("_code") & pl.col("_dates"))
        counted = _counted(mine)
        taken.append(counted.filter("_enough"))
        refused.append(counted.filter(~pl.col("_enough")))
        using.append(mine.join(taken[-1], on=["authorization_row", "row"], how="semi"))
        left = left.filter(~pl.col("_line").is_in(using[-1]["_line"].implode()))
    free = ~pl.col("_line").is_in(fits["_line"].implode()) | pl.col("_line").is_in(left["_line"].implode())
    lacking = asked.filter(free & ~pl.col("is_evaluation").fill_null(False))
    short = _short(lacking, left, pl.concat(refused))
    return Used(_of_day(short), _standing(numbered, pl.concat(taken)), _of_line(asked, pl.concat(using), short))


def _candidates(asked: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """Return each line with each authorization of its patient, discipline and payer, and whether date and code fit."""
    pairs = asked.join(given.drop("file_id", "source_line", "payer"), on="patient_id", suffix="_own")

    def same(column: str) -> pl.Expr:
        return (pl.col(column) == pl.col(f"{column}_own")).fill_null(True)

    begun = (pl.col("dos") >= pl.col("first_day")).fill_null(True)
    going = (pl.col("dos") <= pl.col("last_day")).fill_null(True)
    named = pl.col("codes").str.split(" ").list.contains(pl.col("code")).fill_null(True)
    return pairs.filter(same("discipline") & same("payer_name")).with_columns(_code=named, _dates=begun & going)


def _counted(mine: pl.DataFrame) -> pl.DataFrame:
    """Return per day that an authorization may take: its place among the visits, the units so far, and if it fits."""
    one = "authorization_row"
    days = mine.group_by(one, "row").agg(
        pl.col("dos", *_LIMITS).first(),
        _units=pl.when(pl.col("units").null_count() == 0).then(pl.col("units").sum()),
    )
    counted = days.sort(one, "dos", "row").with_columns(
        visits_used=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(one) + pl.col("visits_before").fill_null(0),
        units_used=pl.col("_units").cum_sum().over(one) + pl.col("units_before").fill_null(0),
    )
    visits = (pl.col("visits_used") <= pl.col("visits")).fill_null(True)
    units = (pl.col("units_used") <= pl.col("units_allowed")).fill_null(True)
    return counted.with_columns(_enough=visits & units, _short=pl.when(visits).then(4).otherwise(3).cast(pl.Int64))


def _short(lacking: pl.DataFrame, left: pl.DataFrame, refused: pl.DataFrame) -> pl.DataFrame:
    """Return per line that lacks an authorization how grave that is (``_grade``), and of the nearest one all of it."""
    short = refused.select("authorization_row", "row", "_short", "visits_used", "units_used")
    graded = beside(left, short, ["authorization_row", "row"]).with_columns(
        _grade=pl.when(pl.col("_code") & pl.col("_dates")).then("_short").when("_dates").then(1).otherwise(2)
    )
    gravest = graded.sort("_line", "_grade", "_turn").group_by("_line", maintain_order=True).last()
    return beside(lacking[:, ["_line", "row"]], gravest.drop("row"), ["_line"]).with_columns(
        pl.col("_grade").fill_null(0)
    )


def _of_day(short: pl.DataFrame) -> pl.DataFrame:
    """Return per day what its lines lack: ``row``, ``authorization_gap``, ``authorization_id`` and the text of it."""
    days = short.sort("row", "_grade", "_line").group_by("row", maintain_order=True).last()
    return days.select("row", "authorization_id", **_told())


def _of_line(asked: pl.DataFrame, using: pl.DataFrame, short: pl.DataFrame) -> pl.DataFrame:
    nothing = {name: pl.lit(None, dtype=pl.String) for name in _told()}
    known = pl.concat(
        [using.select("_line", "authorization_id", **nothing), short.select("_line", "authorization_id", **_told())]
    )
    return beside(asked[:, ["_line"]], known, ["_line"]).rename({"_line": "line"})


def _told() -> dict[str, pl.Expr]:
    gap = pl.col("_grade").replace_strict(_GAPS, return_dtype=pl.String)
    return {"authorization_gap": gap, "authorization_text": _TEXT}


_OPEN = pl.lit("...")
_TEXT = (
    pl.when(pl.col("_grade") == 3)
    .then(pl.format("visit {} of {}", "visits_used", "visits"))
    .when(pl.col("_grade") == 4)
    .then(pl.format("{} of {} units", pl.col("units_used").cast(pl.Int64), "units_allowed"))
    .when(pl.col("_grade") == 2)
    .then(
        pl.format(
            "authorized from {} to {}",
            pl.coalesce(pl.col("first_day").cast(pl.String), _OPEN),
            pl.coalesce(pl.col("last_day").cast(pl.String), _OPEN),
        )
    )
    .when(pl.col("_grade") == 1)
    .then(pl.format("authorized for {}", "codes"))
)


def _standing(given: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """Return the authorizations with ``visits_left`` and ``units_left``, null where they are not limited.

    ``followed``: the patient has a later one of the same discipline.
    """
    counts = taken.group_by("authorization_row").agg(
        pl.col("visits_used").max(), pl.col("units_used").max(), last_used=pl.col("dos").max()
    )
    told = beside(given, counts, ["authorization_row"])
    spent = pl.coalesce("visits_used", "visits_before").fill_null(0)
    units = pl.coalesce("units_used", pl.col("units_before").cast(pl.Float64)).fill_null(0.0)
    return told.with_columns(
        visits_left=pl.col("visits") - spent,
        units_left=pl.col("units_allowed") - units,
        followed=pl.col("_turn") < pl.col("_turn").max().over("patient_id", "discipline"),
    ).drop("_turn")
