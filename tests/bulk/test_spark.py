"""A run on a real Spark cluster on this machine: one machine's findings, and the same when an executor is killed."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cleanclaim.bulk import run as running
from cleanclaim.bulk.plan import Asked
from cleanclaim.config import Config
from tests.bulk.test_runs import AS_OF, CONFIG, month, practice, worse

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed (the extra spark)"
    ),
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java 17 or later"),
]
LOOPBACK = "127.0.0.1"
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    "SPARK_LOCAL_IP": LOOPBACK,
    "PYSPARK_PYTHON": sys.executable,
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[int]]]:
    """A master and two workers of one core each: the master's address, and the workers' process numbers."""
    import pyspark

    place = tmp_path_factory.mktemp("spark")
    start = Path(pyspark.__file__).parent / "bin" / "spark-class"
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    address = f"spark://{LOOPBACK}:{port}"
    deploy = "org.apache.spark.deploy"
    small = {**ENVIRONMENT, "SPARK_DAEMON_MEMORY": "256m"}

    def begun(name: str, *arguments: str) -> subprocess.Popen[bytes]:
        log = (place / f"{name}.log").open("wb")
        return subprocess.Popen([str(start), *arguments], env=small, cwd=place, stdout=log, stderr=log)

    at = ("--host", LOOPBACK, "--webui-port", "0")
    started = [begun("master", f"{deploy}.master.Master", *at, "--port", str(port))]
    started += [
        begun(
            f"worker{n}",
            f"{deploy}.worker.Worker",
            *at,
            "--cores",
            "1",
            "--memory",
            "1g",
            "--work-dir",
            str(place),
            address,
        )
        for n in (1, 2)
    ]
    try:
        for name in ("worker1", "worker2"):
            wait_for(lambda name=name: "Successfully registered" in (place / f"{name}.log").read_text())  # type: ignore[misc]
        yield address, [process.pid for process in started[1:]]
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def wait_for(happened: object, seconds: float = 300) -> None:
    assert callable(happened)
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


def executors(workers: list[int]) -> list[int]:
    """The processes that the workers began."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent in workers:
            found.append(int(status.parent.name))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("claims")
    for name, rows in month().files().items():
        if practice.CLINIC[name].minutes:
            worse(rows).write_csv(place / f"{name}.csv")
    (place / "cleanclaim.toml").write_text(practice.configuration())
    return place


@pytest.fixture(scope="module")
def one_machine(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    given = Asked((str(folder),), CONFIG, AS_OF, mapping=CONFIG.mapping)
    report = running.run(given, tmp_path_factory.mktemp("one") / "run", processes=1, rows=300)
    return json.loads(json.dumps(report.as_dict()))  # type: ignore[no-any-return]


def command(folder: Path, place: Path, address: str) -> subprocess.Popen[str]:
    config = Config.load(folder / "cleanclaim.toml")
    # buckets small enough that an executor has several
    running.planned(Asked((str(folder),), config, AS_OF, mapping=config.mapping), running.RunFolder(place), 400)
    given = [str(folder), "--config", str(folder / "cleanclaim.toml"), "--as-of", f"{AS_OF}", "--format", "json"]
    spark = ["--run", str(place), "--engine", "spark", "--master", address]
    return subprocess.Popen(
        [sys.executable, "-m", "cleanclaim", "check", *given, *spark],
        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def same(told: str, one_machine: dict[str, object]) -> None:
    answer = json.loads(told)
    for part in (answer["summary"], dict(one_machine["summary"])):  # type: ignore[call-overload]
        assert part.pop("findings_in")
    assert answer["summary"] == {k: v for k, v in one_machine["summary"].items() if k != "findings_in"}  # type: ignore[attr-defined]
    assert answer["not_checked"] == one_machine["not_checked"]
    assert answer["unreadable"] == one_machine["unreadable"]


def test_a_cluster_finds_what_one_machine_finds(
    cluster: tuple[str, list[int]], folder: Path, one_machine: dict[str, object], tmp_path: Path
) -> None:
    done = command(folder, tmp_path / "run", cluster[0])
    told, words = done.communicate(timeout=600)
    assert done.returncode == 1, words
    same(told, one_machine)


def test_a_killed_executor_loses_and_repeats_nothing(
    cluster: tuple[str, list[int]], folder: Path, one_machine: dict[str, object], tmp_path: Path
) -> None:
    done = command(folder, tmp_path / "run", cluster[0])
    killed = []
    try:
        for step in ("staged", "answers"):
            begun = tmp_path / "run" / step / "_temporary"
            wait_for(lambda begun=begun: begun.exists() or done.poll() is not None)  # type: ignore[misc]
            # one that is killed may still be listed until its parent looks
            living = [process for process in executors(cluster[1]) if process not in killed]
            killed.append(living[0])
            os.kill(killed[-1], signal.SIGKILL)
    finally:
        told, words = done.communicate(timeout=600)
    assert done.returncode == 1, words
    same(told, one_machine)
    assert len(set(killed)) == 2
