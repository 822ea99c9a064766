"""How the rows of imported releases are laid over each shipped table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

import polars as pl

from cleanclaim.codes import tables
from cleanclaim.codes.imports import code_periods
from cleanclaim.codes.imports.code_periods import FEE_FACTS, VALUES
from cleanclaim.codes.imports.csv_tables import CONTRACTOR_DEFINED
from cleanclaim.codes.imports.pair_edits import KEY
from cleanclaim.codes.imports.release import quarter_end
from cleanclaim.codes.imports.store import Entry
from cleanclaim.dated import DAWN, Periods

Release = tuple[Entry, pl.DataFrame]
PAIR_TABLES = ("practitioner", "hospital")
THERAPY_REDUCTION = "5"
"""The multiple-procedure indicator of the therapy reduction."""


def codes_taken() -> frozenset[str]:
    """Return the codes whose pair rows are kept of a national table: every code that another table has facts of."""
    listed = tables.shipped("code_periods")["code"], tables.shipped("ncci_family")["code"]
    return frozenset(pl.concat(listed).unique().to_list())


def pairs(
    releases: Sequence[Sequence[Entry]],
    read: Callable[[Entry], pl.DataFrame],
    codes: Callable[[str | None], frozenset[str]],
    until: date | None,
) -> dict[str, pl.DataFrame]:
    """Return ``ncci_pairs``, ``ncci_coverage`` and ``ncci_family`` (keyed table, code) with the newest whole tables."""
    shipped = tables.shipped("ncci_pairs").with_columns(pl.col("table", *KEY).cast(pl.String))
    coverage = tables.shipped("ncci_coverage")
    family = tables.shipped("ncci_family")["code"].to_list()
    rows, covered, families = [], [], []
    for table in PAIR_TABLES:
        own, stated = shipped.filter(pl.col("table") == table), coverage.filter(pl.col("table") == table)
        whole = stated["release"].item()
        newest = [parts for parts in releases if parts[0].table == table][-1:]
        # a release before the shipped one serves only a check under that release
        if newest and newest[0][0].first_day < whole and (until is None or until >= whole):
            newest = []
        if newest:
            entry = newest[0][0]
            laid, stated = _whole_table(own, stated, entry, pl.concat([read(part) for part in newest[0]]))
            rows.append(laid)
            families.append(pl.DataFrame({"table": table, "code": sorted(codes(entry.codes))}))
        else:
            rows.append(own)
            families.append(pl.DataFrame({"table": table, "code": family}))
        covered.append(stated)
    merged = pl.concat([part.select(shipped.columns) for part in rows])
    every = pl.concat([merged["column_one"], merged["column_two"]]).unique().sort()
    return {
        "ncci_pairs": merged.with_columns(
            pl.col("table").cast(pl.Enum(PAIR_TABLES)), pl.col(KEY).cast(pl.Enum(every))
        ).sort("table", *KEY, "deleted", nulls_last=True),
        "ncci_coverage": pl.concat(covered),
        "ncci_family": pl.concat(families),
    }


def _whole_table(
    own: pl.DataFrame, stated: pl.DataFrame, entry: Entry, rows: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of a whole table with what the shipped one knows of a later release, and its coverage."""
    last = quarter_end(entry.first_day)
    later = own.filter(pl.col("confirmed_through") > max(last, stated["complete_through"].item()))
    listed = [*KEY, "deleted", "indicator"]
    known = later.select(*listed, _later="confirmed_through")
    laid = (
        rows.join(known, on=listed, how="left", nulls_equal=True)
        .with_columns(
            table=pl.lit(entry.table),
            starts="effective",
            known_from="effective",
            release=pl.lit(entry.first_day),
            confirmed_through=pl.coalesce("_later", pl.lit(last)),
        )
        .drop("_later")
    )
    agreeing = later.join(rows, on=listed, how="semi", nulls_equal=True).height
    added = later.filter(pl.col("release") > entry.first_day).join(rows, on=KEY, how="anti")
    compared = later.height - added.height
    coverage = stated.with_columns(
        release=pl.lit(entry.first_day),
        complete_through=pl.lit(last),
        compared_release=pl.when(compared > 0).then("compared_release"),
        rows_compared=pl.lit(compared, dtype=pl.Int64),
        rows_agreeing=pl.lit(agreeing, dtype=pl.Int64),
        rows_added=pl.lit(added.height, dtype=pl.Int64),
    )
    return pl.concat([laid.select(own.columns), added]), coverage


def indices(releases: Sequence[Release]) -> pl.DataFrame:
    """Return ``gpci`` with the imported years in place of the shipped ones."""
    shipped = tables.shipped("gpci")
    years = [entry.first_day for entry, _ in releases]
    states = shipped.select("mac", "locality", _state="state").unique(["mac", "locality"], keep="last")
    laid = [
        rows.join(states, on=["mac", "locality"], how="left")
        .with_columns(
            state=pl.coalesce("state", "_state"),
            first_day=pl.lit(entry.first_day),
            last_day=pl.lit(entry.last_day),
        )
        .select(shipped.columns)
        for entry, rows in releases
    ]
    kept = shipped.filter(~pl.col("first_day").is_in(years))
    return pl.concat([kept, *laid]).sort("first_day", "mac", "locality")


def diagnoses(releases: Sequence[Release]) -> pl.DataFrame:
    """Return ``icd10cm`` with one set of rows per release, each with its days and name; newest last."""
    source = next(entry for entry in tables.shipped_sources() if entry.name == "icd10cm")
    dated = [(source.first_day, source.last_day, source.release, tables.shipped("icd10cm"))]
    # an imported release of the shipped one's year is the same list or a newer one
    dated = [d for d in dated if d[0] not in {entry.first_day for entry, _ in releases}]
    dated += [(entry.first_day, entry.last_day, entry.release, rows) for entry, rows in releases]
    return pl.concat(
        rows.select("code", "billable", first_day=pl.lit(first), last_day=pl.lit(last), release=pl.lit(name))
        for first, last, name, rows in sorted(dated, key=lambda d: d[0])
    ).sort("first_day", "code")


def codes(maximums: Sequence[Release], fees: Sequence[Release], addons: Sequence[Release]) -> dict[str, pl.DataFrame]:
    """Return the tables of facts about codes that these releases change, ``code_periods`` with them."""
    if not (maximums or fees or addons):
        return {}
    made: dict[str, pl.DataFrame] = {}
    facts = tables.shipped("code_periods")
    listed = facts["code"].unique()
    catalogue, limits = tables.shipped("therapy_codes"), tables.shipped("unit_maximums")
    if addons:
        catalogue = code_periods.with_addons(catalogue, _bases(catalogue, addons[-1]))
        made["therapy_codes"] = catalogue
    if maximums:
        limits = _maximums(limits, maximums, listed)
        made["unit_maximums"] = limits.drop_nulls("units")
    spans = _fee_spans(facts)
    if fees:
        made["fee_schedule"] = _fee_schedule(fees, listed)
        spans = _over_fees(spans, fees, listed)
    made["code_periods"] = code_periods.build(catalogue, listed, spans, limits)
    return made


def _bases(catalogue: pl.DataFrame, newest: Release) -> Mapping[str, str]:
    """The base codes of the catalogue's codes that are add-ons of type 1 in the newest list, in order."""
    entry, rows = newest
    in_force = pl.col("last_day").is_null() | (pl.col("last_day") >= entry.first_day)
    stated = (
        rows.filter(in_force, pl.col("type") == 1, pl.col("base") != CONTRACTOR_DEFINED)
        .filter(pl.col("addon").is_in(catalogue["code"].implode()))
        .sort("addon", "base")
        .group_by("addon", maintain_order=True)
        .agg(pl.col("base").unique(maintain_order=True).str.join(" "))
    )
    return dict(zip(stated["addon"], stated["base"], strict=True))


def _maximums(shipped: pl.DataFrame, releases: Sequence[Release], listed: pl.Series) -> pl.DataFrame:
    """Every release, one row per code of ``listed``: null units where a whole table has no maximum for it."""
    replaced = pl.DataFrame({"table": [e.table for e, _ in releases], "first_day": [e.first_day for e, _ in releases]})
    every = listed.alias("code").to_frame()
    laid = [
        every.join(rows, on="code", how="left").select(
            pl.lit(entry.table).alias("table"),
            "code",
            "units",
            "mai",
            pl.lit(entry.first_day).alias("first_day"),
            pl.lit(entry.last_day).alias("last_day"),
        )
        for entry, rows in releases
    ]
    kept = shipped.join(replaced, on=["table", "first_day"], how="anti")
    return pl.concat([kept, *laid]).sort("table", "code", "first_day")


def _fee_facts(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per code, component rows left out; three zeros are no price."""
    whole = rows.filter(pl.col("mod") == "")
    priced = pl.sum_horizontal(VALUES) > 0
    return whole.select(
        "code",
        fee_status="status",
        mult_proc=pl.col("mult_proc") == THERAPY_REDUCTION,
        **{name: pl.when(priced).then(name) for name in VALUES},
    )


def _fee_schedule(releases: Sequence[Release], listed: pl.Series) -> pl.DataFrame:
    shipped = tables.shipped("fee_schedule")
    laid = []
    for entry, rows in releases:
        whole = rows.filter((pl.col("mod") == "") & pl.col("code").is_in(listed.implode()))
        laid.append(
            whole.select(
                "code",
                *VALUES,
                status="status",
                mult_proc=pl.col("mult_proc") == THERAPY_REDUCTION,
                release=pl.lit(fee_release(entry.first_day)),
                first_day=pl.lit(entry.first_day),
                last_day=pl.lit(entry.last_day),
            )
        )
        shipped = shipped.filter(~pl.col("first_day").is_between(entry.first_day, entry.last_day))
    return pl.concat([shipped, *laid], how="diagonal").select(shipped.columns).sort("code", "first_day")


def fee_release(first_day: date) -> str:
    """Return CMS's name of a quarter's relative value file.

    >>> fee_release(date(2026, 10, 1))
    'RVU26D'
    """
    return f"RVU{first_day.year % 100:02d}{'ABCD'[first_day.month // 3]}"


def _fee_spans(facts: pl.DataFrame) -> pl.DataFrame:
    """The shipped fee facts by code and span of days."""
    ends = pl.col("first_day").shift(-1).over("code").dt.offset_by("-1d")
    return facts.sort("code", "first_day").select("code", "first_day", *FEE_FACTS, last_day=ends)


def _over_fees(shipped: pl.DataFrame, releases: Sequence[Release], listed: pl.Series) -> pl.DataFrame:
    """Lay imported fee schedules over the shipped facts.

    A release serves its quarter; the rest of its year has it with its age unless a release in hand is of the day; in
    later years only its status and indicator stand, and only where the shipped ones are older.
    """
    spoken = _fee_days(releases)
    cut = Periods.of_spans(shipped, spoken)
    grid = (
        listed.alias("code")
        .to_frame()
        .join(
            pl.DataFrame({"period": pl.Series(range(len(cut.starts)), dtype=pl.UInt32), "start": cut.starts}),
            how="cross",
        )
    )
    values = pl.concat(_fee_facts(rows).with_columns(of=pl.lit(entry.first_day)) for entry, rows in releases)
    latest = (
        tables.shipped("fee_schedule").filter(pl.col("status").is_not_null()).group_by("code")
        .agg(stated=pl.col("first_day").max())
    )  # fmt: skip
    both = (
        grid.join(cut.spread(shipped).drop("first_day", "last_day"), on=["code", "period"], how="left")
        .join(cut.spread(spoken).drop("first_day", "last_day"), on="period", how="left")
        .join(values, on=["code", "of"], how="left", suffix="_new")
        .join(latest, on="code", how="left")
    )
    of_the_day = pl.col("fee_age").is_null() & pl.col("fee_status").is_not_null()
    older = (pl.col("stated") <= pl.col("of")).fill_null(True) & pl.col("work_rvu").is_null()
    new = (
        pl.when(pl.col("mode") == "day").then(True)
        .when(pl.col("mode") == "year").then(~of_the_day)
        .when(pl.col("mode") == "after").then(~of_the_day & older)
        .otherwise(False)
    )  # fmt: skip
    kept = pl.col("mode") == "after"
    taken = [
        *(pl.when(new).then(f"{name}_new").otherwise(name).alias(name) for name in ("fee_status", "mult_proc")),
        *(pl.when(new).then(pl.when(~kept).then(f"{name}_new")).otherwise(name).alias(name) for name in VALUES),
        pl.when(~new).then("national_fee_cents").alias("national_fee_cents"),
        pl.when(new).then(pl.when(pl.col("fee_status_new").is_not_null()).then("said")).otherwise("fee_age")
        .alias("fee_age"),
    ]  # fmt: skip
    next_start = pl.col("start").shift(-1).over("code").dt.offset_by("-1d")
    return both.sort("code", "period").select(
        "code", *taken, first_day=pl.when(pl.col("start") > DAWN).then("start"), last_day=next_start
    )


def _fee_days(releases: Sequence[Release]) -> pl.DataFrame:
    """For each span of days from the first imported year on: the release that speaks for it, how, and in what words."""
    held = sorted((entry.first_day, entry.last_day) for entry, _ in releases)
    rows: list[dict[str, object]] = []

    def add(first: date, last: date | None, of: date, mode: str) -> None:
        if last is None or first <= last:
            name = fee_release(of)
            said = {"year": f"relative value file {name}", "after": f"status and indicator of {name}"}.get(mode)
            rows.append({"first_day": first, "last_day": last, "of": of, "mode": mode, "said": said})

    day = timedelta(days=1)
    for place, (first, last) in enumerate(held):
        if place == 0 or held[place - 1][0].year < first.year:
            add(date(first.year, 1, 1), first - day, first, "year")
        following = held[place + 1][0] if place + 1 < len(held) else None
        year_end = date(first.year, 12, 31)
        add(first, last, first, "day")
        if following is not None and following.year == first.year:
            add(last + day, following - day, first, "year")
            continue
        add(last + day, year_end, first, "year")
        add(year_end + day, None if following is None else date(following.year, 1, 1) - day, first, "after")
    schema = {"first_day": pl.Date, "last_day": pl.Date, "of": pl.Date, "mode": pl.String, "said": pl.String}
    return pl.DataFrame(rows, schema=schema)
