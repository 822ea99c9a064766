"""Measures ratios against peers, oracles and the machine's own limit in one run; writes docs/performance.md.

    python bench/run.py [--quick] [--no-write] [--runs N] [--lines N]

``--quick`` tries every figure at a small size: it shows that they run, not how fast; it writes nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from any_size import any_size, claims_by_all_cores
from figures import FIGURES, FULL, QUICK, Figure

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


@dataclass(frozen=True)
class Machine:
    """What the figures were taken on."""

    cores: int
    memory_gigabytes: float | None
    system: str
    versions: str

    @classmethod
    def here(cls) -> Machine:
        return cls(
            cores=os.cpu_count() or 1,
            memory_gigabytes=_memory(),
            system=f"{platform.system()} on {platform.machine()}",
            versions=", ".join(
                (f"Python {platform.python_version()}", *(f"{n} {version(n)}" for n in ("polars", "pyarrow", "numpy")))
            ),
        )

    def __str__(self) -> str:
        memory = "" if self.memory_gigabytes is None else f", {self.memory_gigabytes:.0f} GB of memory"
        return f"{self.cores} cores{memory}, {self.system}, {self.versions}"


def _memory() -> float | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (ValueError, OSError, AttributeError):
        return None


def _load() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as text, a line each."""
    rows = [("figure", "measured", "range", "target", "reached")]
    rows += [(f.name, f.measured, f.range, f.target, f.reached) for f in figures]
    widths = [max(len(row[k]) for row in rows) for k in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def page(figures: Sequence[Figure], machine: Machine, loads: tuple[float, float], runs: int) -> str:
    """Return docs/performance.md."""
    return _PAGE.format(
        day=f"{datetime.now().astimezone():%Y-%m-%d}",
        machine=machine,
        before=loads[0],
        after=loads[1],
        rows="\n".join(f"| {f.name} | {f.measured} | {f.range} | {f.target} | {f.reached} |" for f in figures),
        runs=runs,
        notes="\n\n".join(f"**{f.name}.** {f.how}{' ' + f.beside if f.beside else ''}" for f in figures),
    )


_PAGE = """\
# Performance

Written by `./scripts/bench`. Times depend on the machine and on who else uses it, so nearly every figure is a ratio of
two measurements of the same run: the tool against something that does the same work, or less. No test depends on time.

Taken on {day}: {machine}.
Load of the machine when the run began and ended: {before:.1f} and {after:.1f}; the run itself adds up to one a core.

| figure | measured | range | target | reached |
| --- | --- | --- | --- | --- |
{rows}

A figure is the median of its runs ({runs} where nothing else is said), the range their lowest and highest. Every run is
a process of its own.

## How each is measured

{notes}
"""


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="Measure cleanclaim against peers, oracles and the machine's limit.")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything runs; writes nothing")
    parser.add_argument("--no-write", action="store_true", help="leave docs/performance.md as it is")
    parser.add_argument("--runs", type=int, help="how often each figure is taken")
    parser.add_argument("--lines", type=int, help="lines of the large run, ten million by default")
    given = parser.parse_args()
    sizes = QUICK if given.quick else FULL
    if given.lines:
        sizes = replace(sizes, large_lines=given.lines)
    if given.runs:
        sizes = replace(sizes, runs=given.runs)
    before = _load()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="cleanclaim-bench-") as folder:
        for measure in (*FIGURES, any_size, claims_by_all_cores):
            print(measure.__doc__, file=sys.stderr)
            figures += measure(Path(folder), sizes)
    if given.quick:
        figures = [replace(figure, good=None) for figure in figures]
    print(table(figures))
    print(f"\nload of the machine: {before:.1f} before, {_load():.1f} after")
    for figure in figures:
        if figure.beside:
            print(f"- {figure.name}: {figure.beside}")
    if not (given.quick or given.no_write):
        PAGE.write_text(page(figures, Machine.here(), (before, _load()), sizes.runs), encoding="utf-8")


if __name__ == "__main__":
    main()
