"""What loops, segments, elements and codes mean, in our own words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl

from cleanclaim.codes import adjustments, hcpcs, places, tables
from cleanclaim.paper.claims import Segment
from cleanclaim.paper.fill import cents
from cleanclaim.reports.words import dollars
from cleanclaim.x12.outline import words as outlined
from cleanclaim.x12.validate.grammar import standard

_MONEY, _DAY = "782", "373"
_DAYS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:-(\d{4})(\d{2})(\d{2})|(\d{2})(\d{2}))?$")
_MODIFIERS = tuple(f"-{n:02}" for n in range(3, 7))
_HI = re.compile(r"HI\d\d")


@dataclass(frozen=True)
class Said:
    """One thing that a segment says: its reference, such as CLM05-03, our name for it, the value and its meaning."""

    reference: str
    name: str
    value: str
    meaning: str


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("cleanclaim.paper") / "words.toml").read_text("utf-8"))


def loop_name(kind: str, loop: str) -> str:
    """Return our words for a loop of a transaction; "" where there are none.

    >>> loop_name("837P", "2010AA"), loop_name("835", "2100")
    ('billing provider', 'claim as decided')
    """
    return str(_table()["loop"].get(kind[:3], {}).get(loop, ""))


def segment_name(kind: str, segment: Segment) -> str:
    """Return a few words on a segment.

    >>> segment_name("837P", Segment(1, "", ("REF", "G1", "A1")))
    'prior authorization'
    """
    qualified = _table()["value"].get(f"{segment.name}01", {}) if segment.name in ("NM1", "REF", "DTP", "DTM") else {}
    return str(qualified.get(segment.at(1)) or outlined(segment.elements, kind[:3]))


def said(kind: str, segment: Segment) -> list[Said]:
    """Return what a segment says, element by element, components apart; empty elements are left out.

    >>> clm = Segment(1, "", ("CLM", "V1", "84", "", "", "11:B:7"))
    >>> [(one.reference, one.name, one.meaning) for one in said("837P", clm)][1::2]
    [('CLM02', 'total charge', '$84.00'), ('CLM05-02', 'code list', 'place of service')]
    """
    found: list[Said] = []
    names = _names(segment.name)
    for place in range(1, len(segment.elements)):
        value = segment.at(place)
        if not value:
            continue
        reference = f"{segment.name}{place:02}"
        name = names[place - 1] if place <= len(names) else ""
        if not _composite(segment.name, place):
            found.append(_one(kind, segment, reference, name, value))
            continue
        shared = _HI.sub("HI01", reference)
        inner = _names(shared)
        for number, part in enumerate(segment.parts(place), 1):
            if part:
                own = inner[number - 1] if number <= len(inner) else name
                found.append(_one(kind, segment, f"{reference}-{number:02}", own, part))
    return found


def value_name(reference: str, value: str) -> str:
    """Return our words for a code at an element, such as CLM05-03; "" where there are none.

    >>> value_name("CLM05-03", "8"), value_name("SBR09", "MB")
    ('cancels an earlier claim', 'Medicare Part B')
    """
    return str(_table()["value"].get(reference.replace("-", ""), {}).get(value, ""))


def day_name(text: str) -> str:
    """Return a date of X12, CCYYMMDD, or two of them, as people write it; the text itself where it is none.

    >>> day_name("20260304"), day_name("20260304-20260306"), day_name("202603041530"), day_name("soon")
    ('2026-03-04', '2026-03-04 to 2026-03-06', '2026-03-04 15:30', 'soon')
    """
    match = _DAYS.match(text)
    if match is None:
        return text
    first = "-".join(match.group(1, 2, 3))
    if match.group(4):
        last = "-".join(match.group(4, 5, 6))
        return first if last == first else f"{first} to {last}"
    return f"{first} {match.group(7)}:{match.group(8)}" if match.group(7) else first


def money(text: str) -> str:
    """Return an amount of X12 in dollars; the text itself where it is none.

    >>> money("84.5"), money("x")
    ('$84.50', 'x')
    """
    amount = cents(text)
    return text if amount is None else dollars(amount)


@cache
def vocabulary(name: str) -> Mapping[str, str]:
    """Return the words for the codes of a table: procedures, modifiers, places, groups, reasons, remarks and others.

    >>> vocabulary("places")["11"], vocabulary("groups")["PR"]
    ('office', 'the patient owes it')
    """
    table, key, words = _VOCABULARIES[name]
    known = table().select(key, words).drop_nulls().with_columns(pl.all().cast(pl.String))
    return dict(known.iter_rows())


def _names(reference: str) -> list[str]:
    return ["" if name == "-" else name for name in str(_table()["element"].get(reference, "")).split("|")]


def _composite(segment: str, place: int) -> bool:
    numbers = standard()["segment"].get(segment, "").split()
    return place <= len(numbers) and numbers[place - 1].startswith("C")


def _one(kind: str, segment: Segment, reference: str, name: str, value: str) -> Said:
    return Said(reference, name or reference, value, _meaning(kind, segment, reference, value))


def _meaning(kind: str, segment: Segment, reference: str, value: str) -> str:
    shared = _HI.sub("HI01", reference) if segment.name == "HI" else reference
    own = value_name("HI01", value) if shared == "HI01-01" else value_name(shared, value)
    if own:
        return own
    table = _TABLES.get(shared) or ("modifiers" if _is_modifier(shared) else None)
    if reference == "CLM05-01" and kind == "837I":
        table = "bill_types"
    if reference == "CLP08":
        table = "bill_types" if len(value) == 2 and value not in vocabulary("places") else "places"
    if table:
        return vocabulary(table).get(value, "")
    number = _number(segment, reference)
    if number == _MONEY:
        return money(value)
    if number == _DAY or (number == "1251" and segment.name in ("DTP", "DMG")):
        return day_name(value) if day_name(value) != value else ""
    return ""


def _is_modifier(reference: str) -> bool:
    return reference[:5] in ("SV101", "SV202", "SVC01", "SVC06", "SVD03") and reference[5:] in _MODIFIERS


def _number(segment: Segment, reference: str) -> str:
    """The standard's number of a simple element, which says what type it is."""
    if "-" in reference:
        return ""
    numbers = standard()["segment"].get(segment.name, "").split()
    place = int(reference[len(segment.name) :])
    return numbers[place - 1] if place <= len(numbers) else ""


_VOCABULARIES: dict[str, tuple[Callable[[], pl.DataFrame], str, str]] = {
    "procedures": (hcpcs.catalogue, "code", "label"),
    "modifiers": (lambda: tables.load("modifiers"), "modifier", "meaning"),
    "places": (places.places, "place_of_service", "label"),
    "bill_types": (lambda: tables.load("bill_types"), "bill_type", "label"),
    "revenue_codes": (lambda: tables.load("revenue_codes"), "revenue_code", "label"),
    "taxonomies": (lambda: tables.load("taxonomies"), "taxonomy", "label"),
    "groups": (adjustments.groups, "code", "meaning"),
    "reasons": (adjustments.carc, "code", "meaning"),
    "remarks": (adjustments.rarc, "code", "meaning"),
}
_TABLES = {
    "SV101-02": "procedures",
    "SV202-02": "procedures",
    "SVC01-02": "procedures",
    "SVC06-02": "procedures",
    "SVD03-02": "procedures",
    "CLM05-01": "places",
    "SV105": "places",
    "SV201": "revenue_codes",
    "SVC04": "revenue_codes",
    "PRV03": "taxonomies",
    "CAS01": "groups",
    "LQ02": "remarks",
    **{f"MOA{n:02}": "remarks" for n in range(3, 8)},
    **{f"CAS{n:02}": "reasons" for n in range(2, 20, 3)},
}
