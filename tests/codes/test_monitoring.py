"""Bands of remote monitoring codes: one for each code of its groups, each with its source, none overlapping."""

from __future__ import annotations

import polars as pl

from cleanclaim.codes import groups, monitoring

GROUPS = [name for name in groups.names() if name.startswith(("remote_device_", "remote_management"))]


def test_each_code_of_the_groups_has_a_band_and_no_other() -> None:
    assert sorted(code for name in GROUPS for code in groups.codes(name)) == monitoring.bands()["code"].to_list()
    assert set(monitoring.sources()) == set(monitoring.bands()["code"])


def test_devices_count_readings_and_management_minutes() -> None:
    counts = dict(monitoring.bands().select("code", "counts").rows())
    for name in GROUPS:
        wanted = "readings" if name.startswith("remote_device_") else "minutes"
        assert {counts[code] for code in groups.codes(name)} == {wanted}


def test_bands_of_a_device_meet_without_a_gap() -> None:
    bands = monitoring.bands().rows_by_key("code", named=True, unique=True)
    for name in GROUPS:
        if name.startswith("remote_device_"):
            longer, shorter = (bands[code] for code in groups.codes(name))
            assert (shorter["least"], shorter["most"] + 1, longer["most"]) == (2, longer["least"], 30)


def test_the_short_management_code_ends_where_the_longer_begins() -> None:
    bands = monitoring.bands().filter(counts="minutes").sort("code")
    assert bands.select("least", "most", "step").rows() == [(10, 19, None), (20, None, None), (20, None, 20)]


def test_standing_is_known() -> None:
    assert set(monitoring.bands()["standing"]) <= {"V", "R"}
    assert monitoring.bands().filter(pl.col("most") < pl.col("least")).is_empty()
