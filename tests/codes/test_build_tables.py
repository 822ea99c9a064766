"""The builders: the shipped tables are what the published extracts give, and nothing of them was lost."""

from __future__ import annotations

import sys
import tomllib
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cleanclaim.codes import tables
from cleanclaim.codes.imports import code_periods

ROOT = Path(__file__).parents[2]
EXTRACTS = ROOT.parent / "shared/data"
sys.path.insert(0, str(ROOT / "tools"))

import build_tables  # noqa: E402
from tables import pairs  # type: ignore[import-not-found]  # noqa: E402

needs_extracts = pytest.mark.skipif(not EXTRACTS.is_dir(), reason="the folder of published extracts is not here")


@pytest.fixture(scope="module")
def built() -> dict[str, pl.DataFrame]:
    return build_tables.build(EXTRACTS)


@needs_extracts
def test_the_shipped_tables_are_what_the_extracts_give(built: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    assert sorted(built) == [source.name for source in tables.sources()]
    for name, frame in built.items():
        assert_frame_equal(frame, tables.load(name))
    build_tables.write(built, tmp_path)
    fresh = tomllib.loads((tmp_path / "SOURCES.toml").read_text("utf-8"))
    shipped = tomllib.loads((tables.FOLDER / "SOURCES.toml").read_text("utf-8"))
    if fresh["written_with"] == shipped["written_with"]:
        assert fresh == shipped


@needs_extracts
@pytest.mark.parametrize(
    ("table", "name"), [("practitioner", "ptp_practitioner_2024q3.csv"), ("hospital", "ptp_outpatient_2024q3.csv")]
)
def test_no_pair_row_of_the_complete_release_is_lost(table: str, name: str) -> None:
    given = pl.read_csv(EXTRACTS / name, infer_schema=False)
    kept = tables.load("ncci_pairs").filter(pl.col("table") == table, pl.col("release") == date(2024, 7, 1))
    columns = ["column_one", "column_two", "deleted", "indicator"]
    expected = given.select(
        column_one="column1",
        column_two="column2",
        deleted=pl.col("deleted").str.to_date("%Y%m%d"),
        indicator=pl.col("modifier_indicator").cast(pl.Int8),
    )
    texts = kept.with_columns(pl.col("column_one", "column_two").cast(pl.String))
    assert_frame_equal(texts.select(columns), expected, check_row_order=False)


@needs_extracts
def test_the_later_release_bears_out_the_complete_one() -> None:
    """Every row that could be compared agrees; the counts shown to users are these."""
    later = pl.read_csv(EXTRACTS / "ptp_practitioner_2026q4_subset.csv", infer_schema=False)
    complete = pl.read_csv(EXTRACTS / "ptp_practitioner_2024q3.csv", infer_schema=False)
    key = ["column1", "column2", "deleted", "modifier_indicator"]
    assert later.join(complete, on=key, how="semi", nulls_equal=True).height == 247
    hospital = pl.read_csv(EXTRACTS / "ptp_outpatient_2026q4_partial.csv", infer_schema=False)
    active = pl.read_csv(EXTRACTS / "ptp_outpatient_2024q3.csv", infer_schema=False).filter(pl.col("deleted").is_null())
    compared = hospital.join(active, on=["column1", "column2"], how="semi")
    assert compared.join(active, on=["column1", "column2", "modifier_indicator"], how="semi").height == 2740
    stated = tables.load("ncci_coverage").select("table", "rows_compared", "rows_agreeing", "rows_added").rows()
    assert stated == [("practitioner", 247, 247, 0), ("hospital", 2740, 2740, 176)]


@needs_extracts
def test_rows_that_follow_the_end_of_2019_came_back_in_october_2020() -> None:
    """What the builder takes for rows without a first day is so in each row that has one."""
    known = tables.load("ncci_pairs").filter(pl.col("table") == "practitioner").drop_nulls("effective")
    pair = ["column_one", "column_two"]
    ordered = known.sort(*pair, "deleted", nulls_last=True).with_columns(before=pl.col("deleted").shift().over(pair))
    restarted = ordered.filter(pl.col("before").is_between(date(2019, 12, 31), date(2020, 1, 1)))
    assert restarted["effective"].to_list() == [date(2020, 10, 1)] * 90


ROWS = pl.DataFrame(
    {
        "column_one": ["A", "A", "A", "B", "C", "C", "D", "D"],
        "column_two": ["B", "B", "B", "A", "D", "D", "E", "E"],
        "effective": [None, None, date(2010, 1, 1), None, None, None, None, None],
        "deleted": [
            *[date(2001, 6, 30), date(2005, 3, 31), date(2012, 12, 31), None],
            *[date(2019, 12, 31), None, date(2003, 7, 1), None],
        ],
        "indicator": [1, 0, 1, 1, 1, 1, 9, 1],
        "release": [date(2024, 7, 1)] * 8,
        "listed_later": [None] * 8,
    },
    schema_overrides={"effective": pl.Date, "listed_later": pl.Boolean, "indicator": pl.Int8},
)


def test_starts_follow_the_row_of_the_pair_before_in_either_direction() -> None:
    dated = pairs._dated(ROWS).sort("column_one", "deleted", nulls_last=True)
    assert dated.select("column_one", "starts", "known_from").rows() == [
        ("A", None, date(2001, 6, 30)),
        ("A", date(2001, 7, 1), date(2001, 7, 1)),
        ("A", date(2010, 1, 1), date(2010, 1, 1)),
        ("B", date(2013, 1, 1), date(2013, 1, 1)),
        ("C", None, date(2019, 12, 31)),
        ("C", date(2020, 1, 1), date(2020, 10, 1)),
        ("D", None, date(2003, 7, 1)),
        ("D", date(2003, 7, 2), date(2024, 7, 1)),
    ]


def test_a_maximum_holds_from_the_latest_release_and_says_its_age() -> None:
    releases = pl.DataFrame(
        {
            "code": ["A", "A"],
            "units": [4, 6],
            "mai": [3, 3],
            "first_day": [date(2024, 7, 1), date(2024, 10, 1)],
            "last_day": [date(2024, 9, 30), date(2024, 12, 31)],
        }
    )
    assert code_periods.maximum_spans(releases).select("units", "first_day", "last_day", "age").rows() == [
        (4, None, date(2024, 6, 30), "table of 2024-07-01"),
        (4, date(2024, 7, 1), date(2024, 9, 30), None),
        (6, date(2024, 10, 1), date(2024, 12, 31), None),
        (6, date(2025, 1, 1), None, "table of 2024-10-01"),
    ]


def test_a_folder_is_asked_for() -> None:
    with pytest.raises(SystemExit, match=r"usage: build_tables\.py FOLDER"):
        build_tables.main([])
