"""From paths to denied lines with their next steps, and to the rules that would have stopped them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim import intake
from cleanclaim.claims.episodes import Records
from cleanclaim.claims.schema import SERVICES
from cleanclaim.config import Config
from cleanclaim.errors import InputError
from cleanclaim.intake.content import STANDARD_INPUT_PATH
from cleanclaim.remit import Remitted
from cleanclaim.remit.causes import denied
from cleanclaim.remit.loop import Loop, loop
from cleanclaim.remit.next_steps import in_words, next_steps
from cleanclaim.remitting import remit

Paths = Sequence[str | PathLike[str]]


@dataclass(frozen=True)
class Worked:
    """Denied lines and what comes next.

    ``remitted`` are the outcomes, ``denials`` (DENIAL) those denied; ``services`` (SERVICES) all services of their
    patients; ``as_of`` the day against which last days are held.
    """

    remitted: Remitted
    denials: pl.DataFrame
    services: pl.DataFrame
    config: Config
    as_of: date

    @property
    def exit_code(self) -> int:
        """2 where a remittance was refused, 1 where a line is denied, else 0."""
        return 2 if self.remitted.refused.height else int(self.denials.height > 0)

    def loop(self) -> Loop:
        """Return which rules would have stopped the denials."""
        return loop(self.denials, self.config)

    def messages(self) -> Iterator[dict[str, Any]]:
        """Yield each denied line as a person reads it; keys as in the JSON contract, days as YYYY-MM-DD."""
        for line in self.denials.iter_rows(named=True):
            words = in_words(line)
            yield {
                "claim": line["claim_id"],
                "line": line["line_number"],
                "payer": line["payer"],
                "dos": _day(line["dos"]),
                "code": line["code"],
                "modifiers": (line["modifiers"] or "").split(),
                "reason": line["reason"],
                "reasons": (line["reasons"] or "").split(),
                "remarks": (line["remarks"] or "").split(),
                "file": self.remitted.files[line["file_id"]],
                "segment": line["segment"],
                "payer_control": line["payer_control"],
                "decided_on": _day(line["decided_on"]),
                "denied_cents": line["denied_cents"],
                "stake_cents": line["stake_cents"],
                "cause": line["cause"],
                "cause_words": words.cause,
                "who": line["who"],
                "fix": words.fix,
                "step": line["step"],
                "way": line["way"],
                "by_when": _day(line["by_when"]),
                "passed": None if line["by_when"] is None else line["by_when"] < self.as_of,
                "appeal": line["appeal"],
                "appeal_because": line["because"],
                "appeal_level": line["level"],
                "appeal_by": _day(line["appeal_by"]),
                "stopped_by": (line["stopped_by"] or "").split(),
                "unchecked": (line["unchecked"] or "").split(),
                "missing": (line["missing"] or "").split(),
            }


def work(
    remittances: Paths,
    claims: Paths,
    *,
    config: Config | str | PathLike[str] | None = None,
    payer: str | None = None,
    mapping: str | PathLike[str] | None = None,
    as_of: date | None = None,
    records: Records | None = None,
) -> Worked:
    """Return the denied lines of ``remittances`` (835), matched to ``claims``, with what comes next.

    Takes what :func:`cleanclaim.remitting.remit` takes. Minutes are read beside the claims, as ``check`` reads them:
    without them much is not known. ``as_of`` is today by default. ``records`` are the authorizations on file
    (:func:`cleanclaim.intake.read_records`), against which denials for want of one are held. Raises as ``remit`` does.

    >>> work([], [])
    Traceback (most recent call last):
    cleanclaim.errors.InputError: remittances: name at least one remittance (835)
    """
    if str(STANDARD_INPUT_PATH) in [str(path) for path in claims]:
        raise InputError("the claims are read twice here, and standard input only once; name files", field="claims")
    settings = config if isinstance(config, Config) else Config.load(None if config is None else Path(config))
    if payer is not None:
        settings = settings.with_default_payer(payer)
    day = as_of or date.today()  # noqa: DTZ011  (the user's own calendar day is meant)
    result = remit(remittances, claims, config=settings, mapping=mapping)
    told = settings.mapping if mapping is None else str(mapping)
    services = _of_patients(denied(result.outcomes), [Path(path) for path in claims], told)
    steps = next_steps(result.outcomes, services, settings, as_of=day, records=records)
    return Worked(result, steps, services, settings, day)


def _of_patients(lines: pl.DataFrame, paths: list[Path], mapping: intake.MappingSource) -> pl.DataFrame:
    """Return all services, given and billed, of the patients of denied lines."""
    if lines.is_empty():
        return SERVICES.empty()
    patients = lines["patient_id"].drop_nulls().unique().implode()
    unnamed = lines.filter(pl.col("patient_id").is_null())["claim_id"].unique().implode()
    theirs = pl.col("patient_id").is_in(patients) | (
        pl.col("patient_id").is_null() & pl.coalesce("claim_id", "visit_id").is_in(unnamed)
    )
    parts = [batch.services.filter(theirs) for batch in intake.batches(paths, mapping=mapping)]
    return SERVICES.conform(pl.concat(parts))


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
