"""How far each official table reaches, what waits for more files, and which file to fetch where one is out of date."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from cleanclaim.codes import tables
from cleanclaim.codes.imports import merged, store
from cleanclaim.codes.imports.official import KINDS
from cleanclaim.codes.imports.release import ADDONS, DIAGNOSES, FEES, INDICES, MAXIMUMS, PAIRS, quarter, quarter_start
from cleanclaim.codes.imports.store import Entry

# The last release of each kind that the shipped tables hold whole, its days, and the code that names its table.
_SHIPPED_WHOLE = "2024Q3"


@dataclass(frozen=True)
class Reach:
    """One official table: the releases in hand, the last day they are for, and what to do where that is past."""

    kind: str
    table: str
    shipped: str
    shipped_through: date
    imported: tuple[str, ...]
    waiting: tuple[str, ...]
    through: date
    stale: bool
    file: str
    page: str

    def as_dict(self) -> dict[str, Any]:
        """The same as data; ``file`` and ``page`` are null where nothing is to be fetched."""
        held = asdict(self) | {"table": self.table or None, "title": KINDS[self.kind].title}
        held |= {"imported": list(self.imported), "waiting": list(self.waiting)}
        return held if self.stale else held | {"file": None, "page": None}


def reaches(today: date) -> list[Reach]:
    """Return one row per official table, as of a day."""
    entries = store.manifest().entries
    whole = merged.whole(entries)
    found = []
    for kind in KINDS.values():
        for table in kind.tables:
            shipped, through = _shipped(kind.name, table)
            own = [p for p in whole if (p[0].kind, p[0].table) == (kind.name, table)]
            last = max([through, *(p[0].last_day for p in own)])
            found.append(
                Reach(
                    kind.name,
                    table,
                    shipped,
                    through,
                    tuple(f"{p[0].release} ({p[0].first_day} to {p[0].last_day})" for p in own),
                    tuple(_waiting(kind.name, table, entries, own)),
                    last,
                    last < today,
                    _file(kind.name, table, today),
                    kind.page,
                )
            )
    return found


def _shipped(kind: str, table: str) -> tuple[str, date]:
    """The newest release that is shipped whole, and the last day it is for; what is shipped in part does not count."""
    if kind == DIAGNOSES:
        source = merged.tables_source("icd10cm")
        return source.release, source.last_day
    if kind == INDICES:
        last = tables.shipped("gpci")["last_day"].max()
        assert isinstance(last, date)
        return str(last.year), last
    if kind == PAIRS:
        coverage = tables.shipped("ncci_coverage").filter(table=table).row(0, named=True)
        return quarter(coverage["release"]), coverage["complete_through"]
    if kind == ADDONS:
        return "mid-2024", date(2024, 6, 30)
    if table == "medicaid":
        rows = tables.shipped("unit_maximums").filter(table="medicaid")
        return quarter(rows["first_day"].item(0)), rows["last_day"].item(0)
    return _SHIPPED_WHOLE, date(2024, 9, 30)


def _waiting(kind: str, table: str, entries: tuple[Entry, ...], whole: list[list[Entry]]) -> list[str]:
    counted = {e.path for parts in whole for e in parts}
    sets: dict[tuple[str, int], list[Entry]] = {}
    for entry in entries:
        if (entry.kind, entry.table) == (kind, table) and entry.path not in counted:
            sets.setdefault((entry.release, entry.revision), []).append(entry)
    replaced = {(p[0].release, p[0].revision) for p in whole}
    told = []
    for (label, revision), parts in sorted(sets.items()):
        there = {e.part for e in parts}
        total = max(e.parts for e in parts)
        missing = [str(n) for n in range(1, total + 1) if n not in there]
        newer = any(label == other and revision < theirs for other, theirs in replaced)
        if missing and not newer:
            told.append(f"{label}: {len(there)} of {total} files; missing {', '.join(missing)}")
    return told


def _file(kind: str, table: str, day: date) -> str:
    """The official name of the file that is for a day."""
    year, number = day.year, (day.month + 2) // 3
    first = quarter_start(day)
    letter, month = "abcd"[number - 1], ("Jan", "Apr", "Jul", "Oct")[number - 1]
    if kind == PAIRS:
        setting = "ccipra" if table == "practitioner" else "ccioph"
        version = f"v{year - 1994:02d}{number - 1}r0"
        return f"medicare-ncci-{year}q{number}-{table}-ptp-edits-{setting}-{version}-f1.zip to -f4.zip"
    if kind == MAXIMUMS and table == "medicaid":
        return f"medicaid-ncci-q{number}-{year}-mue-edits-practitioner-services.zip"
    if kind == MAXIMUMS:
        services = "PractitionerServices" if table == "practitioner" else "OutpatientHospitalServices"
        return f"MCR_MUE_{services}_Eff_{first:%m-%d-%Y}.csv"
    if kind == ADDONS:
        return f"AOC_V{year}Q{number}_01-MCR.txt"
    if kind == FEES:
        qpp = "_nonQPP" if year > 2025 else ""
        return f"PPRRVU{year}_{month}{qpp}.csv, in rvu{year % 100:02d}{letter}.zip"
    if kind == INDICES:
        return f"GPCI{year}.csv, in rvu{year % 100:02d}{letter}.zip"
    return f"icd10cm_order_{year + (day.month > 9)}.txt"
