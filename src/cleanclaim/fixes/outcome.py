"""What fixing a source came to: the lines changed, the findings left and why, and the source written again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim.config import Config
from cleanclaim.engine.report import Report, place
from cleanclaim.errors import CleanclaimError
from cleanclaim.fixes.claims837 import ClaimsFile
from cleanclaim.fixes.delimited import DelimitedFile
from cleanclaim.fixes.edits import FIELDS
from cleanclaim.fixes.kinds import KINDS
from cleanclaim.fixes.rewrite import LineEdit, Rewriter, by_file
from cleanclaim.fixes.trial import PATIENT, Fixing, fix_services
from cleanclaim.fixes.visits import VisitsFile, VisitsInMemory
from cleanclaim.intake.content import STANDARD_INPUT, Content, Kind, kind_of
from cleanclaim.intake.mapping import Mapping as ColumnMapping
from cleanclaim.intake.mapping import load_mapping
from cleanclaim.intake.read import MappingSource
from cleanclaim.rules import all_rules

_WITHDRAWN = "made on trial and taken back: afterwards there was {}"
_UNCERTAIN = "what is known of this payer is uncertain; confirm it first"
_SHOWN = tuple(name for name in FIELDS if name != "allowed")
_REFUSED = {"rule": pl.String(), "row": pl.Int64(), "because": pl.String()}


@dataclass(frozen=True)
class Fixed:
    """The outcome of fixing: ``report`` is the check before it; ``edits`` has the lines changed (EDITS).

    ``unfixed`` (rule, row, because) are the findings of the kinds that are fixed that stay, with the reason in words.
    ``services`` are the fixed services (SERVICES) of every patient with such a finding. ``visits`` is a fixed copy of
    visits that were given as Python values, else None.
    """

    report: Report
    edits: pl.DataFrame
    unfixed: pl.DataFrame
    services: pl.DataFrame
    visits: Any = None
    rewriters: Mapping[int, Rewriter] = field(default_factory=dict, repr=False)

    def changes(self) -> list[dict[str, Any]]:
        """Return the lines changed as a person reads them, in the order of the input; keys as in the JSON contract.

        ``before`` and ``after`` have code, modifiers, units, minutes and charge as text, null where there is none;
        ``after`` is null where ``into`` names the line that took this one up.
        """
        visit = pl.col("finding").min().over("file_id", "claim_id", "visit_id", "dos")
        ordered = self.edits.sort("file_id", visit, maintain_order=True)
        places = {row["row"]: place(row) for row in ordered.iter_rows(named=True)}
        return [
            {
                **self._where(row),
                "before": {name: row[name] for name in _SHOWN},
                "after": None if row["into"] is not None else {name: row[f"new_{name}"] for name in _SHOWN},
                "into": None if row["into"] is None else places[row["into"]],
            }
            for row in ordered.iter_rows(named=True)
        ]

    def stays(self) -> list[dict[str, Any]]:
        """Return the findings of the kinds that are fixed that stay, each with the reason."""
        found = self.report.findings.join(self.unfixed, on=["rule", "row"]).sort("file_id", "row", "rule")
        return [{**self._where(row), "because": row["because"]} for row in found.iter_rows(named=True)]

    def _where(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "rule": row["rule"],
            "name": _names()[row["rule"]],
            "file": self._file(row["file_id"]),
            "place": place(row),
            "claim": row["claim_id"],
            "visit": row["visit_id"],
            "dos": row["dos"].isoformat() if row["dos"] else None,
        }

    def _file(self, file_id: int | None) -> str | None:
        return self.report.files[file_id] if file_id is not None and self.report.files else None

    @property
    def count(self) -> int:
        """How many fixes were made."""
        return self.edits.select("rule", "finding").unique().height

    def shown_only(self) -> list[str]:
        """Return the files with changes that are shown and cannot be written."""
        held = by_file(self.edits)
        return [str(self._file(file_id)) for file_id in held if file_id not in self.rewriters]

    def rewritten(self) -> dict[str, Iterator[bytes]]:
        """Return the new content, in parts, of each file that changes and can be written, by its name."""
        held = by_file(self.edits)
        return {
            str(self._file(file_id)): self.rewriters[file_id].parts(lines)
            for file_id, lines in held.items()
            if file_id in self.rewriters
        }

    def as_dict(self) -> dict[str, Any]:
        """Return the changes, and what stays and why, in the shape of the JSON contract."""
        return {"fixes": self.count, "changes": self.changes(), "unfixed": self.stays()}


def candidates(services: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Return the services of the patients with a finding of a kind that is fixed, of a partition that was checked."""
    rows = found.filter(pl.col("rule").is_in(list(KINDS)))["row"]
    if rows.is_empty():
        return services.clear()
    return services.filter(pl.col("row").is_in(rows.implode()).any().over(PATIENT))


def fix_found(
    report: Report,
    services: Iterable[pl.DataFrame],
    *,
    source: object,
    as_of: date,
    config: Config,
    mapping: MappingSource = None,
) -> Fixed:
    """Return the fixes of ``report``'s findings; ``services`` are the :func:`candidates` of its partitions."""
    found = report.findings.filter(pl.col("rule").is_in(list(KINDS)))
    parts = [part for part in services if part.height]
    if found.is_empty() or not parts:
        nothing = pl.DataFrame(schema=_REFUSED)
        made = Fixing.of_nothing()
        rewriters: dict[int, Rewriter] = {}
        return Fixed(report, made.edits, nothing, made.services, _in_memory(source), rewriters)
    rewriters = _rewriters(report.files, source, mapping)
    made, refused = _accepted(pl.concat(parts), found, as_of, config, rewriters)
    lines = by_file(made.edits)
    visits = rewriters[0].fixed(lines.get(0, [])) if isinstance(source, dict) else None  # type: ignore[attr-defined]
    return Fixed(report, made.edits, _unfixed(found, made, refused), made.services, visits, rewriters)


def _accepted(
    services: pl.DataFrame, found: pl.DataFrame, as_of: date, config: Config, rewriters: Mapping[int, Rewriter]
) -> tuple[Fixing, pl.DataFrame]:
    """Fix until every file takes all of its changes: a change that a file cannot hold is not made at all."""
    refused = pl.DataFrame(schema=_REFUSED)
    while True:
        made = fix_services(services, found, as_of=as_of, config=config, refused=refused.select("rule", "row"))
        more = _refusals(made.edits, by_file(made.edits), rewriters)
        if more.is_empty():
            return made, refused
        refused = pl.concat([refused, more])


def _refusals(
    edits: pl.DataFrame, lines: Mapping[int, list[LineEdit]], rewriters: Mapping[int, Rewriter]
) -> pl.DataFrame:
    told = [
        (one.row, one.because)
        for file_id, changed in lines.items()
        if file_id in rewriters
        for one in rewriters[file_id].refusals(changed)
    ]
    rows = pl.DataFrame(told, schema={"row": pl.Int64(), "because": pl.String()}, orient="row")
    # of several fixes of a line the last one is given up first
    last = edits.select("rule", "finding", "row").unique("row", keep="last", maintain_order=True)
    return rows.join(last, on="row").select("rule", row="finding", because="because").unique(["rule", "row"])


def _unfixed(found: pl.DataFrame, made: Fixing, refused: pl.DataFrame) -> pl.DataFrame:
    takes = {rule: f"not told by the input: it takes {kind.takes}" for rule, kind in KINDS.items()}
    left = made.left.with_columns(because=pl.col("rule").replace_strict(takes, return_dtype=pl.String))
    unsure = found.filter(pl.col("uncertain").is_not_null()).select("rule", "row", because=pl.lit(_UNCERTAIN))
    withdrawn = made.withdrawn.select("rule", "row", because=pl.format(_WITHDRAWN, "brings"))
    return pl.concat([refused, unsure, withdrawn, left]).unique(["rule", "row"], keep="first", maintain_order=True)


def _rewriters(files: tuple[str, ...], source: object, mapping: MappingSource) -> dict[int, Rewriter]:
    """Return, by file, what writes it again; files of other kinds, pipes and members of archives are left out."""
    if isinstance(source, dict):
        return {0: VisitsInMemory(source)}
    columns = load_mapping(mapping)
    named = {file_id: name for file_id, name in enumerate(files) if name != STANDARD_INPUT}
    opened = {file_id: _rewriter(Path(name), columns) for file_id, name in named.items()}
    return {file_id: one for file_id, one in opened.items() if one is not None}


def _rewriter(path: Path, columns: ColumnMapping) -> Rewriter | None:
    if not path.is_file():
        return None
    try:
        content = Content.of(path)
        kind = kind_of(content)
        if kind is Kind.DELIMITED:
            return DelimitedFile(content, columns)
        if kind is Kind.X12:
            return ClaimsFile(path)
        return VisitsFile(content) if kind is Kind.JSON else None
    except CleanclaimError:
        # what cannot be read has no findings to fix
        return None


def _in_memory(source: object) -> Any:
    return VisitsInMemory(source).fixed([]) if isinstance(source, dict) else None


def _names() -> dict[str, str]:
    return {rule.id: rule.name for rule in all_rules()}
