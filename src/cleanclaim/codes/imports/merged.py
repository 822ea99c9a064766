"""The shipped tables with imported releases laid over them: for each day the newest release that is for it.

* Pair edits: a whole table lists every row it ever had with its days, so the newest whole one serves all days.
* Maximums, fees, indices and diagnoses: each release serves its own days; on other days the nearest, with its age.

Merged tables are written when something is imported, so that reading them costs no more than the shipped ones.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim.codes import tables
from cleanclaim.codes.imports import place, release, store
from cleanclaim.codes.imports.release import ADDONS, DIAGNOSES, FEES, INDICES, MAXIMUMS, PAIRS
from cleanclaim.codes.imports.store import Entry, Manifest
from cleanclaim.errors import InputError

VERSION = 1
"""Counts the ways in which tables were merged: merged tables of another one are made anew."""
SHIPPED_RELEASES = ("2024Q3",)
"""Releases that the shipped tables hold whole."""
_SOURCES = "sources.json"
_TABLES = {
    PAIRS: ("ncci_pairs", "ncci_coverage", "ncci_family"),
    MAXIMUMS: ("unit_maximums", "code_periods"),
    FEES: ("fee_schedule", "code_periods"),
    ADDONS: ("therapy_codes", "code_periods"),
    INDICES: ("gpci",),
    DIAGNOSES: ("icd10cm",),
}


@dataclass
class Merged:
    """Tables that replace the shipped ones of the same name, made or in a folder, and their sources."""

    names: frozenset[str]
    sources: Mapping[str, tables.Source]
    folder: Path | None = None
    made: dict[str, pl.DataFrame] = field(default_factory=dict)

    def frame(self, name: str) -> pl.DataFrame:
        """Return one table."""
        if name not in self.made and self.folder is not None:
            self.made[name] = pl.read_parquet(self.folder / f"{name}.parquet")
        return self.made[name]


def whole(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Return the releases whose files are all there, newest revision first where there are several; oldest first."""
    groups: dict[tuple[str, str, str], dict[int, list[Entry]]] = {}
    for entry in entries:
        revisions = groups.setdefault((entry.kind, entry.table, entry.release), {})
        revisions.setdefault(entry.revision, []).append(entry)
    found = []
    for revisions in groups.values():
        for _, parts in sorted(revisions.items(), reverse=True):
            if len(parts) == max(part.parts for part in parts):
                found.append(sorted(parts, key=lambda e: e.part or 0))
                break
    return sorted(found, key=lambda parts: (parts[0].kind, parts[0].table, parts[0].first_day, parts[0].last_day))


def chosen(label: str | None, field: str = "--tables") -> Merged | None:
    """Return the merged tables of all imports, or of those up to a release; null where no import counts.

    Raises InputError for a release that is not in hand, UnreadableFile where the user's folder is damaged.
    """
    if label is not None and label.lower() == release.SHIPPED:
        return None
    held = store.manifest()
    until = None
    if label is not None:
        name = release.normal(label, field)
        labels = sorted({e.release for parts in whole(held.entries) for e in parts} | set(SHIPPED_RELEASES))
        if name not in labels:
            raise InputError(
                f"the release {name} is not in hand; choose {', '.join(labels)} or {release.SHIPPED}", field=field
            )
        until = release.span(name).last
    return of(held, until)


def of(held: Manifest, until: date | None = None) -> Merged | None:
    """Return the merged tables of what a manifest holds; as written if they were, else made now."""
    counted = [parts for parts in whole(held.entries) if until is None or parts[0].first_day <= until]
    if not counted:
        return None
    if until is None and held.merged and held.merged.endswith(key(held)):
        found = _written(place.folder() / held.merged)
        if found is not None:
            return found
    return make(counted, held, until)


def key(held: Manifest) -> str:
    """Return what tells merged tables of one state from those of another: shipped tables, imports, way of merging."""
    state = [VERSION, (tables.FOLDER / "SOURCES.toml").read_text("utf-8"), [asdict(e) for e in held.entries]]
    return hashlib.sha256(json.dumps(state, default=str).encode()).hexdigest()[:16]


def _written(folder: Path) -> Merged | None:
    try:
        listed = json.loads((folder / _SOURCES).read_text("utf-8"))
        sources = {entry["name"]: tables.Source(**(entry | _days(entry))) for entry in listed}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not all((folder / f"{name}.parquet").is_file() for name in sources):
        return None
    return Merged(frozenset(sources), sources, folder)


def _days(entry: dict[str, Any]) -> dict[str, date]:
    return {name: date.fromisoformat(entry[name]) for name in ("retrieved", "first_day", "last_day")}


def stage(change: store.Change, made: Merged, folder: str) -> None:
    """Add the merged tables to an import that is being written."""
    for name in sorted(made.names):
        change.add(made.frame(name), f"{folder}/{name}.parquet")
    listed = [asdict(made.sources[name]) for name in sorted(made.names)]
    change.add_text(json.dumps(listed, default=str, indent=1), f"{folder}/{_SOURCES}")


def make(
    counted: list[list[Entry]],
    held: Manifest,
    until: date | None = None,
    new: Mapping[str, pl.DataFrame] | None = None,
) -> Merged:
    """Return the merged tables of whole releases; ``new`` has, by path, the rows that are not written yet."""
    from cleanclaim.codes.imports import layers

    rows = new or {}

    def read(entry: Entry) -> pl.DataFrame:
        return rows[entry.path] if entry.path in rows else store.read(entry)

    by_kind: dict[str, list[list[Entry]]] = {}
    for parts in counted:
        by_kind.setdefault(parts[0].kind, []).append(parts)
    made: dict[str, pl.DataFrame] = {}
    if PAIRS in by_kind:
        made |= layers.pairs(by_kind[PAIRS], read, held.codes, until)
    if INDICES in by_kind:
        made["gpci"] = layers.indices([(parts[0], read(parts[0])) for parts in by_kind[INDICES]])
    if DIAGNOSES in by_kind:
        made["icd10cm"] = layers.diagnoses([(parts[0], read(parts[0])) for parts in by_kind[DIAGNOSES]])
    made |= layers.codes(
        *([(parts[0], read(parts[0])) for parts in by_kind.get(kind, ())] for kind in (MAXIMUMS, FEES, ADDONS))
    )
    sources = {}
    for name, frame in made.items():
        of_it = [e for parts in counted if name in _TABLES[parts[0].kind] for e in parts]
        sources[name] = _source(tables_source(name), of_it, frame)
    return Merged(frozenset(made), sources, None, made)


def tables_source(name: str) -> tables.Source:
    """Return the source of a table as it was shipped."""
    return next(entry for entry in tables.shipped_sources() if entry.name == name)


def _source(shipped: tables.Source, entries: list[Entry], frame: pl.DataFrame) -> tables.Source:
    ordered = sorted(entries, key=lambda e: (e.table, e.first_day))
    names = dict.fromkeys(f"{e.table} {e.release}".strip() for e in ordered)
    content = hashlib.sha256(frame.hash_rows(seed=0).to_numpy().tobytes())
    last = max(e.last_day for e in entries)
    return replace(
        shipped,
        release=f"imported: {', '.join(names)}; shipped: {shipped.release}",
        compiled_from=f"files of CMS imported by the user ({', '.join(names)}); {shipped.compiled_from}",
        retrieved=max(e.imported for e in entries),
        first_day=min(shipped.first_day, *(e.first_day for e in entries)),
        last_day=max(shipped.last_day, last),
        sha256=content.hexdigest(),
        rows=frame.height,
    )


def refresh() -> None:
    """Write the merged tables anew where the program was updated since; what cannot be written is made each time."""
    held = store.manifest()
    counted = whole(held.entries)
    if not counted or (held.merged or "").endswith(key(held)):
        return
    with suppress(store.StoreBusy), store.locked() as held_folder:
        change = store.Change(held_folder)
        try:
            renewed = Manifest(held.entries, held.code_lists, f"{store.MERGED}/{key(held)}")
            stage(change, make(counted, held), str(renewed.merged))
            change.commit(renewed)
        finally:
            change.close()
