"""Speed and memory of the 837P reader, as ratios to ``bytes.count(b"~")`` and to openx12 0.2.1 in the same run.

    python bench/x12_reader.py [MEGABYTES]      64 unless told; one core: POLARS_MAX_THREADS=1 is set here

Times are the best of several runs that take turns; "read" ends with the claim and line tables as Polars frames.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ["POLARS_MAX_THREADS"] = "1"

from make_837 import make_837

from cleanclaim.x12 import iter_837, read_837

BYTES_A_CLAIM = 635


def best(*works: Callable[[], object], turns: int = 9) -> list[float]:
    """Return the shortest time of each work, in seconds, over turns that alternate between them."""
    times = [float("inf")] * len(works)
    for _ in range(turns):
        for k, work in enumerate(works):
            start = time.perf_counter()
            work()
            times[k] = min(times[k], time.perf_counter() - start)
    return times


def consume(source: Path | bytes) -> int:
    """Read a file part by part, keeping nothing."""
    return sum(part.totals.lines for part in iter_837(source))


def openx12_seconds(content: bytes) -> tuple[float, int]:
    """Return the processor seconds openx12 needs to parse ``content``, and the claims it sees."""
    from openx12 import x837p

    text = content.decode("ascii")
    start = time.process_time()
    parsed = x837p.parse(text)
    return time.process_time() - start, len(parsed.claims)


def peak_megabytes(statement: str, path: Path) -> float:
    """Return the peak resident memory (Linux) of a new process that runs ``statement`` on ``path``."""
    code = (
        f"from cleanclaim.x12 import iter_837, read_837\npath = {str(path)!r}\n{statement}\n"
        "status = dict(line.split(':') for line in open('/proc/self/status'))\n"
        "print(int(status['VmHWM'].split()[0]) / 1024)"
    )
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout)


def main(megabytes: float) -> None:
    """Measure and print."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    content = make_837(int(megabytes * 1e6 / BYTES_A_CLAIM), seed=1)
    size = len(content) / 1e6
    totals = read_837(content).totals
    print(f"file: {size:.1f} MB, {totals.claims:,} claims, {totals.lines:,} lines, {totals.transactions} transactions")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "claims.837"
        path.write_bytes(content)
        count, whole, parts, from_disk = best(
            lambda: content.count(b"~"), lambda: read_837(content), lambda: consume(content), lambda: consume(path)
        )
        named = {"bytes.count": count, "read_837": whole, "iter_837": parts, "iter_837, file": from_disk}
        for name, seconds in named.items():
            print(f"{name:16} {size / seconds:7.1f} MB/s   {count / seconds:.4f} of bytes.count")
        sample = make_837(4000, seed=2)
        peer, seen = min(openx12_seconds(sample) for _ in range(3))
        ours = min(best(lambda: read_837(sample)))
        speed = len(sample) / 1e6 / peer
        print(f"openx12 0.2.1    {speed:7.1f} MB/s   ({seen} claims); read_837 is {peer / ours:.0f} times as fast")
        base = peak_megabytes("", path)
        whole_peak = peak_megabytes("read_837(path)", path)
        parts_peak = peak_megabytes("for part in iter_837(path): pass", path)
        over = f"read_837 {whole_peak - base:.0f} MB, iter_837 {parts_peak - base:.0f} MB"
        print(f"peak memory over the {base:.0f} MB of the libraries: {over}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 64)
