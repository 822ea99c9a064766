"""The shipped tables: each is described, unchanged since it was built, and small."""

from __future__ import annotations

import hashlib

import polars as pl
import pytest

from cleanclaim.codes import tables
from cleanclaim.errors import MissingTable

NAMES = [source.name for source in tables.sources()]


def test_each_file_has_a_source_and_each_source_a_file() -> None:
    assert sorted(path.stem for path in tables.FOLDER.glob("*.parquet")) == sorted(NAMES)
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("source", tables.sources(), ids=lambda source: source.name)
def test_a_table_is_the_one_that_was_built(source: tables.Source) -> None:
    path = tables.FOLDER / f"{source.name}.parquet"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == source.sha256
    assert tables.load(source.name).height == source.rows


@pytest.mark.parametrize("source", tables.sources(), ids=lambda source: source.name)
def test_a_source_says_what_it_is(source: tables.Source) -> None:
    texts = (source.document, source.release, source.compiled_from, source.licence)
    assert all(texts)
    assert source.url.startswith("https://")
    assert source.standing in {"V", "R", "U", "mixed"}
    assert source.first_day < source.last_day


def test_all_tables_together_stay_under_three_megabytes() -> None:
    assert sum(path.stat().st_size for path in tables.FOLDER.iterdir()) < 3_000_000


def test_a_table_that_is_not_installed_is_named() -> None:
    with pytest.raises(MissingTable, match="'zip_codes' is not installed"):
        tables.load("zip_codes")
    with pytest.raises(MissingTable, match="'zip_codes'"):
        tables.source("zip_codes")


KEYS = {
    "adjustments": ["kind", "code"],
    "bill_types": ["bill_type"],
    "code_periods": ["code", "period"],
    "credentials": ["credential"],
    "fee_schedule": ["code", "release"],
    "gpci": ["mac", "locality", "first_day"],
    "icd10cm": ["code"],
    "modifiers": ["modifier"],
    "ncci_coverage": ["table"],
    "ncci_family": ["code"],
    "ncci_pairs": ["table", "column_one", "column_two", "deleted"],
    "parameters": ["parameter", "first_day"],
    "places": ["place_of_service"],
    "revenue_codes": ["revenue_code"],
    "setting_places": ["setting", "place_of_service"],
    "taxonomies": ["taxonomy"],
    "therapy_codes": ["code"],
    "unit_maximums": ["table", "code", "first_day"],
}


@pytest.mark.parametrize("name", NAMES)
def test_the_key_of_a_table_is_unique(name: str) -> None:
    assert not tables.load(name).select(KEYS[name]).is_duplicated().any()


@pytest.mark.parametrize("name", ["fee_schedule", "unit_maximums", "gpci", "parameters"])
def test_spans_of_one_key_follow_each_other(name: str) -> None:
    key = KEYS[name][:-1]
    rows = tables.load(name).sort(*key, "first_day", nulls_last=False)
    before = pl.col("last_day").shift().over(key)
    assert rows.filter(pl.col("first_day") <= before).height == 0
    assert rows.filter(pl.col("last_day") < pl.col("first_day")).height == 0
