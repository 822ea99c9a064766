"""Service lines of outpatient therapy visits, any number, seeded: what the rules are measured on."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

# share of lines by code, after the published order of use; units follow from the minutes
_CODES = {
    "97110": 0.30, "97530": 0.22, "97140": 0.16, "97112": 0.15, "97116": 0.05, "97535": 0.04,
    "97150": 0.02, "97035": 0.02, "G0283": 0.02, "97161": 0.01, "97165": 0.01,
}  # fmt: skip
_EVALUATIONS = ("97161", "97165")
_UNTIMED = ("97150", "G0283", *_EVALUATIONS)
_GROUP = "97150"
_DENIED_BESIDE_GROUP = ("97110", "97112", "97116", "97140", "97530", "97535")


def make_lines(lines: int, seed: int = 1, first: int = 0) -> pl.DataFrame:
    """Return about ``lines`` CSV-shaped rows (about 2.6 a visit) under the documented column names.

    About one visit in twelve has a planted fault: units past the minutes, or a missing discipline modifier. One in
    eight is an assistant's; half of those with a group carry 59 on what the group's pair edits deny. A service whose
    minutes earn no unit is given and not billed. ``first`` is the number of the first visit, a multiple of 120: a
    patient comes twelve times, and what a visit is hangs on its number.

    >>> make_lines(100).columns[:4]
    ['visit_id', 'claim_id', 'patient_id', 'payer']
    """
    draw = np.random.default_rng(seed)
    visits = max(1, round(lines / 2.607))
    per_visit = draw.choice([2, 3, 4, 5], size=visits, p=[0.15, 0.5, 0.25, 0.1])
    visit = np.repeat(np.arange(visits), per_visit)
    names = np.array(list(_CODES))
    code = names[draw.choice(len(names), size=len(visit), p=np.array(list(_CODES.values())))]
    physical, occupational = _EVALUATIONS
    evaluation = pl.when(pl.col("visit") % 5 == 0).then(pl.lit(occupational)).otherwise(pl.lit(physical))
    frame = (
        pl.DataFrame({"visit": visit, "code": code})
        .with_columns(code=pl.when(pl.col("code").is_in(_EVALUATIONS)).then(evaluation).otherwise("code"))
        .unique(["visit", "code"], maintain_order=True)
    )
    count = frame.height
    visit = frame["visit"].to_numpy()
    untimed = frame["code"].is_in(_UNTIMED).to_numpy()
    minutes = np.where(untimed, 20, draw.choice([8, 10, 12, 15, 15, 18, 23, 24, 30, 31], size=count))
    ordinal = pl.int_range(pl.len()).over("visit")
    first_day = date(2024, 7, 1).toordinal() - date(1970, 1, 1).toordinal()
    faulty = draw.random(visits) < 1 / 12
    built = frame.with_columns(
        minutes=pl.Series(minutes),
        occupational=pl.col("visit") % 5 == 0,
        faulty=pl.Series(faulty[visit]),
        first=ordinal == 0,
    )
    timed = ~pl.col("code").is_in(_UNTIMED)
    total = pl.col("minutes").filter(timed).sum().over("visit")
    allowed = pl.when(total < 8).then(0).otherwise((total + 7) // 15)
    base = pl.when(timed).then(pl.col("minutes") // 15).otherwise(0)
    rest = pl.when(timed).then(pl.col("minutes") % 15).otherwise(-1)
    rank = rest.rank("ordinal", descending=True).over("visit")
    units = pl.when(timed).then(base + (rank <= allowed - base.sum().over("visit")).cast(pl.Int64)).otherwise(1)
    modifier = pl.when("occupational").then(pl.lit("GO")).otherwise(pl.lit("GP"))
    by_assistant = (pl.col("visit") % 8 == 3) & ~pl.col("code").is_in(_EVALUATIONS)
    mark = pl.when(by_assistant).then(pl.when("occupational").then(pl.lit(" CO")).otherwise(pl.lit(" CQ")))
    grouped = (pl.col("code") == _GROUP).any().over("visit") & pl.col("code").is_in(_DENIED_BESIDE_GROUP)
    bypass = pl.when(grouped & (pl.col("visit") % 2 == 0)).then(pl.lit(" 59"))
    therapist = pl.when("occupational").then(pl.lit("OT")).otherwise(pl.lit("PT"))
    return (
        built.with_columns(
            visit=pl.col("visit") + first, units=units + (pl.col("faulty") & pl.col("first") & timed).cast(pl.Int64)
        )
        .with_columns(units=pl.when(pl.col("units") > 0).then("units"))
        .select(
            visit_id=pl.format("V{}", pl.col("visit")),
            claim_id=pl.format("C{}", pl.col("visit")),
            patient_id=pl.format("P{}", pl.col("visit") // 12),
            payer=pl.lit("medicare"),
            dos=(first_day + (pl.col("visit") % 12) * 7 + pl.col("visit") // 12 % 5).cast(pl.Int32).cast(pl.Date),
            place_of_service=pl.lit("11"),
            code="code",
            modifiers=pl.when(~pl.col("faulty") | timed).then(modifier + mark.fill_null("") + bypass.fill_null("")),
            units="units",
            minutes="minutes",
            by=therapist + pl.when(by_assistant).then(pl.lit("A")).otherwise(pl.lit("")),
            charge=pl.col("units") * 60,
            diagnoses=pl.lit("M54.50 M25.561"),
            rendering_npi=pl.lit("1245319599"),
            billing_npi=pl.lit("1234567893"),
            referring_npi=pl.lit("1003000126"),
        )
    )
