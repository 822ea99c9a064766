"""Build the published tables of the package from a folder of CSV extracts.

    PYTHONPATH=src python tools/build_tables.py FOLDER [TARGET]

Reads the CSV files in FOLDER and the project's own words in ``tools/authored``, and writes one Parquet file a table,
with ``SOURCES.toml``, into TARGET (by default ``src/cleanclaim/codes/data``). The same input gives the same bytes.
Run by a maintainer when a new release is in hand; never by a user.
"""

from __future__ import annotations

import hashlib
import sys
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from tables import catalogue, fees, identity, maximums, pairs, parameters, periods

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "src/cleanclaim/codes/data"
DESCRIBED = Path(__file__).parent / "sources.toml"
BUILDERS: tuple[Callable[[Path], dict[str, pl.DataFrame]], ...] = (
    catalogue.build,
    pairs.build,
    maximums.build,
    fees.build,
    parameters.build,
    identity.build,
)


def build(folder: Path) -> dict[str, pl.DataFrame]:
    """Return every table by name, in alphabetical order."""
    built: dict[str, pl.DataFrame] = {}
    for builder in BUILDERS:
        built |= builder(folder)
    built |= periods.build(built)
    return dict(sorted(built.items()))


def write(built: dict[str, pl.DataFrame], target: Path) -> None:
    """Write one Parquet file a table and ``SOURCES.toml``; files of tables no longer built are removed."""
    described = tomllib.loads(DESCRIBED.read_text("utf-8"))
    missing = set(built) ^ set(described)
    if missing:
        raise SystemExit(f"{DESCRIBED.name} and the builders disagree on: {', '.join(sorted(missing))}")
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.parquet"):
        if old.stem not in built:
            old.unlink()
    entries = []
    for name, table in built.items():
        path = target / f"{name}.parquet"
        table.write_parquet(path, compression="zstd", compression_level=19, statistics=False)
        facts = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "rows": table.height}
        entries.append(_entry(name, described[name] | facts))
    head = "# Written by tools/build_tables.py; one entry per Parquet file.\n"
    head += f'written_with = "polars {pl.__version__}"\n'
    (target / "SOURCES.toml").write_text(head + "".join(entries), "utf-8", newline="\n")


def _entry(name: str, facts: dict[str, Any]) -> str:
    lines = [f"\n[[table]]\nname = {_toml(name)}"]
    lines += [f"{key} = {_toml(value)}" for key, value in facts.items()]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, int | date):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def main(arguments: list[str]) -> None:
    """Build the tables from the folder named first, into the folder named second."""
    if not arguments or not Path(arguments[0]).is_dir():
        raise SystemExit("usage: build_tables.py FOLDER [TARGET]; FOLDER holds the CSV extracts")
    target = Path(arguments[1]) if len(arguments) > 1 else TARGET
    built = build(Path(arguments[0]))
    write(built, target)
    for name, table in built.items():
        sys.stdout.write(f"{name:20} {table.height:>8} rows {(target / f'{name}.parquet').stat().st_size:>9} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
