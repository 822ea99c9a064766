"""One X12 file as it is posted: its tables, the numbers of its envelopes, and what it says without them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from cleanclaim.errors import UnreadableFile
from cleanclaim.store.remittance_tables import REMITTANCES
from cleanclaim.x12 import KINDS, iter_segments, iter_x12
from cleanclaim.x12.schemas import EMPTY

_CLAIMS, _PAID = ("claims", "facility_claims"), "payments"
_ANSWERS = ("interchange_acks", "group_acks", "set_acks", "trackings")
_ENVELOPE = r"^\s*(?:ISA|GS|ST|BHT)[^A-Za-z0-9\s]"
_ELEMENTS = {
    "ISA": {"sender": 6, "receiver": 8, "interchange_day": 9, "interchange_time": 10, "interchange_control": 13},
    "GS": {"group_control": 6},
    "ST": {"set_control": 2},
    "BHT": {"reference": 3},
}
NUMBERS = tuple(name for places in _ELEMENTS.values() for name in places)
"""What an envelope says: of its interchange, group, set, and the set's own reference."""
_BLOCK = 1 << 20
# where a file says the same again, these differ
_PLACES = {"interchange", "transaction", "segment", "offset", "claim_segment", "service_segment", "tracking_segment"}
_PLACES |= {"error_segment", "received", "claim_seq", "source_segment", "receiver_segment", "provider_segment"}
_HELD = {
    name: [column for column in EMPTY[name].columns if column in row.table().columns]
    for name, row in REMITTANCES.items()
}
"""Of a large remittance only what is kept is held."""


@dataclass(frozen=True)
class PostedFile:
    """A file that was read. ``content`` is the hash of its bytes, ``body`` of what it says without its envelopes.

    ``envelopes`` has one row a transaction set, and one an interchange without any: NUMBERS, ``transaction`` and
    ``interchange`` as the tables count them. ``notes`` are places that could not be read.
    """

    path: Path
    content: str
    body: str
    tables: dict[str, pl.DataFrame]
    envelopes: pl.DataFrame
    problems: pl.DataFrame

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.tables[name] if name in self.tables else EMPTY[name]

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it holds: claims, acknowledgments, remittances."""
        held = {
            "claims": _CLAIMS,
            "acknowledgment": _ANSWERS,
            "remittance": (_PAID,),
        }
        return tuple(kind for kind, names in held.items() if any(self[name].height for name in names))


def read_file(path: Path) -> PostedFile:
    """Return an X12 file of claims, acknowledgments or remittances; UnreadableFile for anything else."""
    held: dict[str, list[pl.DataFrame]] = {}
    said: dict[str, Any] = {}
    problems = []
    for part in iter_x12(path, kinds=KINDS):
        problems.append(part.problems)
        for name, frame in part.tables.items():
            if name != "sets" and frame.height:
                said.setdefault(name, hashlib.sha256()).update(_said(frame))
            if name != "amounts":
                held.setdefault(name, []).append(frame.select(_HELD.get(name, frame.columns)))
    # each table is put together and its parts let go before the next
    tables = {name: pl.concat(held.pop(name)) for name in EMPTY if name in held}
    body = hashlib.sha256("".join(f"{name} {said[name].hexdigest()}\n" for name in sorted(said)).encode()).hexdigest()
    read = PostedFile(path, _content(path), body, tables, _NO_ENVELOPES, pl.concat(problems))
    if not read.kinds:
        raise UnreadableFile(f"{path}: nothing to post in it; give 837, 835, 999, TA1 or 277CA files")
    if read.kinds == ("remittance",):
        return read
    return PostedFile(path, read.content, read.body, tables, _envelopes(path), read.problems)


def _content(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _said(frame: pl.DataFrame) -> bytes:
    """Return what rows say, without their places and the numbers of envelopes."""
    return frame.select(name for name in frame.columns if name not in _PLACES).write_csv(include_header=False).encode()


def _envelopes(path: Path) -> pl.DataFrame:
    found = pl.concat(
        [frame.filter(pl.col("text").str.contains(_ENVELOPE)) for frame, _ in iter_segments(path)]
    ).with_columns(text=pl.col("text").str.strip_chars("\r\n "))
    current: dict[str, str | None] = {}
    rows: list[dict[str, object]] = []
    interchange = transaction = 0
    for text, element in found.select("text", "element").iter_rows():
        words = text.split(element)
        name = words[0]
        if name == "ISA":
            interchange += 1
            current = {}
            rows.append({"interchange": interchange, "transaction": None})
        elif name == "ST":
            transaction += 1
            current = {key: value for key, value in current.items() if key not in ("set_control", "reference")}
            rows.append({"interchange": interchange, "transaction": transaction})
        for column, place in _ELEMENTS[name].items():
            current[column] = words[place].strip() or None if place < len(words) else None
        if rows:
            rows[-1].update(current)
    return pl.DataFrame(rows, schema=_NO_ENVELOPES.schema)


_NO_ENVELOPES = pl.DataFrame(
    schema={"interchange": pl.Int64, "transaction": pl.Int64, **dict.fromkeys(NUMBERS, pl.String)}
)
