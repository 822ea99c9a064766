"""The steps of a run, each of which can be done again: a share is read, a partition is checked, the run is finished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from cleanclaim.bulk import buckets
from cleanclaim.bulk.checked import Checked, Tally, checked, together, told
from cleanclaim.bulk.folder import RunFolder
from cleanclaim.bulk.plan import Plan
from cleanclaim.claims.schema import SERVICES, UNREADABLE
from cleanclaim.engine.across import found_in
from cleanclaim.engine.report import empty_findings
from cleanclaim.rules import all_rules

_BLOCKS_AT_ONCE = 3_000_000
_CLINICIANS = "clinicians"
_OTHERS = "others"


@dataclass(frozen=True)
class Task:
    """A share to read (``kind`` "read"), or buckets ``low`` to before ``high`` to check ("check")."""

    kind: str
    number: int
    low: int = 0
    high: int = 0

    @property
    def record(self) -> str:
        """The name of the record that says that it is done."""
        width = 4 if self.kind == "read" else 5
        return f"done/{self.kind}-{self.number:0{width}d}.json"

    def __str__(self) -> str:
        return f"share {self.number} of the input" if self.kind == "read" else f"partition {self.number}"


@dataclass
class Work:
    """A run's plan and folder, and the doing of its tasks."""

    plan: Plan
    folder: RunFolder

    @classmethod
    def of(cls, plan: Plan) -> Work:
        """Return the work of a plan, in its folder."""
        return cls(plan, RunFolder(Path(plan.folder)))

    @cached_property
    def _buckets(self) -> buckets.Buckets:
        return buckets.Buckets.of(self.plan, self.folder)

    def do(self, task: Task, told: Callable[[int], None]) -> None:
        """Do a task that is not done; ``told`` is called with the lines that were read."""
        if self.folder.json(task.record) is not None:
            return
        if task.kind == "read":
            buckets.read_share(self.plan, self.folder, task.number, told)
            return
        services = self._buckets.services(task.low, task.high)
        records = self.plan.records
        if records is not None:
            records = records.of(services["patient_id"].drop_nulls().unique())
        self.keep(f"{task.number:05d}", task.record, checked(services, self.plan.asked, records))

    def keep(self, name: str, record: str, done: Checked) -> None:
        """Write what a partition came to, and then that it is done."""
        if done.taken is not None:
            self.folder.write_table(f"blocks/{name}.parquet", done.taken.own)
            self.folder.write_table(f"places/{name}.parquet", done.taken.places)
        if done.findings.height:
            self.folder.write_table(f"{self.findings}/{name}.parquet", done.findings)
        if done.suppressed.height:
            self.folder.write_table(f"suppressed/run={self.plan.id}/{name}.parquet", done.suppressed)
        self.folder.write_json(record, done.tally.record())

    @property
    def findings(self) -> str:
        """The folder of the findings in the run's folder."""
        return f"findings/run={self.plan.id}"

    def finish(self, tasks: list[Task]) -> Tally:
        """Look at what spans all partitions, and return the numbers of the whole run."""
        tally = together(Tally.of_record(self.folder.json(task.record)) for task in tasks)
        if self.plan.records is not None:
            self._keep_others()
            tally.add(Tally.of_record(self.folder.json(f"done/{_OTHERS}.json")))
        if tally.several > 1 and tally.blocks:
            across = self._across(tally.blocks)
            settled = self.plan.asked.selection.settle(across) if across.height else across
            whole = Tally()
            whole.found(settled)
            self.keep(_CLINICIANS, f"done/{_CLINICIANS}.json", Checked(*told(settled), whole, None))
            tally.add(whole)
        return tally

    def _keep_others(self) -> None:
        """Check the plans of care of patients whom no service names."""
        seen = [pl.read_parquet(path)["patient_id"] for path in self.folder.tables("buckets")]
        patients = pl.concat([pl.Series("patient_id", [], dtype=pl.String), *seen]).unique()
        records = self.plan.records
        others = None if records is None else records.of(patients, others=True)
        self.keep(_OTHERS, f"done/{_OTHERS}.json", checked(SERVICES.empty(), self.plan.asked, others))

    def _across(self, blocks: int) -> pl.DataFrame:
        """Return what is found in clinicians' days, some clinicians at a time."""
        rules = self.plan.asked.selection.narrowed or all_rules()
        times = -(-blocks // _BLOCKS_AT_ONCE)
        own = pl.scan_parquet(self.folder.tables("blocks"))
        places = pl.scan_parquet(self.folder.tables("places"))

        def placed(rows: pl.DataFrame) -> pl.DataFrame:
            return places.join(rows.lazy(), on="row", how="semi").sort("row").collect(engine="streaming")

        parts = [
            found_in(own.filter(pl.col("clinician") % times == n).sort("row").collect(), placed, rules)
            for n in range(times)
        ]
        found = [part for part in parts if part.height]
        return pl.concat(found) if found else empty_findings()


def unreadable(folder: RunFolder, most: int) -> tuple[pl.DataFrame, int]:
    """Return the first ``most`` of the places that could not be read, and how many there are."""
    paths = folder.tables("unreadable")
    if not paths:
        return UNREADABLE.empty(), 0
    whole = pl.scan_parquet(paths)
    return whole.head(most).collect(), whole.select(pl.len()).collect().item()
