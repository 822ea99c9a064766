"""A month of a therapy practice's visits and claims: synthetic, of any size, the same for the same seed.

    python bench/generate.py FOLDER [--visits 2000] [--seed 1] [--month 2026-03]

writes one CSV a clinic as its system exports it, the same in typed columns as Parquet (``parquet/``), the professional
claims as 837P, one clinic's visits as JSON, the practice's ``cleanclaim.toml`` and ``planted.csv``: which rule's error
was planted in which claim. The patients are in two halves: the claims of the clean half are right, in the other half
errors are planted (``faults.py``), each in the claim of a patient of its own.

Patients come by the week, after an evaluation, to one of the practice's clinics (``practice.py``); what is done on a
day follows Medicare's published use of codes (``code_mix.csv``), and units follow from the minutes by the oracle
(``plans.py``).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import polars as pl
from claim_lines import repeated, scheduled, with_threshold, with_totals, written
from courses import days_attended, month_end, patients
from exports import exported, professional, typed, visits_json
from plans import CODES, Occasion, Plan, plan
from planting import plant
from practice import CLINIC, CLINICS, LOCALITY, PAYER, configuration
from published import published
from write_837 import write_837

FIRST_DAY = date(2026, 3, 1)
VISITS_A_PATIENT = 8.8
PLANS_AN_OCCASION = 250


@dataclass(frozen=True)
class Month:
    """``lines`` has one row per service under the documented CSV names, and working columns that begin with ``_``.

    ``_clinic`` names the clinic, ``_half`` is clean or dirty. ``planted`` has rule and claim_id, one row per error;
    ``as_of`` is the day on which the claims are checked.
    """

    lines: pl.DataFrame
    planted: pl.DataFrame
    as_of: date

    def files(self, half: str | None = None) -> dict[str, pl.DataFrame]:
        """Return each clinic's rows with the columns that its system exports, of one half or both."""
        chosen = self.lines if half is None else self.lines.filter(pl.col("_half") == half)
        by_clinic = {name: chosen.filter(pl.col("_clinic") == name) for name in CLINIC}
        return {name: exported(rows, name) for name, rows in by_clinic.items() if rows.height}


def month(visits: int, seed: int = 1, first_day: date = FIRST_DAY, *, plant_errors: bool = True) -> Month:
    """Return about ``visits`` visits of the month that ``first_day`` begins.

    Raises ValueError where the month is too small to plant an error of each kind: 2,000 visits are
    enough for most seeds, 4,000 for all. Without ``plant_errors`` both halves are clean.

    >>> made = month(60, plant_errors=False)
    >>> made.planted.height, made.lines.columns[:3]
    (0, ['patient_id', 'visit_id', 'claim_id'])
    """
    draw = np.random.default_rng(seed)
    days = days_attended(patients(draw, max(4, round(visits / VISITS_A_PATIENT)), first_day), draw, first_day)
    rows = scheduled(_planned(days, draw, seed, first_day))
    lines = written(with_threshold(rows, first_day), draw, first_day)
    as_of = month_end(first_day) + timedelta(days=110)
    lines = repeated(lines, draw)
    if not plant_errors:
        return Month(lines, pl.DataFrame(schema={"rule": pl.String, "claim_id": pl.String}), as_of)
    facts = published(first_day, CODES, *LOCALITY).facts
    timed = frozenset(code for code, values in facts.items() if values["pooled"])
    changed, planted = plant(lines, timed=timed, seed=seed, first_day=first_day, as_of=as_of)
    return Month(with_totals(changed), planted, as_of)


def _planned(days: pl.DataFrame, draw: np.random.Generator, seed: int, first_day: date) -> pl.DataFrame:
    """One row per service: each day takes one of the plans made for its occasion."""
    days = days.with_columns(
        institutional=pl.col("clinic").is_in([c.name for c in CLINICS if c.institutional]),
        draw=pl.Series(draw.integers(0, PLANS_AN_OCCASION, size=days.height)),
    )
    occasion = ["payer", "institutional", "lane", "stage"]
    counts = days.group_by(occasion).len().sort(occasion)
    tables = published(first_day, CODES, *LOCALITY)
    plans: list[dict[str, Any]] = []
    for payer, institutional, lane, stage, count in counts.iter_rows():
        for number in range(min(count, PLANS_AN_OCCASION)):
            which = Occasion(payer, institutional, lane, stage)
            made = plan(Random(f"{seed} {which} {number}"), which, PAYER[payer], tables)
            plans += _numbered(made, which, number)
    made_plans = pl.DataFrame(plans, infer_schema_length=None)
    taken = days.join(counts, on=occasion).with_columns(
        number=pl.col("draw") % pl.min_horizontal("len", PLANS_AN_OCCASION)
    )
    return taken.join(made_plans, on=[*occasion, "number"]).sort("person", "dos", _file(), "patient", "place")


def _file() -> pl.Expr:
    """The place of a clinic's file among the files: lines of one day are read in that order."""
    return pl.col("clinic").replace_strict({name: place for place, name in enumerate(CLINIC)})


def _numbered(made: Plan, which: Occasion, number: int) -> Iterator[dict[str, Any]]:
    for place, row in enumerate(made.rows):
        yield {**which._asdict(), "number": number, "place": place, "length": made.length, **row}


def write(made: Month, folder: Path) -> None:
    """Write the month into ``folder``: CSV and Parquet for each clinic, 837P, JSON, configuration, what was planted."""
    folder.mkdir(parents=True, exist_ok=True)
    files = made.files()
    for name, rows in files.items():
        rows.write_csv(folder / f"{name}.csv")
        (folder / "parquet").mkdir(exist_ok=True)
        typed(rows).write_parquet(folder / "parquet" / f"{name}.parquet")
    (folder / "claims.837").write_bytes(write_837(professional(files)))
    (folder / "north.json").write_text(json.dumps(visits_json(files["north"]), indent=1))
    (folder / "cleanclaim.toml").write_text(configuration())
    made.planted.write_csv(folder / "planted.csv")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="A month of a therapy practice, synthetic.")
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--visits", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--month", default="2026-03")
    given = arguments.parse_args()
    write(month(given.visits, given.seed, date.fromisoformat(f"{given.month}-01")), given.folder)
