"""A run on a Spark cluster: the same shares, buckets and partition function; Spark only moves rows and counts tasks.

Two jobs. The first reads the shares of the input into Parquet (``staged``), each service with its bucket of whole
patients. The second groups by bucket, hands each to :func:`cleanclaim.bulk.checked.checked` through Arrow, and writes
what comes back. Both end in Spark's own commit: a task that is lost is done again, and counts once.

The input and the run's folder must be on a file system that the driver and all executors see under the same names, and
cleanclaim must be installed on them. Published tables are loaded once a Python worker, the configuration goes with the
task.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from cleanclaim import intake
from cleanclaim.bulk.buckets import read_records
from cleanclaim.bulk.checked import FINDING, SUPPRESSED, Tally, checked
from cleanclaim.bulk.folder import RunFolder
from cleanclaim.bulk.plan import Asked, Plan, planned
from cleanclaim.bulk.summary import RunReport, summarized
from cleanclaim.bulk.work import Task, Work
from cleanclaim.claims.schema import SERVICES, UNREADABLE
from cleanclaim.codes.tables import under
from cleanclaim.engine.partitions import PATIENT
from cleanclaim.engine.report import empty_findings
from cleanclaim.errors import InputError

_MOST_TASKS = 4_096
_STAGED, _ANSWERS = "staged", "answers"
_SPARK_TYPES = {pl.String: "string", pl.Int64: "bigint", pl.Float64: "double", pl.Boolean: "boolean", pl.Date: "date"}
_TOLD = {name: dtype for name, dtype in empty_findings().schema.items() if name in SUPPRESSED}
_BESIDE = {"_bucket": pl.Int64(), "_record": pl.String(), "_own": pl.Binary(), "_places": pl.Binary()}
STAGED = pl.Schema({**SERVICES.schema, "_share": pl.Int64(), "_bucket": pl.Int64(), "_record": pl.String()})
"""A service as the first job leaves it; one more row for each share has its record."""
ANSWER = pl.Schema({"_kind": pl.String(), **_TOLD, **_BESIDE})
"""A row of the second job: a finding, a suppressed one, or the record of a bucket with its clinicians' blocks."""


def run(asked: Asked, folder: Path, master: str) -> RunReport:
    """Return what the rules find in ``asked``, worked out on the Spark cluster ``master``; as ``bulk.run.run``.

    Raises InputError where Spark or the folder cannot be used.
    """
    if asked.records is not None:
        raise InputError("plans of care and authorizations are checked on one machine only", field="--engine")
    kept = RunFolder(folder.absolute())
    with kept.locked():
        plan = planned(_absolute(asked), kept)
        done = kept.json("summary.json")
        if done is not None:
            return summarized(plan, kept, Tally.of_record(done["tally"]), read_records(plan, kept), [])
        with _session(master, plan) as spark:
            _stage(spark, plan, kept)
            tasks = _check(spark, plan, kept)
        tally = Work(plan, kept).finish(tasks)
        report = summarized(plan, kept, tally, read_records(plan, kept), [])
        kept.write_json("summary.json", {"tally": tally.record(), **report.summary()})
        for each in (_STAGED, _ANSWERS, "blocks", "places", "tmp"):
            shutil.rmtree(kept.path / each, ignore_errors=True)
        return report


def _absolute(asked: Asked) -> Asked:
    return replace(asked, paths=tuple(str(Path(path).absolute()) for path in asked.paths))


class _session:  # noqa: N801  (a context, named for what it gives)
    """The Spark session of a run, ended with it."""

    def __init__(self, master: str, plan: Plan) -> None:
        try:
            builder = import_module("pyspark.sql").SparkSession.builder
        except ImportError:
            message = "Spark is not installed: pip install 'cleanclaim[spark]', and Java 17 or later"
            raise InputError(message, field="--engine") from None
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        settings = {
            "spark.sql.shuffle.partitions": min(plan.buckets, _MOST_TASKS),
            # a bucket is a task's worth already
            "spark.sql.adaptive.coalescePartitions.enabled": "false",
            "spark.sql.execution.arrow.useLargeVarTypes": "true",
            "spark.sql.session.timeZone": "UTC",
            "spark.executorEnv.POLARS_MAX_THREADS": "1",
            "spark.ui.showConsoleProgress": "false",
        }
        builder = builder.master(master).appName(f"cleanclaim {plan.id}")
        for name, value in settings.items():
            builder = builder.config(name, value)
        try:
            self._spark = builder.getOrCreate()
        except Exception as error:
            first = str(error).strip().split("\n")[0][:200]
            raise InputError(f"the cluster {master} cannot be used: {first}", field="--master") from None

    def __enter__(self) -> Any:
        return self._spark

    def __exit__(self, *error: object) -> None:
        self._spark.stop()


def _stage(spark: Any, plan: Plan, folder: RunFolder) -> None:
    """Read the input into Parquet, and keep the record of each share."""
    staged = folder.path / _STAGED
    shares = len(plan.shares)
    if not (staged / "_SUCCESS").exists():
        numbers = spark.range(0, shares, 1, shares)
        numbers.mapInArrow(partial(_read_shares, plan), _ddl(STAGED)).write.mode("overwrite").parquet(staged.as_uri())
    for row in spark.read.parquet(staged.as_uri()).where("_record is not null").select("_share", "_record").collect():
        record = json.loads(row["_record"])
        lost = pl.DataFrame(record.pop("unreadable"), schema=UNREADABLE.schema, orient="row")
        if lost.height:
            folder.write_table(f"unreadable/{row['_share']:04d}.parquet", lost)
        folder.write_json(f"done/read-{row['_share']:04d}.json", record)


def _check(spark: Any, plan: Plan, folder: RunFolder) -> list[Task]:
    """Check bucket by bucket, keep the records, and return the buckets that hold services as tasks that are done."""
    staged, answers = folder.path / _STAGED, folder.path / _ANSWERS
    records = list(read_records(plan, folder))
    firsts = np.cumsum([0, *(record["numbers"] for record in records)]).tolist()
    if not (answers / "_SUCCESS").exists():
        services = spark.read.parquet(staged.as_uri()).where("_record is null").drop("_record")
        found = services.groupBy("_bucket").applyInArrow(_bucket_function(plan.asked, firsts), _ddl(ANSWER))
        found.write.mode("overwrite").partitionBy("_kind").parquet(answers.as_uri())
    for row in spark.read.parquet(answers.as_uri()).where("_kind = 'record'").toLocalIterator():
        for name, held in (("blocks", row["_own"]), ("places", row["_places"])):
            if held is not None:
                folder.write_table(f"{name}/{row['_bucket']:05d}.parquet", pl.read_ipc(io.BytesIO(held)))
        folder.write_json(f"done/check-{row['_bucket']:05d}.json", json.loads(row["_record"]))
    _place(answers / "_kind=finding", folder.path / Work(plan, folder).findings, FINDING)
    _place(answers / "_kind=suppressed", folder.path / f"suppressed/run={plan.id}", SUPPRESSED)
    sizes = sum((np.array(record["buckets"]) for record in records), start=np.zeros(plan.buckets, dtype=np.int64))
    return [Task("check", bucket, bucket, bucket + 1) for bucket in np.flatnonzero(sizes).tolist()]


def _place(source: Path, target: Path, columns: list[str]) -> None:
    """Put what Spark wrote where a run's findings are, with their columns alone."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    for path in sorted(source.glob("*.parquet")):
        target.mkdir(exist_ok=True)
        temporary = source / f".{path.name}"
        pl.scan_parquet(path).select(columns).sink_parquet(temporary)
        temporary.replace(target / path.name)


def _ddl(schema: pl.Schema) -> str:
    kinds = {**_SPARK_TYPES, pl.Binary: "binary"}
    return ", ".join(f"{name} {kinds[dtype.base_type()]}" for name, dtype in schema.items())


# --- what runs on the executors ---


@cache
def _under(tables: str | None) -> ExitStack:
    """Let the chosen tables count in this Python worker, which keeps them."""
    held = ExitStack()
    held.enter_context(under(tables))
    return held


def _read_shares(plan: Plan, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the services of the shares whose numbers come (STAGED), and each share's record."""
    _under(plan.asked.tables)
    for batch in batches:
        for number in batch.column(0).to_pylist():
            yield from _read_share(plan, number)


def _read_share(plan: Plan, number: int) -> Iterator[pa.RecordBatch]:
    sizes, lost, notes, last = np.zeros(plan.buckets, dtype=np.int64), list[pl.DataFrame](), list[str](), 0
    for batch in intake.read_share(plan.shares[number], plan.found(), mapping=plan.asked.mapping, rows=20_000):
        lost.append(batch.unreadable)
        notes += batch.notes
        last = batch.next_row
        if not batch.services.height:
            continue
        bucket = (PATIENT.hash(seed=0) % plan.buckets).cast(pl.Int64)
        staged = batch.services.with_columns(_bucket=bucket, _share=pl.lit(number, dtype=pl.Int64))
        sizes += np.bincount(staged["_bucket"].to_numpy(), minlength=plan.buckets)
        yield from _batches(staged, STAGED)
    told = pl.concat([UNREADABLE.empty(), *lost])
    record = {
        "rows": int(sizes.sum()),
        "numbers": last,
        "buckets": sizes.tolist(),
        "files": [],
        "notes": notes,
        "unreadable": told.rows(),
    }
    yield from _batches(pl.DataFrame({"_share": [number], "_record": [json.dumps(record)]}), STAGED)


def _bucket_function(asked: Asked, firsts: list[int]) -> Callable[[pa.Table], pa.Table]:
    # Spark reads from the types of the function's arguments how to call it
    def check(services: pa.Table) -> pa.Table:
        return _check_bucket(asked, firsts, services)

    return check


def _check_bucket(asked: Asked, firsts: list[int], services: pa.Table) -> pa.Table:
    """Return the findings of a bucket of whole patients and its record (ANSWER)."""
    _under(asked.tables)
    frame = pl.from_arrow(services)
    assert isinstance(frame, pl.DataFrame)
    first = pl.col("_share").replace_strict(list(range(len(firsts))), firsts, return_dtype=pl.Int64)
    bucket = frame["_bucket"][0]
    done = checked(SERVICES.conform(frame.with_columns(row=pl.col("row") + first).sort("row")), asked)
    taken = {} if done.taken is None else {"_own": [_ipc(done.taken.own)], "_places": [_ipc(done.taken.places)]}
    record = pl.DataFrame({"_bucket": [bucket], "_record": [json.dumps(done.tally.record())], **taken})
    answer = pl.concat(
        [
            _conform(done.findings.with_columns(_kind=pl.lit("finding")), ANSWER),
            _conform(done.suppressed.with_columns(_kind=pl.lit("suppressed")), ANSWER),
            _conform(record.with_columns(_kind=pl.lit("record")), ANSWER),
        ]
    )
    return answer.to_arrow(compat_level=pl.CompatLevel.oldest())


def _conform(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in schema.items()
    )


def _batches(frame: pl.DataFrame, schema: pl.Schema) -> Iterator[pa.RecordBatch]:
    yield from _conform(frame, schema).to_arrow(compat_level=pl.CompatLevel.oldest()).to_batches()


def _ipc(frame: pl.DataFrame) -> bytes:
    held = io.BytesIO()
    frame.write_ipc(held, compression="lz4")
    return held.getvalue()
