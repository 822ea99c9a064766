"""A slow, obvious counter of X12 files, to disprove the fast one: it splits at the terminator and adds up."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from plain_837 import segments_of

VERSIONS = {
    "837": ("005010X222", "005010X222A1", "005010X222A2", "005010X223", "005010X223A1", "005010X223A2", "005010X223A3"),
    "835": ("005010X221", "005010X221A1"),
    "999": ("005010X231", "005010X231A1"),
    "277": ("005010X214",),
}
Counts = dict[str, Any]


def totals_of(content: bytes) -> tuple[int, list[Counts]]:
    """Return the number of interchanges, and of each transaction set type, version and counts; None: not read."""
    interchanges, sets, group, inside = 0, [], "", None
    for _, _, e, _ in segments_of(content):
        name = e[0]
        if name == "ISA":
            interchanges += 1
        elif name == "GS":
            group = e[8] if len(e) > 8 else ""
        elif name == "ST":
            inside = _begun(e[1], e[3] if len(e) > 3 and e[3] else group)
            sets.append(inside)
        elif name in ("SE", "GE", "IEA"):
            inside = None
        elif inside is not None and inside["read"]:
            _count(inside, e)
    return interchanges, [{k: v for k, v in one.items() if k not in ("read", "level", "in_claim")} for one in sets]


def _begun(kind: str, version: str) -> Counts:
    read = kind == "997" or version in VERSIONS.get(kind, ())
    counts: Counts = {"type": kind, "version": version, "read": read, "level": "", "in_claim": False}
    counts |= dict.fromkeys(("claims", "lines", "charge_cents"))
    if read and kind in ("837", "835"):
        counts |= dict.fromkeys(("claims", "lines", "charge_cents"), 0)
    if read and kind == "835":
        counts |= {"paid_cents": 0, "adjustment_cents": 0}
    if read and kind == "277":
        counts |= {"claims": 0, "charge_cents": 0}
    if read and kind in ("999", "997", "277"):
        counts |= {"accepted": 0, "rejected": 0}
    return counts


def _count(one: Counts, e: list[str]) -> None:
    def cents(place: int) -> int:
        return int(Decimal(e[place]) * 100) if len(e) > place and e[place] else 0

    name, kind = e[0], one["type"]
    if (kind, name) in (("837", "CLM"), ("835", "CLP")):
        one["claims"] += 1
        one["charge_cents"] += cents(2 if name == "CLM" else 3)
        if name == "CLP":
            one["paid_cents"] += cents(4)
    elif (kind, name) in (("837", "SV1"), ("837", "SV2"), ("835", "SVC")):
        one["lines"] += ("X222" in one["version"]) == (name == "SV1") or kind == "835"
    elif (kind, name) == ("835", "CAS"):
        one["adjustment_cents"] += sum(cents(place) for place in range(3, len(e), 3))
    elif kind in ("999", "997") and name in ("IK5", "AK5"):
        one["accepted"] += e[1] in ("A", "E", "P")
        one["rejected"] += e[1] in ("R", "M", "W", "X")
    elif kind == "277" and name == "HL":
        one["level"] = e[3]
    elif kind == "277" and name == "TRN" and one["level"] == "PT":
        one["claims"] += 1
        one["in_claim"] = True
    elif kind == "277" and name == "STC" and one["level"] == "PT" and one["in_claim"]:
        one["in_claim"] = False
        one["charge_cents"] += cents(4)
        one["accepted"] += e[3] == "WQ"
        one["rejected"] += e[3] == "U"


def adjustments_of(content: bytes) -> list[tuple[str, str, int]]:
    """Return group, reason and cents of every CAS triple of the 835s that are read, in order."""
    return [
        (e[1], e[place], int(Decimal(e[place + 1]) * 100))
        for e, _ in _inside(content, "835")
        if e[0] == "CAS"
        for place in range(2, len(e) - 1, 3)
        if e[place]
    ]


def facility_rows_of(content: bytes) -> list[tuple[str | None, ...]]:
    """Return number, charge and bill type of the 837I claims that are read, revenue code and charge of their lines."""
    rows: list[tuple[str | None, ...]] = []
    for e, component in _inside(content, "837"):
        if e[0] == "CLM":
            place = e[5].split(component)
            rows.append((e[1], e[2], place[0].removeprefix("0") + place[2] if len(place) > 2 else None))
        elif e[0] == "SV2":
            rows.append((e[1], e[3]))
    return rows


def _inside(content: bytes, kind: str) -> Iterator[tuple[list[str], str]]:
    """Yield the segments of transaction sets of a kind that are read, with their component separator."""
    group, inside = "", False
    for _, _, e, component in segments_of(content):
        if e[0] == "GS":
            group = e[8] if len(e) > 8 else ""
        elif e[0] == "ST":
            version = e[3] if len(e) > 3 and e[3] else group
            inside = e[1] == kind and version in VERSIONS[kind] and "X222" not in version
        elif e[0] in ("SE", "GE", "IEA"):
            inside = False
        elif inside:
            yield e, component
