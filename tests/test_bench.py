"""The benchmarks run: every figure, at a small size. What they measure is never judged here."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FIGURES = (
    "All rules on many lines, against the plain Python oracles",
    "All rules on many lines, against a bare group-by",
    "All rules on many lines, peak memory",
    "One visit, all rules, warm: 95th percentile",
    "`cleanclaim units - --json`, cold start",
    "837P to findings, against openx12 0.2.1 only parsing",
    '837P to claim and line tables, against `bytes.count(b"~")`',
    '837P to claim and line tables with numba, against `bytes.count(b"~")`',
    "837P to claim and line tables, memory over base",
    "835 to tables, against oxedi 0.6",
    "835 to tables with balances, against oxedi 0.6",
    "Validation of 837P at levels 1 to 3, against pyx12 4.0",
    "837P to claim and line tables, against x12sdk 2.2",
    "Expected payment of many lines, against the price oracle",
    "835 matched and classified, against only reading it",
    "835 matched and classified, peak memory",
    "All rules on very many lines, all cores, against a bare group-by",
    "All rules on very many lines, peak memory of all processes",
    "Time of ten times the lines",
    "Memory of ten times the lines",
    "All cores against one",
    '837P to findings, all cores, against `bytes.count(b"~")`',
)


@pytest.fixture(scope="module")
def quick() -> str:
    page = ROOT / "docs" / "performance.md"
    before = page.read_bytes() if page.exists() else None
    done = subprocess.run(
        [sys.executable, "bench/run.py", "--quick", "--no-write"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (page.read_bytes() if page.exists() else None) == before
    return done.stdout


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_is_printed(quick: str, figure: str) -> None:
    rows = [line for line in quick.splitlines() if line.startswith(figure + " ")]
    assert len(rows) == 1
    assert re.match(r" +([0-9][0-9,.]*( |$)|not measured)", rows[0].removeprefix(figure))


def test_no_figure_is_printed_that_is_not_listed(quick: str) -> None:
    header, *rows = quick.split("\n\n")[0].splitlines()
    assert header.split() == ["figure", "measured", "range", "target", "reached"]
    assert len(rows) == len(FIGURES)
