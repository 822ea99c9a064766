"""Denied claims written again, ready to send: fixed where the fix needs nothing, as replacements or new claims.

A claim is written only if nothing is left for a person: every denied line of it is stopped by a rule whose fix was
made, no other finding of denial or compliance is left on the claim, the payer takes a replacement (or treats the claim
as never decided), and its control number is known. All others are named with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim import app, x12
from cleanclaim.errors import CleanclaimError, InputError
from cleanclaim.fixes.outcome import Fixed
from cleanclaim.rework.run import Worked
from cleanclaim.rules.rule import Severity
from cleanclaim.x12.write.resubmission import resubmit
from cleanclaim.x12.write.split import choose

_GRAVE = (Severity.DENIAL.value, Severity.COMPLIANCE.value)
_REOPEN = "the payer takes no replacement of a decided claim: ask it to reopen the decision"
_NOT_837 = "its claims are not in an 837 file"


@dataclass(frozen=True, slots=True)
class Left:
    """A denied claim that is not written, and why."""

    claim: str
    because: str


@dataclass(frozen=True)
class Corrected:
    """What was written: ``files`` with their claims, by path; ``left`` the denied claims that were not."""

    files: dict[str, tuple[str, ...]]
    left: tuple[Left, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it in the shape of the JSON contract."""
        return {
            "files": [{"file": path, "claims": list(claims)} for path, claims in self.files.items()],
            "left": [{"claim": one.claim, "because": one.because} for one in self.left],
        }


def write_corrected(
    worked: Worked, claims: Sequence[str | PathLike[str]], folder: Path, *, now: datetime | None = None
) -> Corrected:
    """Write the denied claims that can be sent again as they are fixed, one new 837 for each 837 they stand in.

    ``claims`` are the paths that ``worked`` was made from; ``now`` is when the files say that they were written. Files
    in ``folder`` are new; InputError where one is there. Where nothing can be written, nothing is.
    """
    at = now or datetime.now()  # noqa: DTZ005  (the user's own clock is meant)
    fixed = app.fix(list(claims), config=worked.config, as_of=worked.as_of)
    ready: dict[str, tuple[str, str]] = {}
    left: list[Left] = []
    for (claim,), lines in worked.denials.group_by("claim_id", maintain_order=True):
        because = _left_because(lines, fixed, str(claim))
        if because is None:
            ready[str(claim)] = (lines["step"][0], lines["payer_control"][0])
        else:
            left.append(Left(str(claim), because))
    written: dict[str, tuple[str, ...]] = {}
    for name, content in fixed.rewritten().items():
        whole = b"".join(content)
        held = {claim: segment for claim, segment in _claims_of(whole).items() if claim in ready}
        if not held:
            continue
        replaced = {segment: ready[claim][1] for claim, segment in held.items() if ready[claim][0] == "correct"}
        sent = b"".join(resubmit(whole, replaced)) if replaced else whole
        path = _new(folder, Path(name))
        choose(sent, (segment for claim, segment in _claims_of(sent).items() if claim in held), path, written_at=at)
        written[str(path)] = tuple(held)
    unwritten = set(ready) - {claim for claims_of in written.values() for claim in claims_of}
    left += [Left(claim, _NOT_837) for claim in ready if claim in unwritten]
    return Corrected(written, tuple(left))


def _left_because(lines: pl.DataFrame, fixed: Fixed, claim: str) -> str | None:
    """Return why a claim cannot be sent again without a person; None where it can."""
    made = set(fixed.edits.filter(pl.col("claim_id") == claim)["rule"])
    for line in lines.iter_rows(named=True):
        where = f"line {line['line_number']}"
        if line["step"] not in ("correct", "new_claim"):
            return f"{where}: {line['step'].replace('_', ' ')}"
        if line["way"] == "reopening":
            return _REOPEN
        if line["step"] == "correct" and not line["payer_control"]:
            return "the remittance does not tell the payer's number of the claim"
        rules = (line["stopped_by"] or "").split()
        if not rules or not set(rules) <= made:
            told = ", ".join(rule for rule in rules if rule not in made)
            return f"{where}: {'a person must make the fix of ' + told if told else 'what is wrong is not known here'}"
    found = fixed.report.findings.filter((pl.col("claim_id") == claim) & pl.col("severity").is_in(_GRAVE))
    others = sorted(set(found["rule"]) - made)
    return f"the claim has other findings: {', '.join(others)}" if others else None


def _claims_of(content: bytes) -> dict[str, int]:
    """Return the claims of an 837, by number, with their CLM segments; none for other files, or numbers used twice."""
    found: dict[str, list[int]] = {}
    try:
        for tables in x12.iter_x12(content, kinds=("837P", "837I")):
            for name in ("claims", "facility_claims"):
                for claim, segment in tables[name].select("claim_id", "segment").iter_rows():
                    found.setdefault(claim or "", []).append(segment)
    except CleanclaimError:
        return {}
    return {claim: segments[0] for claim, segments in found.items() if len(segments) == 1}


def _new(folder: Path, source: Path) -> Path:
    path = folder / f"{source.stem}.corrected{source.suffix}"
    if path.exists():
        raise InputError(f"{path} is there already; name an empty folder", field="--corrected")
    folder.mkdir(parents=True, exist_ok=True)
    return path
