"""Courses of care: who comes to which clinic, for what, how often, and on which days of the month."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from practice import CLINIC, CLINICS, PAYERS, workdays


def month_end(first_day: date) -> date:
    return (np.datetime64(first_day, "M") + 1).astype("datetime64[D]").item() - timedelta(days=1)


def _shared(draw: np.random.Generator, choices: dict[str, float], size: int) -> np.ndarray[Any, Any]:
    """Draw from ``choices`` by their shares, so that even a small practice has every kind."""
    names = list(choices)
    weights = np.array(list(choices.values())) / sum(choices.values())
    even = (np.arange(size) + draw.random()) / size
    drawn = np.searchsorted(np.cumsum(weights)[:-1], even, side="right")
    return draw.permutation(np.array(names)[drawn])


def patients(draw: np.random.Generator, count: int, first_day: date) -> pl.DataFrame:
    """One row per patient: clinic, disciplines, payer, how often, from when, and what is special about the case."""
    clinic, lane, payer = (np.empty(count, dtype=object) for _ in range(3))
    payers, medicare = {p.name: p.share for p in PAYERS}, PAYERS[0].name
    of_chiropractor = {medicare: 0.6} | {p.name: 0.4 * p.share for p in PAYERS[1:]}
    # each half and each clinic has its share of everything
    for first in (0, 1):
        half = np.arange(first, count, 2)
        clinic[half] = _shared(draw, {c.name: c.share for c in CLINICS}, len(half))
        for name in CLINIC:
            here = half[clinic[half] == name]
            lane[here] = _shared(draw, CLINIC[name].lanes, len(here))
            payer[here] = _shared(draw, payers, len(here))
            seen = here[lane[here] == "DC"]
            payer[seen] = _shared(draw, of_chiropractor, len(seen))
    threshold = draw.choice([300.0, 1100.0, 2350.0, 3400.0], size=count, p=[0.55, 0.25, 0.1, 0.1])
    frame = pl.DataFrame(
        {
            "patient": np.arange(count),
            "clinic": pl.Series(clinic.tolist()),
            "lane": pl.Series(lane.tolist()),
            "payer": pl.Series(payer.tolist()),
            "weekly": draw.choice([1, 2, 3], size=count, p=[0.2, 0.5, 0.3]),
            "weekday": draw.integers(0, 5, size=count),
            "new": draw.random(count) < 0.3,
            "starts": draw.integers(0, 12, size=count),
            "reevaluated": draw.random(count) < 0.2,
            "telehealth": draw.random(count) < 0.12,
            "monitored": draw.random(count) < 0.35,
            "maintenance": draw.random(count) < 0.08,
            "ytd_cents": (threshold * 100).astype(np.int64) + draw.integers(0, 20_000, size=count),
            "referring": draw.integers(0, 60, size=count),
            "diagnosis": draw.integers(0, 1000, size=count),
        }
    )
    office = pl.col("clinic").is_in([c.name for c in CLINICS if not c.institutional])
    return frame.with_columns(
        _half=pl.when(pl.col("patient") % 2 == 0).then(pl.lit("clean")).otherwise(pl.lit("dirty")),
        telehealth=pl.col("telehealth") & office & (pl.col("lane") != "DC"),
        monitored=pl.col("monitored") & office & (pl.col("lane") == "PT"),
        maintenance=pl.col("maintenance") & (pl.col("payer") == medicare) & (pl.col("lane") != "DC"),
        ytd_cents=pl.when("new").then(pl.col("ytd_cents") % 20_000).otherwise("ytd_cents"),
        person=_persons(),
    ).with_columns(monitored=pl.col("monitored") & (pl.col("person") == pl.col("patient")))


def _persons() -> pl.Expr:
    """Some courses of care are a further one of the patient four before, with another billing provider.

    The one of the two clinics exports no clock times, so that the visits of a day need not fit together.
    """
    untimed = [clinic.name for clinic in CLINICS if not clinic.times]
    billing = pl.col("clinic").replace_strict({clinic.name: clinic.npi for clinic in CLINICS})
    further = (pl.col("patient") % 19 == 8) & pl.col("clinic").is_in(untimed) & (billing != billing.shift(4))
    return pl.when(further).then(pl.col("patient") - 4).otherwise("patient")


def days_attended(patients: pl.DataFrame, draw: np.random.Generator, first_day: date) -> pl.DataFrame:
    """One row per patient and day attended, with the stage of the plan of care."""
    open_days = workdays(first_day)
    calendar = pl.DataFrame({"dos": open_days}).with_columns(
        place=pl.int_range(pl.len()), day_of_week=pl.col("dos").dt.weekday() - 1
    )
    # one visit a week, or two or three with a day between them
    turn = (pl.col("day_of_week") - pl.col("weekday")) % 5
    wanted = (
        pl.when(pl.col("weekly") == 1)
        .then(turn == 0)
        .when(pl.col("weekly") == 2)
        .then(turn.is_in([0, 2]))
        .otherwise(turn.is_in([0, 2, 4]))
    )
    attended = patients.join(calendar, how="cross").filter(wanted)
    attended = attended.filter(~pl.col("new") | (pl.col("place") >= pl.col("starts")))
    attended = attended.filter(pl.Series(draw.random(attended.height) < 0.94)).sort("patient", "dos")
    order = pl.int_range(pl.len()).over("patient")
    stage = (
        pl.when(pl.col("new") & (order == 0))
        .then(pl.lit("first"))
        .when(~pl.col("new") & pl.col("reevaluated") & (order == 2))
        .then(pl.lit("reeval"))
        .when(pl.col("telehealth") & (order % 3 == 1))
        .then(pl.lit("telehealth"))
        .otherwise(pl.lit("treat"))
    )
    # what a month of remote monitoring comes to is billed on the last Saturday
    end = month_end(first_day)
    saturday = end - timedelta(days=(end.weekday() - 5) % 7)
    monitored = patients.filter(pl.col("monitored") & ~pl.col("new"))
    return pl.concat(
        [
            attended.with_columns(stage=stage).drop("place", "day_of_week"),
            monitored.with_columns(dos=pl.lit(saturday), stage=pl.lit("monitor")),
        ]
    ).sort("patient", "dos")
