"""A contract's table of fees: a CSV file of the clinic's own, with what each code is worth a unit and when.

Columns: ``code``; ``modifier``, empty for a line with any or none; ``cents``, a unit in whole cents; ``from`` and
``to``, the first and last day, empty for an open end. Other columns are the clinic's own and are not read.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import polars as pl

from cleanclaim.codes.payers.toml import Key, shown
from cleanclaim.dated import DAWN
from cleanclaim.errors import ConfigError

COLUMNS = ("code", "modifier", "cents", "from", "to")
_REQUIRED = ("code", "cents")
_MOST_CENTS = 10**9
_CODE = re.compile(r"(\d{5}|\d{4}[A-Z]|[A-Z]\d{4})")
_SCHEMA = {
    "code": pl.String(),
    "fee_modifier": pl.String(),
    "fee_cents": pl.Int64(),
    "first_day": pl.Date(),
    "last_day": pl.Date(),
}
_SHOWN = 5
Row = tuple[str, str | None, int, date | None, date | None]


def fee_table(path: str | Path) -> pl.DataFrame:
    """Return the fees in the file ``path``, one row per code, modifier and span of days; at most one holds on a day.

    Columns: code, fee_modifier (null: whatever the modifiers), fee_cents a unit, first_day, last_day (null: open).
    ConfigError naming the line where the file is missing, or a row of it cannot be used.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "acme.csv"
    ...     _ = path.write_text("code,modifier,cents,from,to\\n97530,,4100,2026-01-01,\\n97530,CQ,3485,,\\n")
    ...     fee_table(path)["fee_cents"].to_list()
    [4100, 3485]
    """
    try:
        state = Path(path).stat()
    except OSError as error:
        raise ConfigError(f"{path}: {(error.strerror or 'cannot be read').lower()}; name the file of fees") from None
    return _read(str(path), state.st_mtime_ns, state.st_size)


def check_fee_table(path: str, key: Key) -> None:
    """Raise ConfigError at ``key`` where the file of fees cannot be used."""
    try:
        fee_table(path)
    except ConfigError as error:
        raise key.error(error.message) from None


@lru_cache(maxsize=64)
def _read(path: str, _changed: int, _size: int) -> pl.DataFrame:
    name = Path(path).name
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{name}: {(error.strerror or 'cannot be read').lower()}") from None
    lines = csv.DictReader(text.splitlines(), skipinitialspace=True)
    lines.fieldnames = [str(heading).strip().lower() for heading in lines.fieldnames or ()]
    missing = [heading for heading in _REQUIRED if heading not in lines.fieldnames]
    if missing:
        raise ConfigError(f"{name}: no column {missing[0]}; the columns are {', '.join(COLUMNS)}")
    rows: dict[int, Row] = {}
    faults: list[str] = []
    for line in lines:
        given = {key: (value or "").strip() for key, value in line.items() if key in COLUMNS}
        if not any(given.values()):
            continue
        try:
            rows[lines.line_num] = _row(given)
        except ValueError as fault:
            faults.append(f"line {lines.line_num}: {fault}")
    faults += _overlaps(rows)
    if faults or not rows:
        more = f" (and {len(faults) - _SHOWN} more)" if len(faults) > _SHOWN else ""
        raise ConfigError(f"{name}: {'; '.join(faults[:_SHOWN]) or 'no fee stands in it'}{more}")
    return pl.DataFrame(list(rows.values()), schema=_SCHEMA, orient="row")


def _row(given: Mapping[str, str]) -> Row:
    """Return a row's values; ValueError in words where one cannot be used."""
    code, modifier, cents = given["code"].upper(), given.get("modifier", "").upper(), given["cents"]
    if not _CODE.fullmatch(code):
        raise ValueError(f"{shown(code)} is no procedure code")
    if modifier and not re.fullmatch(r"[A-Z0-9]{2}", modifier):
        raise ValueError(f"{shown(modifier)} is no modifier of two letters or digits; leave it empty for any")
    if not re.fullmatch(r"[0-9]{1,10}", cents, re.ASCII) or int(cents) > _MOST_CENTS:
        raise ValueError(f"{shown(cents)} is no amount in whole cents, such as 4105 for $41.05")
    first, last = (_day(given.get(name, ""), name) for name in ("from", "to"))
    if first and last and last < first:
        raise ValueError(f"it ends on {last}, before it begins on {first}")
    return code, modifier or None, int(cents), first, last


def _day(text: str, name: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else _no_day(text, name)
    except ValueError:
        return _no_day(text, name)


def _no_day(text: str, name: str) -> date:
    raise ValueError(f"{name} is {shown(text)}, no date written YYYY-MM-DD")


def _overlaps(rows: Mapping[int, Row]) -> Iterator[str]:
    """Yield the rows that hold on a day on which another of the same code and modifier does."""
    held: dict[tuple[str, str], list[tuple[date, date | None, int]]] = defaultdict(list)
    for line, (code, modifier, _, first, last) in rows.items():
        held[code, modifier or ""].append((first or DAWN, last, line))
    for (code, modifier), spans in sorted(held.items()):
        for (_, earlier, one), (later, _, other) in pairwise(sorted(spans, key=lambda span: (span[0], span[2]))):
            if earlier is None or earlier >= later:
                yield f"lines {one} and {other} both hold for {' '.join([code, modifier]).strip()} on {later}"
