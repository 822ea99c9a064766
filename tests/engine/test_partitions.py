"""Partitions: every patient whole, every row once, nothing left on disk, and the same findings as in one piece."""

from __future__ import annotations

import importlib.util
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cleanclaim
from cleanclaim.engine import partitions
from cleanclaim.engine.check import check
from cleanclaim.engine.partitions import whole_patients
from cleanclaim.intake import batches
from tests.effort import times

AS_OF = date(2026, 11, 24)
SCHEMA = pl.Schema({"row": pl.Int64, "patient_id": pl.String, "visit_id": pl.String, "claim_id": pl.String})
# what names the patient: the patient's number, else the visit's, else the claim's, else nothing does
PATIENTS = st.one_of(
    st.integers(0, 12).map(lambda n: (f"P{n}", None, None)),
    st.tuples(st.integers(0, 12).map(lambda n: f"P{n}"), st.sampled_from(["V1", "V2", None]), st.just("C1")),
    st.integers(0, 3).map(lambda n: (None, f"V{n}", "C1")),
    st.integers(0, 3).map(lambda n: (None, None, f"C{n}")),
    st.just((None, None, None)),
)
BATCHES = st.lists(st.lists(PATIENTS, max_size=40), max_size=6)


def frames(given_batches: list[list[tuple[str | None, ...]]]) -> list[pl.DataFrame]:
    """The batches as frames, rows numbered through."""
    first, made = 0, []
    for batch in given_batches:
        rows = [(first + place, *names) for place, names in enumerate(batch)]
        made.append(pl.DataFrame(rows, schema=SCHEMA, orient="row"))
        first += len(batch)
    return made


def patient(row: tuple[int, str | None, str | None, str | None]) -> str:
    return next((name for name in row[1:] if name is not None), "")


@pytest.fixture
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], list[str]]:
    """Send temporary folders to a place of our own; return what stands in it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return lambda: sorted(path.name for path in tmp_path.iterdir())


@settings(max_examples=times(150), deadline=None)
@given(BATCHES, st.integers(1, 30))
def test_patients_stay_whole_and_no_row_is_lost_or_doubled(
    given_batches: list[list[tuple[str | None, ...]]], rows: int
) -> None:
    made = frames(given_batches)
    found = [part.rows() for part in whole_patients(iter(made), rows)]
    assert Counter(row for part in found for row in part) == Counter(row for frame in made for row in frame.rows())
    seen = Counter(name for part in found for name in {patient(row) for row in part})
    assert {name for name, times in seen.items() if times > 1} == set()
    assert [part for part in found if not part] == [] or sum(map(len, given_batches)) == 0


@settings(max_examples=times(50), deadline=None)
@given(BATCHES.filter(lambda b: sum(map(len, b)) > 0), st.integers(1, 30), st.randoms())
def test_the_order_of_the_rows_decides_nothing(
    given_batches: list[list[tuple[str | None, ...]]], rows: int, random: object
) -> None:
    """Whole patients of the shuffled input hold the same rows as those of the input in order."""
    every = [names for batch in given_batches for names in batch]
    whole = frames([every])[0]
    cut = frames(given_batches)
    shuffled = whole.sample(fraction=1, shuffle=True, seed=random.randrange(1000))  # type: ignore[attr-defined]

    def by_patient(parts: Iterator[pl.DataFrame]) -> dict[str, list[int]]:
        held: dict[str, list[int]] = {}
        for part in parts:
            for row in part.rows():
                held.setdefault(patient(row), []).append(row[0])
        return {name: sorted(numbers) for name, numbers in held.items()}

    assert by_patient(whole_patients([shuffled], rows)) == by_patient(whole_patients(cut, rows))


def test_rows_of_a_patient_keep_the_order_of_the_batches() -> None:
    made = frames([[("P1", None, None), ("P2", None, None)] * 20, [("P2", None, None), ("P1", None, None)] * 20])
    for part in whole_patients(made, rows=10):
        for name in ("P1", "P2"):
            numbers = part.filter(pl.col("patient_id") == name)["row"].to_list()
            assert numbers == sorted(numbers)


def test_a_partition_is_no_larger_than_asked_unless_patients_share_a_bucket() -> None:
    """5,000 patients of two rows in partitions of about 500: the largest bucket is far smaller than that."""
    made = frames([[(f"P{n}", None, None) for n in range(5000)]] * 2)
    sizes = [part.height for part in whole_patients(made, rows=500)]
    assert sum(sizes) == 10_000
    assert max(sizes) <= 500


def test_one_small_batch_is_passed_on_as_it_is(folders: Callable[[], list[str]]) -> None:
    [only] = frames([[("P1", None, None), ("P2", None, None)]])
    parts = whole_patients([only], rows=1)
    assert next(parts) is only
    assert folders() == []
    assert list(parts) == []


def test_no_batch_no_partition() -> None:
    assert list(whole_patients([], rows=5)) == []


SPILLING = [[(f"P{n}", None, None) for n in range(50)]] * 3


def test_the_folder_is_removed_at_the_end(folders: Callable[[], list[str]]) -> None:
    parts = whole_patients(frames(SPILLING), rows=10)
    next(parts)
    [folder] = folders()
    assert folder.startswith("cleanclaim-")
    assert [part.height for part in parts if not part.height] == []
    assert folders() == []


def test_partitions_outlive_the_folder(folders: Callable[[], list[str]]) -> None:
    kept = list(whole_patients(frames(SPILLING), rows=10))
    assert folders() == []
    assert sorted(pl.concat(kept)["row"].to_list()) == list(range(150))


def test_the_folder_is_removed_when_the_caller_stops(folders: Callable[[], list[str]]) -> None:
    parts = whole_patients(frames(SPILLING), rows=10)
    next(parts)
    parts.close()  # type: ignore[attr-defined]
    assert folders() == []


def test_the_folder_is_removed_when_the_input_breaks(folders: Callable[[], list[str]]) -> None:
    def breaking() -> Iterator[pl.DataFrame]:
        yield from frames(SPILLING)
        raise OSError("the file went away")

    with pytest.raises(OSError, match="the file went away"):
        list(whole_patients(breaking(), rows=10))
    assert folders() == []


def test_the_folder_is_removed_when_the_check_breaks(folders: Callable[[], list[str]]) -> None:
    def check_all() -> None:
        for _ in whole_patients(frames(SPILLING), rows=10):
            raise ValueError("the check broke")

    with pytest.raises(ValueError, match="the check broke"):
        check_all()
    assert folders() == []


def test_the_folder_is_removed_when_the_disk_is_full(
    folders: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    def full(batch: pl.DataFrame, path: Path) -> tuple[Path, list[int]]:
        if written:
            raise OSError(28, "No space left on device")
        written.append(path)
        path.write_bytes(b"begun")
        return path, [0] * (partitions.BUCKETS + 1)

    monkeypatch.setattr(partitions, "_spill", full)
    with pytest.raises(OSError, match="No space left"):
        list(whole_patients(frames(SPILLING), rows=10))
    assert folders() == []


@pytest.fixture(scope="module")
def lines_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """About 3,000 synthetic lines in random order, so that batches cut visits apart."""
    made = _bench("make_lines").make_lines(3000, seed=3)
    path: Path = tmp_path_factory.mktemp("lines") / "lines.csv"
    made.sample(fraction=1, shuffle=True, seed=3).write_csv(path)
    return path


def _bench(name: str) -> ModuleType:
    path = Path(__file__).parents[2] / "bench" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_findings_are_the_same_as_in_one_piece(lines_csv: Path) -> None:
    read = [batch.services for batch in batches([lines_csv], rows=400)]
    whole = check(pl.concat(read), as_of=AS_OF)
    parts = [check(part, as_of=AS_OF) for part in whole_patients(read, rows=300)]
    assert [p.services.height for p in parts if p.services.height > 600] == []
    assert pl.concat(p.findings for p in parts).sort("row", "rule").rows() == whole.findings.rows()
    assert {"U101", "P101", "D101"} <= set(whole.findings["rule"])
    gaps = pl.concat(p.not_checked for p in parts).group_by("rule", "missing").agg(pl.col("count").sum())
    assert gaps.sort("rule", "missing").rows() == whole.not_checked.rows()
    for grain in ("line", "visit", "pair", "claim"):
        assert sum(getattr(p.grains, grain).height for p in parts) == getattr(whole.grains, grain).height


def test_the_report_of_a_file_is_the_same_for_any_size_of_partition(lines_csv: Path) -> None:
    reports = [cleanclaim.check(lines_csv, as_of=AS_OF, partition_rows=rows) for rows in (200, 1000, 100_000)]
    assert len({report.findings.height for report in reports}) == 1
    assert reports[0].counts == reports[1].counts == reports[2].counts
    first = [report.findings.sort("row", "rule").rows() for report in reports]
    assert first[0] == first[1] == first[2]
    assert all(r.not_checked.rows() == reports[0].not_checked.rows() for r in reports)
