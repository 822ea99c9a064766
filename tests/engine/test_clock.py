"""Shared minutes against a slow count, and clinicians' days that do not depend on how the input is divided."""

from __future__ import annotations

import json
import random
from datetime import date
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cleanclaim
from cleanclaim.engine.clock import joined, shared

AS_OF = date(2026, 3, 20)
_SCHEMA = {"who": pl.Int64, "side": pl.Int64, "row": pl.Int64, "start_minute": pl.Int64, "stop_minute": pl.Int64}


@st.composite
def days(draw: st.DrawFn) -> pl.DataFrame:
    """Blocks of a few sides of two clinicians, each with some of its minutes, a few without."""
    blocks = []
    for row in range(draw(st.integers(0, 12))):
        start, length = draw(st.integers(0, 40)), draw(st.integers(1, 20))
        minutes = draw(
            st.one_of(st.integers(0, length + 3), st.none() if draw(st.integers(0, 5)) == 0 else st.just(length))
        )
        blocks.append((draw(st.integers(0, 1)), draw(st.integers(0, 2)), row, start, start + length, minutes))
    return pl.DataFrame(blocks, schema={**_SCHEMA, "minutes": pl.Int64}, orient="row")


def slow_joined(day: pl.DataFrame) -> list[tuple[int, int, int, int, int, int | None]]:
    """Blocks of one side that overlap, made one, one after the other."""
    found: list[list[object]] = []
    for who, side, row, start, stop, minutes in day.sort(
        "who", "side", "start_minute", "stop_minute", "minutes"
    ).rows():
        last = found[-1] if found and found[-1][:2] == [who, side] else None
        full = minutes is not None and minutes >= stop - start
        if last is None or start > last[4] or (start == last[4] and not (full and last[6])):  # type: ignore[operator]
            found.append([who, side, row, start, stop, [minutes], full])
        else:
            last[6] = full
            last[2], last[4] = min(last[2], row), max(last[4], stop)  # type: ignore[call-overload,type-var]
            last[5].append(minutes)  # type: ignore[attr-defined]
    return [
        (who, side, row, start, stop, None if None in held else min(sum(held), stop - start))  # type: ignore
        for who, side, row, start, stop, held, _ in found
    ]


def slow_shared(blocks: list[tuple[int, int, int, int, int, int | None]]) -> dict[int, tuple[int | None, int | None]]:
    """Per block, the minutes shared with the block before it that lasts longest, and that block's row."""
    found: dict[int, tuple[int | None, int | None]] = {}
    longest: dict[int, tuple[int, int, int, int, int, int | None]] = {}
    for block in sorted(blocks, key=lambda b: (b[0], b[3], b[4], b[2])):
        who, _, row, start, stop, minutes = block
        other = longest.get(who)
        if other is None or start >= other[4]:
            found[row] = (0, None)
        elif minutes is None or other[5] is None:
            found[row] = (None, other[2])
        else:
            found[row] = (max(0, minutes + other[5] - (max(stop, other[4]) - other[3])), other[2])
        if other is None or stop > other[4]:
            longest[who] = block
    return found


@given(days())
@settings(max_examples=150, deadline=None)
def test_joined_and_shared_agree_with_a_slow_count(day: pl.DataFrame) -> None:
    blocks = joined(day, ["who", "side"])
    columns = ("who", "side", "row", "start_minute", "stop_minute", "minutes")
    slow = slow_joined(day)
    assert sorted(blocks.select(columns).rows(), key=lambda r: r[2]) == sorted(slow, key=lambda r: r[2])
    met = shared(blocks, ["who"])
    assert {
        row: (minutes, other) for row, minutes, other in met.select("row", "shared_minutes", "other_row").rows()
    } == (slow_shared(slow))


@given(days(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_order_of_the_rows_does_not_matter(day: pl.DataFrame, chance: random.Random) -> None:
    shuffled = day[chance.sample(range(day.height), day.height)] if day.height else day
    columns = ("row", "shared_minutes", "shared_from", "other_row")
    first, second = (shared(joined(d, ["who", "side"]), ["who"]).select(columns).sort("row") for d in (day, shuffled))
    assert first.equals(second)


def _visits(patients: int, chance: random.Random) -> list[dict[str, object]]:
    """Visits of two therapists, many at the same time; every seventh without clock times."""
    visits = []
    for number in range(patients):
        start = 480 + chance.randrange(0, 480, 5)
        clock = {
            "start": f"{start // 60:02}:{start % 60:02}",
            "stop": f"{(start + 30) // 60:02}:{(start + 30) % 60:02}",
        }
        service = {"code": "97530", "minutes": 30, "units": 2, "modifiers": "GP", "by": "PT"}
        visits.append(
            {
                "visit_id": f"V{number}",
                "patient_id": f"P{number}",
                "payer": "medicare",
                "dos": f"2026-03-{2 + number % 5:02}",
                "discipline": "GP",
                "credential": "PT",
                "rendering_npi": ("1245319599", "1000000004")[number % 2],
                "services": [service | (clock if number % 7 else {})],
            }
        )
    return visits


def _double_booked(visits: list[dict[str, object]]) -> list[str]:
    """The visits that begin before an earlier one of the same therapist and day ends; every visit lasts as long."""
    days: dict[tuple[object, object], list[tuple[str, int, str]]] = {}
    for number, visit in enumerate(visits):
        [service] = visit["services"]  # type: ignore[misc]
        if "start" in service:
            block = (service["start"], number, service["stop"])
            days.setdefault((visit["rendering_npi"], visit["dos"]), []).append(block)
    return sorted(
        f"V{number}"
        for day in days.values()
        for (_, _, stop), (start, number, _) in pairwise(sorted(day))
        if start < stop
    )


def _outcome(report: cleanclaim.Report) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    found = sorted((m["visit"], m["found"], m["dos"]) for m in report.messages() if m["rule"] == "U111")
    gaps = sorted((g["rule"], g["reason"], g["count"]) for g in report.gaps() if g["rule"] == "U111")
    return found, gaps


@pytest.fixture(scope="module")
def day_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clock") / "visits.json"
    path.write_text(json.dumps({"visits": _visits(140, random.Random(7))}))
    return path


def test_partitions_of_any_size_find_the_same(day_file: Path, tmp_path: Path) -> None:
    whole = _outcome(cleanclaim.check(day_file, as_of=AS_OF))
    assert [visit for visit, *_ in whole[0]] == _double_booked(json.loads(day_file.read_text())["visits"])
    assert whole[1] == [("U111", "clock times or minutes are not recorded, or the patient is not named", 20)]
    for rows in (1, 30, 100):
        assert _outcome(cleanclaim.check(day_file, as_of=AS_OF, partition_rows=rows)) == whole


def test_one_visit_in_a_file_each_finds_the_same(day_file: Path, tmp_path: Path) -> None:
    visits = json.loads(day_file.read_text())["visits"]
    (tmp_path / "one.json").write_text(json.dumps({"visits": visits[:1]}))
    (tmp_path / "two.json").write_text(json.dumps({"visits": visits[1:40]}))
    apart = cleanclaim.check([tmp_path / "one.json", tmp_path / "two.json"], as_of=AS_OF, partition_rows=1)
    together = cleanclaim.check({"visits": visits[:40]}, as_of=AS_OF)
    assert _outcome(apart) == _outcome(together)


def test_a_lone_patient_is_set_against_nobody() -> None:
    [visit] = _visits(1, random.Random(1))
    assert _outcome(cleanclaim.check({"visits": [visit]}, as_of=AS_OF)) == ([], [])
