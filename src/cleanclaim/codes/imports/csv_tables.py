"""Readers of the small official tables: unit maximums, relative values, indices, add-on codes, diagnosis codes.

Headings are found by what they say. Descriptions of codes are never kept.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import polars as pl

from cleanclaim.codes.imports.official import Named, Official, wanted
from cleanclaim.codes.imports.release import ADDONS, DIAGNOSES, FEES, INDICES, MAXIMUMS, quarter, span
from cleanclaim.codes.imports.rows import Sheet, code
from cleanclaim.errors import InputError, UnreadableFile, UnsupportedFile

_AGAIN = "download the file again"
_UPDATE = "a layout this version does not know: update cleanclaim"


def _official(kind: str, sheet: Sheet, said: Named, table: str, label: str, rows: list[dict[str, Any]],
              schema: dict[str, Any], key: list[str]) -> Official:  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema)
    if frame.is_empty():
        raise UnreadableFile(f"{sheet.place}: no rows after the heading; {_AGAIN}")
    twice = frame.filter(frame.select(key).is_duplicated())
    if twice.height:
        raise UnreadableFile(
            f"{sheet.place}: {' '.join(str(v) for v in twice.select(key).row(0))} stands twice; {_AGAIN}"
        )
    piece = sheet.piece
    return Official(kind, table, label, None, said.revision, piece.name, piece.sha256, len(rows), frame.sort(key))


def _whole(text: str, place: str, line: int, what: str) -> int:
    if not text.isdigit():
        raise UnreadableFile(f"{place}, line {line}: {what} is wanted, a whole number; {_AGAIN}")
    return int(text)


def _number(text: str, place: str, line: int, what: str) -> float:
    if not re.fullmatch(r"-?\d*\.?\d+|\d+\.", text.replace(",", "")):
        raise UnreadableFile(f"{place}, line {line}: {what} is wanted, a number; {_AGAIN}")
    return float(text.replace(",", ""))


def _no_code(text: str, place: str, line: int) -> UnreadableFile:
    short = text if len(text) <= 12 and text.isalnum() else "this"
    return UnreadableFile(f"{place}, line {line}: a code is wanted in the first cell, {short!r} is none; {_AGAIN}")


def maximums(sheet: Sheet, said: Named) -> Official | None:
    """Return a unit maximum table: code, units, mai (null in a Medicaid table, which has none); null for supplies."""
    columns: list[str] = []
    rows: list[dict[str, Any]] = []
    for line, cells in sheet.rows():
        if not columns:
            if any("MUE Values" in cell for cell in cells) and len(cells) > 1 and "opyright" not in cells[0]:
                columns = _maximum_columns(cells, sheet.place, line)
                if "Supplier" in cells[1]:
                    return None
            continue
        if not any(cells):
            continue
        if len(cells) < len(columns):
            raise UnreadableFile(f"{sheet.place}, line {line}: {len(cells)} cells, not {len(columns)}; {_AGAIN}")
        found = code(cells[0])
        if found is None:
            raise _no_code(cells[0], sheet.place, line)
        mai = None
        if "mai" in columns:
            mai = _whole(cells[2][:1], sheet.place, line, "the adjudication indicator")
            if mai not in (1, 2, 3):
                raise UnreadableFile(f"{sheet.place}, line {line}: the adjudication indicator is 1, 2 or 3; {_AGAIN}")
        rows.append({"code": found, "units": _whole(cells[1], sheet.place, line, "the units"), "mai": mai})
    if not columns:
        raise UnsupportedFile(f"{sheet.place}: no heading with 'MUE Values'; {_UPDATE}")
    label = wanted(said.release, "--release", sheet.place, "2026Q4")
    table = _maximum_table(columns[1], "mai" in columns, said, sheet.place)
    schema = {"code": pl.String, "units": pl.Int64, "mai": pl.Int64}
    return _official(MAXIMUMS, sheet, said, table, label, rows, schema, ["code"])


def _maximum_columns(cells: list[str], place: str, line: int) -> list[str]:
    heads = [cell.lower() for cell in cells if cell]
    if "code" in heads[0] and "mue values" in heads[1] and heads[-1] == "mue rationale":
        if len(heads) == 4 and "adjudication indicator" in heads[2]:
            return ["code", heads[1], "mai", "rationale"]
        if len(heads) == 3:
            return ["code", heads[1], "rationale"]
    raise UnsupportedFile(
        f"{place}, line {line}: the columns are not code, MUE values, adjudication indicator and rationale; {_UPDATE}"
    )


def _maximum_table(heading: str, has_indicator: bool, said: Named, place: str) -> str:
    told = "hospital" if "hospital" in heading else "practitioner" if "practitioner" in heading else None
    if said.table == "medicaid" or not has_indicator:
        if told == "hospital" or said.table not in ("medicaid", None):
            raise UnsupportedFile(f"{place}: a Medicaid table for hospitals; only the practitioner one is read")
        return "medicaid"
    if told and said.table not in (told, None):
        raise InputError(f"{place} is the {told} table, not {said.table}", field="--table")
    return told or wanted(said.table, "--table", place, "practitioner")


HEADINGS_TO_2025 = (
    "hcpcs", "mod", "description", "status", "not used", "work", "non-fac", "na", "facility", "na", "mp",
    "non-facility", "facility", "pctc", "glob", "pre", "intra", "post", "mult", "bilat", "asst", "co-", "team",
    "endo", "conv", "physician", "calculation", "diagnostic", "pe used", "pe used", "mp used",
)  # fmt: skip
HEADINGS_FROM_2026 = (*HEADINGS_TO_2025[:23], "pric", *HEADINGS_TO_2025[23:])
_YEAR = re.compile(r"(20\d\d) National Physician Fee Schedule Relative Value", re.IGNORECASE)
_MONTH = re.compile(r"(January|April|July|October)\s+Release", re.IGNORECASE)
_MONTHS = {"january": 1, "april": 4, "july": 7, "october": 10}
# The second file of a year from 2026 on: another conversion factor, the same relative values.
_QUALIFYING = re.compile(r"(?<!non)(?<!non[-_ ])qpp", re.IGNORECASE)
_FEE_SCHEMA = {
    "code": pl.String, "mod": pl.String, "status": pl.String, "work_rvu": pl.Float64, "pe_rvu": pl.Float64,
    "pe_facility_rvu": pl.Float64, "mp_rvu": pl.Float64, "mult_proc": pl.String, "conversion_factor": pl.Float64,
}  # fmt: skip


def fees(sheet: Sheet, said: Named) -> Official | None:
    """Return a relative value file, one row per code and modifier; null for the one of qualifying participants.

    ``mod`` is empty for the whole service; ``mult_proc`` is the published indicator as text.
    """
    if _QUALIFYING.search(sheet.piece.name):
        return None
    above: list[list[str]] = []
    rows: list[dict[str, Any]] = []
    label, columns = "", 0
    for line, cells in sheet.rows():
        if not columns:
            above.append(cells)
            if cells[:1] == ["HCPCS"]:
                label, columns = _fee_heading(above, said, sheet.place, line)
            continue
        if not any(cells):
            continue
        if len(cells) != columns:
            raise UnreadableFile(f"{sheet.place}, line {line}: {len(cells)} cells, not {columns}; {_AGAIN}")
        rows.append(_fee(cells, sheet.place, line))
    if not columns:
        raise UnsupportedFile(f"{sheet.place}: no heading row that begins with HCPCS; {_UPDATE}")
    return _official(FEES, sheet, said, "", label, rows, _FEE_SCHEMA, ["code", "mod"])


def _fee(cells: list[str], place: str, line: int) -> dict[str, Any]:
    found = code(cells[0])
    if found is None:
        raise _no_code(cells[0], place, line)
    if not re.fullmatch(r"[A-Z]", cells[3]):
        raise UnreadableFile(f"{place}, line {line}: a status letter is wanted in column 4; {_AGAIN}")
    values = [_number(cells[n], place, line, f"column {n + 1}") for n in (5, 6, 8, 10)]
    shift = 1 if len(cells) == len(HEADINGS_FROM_2026) else 0
    return {
        "code": found, "mod": cells[1], "status": cells[3], "work_rvu": values[0], "pe_rvu": values[1],
        "pe_facility_rvu": values[2], "mp_rvu": values[3], "mult_proc": cells[18],
        "conversion_factor": _number(cells[24 + shift], place, line, f"column {25 + shift}"),
    }  # fmt: skip


def _fee_heading(above: list[list[str]], said: Named, place: str, line: int) -> tuple[str, int]:
    """Return the release and the number of columns. Headings stand one above the other; their names repeat."""
    caption = " ".join(" ".join(cells) for cells in above[:-1])
    year, month = _YEAR.search(caption), _MONTH.search(caption)
    if year is None:
        raise UnsupportedFile(f"{place}: the title does not say the year of the fee schedule; {_UPDATE}")
    expected = HEADINGS_TO_2025 if int(year[1]) <= 2025 else HEADINGS_FROM_2026
    given = len(above[-1])
    if given != len(expected):
        raise UnsupportedFile(
            f"{place}, line {line}: {given} columns, but the file of {year[1]} has {len(expected)} (31 to 2025, 32 "
            "from 2026); a file of another year, or a layout this version does not know: update cleanclaim"
        )
    whole = [" ".join(row[n] for row in above[-5:] if n < len(row) and row[n]).lower() for n in range(given)]
    for number, (words, heading) in enumerate(zip(expected, whole, strict=True), 1):
        if words not in heading:
            raise UnsupportedFile(
                f"{place}, line {line}, column {number}: the heading is {heading!r}, not {words!r}; {_UPDATE}"
            )
    if month:
        return quarter(date(int(year[1]), _MONTHS[month[1].lower()], 1)), given
    return wanted(said.release, "--release", place, f"{year[1]}Q1"), given


_INDEX_YEAR = re.compile(r"(20\d\d)\s+PE\s+GPCI", re.IGNORECASE)
_INDEX_SCHEMA = {
    "mac": pl.String, "locality": pl.String, "state": pl.String, "name": pl.String, "gpci_work": pl.Float64,
    "gpci_pe": pl.Float64, "gpci_mp": pl.Float64,
}  # fmt: skip


def indices(sheet: Sheet, said: Named) -> Official:
    """Return the geographic indices of a year, one row per contractor and locality, zeros restored.

    ``state`` is null in files that have no such column.
    """
    places: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    label = ""
    for line, cells in sheet.rows():
        if not places:
            found = _index_columns(cells)
            if found:
                places, label = found, _index_year(cells, said, sheet.place, line)
            continue
        cells = [*cells, *[""] * (max(places.values()) + 1 - len(cells))]
        mac, locality = cells[places["mac"]], cells[places["locality"]]
        if not (mac.isdigit() and locality.isdigit() and len(mac) <= 5 and len(locality) <= 2):
            if mac.isdigit():
                raise UnreadableFile(f"{sheet.place}, line {line}: a locality of two digits is wanted; {_AGAIN}")
            continue  # footnotes stand below the rows
        rows.append({
            "mac": mac.zfill(5), "locality": locality.zfill(2),
            "state": cells[places["state"]] if "state" in places else None,
            "name": cells[places["name"]].strip(" *"),
            **{n: _number(cells[places[n]], sheet.place, line, n) for n in ("gpci_work", "gpci_pe", "gpci_mp")},
        })  # fmt: skip
    if not places:
        raise UnsupportedFile(f"{sheet.place}: no heading with contractor, locality and three indices; {_UPDATE}")
    return _official(INDICES, sheet, said, "", label, rows, _INDEX_SCHEMA, ["mac", "locality"])


def _index_columns(cells: list[str]) -> dict[str, int]:
    signs = {
        "mac": r"administrative contractor|^carrier|^mac$", "state": r"^state$", "locality": r"^locality (number|no)",
        "name": r"^locality name", "gpci_work": r"(pw|work) gpci", "gpci_pe": r"pe gpci", "gpci_mp": r"mp gpci",
    }  # fmt: skip
    found = {
        name: n for name, sign in signs.items() for n, cell in enumerate(cells) if re.search(sign, cell, re.IGNORECASE)
    }
    return found if set(signs) - {"state"} <= set(found) else {}


def _index_year(cells: list[str], said: Named, place: str, line: int) -> str:
    year = _INDEX_YEAR.search(" ".join(cells))
    label = year[1] if year else (said.release or "")[:4]
    return wanted(label or None, "--release", f"{place}, line {line}", "2026")


_ADDON_HEADS = {
    "addon": r"add_?on_?code$|^addon", "base": r"primary_?code$", "type": r"edit_?type$|^type$",
    "first": r"edit_eff", "last": r"edit_del", "addon_last": r"^(aoc|add_?on_code)_del",
    "base_last": r"primary_code_del",
}  # fmt: skip
_ADDON_SCHEMA = {
    "addon": pl.String, "base": pl.String, "type": pl.Int64, "first_day": pl.Date, "last_day": pl.Date,
}  # fmt: skip
CONTRACTOR_DEFINED = "CCCCC"


def addons(sheet: Sheet, said: Named) -> Official:
    """Return add-on code edits: add-on code, base code, type 1 to 3, first and last day (null: in force).

    ``base`` is CCCCC where the contractors define the base codes.
    """
    places: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    for line, cells in sheet.rows():
        if not places:
            heads = [re.sub(r"\W+", "_", cell.lower()) for cell in cells]
            found = {k: n for k, sign in _ADDON_HEADS.items() for n, head in enumerate(heads) if re.search(sign, head)}
            places = found if {"addon", "base", "type", "first"} <= set(found) else {}
            continue
        if not any(cells):
            continue
        cells = [*cells, *[""] * (max(places.values()) + 1 - len(cells))]
        base = cells[places["base"]]
        addon, base_code = code(cells[places["addon"]]), base if base == CONTRACTOR_DEFINED else code(base)
        if addon is None or base_code is None:
            raise UnreadableFile(f"{sheet.place}, line {line}: an add-on code and a primary code are wanted; {_AGAIN}")
        kind = _whole(cells[places["type"]], sheet.place, line, "the edit type")
        if kind not in (1, 2, 3):
            raise UnreadableFile(f"{sheet.place}, line {line}: the edit type is 1, 2 or 3; {_AGAIN}")
        ends = [cells[places[name]] for name in ("last", "addon_last", "base_last") if name in places]
        days = [day for text in ends if (day := _day(text, sheet.place, line)) is not None]
        rows.append({"addon": addon, "base": base_code, "type": kind, "last_day": min(days, default=None),
                     "first_day": _day(cells[places["first"]], sheet.place, line)})  # fmt: skip
    if not places:
        raise UnsupportedFile(f"{sheet.place}: no heading with add-on code, primary code and edit type; {_UPDATE}")
    label = wanted(said.release, "--release", sheet.place, "2026Q4")
    return _official(ADDONS, sheet, said, "", label, rows, _ADDON_SCHEMA, ["addon", "base", "type", "first_day"])


def _day(text: str, place: str, line: int) -> date | None:
    """A day as year and day of the year, or year, month and day; null for an empty cell or zeros."""
    if not text.strip("0"):
        return None
    try:
        if len(text) == 7 and text.isdigit():
            return date.fromordinal(date(int(text[:4]), 1, 1).toordinal() + int(text[4:]) - 1)
        if len(text) == 8 and text.isdigit():
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except (ValueError, OverflowError):
        pass
    raise UnreadableFile(f"{place}, line {line}: a day is wanted as YYYYDDD or YYYYMMDD; {_AGAIN}")


def diagnoses(sheet: Sheet, said: Named) -> Official:
    """Return the diagnosis codes without the dot, and which may be billed; fixed columns, descriptions dropped."""
    label = wanted(said.release, "--release", sheet.place, "FY2027")
    if not label.startswith("FY"):
        raise InputError(f"{sheet.place}: diagnosis codes are of a fiscal year, FY2027", field="--release")
    span(label)
    lines = pl.Series("line", sheet.text().splitlines(), dtype=pl.String)
    table = (
        pl.DataFrame({"line": lines}).with_row_index("number", offset=1).filter(pl.col("line").str.strip_chars() != "")
    )
    cut = table.select(
        "number",
        order=pl.col("line").str.slice(0, 5),
        code=pl.col("line").str.slice(6, 7).str.strip_chars(),
        billable=pl.col("line").str.slice(14, 1),
    )
    right = (
        pl.col("order").str.contains(r"^\d{5}$")
        & pl.col("code").str.contains(r"^[A-Z]\d[0-9A-Z]{1,5}$")
        & pl.col("billable").is_in(["0", "1"])
    )
    bad = cut.filter(~right)
    if bad.height:
        raise UnreadableFile(
            f"{sheet.place}, line {bad['number'][0]}: not a line of the order file (number in columns 1-5, code in "
            f"7-13, 0 or 1 in 15); {_AGAIN}"
        )
    rows = cut.select("code", billable=pl.col("billable") == "1").unique().to_dicts()
    return _official(
        DIAGNOSES, sheet, said, "", label, rows, {"code": pl.String, "billable": pl.Boolean}, ["code"]
    )  # fmt: skip
