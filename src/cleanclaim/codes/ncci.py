"""NCCI procedure pairs: which two codes of a day stand in each other's way, by table and date.

The shipped tables are of one quarter and do not say when a row began; imported ones do. ``starts`` is the earliest
day a row can have begun: its published first day, else the day after the row of the same pair before it ended.
``known_from`` is the first day on which it is known to be in force; between the two the answer is null.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from cleanclaim.codes import hcpcs, tables
from cleanclaim.codes.modifiers import BYPASS
from cleanclaim.dated import as_day
from cleanclaim.errors import InputError, UnknownCode

TABLES = ("practitioner", "hospital")
VOID = 9
_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")


@dataclass(frozen=True)
class _Index:
    """The pair rows, with the place of each code in the list of codes."""

    rows: pl.DataFrame
    place: dict[str, int]
    column_one: pl.Series
    column_two: pl.Series


@tables.cached
def _index() -> _Index:
    rows = tables.load("ncci_pairs")
    codes = rows["column_one"].dtype
    assert isinstance(codes, pl.Enum)
    return _Index(
        rows,
        {code: place for place, code in enumerate(codes.categories)},
        rows["column_one"].to_physical().cast(pl.UInt32),
        rows["column_two"].to_physical().cast(pl.UInt32),
    )


def edits_among(codes: Iterable[str]) -> pl.DataFrame:
    """Return the rows, of any date and both tables, whose two codes are both among ``codes``.

    One row per table, ordered pair and dated row. ``effective`` is null where it is not published; ``release`` is the
    table's first day; ``confirmed_through`` the last day of the newest release in hand that lists the row; ``age`` is
    the text to show for a later day (see :func:`table_age`).

    >>> edits_among(["97150", "97530", "97110"]).filter(pl.col("table") == "hospital")["column_two"].to_list()
    ['97110', '97110', '97530', '97110']
    """
    return _among(frozenset(codes))


@tables.cached
def _among(codes: frozenset[str]) -> pl.DataFrame:
    listed, rows = _of_catalogue()
    if not codes <= listed:
        return _rows_of(codes)
    if len(codes) > _FEW_CODES:
        return rows.filter(pl.col("column_one").is_in(codes) & pl.col("column_two").is_in(codes))
    places = sorted(place for one in codes for two in codes for place in _places().get((one, two), ()))
    return rows[pl.Series(places, dtype=pl.UInt32)]


_FEW_CODES = 16


@tables.cached
def _places() -> dict[tuple[str, str], list[int]]:
    """Where the rows of each pair of codes of the catalogue stand: a visit has a handful of pairs."""
    found: dict[tuple[str, str], list[int]] = {}
    _, rows = _of_catalogue()
    for place, pair in enumerate(rows.select("column_one", "column_two").rows()):
        found.setdefault(pair, []).append(place)
    return found


@tables.cached
def _of_catalogue() -> tuple[frozenset[str], pl.DataFrame]:
    """Nearly every claim has codes of the catalogue alone: their rows are few among all rows of the tables."""
    codes = frozenset(hcpcs.catalogue()["code"])
    return codes, _rows_of(codes)


def _rows_of(codes: frozenset[str]) -> pl.DataFrame:
    index = _index()
    places = [index.place[code] for code in codes if code in index.place]
    wanted = pl.zeros(len(index.place), dtype=pl.Boolean, eager=True).scatter(places, True)
    found = index.rows.filter(wanted.gather(index.column_one) & wanted.gather(index.column_two))
    return found.with_columns(
        pl.col("table", "column_one", "column_two").cast(pl.String),
        pl.col("indicator").cast(pl.Int64),
        age=pl.when(pl.col("table") == "practitioner")
        .then(pl.lit(ages()["practitioner"]))
        .otherwise(pl.lit(ages()["hospital"])),
    )


def in_force(day: pl.Expr) -> pl.Expr:
    """Return, over :func:`edits_among`, whether the row is in force on ``day``; null where its start leaves that open.

    >>> from datetime import date
    >>> rows = edits_among(["97530", "97750"]).filter(pl.col("table") == "practitioner")
    >>> rows.select(in_force(pl.lit(date(2020, 5, 1))), "deleted").rows()
    [(False, datetime.date(2019, 12, 31)), (None, None)]
    """
    over = (day > pl.col("deleted")).fill_null(False)
    early = (day < pl.col("starts")).fill_null(False)
    never = (pl.col("indicator") == VOID) | over | early
    return pl.when(day.is_null()).then(None).when(never).then(False).when(day >= pl.col("known_from")).then(True)


def table_age(day: pl.Expr) -> pl.Expr:
    """Return, over :func:`edits_among`, what limits a row on ``day``: its table's age, or a first day not published.

    Null while a release in hand has the day, and where the published first day is known.

    >>> from datetime import date
    >>> rows = edits_among(["97530", "97750"]).filter(pl.col("table") == "practitioner", pl.col("deleted").is_null())
    >>> rows.select(table_age(pl.lit(date(2024, 8, 1))), later=table_age(pl.lit(date(2025, 1, 2)))).row(0)
    (None, 'pair table of 2024-07-01; agrees with all 247 rows of 2026-10-01 that could be compared')
    """
    inferred = pl.col("effective").is_null() & (day < pl.col("release"))
    first = pl.format("first day of the pair not published; taken as {}", "known_from")
    return pl.when(day > pl.col("confirmed_through")).then(pl.col("age")).when(inferred).then(first)


@tables.cached
def ages() -> dict[str, str]:
    """Return the text to show, by table, for a day after the release: its date, and how a later one bears it out.

    >>> ages()["hospital"]
    'pair table of 2024-07-01; agrees with all 2,740 rows of 2026-10-01 that could be compared'
    """
    return {name: _age(_coverage(name)) for name in TABLES}


def complete_through(table: str) -> date:
    """Return the last day through which the absence of a pair from a table means that there was no edit.

    That holds for pairs of which one code is in :func:`family`, and for earlier days too: withdrawn edits are listed.

    >>> complete_through("practitioner")
    datetime.date(2024, 9, 30)
    """
    day: date = _coverage(table)["complete_through"]
    return day


@tables.cached
def family(table: str | None = None) -> frozenset[str]:
    """Return the codes of which every pair row was taken from a national table; null: from both.

    >>> {"97530", "97532"} <= family(), "97007" in family()
    (True, False)
    """
    listed = tables.load("ncci_family")
    if "table" not in listed.columns:
        return frozenset(listed["code"].to_list())
    both = {name: frozenset(listed.filter(pl.col("table") == name)["code"].to_list()) for name in TABLES}
    return both[table] if table else frozenset.intersection(*both.values())


@tables.cached
def of_family() -> pl.Expr:
    """Return, over table and the codes of a pair (code, code_right), whether absence from the table means anything.

    >>> pairs = pl.DataFrame({"table": ["hospital"], "code": ["97530"], "code_right": ["97007"]})
    >>> pairs.select(of_family()).item()
    True
    """
    named = {name: pl.lit(pl.Series(sorted(family(name)))).implode() for name in TABLES}
    either = {name: pl.col("code").is_in(codes) | pl.col("code_right").is_in(codes) for name, codes in named.items()}
    if family(TABLES[0]) == family(TABLES[1]):
        return either[TABLES[0]]
    return pl.when(pl.col("table") == TABLES[0]).then(either[TABLES[0]]).otherwise(either[TABLES[1]])


def pairs(a: str, b: str, on: date | str, setting: str) -> dict[str, Any]:
    """Return the edits between two codes in one table, newest first, and what they do on a day.

    The order of the codes does not matter; dates are ISO strings or null. ``note`` says how far the answer goes where
    the table does not settle it, else null. Raises InputError (a malformed code, an unknown setting) or UnknownCode.

    >>> answer = pairs("97530", "97150", date(2024, 7, 15), "practitioner")
    >>> answer["denied_without_modifier"], answer["bypass"]
    ('97530', ['59', 'XE', 'XP', 'XS', 'XU'])
    """
    if setting not in TABLES:
        raise InputError(f"{setting!r} is not a setting; use practitioner or hospital", field="setting")
    on = as_day(on, "on")
    codes = [_code(a, "codes[0]"), _code(b, "codes[1]")]
    if codes[0] == codes[1]:
        raise InputError("name two different codes", field="codes[1]")
    rows = edits_among(codes).filter(pl.col("table") == setting)
    day = pl.lit(on)
    rows = rows.sort("deleted", descending=True, nulls_last=False).with_columns(
        in_force=in_force(day), table_age=table_age(day)
    )
    current = rows.filter("in_force").head(1)
    bypass = list(BYPASS) if current.height and current["indicator"].item() == 1 else []
    return {
        "edits": [_edit(row) for row in rows.to_dicts()],
        "denied_without_modifier": current["column_two"].item() if current.height else None,
        "bypass": bypass,
        "note": _note(rows, codes, on, setting),
    }


def _edit(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "column_one": row["column_one"],
        "column_two": row["column_two"],
        "indicator": row["indicator"],
        "effective": row["effective"].isoformat() if row["effective"] else None,
        "deleted": row["deleted"].isoformat() if row["deleted"] else None,
        "in_force": row["in_force"],
        "source": f"Medicare NCCI procedure pairs, {row['table']} table of {row['release']}",
    }


def _note(rows: pl.DataFrame, codes: list[str], on: date, setting: str) -> str | None:
    current = rows.filter("in_force").head(1)
    if current.height:
        age: str | None = current["table_age"].item()
        return age
    if rows["in_force"].null_count():
        return f"the first day of the row is not published: whether it was in force on {on} is not known"
    if not set(codes) & family(setting):
        return "neither code is of the therapy family, for which the table was taken: no conclusion from its absence"
    if on > complete_through(setting):
        return f"{ages()[setting]}; whether an edit was added since is not known"
    return None


def _code(given: str, field: str) -> str:
    code = given.strip().upper()
    if not _CODE.fullmatch(code):
        raise InputError(f"{given!r} is not a procedure code: five letters or digits, like 97530", field=field)
    if code not in _index().place and code not in set(hcpcs.code_periods()["code"]):
        raise UnknownCode(f"{code} is in no table of this release", field=field)
    return code


def _age(coverage: dict[str, Any]) -> str:
    if coverage["compared_release"] is None:
        return f"pair table of {coverage['release']}"
    compared, agreeing = coverage["rows_compared"], coverage["rows_agreeing"]
    share = f"all {compared:,}" if agreeing == compared else f"{agreeing:,} of {compared:,}"
    return (
        f"pair table of {coverage['release']}; agrees with {share} rows of {coverage['compared_release']} "
        "that could be compared"
    )


@tables.cached
def _coverage(table: str) -> dict[str, Any]:
    found = tables.load("ncci_coverage").filter(pl.col("table") == table)
    if found.is_empty():
        raise InputError(f"{table!r} is not a pair table; use practitioner or hospital", field="setting")
    return found.row(0, named=True)
