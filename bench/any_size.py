"""The figures of runs in a folder: many lines and many claims by all cores, what ten times the lines cost, memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from figures import Figure, Sizes, run

_FILES = 8


def any_size(folder: Path, sizes: Sizes) -> list[Figure]:
    """All rules on very many lines by all cores, against a bare group-by over the same files."""
    lines, tenth = folder / "large", folder / "tenth"
    for place in (lines, tenth):
        place.mkdir()
    made = run("write_lines", folder=str(lines), lines=sizes.large_lines)["lines"]
    few = run("write_lines", folder=str(tenth), lines=sizes.large_lines // 10)["lines"]
    size = sum(path.stat().st_size for path in lines.glob("*.parquet"))
    one_core = run("whole_run", folder=str(tenth), place=str(folder / "one core"), processes=1)
    small = run("whole_run", folder=str(tenth), place=str(folder / "small run"))
    large = run("whole_run", folder=str(lines), place=str(folder / "large run"))
    if small["digest"] != one_core["digest"]:
        raise SystemExit("one process and several found different things")
    bare = sorted(run("group_by", folder=str(lines))["seconds"] for _ in range(3))[1]
    again = made / few
    return [
        Figure(
            "All rules on very many lines, all cores, against a bare group-by",
            " times as long",
            "at most 40",
            (large["seconds"] / bare,),
            lambda value: value <= 40,
            f"{made:,} lines from Parquet ({size / 1e6:,.0f} MB), {os.cpu_count()} processes, from the path to findings"
            " in Parquet and the summary, as `check --run` does; against one streaming Polars group-by on all cores"
            " over the same files, the median of three. One run.",
            f"{large['seconds']:.0f} s ({made / large['seconds']:,.0f} lines a second) against {bare:.2f} s;"
            f" {large['findings']:,} findings in {large['findings_bytes'] / 1e6:,.0f} MB. {_steps(large)}"
            f" {large['cpu_seconds'] / made * 1e6:.1f} s of processor time a million lines.",
        ),
        Figure(
            "All rules on very many lines, peak memory of all processes",
            " MB",
            "under 1,000",
            (large["together_megabytes"],),
            lambda value: value < 1000,
            "The same run: the peak of the process that was started, and that of the largest of the others for each.",
        ),
        Figure(
            "Time of ten times the lines",
            " times",
            "within 11",
            (large["seconds"] / small["seconds"] * 10 / again,),
            lambda value: value <= 11,
            f"The same run against one over {few:,} lines.",
            f"{large['seconds']:.0f} s against {small['seconds']:.1f} s.",
        ),
        Figure(
            "Memory of ten times the lines",
            " times",
            "within 1.2",
            (large["together_megabytes"] / small["together_megabytes"],),
            lambda value: value <= 1.2,
            "The same two runs.",
            f"{large['together_megabytes']:.0f} MB against {small['together_megabytes']:.0f} MB.",
        ),
        Figure(
            "All cores against one",
            " times as fast",
            "none set",
            (one_core["seconds"] / small["seconds"],),
            None,
            f"{few:,} lines by one process and by {os.cpu_count()}; the digests of their findings are equal.",
            f"{small['seconds']:.1f} s against {one_core['seconds']:.1f} s.",
        ),
    ]


def claims_by_all_cores(folder: Path, sizes: Sizes) -> list[Figure]:
    """837P to findings by all cores, against counting segment terminators."""
    claims = folder / "claims of a year"
    claims.mkdir()
    for number in range(_FILES):
        run("write_837", path=str(claims / f"{number}.837"), claims=sizes.large_claims // _FILES)
    done = run("whole_run", folder=str(claims), place=str(folder / "claims run"), claims=True)
    counted = run("count_bytes", folder=str(claims), turns=5)
    size = counted["bytes"] / 1e6
    return [
        Figure(
            '837P to findings, all cores, against `bytes.count(b"~")`',
            " of its speed",
            "at least 0.05",
            (counted["seconds"] / done["seconds"],),
            lambda value: value >= 0.05,
            f"{sizes.large_claims:,} claims in {_FILES} files, {size:.0f} MB, {done['lines']:,} lines, from the path to"
            " findings in Parquet; the bytes that are counted are in memory.",
            f"{size / done['seconds']:.1f} MB/s against {size / counted['seconds']:,.0f} MB/s. {_steps(done)}",
        )
    ]


def _steps(done: dict[str, Any]) -> str:
    steps = done["steps"]
    return f"Reading took {steps['read']:.1f} s of it, checking {steps['check'] - steps['read']:.1f} s."
