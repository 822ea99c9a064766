"""Fee schedule: relative values and status by release, geographic indices by year, and the fee facts of each day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from tables.read import text_csv

# A release is named rvu, year, letter, and a suffix that varies; the letter tells the day it takes effect.
RELEASE_DAYS = {"a": (1, 1), "ar": (3, 9), "b": (4, 1), "c": (7, 1), "d": (10, 1)}
LATEST_FULL = date(2024, 7, 1)
VALUES = ["work_rvu", "pe_rvu", "mp_rvu"]
FEE = ["fee_status", "mult_proc", *VALUES, "national_fee_cents", "fee_age"]
THERAPY_REDUCTION = "5"
GPCI_YEARS = (2020, 2021, 2022, 2023, 2024, 2026)


def build(folder: Path) -> dict[str, pl.DataFrame]:
    """Return ``fee_schedule`` (one row per code and release) and ``gpci`` (one row per locality and year)."""
    releases = pl.concat(
        [
            *(_full_release(folder / f"mpfs_{year}.csv") for year in range(2020, 2025)),
            _outside_the_family(folder),
            _values_only(folder, 2019),
            _values_only(folder, 2025),
            _national_rates(folder),
        ],
        how="diagonal",
    )
    order = ["code", "release", "first_day", "last_day", "status", *VALUES, "mult_proc", "national_fee_cents"]
    return {"fee_schedule": releases.select(order).sort("code", "first_day"), "gpci": _gpci(folder)}


def _full_release(path: Path) -> pl.DataFrame:
    """Official releases of one year; rows of a component modifier (26, TC, 53) are other services, and left out."""
    rows = text_csv(path).filter(pl.col("mod").is_null())
    names = rows["release"].unique().sort().to_list()
    year = 2000 + int(names[0][3:5])
    days = {n: date(year, *RELEASE_DAYS[n.split("_")[0][5:]]) for n in names}
    starts = sorted(days.values())
    # A release stands until the next one; without the October release the July one ends with September.
    closing = date(year, 12, 31) if date(year, 10, 1) in starts else date(year, 9, 30)
    ends = dict(zip(starts, [*starts[1:], None], strict=True))
    spans = pl.DataFrame(
        {
            "release": names,
            "first_day": [days[n] for n in names],
            "next_day": pl.Series([ends[days[n]] for n in names], dtype=pl.Date),
        }
    ).with_columns(last_day=pl.col("next_day").dt.offset_by("-1d").fill_null(closing))
    return (
        rows.join(spans, on="release")
        .with_columns(release="RVU" + pl.col("release").str.slice(3).str.split("_").list.first().str.to_uppercase())
        .select("code", "release", "first_day", "last_day", "status", *_values(), _mult("mult_proc"))
    )


def _values(pe: str = "pe_nonfac") -> list[pl.Expr]:
    """Work, non-facility practice expense and malpractice: therapy is priced at the non-facility value everywhere."""
    named = zip(VALUES, ("work", pe, "mp"), strict=True)
    return [pl.col(old).cast(pl.Float64).alias(new) for new, old in named]


def _mult(column: str) -> pl.Expr:
    return (pl.col(column) == THERAPY_REDUCTION).alias("mult_proc")


def _outside_the_family(folder: Path) -> pl.DataFrame:
    """The catalogue's codes that the extracts were not cut for: their values of the July 2024 release."""
    catalogue = text_csv(folder / "code_catalogue.csv").filter(pl.col("mpfs_status_2024").is_not_null())
    listed = text_csv(folder / "mpfs_2024.csv")
    return catalogue.join(listed, on="code", how="anti").select(
        "code",
        pl.lit("RVU24C").alias("release"),
        pl.lit(LATEST_FULL).alias("first_day"),
        pl.lit(date(2024, 9, 30)).alias("last_day"),
        status="mpfs_status_2024",
        work_rvu=pl.col("work_2024").cast(pl.Float64),
        pe_rvu=pl.col("pe_nonfac_2024").cast(pl.Float64),
        mp_rvu=pl.col("mp_2024").cast(pl.Float64),
        mult_proc=pl.col("mppr_2024") == "1",
    )


def _values_only(folder: Path, year: int) -> pl.DataFrame:
    """October release of a year for which status and indicators are not in hand.

    That copy kept one row a code, whatever the modifier: codes with component rows carry the wrong values there.
    """
    with_components = pl.concat(
        [text_csv(folder / f"mpfs_{y}.csv").filter(pl.col("mod").is_not_null()) for y in range(2020, 2025)],
        how="diagonal",
    )["code"].unique()
    rows = text_csv(folder / f"mpfs_{year}_psuncode.csv").filter(~pl.col("code").is_in(with_components.implode()))
    return rows.select(
        "code",
        pl.lit(f"RVU{year - 2000}D").alias("release"),
        pl.lit(date(year, 10, 1)).alias("first_day"),
        pl.lit(date(year, 12, 31)).alias("last_day"),
        *_values(),
    )


def _national_rates(folder: Path) -> pl.DataFrame:
    """2026: status and national non-facility rate only."""
    days = {
        "RVU26C": (date(2026, 7, 1), date(2026, 9, 30)),
        "RVU26D": (date(2026, 10, 1), date(2026, 12, 31)),
    }
    spans = pl.DataFrame(
        {"release": list(days), "first_day": [d[0] for d in days.values()], "last_day": [d[1] for d in days.values()]}
    )
    cents = pl.col("nonfac_national").str.replace(".", "", literal=True).cast(pl.Int64)
    rates = text_csv(folder / "mpfs_2026_rates_priorpath.csv")
    assert rates["nonfac_national"].str.contains(r"^\d+\.\d\d$").all()
    return rates.join(spans, on="release").select(
        "code", "release", "first_day", "last_day", "status", national_fee_cents=cents
    )


def _gpci(folder: Path) -> pl.DataFrame:
    parts = []
    for year in GPCI_YEARS:
        index = [pl.col(name).cast(pl.Float64).alias(f"gpci_{name}") for name in ("work", "pe", "mp")]
        parts.append(
            text_csv(folder / f"gpci_{year}.csv").select(
                pl.col("mac").str.zfill(5),
                pl.col("locality").str.zfill(2),
                pl.col("state"),
                pl.col("locality_name").str.strip_chars(" *").alias("name"),
                *index,
                pl.lit(date(year, 1, 1)).alias("first_day"),
                pl.lit(date(year, 12, 31)).alias("last_day"),
            )
        )
    states = pl.concat(parts).filter(pl.col("state").is_not_null()).unique(["mac", "locality"], keep="last")
    found = pl.concat(parts).join(states.select("mac", "locality", known="state"), on=["mac", "locality"], how="left")
    return found.with_columns(state=pl.coalesce("state", "known")).drop("known").sort("first_day", "mac", "locality")


def spans(table: pl.DataFrame) -> pl.DataFrame:
    """Return one row per code and span of days with its fee facts; ``fee_age`` says what in them is of another date."""
    full = table.filter(pl.col("mult_proc").is_not_null()).rename({"status": "fee_status"})
    latest = full.filter(pl.col("release") == "RVU24C")
    kept = latest.select("code", "fee_status", "mult_proc")
    oldest = full.filter(pl.col("release") == "RVU20A").select("code", "mult_proc")
    parts = [
        _over(table.filter(pl.col("release") == "RVU19D").select("code", *VALUES).join(oldest, on="code", how="left"),
              date(2019, 1, 1), date(2019, 12, 31),
              "relative values of the October 2019 release; reduction indicator of January 2020"),
        full,
        _over(latest, date(2024, 10, 1), date(2024, 12, 31), "fee schedule release of July 2024"),
        *_year_2025(table, kept),
        *_from_2026(table, kept),
    ]  # fmt: skip
    columns = [pl.col(n) for n in ("code", "first_day", "last_day")]
    schema = dict.fromkeys(VALUES, pl.Float64()) | {
        "fee_status": pl.String(),
        "mult_proc": pl.Boolean(),
        "national_fee_cents": pl.Int64(),
        "fee_age": pl.String(),
    }
    filled = [
        p.select(
            *columns,
            *(pl.col(n).cast(schema[n]) if n in p.columns else pl.lit(None, dtype=schema[n]).alias(n) for n in FEE),
        )
        for p in parts
    ]
    # Zero in all three is no price: the contractor sets it, or there is none.
    priced = pl.sum_horizontal(VALUES) > 0
    return pl.concat(filled).with_columns(pl.when(priced).then(pl.col(VALUES))).sort("code", "first_day")


def _over(rows: pl.DataFrame, first: date, last: date | None, age: str) -> pl.DataFrame:
    return rows.with_columns(
        first_day=pl.lit(first, dtype=pl.Date), last_day=pl.lit(last, dtype=pl.Date), fee_age=pl.lit(age)
    )


def _year_2025(table: pl.DataFrame, kept: pl.DataFrame) -> list[pl.DataFrame]:
    values = table.filter(pl.col("release") == "RVU25D").select("code", *VALUES)
    year = (date(2025, 1, 1), date(2025, 12, 31))
    valued = values.join(kept, on="code", how="left")
    known, new = valued.filter(pl.col("fee_status").is_not_null()), valued.filter(pl.col("fee_status").is_null())
    return [
        _over(known, *year, "relative values of the October 2025 release; status and indicator of July 2024"),
        _over(new, *year, "relative values of the October 2025 release"),
        _over(kept.join(values, on="code", how="anti"), *year, "status and indicator of July 2024"),
    ]


def _from_2026(table: pl.DataFrame, kept: pl.DataFrame) -> list[pl.DataFrame]:
    rates = (
        table.filter(pl.col("release") == "RVU26C")
        .select("code", "national_fee_cents", fee_status="status")
        .join(kept.select("code", "mult_proc"), on="code", how="left")
    )
    later = table.filter(pl.col("release") == "RVU26D").select("code", "national_fee_cents", fee_status="status")
    later = later.join(kept.select("code", "mult_proc"), on="code", how="left")
    return [
        _over(rates, date(2026, 1, 1), date(2026, 6, 30),
              "national rate and status of the July 2026 release; reduction indicator of July 2024"),
        _over(rates, date(2026, 7, 1), date(2026, 9, 30), "reduction indicator of July 2024"),
        _over(later, date(2026, 10, 1), date(2026, 12, 31), "reduction indicator of July 2024"),
        _over(later.drop("national_fee_cents"), date(2027, 1, 1), None,
              "status of October 2026; reduction indicator of July 2024"),
        _over(kept.join(rates, on="code", how="anti"), date(2026, 1, 1), None, "status and indicator of July 2024"),
    ]  # fmt: skip
