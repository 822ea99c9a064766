"""The figures: what each is, its target, and how the jobs' results become it."""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_UNITS = {"payer": "medicare", "dos": "2026-03-04", "discipline": "GP", "services": [
    {"code": "97530", "minutes": 24, "by": "PT"}, {"code": "97110", "minutes": 12, "by": "PTA"}]}  # fmt: skip
_COMMAND = "from cleanclaim.cli.main import run; run()"


@dataclass(frozen=True)
class Sizes:
    """How much of everything; ``runs`` is how often each figure is taken."""

    runs: int
    lines: int
    sample: int
    visits: int
    starts: int
    claims: int
    table_claims: int
    paid_claims: int
    peer_claims: int
    remitted_claims: int
    turns: int
    large_lines: int
    large_claims: int


FULL = Sizes(
    runs=3,
    lines=1_000_000,
    sample=20_000,
    visits=300,
    starts=10,
    claims=20_000,
    table_claims=100_000,
    paid_claims=20_000,
    peer_claims=400,
    remitted_claims=100_000,
    turns=9,
    large_lines=10_000_000,
    large_claims=160_000,
)
QUICK = Sizes(
    runs=1,
    lines=2_000,
    sample=500,
    visits=20,
    starts=1,
    claims=100,
    table_claims=200,
    paid_claims=200,
    peer_claims=20,
    remitted_claims=200,
    turns=1,
    large_lines=4_000,
    large_claims=160,
)


@dataclass(frozen=True)
class Figure:
    """One row of the table: the values of all runs, in ``unit``; ``good`` says whether a value reaches the target."""

    name: str
    unit: str
    target: str
    values: tuple[float, ...]
    good: Callable[[float], bool] | None
    how: str
    beside: str = ""

    @property
    def median(self) -> float | None:
        return statistics.median(self.values) if self.values else None

    def _number(self, value: float) -> str:
        return f"{value:,.{0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3}f}"

    @property
    def measured(self) -> str:
        return "not measured" if self.median is None else self._number(self.median) + self.unit

    @property
    def range(self) -> str:
        if len(self.values) < 2:
            return ""
        return f"{self._number(min(self.values))} to {self._number(max(self.values))}"

    @property
    def reached(self) -> str:
        if self.good is None or self.median is None:
            return ""
        return "yes" if self.good(self.median) else "no"


def run(job: str, **arguments: Any) -> dict[str, Any]:
    """Return what a job, in a process of its own, says."""
    done = subprocess.run(
        [sys.executable, str(_HERE / "jobs.py"), job, json.dumps(arguments)], capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{job}: {done.stderr.strip() or done.stdout.strip()}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def bulk(folder: Path, sizes: Sizes) -> list[Figure]:
    """All rules over many lines against the plain Python oracles and a bare group-by."""
    lines = folder / "lines"
    lines.mkdir()
    written = run("write_lines", folder=str(lines), lines=sizes.lines)
    rules, plain, bare = [], [], []
    for _ in range(sizes.runs):
        rules.append(run("all_rules", folder=str(lines)))
        plain.append(run("oracles", folder=str(lines), lines=sizes.sample))
        bare.append(_median_of([run("group_by", folder=str(lines)) for _ in range(3)]))
    rate, plain_rate = _rates(rules, "seconds"), _rates(plain, "seconds")
    of_cpu = _ratios(_rates(rules, "cpu_seconds"), _rates(plain, "cpu_seconds"))
    as_long = _ratios(_column(rules, "seconds"), _column(bare, "seconds"))
    as_long_of_cpu = _ratios(_column(rules, "cpu_seconds"), _column(bare, "cpu_seconds"))
    return [
        Figure(
            "All rules on many lines, against the plain Python oracles",
            " times",
            "at least 2",
            _ratios(rate, plain_rate),
            lambda value: value >= 2,
            f"{rules[0]['lines']:,} service lines, {rules[0]['rules']} rules, in partitions of whole patients, read in "
            "batches from Parquet, in lines a second; against the oracles of `tests/oracles` for units with "
            f"assistants, price and pairs (not the other rules) on {plain[0]['lines']:,} of the same lines. Of these, "
            "both must give the same units, assistants' units, cents and pair findings.",
            f"{_middle(rate):,.0f} lines a second against {_middle(plain_rate):,.0f}; by processor time "
            f"{_middle(of_cpu):.1f} times. Reading the same lines from CSV: "
            f"{written['lines'] / written['seconds']:,.0f} a second.",
        ),
        Figure(
            "All rules on many lines, against a bare group-by",
            " times as long",
            "at most 50",
            as_long,
            lambda value: value <= 50,
            "The same run against one streaming Polars group-by over the same Parquet files: the timed units of each "
            "patient, day, billing provider and discipline. Each the first call of a new process; the group-by is the "
            "median of three.",
            f"{_middle(_column(rules, 'seconds')):.1f} s against {_middle(_column(bare, 'seconds')):.3f} s; by "
            f"processor time {_middle(as_long_of_cpu):.0f} times as long.",
        ),
        Figure(
            "All rules on many lines, peak memory",
            " MB",
            "under 600",
            tuple(_column(rules, "peak_megabytes")),
            lambda value: value < 600,
            "Peak resident memory of the process that ran all rules, with the interpreter and the libraries.",
        ),
    ]


def single_visit(folder: Path, sizes: Sizes) -> list[Figure]:
    """One visit at a time."""
    results = [run("one_visit", visits=sizes.visits) for _ in range(sizes.runs)]
    middle = _middle([_percentile(r["milliseconds"], 0.5) for r in results])
    cpu = _middle([_percentile(r["cpu_milliseconds"], 0.95) for r in results])
    whole = _middle([_percentile(r["whole_milliseconds"], 0.95) for r in results])
    step = _middle(_column(results, "step_milliseconds"))
    return [
        Figure(
            "One visit, all rules, warm: 95th percentile",
            " ms",
            "under 25",
            tuple(_percentile(r["milliseconds"], 0.95) for r in results),
            lambda value: value < 25,
            f"{sizes.visits} visits of two to five lines, all different, some with pair edits, bypass modifiers, "
            "assistants or clock times, one call each, in a process that has made 20 calls before.",
            f"Median {middle:.1f} ms; 95th percentile of processor time {cpu:.1f} ms; from JSON to the report, 95th "
            f"percentile {whole:.1f} ms. In the same processes one bare Polars step, a column added to five rows, took "
            f"{step:.3f} ms: the median visit is {middle / step:.0f} such steps.",
        )
    ]


def cold_start(folder: Path, sizes: Sizes) -> list[Figure]:
    """``cleanclaim units - --json`` as a command."""
    command = Path(sys.executable).with_name("cleanclaim")
    call = [str(command)] if command.exists() else [sys.executable, "-c", _COMMAND]
    seconds, library = [], []
    for _ in range(sizes.starts):
        start = time.perf_counter()
        done = subprocess.run([*call, "units", "-", "--json"], input=json.dumps(_UNITS), capture_output=True, text=True)
        seconds.append(time.perf_counter() - start)
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import polars"], check=True)
        library.append(time.perf_counter() - start)
        if done.returncode or json.loads(done.stdout)["total_units"] != 2:
            raise SystemExit(f"cleanclaim units: {done.stderr or done.stdout}")
    return [
        Figure(
            "`cleanclaim units - --json`, cold start",
            " s",
            "under 0.6",
            tuple(seconds),
            lambda value: value < 0.6,
            f"The command as a user starts it, a new process each time, {sizes.starts} times; files in the page cache.",
            f"Starting Python and importing Polars alone takes {_middle(library):.2f} s of it.",
        )
    ]


def claims_to_findings(folder: Path, sizes: Sizes) -> list[Figure]:
    """An 837P file to findings, against a peer that only parses it."""
    path = folder / "claims.837"
    size = run("write_837", path=str(path), claims=sizes.claims)["bytes"] / 1e6
    ours, peer = [], []
    for _ in range(sizes.runs):
        ours.append(run("check_837", path=str(path)))
        peer.append(run("openx12", path=str(path)))
    there = peer[0]["installed"]
    if there and peer[0]["claims"] != sizes.claims:
        raise SystemExit(f"openx12 sees {peer[0]['claims']} of {sizes.claims} claims")
    seconds = _middle(_column(ours, "seconds"))
    beside = f"{seconds:.2f} s ({size / seconds:.1f} MB/s)"
    if there:
        of_cpu = _ratios(_column(peer, "cpu_seconds"), _column(ours, "cpu_seconds"))
        beside += f" against {_middle(_column(peer, 'seconds')):.2f} s; by processor time {_middle(of_cpu):.1f} times."
    else:
        beside += "; openx12 0.2.1 is not installed, so there is nothing to compare with (`scripts/bench` installs it)."
    return [
        Figure(
            "837P to findings, against openx12 0.2.1 only parsing",
            " times as fast",
            "at least 2",
            _ratios(_column(peer, "seconds"), _column(ours, "seconds")) if there else (),
            lambda value: value >= 2,
            f"{sizes.claims:,} claims, {size:.1f} MB, from the path to all findings, the first call in a new process; "
            "openx12 parses the same file into dictionaries and checks nothing.",
            beside,
        )
    ]


def claim_tables(folder: Path, sizes: Sizes) -> list[Figure]:
    """The claim and line tables against counting segment terminators."""
    path = folder / "tables.837"
    size = run("write_837", path=str(path), claims=sizes.table_claims)["bytes"] / 1e6
    taken = run("count_and_read_837", path=str(path), turns=sizes.turns)
    compiled = run("count_and_read_837", path=str(path), turns=sizes.turns, numba=True)
    on_disk = [run("read_837_from_disk", path=str(path)) for _ in range(sizes.runs)]
    base = _middle(_column(on_disk, "before_megabytes"))
    how = (
        f"{size:.0f} MB in memory, one core, {sizes.turns} turns of each, by processor time; the tables keep the "
        "segment number and byte offset of every row."
    )
    return [
        Figure(
            '837P to claim and line tables, against `bytes.count(b"~")`',
            " of its speed",
            "at least 0.08",
            _ratios(taken["counting"], taken["reading"]),
            lambda value: value >= 0.08,
            how,
            _against_counting(taken, size),
        ),
        Figure(
            '837P to claim and line tables with numba, against `bytes.count(b"~")`',
            " of its speed",
            "at least 0.3",
            _ratios(compiled["counting"], compiled["reading"]) if compiled["installed"] else (),
            lambda value: value >= 0.3,
            f"The same with the extra `fast`: {how}",
            _against_counting(compiled, size) if compiled["installed"] else "numba is not installed.",
        ),
        Figure(
            "837P to claim and line tables, memory over base",
            " MB",
            "under 150",
            tuple(one["peak_megabytes"] - one["before_megabytes"] for one in on_disk),
            lambda value: value < 150,
            f"The same file read from disk part by part: the peak of the process over the {base:.0f} MB that the "
            "interpreter and the libraries take.",
        ),
    ]


def _against_counting(taken: dict[str, Any], size: float) -> str:
    reading, counting = _middle(taken["reading"]), _middle(taken["counting"])
    return f"{size / reading:.0f} MB/s against {size / counting:,.0f} MB/s."


def x12_peers(folder: Path, sizes: Sizes) -> list[Figure]:
    """X12 tables and validation against other libraries."""
    claims, few, paid = (str(folder / name) for name in ("claims.837", "few.837", "paid.835"))
    run("write_837", path=claims, claims=sizes.claims)
    run("write_837", path=few, claims=sizes.peer_claims)
    size = run("write_835", path=paid, claims=sizes.paid_claims)["bytes"] / 1e6
    rounds = [
        {
            **{name: run(name, path=paid, turns=3) for name in ("read_835", "oxedi")},
            **{name: run(name, path=claims, turns=3) for name in ("validate_837", "count_and_read_837")},
            **{name: run(name, path=few) for name in ("pyx12", "x12sdk")},
        }
        for _ in range(sizes.runs)
    ]
    first = rounds[0]
    if not first["read_835"]["balanced"] or not first["validate_837"]["accepted"]:
        raise SystemExit("what is measured is not valid")
    if first["oxedi"]["installed"] and first["oxedi"]["services"] != first["read_835"]["services"]:
        raise SystemExit("oxedi and the reader see different services")
    tables = [_middle(one["read_835"]["reading"]) for one in rounds]
    balanced = [_middle(one["read_835"]["balancing"]) + more for one, more in zip(rounds, tables, strict=True)]
    theirs = [_middle(one["oxedi"]["reading"]) for one in rounds] if first["oxedi"]["installed"] else None
    paid_how = (
        f"{sizes.paid_claims:,} claims, {size:.1f} MB in memory, one core, by processor time; oxedi parses the same "
        "bytes into its tables, which checks their form and balances."
    )
    return [
        _beside_peer("835 to tables, against oxedi 0.6", 1, tables, theirs, paid_how),
        _beside_peer(
            "835 to tables with balances, against oxedi 0.6",
            0.7,
            balanced,
            theirs,
            f"{paid_how} Ours are two passes: the tables, and the validation at level 3.",
        ),
        _of_rates(
            "Validation of 837P at levels 1 to 3, against pyx12 4.0", "validate_837", "validating", "pyx12", rounds
        ),
        _of_rates(
            "837P to claim and line tables, against x12sdk 2.2", "count_and_read_837", "reading", "x12sdk", rounds
        ),
    ]


def _beside_peer(name: str, target: float, ours: Sequence[float], theirs: Sequence[float] | None, how: str) -> Figure:
    values = _ratios(theirs, ours) if theirs else ()
    beside = f"{_middle(ours):.3f} s against {_middle(theirs):.3f} s." if theirs else "oxedi is not installed."
    return Figure(name, " times as fast", f"at least {target:g}", values, lambda value: value >= target, how, beside)


def _of_rates(name: str, job: str, times: str, peer: str, rounds: Sequence[dict[str, Any]]) -> Figure:
    """Our rate against that of a peer, which is so slow that it gets a smaller file."""
    ours = [one[job]["bytes"] / _middle(one[job][times]) / 1e6 for one in rounds]
    there = rounds[0][peer]["installed"]
    theirs = [one[peer]["bytes"] / one[peer]["cpu_seconds"] / 1e6 for one in rounds] if there else ()
    how = (
        f"{rounds[0][job]['bytes'] / 1e6:.1f} MB in memory, one core, by processor time, in bytes a second; {peer} has "
        f"{rounds[0][peer]['bytes'] / 1e6:.2f} MB of the same kind to do, and its libraries are loaded before."
        if there
        else "Not measured."
    )
    beside = f"{_middle(ours):.0f} MB/s against {_middle(theirs):.2f} MB/s." if there else f"{peer} is not installed."
    values = _ratios(ours, theirs) if there else ()
    return Figure(name, " times as fast", "at least 100", values, lambda value: value >= 100, how, beside)


def payment(folder: Path, sizes: Sizes) -> list[Figure]:
    """Expected payment of many lines against the oracle that only prices."""
    done = [run("pay", lines=sizes.lines, sample=sizes.sample) for _ in range(sizes.runs)]
    return [
        Figure(
            "Expected payment of many lines, against the price oracle",
            " times as fast",
            "at least 2",
            tuple(one["rate"] / one["oracle_rate"] for one in done),
            lambda value: value >= 2,
            f"{done[0]['lines']:,} lines, allowed, paid and the patient's part, in lines a second of processor time; "
            f"the plain Python oracle prices {sizes.sample:,} of the same lines, and pays none.",
            f"{_middle(_column(done, 'rate')):,.0f} lines a second against "
            f"{_middle(_column(done, 'oracle_rate')):,.0f}.",
        )
    ]


def remittances(folder: Path, sizes: Sizes) -> list[Figure]:
    """A remittance to outcomes against only reading it."""
    path = str(folder / "remitted.835")
    run("write_835", path=path, claims=sizes.remitted_claims)
    done = run("remit", path=path, turns=sizes.runs)
    how = f"{sizes.remitted_claims:,} claims, {done['lines']:,} lines, the claims read beforehand, one core"
    return [
        Figure(
            "835 matched and classified, against only reading it",
            " of its speed",
            "at least 0.5",
            _ratios(done["reading"], done["remitting"]),
            lambda value: value >= 0.5,
            f"{how}, by processor time: read, balanced, matched with the claim lines, and each line's outcome said.",
            f"{_middle(done['remitting']):.1f} s against {_middle(done['reading']):.1f} s.",
        ),
        Figure(
            "835 matched and classified, peak memory",
            " MB",
            "under 1,000",
            (done["peak_megabytes"],),
            lambda value: value < 1000,
            f"{how}: peak resident memory of the process, with the interpreter, the libraries and the claims.",
        ),
    ]


FIGURES: tuple[Callable[[Path, Sizes], list[Figure]], ...] = (
    bulk,
    single_visit,
    cold_start,
    claims_to_findings,
    claim_tables,
    x12_peers,
    payment,
    remittances,
)


def _median_of(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One call of a fifth of a second is at the mercy of whoever else uses the machine."""
    return sorted(results, key=lambda result: float(result["seconds"]))[len(results) // 2]


def _column(results: Sequence[dict[str, Any]], name: str) -> list[float]:
    return [result[name] for result in results]


def _rates(results: Sequence[dict[str, Any]], time_name: str) -> list[float]:
    return [result["lines"] / result[time_name] for result in results]


def _ratios(above: Sequence[float], below: Sequence[float]) -> tuple[float, ...]:
    return tuple(a / b for a, b in zip(above, below, strict=True))


def _middle(values: Sequence[float]) -> float:
    return statistics.median(values)


def _percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of the values do not exceed."""
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]
