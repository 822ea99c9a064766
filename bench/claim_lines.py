"""The lines of a month's claims: clinicians and clocks, the year to date, numbers and dates, claims sent again."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from courses import month_end
from plans import CODES
from practice import CLINICS, DIAGNOSES, DISCIPLINES, PAYERS, REVENUE, SUPPLEMENT, charge, npis

from cleanclaim.codes import params

_DAY_MINUTES = 540
_OPENS = 480
_SHARE_REPEATED = {"secondary": 0.04, "replaced": 0.02, "voided": 0.01}
NAMES = (
    "patient_id", "visit_id", "claim_id", "payer", "dos", "dos_end", "received", "code", "modifiers", "units",
    "minutes", "by", "start", "stop", "charge", "place_of_service", "bill_type", "revenue_code", "diagnoses",
    "pointers",
    "rendering_npi", "billing_npi", "credential", "referring_npi", "attending_npi", "occurrence_codes", "ytd_pt_slp",
    "ytd_ot", "abn_on_file", "plan_of_care", "reading_days", "sequence", "frequency", "original_reference",
)  # fmt: skip


def scheduled(rows: pl.DataFrame) -> pl.DataFrame:
    """Lay each day's visits on the clocks of crews, one patient after the other, and name the clinicians."""
    visits = rows.unique(["patient", "dos"], keep="first", maintain_order=True).select(
        "patient", "dos", "clinic", "lane", "length"
    )
    lane = ["clinic", "lane", "dos"]
    before = pl.col("length").cum_sum().over(lane) - pl.col("length")
    visits = visits.with_columns(before=before).with_columns(crew=pl.col("before") // _DAY_MINUTES)
    opens = _OPENS + pl.col("before") - pl.col("before").min().over(*lane, "crew")
    timed = rows.join(
        visits.select("patient", "dos", "crew", opens=opens), on=["patient", "dos"], maintain_order="left"
    )
    starts = pl.when("fixed").then(0).otherwise("opens")
    timed = timed.with_columns(pl.col("start") + starts, pl.col("stop") + starts)
    who = timed.select("clinic", "lane", "crew", "discipline").unique().sort(pl.all())
    who = who.with_columns(rendering_npi=pl.Series(npis(30_000_000 + np.arange(who.height))))
    return timed.join(who, on=["clinic", "lane", "crew", "discipline"], maintain_order="left")


def with_threshold(rows: pl.DataFrame, first_day: date) -> pl.DataFrame:
    """Add the year to date before each visit, and KX on Medicare's lines that bring it above the threshold."""
    limit = {
        "OT": params.value("kx_threshold_ot_cents", first_day),
        "PT+SLP": params.value("kx_threshold_pt_slp_cents", first_day),
    }
    bucket = pl.when(pl.col("discipline") == "OT").then(pl.lit("OT")).otherwise(pl.lit("PT+SLP"))
    medicare = pl.col("payer") == PAYERS[0].name
    of_visit = ["person", "bucket"]
    therapy = pl.col("discipline").is_in(list(DISCIPLINES))
    rows = rows.with_columns(
        bucket=bucket,
        cents=pl.when(medicare).then("cents").otherwise(0),
        ytd_cents=pl.col("ytd_cents").first().over("person"),
    )
    # a window within a window would run by the outer one
    rows = rows.with_columns(running=pl.col("ytd_cents") + pl.col("cents").cum_sum().over(of_visit))
    rows = rows.with_columns(day_before=(pl.col("running") - pl.col("cents")).first().over(*of_visit, "dos"))
    above = pl.col("running") > pl.col("bucket").replace_strict(limit, return_dtype=pl.Int64)
    liable = pl.col("modifiers").str.contains("GY")
    kx = medicare & therapy & above & ~pl.col("maintenance") & ~liable & (pl.col("cents") > 0)
    of_bucket = {
        name: pl.when(pl.col("bucket") == which).then("day_before").max().over("person", "dos")
        for name, which in (("ytd_pt_slp", "PT+SLP"), ("ytd_ot", "OT"))
    }
    ga = medicare & therapy & pl.col("maintenance") & ~liable
    return rows.with_columns(
        modifiers=pl.col("modifiers")
        + pl.when(ga).then(pl.lit(" GA")).when(kx).then(pl.lit(" KX")).otherwise(pl.lit("")),
        abn_on_file=pl.when(medicare).then(pl.when(pl.col("maintenance")).then(pl.lit("yes")).otherwise(pl.lit("no"))),
        **{name: pl.when(medicare).then(dollars(cents)) for name, cents in of_bucket.items()},
    )


def dollars(cents: pl.Expr) -> pl.Expr:
    return pl.format("{}.{}", cents // 100, (cents % 100).cast(pl.String).str.zfill(2))


def written(rows: pl.DataFrame, draw: np.random.Generator, first_day: date) -> pl.DataFrame:
    """The rows under the documented names, as the claims and the clinics' systems have them."""
    institutional = pl.col("institutional")
    referring = npis(20_000_000 + np.arange(60))
    end = month_end(first_day)
    lag = pl.Series(draw.integers(1, 12, size=rows["patient"].max() + 1))  # type: ignore[operator]
    delay = pl.col("patient").replace_strict(range(len(lag)), lag, return_dtype=pl.Int64)
    disciplines = pl.col("lane").str.split("+")
    list_of = pl.col("lane").str.split("+").list.first()
    rows = rows.with_columns(
        units=pl.col("units").cast(pl.Float64),
        charge=pl.col("units") * pl.col("code").replace_strict({code: float(charge(code)) for code in CODES}),
    )
    claim = (
        pl.when(institutional)
        .then(pl.format("{}-{}", pl.col("patient"), pl.lit(f"{first_day:%y%m}")))
        .otherwise(pl.format("{}-{}-{}", "patient", pl.col("dos").dt.to_string("%y%m%d"), "discipline"))
    )
    evaluation = pl.col("code").is_in(["97161", "97162", "97163", "97165", "97166", "97167", "92523", "92610"])
    revenue = pl.col("discipline").replace_strict(REVENUE, default=None) + pl.when(evaluation).then(
        pl.lit("4")
    ).otherwise(pl.lit("0"))
    rows = rows.with_columns(
        patient_id=pl.format("P{}", "person"),
        visit_id=pl.format("V{}-{}-{}", "patient", pl.col("dos").dt.to_string("%y%m%d"), "discipline"),
        claim_id="C" + claim,
        received=pl.when(institutional)
        .then(pl.lit(end) + pl.duration(days=delay))
        .otherwise(pl.col("dos") + pl.duration(days=delay)),
        place_of_service=pl.when(~institutional).then(
            pl.when(pl.col("stage") == "telehealth").then(pl.lit("10")).otherwise(pl.lit("11"))
        ),
        bill_type=pl.col("clinic").replace_strict({c.name: c.bill_type for c in CLINICS}),
        billing_npi=pl.col("clinic").replace_strict({c.name: c.npi for c in CLINICS}),
        rendering_npi=pl.when(~institutional).then("rendering_npi"),
        credential=pl.col("discipline"),
        referring_npi=pl.when(~institutional & (pl.col("lane") != "DC")).then(_of(referring, pl.col("referring"))),
        attending_npi=pl.when(institutional).then(_of(referring, pl.col("referring"))),
        revenue_code=pl.when(institutional).then(revenue),
        diagnoses=pl.concat_str(_diagnosis(list_of, 0), _diagnosis(list_of, 1), separator=" "),
        pointers=pl.when(~institutional).then(pl.when(pl.col("place") == 0).then(pl.lit("1 2")).otherwise(pl.lit("1"))),
        occurrence_codes=pl.when(institutional).then(_occurrences(disciplines)),
        plan_of_care=pl.when(pl.col("discipline") != "DC").then(pl.lit("yes")),
        reading_days=pl.when(pl.col("code") == "98977").then(16 + pl.col("patient") % 15).cast(pl.Int64),
        sequence=pl.lit("P"),
        frequency=pl.lit("1"),
        original_reference=pl.lit(None, dtype=pl.String),
        dos_end=pl.lit(None, dtype=pl.Date),
    )
    return with_totals(rows.select(*NAMES, _clinic="clinic", _half="_half", _kind="kind", _stage="stage", _lane="lane",
                                   _discipline="discipline", _partner="partner", _new="new",
                                   _off=pl.lit(0.0), _repeats=pl.lit(False)))  # fmt: skip


def _of(values: list[str], place: pl.Expr) -> pl.Expr:
    return place.replace_strict(range(len(values)), values, return_dtype=pl.String)


def _diagnosis(discipline: pl.Expr, further: int) -> pl.Expr:
    """The patient's diagnosis of the list of a discipline, and the one after it."""
    found = pl.lit(None, dtype=pl.String)
    for name, codes in DIAGNOSES.items():
        place = (pl.col("diagnosis") + further * (1 + pl.col("patient") % 3)) % len(codes)
        found = pl.when(discipline == name).then(_of(list(codes), place)).otherwise(found)
    return found


def _occurrences(disciplines: pl.Expr) -> pl.Expr:
    """Onset, and for each discipline the first treatment and the plan: this month's, or two months ago."""
    began = (
        pl.when("new")
        .then(pl.col("dos").min().over("patient"))
        .otherwise(pl.col("dos").min().over("patient") - pl.duration(days=40))
    )
    parts = [pl.format("11:{}", began - pl.duration(days=10))]
    for name, start, plan_code in (("PT", "35", "29"), ("OT", "44", "17"), ("SLP", "45", "30")):
        there = disciplines.list.contains(name)
        parts.append(pl.when(there).then(pl.format(f"{start}:{{}} {plan_code}:{{}}", began, began)))
    parts.append(pl.when("maintenance").then(pl.format("32:{}", began)))
    return pl.concat_str(parts, separator=" ", ignore_nulls=True)


def with_totals(lines: pl.DataFrame) -> pl.DataFrame:
    """Return ``lines`` with the total charge of each claim."""
    claim = ("claim_id", "sequence", "frequency")
    return lines.with_columns(claim_charge=pl.col("charge").sum().over(claim) + pl.col("_off").max().over(claim))


def repeated(lines: pl.DataFrame, draw: np.random.Generator) -> pl.DataFrame:
    """Add copies to a supplement, and claims that a replacement or a void has taken away."""
    claims = lines.select("claim_id", "payer", "patient_id", "_kind", "bill_type").unique(
        "claim_id", maintain_order=True
    )
    chance = pl.Series("chance", draw.random(claims.height))
    claims = claims.with_columns(chance)
    medicare = pl.col("payer") == PAYERS[0].name
    edges = np.cumsum(list(_SHARE_REPEATED.values()))
    second = claims.filter(medicare & (pl.col("chance") < edges[0]))["claim_id"].implode()
    replaced = claims.filter(pl.col("chance").is_between(edges[0], edges[1]))["claim_id"].implode()
    voided = claims.filter(pl.col("chance").is_between(edges[1], edges[2]))["claim_id"].implode()
    lines = lines.with_columns(
        _repeats=pl.col("claim_id").is_in(pl.concat([second, replaced, voided]).explode().implode())
    )
    later = pl.col("received") + pl.duration(days=12)
    billed = pl.col("charge").is_not_null()
    secondary = lines.filter(pl.col("claim_id").is_in(second)).with_columns(
        payer=pl.lit(SUPPLEMENT.name), sequence=pl.lit("S"), received=later
    )
    # the claim as first sent had a unit too many on every line
    wrong = lines.filter(pl.col("claim_id").is_in(replaced) & billed).with_columns(
        pl.col("units") + 1, charge=pl.col("charge") // pl.col("units") * (pl.col("units") + 1)
    )
    right = lines.filter(pl.col("claim_id").is_in(replaced)).with_columns(
        frequency=pl.lit("7"),
        original_reference="claim_id",
        received=later,
        bill_type=pl.col("bill_type").str.head(2) + "7",
    )
    void = lines.filter(pl.col("claim_id").is_in(voided)).with_columns(
        frequency=pl.lit("8"),
        original_reference="claim_id",
        received=later,
        bill_type=pl.col("bill_type").str.head(2) + "8",
    )
    kept = lines.filter(~pl.col("claim_id").is_in(replaced))
    place = pl.int_range(pl.len(), dtype=pl.Int64)
    whole = pl.concat([kept, wrong, right, void, secondary])
    return with_totals(whole).with_columns(_place=place).sort("patient_id", "_place").drop("_place")
