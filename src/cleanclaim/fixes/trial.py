"""Fixes made on trial: each one is checked again with the whole of its patient, and taken back where it does harm."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from cleanclaim.claims.schema import SERVICES
from cleanclaim.config import Config
from cleanclaim.engine.check import CheckResult, check
from cleanclaim.fixes.edits import EDITS, PROPOSED, applied, made
from cleanclaim.fixes.kinds import KINDS, proposed

PATIENT = pl.coalesce("patient_id", "visit_id", "claim_id").fill_null("")
"""Whose a service is: what one patient's services say never depends on another's."""

_FIX = ["rule", "finding"]
_WITHDRAWN = {"rule": pl.String(), "row": pl.Int64(), "brings": pl.String()}


@dataclass(frozen=True)
class Fixing:
    """What fixing came to.

    ``edits`` (EDITS) are the lines changed; ``withdrawn`` (rule, row, brings) findings whose fix did not hold:
    ``brings`` names the rules that would find something new, or the rule itself where its finding would stay; ``left``
    (rule, row) are findings of the kinds that are fixed for which the input does not tell how; ``services`` are the
    services given, fixed.
    """

    edits: pl.DataFrame
    withdrawn: pl.DataFrame
    left: pl.DataFrame
    services: pl.DataFrame

    @classmethod
    def of_nothing(cls, services: pl.DataFrame | None = None) -> Fixing:
        """Return the outcome where there is nothing to fix."""
        nothing = pl.DataFrame(schema=_WITHDRAWN)
        return cls(EDITS.empty(), nothing, nothing.drop("brings"), SERVICES.empty() if services is None else services)


def fix_services(
    services: pl.DataFrame,
    findings: pl.DataFrame,
    *,
    as_of: date,
    config: Config | None = None,
    refused: pl.DataFrame | None = None,
) -> Fixing:
    """Return ``services`` (SERVICES, whole patients) with the fixes made that need nothing and hold.

    ``findings`` (rule, row, and ``uncertain`` where known) are those to fix: a finding that rests on an uncertain value
    of a payer's pack is not. ``refused`` (rule, row) are left out. A fix holds when its finding is gone and no rule
    finds anything new. Fixing what comes out again changes nothing.
    """
    wanted = findings.filter(pl.col("rule").is_in(list(KINDS)))
    if "uncertain" in wanted.columns:
        wanted = wanted.filter(pl.col("uncertain").is_null())
    wanted = wanted.select("rule", "row").unique(maintain_order=True)
    if refused is not None:
        wanted = wanted.join(refused, on=["rule", "row"], how="anti")
    if wanted.is_empty():
        return Fixing.of_nothing(services)
    trial = _Trial(services, check(services, as_of=as_of, config=config), as_of, config, wanted)
    trial.run()
    still = trial.still_wanted()
    withdrawn = pl.concat([pl.DataFrame(schema=_WITHDRAWN), *trial.withdrawn])
    return Fixing(
        edits=pl.concat([EDITS.empty(), *trial.edits]),
        withdrawn=withdrawn.join(still, on=["rule", "row"], how="semi").unique(["rule", "row"], maintain_order=True),
        left=still.join(withdrawn, on=["rule", "row"], how="anti"),
        services=trial.services,
    )


@dataclass
class _Trial:
    services: pl.DataFrame
    result: CheckResult
    as_of: date
    config: Config | None
    wanted: pl.DataFrame
    edits: list[pl.DataFrame] = field(default_factory=list)
    withdrawn: list[pl.DataFrame] = field(default_factory=list)

    def run(self) -> None:
        """Make what holds; then try again what did not, until nothing more does: one fix may clear another's way."""
        progress = True
        while progress:
            self.withdrawn = []
            made_one = [self._make(rule) for rule in KINDS]
            progress = any(made_one)

    def still_wanted(self) -> pl.DataFrame:
        """Return the findings to fix that are still there."""
        return self.wanted.join(self.result.findings, on=["rule", "row"], how="semi")

    def _make(self, rule: str) -> bool:
        """Make the fixes of one rule; what fails beside other fixes of its patient is tried alone."""
        rows = self.still_wanted().filter(rule=rule)["row"]
        if rows.is_empty():
            return False
        edits = proposed(rule, self.result, rows)
        before = len(self.edits)
        failed = self._try(edits)
        alone = self._patients_of(failed, "finding").hstack(failed.select(_FIX)).unique(maintain_order=True)
        alone = alone.with_columns(nth=pl.int_range(pl.len()).over("patient"), several=pl.len().over("patient") > 1)
        if alone["several"].any():
            for nth in alone["nth"].unique().sort():
                one = alone.filter(pl.col("several") & (pl.col("nth") == nth))
                self._withdraw(self._try(failed.join(one, on=_FIX, how="semi", maintain_order="left")))
        self._withdraw(failed.join(alone.filter(~pl.col("several")), on=_FIX, how="semi"))
        return len(self.edits) > before

    def _withdraw(self, failed: pl.DataFrame) -> None:
        self.withdrawn.append(failed.select("rule", row="finding", brings="brings"))

    def _try(self, edits: pl.DataFrame) -> pl.DataFrame:
        """Make the edits of every patient for whom they hold; return the others, with what they bring (``brings``)."""
        edits = edits.select(PROPOSED.schema.names())
        failed = [PROPOSED.empty().with_columns(brings=pl.lit(None, dtype=pl.String))]
        while edits.height:
            services = applied(self.services, edits)
            result = check(services, as_of=self.as_of, config=self.config)
            patients = self._patients_of(edits, "finding")
            worse = self._worse(result, edits)
            brings = patients.join(worse, on="patient", how="left", maintain_order="left")["brings"]
            spoilt = brings.is_not_null()
            if worse.is_empty():
                self.edits.append(made(edits, self.services, services))
                self.services, self.result = services, result
                break
            if not spoilt.any():
                # a fault of a patient without edits: two patients of one clinician; nothing says whose edit it was
                spoilt = ~spoilt
            failed.append(edits.hstack([brings]).filter(spoilt))
            edits = edits.filter(~spoilt)
        return pl.concat(failed)

    def _worse(self, result: CheckResult, edits: pl.DataFrame) -> pl.DataFrame:
        """The patients for whom a finding is new, or one to be fixed is still there; ``brings`` names their rules."""
        taken_up = edits.drop_nulls("into").select("row", "into")
        counted = ["rule", "row"]
        before = (
            self.result.findings.select(counted)
            .join(taken_up, on="row", how="left")
            .with_columns(row=pl.coalesce("into", "row"))
            .group_by(counted)
            .agg(before=pl.len())
        )
        after = result.findings.select(counted).group_by(counted).agg(after=pl.len())
        new = after.join(before, on=counted, how="left").filter(pl.col("after") > pl.col("before").fill_null(0))
        still = after.join(edits.select("rule", row="finding"), on=counted, how="semi")
        bad = pl.concat([new.select(counted), still.select(counted)])
        named = self._patients_of(bad, "row").hstack(bad.select("rule"))
        return named.group_by("patient").agg(brings=pl.col("rule").unique().sort().str.join(", "))

    def _patients_of(self, frame: pl.DataFrame, row: str) -> pl.DataFrame:
        known = self.services.select("row", patient=PATIENT)
        return frame.select(row=row).join(known, on="row", how="left", maintain_order="left").select("patient")
