"""Files beside the visits (patients, facts of claims, plans of care and the like): text, a workbook or JSON to a table.

A cell that cannot be read counts as missing and is reported with its place; its text is never shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import polars as pl

from cleanclaim.claims.episodes import AUTHORIZATIONS, EPISODES, PAYMENTS_ELSEWHERE, REPORTS
from cleanclaim.claims.registers import CLAIM_FACTS, PATIENTS, RELATIONSHIPS
from cleanclaim.claims.table import Table
from cleanclaim.errors import UnreadableFile, UnsupportedFile
from cleanclaim.intake.cells import KINDS, CellKind
from cleanclaim.intake.content import Content, Kind, kind_of
from cleanclaim.intake.encoding import encoding_of, utf8_pieces
from cleanclaim.intake.mapping import normal
from cleanclaim.intake.records import read_header, split_records
from cleanclaim.intake.workbook import as_text, find_header, read_sheets


def _form(pattern: str, wanted: str) -> CellKind:
    """Return a kind of cell in capitals, without blanks and hyphens, that has a form."""

    def parse(cell: pl.Expr) -> pl.Expr:
        bare = cell.str.to_uppercase().str.replace_all(r"[\s\-]+", "").str.replace(r"\.0$", "")
        return pl.when(bare.str.contains(pattern)).then(bare)

    return CellKind(parse, wanted)


def _word(words: Mapping[str, str], wanted: str) -> CellKind:
    table = {normal(word): value for word, value in words.items()}

    def parse(cell: pl.Expr) -> pl.Expr:
        bare = cell.str.to_lowercase().str.replace_all(r"[\s_\-]+", "")
        return bare.replace_strict(table, default=None, return_dtype=pl.String)

    return CellKind(parse, wanted)


def _listed(one: str, wanted: str) -> CellKind:
    """Return a kind of cell with items of a form, between blanks, commas or semicolons."""

    def parse(cell: pl.Expr) -> pl.Expr:
        tidy = cell.str.to_uppercase().str.replace_all(r"[\s,;|]+", " ").str.strip_chars()
        return pl.when(tidy.str.contains(f"^{one}(?: {one})*$")).then(tidy)

    return CellKind(parse, wanted)


_RELATED = {word: word for word in RELATIONSHIPS} | {code: word for word, code in RELATIONSHIPS.items()}
_SEXES = {
    **dict.fromkeys(("F", "female"), "F"),
    **dict.fromkeys(("M", "male"), "M"),
    **dict.fromkeys(("U", "unknown"), "U"),
}
_ACCIDENTS = {"auto": "auto", "car": "auto", "AA": "auto", "work": "work", "employment": "work", "EM": "work"}
_ACCIDENTS |= {"other": "other", "OA": "other"}
_OF_TYPE: dict[pl.DataType, CellKind] = {pl.Date(): KINDS["date"], pl.Boolean(): KINDS["yes_no"]}
_CREDENTIAL = CellKind(lambda cell: cell.str.to_uppercase().str.replace_all(r"[\s.]+", ""), "a credential such as MD")
_BUCKETS = {**dict.fromkeys(("pt_slp", "PT", "SLP", "GP", "GN"), "pt_slp"), **dict.fromkeys(("ot", "GO"), "ot")}


def _whole(digits: int, wanted: str) -> CellKind:
    form = rf"^(\d{{1,{digits}}})(?:\.0*)?$"
    return CellKind(lambda cell: cell.str.extract(form, 1).cast(pl.Int64), wanted)


_USED = _whole(6, "a whole number from 0")
_OWN = {
    "discipline": KINDS["discipline"],
    "setting": KINDS["setting"],
    "by": KINDS["role"],
    "codes": _listed("[A-Z0-9]{5}", "procedure codes separated by spaces"),
    "certifier": _CREDENTIAL,
    "plan_signed_by": _CREDENTIAL,
    "bucket": _word(_BUCKETS, "pt_slp or ot"),
    "allowed_cents": _whole(12, "an amount in whole cents, such as 123450 for $1,234.50"),
    "year": _whole(4, "a year, such as 2026"),
    "visits_before": _USED,
    "units_before": _USED,
    "sex": _word(_SEXES, "F, M or U"),
    "state": _form(r"^[A-Z]{2}$", "two letters"),
    "zip": _form(r"^\d{5}(?:\d{4})?$", "a ZIP code of five or nine digits"),
    "sequence": KINDS["sequence"],
    "filing_indicator": _form(r"^[0-9A-Z]{2}$", "two characters such as MB, CI or MC"),
    "insurance_type": _form(r"^\d{2}$", "two digits such as 12"),
    "relationship": _word(_RELATED, ", ".join(RELATIONSHIPS)),
    "accident": _word(_ACCIDENTS, "auto, work or other"),
    "accident_state": _form(r"^[A-Z]{2}$", "two letters"),
    "patient_paid": KINDS["amount"],
    "delay_reason": _form(r"^\d{1,2}$", "a code from 1 to 15"),
    "admission_type": _form(r"^\d$", "one digit"),
    "admission_source": _form(r"^[0-9A-Z]$", "one character"),
    "patient_status": _form(r"^\d{2}$", "two digits"),
    "visit_reasons": KINDS["list"],
    "condition_codes": _listed("[0-9A-Z]{2}", "codes of two characters, separated by spaces"),
    "value_codes": _listed(r"[0-9A-Z]{2}:\d{1,9}(?:\.\d{1,2})?", "codes with their amounts, such as 50:12.00"),
    "attachments": _listed(
        "[0-9A-Z]{2}:(?:AA|(?:BM|EL|EM|FT|FX):[0-9A-Z-]{2,50})",
        "report type, way (AA, BM, EL, EM, FT or FX) and number, such as OZ:FX:A17",
    ),
    "occurrence_spans": _listed(
        r"[0-9A-Z]{2}:\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d",
        "codes with first and last day, such as 74:2026-03-01/2026-03-05",
    ),
}
KEYS = {
    PATIENTS.name: ("patient_id",),
    CLAIM_FACTS.name: ("claim_id",),
    EPISODES.name: ("episode_id", "patient_id"),
    REPORTS.name: ("episode_id", "written"),
    AUTHORIZATIONS.name: ("authorization_id", "patient_id"),
    PAYMENTS_ELSEWHERE.name: ("patient_id", "bucket", "allowed_cents"),
}
_LINE = "line"
_PLACES = {_LINE, "row", "file_id", "source_line"}
"""Columns that say where a row stands; nobody writes them, nor those that say what an input can hold."""


@dataclass(frozen=True)
class Register:
    """The rows of a register (its table), and what could not be read: line, column and message.

    ``columns`` are those that the file has; ``lines`` says where each row stands.
    """

    file: str
    rows: pl.DataFrame
    unreadable: pl.DataFrame
    notes: tuple[str, ...] = ()
    columns: frozenset[str] = frozenset()
    lines: pl.Series = field(default_factory=lambda: pl.Series(_LINE, [], dtype=pl.Int64))


def kind_of_column(table: Table, name: str) -> CellKind:
    """Return how the cells of a column are read.

    >>> kind_of_column(PATIENTS, "zip").wanted
    'a ZIP code of five or nine digits'
    """
    dtype = table[name].dtype
    if dtype in _OF_TYPE:
        return _OF_TYPE[dtype]
    if name in _OWN:
        return _OWN[name]
    if dtype == pl.Int64():
        return KINDS["count"]
    return KINDS["npi"] if name.endswith("_npi") else KINDS["text"]


def read_register(path: Path, table: Table) -> Register:
    """Return the rows of a file of patients, claim facts, plans of care, progress reports or authorizations.

    Headers are the table's column names, in any case; others are named in a note. In JSON the rows are a list under
    the table's name (``{"patients": [...]}``), or the list itself; a patient may have a list ``coverage``, a plan of
    care one of ``progress_reports``, whose items are rows with the patient's or plan's own values. Raises
    UnreadableFile where the file cannot be read or lacks a key column.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "patients.csv"
    ...     _ = path.write_text("Patient ID,Last Name,Birth Date\\n7,ALDER,1945-01-02\\n8,BIRCH,02/30/1950\\n")
    ...     register = read_register(path, PATIENTS)
    >>> register.rows.select("line", "patient_id", "birth_date").rows()
    [(2, '7', datetime.date(1945, 1, 2)), (3, '8', None)]
    >>> register.unreadable.row(0)
    (3, 'birth_date', 'not a date such as 2026-03-04, 03/04/2026 or 20260304; the cell is read as missing')
    """
    content = Content.of(path)
    kind = kind_of(content)
    if kind is Kind.JSON:
        return _from_json(content, table)
    if kind is Kind.DELIMITED:
        text, notes, broken = _from_text(content, table)
    elif kind is Kind.WORKBOOK:
        text, notes, broken = _from_workbook(content, table)
    else:
        raise UnsupportedFile(f"{content.name}: a list of {table.name} is CSV, JSON or a workbook")
    return _converted(content.name, text, table, notes, broken)


_Notes = tuple[str, ...]
_Read = tuple[pl.DataFrame, _Notes, pl.DataFrame]
_INNER = {PATIENTS.name: "coverage", REPORTS.name: "progress_reports"}
"""The list within an entry whose items are the rows: a patient's coverages, a plan's progress reports."""
_BROKEN = pl.DataFrame(schema={"line": pl.Int64(), "message": pl.String()})


def written(table: Table) -> tuple[str, ...]:
    """Return the columns of a table that a file may have.

    >>> written(REPORTS)
    ('episode_id', 'written', 'by', 'took_part')
    """
    return tuple(name for name in table.schema if name not in _PLACES and not name.startswith("carries_"))


def _columns(table: Table) -> dict[str, str]:
    return {normal(name): name for name in written(table)}


def _places(file: str, header: Sequence[str], table: Table) -> tuple[dict[str, int], tuple[str, ...]]:
    known, places, others = _columns(table), dict[str, int](), list[str]()
    for place, text in enumerate(header):
        name = known.get(normal(text))
        if name is None:
            others += [text.strip()[:40]] if text.strip() else []
        elif name in places:
            raise UnreadableFile(f"{file}: the column {text.strip()} stands twice; rename or remove one")
        else:
            places[name] = place
    for key in KEYS[table.name]:
        if key not in places:
            raise UnreadableFile(f"{file}: the header has no column {key}")
    return places, (f"{file}: columns not read: {', '.join(others)}",) if others else ()


def _fits(header: Sequence[str], table: Table) -> bool:
    names = {normal(text) for text in header}
    return all(normal(key) in names for key in KEYS[table.name])


def _from_text(content: Content, table: Table) -> _Read:
    encoding = encoding_of(content)
    pieces = utf8_pieces(content, encoding)
    header, delimiter, line, rest = read_header(content.name, pieces, lambda names: _fits(names, table))
    places, notes = _places(content.name, header, table)
    parts = list(split_records(content.name, chain([rest] if rest else [], pieces), delimiter, len(header), line))
    empty = pl.DataFrame(schema={_LINE: pl.Int64(), **dict.fromkeys(places, pl.String())})
    frames = [part.frame(places, delimiter) for part in parts] or [empty]
    told = (*notes, encoding.note) if encoding.note else notes
    return pl.concat(frames), told, pl.concat([_BROKEN, *(part.broken for part in parts)])


def _from_workbook(content: Content, table: Table) -> _Read:
    for sheet in read_sheets(content):
        found = find_header(sheet, lambda names: _fits(names, table))
        if found is None:
            continue
        places, notes = _places(f"{content.name}, sheet {found.name}", found.header, table)
        body = list(found.body())
        cells = {
            name: [as_text(row[place], _cell_kind(table, name), since_1904=found.since_1904) for _, row in body]
            for name, place in places.items()
        }
        schema = {**dict.fromkeys(cells, pl.String()), _LINE: pl.Int64()}
        return pl.DataFrame({**cells, _LINE: [number for number, _ in body]}, schema=schema), notes, _BROKEN
    raise UnreadableFile(f"{content.name}: no sheet has a column {' and '.join(KEYS[table.name])}")


def _cell_kind(table: Table, name: str) -> str:
    return "date" if table[name].dtype == pl.Date() else "text"


def read_json(content: Content) -> object:
    """Return what a JSON file holds, its numbers as text; UnreadableFile where it is none."""
    text = b"".join(utf8_pieces(content, encoding_of(content))).decode("utf-8", "replace")
    try:
        return json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{content.name}: not JSON: {error}") from None


def register_in(top: object, table: Table, name: str) -> Register | None:
    """Return the rows of a table in JSON that was read, as :func:`read_register`; None where it has no such list.

    >>> register_in({"episodes": [{"episode_id": 7, "patient_id": "P1"}]}, EPISODES, "visits").rows["episode_id"].item()
    '7'
    """
    listed = _entries(top, table)
    return None if listed is None else _converted(name, *_from_entries(listed, table, name))


def _from_json(content: Content, table: Table) -> Register:
    found = register_in(read_json(content), table, content.name)
    if found is None:
        key = table.name.replace(" ", "_")
        raise UnreadableFile(f'{content.name}: no list of {table.name}; write {{"{key}": [{{...}}]}}')
    return found


def _from_entries(listed: list[object], table: Table, name: str) -> tuple[pl.DataFrame, Table, _Notes, pl.DataFrame]:
    known, rows, others, broken = _columns(table), list[dict[str, object]](), dict[str, None](), list[tuple[int, str]]()
    seen = {_LINE, *KEYS[table.name]}
    for number, entry in enumerate(listed, 1):
        for flat in _flattened(entry, table):
            if flat is None:
                broken.append((number, "an object is wanted; the entry is left out"))
                continue
            row: dict[str, object] = {_LINE: number}
            for key, value in flat.items():
                column = known.get(normal(str(key)))
                if column is None:
                    others[str(key)[:40]] = None
                else:
                    row[column] = _cell(value)
            seen |= row.keys()
            rows.append(row)
    schema = {each: pl.Int64() if each == _LINE else pl.String() for each in (_LINE, *written(table)) if each in seen}
    notes = (f"{name}: keys not read: {', '.join(others)}",) if others else ()
    return pl.DataFrame(rows, schema=schema), table, notes, pl.DataFrame(broken, schema=_BROKEN.schema, orient="row")


def _entries(top: object, table: Table) -> list[object] | None:
    """Return the entries of a table: the list itself, or the one under its name; reports may stand with their plans."""
    found = top.get(table.name.replace(" ", "_")) if isinstance(top, Mapping) else top
    if found is None and table is REPORTS and isinstance(top, Mapping) and isinstance(top.get(EPISODES.name), list):
        plans = [plan for plan in top[EPISODES.name] if isinstance(plan, Mapping)]
        own = {normal("episode_id"), normal(_INNER[table.name])}
        kept = ({key: value for key, value in plan.items() if normal(str(key)) in own} for plan in plans)
        return [plan for plan in kept if _INNER[table.name] in plan] or None
    return found if isinstance(found, list) else None


def _flattened(entry: object, table: Table) -> Iterator[Mapping[object, object] | None]:
    """Yield the rows of an entry: itself, or one for each of its ``coverage``."""
    if not isinstance(entry, Mapping):
        yield None
        return
    own = {key: value for key, value in entry.items() if key not in _INNER.values()}
    inner = entry.get(_INNER.get(table.name, ""))
    if table is REPORTS and inner == []:
        return
    if not isinstance(inner, list) or not inner:
        yield own
        return
    for one in inner:
        yield {**own, **one} if isinstance(one, Mapping) else None


def _cell(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _converted(name: str, text: pl.DataFrame, table: Table, notes: _Notes, broken: pl.DataFrame) -> Register:
    kinds = {column: kind_of_column(table, column) for column in text.columns if column != _LINE}
    stripped = text.with_columns(
        pl.when(pl.col(column).str.strip_chars() != "").then(pl.col(column).str.strip_chars()) for column in kinds
    ).filter(pl.any_horizontal(pl.col(column).is_not_null() for column in kinds))
    values = stripped.select(_LINE, *(kind.parse(pl.col(column)).alias(column) for column, kind in kinds.items()))
    faults = [broken.select("line", column=pl.lit(None, dtype=pl.String()), message="message")]
    for column, kind in kinds.items():
        lost = stripped[column].is_not_null() & values[column].is_null()
        message = f"not {kind.wanted}; the cell is read as missing"
        faults.append(values.filter(lost).select("line", column=pl.lit(column), message=pl.lit(message)))
    for key in KEYS[table.name]:
        without = values.filter(pl.col(key).is_null())
        faults.append(without.select("line", column=pl.lit(key), message=pl.lit(f"no {key}; the row is left out")))
    keyless = pl.any_horizontal(pl.col(key).is_null() for key in KEYS[table.name])
    kept = values.filter(~keyless)
    return Register(
        name, table.conform(kept), pl.concat(faults).sort(_LINE), notes, frozenset(kinds), kept[_LINE].rename(_LINE)
    )
