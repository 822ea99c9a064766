"""What is measured. Each job runs in a process of its own, so that memory and warm-up do not mix.

python bench/jobs.py JOB '{"argument": ...}'      prints one JSON object: seconds, processor seconds, peak memory
"""

from __future__ import annotations

import importlib.util
import io
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

AS_OF = date(2026, 11, 24)
# every payer of the claim file has a pack, so that no rule is left out
_PAYERS = """
[payers."BLUE PLAN"]
pack = "commercial"
[payers."FIRST MUTUAL"]
pack = "commercial"
[payers."STATE MEDICAID"]
pack = "medicaid"
"""
_MADE_AT_ONCE = 500_000
_LINUX_STATUS = Path("/proc/self/status")


@dataclass
class Clock:
    """Seconds on the wall and of the processor, all threads together."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.seconds += time.perf_counter() - wall
        self.cpu_seconds += time.process_time() - cpu


def peak_megabytes() -> float:
    """Return the peak resident memory of this process.

    On Linux the kernel's own mark of this program: what ``getrusage`` says there includes the process that started it.
    """
    if _LINUX_STATUS.exists():
        fields = dict(line.split(":", 1) for line in _LINUX_STATUS.read_text().splitlines() if ":" in line)
        return int(fields["VmHWM"].split()[0]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def write_lines(folder: str, lines: int) -> dict[str, Any]:
    """Make service lines, read them as CSV, and leave them as Parquet, a file for each batch read."""
    import polars as pl
    from make_lines import make_lines

    from cleanclaim import intake
    from cleanclaim.engine.partitions import ROWS

    csv = Path(folder) / "lines.csv"
    read, visits, parts, clock = 0, 0, 0, Clock()
    while read < lines:
        made = make_lines(min(_MADE_AT_ONCE, max(lines - read, 300)), seed=1 + parts, first=visits)
        visits += 120 * (made["visit_id"].n_unique() // 120 + 1)
        made.write_csv(csv)
        first = read
        with clock.running():
            for batch in intake.batches([csv], rows=ROWS):
                services = batch.services.with_columns(pl.col("row") + first)
                services.write_parquet(Path(folder) / f"{parts:05d}.parquet")
                read, parts = read + services.height, parts + 1
    csv.unlink()
    return {"lines": read, **vars(clock)}


def whole_run(folder: str, place: str, processes: int | None = None, claims: bool = False) -> dict[str, Any]:
    """Check files by several processes, findings to Parquet: what ``cleanclaim check --run`` does."""
    from cleanclaim.bulk.plan import Asked
    from cleanclaim.bulk.run import run
    from cleanclaim.config import Config

    clock, begun = Clock(), time.perf_counter()
    steps: dict[str, float] = {}
    with clock.running():
        report = run(
            Asked((folder,), Config.parse(_PAYERS) if claims else Config.load(None), AS_OF),
            Path(place),
            processes=processes,
            watch=lambda progress: steps.update({progress.step: time.perf_counter() - begun}),
        )
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    clock.cpu_seconds += children.ru_utime + children.ru_stime
    # the largest of the processes stands for each of them
    several = (processes or os.cpu_count() or 1) if processes != 1 else 0
    together = peak_megabytes() + several * children.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    written = sum(path.stat().st_size for path in report.place.glob("*.parquet"))
    return {
        "lines": report.counts["services"],
        "findings": report.count,
        "digest": report.digest,
        "steps": steps,
        "together_megabytes": together,
        "findings_bytes": written,
        **vars(clock),
    }


def all_rules(folder: str) -> dict[str, Any]:
    """Check the lines in partitions of whole patients."""
    import polars as pl

    from cleanclaim.config import Config
    from cleanclaim.engine.across import ClinicianDays
    from cleanclaim.engine.check import check
    from cleanclaim.engine.partitions import whole_patients

    config = Config.load(None)

    def checked(services: pl.DataFrame) -> tuple[int, int]:
        result = check(services, as_of=AS_OF, config=config, part=True)
        clinicians.add(result)
        return services.height, result.findings.height

    lines = findings = 0
    clock, clinicians = Clock(), ClinicianDays()
    with clock.running():
        batches = (pl.read_parquet(path) for path in sorted(Path(folder).glob("*.parquet")))
        for part in whole_patients(batches):
            held, found = checked(part)
            lines, findings = lines + held, findings + found
        findings += clinicians.outcome()[0].height
    return {"lines": lines, "findings": findings, "rules": _rules(), **vars(clock)}


def count_bytes(folder: str, turns: int) -> dict[str, Any]:
    """Count the segment terminators of the files of a folder, held in memory, one after the other."""
    contents = [path.read_bytes() for path in sorted(Path(folder).glob("*.837"))]
    taken = [_timed(lambda: [content.count(b"~") for content in contents]).seconds for _ in range(turns)]
    return {"bytes": sum(map(len, contents)), "seconds": statistics.median(taken)}


def _rules() -> int:
    from cleanclaim.rules import all_rules as every_rule

    return len(every_rule())


def oracles(folder: str, lines: int) -> dict[str, Any]:
    """Let the plain Python oracles work on whole patients of the first lines; the engine must answer the same."""
    import polars as pl
    from plain_python import answer, engines_answer, tables_for

    from cleanclaim.config import Config
    from cleanclaim.engine.check import check

    config = Config.load(None)
    first = pl.read_parquet(sorted(Path(folder).glob("*.parquet"))[0])
    # the file's last patient may go on in the next file
    whole = first.filter(pl.col("patient_id") != first["patient_id"][-1])
    patients = whole["patient_id"].rle_id()
    sample = config.resolve(whole.filter(patients <= patients.head(lines)[-1]))
    tables, rows = tables_for(sample, config), sample.to_dicts()
    clock = Clock()
    with clock.running():
        found = answer(rows, tables)
    expected = engines_answer(check(sample, as_of=AS_OF, config=config))
    if found != expected:
        raise SystemExit(f"the oracles and the engine disagree: {found} and {expected}")
    return {"lines": len(rows), **vars(clock)}


def group_by(folder: str) -> dict[str, Any]:
    """Add up the timed units of each visit: patient, day, billing provider, discipline modifier."""
    import polars as pl

    from cleanclaim.codes import hcpcs

    timed = hcpcs.catalogue().filter("timed")["code"].to_list()
    visit = ("patient_id", "dos", "billing_npi", "modifier_1")
    clock = Clock()
    with clock.running():
        visits = (
            pl.scan_parquet(Path(folder) / "*.parquet")
            .filter(pl.col("code").is_in(timed))
            .group_by(visit)
            .agg(pl.col("units").sum(), pl.col("minutes").sum())
            .collect(engine="streaming")
        )
    return {"visits": visits.height, **vars(clock)}


def one_visit(visits: int) -> dict[str, Any]:
    """Check single visits, warm: the rules alone, and from JSON to a report; beside them, one bare step of Polars."""
    import polars as pl
    from make_visits import make_visits

    import cleanclaim
    from cleanclaim.config import Config
    from cleanclaim.engine.check import check
    from cleanclaim.intake import services_from_json

    config = Config.load(None)
    given = [{"visits": [visit]} for visit in make_visits(visits)]
    frames = [services_from_json(visit).services for visit in given]
    for services, visit in list(zip(frames, given, strict=True))[:20]:
        check(services, as_of=AS_OF, config=config)
        cleanclaim.check(visit, as_of=AS_OF, config=config)
    five = pl.DataFrame({f"column_{k}": [1, 2, 3, 4, 5] for k in range(100)})
    steps = [_timed(lambda: five.with_columns(pl.col("column_1") + 1)) for _ in range(10 * visits)]
    rules = [_timed(lambda s=s: check(s, as_of=AS_OF, config=config)) for s in frames]
    whole = [_timed(lambda v=v: cleanclaim.check(v, as_of=AS_OF, config=config)) for v in given]
    return {
        "step_milliseconds": statistics.median(clock.seconds * 1000 for clock in steps),
        "milliseconds": [clock.seconds * 1000 for clock in rules],
        "cpu_milliseconds": [clock.cpu_seconds * 1000 for clock in rules],
        "whole_milliseconds": [clock.seconds * 1000 for clock in whole],
    }


def _timed(work: Any) -> Clock:
    clock = Clock()
    with clock.running():
        work()
    return clock


def write_837(path: str, claims: int) -> dict[str, Any]:
    """Make an 837P file."""
    from make_837 import make_837

    content = make_837(claims)
    Path(path).write_bytes(content)
    return {"bytes": len(content)}


def check_837(path: str) -> dict[str, Any]:
    """Check a claim file from its bytes to the findings."""
    from cleanclaim.app import check
    from cleanclaim.config import Config

    config = Config.parse(_PAYERS)
    clock = Clock()
    with clock.running():
        report = check(path, config=config, as_of=AS_OF)
    return {"claims": report.counts["claims"], "findings": report.findings.height, **vars(clock)}


def openx12(path: str) -> dict[str, Any]:
    """Let openx12 parse a claim file; null where it is not installed."""
    try:
        from openx12 import x837p
    except ImportError:
        return {"installed": False}
    clock = Clock()
    with clock.running():
        parsed = x837p.parse(Path(path).read_text())
    return {"installed": True, "claims": len(parsed.claims), **vars(clock)}


def count_and_read_837(path: str, turns: int, numba: bool = False) -> dict[str, Any]:
    """Count the segment terminators and read the claim and line tables of the same bytes, taking turns, on one core."""
    _one_core()
    if not numba:
        sys.modules["numba"] = None  # type: ignore[assignment]  # as if it were not installed
    elif importlib.util.find_spec("numba") is None:
        return {"installed": False}
    else:
        # a file too small to be worth loading it for is read with it only where it is loaded before
        importlib.import_module("cleanclaim.x12.compiled.reading")
    from cleanclaim.x12 import iter_837

    content = Path(path).read_bytes()

    def read() -> int:
        return sum(part.totals.lines for part in iter_837(content))

    lines = read()
    counting, reading = [], []
    for _ in range(turns):
        # on one core, others' turns on it would only ever lengthen the longer of the two
        counting.append(statistics.median(_timed(lambda: content.count(b"~")).cpu_seconds for _ in range(5)))
        reading.append(_timed(read).cpu_seconds)
    return {"installed": True, "bytes": len(content), "lines": lines, "counting": counting, "reading": reading}


def read_837_from_disk(path: str) -> dict[str, Any]:
    """Read the tables of a file part by part, on one core: for the memory that takes."""
    _one_core()
    from cleanclaim.x12 import iter_837

    before = peak_megabytes()
    lines = sum(part.totals.lines for part in iter_837(path))
    return {"lines": lines, "before_megabytes": before}


def write_835(path: str, claims: int) -> dict[str, Any]:
    """Make an 835 file."""
    from make_835 import make_835

    content = make_835(claims)
    Path(path).write_bytes(content)
    return {"bytes": len(content)}


def read_835(path: str, turns: int) -> dict[str, Any]:
    """Read the tables of an 835 in memory, and check that it balances, on one core."""
    _one_core()
    from cleanclaim.x12 import iter_x12
    from cleanclaim.x12.validate import validate

    content = Path(path).read_bytes()

    def read() -> int:
        return sum(part["paid_services"].height for part in iter_x12(content, kinds=("835",)))

    services, balanced = read(), validate(content, levels=(3,)).accepted
    return {
        "bytes": len(content),
        "services": services,
        "balanced": balanced,
        "reading": [_timed(read).cpu_seconds for _ in range(turns)],
        "balancing": [_timed(lambda: validate(content, levels=(3,))).cpu_seconds for _ in range(turns)],
    }


def remit(path: str, turns: int) -> dict[str, Any]:
    """Match an 835 with its claims, read beforehand, and say what became of each line; beside it, only read it."""
    _one_core()
    import polars as pl

    from cleanclaim.claims.schema import SERVICES
    from cleanclaim.config import Config
    from cleanclaim.remit import remitted
    from cleanclaim.x12 import iter_x12, read

    tables, source = read(Path(path), kinds=("835",)), Path(path)
    claims = tables["paid_claims"].select("claim_id", patient_id="patient_key", claim_seq="segment")
    lines = tables["paid_services"].join(claims, left_on="claim_segment", right_on="claim_seq", maintain_order="left")
    same = ("claim_id", "patient_id", "dos", "code", "modifier_1", "charge_cents", "line_control")
    services = SERVICES.conform(
        lines.select(
            *same, row=pl.int_range(pl.len(), dtype=pl.Int64), file_id=pl.lit(0), claim_seq="claim_segment",
            payer=pl.lit("GOOD PLAN"), modifier_count=pl.lit(1), units="paid_units", billed=pl.lit(True),
            billing_npi=pl.lit("1234567893"), rendering_npi=pl.lit("1245319599"), claim_form=pl.lit("professional"),
            line_number=pl.int_range(pl.len()).over("claim_segment") + 1,
        )
    )  # fmt: skip
    del tables, claims, lines
    config, answered = Config.load(None), services.height

    def reading() -> int:
        return sum(part["paid_services"].height for part in iter_x12(source, kinds=("835",)))

    first = remitted([("paid", source)], services, config)
    if first.outcomes["matched_by"].null_count() or first.refused.height or first.outcomes.height != answered:
        raise SystemExit("not every line of the remittance found its claim line")
    return {
        "lines": answered,
        "reading": [_timed(reading).cpu_seconds for _ in range(turns)],
        "remitting": [_timed(lambda: remitted([("paid", source)], services, config)).cpu_seconds for _ in range(turns)],
    }


def pay(lines: int, sample: int) -> dict[str, Any]:
    """Pay lines; beside it, let the plain price oracle price the first of them."""
    from make_payable import make_payable
    from plain_python import price_oracle

    from cleanclaim.engine.payment import pay as paid

    made = make_payable(lines)
    days: dict[int, list[dict[str, Any]]] = {}
    for row in made.head(sample).to_dicts():
        days.setdefault(row["pool_key"], []).append(row)
    clock = _timed(lambda: paid(made))
    oracle = _timed(lambda: [price_oracle.price_day(day) for day in days.values()])
    rates = {"rate": made.height / clock.cpu_seconds, "oracle_rate": sum(map(len, days.values())) / oracle.cpu_seconds}
    return {"lines": made.height, **rates, **vars(clock)}


def oxedi(path: str, turns: int) -> dict[str, Any]:
    """Let oxedi parse an 835 in memory, which makes its tables and checks its balances; null where it is not there."""
    _one_core()
    if importlib.util.find_spec("oxedi") is None:
        return {"installed": False}
    import oxedi

    content = Path(path).read_bytes()
    parsed = oxedi.parse(content)
    reading = [_timed(lambda: oxedi.parse(content)).cpu_seconds for _ in range(turns)]
    services = parsed.tables["services"].to_polars().height
    return {"installed": True, "services": services, "balanced": not parsed.diagnostics, "reading": reading}


def validate_837(path: str, turns: int) -> dict[str, Any]:
    """Validate an 837 in memory at levels 1 to 3, on one core."""
    _one_core()
    from cleanclaim.x12.validate import validate

    content = Path(path).read_bytes()
    accepted = validate(content, levels=(1, 2, 3)).accepted
    taken = [_timed(lambda: validate(content, levels=(1, 2, 3))).cpu_seconds for _ in range(turns)]
    return {"bytes": len(content), "accepted": accepted, "validating": taken}


def pyx12(path: str) -> dict[str, Any]:
    """Let pyx12 validate an 837 and write its 999."""
    _one_core()
    if importlib.util.find_spec("pyx12") is None:
        return {"installed": False}
    import pyx12.params
    import pyx12.x12n_document

    answer, clock = io.StringIO(), Clock()
    with clock.running():
        accepted = pyx12.x12n_document.x12n_document(pyx12.params.params(), path, answer, None)
    return {"installed": True, "bytes": Path(path).stat().st_size, "accepted": accepted, **vars(clock)}


def x12sdk(path: str) -> dict[str, Any]:
    """Let x12sdk make its models of an 837."""
    _one_core()
    if importlib.util.find_spec("x12sdk") is None:
        return {"installed": False}
    from x12sdk.io import X12ModelReader

    clock = Clock()
    with clock.running(), X12ModelReader(path) as reader:
        sets = sum(1 for _ in reader.models())
    return {"installed": True, "bytes": Path(path).stat().st_size, "sets": sets, **vars(clock)}


def _one_core() -> None:
    os.environ["POLARS_MAX_THREADS"] = "1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


JOBS = {
    job.__name__: job
    for job in (
        write_lines, whole_run, count_bytes, all_rules, oracles, group_by, one_visit, write_837, check_837, openx12,
        count_and_read_837, read_837_from_disk, write_835, read_835, remit, pay, oxedi, validate_837, pyx12, x12sdk,
    )
}  # fmt: skip

if __name__ == "__main__":
    result = JOBS[sys.argv[1]](**json.loads(sys.argv[2]))
    print(json.dumps({**result, "peak_megabytes": peak_megabytes()}))
