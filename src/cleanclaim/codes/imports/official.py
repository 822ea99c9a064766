"""What an official file is, told from its content; of which release and table, from its content or else its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from cleanclaim.codes.imports.archive import Piece
from cleanclaim.codes.imports.release import (
    ADDONS,
    DIAGNOSES,
    FEES,
    INDICES,
    MAXIMUMS,
    PAIRS,
    normal,
    quarter,
)
from cleanclaim.codes.imports.rows import CODE, Sheet
from cleanclaim.errors import InputError, UnreadableFile, UnsupportedFile

PARTS = 4
"""The files of one pair table of a quarter."""


@dataclass(frozen=True)
class Kind:
    """A kind of official file: what it is called, where it is published, and whose rows it has."""

    name: str
    title: str
    page: str
    tables: tuple[str, ...] = ("",)


KINDS = {
    kind.name: kind
    for kind in (
        Kind(PAIRS, "procedure-to-procedure edits", "Medicare NCCI Procedure to Procedure (PTP) Edits",
             ("practitioner", "hospital")),
        Kind(MAXIMUMS, "medically unlikely edits", "Medicare NCCI Medically Unlikely Edits (MUEs)",
             ("practitioner", "hospital", "medicaid")),
        Kind(ADDONS, "add-on code edits", "Medicare NCCI Add-on Code Edits"),
        Kind(FEES, "relative value file", "PFS Relative Value Files"),
        Kind(INDICES, "geographic practice cost indices", "PFS Relative Value Files"),
        Kind(DIAGNOSES, "ICD-10-CM order file", "ICD-10 Codes"),
    )
}  # fmt: skip

LEAST = {PAIRS: 50_000, MAXIMUMS: 5_000, ADDONS: 2_000, FEES: 8_000, INDICES: 80, DIAGNOSES: 60_000}
"""The rows below which a table is no whole one, well under every release since 2015; of pair edits those kept."""


def refuse_half(kind: str, rows: int, place: str) -> None:
    """Raise UnreadableFile for a table with too few rows to be whole: what it lacks would be taken for published."""
    least = LEAST[kind]
    if rows < least:
        raise UnreadableFile(
            f"{place}: {rows:,} rows, and the whole {KINDS[kind].title} have more than {least:,}; the file is cut off "
            "or filtered: download it again"
        )


@dataclass(frozen=True)
class Named:
    """What the content of a file does not say of it: null where its name does not either."""

    release: str | None = None
    table: str | None = None
    part: int | None = None
    revision: int = 0


@dataclass(frozen=True)
class Official:
    """An official file that was read and found right: the rows that are kept of it, and how many it has."""

    kind: str
    table: str
    release: str
    part: int | None
    revision: int
    file: str
    sha256: str
    published: int
    rows: pl.DataFrame

    @property
    def title(self) -> str:
        """What it is called in messages."""
        which = f", {self.table}" if self.table else ""
        part = f", part {self.part}" if self.part else ""
        return f"{KINDS[self.kind].title}{which}, {self.release}{part}"


_PTP = re.compile(r"cci(pra|oph)-?v(\d\d)(\d)r(\d+)(?:-?f(\d+))?", re.IGNORECASE)
_QUARTER = re.compile(r"(?<!\d)(20\d\d)-?q([1-4])(?!\d)", re.IGNORECASE)
_QUARTER_FIRST = re.compile(r"(?<![0-9a-z])q([1-4])-?(20\d\d)(?!\d)", re.IGNORECASE)
_EFFECTIVE = re.compile(r"eff[_-](\d\d)-(\d\d)-(20\d\d)", re.IGNORECASE)
_ICD = re.compile(r"icd10cm[-_]order[-_](april[-_])?(?:1[-_])?(20\d\d)", re.IGNORECASE)
_TABLES = (
    ("medicaid", r"medicaid|[-_]mcd"),
    ("hospital", r"hospital|oph"),
    ("practitioner", r"practitioner"),
)


def named(names: tuple[str, ...]) -> Named:
    """Return what the names of a file, from the inner one outward, say of it.

    >>> named(("edits-2026q4.zip", "ccipra-v323r0-f2.TXT"))
    Named(release='2026Q4', table='practitioner', part=2, revision=0)
    >>> named(("MCR_MUE_OutpatientHospitalServices_Eff_10-01-2026.csv",))
    Named(release='2026Q4', table='hospital', part=None, revision=0)
    """
    found = Named()
    for name in reversed(names):
        said = _said(name.rsplit("/", 1)[-1])
        found = Named(
            found.release or said.release,
            found.table or said.table,
            found.part or said.part,
            found.revision or said.revision,
        )
    return found


def _said(name: str) -> Named:
    table = next((table for table, words in _TABLES if re.search(words, name, re.IGNORECASE)), None)
    if ptp := _PTP.search(name):
        setting = "practitioner" if ptp[1].lower() == "pra" else "hospital"
        label = f"{1994 + int(ptp[2])}Q{int(ptp[3]) + 1}"
        return Named(label, setting, int(ptp[5]) if ptp[5] else None, int(ptp[4]))
    if eff := _EFFECTIVE.search(name):
        return Named(quarter(date(int(eff[3]), int(eff[1]), int(eff[2]))), table)
    if icd := _ICD.search(name):
        return Named(f"FY{icd[2]}" + ("-04" if icd[1] else ""), table)
    if found := _QUARTER.search(name):
        return Named(f"{found[1]}Q{found[2]}", table)
    if found := _QUARTER_FIRST.search(name):
        return Named(f"{found[2]}Q{found[1]}", table)
    return Named(None, table)


def told(piece: Piece, given: Named) -> Named:
    """Return what names say, with what the user said where they say nothing. InputError where the two disagree."""
    said = named(piece.names)
    for option in ("release", "table", "part"):
        mine, theirs = getattr(given, option), getattr(said, option)
        if mine is None:
            continue
        if option == "release":
            mine = normal(mine)
        if theirs not in (None, mine):
            raise InputError(f"{piece.place} says {theirs}, not {mine}; leave the option out", field=f"--{option}")
        said = replace(said, **{option: mine})
    return said


def wanted(value: str | int | None, option: str, place: str, example: str) -> str:
    """Return a fact about a file that neither its content nor its name gave. InputError naming the option if null."""
    if value is None:
        raise InputError(
            f"{place}: neither the file nor its name says which; keep the official name, or give {option} {example}",
            field=option,
        )
    return str(value)


_FIRST_ROW = re.compile(rf"^({CODE[1:-1]})\t({CODE[1:-1]})\t", re.MULTILINE)
_ICD_ROW = re.compile(r"^\d{5} [A-Z][0-9A-Z]{2,6} {1,5}[01] ", re.MULTILINE)
_SIGNS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (PAIRS, lambda text: "column1/column2 edits" in text.lower() or bool(_FIRST_ROW.search(text))),
    (MAXIMUMS, lambda text: bool(re.search(r"MUE\s+Values", text, re.IGNORECASE))),
    (ADDONS, lambda text: bool(re.search(r"add.?on.?code", text[:2000], re.IGNORECASE)) and "rimary" in text[:2000]),
    (INDICES, lambda text: "gpci" in text.lower() and "locality" in text.lower()),
    (FEES, lambda text: "relative value file" in text.lower() or "HCPCS,MOD,DESCRIPTION" in text),
    (DIAGNOSES, lambda text: bool(_ICD_ROW.search(text))),
)


def kind(sheet: Sheet) -> str | None:
    """Return the kind of an official file, null for one of no kind that is read."""
    text = sheet.head()
    return next((name for name, sign in _SIGNS if sign(text)), None)


def refuse(sheet: Sheet) -> UnsupportedFile:
    """Return the error for a file of no kind that is read."""
    titles = "; ".join(kind.title for kind in KINDS.values())
    return UnsupportedFile(f"{sheet.place}: none of the official files that are read ({titles})")
