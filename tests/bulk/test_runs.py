"""A run in a folder: the findings of a check in one piece, whoever works, and whatever is killed, damaged or full."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from cleanclaim import app, intake
from cleanclaim.bulk import run as running
from cleanclaim.bulk.checked import FINDING, digest
from cleanclaim.bulk.crew import Crew
from cleanclaim.bulk.plan import Asked
from cleanclaim.bulk.run import Progress, run
from cleanclaim.bulk.summary import RunReport
from cleanclaim.config import Config
from cleanclaim.engine.report import Report
from cleanclaim.errors import CleanclaimError
from tests.effort import times

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

import generate
import practice
import write_837

AS_OF = date(2026, 7, 19)
CONFIG = Config.parse(practice.configuration())
ORDER = ["row", "rule", "found", "expected", "cents"]
CHECK = [sys.executable, "-m", "cleanclaim", "check"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month's exports with minutes, in turn as CSV and as Parquet; nothing in them is joined."""
    place = tmp_path_factory.mktemp("month")
    files = {n: f for n, f in month().files().items() if practice.CLINIC[n].minutes}
    for number, (name, rows) in enumerate(files.items()):
        if number % 2:
            worse(rows).write_csv(place / f"{name}.csv")
        else:
            worse(rows).write_parquet(place / f"{name}.parquet", row_group_size=500)
    (place / "few.csv").write_text("patient_id,dos,code,units,minutes\nP1,2026-03-04,97530,1,15\nnot,a,row,,\n")
    (place / "cleanclaim.toml").write_text(practice.configuration())
    return place


def month(visits: int = 1_200) -> generate.Month:
    return generate.month(visits, 11, date(2026, 3, 1), plant_errors=False)


def worse(rows: pl.DataFrame) -> pl.DataFrame:
    """Every seventh line with units that no minutes allow."""
    return rows.with_columns(units=pl.when(pl.int_range(pl.len()) % 7 == 0).then(pl.lit("9")).otherwise("units"))


@pytest.fixture(scope="module")
def whole(folder: Path) -> Report:
    return app.check(folder, config=CONFIG, as_of=AS_OF)


def asked(*paths: Path) -> Asked:
    return Asked(tuple(map(str, paths)), CONFIG, AS_OF, mapping=CONFIG.mapping)


def findings(report: RunReport) -> pl.DataFrame:
    paths = sorted(report.place.glob("*.parquet"))
    return pl.read_parquet(paths).sort(ORDER) if paths else report.findings.select(FINDING)


def same(report: RunReport, whole: Report) -> None:
    """Bit for bit the findings of a check in one piece, and its numbers."""
    assert findings(report).rows() == whole.findings.select(FINDING).sort(ORDER).rows()
    assert report.digest == "".join(f"{number:016x}" for number in digest(whole.findings))
    assert report.counts == whole.counts
    assert report.not_checked.rows() == whole.not_checked.rows()
    assert report.by_rule() == whole.by_rule()
    assert sorted(report.unreadable.rows()) == sorted(whole.unreadable.rows())
    assert report.unmapped == whole.unmapped
    assert sorted(report.notes) == sorted(whole.notes)
    assert report.files == whole.files
    assert report.exit_code == whole.exit_code


def test_the_input_shows_every_kind_of_outcome(whole: Report) -> None:
    assert whole.unreadable.height == 1
    assert len(whole.files) == 5
    assert {"U101", "U111", "P101"} <= {row["rule"] for row in whole.by_rule()} | {row["rule"] for row in whole.gaps()}


@pytest.mark.parametrize(("rows", "processes"), [(150, 1), (2_000, 2), (1_000_000, 1)])
def test_findings_do_not_depend_on_how_the_work_is_divided(
    folder: Path, whole: Report, tmp_path: Path, rows: int, processes: int
) -> None:
    seen: list[Progress] = []
    report = run(asked(folder), tmp_path / "run", processes=processes, rows=rows, watch=seen.append)
    same(report, whole)
    assert seen[-1].lines == seen[-1].all_lines == whole.counts["services"]
    assert report.lost == ()
    # what holds patients' numbers is gone, and asking again only tells
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
        *("done", "findings", "lock", "run.json", "summary.json", "unreadable")
    }
    same(run(asked(folder), tmp_path / "run", processes=1), whole)


def test_claims_joined_with_minutes_are_one_share(tmp_path: Path) -> None:
    rows = month().files()["north"]
    place = tmp_path / "joined"
    place.mkdir()
    (place / "claims.837").write_bytes(write_837.write_837(rows))
    rows.select("claim_id", "patient_id", "dos", "code", "minutes", "by").write_csv(place / "minutes.csv")
    rows.with_columns(pl.format("C{}", pl.int_range(pl.len())).alias("claim_id")).drop("minutes").write_parquet(
        place / "other.parquet"
    )
    expected = app.check(place, config=CONFIG, as_of=AS_OF)
    same(run(asked(place), tmp_path / "run", processes=1, rows=100), expected)


def test_workers_killed_at_random_lose_and_repeat_nothing(
    folder: Path, whole: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, crews, killed = random.Random(5), list[Crew](), list[int]()

    class Watched(Crew):
        def __enter__(self) -> Crew:
            crews.append(self)
            return super().__enter__()

    def watch(progress: Progress) -> None:
        if len(killed) < times(5) and draw.random() < 0.5 and crews[-1].ids:
            killed.append(draw.choice(crews[-1].ids))
            os.kill(killed[-1], signal.SIGKILL)

    monkeypatch.setattr(running, "Crew", Watched)
    while len(killed) < times(5):
        place = tmp_path / f"run{len(killed)}"
        report = run(asked(folder), place, processes=2, rows=150, watch=watch)
        same(report, whole)
        for remark in report.lost:
            assert remark.startswith(
                "a process was ended by signal SIGKILL, as the system does when memory runs out at "
            )
        shutil.rmtree(place)
    assert len(killed) == times(5)


def command(*arguments: object, **options: object) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.Popen(
        [*CHECK, *map(str, arguments), "--as-of", f"{AS_OF}"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,  # type: ignore[call-overload]
    )  # fmt: skip


def test_a_command_killed_at_any_point_goes_on(folder: Path, whole: Report, tmp_path: Path) -> None:
    place, draw, kills = tmp_path / "run", random.Random(3), 0
    given = [folder, "--config", folder / "cleanclaim.toml", "--run", place, "--processes", 2]
    run_once = running.planned(asked(folder), running.RunFolder(place), 150)
    records: dict[str, int] = {}
    while kills < times(3):
        started = command(*given, start_new_session=True)
        time.sleep(draw.uniform(0.5, 6))
        os.killpg(started.pid, signal.SIGKILL)
        if started.wait() >= 0:
            break
        kills += 1
        done = {path.name: path.stat().st_mtime_ns for path in (place / "done").glob("*.json")}
        assert records.items() <= done.items()
        records = done
    last = command(*given)
    assert last.wait(timeout=120) == whole.exit_code
    same(run(asked(folder), place), whole)
    assert run_once.rows == 150


def test_a_damaged_row_group_is_named_and_the_others_are_checked(tmp_path: Path) -> None:
    rows = month().files()["north"]
    whole_file, bad_file = tmp_path / "whole.parquet", tmp_path / "bad" / "claims.parquet"
    bad_file.parent.mkdir()
    rows.write_parquet(whole_file, row_group_size=100, compression="zstd", statistics=False)
    content = bytearray(whole_file.read_bytes())
    import pyarrow.parquet as pq

    told = pq.read_metadata(whole_file)
    third = told.row_group(2).column(told.schema.to_arrow_schema().names.index("code"))
    start = third.dictionary_page_offset or third.data_page_offset
    content[start : start + third.total_compressed_size] = b"\xff" * third.total_compressed_size
    bad_file.write_bytes(bytes(content))
    first = sum(told.row_group(n).num_rows for n in range(2))
    last = first + told.row_group(2).num_rows
    kept = pl.concat([rows[:first], rows[last:]])
    kept.write_parquet(tmp_path / "kept.parquet")
    expected = app.check(tmp_path / "kept.parquet", config=CONFIG, as_of=AS_OF)
    message = f"row group 2 (rows {first + 1:,} to {last:,}) is damaged and cannot be read; its rows are left out"
    for report in (
        app.check(bad_file, config=CONFIG, as_of=AS_OF),
        run(asked(bad_file), tmp_path / "run", processes=1, rows=100),
    ):
        assert report.unreadable["message"].to_list() == [message]
        assert report.counts == expected.counts
        assert report.by_rule() == expected.by_rule()
        assert report.exit_code == 1


def test_a_parquet_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.parquet"
    pl.DataFrame({"code": ["97530"], "dos": ["2026-03-04"], "visit_id": ["V1"]}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CleanclaimError, match="the Parquet file is damaged or cut off; write it again"):
        app.check(path, config=CONFIG, as_of=AS_OF)


def test_a_parquet_file_gives_the_services_of_its_csv(folder: Path, tmp_path: Path) -> None:
    rows = month().files()["north"]
    typed = rows.with_columns(
        pl.col("units", "charge").cast(pl.Float64),
        pl.col("start", "stop").str.to_time("%H:%M"),
        pl.col("diagnoses").str.split(" "),
    )
    rows.write_csv(tmp_path / "a.csv")
    rows.write_parquet(tmp_path / "a.parquet")
    typed.write_parquet(tmp_path / "b.parquet")
    services = [
        intake.read([tmp_path / name]).services.drop("source_line") for name in ("a.csv", "a.parquet", "b.parquet")
    ]
    assert services[0].equals(services[1])
    assert services[0].equals(services[2])
    # services in our own form are taken as they are
    services[0].write_parquet(tmp_path / "own.parquet")
    assert intake.read([tmp_path / "own.parquet"]).services.drop("source_line").equals(services[0])


def test_a_full_disk_is_named_and_room_lets_the_run_go_on(folder: Path, whole: Report, tmp_path: Path) -> None:
    place = tmp_path / "run"
    running.planned(asked(folder), running.RunFolder(place), 150)
    given = [folder, "--config", folder / "cleanclaim.toml", "--run", place, "--processes", 2]
    for most in (2_000, 40_000):
        limited = command(*given, preexec_fn=lambda most=most: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
        _, told = limited.communicate(timeout=120)
        assert limited.returncode == 2
        assert told.strip() == (
            f"cleanclaim: --run: {place} cannot be written (file too large); what is done is kept: make room and give"
            " the command again"
        )
        assert [path for path in place.rglob("*") if path.is_file() and path.stat().st_size > most] == []
    same(run(asked(folder), place, processes=1), whole)


def test_a_patient_with_very_many_lines_is_one_partition(tmp_path: Path) -> None:
    lines = times(10_000)
    day = pl.int_range(lines) // 5 % 700
    frame = pl.select(
        patient_id=pl.when(pl.int_range(lines) % 50 == 0)
        .then(pl.format("P{}", pl.int_range(lines)))
        .otherwise(pl.lit("X")),
        claim_id=pl.format("C{}", pl.int_range(lines) // 5),
        dos=(pl.date(2024, 7, 1) + pl.duration(days=day)).cast(pl.Date),
        code=pl.lit("97530"),
        units=pl.lit(1),
        minutes=pl.lit(15),
        charge=pl.lit(60),
        modifiers=pl.lit("GP"),
        payer=pl.lit("medicare"),
    )
    frame.write_parquet(tmp_path / "many.parquet")
    expected = app.check(tmp_path / "many.parquet", config=CONFIG, as_of=AS_OF)
    same(run(asked(tmp_path / "many.parquet"), tmp_path / "run", processes=1, rows=500), expected)


def test_what_a_run_refuses(folder: Path, tmp_path: Path) -> None:
    place, copy = tmp_path / "run", tmp_path / "copy"
    copy.mkdir()
    shutil.copy(folder / "few.csv", copy / "few.csv")
    run(asked(copy), place, processes=1)

    def refusal(given: Asked) -> str:
        with pytest.raises(CleanclaimError) as raised:
            run(given, place, processes=1)
        return raised.value.message.removeprefix(f"the run in {place} began with ")

    end = "; begin a new run in another folder"
    assert refusal(replace(asked(copy), as_of=date(2026, 7, 20))) == f"another day of the check (--as-of){end}"
    assert refusal(replace(asked(copy), ignore=("U101",))) == f"another --ignore{end}"
    assert refusal(replace(asked(copy), config=Config.load(None))) == (
        f"another configuration, or other plans of care{end}"
    )
    (copy / "few.csv").touch()
    assert refusal(asked(copy)) == f"other input, or the input has changed since{end}"
    with running.RunFolder(place).locked():
        assert refusal(asked(copy)) == f"another run works in {place}; wait for it, or name another folder"


REFUSED: list[tuple[list[str], str]] = [
    (["--processes", "2"], "--processes: goes with --run FOLDER"),
    (["--engine", "spark"], "--engine: goes with --run FOLDER"),
    (["--run", "r", "--fix"], "--fix: does not go with --run, whose findings stay in its folder"),
    (["--run", "r", "--statistics"], "--statistics: does not go with --run, whose findings stay in its folder"),
    (["--run", "r", "--format", "html"], "--run: goes with --format text or json, for the summary"),
    (["--run", "r", "--master", "local"], "--master: goes with --engine spark"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_options_that_do_not_go_together(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    from typer.testing import CliRunner

    from cleanclaim.cli.main import app as commands

    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(commands, ["check", str(folder / "few.csv"), *options])
    assert (done.exit_code, done.output.strip()) == (2, f"cleanclaim: {message}")


def test_the_command_tells_the_summary_as_json(folder: Path, whole: Report, tmp_path: Path) -> None:
    done = command(folder, "--config", folder / "cleanclaim.toml", "--run", tmp_path / "run", "--format", "json")
    told, _ = done.communicate(timeout=120)
    summary = json.loads(told)["summary"]
    assert summary["findings"] == whole.findings.height
    assert summary["by_rule"] == whole.by_rule()
    assert list(Path(summary["findings_in"]).parent.parent.iterdir()) != []
