"""What a claim says in plain words: facts, each with the numbers of the segments that say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cleanclaim.paper.claims import Loop, Segment
from cleanclaim.paper.fill import named, npi, telephone, zip_code
from cleanclaim.paper.words import day_name, money, segment_name, value_name, vocabulary

Row = tuple[tuple[str, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Fact:
    """One thing said: what it is about, what is said, and the segments that say it."""

    label: str
    text: str
    segments: tuple[int, ...]


@dataclass
class Part:
    """A part of a claim's reading: a heading, its facts, and a table with the segments that make each row.

    ``amounts`` are the columns of the table that hold amounts or counts, ``unbroken`` those that stay on one line.
    """

    heading: str
    facts: list[Fact] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    amounts: tuple[int, ...] = ()
    unbroken: tuple[int, ...] = ()

    @property
    def shown(self) -> list[int]:
        """The columns of the table in which some row says something."""
        return [n for n in range(len(self.columns)) if any(cells[n] for cells, _ in self.rows)]

    def add(self, label: str, text: str, *segments: Segment) -> None:
        """Add a fact, unless it says nothing."""
        if text:
            self.facts.append(Fact(label, text, tuple(s.number for s in segments if s)))


@dataclass
class Reading:
    """A claim as a person reads it: one line, a sentence, and parts; ``loops`` are those shown beside it."""

    title: str
    person: str
    payer: str
    days: str
    lines: int
    money: str
    sentence: str
    parts: list[Part]
    loops: list[Loop]


def spoken(segment: Segment) -> str:
    """Return the name in an NM1 as it is spoken; of an organization as it is written.

    >>> spoken(Segment(1, "", ("NM1", "QC", "1", "ALDER", "ADA")))
    'ADA ALDER'
    """
    return named(segment, first_first=True) if segment.at(2) == "1" else segment.at(3)


def party(part: Part, label: str, loop: Loop, *, kind: str) -> None:
    """Add who a loop names: name with number, address, telephone, taxonomy, other numbers."""
    who = loop.first("NM1")
    number = npi(who)
    shown = f"NPI {number}" if number else _numbered(who)
    part.add(label, ", ".join(text for text in (spoken(who), shown) if text), who)
    street, where = loop.first("N3"), loop.first("N4")
    lines = [street.at(1), street.at(2), " ".join(t for t in (where.at(1), where.at(2), zip_code(where.at(3))) if t)]
    part.add(f"{label}'s address", ", ".join(line for line in lines if line), street, where)
    part.add(f"{label}'s telephone", telephone(loop.all("PER")), *loop.all("PER")[:1])
    taxonomy = loop.first("PRV")
    words = vocabulary("taxonomies").get(taxonomy.at(3), "")
    part.add(f"{label}'s taxonomy", " ".join(text for text in (taxonomy.at(3), words) if text), taxonomy)
    references(part, loop, kind=kind, of=label)


def birth(part: Part, label: str, loop: Loop) -> None:
    """Add when a person was born, and the sex that is told."""
    segment = loop.first("DMG")
    sex = value_name("DMG03", segment.at(3))
    text = ", ".join(t for t in (f"born {day_name(segment.at(2))}" if segment.at(2) else "", sex) if t)
    part.add(label, text, segment)


def references(part: Part, loop: Loop, *, kind: str, of: str = "") -> None:
    """Add the reference numbers of a loop."""
    for segment in loop.all("REF"):
        name = segment_name(kind, segment) or f"reference {segment.at(1)}"
        part.add(f"{of}: {name}" if of else name, segment.at(2), segment)


def dates(part: Part, loop: Loop, *, kind: str, leave: Iterable[str] = ()) -> None:
    """Add the dates of a loop, but for those of some qualifiers."""
    left = set(leave)
    for segment in (*loop.all("DTP"), *loop.all("DTM")):
        if segment.at(1) not in left:
            text = segment.at(3) if segment.name == "DTP" else segment.at(2)
            part.add(segment_name(kind, segment) or f"date {segment.at(1)}", day_name(text), segment)


def amounts(part: Part, loop: Loop, *, leave: Iterable[str] = ()) -> None:
    """Add the amounts of a loop, but for those of some qualifiers."""
    left = set(leave)
    for segment in loop.all("AMT"):
        if segment.at(1) not in left:
            name = value_name("AMT01", segment.at(1)) or f"amount {segment.at(1)}"
            part.add(name, money(segment.at(2)), segment)


def adjustments(segments: Iterable[Segment]) -> list[tuple[str, str, str]]:
    """Return the adjustments of CAS segments: group with its reason, what they mean, and the amount.

    >>> adjustments([Segment(1, "", ("CAS", "PR", "2", "16.8"))])
    [('PR 2', 'the patient owes it: patient coinsurance share', '$16.80')]
    """
    found = []
    for segment in segments:
        group = segment.at(1)
        for place in range(2, len(segment.elements), 3):
            if reason := segment.at(place):
                words = [vocabulary("groups").get(group, ""), vocabulary("reasons").get(reason, "")]
                meaning = ": ".join(text for text in words if text)
                found.append((f"{group} {reason}", meaning, money(segment.at(place + 1))))
    return found


def procedure(parts: list[str]) -> tuple[str, str]:
    """Return a procedure with its modifiers, and our words for them, from its components.

    >>> procedure(["HC", "97110", "GP"])[0]
    '97110 GP'
    """
    code, modifiers = (parts[1] if len(parts) > 1 else ""), [part for part in parts[2:6] if part]
    words = [vocabulary("procedures").get(code, ""), *(vocabulary("modifiers").get(m, "") for m in modifiers)]
    return " ".join([code, *modifiers]).strip(), "; ".join(word for word in words if word)


def period(days: Iterable[str]) -> str:
    """Return the days from the first to the last, as people write them; "" where there are none.

    >>> period(["20260306", "20260304"])
    '2026-03-04 to 2026-03-06'
    """
    known = sorted(day for day in days if day)
    return day_name(f"{known[0]}-{known[-1]}") if known else ""


def _numbered(who: Segment) -> str:
    number = who.at(9)
    return f"{value_name('NM108', who.at(8)) or 'number'} {number}" if number else ""
